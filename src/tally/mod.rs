//! Journeys in, the report's numbers out. Adds up only: sums, extremes and lists of values, so that
//! parts counted by different threads make the same whole in any order.

mod address;
mod clocks;
mod coverage;
mod finish;
pub mod flow;
mod hourly;
mod latency;
pub mod verdict;

use std::sync::Arc;

use hashbrown::HashMap;

use crate::model::event::{EventId, Source};
use crate::model::journey::{Class, Decision, Journey, Leaf};
use crate::model::name::{EMPTY, Symbol};
use crate::model::report::HourRow;
use crate::model::status::EnhancedCode;
use crate::model::time::Timestamp;

pub use address::Addresses;
use address::What;
use clocks::Clocks;
pub use coverage::{coverage, events};
pub use finish::finish;
pub use hourly::Hourly;
use latency::Values;

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

/// What latencies are kept apart by: the decision, the connector if it is one that was used, and the servers
/// whose clocks they were measured with, that of the first event and that of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Measured {
    decision: Decision,
    connector: Symbol,
    between: (Symbol, Symbol),
}

/// Where a connector handed something, and what was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Handed {
    connector: Symbol,
    next_hop: Symbol,
    decision: Decision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct FailureKey {
    decision: Decision,
    code: Option<EnhancedCode>,
    tag: Symbol,
    by: Option<(EventId, Source)>,
}

impl FailureKey {
    fn of(leaf: &Leaf) -> Self {
        Self { decision: leaf.decision, code: leaf.status.code, tag: leaf.status.tag, by: leaf.decided_by }
    }
}

#[derive(Clone, Debug)]
struct Failure {
    count: u64,
    span: Span,
    texts: HashMap<Symbol, u64>,
    addresses: HashMap<Symbol, u64>,
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
    /// By SMTP, from a mailbox, a report made here, not in these logs.
    entered: [u64; 4],
    classes: HashMap<Class, u64>,
    decisions: [u64; Decision::ALL.len()],
    deferred_once: (u64, u64),
    laps: (u64, u32),
    /// The lowest and the highest of those whose mail came back.
    came_back: Option<(Symbol, Symbol)>,
    hours: HashMap<i64, HourRow>,
    handed: HashMap<Handed, Sum>,
    /// In ms, as logged.
    latency: HashMap<Measured, Values>,
    clocks: Clocks,
    failures: HashMap<FailureKey, Failure>,
    not_found: HashMap<Symbol, NotFound>,
    /// Of all threads.
    addresses: Arc<Addresses>,
    missing: HashMap<Symbol, u64>,
}

impl Tally {
    /// Nothing counted yet; what is counted by address is counted in the table given.
    pub fn new(addresses: Arc<Addresses>) -> Self {
        Self { addresses, ..Self::default() }
    }

    /// Counts a message that the filters left out.
    pub fn skip(&mut self) {
        self.not_chosen += 1;
    }

    /// Counts a message.
    pub fn add(&mut self, journey: &Journey) {
        let size = journey.size_bytes.unwrap_or(0);
        self.messages += 1;
        self.bytes += size;
        self.without_recipients += u64::from(journey.leaves.is_empty());
        *self.classes.entry(journey.class).or_default() += 1;
        let [by_smtp, from_a_mailbox, made_here, elsewhere] = &mut self.entered;
        *match (journey.entered_by_smtp, journey.received) {
            (Some(true), _) => by_smtp,
            (Some(false), _) => from_a_mailbox,
            (None, Some((Source::Dsn, _))) => made_here,
            (None, _) => elsewhere,
        } += 1;
        if journey.sender != EMPTY {
            self.addresses.add(journey.sender, What::Sent, size);
        }
        journey.legs.iter().for_each(|leg| self.clocks.see(leg));
        let mut hour = HourRow { messages: 1, ..HourRow::default() };
        for leaf in &journey.leaves {
            self.leaf(leaf, journey, &mut hour);
        }
        merge_hour(self.hours.entry(journey.first_seen.hour()).or_default(), hour);
    }

    fn leaf(&mut self, leaf: &Leaf, journey: &Journey, hour: &mut HourRow) {
        self.recipients += 1;
        if let Some(n) = self.decisions.get_mut(leaf.decision as usize) {
            *n += 1;
        }
        self.address(leaf, journey.size_bytes.unwrap_or(0));
        if leaf.defers > 0 {
            self.deferred_once = (self.deferred_once.0 + 1, self.deferred_once.1 + u64::from(leaf.defers));
        }
        if leaf.laps > 0 {
            self.laps = (self.laps.0 + 1, self.laps.1.max(leaf.laps));
            self.came_back(leaf.folded.1, leaf.folded.1);
        }
        for server in &leaf.missing {
            *self.missing.entry(*server).or_default() += 1;
        }
        hour.recipients += 1;
        match leaf.decision {
            Decision::LocalDelivery => hour.delivered += 1,
            Decision::SendConnector | Decision::RemoteRoutingAddress => hour.sent += 1,
            Decision::RecipientNotFound | Decision::Failed | Decision::Dropped => {
                hour.failed += 1;
                self.failure(leaf, journey);
            }
            Decision::Deferred | Decision::HandedOff | Decision::InTransit | Decision::Expanded => {
                hour.open += 1;
            }
        }
        self.connector(leaf, journey);
    }

