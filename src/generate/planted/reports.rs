//! Reports that beget reports, and journals of journals.

use super::super::directory::Address;
use super::super::exchange::{Copy, Exchange};
use super::super::hops::Peer;
use super::super::ledger::Key;
use super::super::mail::{End, Mail, Sender, Way};
use super::super::roll::Entry;
use super::super::trouble::Refusal;
use super::super::world::DOMAIN;
use super::directory::from_stranger;

/// Where journal reports go.
const JOURNAL: &str = "contoso@journal.adatum.example";
/// The connector to it.
const ARCHIVE: &str = "Journal archive";
/// The host of it.
const ARCHIVE_HOST: Peer<'static> = Peer { ip: "203.0.113.77", host: "in.journal.adatum.example" };

/// A bounce from outside for somebody who never was.
fn bounce(exchange: &mut Exchange<'_>, sender: &str, at: i64, peer: Peer<'_>, to: &str) -> (Mail, Copy) {
    let mut mail = from_stranger(exchange, sender, at);
    "<>".clone_into(&mut mail.return_path);
    mail.class = "dsn";
    let copy = exchange.arrive(&mut mail, 0, at, peer, to);
    (mail, copy)
}

/// A bounce that cannot be delivered is answered with another.
pub(super) fn report_about_a_report(exchange: &mut Exchange<'_>, now: i64) {
    let domain = exchange.internet_domain();
    let name = exchange.world.domain(domain).name.clone();
    let address = exchange.victim(DOMAIN);
    exchange.roll.add(Entry::mailbox(&address));
    let peer = Peer { ip: "198.51.100.201", host: "outbound.northwind.example" };
    let sender = format!("postmaster@{name}");
    let (mut mail, copy) = bounce(exchange, &sender, now, peer, &address);
    // Told to whom it may concern, though nobody should be told.
    "postmaster".clone_into(&mut mail.return_path);
    mail.from = Sender::Outside(domain, "postmaster".to_owned());
    let report = exchange.report(&mail, copy, copy.at + 20);
    "<>".clone_into(&mut mail.return_path);
    mail.from = Sender::Nobody;
    let Some(report) = report else { return };
    let refusal = Refusal {
        source: "ROUTING",
        event: "FAIL",
        connector: "",
        peer: None,
        reply: "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized",
        context: "",
        info: "",
    };
    exchange.refuse(&mut mail, copy, copy.at + 20, &refusal, (&address, &report.message_id));
    let mut leaf = exchange.leaf(Way::straight(&address, End::Nobody), "failed", copy.unit);
    leaf.status_code = Some("5.7.1");
    leaf.status_tag = Some("RESOLVER.RST.NotAuthorized");
    mail.leaves.push(leaf);
    exchange.done(&mail);
    exchange.found(&report, Key::new("ndr-storm").domain(&name));
    exchange.send_report(report, copy, copy.at + 35);
}

/// Somebody forged our address; now come the bounces.
pub(super) fn backscatter(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    let peer = Peer { ip: "198.51.100.202", host: "bounce.northwind.example" };
    for n in 0..21 {
        let (mut mail, copy) =
            bounce(exchange, "mailer-daemon@northwind.example", now + n * 90_000, peer, &address);
        let gone = Address::Settled(address.clone(), End::Nobody);
        exchange.deliver(&mut mail, copy, &[gone]);
        exchange.found(&mail, Key::new("ndr-storm").peer(peer.host));
        exchange.done(&mail);
    }
}

/// A host tries one name after the other.
pub(super) fn guessed_addresses(exchange: &mut Exchange<'_>, now: i64) {
    let peer = Peer { ip: "198.51.100.203", host: "host203.proseware.example" };
    for n in 0..24 {
        let address = exchange.victim(DOMAIN);
        let at = now + n * 15_000;
        let mut mail = from_stranger(exchange, &format!("promo{n}@proseware.example"), at);
        let copy = exchange.arrive(&mut mail, 0, at, peer, &address);
        exchange.deliver(&mut mail, copy, &[Address::Settled(address, End::Nobody)]);
        exchange.found(&mail, Key::new("directory-harvest").peer(peer.host));
        exchange.done(&mail);
    }
}

/// A message, its journal report, and the report about the report.
pub(super) fn journal_of_the_journal(exchange: &mut Exchange<'_>, now: i64) {
    let to = [Address::User(exchange.resident_of(0))];
    let listed = exchange.listed(&to);
    let (mut mail, mut copy) = exchange.letter(now, &listed);
    let (mut first, mut sub) = exchange.journal_report(&mut mail, &mut copy, JOURNAL);
    let (mut second, last) = exchange.journal_report(&mut first, &mut sub, JOURNAL);
    for (report, copy) in [(&mut first, sub), (&mut second, last)] {
        exchange.exit(report, copy.when(copy.at + 700), ARCHIVE, ARCHIVE_HOST, JOURNAL);
        exchange.left(report, copy, (ARCHIVE, ARCHIVE_HOST), &[Way::straight(JOURNAL, End::Nobody)]);
        exchange.done(report);
    }
    exchange.found(&second, journal_loop());
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

/// The archive takes no more reports.
pub(super) fn journal_refused(exchange: &mut Exchange<'_>, now: i64) {
    let to = [Address::User(exchange.resident_of(0))];
    let listed = exchange.listed(&to);
    let (mut mail, mut copy) = exchange.letter(now, &listed);
    let (mut report, sub) = exchange.journal_report(&mut mail, &mut copy, JOURNAL);
    let refusal = Refusal {
        source: "SMTP",
        event: "FAIL",
        connector: ARCHIVE,
        peer: Some(ARCHIVE_HOST),
        reply: "550 5.3.190 Journaling on-premises messages to this archive is not supported",
        context: "",
        info: "",
    };
    let mut leaf = exchange.leaf(Way::straight(JOURNAL, End::Nobody), "failed", sub.unit);
    leaf.status_code = Some("5.3.190");
    exchange.fail(&mut report, sub, sub.at + 700, &refusal, leaf);
    exchange.found(&report, journal_loop());
    exchange.done(&report);
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

fn journal_loop() -> Key {
    Key::new("journal-loop").domain("journal.adatum.example").address(JOURNAL)
}
