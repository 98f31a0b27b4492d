//! All messages when everything is read: which bags are one message, and the way to visit each.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::filter::Filter;
use crate::model::intake::Position;
use crate::model::journey::Journey;
use crate::model::name::Frozen;
use crate::model::time::Timestamp;
use crate::route::fact::Bag;
use crate::route::join::partition;
use crate::route::journey::Builder;
use crate::route::store::{KeyKind, Shard};

/// Where a bag lies: shard and number.
type Place = (u16, u32);

/// Where a message lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    unit: Unit,
    /// Which of the unit's messages.
    number: u32,
}

/// The messages of a run.
#[derive(Debug)]
pub struct State {
    shards: Vec<Shard>,
    names: Frozen,
    /// Bags that share a message-id, or that only a message-id names: joined and parted together.
    joined: Vec<Vec<Place>>,
    /// Those bags, by shard, so that they are not visited alone.
    in_joined: Vec<HashSet<u32>>,
    pool: Option<rayon::ThreadPool>,
    texts: bool,
    /// network-message-ids, and hashes of message-ids where there is none, of messages that were sent again
    /// from Safety Net or by shadow redundancy.
    resubmitted: HashSet<u128>,
}

/// One message in the order of output.
#[derive(Clone, Debug)]
pub struct Order {
    first_seen: Timestamp,
    message_id: Vec<u8>,
    /// Where all else is equal, as when a scanner writes without any id.
    evidence: Position,
    spot: Spot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Single(Place),
    Joined(u32),
}

impl Order {
    /// Where the message lies.
    pub(super) fn spot(&self) -> Spot {
        self.spot
    }

    /// Whether two messages sort by the same time and id, so that their rows stand among each other.
    pub fn ties(&self, other: &Self) -> bool {
        self.first_seen == other.first_seen && self.message_id == other.message_id
    }
}

impl State {
    pub(super) fn new(shards: Vec<Shard>, names: Frozen, texts: bool, resubmitted: HashSet<u128>) -> Self {
        let (joined, in_joined) = find_joined(&shards);
        Self { shards, names, joined, in_joined, pool: None, texts, resubmitted }
    }

    /// Lets the threads of the reading do the visiting too.
    pub(super) fn with_pool(self, pool: rayon::ThreadPool) -> Self {
        Self { pool: Some(pool), ..self }
    }

    fn on_threads<T: Send>(&self, f: impl FnOnce() -> T + Send) -> T {
        match &self.pool {
            Some(pool) => pool.install(f),
            None => f(),
        }
    }

    /// The texts.
    pub fn names(&self) -> &Frozen {
        &self.names
    }

    fn units(&self) -> Vec<Unit> {
        let singles = self.shards.iter().zip(&self.in_joined).enumerate().flat_map(|(shard, (s, joined))| {
            (0..s.entries.len() as u32)
                .filter(|i| !joined.contains(i))
                .map(move |i| Unit::Single((shard as u16, i)))
        });
        let joined = (0..self.joined.len() as u32).map(Unit::Joined);
        singles.chain(joined).collect()
    }

    fn visit(&self, unit: Unit, work: &mut Work, f: impl FnMut(u32, &Journey)) {
        self.visit_some(unit, work, (self.texts, |_| true), f);
    }

    /// Builds the messages of a unit that are wanted, with their hops or, where they have no laps, without.
    fn visit_some(
        &self,
        unit: Unit,
        work: &mut Work,
        (hops, wants): (bool, impl Fn(u32) -> bool),
        mut f: impl FnMut(u32, &Journey),
    ) {
        work.bag.clear();
        match unit {
            Unit::Single(place) => {
                self.decode(place, &mut work.bag);
                work.bag.sort(&self.names);
                work.bag.drop_twins();
                f(0, &self.marked(work.builder.build(&work.bag, &self.names, hops)));
            }
            Unit::Joined(number) => {
                for place in self.joined.get(number as usize).into_iter().flatten() {
                    self.decode(*place, &mut work.bag);
                }
                work.bag.sort(&self.names);
                work.bag.drop_twins();
                for (i, group) in (0u32..).zip(partition(&work.bag, &self.names)).filter(|(i, _)| wants(*i)) {
                    work.part.clear();
                    for number in group {
                        let Some(fact) = work.bag.facts.get(number as usize) else { continue };
                        let mut fact = *fact;
                        let people = work.bag.recipients_of(&fact);
                        fact.first = work.part.recipients.len() as u32;
                        work.part.recipients.extend_from_slice(people);
                        work.part.facts.push(fact);
                    }
                    f(i, &self.marked(work.builder.build(&work.part, &self.names, hops)));
                }
            }
        }
    }

