//! Faults between the organisation and what stands before it: gateways, and the internet.

use super::super::exchange::{Copy, Exchange};
use super::super::hops::Peer;
use super::super::ledger::Key;
use super::super::mail::{End, Mail, Way};
use super::super::roll::{Connector, Entry};
use super::super::trouble::Refusal;
use super::super::world::{Exit, INTERNET, SECOND};

/// Adds a signature to each message.
const SIGNER: Peer<'static> = Peer { ip: "203.0.113.44", host: "sign.adatum.example" };
/// The connector to it.
pub(super) const SIGNATURES: &str = "Signature gateway";

/// One more lap is one too many: the other side says so, and with it end the laps that were seen here.
pub(super) fn hop_limit(
    exchange: &mut Exchange<'_>,
    mail: &mut Mail,
    copy: Copy,
    (connector, peer): (&str, Peer<'_>),
    (way, laps): (Way, u32),
) {
    let online = peer.host.ends_with(".outlook.com");
    let reply = if online {
        "554 5.4.14 Hop count exceeded - possible mail loop ATTR34 [AM0PR01MB0001.eurprd01.prod.outlook.com]"
    } else {
        "554 5.4.6 Hop count exceeded - possible mail loop"
    };
    let name = if online { "Exchange Online" } else { peer.host };
    let refusal =
        Refusal { source: "SMTP", event: "FAIL", connector, peer: Some(peer), reply, context: "", info: "" };
    let domain = way.last.split('@').nth(1).unwrap_or_default().to_owned();
    let mut leaf = exchange.leaf(way, "failed", copy.unit);
    leaf.status_code = Some(if online { "5.4.14" } else { "5.4.6" });
    leaf.laps = laps;
    exchange.fail(mail, copy, copy.at + 800, &refusal, leaf);
    exchange.found(mail, Key::new("hop-count-exceeded").domain(&domain).connector(connector).peer(name));
    if laps > 0 {
        let server = exchange.hub(copy.unit);
        exchange.found(mail, Key::new("repeated-receive").domain(&domain).peer(&server));
    }
}

/// Once out and back, and then into the mailbox.
pub(super) fn hairpin(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(SECOND);
    exchange.roll.add(Entry::mailbox(&address));
    exchange.roll.connect(signatures());
    exchange.roll.widen(SIGNATURES, SECOND);
    let (mut mail, copy) = exchange.letter(now, &address);
    let copy = exchange.circle(&mut mail, copy, (SIGNATURES, SIGNER, SIGNER), (1, false), &address);
    exchange.store(&mut mail, copy, 0, &address);
    exchange.stored(&mut mail, copy, 0, &[Way::straight(&address, End::Stored(0))]);
    if let Some(leaf) = mail.leaves.last_mut() {
        leaf.laps = 1;
    }
    exchange.found(&mail, Key::new("hairpin").domain(SECOND).connector(SIGNATURES).peer(SIGNER.host));
    exchange.done(&mail);
}

/// The connector to it, for the domains whose mail is to be signed.
fn signatures() -> Connector {
    Connector::new(SIGNATURES, &[SIGNER.host]).through(SIGNER.host)
}

/// The signature gateway does not see that it has signed already.
pub(super) fn gateway_loop(exchange: &mut Exchange<'_>, now: i64) {
    const SIGNED: &str = "cohovineyard.example";
    let address = format!("contracts@{SIGNED}");
    exchange.roll.connect(signatures());
    exchange.roll.widen(SIGNATURES, SIGNED);
    let (mut mail, copy) = exchange.letter(now, &address);
    let copy = exchange.circle(&mut mail, copy, (SIGNATURES, SIGNER, SIGNER), (4, false), &address);
    hop_limit(exchange, &mut mail, copy, (SIGNATURES, SIGNER), (Way::straight(&address, End::Nobody), 4));
    exchange.found(&mail, Key::new("gateway-loop").domain(SIGNED).connector(SIGNATURES).peer(SIGNER.host));
    exchange.done(&mail);
}

/// A connector whose smart host is the server that sends.
pub(super) fn own_server_as_smart_host(exchange: &mut Exchange<'_>, now: i64) {
    const RELAY: &str = "To relay";
    let hub = exchange.world.unit(0).hub.clone();
    let name = hub.fqdn.to_ascii_lowercase();
    let itself = Peer { ip: &hub.ip, host: &hub.fqdn };
    let address = exchange.victim("relay.woodgrove.example");
    let domain = "relay.woodgrove.example";
    exchange.roll.connect(Connector::new(RELAY, &[domain]).through(&hub.fqdn));
    let (mut mail, copy) = exchange.letter(now, &address);
    let copy = exchange.circle(&mut mail, copy, (RELAY, itself, itself), (4, false), &address);
    let refusal = Refusal {
        source: "SMTP",
        event: "FAIL",
        connector: RELAY,
        peer: None,
        reply: "554 5.4.6 Hop count exceeded - possible mail loop",
        context: "",
        info: "",
    };
    let mut leaf = exchange.leaf(Way::straight(&address, End::Nobody), "failed", copy.unit);
    leaf.status_code = Some("5.4.6");
    leaf.laps = 4;
    exchange.fail(&mut mail, copy, copy.at + 800, &refusal, leaf);
    exchange.found(&mail, Key::new("gateway-loop").domain(domain).connector(RELAY).peer(&name));
    exchange.found(&mail, Key::new("hop-count-exceeded").domain(domain).connector(RELAY));
    exchange.found(&mail, Key::new("smart-host-is-self").connector(RELAY).peer(&name));
    exchange.done(&mail);
}

/// Half of a domain lives on another system; nobody has the last address, and neither side says so.
pub(super) fn relayed_to_and_fro(exchange: &mut Exchange<'_>, now: i64) {
    const SHARED: &str = "fourthcoffee.example";
    const WORKS: &str = "To works";
    let works = Peer { ip: "203.0.113.50", host: "mail.works.fourthcoffee.example" };
    exchange.roll.accept(SHARED, "InternalRelay");
    exchange.roll.connect(Connector::new(WORKS, &[SHARED]).through(works.host));
    for n in 0..3 {
        let address = exchange.victim(SHARED);
        let (mut mail, copy) = exchange.letter(now + n * 60_000, &address);
        exchange.exit(&mut mail, copy.when(copy.at + 900), WORKS, works, &address);
        exchange.left(&mut mail, copy, (WORKS, works), &[Way::straight(&address, End::Nobody)]);
        exchange.done(&mail);
    }
    let address = exchange.victim(SHARED);
    let (mut mail, copy) = exchange.letter(now + 240_000, &address);
    let copy = exchange.circle(&mut mail, copy, (WORKS, works, works), (4, false), &address);
    hop_limit(exchange, &mut mail, copy, (WORKS, works), (Way::straight(&address, End::Nobody), 4));
    for kind in ["gateway-loop", "internal-relay-ping-pong"] {
        exchange.found(&mail, Key::new(kind).domain(SHARED).connector(WORKS).peer(works.host));
    }
    exchange.done(&mail);
}

/// A loop somewhere else, of which we hear at the end.
pub(super) fn too_many_hops_outside(exchange: &mut Exchange<'_>, now: i64) {
    let domain = exchange.internet_domain();
    let world = std::rc::Rc::clone(&exchange.world);
    let there = world.domain(domain);
    let address = format!("helpdesk@{}", there.name);
    let (mut mail, copy) = exchange.letter(now, &address);
    let peer = Peer { ip: &there.ip, host: &there.mx };
    hop_limit(exchange, &mut mail, copy, (INTERNET, peer), (Way::straight(&address, End::Nobody), 0));
    exchange.done(&mail);
}

/// The MX of a domain names our own server.
pub(super) fn mx_points_here(exchange: &mut Exchange<'_>, now: i64) {
    let domain = exchange.internet_domain();
    let name = exchange.world.domain(domain).name.clone();
    let address = format!("orders@{name}");
    let (mut mail, copy) = exchange.letter(now, &address);
    let refusal = Refusal {
        source: "DNS",
        event: "FAIL",
        connector: INTERNET,
        peer: None,
        reply: "550 5.4.4 SMTPSEND.DNS.MxLoopback; DNS records for this domain are configured in a loop",
        context: "",
        info: "",
    };
    let mut leaf = exchange.leaf(Way::straight(&address, End::Nobody), "failed", copy.unit);
    leaf.status_code = Some("5.4.4");
    leaf.status_tag = Some("SMTPSEND.DNS.MxLoopback");
    exchange.fail(&mut mail, copy, copy.at + 300, &refusal, leaf);
    exchange.found(&mail, Key::new("mx-loopback").domain(&name).connector(INTERNET));
    exchange.done(&mail);
}

/// Somebody swaps two letters of the organisation's own domain.
pub(super) fn mistyped_domain(exchange: &mut Exchange<'_>, now: i64) {
    const TYPED: &str = "contsoo.com";
    let address = exchange.victim(TYPED);
    let (mut mail, copy) = exchange.letter(now, &address);
    let refusal = Refusal {
        source: "DNS",
        event: "FAIL",
        connector: INTERNET,
        peer: None,
        reply: "550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain",
        context: "",
        info: "",
    };
    let mut leaf = exchange.leaf(Way::straight(&address, End::Nobody), "failed", copy.unit);
    leaf.status_code = Some("5.4.4");
    leaf.status_tag = Some("SMTPSEND.DNS.NonExistentDomain");
    exchange.fail(&mut mail, copy, copy.at + 300, &refusal, leaf);
    exchange.found(&mail, Key::new("domain-typo").domain(TYPED));
    exchange.done(&mail);
}

impl Exchange<'_> {
    /// A domain that mail leaves for directly.
    pub(super) fn internet_domain(&mut self) -> usize {
        let from = self.some_domain();
        let all = self.world.domains.len();
        (from..from + all).find(|n| self.world.domain(*n).exit == Exit::Internet).unwrap_or(0)
    }
}
