//! Bins: each holds what is at least its edge and less than the next one.

/// Least latency of each bin, ms: six to each power of ten, up to 11 days.
pub(super) fn latencies() -> Vec<u64> {
    let digits = [10, 15, 20, 30, 50, 70];
    let edges = (0..10).flat_map(|zeros| digits.map(|d| d * 10u64.pow(zeros) / 10));
    // Of 1 and 1.5 ms one is left.
    let mut edges: Vec<u64> = std::iter::once(0).chain(edges).collect();
    edges.dedup();
    edges
}

/// Least size of each bin, bytes: powers of two from 1 KiB up to 1 GiB.
pub(super) fn sizes() -> Vec<u64> {
    std::iter::once(0).chain((10..=30).map(|power| 1 << power)).collect()
}

/// The bin of a value.
pub(super) fn bin(value: u64, edges: &[u64]) -> u8 {
    edges.partition_point(|edge| *edge <= value).saturating_sub(1) as u8
}

/// Half of the edges, and the bin by these of every bin by all.
pub(super) fn coarser(edges: &[u64]) -> (Vec<u64>, Vec<u8>) {
    let kept: Vec<u64> = edges.iter().copied().filter(|edge| is_coarse(*edge)).collect();
    let bins = edges.iter().map(|edge| bin(*edge, &kept)).collect();
    (kept, bins)
}

/// Whether an edge is 0 or, written in decimals, 1, 2 or 5 with noughts.
fn is_coarse(edge: u64) -> bool {
    let mut digits = edge;
    while digits > 9 && digits % 10 == 0 {
        digits /= 10;
    }
    matches!(digits, 0 | 1 | 2 | 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_bin() {
        let edges = latencies();
        assert!(edges.starts_with(&[0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100]));
        assert!(edges.is_sorted_by(|a, b| a < b) && edges.len() < 64);
        for value in (0..200_000).chain([u64::MAX]) {
            let at = usize::from(bin(value, &edges));
            assert!(edges[at] <= value && edges.get(at + 1).is_none_or(|next| value < *next));
        }
        let (kept, bins) = coarser(&edges);
        assert!(kept.starts_with(&[0, 1, 2, 5, 10, 20, 50, 100]));
        for value in (0..200_000).chain([u64::MAX]) {
            assert_eq!(bins[usize::from(bin(value, &edges))], bin(value, &kept), "{value}");
        }
        assert_eq!([0, 1023, 1024, 1 << 30, u64::MAX].map(|b| bin(b, &sizes())), [0, 0, 1, 21, 21]);
    }
}
