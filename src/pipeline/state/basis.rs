//! What some messages rest on, for a second reading of just these.

use hashbrown::HashSet;

use super::{Spot, State, Unit, Work, merged};
use crate::model::name::Symbol;
use crate::model::time::Timestamp;
use crate::route::store::Shard;

/// What a second reading of some messages looks for.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Basis {
    pub keys: HashSet<u128>,
    /// Writing server and time.
    pub rows: Vec<(Symbol, Timestamp)>,
}

impl State {
    /// The keys of all bags of some messages, and for each row who wrote it and when.
    pub(in crate::pipeline) fn basis_of(&self, spots: impl Iterator<Item = Spot>) -> Basis {
        let mut spots: Vec<Spot> = spots.collect();
        spots.sort_unstable();
        let look = |basis: &mut Basis, work: &mut Work, (shard, spots): (&Shard, &[Spot])| {
            let Some(unit) = spots.first().map(|spot| spot.unit()) else { return };
            let numbers = match &unit {
                Unit::Single(_, number) => std::slice::from_ref(number),
                Unit::Joined(number) => self.joined.get(*number as usize).map_or(&[][..], Vec::as_slice),
            };
            work.bag.clear();
            for number in numbers {
                basis.keys.extend(shard.key(*number).map(|key| key.value));
                shard.decode(*number, &self.shapes, &mut work.bag);
            }
            basis.rows.extend(work.bag.facts.iter().map(|fact| (fact.server, fact.time)));
        };
        let parts = self.by_spots(&spots, Basis::default, look);
        merged(parts, Basis::default, |basis: &mut Basis, more| {
            basis.keys.extend(more.keys);
            basis.rows.extend(more.rows);
        })
    }
}
