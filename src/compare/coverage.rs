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

fn silent((run, covered): Run<'_>, (other, other_covered): Run<'_>, by: By, second: bool) -> Vec<Silence> {
    let mut out = Vec::new();
    for (server, rows) in &other.coverage {
        let mean = mean((rows, other_covered), by);
        let at = |hour: i64| mean.get(by.cell(slot(hour))).copied().unwrap_or(0.0);
        // The middle one of three hours, since in any one of them a single message may have brought hundreds.
        let expected = |hour: i64| {
            let mut three = [at(hour - 1), at(hour), at(hour + 1)];
            three.sort_by(f64::total_cmp);
            let [_, middle, _] = three;
            middle
        };
        let wrote = |hour: &i64| {
            run.coverage.get(server).and_then(|rows| rows.get(hour)).copied().unwrap_or(0) as f64
        };
        let silent = |hour: &i64| wrote(hour) <= REST * expected(*hour);
        let all: f64 = covered.keys().map(|hour| expected(*hour)).sum();
        // Logs of others hold a few rows that it wrote.
        if covered.keys().map(wrote).sum::<f64>() <= REST * all {
            if all >= EXPECTED {
                out.push(Silence { server: server.clone(), second, spans: Vec::new(), expected: all });
            }
            continue;
        }
        let hours: Vec<i64> = covered.keys().copied().collect();
        let follow = |x: &i64, y: &i64| silent(x) == silent(y);
        let sum = |span: &[i64]| span.iter().map(|hour| expected(*hour)).sum::<f64>();
        let spans = hours.chunk_by(follow).filter(|span| span.first().is_some_and(silent));
        let long: Vec<&[i64]> = spans.filter(|span| sum(span) >= EXPECTED).collect();
        if !long.is_empty() {
            let ends = long.iter().filter_map(|span| Some((*span.first()?, *span.last()?)));
            let (spans, expected) = (ends.collect(), long.iter().map(|span| sum(span)).sum());
            out.push(Silence { server: server.clone(), second, spans, expected });
        }
    }
    out
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
        let start = Timestamp::from_civil(2026, 3, day, 0).hour();
        let of =
            |server: &str| (0..24).map(|h| (start + h, rows(server, h))).filter(|(_, n)| *n > 0).collect();
        let coverage = ["EX1", "EX2"]
            .map(|s| (s.to_owned(), of(s)))
            .into_iter()
            .filter(|(_, h): &(_, BTreeMap<_, _>)| !h.is_empty());
        let run = Snapshot { coverage: coverage.collect(), ..Snapshot::default() };
        (run, (start..start + 24).map(|hour| (hour, 1.0)).collect())
    }

    fn found(a: impl Fn(&str, i64) -> u64, b: impl Fn(&str, i64) -> u64) -> Vec<(String, bool, usize)> {
        let ((a, in_a), (b, in_b)) = (day(2, a), day(3, b));
        let found = silences([&a, &b], [&in_a, &in_b], By::DayKind);
        found.into_iter().map(|s| (s.server, s.second, s.spans.len())).collect()
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
