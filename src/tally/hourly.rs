//! Messages counted by the hour of the week and by what became of them: decisions, connectors, failures, domains,
//! senders, how long they took. Adds up only, like the rest; kept apart from it, since only comparisons need it.
//!
//! A message counts once for each thing, however many recipients it has there: five hundred recipients of one message
//! fare alike, and are one piece of evidence.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::finish::{corrected, lossy};
use super::latency::Values;
use super::{Measured, Tally, measured};
use crate::model::journey::{Decision, Journey, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::series::{Lag, Listed, SLOTS, Series, Step, slot, step};
use crate::model::status::EnhancedCode;

/// What messages are counted by, with what numbers stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum What {
    /// Place in [`Decision::ALL`].
    Decision,
    /// Symbol.
    Connector,
    /// Domain.
    FailedDomain,
    /// Domain.
    Domain,
    /// Symbol.
    Sender,
}

/// Decision, code and tag.
type Failure = (Decision, Option<EnhancedCode>, Symbol);

/// What has been counted so far, by hour of the week.
#[derive(Debug, Default)]
pub struct Hourly {
    counts: HashMap<(What, u8, u32), u32>,
    failures: HashMap<(Failure, u8), u32>,
    /// The longest of each message, in ms, as logged.
    latency: HashMap<(Measured, u8), Values>,
    /// Of one message; kept for their memory alone.
    things: Vec<(What, u32)>,
    failed: Vec<Failure>,
    times: Vec<(Measured, i32)>,
}

impl Hourly {
    /// Counts a message. `domain` gives the number of an address's domain.
    pub fn add(&mut self, journey: &Journey, domain: impl Fn(Symbol) -> u32) {
        let slot = slot(journey.first_seen.hour()) as u8;
        if journey.sender_folded != EMPTY {
            self.things.push((What::Sender, journey.sender_folded.0));
        }
        for leaf in &journey.leaves {
            self.leaf(leaf, domain(leaf.folded.1));
            self.times.extend(measured(leaf));
        }
        self.things.sort_unstable();
        self.things.dedup();
        for (what, number) in self.things.drain(..) {
            *self.counts.entry((what, slot, number)).or_default() += 1;
        }
        self.failed.sort_unstable();
        self.failed.dedup();
        for failure in self.failed.drain(..) {
            *self.failures.entry((failure, slot)).or_default() += 1;
        }
        self.times.sort_unstable_by_key(|(by, ms)| (*by, Reverse(*ms)));
        self.times.dedup_by_key(|(by, _)| *by);
        for (by, ms) in self.times.drain(..) {
            self.latency.entry((by, slot)).or_default().add(ms);
        }
    }

    fn leaf(&mut self, leaf: &Leaf, domain: u32) {
        let decision = leaf.decision;
        self.things.push((What::Decision, decision as u32));
        if leaf.connector != EMPTY && decision != Decision::LocalDelivery {
            self.things.push((What::Connector, leaf.connector.0));
        }
        if matches!(decision, Decision::RecipientNotFound | Decision::Failed | Decision::Dropped) {
            self.failed.push((decision, leaf.status.code, leaf.status.tag));
            self.things.push((What::FailedDomain, domain));
        }
        self.things.push((What::Domain, domain));
    }

    /// Adds what another thread has counted, with the same numbers of domains.
    pub fn merge(&mut self, other: Self) {
        other.counts.into_iter().for_each(|(key, n)| *self.counts.entry(key).or_default() += n);
        other.failures.into_iter().for_each(|(key, n)| *self.failures.entry(key).or_default() += n);
        other.latency.into_iter().for_each(|(key, n)| self.latency.entry(key).or_default().merge(n));
    }

    /// The counts as lists. `tally`, of the same messages, knows how far clocks are apart; `domain` and `text` give
    /// the number of an address's domain and the domain of a number.
    pub fn finish<'n>(
        self,
        (tally, names): (&Tally, &Frozen),
        domain: impl Fn(Symbol) -> u32,
        text: impl Fn(u32) -> &'n [u8],
    ) -> Series {
        let counts = |wanted: What| {
            let some = self.counts.iter().filter(move |((what, ..), _)| *what == wanted);
            some.map(|((_, slot, number), n)| (*number, *slot, *n))
        };
        let decision =
            |n: u32| Decision::ALL.iter().find(|d| **d as u32 == n).map_or("", |d| d.as_str()).to_owned();
        let symbol = |n: u32| lossy(names.get(Symbol(n)));
        let domains = |n: u32| lossy(text(n));
        let senders = counts(What::Sender);
        let failures = self.failures.iter().map(|((failure, slot), n)| (*failure, *slot, *n));
        Series {
            decisions: Listed::of(counts(What::Decision), decision),
            connectors: Listed::of(counts(What::Connector), symbol),
            failures: Listed::of(failures, |failure| name(failure, names)),
            failed_domains: Listed::of(counts(What::FailedDomain), domains),
            domains: Listed::of(counts(What::Domain), domains),
            senders: Listed::of(senders.clone(), symbol),
            sender_domains: Listed::of(
                senders.map(|(n, slot, count)| (domain(Symbol(n)), slot, count)),
                domains,
            ),
            latency: lags(self.latency, tally, names),
        }
    }
}

/// How long it took, by connector, or by decision where there is none.
fn lags(latency: HashMap<(Measured, u8), Values>, tally: &Tally, names: &Frozen) -> Vec<Lag> {
    let offsets = tally.clocks.offsets(names);
    let mut lags: BTreeMap<String, BTreeMap<u64, Vec<u64>>> = BTreeMap::new();
    for ((by, slot), values) in latency {
        let connector = names.text(by.connector);
        let name = if by.connector == EMPTY { by.decision.as_str() } else { &connector };
        let steps = lags.entry(name.to_owned()).or_default();
        for (ms, count) in corrected(&by, &values.finish(), &offsets) {
            let hours = steps.entry(step(u64::from(ms))).or_insert_with(|| vec![0; SLOTS]);
            hours.get_mut(usize::from(slot)).into_iter().for_each(|n| *n += u64::from(count));
        }
    }
    let lag = |(name, steps): (String, BTreeMap<u64, Vec<u64>>)| {
        let steps = steps.into_iter().map(|(ms, hours)| Step { ms, hours });
        Lag { name, steps: steps.collect() }
    };
    lags.into_iter().map(lag).collect()
}

fn name((decision, code, tag): Failure, names: &Frozen) -> String {
    let code = code.map_or(String::new(), |code| code.to_string());
    let parts = [decision.as_str(), &code, &names.text(tag)];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}
