//! Which bags are one message.
//!
//! A network-message-id names a message. Rows without one belong by message-id and sender to what
//! happened within five days, be it under a network-message-id or not. Several
//! network-message-ids under one message-id are one message if an outbound send of the one and a
//! RECEIVE of the other from that peer, or from another host of its domain, tie them: it left, lost its
//! id outside and came back.
//! Else a message-id that was used again stays apart.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::fact::{Bag, Fact};
use super::likely::peer_names;
use super::order::is_outbound;
use crate::model::event::{EventId, Source};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::time::{DAY, Timestamp};

/// Rows without a network-message-id join over at most this long, ms.
const REACH: i64 = 5 * DAY;
/// Messages are not compared pair by pair beyond this many pairs.
const MOST_PAIRS: usize = 1 << 20;
/// How much earlier than its send a return may seem to be, for clocks that disagree, ms.
const SKEW: i64 = 10 * 60_000;

/// Parts the facts of one message-id, sorted, into messages: for each the numbers of its facts, in
/// order. The messages stand in the order of their first fact.
pub fn partition(bag: &Bag, names: &Frozen) -> Vec<Vec<u32>> {
    let mut groups: Vec<(u128, Vec<u32>)> = Vec::new();
    let mut by_id: HashMap<u128, usize> = HashMap::new();
    let mut loose: Vec<u32> = Vec::new();
    for (number, fact) in (0u32..).zip(&bag.facts) {
        if fact.owner == 0 {
            loose.push(number);
            continue;
        }
        let at = *by_id.entry(fact.owner).or_insert(groups.len());
        if at == groups.len() {
            groups.push((fact.owner, Vec::new()));
        }
        if let Some((_, group)) = groups.get_mut(at) {
            group.push(number);
        }
    }
    let clusters = clusters(bag, loose);
    let mut tied = Ties::new(groups.len() + clusters.len());
    tie_returns(bag, &groups, names, &mut tied);
    let mut spans: Vec<Span> =
        groups.iter().enumerate().map(|(at, (id, g))| Span::of(bag, g, *id, at)).collect();
    spans.sort_unstable_by_key(|s| (s.first, s.id));
    let many = spans.len().saturating_mul(clusters.len()) > MOST_PAIRS;
    for (i, cluster) in clusters.iter().enumerate() {
        if let Some(at) = nearest(&spans, &Span::of(bag, cluster, 0, 0), many) {
            tied.tie(at, groups.len() + i);
        }
    }
    let mut merged: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (i, group) in groups.into_iter().map(|(_, g)| g).chain(clusters).enumerate() {
        merged.entry(tied.root(i)).or_default().extend(group);
    }
    let mut out: Vec<Vec<u32>> = merged.into_values().collect();
    for group in &mut out {
        group.sort_unstable();
    }
    out.sort_unstable();
    out
}

/// Rows without network-message-id, by sender and time: a new message begins five days after its first row.
/// A row without a sender belongs to the message of the row before.
fn clusters(bag: &Bag, loose: Vec<u32>) -> Vec<Vec<u32>> {
    let mut out: Vec<(Timestamp, Vec<u32>)> = Vec::new();
    let mut by_sender: HashMap<Symbol, usize> = HashMap::new();
    let mut latest = None;
    for i in loose {
        let Some(fact) = bag.facts.get(i as usize) else { continue };
        let near = |at: &usize| out.get(*at).is_some_and(|(start, _)| fact.time.0 - start.0 <= REACH);
        let own = by_sender.get(&fact.sender).copied().filter(near);
        let any = if fact.sender == EMPTY { latest } else { by_sender.get(&EMPTY).copied() };
        let at = own.or(any.filter(near)).unwrap_or(out.len());
        if at == out.len() {
            out.push((fact.time, Vec::new()));
        }
        if fact.sender != EMPTY && by_sender.get(&EMPTY) == Some(&at) {
            by_sender.remove(&EMPTY);
        }
        by_sender.insert(fact.sender, at);
        latest = Some(at);
        if let Some((_, rows)) = out.get_mut(at) {
            rows.push(i);
        }
    }
    out.into_iter().map(|(_, rows)| rows).collect()
}

/// The network-message-id a cluster belongs to: that of the same sender that is nearest in time.
/// Of very many, as when a device never changes its message-id, only those around it are looked at.
fn nearest(spans: &[Span], cluster: &Span, many: bool) -> Option<usize> {
    const AROUND: usize = 16;
    let middle = spans.partition_point(|s| s.first <= cluster.first);
    let range =
        if many { middle.saturating_sub(AROUND)..(middle + AROUND).min(spans.len()) } else { 0..spans.len() };
    let near = spans.get(range)?.iter().filter(|s| s.shares_sender(cluster));
    near.map(|s| (s.gap(cluster), s.id, s.at)).filter(|(gap, _, _)| *gap <= REACH).min().map(|(_, _, at)| at)
}

