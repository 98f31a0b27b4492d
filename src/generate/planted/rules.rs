//! Rules that undo each other's work.

use super::super::directory::Address;
use super::super::exchange::Exchange;
use super::super::files::Family;
use super::super::ledger::Key;
use super::super::mail::{End, Way};
use super::super::roll::Entry;
use super::super::rows::Row;
use super::super::world::DOMAIN;

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
