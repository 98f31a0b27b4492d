//! How often things happened in each hour of the week: what two runs are compared by.

use std::cmp::Reverse;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// Hours of a week.
pub const SLOTS: usize = 168;

/// The hour of the week, 0 for Monday 00:00 UTC, that an hour since 1970 is.
pub fn slot(hour: i64) -> usize {
    // 1970 began on a Thursday.
    (hour + 72).rem_euclid(SLOTS as i64) as usize
}

/// A list keeps at most so many things.
const KEPT: usize = 200;

/// One thing, and how often it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Connector, domain, … as the logs call it.
    pub name: String,
    /// By hour of the week, [`SLOTS`] of them.
    pub hours: Vec<u64>,
}

impl Line {
    /// How often in all.
    pub fn total(&self) -> u64 {
        self.hours.iter().sum()
    }
}

/// The things that happened most, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Whatever is not in the list happened at most so often.
    pub unlisted: u64,
    /// Those in the list.
    pub lines: Vec<Line>,
}

impl Listed {
    /// The most frequent first; of equal ones the first by name. Only what is kept is laid out by hour.
    pub fn of<K: Copy + Eq + std::hash::Hash>(
        counts: impl Iterator<Item = (K, u8, u32)> + Clone,
        name: impl Fn(K) -> String,
    ) -> Self {
        let mut totals: HashMap<K, u64> = HashMap::new();
        for (key, _, n) in counts.clone() {
            *totals.entry(key).or_default() += u64::from(n);
        }
        let mut order: Vec<(K, u64)> = totals.into_iter().collect();
        // All that are as frequent as the last that is kept, so that names decide between them and not chance.
        let mut unlisted = 0;
        if order.len() > KEPT {
            let (_, (_, least), _) = order.select_nth_unstable_by_key(KEPT, |(_, n)| Reverse(*n));
            unlisted = *least;
            order.retain(|(_, n)| *n >= unlisted);
        }
        let mut order: Vec<(String, K, u64)> =
            order.into_iter().map(|(key, n)| (name(key), key, n)).collect();
        order.sort_unstable_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
        order.truncate(KEPT);
        let places: HashMap<K, usize> =
            order.iter().enumerate().map(|(place, (_, key, _))| (*key, place)).collect();
        let line = |(name, _, _): (String, K, u64)| Line { name, hours: vec![0; SLOTS] };
        let mut lines: Vec<Line> = order.into_iter().map(line).collect();
        for (key, slot, n) in counts {
            let line = places.get(&key).and_then(|place| lines.get_mut(*place));
            if let Some(hour) = line.and_then(|line| line.hours.get_mut(usize::from(slot))) {
                *hour += u64::from(n);
            }
        }
        Self { unlisted, lines }
    }
}

/// What took a time within one step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The least time of the step, ms; see [`step`].
    pub ms: u64,
    /// How many messages, by hour of the week, [`SLOTS`] of them.
    pub hours: Vec<u64>,
}

/// How long the mail of one connector took, or that without one by its decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Connector or decision.
    pub name: String,
    /// Steps that hold something, the shortest first.
    pub steps: Vec<Step>,
}

/// The least time of the step that a time falls in, ms. Four steps for each doubling.
pub fn step(ms: u64) -> u64 {
    let fine = ms.checked_ilog2().unwrap_or(0).saturating_sub(2);
    (ms >> fine) << fine
}

/// The least time of the next step, ms.
pub fn step_after(ms: u64) -> u64 {
    ms.saturating_add(1 << ms.checked_ilog2().unwrap_or(0).saturating_sub(2))
}

/// All that is counted by hour of the week: messages, by the hour in which they were first seen. A message counts
/// once for each thing, however many of its recipients it holds for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// By decision.
    pub decisions: Listed,
    /// By send connector; messages without one are in none.
    pub connectors: Listed,
    /// By failure: decision, code and tag of what was not found, failed or dropped.
    pub failures: Listed,
    /// The same messages by the domain of the final address.
    pub failed_domains: Listed,
    /// All messages by the domain of the final address.
    pub domains: Listed,
    /// By sender.
    pub senders: Listed,
    /// By the domain of the sender.
    pub sender_domains: Listed,
    /// How long it took what was delivered or sent; of a message that left by one connector for many the longest.
    pub latency: Vec<Lag>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    #[test]
    fn a_week_begins_on_monday() {
        let hour = |day, hour: i64| Timestamp::from_civil(2026, 3, day, hour * 3_600_000).hour();
        // 2 March 2026 was a Monday.
        assert_eq!((slot(hour(2, 0)), slot(hour(3, 5)), slot(hour(8, 23))), (0, 29, 167));
        assert_eq!(slot(0), 72);
    }

    #[test]
    fn steps_cover_all_times_and_are_a_quarter_wide_at_most() {
        for ms in (0..5000).chain([1 << 40, u64::from(u32::MAX)]) {
            let (from, to) = (step(ms), step_after(step(ms)));
            assert!(from <= ms && ms < to && (to - from) * 4 <= from.max(4), "{ms}: {from} to {to}");
            assert_eq!(step(to), to, "{ms}");
        }
    }

    #[test]
    fn the_most_frequent_are_kept_and_the_rest_is_bounded() {
        let counts = (0..KEPT as u32 + 50).flat_map(|n| [(n, 3u8, n / 2), (n, 9, 1)]);
        let listed = Listed::of(counts, |n| format!("{n:04}"));
        assert_eq!(listed.lines.len(), KEPT);
        assert_eq!((listed.lines[0].name.as_str(), listed.lines[1].name.as_str()), ("0248", "0249"));
        assert_eq!(
            (listed.lines[0].hours[3], listed.lines[0].hours[9], listed.lines[0].total()),
            (124, 1, 125)
        );
        assert!(listed.lines.iter().all(|l| l.total() >= listed.unlisted));
        assert_eq!(listed.unlisted, 49 / 2 + 1);
    }

    #[test]
    fn a_list_that_holds_all_leaves_nothing_out() {
        let listed = Listed::of([(1u32, 0u8, 4u32)].into_iter(), |n| n.to_string());
        assert_eq!((listed.unlisted, listed.lines.len()), (0, 1));
    }
}
