//! What will lead mail astray by the exports alone, before any mail meets it.
//!
//! Each kind says in its own file when it holds; here is what they share.

use std::collections::BTreeMap;

use super::kind::{KINDS, Kind};
use super::kinds;
use crate::model::finding::{Confidence, Finding, Route};
use crate::model::journey::Decision;
use crate::model::name::domain_of;
use crate::topology::connector::{Chosen, Pick, SendConnector};
use crate::topology::domain::{DomainType, Fit};
use crate::topology::expected::Expectation;
use crate::topology::recipient::{Kind as Sort, Recipient};
use crate::topology::{Export, Topology};

/// Addresses a fix has a line for; of more there is one line for all.
const LINES: usize = 20;
/// Addresses a finding lists.
const ADDRESSES: usize = 10;

/// All latent findings, the gravest first.
pub fn latent(topology: &Topology) -> Vec<Finding> {
    let mut all = [
        kinds::rra_primary_domain::latent(topology),
        kinds::rra_no_route::latent(topology),
        kinds::rra_domain_authoritative::latent(topology),
        kinds::internal_relay_no_connector::latent(topology),
        kinds::external_relay_local_delivery::latent(topology),
        kinds::authoritative_leaves_default_connector::latent(topology),
        kinds::smart_host_is_self::latent(topology),
        kinds::forwarding_loop::latent(topology),
        kinds::group_loop::latent(topology),
        kinds::wrong_person::latent(topology),
        kinds::mailbox_with_target::latent(topology),
    ]
    .concat();
    let number = |f: &Finding| KINDS.iter().position(|k| k.id == f.kind).unwrap_or(KINDS.len());
    all.sort_by(|a, b| {
        let rank = |f: &Finding| (std::cmp::Reverse(f.severity), std::cmp::Reverse(f.recipients), number(f));
        let key = |f: &Finding| [&f.domain, &f.connector, &f.peer, &f.address].map(Clone::clone);
        rank(a).cmp(&rank(b)).then_with(|| a.kind.cmp(b.kind)).then_with(|| key(a).cmp(&key(b)))
    });
    all
}

/// Whether what exports show is what a finding has mail for. Of one domain one fix mends all; of remote routing addresses
/// each is mended alone, so those that no mail has met stay.
pub fn is_met(latent: &Finding, finding: &Finding) -> bool {
    let is_its =
        |address: &String| finding.address.as_ref() == Some(address) || finding.addresses.contains(address);
    let each = latent.kind == kinds::rra_primary_domain::KIND.id;
    let same = match (&latent.address, &latent.domain) {
        (Some(address), _) => is_its(address),
        (None, Some(domain)) => {
            finding.domain.as_ref() == Some(domain) && (!each || latent.recipients <= finding.recipients)
        }
        (None, None) => latent.connector.is_some() && latent.connector == finding.connector,
    };
    latent.kind == finding.kind && same
}

/// What a kind says of the exports.
#[derive(Clone, Debug, Default)]
pub(super) struct Latent {
    pub domain: Option<String>,
    pub connector: Option<String>,
    pub peer: Option<String>,
    pub address: Option<String>,
    /// All addresses it concerns.
    pub addresses: Vec<String>,
    pub cycle: Vec<String>,
    pub expected: Option<Route>,
    pub actual: Option<Route>,
    pub cause: String,
    pub fix: String,
}

impl Latent {
    /// As a finding without mail.
    pub(super) fn finding(mut self, kind: &Kind) -> Finding {
        self.addresses.sort();
        Finding {
            kind: kind.id,
            title: kind.title,
            severity: kind.severity,
            // What no row shows is never certain, and what exports show is not inferred.
            confidence: Confidence::High,
            domain: self.domain,
            connector: self.connector,
            peer: self.peer,
            address: self.address,
            messages: 0,
            recipients: self.addresses.len() as u64,
            senders: 0,
            first_seen: None,
            last_seen: None,
            laps_max: 0,
            cycle: self.cycle,
            expected: self.expected,
            actual: self.actual,
            cause: self.cause,
            fix: self.fix,
            samples: Vec::new(),
            evidence: Vec::new(),
            caused_by: None,
            period_ms: None,
            ended: None,
            addresses: self.addresses.into_iter().take(ADDRESSES).collect(),
            known: None,
            standing: None,
        }
    }
}

/// Recipients with a target for which something holds, by the domain of the target.
pub(super) fn by_target_domain<'t>(
    topology: &'t Topology,
    holds: impl Fn(u32, &'t Recipient, &'t str) -> bool,
) -> BTreeMap<&'t str, Vec<&'t Recipient>> {
    let mut out: BTreeMap<&str, Vec<&Recipient>> = BTreeMap::new();
    for (number, recipient) in (0..).zip(&topology.facts().recipients) {
        let Some(target) = recipient.target.as_deref() else { continue };
        let Some((_, domain)) = target.rsplit_once('@') else { continue };
        if holds(number, recipient, target) {
            out.entry(domain).or_default().push(recipient);
        }
    }
    out
}

