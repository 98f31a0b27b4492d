//! The figures: each thing that both runs count, tested.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::of_all;
use super::latency;
use super::pairs::Pairs;
use super::share::{Counts, Tested, rate, share};
use crate::model::compared::{Figure, Side, Test, Topic, Verdict};
use crate::model::journey::Decision;
use crate::model::series::{Listed, Series};
use crate::model::snapshot::Snapshot;

/// How often, in all figures of one comparison together, chance alone may be called a change.
pub(super) const ALPHA: f64 = 0.01;
/// Odds that differ by less than this factor do not matter.
const ODDS: f64 = 1.5;
/// Nor does what concerns fewer messages or rows than this.
const LEAST: f64 = 10.0;
/// A volume that differs by less than this factor does not matter.
const VOLUME: f64 = 1.25;

/// A figure before all are judged together.
pub(super) struct Candidate {
    pub topic: Topic,
    pub name: String,
    pub a: Side,
    pub b: Side,
    pub difference: f64,
    pub tested: Option<Tested>,
    /// As much as matters.
    pub relevant: bool,
}

/// By cell how often something happened, in the first run and in the second.
pub(super) type Both = [Vec<f64>; 2];

/// A share in something that is counted in the same cells.
pub(super) fn of_share(topic: Topic, name: String, some: &Both, of: &Both) -> Candidate {
    let ([x, y], [n, m]) = (some, of);
    let tested = share(Counts { some: x, of: n }, Counts { some: y, of: m });
    let side = |some: &[f64], of: &[f64]| {
        let (count, of) = (some.iter().sum::<f64>(), of.iter().sum::<f64>());
        Side { count, of, value: if of > 0.0 { count / of } else { 0.0 }, at_most: false }
    };
    let (a, b) = (side(x, n), side(y, m));
    let difference = b.count - a.value * b.of;
    // A half on each side, so that nothing and all have odds too.
    let odds = |s: Side| (s.count + 0.5) / (s.of - s.count + 0.5);
    let relevant = (odds(b) / odds(a)).ln().abs() >= ODDS.ln() && difference.abs() >= LEAST;
    Candidate { topic, name, a, b, difference, tested, relevant }
}

/// Messages an hour.
fn volume(runs: [&Snapshot; 2], pairs: &Pairs) -> Candidate {
    let [x, y] = messages(runs, pairs);
    let [n, m] = &pairs.hours;
    let tested = rate(Counts { some: &x, of: n }, Counts { some: &y, of: m });
    let side = |some: &[f64], of: &[f64]| {
        let (count, of) = (some.iter().sum::<f64>(), of.iter().sum::<f64>());
        Side { count, of, value: if of > 0.0 { count / of } else { 0.0 }, at_most: false }
    };
    let (a, b) = (side(&x, n), side(&y, m));
    let difference = b.count - a.value * b.of;
    let relevant = (b.value / a.value).ln().abs() >= VOLUME.ln() && difference.abs() >= LEAST;
    Candidate { topic: Topic::Volume, name: String::new(), a, b, difference, tested, relevant }
}

fn messages(runs: [&Snapshot; 2], pairs: &Pairs) -> Both {
    runs.map(|run| pairs.fold_hours(run.hours.iter().map(|(hour, n)| (hour, *n))))
}

/// A list of things, each as a share in what is counted in the same cells.
fn of_list(topic: Topic, lists: [&Listed; 2], of: &Both, pairs: &Pairs) -> Vec<Candidate> {
    let by_name = lists.map(|list| {
        let lines = list.lines.iter().map(|line| (line.name.as_str(), pairs.fold(&line.hours)));
        lines.collect::<BTreeMap<_, _>>()
    });
    let names: BTreeSet<&str> = by_name.iter().flat_map(BTreeMap::keys).copied().collect();
    let [a, b] = &by_name;
    let [first, second] = lists;
    let (n, m) =
        (of.iter().map(|of| of.iter().sum::<f64>()).next(), of.iter().map(|of| of.iter().sum()).nth(1));
    let (n, m) = (n.unwrap_or(0.0), m.unwrap_or(0.0));
    let none = |list: &Listed, of: &[f64], all: f64| {
        // All that is known of it is how often it happened at most: then as often in each hour.
        let each = if all > 0.0 { list.unlisted as f64 / all } else { 0.0 };
        of.iter().map(|n| n * each).collect::<Vec<f64>>()
    };
    let [in_a, in_b] = of;
    let candidate = |name: &str| {
        let (x, y) = (a.get(name), b.get(name));
        let some = [
            x.cloned().unwrap_or_else(|| none(first, in_a, n)),
            y.cloned().unwrap_or_else(|| none(second, in_b, m)),
        ];
        let mut out = of_share(topic, name.to_owned(), &some, of);
        out.a.at_most = x.is_none() && first.unlisted > 0;
        out.b.at_most = y.is_none() && second.unlisted > 0;
        // The one that is not listed may be as frequent as the other: nothing is known.
        let unknown =
            out.a.at_most && out.a.value >= out.b.value || out.b.at_most && out.b.value >= out.a.value;
        let tested = out.tested.filter(|_| !unknown);
        // A bound is spread over all hours, so that it tells nothing of the hours that a side has for itself.
        let bounded = out.a.at_most || out.b.at_most;
        out.tested = tested.map(|t| if bounded { t.without_hours_alone() } else { t });
        out
    };
    names.into_iter().map(candidate).collect()
}

