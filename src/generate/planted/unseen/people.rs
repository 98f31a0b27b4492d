//! Recipients with a wrong target.

use super::super::super::exchange::Exchange;
use super::super::super::hops::Peer;
use super::super::super::ledger::Key;
use super::super::super::mail::{End, Way};
use super::super::super::roll::Entry;
use super::super::super::world::{DOMAIN, INTERNET};
use super::by_default;

/// A mail user of an own domain whose target is its own address: the mail leaves like any other for the outside.
pub(in super::super) fn own_address_as_target(exchange: &mut Exchange<'_>, now: i64) {
    const TRAVEL: &str = "margiestravel.example";
    let peer = Peer { ip: "203.0.113.61", host: "mx.margiestravel.example" };
    exchange.roll.accept(TRAVEL, "Authoritative");
    let address = exchange.victim(TRAVEL);
    exchange.roll.add(Entry::mail_user(&address, &address));
    for n in 0..2 {
        let (mut mail, copy) = exchange.letter(now + n * 500_000, &address);
        exchange.exit(&mut mail, copy.when(copy.at + 900), INTERNET, peer, &address);
        exchange.left(&mut mail, copy, (INTERNET, peer), &[Way::straight(&address, End::Nobody)]);
        exchange.found(&mail, by_default("authoritative-leaves-default-connector", TRAVEL, peer.host));
        exchange.done(&mail);
    }
}

/// A contact's target is the address of another person, who gets the mail.
pub(in super::super) fn wrong_person(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    let other = exchange.resident_of(0);
    let target = exchange.world.user(other).address.clone();
    exchange.roll.add(Entry::contact(&address, &target));
    for n in 0..2 {
        let (mut mail, mut copy) = exchange.letter(now + n * 700_000, &address);
        exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &target));
        let way = Way::straight(&address, End::Nobody).to("resolve", &target, End::Stored(0));
        exchange.dispatch(&mut mail, copy, vec![way]);
        exchange.found(&mail, Key::new("wrong-person").domain(DOMAIN).address(&address).with_exports());
        exchange.done(&mail);
    }
}

/// A mailbox that was delivered to until somebody gave it a target.
pub(in super::super) fn mailbox_with_target(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    for n in 0..2 {
        let (mut mail, copy) = exchange.letter(now + n * 600_000, &address);
        exchange.dispatch(&mut mail, copy, vec![Way::straight(&address, End::Stored(0))]);
        exchange.done(&mail);
    }
    let domain = exchange.internet_domain();
    let world = std::rc::Rc::clone(&exchange.world);
    let there = world.domain(domain);
    let peer = Peer { ip: &there.ip, host: &there.mx };
    let target = super::super::super::directory::remote(&address, &there.name);
    exchange.roll.add(Entry::mailbox(&address).aimed_at(&target));
    for n in 0..2 {
        let (mut mail, mut copy) = exchange.letter(now + 7_200_000 + n * 600_000, &address);
        exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &target));
        exchange.exit(&mut mail, copy.when(copy.at + 900), INTERNET, peer, &target);
        let way = Way::straight(&address, End::Nobody).to("resolve", &target, End::Nobody);
        exchange.left(&mut mail, copy, (INTERNET, peer), &[way]);
        exchange
            .found(&mail, Key::new("mailbox-with-target").domain(DOMAIN).address(&address).with_exports());
        exchange.done(&mail);
    }
}
