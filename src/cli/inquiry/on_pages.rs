//! What only `serve` asks.

use super::super::exit::Exit;
use super::super::report::write_live_page;
use super::Inquiry;
use super::asked::{Asked, guid};
use crate::output::report_html::Live;
use crate::pipeline::{Found, Watch};

impl Inquiry {
    /// The report as a page, with what makes it live, and the policy that it needs.
    pub(in crate::cli) fn live_page(&self, live: &Live<'_>) -> anyhow::Result<(Vec<u8>, String)> {
        let mut page = Vec::new();
        let policy = write_live_page(&self.report, &self.run.reading, (self.no_subjects, live), &mut page)?;
        Ok((page, policy))
    }

    /// Says the line of the reading, and what was known beforehand.
    pub(in crate::cli) fn close(&self, quiet: bool) -> Exit {
        if !quiet {
            self.outcome.say(true);
        }
        self.run.close(self.report.messages > 0)
    }

    /// The messages with this network-message-id, or this message-id as the log writes it.
    pub(in crate::cli) fn named(&self, id: &str) -> anyhow::Result<Vec<Found>> {
        let id = id.to_owned();
        let asked = match guid(&id) {
            Some(_) => Asked { network_message_id: Some(id), ..Asked::default() },
            None => Asked { message_id: Some(id), ..Asked::default() },
        };
        self.find(&asked, &Watch::default())
    }

    /// Whether a file of this name was read.
    pub(in crate::cli) fn knows(&self, file: &str) -> bool {
        self.archive.position(file, 0, 0).is_some()
    }

    /// Whether that file is still what it was, and only longer.
    pub(in crate::cli) fn is_as_read(&self, file: &str) -> bool {
        self.seals.hold(file)
    }
}
