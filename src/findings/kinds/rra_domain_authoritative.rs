//! MR-03: the tenant's domain is Authoritative here, so nobody has the remote routing address.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::quoted;
use crate::model::event::Source;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::topology::Topology;
use crate::topology::domain::DomainType;
use crate::topology::recipient::Recipient;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "rra-domain-authoritative",
    title: "The remote routing domain is Authoritative here",
    shown: Shown::Misroutes,
    severity: Severity::Critical,
    confidence: Confidence::High,
    caused_by: &[],
    means: "The address was rewritten to its remote routing address, and then this organisation itself said that \
            nobody has that address. It takes the tenant's domain for its own: the accepted domain is \
            Authoritative and must be InternalRelay.",
    proof: "RESOLVE to an address under onmicrosoft.com, then FAIL of that address by the organisation's own \
            categoriser: not found, or a forwarding loop (that token is unconfirmed: medium confidence).",
    mend: "Set-AcceptedDomain 'tenant.mail.onmicrosoft.com' -DomainType InternalRelay",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let rewritten = case.was_resolved() && case.domain().ends_with(b".onmicrosoft.com");
    let (_, source) = case.leaf.decided_by.filter(|_| rewritten)?;
    // Exchange Online may answer with the same token; that is its word, not ours.
    let own = matches!(source, Source::Routing | Source::Resolver);
    let confidence = match case.leaf.decision {
        Decision::RecipientNotFound => Confidence::High,
        Decision::Failed if case.tag() == b"RESOLVER.FWD.Loop" => Confidence::Medium,
        _ => return None,
    };
    let sighting = Sighting { confidence, ..Sighting::new(&KIND, case).domain(case.domain()) };
    own.then(|| match &case.expected {
        Some(expected) => sighting.instead_of(case, expected.cloud_route()),
        None => sighting,
    })
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "The directory rewrites addresses to {0}, and the same servers refuse {0} as a domain in which they know \
         everybody. The accepted domain {0} is Authoritative.",
        t.domain
    );
    (cause, format!("Set-AcceptedDomain {} -DomainType InternalRelay", quoted(&t.domain)))
}

/// Targets that nobody has, in a domain for remote routing addresses that is Authoritative here.
pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let refused = latent::by_target_domain(topology, |_, r, target| {
        let domain = latent::domain_text(target).unwrap_or_default();
        let accepted = topology.accepted(domain.as_bytes());
        let authoritative = accepted.is_some_and(|(d, _)| d.kind == DomainType::Authoritative);
        // With all its addresses exported, a target that is one of them is sent out all the same.
        let nobodys = r.all_addresses && topology.owner(target.as_bytes()).is_none();
        authoritative && topology.is_coexistence(domain.as_bytes()) && nobodys
    });
    let finding = |(domain, recipients): (&str, Vec<&Recipient>)| {
        let latent = Latent {
            domain: Some(domain.to_owned()),
            addresses: latent::primaries(&recipients),
            expected: Some(latent::to_tenant(topology, domain)),
            actual: latent::happens(topology, &recipients),
            cause: format!(
                "Mail for {} is to go to an address in {domain} that no object has, and {domain} is Authoritative here: \
                 it is returned as not found.",
                latent::who(&recipients, "recipients")
            ),
            fix: format!("Set-AcceptedDomain {} -DomainType InternalRelay", quoted(domain)),
            ..Latent::default()
        };
        latent.finding(&KIND)
    };
    refused.into_iter().map(finding).collect()
}
