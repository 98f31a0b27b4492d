//! A run: what is read, how often, and what comes of it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use hashbrown::HashSet;

use super::archive::Archive;
use super::judge::{Judged, Overview, judge, look};
use super::near::{self, Near};
use super::parts::SpillError;
use super::pass::Pass;
use super::pieces::{Pieces, Places};
use super::plan::{Plan, Planned, plan};
use super::seen::Seen;
use super::state::{Order, State};
use super::trail::{self, Trail};
use super::{Findings, Needs, Options, ReadError, Reading, Run};
use crate::input::{InputError, Packing, Source};
use crate::model::journey::Journey;
use crate::model::name::{Names, Symbol};
use crate::model::page::Page;
use crate::model::report::{CoverageRow, EventRow};
use crate::model::series::Series;
use crate::model::time::Timestamp;
use crate::parse::needle::Needles;
use crate::route::shape::Shapes;
use crate::route::store::Keyer;
use crate::tally::{self, Tally};

/// Reads all sources. `progress` is told the bytes as they are read.
///
/// Where only some messages are asked for with all their texts, or the samples of findings, the logs are
/// read twice: once to find the messages, once to keep just these. Messages that are asked for by their ids
/// are found as texts instead, where nothing is wanted that rests on all the others. Standard input can be
/// read once only, so all is kept.
pub fn read(
    sources: Vec<Source>,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Reading, ReadError> {
    read_and_keep(sources, options, progress).map(|(reading, _)| reading)
}

/// The same, and where everything lies, so that it can be asked for again.
pub fn read_and_keep(
    sources: Vec<Source>,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Reading, Archive), ReadError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    let once = sources.iter().any(|s| s.packing == Packing::Stdin);
    let mut plan = pool.install(|| plan(sources, &options.window));
    let keyer = Keyer::default();
    let mut reader = Reader { plan: &mut plan, options, progress, pool: &pool, keyer: &keyer, once };
    let found = pool.in_place_scope(|scope| {
        if let Some(told) = &options.topology {
            scope.spawn(|_| drop(Arc::clone(told.get())));
        }
        match reader.follow() {
            Some(trail) => reader.read_found(trail),
            None => reader.read_all(),
        }
    })?;
    let Found { state, seen, errors, tables, verdict, searched, pieces } = found;
    let notes = plan.notes.clone();
    let mut reading = account(&mut plan, seen, errors, state.with_pool(pool), tables);
    plan.notes = notes;
    let archive = Archive::new(plan, pieces, keyer, options.clone());
    (reading.tally, reading.judged, reading.orders) = (verdict.tally, verdict.judged, verdict.orders);
    (reading.series, reading.page) = (verdict.series, verdict.page.unwrap_or_default());
    reading.searched = searched;
    Ok((reading, archive))
}

/// What every reading of one run shares.
pub(super) struct Reader<'r> {
    pub plan: &'r mut Plan,
    pub options: &'r Options,
    pub progress: &'r (dyn Fn(u64) + Sync),
    pub pool: &'r rayon::ThreadPool,
    pub keyer: &'r Keyer,
    /// Something can be read once only.
    pub once: bool,
}

/// What all readings together gave.
struct Found {
    state: State,
    seen: Seen,
    errors: Vec<InputError>,
    tables: Tables,
    verdict: Verdict,
    searched: bool,
    pieces: Pieces,
}

/// What a look at all messages gave.
#[derive(Default)]
struct Verdict {
    tally: Option<Tally>,
    series: Option<Series>,
    page: Option<Page>,
    judged: Judged,
    orders: Option<Vec<Order>>,
}

/// Rows by server and hour, and by event and source.
type Tables = (Vec<CoverageRow>, Vec<EventRow>);

/// What is read, if not all: messages again or at once where they were found as texts, or what holds a text.
#[derive(Default)]
pub(super) struct Again<'a> {
    pub keys: Option<&'a HashSet<u128>>,
    pub places: Option<Places>,
    pub holding: Option<&'a Needles>,
    /// Ends it before its end, when it is set.
    pub stop: Option<&'a AtomicBool>,
}

/// What one reading gave.
pub(super) struct Passed {
    pub state: State,
    seen: Seen,
    pieces: Pieces,
    pub errors: Vec<InputError>,
}

