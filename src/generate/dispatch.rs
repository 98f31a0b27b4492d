//! From the directory's answer to the ends of all ways: stored, sent, refused, late.

use std::rc::Rc;

use super::directory::Address;
use super::exchange::{Copy, Exchange};
use super::files::Family;
use super::hops::Peer;
use super::ledger::Key;
use super::mail::{End, Leaf, Mail, Way, list};
use super::notes;
use super::rows::{Release, Row};
use super::stamp;
use super::world::{EDGE, Exit, HYBRID, INTERNET, PARTNER, SMART_HOST, World};

/// What a server outside may say against a message, and the code of it.
const REFUSALS: [(&str, &str); 5] = [
    ("550 5.1.1 User unknown in virtual mailbox table", "5.1.1"),
    ("554 5.7.1 Message rejected as spam by content filter", "5.7.1"),
    ("552 5.2.2 Over quota", "5.2.2"),
    ("550 5.7.26 This mail is unauthenticated; see our policy", "5.7.26"),
    ("550 5.4.1 Recipient address rejected: Access denied", "5.4.1"),
];

/// A FAIL or DEFER and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal<'a> {
    pub source: &'static str,
    pub event: &'static str,
    pub connector: &'a str,
    /// The other host, if it was one that spoke.
    pub peer: Option<Peer<'a>>,
    /// The reply, without a wrapper.
    pub reply: &'a str,
    pub context: &'a str,
    pub info: &'a str,
}

