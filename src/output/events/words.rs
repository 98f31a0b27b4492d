//! What each event means to other tools, and the sentence that tells it to a person.

use std::borrow::Cow;

use super::table::Cell;
use crate::model::column::Column;
use crate::model::event::{EventId, Source};
use crate::model::row::Row;
use crate::output::escape::terminal;
use crate::output::numbers::grouped;

/// What an event tells of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The step was done.
    Done,
    /// The mail, or the step, came to grief.
    Failed,
    /// It did, unless the status says otherwise: 2.x.x is no failure, no status is unknown.
    ByStatus,
    /// Put off; how it ends is not known yet.
    Open,
    /// A note that ends nothing.
    Note,
}

/// An event in words.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The event; `Other` for all that are not known.
    pub event: EventId,
    /// What the server did.
    pub did: &'static str,
    /// What leads to the name of the other host; empty where it does not matter.
    pub to: &'static str,
    /// How it ended.
    pub ending: Ending,
}

const fn word(event: EventId, did: &'static str, to: &'static str, ending: Ending) -> Word {
    Word { event, did, to, ending }
}

use Ending::{ByStatus, Done, Failed, Note, Open};

/// All events, in the order of [`EventId::KNOWN`]; then the unknown ones.
pub const WORDS: &[Word] = &[
    word(EventId::Receive, "received mail", "from", Done),
    word(EventId::Send, "sent mail on", "to", Done),
    word(EventId::Deliver, "stored mail in the mailbox", "on", Done),
    word(EventId::AgentInfo, "noted what its agents did", "", Note),
    word(EventId::SendExternal, "sent mail out", "to", Done),
    word(EventId::Submit, "handed in mail", "to", Done),
    word(EventId::NotifyMapi, "saw new mail in an outbox", "", Note),
    word(EventId::HaRedirect, "made a shadow copy", "", Note),
    word(EventId::HaReceive, "took a shadow copy", "from", Note),
    word(EventId::HaDiscard, "threw its shadow copy away", "", Note),
    word(EventId::HaRedirectFail, "could make no shadow copy", "", Note),
    word(EventId::Resolve, "looked the recipient up", "", Done),
    word(EventId::Expand, "expanded a group", "", Done),
    word(EventId::Transfer, "split off a copy", "", Done),
    word(EventId::Fail, "gave up mail", "", ByStatus),
    word(EventId::Dsn, "made a delivery report", "", Done),
    word(EventId::Defer, "put mail off", "", Open),
    word(EventId::Redirect, "redirected mail", "", Done),
    word(EventId::DuplicateDeliver, "threw away what the mailbox had already", "on", Done),
    word(EventId::DeliverFail, "could not store mail in the mailbox", "on", ByStatus),
    word(EventId::Drop, "removed mail without a report", "", Failed),
    word(EventId::PoisonMessage, "set mail aside as poison", "", Failed),
    word(EventId::BadMail, "put mail with bad mail", "", Failed),
    word(EventId::DuplicateExpand, "left out who was in the group already", "", Note),
    word(EventId::DuplicateRedirect, "left out who was redirected to already", "", Note),
    word(EventId::SubmitDefer, "put off handing in mail", "to", Open),
    word(EventId::SubmitFail, "could not hand in mail", "to", ByStatus),
    word(EventId::ClientSubmission, "took mail from a client", "from", Done),
    word(EventId::InitMessageCreated, "asked a moderator", "", Note),
    word(EventId::ModeratorApprove, "was told that a moderator approved", "", Done),
    word(EventId::ModeratorReject, "was told that a moderator refused", "", Failed),
    word(EventId::ModerationExpire, "had no answer from any moderator in time", "", Failed),
    word(EventId::ModeratorsAllNdr, "could reach no moderator", "", Failed),
    word(EventId::Process, "processed mail", "", Note),
    word(EventId::ProcessMeetingMessage, "processed a meeting message", "", Note),
    word(EventId::Throttle, "held mail back", "", Open),
    word(EventId::Load, "took mail up again after a start", "", Note),
    word(EventId::Resubmit, "brought in a copy it had kept", "", Note),
    word(EventId::ResubmitDefer, "put off a copy it had kept", "", Open),
    word(EventId::ResubmitFail, "could not bring in a copy it had kept", "", Failed),
    word(EventId::Suppressed, "suppressed mail", "", Note),
    word(EventId::NotifyShadow, "noted its shadow copy", "", Note),
    word(EventId::RecipientInfo, "noted its recipients", "", Note),
    word(EventId::SetRoute, "noted a route", "", Note),
    word(EventId::Other, "logged an event", "", Note),
];

/// How a row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Failure,
    Unknown,
    /// It ends nothing.
    None,
}

fn of(event: EventId) -> Option<&'static Word> {
    WORDS.get(event as usize)
}

