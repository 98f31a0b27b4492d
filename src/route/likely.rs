//! Weak signs that a row led to an arrival, where no id proves it: the same recipient, and hosts that name
//! each other.

use std::borrow::Cow;
use std::cell::RefCell;

use hashbrown::HashMap;

use super::fact::{Bag, Fact};
use super::order::is_outbound;
use crate::model::event::{EventId, Source};
use crate::model::name::{EMPTY, Frozen, Symbol, is_exchange_online, short_host};

/// A RECEIVE without an id in its SEND's reply is looked for this far around it, ms.
const NEAR: i64 = 10 * 60_000;

/// What all hosts of Exchange Online are called.
const ONLINE: &[u8] = b"exchange online";

/// Every name the other side of a row has: host and addresses in lower case; all of Exchange Online is one.
pub(super) fn peer_names(fact: &Fact, names: &Frozen) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = [fact.peer, fact.peer_ip, fact.origin_ip]
        .into_iter()
        .filter(|s| *s != EMPTY)
        .map(|s| peer_name(names.get(s)).into_owned())
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn peer_name(host: &[u8]) -> Cow<'_, [u8]> {
    if is_exchange_online(host) { Cow::Borrowed(ONLINE) } else { Cow::Owned(host.to_ascii_lowercase()) }
}

/// Whether a row may have led to an arrival that it does not name.
pub(super) fn weak_cause(fact: &Fact) -> bool {
    match fact.event {
        EventId::Send | EventId::SendExternal => true,
        // The submission service's own row precedes the transport server's.
        EventId::Receive => fact.source == Source::StoreDriver,
        _ => false,
    }
}

/// The short names of hosts, each looked up once. For the texts of one run.
#[derive(Debug, Default)]
pub(super) struct Hosts(RefCell<HashMap<Symbol, Option<Symbol>>>);

impl Hosts {
    /// The short name of a host, if any row names it so.
    pub(super) fn short(&self, host: Symbol, names: &Frozen) -> Option<Symbol> {
        let find = || names.find(&short_host(names.get(host)));
        *self.0.borrow_mut().entry(host).or_insert_with(find)
    }
}

/// Whether two rows have some name of the other side in common.
fn share_peer(a: &Fact, b: &Fact, names: &Frozen) -> bool {
    let peers = |f: &Fact| [f.peer, f.peer_ip, f.origin_ip].into_iter().filter(|s| *s != EMPTY);
    let known = |s: Symbol| match names.get(s) {
        host if is_exchange_online(host) => ONLINE,
        host => host,
    };
    let same = |a: Symbol, b: Symbol| a == b || known(a).eq_ignore_ascii_case(known(b));
    peers(a).any(|mine| peers(b).any(|theirs| same(mine, theirs)))
}

/// How far apart a cause and a RECEIVE are, if they may belong together; later is nearer than earlier.
pub(super) fn likely(
    bag: &Bag,
    (from, to): (&Fact, &Fact),
    (names, hosts): (&Frozen, &Hosts),
) -> Option<(bool, i64)> {
    let distance = to.time.0 - from.time.0;
    let known = |a: Symbol, b: Symbol| a != EMPTY && a == b;
    let theirs = bag.recipients_of(to);
    let shared = || {
        let mine = bag.recipients_of(from);
        mine.is_empty() || mine.iter().any(|r| theirs.iter().any(|t| t.address == r.address))
    };
    let meets = if from.event == EventId::Receive {
        distance.abs() <= NEAR && hosts.short(to.peer, names) == Some(from.server) && shared()
    } else if is_outbound(from, false) {
        distance >= -NEAR && shared() && share_peer(from, to, names)
    } else {
        let there = || hosts.short(from.peer, names) == Some(to.server) || known(from.peer_ip, to.peer_ip);
        // A SEND to the own server is for its mailbox service, which no SMTP arrival follows; an arrival
        // there from the own server came through its front end.
        distance.abs() <= NEAR
            && to.server != from.server
            && there()
            && hosts.short(to.peer, names) == Some(from.server)
            && shared()
    };
    meets.then_some((distance < -5000, distance.abs()))
}
