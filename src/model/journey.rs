//! A message's way: what was decided for each recipient, and the rows that say so.

use super::event::{EventId, Source};
use super::intake::Position;
use super::name::Symbol;
use super::signs::{Circle, Leg, Remark, Stay};
use super::status::EnhancedCode;
use super::time::Timestamp;

/// What Exchange decided for one message and recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Decision {
    /// Stored in a mailbox.
    LocalDelivery,
    /// Left through a send connector.
    SendConnector,
    /// Left through a send connector after the recipient had been rewritten to its remote routing address.
    RemoteRoutingAddress,
    /// Nobody has this address.
    RecipientNotFound,
    /// Any other permanent failure.
    Failed,
    /// Removed without delivery: dropped, poison, moderation refused or expired, quarantined.
    Dropped,
    /// The last word is a DEFER.
    Deferred,
    /// Sent to another server of the organisation, and its log is not here.
    HandedOff,
    /// Nothing final in the window.
    InTransit,
    /// A group whose members' fate is not in the logs.
    Expanded,
}

impl Decision {
    /// Every decision, in the order reports show them.
    pub const ALL: [Self; 10] = [
        Self::LocalDelivery,
        Self::SendConnector,
        Self::RemoteRoutingAddress,
        Self::RecipientNotFound,
        Self::Failed,
        Self::Dropped,
        Self::Deferred,
        Self::HandedOff,
        Self::InTransit,
        Self::Expanded,
    ];

    /// The value as it is written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LocalDelivery => "local-delivery",
            Self::SendConnector => "send-connector",
            Self::RemoteRoutingAddress => "remote-routing-address",
            Self::RecipientNotFound => "recipient-not-found",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
            Self::Deferred => "deferred",
            Self::HandedOff => "handed-off",
            Self::InTransit => "in-transit",
            Self::Expanded => "expanded",
        }
    }

    /// In plain words, for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::LocalDelivery => "stored in a mailbox here",
            Self::SendConnector => "left through a send connector",
            Self::RemoteRoutingAddress => "rewritten to its remote routing address and sent",
            Self::RecipientNotFound => "nobody has this address",
            Self::Failed => "failed for good",
            Self::Dropped => "removed without delivery",
            Self::Deferred => "waiting, last try failed",
            Self::HandedOff => "sent on to a server that says no more here",
            Self::InTransit => "nothing final in these logs",
            Self::Expanded => "group; the members' fate is not in these logs",
        }
    }
}

/// How an address became another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Step {
    /// Directory look-up: a proxy address, a contact, a remote mailbox.
    Resolve,
    /// Forwarding.
    Redirect,
    /// Member of a group.
    Expand,
    /// A transport rule put the one in place of the other.
    Rule,
}

impl Step {
    /// The value as it is written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Redirect => "redirect",
            Self::Expand => "expand",
            Self::Rule => "rule",
        }
    }
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// Sent by somebody.
    #[default]
    Normal,
    /// A delivery status notification.
    Dsn,
    /// A journal report.
    Journal,
    /// Waits for, or was released by, a moderator.
    Moderation,
    /// Made by an inbox rule.
    Rule,
    /// A health probe.
    Probe,
    /// Sent by Exchange itself.
    System,
}

impl Class {
    /// The value as it is written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Dsn => "dsn",
            Self::Journal => "journal",
            Self::Moderation => "moderation",
            Self::Rule => "rule",
            Self::Probe => "probe",
            Self::System => "system",
        }
    }
}

/// `directionality`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Direction {
    /// Empty, or a schema without the column.
    #[default]
    Absent,
    /// From outside.
    Incoming,
    /// From inside.
    Originating,
    /// Written as such.
    Undefined,
}

impl Direction {
    /// The value as it is logged; `None` where it is absent.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::Incoming => Some("Incoming"),
            Self::Originating => Some("Originating"),
            Self::Undefined => Some("Undefined"),
        }
    }
}

/// A status as symbols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusInfo {
    /// First digit of the outermost reply; 0 without one.
    pub class: u8,
    /// Some status whose token or text decides more than its class; see the constants.
    pub marks: u8,
    /// Enhanced code.
    pub code: Option<EnhancedCode>,
    /// Token, or the empty symbol.
    pub tag: Symbol,
    /// Text, or the empty symbol.
    pub text: Symbol,
    /// Last attempted host, or the empty symbol.
    pub host: Symbol,
}

impl Default for Symbol {
    fn default() -> Self {
        super::name::EMPTY
    }
}

/// One link in the lineage of a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    /// How.
    pub step: Step,
    /// From this address.
    pub from: Symbol,
    /// To this one.
    pub to: Symbol,
    /// The same two in lower case.
    pub folded: (Symbol, Symbol),
}

/// One row on a leaf's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who wrote the row, short and in upper case.
    pub server: Symbol,
    /// What happened.
    pub event: EventId,
    /// By which component.
    pub source: Source,
    /// connector-id.
    pub connector: Symbol,
    /// The other host, as logged.
    pub peer: Symbol,
    /// When.
    pub time: Timestamp,
    /// Where it stands.
    pub evidence: Position,
    /// Its status for this leaf.
    pub status: StatusInfo,
    /// The address this row names.
    pub address: Symbol,
    /// The address it came from, of RESOLVE, REDIRECT and EXPAND.
    pub related: Symbol,
    /// A SEND that left the organisation.
    pub outbound: bool,
    /// A RECEIVE that a SEND inside the organisation led to.
    pub relayed: bool,
    /// total-bytes of a RECEIVE.
    pub size: Option<u64>,
    /// A DEFER that delays nothing: by an agent, or with a retry time of year 0001.
    pub delays_nothing: bool,
    /// message-id of the report a FAIL produced, or of what a message was made from.
    pub reference: Symbol,
}

