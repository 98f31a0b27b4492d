//! The reading: threads take chunks from files, read their records and fill the store.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashSet;

use super::absorb::Absorber;
use super::feed::{Chunk, Feed};
use super::near::Near;
use super::plan::{Plan, Planned, plan};
use super::seen::Seen;
use super::state::State;
use super::{Needs, Options, Reading, Run};
use crate::input::{InputError, Packing, Source};
use crate::model::intake::{Position, Reject, RejectReason};
use crate::model::name::Names;
use crate::model::report::FileNote;
use crate::parse::event::Event;
use crate::parse::header::Binding;
use crate::parse::record::{Fields, Record};
use crate::parse::rescue::{rescue, strip_padding};
use crate::parse::schema::Schema;
use crate::parse::split::{MAX_LINE, Shape};
use crate::parse::values::begins_like_a_record;
use crate::route::store::{Keyer, Store};
use crate::tally;

/// A reject keeps this much of its line, bytes.
const RAW: usize = 64 << 10;

/// Reads all sources. `progress` is told the bytes as they are read.
///
/// Where only some messages are asked for with all their texts, the logs are read twice: once to
/// find the messages, once to keep just these. Standard input can be read once only, so all is kept.
pub fn read(
    sources: Vec<Source>,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Reading, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    let once = sources.iter().any(|s| s.packing == Packing::Stdin);
    let plan = plan(sources, &options.window);
    let keyer = Keyer::default();
    let near = options.near.as_deref().map(Near::new);
    let two = options.needs.texts && !options.filter.is_empty() && !once;
    let needs = if two { Needs::default() } else { options.needs };
    let pass = |needs: Needs, only: Option<&HashSet<u128>>| {
        let names = Names::default();
        let (window, filter, include_probes) = (options.window, &options.filter, options.include_probes);
        let run = Run {
            names: &names,
            keyer: &keyer,
            window,
            filter,
            include_probes,
            needs,
            only,
            near: near.as_ref(),
        };
        let done = Pass::new(&plan.files, options, progress).read(&run, &pool);
        (done, names.freeze())
    };
    let (done, names) = pass(needs, None);
    let coverage = tally::coverage(done.seen.coverage.iter().map(|((s, h), n)| (*s, *h, *n)), &names);
    let events =
        tally::events(done.seen.events.iter().map(|((e, s, ue, us), n)| (*e, *s, *ue, *us, *n)), &names);
    let mut state = State::new(done.store.finish(), names, needs.texts);
    if two {
        let keys = pool.install(|| state.keys_of(&state.ordered(&options.filter)));
        drop(state);
        if let Some(file) = plan.files.first() {
            file.twins.forget();
        }
        let (again, names) = pass(options.needs, Some(&keys));
        state = State::new(again.store.finish(), names, true);
    }
    Ok(account(plan, done.seen, done.errors, state.with_pool(pool), (coverage, events)))
}

/// Puts together what a run has read.
fn account(
    plan: Plan,
    seen: Seen,
    read_errors: Vec<InputError>,
    state: State,
    (coverage, events): (Vec<crate::model::report::CoverageRow>, Vec<crate::model::report::EventRow>),
) -> Reading {
    let mut files = plan.notes;
    for (number, count) in &seen.files {
        if let Some(note) = files.get_mut(*number as usize) {
            (note.records, note.bytes, note.rejects) = (count.records, count.bytes, count.rejects);
            note.note = count.cut_off.then(|| {
                "the last line is cut off: the server was stopped while writing, or the file still grows"
                    .to_owned()
            });
        }
    }
    let mut errors = plan.errors;
    errors.extend(read_errors);
    let mut rejects = seen.rejects;
    rejects.sort_unstable_by_key(|r| r.position);
    Reading {
        state,
        ledger: seen.ledger,
        period: seen.period,
        unattached: seen.unattached,
        coverage,
        events,
        files,
        left_out: plan.left_out,
        files_outside_window: plan.outside_window,
        errors,
        rejects_by_reason: seen.reasons.into_iter().collect(),
        rejects,
        near: seen.near.into_iter().map(|(_, id)| id).collect(),
    }
}

/// One reading of all files.
struct Pass<'p> {
    files: Vec<(Mutex<Progress>, &'p Planned)>,
    next: AtomicUsize,
    chunk: usize,
    keep_rejects: usize,
    no_raw: bool,
    progress: &'p (dyn Fn(u64) + Sync),
    errors: Mutex<Vec<InputError>>,
}

enum Progress {
    Waiting,
    Open(Box<Feed>),
    Done,
}

struct Done {
    store: Store,
    seen: Seen,
    errors: Vec<InputError>,
}

