//! Timesketch: the fields its importer asks for, then the log's own columns. As JSON lines and as CSV.

use super::table::{Cell, Field, column, made, other, text, unparsed};
use super::words;
use crate::model::column::Column;
use crate::model::row::Row;

/// Its fields.
pub const FIELDS: &[Field] = &[
    made("message", "sentence for people, made of the row", words::sentence),
    column("datetime", Column::DateTime),
    made("timestamp", "`date-time` in microseconds since 1970", timestamp),
    text("timestamp_desc", "Event Logged"),
    text("data_type", "exchange:messagetracking"),
    made("server", "server that wrote the row, short name", words::writer),
    column("client-ip", Column::ClientIp),
    column("client-hostname", Column::ClientHostname),
    column("server-ip", Column::ServerIp),
    column("server-hostname", Column::ServerHostname),
    column("source-context", Column::SourceContext),
    column("connector-id", Column::ConnectorId),
    column("source", Column::Source),
    column("event-id", Column::EventId),
    column("internal-message-id", Column::InternalMessageId),
    column("message-id", Column::MessageId),
    column("network-message-id", Column::NetworkMessageId),
    column("recipient-address", Column::Recipients),
    column("recipient-status", Column::RecipientStatus),
    column("total-bytes", Column::TotalBytes),
    column("recipient-count", Column::RecipientCount),
    column("related-recipient-address", Column::RelatedRecipient),
    column("reference", Column::Reference),
    column("message-subject", Column::Subject),
    column("sender-address", Column::Sender),
    column("return-path", Column::ReturnPath),
    column("message-info", Column::MessageInfo),
    column("directionality", Column::Directionality),
    column("tenant-id", Column::TenantId),
    column("original-client-ip", Column::OriginalClientIp),
    column("original-server-ip", Column::OriginalServerIp),
    column("custom-data", Column::CustomData),
    column("transport-traffic-type", Column::TrafficType),
    column("log-id", Column::LogId),
    column("schema-version", Column::SchemaVersion),
    made("file", "name of the file", words::file),
    made("line", "line where the record begins", words::line),
    made("offset", "byte where the record begins", words::offset),
    unparsed("unparsed"),
    other("other"),
];

fn timestamp<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::Signed(row.time.0.saturating_mul(1000))
}
