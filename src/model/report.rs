//! Every number that any output of `report` shows, computed once.

use std::collections::BTreeMap;

use serde::Serialize;

use super::finding::{ClockRow, Finding};
use super::intake::{Ledger, Reject};
use super::remote_routing::RemoteRouting;
use super::series::Series;
use super::standing::{Comparison, KnownFindings};
use super::threshold::Changed;

/// One file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileNote {
    /// As the user can find it.
    pub name: String,
    /// MSGTRK, MSGTRKMD, …
    pub family: &'static str,
    /// Build that wrote it.
    pub version: Option<String>,
    /// Columns of its header.
    pub columns: Option<usize>,
    /// Records found in it.
    pub records: u64,
    /// Bytes read from it, decompressed.
    pub bytes: u64,
    /// Records that are no events.
    pub rejects: u64,
    /// What else must be said of it: the last line is cut off, reading stopped, …
    pub note: Option<String>,
}

/// One file that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// As the user can find it.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Named on the command line.
    #[serde(skip)]
    pub explicit: bool,
}

/// A name and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Address, domain, host, …
    pub name: String,
    /// How many recipients (leaves), or messages where the list says so.
    pub count: u64,
    /// Their sizes added up, bytes.
    pub bytes: u64,
}

/// The first of a list, and how long the whole is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Top<T> {
    /// How many there are.
    pub total: u64,
    /// The first of them.
    pub first: Vec<T>,
}

impl<T> Default for Top<T> {
    fn default() -> Self {
        Self { total: 0, first: Vec::new() }
    }
}

/// Percentiles of a set of latencies, ms. All are values that occurred (nearest rank).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// How many values.
    pub count: u64,
    /// Half are at most this.
    pub p50: u64,
    /// 90 % are at most this.
    pub p90: u64,
    /// 95 %.
    pub p95: u64,
    /// 99 %.
    pub p99: u64,
    /// The largest.
    pub max: u64,
}

/// What a send connector did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConnectorRow {
    /// connector-id.
    pub connector: String,
    /// Recipients whose decision names it, by decision.
    pub decisions: BTreeMap<&'static str, u64>,
    /// All of them.
    pub recipients: u64,
    /// Sizes of their messages added up once for each recipient, bytes.
    pub bytes: u64,
    /// Latency of those that left by it.
    pub latency_ms: Percentiles,
    /// Where it handed them to.
    pub next_hops: Top<Count>,
}

/// Failures that say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureRow {
    /// `recipient-not-found`, `failed` or `dropped`.
    pub decision: &'static str,
    /// Enhanced code.
    pub code: Option<String>,
    /// Token.
    pub tag: Option<String>,
    /// event-id and source of the deciding row.
    pub event: String,
    /// Text of one of them, numbers and addresses masked.
    pub text: Option<String>,
    /// How many recipients.
    pub recipients: u64,
    /// Domains hit most.
    pub domains: Top<Count>,
    /// Final addresses hit most.
    pub addresses: Top<Count>,
    /// First and last of them.
    pub first_seen: String,
    /// Last of them.
    pub last_seen: String,
}

/// An address nobody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotFoundRow {
    /// The address, in lower case.
    pub address: String,
    /// How many messages.
    pub messages: u64,
    /// How many different senders.
    pub senders: u64,
    /// First of them.
    pub first_seen: String,
    /// Last of them.
    pub last_seen: String,
    /// Nearest address that was delivered in the same logs, if one is near.
    pub nearest: Option<String>,
}

/// What one server's logs cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageRow {
    /// Short name.
    pub server: String,
    /// Rows in all.
    pub rows: u64,
    /// Rows of each hour that has any, by the hour's beginning.
    pub hours: BTreeMap<String, u64>,
    /// Hours between its first and last row without any.
    pub silent_hours: Vec<String>,
}

/// Mail flow of one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HourRow {
    /// Messages first seen in it.
    pub messages: u64,
    /// Their recipients.
    pub recipients: u64,
    /// Of those: stored here.
    pub delivered: u64,
    /// Sent out.
    pub sent: u64,
    /// Not found, failed or dropped.
    pub failed: u64,
    /// Not decided in these logs.
    pub open: u64,
}

