//! One leaf as the kinds look at it: where it went out and came back, and what is normal here.

use std::borrow::Cow;
use std::hash::Hash;

use hashbrown::HashMap;

use super::expected::{Expected, asked};
use super::norms::Norms;
use super::thresholds::Thresholds;
use crate::model::event::{EventId, Source};
use crate::model::finding::Confidence;
use crate::model::intake::Position;
use crate::model::journey::{Decision, Hop, Journey, Leaf, StatusInfo};
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of, fold_case, is_exchange_online};
use crate::model::status::EnhancedCode;
use crate::topology::Export;

/// Members of a way round that are shown.
const MEMBERS: usize = 8;

/// What all hosts of Exchange Online are called.
pub(super) const EXCHANGE_ONLINE: &[u8] = b"Exchange Online";

/// A send that left the organisation.
#[derive(Clone, Debug)]
pub(super) struct Exit<'a> {
    /// The row.
    pub hop: &'a Hop,
    /// The arrival it came back by.
    pub back: Option<&'a Hop>,
    /// To whom.
    pub peer: Cow<'a, [u8]>,
    /// As which address, in lower case.
    pub address: Vec<u8>,
}

impl Exit<'_> {
    /// The domain of the address.
    pub(super) fn domain(&self) -> &[u8] {
        domain_of(&self.address)
    }
}

/// A leaf and all that is known of it.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// The message.
    pub journey: &'a Journey,
    /// The leaf.
    pub leaf: &'a Leaf,
    /// The texts.
    pub names: &'a Frozen,
    /// What is normal in these logs.
    pub norms: &'a Norms,
    /// Where it left the organisation, in order.
    pub exits: Vec<Exit<'a>>,
    /// What the exports lead to expect of it.
    pub expected: Option<Expected<'a>>,
}

/// The way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// How often it came round.
    pub laps: u32,
    /// Own server, peer, and who brought it back if that was another; or addresses.
    pub members: Vec<Vec<u8>>,
    /// Typical time of a lap, ms.
    pub period_ms: Option<i64>,
    /// What ended it.
    pub ended: String,
}

/// The exits of one way round.
#[derive(Debug)]
pub(super) struct Round<'c, 'a> {
    /// Those that came back.
    pub exits: Vec<&'c Exit<'a>>,
}

impl<'a> Case<'a> {
    /// Looks at a leaf.
    pub(super) fn new(journey: &'a Journey, leaf: &'a Leaf, names: &'a Frozen, norms: &'a Norms) -> Self {
        let expected = norms.told().map(|topology| {
            let server = Some(names.get(leaf.server)).filter(|s| !s.is_empty());
            Expected::new(topology, names.get(asked(leaf)), journey.size_bytes, server)
        });
        Self { journey, leaf, names, norms, exits: exits(leaf, names, &norms.thresholds), expected }
    }

