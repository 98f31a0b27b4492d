//! What the logs show of faults: noted while rows are planned, added up at the end, for `findings.jsonl`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// Ms of half an hour.
const HALF_HOUR: i64 = 30 * 60_000;
/// A leaf without an end is stuck after two days and a quarter of an hour.
const STUCK: i64 = (48 * 60 + 15) * 60_000;
/// Below this nothing is slow, ms.
const SLOW: i64 = 300_000;
/// A third of that: what is faster cannot lift the threshold.
const QUICK: i64 = SLOW / 3;

/// What a finding is aggregated by.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub kind: &'static str,
    pub domain: Option<String>,
    pub connector: Option<String>,
    pub peer: Option<String>,
    pub address: Option<String>,
    /// Logs alone do not show it.
    pub needs_topology: bool,
}

impl Key {
    pub(super) fn new(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }

    pub(super) fn domain(mut self, domain: &str) -> Self {
        self.domain = Some(domain.to_owned());
        self
    }

    pub(super) fn connector(mut self, connector: &str) -> Self {
        self.connector = Some(connector.to_owned());
        self
    }

    pub(super) fn peer(mut self, peer: &str) -> Self {
        self.peer = Some(peer.to_owned());
        self
    }

    pub(super) fn address(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// Only the exports show it.
    pub(super) fn with_exports(mut self) -> Self {
        self.needs_topology = true;
        self
    }
}

/// One row of `findings.jsonl`.
#[derive(Debug, Serialize)]
pub(super) struct Planted<'a> {
    pub kind: &'static str,
    pub domain: Option<&'a str>,
    pub connector: Option<&'a str>,
    pub peer: Option<&'a str>,
    pub address: Option<&'a str>,
    pub messages: u64,
    pub needs_topology: bool,
}

/// Tries put off and given up on one connector.
#[derive(Debug, Default)]
struct Waits {
    deferred: Vec<i64>,
    expired: Vec<i64>,
    messages: BTreeSet<u64>,
}

/// How long one server took for one connector.
#[derive(Debug, Default)]
struct Delays {
    sends: u64,
    /// Those that count for the threshold, and whose they are.
    slow: Vec<(i64, u64)>,
}

/// All that was noted.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    found: BTreeMap<Key, BTreeSet<u64>>,
    waits: BTreeMap<String, Waits>,
    delays: BTreeMap<(String, String), Delays>,
    /// Server, last event and message of leaves that have no end.
    open: Vec<(String, i64, u64)>,
    last: BTreeMap<String, i64>,
}

impl Ledger {
    /// A predicate holds for a message.
    pub(super) fn note(&mut self, key: Key, serial: u64) {
        self.found.entry(key).or_default().insert(serial);
    }

    /// A message left a server by a connector so long after it came.
    pub(super) fn sent(&mut self, server: &str, connector: &str, ms: i64, serial: u64) {
        let place = (server.to_owned(), connector.to_owned());
        let delays = self.delays.entry(place).or_default();
        delays.sends += 1;
        if ms > QUICK {
            delays.slow.push((ms, serial));
        }
    }

    /// A try was put off.
    pub(super) fn deferred(&mut self, connector: &str, at: i64, serial: u64) {
        let waits = self.waits.entry(connector.to_owned()).or_default();
        waits.deferred.push(at);
        waits.messages.insert(serial);
    }

    /// A message waited too long.
    pub(super) fn expired(&mut self, connector: &str, at: i64, serial: u64) {
        let waits = self.waits.entry(connector.to_owned()).or_default();
        waits.expired.push(at);
        waits.messages.insert(serial);
    }

    /// A leaf has no end.
    pub(super) fn open(&mut self, server: &str, last: i64, serial: u64) {
        self.open.push((server.to_owned(), last, serial));
    }

