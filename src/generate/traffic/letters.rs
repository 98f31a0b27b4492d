//! What people write: inside, to the outside, from the outside.

use std::rc::Rc;

use super::super::directory::Address;
use super::super::exchange::{Copy, Exchange};
use super::super::files::Family;
use super::super::hops::Peer;
use super::super::mail::{End, Mail, Sender, Way, list};
use super::super::names;
use super::super::notes;
use super::super::reports::EXCHANGE;
use super::super::rows::Row;
use super::super::world::{DOMAIN, Exit, Home, World};

impl Exchange<'_> {
    /// Addresses as the log lists them.
    pub(in super::super) fn listed(&self, to: &[Address]) -> String {
        let texts: Vec<String> = to.iter().map(|a| a.text(&self.world)).collect();
        list(texts.iter().map(String::as_str))
    }

    /// A message of a person here, on its way to addresses.
    pub(in super::super) fn write(&mut self, from: usize, now: i64, to: &[Address]) -> (Mail, Copy) {
        let mut mail = self.mail(Sender::User(from), now);
        let home = self.world.home(from);
        let listed = self.listed(to);
        let copy = self.submit(&mut mail, home, &listed);
        (mail, copy)
    }

    /// The same, followed to its end.
    pub(in super::super) fn write_and_deliver(&mut self, from: usize, now: i64, to: &[Address]) {
        let (mut mail, copy) = self.write(from, now, to);
        self.deliver(&mut mail, copy, to);
        self.done(&mail);
    }

    /// A message from outside that has come to one of our servers.
    pub(in super::super) fn receive(&mut self, now: i64, to: &[Address]) -> (Mail, Copy) {
        let domain = self.some_domain();
        let local = names::somebody(&mut self.rng);
        let mut mail = self.mail(Sender::Outside(domain, local), now - 900);
        let listed = self.listed(to);
        let copy = self.enter(&mut mail, now, domain, &listed);
        (mail, copy)
    }

    /// By the Edge server or through the front end, as the domain's way is.
    pub(in super::super) fn enter(&mut self, mail: &mut Mail, now: i64, domain: usize, listed: &str) -> Copy {
        let world = Rc::clone(&self.world);
        let servers = world.units.len() as u32;
        let unit = if self.rng.u32(0..6) > 0 { 0 } else { self.rng.u32(0..servers) as usize };
        let there = world.domain(domain);
        if there.exit != Exit::Edge {
            return self.arrive_proxied(mail, unit, now, listed);
        }
        let peer = Peer { ip: &there.ip, host: &there.mx };
        let copy = self.arrive(mail, world.edge(), now, peer, listed);
        self.relay(mail, copy, unit, listed)
    }

    /// Whom people write to; no address twice.
    fn some_recipients(&mut self, outside: bool) -> Vec<Address> {
        let count = match self.rng.u32(0..20) {
            0..17 => 1,
            17..19 => 2,
            _ => self.rng.u32(4..9),
        };
        let mut to: Vec<Address> = Vec::new();
        for _ in 0..count {
            let address = self.some_address(outside);
            let text = address.text(&self.world);
            if to.iter().all(|a| a.text(&self.world) != text) {
                to.push(address);
            }
        }
        to
    }

    fn some_address(&mut self, outside: bool) -> Address {
        let dice = self.rng.u32(0..1_000);
        match dice {
            0..400 if outside => {
                let domain = self.some_domain();
                Address::Outside(domain, names::somebody(&mut self.rng))
            }
            900..915 => Address::Group(self.rng.u32(0..self.world.groups.len().max(1) as u32) as usize),
            915..950 => Address::Proxy(self.anybody()),
            950..965 => Address::Contact(self.rng.u32(0..40) as usize),
            965..970 => Address::Typo(self.rng.u32(0..6) as usize),
            _ => Address::User(self.anybody()),
        }
    }
}

pub(super) fn internal(exchange: &mut Exchange<'_>, now: i64) {
    let from = exchange.resident();
    let to = exchange.some_recipients(true);
    exchange.write_and_deliver(from, now, &to);
}

