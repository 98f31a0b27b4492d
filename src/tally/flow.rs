//! Recipients counted by when and which way their mail went, for the page of a report. Two looks at all messages are
//! needed: the first ([`Listing`]) sees what there is most of, the second tells only that apart ([`Plan`]), so that
//! what is kept does not grow with the number of hosts and addresses. Only where a page is asked for.

mod bins;
mod counts;
mod finish;
mod grain;
mod listing;
mod own;
mod plan;
mod way;

use hashbrown::HashMap;

use crate::model::journey::{Journey, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of};
use crate::model::time::Timestamp;
use crate::tally::{FailureKey, is_done, is_failure};

use bins::bin;
use counts::{Detail, LAST_PART, Sort};
use grain::Grain;
pub use listing::Listing;
use listing::{Entry, connector};
pub use plan::Plan;
use way::{Part, Walked, walk};

/// What recipients are counted by: bucket, and numbers of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    t: u32,
    entry: u16,
    server: u16,
    decision: u16,
    connector: u16,
    next_hop: u16,
}

impl Key {
    /// With one number for all that is not told apart.
    fn within(self, grain: Grain) -> Self {
        let Grain { names, next_hops, .. } = grain;
        Self {
            entry: self.entry.min(names),
            server: self.server.min(names),
            connector: self.connector.min(names),
            next_hop: self.next_hop.min(next_hops),
            ..self
        }
    }
}

/// What has been counted so far.
#[derive(Debug)]
pub struct Flow<'p> {
    plan: &'p Plan,
    /// Cells by their place.
    places: HashMap<Key, u32>,
    cells: Vec<(Key, u64)>,
    /// Parts of ways by their number.
    parts: HashMap<Part, u32>,
    details: HashMap<Detail, u32>,
    /// By how much what waits at a server changes in a bucket.
    changes: HashMap<(Symbol, i64), i64>,
    without_size: u64,
}

/// What holds for all recipients of a message.
struct Whole {
    key: Key,
    bytes: Option<u64>,
    sender: Option<u8>,
    sender_domain: Option<u8>,
}

impl<'p> Flow<'p> {
    /// Nothing counted yet.
    pub fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            places: HashMap::new(),
            cells: Vec::new(),
            parts: HashMap::new(),
            details: HashMap::new(),
            changes: HashMap::new(),
            without_size: 0,
        }
    }

    /// Counts the recipients of a message, which must have its hops.
    pub fn add(&mut self, journey: &Journey, names: &Frozen) {
        let plan = self.plan;
        let sent = journey.sender != EMPTY;
        let domain = || domain_of(names.get(journey.sender));
        let whole = Whole {
            key: Key {
                t: plan.bucket(journey.first_seen.0) as u32,
                entry: plan.entry.number(Entry::of(journey, names)),
                server: 0,
                decision: 0,
                connector: 0,
                next_hop: 0,
            },
            bytes: journey.size_bytes,
            sender: plan.senders.place(&journey.sender).filter(|_| sent),
            sender_domain: plan.sender_domains.place(domain()).filter(|_| sent),
        };
        for leaf in &journey.leaves {
            self.leaf(leaf, &whole, names);
        }
    }

    fn leaf(&mut self, leaf: &Leaf, whole: &Whole, names: &Frozen) {
        let plan = self.plan;
        let key = Key {
            server: plan.server.number(leaf.server),
            decision: leaf.decision as u16,
            connector: plan.connector.number(connector(leaf)),
            next_hop: plan.next_hop.number(leaf.next_hop),
            ..whole.key
        };
        let cell = self.cell(key.within(plan.grain));
        if let Some((_, sum)) = self.cells.get_mut(cell as usize) {
            *sum += 1;
        }
        match whole.bytes {
            Some(bytes) => self.count(Detail::new(cell, Sort::Size, 0, bin(bytes, &plan.sizes))),
            None => self.without_size += 1,
        }
        let status = || plan.statuses.place(&FailureKey::of(leaf));
        let tops = [
            (Sort::Senders, whole.sender),
            (Sort::SenderDomains, whole.sender_domain),
            (Sort::Recipients, plan.recipients.place(&leaf.folded.1)),
            (Sort::RecipientDomains, plan.recipient_domains.place(domain_of(names.get(leaf.folded.0)))),
            (Sort::Statuses, is_failure(leaf.decision).then(status).flatten()),
        ];
        for (list, place) in tops {
            if let Some(place) = place {
                self.count(Detail::new(cell, list, 0, place));
            }
        }
        if is_done(leaf.decision) {
            let (from, to) = leaf.took.between;
            let ahead = plan.offsets.of(to) - plan.offsets.of(from);
            self.took(cell, Part::Whole, leaf.took.ms - ahead);
        }
        walk(leaf, |step| match step {
            Walked::Took(part, from, to) => {
                let time = |(server, time): (Symbol, Timestamp)| time.0 - plan.offsets.of(server);
                self.took(cell, part, time(to) - time(from));
            }
            Walked::Stayed(server, from, to) => self.stayed(server, from, to),
        });
    }

    /// Takes note that a server kept something; `to` is `None` where it still does.
    fn stayed(&mut self, server: Symbol, from: Timestamp, to: Option<Timestamp>) {
        let (from, to) = (self.plan.bucket(from.0), to.map(|to| self.plan.bucket(to.0)));
        if to.is_none_or(|to| to > from) {
            *self.changes.entry((server, from)).or_default() += 1;
            if let Some(to) = to {
                *self.changes.entry((server, to)).or_default() -= 1;
            }
        }
    }

    fn cell(&mut self, key: Key) -> u32 {
        let next = self.cells.len() as u32;
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.cells.push((key, 0));
        }
        place
    }

    fn count(&mut self, detail: Detail) {
        *self.details.entry(detail).or_default() += 1;
    }

    fn took(&mut self, cell: u32, part: Part, ms: i64) {
        let part = self.part(part);
        let bin = bin(ms.max(0) as u64, &self.plan.latencies);
        self.count(Detail::new(cell, Sort::Latency, part, bin));
    }

    fn part(&mut self, part: Part) -> u32 {
        let next = (self.parts.len() as u32).min(LAST_PART);
        *self.parts.entry(part).or_insert(next)
    }

    /// Adds what another thread has counted by the same plan.
    pub fn merge(&mut self, other: Self) {
        let mut places = Vec::with_capacity(other.cells.len());
        for (key, sum) in other.cells {
            let place = self.cell(key);
            if let Some((_, mine)) = self.cells.get_mut(place as usize) {
                *mine += sum;
            }
            places.push(place);
        }
        let parts: HashMap<u32, u32> =
            other.parts.into_iter().map(|(part, number)| (number, self.part(part))).collect();
        for (detail, n) in other.details {
            let Some(cell) = places.get(detail.cell() as usize) else { continue };
            let latency = detail.is(Sort::Latency);
            let part = if latency { parts.get(&detail.part()).copied().unwrap_or(LAST_PART) } else { 0 };
            *self.details.entry(detail.moved(*cell, part)).or_default() += n;
        }
        other.changes.into_iter().for_each(|(k, n)| *self.changes.entry(k).or_default() += n);
        self.without_size += other.without_size;
    }
}
