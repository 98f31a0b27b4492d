//! Which bags share a message-id, so that they are looked at together.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::route::store::Shard;

/// Where a bag lies: shard and number.
pub(super) type Place = (u16, u32);

/// A message-id by its hash, and a bag known by it.
pub(super) type Named = (u64, Place);

/// All message-ids of a shard.
pub(super) fn ids_of(shard: &Shard, number: usize) -> Vec<Named> {
    let own = (0..shard.len()).filter_map(|i| Some((shard.key(i)?.message_id, i)));
    let ids = own.filter(|(id, _)| *id != 0).chain(shard.aliases.iter().copied());
    let mut all = Vec::with_capacity(shard.len() as usize + shard.aliases.len());
    all.extend(ids.map(|(id, i)| (id, (number as u16, i))));
    all
}

/// Message-ids are sorted in so many lots, so that there is no second list of all.
const LOTS: u64 = 16;

/// Bags to be looked at together: those that share a message-id.
pub(super) fn find_joined(ids: &[Vec<Named>]) -> Vec<Vec<Place>> {
    let ties = |lot: u64| {
        let mut some: Vec<Named> = ids.iter().flatten().filter(|(id, _)| id % LOTS == lot).copied().collect();
        some.sort_unstable();
        let pairs = some.windows(2).filter_map(|pair| match pair {
            [(a, one), (b, other)] if a == b && one != other => Some((*one, *other)),
            _ => None,
        });
        pairs.collect::<Vec<_>>()
    };
    let ties: Vec<Vec<(Place, Place)>> = (0..LOTS).into_par_iter().map(ties).collect();
    let mut groups = Groups::default();
    ties.into_iter().flatten().for_each(|(one, other)| groups.tie(one, other));
    groups.finish()
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
