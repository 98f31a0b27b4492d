//! Accepted domains whose type does not fit.

use super::super::super::directory::Address;
use super::super::super::exchange::Exchange;
use super::super::super::hops::Peer;
use super::super::super::ledger::Key;
use super::super::super::mail::{End, Way};
use super::super::super::roll::Entry;
use super::super::super::world::INTERNET;
use super::by_default;

/// Nobody of an `ExternalRelay` domain should be here, and somebody is.
pub(in super::super) fn delivered_in_a_foreign_domain(exchange: &mut Exchange<'_>, now: i64) {
    const DESIGN: &str = "graphicdesign.example";
    exchange.roll.accept(DESIGN, "ExternalRelay");
    let address = exchange.victim(DESIGN);
    exchange.roll.add(Entry::mailbox(&address));
    for n in 0..2 {
        let (mut mail, copy) = exchange.letter(now + n * 900_000, &address);
        exchange.dispatch(&mut mail, copy, vec![Way::straight(&address, End::Stored(0))]);
        exchange.found(&mail, Key::new("external-relay-local-delivery").domain(DESIGN).with_exports());
        exchange.done(&mail);
    }
}

/// Those of an `InternalRelay` domain who are not here live in another system, and no connector leads there.
pub(in super::super) fn relayed_without_connector(exchange: &mut Exchange<'_>, now: i64) {
    const RIDGE: &str = "southridge.example";
    let peer = Peer { ip: "203.0.113.62", host: "mx.southridge.example" };
    exchange.roll.accept(RIDGE, "InternalRelay");
    for n in 0..3 {
        let address = exchange.victim(RIDGE);
        let from = exchange.resident();
        let to = [Address::Settled(address.clone(), End::Nobody)];
        let (mut mail, copy) = exchange.write(from, now + n * 400_000, &to);
        exchange.exit(&mut mail, copy.when(copy.at + 900), INTERNET, peer, &address);
        exchange.left(&mut mail, copy, (INTERNET, peer), &[Way::straight(&address, End::Nobody)]);
        exchange.found(&mail, by_default("internal-relay-no-connector", RIDGE, peer.host));
        exchange.done(&mail);
    }
}
