//! Rules that undo each other's work.

use super::super::directory::Address;
use super::super::exchange::Exchange;
use super::super::files::Family;
use super::super::hops::Peer;
use super::super::ledger::Key;
use super::super::mail::{End, Sender, Way};
use super::super::roll::Entry;
use super::super::rows::Row;
use super::super::world::{DOMAIN, INTERNET};

/// Two mailboxes whose inbox rules send everything to each other, until the brake stops them.
pub(super) fn inbox_rules_in_a_circle(exchange: &mut Exchange<'_>, now: i64) {
    let a = exchange.resident_of(0);
    let b = exchange.world.resident(a + 1);
    let b = if exchange.world.home(b) == 0 { b } else { exchange.resident_of(0) };
    if a == b {
        return inbox_rules_in_a_circle(exchange, now);
    }
    let people = [a, b].map(|n| exchange.world.user(n).address.clone());
    let [first, second] = &people;
    let to = [Address::User(a)];
    let (mut mail, copy) = exchange.letter(now, first);
    let (mut copy, mut at) = exchange.into(&mut mail, copy, 0, &to);
    exchange.done(&mail);
    for (owner, target) in [(a, b), (b, a), (a, b)] {
        let to = [Address::User(target)];
        let listed = exchange.listed(&to);
        let (next, sub) = exchange.rule_made(&mail, owner, copy, at, &listed);
        mail = next;
        (copy, at) = exchange.into(&mut mail, sub, 0, &to);
        exchange.done(&mail);
    }
    let hub = exchange.world.unit(0).hub.clone();
    if exchange.world.unit(0).release.is_modern() {
        let row = Row {
            server: (&hub.ip, &hub.name),
            source: "MAILBOXRULE",
            event: "THROTTLE",
            id: Some(copy.id),
            recipients: second,
            grown: Some(1_200),
            reference: "XLoopHeaderCount:3/3",
            ..Row::default()
        };
        exchange.emit(&mut mail, 0, Family::Delivery, at + 30, &row);
    }
    let smallest = first.as_str().min(second.as_str());
    let domain = smallest.split('@').nth(1).unwrap_or(DOMAIN);
    exchange.found(&mail, Key::new("rule-forward-loop").domain(domain).address(smallest));
}

/// A mailbox forwards to its owner's private address, and from there everything comes back as new mail.
pub(super) fn private_address_sends_back(exchange: &mut Exchange<'_>, now: i64) {
    let domain = exchange.internet_domain();
    let world = std::rc::Rc::clone(&exchange.world);
    let there = world.domain(domain);
    let address = exchange.victim(DOMAIN);
    exchange.faults += 1;
    let local = format!("private{}", exchange.faults);
    let private = format!("{local}@{}", there.name);
    exchange.roll.add(Entry { forward_smtp: Some(private.clone()), ..Entry::mailbox(&address) });
    let peer = Peer { ip: &there.ip, host: &there.mx };
    for n in 0..6 {
        let mut mail = exchange.mail(Sender::Outside(domain, local.clone()), now + n * 70_000 - 900);
        mail.size = 9_000 + 1_300 * n as u64;
        let mut copy = exchange.arrive_proxied(&mut mail, 0, now + n * 70_000, &address);
        exchange.rewrite(&mut mail, &mut copy, "REDIRECT", (&address, &private));
        exchange.exit(&mut mail, copy.when(copy.at + 900), INTERNET, peer, &private);
        let way = Way::straight(&address, End::Nobody).to("redirect", &private, End::Nobody);
        exchange.left(&mut mail, copy, (INTERNET, peer), &[way]);
        exchange.found(&mail, Key::new("external-forward-loop").domain(DOMAIN).address(&address));
        exchange.done(&mail);
    }
}

/// Two automatic answers, one here and one outside, that answer each other.
pub(super) fn answers_answer_answers(exchange: &mut Exchange<'_>, now: i64) {
    let domain = exchange.internet_domain();
    let world = std::rc::Rc::clone(&exchange.world);
    let there = world.domain(domain);
    let owner = exchange.resident_of(0);
    let address = world.user(owner).address.clone();
    exchange.faults += 1;
    let local = format!("tickets{}", exchange.faults);
    let theirs = format!("{local}@{}", there.name);
    let peer = Peer { ip: &there.ip, host: &there.mx };
    let (a, b) = if address < theirs { (&address, &theirs) } else { (&theirs, &address) };
    let key = Key::new("auto-reply-loop").domain(b.split('@').nth(1).unwrap_or_default()).address(a);
    for n in 0..4 {
        let at = now + n * 100_000;
        let mut mail = exchange.mail(Sender::Outside(domain, local.clone()), at - 900);
        "Automatic reply: Your request".clone_into(&mut mail.subject);
        let copy = exchange.arrive_proxied(&mut mail, 0, at, &address);
        exchange.deliver(&mut mail, copy, &[Address::Settled(address.clone(), End::Stored(0))]);
        exchange.found(&mail, key.clone());
        exchange.done(&mail);
        let mut mail = exchange.mail(Sender::User(owner), at + 40_000);
        "Re: Automatic reply: Your request".clone_into(&mut mail.subject);
        let copy = exchange.submit(&mut mail, 0, &theirs);
        exchange.exit(&mut mail, copy.when(copy.at + 900), INTERNET, peer, &theirs);
        exchange.left(&mut mail, copy, (INTERNET, peer), &[Way::straight(&theirs, End::Nobody)]);
        exchange.found(&mail, key.clone());
        exchange.done(&mail);
    }
}

/// One transport rule redirects what another redirects back.
pub(super) fn transport_rules_in_a_circle(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    exchange.roll.add(Entry::mailbox(&address));
    let (mut mail, copy) = exchange.letter(now, &address);
    let reply =
        "550 5.7.128 TRANSPORT.RULES.RejectMessage; Transport rules loop count exceeded and message rejected";
    let outcome = ("failed", "5.7.128", "TRANSPORT.RULES.RejectMessage");
    exchange.reject(&mut mail, copy, ("AGENT", reply), &Way::straight(&address, End::Nobody), outcome);
    exchange.found(&mail, Key::new("transport-rule-loop").domain(DOMAIN));
    exchange.done(&mail);
}
