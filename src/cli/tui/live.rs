//! `mailtrail tui`.

use super::super::exit::Exit;
use super::super::inquiry::Inquiry;
use super::super::options::Environment;
use super::args::TuiArgs;

/// Runs it.
pub(in crate::cli) fn run(args: &TuiArgs, env: &Environment) -> anyhow::Result<Exit> {
    let _inquiry = Inquiry::open((&args.read, &args.beforehand), env, false)?;
    Ok(Exit::Done)
}
