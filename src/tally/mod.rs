//! Journeys in, the report's numbers out. Adds up only: sums, extremes and lists of values, so that
//! parts counted by different threads make the same whole in any order.

mod clocks;
mod coverage;
mod finish;
mod latency;
pub mod verdict;

use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::model::event::{EventId, Source};
use crate::model::journey::{Class, Decision, Journey, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of};
use crate::model::report::HourRow;
use crate::model::status::EnhancedCode;
use crate::model::time::Timestamp;

use clocks::Clocks;
pub use coverage::{coverage, events};
pub use finish::finish;

/// A count and the bytes that go with it.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u64,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

/// First and last time.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: Timestamp,
    last: Timestamp,
}

impl Span {
    fn see(&mut self, time: Timestamp) {
        (self.first, self.last) = (self.first.min(time), self.last.max(time));
    }
}

/// Latencies in ms as logged, by the servers whose clocks they were measured with: that of the first event
/// and that of the last.
type Latencies = HashMap<(Symbol, Symbol), Vec<i32>>;

#[derive(Clone, Debug, Default)]
struct Connector {
    decisions: BTreeMap<Decision, u64>,
    bytes: u64,
    latency: Latencies,
    next_hops: HashMap<Symbol, Sum>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct FailureKey {
    decision: Decision,
    code: Option<EnhancedCode>,
    tag: Symbol,
    by: Option<(EventId, Source)>,
}

#[derive(Clone, Debug)]
struct Failure {
    count: u64,
    span: Span,
    texts: HashMap<Symbol, u64>,
    domains: HashMap<Vec<u8>, u64>,
}

#[derive(Clone, Debug)]
struct NotFound {
    messages: u64,
    span: Span,
    senders: Vec<Symbol>,
}

/// What has been added up so far.
#[derive(Debug, Default)]
pub struct Tally {
    messages: u64,
    not_chosen: u64,
    without_recipients: u64,
    recipients: u64,
    bytes: u64,
    entered: BTreeMap<&'static str, u64>,
    classes: BTreeMap<Class, u64>,
    decisions: BTreeMap<Decision, u64>,
    deferred_once: (u64, u64),
    laps: (u64, u32),
    hours: BTreeMap<i64, HourRow>,
    connectors: HashMap<Symbol, Connector>,
    latency: BTreeMap<Decision, Latencies>,
    clocks: Clocks,
    failures: HashMap<FailureKey, Failure>,
    not_found: HashMap<Symbol, NotFound>,
    senders: HashMap<Symbol, Sum>,
    final_recipients: HashMap<Symbol, Sum>,
    delivered: HashMap<Symbol, u64>,
    recipient_domains: HashMap<Vec<u8>, Sum>,
    missing: HashMap<Symbol, u64>,
}

impl Tally {
    /// Counts a message that the filters left out.
    pub fn skip(&mut self) {
        self.not_chosen += 1;
    }

    /// Counts a message.
    pub fn add(&mut self, journey: &Journey, names: &Frozen) {
        let size = journey.size_bytes.unwrap_or(0);
        self.messages += 1;
        self.bytes += size;
        self.without_recipients += u64::from(journey.leaves.is_empty());
        *self.classes.entry(journey.class).or_default() += 1;
        let way = match journey.entered_by_smtp {
            Some(true) => "by-smtp",
            Some(false) => "from-a-mailbox",
            None => "not-in-these-logs",
        };
        *self.entered.entry(way).or_default() += 1;
        if journey.sender != EMPTY {
            self.senders.entry(journey.sender).or_default().add(size);
        }
        journey.legs.iter().for_each(|leg| self.clocks.see(leg));
        let hour = self.hours.entry(journey.first_seen.hour()).or_default();
        hour.messages += 1;
        for leaf in &journey.leaves {
            self.leaf(leaf, journey, names);
        }
    }

    fn leaf(&mut self, leaf: &Leaf, journey: &Journey, names: &Frozen) {
        let size = journey.size_bytes.unwrap_or(0);
        self.recipients += 1;
        *self.decisions.entry(leaf.decision).or_default() += 1;
        self.final_recipients.entry(leaf.folded.1).or_default().add(size);
        let domain = domain_of(names.get(leaf.folded.0));
        match self.recipient_domains.get_mut(domain) {
            Some(sum) => sum.add(size),
            None => self.recipient_domains.entry(domain.to_vec()).or_default().add(size),
        }
        if leaf.defers > 0 {
            self.deferred_once = (self.deferred_once.0 + 1, self.deferred_once.1 + u64::from(leaf.defers));
        }
        if leaf.laps > 0 {
            self.laps = (self.laps.0 + 1, self.laps.1.max(leaf.laps));
        }
        for server in &leaf.missing {
            *self.missing.entry(*server).or_default() += 1;
        }
        let hour = self.hours.entry(journey.first_seen.hour()).or_default();
        hour.recipients += 1;
        match leaf.decision {
            Decision::LocalDelivery => {
                hour.delivered += 1;
                *self.delivered.entry(leaf.folded.1).or_default() += 1;
            }
            Decision::SendConnector | Decision::RemoteRoutingAddress => hour.sent += 1,
            Decision::RecipientNotFound | Decision::Failed | Decision::Dropped => {
                hour.failed += 1;
                self.failure(leaf, journey, names);
            }
            Decision::Deferred | Decision::HandedOff | Decision::InTransit | Decision::Expanded => {
                hour.open += 1;
            }
        }
        self.connector(leaf, journey);
    }

