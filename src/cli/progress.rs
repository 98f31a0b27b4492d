//! A bar by bytes on a terminal, and nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::When;

/// Makes the bar; hidden unless shown; `wanted` is what `auto` means. `total` is what lies on disk; packed files give more than that.
pub(super) fn bar(when: When, wanted: bool, total: u64) -> ProgressBar {
    let shown = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => wanted,
    };
    if !shown {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(total.max(1)), ProgressDrawTarget::stderr_with_hz(10));
    let style =
        ProgressStyle::with_template("{bytes:>10} of {total_bytes} [{bar:40}] {bytes_per_sec}, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
