//! MR-10: somebody lives in a domain of which nobody should live here.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{for_each, quoted, who};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::topology::connector::Pick;
use crate::topology::domain::DomainType;
use crate::topology::recipient::{Kind as Sort, Recipient};
use crate::topology::{Export, Topology};
use std::collections::BTreeMap;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "external-relay-local-delivery",
    title: "Mail of an external relay domain is delivered here",
    shown: Shown::Misroutes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    caused_by: &[],
    means: "ExternalRelay means that all people of the domain live in another system. Here one of them has a mailbox \
            all the same, and Exchange delivers to it. Either the domain's type is wrong, or the mailbox is a leftover \
            and its owner never sees that mail.",
    proof: "By the exports the accepted domain is ExternalRelay, and a row says DELIVER for an address of it. Never \
            found without exports.",
    mend: "Set-AcceptedDomain 'domain' -DomainType InternalRelay, or take the address off the mailbox.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let expected = case.told_by(&[Export::AcceptedDomains])?;
    let external = expected.expectation.domain == Some(DomainType::ExternalRelay);
    if !external || !case.was_stored() || case.address() != expected.address {
        return None;
    }
    let confidence = expected.certainty(case.leaf.last_seen);
    let domain = crate::model::name::domain_of(expected.address);
    let way = match expected.topology.pick(expected.address, None, None) {
        Pick::One(chosen) => expected.topology.connector(chosen.connector).map(|c| c.name.as_bytes()),
        Pick::TooLarge | Pick::NoRoute => None,
    };
    let sighting = Sighting { confidence, ..Sighting::new(&KIND, case).domain(domain) };
    Some(sighting.instead_of(case, (Decision::SendConnector, way.unwrap_or_default())))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "{} is ExternalRelay: nobody of it should live here. Mail for {} was delivered to a mailbox here.",
        t.domain,
        who(t)
    );
    let look =
        for_each(t, |a| format!("Get-Recipient {} | Format-List Name,RecipientTypeDetails", quoted(a)));
    let fix = format!(
        "{look}\n# if people of {0} do live here:\nSet-AcceptedDomain {1} -DomainType InternalRelay",
        crate::findings::words::in_comment(&t.domain),
        quoted(&t.domain)
    );
    (cause, fix)
}

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
