//! The findings of an earlier run, read back from its JSON.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_json::{Deserializer, Value};

use super::document::Document;
use super::options::Usage;
use crate::findings::kind::{Shown, kind};
use crate::model::finding::{Confidence, Evidence, Finding, Severity};
use crate::model::standing::Standing;

/// The version of the JSON that is understood.
const SCHEMA_VERSION: u64 = 1;

/// An earlier run.
#[derive(Debug)]
pub(super) struct Baseline {
    /// The file's name.
    pub name: String,
    /// Its findings of the kinds that the verb shows.
    pub findings: Vec<Finding>,
    /// Kinds this version does not know, and how many findings of each.
    pub strange: BTreeMap<String, u64>,
    /// What only the JSON of a report tells of its run.
    pub run: Option<PastRun>,
}

/// What an earlier run read.
#[derive(Debug)]
pub(super) struct PastRun {
    /// First and last event.
    pub period: Option<(String, String)>,
    /// Messages that its filters left out.
    pub not_chosen: u64,
    /// It had a window that cut events or files.
    pub windowed: bool,
    /// Its thresholds that were not the default ones, by name.
    pub thresholds: BTreeMap<String, Value>,
}

/// What shows of which sort an object is.
#[derive(Deserialize)]
#[serde(expecting = "an object as mailtrail writes it")]
struct Probe {
    schema_version: Option<Value>,
    findings: Option<IgnoredAny>,
    verdict: Option<IgnoredAny>,
    kind: Option<IgnoredAny>,
    title: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(expecting = "the object of a report")]
struct PastReport {
    findings: Vec<Past>,
    period: Option<PastPeriod>,
    not_chosen: u64,
    files_outside_window: u64,
    thresholds: Option<BTreeMap<String, Value>>,
    reconciliation: PastSums,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with first and last")]
struct PastPeriod {
    first: String,
    last: String,
}

#[derive(Deserialize)]
#[serde(expecting = "the object of sums")]
struct PastSums {
    outside_window: u64,
}

/// A finding as it was written. What is not needed may be missing, what is not known is passed over.
#[derive(Deserialize)]
#[serde(expecting = "the object of a finding")]
pub(super) struct Past {
    kind: String,
    severity: Severity,
    confidence: Confidence,
    domain: Option<String>,
    connector: Option<String>,
    peer: Option<String>,
    address: Option<String>,
    messages: u64,
    #[serde(default)]
    recipients: u64,
    #[serde(default)]
    senders: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    #[serde(default)]
    laps_max: u32,
    #[serde(default)]
    cycle: Vec<String>,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    fix: String,
    #[serde(default)]
    samples: Vec<String>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    period_ms: Option<i64>,
    ended: Option<String>,
    caused_by: Option<String>,
    #[serde(default)]
    addresses: Vec<String>,
    standing: Option<Standing>,
}

impl Past {
    /// As a finding that is gone; nothing if this version has no such kind.
    fn finding(self) -> Option<Finding> {
        let kind = kind(&self.kind)?;
        Some(Finding {
            kind: kind.id,
            title: kind.title,
            severity: self.severity,
            confidence: self.confidence,
            domain: self.domain,
            connector: self.connector,
            peer: self.peer,
            address: self.address,
            messages: self.messages,
            recipients: self.recipients,
            senders: self.senders,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            laps_max: self.laps_max,
            cycle: self.cycle,
            expected: None,
            actual: None,
            cause: self.cause,
            fix: self.fix,
            samples: self.samples,
            evidence: self.evidence,
            caused_by: self.caused_by.and_then(|by| Some(self::kind(&by)?.id)),
            period_ms: self.period_ms,
            ended: self.ended,
            addresses: self.addresses,
            standing: Some(Standing::Gone),
            known: None,
        })
    }
}

impl Baseline {
    /// Reads the file for a verb.
    pub(super) fn read(path: &Path, verb: Shown) -> Result<Self, Usage> {
        Self::parse(&Document::read("--baseline", path)?, verb)
    }

    fn parse(document: &Document, verb: Shown) -> Result<Self, Usage> {
        if document.text.trim().is_empty() && verb != Shown::Report {
            return Ok(Self::of(document, Vec::new(), verb));
        }
        let probe: Probe = first(document)?;
        check_version(document, 0, probe.schema_version.as_ref())?;
        let start = document.text.find('{').unwrap_or(0);
        match (probe.findings.and(probe.verdict), probe.kind, probe.title) {
            (Some(_), ..) => {
                let report = serde_json::from_str(&document.text).map_err(|e| broken(document, &e))?;
                Ok(Self::of_report(document, report, verb))
            }
            (None, Some(_), Some(_)) if verb == Shown::Report => Err(document.complaint(
                start,
                "these are the findings of misroutes or loops; report compares with the JSON of a report \
                 (report --format json)",
            )),
            (None, Some(_), Some(_)) => Self::of_rows(document, verb),
            (None, Some(_), None) => Err(document.complaint(
                start,
                "these are single messages (--messages); expected are findings, as --format jsonl without it \
                 writes them",
            )),
            (None, None, _) => Err(document.complaint(start, &strange())),
        }
    }

