//! What is normal in these logs: counted over every message before any is judged. Adds up only, so
//! that parts counted by different threads make the same whole in any order.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use super::addresses::{Addresses, ByDomain, Mark};
use super::case::{digits, exits, is_not_found_here, is_nowhere, peer_name};
use super::expected::Table;
use super::smart_hosts::Used;
use super::stays::Stays;
use super::thresholds::Thresholds;
use crate::model::journey::{Class, Decision, Direction, Journey, Leaf, Step};
use crate::model::name::{EMPTY, Frozen, Symbol, is_exchange_online};
use crate::model::time::Timestamp;

/// What made a message worth a second look: 0, or a hash of what must turn out to be unusual.
pub type Suspicion = u64;

/// Addresses rewritten to one onmicrosoft.com domain that are kept to compare it with others.
const TENANT_ADDRESSES: usize = 8;

/// What went by one connector to one domain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Leaves.
    pub count: u64,
    /// Of those, not rewritten by RESOLVE.
    pub as_addressed: u64,
    /// Of those, that never came back.
    pub stayed: u64,
    /// Of all, to a host of Exchange Online.
    pub online: u64,
    /// Smallest and largest message; (`u64::MAX`, 0) where no size is known.
    pub sizes: (u64, u64),
    /// First and last.
    pub span: (i64, i64),
    /// Who sent it; the empty symbol where several did.
    pub server: Symbol,
    /// By which it is remembered.
    hash: Suspicion,
}

/// A message that was made from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Made {
    /// Hash of the message-id it was made from, or reports on.
    pub from: u64,
    /// What kind it is.
    pub class: Class,
    /// Its sender and first recipient, smaller first.
    pub between: (Symbol, Symbol),
}

/// Counts of what is normal. `'n` is the life of the texts.
#[derive(Debug)]
pub struct Survey<'n> {
    pub(super) names: &'n Frozen,
    /// A copy of its own for each thread.
    pub(super) thresholds: Thresholds,
    /// Of all threads.
    pub(super) addresses: Arc<Addresses<'n>>,
    /// What the exports lead to expect; of all threads.
    expected: Option<Arc<Table<'n>>>,
    /// Hosts that connectors with smart hosts handed mail to.
    pub(super) hosts: Used,
    /// Some addresses that RESOLVE turned into others under onmicrosoft.com, by the two domains; with the
    /// same local part only, else an empty list.
    resolved: HashMap<(u32, u32), Vec<Symbol>>,
    pairs: HashMap<(Symbol, u32), Pair>,
    pub(super) made: HashMap<u64, Made>,
    /// Messages by peer that went out and came back once, and ended well.
    pub(super) returned: HashMap<Vec<u8>, u64>,
    pub(super) stays: HashMap<(Symbol, Symbol), Stays>,
    /// Domains that do not exist, as far as failures may say so.
    pub(super) nowhere: HashSet<u32>,
    /// Last event by server.
    pub(super) ends: HashMap<Symbol, Timestamp>,
}

/// The hash by which a connector and a domain are remembered.
pub(super) fn pair_hash(connector: &[u8], domain: &[u8]) -> Suspicion {
    FixedState::default().hash_one((1u8, connector, domain)).max(1)
}

/// The hash by which a connector and a host are remembered.
pub(super) fn host_hash(connector: &[u8], host: &[u8]) -> Suspicion {
    FixedState::default().hash_one((3u8, connector, &*peer_name(host))).max(1)
}

/// The hash by which a message made of another is remembered.
pub(super) fn made_hash(from: u64) -> Suspicion {
    FixedState::default().hash_one((2u8, from)).max(1)
}

/// By what mail for an address that was rewritten is remembered, together with that for some others.
pub(super) fn sent_away(address: Symbol) -> Suspicion {
    const LOTS: u64 = 1 << 10;
    1 + u64::from(address.0) % LOTS
}