impl Reader<'_> {
    /// Finds the messages as texts, if they are asked for by their ids and nothing rests on the others.
    fn follow(&self) -> Option<Trail> {
        let Options { needs, filter, keep_rejects, chunk, .. } = self.options;
        let of_all = needs.sums || needs.findings != Findings::None || *keep_rejects == usize::MAX;
        if self.once || of_all || !needs.texts {
            return None;
        }
        trail::follow(&self.plan.files, (filter, self.keyer), *chunk, self.progress, self.pool)
    }

    /// Reads what was found.
    fn read_found(&self, trail: Trail) -> Result<Found, SpillError> {
        let Trail { keys, needles, files, bytes, errors } = trail;
        let places = Places { pieces: Vec::new(), whole: files };
        let again = Again { keys: Some(&keys), places: Some(places), holding: Some(&needles), stop: None };
        let Passed { state, mut seen, pieces, .. } = self.pass(self.options.needs, again)?;
        seen.ledger.bytes = bytes;
        let near = self.near(&state);
        let searched = near.is_none();
        let seen = near.map_or(seen, |near| self.all().listen(&near, self.options, self.pool));
        let (tables, verdict) = (Tables::default(), Verdict::default());
        Ok(Found { state, seen, errors, tables, verdict, searched, pieces })
    }

    /// Reads all; where a packed log was found to end elsewhere than was thought, and rows of it may stand in
    /// another, once more.
    fn read_all(&mut self) -> Result<Found, SpillError> {
        if !self.once {
            self.plan.guess_ends();
        }
        let mut first = self.first()?;
        if self.plan.settle_ends(|file| first.seen.files.get(&(file as u32))?.last) {
            drop(first);
            first = self.first()?;
        }
        self.conclude(first)
    }

    /// Reads all once.
    fn first(&self) -> Result<Passed, SpillError> {
        let wants = self.options.needs;
        let needs = match () {
            () if self.once && wants.shows_findings() => Needs { texts: true, ..wants },
            () if self.twice() => Needs { texts: false, ..wants },
            () => wants,
        };
        self.pass(needs, Again::default())
    }

    /// What all that was read comes to; reads again what must be shown with its texts.
    fn conclude(&self, all: Passed) -> Result<Found, SpillError> {
        let (wants, filter) = (self.options.needs, &self.options.filter);
        let Passed { mut state, mut seen, errors, pieces } = all;
        let names = state.names();
        let coverage = tally::coverage(seen.coverage.iter().map(|((s, h), n)| (*s, *h, *n)), names);
        let events =
            tally::events(seen.events.iter().map(|((e, s, ue, us), n)| (*e, *s, *ue, *us, *n)), names);
        let verdict = self.pool.install(|| self.judge(&state, &pieces))?;
        if let Some(near) = self.near(&state) {
            seen.near = if self.once {
                self.pool.install(|| near_in(&state, &near))
            } else {
                self.all().listen(&near, self.options, self.pool).near
            };
        }
        if self.twice() {
            let chosen = self.pool.install(|| state.ordered(filter));
            let basis = self.pool.install(|| state.basis_of(chosen.iter().map(Order::spot)));
            drop(state);
            let places = self.places(&pieces, &basis.rows);
            let again = Again { keys: Some(&basis.keys), places: Some(places), ..Again::default() };
            state = self.pass(wants, again)?.state;
        }
        Ok(Found { state, seen, errors, tables: (coverage, events), verdict, searched: false, pieces })
    }

    /// Whether some messages are asked for with texts, so that a second reading keeps only these.
    fn twice(&self) -> bool {
        self.options.needs.texts && !self.options.filter.is_empty() && !self.once
    }

    /// A message-id whose like is to be looked for, since no message was found.
    fn near(&self, state: &State) -> Option<Near> {
        let near = self.options.near.as_deref().map(Near::new)?;
        self.pool.install(|| state.ordered(&self.options.filter)).is_empty().then_some(near)
    }

    /// Where rows of these servers and times lie.
    pub(super) fn places(&self, pieces: &Pieces, rows: &[(Symbol, Timestamp)]) -> Places {
        let seekable = |file: u32| self.plan.files.get(file as usize).is_some_and(Planned::is_seekable);
        pieces.places(rows, seekable)
    }

    /// A reading of all files.
    fn all(&self) -> Pass<'_> {
        Pass::new(&self.plan.files, None, self.options, self.progress)
    }

    /// Reads all files, or some messages, from the places in which they lie.
    pub(super) fn pass(&self, needs: Needs, again: Again<'_>) -> Result<Passed, SpillError> {
        if let Some(file) = self.plan.files.first() {
            file.twins.forget();
        }
        let (names, shapes) = (Names::default(), Shapes::default());
        let Options { window, filter, include_probes, .. } = self.options;
        let run = Run {
            names: &names,
            shapes: &shapes,
            keyer: self.keyer,
            window: *window,
            filter,
            include_probes: *include_probes,
            needs,
            only: again.keys,
            holding: again.holding,
            parting: foldhash::fast::RandomState::default(),
        };
        let pass = Pass::new(&self.plan.files, again.places, self.options, self.progress).until(again.stop);
        let mut done = pass.read(&run, self.pool);
        let resubmitted = std::mem::take(&mut done.seen.resubmitted);
        let build = || State::new(done.parts, (names.freeze(), shapes.freeze()), needs.texts, resubmitted);
        let state = self.pool.install(build);
        state.error()?;
        Ok(Passed { state, seen: done.seen, pieces: done.pieces, errors: done.errors })
    }

    /// Adds up and judges all messages, as far as that was asked for.
    fn judge(&self, state: &State, pieces: &Pieces) -> Result<Verdict, SpillError> {
        let (wants, filter) = (self.options.needs, &self.options.filter);
        if !wants.sums && wants.findings == Findings::None {
            return Ok(Verdict::default());
        }
        let topology = self.options.topology.as_ref().map(|told| told.get());
        let all =
            look(state, (filter, topology, self.options.thresholds), (wants, wants.texts && !self.twice()));
        let Overview { tally, series, page, norms, suspects, orders } = all;
        let every = wants.findings == Findings::Instances;
        let (mut judged, shown) = judge(state, (norms, &suspects), (filter, wants), (self.plan, |_| true));
        if wants.shows_findings() && !shown.is_empty() {
            let all = Needs { texts: true, ..wants };
            let again = if self.once {
                None
            } else {
                let basis = state.basis_of(shown.into_iter());
                let places = self.places(pieces, &basis.rows);
                let again = Again { keys: Some(&basis.keys), places: Some(places), ..Again::default() };
                Some(self.pass(all, again)?.state)
            };
            let shown = again.as_ref().unwrap_or(state);
            judged.illustrate(shown, filter, &self.plan.notes, every);
            if wants.page {
                judged.sample(shown, filter);
                judged.names = again.map(State::into_names);
            }
        }
        state.error()?;
        Ok(Verdict { tally, series, page, judged, orders })
    }
}

