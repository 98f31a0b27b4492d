//! Bins: each holds what is at least its edge and less than the next one.

/// Least latency of each bin, ms: six to each power of ten, or three; up to 11 days.
pub(super) fn latencies(coarse: bool) -> Vec<u64> {
    let digits: &[u64] = if coarse { &[10, 20, 50] } else { &[10, 15, 20, 30, 50, 70] };
    let edges = (0..10).flat_map(|zeros| digits.iter().map(move |d| d * 10u64.pow(zeros) / 10));
    // Of 1 and 1.5 ms one is left.
    let mut edges: Vec<u64> = std::iter::once(0).chain(edges).collect();
    edges.dedup();
    edges
}

/// Least size of each bin, bytes: powers of two, or of four, from 1 KiB up to 1 GiB.
pub(super) fn sizes(coarse: bool) -> Vec<u64> {
    let powers = (10..=30).step_by(if coarse { 2 } else { 1 });
    std::iter::once(0).chain(powers.map(|power| 1 << power)).collect()
}

/// The bin of a value.
pub(super) fn bin(value: u64, edges: &[u64]) -> u8 {
    edges.partition_point(|edge| *edge <= value).saturating_sub(1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_bin() {
        assert!(latencies(false).starts_with(&[0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100]));
        assert!(latencies(true).starts_with(&[0, 1, 2, 5, 10, 20, 50, 100]));
        for edges in [latencies(false), latencies(true), sizes(false), sizes(true)] {
            assert!(edges.is_sorted_by(|a, b| a < b) && edges.len() < 64);
            for value in (0..200_000).chain([u64::MAX]) {
                let at = usize::from(bin(value, &edges));
                assert!(edges[at] <= value && edges.get(at + 1).is_none_or(|next| value < *next));
            }
        }
        assert_eq!([0, 1023, 1024, 1 << 30, u64::MAX].map(|b| bin(b, &sizes(false))), [0, 0, 1, 21, 21]);
    }
}