impl<'n> Survey<'n> {
    /// Nothing counted yet; what is counted by address is counted in the table given.
    pub fn new(
        addresses: Arc<Addresses<'n>>,
        expected: Option<Arc<Table<'n>>>,
        thresholds: Thresholds,
    ) -> Self {
        Self {
            names: addresses.names,
            thresholds,
            addresses,
            expected,
            hosts: Used::new(),
            resolved: HashMap::new(),
            pairs: HashMap::new(),
            made: HashMap::new(),
            returned: HashMap::new(),
            stays: HashMap::new(),
            nowhere: HashSet::new(),
            ends: HashMap::new(),
        }
    }

    /// Counts a message. `suspect` is told why it may be worth a second look, if it may.
    pub fn add(&mut self, journey: &Journey, mut suspect: impl FnMut(Suspicion)) {
        let mut sure = !journey.circles.is_empty() || !journey.remarks.is_empty();
        if journey.links.1 != 0 || journey.class == Class::Dsn {
            self.made_message(journey);
        }
        if journey.links.1 != 0 {
            suspect(made_hash(journey.links.1));
        }
        for stay in &journey.stays {
            self.stays.entry((stay.server, stay.connector)).or_default().add(stay.ms);
            sure |= stay.ms > self.thresholds.delay_least;
        }
        let taken = |l: &Leaf| l.folded.0 != journey.sender_folded && l.decision == Decision::LocalDelivery;
        let outside =
            journey.entered_by_smtp == Some(true) && journey.directionality != Direction::Originating;
        if outside && journey.class == Class::Normal && journey.leaves.iter().any(taken) {
            self.addresses.at(journey.sender_folded).mark(Mark::Writes);
            bringers(journey).for_each(|host| self.addresses.at(host).was_welcome());
        }
        if journey.entered_by_smtp == Some(false) && journey.class == Class::Normal {
            self.addresses.at(journey.sender_folded).wrote_here(journey.first_seen);
        }
        sure |= journey.automatic;
        for leaf in &journey.leaves {
            let odd = self.expected.as_ref().is_some_and(|e| e.is_odd(journey.size_bytes, leaf));
            sure |= odd || is_unusual(leaf) || goes_back(journey, leaf);
            self.leaf(journey, leaf, &mut suspect);
        }
        if sure {
            suspect(0);
        }
        self.came_back(journey);
    }

    fn leaf(&mut self, journey: &Journey, leaf: &Leaf, suspect: &mut impl FnMut(Suspicion)) {
        let end = self.ends.entry(leaf.last_server).or_default();
        *end = leaf.last_seen.max(*end);
        let given_up = leaf.status.code.is_some_and(|c| matches!(digits(c), (5, 4, 6 | 14)));
        let domain = self.addresses.domain(leaf.folded.1);
        let address = self.addresses.at(leaf.folded.1);
        if leaf.laps >= self.thresholds.loop_laps || given_up {
            address.mark(Mark::Harmed);
        }
        match leaf.decision {
            Decision::LocalDelivery => {
                address.mark(Mark::Delivered);
                address.was_known(leaf.last_seen);
                if leaf.folded.0 != leaf.folded.1 {
                    self.addresses.at(leaf.folded.0).was_known(leaf.last_seen);
                    if leaf.via.last().is_some_and(|v| v.step == Step::Resolve) {
                        address.mark(Mark::Stands);
                    }
                }
            }
            Decision::SendConnector | Decision::RemoteRoutingAddress if leaf.connector != EMPTY => {
                suspect(self.sent(journey, leaf, domain));
                if self.expected.as_ref().is_some_and(|e| e.has_smart_hosts(leaf.connector)) {
                    *self.hosts.entry((leaf.connector, leaf.next_hop)).or_default() += 1;
                    suspect(host_hash(self.names.get(leaf.connector), self.names.get(leaf.next_hop)));
                }
            }
            Decision::RecipientNotFound if is_not_found_here(leaf) => {
                address.mark(Mark::NotFound);
                bringers(journey).for_each(|host| self.addresses.at(host).mark(Mark::Knocks));
            }
            Decision::Failed if is_nowhere(leaf, self.names) => drop(self.nowhere.insert(domain)),
            _ => {}
        }
        for via in leaf.via.iter().filter(|v| v.step == Step::Resolve) {
            self.resolved(via.folded, journey.first_seen);
            suspect(sent_away(via.folded.0));
        }
    }

