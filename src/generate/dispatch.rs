//! From the directory's answer to the ends of all ways: stored, sent, refused, late.

use std::rc::Rc;

use super::directory::Address;
use super::exchange::{Copy, Exchange};
use super::hops::Peer;
use super::ledger::Key;
use super::mail::{End, Mail, Way, list};
use super::world::{EDGE, Exit, HYBRID, INTERNET, PARTNER, SMART_HOST, World};

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
                End::Stored(home) => self.put_into_mailbox(mail, copy, home, ways),
                End::Full(home) => ways.iter().for_each(|w| self.full(mail, copy, home, w)),
                End::Cloud => self.hand_to_cloud(mail, copy, ways),
                End::Outside(d) => self.outside(mail, copy, d, ways),
                End::Nobody => ways.iter().for_each(|w| self.not_found(mail, copy, w)),
                _ => ways.iter().for_each(|w| self.trouble(mail, copy, w)),
            }
        }
    }

    /// The server of the copy from which a mailbox server is reached.
    pub(super) fn near(&mut self, mail: &mut Mail, copy: Copy, home: usize, people: &str) -> Copy {
        let world = Rc::clone(&self.world);
        let (here, there) = (world.unit(copy.unit), world.unit(home));
        let direct = copy.unit == home || (here.in_group && there.in_group && here.release.is_modern());
        if direct { copy } else { self.relay(mail, copy, home, people) }
    }

    fn put_into_mailbox(&mut self, mail: &mut Mail, copy: Copy, home: usize, ways: &[Way]) {
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

    fn hand_to_cloud(&mut self, mail: &mut Mail, copy: Copy, ways: &[Way]) {
        let people = list(ways.iter().map(|w| w.last.as_str()));
        let copy = self.at_gate(mail, copy, &people);
        let at = copy.at + self.between(300, 2_500);
        self.exit(mail, copy.when(at), HYBRID, CLOUD, &people);
        self.left(mail, copy, (HYBRID, CLOUD), ways);
    }

    /// At the server that holds the connectors of its own.
    pub(super) fn at_gate(&mut self, mail: &mut Mail, copy: Copy, people: &str) -> Copy {
        if copy.unit == World::gate() { copy } else { self.relay(mail, copy, World::gate(), people) }
    }

    /// Notes that ways left.
    pub(super) fn left(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        (connector, peer): (&str, Peer<'_>),
        ways: &[Way],
    ) {
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
            for way in ways {
                self.trouble(mail, copy, &Way { end, ..way.clone() });
            }
            return;
        }
        let people = list(ways.iter().map(|w| w.last.as_str()));
        let (copy, connector) = self.way_out(mail, copy, domain, &people);
        let world = Rc::clone(&self.world);
        let there = world.domain(domain);
        let peer = Peer { ip: &there.ip, host: &there.mx };
        let at = copy.at + self.between(300, 3_500);
        self.exit(mail, copy.when(at), connector, peer, &people);
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
    pub(super) fn way_out(
        &mut self,
        mail: &mut Mail,
        copy: Copy,
        domain: usize,
        people: &str,
    ) -> (Copy, &'static str) {
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

    /// A predicate of a finding holds for a message.
    pub(super) fn found(&mut self, mail: &Mail, key: Key) {
        self.ledger.note(key, mail.serial);
    }
}

/// The host of Exchange Online that takes mail for the tenant.
pub(super) const CLOUD: Peer<'static> =
    Peer { ip: "203.0.113.80", host: "contoso-mail-onmicrosoft-com.mail.protection.outlook.com" };
