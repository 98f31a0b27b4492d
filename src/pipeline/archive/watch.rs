//! What takes a while, as whoever waits for it sees it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far one task has come, and whether somebody still waits for it. Each has its own, so that giving up one is
/// never taken for giving up another.
#[derive(Debug, Default)]
pub struct Watch {
    done: AtomicU64,
    given_up: AtomicBool,
}

impl Watch {
    /// Nobody waits any more. What the task still gives is worth nothing.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Whether nobody waits any more.
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// How much is done, in whatever the task counts.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// More was done.
    pub fn add(&self, more: u64) {
        self.done.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn flag(&self) -> &AtomicBool {
        &self.given_up
    }
}
