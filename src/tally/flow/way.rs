//! A recipient's way from its rows: how long each part took, and when which server had it.

use crate::model::event::{EventId, Source};
use crate::model::journey::{Decision, Leaf};
use crate::model::name::{Frozen, Symbol};
use crate::model::time::Timestamp;

/// A part of the way. Each begins where the message arrives at a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// All of it, from the beginning to the end.
    Whole,
    /// From the mailbox to transport of the same server.
    Submission(Symbol),
    /// Until it arrives at the next server.
    Relay(Symbol, Symbol),
    /// Until it is in a mailbox.
    Delivery(Symbol),
    /// Until it has left the organisation.
    Out(Symbol),
}

impl Part {
    /// As it is shown; "" for the whole.
    pub(super) fn label(self, names: &Frozen) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Submission(server) => format!("submission {}", names.text(server)),
            Self::Relay(from, to) => format!("{} → {}", names.text(from), names.text(to)),
            Self::Delivery(server) => format!("delivery {}", names.text(server)),
            Self::Out(server) => format!("{} → outside", names.text(server)),
        }
    }
}

/// What a way consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    /// A part, with servers and times of its first and last row.
    Took(Part, (Symbol, Timestamp), (Symbol, Timestamp)),
    /// A server had it from then on, until then; `None`: it still does.
    Stayed(Symbol, Timestamp, Option<Timestamp>),
}

/// A server that has the message.
#[derive(Clone, Copy)]
struct At {
    server: Symbol,
    /// By which a stay is counted.
    arrived: Timestamp,
    /// By which parts are timed: since the last RECEIVE.
    since: Timestamp,
    /// That RECEIVE is from a mailbox.
    submitted: bool,
}

/// Follows the rows of a leaf.
pub(super) fn walk(leaf: &Leaf, mut found: impl FnMut(Walked)) {
    let mut at: Option<At> = None;
    // Who sent it on inside the organisation, and since when it had been there.
    let mut sent: Option<(Symbol, Timestamp)> = None;
    for hop in &leaf.hops {
        let (server, now) = (hop.server, (hop.server, hop.time));
        let here = at.filter(|at| at.server == server);
        match hop.event {
            EventId::Receive => {
                if let Some(here) = here {
                    let part =
                        if here.submitted { Part::Submission(server) } else { Part::Relay(server, server) };
                    found(Walked::Took(part, (server, here.since), now));
                } else if let Some(from) = at.map(|at| (at.server, at.since)).or(sent) {
                    found(Walked::Took(Part::Relay(from.0, server), from, now));
                }
                // One that says nothing of sending it on has done so all the same.
                if let Some(before) = at.filter(|_| here.is_none()) {
                    found(Walked::Stayed(before.server, before.arrived, Some(hop.time)));
                }
                let arrived = here.map_or(hop.time, |here| here.arrived);
                let submitted = hop.source == Source::StoreDriver;
                at = Some(At { server, arrived, since: hop.time, submitted });
                sent = None;
            }
            EventId::Send | EventId::SendExternal | EventId::Deliver => {
                let Some(here) = here else { continue };
                let part = match hop.event {
                    EventId::Deliver => Some(Part::Delivery(server)),
                    _ => hop.outbound.then_some(Part::Out(server)),
                };
                sent = part.is_none().then_some((server, here.since));
                part.into_iter().for_each(|part| found(Walked::Took(part, (server, here.since), now)));
                found(Walked::Stayed(server, here.arrived, Some(hop.time)));
                at = None;
            }
            _ => {}
        }
    }
    if let Some(at) = at {
        let waits = matches!(leaf.decision, Decision::Deferred | Decision::InTransit);
        found(Walked::Stayed(at.server, at.arrived, (!waits).then_some(leaf.last_seen)));
    }
}
