//! Mail that a moderator must let through.

use super::super::directory::Address;
use super::super::exchange::{Copy, Exchange};
use super::super::files::Family;
use super::super::mail::{End, Mail, Sender, Way};
use super::super::rows::{Release, Row};
use super::super::world::DOMAIN;
use super::letters;

/// Where requests wait for a moderator.
pub(in super::super) const ARBITRATION: &str = "SystemMailbox{1f05a927-7c1e-4d2b-9a54-0c6f2f0e8d11}";

pub(super) fn approved(exchange: &mut Exchange<'_>, now: i64) {
    let Some((mut mail, mut copy, to)) = asked(exchange, now) else { return };
    copy.at += exchange.between(30_000, 230_000);
    answer(exchange, &mut mail, &mut copy, "MODERATORAPPROVE", &to);
    let listed = exchange.listed(std::slice::from_ref(&to));
    let id = exchange.next_id(copy.unit);
    let row = Row {
        source: "APPROVAL",
        event: "RECEIVE",
        id: Some(id),
        recipients: &listed,
        info: "04I: ",
        ..Row::default()
    };
    exchange.note(&mut mail, &mut copy, &row);
    let copy = Copy { id, since: copy.at, ..copy };
    exchange.deliver(&mut mail, copy, &[to]);
    exchange.done(&mail);
}

pub(super) fn rejected(exchange: &mut Exchange<'_>, now: i64) {
    ended(exchange, now, "MODERATORREJECT");
}

pub(super) fn expired(exchange: &mut Exchange<'_>, now: i64) {
    ended(exchange, now, "MODERATIONEXPIRE");
}

fn ended(exchange: &mut Exchange<'_>, now: i64, event: &'static str) {
    let Some((mut mail, mut copy, to)) = asked(exchange, now) else { return };
    copy.at += exchange.between(30_000, 3 * 3_600_000);
    answer(exchange, &mut mail, &mut copy, event, &to);
    let way = Way::straight(&to.text(&exchange.world), End::Nobody);
    let leaf = exchange.leaf(way, "dropped", copy.unit);
    mail.leaves.push(leaf);
    exchange.done(&mail);
}

/// A message to a moderated mailbox, and the request to the moderator; 2007 knows no moderation.
fn asked(exchange: &mut Exchange<'_>, now: i64) -> Option<(Mail, Copy, Address)> {
    let from = exchange.resident();
    let home = exchange.world.home(from);
    if exchange.world.unit(home).release < Release::E2010 {
        letters::internal(exchange, now);
        return None;
    }
    let to = Address::User(exchange.resident());
    let (mut mail, mut copy) = exchange.write(from, now, std::slice::from_ref(&to));
    mail.class = "moderation";
    let listed = to.text(&exchange.world);
    let mut request = exchange.mail(Sender::Nobody, copy.at + 40);
    request.sender.clone_from(&mail.sender);
    request.return_path.clone_from(&mail.return_path);
    request.subject.clone_from(&mail.subject);
    request.class = "moderation";
    request.reference = mail.as_reference();
    let row = Row {
        source: "APPROVAL",
        event: "INITMESSAGECREATED",
        context: "Moderation",
        recipients: &listed,
        reference: &request.message_id.clone(),
        ..Row::default()
    };
    exchange.note(&mut mail, &mut copy, &row);
    let mailbox = format!("{ARBITRATION}@{DOMAIN}");
    let mut sub = Copy { id: exchange.next_id(copy.unit), since: copy.at, from_mailbox: false, ..copy };
    let row = Row {
        source: "APPROVAL",
        event: "RECEIVE",
        recipients: &mailbox,
        reference: &mail.message_id.clone(),
        info: "04I: ",
        ..Row::default()
    };
    exchange.note(&mut request, &mut sub, &row);
    let stored = Address::Settled(mailbox, End::Stored(copy.unit));
    exchange.deliver(&mut request, sub, &[stored]);
    exchange.done(&request);
    Some((mail, copy, to))
}

/// The moderator's word, in the moderation log where there is one.
fn answer(exchange: &mut Exchange<'_>, mail: &mut Mail, copy: &mut Copy, event: &'static str, to: &Address) {
    let listed = to.text(&exchange.world);
    let unit = exchange.world.unit(copy.unit).clone();
    let family = if unit.release.is_modern() { Family::Moderation } else { Family::Transport };
    let row = Row {
        server: (&unit.hub.ip, &unit.hub.name),
        source: "APPROVAL",
        event,
        context: "Approval decision by moderator.desk@contoso.com",
        id: Some(copy.id),
        recipients: &listed,
        grown: Some(600),
        ..Row::default()
    };
    copy.at += 50;
    exchange.emit(mail, copy.unit, family, copy.at, &row);
}
