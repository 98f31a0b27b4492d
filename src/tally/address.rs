//! What there was from and for each address, counted by all threads in one table.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::Sum;
use crate::model::by_symbol::BySymbol;
use crate::model::name::{Frozen, Symbol};

/// What of an address is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// Messages it sent.
    Sent,
    /// Mail first addressed to it.
    Addressed,
    /// Mail that ended with it.
    Ended,
}

/// The counts of one address: messages up to four thousand million, which no log of one address holds, and the
/// lower half of the sum of their bytes.
#[derive(Debug, Default)]
struct Address {
    bytes: [AtomicU32; 3],
    counts: [AtomicU32; 3],
    delivered: AtomicU32,
}

/// The counts of all addresses.
#[derive(Debug, Default)]
pub struct Addresses {
    all: BySymbol<Address>,
    /// The upper half of sums, of the few addresses that have more than 4 GiB.
    carried: Mutex<HashMap<(Symbol, What), u64>>,
}

impl Addresses {
    /// Nothing counted yet.
    pub fn new(names: &Frozen) -> Self {
        Self { all: BySymbol::new(names), carried: Mutex::default() }
    }

    pub(super) fn add(&self, symbol: Symbol, what: What, bytes: u64) {
        let (address, number) = (self.all.at(symbol), what as usize);
        if let (Some(count), Some(sum)) = (address.counts.get(number), address.bytes.get(number)) {
            count.fetch_add(1, Ordering::Relaxed);
            let (lower, upper) = (bytes as u32, bytes >> 32);
            let ran_over = sum.fetch_add(lower, Ordering::Relaxed).checked_add(lower).is_none();
            if ran_over || upper > 0 {
                let mut carried = self.carried.lock().unwrap_or_else(PoisonError::into_inner);
                *carried.entry((symbol, what)).or_default() += upper + u64::from(ran_over);
            }
        }
    }

    pub(super) fn deliver(&self, symbol: Symbol) {
        self.all.at(symbol).delivered.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted, by address; none of the sums is 0.
    pub(super) fn sums(&self, what: What) -> impl Iterator<Item = (Symbol, Sum)> {
        let carried = self.carried.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.all.iter().filter_map(move |(symbol, address)| {
            let read = |counts: &[AtomicU32; 3]| {
                counts.get(what as usize).map_or(0, |n| u64::from(n.load(Ordering::Relaxed)))
            };
            let upper = carried.get(&(symbol, what)).copied().unwrap_or(0);
            let sum = Sum { count: read(&address.counts), bytes: (upper << 32) + read(&address.bytes) };
            (sum.count > 0).then_some((symbol, sum))
        })
    }

    /// Addresses that were delivered to, and how often.
    pub(super) fn delivered(&self) -> impl Iterator<Item = (Symbol, u64)> {
        let all = self.all.iter().map(|(s, a)| (s, u64::from(a.delivered.load(Ordering::Relaxed))));
        all.filter(|(_, n)| *n > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::Names;

    #[test]
    fn bytes_go_on_beyond_32_bits() {
        let names = Names::default();
        let (anna, bob) = (names.intern(b"anna@contoso.com"), names.intern(b"bob@contoso.com"));
        let addresses = Addresses::new(&names.freeze());
        let sizes = [u64::from(u32::MAX), 1, 5 << 32 | 7, 3 << 31, 3 << 31];
        std::thread::scope(|scope| {
            for bytes in sizes {
                let addresses = &addresses;
                scope.spawn(move || addresses.add(anna, What::Sent, bytes));
            }
        });
        addresses.add(bob, What::Ended, 4096);
        let sums = |what| addresses.sums(what).map(|(s, sum)| (s, sum.count, sum.bytes)).collect::<Vec<_>>();
        assert_eq!(sums(What::Sent), [(anna, 5, sizes.iter().sum())]);
        assert_eq!(sums(What::Ended), [(bob, 1, 4096)]);
        assert_eq!(sums(What::Addressed), []);
    }
}
