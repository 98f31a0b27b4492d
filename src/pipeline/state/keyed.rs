//! Messages by the keys under which their rows are kept.

use hashbrown::HashSet;

use super::{State, Unit, merged};
use crate::route::store::Shard;

impl State {
    /// The keys of all bags.
    pub(in crate::pipeline) fn keys(&self) -> HashSet<u128> {
        let add = |keys: &mut HashSet<u128>, _: &mut _, (_, shard): (usize, &Shard)| {
            keys.extend((0..shard.len()).filter_map(|number| shard.key(number)).map(|key| key.value));
        };
        let merge = |keys: &mut HashSet<u128>, more: HashSet<u128>| keys.extend(more);
        merged(self.by_shard(HashSet::new, add), HashSet::new, merge)
    }

    /// The least of the keys under which a unit is kept.
    pub(super) fn key_of(&self, shard: &Shard, unit: Unit) -> u128 {
        let key = |number: u32| shard.key(number).map(|key| key.value);
        match unit {
            Unit::Single(_, number) => key(number),
            Unit::Joined(set) => {
                self.joined.get(set as usize).into_iter().flatten().filter_map(|number| key(*number)).min()
            }
        }
        .unwrap_or(0)
    }

    /// Whether something of a unit is kept under one of these keys.
    pub(super) fn is_under(&self, shard: &Shard, unit: Unit, keys: &HashSet<u128>) -> bool {
        let is_key = |number: u32| shard.key(number).is_some_and(|key| keys.contains(&key.value));
        match unit {
            Unit::Single(_, number) => is_key(number),
            Unit::Joined(set) => {
                self.joined.get(set as usize).into_iter().flatten().any(|number| is_key(*number))
            }
        }
    }
}
