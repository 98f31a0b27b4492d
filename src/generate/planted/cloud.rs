//! Faults between the organisation and its tenant.

use super::super::directory::{Address, remote};
use super::super::dispatch::CLOUD;
use super::super::exchange::Exchange;
use super::super::hops::Peer;
use super::super::ledger::Key;
use super::super::mail::{End, Way};
use super::super::roll::Entry;
use super::super::trouble::Refusal;
use super::super::world::{DOMAIN, EDGE, HYBRID, Home, INTERNET, SECOND, TENANT};
use super::gateways::hop_limit;
use super::unseen::{by_default, passed_over};

/// All hosts of the cloud are one.
const ONLINE: &str = "Exchange Online";
/// Where mail from the cloud comes from.
const FROM_CLOUD: Peer<'static> =
    Peer { ip: "203.0.113.91", host: "mail-db8pr05cu003.outbound.protection.outlook.com" };
/// The gateway that the own domain's MX names.
const GATEWAY: Peer<'static> = Peer { ip: "203.0.113.9", host: "mx.gw.contoso.com" };

/// A remote mailbox whose target is its own address: mail leaves by the connector to everywhere, and the
/// gateway brings it back.
pub(super) fn own_domain_as_target(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    exchange.roll.add(Entry::remote(&address, &address));
    let (mut mail, copy) = exchange.letter(now, &address);
    let id = mail.network_id;
    let copy = exchange.circle(&mut mail, copy, (INTERNET, GATEWAY, GATEWAY), (5, true), &address);
    hop_limit(exchange, &mut mail, copy, (INTERNET, GATEWAY), (Way::straight(&address, End::Nobody), 5));
    let key = |kind| Key::new(kind).domain(DOMAIN).connector(INTERNET).peer(GATEWAY.host);
    exchange.found(&mail, key("rra-primary-domain"));
    exchange.found(&mail, key("gateway-loop"));
    exchange.found(&mail, by_default("authoritative-leaves-default-connector", DOMAIN, GATEWAY.host));
    mail.network_id = id;
    exchange.done(&mail);

    // Here the gateway knows better and sends to the cloud.
    let address = exchange.victim(DOMAIN);
    exchange.roll.add(Entry::remote(&address, &address));
    let (mut mail, copy) = exchange.letter(now + 600_000, &address);
    let at = copy.at + 900;
    exchange.exit(&mut mail, copy.when(at), INTERNET, GATEWAY, &address);
    exchange.left(&mut mail, copy, (INTERNET, GATEWAY), &[Way::straight(&address, End::Nobody)]);
    exchange.found(&mail, key("rra-primary-domain"));
    exchange.found(&mail, by_default("authoritative-leaves-default-connector", DOMAIN, GATEWAY.host));
    exchange.done(&mail);
}

/// A target in a tenant's domain that no connector has.
pub(super) fn target_without_connector(exchange: &mut Exchange<'_>, now: i64) {
    const OTHER: &str = "contoso.onmicrosoft.com";
    let peer = Peer { ip: "203.0.113.81", host: "contoso-onmicrosoft-com.mail.protection.outlook.com" };
    for n in 0..2 {
        let address = exchange.victim(DOMAIN);
        let there = remote(&address, OTHER);
        exchange.roll.add(Entry::remote(&address, &there));
        let (mut mail, mut copy) = exchange.letter(now + n * 300_000, &address);
        exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &there));
        let at = copy.at + 900;
        exchange.exit(&mut mail, copy.when(at), INTERNET, peer, &there);
        let way = Way::straight(&address, End::Nobody).to("resolve", &there, End::Nobody);
        exchange.left(&mut mail, copy, (INTERNET, peer), &[way]);
        for kind in ["rra-no-route", "cloud-via-mx"] {
            exchange.found(&mail, Key::new(kind).domain(OTHER).connector(INTERNET).peer(ONLINE));
        }
        exchange.done(&mail);
    }
}

/// A target in a domain that is accepted here as well, where nobody has it.
pub(super) fn target_accepted_here(exchange: &mut Exchange<'_>, now: i64) {
    const OTHER: &str = "fabrikam.mail.onmicrosoft.com";
    let address = exchange.victim(SECOND);
    let there = remote(&address, OTHER);
    exchange.roll.accept(OTHER, "Authoritative");
    exchange.roll.add(Entry { owns_target: false, ..Entry::remote(&address, &there) });
    let (mut mail, mut copy) = exchange.letter(now, &address);
    exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &there));
    let way = Way::straight(&address, End::Nobody).to("resolve", &there, End::Nobody);
    exchange.not_found(&mut mail, copy, &way);
    exchange.found(&mail, Key::new("rra-domain-authoritative").domain(OTHER));
    exchange.done(&mail);
}

