//! What is kept of a run to compare it with another, wherever that was read from.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use super::report::{ExportsNote, Report};
use super::series::Series;
use super::time::Timestamp;

/// One of the two runs.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// As the user called it.
    pub name: String,
    /// First and last event.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Messages.
    pub messages: u64,
    /// Recipients.
    pub recipients: u64,
    /// Messages by hour since 1970.
    pub hours: BTreeMap<i64, u64>,
    /// Rows by server and hour since 1970.
    pub coverage: BTreeMap<String, BTreeMap<i64, u64>>,
    /// Servers mail was sent to whose log is not there, with the recipients concerned.
    pub missing: BTreeMap<String, u64>,
    /// Builds of Exchange that wrote the logs.
    pub builds: BTreeSet<String>,
    /// By hour of the week; older runs have none.
    pub series: Option<Series>,
    /// What went wrong.
    pub findings: Vec<Finding>,
    /// What went wrong is not known.
    pub no_findings: bool,
    /// Thresholds of findings that were not the default ones, by name.
    pub thresholds: BTreeMap<String, String>,
    /// What else must be said of it, without its name and a full stop.
    pub remarks: Vec<String>,
    /// Filters chose among the messages.
    pub filtered: bool,
    /// A window cut events or files.
    pub windowed: bool,
    /// Records that were rejected, and inputs that could not be read.
    pub unread: u64,
    /// The exports of the configuration that it was held against.
    pub exports: Option<ExportsNote>,
}

impl Snapshot {
    /// Of a report that was asked for by hour.
    pub fn of(name: String, report: &Report) -> Self {
        let hour = |text: &String| Timestamp::read(text).map(Timestamp::hour);
        let period = report.period.as_ref();
        let hours = report.hours.iter().filter_map(|(h, row)| Some((hour(h)?, row.messages)));
        let rows =
            |hours: &BTreeMap<String, u64>| hours.iter().filter_map(|(h, n)| Some((hour(h)?, *n))).collect();
        Self {
            name,
            period: period.and_then(|(a, b)| Timestamp::read(a).zip(Timestamp::read(b))),
            messages: report.messages,
            recipients: report.recipients,
            hours: hours.collect(),
            coverage: report.coverage.iter().map(|row| (row.server.clone(), rows(&row.hours))).collect(),
            missing: report.missing_servers.iter().map(|c| (c.name.clone(), c.count)).collect(),
            builds: report.files.iter().filter_map(|f| f.version.clone()).collect(),
            series: report.series.clone(),
            findings: report.findings.clone(),
            no_findings: false,
            thresholds: report.thresholds.iter().map(|c| (c.key.clone(), c.value.to_string())).collect(),
            remarks: Vec::new(),
            filtered: report.not_chosen > 0,
            windowed: report.ledger.outside_window > 0 || report.files_outside_window > 0,
            unread: report.ledger.rejects + report.errors.len() as u64,
            exports: report.exports.clone(),
        }
    }
}
