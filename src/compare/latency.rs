//! How long mail took: whether more of it is slower than the median, and than nine tenths, of both runs together.

use std::collections::BTreeMap;

use super::figures::{Both, Candidate, of_share};
use super::pairs::Pairs;
use crate::model::compared::Topic;
use crate::model::series::{Lag, step_after};

/// A time that differs by less than this factor does not matter.
const FACTOR: f64 = 1.5;
/// Nor by less than this, ms.
const LEAST: f64 = 500.0;

/// The steps of one run, each with its counts by cell.
type Steps = BTreeMap<u64, Vec<f64>>;

/// Two figures for each connector, or decision without one, that both runs have.
pub(super) fn latencies([first, second]: [&[Lag]; 2], pairs: &Pairs) -> Vec<Candidate> {
    let mut out = Vec::new();
    for lag in first {
        let Some(other) = second.iter().find(|other| other.name == lag.name) else { continue };
        let steps = |lag: &Lag| lag.steps.iter().map(|step| (step.ms, pairs.fold(&step.hours))).collect();
        let both: [Steps; 2] = [steps(lag), steps(other)];
        out.push(slower(Topic::Latency, &lag.name, &both, 0.5, pairs));
        out.push(slower(Topic::LatencyTail, &lag.name, &both, 0.9, pairs));
    }
    out
}

/// How much is slower than this part of all.
fn slower(topic: Topic, name: &str, both: &[Steps; 2], part: f64, pairs: &Pairs) -> Candidate {
    let mut pooled: BTreeMap<u64, f64> = BTreeMap::new();
    for (ms, counts) in both.iter().flatten() {
        *pooled.entry(*ms).or_default() += counts.iter().sum::<f64>();
    }
    let limit = reached(&pooled, part).map_or(0, |(ms, _)| ms);
    let sum = |steps: &Steps, from: u64| {
        let some = steps.range(from..).map(|(_, counts)| counts);
        some.fold(pairs.fold(&[]), |sum, counts| sum.iter().zip(counts).map(|(x, y)| x + y).collect())
    };
    let above = step_after(limit);
    let some: Both = both.each_ref().map(|steps| sum(steps, above));
    let of: Both = both.each_ref().map(|steps| sum(steps, 0));
    let mut out = of_share(topic, name.to_owned(), &some, &of);
    let [a, b] = both.each_ref().map(|steps| {
        let totals = steps.iter().map(|(ms, counts)| (*ms, counts.iter().sum::<f64>())).collect();
        quantile(&totals, part)
    });
    (out.a.value, out.b.value) = (a, b);
    let far = b.max(a) >= FACTOR * b.min(a) && (b - a).abs() >= LEAST;
    // A quantile may go one way and the share of what is slow the other: then nothing is sure.
    out.relevant = far && out.tested.is_some_and(|tested| tested.t * (b - a) > 0.0);
    out
}

/// The step in which this part of all is reached, and what part of the step that takes.
fn reached(totals: &BTreeMap<u64, f64>, part: f64) -> Option<(u64, f64)> {
    let wanted = part * totals.values().sum::<f64>();
    let mut before = 0.0;
    for (ms, n) in totals.iter().filter(|(_, n)| **n > 0.0) {
        if before + n >= wanted {
            return Some((*ms, (wanted - before) / n));
        }
        before += n;
    }
    None
}

/// The time that this part of all does not exceed, ms; within a step as if it were evenly filled.
fn quantile(totals: &BTreeMap<u64, f64>, part: f64) -> f64 {
    reached(totals, part).map_or(0.0, |(ms, into)| ms as f64 + (step_after(ms) - ms) as f64 * into)
}