    /// A server wrote a row.
    pub(super) fn wrote(&mut self, server: &str, at: i64) {
        if let Some(last) = self.last.get_mut(server) {
            *last = at.max(*last);
        } else {
            self.last.insert(server.to_owned(), at);
        }
    }

    /// Whether more tries may be put off then without a fault to be seen.
    pub(super) fn may_defer(&self, connector: &str, at: i64) -> bool {
        let near = |t: &&i64| (at - HALF_HOUR..=at + HALF_HOUR).contains(*t);
        self.waits.get(connector).is_none_or(|w| {
            w.deferred.iter().rev().take(4_000).filter(near).count() < 6
                && w.expired.iter().filter(near).count() < 1
        })
    }

    /// How many more must be sent quickly by a server and connector until a slow one stands out among so many.
    pub(super) fn short_of(&self, server: &str, connector: &str, times: u64) -> u64 {
        let place = (server.to_owned(), connector.to_owned());
        let (sends, slow) = self.delays.get(&place).map_or((0, 0), |d| (d.sends, d.slow.len() as u64));
        (times * (slow + 1) + 1).saturating_sub(sends)
    }

    /// The findings, by kind and key.
    pub(super) fn close(&mut self) -> Vec<(Key, u64)> {
        self.add_waits();
        self.add_delays();
        for (server, last, serial) in std::mem::take(&mut self.open) {
            if self.last.get(&server).is_some_and(|end| end - last > STUCK) {
                self.note(Key::new("stuck").peer(&server), serial);
            }
        }
        std::mem::take(&mut self.found).into_iter().map(|(k, m)| (k, m.len() as u64)).collect()
    }

    fn add_waits(&mut self) {
        for (connector, mut waits) in std::mem::take(&mut self.waits) {
            if crowded(&mut waits.deferred, 10) || crowded(&mut waits.expired, 3) {
                for serial in waits.messages {
                    self.note(Key::new("next-hop-down").connector(&connector), serial);
                }
            }
        }
    }

    fn add_delays(&mut self) {
        for ((server, connector), mut delays) in std::mem::take(&mut self.delays) {
            delays.slow.sort_unstable();
            // How many lie above the 99th percentile, by nearest rank.
            let above = (delays.sends / 100) as usize;
            let rank = delays.slow.len().checked_sub(above + 1);
            let p99 = rank.and_then(|r| delays.slow.get(r)).map_or(0, |(ms, _)| *ms);
            for (ms, serial) in delays.slow {
                if ms > SLOW.max(3 * p99) {
                    let key = Key::new("delay-outlier").connector(&connector).peer(&server);
                    self.note(key, serial);
                }
            }
        }
    }
}

/// Whether any half hour holds so many.
fn crowded(times: &mut [i64], many: usize) -> bool {
    times.sort_unstable();
    times.windows(many).any(|w| matches!((w.first(), w.last()), (Some(a), Some(b)) if b - a <= HALF_HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_of_many_stands_out_and_many_do_not() {
        let mut ledger = Ledger::default();
        for serial in 0..200 {
            ledger.sent("EX1", "Internet", 500, serial);
            ledger.sent("EX2", "Internet", if serial % 10 == 0 { 900_000 } else { 500 }, serial);
        }
        ledger.sent("EX1", "Internet", 900_000, 777);
        let found = ledger.close();
        assert_eq!(found, [(Key::new("delay-outlier").connector("Internet").peer("EX1"), 1)]);
    }

    #[test]
    fn ten_tries_in_half_an_hour_are_a_fault() {
        let mut ledger = Ledger::default();
        for n in 0..9 {
            ledger.deferred("Internet", n * 60_000, 1);
            ledger.deferred("Partner", n * 60_000, 1);
        }
        assert!(!ledger.may_defer("Internet", 0) && ledger.may_defer("Internet", 7_200_000));
        ledger.deferred("Partner", 600_000, 2);
        assert_eq!(ledger.close(), [(Key::new("next-hop-down").connector("Partner"), 2)]);
    }
}
