//! What was decided for one leaf: the causally last row that decides, and what that row says.
//!
//! - DELIVER, an outbound SEND, FAIL, DROP and the like, and DEFER decide. Once stored, nothing
//!   changes that but a new RECEIVE.
//! - A RECEIVE takes back an outbound send, a delivery and a deferral: the message is here again.
//!   It does not take back a failure.
//! - A SEND inside the organisation decides nothing; if it is the last word, the leaf was handed off.
//! - Nothing is decided by a FAIL or DROP with a 2.x.x status, by a zero-defer, or by a DELIVERFAIL
//!   that a FAIL or DEFER follows.

use std::borrow::Cow;

use super::fact::{Bag, Fact, NOT_FOUND, QUARANTINED, ZERO_DEFER};
use super::likely::Hosts;
use super::lineage::{Lineage, Touch};
use super::order::{Ordered, is_outbound};
use crate::model::event::{EventId, Source};
use crate::model::journey::{Decision, StatusInfo};
use crate::model::name::{EMPTY, Frozen, Symbol};

/// What became of a leaf.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// The decision.
    pub decision: Decision,
    /// The row that says so.
    pub by: Option<Touch>,
    /// Rows that cover the leaf, in causal order.
    pub rows: Cow<'a, [Touch]>,
    /// How often it came back to a place it had left.
    pub laps: u32,
    /// How often it was deferred.
    pub defers: u32,
    /// How often it was sent out of the organisation.
    pub exits: u32,
    /// Servers it was sent to and that say nothing of it.
    pub missing: Vec<Symbol>,
    /// The leaf's beginning is in the log.
    pub entered: bool,
}

/// The message and what is known of its rows.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its facts.
    pub bag: &'a Bag,
    /// Their order.
    pub ordered: &'a Ordered,
    /// Its addresses.
    pub lineage: &'a Lineage,
    /// The texts.
    pub names: &'a Frozen,
    /// Short names of hosts.
    pub(super) hosts: &'a Hosts,
    /// The message's beginning is in the log.
    pub entered: bool,
}

