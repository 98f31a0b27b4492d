//! What only `serve` asks.

use super::super::exit::Exit;
use super::super::report::write_live_page;
use super::Inquiry;
use super::asked::{Asked, guid};
use crate::output::report_html::Live;
use crate::pipeline::Found;

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

    /// The messages with this network-message-id or message-id; `None` if more messages than so many name such a text.
    pub(in crate::cli) fn named_within(&self, id: &str, most: usize) -> anyhow::Result<Option<Vec<Found>>> {
        let found = self.find(&named(id), &|_| {})?;
        if guid(id).is_some() {
            return Ok(Some(found));
        }
        if found.len() > most {
            return Ok(None);
        }
        let is_it: Vec<bool> =
            self.look(&found)?.lines().iter().map(|line| is_same(&line.message_id, id)).collect();
        Ok(Some(found.into_iter().zip(is_it).filter_map(|(one, is_it)| is_it.then_some(one)).collect()))
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

/// The messages with this network-message-id, or that name this text.
fn named(id: &str) -> Asked {
    match guid(id) {
        Some(_) => Asked { network_message_id: Some(id.to_owned()), ..Asked::default() },
        None => Asked { text: Some(bare(id).to_owned()), ..Asked::default() },
    }
}

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// Whether two message-ids are the same, angle brackets and case aside.
fn is_same(a: &str, b: &str) -> bool {
    bare(a).eq_ignore_ascii_case(bare(b))
}