/// The connector to the cloud is not asked.
pub(super) fn tenant_address_by_mx(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(TENANT);
    let (mut mail, copy) = exchange.letter(now, &address);
    let at = copy.at + 900;
    exchange.exit(&mut mail, copy.when(at), INTERNET, CLOUD, &address);
    exchange.left(&mut mail, copy, (INTERNET, CLOUD), &[Way::straight(&address, End::Nobody)]);
    exchange.found(&mail, Key::new("cloud-via-mx").domain(TENANT).connector(INTERNET).peer(ONLINE));
    exchange.found(&mail, passed_over(TENANT));
    exchange.done(&mail);
}

/// The cloud believes the mailbox to be here, and we believe it to be there.
pub(super) fn loop_with_the_cloud(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    let there = remote(&address, TENANT);
    exchange.roll.add(Entry::remote(&address, &there));
    let (mut mail, mut copy) = exchange.letter(now, &address);
    exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &there));
    let copy = exchange.circle(&mut mail, copy, (HYBRID, CLOUD, FROM_CLOUD), (5, false), &there);
    let way = Way::straight(&address, End::Nobody).to("resolve", &there, End::Nobody);
    hop_limit(exchange, &mut mail, copy, (HYBRID, CLOUD), (way, 5));
    exchange.found(&mail, Key::new("hybrid-loop").domain(TENANT).connector(HYBRID).peer(ONLINE));
    exchange.done(&mail);
}

/// The cloud does not know whose mail this is: the certificate has changed.
pub(super) fn unknown_to_the_tenant(exchange: &mut Exchange<'_>, now: i64) {
    let address = exchange.victim(DOMAIN);
    let there = remote(&address, TENANT);
    exchange.roll.add(Entry::remote(&address, &there));
    let (mut mail, mut copy) = exchange.letter(now, &address);
    exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &there));
    let refusal = Refusal {
        source: "SMTP",
        event: "FAIL",
        connector: HYBRID,
        peer: Some(CLOUD),
        reply: "550 5.7.64 TenantAttribution; Relay Access Denied [ValidationStatus of '' is EmptyCertificate]",
        context: "",
        info: "",
    };
    let way = Way::straight(&address, End::Nobody).to("resolve", &there, End::Nobody);
    let mut leaf = exchange.leaf(way, "failed", copy.unit);
    leaf.status_code = Some("5.7.64");
    exchange.fail(&mut mail, copy, copy.at + 900, &refusal, leaf);
    exchange.found(&mail, Key::new("tenant-attribution").connector(HYBRID).peer(ONLINE));
    exchange.done(&mail);
}

/// A colleague writes to a group in the cloud that takes mail of colleagues only, and is taken for a stranger.
pub(super) fn taken_for_a_stranger(exchange: &mut Exchange<'_>, now: i64) {
    let world = std::rc::Rc::clone(&exchange.world);
    let colleague = |u: &super::super::world::User| {
        u.home == Home::Mailbox(0) && u.address.split('@').nth(1) == Some(DOMAIN)
    };
    let Some(from) = world.users.iter().position(colleague) else { return };
    let address = exchange.victim(DOMAIN);
    let there = remote(&address, TENANT);
    exchange.roll.add(Entry::remote(&address, &there));
    let to = [Address::Settled(address.clone(), End::Nobody)];
    let (mut mail, mut copy) = exchange.write(from, now, &to);
    exchange.rewrite(&mut mail, &mut copy, "RESOLVE", (&address, &there));
    let refusal = Refusal {
        source: "SMTP",
        event: "FAIL",
        connector: HYBRID,
        peer: Some(CLOUD),
        reply: "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        context: "",
        info: "",
    };
    let way = Way::straight(&address, End::Nobody).to("resolve", &there, End::Nobody);
    let mut leaf = exchange.leaf(way, "failed", copy.unit);
    leaf.status_code = Some("5.7.133");
    leaf.status_tag = Some("RESOLVER.RST.SenderNotAuthenticatedForGroup");
    exchange.fail(&mut mail, copy, copy.at + 900, &refusal, leaf);
    exchange.found(&mail, Key::new("cloud-headers-lost").domain(TENANT).connector(HYBRID).peer(ONLINE));
    exchange.done(&mail);
}

/// The Edge server sends out what comes in for a subdomain, and the cloud before it sends it in again.
pub(super) fn subdomain_nobody_accepts(exchange: &mut Exchange<'_>, now: i64) {
    const SUBDOMAIN: &str = "app.contoso.com";
    let before = Peer { ip: "203.0.113.83", host: "app-contoso-com.mail.protection.outlook.com" };
    let address = exchange.victim(SUBDOMAIN);
    let (mut mail, copy) = exchange.letter(now, &address);
    let edge = exchange.world.edge();
    let copy = exchange.relay(&mut mail, copy, edge, &address);
    let copy = exchange.circle(&mut mail, copy, (EDGE, before, FROM_CLOUD), (4, false), &address);
    hop_limit(exchange, &mut mail, copy, (EDGE, before), (Way::straight(&address, End::Nobody), 4));
    for kind in ["hybrid-loop", "transient-subdomain"] {
        exchange.found(&mail, Key::new(kind).domain(SUBDOMAIN).connector(EDGE).peer(ONLINE));
    }
    exchange.done(&mail);
}