impl<'a> Message<'a> {
    /// The row of a touch.
    pub fn fact(&self, touch: &Touch) -> Option<&'a Fact> {
        self.ordered.fact(self.bag, touch.at)
    }

    /// The status a row gives the address of a touch.
    pub fn status(&self, touch: &Touch) -> StatusInfo {
        touch
            .recipient
            .and_then(|r| self.bag.recipients.get(r as usize))
            .map_or(StatusInfo::default(), |r| r.status)
    }

    /// Whether a row is a SEND that left the organisation.
    pub fn outbound(&self, fact: &Fact, touch: &Touch) -> bool {
        is_outbound(fact, self.ordered.is_linked(touch.at))
    }

    /// Whether a row decides the fate of the address it names.
    pub fn decides(&self, touch: &Touch) -> bool {
        let Some(fact) = self.fact(touch) else { return false };
        if touch.recipient.is_none() {
            return false;
        }
        match fact.event {
            EventId::Deliver | EventId::DuplicateDeliver => true,
            EventId::Send | EventId::SendExternal => self.outbound(fact, touch),
            EventId::Fail => self.status(touch).class != 2 && !self.replaced_by_rule(touch),
            EventId::Drop
            | EventId::PoisonMessage
            | EventId::ModeratorReject
            | EventId::ModerationExpire
            | EventId::ModeratorsAllNdr => self.status(touch).class != 2,
            EventId::Defer => fact.flags & ZERO_DEFER == 0,
            _ => false,
        }
    }

    fn replaced_by_rule(&self, touch: &Touch) -> bool {
        let replaced = self.lineage.nodes.get(touch.node as usize).is_some_and(|n| n.replaced);
        replaced && self.status(touch).class != 5
    }

    /// The decision of a leaf, given as its address and those it came from.
    pub(super) fn decide(&self, chain: &[u32], walk: &mut Walk) -> Outcome<'a> {
        walk.clear();
        let rows = self.rows(chain, &mut walk.rows);
        for touch in &*rows {
            self.step(walk, touch, chain.first() == Some(&touch.node));
        }
        let own_or_handed = walk.decided.or(walk.refused).or(walk.handed);
        let decision = match (walk.decided, walk.refused, walk.handed) {
            (Some(touch), _, _) => self.decision_of(&touch, chain),
            (None, Some(touch), _) if self.status(&touch).class == 4 => Decision::Deferred,
            (None, Some(_), _) => Decision::Failed,
            (None, None, Some(_)) => Decision::HandedOff,
            (None, None, None) => Decision::InTransit,
        };
        let (missing, entered) = self.gaps(&rows, walk);
        let Walk { laps, defers, exits, .. } = *walk;
        Outcome { decision, by: own_or_handed, rows, laps, defers, exits, missing, entered }
    }

    /// The rows that cover a leaf: its own, and of the addresses it came from those before it was
    /// made of them, and what may be its return.
    fn rows(&self, chain: &[u32], out: &mut Vec<(u64, Touch)>) -> Cow<'a, [Touch]> {
        if let [own] = chain {
            let rows = self.lineage.rows(*own);
            if rows.windows(2).all(|pair| pair.first().map(|t| t.at) != pair.last().map(|t| t.at)) {
                return Cow::Borrowed(rows);
            }
        }
        let left = chain.first().and_then(|own| {
            let mut own = self.lineage.rows(*own).iter();
            own.find(|t| self.fact(t).is_some_and(|f| self.outbound(f, t))).map(|t| t.at)
        });
        let mut below = None;
        out.clear();
        for (depth, node) in (0u64..).zip(chain) {
            let rows = self.lineage.rows(*node).iter();
            let made = below.map_or(u32::MAX, |child| self.made_at(child, *node));
            let covers = |t: &&Touch| t.at < made || (self.is_arrival(t) && self.may_be_return(t, left));
            // By place, then the nearest address first, then what is named before what is only related.
            let key = |t: &Touch| u64::from(t.at) << 32 | depth << 1 | u64::from(t.recipient.is_none());
            out.extend(rows.filter(covers).map(|t| (key(t), *t)));
            below = Some(*node);
        }
        out.sort_by_key(|(key, _)| *key);
        out.dedup_by_key(|(_, touch)| touch.at);
        Cow::Owned(out.iter().map(|(_, touch)| *touch).collect())
    }

    /// An address that another was made of arrives again: the other one's return, if that had left
    /// and no SEND inside the organisation explains the arrival.
    fn may_be_return(&self, arrival: &Touch, left: Option<u32>) -> bool {
        left.is_some_and(|left| left < arrival.at) && !self.ordered.is_relayed(arrival.at)
    }

    /// Place of the last row that made the one address of the other.
    fn made_at(&self, child: u32, parent: u32) -> u32 {
        let from = self.lineage.nodes.get(parent as usize).map(|n| n.address);
        let by_step = self
            .lineage
            .rows(child)
            .iter()
            .rev()
            .find(|t| self.fact(t).is_some_and(|f| Some(f.related) == from && f.related != EMPTY));
        let first = self.lineage.rows(child).first();
        by_step.or(first).map_or(u32::MAX, |t| t.at)
    }

    fn is_arrival(&self, touch: &Touch) -> bool {
        self.fact(touch).is_some_and(|f| is_arrival(f.event))
    }

    fn step(&self, walk: &mut Walk, touch: &Touch, own: bool) {
        let Some(fact) = self.fact(touch) else { return };
        match fact.event {
            EventId::Receive | EventId::Dsn => self.arrive(walk, fact, touch),
            EventId::Send | EventId::SendExternal => {
                let outbound = self.outbound(fact, touch);
                if outbound {
                    walk.out = Some(touch.node);
                    walk.exits += 1;
                } else if self.short(fact.peer) != fact.server {
                    // To its own mailbox service it does not leave.
                    note(&mut walk.left, (fact.server, touch.node));
                }
                if walk.stored || (outbound && !own) {
                    return;
                }
                if outbound {
                    walk.decided = Some(*touch);
                } else {
                    walk.handed = Some(*touch);
                    walk.take_back(|t| self.fact(t).is_some_and(|f| f.event == EventId::Defer));
                }
            }
            EventId::DeliverFail | EventId::SubmitFail | EventId::BadMail
                if own && touch.recipient.is_some() =>
            {
                walk.refused = Some(*touch);
            }
            _ if own && self.decides(touch) => {
                walk.defers += u32::from(fact.event == EventId::Defer);
                if !walk.stored {
                    walk.decided = Some(*touch);
                    walk.stored = matches!(fact.event, EventId::Deliver | EventId::DuplicateDeliver);
                }
            }
            _ => {}
        }
    }

    fn arrive(&self, walk: &mut Walk, fact: &Fact, touch: &Touch) {
        walk.handed = None;
        if walk.stored && fact.source == Source::Smtp {
            walk.stored = false;
            walk.decided = None;
        }
        walk.take_back(|t| {
            self.fact(t)
                .is_some_and(|f| matches!(f.event, EventId::Defer | EventId::Send | EventId::SendExternal))
        });
        if fact.source != Source::Smtp {
            return;
        }
        let here_before = walk.visited.contains(&(fact.server, touch.node));
        if let Some(sent_as) = walk.out.take() {
            walk.laps +=
                u32::from(sent_as == touch.node || walk.visited.iter().any(|(_, n)| *n == touch.node));
        } else if let Some(at) = walk
            .left
            .iter()
            .position(|(server, node)| *server == fact.server && (*node == touch.node || here_before))
        {
            walk.left.swap_remove(at);
            walk.laps += 1;
        }
        note(&mut walk.visited, (fact.server, touch.node));
    }

    fn decision_of(&self, touch: &Touch, chain: &[u32]) -> Decision {
        let (Some(fact), status) = (self.fact(touch), self.status(touch)) else { return Decision::InTransit };
        match fact.event {
            EventId::Deliver | EventId::DuplicateDeliver => Decision::LocalDelivery,
            EventId::Send | EventId::SendExternal if self.is_remote_routing(chain) => {
                Decision::RemoteRoutingAddress
            }
            EventId::Send | EventId::SendExternal => Decision::SendConnector,
            EventId::Fail if status.marks & NOT_FOUND != 0 => Decision::RecipientNotFound,
            EventId::Fail if status.marks & QUARANTINED != 0 => Decision::Dropped,
            EventId::Fail => Decision::Failed,
            EventId::Defer => Decision::Deferred,
            _ => Decision::Dropped,
        }
    }

    /// Rewritten by RESOLVE to an address under onmicrosoft.com.
    fn is_remote_routing(&self, chain: &[u32]) -> bool {
        let resolved = chain
            .first()
            .and_then(|n| self.lineage.nodes.get(*n as usize))
            .filter(|n| matches!(n.parent, Some((_, crate::model::journey::Step::Resolve))));
        resolved.is_some_and(|n| self.names.get(n.address).ends_with(b".onmicrosoft.com"))
    }

    /// Servers the leaf was sent to that say nothing of it, and whether its beginning is here.
    fn gaps(&self, rows: &[Touch], walk: &Walk) -> (Vec<Symbol>, bool) {
        let facts = || rows.iter().filter_map(|t| self.fact(t).map(|f| (t, f)));
        // Of an address that a rule added, no arrival speaks; that of the message will do.
        let entered = self.entered;
        let mut missing: Vec<Symbol> = Vec::new();
        let spoke = |f: &Fact| match f.event {
            EventId::Receive => [f.server, EMPTY],
            EventId::Deliver | EventId::DuplicateDeliver | EventId::DeliverFail => {
                [f.server, self.short(f.peer)]
            }
            _ => [EMPTY, EMPTY],
        };
        let mut seen: Vec<Symbol> = Vec::new();
        for (touch, fact) in facts() {
            if fact.event != EventId::Send || self.outbound(fact, touch) || self.ordered.is_linked(touch.at) {
                continue;
            }
            let host = if fact.link_host == EMPTY { self.short(fact.peer) } else { fact.link_host };
            // Few leaves come to this, so what spoke is gathered only here.
            if seen.is_empty() {
                seen.extend(facts().flat_map(|(_, f)| spoke(f)));
                seen.sort_unstable();
                seen.dedup();
            }
            if host != EMPTY && seen.binary_search(&host).is_err() && !missing.contains(&host) {
                missing.push(host);
            }
        }
        // A DELIVER alone: the mailbox server's log is here, that of the transport server is not.
        if !entered
            && let Some(deliver) = walk.decided.filter(|_| walk.stored).and_then(|t| self.fact(&t))
            && facts().all(|(_, f)| f.server != deliver.server || is_delivery(f.event))
            && !missing.contains(&deliver.server)
        {
            missing.push(deliver.server);
        }
        missing.sort_unstable_by(|a, b| self.names.get(*a).cmp(self.names.get(*b)));
        (missing, entered)
    }

    fn short(&self, host: Symbol) -> Symbol {
        self.hosts.short(host, self.names).unwrap_or(EMPTY)
    }
}

