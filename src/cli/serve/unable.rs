//! In a build without `serve`: says so.

pub(super) mod args;

use super::exit::Exit;
use super::options::{Environment, Usage};
use args::ServeArgs;

/// Fails.
pub(in crate::cli) fn run(_: &ServeArgs, _: &Environment) -> anyhow::Result<Exit> {
    let how = "this build was made without it; `cargo build --release` with the feature `serve` has it";
    Err(Usage(format!("serve: {how}")).into())
}