pub(super) fn inbound(exchange: &mut Exchange<'_>, now: i64) {
    let to = exchange.some_recipients(false);
    let (mut mail, copy) = exchange.receive(now, &to);
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

pub(super) fn from_cloud(exchange: &mut Exchange<'_>, now: i64) {
    let Some(from) = exchange.cloud_user() else { return inbound(exchange, now) };
    let to = exchange.some_recipients(true);
    let mut mail = exchange.mail(Sender::User(from), now - 2_000);
    let listed = exchange.listed(&to);
    let peer = Peer { ip: "203.0.113.91", host: "mail-db8pr05cu003.outbound.protection.outlook.com" };
    let copy = exchange.arrive(&mut mail, World::gate(), now, peer, &listed);
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

/// A message inside to addresses that are settled.
fn settled(exchange: &mut Exchange<'_>, now: i64, to: &[Address]) {
    let from = exchange.resident();
    exchange.write_and_deliver(from, now, to);
}

pub(super) fn to_group(exchange: &mut Exchange<'_>, now: i64) {
    for group in [0, 3] {
        settled(exchange, now, &[Address::Group(group)]);
    }
}

/// One message to a dozen companies.
pub(super) fn to_many(exchange: &mut Exchange<'_>, now: i64) {
    newsletter(exchange, now, 12);
}

/// One message to so many domains that mail leaves for directly, from the first server.
pub(in super::super) fn newsletter(exchange: &mut Exchange<'_>, now: i64, many: usize) {
    let world = Rc::clone(&exchange.world);
    let direct = (0..world.domains.len()).filter(|n| world.domain(*n).exit == Exit::Internet);
    let to: Vec<Address> = direct.take(many).map(|d| Address::Outside(d, "info".to_owned())).collect();
    let from = exchange.resident_of(0);
    exchange.write_and_deliver(from, now, &to);
}

pub(super) fn to_contact(exchange: &mut Exchange<'_>, now: i64) {
    settled(exchange, now, &[Address::Contact(3), Address::Proxy(5)]);
}

pub(super) fn forwarded(exchange: &mut Exchange<'_>, now: i64) {
    settled(exchange, now, &[Address::User(3)]);
    settled(exchange, now, &[Address::User(7), Address::Typo(1)]);
}

pub(super) fn to_nobody(exchange: &mut Exchange<'_>, now: i64) {
    let typo = exchange.rng.u32(0..6) as usize;
    settled(exchange, now, &[Address::Typo(typo)]);
}

/// Somebody at a domain outside, with a settled end.
fn to_outside(exchange: &mut Exchange<'_>, now: i64, end: fn(usize) -> End) {
    let domain = exchange.some_domain();
    let text = format!("{}@{}", names::somebody(&mut exchange.rng), exchange.world.domain(domain).name);
    settled(exchange, now, &[Address::Settled(text, end(domain))]);
}

pub(super) fn refused(exchange: &mut Exchange<'_>, now: i64) {
    to_outside(exchange, now, End::Refused);
}

pub(super) fn expired(exchange: &mut Exchange<'_>, now: i64) {
    to_outside(exchange, now, End::Expired);
}

pub(super) fn late(exchange: &mut Exchange<'_>, now: i64) {
    to_outside(exchange, now, |d| End::Late(d, 80_000));
}

pub(super) fn waiting(exchange: &mut Exchange<'_>, now: i64) {
    to_outside(exchange, now, End::Waiting);
}

pub(super) fn in_transit(exchange: &mut Exchange<'_>, now: i64) {
    let to = [Address::User(exchange.resident())];
    let (mut mail, copy) = exchange.receive(now, &to);
    let way = Way::straight(&exchange.listed(&to), End::Nobody);
    let leaf = exchange.leaf(way, "in-transit", copy.unit);
    exchange.leave_open(&mut mail, leaf);
    exchange.done(&mail);
}

pub(super) fn mailbox_full(exchange: &mut Exchange<'_>, now: i64) {
    let to = exchange.resident();
    let end = End::Full(exchange.world.home(to));
    let to = [Address::Settled(exchange.world.user(to).address.clone(), end)];
    let (mut mail, copy) = exchange.receive(now, &to);
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

pub(super) fn journaled(exchange: &mut Exchange<'_>, now: i64) {
    let from = exchange.resident();
    let to = [Address::User(exchange.resident())];
    let (mut mail, mut copy) = exchange.write(from, now, &to);
    let (mut report, sub) = exchange.journal_report(&mut mail, &mut copy, "contoso@journal.adatum.example");
    let peer = Peer { ip: "203.0.113.77", host: "in.journal.adatum.example" };
    let at = sub.at + exchange.between(400, 1_500);
    let recipient = "contoso@journal.adatum.example";
    exchange.exit(&mut report, sub.when(at), "Journal archive", peer, recipient);
    let way = Way::straight(recipient, End::Nobody);
    exchange.left(&mut report, sub, ("Journal archive", peer), &[way]);
    exchange.done(&report);
    exchange.deliver(&mut mail, copy, &to);
    exchange.done(&mail);
}

impl Exchange<'_> {
    /// The journal's report about a message, made on the server where the message is.
    pub(in super::super) fn journal_report(
        &mut self,
        about: &mut Mail,
        copy: &mut Copy,
        to: &str,
    ) -> (Mail, Copy) {
        copy.at += 40;
        let mut report = self.mail(Sender::Nobody, copy.at);
        report.message_id = report.message_id.replace("@contoso.com", "@journal.report.generator");
        report.sender = format!("{EXCHANGE}@{DOMAIN}");
        report.return_path = format!("journal-ndr@{DOMAIN}");
        report.subject.clone_from(&about.subject);
        report.class = "journal";
        report.reference = about.as_reference();
        let mut sub = Copy { id: self.next_id(copy.unit), since: copy.at, from_mailbox: false, ..*copy };
        let row = Row {
            source: "AGENT",
            event: "RECEIVE",
            context: "Journaling",
            recipients: to,
            reference: &about.message_id,
            info: "04I: ",
            ..Row::default()
        };
        self.note(&mut report, &mut sub, &row);
        (report, sub)
    }
}

/// Mail for somebody whose inbox rule sends everything on.
pub(super) fn forwarded_by_rule(exchange: &mut Exchange<'_>, now: i64) {
    let owner = exchange.resident();
    let to = [Address::User(owner)];
    let (mut mail, copy) = exchange.receive(now, &to);
    let home = exchange.world.home(owner);
    let (copy, at) = exchange.into(&mut mail, copy, home, &to);
    exchange.done(&mail);
    let domain = exchange.some_domain();
    let target = Address::Outside(domain, names::somebody(&mut exchange.rng));
    let (mut forward, copy) =
        exchange.rule_made(&mail, owner, copy, at, &exchange.listed(std::slice::from_ref(&target)));
    exchange.deliver(&mut forward, copy, &[target]);
    exchange.done(&forward);
}

impl Exchange<'_> {
    /// Into the mailbox of the one recipient, whatever mailbox that is; says where from and when.
    pub(in super::super) fn into(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        home: usize,
        to: &[Address],
    ) -> (Copy, i64) {
        let person = self.listed(to);
        let copy = if copy.unit == home { copy } else { self.relay(mail, copy, home, &person) };
        let at = self.store(mail, copy, home, &person);
        self.stored(mail, copy, home, &[Way::straight(&person, End::Stored(home))]);
        (copy, at)
    }

    /// What an inbox rule makes of a message that was stored.
    pub(in super::super) fn rule_made(
        &mut self,
        about: &Mail,
        owner: usize,
        copy: Copy,
        at: i64,
        to: &str,
    ) -> (Mail, Copy) {
        let world = Rc::clone(&self.world);
        let at = at + self.between(40, 200);
        let mut mail = self.mail(Sender::User(owner), at);
        mail.class = "rule";
        mail.reference = about.as_reference();
        mail.subject = format!("FW: {}", about.subject);
        mail.size = about.size + 400;
        let unit = world.unit(copy.unit);
        let modern = unit.release.is_modern();
        let id = if modern { self.rng.u64(3_000..9_000) } else { self.next_id(copy.unit) };
        let row = Row {
            client: (&unit.mailbox.ip, &unit.mailbox.fqdn),
            server: (&unit.hub.ip, &unit.hub.name),
            source: "MAILBOXRULE",
            event: "RECEIVE",
            id: Some(id),
            recipients: to,
            grown: Some(0),
            reference: &about.message_id,
            info: "04I: ",
            ..Row::default()
        };
        let family = if modern { Family::Delivery } else { Family::Transport };
        self.emit(&mut mail, copy.unit, family, at, &row);
        if !modern {
            return (mail, Copy { unit: copy.unit, id, since: at, at, from_mailbox: false });
        }
        let at = at + self.between(60, 180);
        let id = self.next_id(copy.unit);
        let context = notes::arriving(at, id);
        let connector = format!("{0}\\Default {0}", unit.hub.name);
        let row = Row {
            client: (&unit.hub.ip, &unit.hub.fqdn),
            source: "SMTP",
            context: &context,
            connector: &connector,
            id: Some(id),
            reference: "",
            info: "0cI: ",
            ..row
        };
        self.emit(&mut mail, copy.unit, Family::Transport, at, &row);
        (mail, Copy { unit: copy.unit, id, since: at, at, from_mailbox: false })
    }

    /// Somebody here whose mail nothing sends elsewhere, on this server.
    pub(in super::super) fn resident_of(&mut self, unit: usize) -> usize {
        let from = self.anybody();
        let people = self.world.users.len();
        let here = |n: &usize| self.world.user(*n).home == Home::Mailbox(unit);
        (from..from + people).map(|n| n % people.max(1)).find(here).unwrap_or(0)
    }
}
