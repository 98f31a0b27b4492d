//! `trace`: one message as a person would draw it. What all recipients share stands first, then a
//! branch for each, and under each branch a sentence that says how it ended.

use std::borrow::Cow;
use std::io::{self, Write};

use super::escape::terminal;
use super::numbers::{counted, duration, size};
use super::routes::Context;
use crate::model::event::{EventId, Source};
use crate::model::journey::{Decision, Hop, Journey, Leaf};
use crate::model::name::{EMPTY, Symbol, guid_text};
use crate::model::time::{DAY, Timestamp};

/// A status text longer than this is cut, characters.
const LONGEST: usize = 160;

/// Writes one message.
pub fn write(context: &Context<'_>, journey: &Journey, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let day = |t: Timestamp| t.0.div_euclid(DAY);
    let with_date =
        journey.leaves.iter().flat_map(|l| &l.hops).any(|h| day(h.time) != day(journey.first_seen));
    let view = View { context, color, with_date };
    view.head(journey, out)?;
    let trunk = trunk(&journey.leaves);
    let mut last = None;
    if journey.leaves.len() > 1 && trunk > 0 {
        writeln!(out, "\n  all recipients")?;
        for hop in journey.leaves.iter().flat_map(|l| l.hops.iter().take(trunk)).take(trunk) {
            view.hop(hop, &mut last, true, out)?;
        }
    }
    for leaf in &journey.leaves {
        let (shared, mut last) = if journey.leaves.len() > 1 { (trunk, last) } else { (0, None) };
        writeln!(out, "\n  {}", view.bold(&view.title(leaf)))?;
        for hop in leaf.hops.iter().skip(shared) {
            view.hop(hop, &mut last, false, out)?;
        }
        let mark = if is_good(leaf.decision) { view.paint("32", "=>") } else { view.paint("31", "=>") };
        writeln!(out, "    {mark} {}", view.ending(leaf))?;
        writeln!(out, "       {}", view.evidence(leaf))?;
    }
    if journey.leaves.is_empty() {
        writeln!(out, "\n  no row of this message names a recipient")?;
    }
    Ok(())
}

/// How many rows at the beginning all leaves share.
fn trunk(leaves: &[Leaf]) -> usize {
    let Some((first, others)) = leaves.split_first() else { return 0 };
    let same = |a: &Hop, b: &Hop| a.evidence == b.evidence && a.event == b.event;
    (0..first.hops.len())
        .take_while(|i| {
            others
                .iter()
                .all(|l| matches!((l.hops.get(*i), first.hops.get(*i)), (Some(a), Some(b)) if same(a, b)))
        })
        .count()
}

fn is_good(decision: Decision) -> bool {
    matches!(decision, Decision::LocalDelivery | Decision::SendConnector | Decision::RemoteRoutingAddress)
}

#[derive(Clone, Copy)]
struct View<'a> {
    context: &'a Context<'a>,
    color: bool,
    /// The message was on its way over midnight, UTC.
    with_date: bool,
}

impl View<'_> {
    fn text(&self, symbol: Symbol) -> String {
        terminal(&self.context.names.text(symbol)).into_owned()
    }

    fn or(&self, symbol: Symbol, nothing: &str) -> String {
        if symbol == EMPTY { nothing.to_owned() } else { self.text(symbol) }
    }

    fn paint<'t>(&self, code: &str, text: &'t str) -> Cow<'t, str> {
        if self.color { Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m")) } else { Cow::Borrowed(text) }
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text).into_owned()
    }

    fn head(&self, journey: &Journey, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.bold(&self.or(journey.message_id, "(no message-id)")))?;
        if journey.subject != EMPTY && !self.context.no_subjects {
            writeln!(out, "  subject   {}", self.text(journey.subject))?;
        }
        writeln!(out, "  sender    {}", self.or(journey.sender, "not in these logs"))?;
        let bytes = journey.size_bytes.map_or(String::new(), |b| format!(", {}", size(b)));
        writeln!(out, "  first     {} (UTC){bytes}, {} message", journey.first_seen, journey.class.as_str())?;
        if journey.network_message_id != 0 {
            writeln!(out, "  network   {}", guid_text(journey.network_message_id))?;
        }
        if journey.reference != EMPTY {
            writeln!(out, "  about     {}", self.text(journey.reference))?;
        }
        Ok(())
    }

    fn title(&self, leaf: &Leaf) -> String {
        let mut out = format!("to {}", self.or(leaf.recipient, "(no address)"));
        for via in &leaf.via {
            out.push_str(&format!(" -{}-> {}", via.step.as_str(), self.text(via.to)));
        }
        out
    }

    fn hop(
        &self,
        hop: &Hop,
        last: &mut Option<Timestamp>,
        shared: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let since = last.map_or(String::new(), |before| {
            let ms = hop.time.0 - before.0;
            format!("{}{}", if ms < 0 { '-' } else { '+' }, duration(ms.unsigned_abs()))
        });
        // The order is the causal one, so time that runs backwards is a clock's.
        let behind = if last.is_some_and(|before| hop.time < before) { " (its clock is behind)" } else { "" };
        *last = Some(hop.time);
        let time = hop.time.to_string();
        let clock = time.get(if self.with_date { 0 } else { 11 }..23).unwrap_or(&time).replace('T', " ");
        let server = self.or(hop.server, "?");
        writeln!(
            out,
            "    {clock} {since:>9}  {server:<10} {:<16} {}{behind}",
            hop.event.as_str(),
            self.what(hop, shared)
        )
    }

    /// What a row says, in plain words.
    fn what(&self, hop: &Hop, shared: bool) -> String {
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
    fn said(&self, hop: &Hop) -> String {
        self.status(hop.status.code.map(|c| c.to_string()), hop.status.tag, hop.status.text)
    }

    fn status(&self, code: Option<String>, tag: Symbol, text: Symbol) -> String {
        let words = [code, (tag != EMPTY).then(|| self.text(tag)), (text != EMPTY).then(|| self.text(text))];
        let joined = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        match joined.char_indices().nth(LONGEST) {
            _ if joined.is_empty() => String::new(),
            Some((at, _)) => format!(": {} ...", joined.get(..at).unwrap_or_default()),
            None => format!(": {joined}"),
        }
    }

    /// The closing sentence.
    fn ending(&self, leaf: &Leaf) -> String {
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

    fn evidence(&self, leaf: &Leaf) -> String {
        let at = leaf.evidence;
        let file = self.context.files.get(at.file as usize).map_or("?", |f| f.name.as_str());
        format!("{} ({}:{})", leaf.decision.as_str(), terminal(file), at.line)
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
