//! What each address became: RESOLVE, REDIRECT and EXPAND, and what a transport rule put in its place.

use hashbrown::HashMap;

use super::fact::{Bag, Fact, RULE_AGENT};
use super::order::{FEW, Ordered};
use crate::model::event::{EventId, Source, moves};
use crate::model::journey::{Step, Via};
use crate::model::name::{EMPTY, Symbol};
use crate::model::signs::CircleKind;

/// One address of a message.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The address, folded.
    pub address: Symbol,
    /// As first seen.
    pub shown: Symbol,
    /// The address it came from, and how; of several the first.
    pub parent: Option<(u32, Step)>,
    /// Something else came from it.
    pub has_child: bool,
    /// A transport rule put another in its place.
    pub replaced: bool,
    /// The message came in addressed to it.
    pub addressed: bool,
    /// First of its rows in `rows`, and one past the last.
    rows: (u32, u32),
}

/// One row that names an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// Number of the address.
    pub node: u32,
    /// Place of the row in causal order.
    pub at: u32,
    /// Number of the recipient in the bag; `None` where the row names it as related only, past the end
    /// where the row names nobody and so means all.
    pub recipient: Option<u32>,
}

/// The addresses of one message and the rows that name them.
#[derive(Debug, Default)]
pub struct Lineage {
    /// The addresses, in the order they were first seen.
    pub nodes: Vec<Node>,
    /// Addresses that a transport rule replaced by the new ones that then appeared.
    pub replaced: Vec<u32>,
    /// What went round: the kind, the addresses in their order, and the place of the row that closed it.
    pub circles: Vec<(CircleKind, Vec<u32>, u32)>,
    touches: Vec<Touch>,
    /// The same while they are brought into the order of addresses.
    sorted: Vec<Touch>,
    /// Addresses by symbol, once they are more than a few.
    index: HashMap<Symbol, u32>,
    /// Some address became another, or a row says of one that it would.
    steps: bool,
}

/// An address and those it came from, itself first.
#[derive(Clone, Debug)]
pub enum Chain {
    /// So many of a few, as most are.
    Few([u32; 3], usize),
    /// More than that.
    Many(Vec<u32>),
}

impl Chain {
    fn push(&mut self, node: u32) {
        match self {
            Self::Many(all) => all.push(node),
            Self::Few(few, len) => match few.get_mut(*len) {
                Some(slot) => (*slot, *len) = (node, *len + 1),
                None => *self = Self::Many(few.iter().copied().chain([node]).collect()),
            },
        }
    }
}

impl std::ops::Deref for Chain {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            Self::Few(few, len) => few.get(..*len).unwrap_or_default(),
            Self::Many(all) => all,
        }
    }
}

impl Lineage {
    /// Reads the lineage off the rows in causal order.
    pub fn build(&mut self, bag: &Bag, ordered: &Ordered) {
        self.nodes.clear();
        self.touches.clear();
        self.index.clear();
        self.replaced.clear();
        self.circles.clear();
        self.steps = false;
        let moving = ordered.order.iter().any(|n| bag.facts.get(*n as usize).is_some_and(|f| moves(f.event)));
        let mut entered = 0;
        for (at, number) in (0u32..).zip(&ordered.order) {
            let Some(fact) = bag.facts.get(*number as usize) else { continue };
            if fact.event == EventId::DuplicateExpand {
                self.met_again(bag, fact, at);
            }
            if moving && !moves(fact.event) {
                continue;
            }
            self.read(bag, fact, at);
            if entered == 0 && fact.event == EventId::Receive {
                entered = self.nodes.len();
                // What stands in the lineage before the first arrival did not come by it.
                self.nodes.iter_mut().for_each(|n| n.addressed = n.parent.is_none());
            }
        }
        self.replace_by_rule(bag, ordered, entered);
        self.sort_touches();
    }