/// Rows of servers, those left out that are silent on one side.
fn servers(runs: [&Snapshot; 2], pairs: &Pairs, silent: &BTreeSet<&str>) -> Vec<Candidate> {
    let rows = |run: &Snapshot, server: &str| {
        let hours = run.coverage.get(server).into_iter().flatten();
        pairs.fold_hours(hours.map(|(hour, n)| (hour, *n)))
    };
    let names: BTreeSet<&str> = runs
        .iter()
        .flat_map(|run| run.coverage.keys())
        .map(String::as_str)
        .filter(|s| !silent.contains(s))
        .collect();
    let of = runs.map(|run| {
        names.iter().fold(vec![0.0; 0], |mut sum, server| {
            let rows = rows(run, server);
            sum.resize(rows.len(), 0.0);
            sum.iter_mut().zip(rows).for_each(|(sum, n)| *sum += n);
            sum
        })
    });
    let candidate = |server: &&str| {
        of_share(Topic::Server, (*server).to_owned(), &runs.map(|run| rows(run, server)), &of)
    };
    names.iter().map(candidate).collect()
}

/// All figures, judged together; what changed first, and of that what is worse, and more.
pub(super) fn figures(runs: [&Snapshot; 2], pairs: &Pairs, silent: &BTreeSet<&str>) -> Vec<Figure> {
    let mut all = vec![volume(runs, pairs)];
    all.extend(servers(runs, pairs, silent));
    let [a, b] = runs;
    if let (Some(a), Some(b)) = (&a.series, &b.series) {
        let messages = messages(runs, pairs);
        let by =
            |topic, list: fn(&Series) -> &Listed, of: &Both| of_list(topic, [list(a), list(b)], of, pairs);
        let connected = [a, b].map(|s| {
            let lines = s.connectors.lines.iter().map(|line| pairs.fold(&line.hours));
            lines.fold(pairs.fold(&[]), |sum, line| sum.iter().zip(line).map(|(x, y)| x + y).collect())
        });
        all.extend(by(Topic::Failure, |s| &s.failures, &messages));
        all.extend(by(Topic::FailedDomain, |s| &s.failed_domains, &messages));
        all.extend(by(Topic::Decision, |s| &s.decisions, &messages));
        all.extend(by(Topic::Connector, |s| &s.connectors, &connected));
        all.extend(by(Topic::Domain, |s| &s.domains, &messages));
        all.extend(by(Topic::Sender, |s| &s.senders, &messages));
        all.extend(by(Topic::SenderDomain, |s| &s.sender_domains, &messages));
        all.extend(latency::latencies([&a.latency, &b.latency], pairs));
    }
    judge(all)
}

fn judge(all: Vec<Candidate>) -> Vec<Figure> {
    let each: Vec<f64> = all.iter().filter_map(|c| c.tested).map(|t| t.p).collect();
    let mut together = of_all(&each).into_iter();
    let figure = |c: Candidate| {
        let test = c.tested.zip(c.tested.and_then(|_| together.next()));
        let test = test.map(|(Tested { t, df, alone, p }, p_all)| Test { t, df, alone, p, p_all });
        let verdict = match test {
            None => Verdict::TooFew,
            Some(test) => match (test.p_all <= ALPHA, c.relevant) {
                (true, true) => Verdict::Changed,
                (false, true) => Verdict::Noise,
                (true, false) => Verdict::Small,
                (false, false) => Verdict::Same,
            },
        };
        let worse = is_worse(c.topic, &c.name, c.difference);
        let Candidate { topic, name, a, b, difference, .. } = c;
        Figure { topic, name, verdict, worse, a, b, difference, test }
    };
    let mut out: Vec<Figure> = all.into_iter().map(figure).collect();
    out.sort_by(|x, y| {
        let order = |f: &Figure| (f.verdict, !f.worse);
        let size = y.difference.abs().total_cmp(&x.difference.abs());
        order(x).cmp(&order(y)).then(size).then_with(|| (x.topic, &x.name).cmp(&(y.topic, &y.name)))
    });
    out
}

/// Whether more of it, or less, is for the worse.
fn is_worse(topic: Topic, name: &str, difference: f64) -> bool {
    let ends = [
        Decision::LocalDelivery,
        Decision::SendConnector,
        Decision::RemoteRoutingAddress,
        Decision::Expanded,
    ];
    match topic {
        Topic::Volume => difference < 0.0,
        Topic::Failure | Topic::FailedDomain | Topic::Latency | Topic::LatencyTail => difference > 0.0,
        Topic::Decision => difference > 0.0 && !ends.iter().any(|d| d.as_str() == name),
        Topic::Connector | Topic::Server | Topic::Domain | Topic::Sender | Topic::SenderDomain => false,
    }
}
