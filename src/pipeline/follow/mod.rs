//! Logs that somebody still writes: what is appended is read, and what is known of all messages of a sliding
//! window is judged again. Facts stay in memory between readings; what is over is swept out.

mod room;
mod watched;

use std::sync::Arc;

use hashbrown::HashSet;

use super::feed::End;
use super::judge::{Judged, judge, look};
use super::overlap::Reach;
use super::parts::Parts;
use super::pass::{Done, Pass};
use super::pieces::{Piece, Pieces, Places};
use super::plan::{Plan, Planned, plan_until_latest};
use super::state::State;
use super::twins::Met;
use super::window::Window;
use super::{Findings, Needs, Options, ReadError, Run};
use crate::input::{InputError, Packing, Source};
use crate::model::finding::Finding;
use crate::model::name::Names;
use crate::model::report::LeftOut;
use crate::model::time::Timestamp;
use crate::parse::header::Binding;
use crate::parse::sniff::Family;
use crate::route::shape::Shapes;
use crate::route::store::Keyer;
pub use room::Held;
use watched::Watched;

/// So many chunks are read before it is seen whether memory is short: 128 MiB.
const STRIDE: usize = 1 << 8;
/// Of a file at least so many are read at once, which is more than any record.
const LEAST: usize = 1 << 6;

/// Reads logs that grow.
#[derive(Debug)]
pub struct Follower {
    options: Options,
    /// Length of the window, ms.
    span: i64,
    pool: rayon::ThreadPool,
    keyer: Keyer,
    parting: foldhash::fast::RandomState,
    met: Arc<Met>,
    watched: Watched,
    plan: Plan,
    names: Names,
    shapes: Shapes,
    parts: Parts,
    pieces: Pieces,
    resubmitted: HashSet<u128>,
    /// Files in which there is more, each with where to go on.
    due: Vec<(Source, End)>,
    /// Latest time of a row, but not later than now.
    latest: Option<Timestamp>,
    /// What is older was swept out.
    swept: Option<Timestamp>,
    /// Memory was short: what is older is not there.
    short: Option<Timestamp>,
}

/// What one look at the files gave.
#[derive(Debug, Default)]
pub struct Tick {
    /// Files that were read from.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Records in them.
    pub records: u64,
    /// Records that could not be read.
    pub rejects: u64,
    /// What could not be opened, or not be read to its end.
    pub errors: Vec<InputError>,
    /// Files that are no logs.
    pub left_out: Vec<LeftOut>,
    /// Why all was read again.
    pub again: Option<String>,
}

