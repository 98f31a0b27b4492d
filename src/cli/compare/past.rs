//! A run that is to be compared, read back from the JSON of its report.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::cli::baseline::{Past, report, told};
use crate::cli::document::Document;
use crate::cli::options::Usage;
use crate::model::report::ExportsNote;
use crate::model::series::{Lag, Listed, SLOTS, Series};
use crate::model::snapshot::Snapshot;
use crate::model::time::Timestamp;

/// What a comparison needs of a report.
#[derive(Deserialize)]
#[serde(expecting = "the object of a report")]
struct PastReport {
    findings: Vec<Past>,
    thresholds: Option<BTreeMap<String, Value>>,
    exports: Option<PastExports>,
    period: Option<PastPeriod>,
    messages: u64,
    recipients: u64,
    not_chosen: u64,
    hours: BTreeMap<String, PastHour>,
    series: Option<Series>,
    missing_servers: Vec<PastCount>,
    coverage: Vec<PastCoverage>,
    files: Vec<PastFile>,
    files_outside_window: u64,
    errors: Vec<String>,
    reconciliation: PastSums,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with made")]
struct PastExports {
    made: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with first and last")]
struct PastPeriod {
    first: String,
    last: String,
}

#[derive(Deserialize)]
#[serde(expecting = "the object of an hour")]
struct PastHour {
    messages: u64,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with name and count")]
struct PastCount {
    name: String,
    count: u64,
}

#[derive(Deserialize)]
#[serde(expecting = "the coverage of a server")]
struct PastCoverage {
    server: String,
    hours: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
#[serde(expecting = "the object of a file")]
struct PastFile {
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "the object of sums")]
struct PastSums {
    outside_window: u64,
    rejects: u64,
}

/// Reads the file.
pub(super) fn read(path: &Path) -> Result<Snapshot, Usage> {
    let document = Document::read("compare", path)?;
    let past: PastReport = report(&document)?;
    let time = |text: &str| {
        let at = document.text.find(&format!("\"{text}\"")).unwrap_or(0);
        Timestamp::read(text)
            .ok_or_else(|| document.complaint(at, &format!("'{text}' is no time of a report")))
    };
    let hour = |text: &str| time(text).map(Timestamp::hour);
    let mut coverage = BTreeMap::new();
    for row in past.coverage {
        let hours = row.hours.iter().map(|(h, n)| Ok((hour(h)?, *n)));
        coverage.insert(row.server, hours.collect::<Result<_, Usage>>()?);
    }
    if let Some(series) = past.series.as_ref().filter(|s| !is_whole(s)) {
        let at = document.text.find("\"series\"").unwrap_or(0);
        let lines = series.decisions.lines.len();
        let what = format!(
            "a line of series has not {SLOTS} numbers, one for each hour of the week ({lines} decisions)"
        );
        return Err(document.complaint(at, &what));
    }
    let period = past.period.map(|p| Ok::<_, Usage>((time(&p.first)?, time(&p.last)?))).transpose()?;
    let hours = past.hours.iter().map(|(h, row)| Ok((hour(h)?, row.messages)));
    let hours = hours.collect::<Result<_, Usage>>()?;
    let (findings, strange) = told(past.findings);
    let as_text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(Snapshot {
        name: document.name.clone(),
        period,
        messages: past.messages,
        recipients: past.recipients,
        hours,
        coverage,
        missing: past.missing_servers.into_iter().map(|c| (c.name, c.count)).collect(),
        builds: past.files.into_iter().filter_map(|f| f.version).collect(),
        series: past.series,
        findings,
        no_findings: false,
        thresholds: past.thresholds.into_iter().flatten().map(|(k, v)| (k, as_text(v))).collect(),
        filtered: past.not_chosen > 0,
        windowed: past.reconciliation.outside_window > 0 || past.files_outside_window > 0,
        unread: past.reconciliation.rejects + past.errors.len() as u64,
        exports: past.exports.map(|e| ExportsNote { made: e.made }),
        remarks: strange.into_iter().map(unknown).collect(),
    })
}

/// What is said of findings of a kind that is not known.
pub(super) fn unknown((kind, n): (String, u64)) -> String {
    format!("this version knows no kind {kind}, so {n} of its findings are not compared")
}

/// Whether each line has a number for each hour of the week.
fn is_whole(series: &Series) -> bool {
    let Series { decisions, connectors, failures, failed_domains, domains, senders, sender_domains, latency } =
        series;
    let lists: [&Listed; 7] =
        [decisions, connectors, failures, failed_domains, domains, senders, sender_domains];
    let lags = latency.iter().flat_map(|lag: &Lag| &lag.steps);
    lists.iter().flat_map(|l| &l.lines).all(|l| l.hours.len() == SLOTS)
        && lags.into_iter().all(|s| s.hours.len() == SLOTS)
}
