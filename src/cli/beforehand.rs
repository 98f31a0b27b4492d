//! What is known of findings before the logs are read, put to use: known ones are set aside, the others are
//! compared with an earlier run.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::args::{BeforehandArgs, ReadArgs, ThresholdArgs};
use super::baseline::Baseline;
use super::config::{self, Config, Entry};
use super::options::{Environment, Usage};
use super::say;
use crate::findings::kind::{Shown, kind};
use crate::findings::same::{Key, key, key_of};
use crate::findings::thresholds::Thresholds;
use crate::model::finding::{Finding, Instance, Severity};
use crate::model::standing::{Comparison, KnownFindings, Standing};
use crate::model::threshold::Changed;
use crate::output::standing::Told;
use crate::pipeline::Judged;
use crate::pipeline::filter::Filter;

/// What was asked for and read, before any log.
#[derive(Debug)]
pub(super) struct Beforehand {
    config: Option<Config>,
    baseline: Option<Baseline>,
    verb: Shown,
    /// Known findings are shown too.
    show: bool,
    today: NaiveDate,
    /// This run has a window.
    windowed: bool,
}

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub known: Option<KnownFindings>,
    pub comparison: Option<Comparison>,
    /// Thresholds that are not as they are by default.
    pub thresholds: Vec<Changed>,
    /// Findings that are not shown.
    pub hidden: Vec<Finding>,
    /// Entries that hold for no finding.
    idle: Vec<String>,
}

/// Whether a finding is known and that has not run out.
pub(super) fn is_known(finding: &Finding) -> bool {
    finding.known.as_ref().is_some_and(|k| !k.run_out)
}

/// The gravest of the findings that `--fail-on` looks at: of those not known, and beside an earlier run of
/// those that are new or graver.
pub(super) fn worst<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<Severity> {
    let counts = |f: &&Finding| !is_known(f) && f.standing != Some(Standing::StillThere);
    findings.filter(counts).map(|f| f.severity).max()
}

impl Beforehand {
    /// Reads what the flags name.
    pub(super) fn read(
        args: &BeforehandArgs,
        read: &ReadArgs,
        env: &Environment,
        verb: Shown,
    ) -> Result<Self, Usage> {
        let config = config::read(args.config.as_deref())?;
        if !read.quiet {
            announce(config.as_ref(), true);
        }
        let baseline = args.baseline.as_deref().map(|p| Baseline::read(p, verb)).transpose()?;
        let windowed = read.since.is_some() || read.until.is_some();
        let today = env.now.date_naive();
        Ok(Self { config, baseline, verb, show: args.show_known, today, windowed })
    }

    /// It is another day.
    pub(super) fn on(&mut self, today: NaiveDate) {
        self.today = today;
    }

    /// What findings depend on.
    pub(super) fn thresholds(&self) -> Thresholds {
        self.config.as_ref().map(|c| c.thresholds).unwrap_or_default()
    }

    /// Whether a finding is known, and that has not run out.
    pub(super) fn knows(&self, finding: &Finding) -> bool {
        let entries = self.config.iter().flat_map(|config| &config.known);
        entries.filter(|e| !e.has_run_out(self.today)).any(|e| e.means(finding))
    }

    fn shows(&self, id: &str) -> bool {
        self.verb == Shown::Report || kind(id).is_some_and(|k| k.shown == self.verb)
    }

    /// Marks the findings, takes out those not to be shown, and brings new ones forward.
    pub(super) fn apply(&self, judged: &mut Judged, filter: &Filter) -> Outcome {
        let mut out = Outcome { thresholds: self.thresholds().changed(), ..Outcome::default() };
        if let Some(config) = &self.config {
            self.set_aside(config, judged, &mut out);
        }
        if let Some(baseline) = &self.baseline {
            out.comparison = Some(self.compare(baseline, judged, &out.hidden, filter));
        }
        if !filter.is_empty() || self.windowed {
            // Only part of the mail was judged; that an entry holds for none of it says nothing.
            out.idle.clear();
        }
        out
    }

    fn set_aside(&self, config: &Config, judged: &mut Judged, out: &mut Outcome) {
        let mut counts = vec![0u64; config.known.len()];
        let mut findings = 0;
        out.hidden = judged.part(|finding| {
            let mut valid: Option<&Entry> = None;
            let mut over: Option<&Entry> = None;
            for (entry, count) in config.known.iter().zip(&mut counts).filter(|(e, _)| e.means(finding)) {
                *count += 1;
                let slot = if entry.has_run_out(self.today) { &mut over } else { &mut valid };
                slot.get_or_insert(entry);
            }
            finding.known = valid.or(over).map(|e| e.known(self.today));
            let known = is_known(finding);
            findings += u64::from(known && self.shows(finding.kind));
            !known || self.show
        });
        let mine = || config.known.iter().zip(&counts).filter(|(e, _)| self.shows(e.kind));
        let idle = mine().filter(|(_, n)| **n == 0).map(|(e, _)| e.line.to_string());
        out.idle = idle.collect();
        out.known = Some(KnownFindings {
            file: config.name.clone(),
            findings,
            shown: self.show,
            entries: mine().map(|(e, n)| e.shown(self.today, *n)).collect(),
        });
    }