impl Follower {
    /// One that has read nothing. Facts take no more memory than the budget of the options says: beyond it the window
    /// gets shorter. `span`: length of the window, ms.
    pub fn new(options: Options, span: i64) -> Result<Self, ReadError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
        let needs = Needs { texts: false, findings: Findings::Samples, ..options.needs };
        Ok(Self {
            options: Options { needs, ..options },
            span,
            pool,
            keyer: Keyer::default(),
            parting: foldhash::fast::RandomState::default(),
            met: Arc::default(),
            watched: Watched::default(),
            plan: Plan::default(),
            names: Names::default(),
            shapes: Shapes::default(),
            parts: Parts::lasting(),
            pieces: Pieces::default(),
            resubmitted: HashSet::new(),
            due: Vec::new(),
            latest: None,
            swept: None,
            short: None,
        })
    }

    /// Latest time of a row, but not later than the clock said when it was read.
    pub fn latest(&self) -> Option<Timestamp> {
        self.latest
    }

    /// Where the window begins; nothing before the first row.
    pub fn since(&self) -> Option<Timestamp> {
        let since = self.latest.map(|latest| Timestamp(latest.0.saturating_sub(self.span)));
        since.max(self.short.filter(|_| since.is_some()))
    }

    /// Reads what these files hold that was not read before. `now`: the clock.
    pub fn read(&mut self, sources: &[Source], now: Timestamp) -> Result<Tick, ReadError> {
        let mut tick = Tick::default();
        let mut survey = self.watched.survey(sources);
        let mut plan = self.look(&survey.fresh, now);
        let changed =
            survey.changed.take().map(|name| format!("{name}: what was read of it is not there any more"));
        tick.again = changed.or_else(|| self.repeats(&plan));
        if tick.again.is_some() {
            self.forget();
            survey = self.watched.survey(sources);
            plan = self.look(&survey.fresh, now);
        }
        for (number, source) in survey.moved {
            if let (Some(file), Some(note)) =
                (self.plan.files.get_mut(number as usize), self.plan.notes.get_mut(number as usize))
            {
                note.name.clone_from(&source.name);
                file.source = source;
            }
        }
        tick.errors.append(&mut survey.errors);
        self.due = survey.grown;
        self.take_in(plan, &mut tick);
        self.read_due(now, &mut tick)?;
        Ok(tick)
    }

    /// Looks into files that were not read so far.
    fn look(&mut self, fresh: &[Source], now: Timestamp) -> Plan {
        for source in fresh {
            self.watched.pass(source);
        }
        if fresh.is_empty() {
            return Plan::default();
        }
        let (latest, span, short) = (&mut self.latest, self.span, self.short);
        let window = |seen: Option<Timestamp>| {
            *latest = seen.map(|t| t.min(now)).max(*latest);
            let since = latest.map(|t| Timestamp(t.0.saturating_sub(span))).max(short);
            Window { since, until: None }
        };
        let plan = self.pool.install(|| plan_until_latest(fresh.to_vec(), window));
        // What could not be looked into is tried again.
        let failed = |source: &&Source| plan.errors.iter().any(|e| e.path() == source.name);
        fresh.iter().filter(failed).for_each(|source| self.watched.forget(source));
        plan
    }

    /// A file that may hold rows of what was read already.
    fn repeats(&self, plan: &Plan) -> Option<String> {
        let read = || self.plan.reaches.iter().zip(&self.plan.files);
        let repeated = |new: &Reach| Some(&read().find(|(read, _)| new.may_repeat(read))?.1.source.name);
        let mut new = plan.reaches.iter().zip(&plan.files);
        new.find_map(|(new, file)| {
            let name = &file.source.name;
            repeated(new).map(|read| format!("{name}: it may repeat what was read of {read}"))
        })
    }

    /// Forgets everything, so that all files are new.
    fn forget(&mut self) {
        (self.met, self.watched, self.plan) = Default::default();
        (self.names, self.shapes, self.parts) = (Names::default(), Shapes::default(), Parts::lasting());
        (self.pieces, self.resubmitted, self.swept) = Default::default();
    }

    /// Adds new files to those that are known, to be read from their start.
    fn take_in(&mut self, plan: Plan, tick: &mut Tick) {
        for ((mut file, note), reach) in plan.files.into_iter().zip(plan.notes).zip(plan.reaches) {
            // What it is shows in its first row.
            if !reach.has_begun() && file.source.packing == Packing::Plain {
                continue;
            }
            file.twins.share(&self.met);
            let number = self.plan.files.len() as u32;
            self.due.push((
                file.source.clone(),
                End { file: number, offset: 0, line: 1, binding: Binding::ByWidth },
            ));
            self.plan.files.push(file);
            self.plan.notes.push(note);
            self.plan.reaches.push(reach);
        }
        for left in plan.left_out {
            self.plan.left_out.retain(|l| l.name != left.name);
            if Family::of_name(left.name.rsplit(['/', '\\']).next().unwrap_or_default()) != Family::Unknown {
                self.plan.left_out.push(LeftOut { name: left.name.clone(), ..left.clone() });
            }
            tick.left_out.push(left);
        }
        tick.errors.extend(plan.errors);
    }

    /// Reads from files, stride by stride, so that memory can be seen to in between.
    fn read_due(&mut self, now: Timestamp, tick: &mut Tick) -> Result<(), ReadError> {
        tick.files = self.due.len() as u64;
        self.due.sort_by_key(|(_, end)| self.plan.files.get(end.file as usize).map(|file| file.hour));
        self.plan.overlap();
        let bytes = |chunks: usize| (self.options.chunk * chunks) as u64;
        let (stride, least) = (bytes(STRIDE), bytes(LEAST));
        while !self.due.is_empty() {
            let (mut places, mut room, mut some) = (Places::default(), stride, Vec::new());
            while let (true, Some((source, end))) = (room > 0, self.due.first()) {
                let whole = !self.plan.files.get(end.file as usize).is_some_and(Planned::is_seekable);
                let rest = source.size.saturating_sub(end.offset);
                let to = if whole { u64::MAX } else { end.offset + rest.min(room.max(least)) };
                match source.packing {
                    Packing::Plain => places.pieces.push(Piece::behind(end, to)),
                    _ => places.whole.push(end.file),
                }
                room = room.saturating_sub(rest);
                some.push((self.due.remove(0), to));
            }
            let done = self.pass(places);
            self.settle(done, some, tick);
            self.latest = self.latest.map(|latest| latest.min(now));
            self.make_room()?;
        }
        Ok(())
    }

    /// One reading.
    fn pass(&self, places: Places) -> Done {
        let since = self.since();
        let run = self.run(&self.names, &self.shapes, None, Window { since, until: None });
        let pass = Pass::new(&self.plan.files, Some(places), &self.options, &|_| {}).growing();
        pass.read(&run, &self.pool)
    }

    fn run<'r>(
        &'r self,
        names: &'r Names,
        shapes: &'r Shapes,
        only: Option<&'r HashSet<u128>>,
        window: Window,
    ) -> Run<'r> {
        Run {
            names,
            shapes,
            keyer: &self.keyer,
            window,
            filter: &self.options.filter,
            include_probes: self.options.include_probes,
            needs: Needs { texts: only.is_some(), ..self.options.needs },
            only,
            holding: None,
            parting: self.parting.clone(),
        }
    }

    /// Adds what was read. What was not read to its end, though more lies there, is due again.
    fn settle(&mut self, done: Done, some: Vec<((Source, End), u64)>, tick: &mut Tick) {
        let Done { parts, seen, pieces, errors, ends } = done;
        self.parts.adopt(parts);
        self.pieces.merge(pieces);
        self.resubmitted.extend(seen.resubmitted);
        tick.bytes += seen.ledger.bytes;
        tick.records += seen.ledger.records;
        tick.rejects += seen.ledger.rejects;
        tick.errors.extend(errors);
        for (number, count) in &seen.files {
            self.latest = self.latest.max(count.last);
            if let Some(reach) = self.plan.reaches.get_mut(*number as usize) {
                reach.reached(count.last.max(reach.last()));
            }
        }
        for ((source, before), to) in some.into_iter().rev() {
            let Some(end) = ends.iter().find(|end| end.file == before.file).cloned() else {
                if before.offset == 0 {
                    self.watched.forget(&source);
                }
                continue;
            };
            if end.offset > before.offset && to < source.size {
                self.due.insert(0, (source, end));
                continue;
            }
            // What could not be read is tried again, as if the file had ended there.
            let failed =
                source.packing == Packing::Plain && tick.errors.iter().any(|e| e.path() == source.name);
            let size = if failed { source.size.min(end.offset) } else { source.size };
            if let Err(e) = self.watched.read(&Source { size, ..source.clone() }, end) {
                // It may have another name by now; then it is met anew, and rows that were read are known.
                self.watched.forget(&source);
                tick.errors.push(e);
            }
        }
    }

    /// All messages, taken out of here.
    fn state(&mut self) -> State {
        let names = std::mem::take(&mut self.names).freeze();
        let shapes = std::mem::take(&mut self.shapes).freeze();
        let parts = std::mem::replace(&mut self.parts, Parts::lasting());
        let resubmitted = std::mem::take(&mut self.resubmitted);
        self.pool.install(|| State::new(parts, (names, shapes), false, resubmitted))
    }

    /// Judges all messages of the window. Those findings that `shows` have samples and evidence, as far as the files
    /// are still there.
    pub fn judge(&mut self, shows: impl Fn(&Finding) -> bool + Send) -> Result<Judged, ReadError> {
        let state = self.state();
        let judged = self.pool.install(|| self.judge_state(&state, shows));
        let (parts, (names, shapes), resubmitted) = state.dissolve();
        (self.parts, self.names, self.shapes) = (parts, names.thaw(), shapes.thaw());
        self.resubmitted = resubmitted;
        judged
    }

    fn judge_state(&self, state: &State, shows: impl Fn(&Finding) -> bool) -> Result<Judged, ReadError> {
        let Options { filter, topology, thresholds, needs, .. } = &self.options;
        let topology = topology.as_ref().map(|told| told.get());
        let all = look(state, (filter, topology, *thresholds), (*needs, false));
        let (mut judged, shown) =
            judge(state, (all.norms, &all.suspects), (filter, *needs), (&self.plan, shows));
        if !shown.is_empty() {
            let basis = state.basis_of(shown.into_iter());
            let seekable = |file: u32| self.plan.files.get(file as usize).is_some_and(Planned::is_seekable);
            let places = self.pieces.places(&basis.rows, seekable);
            let (names, shapes) = (Names::default(), Shapes::default());
            let run = self.run(&names, &shapes, Some(&basis.keys), Window::default());
            let mut done =
                Pass::new(&self.plan.files, Some(places), &self.options, &|_| {}).read(&run, &self.pool);
            let resubmitted = std::mem::take(&mut done.seen.resubmitted);
            let again = State::new(done.parts, (names.freeze(), shapes.freeze()), true, resubmitted);
            again.error()?;
            judged.illustrate(&again, filter, &self.plan.notes, false);
        }
        state.error()?;
        Ok(judged)
    }
}
