//! One reading: threads take chunks from files, read their records and lay facts down in parts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::absorb::Absorber;
use super::feed::{Chunk, Feed};
use super::parts::{Budget, Parts};
use super::pieces::{Piece, Pieces, Places};
use super::plan::Planned;
use super::seen::Seen;
use super::worker::Worker;
use super::{Options, Run};
use crate::input::InputError;

/// One reading of all files, or of some places in them.
pub(super) struct Pass<'p> {
    jobs: Vec<Job<'p>>,
    next: AtomicUsize,
    chunk: usize,
    keep_rejects: usize,
    no_raw: bool,
    progress: &'p (dyn Fn(u64) + Sync),
    errors: Mutex<Vec<InputError>>,
    budget: Budget,
}

/// A file, or a piece of one.
struct Job<'p> {
    progress: Mutex<Progress>,
    number: u32,
    planned: &'p Planned,
    piece: Option<Piece>,
}

enum Progress {
    Waiting,
    Open(Box<Feed>),
    Done,
}

/// What came of a reading.
pub(super) struct Done {
    pub parts: Parts,
    pub seen: Seen,
    pub pieces: Pieces,
    pub errors: Vec<InputError>,
}

impl<'p> Pass<'p> {
    pub(super) fn new(
        files: &'p [Planned],
        places: Option<Places>,
        options: &Options,
        progress: &'p (dyn Fn(u64) + Sync),
    ) -> Self {
        let job = |number: u32, piece: Option<Piece>| {
            let planned = files.get(number as usize)?;
            Some(Job { progress: Mutex::new(Progress::Waiting), number, planned, piece })
        };
        let jobs = match places {
            None => (0..files.len() as u32).filter_map(|number| job(number, None)).collect(),
            Some(Places { pieces, whole }) => {
                let pieces = pieces.into_iter().filter_map(|piece| job(piece.file, Some(piece)));
                whole.iter().filter_map(|number| job(*number, None)).chain(pieces).collect()
            }
        };
        Self {
            jobs,
            next: AtomicUsize::new(0),
            chunk: options.chunk,
            keep_rejects: options.keep_rejects,
            no_raw: options.no_raw,
            progress,
            errors: Mutex::new(Vec::new()),
            budget: options.budget.clone(),
        }
    }

    pub(super) fn read(self, run: &Run<'_>, pool: &rayon::ThreadPool) -> Done {
        let parts = Parts::new(self.budget.clone());
        let all: Vec<(Seen, Pieces)> = pool.broadcast(|_| {
            let mut worker = Worker::new(Absorber::new(run), self.keep_rejects, self.no_raw);
            self.work(&mut worker, &parts);
            let Absorber { mut seen, batch, pieces, .. } = worker.sink;
            parts.take(batch.finish());
            seen.put_down();
            (seen, pieces)
        });
        let (mut seen, mut pieces) = (Seen::default(), Pieces::default());
        for (theirs, more) in all {
            seen.merge(theirs);
            pieces.merge(more);
        }
        seen.trim_rejects(self.keep_rejects);
        let mut errors = self.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_by_key(ToString::to_string);
        Done { parts, seen, pieces, errors }
    }

    /// A thread takes a file of its own as long as there is one nobody has opened, then helps with the rest.
    fn work(&self, worker: &mut Worker<Absorber<'_>>, parts: &Parts) {
        let mut chunk = Chunk::default();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.jobs.len() {
                break;
            }
            self.work_on(number, worker, parts, &mut chunk);
        }
        for number in 0..self.jobs.len() {
            self.work_on(number, worker, parts, &mut chunk);
        }
    }

    fn work_on(&self, number: usize, worker: &mut Worker<Absorber<'_>>, parts: &Parts, chunk: &mut Chunk) {
        while !parts.failed() && self.take(number, chunk) {
            if let Some(job) = self.jobs.get(number) {
                worker.chunk(chunk, job.planned);
            }
            parts.take(worker.sink.batch.full());
            (self.progress)(chunk.data.len() as u64);
        }
    }

    /// Puts the next records of a file into `chunk`; `false` if there are no more.
    fn take(&self, number: usize, chunk: &mut Chunk) -> bool {
        let Some(job) = self.jobs.get(number) else { return false };
        let mut progress = job.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*progress, Progress::Waiting) {
            *progress = match job.open(self.chunk) {
                Ok(feed) => Progress::Open(Box::new(feed)),
                Err(error) => {
                    self.fail(error);
                    Progress::Done
                }
            };
        }
        let Progress::Open(feed) = &mut *progress else { return false };
        let (more, error) = feed.next(chunk);
        if let Some(source) = error {
            self.fail(InputError::Read {
                path: job.planned.source.name.clone(),
                offset: feed.offset(),
                source,
            });
        }
        if !more {
            *progress = Progress::Done;
        }
        more
    }

    fn fail(&self, error: InputError) {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
}

impl Job<'_> {
    fn open(&self, chunk: usize) -> Result<Feed, InputError> {
        Ok(match &self.piece {
            None => Feed::new(self.planned.open()?, self.number, chunk),
            Some(piece) => Feed::of_piece(self.planned.open_between(piece.from, piece.to)?, piece, chunk),
        })
    }
}
