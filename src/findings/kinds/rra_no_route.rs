//! MR-02: mail for the tenant's domain leaves by the connector for everything else.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{hybrid_name, quoted};
use crate::model::finding::{Confidence, Severity};
use crate::topology::Export;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "rra-no-route",
    title: "No connector carries the remote routing domain",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &["size-fallthrough"],
    means: "The address was rewritten to its remote routing address as it should be, but no send connector has that \
            domain among its address spaces, so the mail took the connector for everything else. It reaches Exchange \
            Online as anonymous mail from the internet: spam-filtered, without the marks that make it internal.",
    proof: "RESOLVE to an address of the own tenant, then a send of that address by a connector that carries mail for \
            many outside domains. Inferred: which onmicrosoft.com domain is the own tenant's, and which connector \
            is the default one.",
    mend: "Set-SendConnector 'Outbound to Office 365' -AddressSpaces @{Add='SMTP:tenant.mail.onmicrosoft.com;1'}",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let exit = case.final_exit().filter(|_| case.was_resolved())?;
    let (domain, connector) = (exit.domain(), case.text(exit.hop.connector));
    if let Some(expected) = case.told_by(&[Export::SendConnectors, Export::RemoteMailboxes]) {
        let (_, target) = expected.target_lacks_connector()?;
        let sent = target.as_bytes() == exit.address;
        let confidence = expected.certainty(case.leaf.last_seen);
        return sent.then(|| Sighting { confidence, ..Sighting::at_exit(&KIND, case, exit) });
    }
    if !case.norms.is_tenant(domain) || !case.norms.is_default(connector) {
        return None;
    }
    Some(Sighting::at_exit(&KIND, case, exit))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let hybrid = hybrid_name(t);
    let name = hybrid.clone().unwrap_or_else(|| "Outbound to Office 365".to_owned());
    let space = format!("SMTP:{};1", t.domain);
    let fix = format!("Set-SendConnector {} -AddressSpaces @{{Add={}}}", quoted(&name), quoted(&space));
    if t.norms.told().is_some_and(|t| t.has(Export::SendConnectors)) {
        let cause = format!(
            "No send connector has {} among its address spaces, so mail rewritten to it went by '{}'.",
            t.domain, t.connector
        );
        return (cause, fix);
    }
    let cause = format!(
        "Mail rewritten to {} went by '{}', which carries mail for many outside domains (inferred): {}.",
        t.domain,
        t.connector,
        match &hybrid {
            Some(name) => format!(
                "'{name}' goes to the tenant too, but seems to lack this domain, to be disabled, or to be too small for the message"
            ),
            None => "no connector to the tenant shows in these logs".to_owned(),
        }
    );
    (cause, fix)
}
