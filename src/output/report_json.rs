//! The report for machines: one JSON object that holds every field of the report.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::escape::json;
use crate::model::finding::{ClockRow, Finding};
use crate::model::intake::{Ledger, Reject};
use crate::model::remote_routing::RemoteRouting;
use crate::model::report::{
    ConnectorRow, Count, CoverageRow, EventRow, ExportsNote, FailureRow, FileNote, HourRow, LeftOut,
    NotFoundRow, Percentiles, Report, Top,
};
use crate::model::standing::{Comparison, KnownFindings};
use crate::model::threshold::Changed;

/// Rises when a field changes its name or meaning.
const SCHEMA_VERSION: u32 = 1;

/// Writes the object, with a line break after it.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(&Object::new(report))?;
    if let Some(series) = &report.series {
        // In one line: a number for each hour of a week would fill pages otherwise.
        text.truncate(text.len() - "\n}".len());
        text.push_str(&format!(",\n  \"series\": {}\n}}", serde_json::to_string(series)?));
    }
    writeln!(out, "{}", json(&text))
}

/// The same object in one line, its lists no longer than this, and without what only comparisons need.
pub(super) fn compact(report: &Report, most: Most) -> io::Result<String> {
    let mut object = Object::new(report);
    object.findings = some(object.findings, most.findings);
    object.files = some(object.files, most.files);
    object.coverage = some(object.coverage, most.servers);
    let none = BTreeMap::new();
    if object.hours.len() > most.hours {
        object.hours = &none;
    }
    Ok(json(&serde_json::to_string(&object)?).into_owned())
}

/// How many of lists that have no end of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    pub findings: usize,
    pub files: usize,
    /// Servers of the coverage.
    pub servers: usize,
    /// Of the mail flow: all, or where there are more none.
    pub hours: usize,
}

fn some<T>(all: &[T], most: usize) -> &[T] {
    all.get(..most).unwrap_or(all)
}

#[derive(Serialize)]
struct Object<'r> {
    schema_version: u32,
    verdict: &'r str,
    attention: Vec<Point<'r>>,
    findings: &'r [Finding],
    known_findings: Option<&'r KnownFindings>,
    baseline: Option<&'r Comparison>,
    thresholds: Option<Thresholds<'r>>,
    clocks: &'r [ClockRow],
    exports: Option<&'r ExportsNote>,
    remote_routing: Option<&'r RemoteRouting>,
    period: Option<Period<'r>>,
    messages: u64,
    recipients: u64,
    bytes: u64,
    not_chosen: u64,
    without_recipients: u64,
    unattached_rows: u64,
    entered: &'r BTreeMap<&'static str, u64>,
    classes: &'r BTreeMap<&'static str, u64>,
    #[serde(serialize_with = "object")]
    decisions: &'r [(&'static str, u64)],
    deferred_once: Deferred,
    laps: Laps,
    hours: &'r BTreeMap<String, HourRow>,
    connectors: &'r [ConnectorRow],
    #[serde(serialize_with = "object")]
    latency_ms: &'r [(&'static str, Percentiles)],
    failures: &'r Top<FailureRow>,
    not_found: &'r Top<NotFoundRow>,
    not_found_domains: &'r Top<Count>,
    senders: &'r Top<Count>,
    final_recipients: &'r Top<Count>,
    sender_domains: &'r Top<Count>,
    recipient_domains: &'r Top<Count>,
    missing_servers: &'r [Count],
    coverage: &'r [CoverageRow],
    events: &'r [EventRow],
    files: &'r [FileNote],
    left_out: &'r [LeftOut],
    files_outside_window: u64,
    errors: &'r [String],
    #[serde(serialize_with = "object")]
    rejects_by_reason: &'r [(&'static str, u64)],
    rejects: Vec<Rejected<'r>>,
    reconciliation: Reconciliation,
}

/// By name what is not as it is by default.
struct Thresholds<'r>(&'r [Changed]);

impl Serialize for Thresholds<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|c| (&c.key, c.value)))
    }
}

#[derive(Serialize)]
struct Point<'r> {
    wrong: bool,
    text: &'r str,
}

#[derive(Serialize)]
struct Period<'r> {
    first: &'r str,
    last: &'r str,
}

#[derive(Serialize)]
struct Deferred {
    recipients: u64,
    deferrals: u64,
}