    fn resolved(&mut self, (from, to): (Symbol, Symbol), time: Timestamp) {
        let address = self.addresses.at(from);
        address.was_known(time);
        let domains = (self.addresses.domain(from), self.addresses.domain(to));
        if from != to {
            address.was_sent_away(time);
        }
        if self.addresses.text(domains.1).ends_with(b".onmicrosoft.com") {
            let some = self.resolved.entry(domains).or_default();
            let local = |s| local_part(self.names.get(s));
            if some.len() < TENANT_ADDRESSES && local(from) == local(to) {
                keep(some, from);
            }
        }
    }

    /// Counts what went by a connector, and says by what hash that is remembered.
    fn sent(&mut self, journey: &Journey, leaf: &Leaf, domain: u32) -> Suspicion {
        let time = leaf.last_seen.0;
        let hash = || pair_hash(self.names.get(leaf.connector), self.addresses.text(domain));
        let pair = self.pairs.entry((leaf.connector, domain)).or_insert_with(|| Pair {
            count: 0,
            as_addressed: 0,
            stayed: 0,
            online: 0,
            sizes: (u64::MAX, 0),
            span: (time, time),
            server: leaf.server,
            hash: hash(),
        });
        pair.count += 1;
        pair.server = if pair.server == leaf.server { leaf.server } else { EMPTY };
        pair.online += u64::from(is_exchange_online(self.names.get(leaf.next_hop)));
        let as_addressed = leaf.via.iter().all(|v| v.step != Step::Resolve);
        pair.as_addressed += u64::from(as_addressed);
        pair.stayed += u64::from(as_addressed && leaf.laps == 0);
        if let Some(size) = journey.size_bytes {
            pair.sizes = (pair.sizes.0.min(size), pair.sizes.1.max(size));
        }
        pair.span = (pair.span.0.min(time), pair.span.1.max(time));
        pair.hash
    }

    fn made_message(&mut self, journey: &Journey) {
        let recipient = journey.leaves.first().map_or(EMPTY, |l| l.folded.0);
        let (a, b) = (journey.sender_folded, recipient);
        let between = if self.names.get(a) <= self.names.get(b) { (a, b) } else { (b, a) };
        let made = Made { from: journey.links.1, class: journey.class, between };
        if journey.links.0 != 0 && journey.links.0 != journey.links.1 {
            self.note_made(journey.links.0, made);
        }
    }

    /// Of several messages with one message-id the same one is kept, whichever came first.
    fn note_made(&mut self, id: u64, made: Made) {
        let text = |m: &Made| (m.class, self.names.get(m.between.0), self.names.get(m.between.1));
        match self.made.get_mut(&id) {
            Some(old) if text(old) < text(&made) => {}
            // Of two that differ in nothing else it is not known what the one message was made from.
            Some(old) if text(old) == text(&made) => {
                old.from = if old.from == made.from { made.from } else { 0 }
            }
            _ => drop(self.made.insert(id, made)),
        }
    }

    /// Counts a message whose every recipient that came back came back once and then ended well.
    fn came_back(&mut self, journey: &Journey) {
        let mut peers: Vec<Vec<u8>> = Vec::new();
        for leaf in journey.leaves.iter().filter(|l| l.laps > 0) {
            let well = matches!(
                leaf.decision,
                Decision::LocalDelivery | Decision::SendConnector | Decision::RemoteRoutingAddress
            );
            if leaf.laps > 1 || !well {
                return;
            }
            let exits = exits(leaf, self.names, &self.thresholds);
            peers.extend(exits.iter().filter(|e| e.back.is_some()).map(|e| e.peer.to_vec()));
        }
        peers.sort_unstable();
        peers.dedup();
        for peer in peers {
            *self.returned.entry(peer).or_default() += 1;
        }
    }