    fn marked(&self, mut journey: Journey) -> Journey {
        let id = match journey.network_message_id {
            0 => u128::from(journey.links.0),
            id => id,
        };
        journey.resubmitted = self.resubmitted.contains(&id);
        journey
    }

    fn decode(&self, (shard, number): Place, bag: &mut Bag) {
        let Some(shard) = self.shards.get(usize::from(shard)) else { return };
        if let Some(entry) = shard.entries.get(number as usize) {
            shard.decode(entry, bag);
        }
    }

    /// Visits every message on all threads: `add` to a part, `merge` the parts.
    pub fn fold<T: Send>(
        &self,
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, Spot, &Journey) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        let units = self.units();
        // A share goes on where another ended, so that there are no more parts to merge than threads.
        let parts = Mutex::new(Vec::new());
        let part = |units: &[Unit]| {
            let started = parts.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let (mut out, mut work) = started.unwrap_or_else(|| (new(), Work::default()));
            for unit in units {
                let unit = *unit;
                self.visit(unit, &mut work, |number, journey| add(&mut out, Spot { unit, number }, journey));
            }
            parts.lock().unwrap_or_else(PoisonError::into_inner).push((out, work));
        };
        self.on_threads(|| units.par_chunks(share(units.len())).for_each(part));
        let parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        merged(parts.into_iter().map(|(out, _)| out).collect(), &new, merge)
    }

    /// As [`Self::fold`], over some messages only, which are in order; all with their hops.
    pub fn fold_some<T: Send>(
        &self,
        spots: &[Spot],
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, Spot, &Journey) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        let units: Vec<&[Spot]> = spots.chunk_by(|a, b| a.unit == b.unit).collect();
        let part = |units: &[&[Spot]]| {
            let (mut out, mut work) = (new(), Work::default());
            for spots in units {
                let Some(&Spot { unit, .. }) = spots.first() else { continue };
                let wants = |number: u32| spots.binary_search(&Spot { unit, number }).is_ok();
                self.visit_some(unit, &mut work, (true, wants), |number, journey| {
                    if wants(number) {
                        add(&mut out, Spot { unit, number }, journey);
                    }
                });
            }
            out
        };
        let parts: Vec<T> = self.on_threads(|| units.par_chunks(share(units.len())).map(part).collect());
        merged(parts, &new, merge)
    }

    /// The messages the filter takes, in the order of output.
    pub fn ordered(&self, filter: &Filter) -> Vec<Order> {
        let units = self.units();
        let part = |units: &[Unit]| {
            let (mut out, mut work) = (Vec::new(), Work::default());
            let mut add = |unit: Unit, number: u32, journey: &Journey| {
                if filter.takes(journey, &self.names) {
                    let message_id = self.names.get(journey.message_id).to_vec();
                    out.push(Order {
                        first_seen: journey.first_seen,
                        message_id,
                        evidence: journey.evidence,
                        spot: Spot { unit, number },
                    });
                }
            };
            for unit in units {
                self.visit(*unit, &mut work, |number, journey| add(*unit, number, journey));
            }
            out
        };
        let mut all: Vec<Order> = self.on_threads(|| units.par_chunks(4096).flat_map_iter(part).collect());
        all.sort_by(|a, b| {
            (a.first_seen, &a.message_id, a.evidence).cmp(&(b.first_seen, &b.message_id, b.evidence))
        });
        all
    }

    /// The journeys of some messages, in their order.
    pub fn journeys(&self, orders: &[Order]) -> Vec<Journey> {
        // A unit may hold many of them, so each is visited once and builds only those.
        let mut wanted: BTreeMap<Unit, BTreeMap<u32, usize>> = BTreeMap::new();
        for (place, order) in orders.iter().enumerate() {
            wanted.entry(order.spot.unit).or_default().insert(order.spot.number, place);
        }
        let wanted: Vec<(Unit, BTreeMap<u32, usize>)> = wanted.into_iter().collect();
        let part = |units: &[(Unit, BTreeMap<u32, usize>)]| {
            let (mut out, mut work) = (Vec::new(), Work::default());
            for (unit, numbers) in units {
                let wants = |number: u32| numbers.contains_key(&number);
                self.visit_some(*unit, &mut work, (self.texts, wants), |number, journey| {
                    out.extend(numbers.get(&number).map(|place| (*place, journey.clone())));
                });
            }
            out
        };
        let mut found: Vec<(usize, Journey)> =
            self.on_threads(|| wanted.par_chunks(64).flat_map_iter(part).collect());
        found.sort_unstable_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, journey)| journey).collect()
    }

    /// The keys of all bags that some messages rest on, for a second reading of just these.
    pub fn keys_of(&self, spots: impl Iterator<Item = Spot>) -> HashSet<u128> {
        let mut keys = HashSet::new();
        for spot in spots {
            let places = match spot.unit {
                Unit::Single(place) => vec![place],
                Unit::Joined(number) => self.joined.get(number as usize).cloned().unwrap_or_default(),
            };
            for (shard, number) in places {
                let entry = self.shards.get(usize::from(shard)).and_then(|s| s.entries.get(number as usize));
                keys.extend(entry.map(|e| e.key.value));
            }
        }
        keys
    }
}

