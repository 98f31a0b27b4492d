//! Messages in the order of output, and the way to visit them in it.

use rayon::prelude::*;

use super::super::filter::Filter;
use super::{Spot, State, Work};
use crate::model::intake::Position;
use crate::model::journey::Journey;
use crate::model::time::Timestamp;
use crate::route::store::Shard;

/// One message in the order of output.
#[derive(Clone, Debug)]
pub struct Order {
    first_seen: Timestamp,
    message_id: Vec<u8>,
    /// Where all else is equal, as when a scanner writes without any id.
    evidence: Position,
    spot: Spot,
}

impl Order {
    /// Where the message lies.
    pub(in crate::pipeline) fn spot(&self) -> Spot {
        self.spot
    }

    /// Whether two messages sort by the same time and id, so that their rows stand among each other.
    pub fn ties(&self, other: &Self) -> bool {
        self.first_seen == other.first_seen && self.message_id == other.message_id
    }
}

impl State {
    /// The messages the filter takes, in the order of output.
    pub fn ordered(&self, filter: &Filter) -> Vec<Order> {
        let add = |out: &mut Vec<Order>, spot: Spot, journey: &Journey| {
            if filter.takes(journey, &self.names) {
                out.push(self.order(spot, journey));
            }
        };
        let mut all = self.fold(Vec::new, add, |all: &mut Vec<Order>, more| all.extend(more));
        self.on_threads(|| sort(&mut all));
        all
    }

    /// Where a message stands in the order of output.
    pub(in crate::pipeline) fn order(&self, spot: Spot, journey: &Journey) -> Order {
        Order {
            first_seen: journey.first_seen,
            message_id: self.names.get(journey.message_id).to_vec(),
            evidence: journey.evidence,
            spot,
        }
    }

    /// The journeys of some messages, in their order.
    pub fn journeys(&self, orders: &[Order]) -> Vec<Journey> {
        let spots: Vec<Spot> = orders.iter().map(Order::spot).collect();
        self.journeys_at(&spots, self.texts)
    }

    /// The journeys that lie at some places, in their order; with the hops of all, or only of those with laps.
    pub(in crate::pipeline) fn journeys_at(&self, spots: &[Spot], hops: bool) -> Vec<Journey> {
        let add = |out: &mut Vec<(usize, Journey)>, place: usize, journey: &Journey| {
            out.push((place, journey.clone()));
        };
        let mut found: Vec<(usize, Journey)> =
            self.visit_in_order(spots, hops, Vec::new, add).into_iter().flatten().collect();
        found.sort_unstable_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, journey)| journey).collect()
    }

    /// Lets every thread visit some of these messages; `add` is told which of them each is.
    pub(in crate::pipeline) fn visit_in_order<T: Send>(
        &self,
        spots: &[Spot],
        hops: bool,
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, usize, &Journey) + Sync + Send,
    ) -> Vec<T> {
        let mut wanted: Vec<(Spot, usize)> = spots.iter().copied().zip(0..).collect();
        wanted.sort_unstable();
        let spots: Vec<Spot> = wanted.iter().map(|(spot, _)| *spot).collect();
        let look = |out: &mut T, work: &mut Work, (shard, spots): (&Shard, &[Spot])| {
            let Some(unit) = spots.first().map(|spot| spot.unit()) else { return };
            let place = |number: u32| {
                let at = wanted.binary_search_by_key(&Spot::new(unit, number), |(spot, _)| *spot);
                at.ok().and_then(|at| wanted.get(at)).map(|(_, place)| *place)
            };
            self.visit((shard, unit), work, (hops, |i| place(i).is_some()), |number, journey| {
                if let Some(place) = place(number) {
                    add(out, place, journey);
                }
            });
        };
        self.by_spots(&spots, new, look)
    }

    /// How many messages to look at in one go: `usual`, or where every look brings parts back from the
    /// file as many as have room, at so many bytes each.
    pub(in crate::pipeline) fn batch(&self, usual: usize, each: usize) -> usize {
        if self.parts.spilled() { (self.parts.budget() / 2 / each).max(usual) } else { usual }
    }

    /// Does one thing on the threads of the reading, and the other meanwhile on this one.
    pub(in crate::pipeline) fn beside<T>(&self, one: impl FnOnce() + Send, other: impl FnOnce() -> T) -> T {
        match &self.pool {
            Some(pool) => pool.in_place_scope(|scope| {
                scope.spawn(|_| one());
                other()
            }),
            None => {
                one();
                other()
            }
        }
    }
}

/// Brings messages into the order of output.
pub(in crate::pipeline) fn sort(all: &mut [Order]) {
    all.par_sort_by(|a, b| {
        (a.first_seen, &a.message_id, a.evidence).cmp(&(b.first_seen, &b.message_id, b.evidence))
    });
}
