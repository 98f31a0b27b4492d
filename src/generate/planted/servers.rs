//! What goes wrong on a server: messages that stay, kill, come twice, or go where no log is.

use super::super::directory::Address;
use super::super::exchange::Exchange;
use super::super::hops::Peer;
use super::super::ledger::Key;
use super::super::mail::{End, Way};
use super::super::roll::Entry;
use super::super::rows::Row;
use super::super::world::{DOMAIN, INTERNET, INTRA};

/// A message that came in and of which nothing is heard again.
pub(super) fn stuck(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    exchange.roll.add(Entry::mailbox(&address));
    let (mut mail, copy) = exchange.letter(now, &address);
    let leaf = exchange.leaf(Way::straight(&address, End::Nobody), "in-transit", copy.unit);
    exchange.leave_open(&mut mail, leaf);
    exchange.done(&mail);
}

/// A message that was put off and then forgotten.
pub(super) fn stuck_after_deferral(exchange: &mut Exchange<'_>, now: i64) {
    let domain = exchange.internet_domain();
    let world = std::rc::Rc::clone(&exchange.world);
    let there = world.domain(domain);
    let address = format!("forgotten@{}", there.name);
    let (mut mail, copy) = exchange.letter(now, &address);
    let peer = Peer { ip: &there.ip, host: &there.mx };
    exchange.defer(&mut mail, copy, copy.at + 900, (INTERNET, peer), &address);
    let mut leaf = exchange.leaf(Way::straight(&address, End::Nobody), "deferred", copy.unit);
    leaf.connector = Some(INTERNET.to_owned());
    leaf.next_hop = Some(there.mx.clone());
    leaf.status_code = Some("4.7.1");
    exchange.leave_open(&mut mail, leaf);
    exchange.done(&mail);
}

/// A message that brought the service down twice.
pub(super) fn poison(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    exchange.roll.add(Entry::mailbox(&address));
    let (mut mail, mut copy) = exchange.letter(now, &address);
    for _ in 0..2 {
        copy.at += exchange.between(20_000, 60_000);
        let row = Row { source: "BOOTLOADER", event: "LOAD", recipients: &address, ..Row::default() };
        exchange.note(&mut mail, &mut copy, &row);
    }
    let row = Row { source: "POISONMESSAGE", event: "POISONMESSAGE", recipients: &address, ..Row::default() };
    exchange.note(&mut mail, &mut copy, &row);
    let leaf = exchange.leaf(Way::straight(&address, End::Nobody), "dropped", copy.unit);
    mail.leaves.push(leaf);
    let server = exchange.hub(copy.unit);
    exchange.found(&mail, Key::new("poison").peer(&server));
    exchange.done(&mail);
}

/// The acknowledgement was lost, and the message is delivered once more.
pub(super) fn twice_delivered(exchange: &mut Exchange<'_>, now: i64) {
    let owner = exchange.resident_of(0);
    let to = [Address::User(owner)];
    let person = exchange.listed(&to);
    let (mut mail, copy) = exchange.letter(now, &person);
    let (copy, at) = exchange.into(&mut mail, copy, 0, &to);
    let again = at + exchange.between(5_000, 60_000);
    exchange.store_at(&mut mail, copy.when(again), 0, "DUPLICATEDELIVER", &person);
    let server = exchange.hub(copy.unit);
    exchange.found(&mail, Key::new("duplicates").peer(&server));
    exchange.done(&mail);
}

/// On to a server whose log nobody collected.
pub(super) fn without_log(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    let (mut mail, copy) = exchange.letter(now, &address);
    let modern = exchange.world.unit(0).release.is_modern();
    let name = if modern { "EX9" } else { "HUB9" };
    let host = format!("{name}.{DOMAIN}");
    exchange.roll.serve(name);
    exchange.roll.add(Entry { server: Some(name.to_owned()), ..Entry::mailbox(&address) });
    let id = 88_000_000 + exchange.rng.u64(0..1_000_000);
    exchange.send_row(&mut mail, copy.when(copy.at + 300), ("10.0.1.19", &host), (id, INTRA), &address);
    let mut leaf = exchange.leaf(Way::straight(&address, End::Nobody), "handed-off", copy.unit);
    leaf.connector = Some(INTRA.to_owned());
    leaf.next_hop = Some(host);
    leaf.status_code = Some("2.1.5");
    mail.leaves.push(leaf);
    exchange.found(&mail, Key::new("log-gap").peer(name));
    exchange.done(&mail);
}