/// Rows of one event-id and source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// As logged.
    pub event: String,
    /// As logged.
    pub source: String,
    /// Whether this version knows both.
    pub known: bool,
    /// How many.
    pub rows: u64,
}

/// Something a person should look at, most important first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attention {
    /// Whether mail went wrong (true), or merely something is unfinished or unknown.
    pub wrong: bool,
    /// In plain words.
    pub text: String,
}

/// The exports of the configuration that mail was held against.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportsNote {
    /// When they were made, where they tell; RFC 3339.
    pub made: Option<String>,
}

/// The whole report.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One line: is anything wrong?
    pub verdict: String,
    /// What the verdict rests on.
    pub attention: Vec<Attention>,
    /// First and last row that counts.
    pub period: Option<(String, String)>,
    /// The ledger.
    pub ledger: Ledger,
    /// Messages.
    pub messages: u64,
    /// Messages the filters left out.
    pub not_chosen: u64,
    /// Messages none of whose rows names a recipient.
    pub without_recipients: u64,
    /// Rows that name no message at all.
    pub unattached_rows: u64,
    /// Recipients (leaves).
    pub recipients: u64,
    /// Sizes of the messages added up, bytes.
    pub bytes: u64,
    /// Messages that came by SMTP, from a mailbox, or of which the beginning is not here.
    pub entered: BTreeMap<&'static str, u64>,
    /// Messages by class.
    pub classes: BTreeMap<&'static str, u64>,
    /// Recipients by decision.
    pub decisions: Vec<(&'static str, u64)>,
    /// Recipients that were deferred at least once, and how many deferrals.
    pub deferred_once: (u64, u64),
    /// Recipients that failed as a loop (5.4.6, 5.4.14).
    pub looped: u64,
    /// Recipients whose mail came back after it had left, and the most laps.
    pub laps: (u64, u32),
    /// Who that is, if it is one address alone.
    pub came_back: Option<String>,
    /// By hour.
    pub hours: BTreeMap<String, HourRow>,
    /// By hour of the week, where that was asked for.
    pub series: Option<Series>,
    /// By connector.
    pub connectors: Vec<ConnectorRow>,
    /// Latency by decision, `all` first.
    pub latency_ms: Vec<(&'static str, Percentiles)>,
    /// Failures.
    pub failures: Top<FailureRow>,
    /// Addresses nobody has.
    pub not_found: Top<NotFoundRow>,
    /// Domains of those addresses.
    pub not_found_domains: Top<Count>,
    /// The two of them with most addresses.
    pub not_found_most: Vec<Count>,
    /// Senders by messages.
    pub senders: Top<Count>,
    /// Final recipients.
    pub final_recipients: Top<Count>,
    /// Sender domains by messages.
    pub sender_domains: Top<Count>,
    /// Domains of the addresses mail was first addressed to.
    pub recipient_domains: Top<Count>,
    /// Servers mail was sent to whose log is not here.
    pub missing_servers: Vec<Count>,
    /// Coverage.
    pub coverage: Vec<CoverageRow>,
    /// Events.
    pub events: Vec<EventRow>,
    /// Files read.
    pub files: Vec<FileNote>,
    /// Files not read.
    pub left_out: Vec<LeftOut>,
    /// Files not read since their time is outside the window.
    pub files_outside_window: u64,
    /// Inputs that could not be read, or not to their end.
    pub errors: Vec<String>,
    /// Rejects by reason.
    pub rejects_by_reason: Vec<(&'static str, u64)>,
    /// The first rejects.
    pub rejects: Vec<Reject>,
    /// What went wrong, the gravest first.
    pub findings: Vec<Finding>,
    /// How many of the lists without an end are shown.
    pub top: usize,
    /// Servers whose clocks differ.
    pub clocks: Vec<ClockRow>,
    /// What mail was held against, if anything.
    pub exports: Option<ExportsNote>,
    /// Remote mailboxes whose mail goes astray; `None` where no exports tell.
    pub remote_routing: Option<RemoteRouting>,
    /// What the list of known findings did, where there is one.
    pub known: Option<KnownFindings>,
    /// The findings beside those of an earlier run, where there is one.
    pub baseline: Option<Comparison>,
    /// What findings depend on, where that is not as it is by default.
    pub thresholds: Vec<Changed>,
}

/// A number with its thousands apart.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
