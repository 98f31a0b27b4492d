//! How long a server keeps mail before it sends it on: counts by length, as small for a million as for ten.

use std::collections::BTreeMap;

use super::thresholds::Thresholds;

/// Stays by length, in quarters of an octave.
#[derive(Clone, Debug, Default)]
pub(super) struct Stays(BTreeMap<u32, u64>);

impl Stays {
    /// Counts one of so many ms.
    pub(super) fn add(&mut self, ms: i64) {
        *self.0.entry(bucket(ms)).or_default() += 1;
    }

    /// Adds what another thread has counted.
    pub(super) fn merge(&mut self, other: &Self) {
        for (bucket, n) in &other.0 {
            *self.0.entry(*bucket).or_default() += n;
        }
    }

    /// Above this, ms, a stay is an outlier: so many times the longest but for the topmost hundredth, which is
    /// at least one.
    pub(super) fn outlier(&self, thresholds: &Thresholds) -> i64 {
        let total: u64 = self.0.values().sum();
        let rank = total.saturating_sub(1) * 99 / 100;
        let mut seen = 0;
        let p99 = self.0.iter().find_map(|(bucket, n)| {
            seen += n;
            (seen > rank).then(|| longest(*bucket))
        });
        p99.unwrap_or(0).saturating_mul(thresholds.delay_times).max(thresholds.delay_least)
    }
}

/// A time in ms as a quarter of an octave.
fn bucket(ms: i64) -> u32 {
    let v = ms.max(0) as u64;
    if v < 8 {
        return v as u32;
    }
    let octave = v.ilog2();
    octave * 4 + (v >> (octave - 2) & 3) as u32
}

/// The longest time of a bucket, ms.
fn longest(bucket: u32) -> i64 {
    if bucket < 8 {
        return i64::from(bucket);
    }
    let (octave, quarter) = (bucket / 4, u64::from(bucket % 4));
    (((quarter + 5) << (octave - 2)) - 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_lies_in_its_bucket() {
        let mut last = 0;
        for ms in (0..100_000).chain([1 << 40, i64::MAX / 4]) {
            let b = bucket(ms);
            assert!(b >= last && longest(b) >= ms, "{ms} {b} {}", longest(b));
            assert!(b == 0 || longest(b - 1) < ms, "{ms} {b} {}", longest(b - 1));
            last = b;
        }
    }

    #[test]
    fn one_long_stay_among_short_ones_is_an_outlier() {
        let stays = |values: &[i64]| {
            let mut out = Stays::default();
            for v in values {
                out.add(*v);
            }
            out.outlier(&Thresholds::default())
        };
        assert_eq!(stays(&[1000, 1200, 900, 600_000]), Thresholds::default().delay_least);
        assert!(stays(&[600_000]) > 600_000);
        assert!(stays(&[600_000, 500_000]) > 600_000);
    }
}