struct Span {
    first: Timestamp,
    last: Timestamp,
    senders: Vec<Symbol>,
    id: u128,
    at: usize,
}

impl Span {
    fn of(bag: &Bag, rows: &[u32], id: u128, at: usize) -> Self {
        let facts = || rows.iter().filter_map(|i| bag.facts.get(*i as usize));
        let mut senders: Vec<Symbol> = facts().map(|f| f.sender).filter(|s| *s != EMPTY).collect();
        senders.sort_unstable();
        senders.dedup();
        Self {
            first: facts().map(|f| f.time).min().unwrap_or_default(),
            last: facts().map(|f| f.time).max().unwrap_or_default(),
            senders,
            id,
            at,
        }
    }

    fn shares_sender(&self, other: &Self) -> bool {
        self.senders.is_empty()
            || other.senders.is_empty()
            || self.senders.iter().any(|s| other.senders.binary_search(s).is_ok())
    }

    fn gap(&self, other: &Self) -> i64 {
        (other.first.0 - self.last.0).max(self.first.0 - other.last.0).max(0)
    }
}

/// Sends by peer and recipient: when, and out of which group.
type Sent = HashMap<(Vec<u8>, Symbol), Vec<(i64, usize)>>;

/// Ties the groups between which a message left and came back.
fn tie_returns(bag: &Bag, groups: &[(u128, Vec<u32>)], names: &Frozen, tied: &mut Ties) {
    if groups.len() < 2 {
        return;
    }
    let mut sends = Sent::new();
    let each = |f: &mut dyn FnMut(usize, &Fact)| {
        for (number, (_, group)) in groups.iter().enumerate() {
            for fact in group.iter().filter_map(|i| bag.facts.get(*i as usize)) {
                f(number, fact);
            }
        }
    };
    // What was rewritten to its remote routing address comes back under the address it had before.
    let mut rewritten: HashMap<(usize, Symbol), Symbol> = HashMap::new();
    each(&mut |number, fact| {
        if fact.event == EventId::Resolve && fact.related != EMPTY {
            for recipient in bag.recipients_of(fact) {
                rewritten.insert((number, recipient.address), fact.related);
            }
        }
    });
    each(&mut |number, fact| {
        if is_outbound(fact, false) {
            for name in sides(fact, names) {
                for recipient in bag.recipients_of(fact) {
                    let before = rewritten.get(&(number, recipient.address));
                    for address in before.into_iter().chain([&recipient.address]) {
                        sends.entry((name.clone(), *address)).or_default().push((fact.time.0, number));
                    }
                }
            }
        }
    });
    for list in sends.values_mut() {
        list.sort_unstable();
    }
    each(&mut |number, fact| {
        if fact.event != EventId::Receive || fact.source != Source::Smtp {
            return;
        }
        for name in sides(fact, names) {
            for recipient in bag.recipients_of(fact) {
                let Some(list) = sends.get(&(name.clone(), recipient.address)) else { continue };
                // The last send before it, or where clocks disagree the first one shortly after.
                let before = list.partition_point(|(t, _)| *t <= fact.time.0);
                let cause = match before.checked_sub(1) {
                    Some(i) => list.get(i),
                    None => list.first().filter(|(t, _)| *t <= fact.time.0 + SKEW),
                };
                if let Some((sent, from)) = cause
                    && fact.time.0 - sent <= REACH
                {
                    tied.tie(*from, number);
                }
            }
        }
    });
}

/// The names of the other side, and the domain that it shares with its neighbours: gateways take mail under one name
/// and give it back under another.
fn sides(fact: &Fact, names: &Frozen) -> Vec<Vec<u8>> {
    let mut out = peer_names(fact, names);
    let domains: Vec<Vec<u8>> = out.iter().filter_map(|name| above(name)).collect();
    out.extend(domains);
    out
}

/// The domain above a host's name, with the dot before it; none of an address or a name of two labels.
fn above(host: &[u8]) -> Option<Vec<u8>> {
    let dots = memchr::memchr_iter(b'.', host).count();
    let is_name = host.last().is_some_and(u8::is_ascii_alphabetic) && !host.contains(&b':');
    let dot = memchr::memchr(b'.', host).filter(|_| dots > 1 && is_name)?;
    let domain = host.get(dot + 1..)?;
    // Below co.uk, com.au and the like neighbours have nothing to do with each other.
    let public =
        |name: &[u8]| matches!(memchr::memchr(b'.', name), Some(first @ ..=3) if name.len() == first + 3);
    if public(domain) { None } else { host.get(dot..).map(<[u8]>::to_vec) }
}

/// Union-find; the root of a set is its smallest member.
struct Ties(Vec<usize>);

impl Ties {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while let Some(&up) = self.0.get(i) {
            if up == i {
                break;
            }
            let over = self.0.get(up).copied().unwrap_or(up);
            if let Some(slot) = self.0.get_mut(i) {
                *slot = over;
            }
            i = over;
        }
        i
    }

    fn tie(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}
