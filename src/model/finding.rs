//! A finding: what went wrong, how often, why, and what mends it; as every output shows it.

use serde::{Deserialize, Serialize};

use super::standing::{Known, Standing};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Harmless, or a small annoyance.
    Low,
    /// Some mail suffers.
    Medium,
    /// Mail is lost or goes astray.
    High,
    /// Mail is lost or goes astray for many, or goes in circles.
    Critical,
}

impl Severity {
    /// All, the mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The value as it is written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint.
    Low,
    /// Rests on something that was inferred, or on a sign that nobody has confirmed.
    Medium,
    /// The rows show it; another reading is unlikely.
    High,
    /// A row says it in so many words.
    Certain,
}

impl Confidence {
    /// The value as it is written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Certain => "certain",
        }
    }
}

/// A place in a log, by the file's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// As the user can find it.
    pub file: String,
    /// Physical line, 1-based.
    pub line: u64,
    /// Byte offset of the record's first byte.
    pub offset: u64,
}

/// What should have been decided, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// A decision as `routes` names it.
    pub decision: &'static str,
    /// The send connector.
    pub connector: Option<String>,
}

/// One finding, added up over all the mail it concerns. Fields in the order of output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which kind, in kebab-case.
    pub kind: &'static str,
    /// The kind in plain words.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Domain it is about.
    pub domain: Option<String>,
    /// Send connector it is about.
    pub connector: Option<String>,
    /// Other host, or own server, it is about.
    pub peer: Option<String>,
    /// Address it is about.
    pub address: Option<String>,
    /// How many messages.
    pub messages: u64,
    /// How many addresses they were first addressed to.
    pub recipients: u64,
    /// How many senders.
    pub senders: u64,
    /// First sign of it; RFC 3339.
    pub first_seen: Option<String>,
    /// Last sign of it.
    pub last_seen: Option<String>,
    /// Most laps of one message; 0 where nothing goes round.
    pub laps_max: u32,
    /// Members of the circle in order: servers and hosts, or addresses.
    pub cycle: Vec<String>,
    /// What should have been decided, where the configuration is known.
    pub expected: Option<Route>,
    /// What was.
    pub actual: Option<Route>,
    /// Why, in plain words.
    pub cause: String,
    /// What mends it: cmdlets with the real values.
    pub fix: String,
    /// Up to five message-ids, the earliest first.
    pub samples: Vec<String>,
    /// Rows of those messages that show it.
    pub evidence: Vec<Evidence>,
    /// The kind that explains this one.
    pub caused_by: Option<&'static str>,
    /// Typical time of a lap, ms.
    pub period_ms: Option<i64>,
    /// What ended the circle.
    pub ended: Option<String>,
    /// The first ten of the final addresses, in order.
    pub addresses: Vec<String>,
    /// What it is to an earlier run, where there is one to compare with.
    pub standing: Option<Standing>,
    /// What the list of known findings says of it.
    pub known: Option<Known>,
}

/// One message and recipient that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Which kind.
    pub kind: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// message-id as logged.
    pub message_id: Option<String>,
    /// GUID in lower case with dashes.
    pub network_message_id: Option<String>,
    /// Return path, else sender-address.
    pub sender: Option<String>,
    /// Address the message was first addressed to.
    pub recipient: Option<String>,
    /// Address at the end.
    pub final_recipient: Option<String>,
    /// Domain it is about.
    pub domain: Option<String>,
    /// Send connector it is about.
    pub connector: Option<String>,
    /// Other host, or own server, it is about.
    pub peer: Option<String>,
    /// Address it is about.
    pub address: Option<String>,
    /// First sign; RFC 3339.
    pub first_seen: String,
    /// Last sign.
    pub last_seen: String,
    /// Laps; 0 where nothing goes round.
    pub laps: u32,
    /// Members of the circle in order.
    pub cycle: Vec<String>,
    /// Rows that show it.
    pub evidence: Vec<Evidence>,
    /// That of the finding it belongs to.
    pub standing: Option<Standing>,
}

/// How far a server's clock is from that of the server most others are measured by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockRow {
    /// Short name.
    pub server: String,
    /// Its clock minus the other's, ms; negative: it is behind.
    pub offset_ms: i64,
    /// The other server.
    pub against: String,
    /// How many sends between servers that is seen from.
    pub sends: u64,
}
