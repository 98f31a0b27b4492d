//! In a build without `tui`: says so.

pub(super) mod args;

use super::exit::Exit;
use super::options::{Environment, Usage};
use args::TuiArgs;

/// Fails.
pub(in crate::cli) fn run(_: &TuiArgs, _: &Environment) -> anyhow::Result<Exit> {
    let how = "this build was made without it; `cargo build --release` with the feature `tui` has it";
    Err(Usage(format!("tui: {how}")).into())
}
