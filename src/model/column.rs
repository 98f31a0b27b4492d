//! The documented columns of a tracking log, by the names Microsoft gives them.

/// One column of the log; the discriminant is its place in the 2016–SE list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Column {
    /// `date-time`, UTC.
    DateTime,
    /// `client-ip`.
    ClientIp,
    /// `client-hostname`.
    ClientHostname,
    /// `server-ip`.
    ServerIp,
    /// `server-hostname`.
    ServerHostname,
    /// `source-context`.
    SourceContext,
    /// `connector-id`.
    ConnectorId,
    /// `source`.
    Source,
    /// `event-id`.
    EventId,
    /// `internal-message-id`.
    InternalMessageId,
    /// `message-id`.
    MessageId,
    /// `network-message-id`.
    NetworkMessageId,
    /// `recipient-address`.
    Recipients,
    /// `recipient-status`.
    RecipientStatus,
    /// `total-bytes`.
    TotalBytes,
    /// `recipient-count`.
    RecipientCount,
    /// `related-recipient-address`.
    RelatedRecipient,
    /// `reference`.
    Reference,
    /// `message-subject`.
    Subject,
    /// `sender-address`.
    Sender,
    /// `return-path`.
    ReturnPath,
    /// `message-info`.
    MessageInfo,
    /// `directionality`.
    Directionality,
    /// `tenant-id`.
    TenantId,
    /// `original-client-ip`.
    OriginalClientIp,
    /// `original-server-ip`.
    OriginalServerIp,
    /// `custom-data`.
    CustomData,
    /// `transport-traffic-type`.
    TrafficType,
    /// `log-id`.
    LogId,
    /// `schema-version`.
    SchemaVersion,
}

/// How many documented columns there are.
pub const COLUMNS: usize = 30;

/// Column and name, in the order of the 2016–SE list.
pub const ALL: [(Column, &str); COLUMNS] = [
    (Column::DateTime, "date-time"),
    (Column::ClientIp, "client-ip"),
    (Column::ClientHostname, "client-hostname"),
    (Column::ServerIp, "server-ip"),
    (Column::ServerHostname, "server-hostname"),
    (Column::SourceContext, "source-context"),
    (Column::ConnectorId, "connector-id"),
    (Column::Source, "source"),
    (Column::EventId, "event-id"),
    (Column::InternalMessageId, "internal-message-id"),
    (Column::MessageId, "message-id"),
    (Column::NetworkMessageId, "network-message-id"),
    (Column::Recipients, "recipient-address"),
    (Column::RecipientStatus, "recipient-status"),
    (Column::TotalBytes, "total-bytes"),
    (Column::RecipientCount, "recipient-count"),
    (Column::RelatedRecipient, "related-recipient-address"),
    (Column::Reference, "reference"),
    (Column::Subject, "message-subject"),
    (Column::Sender, "sender-address"),
    (Column::ReturnPath, "return-path"),
    (Column::MessageInfo, "message-info"),
    (Column::Directionality, "directionality"),
    (Column::TenantId, "tenant-id"),
    (Column::OriginalClientIp, "original-client-ip"),
    (Column::OriginalServerIp, "original-server-ip"),
    (Column::CustomData, "custom-data"),
    (Column::TrafficType, "transport-traffic-type"),
    (Column::LogId, "log-id"),
    (Column::SchemaVersion, "schema-version"),
];
