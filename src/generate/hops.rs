//! The steps of a message, each with the rows it leaves: in, on, into a mailbox, out.

use std::rc::Rc;

use super::exchange::{Copy, Exchange};
use super::files::Family;
use super::mail::Mail;
use super::notes;
use super::rows::{Release, Row};
use super::world::INTRA;

/// The other end of a connection from or to the outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer<'a> {
    pub ip: &'a str,
    pub host: &'a str,
}

impl Exchange<'_> {
    /// Somebody presses Send: out of the mailbox, into transport.
    pub(super) fn submit(&mut self, mail: &mut Mail, unit: usize, recipients: &str) -> Copy {
        let world = Rc::clone(&self.world);
        let server = world.unit(unit);
        let database = self.rng.u64(1..9);
        let item = notes::mailbox_item(&mut self.rng, database, mail.origin);
        let start = mail.origin + self.between(60, 400);
        let id = self.next_id(unit);
        let (mailbox, hub) = (&server.mailbox, &server.hub);
        let client = (mailbox.ip.as_str(), mailbox.name.as_str());
        let base = Row { client, context: &item, source: "STOREDRIVER", ..Row::default() };
        if self.once_in(12) {
            let row = Row { event: "NOTIFYMAPI", nameless: true, ..base };
            self.emit(mail, unit, Family::Submission, start - 20, &row);
        }
        let took = ["To"].repeat(recipients.matches(';').count() + 1).join(";");
        let received = Row {
            event: "RECEIVE",
            server: (&hub.ip, &hub.name),
            id: Some(id),
            recipients,
            status: &took,
            grown: Some(0),
            info: "04I: ",
            ..base
        };
        let submitted = Row { event: "SUBMIT", server: (&hub.ip, &hub.fqdn), ..base };
        if !server.release.is_modern() {
            // The mailbox role tells the hub, and the hub fetches the message.
            self.emit(mail, unit, Family::Submission, start, &submitted);
            let at = start + self.between(40, 200);
            self.emit(mail, unit, Family::Transport, at, &Row { context: "", ..received });
            return Copy { unit, id, since: at, at, from_mailbox: true };
        }
        let local = self.rng.u64(10_000..99_999);
        let item_id = format!("S:ItemEntryId={local:08X}29BED5E7D6371F2A7C3580C250CA1D82");
        let received = Row { id: Some(local), custom: &item_id, ..received };
        self.emit(mail, unit, Family::Submission, start, &received);
        let at = start + self.between(50, 250);
        let context = notes::arriving(at, id);
        let custom = notes::arrival(&hub.fqdn, &mail.client_ip, false);
        let connector = format!("{0}\\Default {0}", hub.name);
        let row = Row {
            client: (&hub.ip, &hub.fqdn),
            server: (&hub.ip, &hub.name),
            context: &context,
            connector: &connector,
            source: "SMTP",
            event: "RECEIVE",
            id: Some(id),
            recipients,
            grown: Some(600),
            info: "04I: NTS: ",
            custom: &custom,
            ..Row::default()
        };
        self.shadow(mail, unit, at, &row);
        self.emit(mail, unit, Family::Transport, at, &row);
        self.emit(mail, unit, Family::Submission, at + 25, &submitted);
        Copy { unit, id, since: at, at, from_mailbox: true }
    }

    /// A message comes in by SMTP from a host that is none of ours.
    pub(super) fn arrive(
        &mut self,
        mail: &mut Mail,
        unit: usize,
        at: i64,
        peer: Peer<'_>,
        recipients: &str,
    ) -> Copy {
        let world = Rc::clone(&self.world);
        let hub = &world.unit(unit).hub;
        let id = self.next_id(unit);
        let context = notes::arriving(at, id);
        let custom = notes::arrival(&hub.fqdn, peer.ip, mail.direction == "Incoming");
        let connector = format!("{0}\\Default {0}", hub.name);
        let row = Row {
            client: (peer.ip, peer.host),
            server: (&hub.ip, &hub.name),
            context: &context,
            connector: &connector,
            source: "SMTP",
            event: "RECEIVE",
            id: Some(id),
            recipients,
            grown: Some(0),
            info: "00A: NTS: ",
            custom: &custom,
            ..Row::default()
        };
        self.shadow(mail, unit, at, &row);
        self.emit(mail, unit, Family::Transport, at, &row);
        Copy { unit, id, since: at, at, from_mailbox: false }
    }

    /// From the internet, through the front end, so that the peer is the server itself.
    pub(super) fn arrive_proxied(&mut self, mail: &mut Mail, unit: usize, at: i64, recipients: &str) -> Copy {
        let world = Rc::clone(&self.world);
        let hub = &world.unit(unit).hub;
        self.arrive(mail, unit, at, Peer { ip: &hub.ip, host: &hub.fqdn }, recipients)
    }

    /// Now and then the rows of a shadow copy, which are no hop.
    fn shadow(&mut self, mail: &mut Mail, unit: usize, at: i64, received: &Row<'_>) {
        let world = Rc::clone(&self.world);
        let partner = (unit + 1) % world.units.len().max(1);
        let (own, other) = (world.unit(unit), world.unit(partner));
        let able = own.release >= Release::E2010 && unit != world.edge();
        if !able || self.rng.u32(0..12) > 0 {
            return;
        }
        if partner == unit || other.release < Release::E2010 {
            let row = Row { event: "HAREDIRECTFAIL", context: "No suitable shadow servers", ..*received };
            self.emit(mail, unit, Family::Transport, at - 3, &row);
            return;
        }
        let id = self.next_id(partner);
        let context = format!(
            "SHADOW=250 2.6.0 {} [InternalId={}, Hostname={id}] Queued mail for redundancy",
            mail.message_id, other.hub.fqdn
        );
        let row = Row { event: "HAREDIRECT", context: &context, ..*received };
        self.emit(mail, unit, Family::Transport, at - 3, &row);
        let mut shadow = String::with_capacity(60);
        super::stamp::guid(&mut shadow, self.rng.u128(..));
        let row = Row {
            client: (&own.hub.ip, &own.hub.fqdn),
            server: (&other.hub.ip, &other.hub.name),
            context: &shadow,
            connector: "",
            event: "HARECEIVE",
            id: Some(id),
            ..*received
        };
        self.emit(mail, partner, Family::Transport, at - 8, &row);
        let discarded = format!("ExplicitlyDiscarded;{shadow}");
        let row =
            Row { client: ("", ""), source: "REDUNDANCY", event: "HADISCARD", context: &discarded, ..row };
        let later = at + self.between(20_000, 90_000);
        self.emit(mail, partner, Family::Transport, later, &row);
    }

    /// A row of the categoriser or an agent.
    pub(super) fn note(&mut self, mail: &mut Mail, copy: &mut Copy, row: &Row<'_>) {
        let world = Rc::clone(&self.world);
        let hub = &world.unit(copy.unit).hub;
        copy.at += self.between(1, 12);
        let by_client = row.source == "AGENT" && row.event != "RECEIVE";
        let host = (hub.ip.as_str(), hub.name.as_str());
        let (client, server) = if by_client { (("", hub.fqdn.as_str()), ("", "")) } else { (("", ""), host) };
        let custom = if row.custom.is_empty() {
            "S:DeliveryPriority=Normal;S:AccountForest=contoso.com"
        } else {
            row.custom
        };
        let row =
            Row { client, server, id: Some(row.id.unwrap_or(copy.id)), grown: Some(600), custom, ..*row };
        self.emit(mail, copy.unit, Family::Transport, copy.at, &row);
    }

    /// What the agents have to say.
    pub(super) fn agents(&mut self, mail: &mut Mail, copy: &mut Copy, recipients: &str) {
        let modern = self.world.unit(copy.unit).release.is_modern();
        if !modern || self.once_in(3) || self.once_in(2) {
            return;
        }
        let people = recipients.matches(';').count() + 1;
        let custom = notes::agents(&mut self.rng, mail.size, people, copy.at);
        let row = Row {
            source: "AGENT",
            event: "AGENTINFO",
            context: "CatContentConversion",
            recipients,
            custom: &custom,
            ..Row::default()
        };
        copy.at += self.between(20, 80);
        self.note(mail, copy, &row);
        if self.plan.quirks && self.once_in(9) {
            let row =
                Row { source: "AGENT", event: "CONTOSOARCHIVED", context: "Contoso Archive Agent", ..row };
            self.note(mail, copy, &row);
        }
    }

    /// A copy of its own, for some of the recipients.
    pub(super) fn fork(&mut self, mail: &mut Mail, copy: &mut Copy, recipients: &str) -> Copy {
        let parent = copy.id.to_string();
        let id = self.next_id(copy.unit);
        let row = Row {
            source: "ROUTING",
            event: "TRANSFER",
            context: "Resolver",
            id: Some(id),
            recipients,
            reference: &parent,
            ..Row::default()
        };
        self.note(mail, copy, &row);
        Copy { id, ..*copy }
    }

    /// On to another server of the organisation.
    pub(super) fn relay(&mut self, mail: &mut Mail, copy: Copy, to: usize, recipients: &str) -> Copy {
        let world = Rc::clone(&self.world);
        let (from, next) = (world.unit(copy.unit), world.unit(to));
        let taken = copy.at + self.between(60, 400);
        let id = self.next_id(to);
        let sent = taken + self.between(5, 60);
        self.send_row(mail, copy.when(sent), (&next.hub.ip, &next.hub.fqdn), (id, INTRA), recipients);
        let context = notes::arriving(taken, id);
        let connector = if to == world.edge() {
            "EDGE1\\Default internal receive connector EDGE1".to_owned()
        } else {
            format!("{0}\\Default {0}", next.hub.name)
        };
        let custom = notes::arrival(&from.hub.fqdn, &from.hub.ip, false);
        let row = Row {
            client: (&from.hub.ip, &from.hub.fqdn),
            server: (&next.hub.ip, &next.hub.name),
            context: &context,
            connector: &connector,
            source: "SMTP",
            event: "RECEIVE",
            id: Some(id),
            recipients,
            grown: Some(900),
            info: "0cI: ",
            custom: &custom,
            ..Row::default()
        };
        self.emit(mail, to, Family::Transport, taken, &row);
        let mut there = Copy { unit: to, id, since: taken, at: taken, from_mailbox: false };
        self.agents(mail, &mut there, recipients);
        there
    }

    /// The SEND of a server to another Exchange server; `next` is the id there and the connector.
    pub(super) fn send_row(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        peer: (&str, &str),
        (id, connector): (u64, &str),
        recipients: &str,
    ) {
        let world = Rc::clone(&self.world);
        let server = world.unit(copy.unit);
        let old = !server.release.is_modern();
        let hostname = if server.release == Release::E2007 { "" } else { peer.1 };
        let context = notes::queued(copy.at, &mail.message_id, id, hostname, old, mail.size + 900);
        self.sent(mail, copy, (peer, connector, "SEND"), &context, recipients);
    }

    /// Any SEND or SENDEXTERNAL.
    pub(super) fn sent(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        (peer, connector, event): ((&str, &str), &str, &'static str),
        context: &str,
        recipients: &str,
    ) {
        let world = Rc::clone(&self.world);
        let server = world.unit(copy.unit);
        let people = recipients.matches(';').count() + 1;
        let ms = copy.at - copy.since;
        self.ledger.sent(&server.hub.name, connector, ms, mail.serial);
        let info = if server.release.is_modern() {
            notes::latencies(&mut self.rng, mail.origin, &server.hub.fqdn, ms, copy.from_mailbox)
        } else {
            format!("{};SRV={}:TOTAL=0", super::stamp::time_text(mail.origin), server.hub.name)
        };
        let custom = notes::sending(copy.at - mail.origin, people, connector != INTRA);
        let status = ["250 2.1.5 Recipient OK"].repeat(people).join(";");
        let miscounted = self.plan.quirks && self.once_in(40);
        let row = Row {
            client: (&server.hub.ip, &server.hub.fqdn),
            server: peer,
            context,
            connector,
            source: "SMTP",
            event,
            id: Some(copy.id),
            recipients,
            status: &status,
            grown: Some(1_200),
            info: &info,
            custom: &custom,
            miscounted,
            ..Row::default()
        };
        self.emit(mail, copy.unit, Family::Transport, copy.at, &row);
    }

    /// Out of the organisation.
    pub(super) fn exit(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        connector: &str,
        peer: Peer<'_>,
        recipients: &str,
    ) {
        let event =
            if self.world.unit(copy.unit).release == Release::E2019 { "SENDEXTERNAL" } else { "SEND" };
        let context = if peer.host.ends_with(".outlook.com") {
            let id = 31_065_420_000_000 + self.rng.u64(0..900_000_000);
            let host = "AM0PR01MB0001.eurprd01.prod.outlook.com";
            notes::queued(copy.at, &mail.message_id, id, host, false, mail.size + 10_000)
        } else {
            let reply = format!("250 2.0.0 Ok: queued as 4f{:010X}", self.rng.u64(..) >> 24);
            notes::accepted(copy.at, copy.id, &reply)
        };
        self.sent(mail, copy, ((peer.ip, peer.host), connector, event), &context, recipients);
    }

    /// Into a mailbox; says when.
    pub(super) fn store(&mut self, mail: &mut Mail, copy: Copy, home: usize, recipients: &str) -> i64 {
        let at = copy.at + self.between(60, 500);
        self.store_at(mail, copy.when(at), home, "DELIVER", recipients);
        at + 45
    }

    /// The same at the time of the copy, and with either event.
    pub(super) fn store_at(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        home: usize,
        event: &'static str,
        recipients: &str,
    ) {
        let world = Rc::clone(&self.world);
        let (hub, mailbox) = (&world.unit(copy.unit).hub, &world.unit(home).mailbox);
        let (modern, at) = (world.unit(copy.unit).release.is_modern(), copy.at);
        let client = (hub.ip.as_str(), hub.fqdn.as_str());
        let server = (mailbox.ip.as_str(), mailbox.fqdn.as_str());
        let base = Row {
            client,
            server,
            source: "STOREDRIVER",
            event,
            id: Some(copy.id),
            recipients,
            grown: Some(1_200),
            ..Row::default()
        };
        if !modern {
            let info = format!("{};SRV={}:TOTAL=0", super::stamp::time_text(mail.origin), hub.name);
            self.ledger.wrote(&hub.name, at);
            self.emit(mail, copy.unit, Family::Transport, at, &Row { info: &info, ..base });
            return;
        }
        let reply = format!("250 2.0.0 OK {} [Hostname={}]", mail.message_id, mailbox.fqdn);
        let context = notes::accepted(at, copy.id, &reply);
        self.sent(mail, copy, (server, INTRA, "SEND"), &context, recipients);
        let stored = at + self.between(20, 45);
        let context = notes::accepted(stored, copy.id, &super::stamp::time_text(stored));
        let info = notes::delivery(&mut self.rng, mail.origin, &hub.fqdn, &mailbox.fqdn, at - copy.since);
        let custom = notes::stored(&mut self.rng, stored - mail.origin, copy.id % 8 + 1);
        let row = Row { context: &context, info: &info, custom: &custom, ..base };
        self.emit(mail, home, Family::Delivery, stored, &row);
    }
}
