//! MR-29: the MX of a domain leads to the server that asks.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "mx-loopback",
    title: "The domain's MX leads back to this server",
    shown: Shown::Loops,
    severity: Severity::Critical,
    confidence: Confidence::Certain,
    caused_by: &["rra-primary-domain"],
    means: "The server looked up where to send mail for the domain, and DNS named the server itself. It holds the domain \
            for a foreign one, while the world holds this server for its home.",
    proof: "FAIL or DEFER with the token SMTPSEND.DNS.MxLoopback (5.4.4). Low severity where the domain is none of \
            the organisation's: a mistyped address may be one whose MX is 127.0.0.1.",
    mend: "Make it an accepted domain if its mailboxes are here; else a send connector of its own with a smart host.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let (first, last) = case.refusals(|s| case.text(s.tag) == b"SMTPSEND.DNS.MxLoopback")?;
    let mut sighting = Sighting::new(&KIND, case).domain(case.domain()).connector(case.text(last.connector));
    sighting.span = (first.time.0, last.time.0);
    sighting.proof = vec![last.evidence];
    if case.norms.is_foreign(case.domain()) {
        sighting.severity = Severity::Low;
    }
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!("The MX of {} is the server that was to send there.", t.domain);
    let domain = quoted(&t.domain);
    let fix = format!(
        "Resolve-DnsName {domain} -Type MX\n\
         New-AcceptedDomain -Name {domain} -DomainName {domain} -DomainType Authoritative  # if its mailboxes are here\n\
         New-SendConnector -Name {} -AddressSpaces {domain} -SmartHosts '<host that has the domain>' -DNSRoutingEnabled $false  # if they are elsewhere",
        quoted(&format!("To {}", t.domain)),
    );
    (cause, fix)
}
