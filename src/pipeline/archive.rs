//! Logs that were read and may be asked again: which messages are there of one kind, what do their rows say.
//!
//! Nothing of them is kept but what the reading kept anyway and where rows lie; the texts of a few messages are read
//! anew. A log that was cut or replaced since then gives less, and that is said.

mod found;
mod raw;
mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::{HashMap, HashSet};

use super::filter::{Filter, Patterns};
use super::pieces::Pieces;
use super::plan::Plan;
use super::read::{Again, Reader};
use super::state::{Spot, State};
use super::window::Window;
use super::{Needs, Options, ReadError, Reading};
use crate::input::InputError;
use crate::model::intake::Position;
use crate::model::journey::Journey;
use crate::model::name::{Frozen, fold_case};
use crate::parse::needle::{Needles, SHORTEST};
use crate::route::store::Keyer;
use found::Id;

pub use found::{Found, Sort};
pub use raw::Raw;
pub use watch::Watch;

/// Where the rows of a reading lie.
#[derive(Debug)]
pub struct Archive {
    /// Copies are told apart by what was met before, so that one reads at a time.
    plan: Mutex<Plan>,
    pieces: Pieces,
    keyer: Keyer,
    options: Options,
}

/// Which messages are asked for; all that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// network-message-id.
    pub network_message_id: Option<u128>,
    /// message-id, with or without its angle brackets.
    pub message_id: Option<String>,
    /// Return path, else sender-address.
    pub sender: Patterns,
    /// Of leaves: recipient, connector, decision; the rest of it is not looked at.
    pub leaf: Filter,
    /// Server that wrote a row on the way of one recipient.
    pub server: Patterns,
    /// When its first row was written.
    pub window: Window,
    /// Number of a finding that holds for it, in the order of the reading's.
    pub finding: Option<usize>,
    /// Stands in one of its rows, whatever the column and the case of ASCII letters; where it is shorter than
    /// [`Question::SHORTEST_TEXT`], or no subject may be known, in an address of its sender or recipients.
    pub text: Option<String>,
    /// The order.
    pub sort: Sort,
    /// The other way round.
    pub reversed: bool,
}

impl Question {
    /// Bytes that a text must have to be looked for in all columns.
    pub const SHORTEST_TEXT: usize = SHORTEST;
}

/// Messages with all that their rows say.
#[derive(Debug)]
pub struct Whole {
    state: State,
    /// Each where it was asked for; none if its rows are not there any more.
    spots: Vec<Option<Spot>>,
}

impl Whole {
    /// The texts.
    pub fn names(&self) -> &Frozen {
        self.state.names()
    }

    /// The messages in the order in which they were asked for, with their hops.
    pub fn journeys(&self) -> Vec<Option<Journey>> {
        let mut spots: Vec<Spot> = self.spots.iter().flatten().copied().collect();
        spots.sort_unstable();
        spots.dedup();
        let journeys: HashMap<Spot, Journey> =
            spots.iter().copied().zip(self.state.journeys_at(&spots, true)).collect();
        self.spots.iter().map(|spot| spot.and_then(|spot| journeys.get(&spot).cloned())).collect()
    }
}

