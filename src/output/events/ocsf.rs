//! The Open Cybersecurity Schema Framework: class Email Activity.

use super::table::{Cell, Field, address, always, column, ip, ips, made, number, other, text, unparsed};
use super::words::{self, Outcome};
use crate::model::column::Column;
use crate::model::event::{EventId, Source};
use crate::model::row::Row;

/// Version of the schema.
pub const VERSION: &str = "1.7.0";
/// Number of the class.
const CLASS: u64 = 4009;

/// Its fields.
pub const FIELDS: &[Field] = &[
    made("time", "`date-time` in milliseconds since 1970", time),
    number("timezone_offset", 0),
    number("category_uid", 4),
    text("category_name", "Network Activity"),
    number("class_uid", 4009),
    text("class_name", "Email Activity"),
    made("activity_id", "2 of RECEIVE by SMTP, 1 of SEND and SENDEXTERNAL, else 4 (Trace)", |row| {
        Cell::Number(activity(row).0)
    }),
    made("activity_name", "`Receive`, `Send` or `Trace`", |row| Cell::word(activity(row).1)),
    made("type_uid", "400900 and `activity_id`", |row| Cell::Number(CLASS * 100 + activity(row).0)),
    made("severity_id", "2 (Low) of a failure, else 1 (Informational)", severity),
    made("status_id", "1 success, 2 failure, 0 unknown, by the table of events above", |row| {
        Cell::Number(status(row).0)
    }),
    made("status", "the same in words", |row| Cell::word(status(row).1)),
    made("status_code", "code that all of `recipient-status` have", words::status_code),
    made("status_detail", "`recipient-status` where it is one", detail),
    made("message", "sentence for people, made of the row", words::sentence),
    made(
        "direction_id",
        "1 `Incoming`; of `Originating` 2 with SENDEXTERNAL, 3 with DELIVER, else 99; 0 where nothing is said",
        |row| Cell::Number(direction(row).0),
    ),
    made("direction", "the same in words; of 99 `Originating`", |row| Cell::word(direction(row).1)),
    column("message_trace_uid", Column::NetworkMessageId),
    made("protocol_name", "`SMTP`, if `source` is", words::protocol),
    address("from", Column::ReturnPath),
    column("src_endpoint.hostname", Column::ClientHostname),
    ip("src_endpoint.ip", Column::ClientIp),
    column("dst_endpoint.hostname", Column::ServerHostname),
    ip("dst_endpoint.ip", Column::ServerIp),
    address("email.from", Column::Sender),
    always("email.to", Column::Recipients),
    column("email.message_uid", Column::MessageId),
    column("email.size", Column::TotalBytes),
    column("email.subject", Column::Subject),
    ips("email.x_originating_ip", Column::OriginalClientIp),
    text("metadata.version", VERSION),
    text("metadata.product.vendor_name", "Microsoft"),
    text("metadata.product.name", "Exchange Server"),
    column("metadata.product.version", Column::SchemaVersion),
    text("metadata.source", "Message Tracking Log"),
    text("metadata.log_format", "CSV"),
    made("metadata.log_source", "name of the file", words::file),
    column("metadata.event_code", Column::EventId),
    column("metadata.original_time", Column::DateTime),
    column("metadata.original_event_uid", Column::LogId),
    column("metadata.tenant_uid", Column::TenantId),
    made("metadata.reporter.hostname", "server that wrote the row, short name", words::writer),
    column("unmapped.source", Column::Source),
    column("unmapped.source-context", Column::SourceContext),
    column("unmapped.connector-id", Column::ConnectorId),
    column("unmapped.internal-message-id", Column::InternalMessageId),
    column("unmapped.recipient-status", Column::RecipientStatus),
    column("unmapped.recipient-count", Column::RecipientCount),
    column("unmapped.related-recipient-address", Column::RelatedRecipient),
    column("unmapped.reference", Column::Reference),
    column("unmapped.message-info", Column::MessageInfo),
    column("unmapped.directionality", Column::Directionality),
    column("unmapped.original-server-ip", Column::OriginalServerIp),
    column("unmapped.custom-data", Column::CustomData),
    column("unmapped.transport-traffic-type", Column::TrafficType),
    made("unmapped.line", "line where the record begins", words::line),
    made("unmapped.offset", "byte where the record begins", words::offset),
    unparsed("unmapped.unparsed"),
    other("unmapped.other"),
];

fn time<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::Signed(row.time.0)
}

fn activity(row: &Row<'_>) -> (u64, &'static str) {
    match (row.event, row.source) {
        (EventId::Receive, Source::Smtp) => (2, "Receive"),
        (EventId::Send | EventId::SendExternal, _) => (1, "Send"),
        _ => (4, "Trace"),
    }
}

fn severity<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::Number(if words::outcome(row) == Outcome::Failure { 2 } else { 1 })
}

fn status(row: &Row<'_>) -> (u64, &'static str) {
    match words::outcome(row) {
        Outcome::Success => (1, "Success"),
        Outcome::Failure => (2, "Failure"),
        Outcome::Unknown | Outcome::None => (0, "Unknown"),
    }
}

fn detail<'r>(row: &'r Row<'_>) -> Cell<'r> {
    match row.list(Column::RecipientStatus) {
        [one] => Cell::of(one),
        _ => Cell::Absent,
    }
}

/// What originates here may stay inside or go out, which few rows tell.
fn direction(row: &Row<'_>) -> (u64, &'static str) {
    let said = row.text(Column::Directionality);
    let is = |word: &str, number: &[u8]| said.eq_ignore_ascii_case(word.as_bytes()) || said == number;
    match row.event {
        _ if is("Incoming", b"1") => (1, "Inbound"),
        _ if !is("Originating", b"2") => (0, "Unknown"),
        EventId::SendExternal => (2, "Outbound"),
        EventId::Deliver | EventId::DuplicateDeliver => (3, "Internal"),
        _ => (99, "Originating"),
    }
}