/// Whether a domain is Authoritative here and none that remote routing addresses belong in.
pub(super) fn is_own_only(topology: &Topology, domain: &str) -> bool {
    let accepted = topology.accepted(domain.as_bytes());
    accepted.is_some_and(|(d, _)| d.kind == DomainType::Authoritative)
        && !topology.is_coexistence(domain.as_bytes())
}

/// The connector for everything else that takes mail for an address, if it is that: `Ok(None)` where there is none
/// at all. An error where another is for it, or it leads to Exchange Online, or nothing is known.
pub(super) fn only_default<'t>(
    topology: &'t Topology,
    address: &str,
) -> Result<Option<&'t SendConnector>, ()> {
    if !topology.has(Export::SendConnectors) {
        return Err(());
    }
    match topology.pick(address.as_bytes(), None, None) {
        Pick::NoRoute => Ok(None),
        Pick::One(Chosen { connector, fit: Fit::Any, .. }) => {
            let connector = topology.connector(connector).filter(|c| !c.is_hybrid());
            connector.map(Some).ok_or(())
        }
        Pick::One(_) | Pick::TooLarge => Err(()),
    }
}

/// What is expected, or happens, as findings show it.
pub(super) fn route(topology: &Topology, expectation: &Expectation) -> Option<Route> {
    let connector = expectation.connector.and_then(|c| topology.connector(c.connector));
    let connector = connector.map(|c| c.name.to_string());
    expectation.decision.map(|d| Route { decision: d.as_str(), connector })
}

/// What happens to the first of some recipients now.
pub(super) fn happens(topology: &Topology, recipients: &[&Recipient]) -> Option<Route> {
    let first = recipients.iter().min_by_key(|r| r.primary())?;
    route(topology, &topology.expected(first.primary().as_bytes(), None, None))
}

/// Where mail for remote mailboxes should go: the domain most of them have, else that of a connector to Exchange
/// Online, else an accepted or remote domain meant for it.
pub(super) fn tenant(topology: &Topology) -> Option<String> {
    let fits = |d: &str| d.ends_with(".mail.onmicrosoft.com");
    let of_people = by_target_domain(topology, |_, r, _| r.kind == Sort::RemoteMailbox);
    let most = of_people.iter().filter(|(d, _)| topology.is_coexistence(d.as_bytes()));
    let most = most.max_by_key(|(d, all)| (fits(d), all.len())).map(|(d, _)| (*d).to_owned());
    let facts = topology.facts();
    let spaces = facts.send_connectors.iter().flat_map(|c| &c.spaces).map(|s| &*s.space);
    let remote = facts.remote_domains.iter().filter(|d| d.target_delivery == Some(true)).map(|d| &*d.domain);
    let accepted = facts.accepted_domains.iter().map(|d| &*d.domain).filter(|d| fits(d));
    most.or_else(|| spaces.filter(|s| fits(s)).chain(remote).chain(accepted).next().map(str::to_owned))
}

/// What should be decided for a remote mailbox.
pub(super) fn to_tenant(topology: &Topology, tenant: &str) -> Route {
    let probe = format!("x@{tenant}");
    let connector = match topology.pick(probe.as_bytes(), None, None) {
        Pick::One(c) if c.fit != Fit::Any => topology.connector(c.connector).map(|c| c.name.to_string()),
        _ => None,
    };
    Route { decision: Decision::RemoteRoutingAddress.as_str(), connector }
}

/// Primary addresses.
pub(super) fn primaries(recipients: &[&Recipient]) -> Vec<String> {
    recipients.iter().map(|r| r.primary().to_owned()).collect()
}

/// Some people by their number, or the one by its address.
pub(super) fn who(recipients: &[&Recipient], what: &str) -> String {
    match recipients {
        [one] => format!("{} ({})", one.primary(), one.kind.in_words()),
        all => format!("{} {what}", all.len()),
    }
}

/// A line for each, or one for all of them if they are many.
pub(super) fn lines(recipients: &[&Recipient], line: impl Fn(&Recipient) -> String, all: &str) -> String {
    if recipients.len() > LINES {
        return format!("# {} of them, so all at once:\n{all}", recipients.len());
    }
    let mut lines: Vec<String> = recipients.iter().map(|r| line(r)).collect();
    lines.sort();
    lines.join("\n")
}

/// A circle of recipients: its addresses.
pub(super) fn members(topology: &Topology, circle: &[u32]) -> Vec<String> {
    circle.iter().filter_map(|n| topology.recipient(*n)).map(|r| r.primary().to_owned()).collect()
}

