//! The reading for `events`: every row is given away as soon as its turn comes, in the order of files
//! and lines, and none is kept.
//!
//! While all threads turn chunks into pieces of output, text or columns, those made before are taken. What must go by the
//! order of rows, that is which of two copies shows a row, is decided when a piece is taken.

use std::io::{self, Write};
use std::ops::Range;

use hashbrown::HashSet;

use super::chunks::Feeder;
use super::feed::Chunk;
use super::parts::{Budget, Parts};
use super::plan::{Plan, Planned, plan};
use super::read::account;
use super::rows::{Hosts, is_probe_row};
use super::seen::Seen;
use super::sequence::{Sequence, Turn};
use super::standing::Standing;
use super::state::State;
use super::typed;
use super::worker::{Sink, Worker};
use super::{Options, Reading};
use crate::input::{InputError, Source};
use crate::model::intake::Position;
use crate::model::name::Names;
use crate::model::report::FileNote;
use crate::model::row::Row;
use crate::parse::event::Event;
use crate::route::shape::Shapes;

/// Output for the rows of a chunk, text or columns.
pub trait Rows: Default + Send {
    /// Up to where it reaches: of text bytes, of columns rows.
    fn end(&self) -> usize;

    /// All rows are there: what is to be done with them on the thread that made them.
    fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Rows for Vec<u8> {
    fn end(&self) -> usize {
        self.len()
    }
}

/// How a row becomes output.
pub type Encode<'e, T> = dyn Fn(&Row<'_>, &mut T) -> io::Result<()> + Sync + 'e;

/// Takes the output for a chunk, but for what is left out of it: those rows were taken from another copy.
pub type Take<'t, T> = dyn FnMut(T, &[Range<usize>], &Turn<'_>) -> io::Result<()> + 't;

/// Writes text, but for what is left out of it.
pub fn write_text(text: &[u8], left_out: &[Range<usize>], out: &mut dyn Write) -> io::Result<()> {
    let mut from = 0;
    for range in left_out {
        out.write_all(text.get(from..range.start).unwrap_or_default())?;
        from = range.end;
    }
    out.write_all(text.get(from..).unwrap_or_default())
}

/// Logs that were looked into and are ready to be read row by row.
#[derive(Debug)]
pub struct Stream {
    plan: Plan,
    pool: rayon::ThreadPool,
    sequence: Sequence,
}

/// What came of the rows that are not set aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows written.
    pub written: u64,
    /// Rows that do not meet the filters.
    pub not_chosen: u64,
}

impl Outcome {
    fn add(&mut self, chosen: bool) {
        *(if chosen { &mut self.written } else { &mut self.not_chosen }) += 1;
    }
}

impl Stream {
    /// Looks into all sources.
    pub fn new(sources: Vec<Source>, options: &Options) -> Result<Self, rayon::ThreadPoolBuildError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
        let plan = pool.install(|| plan(sources, &options.window));
        let sequence = Sequence::by_name(plan.files.len());
        Ok(Self { plan, pool, sequence })
    }

    /// Reads files by the time they begin at. Of two copies of a row the same is taken as otherwise.
    #[must_use]
    pub fn by_time(self) -> Self {
        Self { sequence: Sequence::by_time(&self.plan.reaches), ..self }
    }

    /// Whether there is a file to read.
    pub fn has_files(&self) -> bool {
        !self.plan.files.is_empty()
    }

    /// Reads everything and gives away each row that is asked for. `progress` is told the bytes as they are read.
    ///
    /// # Panics
    /// If the ledger does not add up.
    pub fn write<T: Rows>(
        self,
        options: &Options,
        encode: &Encode<'_, T>,
        take: &mut Take<'_, T>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> io::Result<(Reading, Outcome)> {
        let Self { plan, pool, sequence } = self;
        let mut feeder = Feeder::new(&plan.files, &sequence, options.chunk);
        let job = Job { options, encode, files: &plan.files, notes: &plan.notes, progress };
        let mut end = End::default();
        let make = |chunk: &Chunk| job.piece(chunk);
        feeder.each(&pool, make, |piece| {
            let piece: Piece<T> = piece?;
            let turn = Turn { settled: sequence.settled(piece.file), pool: &pool };
            end.take(piece, (&plan.files, &turn), options.keep_rejects, take)
        })?;
        let End { mut seen, outcome } = end;
        seen.trim_rejects(options.keep_rejects);
        let ledger = &seen.ledger;
        let shown = outcome.written + outcome.not_chosen;
        assert!(
            ledger.adds_up() && shown == ledger.counted + ledger.redundancy,
            "the ledger does not add up: {shown} rows, {ledger:?}"
        );
        let errors = feeder.errors;
        Ok((without_messages(plan, seen, errors, pool), outcome))
    }
}