    fn compare(
        &self,
        baseline: &Baseline,
        judged: &mut Judged,
        hidden: &[Finding],
        filter: &Filter,
    ) -> Comparison {
        let mut then: BTreeMap<Key, Severity> = BTreeMap::new();
        for finding in &baseline.findings {
            let severity = then.entry(key_of(finding)).or_insert(finding.severity);
            *severity = finding.severity.max(*severity);
        }
        let (mut new, mut graver, mut still_there) = (0, 0, 0);
        let mut now: BTreeSet<Key> = hidden.iter().map(key_of).collect();
        judged.part(|finding| {
            if !self.shows(finding.kind) {
                return true;
            }
            let key = key_of(finding);
            if !is_known(finding) {
                let (standing, count) = match then.get(&key) {
                    None => (Standing::New, &mut new),
                    Some(severity) if finding.severity > *severity => (Standing::Graver, &mut graver),
                    Some(_) => (Standing::StillThere, &mut still_there),
                };
                finding.standing = Some(standing);
                *count += 1;
            }
            now.insert(key);
            true
        });
        judged.sort_by_key(|f| (std::cmp::Reverse(f.severity), f.standing.unwrap_or(Standing::Gone)));
        let period = baseline.run.as_ref().and_then(|run| run.period.clone()).unzip();
        Comparison {
            file: baseline.name.clone(),
            first: period.0,
            last: period.1,
            remarks: self.remarks(baseline, filter),
            new,
            graver,
            still_there,
            gone: baseline.findings.iter().filter(|f| !now.contains(&key_of(f))).cloned().collect(),
        }
    }

    /// What makes the two runs hard to compare.
    fn remarks(&self, baseline: &Baseline, filter: &Filter) -> Vec<String> {
        let mut out = Vec::new();
        if let Some(run) = &baseline.run {
            match (run.not_chosen > 0, !filter.is_empty()) {
                (true, false) => out.push(format!(
                    "its filters left {} messages out, and this run has no filter",
                    run.not_chosen
                )),
                (false, true) => out.push("this run has a filter, and it had none".to_owned()),
                _ => {}
            }
            match (run.windowed, self.windowed) {
                (true, false) => {
                    out.push("it was cut by --since or --until, and this run is not".to_owned());
                }
                (false, true) => {
                    out.push("this run is cut by --since or --until, and it was not".to_owned());
                }
                _ => {}
            }
            let mine = self.thresholds().changed();
            let same =
                |c: &Changed| run.thresholds.get(&c.key).is_some_and(|v| *v == serde_json::json!(c.value));
            if mine.len() != run.thresholds.len() || !mine.iter().all(same) {
                out.push("it had other thresholds".to_owned());
            }
        }
        if baseline.findings.is_empty() {
            out.push("it holds no finding of this sort".to_owned());
        }
        for (name, n) in &baseline.strange {
            out.push(format!("this version knows no kind {name}, so {n} of its findings are not compared"));
        }
        out
    }
}

/// What a verb's findings depend on that knows nothing else of them beforehand.
pub(super) fn thresholds(args: &ThresholdArgs, quiet: bool) -> Result<Thresholds, Usage> {
    let config = config::read(args.config.as_deref())?;
    if !quiet {
        announce(config.as_ref(), false);
    }
    Ok(config.map(|c| c.thresholds).unwrap_or_default())
}

/// Says that a file is used which nobody named.
fn announce(config: Option<&Config>, known: bool) {
    if let Some(what) = config.and_then(|c| c.by_itself(known)) {
        say(&format!("mailtrail: {what}"));
    }
}

impl Outcome {
    /// As outputs show it.
    pub(super) fn told(&self) -> Told<'_> {
        let (known, comparison) = (self.known.as_ref(), self.comparison.as_ref());
        Told { known, comparison, thresholds: &self.thresholds }
    }

    /// Says on standard error what stands in no output, or in none of this format. `told`: the output tells
    /// what is known and what the comparison gave.
    pub(super) fn say(&self, told: bool) {
        for line in self.told().lines().iter().filter(|_| !told) {
            say(&format!("mailtrail: {line}"));
        }
        if let (Some(known), false) = (&self.known, self.idle.is_empty()) {
            let lines = self.idle.join(", ");
            let what = match self.idle.len() {
                1 => format!("the entry in line {lines} holds for no finding"),
                _ => format!("the entries in lines {lines} hold for no finding"),
            };
            say(&format!("mailtrail: {}: {what}", known.file));
        }
    }

    /// The messages of the findings that are shown, each with the standing of its finding.
    pub(super) fn instances<'f>(
        &self,
        all: impl Iterator<Item = &'f Instance>,
        shown: impl Iterator<Item = &'f Finding>,
    ) -> Vec<Instance> {
        let hidden: BTreeSet<Key> = self.hidden.iter().map(key_of).collect();
        let mut standings: BTreeMap<Key, Standing> = BTreeMap::new();
        for finding in shown {
            if let Some(standing) = finding.standing {
                let known = standings.entry(key_of(finding)).or_insert(standing);
                *known = standing.min(*known);
            }
        }
        let key = |i: &Instance| key(i.kind, [&i.domain, &i.connector, &i.peer, &i.address]);
        let kept = all.map(|i| (key(i), i)).filter(|(key, _)| !hidden.contains(key));
        kept.map(|(key, i)| Instance { standing: standings.get(&key).copied(), ..i.clone() }).collect()
    }
}
