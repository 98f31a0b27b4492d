//! A message's facts made into a journey: its own particulars, and a leaf for each final recipient.

use super::decide::{Message, Outcome, Walk, is_arrival};
use super::fact::{Bag, Fact, ZERO_DEFER};
use super::likely::Hosts;
use super::lineage::{Lineage, Touch};
use super::order::Ordered;
use super::particulars::particulars;
use crate::model::event::EventId;
use crate::model::intake::Position;
use crate::model::journey::{Decision, Hop, Journey, Leaf, Step, Took};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::time::{DAY, Timestamp};

/// An origination time is believed if it lies at most this long back, ms.
const PLAUSIBLE: i64 = 30 * DAY;
/// Clocks that differ by more are not taken for those of one organisation.
const SKEW: i64 = DAY / 24;

/// Builds journeys of one run; keeps its working memory from message to message.
#[derive(Debug, Default)]
pub struct Builder {
    ordered: Ordered,
    lineage: Lineage,
    hosts: Hosts,
    walk: Walk,
}

impl Builder {
    /// Reconstructs one message from its sorted facts. `hops`: also the rows on each leaf's way.
    pub fn build(&mut self, bag: &Bag, names: &Frozen, hops: bool) -> Journey {
        self.build_by(bag, names, hops, Lineage::is_plain)
    }

    /// As [`Self::build`]; `plain` says where every address has one leaf, so that nothing need be compared.
    fn build_by(
        &mut self,
        bag: &Bag,
        names: &Frozen,
        hops: bool,
        plain: impl Fn(&Lineage) -> bool,
    ) -> Journey {
        let Self { ordered, lineage, hosts, walk } = self;
        ordered.build(bag, names, hosts);
        lineage.build(bag, ordered);
        let (ordered, lineage, hosts) = (&*ordered, &*lineage, &*hosts);
        let entered = bag.facts.iter().any(|f| is_arrival(f.event));
        let message = Message { bag, ordered, lineage, names, hosts, entered };
        let mut journey = particulars(&message);
        journey.leaves.reserve_exact(lineage.nodes.len());
        let mut tree = Tree { message, outcomes: Vec::new() };
        if plain(lineage) {
            for node in 0..lineage.nodes.len() as u32 {
                let leaf = tree.leaf(&message.decide(&[node], walk), node, &journey, hops);
                journey.leaves.push(leaf);
            }
            return journey;
        }
        tree.read(walk);
        let mut others = lineage.replaced.get(1..).unwrap_or_default();
        for (node, expanded) in tree.leaves(walk) {
            let Some(outcome) = expanded.as_ref().or_else(|| tree.outcome(node)) else { continue };
            let first = tree.leaf(outcome, node, &journey, hops);
            // Which of several replaced addresses became which of the new ones is not logged; each has a row.
            if !others.is_empty() && first.via.iter().any(|v| v.step == Step::Rule) {
                journey.leaves.extend(others.iter().map(|other| tree.also_replaced(&first, *other)));
                others = &[];
            }
            journey.leaves.push(first);
        }
        journey
    }
}

/// The addresses of a message with what became of each.
struct Tree<'a> {
    message: Message<'a>,
    /// `None` for an address that only stands for others.
    outcomes: Vec<Option<Outcome<'a>>>,
}

impl<'a> Tree<'a> {
    fn read(&mut self, walk: &mut Walk) {
        let (message, lineage) = (self.message, self.message.lineage);
        self.outcomes.extend((0u32..).zip(&lineage.nodes).map(|(number, node)| {
            let retired = node.has_child || node.replaced;
            let own = !retired || lineage.rows(number).iter().any(|t| message.decides(t));
            let outcome = own.then(|| message.decide(&lineage.chain(number), walk));
            // What had left under an address that then became another, and came back, goes on as the other.
            outcome.filter(|o| !retired || !matches!(o.decision, Decision::InTransit | Decision::HandedOff))
        }));
    }

    /// The rows of `routes`: each leaf, or in place of leaves of which nothing is known their group, with what
    /// became of that.
    fn leaves(&self, walk: &mut Walk) -> Vec<(u32, Option<Outcome<'a>>)> {
        let lineage = self.message.lineage;
        let count = lineage.nodes.len() as u32;
        let known: Vec<bool> = (0..count).map(|n| self.outcome(n).is_some() && !self.vanished(n)).collect();
        let mut alive = known.clone();
        for node in (0..count).filter(|n| known.get(*n as usize) == Some(&true)) {
            for up in &*lineage.chain(node) {
                if let Some(slot) = alive.get_mut(*up as usize) {
                    *slot = true;
                }
            }
        }
        let silent = |node: u32| alive.get(node as usize) == Some(&false);
        let mut out: Vec<(u32, Option<Outcome<'a>>)> = Vec::new();
        for node in 0..count {
            let Some(outcome) = self.outcome(node) else { continue };
            let chain = lineage.chain(node);
            let expands = |pair: &[u32]| match pair {
                [child, group] => self.parent(*child) == Some((*group, Step::Expand)) && silent(*group),
                _ => false,
            };
            let group =
                chain.windows(2).rev().find(|pair| expands(pair)).and_then(|pair| pair.last()).copied();
            let group = group.or_else(|| (silent(node) && self.expanded_to_none(node)).then_some(node));
            match group {
                Some(group) if out.iter().all(|(n, _)| *n != group) => {
                    out.push((group, Some(self.expanded(group, walk))));
                }
                Some(_) => {}
                None if self.gave_way(node, outcome) && self.ancestor_failed(&chain) => {}
                None => out.push((node, None)),
            }
        }
        out
    }

    fn outcome(&self, node: u32) -> Option<&Outcome<'a>> {
        self.outcomes.get(node as usize).and_then(Option::as_ref)
    }

