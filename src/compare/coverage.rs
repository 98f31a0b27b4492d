//! Servers whose log is missing in one of the runs, for a while or altogether: that explains nearly anything.

use std::collections::BTreeMap;

use super::pairs::By;
use crate::model::series::{SLOTS, slot};
use crate::model::snapshot::Snapshot;

/// A server is taken for silent where, by the other run, so many rows were to be expected. Rows come by the message,
/// some ten each, so fewer may well be missing by chance.
const EXPECTED: f64 = 100.0;
/// An hour is silent that has no more than this part of what was to be expected: a file that begins before a gap may
/// reach into it.
const REST: f64 = 0.1;

/// A server that wrote nothing, or next to nothing, in hours in which it writes in the other run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Silence {
    pub server: String,
    /// Whether it is the second run that has nothing.
    pub second: bool,
    /// Runs of hours since 1970, first and last; none where the whole log is missing.
    pub spans: Vec<(i64, i64)>,
    /// Rows that the other run leads to expect.
    pub expected: f64,
}

/// All of them, those first that are missing altogether.
pub(super) fn silences(runs: [&Snapshot; 2], covered: [&BTreeMap<i64, f64>; 2], by: By) -> Vec<Silence> {
    let ([a, b], [in_a, in_b]) = (runs, covered);
    let mut out = silent((b, in_b), (a, in_a), by, true);
    out.extend(silent((a, in_a), (b, in_b), by, false));
    out.sort_by(|x, y| {
        x.spans.len().min(1).cmp(&y.spans.len().min(1)).then_with(|| y.expected.total_cmp(&x.expected))
    });
    out
}

type Run<'r> = (&'r Snapshot, &'r BTreeMap<i64, f64>);

/// How many rows of a server another run leads to expect in each hour.
struct Expected {
    mean: Vec<f64>,
    by: By,
    /// What part of that there is of all other servers: where all have less mail, no log is missing.
    part: f64,
}

impl Expected {
    fn at(&self, hour: i64) -> f64 {
        let at = |hour: i64| self.mean.get(self.by.cell(slot(hour))).copied().unwrap_or(0.0);
        // The middle one of three hours, since in any one of them a single message may have brought hundreds.
        let mut three = [at(hour - 1), at(hour), at(hour + 1)];
        three.sort_by(f64::total_cmp);
        let [_, middle, _] = three;
        middle * self.part
    }

    fn sum(&self, hours: impl Iterator<Item = i64>) -> f64 {
        hours.map(|hour| self.at(hour)).sum()
    }
}

fn silent((run, covered): Run<'_>, (other, other_covered): Run<'_>, by: By, second: bool) -> Vec<Silence> {
    let hours = || covered.keys().copied();
    let rows = |rows: &BTreeMap<i64, u64>| hours().filter_map(|hour| rows.get(&hour)).sum::<u64>() as f64;
    let wrote_all: f64 = run.coverage.values().map(rows).sum();
    let servers: Vec<(&String, Expected)> = other
        .coverage
        .iter()
        .map(|(server, rows)| (server, Expected { mean: mean((rows, other_covered), by), by, part: 1.0 }))
        .collect();
    let wrote = |server: &String| run.coverage.get(server).map_or(0.0, rows);
    let sums: Vec<[f64; 2]> = servers.iter().map(|(server, e)| [wrote(server), e.sum(hours())]).collect();
    let add = |sum: [f64; 2], more: &[f64; 2]| [sum[0] + more[0], sum[1] + more[1]];
    let gone = sums.iter().filter(|[wrote, expected]| *wrote <= REST * expected).fold([0.0; 2], add);
    let expected_all: f64 = sums.iter().map(|[_, expected]| expected).sum();
    let mut out = Vec::new();
    for (server, mut expected) in servers {
        let (wrote, mine) = (wrote(server), expected.sum(hours()));
        expected.part = others_part([wrote_all, expected_all], gone, [wrote, mine]);
        let all = expected.sum(hours());
        let none = BTreeMap::new();
        let spans = match run.coverage.get(server) {
            // Logs of others hold a few rows that it wrote.
            _ if wrote <= REST * all => None,
            rows => Some(silent_spans(rows.unwrap_or(&none), covered, &expected)),
        };
        let (spans, expected) = match spans {
            None if all >= EXPECTED => (Vec::new(), all),
            Some((spans, expected)) if !spans.is_empty() => (spans, expected),
            _ => continue,
        };
        out.push(Silence { server: server.clone(), second, spans, expected });
    }
    out
}

