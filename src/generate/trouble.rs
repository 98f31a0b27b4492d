//! Mail that is refused, put off, given up: by hosts outside, by mailboxes, by ourselves.

use std::rc::Rc;

use super::exchange::{Copy, Exchange};
use super::files::Family;
use super::hops::Peer;
use super::mail::{End, Leaf, Mail, Way};
use super::notes;
use super::rows::{Release, Row};
use super::stamp;

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
    /// A row that refuses or puts off, and the leaf's decision if it is the last word.
    pub(super) fn refuse(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        at: i64,
        refusal: &Refusal<'_>,
        (people, reference): (&str, &str),
    ) {
        let world = Rc::clone(&self.world);
        let server = world.unit(copy.unit);
        let status = match refusal.peer {
            Some(peer) if server.release >= Release::E2010 => {
                notes::wrapped(refusal.reply, (peer.ip, peer.host), at)
            }
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
    pub(super) fn fail(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        at: i64,
        refusal: &Refusal<'_>,
        mut leaf: Leaf,
    ) {
        let origin = stamp::time_text(mail.origin);
        let refusal = Refusal { event: "FAIL", info: &origin, ..*refusal };
        let report = self.report(mail, copy, at);
        let reference = report.as_ref().map_or("", |r| r.message_id.as_str()).to_owned();
        self.refuse(mail, copy, at, &refusal, (&leaf.way.last, &reference));
        if !refusal.connector.is_empty() {
            leaf.connector = Some(refusal.connector.to_owned());
        }
        leaf.next_hop = leaf.next_hop.or_else(|| refusal.peer.map(|p| p.host.to_owned()));
        if leaf.status_code == Some("4.4.7") && !refusal.connector.is_empty() {
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
            let reply =
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
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
    pub(super) fn full(&mut self, mail: &mut Mail, copy: Copy, home: usize, way: &Way) {
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
        let refusal = Refusal {
            source: "STOREDRIVER",
            event: "FAIL",
            connector: "",
            peer,
            reply,
            context: "",
            info: "",
        };
        let mut leaf = self.leaf(way.clone(), "failed", copy.unit);
        leaf.status_code = Some("5.2.2");
        leaf.status_tag = Some("STOREDRV.Deliver");
        self.fail(mail, copy, at + 160, &refusal, leaf);
    }

    /// A host outside says no, not now, or nothing.
    pub(super) fn trouble(&mut self, mail: &mut Mail, copy: Copy, way: &Way) {
        let (End::Refused(domain) | End::Late(domain, _) | End::Expired(domain) | End::Waiting(domain)) =
            way.end
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
                    self.exit(mail, copy.when(at), connector, peer, &way.last);
                    self.left(mail, copy, (connector, peer), std::slice::from_ref(way));
                }
            }
            _ => {
                let n = self.rng.u32(0..REFUSALS.len() as u32) as usize;
                let (reply, code) = REFUSALS.get(n).copied().unwrap_or_default();
                let refusal = Refusal {
                    source: "SMTP",
                    event: "FAIL",
                    connector,
                    peer: Some(peer),
                    reply,
                    context: "",
                    info: "",
                };
                let mut leaf = self.leaf(way.clone(), "failed", copy.unit);
                leaf.status_code = Some(code);
                self.fail(mail, copy, at, &refusal, leaf);
            }
        }
    }

    /// A DEFER, unless so many of them would look like a fault; whether it was written.
    pub(super) fn put_off(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        at: i64,
        (connector, peer): (&str, Peer<'_>),
        people: &str,
    ) -> bool {
        if !self.ledger.may_defer(connector, at) {
            return false;
        }
        self.defer(mail, copy, at, (connector, peer), people);
        true
    }

    /// A DEFER.
    pub(super) fn defer(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        at: i64,
        (connector, peer): (&str, Peer<'_>),
        people: &str,
    ) {
        let again = stamp::time_text(at + 900_000);
        let reply = "451 4.7.1 Greylisted, please come again later";
        let refusal = Refusal {
            source: "SMTP",
            event: "DEFER",
            connector,
            peer: Some(peer),
            reply,
            context: "",
            info: &again,
        };
        self.refuse(mail, copy, at, &refusal, (people, ""));
        self.ledger.deferred(connector, at, mail.serial);
    }

    /// Put off, and sent after a while. A wait that would stand out is only for logs with faults.
    fn come_again(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        at: i64,
        (connector, peer, ms): (&str, Peer<'_>, i64),
        way: &Way,
    ) {
        let server = self.hub(copy.unit);
        let long =
            self.plan.faults && at + ms < self.end && self.ledger.short_of(&server, connector, 220) == 0;
        let ms = if ms < 300_000 || long { ms } else { 90_000 };
        if self.put_off(mail, copy, at, (connector, peer), &way.last) && ms > 1_800_000 {
            self.put_off(mail, copy, at + ms / 2, (connector, peer), &way.last);
        }
        self.exit(mail, copy.when(at + ms), connector, peer, &way.last);
        self.left(mail, copy, (connector, peer), std::slice::from_ref(way));
    }

    /// Put off until the queue gives up; if the calendar is too short for that, refused.
    fn expire(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        at: i64,
        (connector, peer): (&str, Peer<'_>),
        way: &Way,
    ) {
        const TWO_DAYS: i64 = 48 * 3_600_000;
        let last = at + TWO_DAYS;
        let (reply, code, tag, at) = if last < self.end && self.ledger.may_defer(connector, last) {
            for n in 0..3 {
                self.put_off(mail, copy, at + n * 7 * 3_600_000, (connector, peer), &way.last);
            }
            ("550 4.4.7 QUEUE.Expired; message expired", "4.4.7", Some("QUEUE.Expired"), last)
        } else {
            (
                "550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain",
                "5.4.4",
                Some("SMTPSEND.DNS.NonExistentDomain"),
                at,
            )
        };
        let source = if code == "4.4.7" { "QUEUE" } else { "DNS" };
        let refusal =
            Refusal { source, event: "FAIL", connector, peer: Some(peer), reply, context: "", info: "" };
        let mut leaf = self.leaf(way.clone(), "failed", copy.unit);
        leaf.status_code = Some(code);
        leaf.status_tag = tag;
        self.fail(mail, copy, at, &refusal, leaf);
    }
}
