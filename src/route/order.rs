//! Causal order: what happened before what, whatever the clocks say.
//!
//! An instance is a message on one server, named by server and internal-message-id. Inside an
//! instance the clock decides, except that its RECEIVE comes first: other services of other
//! machines write some of its rows (a DELIVER carries the transport server's id and the mailbox
//! server's time). From instance to instance a SEND precedes the RECEIVE it led to, by the id and
//! host in its reply, else by the weaker signs. A later instance whose clock is behind is moved
//! forward as a whole.

use hashbrown::HashMap;

use super::fact::{ANNOTATION, Bag, Fact, INTRA};
use super::likely::{Hosts, likely, weak_cause};
use crate::model::event::{EventId, Source};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::signs::{Leg, Stay};

/// Signs are not compared pair by pair beyond this many pairs.
const MOST_PAIRS: usize = 1 << 20;

/// Instances are moved in at most so many steps; enough for any chain that is no forgery.
const MOST_STEPS: usize = 1 << 24;

/// Up to so many are looked through one by one; more have a table.
pub(super) const FEW: usize = 16;

/// The facts of one message in causal order.
#[derive(Debug, Default)]
pub struct Ordered {
    /// Numbers of the facts in the bag; annotations are left out if there is anything else.
    pub order: Vec<u32>,
    /// For each fact of the bag: it is a SEND that led to a RECEIVE that is here.
    pub linked: Vec<bool>,
    relayed: Vec<bool>,
    effective: Vec<(i64, u32)>,
    keys: Vec<(i64, u32, u8, u32)>,
    instance: Vec<u32>,
    instances: Vec<Instance>,
    /// Instances by name, once they are more than a few.
    names: HashMap<(Symbol, u64), u32>,
    links: Vec<(u32, u32)>,
    weak: Vec<u32>,
    entries: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Instance {
    /// Server and internal-message-id; 0 where there is none.
    name: (Symbol, u64),
    /// Number of its first RECEIVE, if it has one.
    entry: Option<u32>,
    shift: i64,
    depth: u32,
    has_cause: bool,
}

/// Whether a SEND leaves the organisation. `linked`: its RECEIVE on one of our servers is here.
pub fn is_outbound(fact: &Fact, linked: bool) -> bool {
    match fact.event {
        EventId::SendExternal => true,
        EventId::Send if fact.flags & INTRA != 0 => false,
        EventId::Send => fact.connector != EMPTY || !linked,
        _ => false,
    }
}

impl Ordered {
    /// Brings the facts of a sorted bag into causal order.
    pub(super) fn build(&mut self, bag: &Bag, names: &Frozen, hosts: &Hosts) {
        let only_annotations = bag.facts.iter().all(|f| f.flags & ANNOTATION != 0);
        self.order.clear();
        let numbers = (0u32..).zip(&bag.facts);
        self.order
            .extend(numbers.filter(|(_, f)| only_annotations || f.flags & ANNOTATION == 0).map(|(i, _)| i));
        self.linked.clear();
        self.linked.resize(bag.facts.len(), false);
        self.relayed.clear();
        self.relayed.resize(bag.facts.len(), false);
        self.find_instances(bag);
        self.links.clear();
        if self.instances.len() > 1 {
            self.link(bag, (names, hosts));
            self.note_relayed(bag);
            self.move_forward(bag);
        }
        self.sort(bag);
    }

