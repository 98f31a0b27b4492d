//! MR-08: a domain is relayed, and no connector leads to the system that has its people.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{in_comment, quoted};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::topology::domain::DomainType;
use crate::topology::{Export, Topology};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "internal-relay-no-connector",
    title: "A relayed domain has no connector of its own",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &["size-fallthrough"],
    means: "The domain is shared: whoever is not here is to be looked for in the other system. That needs a send \
            connector with the domain's address space and that system's host. Without one the mail takes the \
            connector for everything else, goes to where the MX points, and often comes back here.",
    proof: "By the exports the domain is InternalRelay, nobody here has the address, and no enabled send connector is \
            for the domain but one for every domain, or none; and mail for it left that way or found no way. Never \
            found without exports.",
    mend: "New-SendConnector 'To the other system' -AddressSpaces 'domain' -SmartHosts 'its host' -DNSRoutingEnabled $false",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let expected = case.told_by(&[Export::AcceptedDomains, Export::SendConnectors])?;
    if !expected.relay_lacks_connector() {
        return None;
    }
    let confidence = expected.confidence(case.leaf.last_seen);
    let sighting = match case.final_exit() {
        Some(exit) if *exit.address != *expected.address => return None,
        Some(exit) => Sighting::at_exit(&KIND, case, exit),
        None if case.was_stored() => return None,
        None => Sighting::new(&KIND, case).domain(case.domain()),
    };
    Some(Sighting { confidence, ..sighting }.instead_of(case, (Decision::SendConnector, b"")))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let way = if t.connector.is_empty() {
        "found no way".to_owned()
    } else {
        format!("went by '{}' to {}", t.connector, t.peer)
    };
    let cause = format!(
        "{0} is InternalRelay, so mail for people that are not in this directory is sent on; but no send connector is \
         for {0}, and the mail {way}.",
        t.domain
    );
    let fix = format!(
        "New-SendConnector -Name {} -AddressSpaces {} -SmartHosts '<host of the other system>' -DNSRoutingEnabled $false",
        quoted(&format!("To {}", t.domain)),
        quoted(&t.domain)
    );
    (cause, fix)
}

pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let relayed = topology.facts().accepted_domains.iter().filter(|d| d.kind == DomainType::InternalRelay);
    let finding = |domain: &str| {
        let bare = domain.strip_prefix("*.").unwrap_or(domain);
        // Of a domain with a wildcard what lies below it counts.
        let probe = if bare == domain { format!("x@{domain}") } else { format!("x@x.{bare}") };
        if domain == "*" || topology.is_coexistence(bare.as_bytes()) {
            return None;
        }
        let default = latent::only_default(topology, &probe).ok()?;
        let way = default.map_or_else(
            || "waits for two days and comes back".to_owned(),
            |c| format!("leaves by send connector {}, for everything else", c.name),
        );
        let latent = Latent {
            domain: Some(domain.to_owned()),
            connector: default.map(|c| c.name.to_string()),
            actual: latent::route(topology, &topology.expected(probe.as_bytes(), None, None))
                .filter(|r| r.decision != Decision::LocalDelivery.as_str()),
            cause: format!(
                "{domain} is InternalRelay, so mail for its addresses that nobody has here is sent on; but no send \
                 connector is for {domain}. It {way}."
            ),
            fix: format!(
                "# put the host of the system that has the other mailboxes in place of the last one\n\
                 New-SendConnector -Name {} -AddressSpaces {} -DNSRoutingEnabled $false -SmartHosts 'mail.example.com'\n\
                 # or, if nobody of {} lives elsewhere:\n\
                 Set-AcceptedDomain {} -DomainType Authoritative",
                quoted(&format!("To {bare}")),
                quoted(&format!("SMTP:{domain};1")),
                in_comment(domain),
                quoted(domain)
            ),
            ..Latent::default()
        };
        Some(latent.finding(&KIND))
    };
    relayed.filter_map(|d| finding(&d.domain)).collect()
}
