//! What the statuses of a row say of its recipients.

use super::Absorber;
use crate::model::column::Column;
use crate::model::event::{EventId, Source};
use crate::model::journey::StatusInfo;
use crate::model::name::EMPTY;
use crate::model::status::Alignment;
use crate::parse::event::Event;
use crate::parse::status;
use crate::pipeline::rows::mask;
use crate::route::fact::{self, Fact};

impl Absorber<'_> {
    /// The statuses of the recipients, where they tell something.
    pub(super) fn take_statuses_as_needed(&mut self, event: &Event<'_>, fact: &Fact) {
        if self.recipients.is_empty() {
            return;
        }
        // Of notes, which threads leave out as they come, none is counted here or with the statuses.
        let note = fact.flags & fact::ANNOTATION != 0;
        if let Some(count) = event.number(Column::RecipientCount)
            && count != self.recipients.len() as u64
            && !note
        {
            self.seen.ledger.recipient_count_mismatches += 1;
        }
        let failing = !matches!(
            event.event,
            EventId::Receive | EventId::Send | EventId::SendExternal | EventId::Deliver | EventId::Submit
        );
        let several = self.recipients.len() > 1 && event.event != EventId::Receive;
        if several || failing || (self.run.needs.texts && event.event != EventId::Receive) {
            self.take_statuses(event, fact);
        }
    }

    fn take_statuses(&mut self, event: &Event<'_>, fact: &Fact) {
        let field = event.text(Column::RecipientStatus);
        let mut parts = Vec::new();
        let alignment = status::split_statuses(&field, self.recipients.len(), &mut parts);
        let note = fact.flags & fact::ANNOTATION != 0;
        self.seen.ledger.unaligned_statuses += u64::from(alignment == Alignment::Unaligned && !note);
        let mut last: Option<(&[u8], StatusInfo)> = None;
        for i in 0..self.recipients.len() {
            let text = if alignment == Alignment::Aligned { parts.get(i) } else { parts.first() };
            let text = text.copied().unwrap_or_default();
            let info = match last {
                Some((same, info)) if same == text => info,
                _ => self.status(text, event, fact),
            };
            last = Some((text, info));
            if let Some(recipient) = self.recipients.get_mut(i) {
                recipient.status = info;
            }
        }
    }

    fn status(&mut self, text: &[u8], event: &Event<'_>, fact: &Fact) -> StatusInfo {
        let parts = status::parse_status(text);
        let not_found = parts.tag.starts_with(b"RESOLVER.ADR.")
            && [&b"RecipientNotFound"[..], b"RecipNotFound", b"ExRecipNotFound"]
                .iter()
                .any(|t| parts.tag.ends_with(t));
        let quarantined = event.source == Source::Agent
            && event.event == EventId::Fail
            && memchr::memmem::find(&parts.text.to_ascii_lowercase(), b"quarantined").is_some();
        let masked;
        // Findings and sums count by masked texts, also where standard input makes all texts be kept.
        let words = if self.run.needs.texts && !self.run.needs.shows_findings() {
            parts.text
        } else {
            masked = mask(parts.text);
            &masked
        };
        let host = self.name(parts.fqdn);
        StatusInfo {
            class: parts.class,
            marks: u8::from(not_found) * fact::NOT_FOUND + u8::from(quarantined) * fact::QUARANTINED,
            code: parts.code,
            tag: self.name(parts.tag),
            text: self.name(words),
            host: if host == fact.server { EMPTY } else { host },
        }
    }
}