pub(super) fn outcome(row: &Row<'_>) -> Outcome {
    match (of(row.event).map_or(Note, |w| w.ending), row.meaning.status.class) {
        (Done, _) | (ByStatus, 2) => Outcome::Success,
        (Failed, _) | (ByStatus, 4 | 5) => Outcome::Failure,
        (ByStatus | Open, _) => Outcome::Unknown,
        (Note, _) => Outcome::None,
    }
}

/// Of a status that is cut, so many characters stand in the sentence.
const LONGEST: usize = 160;

/// The row as a sentence of one line, without anything a terminal would obey.
pub(super) fn sentence<'r>(row: &'r Row<'_>) -> Cell<'r> {
    let (mut out, meaning) = (String::with_capacity(160), &row.meaning);
    let Some(word) = of(row.event) else { return Cell::Absent };
    out.push_str(&one_line(if row.server.is_empty() { b"A server" } else { &row.server }));
    push(&mut out, " ", word.did);
    let unknown = row.event == EventId::Other;
    push(&mut out, " ", &one_line(if unknown { row.text(Column::EventId) } else { b"" }));
    if !word.to.is_empty() && !meaning.peer.is_empty() {
        push(&mut out, " ", word.to);
        push(&mut out, " ", &one_line(&meaning.peer));
    }
    if matches!(row.event, EventId::Send | EventId::SendExternal) {
        push(&mut out, " by connector ", &one_line(row.text(Column::ConnectorId)));
    }
    if row.source != Source::Smtp {
        let source = one_line(row.text(Column::Source));
        if !source.is_empty() {
            out.push_str(&format!(" ({source})"));
        }
    }
    people(row, &mut out);
    push(&mut out, ", instead of ", &one_line(row.text(Column::RelatedRecipient)));
    push(&mut out, ", subject: ", &one_line(row.text(Column::Subject)));
    if matches!(outcome(row), Outcome::Failure | Outcome::Unknown)
        && let Some(status) = row.list(Column::RecipientStatus).first()
    {
        let status = one_line(status);
        push(&mut out, ", status: ", shortened(&status));
        if shortened(&status).len() < status.len() {
            out.push_str(" ...");
        }
    }
    Cell::Text(Cow::Owned(out.into_bytes()))
}

/// From whom and to whom, of many the first.
fn people(row: &Row<'_>, out: &mut String) {
    let recipients = row.list(Column::Recipients);
    let sender = one_line(row.text(Column::Sender));
    if sender.is_empty() && recipients.is_empty() {
        return;
    }
    out.push(':');
    push(out, " ", &sender);
    if let Some((first, more)) = recipients.split_first() {
        push(out, " to ", &one_line(first));
        if !more.is_empty() {
            out.push_str(&format!(" and {} more", grouped(more.len() as u64)));
        }
    }
}

/// Appends a text and what leads to it, unless it is empty.
fn push(out: &mut String, lead: &str, text: &str) {
    if !text.is_empty() {
        out.push_str(lead);
        out.push_str(text);
    }
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(LONGEST).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Without line breaks and commands, which are shown.
fn one_line(text: &[u8]) -> Cow<'_, str> {
    // Nearly always there is none. All bytes are looked at, so that it goes fast.
    let plain = text.iter().fold(true, |all, b| all & matches!(b, b' '..=b'~'));
    if plain && let Ok(text) = std::str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    match String::from_utf8_lossy(text) {
        Cow::Borrowed(text) => terminal(text),
        Cow::Owned(text) => Cow::Owned(terminal(&text).into_owned()),
    }
}

/// The event-id in lower case.
pub(super) fn action<'r>(row: &'r Row<'_>) -> Cell<'r> {
    match row.text(Column::EventId).to_ascii_lowercase() {
        empty if empty.is_empty() => Cell::Absent,
        text => Cell::Text(Cow::Owned(text)),
    }
}

/// The enhanced code that all statuses have, else their reply code.
pub(super) fn status_code<'r>(row: &'r Row<'_>) -> Cell<'r> {
    let status = row.meaning.status;
    let code = status.code.map(|c| c.to_string()).or_else(|| status.reply.map(|r| r.to_string()));
    code.map_or(Cell::Absent, |code| Cell::Text(Cow::Owned(code.into_bytes())))
}

/// `SMTP` where the source says so.
pub(super) fn protocol<'r>(row: &'r Row<'_>) -> Cell<'r> {
    if row.source == Source::Smtp { Cell::word("SMTP") } else { Cell::Absent }
}

/// The server that wrote the row.
pub(super) fn writer<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::of(&row.server)
}

/// The name of the file.
pub(super) fn file<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::of(row.file.as_bytes())
}

/// The line in the file.
pub(super) fn line<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::Number(row.at.line)
}

/// The byte in the file.
pub(super) fn offset<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::Number(row.at.offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_words_in_its_place() {
        let known = EventId::KNOWN.iter().copied().chain([EventId::Other]);
        assert!(known.eq(WORDS.iter().map(|w| w.event)));
        assert!(WORDS.iter().all(|w| of(w.event).is_some_and(|found| found.event == w.event)));
    }
}
