//! MR-05: a domain that another system shares is Authoritative here, so half its people do not exist.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;
use crate::topology::Export;
use crate::topology::connector::Pick;
use crate::topology::domain::{DomainType, Fit};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "shared-domain-authoritative",
    title: "A shared domain is Authoritative here",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "Some people of this domain have their mailboxes here, others in another mail system. An Authoritative \
            domain means: whoever is not in this directory does not exist. So mail to the others bounces with 5.1.10 \
            instead of being handed on.",
    proof: "Five or more addresses of one domain are not found, and the domain is shared: mail for it also leaves \
            unchanged by a connector of its own, or some of the very addresses that are not found send mail from \
            elsewhere to people here. That the domain is shared is inferred. With exports \
            only domains that are Authoritative count (high confidence, medium if the exports are older than the mail).",
    mend: "Set-AcceptedDomain 'domain' -DomainType InternalRelay, and a send connector for the domain to the other system.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let domain = Some(case.domain()).filter(|_| case.not_found_here())?;
    case.norms.shared(domain)?;
    let mut sighting = Sighting::new(&KIND, case).domain(domain);
    if let Some(expected) = case.told_by(&[Export::AcceptedDomains]) {
        let (accepted, _) = expected.topology.accepted(domain)?;
        if accepted.kind != DomainType::Authoritative {
            return None;
        }
        sighting.confidence = expected.certainty(case.leaf.last_seen);
        sighting = sighting.instead_of(case, (Decision::SendConnector, b""));
    }
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let shared = t.norms.shared(t.domain.as_bytes()).cloned().unwrap_or_default();
    let connector = shared.connector.as_deref().map(|c| String::from_utf8_lossy(c).into_owned());
    let mut signs = Vec::new();
    if shared.senders > 0 {
        let n =
            if shared.senders == shared.not_found { "all".to_owned() } else { shared.senders.to_string() };
        signs.push(format!("{n} of them send mail here from elsewhere"));
    }
    if let Some(connector) = &connector {
        signs.push(format!("mail for {} also leaves by send connector {connector}", t.domain));
    }
    let cause = format!(
        "{} addresses of {} bounce as not found ({}), and {}. So the domain is shared with another system (inferred), and it \
         is Authoritative here: whoever is not in this directory bounces instead of being handed on.",
        shared.not_found,
        t.domain,
        some(&t.addresses.0),
        signs.join(", and ")
    );
    let domain = quoted(&t.domain);
    let mut fix = format!(
        "Get-AcceptedDomain | Where-Object {{ $_.DomainName -eq {domain} }} | Format-List Name,DomainType"
    );
    // First the way out, then the permission to take it: the other order sends mail astray in between.
    let told = t.norms.told().filter(|topology| topology.has(Export::SendConnectors));
    let exported = told.is_some_and(|topology| {
        let probe = format!("x@{}", t.domain);
        matches!(topology.pick(probe.as_bytes(), None, None), Pick::One(c) if c.fit != Fit::Any)
    });
    if connector.is_none() && !exported {
        fix.push_str(
            "\n# in this order; the other system must not send addresses it does not know back to here:",
        );
        fix.push_str(&format!(
            "\nNew-SendConnector -Name {} -AddressSpaces {domain} -SmartHosts '<host of the other system>' -DNSRoutingEnabled $false",
            quoted(&format!("To {}", t.domain)),
        ));
    }
    fix.push_str(&format!("\nSet-AcceptedDomain {domain} -DomainType InternalRelay  # the name of the accepted domain, if it is another"));
    (cause, fix)
}

/// The first three, and that there are more.
fn some(addresses: &[String]) -> String {
    let more = if addresses.len() > 3 { ", …" } else { "" };
    let first: Vec<&str> = addresses.iter().take(3).map(String::as_str).collect();
    format!("{}{more}", first.join(", "))
}
