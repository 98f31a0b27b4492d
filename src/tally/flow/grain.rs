//! How finely things are told apart: as finely as the page has room for.

use super::plan::STEPS;

/// The most there may be of lists, each with what is beyond as one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grain {
    /// Hours of a bucket.
    pub step: i64,
    /// Entries, servers, connectors and parts of the way.
    pub names: u16,
    pub next_hops: u16,
    /// Of the most frequent senders and the like.
    pub tops: u8,
}

/// Recipients from which on everything is counted more coarsely, as no page had room for it otherwise.
const MANY: u64 = 50_000;

/// Whether bins are to be wide.
pub(super) fn is_coarse(recipients: u64) -> bool {
    recipients > MANY
}

impl Grain {
    /// What is counted by.
    pub(super) fn finest(step: i64, recipients: u64) -> Self {
        if is_coarse(recipients) {
            Self { step, names: 40, next_hops: 20, tops: 10 }
        } else {
            Self { step, names: 40, next_hops: 40, tops: 20 }
        }
    }

    /// From this one on, each coarser than the one before. Hours are kept long: weekdays and times of the day show in
    /// them only.
    pub(super) fn coarser(self) -> Vec<Self> {
        let Self { step, names, next_hops, tops } = self;
        let sizes = [(names, next_hops, tops), (40, 15, 10), (24, 10, 10), (16, 8, 8), (12, 8, 5)];
        let sizes = sizes.map(|(n, h, t)| (names.min(n), next_hops.min(h), tops.min(t)));
        let mut all: Vec<Self> =
            sizes.map(|(names, next_hops, tops)| Self { step, names, next_hops, tops }).to_vec();
        let last = Self { step, names: 12, next_hops: 8, tops: tops.min(5) };
        all.extend(longer(step).into_iter().map(|step| Self { step, ..last }));
        all.extend(all.last().map(|last| Self { names: 6, next_hops: 4, ..*last }));
        all
    }
}

/// Longer steps, each a multiple of the one before.
fn longer(step: i64) -> Vec<i64> {
    if step >= 24 {
        return [2, 4, 8].map(|times| times * step).to_vec();
    }
    let mut out = Vec::new();
    for next in STEPS {
        let before = out.last().copied().unwrap_or(step);
        if next > before && next % before == 0 {
            out.push(next);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_coarser_than_the_one_before() {
        assert_eq!(
            (longer(1), longer(4), longer(48)),
            (vec![2, 4, 12, 24], vec![12, 24], vec![96, 192, 384])
        );
        for finest in [Grain::finest(1, 10), Grain::finest(6, 1 << 20), Grain::finest(72, 0)] {
            let all = finest.coarser();
            assert_eq!(all[0], finest);
            for pair in all.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                assert!(b.names <= a.names && b.next_hops <= a.next_hops && b.tops <= a.tops);
                assert_eq!(b.step % a.step, 0);
            }
        }
    }
}
