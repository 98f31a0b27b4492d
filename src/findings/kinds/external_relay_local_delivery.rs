//! MR-10: mailboxes here in a domain of which nobody should live here.

use std::collections::BTreeMap;

use crate::findings::kind::{Kind, Shown};
use crate::findings::latent::{self, Latent};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::topology::Topology;
use crate::topology::domain::DomainType;
use crate::topology::recipient::{Kind as Sort, Recipient};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "external-relay-local-delivery",
    title: "Mailboxes here in a domain that is only passed on",
    shown: Shown::Misroutes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    caused_by: &[],
    means: "The accepted domain is ExternalRelay: mail for it is passed on, and nobody of it lives here. Yet there are \
            mailboxes with such addresses, and mail for them stays here. Either the type is wrong, or a left-over \
            address takes mail away from those it is meant for.",
    proof: "Needs the exports of accepted domains and mailboxes: an address in an ExternalRelay domain that a mailbox here has.",
    mend: "Set-AcceptedDomain 'adatum.com' -DomainType InternalRelay",
    judge: |_| Vec::new(),
    enough: None,
    tell: |_| (String::new(), String::new()),
};

pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let mut found: BTreeMap<&str, Vec<(&Recipient, &str)>> = BTreeMap::new();
    for recipient in
        topology.facts().recipients.iter().filter(|r| r.kind == Sort::Mailbox && r.target.is_none())
    {
        for address in recipient.addresses.iter() {
            let Some((_, domain)) = address.rsplit_once('@') else { continue };
            let Some((accepted, _)) = topology.accepted(domain.as_bytes()) else { continue };
            if accepted.kind == DomainType::ExternalRelay {
                found.entry(&accepted.domain).or_default().push((recipient, address));
            }
        }
    }
    let finding = |(domain, some): (&str, Vec<(&Recipient, &str)>)| {
        let mut addresses: Vec<String> = some.iter().map(|(_, a)| (*a).to_owned()).collect();
        addresses.dedup();
        let people: Vec<&Recipient> = some.iter().map(|(r, _)| *r).collect();
        let what = match &addresses[..] {
            [one] => one.clone(),
            all => format!("{} addresses", all.len()),
        };
        let latent = Latent {
            domain: Some(domain.to_owned()),
            actual: latent::happens(topology, &people),
            cause: format!(
                "{domain} is ExternalRelay, which means that nobody of it lives here, but {what} of it belong to mailboxes here."
            ),
            fix: format!(
                "Set-AcceptedDomain {} -DomainType InternalRelay  # or take the addresses away from the mailboxes",
                quoted(domain)
            ),
            addresses,
            ..Latent::default()
        };
        latent.finding(&KIND)
    };
    found.into_iter().map(finding).collect()
}