    /// What was counted by domain.
    pub(super) fn by_domain(&self) -> ByDomain<'n> {
        let mut out = self.addresses.by_domain();
        let text = |domain: u32| self.addresses.text(domain);
        out.resolved =
            self.resolved.iter().map(|((a, b), some)| ((text(*a), text(*b)), some.len())).collect();
        out.pairs = self.pairs.iter().map(|((c, domain), pair)| ((*c, text(*domain)), *pair)).collect();
        out
    }

    /// Adds what another thread has counted, which was given the same table.
    pub fn merge(&mut self, other: Self) {
        for (domains, some) in other.resolved {
            let mine = self.resolved.entry(domains).or_default();
            for address in some {
                keep(mine, address);
            }
            mine.truncate(TENANT_ADDRESSES);
        }
        for (key, pair) in other.pairs {
            match self.pairs.get_mut(&key) {
                Some(mine) => mine.merge(&pair),
                None => drop(self.pairs.insert(key, pair)),
            }
        }
        other.made.into_iter().for_each(|(id, made)| self.note_made(id, made));
        for (peer, n) in other.returned {
            *self.returned.entry(peer).or_default() += n;
        }
        for (pair, n) in other.hosts {
            *self.hosts.entry(pair).or_default() += n;
        }
        for (key, stays) in other.stays {
            self.stays.entry(key).or_default().merge(&stays);
        }
        self.nowhere.extend(other.nowhere);
        for (server, time) in other.ends {
            let end = self.ends.entry(server).or_default();
            *end = time.max(*end);
        }
    }
}

impl Pair {
    /// Whether the two carried mail at the same time, of sizes that do not tell them apart, and one server may
    /// have sent by both.
    pub(super) fn may_alternate(&self, other: &Self) -> bool {
        let overlap = |a: (i64, i64), b: (i64, i64)| a.0 < b.1 && b.0 < a.1;
        let known = self.sizes.0 <= self.sizes.1 && other.sizes.0 <= other.sizes.1;
        let alike = self.sizes.0 <= other.sizes.1 && other.sizes.0 <= self.sizes.1;
        let one_server = self.server == other.server || self.server == EMPTY || other.server == EMPTY;
        overlap(self.span, other.span) && (alike || !known) && one_server
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.as_addressed += other.as_addressed;
        self.stayed += other.stayed;
        self.online += other.online;
        self.server = if self.server == other.server { self.server } else { EMPTY };
        self.sizes = (self.sizes.0.min(other.sizes.0), self.sizes.1.max(other.sizes.1));
        self.span = (self.span.0.min(other.span.0), self.span.1.max(other.span.1));
    }
}

/// Whether a leaf is worth a second look whatever is normal here.
fn is_unusual(leaf: &Leaf) -> bool {
    let (usual, exits) = match leaf.decision {
        Decision::LocalDelivery => (true, 0),
        // What is counted by connector cannot tell of mail that names none.
        Decision::SendConnector | Decision::RemoteRoutingAddress => (leaf.connector != EMPTY, 1),
        _ => (false, 0),
    };
    !usual
        || leaf.exits != exits
        || leaf.laps > 0
        || leaf.troubled
        || leaf.deliveries > 1
        || !leaf.missing.is_empty()
}

/// Whether a leaf is forwarded to who sent it.
fn goes_back(journey: &Journey, leaf: &Leaf) -> bool {
    leaf.folded.1 == journey.sender_folded && leaf.via.iter().any(|v| v.step == Step::Redirect)
}

/// The host that brought a message, and the address that it had it from.
fn bringers(journey: &Journey) -> impl Iterator<Item = Symbol> {
    let (host, origin) = journey.came_from;
    [host, origin].into_iter().filter(|s| *s != EMPTY)
}

/// Adds to a set.
fn keep(some: &mut Vec<Symbol>, one: Symbol) {
    if !some.contains(&one) {
        some.push(one);
    }
}

fn local_part(address: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'@', address).unwrap_or(address.len());
    address.get(..end).unwrap_or_default()
}
