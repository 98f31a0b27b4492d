//! What is odd in the exports themselves, before anything is said of mail.

use super::connector::{MaxSize, SendConnector};
use super::domain::DomainType;
use super::recipient::Recipient;
use super::{Export, Topology};

/// So many of a kind are named, the others counted.
const SOME: usize = 5;

/// What is odd, in sentences.
pub fn warnings(topology: &Topology) -> Vec<String> {
    let mut out = Vec::new();
    domains(topology, &mut out);
    for connector in &topology.facts().send_connectors {
        send_connector(topology, connector, &mut out);
    }
    connectors(topology, &mut out);
    doubles(topology, &mut out);
    out
}

/// What is not known because its export is not there, in sentences.
pub fn missing(topology: &Topology) -> Vec<String> {
    let absent = Export::ALL.into_iter().filter(|e| !topology.has(*e));
    absent.map(|e| format!("{} is missing: {}", e.cmdlet(), unknown_without(e))).collect()
}

/// What is not known without an export.
pub fn unknown_without(export: Export) -> &'static str {
    match export {
        Export::AcceptedDomains => {
            "which domains are the organisation's, and what becomes of addresses that nobody has"
        }
        Export::SendConnectors => "by which way mail leaves",
        Export::RemoteMailboxes => "who has a mailbox in Exchange Online, and the remote routing addresses",
        Export::Mailboxes => "who has a mailbox here, and who forwards",
        Export::MailUsers => "which accounts have their mail elsewhere",
        Export::MailContacts => "which outside addresses the directory knows",
        Export::Groups => "which groups there are, and who is in them",
        Export::DynamicGroups => "which addresses are groups made by a query",
        Export::PublicFolders => "which addresses are public folders",
        Export::RemoteDomains => "where mail may be forwarded to automatically",
        Export::ReceiveConnectors => "where servers take mail in, and at how many hops they refuse it",
        Export::Servers => "which hosts are the organisation's own, and in which sites they are",
    }
}

fn domains(topology: &Topology, out: &mut Vec<String>) {
    let domains = &topology.facts().accepted_domains;
    if topology.has(Export::AcceptedDomains) && domains.is_empty() {
        out.push("There is no accepted domain at all.".to_owned());
    }
    let default: Vec<&str> = domains.iter().filter(|d| d.default == Some(true)).map(|d| &*d.domain).collect();
    let said = !domains.is_empty() && domains.iter().all(|d| d.default.is_some());
    match default.len() {
        0 if said => out.push("No accepted domain is the default one.".to_owned()),
        0 | 1 => {}
        _ => out.push(format!(
            "There can be one default accepted domain only, and here are {}.",
            default.join(", ")
        )),
    }
    for (number, domain) in domains.iter().enumerate() {
        let again = domains.iter().take(number).any(|d| d.domain == domain.domain);
        if again {
            out.push(format!("Accepted domain {} stands there twice; the first counts.", domain.domain));
        }
    }
    let external = domains.iter().filter(|d| d.kind == DomainType::ExternalRelay && d.default == Some(true));
    out.extend(external.map(|d| format!("The default accepted domain {} is ExternalRelay.", d.domain)));
}

fn send_connector(topology: &Topology, connector: &SendConnector, out: &mut Vec<String>) {
    let name = &connector.name;
    if connector.spaces.is_empty() {
        out.push(format!("Send connector {name} has no address space: no mail takes it."));
    }
    if let Some(space) = connector.spaces.iter().find(|s| !(1..=100).contains(&s.cost)) {
        let cost = space.cost;
        out.push(format!("Send connector {name}: the cost {cost} of {} is not from 1 to 100.", space.space));
    }
    if connector.smart_hosts.is_empty() && connector.dns_routing == Some(false) {
        out.push(format!("Send connector {name} is to use smart hosts and has none."));
    }
    if connector.enabled == Some(false) {
        out.push(format!("Send connector {name} is disabled."));
    }
    if connector.max_size == MaxSize::Bytes(0) {
        out.push(format!("Send connector {name} takes no message at all: its size limit is 0."));
    }
    if topology.has(Export::Servers) {
        let unknown: Vec<&str> = connector
            .sources
            .iter()
            .map(|s| &**s)
            .filter(|s| topology.own_server(s.as_bytes()).is_none())
            .collect();
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            out.push(format!(
                "Send connector {name} sends from {unknown}, of which the export of servers says nothing."
            ));
        }
    }
}

fn connectors(topology: &Topology, out: &mut Vec<String>) {
    if !topology.has(Export::SendConnectors) {
        return;
    }
    let all = &topology.facts().send_connectors;
    let star = |c: &&SendConnector| c.is_enabled() && c.spaces.iter().any(|s| &*s.space == "*");
    if !all.iter().any(|c| star(&c)) {
        out.push(
            "No enabled send connector is for *: mail for domains that no other connector names waits and comes back."
                .to_owned(),
        );
    }
    for (number, connector) in all.iter().enumerate() {
        if all.iter().take(number).any(|c| c.name.eq_ignore_ascii_case(&connector.name)) {
            out.push(format!("There are two send connectors called {}.", connector.name));
        }
    }
}

fn doubles(topology: &Topology, out: &mut Vec<String>) {
    let all = topology.doubles();
    let primary = |n: u32| topology.recipient(n).map_or("?", Recipient::primary);
    let kind = |n: u32| topology.recipient(n).map_or("?", |r| r.kind.in_words());
    for (address, one, other) in all.iter().take(SOME) {
        out.push(format!(
            "{address} is an address of two objects, the {} {} and the {} {}: Exchange defers mail for it and then \
             returns it.",
            kind(*one),
            primary(*one),
            kind(*other),
            primary(*other)
        ));
    }
    if let more @ 1.. = all.len().saturating_sub(SOME) {
        out.push(format!("{more} more addresses belong to two objects."));
    }
}