impl<'p> Pass<'p> {
    fn new(files: &'p [Planned], options: &Options, progress: &'p (dyn Fn(u64) + Sync)) -> Self {
        Self {
            files: files.iter().map(|f| (Mutex::new(Progress::Waiting), f)).collect(),
            next: AtomicUsize::new(0),
            chunk: options.chunk,
            keep_rejects: options.keep_rejects,
            no_raw: options.no_raw,
            progress,
            errors: Mutex::new(Vec::new()),
        }
    }

    fn read(self, run: &Run<'_>, pool: &rayon::ThreadPool) -> Done {
        let store = Store::default();
        let parts: Vec<Seen> = pool.broadcast(|thread| {
            let mut worker = Worker::new(run, self.keep_rejects, self.no_raw);
            self.work(&mut worker, &store, thread.index());
            worker.absorber.seen
        });
        let mut seen = Seen::default();
        for part in parts {
            seen.merge(part);
        }
        seen.trim_rejects(self.keep_rejects);
        let mut errors = self.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_by_key(ToString::to_string);
        Done { store, seen, errors }
    }

    /// A thread takes a file of its own as long as there is one nobody has opened, then helps with the rest.
    fn work(&self, worker: &mut Worker<'_>, store: &Store, thread: usize) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.files.len() {
                break;
            }
            self.work_on(number, worker, store, thread);
        }
        for number in 0..self.files.len() {
            self.work_on(number, worker, store, thread);
        }
    }

    fn work_on(&self, number: usize, worker: &mut Worker<'_>, store: &Store, thread: usize) {
        let mut spare = Vec::new();
        while let Some(chunk) = self.take(number, spare) {
            if let Some((_, planned)) = self.files.get(number) {
                worker.chunk(&chunk, planned);
            }
            store.absorb(&mut worker.absorber.batch, thread);
            (self.progress)(chunk.data.len() as u64);
            spare = chunk.data;
        }
    }

    /// The next chunk of a file.
    fn take(&self, number: usize, spare: Vec<u8>) -> Option<Chunk> {
        let (lock, planned) = self.files.get(number)?;
        let mut progress = lock.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*progress, Progress::Waiting) {
            *progress = match planned.open() {
                Ok(reader) => Progress::Open(Box::new(Feed::new(reader, number as u32, self.chunk))),
                Err(error) => {
                    self.fail(error);
                    Progress::Done
                }
            };
        }
        let Progress::Open(feed) = &mut *progress else { return None };
        let (chunk, error) = feed.next(spare);
        if let Some(source) = error {
            self.fail(InputError::Read { path: planned.source.name.clone(), offset: feed.offset(), source });
        }
        if chunk.is_none() {
            *progress = Progress::Done;
        }
        chunk
    }

    fn fail(&self, error: InputError) {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
}

/// One thread's reading.
struct Worker<'r> {
    absorber: Absorber<'r>,
    fields: Fields,
    by_width: BTreeMap<usize, Schema>,
    keep_rejects: usize,
    no_raw: bool,
}

/// One record on its way through [`Worker::record`].
#[derive(Clone, Copy)]
struct Line<'a> {
    bytes: &'a [u8],
    at: Position,
    terminated: bool,
    broken: bool,
    zeros: bool,
}

impl<'r> Worker<'r> {
    fn new(run: &'r Run<'r>, keep_rejects: usize, no_raw: bool) -> Self {
        let by_width = [21, 26, 27, 30].into_iter().filter_map(|w| Some((w, Schema::by_width(w)?))).collect();
        Self { absorber: Absorber::new(run), fields: Fields::default(), by_width, keep_rejects, no_raw }
    }

    fn chunk(&mut self, chunk: &Chunk, planned: &Planned) {
        let mut fields = std::mem::take(&mut self.fields);
        fields.index_shape(&chunk.data, &chunk.shape);
        let count = self.absorber.seen.files.entry(chunk.file).or_default();
        count.bytes += chunk.data.len() as u64;
        self.absorber.seen.ledger.bytes += chunk.data.len() as u64;
        let mut binding = chunk.binding.clone();
        let mut line_number = chunk.line;
        let Some(any) = self.by_width.get(&30).cloned() else { return };
        let zeros = memchr::memchr(0, &chunk.data).is_some();
        for i in 0..fields.len() {
            let record = fields.record(i, &chunk.data, &any);
            let at = Position {
                file: chunk.file,
                line: line_number,
                offset: chunk.offset + record.start() as u64,
            };
            let broken = match &chunk.shape {
                Shape::Lines => false,
                Shape::Ends(ends) => {
                    line_number += memchr::memchr_iter(b'\n', record.line()).count() as u64;
                    ends.get(i).is_some_and(|(_, broken)| *broken)
                }
            };
            // A piece of a line that is too long ends no line.
            line_number += u64::from(record.is_terminated());
            let bytes = record.line();
            let zeros = zeros && bytes.contains(&0);
            let line = Line { bytes, at, terminated: record.is_terminated(), broken, zeros };
            self.record(record, line, &mut binding, planned);
        }
        self.fields = fields;
    }

