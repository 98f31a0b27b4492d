//! Counts by numbers alone, in order: cells, and what recipients of each are counted by further.

use super::Key;
use super::grain::Grain;

/// What recipients of one cell are counted by further: its number, the sort of thing, and what of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Detail(u64);

/// A sort of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// By part of the way and bin.
    Latency,
    /// By bin.
    Size,
    /// By place in the list.
    Senders,
    Recipients,
    SenderDomains,
    RecipientDomains,
    Statuses,
}

/// Bits of a detail: 28 for its cell, 4 for its sort, 24 for the part of the way, 8 for the bin.
const CELL: u32 = 36;
const SORT: u32 = 32;
const PART: u32 = 8;
/// The largest number of a part.
pub(super) const LAST_PART: u32 = (1 << 24) - 1;

impl Detail {
    /// `part` is the number of a part of the way; `bin` may be a place in a list.
    pub(super) fn new(cell: u32, sort: Sort, part: u32, bin: u8) -> Self {
        Self(u64::from(cell) << CELL | (sort as u64) << SORT | u64::from(part) << PART | u64::from(bin))
    }

    pub(super) fn cell(self) -> u32 {
        (self.0 >> CELL) as u32
    }

    pub(super) fn is(self, sort: Sort) -> bool {
        self.0 >> SORT & 0xf == sort as u64
    }

    pub(super) fn part(self) -> u32 {
        (self.0 >> PART) as u32 & LAST_PART
    }

    pub(super) fn bin(self) -> u8 {
        self.0 as u8
    }

    /// The same of another cell and part.
    pub(super) fn moved(self, cell: u32, part: u32) -> Self {
        let same = self.0 & (0xf << SORT | 0xff);
        Self(u64::from(cell) << CELL | same | u64::from(part) << PART)
    }
}

/// All counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// In order.
    pub cells: Vec<(Key, u64)>,
    /// In order.
    pub details: Vec<(Detail, u64)>,
}

impl Counts {
    /// Puts cells and details in order, each of which stands there once or several times.
    pub(super) fn sorted(cells: &[(Key, u64)], details: Vec<(Detail, u64)>) -> Self {
        let mut sorted = cells.to_vec();
        sorted.sort_unstable_by_key(|(key, _)| *key);
        sorted.dedup_by(|(next, more), (kept, all)| {
            let same = next == kept;
            if same {
                *all += *more;
            }
            same
        });
        let place = |key: &Key| sorted.binary_search_by_key(key, |(k, _)| *k).unwrap_or_default() as u32;
        let places: Vec<u32> = cells.iter().map(|(key, _)| place(key)).collect();
        let moved = |(detail, n): (Detail, u64)| {
            let cell = places.get(detail.cell() as usize).copied().unwrap_or_default();
            (detail.moved(cell, detail.part()), n)
        };
        let mut details: Vec<(Detail, u64)> = details.into_iter().map(moved).collect();
        details.sort_unstable_by_key(|(detail, _)| *detail);
        details.dedup_by(|(next, more), (kept, all)| {
            let same = next == kept;
            *all += if same { *more } else { 0 };
            same
        });
        Self { cells: sorted, details }
    }

    /// The same told apart no finer than that. `bucket` gives the bucket of one of these.
    pub(super) fn coarser(&self, grain: Grain, bucket: impl Fn(u32) -> u32) -> Self {
        let key = |key: Key| Key { t: bucket(key.t), ..key.within(grain) };
        let cells: Vec<(Key, u64)> = self.cells.iter().map(|(k, cell)| (key(*k), *cell)).collect();
        let fits =
            |detail: &Detail| detail.is(Sort::Latency) || detail.is(Sort::Size) || detail.bin() < grain.tops;
        let part = |detail: Detail| {
            if detail.is(Sort::Latency) { detail.part().min(u32::from(grain.names)) } else { 0 }
        };
        let details = self.details.iter().filter(|(detail, _)| fits(detail));
        let details = details.map(|(d, n)| (d.moved(d.cell(), part(*d)), *n)).collect();
        Self::sorted(&cells, details)
    }

    /// Details of one sort.
    pub(super) fn of(&self, sort: Sort) -> impl Iterator<Item = (Detail, u64)> {
        self.details.iter().copied().filter(move |(detail, _)| detail.is(sort))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_keep_what_they_are_made_of() {
        for (cell, sort, part, bin) in [
            (0, Sort::Latency, 0, 0),
            ((1 << 28) - 1, Sort::Statuses, LAST_PART, u8::MAX),
            (7, Sort::Size, 0, 9),
        ] {
            let detail = Detail::new(cell, sort, part, bin);
            assert_eq!((detail.cell(), detail.part(), detail.bin()), (cell, part, bin));
            assert!(detail.is(sort) && !detail.is(Sort::Senders));
            let moved = detail.moved(3, 5);
            assert_eq!((moved.cell(), moved.part(), moved.bin()), (3, 5, bin));
            assert!(moved.is(sort));
        }
    }

    #[test]
    fn coarser_counts_add_up_to_the_same() {
        let mut random = fastrand::Rng::with_seed(5);
        let cells: Vec<(Key, u64)> = (0..500)
            .map(|_| {
                let key = Key {
                    t: random.u32(0..48),
                    entry: random.u16(0..9),
                    server: random.u16(0..40),
                    decision: random.u16(0..10),
                    connector: random.u16(0..20),
                    next_hop: random.u16(0..60),
                };
                (key, random.u64(1..9))
            })
            .collect();
        let details = (0..5000).map(|_| {
            let sort = if random.bool() { Sort::Latency } else { Sort::Recipients };
            (Detail::new(random.u32(0..500), sort, random.u32(0..30), random.u8(0..20)), random.u64(1..9))
        });
        let fine = Counts::sorted(&cells, details.collect());
        let sums = |counts: &Counts| {
            (
                counts.cells.iter().map(|(_, n)| n).sum::<u64>(),
                counts.of(Sort::Latency).map(|(_, n)| n).sum::<u64>(),
            )
        };
        let grain = Grain { step: 4, names: 6, next_hops: 4, tops: 5 };
        let coarse = fine.coarser(grain, |t| t / 4);
        assert_eq!(sums(&fine), sums(&coarse));
        assert!(coarse.cells.len() < fine.cells.len() && coarse.details.len() < fine.details.len());
        assert!(coarse.cells.is_sorted_by(|a, b| a.0 < b.0) && coarse.details.is_sorted_by(|a, b| a.0 < b.0));
        assert!(coarse.cells.iter().all(|(k, _)| k.t < 12 && k.server <= 6 && k.next_hop <= 4));
        assert!(coarse.of(Sort::Recipients).all(|(d, _)| d.bin() < 5 && d.part() == 0));
    }
}
