//! The reading for `redact`: every log is written again, under other names, record by record.
//!
//! As for `events`, chunks are worked on while those before are written, so that memory does not grow with the logs. What is
//! not recognised is masked: only rows and header lines are written with their text, and of these only what the
//! rules let through.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::chunks::Feeder;
use super::feed::Chunk;
use super::plan::{Planned, plan_all};
use super::seen::Seen;
use super::sequence::Sequence;
use super::stream::without_messages;
use super::worker::{Sink, Worker};
use super::{Options, Reading};
use crate::input::Source;
use crate::model::intake::Position;
use crate::parse::event::Event;
use crate::parse::record::Fields;
use crate::redact::{Redactor, Rules, mask};

/// Opens what a log is written to.
pub type Create<'c> = dyn FnMut(&Source) -> io::Result<Box<dyn Write + Send>> + 'c;

/// Why logs could not be rewritten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// The threads did not start.
    #[error(transparent)]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A log could not be written. The text names it.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes every log that is found in the sources. `create` is asked for each in turn; `progress` is told the bytes as they
/// are read.
///
/// # Panics
/// If the ledger does not add up.
pub fn rewrite(
    sources: Vec<Source>,
    rules: &Rules,
    options: &Options,
    create: &mut Create<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Reading, RewriteError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    let plan = pool.install(|| plan_all(sources));
    let sequence = Sequence::by_name(plan.files.len());
    let mut feeder = Feeder::new(&plan.files, &sequence, options.chunk);
    let job = Job { rules, options, files: &plan.files, progress, idle: Mutex::default() };
    let mut end = End { files: &plan.files, create, opened: 0, open: None, seen: Seen::default() };
    feeder.each(&pool, |chunk| job.piece(chunk), |piece| end.take(piece, options.keep_rejects))?;
    end.open_up_to(plan.files.len())?;
    end.close()?;
    let mut seen = end.seen;
    seen.trim_rejects(options.keep_rejects);
    assert!(seen.ledger.adds_up(), "the ledger does not add up: {:?}", seen.ledger);
    let errors = feeder.errors;
    Ok(without_messages(plan, seen, errors, pool))
}

/// What every thread needs.
struct Job<'j> {
    rules: &'j Rules,
    options: &'j Options,
    files: &'j [Planned],
    progress: &'j (dyn Fn(u64) + Sync),
    /// Those that are not at work; each remembers the names it has met.
    idle: Mutex<Vec<Worker<'j, Rewritten<'j>>>>,
}

impl Job<'_> {
    fn piece(&self, chunk: &Chunk) -> Piece {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Worker::new(Rewritten::new(self.rules), self.options.keep_rejects, true);
        let known = idle().pop();
        let mut worker = known.unwrap_or_else(new);
        if let Some(planned) = self.files.get(chunk.file as usize) {
            worker.chunk(chunk, planned);
        }
        (self.progress)(chunk.data.len() as u64);
        let piece = worker.sink.finish(chunk);
        idle().push(worker);
        piece
    }
}

/// A chunk as it is written.
struct Piece {
    file: u32,
    text: Vec<u8>,
    seen: Seen,
}

/// The sink that puts rows and header lines with other names in the place of those of a chunk.
struct Rewritten<'r> {
    redactor: Redactor<'r>,
    /// Bytes of the file, in order, and where in `text` stands what comes in their place.
    changed: Vec<(Range<u64>, Range<usize>)>,
    text: Vec<u8>,
    seen: Seen,
}

impl<'r> Rewritten<'r> {
    fn new(rules: &'r Rules) -> Self {
        let (changed, text, seen) = (Vec::new(), Vec::new(), Seen::default());
        Self { redactor: Redactor::new(rules), changed, text, seen }
    }