impl Archive {
    pub(super) fn new(plan: Plan, pieces: Pieces, keyer: Keyer, options: Options) -> Self {
        Self { plan: Mutex::new(plan), pieces, keyer, options }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The messages that a question takes, in its order. Where logs are searched,
    /// bytes are what is done; of a search that was given up the answer is worth nothing.
    pub fn find(
        &self,
        reading: &Reading,
        question: &Question,
        watch: &Watch,
    ) -> Result<Vec<Found>, ReadError> {
        let (state, names) = (&reading.state, reading.state.names());
        // Where no subject may be known, none may be guessed letter by letter either.
        let everywhere = |text: &&String| text.len() >= SHORTEST && self.options.needs.subjects;
        let long = question.text.as_ref().filter(everywhere).map(|text| text.as_bytes().to_vec());
        let short =
            question.text.as_ref().filter(|text| !everywhere(text)).map(|text| folded(text.as_bytes()));
        let message = question.message_id.as_ref().map(|id| self.keyer.message_id(id.as_bytes()));
        let keys = match (question.network_message_id, long) {
            (Some(id), _) => Some(HashSet::from([id])),
            (None, Some(text)) => Some(self.keys_of_rows_with(reading, &text, watch)?),
            (None, None) => None,
        };
        let finding = question.finding.map(|number| reading.judged.key(number));
        let hops = finding.is_some() || !question.server.is_empty();
        let wants = |journey: &Journey| {
            self.options.filter.takes(journey, names)
                && question.takes(journey, names)
                && message.is_none_or(|hash| hash != 0 && hash == journey.links.0)
                && short.as_ref().is_none_or(|text| is_in_addresses(text, journey, names))
                && finding
                    .as_ref()
                    .is_none_or(|key| key.is_some_and(|key| reading.judged.holds(key, journey, names)))
        };
        let add = |found: &mut Vec<Found>, spot: Spot, journey: &Journey| {
            if wants(journey) {
                found.push(Found::new(spot, (journey, names), question));
            }
        };
        let merge = |found: &mut Vec<Found>, more| found.extend(more);
        let mut found = match (&finding, &keys) {
            (Some(_), None) => state.fold_some(&reading.judged.suspects, Vec::new, add, merge),
            _ => state.fold_keyed((keys.as_ref(), hops), Vec::new, add, merge),
        };
        state.error()?;
        state.on_threads(|| found::sort(&mut found, question.reversed));
        Ok(found)
    }

    /// What was kept of some messages: no message-ids, subjects, evidence.
    pub fn outlines(&self, reading: &Reading, some: &[Found]) -> Vec<Journey> {
        let spots: Vec<Spot> = some.iter().map(Found::spot).collect();
        reading.state.journeys_at(&spots, true)
    }

    /// Reads some messages again, with all their texts.
    pub fn whole(&self, reading: &Reading, some: &[Found]) -> Result<Whole, ReadError> {
        let basis = reading.state.on_threads(|| reading.state.basis_of(some.iter().map(Found::spot)));
        let needs = Needs { texts: true, subjects: self.options.needs.subjects, ..Needs::default() };
        let state = self.with_reader(reading, &|_| {}, |reader| {
            let places = reader.places(&self.pieces, &basis.rows);
            let again = Again { keys: Some(&basis.keys), places: Some(places), ..Again::default() };
            Ok(reader.pass(needs, again)?.state)
        })?;
        let mut there: HashMap<Id, Spot> = HashMap::new();
        let add = |all: &mut Vec<(Id, Spot)>, spot: Spot, journey: &Journey| {
            all.push((Id::of(journey, spot), spot));
        };
        there.extend(state.fold(Vec::new, add, |all: &mut Vec<_>, more| all.extend(more)));
        state.error()?;
        let spots = some.iter().map(|one| there.get(&one.id()).copied()).collect();
        Ok(Whole { state, spots })
    }

    /// Reads the row that stands somewhere; `None` if no row begins there any more.
    pub fn raw(&self, at: Position) -> Result<Option<Raw>, InputError> {
        let plan = self.plan();
        if plan.files.get(at.file as usize).is_some_and(|file| file.source.is_no_file()) {
            return Ok(None);
        }
        raw::read(&plan, (&self.pieces, &self.options), at)
    }

    /// The place that a name, line and offset mean.
    pub fn position(&self, file: &str, line: u64, offset: u64) -> Option<Position> {
        let file = self.plan().notes.iter().position(|note| note.name == file)?;
        Some(Position { file: file as u32, line, offset })
    }

    /// The keys of messages of which a row holds a text.
    fn keys_of_rows_with(
        &self,
        reading: &Reading,
        text: &[u8],
        watch: &Watch,
    ) -> Result<HashSet<u128>, ReadError> {
        // In a quoted field a quote is two.
        let mut texts = vec![text.to_vec()];
        if text.contains(&b'"') {
            texts.push(String::from_utf8_lossy(text).replace('"', "\"\"").into_bytes());
        }
        let Some(needles) = Needles::new(&texts).map(Needles::to_the_letter) else {
            return Ok(HashSet::new());
        };
        let state = self.with_reader(reading, &|bytes| watch.add(bytes), |reader| {
            let again = Again { holding: Some(&needles), stop: Some(watch.flag()), ..Again::default() };
            let passed = reader.pass(Needs::default(), again)?;
            passed.errors.first().map_or(Ok(()), |e| Err(ReadError::Changed(e.to_string())))?;
            Ok(passed.state)
        })?;
        Ok(state.keys())
    }

    fn with_reader<T>(
        &self,
        reading: &Reading,
        progress: &(dyn Fn(u64) + Sync),
        read: impl FnOnce(&Reader<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let threads;
        let pool = match reading.state.pool() {
            Some(pool) => pool,
            None => {
                threads = rayon::ThreadPoolBuilder::new().num_threads(self.options.threads).build()?;
                &threads
            }
        };
        let mut plan = self.plan();
        // What is no file any more may keep whoever opens it waiting for good.
        let odd = plan.files.iter().find(|file| file.source.is_no_file());
        if let Some(odd) = odd {
            return Err(ReadError::Changed(format!("{}: no file any more", odd.source.name)));
        }
        let (options, keyer) = (&self.options, &self.keyer);
        read(&Reader { plan: &mut plan, options, progress, pool, keyer, once: false })
    }
}

impl Question {
    fn takes(&self, journey: &Journey, names: &Frozen) -> bool {
        let writes = |journey: &Journey| {
            let hops = journey.leaves.iter().flat_map(|leaf| &leaf.hops);
            hops.map(|hop| hop.server).any(|server| self.server.matches(names.get(server)))
        };
        self.network_message_id.is_none_or(|id| id == journey.network_message_id)
            && self.window.holds(journey.first_seen)
            && (self.sender.is_empty() || self.sender.matches(names.get(journey.sender)))
            && (self.leaf.is_empty() || journey.leaves.iter().any(|leaf| self.leaf.takes_leaf(leaf, names)))
            && (self.server.is_empty() || writes(journey))
    }
}

fn folded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    fold_case(text, &mut out);
    out
}

/// Whether a text in lower case stands in an address of a message.
fn is_in_addresses(text: &[u8], journey: &Journey, names: &Frozen) -> bool {
    let of_leaves = journey.leaves.iter().flat_map(|leaf| {
        [leaf.recipient, leaf.final_recipient].into_iter().chain(leaf.via.iter().map(|via| via.to))
    });
    std::iter::once(journey.sender)
        .chain(of_leaves)
        .any(|address| memchr::memmem::find(&folded(names.get(address)), text).is_some())
}
