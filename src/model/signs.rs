//! What the rows of a message tell beside its way: how long it took from hop to hop, and what went round.

use super::event::EventId;
use super::intake::Position;
use super::name::Symbol;
use super::time::Timestamp;

/// A SEND inside the organisation and the RECEIVE it led to, each by its own server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Who sent.
    pub from: Symbol,
    /// Who received.
    pub to: Symbol,
    /// When it was sent.
    pub sent: Timestamp,
    /// When it was received.
    pub received: Timestamp,
}

/// How long a server kept the message before it sent it on, by one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The server.
    pub server: Symbol,
    /// By which connector it was sent on.
    pub connector: Symbol,
    /// When.
    pub sent: Timestamp,
    /// Since its RECEIVE there, ms.
    pub ms: i64,
}

/// What went round among the addresses of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CircleKind {
    /// Forwarding, contacts and look-ups only.
    Forwarding,
    /// A group among them.
    Group,
    /// A transport rule put one in place of the other, and the other in place of the one.
    Rule,
}

/// Addresses each of which became the next, and the last the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// What kind.
    pub kind: CircleKind,
    /// The addresses, in lower case.
    pub addresses: Vec<Symbol>,
    /// The row that closed it.
    pub time: Timestamp,
    /// Where that row stands.
    pub evidence: Position,
}

/// A row that moves nothing and yet speaks of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// THROTTLE by an inbox rule, or DUPLICATEEXPAND.
    pub event: EventId,
    /// When.
    pub time: Timestamp,
    /// First address it names, in lower case.
    pub address: Symbol,
    /// Its related address, in lower case.
    pub related: Symbol,
    /// Where it stands.
    pub evidence: Position,
}
