//! Two tests: whether a share differs between two runs, and whether a rate does. Both take the hours that are held
//! against each other for what chance deals out, never single mails: mail comes in bursts, and one message may have
//! five hundred recipients. Both are told how much the hours scatter by the hours themselves.
//!
//! `docs/COMPARE.md` says the same in words, with what is assumed.

use super::chance::{coins_two_sided, two_sided};

/// Fewer than this on both sides together is too little to tell.
pub(super) const FEWEST: f64 = 20.0;
/// What happened in fewer hours than this, counted by weight, is too.
const FEWEST_HOURS: f64 = 6.0;
/// Hours that one side has for itself tell something where neither has more than so many times the mail of the other.
const ALIKE: f64 = 1.25;

/// By hour: how often, and of how many, on one side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts<'c> {
    pub some: &'c [f64],
    pub of: &'c [f64],
}

/// What a test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tested {
    /// Difference by its standard error; positive: the second is larger.
    pub t: f64,
    pub df: u32,
    /// Hours in which only the first has it, and only the second.
    pub alone: [u32; 2],
    pub p: f64,
}

impl Tested {
    fn new(t: f64, df: f64) -> Option<Self> {
        let df = df.floor().min(1000.0) as u32;
        (df > 0 && t.is_finite()).then(|| Self { t, df, alone: [0, 0], p: two_sided(t, df) })
    }
}

/// An hour of both sides.
struct Pair {
    /// What both have of how many, as one weight.
    weight: f64,
    /// How many more the second has than the first, by that weight.
    more: f64,
    /// How often on each side.
    some: [f64; 2],
    /// What part of all the second has.
    part: f64,
}

impl Pair {
    fn both(&self) -> f64 {
        self.some.iter().sum()
    }

    /// Which side has it alone.
    fn alone(&self) -> Option<usize> {
        match self.some {
            [x, y] if x > 0.0 && y == 0.0 => Some(0),
            [x, y] if x == 0.0 && y > 0.0 => Some(1),
            _ => None,
        }
    }
}

impl Tested {
    /// Without the hours that only one side has, where it is not known which these are.
    pub(super) fn without_hours_alone(self) -> Self {
        Self { alone: [0, 0], p: two_sided(self.t, self.df), ..self }
    }
}

/// Whether it is one side that has hours for itself. A thing that is rare comes in hours on one side or the other, and
/// a burst fills one hour like a single mail does: so each hour is a coin, weighted by what both sides have of how many.
/// Exact for these coins. Not asked where one side has much more mail, since then it has hours for itself sooner.
fn by_hours_alone(pairs: &[Pair], [of_a, of_b]: [f64; 2]) -> ([u32; 2], f64) {
    let coins: Vec<(usize, f64)> = pairs.iter().filter_map(|p| Some((p.alone()?, p.part))).collect();
    let second = coins.iter().filter(|(side, _)| *side == 1).count();
    let alone = [(coins.len() - second) as u32, second as u32];
    if of_a.max(of_b) > ALIKE * of_a.min(of_b) {
        return (alone, 1.0);
    }
    let parts: Vec<f64> = coins.into_iter().map(|(_, part)| part).collect();
    (alone, coins_two_sided(&parts, second))
}

/// How many hours of equal weight would vary as much as these.
fn effective(weights: impl Iterator<Item = f64> + Clone) -> f64 {
    let squares: f64 = weights.clone().map(|w| w * w).sum();
    let sum: f64 = weights.sum();
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// Whether the share of one thing in all differs. `None` where there is too little to tell.
///
/// The difference is that of Mantel and Haenszel: each hour of the first run against the same hour of the second,
/// weighted by what both have. Its variance is that of the hours around the difference, but never less than that
/// of independent draws. What is rare is also told by the hours that only one side has.
pub(super) fn share(a: Counts<'_>, b: Counts<'_>) -> Option<Tested> {
    let sides = a.some.iter().zip(a.of).zip(b.some.iter().zip(b.of));
    let pairs = sides.filter(|((_, n), (_, m))| **n > 0.0 && **m > 0.0).map(|((x, n), (y, m))| Pair {
        weight: n * m / (n + m),
        more: (y * n - x * m) / (n + m),
        some: [*x, *y],
        part: m / (n + m),
    });
    let pairs: Vec<Pair> = pairs.collect();
    let weight: f64 = pairs.iter().map(|p| p.weight).sum();
    let more: f64 = pairs.iter().map(|p| p.more).sum();
    let some: f64 = pairs.iter().map(Pair::both).sum();
    let common = a.of.iter().zip(b.of).filter(|(n, m)| **n > 0.0 && **m > 0.0);
    let of = common.fold([0.0, 0.0], |[first, second], (n, m)| [first + n, second + m]);
    let hours = effective(pairs.iter().map(|p| p.weight)).min(effective(pairs.iter().map(Pair::both)));
    if some < FEWEST || hours < FEWEST_HOURS {
        return None;
    }
    let (share, mean) = (some / of.iter().sum::<f64>(), more / weight);
    // An hour that weighs much draws the mean to itself, so that it scatters less around it than it should.
    let around = pairs.iter().map(|p| (p.more - mean * p.weight).powi(2) / (1.0 - p.weight / weight));
    let scatter: f64 = around.sum();
    let variance = scatter.max(weight * share * (1.0 - share));
    // Where all is all on both sides nothing varies.
    let t = if variance > 0.0 { more / variance.sqrt() } else { 0.0 };
    let tested = Tested::new(t, hours - 1.0)?;
    let (alone, p) = by_hours_alone(&pairs, of);
    // Two tests have two chances.
    Some(Tested { alone, p: (2.0 * tested.p.min(p)).min(1.0), ..tested })
}

/// Whether there is more an hour. `of` holds hours. `None` where there is too little to tell.
///
/// The ratio of Mantel and Haenszel, whose logarithm is tested: that way an hour that is always busy and one that is
/// always quiet tell the same. Its variance is that of the hours around the ratio, but never less than Poisson's.
pub(super) fn rate(a: Counts<'_>, b: Counts<'_>) -> Option<Tested> {
    let sides = a.some.iter().zip(a.of).zip(b.some.iter().zip(b.of));
    let both = sides.filter(|((_, n), (_, m))| **n > 0.0 && **m > 0.0);
    // How much of the second and of the first each hour brings, as if both were equally long.
    let pairs: Vec<(f64, f64)> = both.map(|((x, n), (y, m))| (y * n / (n + m), x * m / (n + m))).collect();
    let (second, first): (f64, f64) = (pairs.iter().map(|p| p.0).sum(), pairs.iter().map(|p| p.1).sum());
    let hours = effective(pairs.iter().map(|p| p.0 + p.1));
    let total = |c: Counts<'_>| c.some.iter().sum::<f64>();
    if total(a) + total(b) < FEWEST || hours < FEWEST_HOURS || first <= 0.0 || second <= 0.0 {
        return None;
    }
    let ratio = second / first;
    let around = pairs.iter().map(|(y, x)| (y - ratio * x).powi(2) / (1.0 - (x + y) / (first + second)));
    let scatter = around.sum::<f64>() / (second * second);
    let variance = scatter.max(1.0 / total(a) + 1.0 / total(b));
    Tested::new(ratio.ln() / variance.sqrt(), hours - 1.0)
}
