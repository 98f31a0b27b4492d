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
    ids.map(|(id, i)| (id, (number as u16, i))).collect()
}

/// Bags to be looked at together: those that share a message-id.
pub(super) fn find_joined(mut ids: Vec<Named>) -> Vec<Vec<Place>> {
    let mut groups = Groups::default();
    ids.par_sort_unstable();
    for pair in ids.windows(2) {
        if let [(a, one), (b, other)] = pair
            && a == b
            && one != other
        {
            groups.tie(*one, *other);
        }
    }
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