/// The domain of an address as text.
pub(super) fn domain_text(address: &str) -> Option<String> {
    let domain = String::from_utf8_lossy(domain_of(address.as_bytes())).into_owned();
    (!domain.is_empty()).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Facts;
    use crate::topology::connector::AddressSpace;
    use crate::topology::domain::AcceptedDomain;
    use crate::topology::recipient::Addresses;
    use crate::topology::server::Server;

    fn remote(name: &str, target: &str) -> Recipient {
        let own = [format!("{name}@contoso.com")];
        let recipient = Recipient::new(Sort::RemoteMailbox, Addresses::from(own.to_vec()));
        Recipient { target: Some(target.into()), ..recipient }
    }

    fn connector(name: &str, space: &str) -> SendConnector {
        let space = AddressSpace { kind: "smtp".into(), space: space.into(), cost: 1 };
        SendConnector { name: name.into(), spaces: vec![space], ..SendConnector::default() }
    }

    fn topology(recipients: Vec<Recipient>, adjust: impl FnOnce(&mut Facts)) -> Topology {
        let domain = |name: &str, kind| AcceptedDomain { domain: name.into(), kind, default: None };
        let mut facts = Facts {
            given: Export::ALL.to_vec(),
            accepted_domains: vec![
                domain("contoso.com", DomainType::Authoritative),
                domain("contoso.mail.onmicrosoft.com", DomainType::InternalRelay),
            ],
            send_connectors: vec![
                connector("Internet", "*"),
                connector("Outbound to Office 365", "contoso.mail.onmicrosoft.com"),
            ],
            recipients,
            ..Facts::default()
        };
        adjust(&mut facts);
        Topology::new(facts)
    }

    fn kinds(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|f| f.kind).collect()
    }

    #[test]
    fn one_fault_of_many_addresses_is_mended_at_once() {
        let people = (0..50).map(|n| remote(&format!("u{n:02}"), &format!("u{n:02}@contoso.com"))).collect();
        let findings = latent(&topology(people, |_| {}));
        assert_eq!(kinds(&findings), ["rra-primary-domain"]);
        let finding = &findings[0];
        assert_eq!((finding.recipients, finding.addresses.len()), (50, 10));
        assert_eq!(finding.actual.as_ref().unwrap().connector.as_deref(), Some("Internet"));
        assert_eq!(finding.expected.as_ref().unwrap().connector.as_deref(), Some("Outbound to Office 365"));
        assert_eq!(
            finding.fix,
            "# 50 of them, so all at once:\nGet-RemoteMailbox -ResultSize Unlimited | Where-Object { \
             \"$($_.RemoteRoutingAddress)\" -like '*@contoso.com' } | ForEach-Object { $own = $_.EmailAddresses | \
             Where-Object { \"$_\" -like 'smtp:*@contoso.mail.onmicrosoft.com' } | Select-Object -First 1; if ($own) { \
             Set-RemoteMailbox \"$($_.Identity)\" -RemoteRoutingAddress (\"$own\" -replace '^smtp:') } else { \
             Write-Warning \"$($_.Identity) has no such address\" } }"
        );
    }

    #[test]
    fn a_disabled_hybrid_connector_is_to_be_enabled() {
        let people = vec![remote("bob", "bob@contoso.mail.onmicrosoft.com")];
        let off = topology(people.clone(), |f| f.send_connectors[1].enabled = Some(false));
        let findings = latent(&off);
        assert_eq!(kinds(&findings), ["rra-no-route"]);
        assert_eq!(findings[0].fix, "Set-SendConnector 'Outbound to Office 365' -Enabled $true");
        assert_eq!(latent(&topology(people.clone(), |_| {})), []);
        // All mail by way of Exchange Online is no fault.
        let central = topology(people, |f| {
            f.send_connectors.truncate(1);
            f.send_connectors[0].cloud_services = Some(true);
        });
        assert_eq!(latent(&central), []);
    }

    #[test]
    fn hand_overs_to_and_from_edge_servers_are_meant() {
        let to = |host: &str, source: &str| {
            let (host, source) = (host.into(), source.into());
            topology(Vec::new(), move |f| {
                let server = |name: &str, edge| Server { name: name.into(), edge, ..Server::default() };
                f.servers = vec![server("EX1", Some(false)), server("EDGE1", Some(true))];
                f.send_connectors[0].smart_hosts = vec![host];
                f.send_connectors[0].sources = vec![source];
            })
        };
        assert_eq!(kinds(&latent(&to("ex1", "EX1"))), ["smart-host-is-self"]);
        assert_eq!(latent(&to("edge1", "EX1")), []);
        assert_eq!(latent(&to("ex1", "EDGE1")), []);
    }

    #[test]
    fn what_is_not_exported_raises_nothing() {
        let people = vec![remote("bob", "bob@contoso.com"), remote("dora", "dora@contoso.onmicrosoft.com")];
        let only = |given: &[Export]| {
            topology(people.clone(), |f| {
                f.given = given.to_vec();
                f.accepted_domains.clear();
                f.send_connectors.clear();
            })
        };
        assert_eq!(latent(&only(&[Export::RemoteMailboxes])), []);
    }
}
