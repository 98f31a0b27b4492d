//! What only `tui` asks.

use super::super::args::{BeforehandArgs, ReadArgs};
use super::super::exit::Exit;
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

    /// Fails, with words for who typed it, where a question is none.
    pub(in crate::cli) fn check(&self, asked: &Asked) -> Result<(), Usage> {
        asked.question(self.asking, self.report.findings.len()).map(drop)
    }

    /// The exit status: whether all was read that should have been.
    pub(in crate::cli) fn exit(&self) -> Exit {
        self.run.exit(true)
    }
}