    /// Brings the touches into the order of addresses; of one address they are in causal order already.
    fn sort_touches(&mut self) {
        let mut from = 0;
        for node in &mut self.nodes {
            let count = node.rows.1;
            node.rows = (from, from);
            from += count;
        }
        if self.nodes.len() < 2 {
            self.nodes.iter_mut().for_each(|n| n.rows.1 = from);
            return;
        }
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.touches);
        for touch in &self.touches {
            let Some(node) = self.nodes.get_mut(touch.node as usize) else { continue };
            if let Some(slot) = self.sorted.get_mut(node.rows.1 as usize) {
                *slot = *touch;
            }
            node.rows.1 += 1;
        }
        std::mem::swap(&mut self.sorted, &mut self.touches);
    }

    /// Whether no address became another: each stands for itself.
    pub fn is_plain(&self) -> bool {
        !self.steps
    }

    fn read(&mut self, bag: &Bag, fact: &Fact, at: u32) {
        let step = step_of(fact.event);
        let related = match step {
            Some(step) if fact.related != EMPTY => {
                let node = self.node(fact.related, fact.related_shown);
                self.steps = true;
                self.touch(node, at, None);
                Some((node, step))
            }
            _ => None,
        };
        if fact.count == 0 && ends_all(fact.event) {
            (0..self.nodes.len() as u32).for_each(|node| self.touch(node, at, Some(u32::MAX)));
        }
        for (number, recipient) in (fact.first..).zip(bag.recipients_of(fact)) {
            if recipient.address == EMPTY {
                continue;
            }
            let node = self.node(recipient.address, recipient.shown);
            self.touch(node, at, Some(number));
            if let Some((from, step)) = related {
                self.came_from(node, from, (step, at));
            }
        }
    }

    /// A group met again while it is expanded: a circle if it is one of those the other came from.
    fn met_again(&mut self, bag: &Bag, fact: &Fact, at: u32) {
        let Some(group) = self.known(fact.related) else { return };
        for recipient in bag.recipients_of(fact) {
            let Some(member) = self.known(recipient.address) else { continue };
            let mut chain = self.chain(group).to_vec();
            if let Some(end) = chain.iter().position(|n| *n == member && self.circles.is_empty()) {
                chain.truncate(end + 1);
                chain.reverse();
                self.circles.push((CircleKind::Group, chain, at));
            }
        }
    }

    fn node(&mut self, address: Symbol, shown: Symbol) -> u32 {
        if let Some(known) = self.known(address) {
            return known;
        }
        let at = self.nodes.len();
        self.nodes.push(Node {
            address,
            shown,
            parent: None,
            has_child: false,
            replaced: false,
            addressed: false,
            rows: (0, 0),
        });
        if at >= FEW {
            let without_place = if at == FEW { 0 } else { at };
            let new = (0u32..).zip(&self.nodes).skip(without_place);
            self.index.extend(new.map(|(number, node)| (node.address, number)));
        }
        at as u32
    }

    /// The number of an address that is here already.
    fn known(&self, address: Symbol) -> Option<u32> {
        if self.nodes.len() > FEW {
            return self.index.get(&address).copied();
        }
        self.nodes.iter().position(|n| n.address == address).map(|at| at as u32)
    }

    fn touch(&mut self, node: u32, at: u32, recipient: Option<u32>) {
        self.touches.push(Touch { node, at, recipient });
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.rows.1 += 1;
        }
    }

    /// Notes that one address became another, unless that would close a circle: then it notes the circle.
    fn came_from(&mut self, node: u32, from: u32, (step, at): (Step, u32)) {
        if node == from {
            return;
        }
        self.steps = true;
        let mut chain = self.chain(from).to_vec();
        if let Some(end) = chain.iter().position(|n| *n == node) {
            chain.truncate(end + 1);
            let is_group = |n: &u32| {
                let parent = self.nodes.get(*n as usize).and_then(|n| n.parent);
                *n != node && parent.is_some_and(|(_, step)| step == Step::Expand)
            };
            let group = step == Step::Expand || chain.iter().any(is_group);
            chain.reverse();
            let kind = if group { CircleKind::Group } else { CircleKind::Forwarding };
            self.circles.push((kind, chain, at));
            return;
        }
        // Someone reached in several ways, or addressed by name as well, has one copy and one row:
        // that of the first way. The others stood for the same copy.
        if let Some(n) = self.nodes.get_mut(node as usize)
            && n.parent.is_none()
            && !n.addressed
        {
            n.parent = Some((from, step));
        }
        if let Some(n) = self.nodes.get_mut(from as usize) {
            n.has_child = true;
        }
    }

    /// A rule that redirects writes an AGENT FAIL for the old recipient, with no error, and no word
    /// that ties the new one to it. So a new address that nothing else explains is tied to the first
    /// old one, or, if that address was itself replaced meanwhile, to the one that was replaced last.
    fn replace_by_rule(&mut self, bag: &Bag, ordered: &Ordered, entered: usize) {
        if bag.facts.iter().all(|f| f.flags & RULE_AGENT == 0) {
            return;
        }
        let mut first_row = vec![u32::MAX; self.nodes.len()];
        for touch in &self.touches {
            if let Some(first) = first_row.get_mut(touch.node as usize) {
                *first = touch.at.min(*first);
            }
        }
        let first_row = |node: u32| first_row.get(node as usize).copied().unwrap_or(u32::MAX);
        let gone_at = self.gone_by_rule(bag, ordered);
        let Some(&(first, since)) = gone_at.first() else { return };
        self.note_rule_circle(&gone_at);
        let new = |node: &u32| {
            let fresh = self.nodes.get(*node as usize).is_some_and(|n| n.parent.is_none());
            *node as usize >= entered && first_row(*node) > since && fresh
        };
        let mut new: Vec<u32> = (0..self.nodes.len() as u32).filter(new).collect();
        new.sort_unstable_by_key(|node| (first_row(*node), *node));
        if new.is_empty() {
            return;
        }
        self.steps = true;
        for (node, _) in &gone_at {
            if let Some(n) = self.nodes.get_mut(*node as usize) {
                n.replaced = true;
            }
        }
        self.replaced = gone_at.iter().map(|(node, _)| *node).filter(|node| !new.contains(node)).collect();
        for node in &new {
            let made_by = |(old, at): &&(u32, u32)| new.contains(old) && *at < first_row(*node);
            let old = gone_at.iter().rev().find(made_by).map_or(first, |(old, _)| *old);
            self.came_from(*node, old, (Step::Rule, u32::MAX));
        }
    }

    /// Addresses that a transport rule took off the message, and the place of the row that says so.
    fn gone_by_rule(&self, bag: &Bag, ordered: &Ordered) -> Vec<(u32, u32)> {
        let mut gone: Vec<(u32, u32)> = Vec::new();
        for touch in &self.touches {
            let status = touch.recipient.and_then(|r| bag.recipients.get(r as usize)).map(|r| r.status.class);
            let is_gone = ordered.fact(bag, touch.at).is_some_and(|fact| {
                fact.event == EventId::Fail && fact.source == Source::Agent && fact.flags & RULE_AGENT != 0
            });
            if is_gone && status.is_some_and(|class| class != 5) && gone.iter().all(|(n, _)| *n != touch.node)
            {
                gone.push((touch.node, touch.at));
            }
        }
        gone
    }

    /// A rule put something in place of one address, then of another, and the first is there again.
    fn note_rule_circle(&mut self, gone_at: &[(u32, u32)]) {
        for (i, (first, _)) in gone_at.iter().enumerate() {
            for (second, then) in gone_at.get(i + 1..).unwrap_or_default() {
                if let Some(again) = self.touches.iter().find(|t| t.node == *first && t.at > *then) {
                    self.circles.push((CircleKind::Rule, vec![*first, *second], again.at));
                    return;
                }
            }
        }
    }

    /// An address and those it came from, itself first.
    pub fn chain(&self, node: u32) -> Chain {
        let mut out = Chain::Few([node, 0, 0], 1);
        let mut at = node;
        while let Some((up, _)) = self.nodes.get(at as usize).and_then(|n| n.parent) {
            if out.len() > self.nodes.len() {
                break;
            }
            out.push(up);
            at = up;
        }
        out
    }

    /// The links of a chain, from the first address to the last.
    pub fn via(&self, chain: &[u32]) -> Vec<Via> {
        let node = |n: u32| self.nodes.get(n as usize);
        let mut out: Vec<Via> = chain
            .iter()
            .filter_map(|n| {
                let (up, step) = node(*n)?.parent?;
                let (from, to) = (node(up)?, node(*n)?);
                Some(Via { step, from: from.shown, to: to.shown, folded: (from.address, to.address) })
            })
            .collect();
        out.reverse();
        out
    }

    /// The rows that name an address, in causal order.
    pub fn rows(&self, node: u32) -> &[Touch] {
        let (from, to) = self.nodes.get(node as usize).map_or((0, 0), |n| n.rows);
        self.touches.get(from as usize..to as usize).unwrap_or_default()
    }
}

/// Rows that speak of the whole message where they name no recipient.
fn ends_all(event: EventId) -> bool {
    matches!(
        event,
        EventId::Fail
            | EventId::Drop
            | EventId::PoisonMessage
            | EventId::BadMail
            | EventId::SubmitFail
            | EventId::Defer
            | EventId::ModeratorReject
            | EventId::ModerationExpire
            | EventId::ModeratorsAllNdr
    )
}

fn step_of(event: EventId) -> Option<Step> {
    match event {
        EventId::Resolve => Some(Step::Resolve),
        EventId::Redirect => Some(Step::Redirect),
        EventId::Expand => Some(Step::Expand),
        _ => None,
    }
}