/// What part there is of what all other servers were to write, those left aside that are gone altogether: their logs
/// are missing, which says nothing of mail. If all others are gone they tell after all.
fn others_part(all: [f64; 2], gone: [f64; 2], [wrote, expected]: [f64; 2]) -> f64 {
    let without = |[w, e]: [f64; 2], [x, y]: [f64; 2]| [w - x, e - y];
    let me = [wrote, expected];
    let others = without(all, me);
    let there = without(others, if wrote <= REST * expected { without(gone, me) } else { gone });
    let [w, e] = if there[1] > 0.5 { there } else { others };
    if e > 0.0 { (w / e).clamp(0.0, 1.0) } else { 1.0 }
}

/// The spans in which a server that wrote something else wrote next to nothing, and the rows that are missing there.
fn silent_spans(
    rows: &BTreeMap<i64, u64>,
    covered: &BTreeMap<i64, f64>,
    expected: &Expected,
) -> (Vec<(i64, i64)>, f64) {
    let silent = |hour: &i64| rows.get(hour).copied().unwrap_or(0) as f64 <= REST * expected.at(*hour);
    let hours: Vec<i64> = covered.keys().copied().collect();
    let spans = hours.chunk_by(|x, y| silent(x) == silent(y)).filter(|span| span.first().is_some_and(silent));
    long(spans, expected)
}

/// Spans in which so much is missing that it matters, by their first and last hour, and how much that is.
fn long<'s>(spans: impl Iterator<Item = &'s [i64]>, expected: &Expected) -> (Vec<(i64, i64)>, f64) {
    let sum = |span: &[i64]| expected.sum(span.iter().copied());
    let long: Vec<&[i64]> = spans.filter(|span| sum(span) >= EXPECTED).collect();
    let ends = long.iter().filter_map(|span| Some((*span.first()?, *span.last()?)));
    (ends.collect(), long.iter().map(|span| sum(span)).sum())
}

/// Hours within a run in which no server wrote anything, though by the other run there was much to write.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standstill {
    /// Whether it is the second run.
    pub second: bool,
    /// Runs of hours since 1970, first and last.
    pub spans: Vec<(i64, i64)>,
    /// Rows that the other run leads to expect.
    pub expected: f64,
}

/// Those of both runs.
pub(super) fn standstills(
    [a, b]: [&Snapshot; 2],
    [in_a, in_b]: [&BTreeMap<i64, f64>; 2],
    by: By,
) -> Vec<Standstill> {
    [standstill((b, in_b), (a, in_a), by, true), standstill((a, in_a), (b, in_b), by, false)]
        .into_iter()
        .flatten()
        .collect()
}

fn standstill(
    (run, covered): Run<'_>,
    (other, other_covered): Run<'_>,
    by: By,
    second: bool,
) -> Option<Standstill> {
    let (first, last) = run.period?;
    let mut all: BTreeMap<i64, u64> = BTreeMap::new();
    for (hour, rows) in other.coverage.values().flatten() {
        *all.entry(*hour).or_default() += rows;
    }
    let expected = Expected { mean: mean((&all, other_covered), by), by, part: 1.0 };
    // The first and the last hour may be covered too little to count.
    let hours: Vec<i64> =
        (first.hour() + 1..last.hour()).filter(|hour| !covered.contains_key(hour)).collect();
    let (spans, expected) = long(hours.chunk_by(|x, y| x + 1 == *y), &expected);
    (!spans.is_empty()).then_some(Standstill { second, spans, expected })
}

