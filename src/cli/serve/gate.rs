//! How many questions are worked on at once; the rest waits, and if too many wait, they are told to come again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::failure::Failure;

/// Questions that are worked on: each takes all processors where it can, and only one reads logs at a time.
const AT_WORK: usize = 2;
/// Questions that wait.
const WAITING: usize = 64;
/// So long at most.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// One that waits; no more when dropped, also where its client went away.
struct Waits<'g>(&'g AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_WORK)), waiting: AtomicUsize::new(0) }
    }

    /// Waits for a place, which is free again when what is given is dropped.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        if before >= WAITING + AT_WORK {
            return Err(Failure::busy());
        }
        match timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Failure::busy()),
        }
    }
}
