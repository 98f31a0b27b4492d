//! From an event to a row with every column typed.

use std::borrow::Cow;

use super::Needs;
use super::rows::{Hosts, split_addresses};
use crate::model::column::{ALL, Column};
use crate::model::event::{EventId, Source};
use crate::model::intake::Position;
use crate::model::name::guid_text;
use crate::model::row::{Meaning, Reply, Row, Value};
use crate::model::status::Alignment;
use crate::model::time::Timestamp;
use crate::parse::event::Event;
use crate::parse::schema::FAR;
use crate::parse::{message_info, status, values};

/// Reads all columns of an event of a file, which `host` wrote if it names no server. Without subjects
/// none is in the row.
pub(super) fn row<'a>(
    event: &Event<'a>,
    needs: Needs,
    (host, file): (&'a [u8], &'a str),
    at: Position,
) -> Row<'a> {
    let subjects = needs.subjects;
    let mut values = ALL.map(|(column, _)| value(event, column));
    if !subjects && let Some(subject) = values.get_mut(Column::Subject as usize) {
        *subject = Value::Null;
    }
    let other = event.others().filter(|(name, text)| !text.is_empty() && shows(name, subjects)).collect();
    let hosts = Hosts::of(event, host);
    let statuses = values.get(Column::RecipientStatus as usize);
    let meaning = if needs.meaning { meaning(event, statuses, hosts.peer) } else { Meaning::default() };
    Row {
        time: event.time,
        event: event.event,
        source: event.source,
        values,
        other,
        server: hosts.writer,
        file,
        at,
        meaning,
    }
}

/// Whether a column that is none of ours is shown: what has no name may hold a subject.
pub(super) fn shows(name: &str, subjects: bool) -> bool {
    subjects || !(name == FAR || name.starts_with("column ") || name.to_ascii_lowercase().contains("subject"))
}

fn meaning<'a>(event: &Event<'a>, statuses: Option<&Value<'_>>, peer: Cow<'a, [u8]>) -> Meaning<'a> {
    let info = event.text(Column::MessageInfo);
    let submitted = message_info::origination(&info).filter(|time| !message_info::is_year_one(time));
    let statuses = match statuses {
        Some(Value::List(parts)) => &parts[..],
        _ => &[],
    };
    Meaning { peer, status: said_alike(statuses), submitted: submitted.and_then(values::timestamp) }
}

/// What all statuses have in common.
fn said_alike(statuses: &[Cow<'_, [u8]>]) -> Reply {
    let read = |status: &Cow<'_, [u8]>| {
        let parts = status::parse_status(status);
        Reply { class: parts.class, reply: parts.reply, code: parts.code }
    };
    let Some((first, rest)) = statuses.split_first() else { return Reply::default() };
    let alike = |one: Reply, other: Reply| Reply {
        class: if one.class == other.class { one.class } else { 0 },
        reply: one.reply.filter(|_| one.reply == other.reply),
        code: one.code.filter(|_| one.code == other.code),
    };
    // Of thousands nearly all are the same text.
    let others = rest.iter().filter(|status| *status != first);
    others.map(read).fold(read(first), alike)
}

fn value<'a>(event: &Event<'a>, column: Column) -> Value<'a> {
    let text = event.text(column);
    match column {
        Column::Recipients if event.has(column) => {
            Value::List(pieces(text, |t| split_addresses(t).collect()))
        }
        Column::RecipientStatus if event.has(column) => {
            let recipients = split_addresses(&event.text(Column::Recipients)).count();
            Value::List(pieces(text, |t| statuses(t, recipients)))
        }
        _ if text.is_empty() => Value::Null,
        Column::DateTime => time(event.time, text),
        Column::EventId if event.event != EventId::Other => known(event.event.as_str()),
        Column::Source if event.source != Source::Other => known(event.source.as_str()),
        Column::InternalMessageId | Column::TotalBytes | Column::RecipientCount => {
            values::number(&text).map_or(Value::Unparsed(text), Value::Number)
        }
        Column::NetworkMessageId => id(text),
        _ => Value::Text(text),
    }
}

