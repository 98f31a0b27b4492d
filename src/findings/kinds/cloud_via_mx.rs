//! MR-04: mail for the own tenant reaches it by the internet's way.

use crate::findings::case::{Case, EXCHANGE_ONLINE};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};

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
            Online. Inferred: which domain is the own tenant's, and which connector is the hybrid one.",
    mend: "Look at the hybrid connector: enabled, address space, size, source servers; run the Hybrid Configuration \
           Wizard again.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let exit = case.final_exit()?;
    let (domain, connector) = (exit.domain(), case.text(exit.hop.connector));
    if *exit.peer != *EXCHANGE_ONLINE || !case.norms.is_tenant(domain) || case.norms.is_hybrid(connector) {
        return None;
    }
    Some(Sighting::at_exit(&KIND, case, exit))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let hybrid = t.norms.hybrid_connector().map(|c| String::from_utf8_lossy(c).into_owned());
    let cause = format!(
        "Mail for {} went to Exchange Online by '{}', not by the hybrid connector{} (inferred).",
        t.domain,
        t.connector,
        hybrid.as_ref().map_or(String::new(), |h| format!(" '{h}'"))
    );
    let name = hybrid.unwrap_or_else(|| "Outbound to Office 365".to_owned());
    let fix = format!(
        "Get-SendConnector {} | Format-List Enabled,AddressSpaces,MaxMessageSize,SourceTransportServers,CloudServicesMailEnabled",
        quoted(&name)
    );
    (cause, fix)
}
