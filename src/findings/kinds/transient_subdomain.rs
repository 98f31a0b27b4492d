//! MR-44: a subdomain that nobody accepts circles between the Edge server and what stands before it.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{quoted, who};
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "transient-subdomain",
    title: "A subdomain circles between the Edge server and the outside",
    shown: Shown::Loops,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "The domain is accepted and its subdomains are not: an application or a department writes to a subdomain whose mail \
            comes in like that of the domain. The Edge server holds it for a foreign one, sends it out by its connector \
            to everywhere, and the outside brings it back.",
    proof: "Two or more sends of one address by a connector of an Edge subscription (its name begins with 'EdgeSync - '), \
            each followed by an arrival of the same message from outside. The domain is a subdomain of one of the \
            organisation's (inferred) and none itself.",
    mend: "New-AcceptedDomain for the subdomain, then Start-EdgeSynchronization.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let round = case.circle()?;
    let first = round.exits.first()?;
    let (domain, connector) = (first.domain(), case.text(first.hop.connector));
    let edge = connector.get(..EDGE.len()).is_some_and(|head| head.eq_ignore_ascii_case(EDGE));
    if !edge || case.norms.is_org(domain) || case.norms.is_tenant(domain) {
        return None;
    }
    let parent = parents(domain).find(|parent| case.norms.is_org(parent))?;
    let mut sighting = Sighting::at_exit(&KIND, case, first);
    sighting.confidence = case.loop_confidence(&round);
    sighting.shape = Some(case.shape(&round));
    sighting.span.0 = first.hop.time.0;
    sighting.proof = case.proof();
    sighting.detail = parent.to_vec();
    Some(sighting)
}

/// How the connectors of an Edge subscription are called.
const EDGE: &[u8] = b"EdgeSync - ";

/// The domains above a domain, the nearest first.
fn parents(domain: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memchr_iter(b'.', domain).filter_map(|at| domain.get(at + 1..))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "Mail for {} circles over {}. {} is no accepted domain there, while {} above it is one (inferred): the Edge \
         server sends out what comes in for it.",
        who(t),
        t.members().join(" and "),
        t.domain,
        t.detail
    );
    let domain = quoted(&t.domain);
    let fix = format!(
        "Get-AcceptedDomain | Format-Table Name,DomainName,DomainType\n\
         New-AcceptedDomain -Name {domain} -DomainName {domain} -DomainType InternalRelay  # Authoritative, if all its addresses are in the directory\n\
         Start-EdgeSynchronization"
    );
    (cause, fix)
}
