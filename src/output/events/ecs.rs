//! The Elastic Common Schema, with the field names of Elastic's integration `microsoft_exchange_server`.

use super::table::{Cell, Field, column, digits, ip, made, only, other, single, text, unparsed};
use super::words::{self, Outcome};
use crate::model::column::Column;
use crate::model::row::Row;

/// Version of the schema; that of the integration.
pub const VERSION: &str = "8.17.0";

/// Its fields.
pub const FIELDS: &[Field] = &[
    column("@timestamp", Column::DateTime),
    made("message", "sentence for people, made of the row", words::sentence),
    text("ecs.version", VERSION),
    text("event.kind", "event"),
    only("event.category", "email"),
    only("event.type", "info"),
    made("event.action", "`event-id` in lower case", words::action),
    made("event.outcome", "`success`, `failure` or `unknown`, by the table of events above", outcome),
    column("event.created", Column::DateTime),
    text("event.module", "microsoft_exchange_server"),
    text("event.dataset", "microsoft_exchange_server.messagetracking"),
    column("event.code", Column::EventId),
    column("event.id", Column::LogId),
    made("host.name", "server that wrote the row, short name", words::writer),
    ip("client.ip", Column::ClientIp),
    column("client.domain", Column::ClientHostname),
    ip("server.ip", Column::ServerIp),
    column("server.domain", Column::ServerHostname),
    column("network.bytes", Column::TotalBytes),
    column("email.message_id", Column::MessageId),
    column("email.local_id", Column::NetworkMessageId),
    column("email.subject", Column::Subject),
    column("email.direction", Column::Directionality),
    single("email.from.address", Column::Sender),
    single("email.sender.address", Column::Sender),
    column("email.to.address", Column::Recipients),
    made(
        "email.origination_timestamp",
        "time at the head of `message-info`, of rows that have it",
        submitted,
    ),
    made("log.file.path", "name of the file", words::file),
    made("log.offset", "byte where the record begins", words::offset),
    text("microsoft.exchange.logtype", "messagetracking"),
    column("microsoft.exchange.sourcecontext", Column::SourceContext),
    column("microsoft.exchange.connectorid", Column::ConnectorId),
    column("microsoft.exchange.source", Column::Source),
    column("microsoft.exchange.eventid", Column::EventId),
    digits("microsoft.exchange.internalmessageid", Column::InternalMessageId),
    column("microsoft.exchange.networkmessageid", Column::NetworkMessageId),
    column("microsoft.exchange.recipientstatus", Column::RecipientStatus),
    column("microsoft.exchange.recipientcount", Column::RecipientCount),
    column("microsoft.exchange.relatedrecipientaddress", Column::RelatedRecipient),
    column("microsoft.exchange.reference", Column::Reference),
    column("microsoft.exchange.returnpath", Column::ReturnPath),
    column("microsoft.exchange.messageinfo", Column::MessageInfo),
    column("microsoft.exchange.tenantid", Column::TenantId),
    ip("microsoft.exchange.originalclientip", Column::OriginalClientIp),
    ip("microsoft.exchange.originalserverip", Column::OriginalServerIp),
    column("microsoft.exchange.customdata", Column::CustomData),
    column("microsoft.exchange.transporttraffictype", Column::TrafficType),
    column("microsoft.exchange.logid", Column::LogId),
    column("microsoft.exchange.schemaversion", Column::SchemaVersion),
    made("microsoft.exchange.line", "line where the record begins", words::line),
    unparsed("microsoft.exchange.unparsed"),
    other("microsoft.exchange.other"),
];

fn outcome<'r>(row: &'r Row<'_>) -> Cell<'r> {
    Cell::word(match words::outcome(row) {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Unknown => "unknown",
        Outcome::None => "",
    })
}

fn submitted<'r>(row: &'r Row<'_>) -> Cell<'r> {
    row.meaning.submitted.map_or(Cell::Absent, Cell::time)
}
