//! Two runs held against each other: what is new, what is gone, and what changed by more than chance explains.
//!
//! `pairs` says which hours are the same, `share` has the tests, `chance` how sure they are, `figures` what is
//! tested and what of it matters.

mod chance;
mod coverage;
mod figures;
mod findings;
mod latency;
mod notes;
mod pairs;
mod share;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::compared::{Compared, RunNote, Verdict};
use crate::model::finding::Finding;
use crate::model::report::grouped;
use crate::model::series::slot;
use crate::model::snapshot::Snapshot;
use crate::model::standing::Standing;
use coverage::{Silence, silences, standstills};
use pairs::{Pairs, covered};

/// Compares a run with an earlier one.
pub fn compare(a: &Snapshot, b: &Snapshot) -> Compared {
    let (runs, hours) = ([a, b], [covered(a), covered(b)]);
    let [hours_a, hours_b] = &hours;
    let covered = [hours_a, hours_b];
    let all = Pairs::new(covered, &BTreeSet::new());
    let silences = silences(runs, covered, all.by);
    let standstills = standstills(runs, covered, all.by);
    let (pairs, excluded) = without_silence(all, covered, &silences);
    let silent: BTreeSet<&str> =
        silences.iter().filter(|s| s.spans.is_empty() || !excluded).map(|s| s.server.as_str()).collect();
    let total = covered.map(|hours| hours.values().sum::<f64>());
    let longer = match total {
        [a, b] if a > 0.0 && b > 0.0 => b / a,
        _ => 1.0,
    };
    let (findings, gone) = findings::stand(&a.findings, &b.findings, longer);
    let [note_a, note_b] = [(a, hours_a), (b, hours_b)].map(|(run, hours)| run_note(run, hours, &pairs));
    let mut out = Compared {
        verdict: String::new(),
        a: note_a,
        b: note_b,
        by: pairs.by.words(),
        notes: notes::notes(runs, covered, &pairs, (&silences, excluded, &standstills)),
        doubtful: !silent.is_empty() || !standstills.is_empty(),
        findings,
        gone,
        figures: figures::figures(runs, &pairs, &silent),
        alpha: figures::ALPHA,
    };
    let doubt = match (silent.is_empty(), standstills.is_empty()) {
        (false, _) => "The log of a server is missing on one side. ",
        (true, false) => "For hours no server wrote anything on one side. ",
        (true, true) => "",
    };
    out.verdict = match empty(runs) {
        Some(which) => format!("{which} holds no message, so nothing can be said of mail."),
        None => format!("{doubt}{}", verdict(&out, a.no_findings || b.no_findings)),
    };
    out
}

/// Leaves out the hours in which a server is silent, if that leaves most; whether it does.
fn without_silence(all: Pairs, covered: [&BTreeMap<i64, f64>; 2], silences: &[Silence]) -> (Pairs, bool) {
    let spans = silences.iter().flat_map(|s| &s.spans);
    let slots: BTreeSet<usize> = spans.flat_map(|(first, last)| (*first..=*last).map(slot)).collect();
    let some = Pairs::new(covered, &slots);
    let enough = some.total().into_iter().zip(all.total()).all(|(some, all)| some * 2.0 >= all);
    if enough { (some, true) } else { (all, false) }
}

fn run_note(run: &Snapshot, hours: &BTreeMap<i64, f64>, pairs: &Pairs) -> RunNote {
    let (first, last) = run.period.unzip();
    RunNote {
        name: run.name.clone(),
        first: first.map(|t| t.to_string()),
        last: last.map(|t| t.to_string()),
        hours: hours.len() as u64,
        compared_hours: hours.keys().filter(|hour| pairs.has(slot(**hour))).count() as u64,
        messages: run.messages,
        recipients: run.recipients,
        findings: run.findings.len() as u64,
    }
}

fn verdict(compared: &Compared, no_findings: bool) -> String {
    let standing = |standing: Standing| {
        let is = |f: &&Finding| f.standing == Some(standing);
        compared.findings.iter().map(|s| &s.finding).filter(is).count()
    };
    let counted = |n: usize, one: &str, many: &str| {
        format!("{} {}", grouped(n as u64), if n == 1 { one } else { many })
    };
    let sizes = compared.findings.iter().filter(|s| s.size.is_some()).count();
    let (new, graver, gone) = (standing(Standing::New), standing(Standing::Graver), compared.gone.len());
    let changed = compared.of(Verdict::Changed).count();
    let parts = [
        (new, "finding is new", "findings are new"),
        (graver, "finding is graver", "findings are graver"),
        (gone, "finding is gone", "findings are gone"),
        (sizes, "finding has another size", "findings have another size"),
        (changed, "figure changed", "figures changed"),
    ];
    let said: Vec<String> =
        parts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| counted(n, one, many)).collect();
    let tested = compared.figures.iter().filter(|f| f.test.is_some()).count();
    let findings = if no_findings { "findings are not compared" } else { "no finding is new or gone" };
    match (said.is_empty(), tested) {
        (true, 0) => {
            format!("There is too little mail to tell whether anything changed; {findings}.")
        }
        (true, n) => {
            format!("Nothing changed: {findings}, and none of {} figures moved.", grouped(n as u64))
        }
        (false, _) => said.join(", ") + ".",
    }
}

/// Which of the two has no mail, if one has.
fn empty([a, b]: [&Snapshot; 2]) -> Option<&'static str> {
    match (a.messages, b.messages) {
        (0, 1..) => Some("A"),
        (1.., 0) => Some("B"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