    fn record(&mut self, record: Record<'_>, line: Line<'_>, binding: &mut Binding, planned: &Planned) {
        match line.bytes.first() {
            None => {
                self.absorber.seen.ledger.blank_lines += 1;
                return;
            }
            Some(b'#' | 0 | 0xEF) => {
                let stripped = strip_padding(line.bytes);
                if stripped.starts_with(b"#") {
                    self.absorber.seen.ledger.padding_bytes += zeros(line.bytes);
                    self.header(stripped, line, binding);
                    return;
                }
                if stripped.is_empty() {
                    self.absorber.seen.ledger.padding_bytes += zeros(line.bytes);
                    return;
                }
            }
            Some(_) => {}
        }
        self.absorber.seen.record(line.at.file);
        if matches!(binding, Binding::OtherLog) {
            return self.reject(line, RejectReason::OtherLog);
        }
        if line.broken || line.zeros {
            let reason = if line.broken { RejectReason::StrayQuote } else { RejectReason::ZeroBytes };
            return self.mend(line, reason, binding, planned);
        }
        let schema = match &*binding {
            Binding::Header(schema) => Some(&**schema),
            Binding::ByWidth | Binding::OtherLog => None,
        };
        let width = record.width();
        let found = match schema.or_else(|| self.by_width.get(&width)) {
            Some(schema) => Event::read(record.with_schema(schema)),
            None => Err(RejectReason::ColumnCount { found: width as u32, expected: 0 }),
        };
        match found {
            Ok(event) => self.absorber.row(&event, line.at, planned),
            Err(reason) => self.mend(line, reason, binding, planned),
        }
    }

    fn header(&mut self, stripped: &[u8], line: Line<'_>, binding: &mut Binding) {
        binding.read_header(stripped);
        self.absorber.seen.record(line.at.file);
        self.absorber.seen.ledger.headers += 1;
    }

    /// A record that did not read: repaired if the damage is a known one, else rejected for the best reason.
    fn mend(&mut self, line: Line<'_>, reason: RejectReason, binding: &mut Binding, planned: &Planned) {
        if let Some(rescued) =
            (!line.broken).then(|| rescue(line.bytes, binding.schema(), line.terminated)).flatten()
        {
            let mut fields = Fields::default();
            if let Ok(event) = Event::read(fields.index(&rescued.line, &rescued.schema)) {
                self.absorber.seen.ledger.repaired += 1;
                self.absorber.seen.ledger.padding_bytes += zeros(line.bytes);
                return self.absorber.row(&event, line.at, planned);
            }
        }
        let Some(gap) = memchr::memchr(0, line.bytes) else {
            let reason = match () {
                () if line.bytes.len() >= MAX_LINE => RejectReason::TooLong,
                () if !line.terminated => RejectReason::CutOff,
                () => reason,
            };
            return self.reject(line, reason);
        };
        // A crash leaves zero bytes: the record before them is cut, what follows is whole again.
        let (head, tail) = line.bytes.split_at(gap);
        let rest = strip_padding(tail);
        self.absorber.seen.ledger.padding_bytes += zeros(tail);
        let cut = Line { bytes: head, ..line };
        if rest.is_empty() && !line.terminated {
            return self.reject(cut, RejectReason::CutOff);
        }
        self.reject(cut, RejectReason::ZeroBytes);
        let after = Line {
            at: Position { offset: line.at.offset + (line.bytes.len() - rest.len()) as u64, ..line.at },
            bytes: rest,
            broken: false,
            ..line
        };
        if rest.starts_with(b"#") {
            self.header(rest, after, binding);
        } else if begins_like_a_record(rest) {
            self.absorber.seen.record(line.at.file);
            self.mend(after, reason, binding, planned);
        }
    }

    fn reject(&mut self, line: Line<'_>, reason: RejectReason) {
        let raw = (!self.no_raw).then(|| line.bytes.get(..RAW).unwrap_or(line.bytes).to_vec());
        let seen = &mut self.absorber.seen;
        let count = seen.files.entry(line.at.file).or_default();
        count.rejects += 1;
        count.cut_off |= reason == RejectReason::CutOff;
        seen.ledger.rejects += 1;
        *seen.reasons.entry(reason.name()).or_default() += 1;
        seen.rejects.push(Reject { position: line.at, reason, raw });
        if seen.rejects.len() > self.keep_rejects.saturating_mul(2).max(64) {
            seen.trim_rejects(self.keep_rejects);
        }
    }
}

fn zeros(line: &[u8]) -> u64 {
    memchr::memchr_iter(0, line).count() as u64
}

/// A file's name for a position.
pub fn file_name(files: &[FileNote], position: Position) -> &str {
    files.get(position.file as usize).map_or("?", |f| f.name.as_str())
}