/// The account of a reading that kept no row.
pub(super) fn without_messages(
    mut plan: Plan,
    seen: Seen,
    errors: Vec<InputError>,
    pool: rayon::ThreadPool,
) -> Reading {
    let nothing = State::new(
        Parts::new(Budget::default()),
        (Names::default().freeze(), Shapes::default().freeze()),
        false,
        HashSet::new(),
    );
    account(&mut plan, seen, errors, nothing.with_pool(pool), (Vec::new(), Vec::new()))
}

/// What every thread needs to turn chunks into output.
struct Job<'j, T> {
    options: &'j Options,
    encode: &'j Encode<'j, T>,
    files: &'j [Planned],
    notes: &'j [FileNote],
    progress: &'j (dyn Fn(u64) + Sync),
}

impl<T: Rows> Job<'_, T> {
    fn piece(&self, chunk: &Chunk) -> io::Result<Piece<T>> {
        let mut worker = Worker::new(Lines::new(self), self.options.keep_rejects, self.options.no_raw);
        if let Some(planned) = self.files.get(chunk.file as usize) {
            worker.chunk(chunk, planned);
        }
        (self.progress)(chunk.data.len() as u64);
        worker.sink.finish(chunk)
    }
}

/// The output for a chunk's rows.
#[derive(Default)]
struct Piece<T> {
    file: u32,
    rows: T,
    /// Rows that may stand in another copy of the log too.
    open: Vec<Open>,
    seen: Seen,
    outcome: Outcome,
}

/// A row that may have been written already.
struct Open {
    hash: u128,
    standing: Standing,
    chosen: bool,
    /// Its output, empty if it is not to be written.
    place: Range<usize>,
}

/// The sink that turns rows into output.
struct Lines<'j, T> {
    job: &'j Job<'j, T>,
    piece: Piece<T>,
    error: Option<io::Error>,
}

impl<'j, T: Rows> Lines<'j, T> {
    fn new(job: &'j Job<'j, T>) -> Self {
        Self { job, piece: Piece::default(), error: None }
    }

    /// The output for the chunk that was read.
    fn finish(self, chunk: &Chunk) -> io::Result<Piece<T>> {
        let Self { mut piece, error, .. } = self;
        piece.file = chunk.file;
        piece.seen.put_down();
        error.map_or(Ok(()), Err)?;
        piece.rows.close()?;
        Ok(piece)
    }

    fn is_chosen(&self, event: &Event<'_>, file: &Planned) -> bool {
        let filter = &self.job.options.filter;
        filter.is_empty() || filter.takes_row(event, &Hosts::of(event, &file.host).writer)
    }
}

impl<T: Rows> Sink for Lines<'_, T> {
    fn row(&mut self, event: &Event<'_>, at: Position, file: &Planned) {
        let options = self.job.options;
        let standing = Standing::of(event, options.window, || !options.include_probes && is_probe_row(event));
        let shown = matches!(standing, Standing::Counted | Standing::Redundancy);
        let chosen = shown && self.is_chosen(event, file);
        let from = self.piece.rows.end();
        if chosen {
            let name = self.job.notes.get(at.file as usize).map_or("?", |n| n.name.as_str());
            let row = typed::row(event, options.needs, (&file.host, name), at);
            if let Err(error) = (self.job.encode)(&row, &mut self.piece.rows) {
                self.error.get_or_insert(error);
            }
        }
        self.piece.seen.ledger.events += 1;
        if file.twins.may_hold(event.time) {
            let (hash, place) = (file.twins.hash(event), from..self.piece.rows.end());
            self.piece.open.push(Open { hash, standing, chosen, place });
            return;
        }
        standing.count(&mut self.piece.seen.ledger);
        if shown {
            self.piece.outcome.add(chosen);
        }
    }

    fn seen(&mut self) -> &mut Seen {
        &mut self.piece.seen
    }
}

/// Where all pieces end, one after the other.
#[derive(Default)]
struct End {
    seen: Seen,
    outcome: Outcome,
}

impl End {
    /// Lets a piece be taken without the rows that were taken already.
    fn take<T>(
        &mut self,
        piece: Piece<T>,
        (files, turn): (&[Planned], &Turn<'_>),
        keep_rejects: usize,
        take: &mut Take<'_, T>,
    ) -> io::Result<()> {
        let Piece { file, rows, open, mut seen, mut outcome } = piece;
        let mut left_out = Vec::new();
        for row in open {
            let new = files.get(file as usize).is_none_or(|f| f.twins.is_new(row.hash, file));
            if new {
                row.standing.count(&mut seen.ledger);
                if matches!(row.standing, Standing::Counted | Standing::Redundancy) {
                    outcome.add(row.chosen);
                }
            } else {
                seen.ledger.duplicates += 1;
                left_out.push(row.place);
            }
        }
        take(rows, &left_out, turn)?;
        self.outcome.written += outcome.written;
        self.outcome.not_chosen += outcome.not_chosen;
        self.seen.merge(seen);
        if self.seen.rejects.len() > keep_rejects.saturating_mul(2).max(64) {
            self.seen.trim_rejects(keep_rejects);
        }
        Ok(())
    }
}
