//! What is normal in these logs: counted over every message before any is judged. Adds up only, so
//! that parts counted by different threads make the same whole in any order.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use super::case::{digits, exits, is_not_found_here};
use super::stays::Stays;
use super::thresholds::{DELAY_LEAST, LOOP_LAPS, ORG_ADDRESSES, TENANT_ADDRESSES};
use crate::model::journey::{Class, Decision, Direction, Journey, Leaf, Step};
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of, is_exchange_online};
use crate::model::time::Timestamp;

/// What made a message worth a second look: 0, or a hash of what must turn out to be unusual.
pub type Suspicion = u64;

/// What went by one connector to one domain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Leaves.
    pub count: u64,
    /// Of those, not rewritten by RESOLVE.
    pub as_addressed: u64,
    /// Of all, to a host of Exchange Online.
    pub online: u64,
    /// Smallest and largest message; (`u64::MAX`, 0) where no size is known.
    pub sizes: (u64, u64),
    /// First and last.
    pub span: (i64, i64),
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
    /// Some addresses delivered here, by domain; no more than are needed.
    pub(super) delivered: HashMap<&'n [u8], Vec<Symbol>>,
    /// Some addresses that RESOLVE turned into others under onmicrosoft.com, by the two domains; with the
    /// same local part only, else an empty list.
    pub(super) resolved: HashMap<(&'n [u8], &'n [u8]), Vec<Symbol>>,
    pub(super) pairs: HashMap<(Symbol, &'n [u8]), Pair>,
    /// When an address was first and last delivered here or rewritten to another.
    pub(super) known: HashMap<Symbol, (Timestamp, Timestamp)>,
    pub(super) not_found: HashMap<&'n [u8], HashSet<Symbol>>,
    /// Who writes by SMTP to somebody else, who gets it.
    pub(super) outside_senders: HashSet<Symbol>,
    /// Addresses whose mail came back more than once, or was given up as a loop.
    pub(super) harmed: HashSet<Symbol>,
    pub(super) made: HashMap<u64, Made>,
    /// Messages by peer that went out and came back once, and ended well.
    pub(super) returned: HashMap<Vec<u8>, u64>,
    pub(super) stays: HashMap<(Symbol, Symbol), Stays>,
    /// Last event by server.
    pub(super) ends: HashMap<Symbol, Timestamp>,
}

/// The hash by which a connector and a domain are remembered.
pub(super) fn pair_hash(connector: &[u8], domain: &[u8]) -> Suspicion {
    FixedState::default().hash_one((1u8, connector, domain)).max(1)
}

/// The hash by which a message made of another is remembered.
pub(super) fn made_hash(from: u64) -> Suspicion {
    FixedState::default().hash_one((2u8, from)).max(1)
}

