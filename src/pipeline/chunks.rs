//! All files as one sequence of chunks, worked on by all threads, and what becomes of each taken in order.
//!
//! A thread that has nothing else to do reads the next chunk and works on it at once, while it is in the near cache, and
//! another thread reads the one behind it. What a batch of chunks became is taken while the next batch is read. So memory is
//! that of a chunk for each thread and two batches of pieces, however long the logs are.

use std::io;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::Yield;

use super::feed::{Chunk, Feed};
use super::plan::Planned;
use super::sequence::Sequence;
use crate::input::InputError;

/// Pieces of a batch, for each thread. At the end of a batch some thread waits for another to finish its last chunk.
const BATCH: usize = 8;
/// Pieces of a batch, if that is two for each thread: what they take is not in any budget of memory.
const MOST: usize = 64;

/// All files as one sequence of chunks.
pub(super) struct Feeder<'p> {
    files: &'p [Planned],
    sequence: &'p Sequence,
    /// Place in the sequence.
    at: usize,
    feed: Option<Feed>,
    chunk: usize,
    /// Chunks whose memory may be used again.
    spare: Vec<Chunk>,
    pub errors: Vec<InputError>,
}

impl<'p> Feeder<'p> {
    pub(super) fn new(files: &'p [Planned], sequence: &'p Sequence, chunk: usize) -> Self {
        Self { files, sequence, at: 0, feed: None, chunk, spare: Vec::new(), errors: Vec::new() }
    }

    /// Puts the next records into `chunk`; `false` at the end of all files.
    fn next(&mut self, chunk: &mut Chunk) -> bool {
        loop {
            let Some(number) = self.sequence.file(self.at) else { return false };
            let Some(planned) = self.files.get(number) else { return false };
            let feed = match &mut self.feed {
                Some(feed) => feed,
                None => match planned.open() {
                    Ok(reader) => self.feed.insert(Feed::new(reader, number as u32, self.chunk)),
                    Err(error) => {
                        self.errors.push(error);
                        self.at += 1;
                        continue;
                    }
                },
            };
            let (more, error) = feed.next(chunk);
            if let Some(source) = error {
                let path = planned.source.name.clone();
                self.errors.push(InputError::Read { path, offset: feed.offset(), source });
            }
            if more {
                return true;
            }
            (self.feed, self.at) = (None, self.at + 1);
        }
    }

    /// Makes something of every chunk, on all threads, and lets it be taken in order, on this one: what is written may
    /// have no second thread.
    pub(super) fn each<P: Send>(
        &mut self,
        pool: &rayon::ThreadPool,
        make: impl Fn(&Chunk) -> P + Sync,
        mut take: impl FnMut(P) -> io::Result<()>,
    ) -> io::Result<()> {
        let threads = pool.current_num_threads();
        let size = (BATCH * threads).min(MOST).max(2 * threads);
        let mut pieces = Vec::new();
        loop {
            let batch = Batch { rest: Mutex::new((&mut *self, 0..size)), made: Mutex::default() };
            pool.in_place_scope(|scope| {
                scope.spawn_broadcast(|_, _| batch.work(&make));
                let taken = pieces.drain(..).try_for_each(&mut take);
                if taken.is_err() {
                    batch.end();
                }
                taken
            })?;
            pieces = batch.pieces();
            if pieces.is_empty() {
                return Ok(());
            }
        }
    }
}

/// The next chunks, as many as are asked for at once.
struct Batch<'b, 'p, P> {
    /// Where they come from, and the places in the batch that are free.
    rest: Mutex<(&'b mut Feeder<'p>, Range<usize>)>,
    made: Mutex<Vec<(usize, P)>>,
}

impl<'b, 'p, P> Batch<'b, 'p, P> {
    /// One thread's share.
    fn work(&self, make: &impl Fn(&Chunk) -> P) {
        let mut chunk = lock(&self.rest).0.spare.pop().unwrap_or_default();
        while let Some(place) = self.next(&mut chunk) {
            let piece = make(&chunk);
            lock(&self.made).push((place, piece));
            // Whoever takes pieces may wait for threads to work on them.
            rayon::yield_now();
        }
        lock(&self.rest).0.spare.push(chunk);
    }

