//! How far the clocks of the servers are apart, from the sends between them.
//!
//! A send from A to B takes some time, so B's time of arrival minus A's time of sending is that plus how
//! far B's clock is ahead. The quick ones are nearest to the clocks; where mail goes both ways the time on
//! the way cancels out. A clock that was wrong for a while only shows as two groups of sends: then it is
//! not known by how much any one message was wrong, and nothing is said. A SEND is logged when its session
//! ends, so small negative differences are usual and mean nothing.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::model::finding::ClockRow;
use crate::model::name::{Frozen, Symbol};
use crate::model::signs::Leg;

/// Clocks that differ less than this are taken to agree, ms.
const AGREE: i64 = 1_000;

/// Differences are counted in steps of so many ms.
const STEP: i64 = 250;
/// Of a hundred sends so many are taken to be the quick ones.
const QUICK: u64 = 10;
/// Of a hundred sends so many must lie within [`NEAR`] of the quick ones for a steady clock.
const STEADY: u64 = 60;
/// ms.
const NEAR: i64 = 60_000;

/// The sends between each two servers, by the difference of the two times in steps.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    seen: HashMap<(Symbol, Symbol, i64), u64>,
}

/// The same for each two servers by themselves, in order.
struct Between(HashMap<(Symbol, Symbol), BTreeMap<i64, u64>>);

/// How far each clock is ahead of the one it is compared with.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    found: HashMap<Symbol, Offset>,
}

#[derive(Clone, Copy, Debug)]
struct Offset {
    ahead: i64,
    against: Symbol,
    sends: u64,
}

impl Clocks {
    /// Takes note of a send.
    pub(super) fn see(&mut self, leg: &Leg) {
        let step = (leg.received.0 - leg.sent.0).div_euclid(STEP);
        *self.seen.entry((leg.from, leg.to, step)).or_default() += 1;
    }

    /// Adds what another thread has seen.
    pub(super) fn merge(&mut self, other: Self) {
        for (key, n) in other.seen {
            *self.seen.entry(key).or_default() += n;
        }
    }

    /// Compares the clocks, each with one that is known already, starting from that of the server with
    /// most sends.
    pub(super) fn offsets(&self, names: &Frozen) -> Offsets {
        let between = self.between();
        let mut sends: BTreeMap<(std::cmp::Reverse<u64>, &[u8]), Symbol> = BTreeMap::new();
        let mut totals: HashMap<Symbol, u64> = HashMap::new();
        for ((from, to), steps) in &between.0 {
            let n: u64 = steps.values().sum();
            *totals.entry(*from).or_default() += n;
            *totals.entry(*to).or_default() += n;
        }
        for (server, n) in totals {
            sends.insert((std::cmp::Reverse(n), names.get(server)), server);
        }
        let servers: Vec<Symbol> = sends.into_values().collect();
        let mut found: HashMap<Symbol, Offset> = HashMap::new();
        for start in &servers {
            if found.contains_key(start) {
                continue;
            }
            found.insert(*start, Offset { ahead: 0, against: *start, sends: 0 });
            let mut at = vec![*start];
            while let Some(known) = at.pop() {
                let base = found.get(&known).map_or(0, |o| o.ahead);
                for server in servers.iter().rev().filter(|s| **s != known) {
                    let Some((ahead, sends)) = between.ahead(*server, known) else { continue };
                    if !found.contains_key(server) {
                        let ahead = base + ahead;
                        found.insert(*server, Offset { ahead, against: *start, sends });
                        at.push(*server);
                    }
                }
            }
        }
        Offsets { found }
    }

    fn between(&self) -> Between {
        let mut out: HashMap<(Symbol, Symbol), BTreeMap<i64, u64>> = HashMap::new();
        for ((from, to, step), n) in &self.seen {
            out.entry((*from, *to)).or_default().insert(*step, *n);
        }
        Between(out)
    }
}