    fn of_report(document: &Document, report: PastReport, verb: Shown) -> Self {
        let run = PastRun {
            period: report.period.map(|p| (p.first, p.last)),
            not_chosen: report.not_chosen,
            windowed: report.reconciliation.outside_window > 0 || report.files_outside_window > 0,
            thresholds: report.thresholds.unwrap_or_default(),
        };
        Self { run: Some(run), ..Self::of(document, report.findings, verb) }
    }

    fn of_rows(document: &Document, verb: Shown) -> Result<Self, Usage> {
        let mut rows = Deserializer::from_str(&document.text).into_iter::<Past>();
        let mut out = Vec::new();
        // The same rows once more, for their versions.
        let mut probes = Deserializer::from_str(&document.text).into_iter::<Probe>();
        loop {
            let start = rows.byte_offset();
            let Some(row) = rows.next() else { break };
            out.push(row.map_err(|e| broken(document, &e))?);
            let version = probes.next().and_then(Result::ok).and_then(|p| p.schema_version);
            check_version(document, start, version.as_ref())?;
        }
        let shown: Vec<Shown> = out.iter().filter_map(|p| kind(&p.kind)).map(|k| k.shown).collect();
        if let Some(other) = shown.first().filter(|_| verb != Shown::Report && !shown.contains(&verb)) {
            let (other, verb) = (other.as_str(), verb.as_str());
            let what = format!(
                "these are findings of {other}, and none of {verb}; expected is the JSON of {verb} or of a report"
            );
            return Err(document.complaint(0, &what));
        }
        Ok(Self::of(document, out, verb))
    }

    fn of(document: &Document, findings: Vec<Past>, verb: Shown) -> Self {
        let (mut kept, strange) = told(findings);
        kept.retain(|f| verb == Shown::Report || kind(f.kind).is_some_and(|k| k.shown == verb));
        Self { name: document.name.clone(), findings: kept, strange, run: None }
    }
}

/// The findings that this version knows, and how many there are of each kind that it does not.
pub(super) fn told(findings: Vec<Past>) -> (Vec<Finding>, BTreeMap<String, u64>) {
    let (mut kept, mut strange) = (Vec::new(), BTreeMap::new());
    // What was gone then is no part of that run.
    for past in findings.into_iter().filter(|p| p.standing != Some(Standing::Gone)) {
        let name = past.kind.clone();
        match past.finding() {
            Some(finding) => kept.push(finding),
            None => *strange.entry(name).or_default() += 1,
        }
    }
    (kept, strange)
}

/// Reads the JSON of a report for what is wanted of it.
pub(super) fn report<T: DeserializeOwned>(document: &Document) -> Result<T, Usage> {
    let probe: Probe = first(document)?;
    check_version(document, 0, probe.schema_version.as_ref())?;
    if probe.findings.is_none() || probe.verdict.is_none() {
        let start = document.text.find('{').unwrap_or(0);
        let what = "this is not the JSON of a report. Expected is what `report --format json` writes";
        return Err(document.complaint(start, what));
    }
    serde_json::from_str(&document.text).map_err(|e| broken(document, &e))
}

/// Ends every complaint about a file of another sort.
const EXPECTED: &str = "Expected is what `report --format json` writes, or `misroutes` or `loops` with \
                        `--format jsonl`";

fn strange() -> String {
    format!("this is not the JSON of an earlier run. {EXPECTED}")
}

/// The first value of a text.
fn first<T: DeserializeOwned>(document: &Document) -> Result<T, Usage> {
    let mut values = Deserializer::from_str(&document.text).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(e)) => Err(broken(document, &e)),
        None => Err(document.complaint_at((1, 1), &format!("the file is empty. {EXPECTED}"))),
    }
}

fn check_version(document: &Document, start: usize, version: Option<&Value>) -> Result<(), Usage> {
    if version.and_then(Value::as_u64) == Some(SCHEMA_VERSION) {
        return Ok(());
    }
    let name = "\"schema_version\"";
    let at = document.text.get(start..).and_then(|rest| rest.find(name)).map_or(0, |at| start + at);
    let what = match version {
        None => strange(),
        Some(other) => format!(
            "schema_version is {other}; this version of mailtrail reads {SCHEMA_VERSION}, so compare runs of one \
             version"
        ),
    };
    Err(document.complaint(at, &what))
}

/// What the reader of JSON says, with its place in front.
fn broken(document: &Document, e: &serde_json::Error) -> Usage {
    let (line, column) = (e.line().max(1), e.column().max(1));
    let said = e.to_string();
    let said = said.strip_suffix(&format!(" at line {} column {}", e.line(), e.column())).unwrap_or(&said);
    let what = match e.classify() {
        Category::Eof => format!("the file is cut off: {said}"),
        Category::Data => format!("{said}. {EXPECTED}"),
        Category::Syntax | Category::Io => format!("this is no JSON: {said}. {EXPECTED}"),
    };
    document.complaint_at((line, column), &what)
}

#[cfg(test)]
mod tests;
