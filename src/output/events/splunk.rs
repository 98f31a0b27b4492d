//! Splunk: events for the HTTP Event Collector, with the fields of the CIM data model Email.

use std::borrow::Cow;

use super::table::{Cell, Field, column, made, other, text, unparsed};
use super::words::{self, Outcome};
use crate::model::column::Column;
use crate::model::event::{EventId, Source};
use crate::model::row::Row;
use crate::model::time::DAY;

/// Its fields.
pub const FIELDS: &[Field] = &[
    made("time", "`date-time` in seconds since 1970", time),
    made("host", "server that wrote the row, short name", words::writer),
    made("source", "name of the file", words::file),
    text("sourcetype", "mailtrail:exchange:messagetracking"),
    made("event.message", "sentence for people, made of the row", words::sentence),
    made(
        "event.action",
        "`delivered` of DELIVER, SEND and SENDEXTERNAL; `deleted`, `quarantined` or `blocked` of a failure; else `event-id` in lower case",
        action,
    ),
    text("event.vendor_product", "Microsoft Exchange Server"),
    column("event.process", Column::Source),
    made("event.protocol", "`SMTP`, if `source` is", words::protocol),
    made("event.src", "`client-hostname`, else `client-ip`", src),
    column("event.src_host", Column::ClientHostname),
    column("event.src_ip", Column::ClientIp),
    made("event.dest", "`server-hostname`, else `server-ip`", dest),
    column("event.dest_host", Column::ServerHostname),
    column("event.dest_ip", Column::ServerIp),
    column("event.orig_src", Column::OriginalClientIp),
    column("event.orig_dest", Column::OriginalServerIp),
    column("event.src_user", Column::Sender),
    column("event.return_addr", Column::ReturnPath),
    column("event.recipient", Column::Recipients),
    column("event.recipient_count", Column::RecipientCount),
    column("event.recipient_status", Column::RecipientStatus),
    column("event.orig_recipient", Column::RelatedRecipient),
    made("event.status_code", "code that all of `recipient-status` have", words::status_code),
    column("event.message_id", Column::MessageId),
    column("event.internal_message_id", Column::InternalMessageId),
    column("event.message_info", Column::MessageInfo),
    column("event.xref", Column::Reference),
    column("event.subject", Column::Subject),
    column("event.size", Column::TotalBytes),
    made(
        "event.delay",
        "of SEND, SENDEXTERNAL and DELIVER: milliseconds since the time at the head of `message-info`, up to 30 days",
        delay,
    ),
    column("event.exchange_date_time", Column::DateTime),
    column("event.exchange_event_id", Column::EventId),
    column("event.exchange_network_message_id", Column::NetworkMessageId),
    column("event.exchange_connector_id", Column::ConnectorId),
    column("event.exchange_source_context", Column::SourceContext),
    column("event.exchange_directionality", Column::Directionality),
    column("event.exchange_tenant_id", Column::TenantId),
    column("event.exchange_custom_data", Column::CustomData),
    column("event.exchange_transport_traffic_type", Column::TrafficType),
    column("event.exchange_log_id", Column::LogId),
    column("event.exchange_schema_version", Column::SchemaVersion),
    made("event.exchange_line", "line where the record begins", words::line),
    made("event.exchange_offset", "byte where the record begins", words::offset),
    unparsed("event.exchange_unparsed"),
    other("event.exchange_other"),
];

fn time<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::Seconds(row.time)
}

fn action<'r>(row: &'r Row<'_>) -> Cell<'r> {
    match row.event {
        EventId::Deliver | EventId::Send | EventId::SendExternal => Cell::word("delivered"),
        _ if words::outcome(row) != Outcome::Failure => words::action(row),
        EventId::Drop | EventId::PoisonMessage | EventId::BadMail => Cell::word("deleted"),
        EventId::Fail if is_quarantined(row) => Cell::word("quarantined"),
        _ => Cell::word("blocked"),
    }
}

/// An agent that puts mail into quarantine ends it with a FAIL that says so.
fn is_quarantined(row: &Row<'_>) -> bool {
    let says =
        |status: &Cow<'_, [u8]>| memchr::memmem::find(&status.to_ascii_lowercase(), b"quarantined").is_some();
    row.source == Source::Agent && row.list(Column::RecipientStatus).iter().any(says)
}

fn src<'r>(row: &'r Row<'_>) -> Cell<'r> {
    first(row, [Column::ClientHostname, Column::ClientIp])
}

fn dest<'r>(row: &'r Row<'_>) -> Cell<'r> {
    first(row, [Column::ServerHostname, Column::ServerIp])
}

/// The first of two columns that has a text.
fn first<'r>(row: &'r Row<'_>, columns: [Column; 2]) -> Cell<'r> {
    Cell::of(columns.into_iter().map(|c| row.text(c)).find(|text| !text.is_empty()).unwrap_or_default())
}

/// Clocks that differ, and a time that a client made up, give none.
fn delay<'r>(row: &'r Row<'_>) -> Cell<'r> {
    let ends = matches!(row.event, EventId::Send | EventId::SendExternal | EventId::Deliver);
    let delay = row.meaning.submitted.map(|from| row.time.0.saturating_sub(from.0));
    match delay {
        Some(ms) if ends && (0..=30 * DAY).contains(&ms) => Cell::Signed(ms),
        _ => Cell::Absent,
    }
}