/// message-ids like one, of what was kept.
fn near_in(state: &State, near: &Near) -> near::Found {
    let look = |found: &mut near::Found, _, journey: &Journey| {
        near.look(state.names().get(journey.message_id), found);
    };
    let merge =
        |found: &mut near::Found, more: near::Found| more.into_iter().for_each(|one| near::add(found, one));
    state.fold(near::Found::new, look, merge)
}

/// Puts together what a run has read.
pub(super) fn account(
    plan: &mut Plan,
    seen: Seen,
    read_errors: Vec<InputError>,
    state: State,
    (coverage, events): Tables,
) -> Reading {
    let mut files = std::mem::take(&mut plan.notes);
    for (number, count) in &seen.files {
        if let Some(note) = files.get_mut(*number as usize) {
            (note.records, note.bytes, note.rejects) = (count.records, count.bytes, count.rejects);
            note.note = count.cut_off.then(|| {
                "the last line is cut off: the server was stopped while writing, or the file still grows"
                    .to_owned()
            });
        }
    }
    let mut errors = std::mem::take(&mut plan.errors);
    errors.extend(read_errors);
    let mut rejects = seen.rejects;
    rejects.sort_unstable_by_key(|r| r.position);
    Reading {
        state,
        ledger: seen.ledger,
        searched: false,
        period: seen.period,
        unattached: seen.unattached,
        coverage,
        events,
        files,
        left_out: std::mem::take(&mut plan.left_out),
        files_outside_window: plan.outside_window,
        errors,
        rejects_by_reason: seen.reasons.into_iter().collect(),
        rejects,
        near: seen.near.into_iter().map(|(_, id)| id).collect(),
        tally: None,
        series: None,
        page: Page::default(),
        orders: None,
        judged: Judged::default(),
    }
}