impl Hop {
    /// Whether the row is one of the hops that `routes` lists; the others only change addresses.
    pub fn is_listed(&self) -> bool {
        matches!(
            self.event,
            EventId::Receive
                | EventId::Send
                | EventId::SendExternal
                | EventId::Deliver
                | EventId::DuplicateDeliver
                | EventId::Defer
                | EventId::Fail
        )
    }
}

/// How long something took by the logs alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// ms. Less than nothing where the later clock is behind.
    pub ms: i64,
    /// Servers by whose clocks it begins and ends.
    pub between: (Symbol, Symbol),
}

/// One message and final recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Address the message was first addressed to.
    pub recipient: Symbol,
    /// Address at the end of its lineage.
    pub final_recipient: Symbol,
    /// The same two in lower case, by which addresses are compared and counted.
    pub folded: (Symbol, Symbol),
    /// The links between them.
    pub via: Vec<Via>,
    /// What was decided.
    pub decision: Decision,
    /// Send connector of the deciding row.
    pub connector: Symbol,
    /// Host it was handed to.
    pub next_hop: Symbol,
    /// Server that decided.
    pub server: Symbol,
    /// Event-id and source of the deciding row; `None` where nothing decided.
    pub decided_by: Option<(EventId, Source)>,
    /// Status of the deciding row.
    pub status: StatusInfo,
    /// Last event of the leaf.
    pub last_seen: Timestamp,
    /// From origination or first event to the last, ms.
    pub latency_ms: i64,
    /// The same with the clocks that were read, for whoever knows how these differ.
    pub took: Took,
    /// How often it was deferred.
    pub defers: u32,
    /// How often it was sent out of the organisation.
    pub exits: u32,
    /// A failure or a deferral stands on its way, or that it was set aside as poison, whatever came of it in the end.
    pub troubled: bool,
    /// How often it was put into the mailbox, duplicates that were recognised included.
    pub deliveries: u32,
    /// Server of its last event, by whose clock `last_seen` is.
    pub last_server: Symbol,
    /// Rows on its way, in causal order; where they were not asked for only of leaves with laps.
    pub hops: Vec<Hop>,
    /// How often it came back to a place it had left.
    pub laps: u32,
    /// Whether every server on the way is in the logs and the end is known.
    pub complete: bool,
    /// Servers on the way whose log is not here.
    pub missing: Vec<Symbol>,
    /// The deciding row.
    pub evidence: Position,
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journey {
    /// network-message-id; 0 where the schema has none.
    pub network_message_id: u128,
    /// The name under which its rows are kept, the same whenever they are read in one run; several may have one.
    pub key: u128,
    /// message-id as logged; the empty symbol where texts were not asked for.
    pub message_id: Symbol,
    /// P1 return path if there is one, else sender-address.
    pub sender: Symbol,
    /// The same in lower case.
    pub sender_folded: Symbol,
    /// The return path is `<>`.
    pub null_path: bool,
    /// Hash of its message-id, and of the message-id it reports on or was made from, in this run; 0 where
    /// there is none.
    pub links: (u64, u64),
    /// Other side of the first RECEIVE, and the address that it had the message from.
    pub came_from: (Symbol, Symbol),
    /// Subject of the first RECEIVE.
    pub subject: Symbol,
    /// total-bytes of the first RECEIVE.
    pub size_bytes: Option<u64>,
    /// directionality of the first RECEIVE.
    pub directionality: Direction,
    /// What kind of message.
    pub class: Class,
    /// message-id it reports on or was made from.
    pub reference: Symbol,
    /// First event.
    pub first_seen: Timestamp,
    /// Server of the first event.
    pub first_server: Symbol,
    /// Server that had it first, whatever the clocks say.
    pub origin_server: Symbol,
    /// Sends from server to server that are certain.
    pub legs: Vec<Leg>,
    /// How long servers kept it.
    pub stays: Vec<Stay>,
    /// What went round among its addresses.
    pub circles: Vec<Circle>,
    /// Rows that speak of a loop.
    pub remarks: Vec<Remark>,
    /// Its subject is that of an automatic answer.
    pub automatic: bool,
    /// It was sent again from Safety Net or by shadow redundancy.
    pub resubmitted: bool,
    /// How it came in: by SMTP from outside Exchange, from a mailbox, or unknown.
    pub entered_by_smtp: Option<bool>,
    /// Source and connector-id of the first RECEIVE; of a delivery report that Exchange made here there is none, but
    /// source `DSN`.
    pub received: Option<(Source, Symbol)>,
    /// One for each final recipient.
    pub leaves: Vec<Leaf>,
    /// Which of the filters any of its rows met; see the pipeline.
    pub marks: u16,
    /// The first of its rows by file and line.
    pub evidence: Position,
}
