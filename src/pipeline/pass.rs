//! One reading: threads take chunks from files, read their records and lay facts down in parts.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::absorb::Absorber;
use super::feed::{Chunk, End, Feed};
use super::near::{Listener, Near};
use super::parts::{Budget, Parts};
use super::pieces::{Piece, Pieces, Places};
use super::plan::Planned;
use super::seen::Seen;
use super::worker::{Sink, Worker};
use super::{Options, Run};
use crate::input::InputError;
use crate::parse::needle::Needles;

/// A thread takes at most one of so many shares of the files at once.
const SHARES: usize = 8;

/// One reading of all files, or of some places in them.
pub(super) struct Pass<'p> {
    /// By the hour they begin in.
    jobs: Vec<Job<'p>>,
    next: Mutex<usize>,
    chunk: usize,
    keep_rejects: usize,
    no_raw: bool,
    progress: &'p (dyn Fn(u64) + Sync),
    errors: Mutex<Vec<InputError>>,
    budget: Budget,
    /// Somebody writes the files; how far they were read is kept.
    growing: bool,
    ends: Mutex<Vec<End>>,
    /// Somebody does not want to wait any more.
    stop: Option<&'p AtomicBool>,
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
    /// How far files that somebody writes were read.
    pub ends: Vec<End>,
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
        let mut jobs: Vec<Job<'_>> = match places {
            None => (0..files.len() as u32).filter_map(|number| job(number, None)).collect(),
            Some(Places { pieces, whole }) => {
                let pieces = pieces.into_iter().filter_map(|piece| job(piece.file, Some(piece)));
                whole.iter().filter_map(|number| job(*number, None)).chain(pieces).collect()
            }
        };
        // A message's rows on several servers follow each other closely when all logs of an hour do.
        jobs.sort_by_key(|job| job.planned.hour);
        Self {
            jobs,
            next: Mutex::new(0),
            chunk: options.chunk,
            keep_rejects: options.keep_rejects,
            no_raw: options.no_raw,
            progress,
            errors: Mutex::new(Vec::new()),
            budget: options.budget.clone(),
            growing: false,
            ends: Mutex::default(),
            stop: None,
        }
    }

    /// Ends before its end when this is set; what came of it until then is worth nothing.
    pub(super) fn until(self, stop: Option<&'p AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Takes it that somebody writes the files, and that facts are added to what is held, where room is made for them.
    pub(super) fn growing(self) -> Self {
        Self { growing: true, budget: Budget::default(), ..self }
    }

    pub(super) fn read(self, run: &Run<'_>, pool: &rayon::ThreadPool) -> Done {
        let parts = Parts::new(self.budget.clone());
        let take = |sink: &mut Absorber<'_>| {
            parts.take(sink.batch.full());
            !parts.failed() && !self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
        };
        let sinks = self.on_threads(pool, run.holding, || Absorber::new(run), take);
        let (mut seen, mut pieces) = (Seen::default(), Pieces::default());
        for Absorber { seen: mut theirs, batch, pieces: more, .. } in sinks {
            parts.take(batch.finish());
            theirs.put_down();
            seen.merge(theirs);
            pieces.merge(more);
        }
        seen.trim_rejects(self.keep_rejects);
        let ends = std::mem::take(&mut *self.ends.lock().unwrap_or_else(PoisonError::into_inner));
        Done { parts, seen, pieces, errors: self.errors(), ends }
    }

    /// Reads all rows for no more than their message-ids.
    pub(super) fn listen(self, near: &Near, options: &Options, pool: &rayon::ThreadPool) -> Seen {
        let mut seen = Seen::default();
        for mut sink in self.on_threads(pool, None, || Listener::new(near, options), |_| true) {
            sink.seen.put_down();
            seen.merge(sink.seen);
        }
        seen.trim_rejects(self.keep_rejects);
        seen
    }

    fn errors(self) -> Vec<InputError> {
        let mut errors = self.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_by_key(ToString::to_string);
        errors
    }

    /// Gives every thread a sink, and before and behind each chunk asks `more` whether to go on.
    fn on_threads<S: Sink + Send>(
        &self,
        pool: &rayon::ThreadPool,
        holding: Option<&Needles>,
        new: impl Fn() -> S + Sync,
        more: impl Fn(&mut S) -> bool + Sync,
    ) -> Vec<S> {
        pool.broadcast(|_| {
            let mut worker = Worker::new(new(), self.keep_rejects, self.no_raw).only(holding);
            let share = self.jobs.len() / (pool.current_num_threads() * SHARES);
            self.work(&mut worker, &more, share.max(1));
            worker.sink
        })
    }

    /// A thread takes files of its own as long as there are some that nobody has opened, all of an hour but no
    /// more than its share, then helps with the rest.
    fn work<S: Sink>(&self, worker: &mut Worker<'_, S>, more: &impl Fn(&mut S) -> bool, share: usize) {
        let mut chunk = Chunk::default();
        while let Some(own) = self.next_of_an_hour(share) {
            for number in own {
                self.work_on(number, worker, more, &mut chunk);
            }
        }
        for number in 0..self.jobs.len() {
            self.work_on(number, worker, more, &mut chunk);
        }
    }

    /// The next files of one hour, at most so many.
    fn next_of_an_hour(&self, most: usize) -> Option<Range<usize>> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = self.jobs.get(*next..)?;
        let hour = rest.first()?.planned.hour;
        let from = *next;
        *next += rest.iter().take(most).take_while(|job| job.planned.hour == hour).count();
        Some(from..*next)
    }

    fn work_on<S: Sink>(
        &self,
        number: usize,
        worker: &mut Worker<'_, S>,
        more: &impl Fn(&mut S) -> bool,
        chunk: &mut Chunk,
    ) {
        while more(&mut worker.sink) && self.take(number, chunk) {
            if let Some(job) = self.jobs.get(number) {
                worker.chunk(chunk, job.planned);
            }
            (self.progress)(chunk.data.len() as u64);
        }
    }

    /// Puts the next records of a file into `chunk`; `false` if there are no more.
    fn take(&self, number: usize, chunk: &mut Chunk) -> bool {
        let Some(job) = self.jobs.get(number) else { return false };
        let mut progress = job.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*progress, Progress::Waiting) {
            *progress = match job.open(self.chunk, self.growing) {
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
            if self.growing {
                self.ends.lock().unwrap_or_else(PoisonError::into_inner).push(feed.end());
            }
            *progress = Progress::Done;
        }
        more
    }

    fn fail(&self, error: InputError) {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
}

impl Job<'_> {
    fn open(&self, chunk: usize, growing: bool) -> Result<Feed, InputError> {
        let Some(piece) = &self.piece else {
            return Ok(Feed::new(self.planned.open()?, self.number, chunk));
        };
        let feed = Feed::of_piece(self.planned.open_between(piece.from, piece.to)?, piece, chunk);
        Ok(if growing { feed.growing() } else { feed })
    }
}