    fn events(&self, node: u32) -> impl Iterator<Item = (&'a Touch, &'a Fact)> {
        let message = self.message;
        message.lineage.rows(node).iter().filter_map(move |t| Some((t, message.fact(t)?)))
    }

    /// Nothing is known of the address but that it was made of another.
    fn vanished(&self, node: u32) -> bool {
        let lineage_only = |e: EventId| {
            matches!(e, EventId::Expand | EventId::Resolve | EventId::Redirect | EventId::Transfer)
        };
        let made = self.message.lineage.nodes.get(node as usize).is_some_and(|n| n.parent.is_some());
        (made && self.events(node).all(|(_, f)| lineage_only(f.event))) || self.expanded_to_none(node)
    }

    /// An EXPAND names the group and no member.
    fn expanded_to_none(&self, node: u32) -> bool {
        let childless = self.message.lineage.nodes.get(node as usize).is_some_and(|n| !n.has_child);
        childless
            && self.events(node).any(|(t, f)| f.event == EventId::Expand && t.recipient.is_none())
            && !self.message.lineage.rows(node).iter().any(|t| self.message.decides(t))
    }

    fn parent(&self, node: u32) -> Option<(u32, Step)> {
        self.message.lineage.nodes.get(node as usize).and_then(|n| n.parent)
    }

    /// Nothing came of the address, or what had left under it came back under the address it was made of.
    fn gave_way(&self, node: u32, outcome: &Outcome<'_>) -> bool {
        self.vanished(node) || (outcome.decision == Decision::InTransit && outcome.laps > 0)
    }

    fn ancestor_failed(&self, chain: &[u32]) -> bool {
        chain
            .iter()
            .skip(1)
            .filter_map(|n| self.outcome(*n))
            .any(|o| matches!(o.decision, Decision::Failed | Decision::RecipientNotFound | Decision::Dropped))
    }

