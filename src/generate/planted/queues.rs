//! Faults that show in queues: too large, too late, nobody there.

use std::rc::Rc;

use super::super::exchange::Exchange;
use super::super::hops::Peer;
use super::super::ledger::Key;
use super::super::mail::{End, Way};
use super::super::roll::{Connector, Entry};
use super::super::traffic::newsletter;
use super::super::trouble::Refusal;
use super::super::world::{DOMAIN, Exit, INTERNET, INTRA, PARTNER};

/// A partner's connector takes small messages only; the large ones leave by the way for everybody.
pub(super) fn too_large_for_its_connector(exchange: &mut Exchange<'_>, now: i64) {
    const SUPPLIER: &str = "tailspin.example";
    let small = Peer { ip: "203.0.113.21", host: "gw.tailspin.example" };
    let large = Peer { ip: "203.0.113.22", host: "mx.tailspin.example" };
    let narrow = Connector::new("Partner tailspin", &[SUPPLIER]).through(small.host);
    exchange.roll.connect(Connector { largest: Some(10), ..narrow });
    for n in 0..12 {
        let address = format!("supplies.{n}@{SUPPLIER}");
        let from = exchange.resident_of(0);
        let at = now + n * 240_000;
        let to = [super::super::directory::Address::Settled(address.clone(), End::Nobody)];
        let mut mail = exchange.mail(super::super::mail::Sender::User(from), at);
        let is_large = n % 2 == 1;
        mail.size =
            if is_large { exchange.rng.u64(12 << 20..30 << 20) } else { exchange.rng.u64(5_000..400_000) };
        let listed = exchange.listed(&to);
        let copy = exchange.submit(&mut mail, 0, &listed);
        let (connector, peer) = if is_large { (INTERNET, large) } else { ("Partner tailspin", small) };
        exchange.exit(&mut mail, copy.when(copy.at + 900), connector, peer, &address);
        exchange.left(&mut mail, copy, (connector, peer), &[Way::straight(&address, End::Nobody)]);
        if is_large {
            exchange.found(&mail, Key::new("size-fallthrough").domain(SUPPLIER).connector(INTERNET));
        }
        exchange.done(&mail);
    }
}

/// The partner's server does not answer for an hour.
pub(super) fn partner_down(exchange: &mut Exchange<'_>, now: i64) {
    let world = Rc::clone(&exchange.world);
    let Some(there) = world.domains.iter().find(|d| d.exit == Exit::Partner) else { return };
    let peer = Peer { ip: &there.ip, host: &there.mx };
    for n in 0..12 {
        let address = format!("desk.{n}@{}", there.name);
        let (mut mail, copy) = exchange.letter(now + n * 50_000, &address);
        for again in 0..=n % 2 {
            exchange.defer(&mut mail, copy, copy.at + 800 + again * 600_000, (PARTNER, peer), &address);
        }
        let back = now + 3_600_000 + n * 2_000;
        exchange.exit(&mut mail, copy.when(back), PARTNER, peer, &address);
        exchange.left(&mut mail, copy, (PARTNER, peer), &[Way::straight(&address, End::Nobody)]);
        exchange.done(&mail);
    }
}

/// One message waits for a quarter of an hour where all others wait for a second.
pub(super) fn slow(exchange: &mut Exchange<'_>, now: i64) {
    /// A hundredth is the slowest percent; with one more it stands out.
    const AMONG: u64 = 102;
    let server = exchange.hub(0);
    let wait = exchange.between(700_000, 1_500_000);
    let modern = exchange.world.unit(0).release.is_modern();
    if modern && exchange.ledger.short_of(&server, INTRA, AMONG) == 0 {
        let address = exchange.victim(DOMAIN);
        exchange.roll.add(Entry::mailbox(&address));
        let (mut mail, copy) = exchange.letter(now, &address);
        exchange.store_at(&mut mail, copy.when(copy.at + wait), 0, "DELIVER", &address);
        exchange.stored(&mut mail, copy, 0, &[Way::straight(&address, End::Stored(0))]);
        return exchange.done(&mail);
    }
    for _ in 0..3 {
        match exchange.ledger.short_of(&server, INTERNET, AMONG) {
            0 => break,
            few => newsletter(exchange, now, few as usize),
        }
    }
    let domain = exchange.internet_domain();
    let world = Rc::clone(&exchange.world);
    let there = world.domain(domain);
    let address = format!("patience@{}", there.name);
    let (mut mail, copy) = exchange.letter(now, &address);
    let peer = Peer { ip: &there.ip, host: &there.mx };
    exchange.exit(&mut mail, copy.when(copy.at + wait), INTERNET, peer, &address);
    exchange.left(&mut mail, copy, (INTERNET, peer), &[Way::straight(&address, End::Nobody)]);
    exchange.done(&mail);
}

/// Nothing leads to a domain, and after two days the queue gives up.
pub(super) fn no_way(exchange: &mut Exchange<'_>, now: i64) {
    const NOWHERE: &str = "proseware.example";
    for n in 0..2 {
        let address = exchange.victim(NOWHERE);
        let (mut mail, copy) = exchange.letter(now + n * 200_000, &address);
        let refusal = Refusal {
            source: "QUEUE",
            event: "FAIL",
            connector: "",
            peer: None,
            reply: "550 4.4.7 QUEUE.Expired; message expired in unreachable destination queue. Reason: A matching \
                    connector cannot be found to route the external recipient",
            context: "",
            info: "",
        };
        let mut leaf = exchange.leaf(Way::straight(&address, End::Nobody), "failed", copy.unit);
        leaf.status_code = Some("4.4.7");
        leaf.status_tag = Some("QUEUE.Expired");
        exchange.fail(&mut mail, copy, copy.at + 48 * 3_600_000, &refusal, leaf);
        exchange.found(&mail, Key::new("unreachable").domain(NOWHERE));
        exchange.done(&mail);
    }
}

/// Of two connectors for one domain the first is there, and not there, and there again.
pub(super) fn connectors_take_turns(exchange: &mut Exchange<'_>, now: i64) {
    const SUPPLIER: &str = "adventure.example";
    let ways = [
        ("Gateway A", Peer { ip: "203.0.113.31", host: "gw-a.adventure.example" }),
        ("Gateway B", Peer { ip: "203.0.113.32", host: "gw-b.adventure.example" }),
    ];
    for (name, peer) in ways {
        exchange.roll.connect(Connector::new(name, &[SUPPLIER]).through(peer.host));
    }
    let from = exchange.resident_of(0);
    let server = exchange.hub(0);
    for (n, way) in (0i64..8).zip(ways.into_iter().cycle()) {
        let address = exchange.victim(SUPPLIER);
        let to = [super::super::directory::Address::Settled(address.clone(), End::Nobody)];
        let mut mail = exchange.mail(super::super::mail::Sender::User(from), now + n * 300_000);
        mail.size = 9_000 + 700 * (n as u64 * 3 % 8);
        let listed = exchange.listed(&to);
        let copy = exchange.submit(&mut mail, 0, &listed);
        exchange.exit(&mut mail, copy.when(copy.at + 900), way.0, way.1, &address);
        exchange.left(&mut mail, copy, way, &[Way::straight(&address, End::Nobody)]);
        exchange.found(&mail, Key::new("connector-flapping").domain(SUPPLIER).peer(&server));
        exchange.done(&mail);
    }
}
