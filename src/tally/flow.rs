//! Recipients counted by when and which way their mail went, for the page of a report. Two looks at all messages are
//! needed: the first ([`Listing`]) sees what there is most of, the second tells only that apart ([`Plan`]), so that
//! what is kept does not grow with the number of hosts and addresses. Only where a page is asked for.

mod bins;
mod finish;
mod listing;
mod plan;
mod way;

use hashbrown::HashMap;

use crate::model::journey::{Journey, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of};
use crate::model::time::Timestamp;
use crate::tally::{FailureKey, is_done, is_failure};

use bins::{bin, latencies, sizes};
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

/// Recipients of one key, and the sizes of their messages.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    n: u64,
    bytes: u64,
}

/// What recipients of one cell are counted by further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Detail {
    /// Part of the way, and bin of the time it took.
    Latency(Part, u8),
    /// Bin.
    Size(u8),
    /// List, and place in it.
    Top(List, u8),
}

/// The lists of the most frequent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum List {
    Senders,
    Recipients,
    SenderDomains,
    RecipientDomains,
    Statuses,
}

/// What has been counted so far.
#[derive(Debug)]
pub struct Flow<'p> {
    plan: &'p Plan,
    latencies: Vec<u64>,
    sizes: Vec<u64>,
    /// Cells by their place.
    places: HashMap<Key, u32>,
    cells: Vec<(Key, Sum)>,
    details: HashMap<(u32, Detail), u32>,
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
            latencies: latencies(),
            sizes: sizes(),
            places: HashMap::new(),
            cells: Vec::new(),
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
            self.leaf(leaf, &whole, journey, names);
        }
    }

    fn leaf(&mut self, leaf: &Leaf, whole: &Whole, journey: &Journey, names: &Frozen) {
        let plan = self.plan;
        let cell = self.cell(Key {
            server: plan.server.number(leaf.server),
            decision: leaf.decision as u16,
            connector: plan.connector.number(connector(leaf)),
            next_hop: plan.next_hop.number(leaf.next_hop),
            ..whole.key
        });
        if let Some((_, sum)) = self.cells.get_mut(cell as usize) {
            sum.n += 1;
            sum.bytes += whole.bytes.unwrap_or(0);
        }
        match whole.bytes {
            Some(bytes) => self.count(cell, Detail::Size(bin(bytes, &self.sizes))),
            None => self.without_size += 1,
        }
        let status = || plan.statuses.place(&FailureKey::of(leaf));
        let tops = [
            (List::Senders, whole.sender),
            (List::SenderDomains, whole.sender_domain),
            (List::Recipients, plan.recipients.place(&leaf.folded.1)),
            (List::RecipientDomains, plan.recipient_domains.place(domain_of(names.get(leaf.folded.0)))),
            (List::Statuses, is_failure(leaf.decision).then(status).flatten()),
        ];
        for (list, place) in tops {
            place.into_iter().for_each(|place| self.count(cell, Detail::Top(list, place)));
        }
        if is_done(leaf.decision) {
            let ahead = plan.offsets.of(leaf.last_server) - plan.offsets.of(journey.first_server);
            self.took(cell, Part::Whole, leaf.latency_ms - ahead);
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
            to.into_iter().for_each(|to| *self.changes.entry((server, to)).or_default() -= 1);
        }
    }

    fn cell(&mut self, key: Key) -> u32 {
        let next = self.cells.len() as u32;
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.cells.push((key, Sum::default()));
        }
        place
    }

    fn count(&mut self, cell: u32, detail: Detail) {
        *self.details.entry((cell, detail)).or_default() += 1;
    }

    fn took(&mut self, cell: u32, part: Part, ms: i64) {
        let bin = bin(ms.max(0) as u64, &self.latencies);
        self.count(cell, Detail::Latency(part, bin));
    }

    /// Adds what another thread has counted by the same plan.
    pub fn merge(&mut self, other: Self) {
        let mut places = Vec::with_capacity(other.cells.len());
        for (key, sum) in other.cells {
            let place = self.cell(key);
            if let Some((_, mine)) = self.cells.get_mut(place as usize) {
                *mine = Sum { n: mine.n + sum.n, bytes: mine.bytes + sum.bytes };
            }
            places.push(place);
        }
        for ((cell, detail), n) in other.details {
            let Some(cell) = places.get(cell as usize) else { continue };
            *self.details.entry((*cell, detail)).or_default() += n;
        }
        other.changes.into_iter().for_each(|(k, n)| *self.changes.entry(k).or_default() += n);
        self.without_size += other.without_size;
    }
}