/// How many units a thread takes at once.
fn share(units: usize) -> usize {
    units.div_ceil(rayon::current_num_threads() * 8).max(1)
}

/// All parts in one.
fn merged<T>(parts: Vec<T>, new: impl Fn() -> T, merge: impl Fn(&mut T, T)) -> T {
    let mut parts = parts.into_iter();
    let mut out = parts.next().unwrap_or_else(new);
    for part in parts {
        merge(&mut out, part);
    }
    out
}

/// Working memory of one thread.
#[derive(Debug, Default)]
struct Work {
    bag: Bag,
    part: Bag,
    builder: Builder,
}

/// Bags to be looked at together: those that share a message-id, and those that only a message-id names.
fn find_joined(shards: &[Shard]) -> (Vec<Vec<Place>>, Vec<HashSet<u32>>) {
    let mut ids: Vec<(u64, Place)> = Vec::new();
    let mut groups = Groups::default();
    for (shard, s) in shards.iter().enumerate() {
        for (number, entry) in (0u32..).zip(&s.entries) {
            let place = (shard as u16, number);
            if entry.key.message_id != 0 {
                ids.push((entry.key.message_id, place));
            }
            if entry.key.kind == KeyKind::MessageId {
                groups.add(place);
            }
        }
        ids.extend(s.aliases.iter().map(|(id, number)| (*id, (shard as u16, *number))));
    }
    ids.par_sort_unstable();
    for pair in ids.windows(2) {
        if let [(a, one), (b, other)] = pair
            && a == b
            && one != other
        {
            groups.tie(*one, *other);
        }
    }
    let joined = groups.finish();
    let mut in_joined: Vec<HashSet<u32>> = shards.iter().map(|_| HashSet::new()).collect();
    for (shard, number) in joined.iter().flatten() {
        if let Some(set) = in_joined.get_mut(usize::from(*shard)) {
            set.insert(*number);
        }
    }
    (joined, in_joined)
}

/// Union-find over places.
#[derive(Debug, Default)]
struct Groups {
    parent: HashMap<Place, Place>,
}

impl Groups {
    fn add(&mut self, place: Place) {
        self.parent.entry(place).or_insert(place);
    }

    fn root(&self, mut place: Place) -> Place {
        while let Some(up) = self.parent.get(&place).filter(|up| **up != place) {
            place = *up;
        }
        place
    }

    fn tie(&mut self, a: Place, b: Place) {
        self.add(a);
        self.add(b);
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.parent.insert(a.max(b), a.min(b));
        }
    }

    fn finish(self) -> Vec<Vec<Place>> {
        let mut sets: HashMap<Place, Vec<Place>> = HashMap::new();
        for place in self.parent.keys() {
            sets.entry(self.root(*place)).or_default().push(*place);
        }
        let mut out: Vec<Vec<Place>> = sets.into_values().collect();
        for set in &mut out {
            set.sort_unstable();
        }
        out.sort_unstable();
        out
    }
}