    fn came_back(&mut self, least: Symbol, most: Symbol) {
        let (a, b) = self.came_back.unwrap_or((least, most));
        self.came_back = Some((a.min(least), b.max(most)));
    }

    fn address(&self, leaf: &Leaf, size: u64) {
        let (first, last) = leaf.folded;
        self.addresses.add(first, What::Addressed, size);
        self.addresses.add(last, What::Ended, size);
        if leaf.decision == Decision::LocalDelivery {
            self.addresses.deliver(last);
        }
    }

    fn connector(&mut self, leaf: &Leaf, journey: &Journey) {
        let decision = leaf.decision;
        let used = leaf.connector != EMPTY && decision != Decision::LocalDelivery;
        let connector = if used { leaf.connector } else { EMPTY };
        if used {
            let handed = Handed { connector, next_hop: leaf.next_hop, decision };
            self.handed.entry(handed).or_default().add(journey.size_bytes.unwrap_or(0));
        }
        if let Some((by, latency)) = measured(leaf) {
            self.latency.entry(by).or_default().add(latency);
        }
    }

    fn failure(&mut self, leaf: &Leaf, journey: &Journey) {
        let at = leaf.last_seen;
        let new = || Failure {
            count: 0,
            span: Span { first: at, last: at },
            texts: HashMap::new(),
            addresses: HashMap::new(),
        };
        let failure = self.failures.entry(FailureKey::of(leaf)).or_insert_with(new);
        failure.count += 1;
        failure.span.see(at);
        *failure.texts.entry(leaf.status.text).or_default() += 1;
        *failure.addresses.entry(leaf.folded.1).or_default() += 1;
        if leaf.decision == Decision::RecipientNotFound {
            let new = || NotFound { messages: 0, span: Span { first: at, last: at }, senders: Vec::new() };
            let entry = self.not_found.entry(leaf.folded.1).or_insert_with(new);
            entry.messages += 1;
            entry.span.see(at);
            entry.senders.push(journey.sender);
        }
    }

    /// Adds what another thread has counted, which was given the same table.
    pub fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        self.not_chosen += other.not_chosen;
        self.without_recipients += other.without_recipients;
        self.recipients += other.recipients;
        self.bytes += other.bytes;
        self.deferred_once.0 += other.deferred_once.0;
        self.deferred_once.1 += other.deferred_once.1;
        self.laps = (self.laps.0 + other.laps.0, self.laps.1.max(other.laps.1));
        if let Some((least, most)) = other.came_back {
            self.came_back(least, most);
        }
        self.entered.iter_mut().zip(other.entered).for_each(|(mine, n)| *mine += n);
        self.decisions.iter_mut().zip(other.decisions).for_each(|(mine, n)| *mine += n);
        add_all(other.classes, |k, n| *self.classes.entry(k).or_default() += n);
        add_all(other.latency, |k, n| self.latency.entry(k).or_default().merge(n));
        self.clocks.merge(other.clocks);
        add_all(other.missing, |k, n| *self.missing.entry(k).or_default() += n);
        add_all(other.hours, |k, n| merge_hour(self.hours.entry(k).or_default(), n));
        add_all(other.handed, |k, n| self.handed.entry(k).or_default().merge(n));
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

/// How long a leaf took, ms as logged, if it arrived.
fn measured(leaf: &Leaf) -> Option<(Measured, i32)> {
    let used = leaf.decision != Decision::LocalDelivery;
    let connector = if used { leaf.connector } else { EMPTY };
    let by = Measured { decision: leaf.decision, connector, between: leaf.took.between };
    let latency = leaf.took.ms.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    is_done(leaf.decision).then_some((by, latency))
}

/// Whether mail arrived, as far as these logs go.
fn is_done(decision: Decision) -> bool {
    matches!(decision, Decision::LocalDelivery | Decision::SendConnector | Decision::RemoteRoutingAddress)
}

/// Whether mail came to a bad end.
fn is_failure(decision: Decision) -> bool {
    matches!(decision, Decision::RecipientNotFound | Decision::Failed | Decision::Dropped)
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

impl Sum {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
    }
}

impl Failure {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.span.see(other.span.first);
        self.span.see(other.span.last);
        add_all(other.texts, |k, n| *self.texts.entry(k).or_default() += n);
        add_all(other.addresses, |k, n| *self.addresses.entry(k).or_default() += n);
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
