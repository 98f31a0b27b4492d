//! All messages when everything is read: which bags are one message, and the way to visit each.

mod basis;
mod keyed;
mod order;
mod sweep;

use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::parts::{Parts, SpillError};
use super::ties::{Named, Place, find_joined, ids_of};
use crate::model::journey::Journey;
use crate::model::name::Frozen;
use crate::route::batch::PARTS;
use crate::route::fact::Bag;
use crate::route::join::partition;
use crate::route::journey::Builder;
use crate::route::shape::FrozenShapes;
use crate::route::store::{KeyKind, Shard};

pub use order::Order;
pub(super) use order::sort;
pub(super) use sweep::Swept;

/// Where a message lies: shard (8 bits), bag or set of joined bags (32) and which of its messages (24), since
/// there may be one of these for every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(Default))]
pub struct Spot(u64);

impl Spot {
    fn new(unit: Unit, number: u32) -> Self {
        let (Unit::Single(_, bag) | Unit::Joined(bag)) = unit;
        Self((unit.shard() as u64) << 56 | u64::from(bag) << 24 | u64::from(number))
    }

    fn unit(self) -> Unit {
        let bag = (self.0 >> 24) as u32;
        match self.shard() {
            PARTS => Unit::Joined(bag),
            shard => Unit::Single(shard as u16, bag),
        }
    }

    fn shard(self) -> usize {
        (self.0 >> 56) as usize
    }

    /// Which of the messages there.
    pub(super) fn number(self) -> u32 {
        self.0 as u32 & 0xFF_FFFF
    }
}

/// The messages of a run.
#[derive(Debug)]
pub struct State {
    parts: Parts,
    /// The parts where they fit in memory, and behind them one of bags that are looked at together.
    shards: Vec<Option<Shard>>,
    names: Frozen,
    shapes: FrozenShapes,
    /// Bags that share a message-id, by their numbers in the last shard: joined and parted together.
    joined: Vec<Vec<u32>>,
    /// Those bags, by shard, so that they are not visited alone.
    in_joined: Vec<HashSet<u32>>,
    pool: Option<rayon::ThreadPool>,
    texts: bool,
    /// network-message-ids, and hashes of message-ids where there is none, of messages that were sent again
    /// from Safety Net or by shadow redundancy.
    resubmitted: HashSet<u128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Shard and number.
    Single(u16, u32),
    Joined(u32),
}

impl Unit {
    fn shard(self) -> usize {
        match self {
            Self::Single(shard, _) => usize::from(shard),
            Self::Joined(_) => PARTS,
        }
    }
}

impl State {
    /// Builds the parts, or if they do not fit in memory looks at each once. Runs on the threads it is called on.
    pub(super) fn new(
        parts: Parts,
        (names, shapes): (Frozen, FrozenShapes),
        texts: bool,
        resubmitted: HashSet<u128>,
    ) -> Self {
        let spilled = parts.spilled();
        if spilled {
            parts.put_all_away();
        }
        let looked: Vec<(Option<Shard>, Vec<Named>)> = (0..PARTS)
            .into_par_iter()
            .map(|number| {
                let shard = parts.load(number);
                let ids = ids_of(&shard, number);
                ((!spilled).then_some(shard), ids)
            })
            .collect();
        let (mut shards, ids): (Vec<_>, Vec<_>) = looked.into_iter().unzip();
        let places = find_joined(&ids);
        drop(ids);
        let mut in_joined: Vec<HashSet<u32>> = vec![HashSet::new(); PARTS + 1];
        for (shard, number) in places.iter().flatten() {
            if let Some(set) = in_joined.get_mut(usize::from(*shard)) {
                set.insert(*number);
            }
        }
        shards.push(None);
        let mut state = Self {
            parts,
            shards,
            names,
            shapes,
            joined: Vec::new(),
            in_joined,
            pool: None,
            texts,
            resubmitted,
        };
        state.gather(&places);
        state
    }

