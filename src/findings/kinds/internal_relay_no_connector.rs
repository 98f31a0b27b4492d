//! MR-08: a shared domain without a connector to the other system.

use crate::findings::kind::{Kind, Shown};
use crate::findings::latent::{self, Latent};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::topology::Topology;
use crate::topology::domain::DomainType;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "internal-relay-no-connector",
    title: "A shared domain has no connector to the other system",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "The accepted domain is InternalRelay: who is not known here lives in another system. But no send connector \
            names the domain, so such mail leaves by the connector for everything else, to the MX of the domain, which \
            may well lead back here.",
    proof: "Needs the exports of accepted domains and send connectors: an InternalRelay domain that is not for remote \
            routing addresses, for which only the connector for * is left, or none. That connector does not lead to \
            Exchange Online.",
    mend: "New-SendConnector -Name 'To fabrikam.com' -AddressSpaces 'SMTP:fabrikam.com;1' -SmartHosts 'their host'",
    judge: |_| Vec::new(),
    enough: None,
    tell: |_| (String::new(), String::new()),
};

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
                 # or, if nobody of {domain} lives elsewhere:\n\
                 Set-AcceptedDomain {} -DomainType Authoritative",
                quoted(&format!("To {bare}")),
                quoted(&format!("SMTP:{domain};1")),
                quoted(domain)
            ),
            ..Latent::default()
        };
        Some(latent.finding(&KIND))
    };
    relayed.filter_map(|d| finding(&d.domain)).collect()
}