/// How many rows a server writes in an hour of each cell; 0 where the run has no such hour.
fn mean((rows, covered): (&BTreeMap<i64, u64>, &BTreeMap<i64, f64>), by: By) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); SLOTS];
    for (hour, part) in covered {
        if let Some((n, hours)) = sums.get_mut(by.cell(slot(*hour))) {
            *n += rows.get(hour).copied().unwrap_or(0) as f64;
            *hours += part;
        }
    }
    sums.into_iter().map(|(n, hours)| if hours > 0.0 { n / hours } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    /// Two servers on a day of March 2026 that write so many rows in each hour.
    fn day(day: i64, rows: impl Fn(&str, i64) -> u64) -> (Snapshot, BTreeMap<i64, f64>) {
        day_of(&["EX1", "EX2"], day, rows)
    }

    fn day_of(servers: &[&str], day: i64, rows: impl Fn(&str, i64) -> u64) -> (Snapshot, BTreeMap<i64, f64>) {
        let start = Timestamp::from_civil(2026, 3, day, 0).hour();
        let of =
            |server: &str| (0..24).map(|h| (start + h, rows(server, h))).filter(|(_, n)| *n > 0).collect();
        let coverage = servers
            .iter()
            .map(|s| ((*s).to_owned(), of(s)))
            .filter(|(_, h): &(_, BTreeMap<_, _>)| !h.is_empty());
        let run = Snapshot { coverage: coverage.collect(), ..Snapshot::default() };
        (run, (start..start + 24).map(|hour| (hour, 1.0)).collect())
    }

    fn found(a: impl Fn(&str, i64) -> u64, b: impl Fn(&str, i64) -> u64) -> Vec<(String, bool, usize)> {
        found_of(&["EX1", "EX2"], a, b)
    }

    fn found_of(
        servers: &[&str],
        a: impl Fn(&str, i64) -> u64,
        b: impl Fn(&str, i64) -> u64,
    ) -> Vec<(String, bool, usize)> {
        let ((a, in_a), (b, in_b)) = (day_of(servers, 2, a), day_of(servers, 3, b));
        let found = silences([&a, &b], [&in_a, &in_b], By::DayKind);
        found.into_iter().map(|s| (s.server, s.second, s.spans.len())).collect()
    }

    #[test]
    fn less_mail_on_all_servers_is_no_missing_log() {
        let (busy, quiet) = (|_: &str, _: i64| 60, |_: &str, _: i64| 4);
        assert_eq!(found(busy, quiet), []);
        let gone = |server: &str, _: i64| if server == "EX2" { 0 } else { 30 };
        assert_eq!(found(busy, gone), [("EX2".to_owned(), true, 0)]);
    }

    #[test]
    fn a_large_server_that_is_gone_hides_no_small_one() {
        let all = |server: &str, _: i64| if server == "EX1" { 300 } else { 20 };
        let one = |server: &str, _: i64| if server == "EX3" { 20 } else { 0 };
        let names = ["EX1", "EX2", "EX3"];
        let found = found_of(&names, all, one);
        assert_eq!(found, [("EX1".to_owned(), true, 0), ("EX2".to_owned(), true, 0)]);
    }

    #[test]
    fn hours_without_any_row_are_told() {
        let stood = |a: &dyn Fn(&str, i64) -> u64, b: &dyn Fn(&str, i64) -> u64| {
            let ((mut a, mut in_a), (mut b, mut in_b)) = (day(2, a), day(3, b));
            for (run, covered) in [(&mut a, &mut in_a), (&mut b, &mut in_b)] {
                let at = |hour: Option<&i64>| Timestamp(hour.unwrap() * crate::model::time::HOUR);
                run.period = Some((at(covered.keys().next()), at(covered.keys().next_back())));
                covered.retain(|hour, _| run.coverage.values().any(|rows| rows.contains_key(hour)));
            }
            let found = standstills([&a, &b], [&in_a, &in_b], By::DayKind);
            found.into_iter().map(|s| (s.second, s.spans.len(), s.expected)).collect::<Vec<_>>()
        };
        let (always, gap) =
            (|_: &str, _: i64| 60, |_: &str, h: i64| if (9..15).contains(&h) { 0 } else { 60 });
        assert_eq!(stood(&always, &always), []);
        assert_eq!(stood(&always, &gap), [(true, 1, 720.0)]);
        assert_eq!(stood(&gap, &always), [(false, 1, 720.0)]);
        assert_eq!(stood(&gap, &gap), [], "it is always so");
    }

    #[test]
    fn a_silence_is_told_from_a_quiet_hour() {
        let always = |_: &str, _: i64| 60;
        assert_eq!(found(always, always), []);
        let gap = |server: &str, hour: i64| if server == "EX2" && (9..12).contains(&hour) { 2 } else { 60 };
        assert_eq!(found(always, gap), [("EX2".to_owned(), true, 1)]);
        assert_eq!(found(gap, always), [("EX2".to_owned(), false, 1)]);
        let hour = |server: &str, hour: i64| if server == "EX2" && hour == 9 { 0 } else { 60 };
        assert_eq!(found(always, hour), [], "too little to tell");
        let gone = |server: &str, _: i64| if server == "EX2" { 0 } else { 60 };
        assert_eq!(found(always, gone), [("EX2".to_owned(), true, 0)]);
        let burst = |_: &str, hour: i64| if hour == 9 { 5000 } else { 5 };
        let quiet = |_: &str, _: i64| 5;
        assert_eq!(found(burst, quiet), [], "one message to very many is not what an hour usually brings");
    }
}
