//! The reading: threads take chunks from files, read their records and fill the store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashSet;

use super::absorb::Absorber;
use super::feed::{Chunk, Feed};
use super::judge::{Judged, judge, look};
use super::near::Near;
use super::plan::{Plan, Planned, plan};
use super::seen::Seen;
use super::state::{Order, State};
use super::worker::Worker;
use super::{Findings, Needs, Options, Reading, Run};
use crate::input::{InputError, Packing, Source};
use crate::model::name::Names;
use crate::route::store::{Keyer, Store};
use crate::tally::{self, Tally};

/// Reads all sources. `progress` is told the bytes as they are read.
///
/// Where only some messages are asked for with all their texts, or the samples of findings, the logs are
/// read twice: once to find the messages, once to keep just these. Standard input can be read once only,
/// so all is kept.
pub fn read(
    sources: Vec<Source>,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Reading, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    let once = sources.iter().any(|s| s.packing == Packing::Stdin);
    let plan = pool.install(|| plan(sources, &options.window));
    let near = options.near.as_deref().map(Near::new);
    let reader = Reader { plan: &plan, options, progress, pool: &pool, keyer: Keyer::default(), near, once };
    let wants = options.needs;
    let two = wants.texts && !options.filter.is_empty() && !once;
    let needs = match () {
        () if once && wants.shows_findings() => Needs { texts: true, ..wants },
        () if two => Needs { texts: false, ..wants },
        () => wants,
    };
    let (mut state, seen, errors) = reader.pass(needs, None);
    let names = state.names();
    let coverage = tally::coverage(seen.coverage.iter().map(|((s, h), n)| (*s, *h, *n)), names);
    let events = tally::events(seen.events.iter().map(|((e, s, ue, us), n)| (*e, *s, *ue, *us, *n)), names);
    let (tally, judged) = pool.install(|| reader.judge(&state));
    if two {
        let chosen = pool.install(|| state.ordered(&options.filter));
        let keys = state.keys_of(chosen.iter().map(Order::spot));
        drop(state);
        state = reader.pass(wants, Some(&keys)).0;
    }
    drop(reader);
    let mut reading = account(plan, seen, errors, state.with_pool(pool), (coverage, events));
    (reading.tally, reading.judged) = (tally, judged);
    Ok(reading)
}

/// What every reading of one run shares.
struct Reader<'r> {
    plan: &'r Plan,
    options: &'r Options,
    progress: &'r (dyn Fn(u64) + Sync),
    pool: &'r rayon::ThreadPool,
    keyer: Keyer,
    near: Option<Near>,
    /// Something can be read once only.
    once: bool,
}

impl Reader<'_> {
    /// Reads all files, or of them only the messages of some keys.
    fn pass(&self, needs: Needs, only: Option<&HashSet<u128>>) -> (State, Seen, Vec<InputError>) {
        if let (Some(file), Some(_)) = (self.plan.files.first(), only) {
            file.twins.forget();
        }
        let names = Names::default();
        let Options { window, filter, include_probes, .. } = self.options;
        let run = Run {
            names: &names,
            keyer: &self.keyer,
            window: *window,
            filter,
            include_probes: *include_probes,
            needs,
            only,
            near: self.near.as_ref(),
        };
        let mut done = Pass::new(&self.plan.files, self.options, self.progress).read(&run, self.pool);
        let resubmitted = std::mem::take(&mut done.seen.resubmitted);
        let state = State::new(done.store.finish(), names.freeze(), needs.texts, resubmitted);
        (state, done.seen, done.errors)
    }

    /// Adds up and judges all messages, as far as that was asked for.
    fn judge(&self, state: &State) -> (Option<Tally>, Judged) {
        let (wants, filter) = (self.options.needs, &self.options.filter);
        if !wants.sums && wants.findings == Findings::None {
            return (None, Judged::default());
        }
        let (tally, norms, suspects) = look(state, filter, wants.sums);
        let every = wants.findings == Findings::Instances;
        let (mut judged, shown) = judge(state, (norms, &suspects), (filter, every), self.plan);
        if wants.shows_findings() && !shown.is_empty() {
            let all = Needs { texts: true, ..wants };
            let again = (!self.once).then(|| self.pass(all, Some(&state.keys_of(shown.into_iter()))).0);
            judged.illustrate(again.as_ref().unwrap_or(state), filter, &self.plan.notes, every);
        }
        (tally, judged)
    }
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
        tally: None,
        judged: Judged::default(),
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
        let mut chunk = Chunk::default();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.files.len() {
                break;
            }
            self.work_on(number, worker, store, thread, &mut chunk);
        }
        for number in 0..self.files.len() {
            self.work_on(number, worker, store, thread, &mut chunk);
        }
    }

    fn work_on(
        &self,
        number: usize,
        worker: &mut Worker<Absorber<'_>>,
        store: &Store,
        thread: usize,
        chunk: &mut Chunk,
    ) {
        while self.take(number, chunk) {
            if let Some((_, planned)) = self.files.get(number) {
                worker.chunk(chunk, planned);
            }
            store.absorb(&mut worker.sink.batch, thread);
            (self.progress)(chunk.data.len() as u64);
        }
    }

    /// Puts the next records of a file into `chunk`; `false` if there are no more.
    fn take(&self, number: usize, chunk: &mut Chunk) -> bool {
        let Some((lock, planned)) = self.files.get(number) else { return false };
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
        let Progress::Open(feed) = &mut *progress else { return false };
        let (more, error) = feed.next(chunk);
        if let Some(source) = error {
            self.fail(InputError::Read { path: planned.source.name.clone(), offset: feed.offset(), source });
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
