//! What must be known before two runs are compared: which logs are missing, and what else is not the same.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::{Silence, Standstill};
use super::pairs::{By, Pairs};
use super::share::FEWEST;
use crate::model::compared::{About, Note};
use crate::model::report::grouped;
use crate::model::series::slot;
use crate::model::snapshot::Snapshot;
use crate::model::time::{HOUR, Timestamp};

/// Runs of hours that are named.
const SPANS: usize = 3;

type Covered<'c> = [&'c BTreeMap<i64, f64>; 2];

/// All of them, the most important first.
pub(super) fn notes(
    runs: [&Snapshot; 2],
    covered: Covered<'_>,
    pairs: &Pairs,
    (silences, excluded, standstills): (&[Silence], bool, &[Standstill]),
) -> Vec<Note> {
    let mut out = Vec::new();
    let mut note = |about, text: Option<String>| out.extend(text.map(|text| Note { about, text }));
    for silence in silences {
        note(About::Coverage, Some(silent(silence, excluded)));
    }
    for standstill in standstills {
        note(About::Coverage, Some(stood_still(standstill)));
    }
    let [a, b] = runs;
    for (which, run, other) in [("A", a, b), ("B", b, a)] {
        let whole = |server: &str| silences.iter().any(|s| s.server == server && s.spans.is_empty());
        note(About::Coverage, missing(which, run, other, whole));
    }
    for text in time(runs, covered, pairs) {
        note(About::Time, Some(text));
    }
    for text in reading(a, b) {
        note(About::Reading, Some(text));
    }
    note(About::Release, release(a, b));
    out
}

/// To the minute, in UTC.
fn minute(hour: i64) -> String {
    Timestamp(hour * HOUR).to_string().get(..16).unwrap_or_default().replace('T', " ")
}

fn silent(silence: &Silence, excluded: bool) -> String {
    let Silence { server, second, spans, expected } = silence;
    let (here, there) = if *second { ("B", "A") } else { ("A", "B") };
    let rows = grouped(expected.round() as u64);
    if spans.is_empty() {
        return format!(
            "{here} holds next to no row of {server}; by {there} some {rows} were to be expected. Whatever else differs may come \
             of that"
        );
    }
    let then = if excluded {
        "These hours are compared on neither side"
    } else {
        "Whatever else differs may come of that"
    };
    format!(
        "{server} wrote next to nothing in {here} from {} (UTC); by {there} some {rows} rows were to be expected. {then}",
        named(spans)
    )
}

fn stood_still(Standstill { second, spans, expected }: &Standstill) -> String {
    let (here, there) = if *second { ("B", "A") } else { ("A", "B") };
    format!(
        "no server wrote anything in {here} from {} (UTC); by {there} some {} rows were to be expected. Either mail stood still, \
         or the logs of these hours are missing; they are compared on neither side",
        named(spans),
        grouped(expected.round() as u64)
    )
}

/// The first few spans.
fn named(spans: &[(i64, i64)]) -> String {
    let named: Vec<String> = spans
        .iter()
        .take(SPANS)
        .map(|(first, last)| format!("{} to {}", minute(*first), minute(last + 1)))
        .collect();
    let more = spans.len().saturating_sub(SPANS);
    let more = if more > 0 { format!(" and {more} times more") } else { String::new() };
    named.join(", ") + &more
}

/// Servers that mail was sent to in one run, and that have no log there.
fn missing(which: &str, run: &Snapshot, other: &Snapshot, whole: impl Fn(&str) -> bool) -> Option<String> {
    let often = |n: u64| n as f64 >= FEWEST;
    let new = run.missing.iter().filter(|(server, n)| {
        often(**n) && !other.missing.get(*server).is_some_and(|n| often(*n)) && !whole(server)
    });
    let named: Vec<String> =
        new.map(|(server, n)| format!("{server} ({} recipients)", grouped(*n))).collect();
    let named = (!named.is_empty()).then(|| named.join(", "))?;
    Some(format!("in {which} mail was sent to {named}, and no row of that server about it is there"))
}

fn time([a, b]: [&Snapshot; 2], covered: Covered<'_>, pairs: &Pairs) -> Vec<String> {
    let mut out = Vec::new();
    for (which, run) in [("A", a), ("B", b)] {
        if run.period.is_none() {
            out.push(format!("{which} holds no event"));
        }
    }
    let [hours_a, hours_b] = covered.map(BTreeMap::len);
    if hours_a == 0 || hours_b == 0 {
        return out;
    }
    let [in_a, in_b] = covered.map(|hours| hours.keys().filter(|h| pairs.has(slot(**h))).count());
    if in_a == 0 || in_b == 0 {
        out.push("they have no hour of the day in common, so that no figure is compared".to_owned());
        return out;
    }
    if hours_a.abs_diff(hours_b) * 20 > hours_a.max(hours_b) {
        out.push(format!("A covers {hours_a} hours, B {hours_b}: counts are compared by the hour"));
    }
    if [(in_a, hours_a), (in_b, hours_b)].iter().any(|(some, all)| (all - some) * 20 > *all) {
        out.push(format!(
            "{in_a} of {hours_a} hours of A and {in_b} of {hours_b} of B have a counterpart and are compared"
        ));
    }
    let kinds = covered.map(|hours| hours.keys().map(|h| slot(*h) >= 5 * 24).collect::<BTreeSet<bool>>());
    let [kinds_a, kinds_b] = kinds;
    if pairs.by == By::Day && kinds_a != kinds_b {
        out.push("one has working days and the other weekends, by UTC: that alone changes much".to_owned());
    }
    out
}

fn reading(a: &Snapshot, b: &Snapshot) -> Vec<String> {
    let mut out = Vec::new();
    let one = |a: bool| if a { ("A", "B") } else { ("B", "A") };
    for (what, in_a, in_b) in
        [("a filter", a.filtered, b.filtered), ("a window that cut something", a.windowed, b.windowed)]
    {
        if in_a != in_b {
            let (has, has_not) = one(in_a);
            out.push(format!("{has} had {what}, and {has_not} had not"));
        }
    }
    if a.thresholds != b.thresholds {
        out.push("they had other thresholds of findings".to_owned());
    }
    match (&a.exports, &b.exports) {
        (Some(_), None) | (None, Some(_)) => {
            let (has, has_not) = one(a.exports.is_some());
            out.push(format!(
                "{has} was held against exports of the configuration, and {has_not} was not: findings that need them differ"
            ));
        }
        (Some(x), Some(y)) if x != y => {
            out.push("they were held against exports of different times".to_owned());
        }
        _ => {}
    }
    if a.no_findings || b.no_findings {
        out.push("not both have findings, so findings are not compared".to_owned());
    }
    for (which, run) in [("A", a), ("B", b)] {
        out.extend(run.remarks.iter().map(|remark| format!("{which}: {remark}")));
        if run.unread > 0 {
            let n = grouped(run.unread);
            out.push(format!("{n} records or inputs of {which} could not be read"));
        }
        if run.series.is_none() {
            out.push(format!("{which} has no numbers by hour of the week, so that only volume, servers and findings are compared"));
        }
    }
    out
}

fn release(a: &Snapshot, b: &Snapshot) -> Option<String> {
    let only = |which: &str, one: &Snapshot, other: &Snapshot| {
        let builds: Vec<&str> = one.builds.difference(&other.builds).map(String::as_str).collect();
        (!builds.is_empty()).then(|| format!("only in {which}: {}", builds.join(", ")))
    };
    let parts: Vec<String> = [only("A", a, b), only("B", b, a)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("builds of Exchange differ; {}", parts.join("; ")))
}
