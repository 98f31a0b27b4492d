//! What only `tui` asks.

use super::super::args::{BeforehandArgs, ReadArgs};
use super::super::options::{Environment, Usage};
use super::asked::Asked;
use super::{Inquiry, Progress};

impl Inquiry {
    /// Reads the logs.
    pub(in crate::cli) fn open(
        args: (&ReadArgs, &BeforehandArgs),
        env: &Environment,
    ) -> anyhow::Result<Self> {
        Self::open_telling(args, env, false, &Progress::default())
    }

    /// Lets a search end that goes on; whoever asked for it must not use what it gives.
    pub(in crate::cli) fn give_up(&self) {
        self.archive.give_up();
    }

    /// Fails, with words for who typed it, where a question is none.
    pub(in crate::cli) fn check(&self, asked: &Asked) -> Result<(), Usage> {
        asked.question(self.asking, self.report.findings.len()).map(drop)
    }

    /// Whether something that should have been read was not.
    pub(in crate::cli) fn is_incomplete(&self) -> bool {
        self.run.reading.is_incomplete()
    }
}
