//! Exit status.

use std::process::ExitCode;

/// How a run ended. Where two apply, the one further up wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Could not do it.
    Failed,
    /// The command line asks for something that is not there.
    Usage,
    /// Done, and there is a finding at or above `--fail-on`.
    Finding,
    /// Done, but some input was unreadable or rejected.
    Incomplete,
    /// Done, and no event matched.
    NothingMatched,
    /// Done.
    Done,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Finding => 4,
            Exit::NothingMatched => 5,
        })
    }
}
