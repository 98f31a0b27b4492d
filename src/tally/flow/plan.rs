//! What is told apart: the lists of names, the most frequent first, and the buckets of time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::hash::Hash;

use hashbrown::HashMap;

use super::bins::{latencies, sizes};
use super::grain::{Grain, is_coarse};
use super::listing::{Entry, Listing};
use super::own::Own;
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::report::Top;
use crate::model::time::HOUR;
use crate::tally::address::What;
use crate::tally::clocks::Offsets;
use crate::tally::finish::{domains, failure_order, lossy, ranked};
use crate::tally::{FailureKey, Tally};

/// Buckets there are at most.
const BUCKETS: i64 = 200;
/// Lengths of buckets, hours; beyond, whole days.
pub(super) const STEPS: [i64; 6] = [1, 2, 4, 6, 12, 24];
/// Items of each list of the most frequent.
const TOP: usize = 20;

/// Names by number, the most frequent first.
#[derive(Debug)]
pub(super) struct Dimension<K> {
    numbers: HashMap<K, u16>,
    pub(super) names: Vec<String>,
}

/// The number of what is in no list.
pub(super) const OTHER: u16 = u16::MAX;

impl<K: Copy + Eq + Hash> Dimension<K> {
    /// From how often each occurs. `none`, where there is such a thing, comes first under the name "".
    pub(super) fn new(all: &HashMap<K, u64>, none: Option<K>, label: impl Fn(K) -> String) -> Self {
        let mut alike: BTreeMap<String, (u64, Vec<K>)> = BTreeMap::new();
        for (key, n) in all.iter().filter(|(key, _)| Some(**key) != none) {
            let (count, keys) = alike.entry(label(*key)).or_default();
            *count += n;
            keys.push(*key);
        }
        let mut alike: Vec<(String, (u64, Vec<K>))> = alike.into_iter().collect();
        alike.sort_by_key(|(_, (n, _))| Reverse(*n));
        let mut out = Self { numbers: HashMap::new(), names: Vec::new() };
        out.extend(none.map(|none| (String::new(), vec![none])));
        out.extend(alike.into_iter().map(|(name, (_, keys))| (name, keys)));
        out
    }

    fn extend(&mut self, named: impl IntoIterator<Item = (String, Vec<K>)>) {
        for (name, keys) in named {
            let number = u16::try_from(self.names.len()).unwrap_or(OTHER);
            self.names.push(name);
            self.numbers.extend(keys.into_iter().map(|key| (key, number)));
        }
    }

    /// The number of a thing.
    pub(super) fn number(&self, key: K) -> u16 {
        self.numbers.get(&key).copied().unwrap_or(OTHER)
    }
}

/// The first of a list of the report, with the places of what they stand for.
#[derive(Debug)]
pub(super) struct Listed<K> {
    places: HashMap<K, u8>,
    pub(super) total: u64,
    pub(super) names: Vec<String>,
    pub(super) counts: Vec<u64>,
}

impl<K: Eq + Hash> Listed<K> {
    fn new(top: Top<(K, String, u64)>) -> Self {
        let mut out =
            Self { places: HashMap::new(), total: top.total, names: Vec::new(), counts: Vec::new() };
        for (place, (key, name, count)) in (0u8..).zip(top.first) {
            out.places.insert(key, place);
            out.names.push(name);
            out.counts.push(count);
        }
        out
    }

    /// The place of a thing, if it is one of the first.
    pub(super) fn place<Q>(&self, key: &Q) -> Option<u8>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.places.get(key).copied()
    }
}

/// What is told apart.
#[derive(Debug)]
pub struct Plan {
    /// First hour of the first bucket, since 1970.
    pub(super) start: i64,
    /// How finely it is counted.
    pub(super) grain: Grain,
    /// Least latency of each bin, ms.
    pub(super) latencies: Vec<u64>,
    /// Least size of each bin, bytes.
    pub(super) sizes: Vec<u64>,
    /// How many buckets.
    pub(super) buckets: i64,
    pub(super) entry: Dimension<Entry>,
    pub(super) server: Dimension<Symbol>,
    pub(super) connector: Dimension<Symbol>,
    pub(super) next_hop: Dimension<Symbol>,
    pub(super) offsets: Offsets,
    pub(super) senders: Listed<Symbol>,
    pub(super) recipients: Listed<Symbol>,
    pub(super) sender_domains: Listed<Vec<u8>>,
    pub(super) recipient_domains: Listed<Vec<u8>>,
    pub(super) statuses: Listed<FailureKey>,
}