fn known(name: &'static str) -> Value<'static> {
    Value::Text(Cow::Borrowed(name.as_bytes()))
}

/// A time. Nearly always it stands in the log as it is written, at most without its zone.
fn time(time: Timestamp, text: Cow<'_, [u8]>) -> Value<'_> {
    // Every month has this day, and no minute is so long that it would run over: as it is, so it is written.
    if text.len() == 24
        && text.last() == Some(&b'Z')
        && text.get(8..10) <= Some(b"28")
        && text.get(17) < Some(&b'6')
    {
        return Value::Text(text);
    }
    let written = time.to_string();
    if *text == *written.as_bytes() {
        return Value::Text(text);
    }
    let same = written.strip_suffix('Z').is_some_and(|w| *text == *w.as_bytes());
    Value::Time { time, logged: (!same).then_some(text) }
}

/// An id in lower case with dashes; the one of all zeros too.
fn id(text: Cow<'_, [u8]>) -> Value<'_> {
    let zeros = || matches!(text.len(), 32 | 36) && text.iter().all(|b| matches!(b, b'0' | b'-'));
    match values::guid(&text).or_else(|| zeros().then_some(0)) {
        None => Value::Unparsed(text),
        Some(_) if text.len() == 36 && !text.iter().any(u8::is_ascii_uppercase) => Value::Text(text),
        Some(id) => Value::Text(Cow::Owned(guid_text(id).into_bytes())),
    }
}

/// One status for each recipient, or the whole field where they do not fit.
fn statuses(field: &[u8], recipients: usize) -> Vec<&[u8]> {
    if field.is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    match status::split_statuses(field, recipients, &mut parts) {
        Alignment::Aligned => parts,
        Alignment::Broadcast | Alignment::Unaligned => vec![field],
    }
}

/// The parts of a field, borrowed where the field is.
fn pieces(field: Cow<'_, [u8]>, split: impl Fn(&[u8]) -> Vec<&[u8]>) -> Vec<Cow<'_, [u8]>> {
    match field {
        Cow::Borrowed(field) => split(field).into_iter().map(Cow::Borrowed).collect(),
        Cow::Owned(field) => split(&field).into_iter().map(|p| Cow::Owned(p.to_vec())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::record::Fields;
    use crate::parse::schema::Schema;

    /// The values of a row with these columns.
    fn read(header: &str, line: &str, column: Column) -> String {
        let schema = Schema::from_header(format!("#Fields: date-time,event-id,{header}").as_bytes()).unwrap();
        let line = format!("2026-03-10T09:00:00.000Z,receive,{line}");
        let mut fields = Fields::default();
        let event = Event::read(fields.index(line.as_bytes(), &schema)).unwrap();
        let needs = Needs { subjects: true, ..Needs::default() };
        let row = row(&event, needs, (b"EX1", "a.LOG"), Position::default());
        show(&row.values[column as usize])
    }

    fn show(value: &Value<'_>) -> String {
        let text = |t: &[u8]| String::from_utf8_lossy(t).into_owned();
        match value {
            Value::Null => "-".to_owned(),
            Value::Time { time, logged } => {
                time.to_string() + &logged.as_ref().map_or(String::new(), |l| format!(" of {}", text(l)))
            }
            Value::Number(n) => format!("#{n}"),
            Value::Text(t) => text(t),
            Value::List(parts) => parts.iter().map(|p| text(p)).collect::<Vec<_>>().join("|"),
            Value::Unparsed(t) => format!("?{}", text(t)),
        }
    }

    #[test]
    fn columns_are_typed_and_nothing_is_lost() {
        use Column::{EventId, NetworkMessageId, RecipientStatus, Recipients, Source, TenantId, TotalBytes};
        let guid = "0F8A1B2C-3D4E-5F60-7182-93A4B5C6D7E8";
        for (column, header, line, want) in [
            (EventId, "source", "smtp", "RECEIVE"),
            (Source, "source", "smtp", "SMTP"),
            (Source, "source", "Carrier", "Carrier"),
            (TotalBytes, "total-bytes", "4096", "#4096"),
            (TotalBytes, "total-bytes", "-1", "?-1"),
            (TotalBytes, "total-bytes", "", "-"),
            (TotalBytes, "source", "smtp", "-"),
            (NetworkMessageId, "network-message-id", guid, "0f8a1b2c-3d4e-5f60-7182-93a4b5c6d7e8"),
            (NetworkMessageId, "network-message-id", "17", "?17"),
            (Recipients, "recipient-address", "a@x.example; b@x.example", "a@x.example|b@x.example"),
            (Recipients, "recipient-address", "\"\"\"a;b\"\"@x.example;c\"", "\"a;b\"@x.example|c"),
            (Recipients, "source", "smtp", "-"),
            (RecipientStatus, "recipient-address,recipient-status", "a;b,To;Cc", "To|Cc"),
            (RecipientStatus, "recipient-address,recipient-status", "a;b,one; for all", "one; for all"),
            (RecipientStatus, "recipient-address,recipient-status", "a;b,", ""),
            (RecipientStatus, "recipient-address,recipient-status", ",To", "To"),
            (TenantId, "tenant-id", "\" as \"\"logged\"\"\"", " as \"logged\""),
        ] {
            assert_eq!(read(header, line, column), want, "{header} {line}");
        }
        let zeros = "00000000-0000-0000-0000-000000000000";
        assert_eq!(read("network-message-id", zeros, NetworkMessageId), zeros);
    }

    #[test]
    fn a_row_means_what_its_columns_say_together() {
        let read = |event: &str, line: &str| {
            let header =
                b"#Fields: date-time,event-id,client-hostname,server-hostname,recipient-address,recipient-status,message-info";
            let schema = Schema::from_header(header).unwrap();
            let line = format!("2026-03-10T09:00:00.000Z,{event},{line}");
            let mut fields = Fields::default();
            let event = Event::read(fields.index(line.as_bytes(), &schema)).unwrap();
            let needs = Needs { meaning: true, ..Needs::default() };
            let row = row(&event, needs, (b"EX9", "a.LOG"), Position::default());
            let Meaning { peer, status, submitted } = row.meaning;
            let text = |t: &[u8]| String::from_utf8_lossy(t).into_owned();
            let code = status.code.map_or(String::new(), |c| c.to_string());
            let submitted = submitted.map_or(String::new(), |t| t.to_string());
            [text(&row.server), text(&peer), status.class.to_string(), code, submitted].join("|")
        };
        let time = "2026-03-10T08:59:59.000Z";
        for (event, line, want) in [
            ("RECEIVE", "mail.fabrikam.com,ex1.contoso.com,,,", "EX1|mail.fabrikam.com|0||".to_owned()),
            ("SEND", &format!("ex1,EX2,a,250 2.1.5 ok,{time}"), format!("EX1|EX2|2|2.1.5|{time}")),
            ("DELIVER", "ex1,EX2,a,,0001-01-01T00:00:00.000Z;x", "EX1|EX2|0||".to_owned()),
            ("FAIL", ",,a;b,550 5.1.1 no;550 5.1.10 never,", "EX9||5||".to_owned()),
            ("FAIL", ",,a;b,550 5.1.1 no;450 5.1.1 yet,", "EX9||0|5.1.1|".to_owned()),
        ] {
            assert_eq!(read(event, line), want, "{event} {line}");
        }
    }

    #[test]
    fn a_time_that_says_more_keeps_its_text() {
        let read =
            |text: &'static str| show(&time(Timestamp(1_773_133_200_123), Cow::Borrowed(text.as_bytes())));
        let plain = "2026-03-10T09:00:00.123Z";
        assert_eq!(read(plain), plain);
        assert_eq!(read("2026-03-10T09:00:00.123"), plain);
        for (text, want) in [
            ("2026-02-29T09:00:00.000Z", "2026-03-01T09:00:00.000Z of 2026-02-29T09:00:00.000Z"),
            ("2026-02-28T09:00:60.000Z", "2026-02-28T09:01:00.000Z of 2026-02-28T09:00:60.000Z"),
            ("2026-01-31T09:00:59.000Z", "2026-01-31T09:00:59.000Z"),
        ] {
            let value = time(values::timestamp(text.as_bytes()).unwrap(), Cow::Borrowed(text.as_bytes()));
            assert_eq!(show(&value), want);
        }
        assert_eq!(read("2026-03-10T09:00:00.1234567Z"), format!("{plain} of 2026-03-10T09:00:00.1234567Z"));
    }
}
