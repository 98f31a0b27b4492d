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
        if before >= WAITING {
            return Err(Failure::busy());
        }
        match timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Failure::busy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_wait_and_no_more() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap_or_else(|e| unreachable!("{e}")).block_on(async {
            let gate = Arc::new(Gate::new());
            let at_work = (gate.enter().await, gate.enter().await);
            assert!(at_work.0.is_ok() && at_work.1.is_ok());
            let wait = || {
                let gate = Arc::clone(&gate);
                tokio::spawn(async move { gate.enter().await.is_ok() })
            };
            let mut waiting: Vec<_> = (0..WAITING).map(|_| wait()).collect();
            let all_wait = async || {
                while gate.waiting.load(Ordering::Relaxed) < WAITING {
                    tokio::task::yield_now().await;
                }
            };
            all_wait().await;
            assert!(gate.enter().await.is_err(), "one too many");
            let one = waiting.pop().unwrap_or_else(|| unreachable!("there are some"));
            one.abort();
            assert!(one.await.is_err());
            waiting.push(wait());
            all_wait().await;
            drop(at_work);
            for one in waiting {
                assert!(one.await.unwrap_or(false), "each that waits has its turn");
            }
        });
    }
}
