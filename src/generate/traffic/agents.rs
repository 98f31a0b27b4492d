//! What transport rules and filters do to mail.

use super::super::directory::Address;
use super::super::exchange::Exchange;
use super::super::mail::{End, Way};
use super::super::rows::Row;

/// A rule says no, and the sender hears of it.
pub(super) fn rejected(exchange: &mut Exchange<'_>, now: i64) {
    let from = exchange.resident();
    let domain = exchange.some_domain();
    let to = [Address::Outside(domain, "confidential".to_owned())];
    let (mut mail, copy) = exchange.write(from, now, &to);
    let way = Way::straight(&exchange.listed(&to), End::Nobody);
    let reply = "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy";
    exchange.reject(
        &mut mail,
        copy,
        ("AGENT", reply),
        &way,
        ("failed", "5.7.1", "TRANSPORT.RULES.RejectMessage"),
    );
    exchange.done(&mail);
}

/// A rule puts one recipient in the place of another.
pub(super) fn redirected(exchange: &mut Exchange<'_>, now: i64) {
    let from = exchange.resident();
    let old = exchange.resident();
    let new = exchange.world.resident(old + 1);
    let to = [Address::User(old)];
    let (mut mail, mut copy) = exchange.write(from, now, &to);
    let (old, home) = (exchange.listed(&to), exchange.world.home(new));
    let new = exchange.world.user(new).address.clone();
    let row = Row {
        source: "AGENT",
        event: "FAIL",
        context: "Transport Rule Agent",
        recipients: &old,
        ..Row::default()
    };
    copy.at += 60;
    exchange.note(&mut mail, &mut copy, &row);
    let row = Row { event: "DEFER", recipients: &new, info: "0001-01-01T00:00:00.000Z", ..row };
    exchange.note(&mut mail, &mut copy, &row);
    let way = Way::straight(&old, End::Nobody).to("rule", &new, End::Stored(home));
    exchange.dispatch(&mut mail, copy, vec![way]);
    exchange.done(&mail);
}

/// A rule deletes the message, and nobody hears of it.
pub(super) fn deleted(exchange: &mut Exchange<'_>, now: i64) {
    removed(exchange, now, "DROP", "Transport Rule Agent", "");
}

/// The content filter puts the message aside.
pub(super) fn quarantined(exchange: &mut Exchange<'_>, now: i64) {
    removed(
        exchange,
        now,
        "FAIL",
        "Content Filter Agent",
        "550 5.2.1 Content Filter agent quarantined this message",
    );
}

fn removed(exchange: &mut Exchange<'_>, now: i64, event: &'static str, agent: &str, status: &str) {
    let to = [Address::User(exchange.resident())];
    let (mut mail, mut copy) = exchange.receive(now, &to);
    let person = exchange.listed(&to);
    copy.at += 90;
    let row = Row { source: "AGENT", event, context: agent, recipients: &person, status, ..Row::default() };
    exchange.note(&mut mail, &mut copy, &row);
    let mut leaf = exchange.leaf(Way::straight(&person, End::Nobody), "dropped", copy.unit);
    leaf.status_code = (!status.is_empty()).then_some("5.2.1");
    mail.leaves.push(leaf);
    exchange.done(&mail);
}
