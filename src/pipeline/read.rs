//! The reading: threads take chunks from files, read their records and fill the store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashSet;

use super::absorb::Absorber;
use super::feed::{Chunk, Feed};
use super::near::Near;
use super::plan::{Plan, Planned, plan};
use super::seen::Seen;
use super::state::State;
use super::worker::Worker;
use super::{Needs, Options, Reading, Run};
use crate::input::{InputError, Packing, Source};
use crate::model::name::Names;
use crate::route::store::{Keyer, Store};
use crate::tally;

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
pub(super) fn account(
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
            let mut worker = Worker::new(Absorber::new(run), self.keep_rejects, self.no_raw);
            self.work(&mut worker, &store, thread.index());
            worker.sink.seen.put_down();
            worker.sink.seen
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
    fn work(&self, worker: &mut Worker<Absorber<'_>>, store: &Store, thread: usize) {
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

    fn work_on(&self, number: usize, worker: &mut Worker<Absorber<'_>>, store: &Store, thread: usize) {
        let mut spare = Vec::new();
        while let Some(chunk) = self.take(number, spare) {
            if let Some((_, planned)) = self.files.get(number) {
                worker.chunk(&chunk, planned);
            }
            store.absorb(&mut worker.sink.batch, thread);
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