    fn connector(&mut self, leaf: &Leaf, journey: &Journey) {
        let size = journey.size_bytes.unwrap_or(0);
        let done = matches!(
            leaf.decision,
            Decision::LocalDelivery | Decision::SendConnector | Decision::RemoteRoutingAddress
        );
        let latency = leaf.latency_ms.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        let between = (journey.first_server, leaf.last_server);
        if leaf.connector == EMPTY || leaf.decision == Decision::LocalDelivery {
            if done {
                push(self.latency.entry(leaf.decision).or_default(), between, latency);
            }
            return;
        }
        let connector = self.connectors.entry(leaf.connector).or_default();
        *connector.decisions.entry(leaf.decision).or_default() += 1;
        connector.bytes += size;
        if leaf.next_hop != EMPTY {
            connector.next_hops.entry(leaf.next_hop).or_default().add(size);
        }
        if done {
            push(&mut connector.latency, between, latency);
            push(self.latency.entry(leaf.decision).or_default(), between, latency);
        }
    }

    fn failure(&mut self, leaf: &Leaf, journey: &Journey, names: &Frozen) {
        let at = leaf.last_seen;
        let key = FailureKey {
            decision: leaf.decision,
            code: leaf.status.code,
            tag: leaf.status.tag,
            by: leaf.decided_by,
        };
        let new = || Failure {
            count: 0,
            span: Span { first: at, last: at },
            texts: HashMap::new(),
            domains: HashMap::new(),
        };
        let failure = self.failures.entry(key).or_insert_with(new);
        failure.count += 1;
        failure.span.see(at);
        *failure.texts.entry(leaf.status.text).or_default() += 1;
        let domain = domain_of(names.get(leaf.folded.1));
        *failure.domains.entry(domain.to_vec()).or_default() += 1;
        if leaf.decision == Decision::RecipientNotFound {
            let new = || NotFound { messages: 0, span: Span { first: at, last: at }, senders: Vec::new() };
            let entry = self.not_found.entry(leaf.folded.1).or_insert_with(new);
            entry.messages += 1;
            entry.span.see(at);
            entry.senders.push(journey.sender);
        }
    }

    /// Adds what another thread has counted.
    pub fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        self.not_chosen += other.not_chosen;
        self.without_recipients += other.without_recipients;
        self.recipients += other.recipients;
        self.bytes += other.bytes;
        self.deferred_once.0 += other.deferred_once.0;
        self.deferred_once.1 += other.deferred_once.1;
        self.laps = (self.laps.0 + other.laps.0, self.laps.1.max(other.laps.1));
        add_all(other.entered, |k, n| *self.entered.entry(k).or_default() += n);
        add_all(other.classes, |k, n| *self.classes.entry(k).or_default() += n);
        add_all(other.decisions, |k, n| *self.decisions.entry(k).or_default() += n);
        add_all(other.latency, |k, n| merge_latencies(self.latency.entry(k).or_default(), n));
        self.clocks.merge(other.clocks);
        add_all(other.delivered, |k, n| *self.delivered.entry(k).or_default() += n);
        add_all(other.missing, |k, n| *self.missing.entry(k).or_default() += n);
        add_all(other.senders, |k, n| self.senders.entry(k).or_default().merge(n));
        add_all(other.final_recipients, |k, n| self.final_recipients.entry(k).or_default().merge(n));
        add_all(other.recipient_domains, |k, n| self.recipient_domains.entry(k).or_default().merge(n));
        add_all(other.hours, |k, n| merge_hour(self.hours.entry(k).or_default(), n));
        add_all(other.connectors, |k, n| self.connectors.entry(k).or_default().merge(n));
        add_all(other.failures, |k, n| match self.failures.get_mut(&k) {
            Some(mine) => mine.merge(n),
            None => drop(self.failures.insert(k, n)),
        });
        add_all(other.not_found, |k, n| match self.not_found.get_mut(&k) {
            Some(mine) => mine.merge(n),
            None => drop(self.not_found.insert(k, n)),
        });
    }
}

fn add_all<K, V>(from: impl IntoIterator<Item = (K, V)>, mut add: impl FnMut(K, V)) {
    for (key, value) in from {
        add(key, value);
    }
}

fn merge_hour(mine: &mut HourRow, other: HourRow) {
    mine.messages += other.messages;
    mine.recipients += other.recipients;
    mine.delivered += other.delivered;
    mine.sent += other.sent;
    mine.failed += other.failed;
    mine.open += other.open;
}

fn push(latencies: &mut Latencies, between: (Symbol, Symbol), latency: i32) {
    latencies.entry(between).or_default().push(latency);
}

fn merge_latencies(mine: &mut Latencies, other: Latencies) {
    add_all(other, |k, n| mine.entry(k).or_default().extend(n));
}

impl Sum {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
    }
}

impl Connector {
    fn merge(&mut self, other: Self) {
        add_all(other.decisions, |k, n| *self.decisions.entry(k).or_default() += n);
        self.bytes += other.bytes;
        merge_latencies(&mut self.latency, other.latency);
        add_all(other.next_hops, |k, n| self.next_hops.entry(k).or_default().merge(n));
    }
}

impl Failure {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.span.see(other.span.first);
        self.span.see(other.span.last);
        add_all(other.texts, |k, n| *self.texts.entry(k).or_default() += n);
        add_all(other.domains, |k, n| *self.domains.entry(k).or_default() += n);
    }
}

impl NotFound {
    fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        self.span.see(other.span.first);
        self.span.see(other.span.last);
        self.senders.extend(other.senders);
    }
}
