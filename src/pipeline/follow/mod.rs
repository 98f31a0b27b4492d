//! Logs that somebody still writes: what is appended is read, and what is known of all messages of a sliding
//! window is judged again. Facts stay in memory between readings; what is over is swept out.

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
use super::state::{State, Swept};
use super::twins::Met;
use super::window::Window;
use super::{Findings, Needs, Options, ReadError, Run};
use crate::input::{InputError, Packing, Source};
use crate::model::finding::Finding;
use crate::model::name::Names;
use crate::model::report::LeftOut;
use crate::model::time::{HOUR, Timestamp};
use crate::parse::header::Binding;
use crate::parse::sniff::Family;
use crate::route::shape::Shapes;
use crate::route::store::Keyer;
use watched::Watched;

/// So many bytes are read before it is seen whether memory is short.
const STRIDE: u64 = if cfg!(test) { 1 << 10 } else { 128 << 20 };
/// What is over is swept out when the window has moved by this part of its length.
const SLIDE: i64 = 8;
/// Rows of a message are kept for so many windows, however long it goes on.
const LONGEST: i64 = 8;
/// More blocks than this are laid down anew: one that is hardly filled costs more than what is in it.
const MOST_BLOCKS: usize = 1 << 16;

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
    /// A file that is not what it was where it was read, or repeats another: all was read again for it.
    pub again: Option<String>,
}

