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
                if let Some(part) = part {
                    found(Walked::Took(part, (server, here.since), now));
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::intake::Position;
    use crate::model::journey::{Hop, StatusInfo, Took};
    use crate::model::name::EMPTY;

    const A: Symbol = Symbol(1);
    const B: Symbol = Symbol(2);

    fn hop(server: Symbol, event: EventId, at: i64) -> Hop {
        Hop {
            server,
            event,
            source: Source::Smtp,
            connector: EMPTY,
            peer: EMPTY,
            time: Timestamp(at),
            evidence: Position::default(),
            status: StatusInfo::default(),
            address: EMPTY,
            related: EMPTY,
            outbound: false,
            relayed: false,
            size: None,
            delays_nothing: false,
            reference: EMPTY,
        }
    }

    fn submitted(at: i64) -> Hop {
        Hop { source: Source::StoreDriver, ..hop(A, EventId::Receive, at) }
    }

    fn walked(decision: Decision, hops: Vec<Hop>) -> Vec<Walked> {
        let last_seen = hops.iter().map(|h| h.time).max().unwrap_or_default();
        let leaf = Leaf {
            recipient: EMPTY,
            final_recipient: EMPTY,
            folded: (EMPTY, EMPTY),
            via: Vec::new(),
            decision,
            connector: EMPTY,
            next_hop: EMPTY,
            server: EMPTY,
            decided_by: None,
            status: StatusInfo::default(),
            last_seen,
            latency_ms: 0,
            took: Took::default(),
            defers: 0,
            exits: 0,
            troubled: false,
            deliveries: 0,
            last_server: EMPTY,
            hops,
            laps: 0,
            complete: true,
            missing: Vec::new(),
            evidence: Position::default(),
        };
        let mut out = Vec::new();
        walk(&leaf, |step| out.push(step));
        out
    }

    fn took(part: Part, (a, from): (Symbol, i64), (b, to): (Symbol, i64)) -> Walked {
        Walked::Took(part, (a, Timestamp(from)), (b, Timestamp(to)))
    }

    fn stayed(server: Symbol, from: i64, to: Option<i64>) -> Walked {
        Walked::Stayed(server, Timestamp(from), to.map(Timestamp))
    }

    #[test]
    fn a_way_over_two_servers() {
        let hops = vec![
            submitted(0),
            hop(A, EventId::Receive, 10),
            hop(A, EventId::Send, 30),
            hop(B, EventId::Receive, 35),
            hop(B, EventId::Deliver, 50),
        ];
        let want = [
            took(Part::Submission(A), (A, 0), (A, 10)),
            stayed(A, 0, Some(30)),
            took(Part::Relay(A, B), (A, 10), (B, 35)),
            took(Part::Delivery(B), (B, 35), (B, 50)),
            stayed(B, 35, Some(50)),
        ];
        assert_eq!(walked(Decision::LocalDelivery, hops), want);
    }

    #[test]
    fn what_left_and_came_back_was_not_here_between() {
        let out = |at| Hop { outbound: true, ..hop(A, EventId::Send, at) };
        let hops = vec![hop(A, EventId::Receive, 0), out(5), hop(A, EventId::Receive, 100), out(110)];
        let want = [
            took(Part::Out(A), (A, 0), (A, 5)),
            stayed(A, 0, Some(5)),
            took(Part::Out(A), (A, 100), (A, 110)),
            stayed(A, 100, Some(110)),
        ];
        assert_eq!(walked(Decision::SendConnector, hops), want);
    }

    #[test]
    fn what_is_deferred_waits_and_what_failed_does_not() {
        let hops = || vec![hop(A, EventId::Receive, 0), hop(A, EventId::Defer, 7)];
        assert_eq!(walked(Decision::Deferred, hops()), [stayed(A, 0, None)]);
        assert_eq!(walked(Decision::Failed, hops()), [stayed(A, 0, Some(7))]);
    }

    #[test]
    fn a_server_whose_send_is_missing_had_it_until_the_next_one() {
        let hops =
            vec![hop(A, EventId::Receive, 0), hop(B, EventId::Receive, 9), hop(B, EventId::Deliver, 9)];
        let want = [
            took(Part::Relay(A, B), (A, 0), (B, 9)),
            stayed(A, 0, Some(9)),
            took(Part::Delivery(B), (B, 9), (B, 9)),
            stayed(B, 9, Some(9)),
        ];
        assert_eq!(walked(Decision::LocalDelivery, hops), want);
        // A delivery by a server that was never seen to receive is timed by nothing.
        assert_eq!(walked(Decision::LocalDelivery, vec![hop(B, EventId::Deliver, 9)]), []);
    }
}