    fn next(&self, chunk: &mut Chunk) -> Option<usize> {
        let (feeder, free) = &mut *self.turn();
        let place = free.next()?;
        feeder.next(chunk).then_some(place)
    }

    /// Waits until nobody else reads, and works on what else there is meanwhile.
    fn turn(&self) -> MutexGuard<'_, (&'b mut Feeder<'p>, Range<usize>)> {
        loop {
            match self.rest.try_lock() {
                Ok(rest) => return rest,
                Err(_) if rayon::yield_now() == Some(Yield::Executed) => {}
                Err(_) => return lock(&self.rest),
            }
        }
    }

    /// Nothing is read any more.
    fn end(&self) {
        lock(&self.rest).1 = 0..0;
    }

    /// In the order of their chunks.
    fn pieces(self) -> Vec<P> {
        let mut made = self.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        made.sort_unstable_by_key(|(place, _)| *place);
        made.into_iter().map(|(_, piece)| piece).collect()
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::input::discover::discover;
    use crate::pipeline::plan::{Plan, plan_all};

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    fn samples() -> Plan {
        plan_all(discover(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")]).sources)
    }

    /// File, offset and length of each chunk as they are taken, and how many files could not be read.
    fn taken(plan: &Plan, threads: usize, chunk: usize) -> (Vec<(u32, u64, u64)>, usize) {
        let (pool, sequence) = (pool(threads), Sequence::by_name(plan.files.len()));
        let mut feeder = Feeder::new(&plan.files, &sequence, chunk);
        let mut out = Vec::new();
        let make = |chunk: &Chunk| (chunk.file, chunk.offset, chunk.data.len() as u64);
        let take = |piece| {
            // As tables do: what is taken has work for the threads that read.
            out.push(pool.install(|| rayon::join(|| piece, || ()).0));
            Ok(())
        };
        feeder.each(&pool, make, take).unwrap();
        (out, feeder.errors.len())
    }

    #[test]
    fn every_byte_is_taken_once_and_in_order() {
        let plan = samples();
        for chunk in [1, 3000, 1 << 20] {
            let alone = taken(&plan, 1, chunk);
            let mut lengths = Vec::new();
            for (file, chunks) in alone.0.chunk_by(|a, b| a.0 == b.0).zip(0..).map(|(c, file)| (file, c)) {
                let mut end = 0;
                for (number, offset, length) in chunks {
                    assert_eq!((*number, *offset), (file, end));
                    end = offset + length;
                }
                lengths.push(end);
            }
            let whole = |file: &Planned| io::copy(&mut file.open().unwrap(), &mut io::sink()).unwrap();
            assert_eq!(lengths, plan.files.iter().map(whole).collect::<Vec<_>>());
            assert!(chunk > 1 || alone.0.len() > 100, "too few to show anything: {}", alone.0.len());
            for threads in [2, 3, 8] {
                assert_eq!(taken(&plan, threads, chunk), alone, "{threads} threads");
            }
        }
    }

    #[test]
    fn a_log_that_is_gone_leaves_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let from = samples();
        for (i, file) in from.files.iter().take(3).enumerate() {
            std::fs::copy(&file.source.path, folder.path().join(format!("{i}.log"))).unwrap();
        }
        let plan = plan_all(discover(&[folder.path().to_owned()]).sources);
        assert_eq!(plan.files.len(), 3);
        let all = taken(&plan, 2, 3000).0;
        std::fs::remove_file(&plan.files[1].source.path).unwrap();
        let others: Vec<_> = all.into_iter().filter(|(file, ..)| *file != 1).collect();
        assert_eq!(taken(&plan, 2, 3000), (others, 1));
    }

    #[test]
    fn where_it_cannot_go_on_nothing_more_is_read() {
        let plan = samples();
        let (pool, sequence) = (pool(2), Sequence::by_name(plan.files.len()));
        let made = AtomicUsize::new(0);
        let make = |_: &Chunk| made.fetch_add(1, Ordering::Relaxed);
        let full = |_| Err(io::Error::other("no space left"));
        let end = Feeder::new(&plan.files, &sequence, 1).each(&pool, make, full);
        assert_eq!(end.unwrap_err().to_string(), "no space left");
        assert!(made.into_inner() <= 4 * BATCH, "no more than was asked for when it failed");
    }
}