impl<'n> Survey<'n> {
    /// Nothing counted yet.
    pub fn new(names: &'n Frozen) -> Self {
        Self {
            names,
            delivered: HashMap::new(),
            resolved: HashMap::new(),
            pairs: HashMap::new(),
            known: HashMap::new(),
            not_found: HashMap::new(),
            outside_senders: HashSet::new(),
            harmed: HashSet::new(),
            made: HashMap::new(),
            returned: HashMap::new(),
            stays: HashMap::new(),
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
            sure |= stay.ms > DELAY_LEAST;
        }
        let taken = |l: &Leaf| l.folded.0 != journey.sender_folded && l.decision == Decision::LocalDelivery;
        let outside =
            journey.entered_by_smtp == Some(true) && journey.directionality != Direction::Originating;
        if outside && journey.class == Class::Normal && journey.leaves.iter().any(taken) {
            self.outside_senders.insert(journey.sender_folded);
        }
        for leaf in &journey.leaves {
            sure |= is_unusual(leaf);
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
        if leaf.laps >= LOOP_LAPS || given_up {
            self.harmed.insert(leaf.folded.1);
        }
        let address = self.names.get(leaf.folded.1);
        let domain = domain_of(address);
        match leaf.decision {
            Decision::LocalDelivery => {
                keep_some(self.delivered.entry(domain).or_default(), leaf.folded.1, ORG_ADDRESSES);
                self.was_known(leaf.folded.1, leaf.last_seen);
                self.was_known(leaf.folded.0, leaf.last_seen);
            }
            Decision::SendConnector | Decision::RemoteRoutingAddress if leaf.connector != EMPTY => {
                self.sent(journey, leaf, domain);
                suspect(pair_hash(self.names.get(leaf.connector), domain));
            }
            Decision::RecipientNotFound if is_not_found_here(leaf) => {
                self.not_found.entry(domain).or_default().insert(leaf.folded.1);
            }
            _ => {}
        }
        for via in leaf.via.iter().filter(|v| v.step == Step::Resolve) {
            self.was_known(via.folded.0, journey.first_seen);
            let (from, to) = (self.names.get(via.folded.0), self.names.get(via.folded.1));
            if domain_of(to).ends_with(b".onmicrosoft.com") {
                let some = self.resolved.entry((domain_of(from), domain_of(to))).or_default();
                if local_part(from) == local_part(to) {
                    keep_some(some, via.folded.0, TENANT_ADDRESSES);
                }
            }
        }
    }

    fn was_known(&mut self, address: Symbol, time: Timestamp) {
        let (first, last) = self.known.entry(address).or_insert((time, time));
        (*first, *last) = (time.min(*first), time.max(*last));
    }

    fn sent(&mut self, journey: &Journey, leaf: &Leaf, domain: &'n [u8]) {
        let time = leaf.last_seen.0;
        let new = Pair { count: 0, as_addressed: 0, online: 0, sizes: (u64::MAX, 0), span: (time, time) };
        let pair = self.pairs.entry((leaf.connector, domain)).or_insert(new);
        pair.count += 1;
        pair.online += u64::from(is_exchange_online(self.names.get(leaf.next_hop)));
        pair.as_addressed += u64::from(leaf.via.iter().all(|v| v.step != Step::Resolve));
        if let Some(size) = journey.size_bytes {
            pair.sizes = (pair.sizes.0.min(size), pair.sizes.1.max(size));
        }
        pair.span = (pair.span.0.min(time), pair.span.1.max(time));
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
            let exits = exits(leaf, self.names);
            peers.extend(exits.iter().filter(|e| e.back.is_some()).map(|e| e.peer.to_vec()));
        }
        peers.sort_unstable();
        peers.dedup();
        for peer in peers {
            *self.returned.entry(peer).or_default() += 1;
        }
    }

    /// Adds what another thread has counted.
    pub fn merge(&mut self, other: Self) {
        for (domain, some) in other.delivered {
            let mine = self.delivered.entry(domain).or_default();
            for address in some {
                keep_some(mine, address, ORG_ADDRESSES);
            }
        }
        for (domains, some) in other.resolved {
            let mine = self.resolved.entry(domains).or_default();
            for address in some {
                keep_some(mine, address, TENANT_ADDRESSES);
            }
        }
        for (key, pair) in other.pairs {
            match self.pairs.get_mut(&key) {
                Some(mine) => mine.merge(&pair),
                None => drop(self.pairs.insert(key, pair)),
            }
        }
        for (address, (first, last)) in other.known {
            self.was_known(address, first);
            self.was_known(address, last);
        }
        for (domain, some) in other.not_found {
            self.not_found.entry(domain).or_default().extend(some);
        }
        self.outside_senders.extend(other.outside_senders);
        self.harmed.extend(other.harmed);
        other.made.into_iter().for_each(|(id, made)| self.note_made(id, made));
        for (peer, n) in other.returned {
            *self.returned.entry(peer).or_default() += n;
        }
        for (key, stays) in other.stays {
            self.stays.entry(key).or_default().merge(&stays);
        }
        for (server, time) in other.ends {
            let end = self.ends.entry(server).or_default();
            *end = time.max(*end);
        }
    }
}

impl Pair {
    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.as_addressed += other.as_addressed;
        self.online += other.online;
        self.sizes = (self.sizes.0.min(other.sizes.0), self.sizes.1.max(other.sizes.1));
        self.span = (self.span.0.min(other.span.0), self.span.1.max(other.span.1));
    }
}

/// Whether a leaf is worth a second look whatever is normal here.
fn is_unusual(leaf: &Leaf) -> bool {
    !matches!(
        leaf.decision,
        Decision::LocalDelivery | Decision::SendConnector | Decision::RemoteRoutingAddress
    ) || leaf.laps > 0
        || leaf.defers > 0
        || leaf.deliveries > 1
        || !leaf.missing.is_empty()
}

/// Adds to a set of which only a few are needed.
fn keep_some(some: &mut Vec<Symbol>, one: Symbol, most: usize) {
    if some.len() < most && !some.contains(&one) {
        some.push(one);
    }
}

fn local_part(address: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'@', address).unwrap_or(address.len());
    address.get(..end).unwrap_or_default()
}
