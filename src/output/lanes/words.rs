//! What rows and ends say, in plain words. Texts of the log stand in them as they are: no form may show them unescaped.

use crate::model::event::{EventId, Source};
use crate::model::journey::{Decision, Hop, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::output::numbers::{counted, duration};

/// A status text longer than this is cut, characters.
const LONGEST: usize = 160;

/// Makes sentences.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    /// Texts of symbols.
    pub(super) names: &'a Frozen,
}

impl Words<'_> {
    pub(super) fn text(self, symbol: Symbol) -> String {
        self.names.text(symbol).into_owned()
    }

    pub(super) fn or(self, symbol: Symbol, nothing: &str) -> String {
        if symbol == EMPTY { nothing.to_owned() } else { self.text(symbol) }
    }

    /// What a row says, in plain words.
    pub(super) fn what(self, hop: &Hop, shared: bool) -> String {
        let peer = self.or(hop.peer, "a host not named");
        let connector = self.or(hop.connector, "not named");
        match hop.event {
            EventId::Receive => match hop.source {
                Source::Smtp => format!("received from {peer}"),
                Source::StoreDriver => "taken from the sender's mailbox".to_owned(),
                Source::MailboxRule => "made by an inbox rule".to_owned(),
                Source::Agent => "made by a transport agent".to_owned(),
                Source::Dsn => "delivery report made".to_owned(),
                Source::Pickup => "picked up from the pickup folder".to_owned(),
                source => format!("taken in from {}", source.as_str()),
            },
            EventId::Submit => format!("handed to transport server {peer}"),
            EventId::Send | EventId::SendExternal if hop.outbound => {
                format!("sent out by connector \"{connector}\" to {peer}{}", self.said(hop))
            }
            EventId::Send => format!("sent to {peer}, inside the organisation"),
            EventId::Deliver => format!("stored in the mailbox on {peer}"),
            EventId::DuplicateDeliver => "was stored already, thrown away".to_owned(),
            EventId::Resolve => {
                format!("directory: {} is {}", self.text(hop.related), self.text(hop.address))
            }
            EventId::Redirect => {
                format!("forwarding: {} to {}", self.text(hop.related), self.text(hop.address))
            }
            EventId::Expand if shared || hop.address == hop.related => {
                format!("group {} expanded", self.text(hop.related))
            }
            EventId::Expand => {
                format!("group {} has member {}", self.text(hop.related), self.text(hop.address))
            }
            EventId::Transfer => "goes on as a copy of its own".to_owned(),
            EventId::Dsn => format!("delivery report made about {}", self.or(hop.reference, "a message")),
            EventId::Defer => format!("put off{}", self.said(hop)),
            EventId::Fail => format!("gave up{}", self.said(hop)),
            EventId::DeliverFail => format!("the mailbox refused it{}", self.said(hop)),
            EventId::Drop => format!("removed, no report made{}", self.said(hop)),
            EventId::PoisonMessage => "set aside as poison: the service crashed over it".to_owned(),
            EventId::ModeratorReject => "a moderator refused it".to_owned(),
            EventId::ModerationExpire => "no moderator answered in time".to_owned(),
            EventId::BadMail => "neither deliverable nor returnable".to_owned(),
            EventId::ClientSubmission => "submitted by a client".to_owned(),
            _ => self.said(hop).trim_start_matches(": ").to_owned(),
        }
    }

    /// The status of a row, behind a colon.
    fn said(self, hop: &Hop) -> String {
        self.status(hop.status.code.map(|c| c.to_string()), hop.status.tag, hop.status.text)
    }

    fn status(self, code: Option<String>, tag: Symbol, text: Symbol) -> String {
        let words = [code, (tag != EMPTY).then(|| self.text(tag)), (text != EMPTY).then(|| self.text(text))];
        let joined = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        match joined.char_indices().nth(LONGEST) {
            _ if joined.is_empty() => String::new(),
            Some((at, _)) => format!(": {} …", joined.get(..at).unwrap_or_default()),
            None => format!(": {joined}"),
        }
    }

    /// The closing sentence.
    pub(super) fn ending(self, leaf: &Leaf) -> String {
        let took = duration(leaf.latency_ms.max(0).unsigned_abs());
        let host = self.or(leaf.next_hop, "the next host");
        let connector = self.or(leaf.connector, "not named");
        let server = self.or(leaf.server, "a server not named");
        // The row above has the words; where it has neither code nor token, they stand here too.
        let words =
            if leaf.status.code.is_none() && leaf.status.tag == EMPTY { leaf.status.text } else { EMPTY };
        let status = self.status(leaf.status.code.map(|c| c.to_string()), leaf.status.tag, words);
        let end = self.text(leaf.final_recipient);
        let mut out = match leaf.decision {
            Decision::LocalDelivery => format!("Delivered: stored in the mailbox on {host} after {took}."),
            Decision::SendConnector => format!(
                "Left by send connector \"{connector}\" to {host} after {took}; what {host} did with it is not in these logs."
            ),
            Decision::RemoteRoutingAddress => format!(
                "The mailbox is elsewhere: rewritten to {end}, sent by connector \"{connector}\" to {host} after {took}."
            ),
            Decision::RecipientNotFound => {
                format!("Not delivered: {server} found nobody with the address {end}{status}.")
            }
            Decision::Failed => format!("Not delivered: {server} gave up after {took}{status}."),
            Decision::Dropped => format!("Not delivered: {}, on {server}{status}.", why_dropped(leaf)),
            Decision::Deferred => {
                format!(
                    "Still waiting on {server} after {took}, {} put off{status}.",
                    counted(u64::from(leaf.defers), "try", "tries")
                )
            }
            Decision::HandedOff => {
                format!("Handed to {host}; no row of that server about it is here, so its fate is unknown.")
            }
            Decision::InTransit => format!("Last seen on {server}; nothing final in these logs."),
            Decision::Expanded => {
                format!("Group expanded on {server}; what became of its members is not in these logs.")
            }
        };
        if let Some(report) =
            leaf.hops.iter().rev().find(|h| h.event == EventId::Fail && h.reference != EMPTY)
        {
            out.push_str(&format!(" The sender was told by report {}.", self.text(report.reference)));
        }
        if leaf.laps > 0 {
            let times = if leaf.laps == 1 { "once".to_owned() } else { format!("{} times", leaf.laps) };
            out.push_str(&format!(" It had left and come back {times}."));
        }
        if !leaf.missing.is_empty() && leaf.decision != Decision::HandedOff {
            let missing: Vec<String> = leaf.missing.iter().map(|s| self.text(*s)).collect();
            out.push_str(&format!(" The log of {} is missing.", missing.join(", ")));
        }
        out
    }
}

fn why_dropped(leaf: &Leaf) -> &'static str {
    match leaf.decided_by.map(|(event, _)| event) {
        Some(EventId::ModeratorReject) => "a moderator refused it",
        Some(EventId::ModerationExpire) => "no moderator answered in time",
        Some(EventId::ModeratorsAllNdr) => "it could be brought to no moderator",
        Some(EventId::PoisonMessage) => "it was set aside as poison, having made the service crash",
        Some(EventId::Fail) => "it was quarantined",
        _ => "it was removed without a report to the sender",
    }
}
