//! From an event to a row with every column typed.

use std::borrow::Cow;

use super::rows::{Hosts, split_addresses};
use crate::model::column::{ALL, Column};
use crate::model::event::{EventId, Source};
use crate::model::intake::Position;
use crate::model::name::guid_text;
use crate::model::row::{Row, Value};
use crate::model::status::Alignment;
use crate::model::time::Timestamp;
use crate::parse::event::Event;
use crate::parse::schema::FAR;
use crate::parse::{status, values};

/// Reads all columns of an event; `host` wrote it if it names no server. Without `subjects` none is in the row.
pub(super) fn row<'a>(
    event: &Event<'a>,
    subjects: bool,
    (host, file): (&'a [u8], &'a str),
    at: Position,
) -> Row<'a> {
    let mut values = ALL.map(|(column, _)| value(event, column));
    if !subjects && let Some(subject) = values.get_mut(Column::Subject as usize) {
        *subject = Value::Null;
    }
    // What has no name may hold a subject.
    let shown = |name: &str| {
        subjects
            || !(name == FAR || name.starts_with("column ") || name.to_ascii_lowercase().contains("subject"))
    };
    let other = event.others().filter(|(name, text)| !text.is_empty() && shown(name)).collect();
    Row { values, other, time: event.time, server: Hosts::of(event, host).writer, file, at }
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
        let row = row(&event, true, (b"EX1", "a.LOG"), Position::default());
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
