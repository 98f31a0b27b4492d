//! Faults of the directory: who is there, who is not, and who stands for whom.

use super::super::directory::{Address, remote};
use super::super::exchange::Exchange;
use super::super::hops::Peer;
use super::super::ledger::Key;
use super::super::mail::{End, Mail, Sender, Way};
use super::super::roll::Entry;
use super::super::world::{DOMAIN, INTERNET};

/// Somebody leaves, and mail still comes.
pub(super) fn mailbox_removed(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    let stored = Address::Settled(address.clone(), End::Stored(0));
    for n in 0..2 {
        let (mut mail, copy) = exchange.letter(now + n * 900_000, &address);
        exchange.deliver(&mut mail, copy, std::slice::from_ref(&stored));
        exchange.done(&mail);
    }
    let gone = Address::Settled(address.clone(), End::Nobody);
    for n in 0..2 {
        let (mut mail, copy) = exchange.letter(now + 7_200_000 + n * 1_800_000, &address);
        exchange.deliver(&mut mail, copy, std::slice::from_ref(&gone));
        exchange.found(&mail, Key::new("stale-or-moved-recipient").domain(DOMAIN).address(&address));
        exchange.done(&mail);
    }
}

/// Two domain controllers give two answers.
pub(super) fn two_answers(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    exchange.roll.add(Entry::mailbox(&address));
    for (n, end) in (0i64..).zip([End::Stored(0), End::Nobody, End::Stored(0)]) {
        let (mut mail, copy) = exchange.letter(now + n * 1_200_000, &address);
        exchange.deliver(&mut mail, copy, &[Address::Settled(address.clone(), end)]);
        if end == End::Nobody {
            exchange.found(&mail, Key::new("flapping-recipient").domain(DOMAIN).address(&address));
        }
        exchange.done(&mail);
    }
}

/// A mailbox that still has the target address of a migration long ago.
pub(super) fn target_left_over(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    let stored = Address::Settled(address.clone(), End::Stored(0));
    let (mut mail, copy) = exchange.letter(now, &address);
    exchange.deliver(&mut mail, copy, &[stored]);
    exchange.done(&mail);
    let old = Peer { ip: "203.0.113.70", host: "mx.oldhome.example" };
    let there = remote(&address, "oldhome.example");
    exchange.roll.add(Entry::mailbox(&address).aimed_at(&there));
    for n in 0..2 {
        let (mut mail, mut copy) = exchange.letter(now + 1_200_000 + n * 600_000, &address);
        exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &there));
        exchange.exit(&mut mail, copy.when(copy.at + 900), INTERNET, old, &there);
        let way = Way::straight(&address, End::Nobody).to("resolve", &there, End::Nobody);
        exchange.left(&mut mail, copy, (INTERNET, old), &[way]);
        exchange.found(&mail, Key::new("mailbox-with-target").domain(DOMAIN).address(&address));
        exchange.done(&mail);
    }
    still_writes(exchange, now + 10_800_000, &address);
}

/// One person's target address is another person's, and the first still writes.
pub(super) fn wrong_mailbox(exchange: &mut Exchange<'_>, now: i64) {
    let (first, other) = (exchange.victim(DOMAIN), exchange.victim(DOMAIN));
    exchange.roll.add(Entry::mailbox(&first).aimed_at(&other));
    exchange.roll.add(Entry::mailbox(&other));
    for address in [&first, &other] {
        let (mut mail, copy) = exchange.letter(now, address);
        exchange.deliver(&mut mail, copy, &[Address::Settled(address.clone(), End::Stored(0))]);
        exchange.done(&mail);
    }
    let (mut mail, mut copy) = exchange.letter(now + 1_200_000, &first);
    exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&first, &other));
    let way = Way::straight(&first, End::Nobody).to("resolve", &other, End::Stored(0));
    exchange.dispatch(&mut mail, copy, vec![way]);
    exchange.found(&mail, Key::new("wrong-person").domain(DOMAIN).address(&first));
    exchange.found(&mail, Key::new("mailbox-with-target").domain(DOMAIN).address(&first).with_exports());
    exchange.done(&mail);
    still_writes(exchange, now + 10_800_000, &first);
}

