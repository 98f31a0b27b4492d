//! Percentiles by nearest rank: every figure is a latency that occurred.

use crate::model::report::Percentiles;

/// Percentiles of values in ms, which it moves about.
pub(super) fn percentiles(values: &mut [u32]) -> Percentiles {
    let count = values.len();
    // What a rank leaves behind it holds the next ones: each is looked for in ever less.
    let (mut rest, mut before) = (values, 0);
    let mut rank = |percent: usize| {
        let at = (count * percent).div_ceil(100).saturating_sub(1) - before;
        if at >= rest.len() {
            return 0;
        }
        let (_, value, _) = rest.select_nth_unstable(at);
        let value = u64::from(*value);
        rest = std::mem::take(&mut rest).get_mut(at..).unwrap_or_default();
        before += at;
        value
    };
    Percentiles {
        count: count as u64,
        p50: rank(50),
        p90: rank(90),
        p95: rank(95),
        p99: rank(99),
        max: rank(100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_ranks() {
        let mut values: Vec<u32> = (1..=200).rev().collect();
        let p = percentiles(&mut values);
        assert_eq!((p.p50, p.p90, p.p95, p.p99, p.max, p.count), (100, 180, 190, 198, 200, 200));
        assert_eq!(percentiles(&mut [7]), Percentiles { count: 1, p50: 7, p90: 7, p95: 7, p99: 7, max: 7 });
        assert_eq!(percentiles(&mut []), Percentiles::default());
    }
}