#[derive(Serialize)]
struct Laps {
    recipients: u64,
    most: u32,
    failed_as_loop: u64,
}

#[derive(Serialize)]
struct Rejected<'r> {
    file: Option<&'r str>,
    line: u64,
    offset: u64,
    reason: String,
    raw: Option<String>,
}

/// `records = headers + events + rejects`,
/// `events = counted + probes + duplicates + redundancy + outside_window`,
/// `leaves` = sum over `decisions`.
#[derive(Serialize)]
struct Reconciliation {
    bytes: u64,
    records: u64,
    headers: u64,
    events: u64,
    rejects: u64,
    counted: u64,
    probes: u64,
    duplicates: u64,
    redundancy: u64,
    outside_window: u64,
    leaves: u64,
    blank_lines: u64,
    padding_bytes: u64,
    repaired: u64,
    unaligned_statuses: u64,
    recipient_count_mismatches: u64,
}

impl<'r> Object<'r> {
    fn new(report: &'r Report) -> Self {
        let (waited, deferrals) = report.deferred_once;
        let (came_back, most) = report.laps;
        Self {
            schema_version: SCHEMA_VERSION,
            verdict: &report.verdict,
            attention: report.attention.iter().map(|a| Point { wrong: a.wrong, text: &a.text }).collect(),
            findings: &report.findings,
            known_findings: report.known.as_ref(),
            baseline: report.baseline.as_ref(),
            thresholds: (!report.thresholds.is_empty()).then_some(Thresholds(&report.thresholds)),
            clocks: &report.clocks,
            exports: report.exports.as_ref(),
            remote_routing: report.remote_routing.as_ref(),
            period: report.period.as_ref().map(|(first, last)| Period { first, last }),
            messages: report.messages,
            recipients: report.recipients,
            bytes: report.bytes,
            not_chosen: report.not_chosen,
            without_recipients: report.without_recipients,
            unattached_rows: report.unattached_rows,
            entered: &report.entered,
            classes: &report.classes,
            decisions: &report.decisions,
            deferred_once: Deferred { recipients: waited, deferrals },
            laps: Laps { recipients: came_back, most, failed_as_loop: report.looped },
            hours: &report.hours,
            connectors: &report.connectors,
            latency_ms: &report.latency_ms,
            failures: &report.failures,
            not_found: &report.not_found,
            not_found_domains: &report.not_found_domains,
            senders: &report.senders,
            final_recipients: &report.final_recipients,
            sender_domains: &report.sender_domains,
            recipient_domains: &report.recipient_domains,
            missing_servers: &report.missing_servers,
            coverage: &report.coverage,
            events: &report.events,
            files: &report.files,
            left_out: &report.left_out,
            files_outside_window: report.files_outside_window,
            errors: &report.errors,
            rejects_by_reason: &report.rejects_by_reason,
            rejects: report.rejects.iter().map(|r| Rejected::new(r, &report.files)).collect(),
            reconciliation: Reconciliation::new(&report.ledger, report.recipients),
        }
    }
}

impl<'r> Rejected<'r> {
    fn new(reject: &Reject, files: &'r [FileNote]) -> Self {
        let file = usize::try_from(reject.position.file).ok().and_then(|n| files.get(n));
        Self {
            file: file.map(|f| f.name.as_str()),
            line: reject.position.line,
            offset: reject.position.offset,
            reason: reject.reason.to_string(),
            raw: reject.raw.as_ref().map(|raw| String::from_utf8_lossy(raw).into_owned()),
        }
    }
}

impl Reconciliation {
    fn new(ledger: &Ledger, leaves: u64) -> Self {
        Self {
            bytes: ledger.bytes,
            records: ledger.records,
            headers: ledger.headers,
            events: ledger.events,
            rejects: ledger.rejects,
            counted: ledger.counted,
            probes: ledger.probes,
            duplicates: ledger.duplicates,
            redundancy: ledger.redundancy,
            outside_window: ledger.outside_window,
            leaves,
            blank_lines: ledger.blank_lines,
            padding_bytes: ledger.padding_bytes,
            repaired: ledger.repaired,
            unaligned_statuses: ledger.unaligned_statuses,
            recipient_count_mismatches: ledger.recipient_count_mismatches,
        }
    }
}

/// Pairs as an object, in their order.
fn object<T: Serialize, S: Serializer>(pairs: &[(&'static str, T)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests;