impl Between {
    /// How long the quick sends between two servers took, by their clocks, ms; `None` where the sends do not agree.
    fn quick(&self, from: Symbol, to: Symbol) -> Option<(i64, u64)> {
        let steps = self.0.get(&(from, to))?;
        let total: u64 = steps.values().sum();
        let mut before = 0;
        let quick = steps.iter().find_map(|(step, n)| {
            before += n;
            (before * 100 > total * QUICK).then_some(*step)
        })?;
        let near = (quick - NEAR / STEP)..=(quick + NEAR / STEP);
        let steady: u64 = steps.range(near).map(|(_, n)| n).sum();
        (steady * 100 >= total * STEADY).then_some((quick * STEP, total))
    }

    /// How far one clock is ahead of another, ms. `None` if it cannot be told: no mail goes between them, or one
    /// way only and it seems to arrive after it was sent, or the sends do not agree.
    fn ahead(&self, server: Symbol, than: Symbol) -> Option<(i64, u64)> {
        let (there, back) = (self.quick(than, server), self.quick(server, than));
        let (ahead, sends) = match (there, back) {
            (Some((there, n)), Some((back, m))) => ((there - back) / 2, n + m),
            // Mail cannot arrive before it was sent.
            (Some((there, n)), None) if there < 0 => (there, n),
            (None, Some((back, m))) if back < 0 => (-back, m),
            _ => return None,
        };
        Some((if ahead.abs() < AGREE { 0 } else { ahead }, sends))
    }
}

impl Offsets {
    /// How far a clock is ahead, ms; 0 if that is not known.
    pub(super) fn of(&self, server: Symbol) -> i64 {
        self.found.get(&server).map_or(0, |o| o.ahead)
    }

    /// The clocks that differ, by name.
    pub(super) fn rows(&self, names: &Frozen) -> Vec<ClockRow> {
        let text = |s: Symbol| names.text(s).into_owned();
        let mut rows: Vec<ClockRow> = self
            .found
            .iter()
            .filter(|(_, o)| o.ahead != 0)
            .map(|(server, o)| ClockRow {
                server: text(*server),
                offset_ms: o.ahead,
                against: text(o.against),
                sends: o.sends,
            })
            .collect();
        rows.sort_unstable_by(|a, b| a.server.cmp(&b.server));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::Names;
    use crate::model::time::Timestamp;

    #[test]
    fn mail_both_ways_shows_how_far_clocks_are_apart() {
        let names = Names::default();
        let [a, b, c] = ["EX1", "EX2", "EX3"].map(|n| names.intern(n.as_bytes()));
        let names = names.freeze();
        let mut clocks = Clocks::default();
        let leg =
            |from, to, sent, received| Leg { from, to, sent: Timestamp(sent), received: Timestamp(received) };
        // EX2 is 3 s behind, mail takes 200 ms and more; EX3 agrees.
        for slow in [0, 700, 40] {
            clocks.see(&leg(a, b, 10_000, 10_200 - 3_000 + slow));
            clocks.see(&leg(b, a, 10_000 - 3_000, 10_200 + slow));
            clocks.see(&leg(a, c, 10_000, 10_100 + slow));
        }
        let offsets = clocks.offsets(&names);
        assert_eq!((offsets.of(a), offsets.of(b), offsets.of(c)), (0, -3_000, 0));
        let rows = offsets.rows(&names);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].server.as_str(), rows[0].offset_ms, rows[0].sends), ("EX2", -3_000, 6));
    }

    #[test]
    fn a_clock_that_was_wrong_for_a_while_is_not_put_right() {
        let names = Names::default();
        let [a, b] = ["EX1", "EX2"].map(|n| names.intern(n.as_bytes()));
        let names = names.freeze();
        let round = |wrong: u64, of: u64| {
            let mut clocks = Clocks::default();
            for n in 0..of {
                let ahead = if n < wrong { -3_600_000 } else { 0 };
                let leg =
                    |from, to, by: i64| Leg { from, to, sent: Timestamp(0), received: Timestamp(300 + by) };
                clocks.see(&leg(a, b, ahead));
                clocks.see(&leg(b, a, -ahead));
            }
            clocks.offsets(&names).of(b)
        };
        assert_eq!((round(0, 200), round(10, 200), round(100, 200)), (0, 0, 0));
        assert_eq!(round(200, 200), -3_600_000);
    }
}
