//! Percentiles by nearest rank: every figure is a latency that occurred.

use crate::model::report::Percentiles;

/// Values in ms of which many are equal, as of a million latencies that lie within a minute: each with how often
/// it occurred, but for the latest.
#[derive(Debug, Default)]
pub(super) struct Values {
    latest: Vec<i32>,
    /// In order.
    counted: Vec<(i32, u32)>,
}

/// So few are not worth counting.
const FEW: usize = 1 << 10;

impl Values {
    /// Adds one.
    pub(super) fn add(&mut self, value: i32) {
        // The more are counted the more wait for it, or each would be moved too often.
        if self.latest.len() >= FEW.max(self.counted.len() / 2) {
            self.count();
        }
        self.latest.push(value);
    }

    /// Adds what another thread has.
    pub(super) fn merge(&mut self, mut other: Self) {
        self.count();
        other.count();
        self.take(&other.counted);
    }

    /// All values, in order, each with how often it occurred.
    pub(super) fn finish(mut self) -> Vec<(i32, u32)> {
        self.count();
        self.counted
    }

    fn count(&mut self) {
        self.latest.sort_unstable();
        let same = self.latest.chunk_by(|a, b| a == b);
        let more: Vec<(i32, u32)> = same.filter_map(|s| Some((*s.first()?, s.len() as u32))).collect();
        self.latest = Vec::new();
        self.take(&more);
    }

    /// Puts two lists in order into one.
    fn take(&mut self, more: &[(i32, u32)]) {
        let mut all = Vec::with_capacity(self.counted.len() + more.len());
        let (mut mine, mut theirs) = (self.counted.iter().peekable(), more.iter().peekable());
        loop {
            let next = match (mine.peek(), theirs.peek()) {
                (Some(a), Some(b)) if a.0 > b.0 => theirs.next(),
                (Some(_), _) => mine.next(),
                (None, _) => theirs.next(),
            };
            let Some(&(value, n)) = next else { break };
            match all.last_mut() {
                Some((last, count)) if *last == value => *count += n,
                _ => all.push((value, n)),
            }
        }
        all.shrink_to_fit();
        self.counted = all;
    }
}

/// Percentiles of values in ms, each with how often it occurred, which it brings in order.
pub(super) fn percentiles(values: &mut [(u32, u32)]) -> Percentiles {
    values.sort_unstable();
    let count: u64 = values.iter().map(|(_, n)| u64::from(*n)).sum();
    let (mut rest, mut before) = (values.iter(), 0);
    let mut at = 0;
    let mut rank = |percent: u64| {
        let wanted = (count * percent).div_ceil(100);
        while before < wanted {
            let Some((value, n)) = rest.next() else { break };
            (at, before) = (u64::from(*value), before + u64::from(*n));
        }
        at
    };
    Percentiles { count, p50: rank(50), p90: rank(90), p95: rank(95), p99: rank(99), max: rank(100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_ranks() {
        let mut values: Vec<(u32, u32)> = (1..=200).rev().map(|v| (v, 1)).collect();
        let p = percentiles(&mut values);
        assert_eq!((p.p50, p.p90, p.p95, p.p99, p.max, p.count), (100, 180, 190, 198, 200, 200));
        let all_seven = Percentiles { count: 3, p50: 7, p90: 7, p95: 7, p99: 7, max: 7 };
        assert_eq!(percentiles(&mut [(7, 1), (7, 2)]), all_seven);
        assert_eq!(percentiles(&mut []), Percentiles::default());
    }

    #[test]
    fn values_are_counted_however_they_come() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut drawn: Vec<i32> = (0..50_000).map(|_| random.i32(-300..=3_000)).collect();
        drawn.extend((0..20_000).map(|i| i * 977));
        random.shuffle(&mut drawn);
        let mut parts: Vec<Values> = (0..3).map(|_| Values::default()).collect();
        for value in &drawn {
            parts[random.usize(0..3)].add(*value);
        }
        let mut all = Values::default();
        for part in parts {
            all.merge(part);
        }
        let counted = all.finish();
        assert!(counted.is_sorted_by(|a, b| a.0 < b.0));
        let spelled: Vec<i32> =
            counted.iter().flat_map(|(v, n)| std::iter::repeat_n(*v, *n as usize)).collect();
        drawn.sort_unstable();
        assert_eq!(spelled, drawn);
    }
}