impl Exchange<'_> {
    /// Categorises a message and follows all its recipients to their ends.
    pub(super) fn deliver(&mut self, mail: &mut Mail, mut copy: Copy, to: &[Address]) {
        let ways = self.categorise(mail, &mut copy, to);
        let people = list(ways.iter().filter(|w| w.end != End::Nobody).map(|w| w.last.as_str()));
        if !people.is_empty() {
            self.agents(mail, &mut copy, &people);
        }
        self.dispatch(mail, copy, ways);
    }

    /// Follows ways to their ends; those that go the same way go together.
    pub(super) fn dispatch(&mut self, mail: &mut Mail, copy: Copy, mut ways: Vec<Way>) {
        ways.sort_by_key(|w| w.end);
        for ways in ways.chunk_by(|a, b| a.end == b.end) {
            let Some(first) = ways.first() else { continue };
            match first.end {
                End::Stored(home) => self.into_mailbox(mail, copy, home, ways),
                End::Full(home) => ways.iter().for_each(|w| self.full(mail, copy, home, w)),
                End::Cloud => self.to_cloud(mail, copy, ways),
                End::Outside(d) => self.outside(mail, copy, d, ways),
                End::Nobody => ways.iter().for_each(|w| self.not_found(mail, copy, w)),
                _ => ways.iter().for_each(|w| self.trouble(mail, copy, w)),
            }
        }
    }

    /// The server of the copy from which a mailbox server is reached.
    fn near(&mut self, mail: &mut Mail, copy: Copy, home: usize, people: &str) -> Copy {
        let world = Rc::clone(&self.world);
        let (here, there) = (world.unit(copy.unit), world.unit(home));
        let direct = copy.unit == home || (here.in_group && there.in_group && here.release.is_modern());
        if direct { copy } else { self.relay(mail, copy, home, people) }
    }

    fn into_mailbox(&mut self, mail: &mut Mail, copy: Copy, home: usize, ways: &[Way]) {
        let people = list(ways.iter().map(|w| w.last.as_str()));
        let copy = self.near(mail, copy, home, &people);
        self.store(mail, copy, home, &people);
        self.stored(mail, copy, home, ways);
    }

    /// Notes that ways ended in mailboxes.
    pub(super) fn stored(&mut self, mail: &mut Mail, copy: Copy, home: usize, ways: &[Way]) {
        for way in ways {
            let mut leaf = self.leaf(way.clone(), "local-delivery", copy.unit);
            leaf.next_hop = Some(self.world.unit(home).mailbox.fqdn.clone());
            mail.leaves.push(leaf);
        }
    }

    fn to_cloud(&mut self, mail: &mut Mail, copy: Copy, ways: &[Way]) {
        let people = list(ways.iter().map(|w| w.last.as_str()));
        let copy = self.at_gate(mail, copy, &people);
        let at = copy.at + self.between(300, 2_500);
        self.exit(mail, copy, at, HYBRID, CLOUD, &people);
        self.left(mail, copy, (HYBRID, CLOUD), ways);
    }

    /// At the server that holds the connectors of its own.
    pub(super) fn at_gate(&mut self, mail: &mut Mail, copy: Copy, people: &str) -> Copy {
        if copy.unit == World::gate() { copy } else { self.relay(mail, copy, World::gate(), people) }
    }

    /// Notes that ways left.
    pub(super) fn left(&mut self, mail: &mut Mail, copy: Copy, (connector, peer): (&str, Peer<'_>), ways: &[Way]) {
        for way in ways {
            let resolved = way.via.last().is_some_and(|v| v.step == "resolve");
            let remote = resolved && way.last.ends_with(".onmicrosoft.com");
            let decision = if remote { "remote-routing-address" } else { "send-connector" };
            let mut leaf = self.leaf(way.clone(), decision, copy.unit);
            leaf.connector = Some(connector.to_owned());
            leaf.next_hop = Some(peer.host.to_owned());
            leaf.status_code = Some("2.1.5");
            mail.leaves.push(leaf);
        }
    }

    fn outside(&mut self, mail: &mut Mail, copy: Copy, domain: usize, ways: &[Way]) {
        // A report is never in trouble itself; and of a message to many, nobody is.
        if mail.class == "normal" && ways.len() == 1 && self.once_in(60) {
            let end = match self.rng.u32(0..8) {
                0..3 => End::Refused(domain),
                3..7 => End::Late(domain, self.late()),
                _ => End::Expired(domain),
            };
            ways.iter().for_each(|w| self.trouble(mail, copy, &Way { end, ..w.clone() }));
            return;
        }
        let people = list(ways.iter().map(|w| w.last.as_str()));
        let (copy, connector) = self.way_out(mail, copy, domain, &people);
        let world = Rc::clone(&self.world);
        let there = world.domain(domain);
        let peer = Peer { ip: &there.ip, host: &there.mx };
        let at = copy.at + self.between(300, 3_500);
        self.exit(mail, copy, at, connector, peer, &people);
        self.left(mail, copy, (connector, peer), ways);
    }

    /// How long a host outside makes us wait: minutes, seldom hours.
    fn late(&mut self) -> i64 {
        match self.rng.u32(0..4) {
            0 => self.between(3 * 3_600_000, 47 * 3_600_000),
            1 => self.between(600_000, 3 * 3_600_000),
            _ => self.between(40_000, 95_000),
        }
    }

    /// To the server that sends to a domain, and the connector it uses.
    fn way_out(&mut self, mail: &mut Mail, copy: Copy, domain: usize, people: &str) -> (Copy, &'static str) {
        match self.world.domain(domain).exit {
            Exit::Internet => (copy, INTERNET),
            Exit::SmartHost => (copy, SMART_HOST),
            Exit::Partner => (self.at_gate(mail, copy, people), PARTNER),
            Exit::Edge => {
                let edge = self.world.edge();
                (if copy.unit == edge { copy } else { self.relay(mail, copy, edge, people) }, EDGE)
            }
        }
    }

    /// A row that refuses or puts off, and the leaf's decision if it is the last word.
    pub(super) fn refuse(&mut self, mail: &mut Mail, copy: Copy, at: i64, refusal: &Refusal<'_>, (people, reference): (&str, &str)) {
        let world = Rc::clone(&self.world);
        let server = world.unit(copy.unit);
        let status = match refusal.peer {
            Some(peer) if server.release >= Release::E2010 => notes::wrapped(refusal.reply, (peer.ip, peer.host), at),
            _ => refusal.reply.to_owned(),
        };
        let row = Row {
            client: (&server.hub.ip, &server.hub.fqdn),
            server: refusal.peer.map_or(("", ""), |p| (p.ip, p.host)),
            context: refusal.context,
            connector: refusal.connector,
            source: refusal.source,
            event: refusal.event,
            id: Some(copy.id),
            recipients: people,
            status: &status,
            grown: Some(1_200),
            reference,
            info: refusal.info,
            custom: "S:IsSmtpResponseFromExternalServer=True;S:DeliveryPriority=Normal;S:AccountForest=contoso.com",
            ..Row::default()
        };
        self.emit(mail, copy.unit, Family::Transport, at, &row);
    }

    /// A FAIL, the report it makes, and the decision.
    pub(super) fn fail(&mut self, mail: &mut Mail, copy: Copy, at: i64, refusal: &Refusal<'_>, mut leaf: Leaf) {
        let origin = stamp::time_text(mail.origin);
        let refusal = Refusal { event: "FAIL", info: &origin, ..*refusal };
        let report = self.report(mail, copy, at);
        let reference = report.as_ref().map_or("", |r| r.message_id.as_str()).to_owned();
        self.refuse(mail, copy, at, &refusal, (&leaf.way.last, &reference));
        if !refusal.connector.is_empty() {
            leaf.connector = Some(refusal.connector.to_owned());
        }
        leaf.next_hop = leaf.next_hop.or_else(|| refusal.peer.map(|p| p.host.to_owned()));
        if leaf.status_code == Some("4.4.7") {
            self.ledger.expired(refusal.connector, at, mail.serial);
        }
        mail.leaves.push(leaf);
        if let Some(report) = report {
            self.send_report(report, copy, at + 15);
        }
    }

    /// Nobody has the address.
    pub(super) fn not_found(&mut self, mail: &mut Mail, copy: Copy, way: &Way) {
        let modern = self.world.unit(copy.unit).release.is_modern();
        let (reply, code, tag) = if modern {
            let reply = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
            (reply, "5.1.10", "RESOLVER.ADR.RecipientNotFound")
        } else {
            ("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", "5.1.1", "RESOLVER.ADR.RecipNotFound")
        };
        self.reject(mail, copy, ("ROUTING", reply), way, ("recipient-not-found", code, tag));
    }

    /// A FAIL of our own, with no other host in it.
    pub(super) fn reject(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        (source, reply): (&'static str, &str),
        way: &Way,
        (decision, code, tag): (&'static str, &'static str, &'static str),
    ) {
        let context = if source == "AGENT" { "Transport Rule Agent" } else { "" };
        let refusal = Refusal { source, event: "FAIL", connector: "", peer: None, reply, context, info: "" };
        let mut leaf = self.leaf(way.clone(), decision, copy.unit);
        leaf.status_code = Some(code);
        leaf.status_tag = Some(tag);
        let at = copy.at + self.between(10, 60);
        self.fail(mail, copy, at, &refusal, leaf);
    }

    /// The mailbox takes no more.
    fn full(&mut self, mail: &mut Mail, copy: Copy, home: usize, way: &Way) {
        let copy = self.near(mail, copy, home, &way.last);
        let world = Rc::clone(&self.world);
        let (hub, mailbox) = (&world.unit(copy.unit).hub, &world.unit(home).mailbox);
        let reply = "554 5.2.2 STOREDRV.Deliver; mailbox full. The mailbox of the recipient has reached its limit, nothing was stored";
        let at = copy.at + self.between(100, 900);
        if world.unit(copy.unit).release.is_modern() {
            let mut context = String::new();
            stamp::session(&mut context, at, copy.id);
            let row = Row {
                client: (&hub.ip, &hub.fqdn),
                server: (&mailbox.ip, &mailbox.fqdn),
                context: &context,
                source: "STOREDRIVER",
                event: "DELIVERFAIL",
                id: Some(copy.id),
                recipients: &way.last,
                status: reply,
                grown: Some(1_200),
                ..Row::default()
            };
            self.emit(mail, home, Family::Delivery, at, &row);
        }
        let peer = Some(Peer { ip: &mailbox.ip, host: &mailbox.fqdn });
        let refusal = Refusal { source: "STOREDRIVER", event: "FAIL", connector: "", peer, reply, context: "", info: "" };
        let mut leaf = self.leaf(way.clone(), "failed", copy.unit);
        leaf.status_code = Some("5.2.2");
        leaf.status_tag = Some("STOREDRV.Deliver");
        self.fail(mail, copy, at + 160, &refusal, leaf);
    }

    /// A host outside says no, not now, or nothing.
    pub(super) fn trouble(&mut self, mail: &mut Mail, copy: Copy, way: &Way) {
        let (End::Refused(domain) | End::Late(domain, _) | End::Expired(domain) | End::Waiting(domain)) = way.end
        else {
            return;
        };
        let (copy, connector) = self.way_out(mail, copy, domain, &way.last);
        let world = Rc::clone(&self.world);
        let there = world.domain(domain);
        let peer = Peer { ip: &there.ip, host: &there.mx };
        let at = copy.at + self.between(400, 3_000);
        match way.end {
            End::Late(_, ms) => self.come_again(mail, copy, at, (connector, peer, ms), way),
            End::Expired(_) => self.expire(mail, copy, at, (connector, peer), way),
            End::Waiting(_) => {
                if self.put_off(mail, copy, at, (connector, peer), &way.last) {
                    let mut leaf = self.leaf(way.clone(), "deferred", copy.unit);
                    leaf.connector = Some(connector.to_owned());
                    leaf.next_hop = Some(peer.host.to_owned());
                    leaf.status_code = Some("4.7.1");
                    self.leave_open(mail, leaf);
                } else {
                    self.exit(mail, copy, at, connector, peer, &way.last);
                    self.left(mail, copy, (connector, peer), std::slice::from_ref(way));
                }
            }
            _ => {
                let n = self.rng.u32(0..REFUSALS.len() as u32) as usize;
                let (reply, code) = REFUSALS.get(n).copied().unwrap_or_default();
                let refusal =
                    Refusal { source: "SMTP", event: "FAIL", connector, peer: Some(peer), reply, context: "", info: "" };
                let mut leaf = self.leaf(way.clone(), "failed", copy.unit);
                leaf.status_code = Some(code);
                self.fail(mail, copy, at, &refusal, leaf);
            }
        }
    }

    /// A DEFER, unless so many of them would look like a fault; whether it was written.
    pub(super) fn put_off(&mut self, mail: &mut Mail, copy: Copy, at: i64, (connector, peer): (&str, Peer<'_>), people: &str) -> bool {
        if !self.ledger.may_defer(connector, at) {
            return false;
        }
        self.defer(mail, copy, at, (connector, peer), people);
        true
    }

    /// A DEFER.
    pub(super) fn defer(&mut self, mail: &mut Mail, copy: Copy, at: i64, (connector, peer): (&str, Peer<'_>), people: &str) {
        let again = stamp::time_text(at + 900_000);
        let reply = "451 4.7.1 Greylisted, please come again later";
        let refusal = Refusal { source: "SMTP", event: "DEFER", connector, peer: Some(peer), reply, context: "", info: &again };
        self.refuse(mail, copy, at, &refusal, (people, ""));
        self.ledger.deferred(connector, at, mail.serial);
    }

    /// Put off, and sent after a while. A wait that would stand out is only for logs with faults.
    fn come_again(&mut self, mail: &mut Mail, copy: Copy, at: i64, (connector, peer, ms): (&str, Peer<'_>, i64), way: &Way) {
        let server = self.hub(copy.unit);
        let long = self.plan.faults && at + ms < self.end && self.ledger.short_of(&server, connector, 220) == 0;
        let ms = if ms < 300_000 || long { ms } else { 90_000 };
        if self.put_off(mail, copy, at, (connector, peer), &way.last) && ms > 1_800_000 {
            self.put_off(mail, copy, at + ms / 2, (connector, peer), &way.last);
        }
        self.exit(mail, copy, at + ms, connector, peer, &way.last);
        self.left(mail, copy, (connector, peer), std::slice::from_ref(way));
    }

    /// Put off until the queue gives up; if the calendar is too short for that, refused.
    fn expire(&mut self, mail: &mut Mail, copy: Copy, at: i64, (connector, peer): (&str, Peer<'_>), way: &Way) {
        const TWO_DAYS: i64 = 48 * 3_600_000;
        let last = at + TWO_DAYS;
        let (reply, code, tag, at) = if last < self.end && self.ledger.may_defer(connector, last) {
            for n in 0..3 {
                self.put_off(mail, copy, at + n * 7 * 3_600_000, (connector, peer), &way.last);
            }
            ("550 4.4.7 QUEUE.Expired; message expired", "4.4.7", Some("QUEUE.Expired"), last)
        } else {
            ("550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain", "5.4.4", Some("SMTPSEND.DNS.NonExistentDomain"), at)
        };
        let source = if code == "4.4.7" { "QUEUE" } else { "DNS" };
        let refusal = Refusal { source, event: "FAIL", connector, peer: Some(peer), reply, context: "", info: "" };
        let mut leaf = self.leaf(way.clone(), "failed", copy.unit);
        leaf.status_code = Some(code);
        leaf.status_tag = tag;
        self.fail(mail, copy, at, &refusal, leaf);
    }

    /// A predicate of a finding holds for a message.
    pub(super) fn found(&mut self, mail: &Mail, key: Key) {
        self.ledger.note(key, mail.serial);
    }
}

/// The host of Exchange Online that takes mail for the tenant.
pub(super) const CLOUD: Peer<'static> =
    Peer { ip: "203.0.113.80", host: "contoso-mail-onmicrosoft-com.mail.protection.outlook.com" };
