//! What there was from and for each address, counted by all threads in one table.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::Sum;

/// What of an address is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// Messages it sent.
    Sent,
    /// Mail first addressed to it.
    Addressed,
    /// Mail that ended with it.
    Ended,
}

/// The counts of one address: bytes, and messages up to four thousand million, which no log of one address holds.
#[derive(Debug, Default)]
pub struct Address {
    bytes: [AtomicU64; 3],
    counts: [AtomicU32; 3],
    delivered: AtomicU32,
}

impl Address {
    pub(super) fn add(&self, what: What, bytes: u64) {
        let number = what as usize;
        if let (Some(count), Some(sum)) = (self.counts.get(number), self.bytes.get(number)) {
            count.fetch_add(1, Ordering::Relaxed);
            sum.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    pub(super) fn deliver(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn sum(&self, what: What) -> Sum {
        let number = what as usize;
        let count = self.counts.get(number).map_or(0, |n| n.load(Ordering::Relaxed));
        let bytes = self.bytes.get(number).map_or(0, |n| n.load(Ordering::Relaxed));
        Sum { count: u64::from(count), bytes }
    }

    pub(super) fn delivered(&self) -> u64 {
        u64::from(self.delivered.load(Ordering::Relaxed))
    }
}
