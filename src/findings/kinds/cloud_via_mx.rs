//! MR-04: mail for the own tenant reaches it by the internet's way.

use crate::findings::case::{Case, EXCHANGE_ONLINE, Exit};
use crate::findings::expected::Expected;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{hybrid_name, quoted};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;
use crate::topology::Export;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "cloud-via-mx",
    title: "Mail for the own tenant goes by the internet's way",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &["rra-no-route", "size-fallthrough"],
    means: "Mail for a mailbox in the cloud went to Exchange Online, but not by the connector of the hybrid \
            configuration. There it is mail from a stranger: it may land in junk, be refused, or lose the marks that \
            show it came from inside.",
    proof: "A send to an address of the own tenant by a connector that is not the hybrid one, to a host of Exchange \
            Online. Inferred: which domain is the own tenant's, and which connector is the hybrid one. With exports both are \
            known, and the host need not be one of Exchange Online if a hybrid connector is for the address.",
    mend: "Look at the hybrid connector: enabled, address space, size, source servers; run the Hybrid Configuration \
           Wizard again.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let exit = case.final_exit()?;
    let (domain, connector) = (exit.domain(), case.text(exit.hop.connector));
    if let Some(expected) = case.told_by(&[Export::SendConnectors]) {
        return by_exports(case, (exit, expected));
    }
    if *exit.peer != *EXCHANGE_ONLINE || !case.norms.is_tenant(domain) || case.norms.is_hybrid(connector) {
        return None;
    }
    Some(Sighting::at_exit(&KIND, case, exit))
}

/// The address is in the tenant, and another connector than a hybrid one was taken: to Exchange Online all the same, or
/// although a hybrid one is for it.
fn by_exports(case: &Case<'_>, (exit, expected): (&Exit<'_>, &Expected<'_>)) -> Option<Sighting> {
    let should = expected.connector().map(|(c, _)| c).filter(|c| c.is_hybrid());
    let hybrid = should.or_else(|| {
        let all = &expected.topology.facts().send_connectors;
        all.iter().find(|c| c.is_hybrid()).filter(|_| *exit.peer == *EXCHANGE_ONLINE)
    })?;
    let taken = expected.topology.connector_named(case.text(exit.hop.connector));
    let other = taken.is_some_and(|(_, c)| !c.is_hybrid()) && expected.topology.is_coexistence(exit.domain());
    let route = (Decision::RemoteRoutingAddress, hybrid.name.as_bytes());
    let confidence = expected.confidence(case.leaf.last_seen);
    other.then(|| Sighting { confidence, ..Sighting::at_exit(&KIND, case, exit) }.instead_of(case, route))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let hybrid = hybrid_name(t);
    let told = t.norms.told().is_some();
    let cause = format!(
        "Mail for {} went to {} by '{}', not by the hybrid connector{}{}.",
        t.domain,
        t.peer,
        t.connector,
        hybrid.as_ref().map_or(String::new(), |h| format!(" '{h}'")),
        if told { "" } else { " (inferred)" }
    );
    let name = hybrid.unwrap_or_else(|| "Outbound to Office 365".to_owned());
    let fix = format!(
        "Get-SendConnector {} | Format-List Enabled,AddressSpaces,MaxMessageSize,SourceTransportServers,CloudServicesMailEnabled",
        quoted(&name)
    );
    (cause, fix)
}