impl Plan {
    /// From what the first look has seen and added up.
    pub fn new(listing: &Listing, tally: &Tally, names: &Frozen) -> Self {
        let text = |s: Symbol| names.text(s).into_owned();
        let (first, last) = listing.span.map_or((0, -1), |(first, last)| (first.hour(), last.hour()));
        let step = base(first, last);
        let start = first.div_euclid(step) * step;
        let coarse = is_coarse(tally.recipients);
        let own = Own::of(listing, names);
        let addresses = |what| {
            let top = ranked(tally.addresses.sums(what), |s| names.get(s), TOP);
            Listed::new(named(top, |s| s))
        };
        let by_domain = |what| {
            let top = ranked(domains(tally.addresses.sums(what), names), |domain| domain, TOP);
            Listed::new(named(top, <[u8]>::to_vec))
        };
        Self {
            start,
            grain: Grain::finest(step, tally.recipients),
            latencies: latencies(coarse),
            sizes: sizes(coarse),
            buckets: (last + 1 - start + step - 1).div_euclid(step).max(0),
            entry: Dimension::new(&listing.entries, None, |entry| entry.label(names)),
            server: Dimension::new(&listing.servers, None, text),
            connector: Dimension::new(&listing.connectors, Some(EMPTY), text),
            next_hop: Dimension::new(&listing.next_hops, Some(EMPTY), |s| own.label(&text(s))),
            offsets: tally.clocks.offsets(names),
            senders: addresses(What::Sent),
            recipients: addresses(What::Ended),
            sender_domains: by_domain(What::Sent),
            recipient_domains: by_domain(What::Addressed),
            statuses: statuses(tally, names),
        }
    }

    /// The bucket of a time.
    pub(super) fn bucket(&self, ms: i64) -> i64 {
        (ms.div_euclid(HOUR) - self.start).div_euclid(self.grain.step)
    }
}

/// The shortest step that does not make too many buckets.
fn base(first: i64, last: i64) -> i64 {
    let fits = |step: &i64| last.div_euclid(*step) - first.div_euclid(*step) < BUCKETS;
    let days = |days: i64| 24 * days;
    STEPS.into_iter().find(fits).unwrap_or_else(|| {
        // One more than enough, since the first bucket may hold little.
        days((last - first) / 24 / (BUCKETS - 1) + 1)
    })
}

fn named<K, N>(top: Top<(K, crate::model::report::Count)>, key: impl Fn(K) -> N) -> Top<(N, String, u64)> {
    let first = top.first.into_iter().map(|(k, count)| (key(k), count.name, count.count));
    Top { total: top.total, first: first.collect() }
}

/// Failures as the report tells them apart, in its order.
fn statuses(tally: &Tally, names: &Frozen) -> Listed<FailureKey> {
    let mut all: Vec<(FailureKey, u64)> = tally.failures.iter().map(|(key, f)| (*key, f.count)).collect();
    all.sort_by_cached_key(|(key, n)| (Reverse(*n), failure_order(key, names)));
    let total = all.len() as u64;
    let name = |key: &FailureKey| {
        let code = key.code.map_or(String::new(), |code| code.to_string());
        let by = key.by.map_or(String::new(), |(e, s)| format!("({} {})", e.as_str(), s.as_str()));
        let parts = [key.decision.as_str().to_owned(), code, lossy(names.get(key.tag)), by];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let first = all.into_iter().take(TOP).map(|(key, n)| (key, name(&key), n)).collect();
    Listed::new(Top { total, first })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_with_the_period() {
        assert_eq!([base(0, 0), base(7, 206), base(7, 207), base(0, 199 * 24)], [1, 1, 2, 24]);
        for (first, last) in [(5, 5000), (23, 24 * 201), (0, 24 * 365 * 40), (-7, 24 * 400)] {
            let step = base(first, last);
            let buckets = last.div_euclid(step) - first.div_euclid(step) + 1;
            assert!(buckets <= BUCKETS && (step == 24 || step % 24 == 0), "{first} {last}: {step}");
        }
    }
}
