//! What may be typed for `tui`.

use clap::Args;

use super::super::args::{BeforehandArgs, ReadArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct TuiArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub beforehand: BeforehandArgs,
    /// Draw with ASCII alone; without it only on a terminal that is not set to UTF-8.
    #[arg(long)]
    pub ascii: bool,
}