    /// Copies the bags that are looked at together into a shard of their own.
    fn gather(&mut self, places: &[Vec<Place>]) {
        let mut theirs = Shard::default();
        let mut at: HashMap<Place, u32> = HashMap::new();
        for (shard, numbers) in self.in_joined.iter().enumerate().filter(|(_, n)| !n.is_empty()) {
            let mut numbers: Vec<u32> = numbers.iter().copied().collect();
            numbers.sort_unstable();
            for number in &numbers {
                at.insert((shard as u16, *number), at.len() as u32);
            }
            self.with(shard, |shard| theirs.adopt(shard, numbers.iter()));
        }
        let number = |place: &Place| at.get(place).copied();
        self.joined = places.iter().map(|set| set.iter().filter_map(number).collect()).collect();
        if let Some(last) = self.shards.last_mut() {
            *last = Some(theirs);
        }
    }

    /// Looks at a shard, which may have to be built for it.
    fn with<T>(&self, number: usize, look: impl FnOnce(&Shard) -> T) -> T {
        match self.shards.get(number) {
            Some(Some(shard)) => look(shard),
            _ => look(&self.parts.load(number)),
        }
    }

    /// Gives back what it was made of, to be added to.
    pub(super) fn dissolve(self) -> (Parts, (Frozen, FrozenShapes), HashSet<u128>) {
        (self.parts, (self.names, self.shapes), self.resubmitted)
    }

    /// What went wrong with parts that were put aside; asked when all is done.
    pub fn error(&self) -> Result<(), SpillError> {
        self.parts.error()
    }

    /// Lets the threads of the reading do the visiting too.
    pub(super) fn with_pool(self, pool: rayon::ThreadPool) -> Self {
        Self { pool: Some(pool), ..self }
    }

    pub(in crate::pipeline) fn on_threads<T: Send>(&self, f: impl FnOnce() -> T + Send) -> T {
        match &self.pool {
            Some(pool) => pool.install(f),
            None => f(),
        }
    }

    /// Whether all that rows say was kept, and so the hops of every message can be told.
    pub(super) fn keeps_texts(&self) -> bool {
        self.texts
    }

    /// The threads of the reading.
    pub(super) fn pool(&self) -> Option<&rayon::ThreadPool> {
        self.pool.as_ref()
    }

    /// The texts.
    pub fn names(&self) -> &Frozen {
        &self.names
    }

    /// The texts alone.
    pub(super) fn into_names(self) -> Frozen {
        self.names
    }

    /// The units of a shard.
    fn units(&self, number: usize, shard: &Shard) -> Vec<Unit> {
        if number == PARTS {
            return (0..self.joined.len() as u32).map(Unit::Joined).collect();
        }
        let joined = self.in_joined.get(number);
        (0..shard.len())
            .filter(|i| joined.is_none_or(|j| !j.contains(i)))
            .map(|i| Unit::Single(number as u16, i))
            .collect()
    }

