//! Runs made by dice, so that how often the tests are wrong, and how much they see, can be counted.

use fastrand::Rng;

use super::chance::of_all;
use super::compare;
use super::share::{Counts, Tested, rate, share};
use crate::model::compared::{Topic, Verdict};
use crate::model::series::{Line, Listed, SLOTS, Series, slot};
use crate::model::snapshot::Snapshot;
use crate::model::time::Timestamp;

/// How busy an hour of the day is.
fn busy(hour: usize) -> f64 {
    [4.0, 3.0, 3.0, 3.0, 4.0, 8.0, 20.0, 55.0, 90.0, 100.0, 96.0, 84.0]
        [if hour % 24 < 12 { hour % 24 } else { 23 - hour % 24 }]
}

/// So many of something with this mean, each of them alone.
fn poisson(rng: &mut Rng, mean: f64) -> f64 {
    let (limit, mut product, mut n) = ((-mean).exp(), rng.f64(), 0.0);
    while product > limit {
        product *= rng.f64();
        n += 1.0;
    }
    n
}

/// How many messages come at once: mostly one, now and then many.
fn burst(rng: &mut Rng) -> f64 {
    if rng.u32(0..200) == 0 { rng.u32(10..50).into() } else { 1.0 }
}

/// By hour: recipients of one sort, of which `part` of the messages are, and recipients of all; in bursts.
fn bursts(rng: &mut Rng, hours: usize, part: f64) -> (Vec<f64>, Vec<f64>) {
    (0..hours)
        .map(|hour| {
            let messages = poisson(rng, busy(hour) / 2.0) as usize;
            let mut sums = (0.0, 0.0);
            for _ in 0..messages {
                let n = burst(rng);
                sums = (sums.0 + if rng.f64() < part { n } else { 0.0 }, sums.1 + n);
            }
            sums
        })
        .unzip()
}

fn shares(rng: &mut Rng, hours: usize, parts: (f64, f64)) -> Option<Tested> {
    let ((x, n), (y, m)) = (bursts(rng, hours, parts.0), bursts(rng, hours, parts.1));
    share(Counts { some: &x, of: &n }, Counts { some: &y, of: &m })
}

/// How often of so many times a probability is below a limit.
fn below(all: &[f64], limit: f64) -> f64 {
    all.iter().filter(|p| **p < limit).count() as f64 / all.len() as f64
}

#[test]
fn bursts_alone_are_seldom_called_a_change() {
    let mut rng = Rng::with_seed(7);
    for (hours, part) in [(24, 0.5), (24, 0.1), (24, 0.02), (168, 0.5), (168, 0.02), (168, 0.002)] {
        let all: Vec<f64> =
            (0..2000).filter_map(|_| shares(&mut rng, hours, (part, part))).map(|t| t.p).collect();
        let (five, one, tenth) = (below(&all, 0.05), below(&all, 0.01), below(&all, 0.001));
        assert!(
            five < 0.065 && one < 0.015 && tenth < 0.003,
            "{hours} hours, {part}: {} tested, {five} {one} {tenth}",
            all.len()
        );
    }
}