    /// What the exports say of the leaf, if all of these were given.
    pub(super) fn told_by(&self, exports: &[Export]) -> Option<&Expected<'a>> {
        self.expected.as_ref().filter(|e| exports.iter().all(|export| e.topology.has(*export)))
    }

    /// The text of a symbol.
    pub(super) fn text(&self, symbol: Symbol) -> &'a [u8] {
        self.names.get(symbol)
    }

    /// The final address, in lower case.
    pub(super) fn address(&self) -> &'a [u8] {
        self.text(self.leaf.folded.1)
    }

    /// The domain of the final address.
    pub(super) fn domain(&self) -> &'a [u8] {
        domain_of(self.address())
    }

    /// The status code of the deciding row.
    pub(super) fn code(&self) -> Option<(u8, u16, u16)> {
        self.leaf.status.code.map(digits)
    }

    /// The token of the deciding row.
    pub(super) fn tag(&self) -> &'a [u8] {
        self.text(self.leaf.status.tag)
    }

    /// The last exit; whether it came back stands in it.
    pub(super) fn final_exit(&self) -> Option<&Exit<'a>> {
        self.exits.last()
    }

    /// Refusals of the leaf, for good or for the moment, whose status says this; the first and the last.
    pub(super) fn refusals(&self, says: impl Fn(&StatusInfo) -> bool) -> Option<(&'a Hop, &'a Hop)> {
        let refused = |h: &&Hop| matches!(h.event, EventId::Fail | EventId::Defer) && says(&h.status);
        let mut rows = self.leaf.hops.iter().filter(refused);
        let first = rows.next()?;
        Some((first, rows.last().unwrap_or(first)))
    }

    /// Rows of the leaf of one event.
    pub(super) fn rows(&self, event: EventId) -> impl Iterator<Item = &'a Hop> {
        self.leaf.hops.iter().filter(move |h| h.event == event)
    }

    /// The other side of a row as findings name it: the host that was tried, else the host as logged.
    pub(super) fn peer_of(&self, hop: &Hop) -> Cow<'a, [u8]> {
        let host = if hop.status.host == EMPTY { hop.peer } else { hop.status.host };
        peer_name(self.text(host))
    }

    /// It was stored in a mailbox here.
    pub(super) fn was_stored(&self) -> bool {
        self.leaf.decision == Decision::LocalDelivery
    }

    /// Not found by this organisation itself; another may say the same of its own addresses.
    pub(super) fn not_found_here(&self) -> bool {
        is_not_found_here(self.leaf)
    }

    /// The leaf was rewritten by RESOLVE.
    pub(super) fn was_resolved(&self) -> bool {
        self.leaf.via.iter().any(|v| v.step == crate::model::journey::Step::Resolve)
    }

    /// Exits of the same address to the same peer that came back most often; or, where a whole pool of
    /// peers takes turns, all exits of the address that came back.
    pub(super) fn round(&self) -> Option<Round<'_, 'a>> {
        let way = most_alike(&self.exits, |e| (&e.address, &*e.peer))?;
        let pool = most_alike(&self.exits, |e| &e.address)
            .filter(|pool| pool.len() >= self.norms.thresholds.pool_laps);
        Some(Round { exits: pool.filter(|pool| pool.len() > way.len()).unwrap_or(way) })
    }

    /// The way round that is a loop.
    pub(super) fn circle(&self) -> Option<Round<'_, 'a>> {
        self.round().filter(|r| r.exits.len() as u32 >= self.norms.thresholds.loop_laps)
    }

    /// How sure a loop is: often enough, or the message grew each time as headers were added.
    pub(super) fn loop_confidence(&self, round: &Round<'_, 'a>) -> Confidence {
        let sizes: Vec<u64> =
            self.leaf.hops.iter().filter(|h| is_arrival(h)).filter_map(|h| h.size).collect();
        let grows = sizes.len() > round.exits.len() && sizes.is_sorted_by(|a, b| a < b);
        if round.exits.len() as u32 >= self.norms.thresholds.sure_laps || grows {
            Confidence::High
        } else {
            Confidence::Medium
        }
    }

    /// A way round as it is shown.
    pub(super) fn shape(&self, round: &Round<'_, 'a>) -> Shape {
        let mut members = Vec::new();
        if let Some(first) = round.exits.first() {
            members.push(self.text(first.hop.server).to_vec());
            for exit in &round.exits {
                if members.len() < MEMBERS && !members.iter().any(|m| **m == *exit.peer) {
                    members.push(exit.peer.to_vec());
                }
            }
            let bringer = first.back.map_or(&b""[..], |b| self.text(b.peer));
            let known = peer_name(bringer);
            let new = !members.iter().any(|m| **m == *known);
            if !bringer.is_empty() && new && members.len() < MEMBERS && !self.is_own(bringer) {
                members.push(known.into_owned());
            }
        }
        let mut gaps: Vec<i64> = round
            .exits
            .windows(2)
            .filter_map(|pair| if let [a, b] = pair { Some(b.hop.time.0 - a.hop.time.0) } else { None })
            .collect();
        if gaps.is_empty()
            && let Some((sent, back)) = round.exits.first().and_then(|e| Some((e.hop, e.back?)))
        {
            gaps.push(back.time.0 - sent.time.0);
        }
        gaps.sort_unstable();
        Shape {
            laps: round.exits.len() as u32,
            members,
            period_ms: gaps.get(gaps.len().saturating_sub(1) / 2).copied(),
            ended: self.ended(),
        }
    }

    /// Whether a host is one of the servers on the leaf's way.
    fn is_own(&self, host: &[u8]) -> bool {
        let short = crate::model::name::short_host(host);
        self.leaf.hops.iter().any(|h| *self.text(h.server) == *short)
    }

    /// Whether a host is a server whose own log is here, or one of the organisation's by the exports.
    pub(super) fn is_ours(&self, host: &[u8]) -> bool {
        let told = self.norms.told().is_some_and(|topology| topology.own_server(host).is_some());
        told || self.norms.is_server(&crate::model::name::short_host(host)) || self.is_own(host)
    }

    /// What ended it, in words.
    pub(super) fn ended(&self) -> String {
        let code = self.leaf.status.code.map_or(String::new(), |c| format!(" with {c}"));
        match self.leaf.decision {
            Decision::LocalDelivery => "stored in a mailbox here".to_owned(),
            Decision::SendConnector | Decision::RemoteRoutingAddress => {
                "sent out once more, and not seen again".to_owned()
            }
            Decision::RecipientNotFound | Decision::Failed => format!("failed{code}"),
            Decision::Dropped => "dropped".to_owned(),
            Decision::Deferred => "still waiting after a failed try".to_owned(),
            Decision::HandedOff => "sent on to a server that says no more here".to_owned(),
            Decision::InTransit => "not seen to end: last seen coming back".to_owned(),
            Decision::Expanded => "expanded".to_owned(),
        }
    }

    /// The deciding row, and before it the first exit and its return.
    pub(super) fn proof(&self) -> Vec<Position> {
        let round = self.exits.iter().find(|e| e.back.is_some());
        let mut out: Vec<Position> =
            round.iter().flat_map(|e| [Some(e.hop.evidence), e.back.map(|b| b.evidence)]).flatten().collect();
        out.push(self.leaf.evidence);
        out.dedup();
        out
    }
}