    /// Builds the messages of a unit that are wanted, with their hops or, where they have no laps, without.
    fn visit(
        &self,
        (shard, unit): (&Shard, Unit),
        work: &mut Work,
        (hops, wants): (bool, impl Fn(u32) -> bool),
        mut f: impl FnMut(u32, &Journey),
    ) {
        work.bag.clear();
        let several = match unit {
            Unit::Single(_, number) => {
                shard.decode(number, &self.shapes, &mut work.bag);
                shard.key(number).is_some_and(|key| key.kind == KeyKind::MessageId)
            }
            Unit::Joined(number) => {
                for number in self.joined.get(number as usize).into_iter().flatten() {
                    shard.decode(*number, &self.shapes, &mut work.bag);
                }
                true
            }
        };
        work.bag.sort(&self.names);
        work.bag.drop_twins();
        if !several {
            let journey = work.builder.build(&work.bag, &self.names, hops);
            return f(0, &self.marked(journey, self.key_of(shard, unit)));
        }
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
            let journey = work.builder.build(&work.part, &self.names, hops);
            f(i, &self.marked(journey, self.key_of(shard, unit)));
        }
    }

    fn marked(&self, mut journey: Journey, key: u128) -> Journey {
        journey.key = key;
        let id = match journey.network_message_id {
            0 => u128::from(journey.links.0),
            id => id,
        };
        journey.resubmitted = self.resubmitted.contains(&id);
        journey
    }

    /// Lets every thread take shards, one after the other, and gives what each has made of its own.
    fn by_shard<T: Send>(
        &self,
        new: impl Fn() -> T + Sync + Send,
        look: impl Fn(&mut T, &mut Work, (usize, &Shard)) + Sync + Send,
    ) -> Vec<T> {
        let next = AtomicUsize::new(0);
        let part = |_: rayon::BroadcastContext<'_>| {
            let (mut out, mut work) = (new(), Work::default());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > PARTS {
                    return out;
                }
                self.with(number, |shard| look(&mut out, &mut work, (number, shard)));
            }
        };
        self.on_threads(|| rayon::broadcast(part))
    }

    /// As [`Self::by_shard`], of some spots only, which are in order; shards without are left out.
    fn by_spots<T: Send>(
        &self,
        spots: &[Spot],
        new: impl Fn() -> T + Sync + Send,
        look: impl Fn(&mut T, &mut Work, (&Shard, &[Spot])) + Sync + Send,
    ) -> Vec<T> {
        let groups: Vec<&[Spot]> = spots.chunk_by(|a, b| a.shard() == b.shard()).collect();
        let next = AtomicUsize::new(0);
        let part = |_: rayon::BroadcastContext<'_>| {
            let (mut out, mut work) = (new(), Work::default());
            while let Some(spots) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(first) = spots.first() else { continue };
                self.with(first.shard(), |shard| {
                    for spots in spots.chunk_by(|a, b| a.unit() == b.unit()) {
                        look(&mut out, &mut work, (shard, spots));
                    }
                });
            }
            out
        };
        self.on_threads(|| rayon::broadcast(part))
    }

    /// Visits every message on all threads: `add` to a part, `merge` the parts.
    pub fn fold<T: Send>(
        &self,
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, Spot, &Journey) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        self.fold_keyed((None, self.texts), new, add, merge)
    }

    /// The same with the hops of all, also where texts were not kept.
    pub(super) fn fold_hops<T: Send>(
        &self,
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, Spot, &Journey) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        self.fold_keyed((None, true), new, add, merge)
    }

    /// The same with the hops of all or not, over all messages or those of which something is kept under one of these keys.
    pub(super) fn fold_keyed<T: Send>(
        &self,
        (keys, hops): (Option<&HashSet<u128>>, bool),
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, Spot, &Journey) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        let look = |out: &mut T, work: &mut Work, (number, shard): (usize, &Shard)| {
            let units = self.units(number, shard);
            for unit in
                units.into_iter().filter(|unit| keys.is_none_or(|keys| self.is_under(shard, *unit, keys)))
            {
                self.visit((shard, unit), work, (hops, |_| true), |number, journey| {
                    add(out, Spot::new(unit, number), journey);
                });
            }
        };
        merged(self.by_shard(&new, look), &new, merge)
    }

    /// As [`Self::fold`], over some messages only, which are in order; all with their hops.
    pub fn fold_some<T: Send>(
        &self,
        spots: &[Spot],
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, Spot, &Journey) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        let look = |out: &mut T, work: &mut Work, (shard, spots): (&Shard, &[Spot])| {
            let Some(unit) = spots.first().map(|spot| spot.unit()) else { return };
            let wants = |number: u32| spots.binary_search(&Spot::new(unit, number)).is_ok();
            self.visit((shard, unit), work, (true, wants), |number, journey| {
                if wants(number) {
                    add(out, Spot::new(unit, number), journey);
                }
            });
        };
        merged(self.by_spots(spots, &new, look), &new, merge)
    }
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