    fn put(&mut self, (from, length): (u64, usize), write: impl FnOnce(&mut Redactor<'r>, &mut Vec<u8>)) {
        let start = self.text.len();
        write(&mut self.redactor, &mut self.text);
        self.changed.push((from..from + length as u64, start..self.text.len()));
    }

    /// The chunk that was read, which leaves this as new.
    fn finish(&mut self, chunk: &Chunk) -> Piece {
        let mut out = Vec::with_capacity(chunk.data.len() + chunk.data.len() / 4);
        let mut at = 0;
        for (place, text) in self.changed.drain(..) {
            let [from, to] = [place.start, place.end].map(|o| o.saturating_sub(chunk.offset) as usize);
            mask(chunk.data.get(at..from).unwrap_or_default(), &mut out);
            out.extend_from_slice(self.text.get(text).unwrap_or_default());
            at = to;
        }
        mask(chunk.data.get(at..).unwrap_or_default(), &mut out);
        self.text.clear();
        let mut seen = std::mem::take(&mut self.seen);
        seen.put_down();
        Piece { file: chunk.file, text: out, seen }
    }

    fn count(&mut self) {
        self.seen.ledger.events += 1;
        self.seen.ledger.counted += 1;
    }
}

impl Sink for Rewritten<'_> {
    fn row(&mut self, event: &Event<'_>, at: Position, _: &Planned) {
        self.count();
        self.put((at.offset, event.line().len()), |redactor, out| redactor.row(event, out));
    }

    /// What was wrong with the row is wrong with what is written: the prefix of a collector is masked, and quotes
    /// are doubled where they were. So the log is read as before.
    fn repaired(&mut self, event: &Event<'_>, _: Position, _: &Planned, (from, raw): (u64, &[u8])) {
        self.count();
        let line = event.line();
        if let Some(at) = memchr::memmem::rfind(raw, line) {
            return self.put((from + at as u64, line.len()), |redactor, out| redactor.row(event, out));
        }
        let was_doubled = doubled(line);
        let Some(before) = raw.strip_suffix(&was_doubled[..]) else {
            return self.put((from, raw.len()), |redactor, out| redactor.plain_row(event, out));
        };
        self.put((from + before.len() as u64, was_doubled.len()), |redactor, out| {
            let mut row = Vec::new();
            redactor.plain_row(event, &mut row);
            let twice = doubled(&row);
            // Where no comma is left in quotes, it would read as another row.
            let width = Fields::default().index(&twice, event.schema()).width();
            out.extend_from_slice(if width == event.schema().width() { &row } else { &twice });
        });
    }

    fn header(&mut self, line: &[u8], from: u64) {
        self.put((from, line.len()), |redactor, out| redactor.header(line, out));
    }

    fn seen(&mut self) -> &mut Seen {
        &mut self.seen
    }
}

/// A row whose every quote is two.
fn doubled(row: &[u8]) -> Vec<u8> {
    row.iter().flat_map(|b| std::iter::repeat_n(*b, if *b == b'"' { 2 } else { 1 })).collect()
}

/// Where all pieces end, each in its file.
struct End<'e, 'c> {
    files: &'e [Planned],
    create: &'e mut Create<'c>,
    /// So many files were opened.
    opened: usize,
    open: Option<Box<dyn Write + Send>>,
    seen: Seen,
}

impl End<'_, '_> {
    fn take(&mut self, piece: Piece, keep_rejects: usize) -> io::Result<()> {
        self.open_up_to(piece.file as usize + 1)?;
        if let Some(open) = &mut self.open {
            open.write_all(&piece.text)?;
        }
        self.seen.merge(piece.seen);
        if self.seen.rejects.len() > keep_rejects.saturating_mul(2).max(64) {
            self.seen.trim_rejects(keep_rejects);
        }
        Ok(())
    }

    /// Opens files until so many were opened; those that hold nothing stay empty.
    fn open_up_to(&mut self, number: usize) -> io::Result<()> {
        for file in self.files.get(self.opened..number).unwrap_or_default() {
            self.close()?;
            self.open = Some((self.create)(&file.source)?);
            self.opened += 1;
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        self.open.take().map_or(Ok(()), |mut open| open.flush())
    }
}
