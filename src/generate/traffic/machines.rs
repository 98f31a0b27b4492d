//! Mail that no person writes: scanners, health probes, what the Safety Net sends again.

use super::super::directory::Address;
use super::super::exchange::{Copy, Exchange};
use super::super::hops::Peer;
use super::super::mail::Sender;
use super::super::rows::Row;
use super::super::world::DOMAIN;
use super::letters;

/// A scanner sends a page. Some of them give every message the same message-id.
pub(super) fn scan(exchange: &mut Exchange<'_>, now: i64) {
    let printer = exchange.rng.u32(1..30);
    let host = format!("printer{printer}.{DOMAIN}");
    let unit = 0;
    let to = [Address::User(exchange.resident_of(unit))];
    let mut mail = exchange.mail(Sender::Nobody, now);
    // Only a network-message-id keeps such messages apart.
    let modern = exchange.world.unit(unit).release.is_modern();
    if modern && printer < 5 {
        mail.message_id = format!("<scan@{host}>");
    }
    mail.sender = format!("scanner{printer}@{DOMAIN}");
    mail.return_path.clone_from(&mail.sender);
    mail.subject = format!("Scan from printer {printer}");
    mail.size = 200_000 + u64::from(printer) * 1_111;
    let ip = format!("10.0.1.{}", 80 + printer);
    let listed = exchange.listed(&to);
    let copy = exchange.arrive(&mut mail, unit, now, Peer { ip: &ip, host: &host }, &listed);
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

/// The servers test themselves.
pub(super) fn probe(exchange: &mut Exchange<'_>, now: i64) {
    let unit = exchange.rng.u32(0..exchange.world.units.len() as u32) as usize;
    let mut mail = exchange.mail(Sender::Nobody, now);
    mail.is_probe = true;
    mail.sender = format!("maildeliveryprobe@{DOMAIN}");
    mail.return_path.clone_from(&mail.sender);
    "MBTSubmission/StoreDriverSubmission/004860".clone_into(&mut mail.subject);
    mail.size = 2_700;
    let to = format!("HealthMailbox{:024x}@{DOMAIN}", exchange.rng.u64(0..40));
    let copy = exchange.arrive_proxied(&mut mail, unit, now, &to);
    exchange.store(&mut mail, copy, unit, &to);
}

/// After a failover the Safety Net sends again what had been delivered.
pub(super) fn resubmitted(exchange: &mut Exchange<'_>, now: i64) {
    let owner = exchange.resident();
    let home = exchange.world.home(owner);
    if exchange.world.unit(home).release < super::super::rows::Release::E2013 {
        return letters::inbound(exchange, now);
    }
    let to = [Address::User(owner)];
    let (mut mail, copy) = exchange.receive(now, &to);
    let (copy, at) = exchange.into(&mut mail, copy, home, &to);
    let person = exchange.listed(&to);
    let later = at + exchange.between(1_800_000, 6 * 3_600_000);
    let mut again = Copy { id: exchange.next_id(home), since: later, at: later, ..copy };
    let row = Row { source: "SAFETYNET", event: "RESUBMIT", recipients: &person, ..Row::default() };
    exchange.note(&mut mail, &mut again, &row);
    exchange.note(&mut mail, &mut again, &Row { event: "RECEIVE", ..row });
    let at = again.at + 200;
    exchange.store_at(&mut mail, again.when(at), home, "DUPLICATEDELIVER", &person);
    exchange.done(&mail);
}
