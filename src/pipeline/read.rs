//! A run: what is read, how often, and what comes of it.

use super::judge::{Judged, judge, look};
use super::near::Near;
use super::parts::SpillError;
use super::pass::Pass;
use super::pieces::Pieces;
use super::plan::{Plan, plan};
use super::seen::Seen;
use super::state::{Basis, Order, State};
use super::{Findings, Needs, Options, ReadError, Reading, Run};
use crate::input::{InputError, Packing, Source};
use crate::model::name::Names;
use crate::route::shape::Shapes;
use crate::route::store::Keyer;
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
) -> Result<Reading, ReadError> {
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
    let Passed { mut state, seen, errors, pieces } = reader.pass(needs, None)?;
    let names = state.names();
    let coverage = tally::coverage(seen.coverage.iter().map(|((s, h), n)| (*s, *h, *n)), names);
    let events = tally::events(seen.events.iter().map(|((e, s, ue, us), n)| (*e, *s, *ue, *us, *n)), names);
    let (tally, judged) = pool.install(|| reader.judge(&state, &pieces))?;
    if two {
        let chosen = pool.install(|| state.ordered(&options.filter));
        let basis = pool.install(|| state.basis_of(chosen.iter().map(Order::spot)));
        drop(state);
        state = reader.pass(wants, Some((&basis, &pieces)))?.state;
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

/// What one reading gave.
struct Passed {
    state: State,
    seen: Seen,
    pieces: Pieces,
    errors: Vec<InputError>,
}

impl Reader<'_> {
    /// Reads all files, or again some messages, from the pieces in which they lie.
    fn pass(&self, needs: Needs, again: Option<(&Basis, &Pieces)>) -> Result<Passed, SpillError> {
        if let (Some(file), Some(_)) = (self.plan.files.first(), again) {
            file.twins.forget();
        }
        let (names, shapes) = (Names::default(), Shapes::default());
        let Options { window, filter, include_probes, .. } = self.options;
        let run = Run {
            names: &names,
            shapes: &shapes,
            keyer: &self.keyer,
            window: *window,
            filter,
            include_probes: *include_probes,
            needs,
            only: again.map(|(basis, _)| &basis.keys),
            near: self.near.as_ref(),
            parting: foldhash::fast::RandomState::default(),
        };
        let places = again.map(|(basis, pieces)| pieces.places(&basis.rows));
        let pass = Pass::new(&self.plan.files, places, self.options, self.progress);
        let mut done = pass.read(&run, self.pool);
        let resubmitted = std::mem::take(&mut done.seen.resubmitted);
        let build = || State::new(done.parts, (names.freeze(), shapes.freeze()), needs.texts, resubmitted);
        let state = self.pool.install(build);
        state.error()?;
        Ok(Passed { state, seen: done.seen, pieces: done.pieces, errors: done.errors })
    }

    /// Adds up and judges all messages, as far as that was asked for.
    fn judge(&self, state: &State, pieces: &Pieces) -> Result<(Option<Tally>, Judged), SpillError> {
        let (wants, filter) = (self.options.needs, &self.options.filter);
        if !wants.sums && wants.findings == Findings::None {
            return Ok((None, Judged::default()));
        }
        let (tally, norms, suspects) = look(state, filter, wants.sums);
        let every = wants.findings == Findings::Instances;
        let (mut judged, shown) = judge(state, (norms, &suspects), (filter, every), self.plan);
        if wants.shows_findings() && !shown.is_empty() {
            let all = Needs { texts: true, ..wants };
            let again = if self.once {
                None
            } else {
                let basis = state.basis_of(shown.into_iter());
                Some(self.pass(all, Some((&basis, pieces)))?.state)
            };
            judged.illustrate(again.as_ref().unwrap_or(state), filter, &self.plan.notes, every);
        }
        state.error()?;
        Ok((tally, judged))
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