/// Of the exits that came back the largest set with one key; of equal sets the first.
fn most_alike<'c, 'a, K: Hash + Eq>(
    exits: &'c [Exit<'a>],
    key: impl Fn(&'c Exit<'a>) -> K,
) -> Option<Vec<&'c Exit<'a>>> {
    let mut sets: Vec<Vec<&Exit<'a>>> = Vec::new();
    let mut numbers: HashMap<K, usize> = HashMap::new();
    for exit in exits.iter().filter(|e| e.back.is_some()) {
        let number = *numbers.entry(key(exit)).or_insert(sets.len());
        match sets.get_mut(number) {
            Some(set) => set.push(exit),
            None => sets.push(vec![exit]),
        }
    }
    sets.into_iter().rev().max_by_key(Vec::len)
}

/// Whether this organisation itself knows nobody with the address.
pub(super) fn is_not_found_here(leaf: &Leaf) -> bool {
    let by_other = leaf.decided_by.is_some_and(|(_, source)| source == Source::Smtp);
    leaf.decision == Decision::RecipientNotFound && !by_other
}

/// Whether a leaf failed as its domain does not exist, or expired, which that may be the reason of.
pub(super) fn is_nowhere(leaf: &Leaf, names: &Frozen) -> bool {
    let failed = leaf.decision == Decision::Failed;
    failed
        && match leaf.status.code.map(digits) {
            Some((5, 4, 4)) => matches!(names.get(leaf.status.tag), b"" | b"SMTPSEND.DNS.NonExistentDomain"),
            Some((_, 4, 7) | (5, 4, 310)) => true,
            _ => false,
        }
}

/// Code as three numbers.
pub(super) fn digits(code: EnhancedCode) -> (u8, u16, u16) {
    (code.class, code.subject, code.detail)
}

/// An arrival by SMTP that no send inside the organisation explains.
fn is_arrival(hop: &Hop) -> bool {
    hop.event == EventId::Receive && hop.source == Source::Smtp && !hop.relayed
}

/// Whether an arrival from outside is a return of what had been sent to a host, and not the same message
/// brought once more because an answer got lost, or another under the same id. What has gone round grew,
/// as every server adds to its header. From the very host it may also have shrunk; of the same size it is
/// a return only if that goes on and on, as with a gateway that takes its header off again.
pub(super) fn is_return(
    hop: &Hop,
    sent_to: &[u8],
    before: Option<&Hop>,
    (names, on_and_on): (&Frozen, bool),
) -> bool {
    let same_host = *peer_name(names.get(hop.peer)) == *sent_to;
    match (before.and_then(|b| b.size), hop.size) {
        (Some(before), Some(now)) if now == before => same_host && on_and_on,
        (Some(before), Some(now)) => same_host || now > before,
        _ => true,
    }
}

/// Whether the same message arrives from outside in the same size again and again.
pub(super) fn goes_on(leaf: &Leaf, thresholds: &Thresholds) -> bool {
    let sizes: Vec<Option<u64>> = leaf.hops.iter().filter(|h| is_arrival(h)).map(|h| h.size).collect();
    let same = sizes.windows(2).filter(|pair| pair.first() == pair.last()).count();
    same >= thresholds.same_size_arrivals
}

/// A host as findings name it: in lower case, all of Exchange Online by one name.
pub(super) fn peer_name(host: &[u8]) -> Cow<'_, [u8]> {
    if is_exchange_online(host) {
        Cow::Borrowed(EXCHANGE_ONLINE)
    } else if host.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    }
}

/// Where a leaf left the organisation and came back.
pub(super) fn exits<'a>(leaf: &'a Leaf, names: &'a Frozen, thresholds: &Thresholds) -> Vec<Exit<'a>> {
    let mut out: Vec<Exit<'a>> = Vec::new();
    let mut before: Option<&Hop> = None;
    let on_and_on = goes_on(leaf, thresholds);
    for hop in &leaf.hops {
        if hop.outbound {
            let mut address = Vec::new();
            fold_case(names.get(hop.address), &mut address);
            out.push(Exit { hop, back: None, peer: peer_name(names.get(hop.peer)), address });
        } else if is_arrival(hop) {
            let left = out.last_mut().filter(|e| e.back.is_none());
            if let Some(exit) = left.filter(|e| is_return(hop, &e.peer, before, (names, on_and_on))) {
                exit.back = Some(hop);
            }
            before = Some(hop);
        }
    }
    out
}
