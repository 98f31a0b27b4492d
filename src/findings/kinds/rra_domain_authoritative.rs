//! MR-03: the tenant's domain is Authoritative here, so nobody has the remote routing address.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::event::Source;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;

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
    own.then(|| Sighting { confidence, ..Sighting::new(&KIND, case).domain(case.domain()) })
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "The directory rewrites addresses to {0}, and the same servers refuse {0} as a domain in which they know \
         everybody. The accepted domain {0} is Authoritative.",
        t.domain
    );
    (cause, format!("Set-AcceptedDomain {} -DomainType InternalRelay", quoted(&t.domain)))
}
