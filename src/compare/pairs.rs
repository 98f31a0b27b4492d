//! Which hours of two runs are held against each other: those of the same hour of the week if both have them, else
//! of the same hour of a working day or weekend, else of the day.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::series::{SLOTS, slot};
use crate::model::snapshot::Snapshot;
use crate::model::time::HOUR;

/// At least this part of each run's hours must have a counterpart, or the next coarser way is taken.
const PART: f64 = 0.6;

/// Of the first and the last hour of a run at least this part must be covered. Clocks that are a little off make
/// hours of a few seconds.
const EDGE: f64 = 0.25;

/// By what hours are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Week,
    DayKind,
    Day,
}

impl By {
    const ALL: [Self; 3] = [Self::Week, Self::DayKind, Self::Day];

    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Week => "the same hour of the week (UTC)",
            Self::DayKind => "the same hour of working days and of weekends (UTC)",
            Self::Day => "the same hour of the day (UTC)",
        }
    }

    /// What hours of the week that are the same have in common.
    pub(super) fn cell(self, slot: usize) -> usize {
        match self {
            Self::Week => slot,
            Self::DayKind => slot % 24 + if slot < 5 * 24 { 0 } else { 24 },
            Self::Day => slot % 24,
        }
    }
}

/// The hours of a run in which any server wrote a row, since 1970, each with how much of it the run covers.
pub(super) fn covered(run: &Snapshot) -> BTreeMap<i64, f64> {
    let Some((first, last)) = run.period else { return BTreeMap::new() };
    let within = first.hour()..=last.hour();
    let hours = run.coverage.values().flat_map(BTreeMap::keys).filter(|h| within.contains(*h));
    let part = |hour: i64| {
        let from = if hour == first.hour() { first.0.rem_euclid(HOUR) } else { 0 };
        let to = if hour == last.hour() { last.0.rem_euclid(HOUR) + 1 } else { HOUR };
        (to - from) as f64 / HOUR as f64
    };
    hours.map(|hour| (*hour, part(*hour))).filter(|(_, part)| *part >= EDGE).collect()
}

/// The hours of both runs that are the same.
#[derive(Debug)]
pub(super) struct Pairs {
    pub by: By,
    /// For each hour of the week the cell it is counted in, if both runs have that.
    cells: Vec<Option<usize>>,
    /// How many hours each run has in each cell.
    pub hours: [Vec<f64>; 2],
}

impl Pairs {
    /// Of the hours that two runs cover. Hours of the week that are to be left out are taken for not covered.
    pub(super) fn new(covered: [&BTreeMap<i64, f64>; 2], left_out: &BTreeSet<usize>) -> Self {
        let ways = By::ALL.map(|by| Self::by(by, covered, left_out));
        let [week, kind, day] = ways;
        let enough = |pairs: &Self| {
            let all = covered.map(|hours| hours.values().sum::<f64>());
            pairs.total().into_iter().zip(all).all(|(some, all)| some >= PART * all)
        };
        [week, kind].into_iter().find(enough).unwrap_or(day)
    }

    fn by(by: By, covered: [&BTreeMap<i64, f64>; 2], left_out: &BTreeSet<usize>) -> Self {
        let mut hours = covered.map(|covered| {
            let mut cells = vec![0.0; SLOTS];
            for (hour, part) in covered.iter().filter(|(hour, _)| !left_out.contains(&slot(**hour))) {
                cells.get_mut(by.cell(slot(*hour))).into_iter().for_each(|sum| *sum += part);
            }
            cells
        });
        let [a, b] = &mut hours;
        for (a, b) in a.iter_mut().zip(b).filter(|(a, b)| **a == 0.0 || **b == 0.0) {
            (*a, *b) = (0.0, 0.0);
        }
        let [a, _] = &hours;
        let both = |cell: &usize| a.get(*cell).is_some_and(|n| *n > 0.0);
        let cell = |slot| Some(by.cell(slot)).filter(both).filter(|_| !left_out.contains(&slot));
        let cells = (0..SLOTS).map(cell).collect();
        Self { by, cells, hours }
    }

    /// How many hours of each run are compared.
    pub(super) fn total(&self) -> [f64; 2] {
        let [a, b] = &self.hours;
        [a.iter().sum(), b.iter().sum()]
    }

    /// Whether an hour of the week is compared.
    pub(super) fn has(&self, slot: usize) -> bool {
        self.cells.get(slot).is_some_and(Option::is_some)
    }

    /// Counts by hour of the week as counts by cell.
    pub(super) fn fold(&self, hours: &[u64]) -> Vec<f64> {
        let mut out = vec![0.0; SLOTS];
        for (cell, n) in self.cells.iter().zip(hours) {
            let sum = cell.and_then(|cell| out.get_mut(cell));
            if let Some(sum) = sum {
                *sum += *n as f64;
            }
        }
        out
    }

    /// Counts by hour since 1970 as counts by cell.
    pub(super) fn fold_hours<'h>(&self, hours: impl Iterator<Item = (&'h i64, u64)>) -> Vec<f64> {
        let mut week = vec![0; SLOTS];
        for (hour, n) in hours {
            week.get_mut(slot(*hour)).into_iter().for_each(|sum| *sum += n);
        }
        self.fold(&week)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    /// The hours of some days of March 2026.
    fn days(days: std::ops::Range<i64>) -> BTreeMap<i64, f64> {
        let start = |day| Timestamp::from_civil(2026, 3, day, 0).hour();
        (start(days.start)..start(days.end)).map(|hour| (hour, 1.0)).collect()
    }

    fn pairs(a: std::ops::Range<i64>, b: std::ops::Range<i64>) -> (By, [f64; 2]) {
        let pairs = Pairs::new([&days(a), &days(b)], &BTreeSet::new());
        (pairs.by, pairs.total())
    }

    #[test]
    fn the_finest_way_that_most_hours_have_is_taken() {
        assert_eq!(pairs(2..9, 9..16), (By::Week, [168.0, 168.0]), "two weeks");
        assert_eq!(pairs(2..3, 9..10), (By::Week, [24.0, 24.0]), "two Mondays");
        assert_eq!(pairs(2..3, 3..4), (By::DayKind, [24.0, 24.0]), "Monday and Tuesday");
        assert_eq!(pairs(2..9, 9..10), (By::DayKind, [120.0, 24.0]), "a week and a Monday");
        assert_eq!(pairs(8..9, 9..10), (By::Day, [24.0, 24.0]), "Sunday and Monday");
    }

    #[test]
    fn what_is_left_out_or_has_no_counterpart_counts_nowhere() {
        let (a, b) = (days(2..3), days(9..10));
        let without = Pairs::new([&a, &b], &(3..5).collect());
        assert_eq!((without.by, without.total()), (By::Week, [22.0, 22.0]));
        let counts = without.fold(&[1; SLOTS]);
        assert!((counts.iter().sum::<f64>() - 22.0).abs() < 1e-9 && counts[3] == 0.0 && counts[5] > 0.5);
        assert!(!without.has(3) && without.has(5) && !without.has(100));
    }
}