/// Memory of facts that is at hand and that they may take, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Taken.
    pub bytes: usize,
    /// Messages without a row since then are not there, since memory was short.
    pub short: Option<Timestamp>,
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

    /// What memory is taken.
    pub fn held(&self) -> Held {
        let short = self.short.filter(|short| self.since() == Some(*short));
        Held { bytes: self.bytes(), short }
    }

    fn bytes(&self) -> usize {
        let others = self.names.bytes() + self.pieces.bytes() + self.met.bytes();
        self.parts.bytes() + others + self.resubmitted.capacity() * 17
    }

    /// Reads what these files hold that was not read before. `now`: the clock.
    pub fn read(&mut self, sources: &[Source], now: Timestamp) -> Result<Tick, ReadError> {
        let mut tick = Tick::default();
        let mut survey = self.watched.survey(sources);
        let mut plan = self.look(std::mem::take(&mut survey.fresh), now);
        tick.again = survey.changed.take().or_else(|| self.repeats(&plan));
        if tick.again.is_some() {
            self.forget();
            survey = self.watched.survey(sources);
            plan = self.look(std::mem::take(&mut survey.fresh), now);
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
        let mut due = survey.grown;
        due.extend(self.take_in(plan, &mut tick));
        self.read_due(due, now, &mut tick)?;
        Ok(tick)
    }

    /// Looks into files that were not read so far.
    fn look(&mut self, fresh: Vec<Source>, now: Timestamp) -> Plan {
        for source in &fresh {
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
        let plan = self.pool.install(|| plan_until_latest(fresh.clone(), window));
        // What could not be looked into is tried again.
        let failed = |source: &&Source| plan.errors.iter().any(|e| e.path() == source.name);
        fresh.iter().filter(failed).for_each(|source| self.watched.forget(source));
        plan
    }

    /// A file that may hold rows of what was read already.
    fn repeats(&self, plan: &Plan) -> Option<String> {
        let mut new = plan.reaches.iter().zip(&plan.files);
        let repeats = |new: &Reach| self.plan.reaches.iter().any(|read| new.may_repeat(read));
        new.find(|(new, _)| repeats(new)).map(|(_, file)| file.source.name.clone())
    }

    /// Forgets everything, so that all files are new.
    fn forget(&mut self) {
        (self.met, self.watched, self.plan) = Default::default();
        (self.names, self.shapes, self.parts) = (Names::default(), Shapes::default(), Parts::lasting());
        (self.pieces, self.resubmitted, self.swept) = Default::default();
    }

    /// Adds new files to those that are known, and says which are to be read from where.
    fn take_in(&mut self, plan: Plan, tick: &mut Tick) -> Vec<(Source, End)> {
        let mut due = Vec::new();
        for ((mut file, note), reach) in plan.files.into_iter().zip(plan.notes).zip(plan.reaches) {
            // What it is shows in its first row.
            if !reach.has_begun() && file.source.packing == Packing::Plain {
                continue;
            }
            file.twins.share(&self.met);
            let number = self.plan.files.len() as u32;
            due.push((
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
        due
    }

    /// Reads from files, stride by stride, so that memory can be seen to in between.
    fn read_due(
        &mut self,
        mut due: Vec<(Source, End)>,
        now: Timestamp,
        tick: &mut Tick,
    ) -> Result<(), ReadError> {
        tick.files = due.len() as u64;
        due.sort_by_key(|(_, end)| self.plan.files.get(end.file as usize).map(|file| file.hour));
        self.plan.overlap();
        while !due.is_empty() {
            let (mut places, mut room, mut some) = (Places::default(), STRIDE, Vec::new());
            while let (true, Some((source, end))) = (room > 0, due.first()) {
                let whole = !self.plan.files.get(end.file as usize).is_some_and(Planned::is_seekable);
                let rest = source.size.saturating_sub(end.offset);
                let to = if whole { u64::MAX } else { end.offset + rest.min(room.max(LEAST)) };
                match source.packing {
                    Packing::Plain => places.pieces.push(Piece::behind(end, to)),
                    _ => places.whole.push(end.file),
                }
                room = room.saturating_sub(rest);
                some.push((due.remove(0), to));
            }
            let done = self.pass(places);
            self.settle(done, some, &mut due, tick);
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
    fn settle(
        &mut self,
        done: Done,
        some: Vec<((Source, End), u64)>,
        due: &mut Vec<(Source, End)>,
        tick: &mut Tick,
    ) {
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
                due.insert(0, (source, end));
            } else if let Err(e) = self.watched.read(&source, end) {
                tick.errors.push(e);
            }
        }
    }

    /// Sweeps out what is over, and where memory is short the older half of what is there.
    fn make_room(&mut self) -> Result<(), ReadError> {
        let limit = self.options.budget.bytes;
        let Some(since) = self.since() else { return Ok(()) };
        let slid = self.swept.is_none_or(|swept| since.0 - swept.0 > self.span / SLIDE);
        if self.swept.is_none() {
            self.swept = Some(since);
        } else if slid || self.parts.blocks() > MOST_BLOCKS {
            self.sweep(since)?;
        }
        if self.met.bytes() > limit / 4
            && let Some(file) = self.plan.files.first()
        {
            file.twins.forget();
        }
        while self.bytes() > limit {
            let (Some(since), Some(latest)) = (self.since(), self.latest) else { return Ok(()) };
            let half = Timestamp(since.0 + (latest.0 - since.0) / 2);
            if half <= since {
                return Ok(());
            }
            self.short = Some(half);
            self.sweep(half)?;
        }
        Ok(())
    }

    /// Takes out messages without a row since then, and files that end before.
    fn sweep(&mut self, since: Timestamp) -> Result<(), ReadError> {
        let oldest = Timestamp(since.0.saturating_sub((LONGEST - 1) * self.span));
        let state = self.state();
        let swept = state.sweep((since, oldest), &self.parting);
        state.error()?;
        let Swept { parts, names, shapes, resubmitted } = swept;
        (self.parts, self.names, self.shapes) = (parts, names, shapes);
        self.resubmitted = resubmitted;
        self.swept = Some(since);
        self.pieces.keep_since(since);
        self.prune(since);
        Ok(())
    }

    /// Forgets files whose time is over.
    fn prune(&mut self, since: Timestamp) {
        let mut next = 0;
        let stays = |last: Option<Timestamp>| last.is_none_or(|last| last.0 + HOUR >= since.0);
        let numbers: Vec<Option<u32>> = self
            .plan
            .reaches
            .iter()
            .map(|reach| {
                stays(reach.last()).then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        let number = |old: u32| numbers.get(old as usize).copied().flatten();
        let mut keeps = numbers.iter().map(Option::is_some);
        self.plan.files.retain(|_| keeps.next().unwrap_or(true));
        let mut keeps = numbers.iter().map(Option::is_some);
        self.plan.notes.retain(|_| keeps.next().unwrap_or(true));
        let mut keeps = numbers.iter().map(Option::is_some);
        self.plan.reaches.retain(|_| keeps.next().unwrap_or(true));
        self.pieces.renumber(number);
        self.watched.renumber(number);
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
            judge(state, (all.norms, &all.suspects), (filter, false), (&self.plan, shows));
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

/// Of a file at least so much is read at once, bytes: more than any record.
const LEAST: u64 = if cfg!(test) { 1 << 10 } else { 32 << 20 };