#[test]
fn the_same_test_on_single_recipients_would_lie() {
    // What the tests here are instead of: each recipient taken for a draw of its own.
    let mut rng = Rng::with_seed(8);
    let lies = (0..500).filter(|_| {
        let ((x, n), (y, m)) = (bursts(&mut rng, 24, 0.1), bursts(&mut rng, 24, 0.1));
        let [x, n, y, m] = [x, n, y, m].map(|counts| counts.iter().sum::<f64>());
        let pooled = (x + y) / (n + m);
        let t = (y / m - x / n) / (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
        t.abs() > 2.576
    });
    assert!(lies.count() > 75, "at 1 % it would call more than 15 % a change");
}

#[test]
fn a_share_that_moved_far_is_seen_in_a_day_and_less_in_a_week() {
    let mut rng = Rng::with_seed(9);
    // Six hundred messages a day, and as if it were one of three hundred figures; docs/COMPARE.md has more of these.
    for (hours, parts, least) in
        [(24, (0.1, 0.8), 90), (168, (0.02, 0.08), 70), (168, (0.02, 0.12), 95), (168, (0.0, 0.1), 95)]
    {
        let tested = (0..100).filter_map(|_| shares(&mut rng, hours, parts));
        let seen = tested.filter(|t| t.p * 300.0 < 0.01 && t.t > 0.0).count();
        assert!(seen >= least, "{hours} hours, {parts:?}: {seen}");
    }
}

#[test]
fn volume_is_told_from_the_scatter_of_its_hours() {
    let mut rng = Rng::with_seed(10);
    let mut volumes = |factor: f64| {
        let mut day = |factor: f64| -> Vec<f64> {
            // Hours scatter more than Poisson: each has a mood of its own.
            (0..24)
                .map(|hour| {
                    let mood = 0.7 + 0.6 * rng.f64();
                    poisson(&mut rng, busy(hour) * factor * mood)
                })
                .collect()
        };
        let (x, y) = (day(1.0), day(factor));
        rate(Counts { some: &x, of: &[1.0; 24] }, Counts { some: &y, of: &[1.0; 24] }).unwrap()
    };
    let same: Vec<f64> = (0..2000).map(|_| volumes(1.0).p).collect();
    assert!(
        below(&same, 0.05) < 0.065 && below(&same, 0.001) < 0.003,
        "{} {}",
        below(&same, 0.05),
        below(&same, 0.001)
    );
    for (factor, least) in [(2.0, 70), (3.0, 95)] {
        let seen = (0..100).filter(|_| volumes(factor).p * 300.0 < 0.01).count();
        assert!(seen >= least, "{factor}: {seen}");
    }
}

#[test]
fn one_burst_or_few_of_anything_is_too_little_to_tell() {
    let (n, mut one) = (vec![100.0; 24], vec![0.0; 24]);
    one[9] = 500.0;
    let all = vec![600.0; 24];
    let none = vec![0.0; 24];
    assert_eq!(share(Counts { some: &none, of: &all }, Counts { some: &one, of: &all }), None);
    let few: Vec<f64> = (0..24).map(|hour| f64::from(u8::from(hour < 19))).collect();
    assert_eq!(share(Counts { some: &none, of: &n }, Counts { some: &few, of: &n }), None);
    assert_eq!(rate(Counts { some: &one, of: &n }, Counts { some: &one, of: &n }), None);
    let hour = [30.0];
    assert_eq!(
        share(Counts { some: &hour, of: &[60.0] }, Counts { some: &hour, of: &[60.0] }),
        None,
        "one hour"
    );
}

#[test]
fn equal_runs_differ_by_nothing_and_both_ways_are_alike() {
    let mut rng = Rng::with_seed(11);
    let ((x, n), (y, m)) = (bursts(&mut rng, 168, 0.3), bursts(&mut rng, 168, 0.3));
    let (a, b) = (Counts { some: &x, of: &n }, Counts { some: &y, of: &m });
    let same = share(a, a).unwrap();
    assert!(same.t.abs() < 1e-12 && (same.p - 1.0).abs() < 1e-12);
    let (there, back) = (share(a, b).unwrap(), share(b, a).unwrap());
    assert!((there.t + back.t).abs() < 1e-9 && (there.p - back.p).abs() < 1e-9);
    let (there, back) = (rate(a, b).unwrap(), rate(b, a).unwrap());
    assert!((there.t + back.t).abs() < 1e-9, "{there:?} {back:?}");
    let whole = share(Counts { some: &n, of: &n }, Counts { some: &m, of: &m }).unwrap();
    assert!(whole.t == 0.0, "all of all on both sides");
}

#[test]
fn in_all_figures_together_chance_is_called_a_change_in_one_of_a_hundred() {
    let mut rng = Rng::with_seed(12);
    let runs = 300;
    let wrong = (0..runs).filter(|_| {
        let each: Vec<f64> = (0..40).filter_map(|_| shares(&mut rng, 24, (0.2, 0.2))).map(|t| t.p).collect();
        of_all(&each).iter().any(|p| *p <= super::figures::ALPHA)
    });
    let wrong = wrong.count();
    assert!(wrong <= 8, "{wrong} of {runs}");
}

/// A week in which so many senders all write alike, and one of them so many times as much. Its list ends early.
fn week(rng: &mut Rng, senders: usize, factor: f64) -> Snapshot {
    const KEPT: usize = 200;
    let start = Timestamp::from_civil(2026, 3, 2, 0);
    let mut lines: Vec<Line> =
        (0..senders).map(|n| Line { name: format!("{n:04}"), hours: vec![0; SLOTS] }).collect();
    let period = Some((start, Timestamp(start.0 + 7 * 86_400_000 - 1)));
    let mut run = Snapshot { period, ..Snapshot::default() };
    for hour in start.hour()..start.hour() + SLOTS as i64 {
        let mean = busy(hour.rem_euclid(24) as usize) / 400.0;
        let mut all = 0;
        for (n, line) in lines.iter_mut().enumerate() {
            let messages = poisson(rng, if n == 7 { mean * factor } else { mean }) as u64;
            line.hours[slot(hour)] += messages;
            all += messages;
        }
        run.hours.insert(hour, all);
        run.coverage.entry("EX1".to_owned()).or_default().insert(hour, 1 + all);
    }
    lines.sort_by(|a, b| b.total().cmp(&a.total()).then_with(|| a.name.cmp(&b.name)));
    let unlisted = lines.get(KEPT).map_or(0, Line::total);
    lines.truncate(KEPT);
    run.series = Some(Series { senders: Listed { unlisted, lines }, ..Series::default() });
    run
}

#[test]
fn what_a_list_leaves_out_is_not_taken_for_nothing() {
    let mut rng = Rng::with_seed(13);
    for _ in 0..10 {
        let (a, b) = (week(&mut rng, 600, 1.0), week(&mut rng, 600, 1.0));
        for (a, b) in [(&a, &b), (&b, &a)] {
            let compared = compare(a, b);
            let senders = || compared.figures.iter().filter(|f| f.topic == Topic::Sender);
            assert!(senders().any(|f| f.a.at_most) && senders().any(|f| f.b.at_most));
            let changed: Vec<_> = compared.of(Verdict::Changed).collect();
            assert!(changed.is_empty(), "{changed:?}");
        }
        let compared = compare(&a, &week(&mut rng, 600, 10.0));
        let changed: Vec<&str> = compared.of(Verdict::Changed).map(|f| f.name.as_str()).collect();
        assert_eq!(changed, ["0007"]);
    }
}