/// Rows by which a message, or one more of its addresses, comes to be here.
pub fn is_arrival(event: EventId) -> bool {
    matches!(event, EventId::Receive | EventId::Dsn | EventId::Submit | EventId::ClientSubmission)
}

/// Adds a place that is not there yet; a message meets few.
fn note(places: &mut Vec<(Symbol, u32)>, place: (Symbol, u32)) {
    if !places.contains(&place) {
        places.push(place);
    }
}

fn is_delivery(event: EventId) -> bool {
    matches!(event, EventId::Deliver | EventId::DuplicateDeliver | EventId::DeliverFail)
}

/// What is known of a leaf at one of its rows.
#[derive(Debug, Default)]
pub(super) struct Walk {
    decided: Option<Touch>,
    /// Refused by the mailbox, at submission, or as bad mail, with no better word yet.
    refused: Option<Touch>,
    handed: Option<Touch>,
    stored: bool,
    laps: u32,
    defers: u32,
    exits: u32,
    /// Address under which it left the organisation and has not come back.
    out: Option<u32>,
    /// Servers it left for another server of the organisation, and as which address.
    left: Vec<(Symbol, u32)>,
    visited: Vec<(Symbol, u32)>,
    /// The rows while they are brought into order.
    rows: Vec<(u64, Touch)>,
}

impl Walk {
    fn clear(&mut self) {
        let Self { rows, mut left, mut visited, .. } = std::mem::take(self);
        left.clear();
        visited.clear();
        *self = Self { left, visited, rows, ..Self::default() };
    }

    fn take_back(&mut self, what: impl Fn(&Touch) -> bool) {
        if !self.stored {
            self.decided = self.decided.filter(|t| !what(t));
        }
    }
}