    /// The row at a place of the order.
    pub fn fact<'a>(&self, bag: &'a Bag, at: u32) -> Option<&'a Fact> {
        self.order.get(at as usize).and_then(|n| bag.facts.get(*n as usize))
    }

    /// Whether the row at a place of the order is an arrival that a SEND inside the organisation led to.
    pub fn is_relayed(&self, at: u32) -> bool {
        self.order.get(at as usize).and_then(|n| self.relayed.get(*n as usize)).copied().unwrap_or(false)
    }

    /// Whether the row at a place of the order is a SEND that led to a RECEIVE that is here.
    pub fn is_linked(&self, at: u32) -> bool {
        self.order.get(at as usize).and_then(|n| self.linked.get(*n as usize)).copied().unwrap_or(false)
    }

    /// The sends from server to server that the next hop's own id proves.
    pub fn legs(&self, bag: &Bag) -> Vec<Leg> {
        let leg = |&(cause, target): &(u32, u32)| {
            let sent =
                bag.facts.get(cause as usize).filter(|f| f.event == EventId::Send && f.link_id != 0)?;
            let entry = self.instances.get(target as usize)?.entry?;
            let received = bag.facts.get(entry as usize).filter(|f| f.server != sent.server)?;
            Some(Leg { from: sent.server, to: received.server, sent: sent.time, received: received.time })
        };
        self.links.iter().filter_map(leg).collect()
    }

    /// How long servers kept the message before they sent it on.
    pub fn stays(&self, bag: &Bag) -> Vec<Stay> {
        let stay = |(number, sent): (usize, &Fact)| {
            let instance = self.instances.get(*self.instance.get(number)? as usize)?;
            let entry = bag.facts.get(instance.entry? as usize).filter(|e| e.server == sent.server)?;
            let (server, connector) = (sent.server, sent.connector);
            Some(Stay { server, connector, sent: sent.time, ms: sent.time.0 - entry.time.0 })
        };
        let sends = bag.facts.iter().enumerate();
        sends
            .filter(|(_, f)| matches!(f.event, EventId::Send | EventId::SendExternal))
            .filter_map(stay)
            .collect()
    }

    fn find_instances(&mut self, bag: &Bag) {
        self.instances.clear();
        self.instance.clear();
        self.names.clear();
        for (number, fact) in (0u32..).zip(&bag.facts) {
            let name = (fact.server, fact.id);
            let at = self.named(name).unwrap_or_else(|| self.add_instance(name));
            self.instance.push(at);
            if is_entry(fact.event)
                && let Some(instance) = self.instances.get_mut(at as usize)
            {
                let earlier = instance
                    .entry
                    .and_then(|e| bag.facts.get(e as usize))
                    .is_none_or(|e| (fact.time, fact.size) < (e.time, e.size));
                if earlier {
                    instance.entry = Some(number);
                }
            }
        }
    }

    /// The instance of a server and an id.
    fn named(&self, name: (Symbol, u64)) -> Option<u32> {
        if name.1 == 0 {
            return None;
        }
        if self.instances.len() > FEW {
            return self.names.get(&name).copied();
        }
        self.instances.iter().position(|i| i.name == name).map(|at| at as u32)
    }

    fn add_instance(&mut self, name: (Symbol, u64)) -> u32 {
        let at = self.instances.len();
        self.instances.push(Instance { name, entry: None, shift: 0, depth: 0, has_cause: false });
        if at >= FEW {
            let without_name = if at == FEW { 0 } else { at };
            let new = (0u32..).zip(&self.instances).skip(without_name).filter(|(_, i)| i.name.1 != 0);
            self.names.extend(new.map(|(number, i)| (i.name, number)));
        }
        at as u32
    }

    /// Finds which fact led to which instance.
    fn link(&mut self, bag: &Bag, (names, hosts): (&Frozen, &Hosts)) {
        self.weak.clear();
        for (number, fact) in (0u32..).zip(&bag.facts) {
            let target = match fact.event {
                EventId::Send | EventId::SendExternal if fact.link_id != 0 => {
                    let host = match fact.link_host {
                        EMPTY => hosts.short(fact.peer, names),
                        host => Some(host),
                    };
                    host.and_then(|h| self.named((h, fact.link_id)))
                }
                EventId::Transfer => self.transfer(fact, number),
                _ => None,
            };
            let own = self.instance.get(number as usize).copied();
            match target {
                Some(target) if Some(target) != own && fact.event != EventId::Transfer => {
                    self.tie(number, target);
                }
                Some(_) => {}
                None if weak_cause(fact) => self.weak.push(number),
                None => {}
            }
        }
        self.link_by_signs(bag, (names, hosts));
    }

    /// A TRANSFER makes a new instance out of its parent on the same server; the link runs from parent to child.
    fn transfer(&mut self, fact: &Fact, number: u32) -> Option<u32> {
        let parent = self.named((fact.server, fact.link_id))?;
        let child = *self.instance.get(number as usize)?;
        let entry = self.instances.get(parent as usize)?.entry?;
        if parent != child {
            self.links.push((entry, child));
            if let Some(child) = self.instances.get_mut(child as usize) {
                child.has_cause = true;
            }
        }
        Some(child)
    }

    fn tie(&mut self, cause: u32, target: u32) {
        self.links.push((cause, target));
        if let Some(target) = self.instances.get_mut(target as usize) {
            target.has_cause = true;
        }
        if let Some(linked) = self.linked.get_mut(cause as usize) {
            *linked = true;
        }
    }

    /// The weaker signs: the same recipient, the hosts name each other, the nearest in time that has no cause yet.
    fn link_by_signs(&mut self, bag: &Bag, texts: (&Frozen, &Hosts)) {
        let mut entries = std::mem::take(&mut self.entries);
        let fact = |i: u32| bag.facts.get(i as usize);
        let without_cause = self.instances.iter().filter(|i| !i.has_cause).filter_map(|i| i.entry);
        entries.clear();
        entries.extend(without_cause.filter(|e| fact(*e).is_some_and(|f| f.source == Source::Smtp)));
        if self.weak.len().saturating_mul(entries.len()) <= MOST_PAIRS {
            for place in 0..self.weak.len() {
                let Some(cause) = self.weak.get(place).copied() else { continue };
                let Some(from) = fact(cause) else { continue };
                let best = entries
                    .iter()
                    .filter(|e| self.instance.get(**e as usize) != self.instance.get(cause as usize))
                    .filter_map(|e| Some((likely(bag, (from, fact(*e)?), texts)?, *e)))
                    .min();
                let Some((_, entry)) = best else { continue };
                entries.retain(|e| *e != entry);
                if let Some(target) = self.instance.get(entry as usize).copied() {
                    self.tie(cause, target);
                }
            }
        }
        self.entries = entries;
    }

    fn note_relayed(&mut self, bag: &Bag) {
        for &(cause, target) in &self.links {
            let inside = bag
                .facts
                .get(cause as usize)
                .is_some_and(|f| f.event == EventId::Send && !is_outbound(f, true));
            let entry = self.instances.get(target as usize).and_then(|i| i.entry);
            if let (true, Some(slot)) = (inside, entry.and_then(|e| self.relayed.get_mut(e as usize))) {
                *slot = true;
            }
        }
    }

    /// Moves instances forward until none begins before its cause.
    fn move_forward(&mut self, bag: &Bag) {
        // Each round settles one more step of the longest chain; a circle, which only a forged log
        // can hold, ends with the rounds.
        let rounds = self.instances.len().min(MOST_STEPS / (self.links.len() + 1));
        for _ in 0..rounds {
            let mut changed = false;
            for &(cause, target) in &self.links {
                let Some(from) =
                    self.instance.get(cause as usize).and_then(|i| self.instances.get(*i as usize)).copied()
                else {
                    continue;
                };
                let sent = bag.facts.get(cause as usize).map_or(0, |f| f.time.0) + from.shift;
                let Some(to) = self.instances.get_mut(target as usize) else { continue };
                let Some(entry) = to.entry.and_then(|e| bag.facts.get(e as usize)) else {
                    // A child made by TRANSFER has no RECEIVE; it only comes later in rank.
                    if to.depth < from.depth {
                        (to.depth, to.shift, changed) = (from.depth, to.shift.max(from.shift), true);
                    }
                    continue;
                };
                let shift = (sent - entry.time.0).max(0);
                if to.shift < shift || to.depth <= from.depth {
                    (to.shift, to.depth, changed) = (to.shift.max(shift), to.depth.max(from.depth + 1), true);
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// A SEND to the mailbox server is logged when its session ends, so its time may be later than
    /// that of the DELIVER it led to; and the mailbox server has a clock of its own. A SEND that a
    /// later delivery answers is none of these.
    fn deliver_after_send(&mut self, bag: &Bag) {
        let instance = |n: usize| self.instance.get(n).copied();
        let is_send = |f: &Fact| f.event == EventId::Send && f.flags & INTRA != 0;
        let is_deliver = |f: &Fact| matches!(f.event, EventId::Deliver | EventId::DuplicateDeliver);
        let (mut last_send, mut first_deliver) = (None, None);
        for (fact, (time, _)) in bag.facts.iter().zip(&self.effective) {
            if is_send(fact) {
                last_send = last_send.max(Some(*time));
            } else if is_deliver(fact) {
                first_deliver = Some(first_deliver.map_or(*time, |first: i64| first.min(*time)));
            }
        }
        if last_send <= first_deliver || first_deliver.is_none() {
            return;
        }
        let mut sent: HashMap<(u32, Symbol), (i64, u32)> = HashMap::new();
        for (n, fact) in bag.facts.iter().enumerate().filter(|(_, f)| is_send(f)) {
            let (Some(at), Some(time)) = (instance(n), self.effective.get(n)) else { continue };
            for recipient in bag.recipients_of(fact) {
                let latest = sent.entry((at, recipient.address)).or_insert(*time);
                *latest = (*latest).max(*time);
            }
        }
        for (n, fact) in bag.facts.iter().enumerate().filter(|(_, f)| is_deliver(f)) {
            let (Some(at), Some(time)) = (instance(n), self.effective.get(n)) else { continue };
            for recipient in bag.recipients_of(fact) {
                if sent.get(&(at, recipient.address)).is_some_and(|s| s <= time) {
                    sent.remove(&(at, recipient.address));
                }
            }
        }
        for (n, fact) in bag.facts.iter().enumerate().filter(|(_, f)| is_deliver(f)) {
            let people = bag.recipients_of(fact).iter();
            let after = people.filter_map(|r| sent.get(&(instance(n)?, r.address))).max().copied();
            if let (Some(after), Some(slot)) = (after, self.effective.get_mut(n)) {
                *slot = (*slot).max(after);
            }
        }
    }

    fn sort(&mut self, bag: &Bag) {
        self.effective.clear();
        for (number, fact) in bag.facts.iter().enumerate() {
            let instance = self.instance.get(number).and_then(|i| self.instances.get(*i as usize));
            let (time, depth) = instance.map_or((fact.time.0, 0), |i| {
                let entry = i.entry.and_then(|e| bag.facts.get(e as usize)).map_or(i64::MIN, |e| e.time.0);
                (fact.time.0.max(entry) + i.shift, i.depth)
            });
            self.effective.push((time, depth));
        }
        self.deliver_after_send(bag);
        self.keys.clear();
        self.keys.extend(self.order.iter().filter_map(|n| {
            let (f, (time, depth)) = (bag.facts.get(*n as usize)?, *self.effective.get(*n as usize)?);
            Some((time, depth, rank(f.event, f.source), *n))
        }));
        if !self.keys.is_sorted() {
            self.keys.sort_unstable();
            self.order.clear();
            self.order.extend(self.keys.iter().map(|(.., n)| *n));
        }
    }
}

fn is_entry(event: EventId) -> bool {
    matches!(event, EventId::Receive | EventId::Dsn)
}

/// Order within one millisecond. Of rows that decide, the one that counts most comes last:
/// DELIVER over SEND over FAIL over DROP over DEFER.
fn rank(event: EventId, source: Source) -> u8 {
    match event {
        EventId::NotifyMapi => 0,
        EventId::Receive if source == Source::StoreDriver => 1,
        EventId::Submit | EventId::ClientSubmission => 2,
        EventId::Dsn => 3,
        EventId::Receive => 4,
        EventId::Resolve => 6,
        EventId::Expand => 7,
        EventId::Redirect => 8,
        EventId::Transfer => 9,
        EventId::DeliverFail | EventId::SubmitFail | EventId::BadMail => 11,
        EventId::Defer => 12,
        EventId::Drop
        | EventId::PoisonMessage
        | EventId::ModeratorReject
        | EventId::ModerationExpire
        | EventId::ModeratorsAllNdr => 13,
        EventId::Fail => 14,
        EventId::Send | EventId::SendExternal => 15,
        EventId::Deliver | EventId::DuplicateDeliver => 16,
        _ => 10,
    }
}