    fn expanded(&self, group: u32, walk: &mut Walk) -> Outcome<'a> {
        let mut outcome = self.message.decide(&self.message.lineage.chain(group), walk);
        let row = self.events(group).filter(|(_, f)| f.event == EventId::Expand).map(|(t, _)| *t).last();
        outcome.decision = Decision::Expanded;
        outcome.by = row;
        outcome
    }

    fn leaf(&self, outcome: &Outcome<'_>, node: u32, journey: &Journey, hops: bool) -> Leaf {
        let lineage = self.message.lineage;
        let chain = lineage.chain(node);
        let end = |n: Option<&u32>| n.and_then(|n| lineage.nodes.get(*n as usize)).copied();
        let (root, last) = (end(chain.last()), end(chain.first()));
        let fact = outcome.by.and_then(|t| self.message.fact(&t));
        let mut end_of = Ending { time: journey.first_seen, ..Ending::default() };
        outcome.rows.iter().filter_map(|t| self.message.fact(t)).for_each(|f| end_of.see(f));
        let last_seen = end_of.time;
        let status = outcome.by.map(|t| self.status_of(&t)).unwrap_or_default();
        let deciding = fact.filter(|_| outcome.decision != Decision::InTransit);
        let sent = matches!(outcome.decision, Decision::Expanded);
        Leaf {
            recipient: root.map_or(EMPTY, |n| n.shown),
            final_recipient: last.map_or(EMPTY, |n| n.shown),
            folded: (root.map_or(EMPTY, |n| n.address), last.map_or(EMPTY, |n| n.address)),
            via: lineage.via(&chain),
            decision: outcome.decision,
            connector: deciding.filter(|_| !sent).map_or(EMPTY, |f| f.connector),
            next_hop: deciding.map_or(EMPTY, |f| self.next_hop(f, status.host)),
            server: deciding.or(end_of.row).map_or(EMPTY, |f| f.server),
            decided_by: deciding.map(|f| (f.event, f.source)),
            status,
            last_seen,
            latency_ms: latency(fact, last_seen, journey.first_seen),
            took: took(fact, end_of.row, journey),
            defers: outcome.defers,
            exits: outcome.exits,
            troubled: end_of.troubled,
            deliveries: end_of.deliveries,
            last_server: end_of.server,
            hops: if hops || outcome.laps > 0 { self.hops(outcome) } else { Vec::new() },
            laps: outcome.laps,
            complete: is_final(outcome.decision) && outcome.missing.is_empty() && outcome.entered,
            missing: outcome.missing.clone(),
            evidence: deciding.or(end_of.row).map_or(Position::default(), |f| f.evidence),
        }
    }

    /// The same end, reached from another recipient that the rule replaced too.
    fn also_replaced(&self, leaf: &Leaf, other: u32) -> Leaf {
        let lineage = self.message.lineage;
        let mut leaf = leaf.clone();
        let chain = lineage.chain(other);
        let end = |n: Option<&u32>| n.and_then(|n| lineage.nodes.get(*n as usize));
        if let (Some(root), Some(node)) = (end(chain.last()), end(chain.first())) {
            (leaf.recipient, leaf.folded.0) = (root.shown, root.address);
            let rule = leaf.via.iter().position(|v| v.step == Step::Rule).unwrap_or(0);
            let mut via = lineage.via(&chain);
            via.extend(leaf.via.iter().skip(rule));
            if let Some(rule) = via.iter_mut().find(|v| v.step == Step::Rule) {
                rule.from = node.shown;
            }
            leaf.via = via;
        }
        leaf
    }

    /// The status of a row for an address; an EXPAND names its group as related only, but its status is the group's.
    fn status_of(&self, touch: &Touch) -> crate::model::journey::StatusInfo {
        let own = self.message.status(touch);
        let first = || self.message.fact(touch).and_then(|f| self.message.bag.recipients_of(f).first());
        if touch.recipient.is_none() { first().map_or(own, |r| r.status) } else { own }
    }

    fn next_hop(&self, fact: &Fact, last_attempt: Symbol) -> Symbol {
        let logged = if fact.peer == EMPTY { fact.peer_ip } else { fact.peer };
        match fact.event {
            EventId::Send | EventId::SendExternal | EventId::Deliver | EventId::DuplicateDeliver => logged,
            _ if last_attempt != EMPTY => last_attempt,
            EventId::Fail | EventId::Defer => {
                let short = self.message.hosts.short(fact.peer, self.message.names);
                if short == Some(fact.server) { EMPTY } else { fact.peer }
            }
            _ => EMPTY,
        }
    }

    fn hops(&self, outcome: &Outcome<'_>) -> Vec<Hop> {
        let rows = outcome.rows.iter().filter_map(|t| Some((t, self.message.fact(t)?)));
        rows.map(|(t, f)| Hop {
            server: f.server,
            event: f.event,
            source: f.source,
            connector: f.connector,
            peer: if f.peer == EMPTY { f.peer_ip } else { f.peer },
            time: f.time,
            evidence: f.evidence,
            status: self.message.status(t),
            address: self.message.lineage.nodes.get(t.node as usize).map_or(EMPTY, |n| n.shown),
            related: f.related_shown,
            outbound: self.message.outbound(f, t),
            relayed: self.message.ordered.is_relayed(t.at),
            size: f.size,
            delays_nothing: f.flags & ZERO_DEFER != 0,
            reference: f.reference,
        })
        .collect()
    }
}

/// What the rows of a leaf say of its end.
#[derive(Default)]
struct Ending<'a> {
    time: Timestamp,
    server: Symbol,
    row: Option<&'a Fact>,
    troubled: bool,
    deliveries: u32,
}

impl<'a> Ending<'a> {
    fn see(&mut self, fact: &'a Fact) {
        if self.row.is_none() || fact.time >= self.time {
            (self.time, self.server) = (fact.time, fact.server);
        }
        self.row = Some(fact);
        self.troubled |= matches!(fact.event, EventId::Fail | EventId::Defer | EventId::PoisonMessage);
        self.deliveries += u32::from(matches!(fact.event, EventId::Deliver | EventId::DuplicateDeliver));
    }
}

/// Whether the end of the leaf is known.
fn is_final(decision: Decision) -> bool {
    !matches!(decision, Decision::Deferred | Decision::HandedOff | Decision::InTransit | Decision::Expanded)
}

fn latency(deciding: Option<&Fact>, last: Timestamp, first: Timestamp) -> i64 {
    let since_origin = deciding.and_then(|f| f.origination).map(|o| last.0 - o.0);
    since_origin.filter(|d| (0..PLAUSIBLE).contains(d)).unwrap_or(last.0 - first.0)
}

/// From submission, as its first server noted it, else from the first event, to the last row in causal order.
fn took(deciding: Option<&Fact>, last: Option<&Fact>, journey: &Journey) -> Took {
    let Some(last) = last else { return Took::default() };
    let (origin, first) = (journey.origin_server, journey.first_server);
    // A later event of another clock may seem to lie before it.
    let earliest = if origin == last.server { 0 } else { -SKEW };
    let since_origin = deciding.and_then(|f| f.origination).map(|o| last.time.0 - o.0);
    match since_origin.filter(|d| (earliest..PLAUSIBLE).contains(d)) {
        Some(ms) => Took { ms, between: (origin, last.server) },
        None => Took { ms: last.time.0 - journey.first_seen.0, between: (first, last.server) },
    }
}

#[cfg(test)]
mod tests;