/// Somebody with a mailbox here writes.
fn still_writes(exchange: &mut Exchange<'_>, at: i64, address: &str) {
    let to = [Address::User(exchange.resident_of(0))];
    let mut mail = exchange.mail(Sender::Nobody, at);
    address.clone_into(&mut mail.sender);
    address.clone_into(&mut mail.return_path);
    let listed = exchange.listed(&to);
    let copy = exchange.submit(&mut mail, 0, &listed);
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

/// Outlook suggests somebody by a name that the directory has forgotten.
pub(super) fn old_suggestion(exchange: &mut Exchange<'_>, now: i64) {
    exchange.faults += 1;
    let local = format!("left{}", exchange.faults);
    let address = format!(
        "IMCEAEX-_o=Contoso_ou=Exchange+20Administrative+20Group+20+28FYDIBOHF23SPDLT+29_cn=Recipients_cn={local}@{DOMAIN}"
    );
    let named =
        format!("/o=contoso/ou=exchange administrative group (fydibohf23spdlt)/cn=recipients/cn={local}");
    let from = exchange.resident();
    let to = [Address::Settled(address.clone(), End::Nobody)];
    let (mut mail, copy) = exchange.write(from, now, &to);
    let reply = "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found";
    let outcome = ("recipient-not-found", "5.1.1", "RESOLVER.ADR.ExRecipNotFound");
    exchange.reject(&mut mail, copy, ("ROUTING", reply), &Way::straight(&address, End::Nobody), outcome);
    exchange.found(&mail, Key::new("imceaex").domain(DOMAIN).address(&named));
    exchange.done(&mail);
}

/// Two mailboxes forward to each other: without copies, with copies, and one that says so at once.
pub(super) fn forwarding_circle(exchange: &mut Exchange<'_>, now: i64) {
    let reply = "550 5.4.6 RESOLVER.FWD.Loop; there is a forwarding loop configured in the directory";
    let outcome = ("failed", "5.4.6", "RESOLVER.FWD.Loop");
    for kind in 0..3 {
        let (a, b) = (exchange.victim(DOMAIN), exchange.victim(DOMAIN));
        let (mut mail, mut copy) = exchange.letter(now + kind * 600_000, &a);
        let way = Way::straight(&a, End::Stored(0));
        // Where no row names the other, the one that is named is the smaller of the two.
        let b = if kind == 2 { format!("zwei.{b}") } else { b };
        let smallest = a.as_str().min(b.as_str());
        for (from, to) in [(&a, &b), (&b, &a)] {
            let keeps_copy = kind == 1;
            exchange.roll.add(Entry { keeps_copy, ..Entry::mailbox(from).forwarded(to) });
        }
        if kind < 2 {
            exchange.rewrite(&mut mail, &mut copy, "REDIRECT", (&a, &b));
            exchange.rewrite(&mut mail, &mut copy, "REDIRECT", (&b, &a));
        }
        if kind == 1 {
            let other = way.to("redirect", &b, End::Stored(0));
            exchange.dispatch(&mut mail, copy, vec![way, other]);
        } else {
            exchange.reject(&mut mail, copy, ("ROUTING", reply), &way, outcome);
        }
        exchange.found(&mail, Key::new("forwarding-loop").domain(DOMAIN).address(smallest));
        exchange.done(&mail);
    }
}

/// Two groups are members of each other.
pub(super) fn group_circle(exchange: &mut Exchange<'_>, now: i64) {
    let (one, other) = (exchange.victim(DOMAIN), exchange.victim(DOMAIN));
    let (anna, ben) = (exchange.victim(DOMAIN), exchange.victim(DOMAIN));
    for person in [&anna, &ben] {
        exchange.roll.add(Entry::mailbox(person));
    }
    exchange.roll.add(Entry::group(&one, &[&anna, &other]));
    exchange.roll.add(Entry::group(&other, &[&ben, &one]));
    let (mut mail, mut copy) = exchange.letter(now, &one);
    exchange.expand(&mut mail, &mut copy, (&one, &[anna.clone(), other.clone()]));
    exchange.expand(&mut mail, &mut copy, (&other, &[ben.clone(), one.clone()]));
    let way = Way::straight(&one, End::Stored(0));
    let inner = way.to("expand", &other, End::Stored(0));
    let ways = vec![way.to("expand", &anna, End::Stored(0)), inner.to("expand", &ben, End::Stored(0))];
    exchange.dispatch(&mut mail, copy, ways);
    let smallest = one.as_str().min(other.as_str());
    exchange.found(&mail, Key::new("group-loop").domain(DOMAIN).address(smallest));
    exchange.done(&mail);
}

/// A domain is shared with another system, and we believe to know everybody in it.
pub(super) fn shared_domain(exchange: &mut Exchange<'_>, now: i64) {
    const SHARED: &str = "wingtip.example";
    exchange.roll.accept(SHARED, "Authoritative");
    let people: Vec<String> = (0..6).map(|n| format!("works.{n}@{SHARED}")).collect();
    for (n, person) in (0i64..).zip(&people) {
        let from = exchange.resident();
        let to = [Address::Settled(person.clone(), End::Nobody)];
        let (mut mail, copy) = exchange.write(from, now + n * 400_000, &to);
        exchange.deliver(&mut mail, copy, &to);
        exchange.found(&mail, Key::new("shared-domain-authoritative").domain(SHARED));
        exchange.done(&mail);
    }
    for (n, person) in (0i64..3).zip(&people) {
        let to = [Address::User(exchange.resident_of(0))];
        let mut mail = from_stranger(exchange, person, now + n * 500_000);
        let listed = exchange.listed(&to);
        let copy = exchange.arrive_proxied(&mut mail, 0, now + n * 500_000, &listed);
        exchange.deliver(&mut mail, copy, &to);
        exchange.done(&mail);
    }
}

/// A message of somebody who is in no list here and will get no report.
pub(super) fn from_stranger(exchange: &mut Exchange<'_>, sender: &str, at: i64) -> Mail {
    let mut mail = exchange.mail(Sender::Nobody, at - 900);
    sender.clone_into(&mut mail.sender);
    sender.clone_into(&mut mail.return_path);
    mail.direction = "Incoming";
    "198.51.100.200".clone_into(&mut mail.client_ip);
    mail
}
