//! In a build without mail: says so.

use super::super::args::OutputArgs;
use super::super::options::{Environment, Usage};
use super::args::MailArgs;
use crate::model::report::Report;

/// There is none.
pub(in crate::cli) enum Post {}

impl Post {
    /// Fails if a mail is asked for.
    pub(in crate::cli) fn open(
        args: &MailArgs,
        _: (&OutputArgs, bool),
        _: &Environment,
    ) -> anyhow::Result<Option<Self>> {
        if args.touched() {
            let how =
                "this build was made without mail; `cargo build --release` with the feature `mail` has it";
            return Err(Usage(format!("--mail: {how}")).into());
        }
        Ok(None)
    }

    pub(in crate::cli) fn wants_page(&self) -> bool {
        match *self {}
    }

    pub(in crate::cli) fn send(self, _: &Report, _: &[u8]) -> anyhow::Result<()> {
        match self {}
    }
}
