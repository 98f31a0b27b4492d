//! MR-02: mail for the tenant's domain leaves by the connector for everything else.

use crate::findings::case::Case;
use crate::findings::expected::set_target;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{for_each, hybrid_name, quoted};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::topology::recipient::{Kind as Sort, Recipient};
use crate::topology::{Export, Topology};

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
            is the default one. With exports: no enabled connector has the domain of the remote routing address, or it is no \
            domain of the tenant, and the send was to that address (high confidence, medium if the exports are older than the mail).",
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
        let sighting = Sighting { confidence, ..Sighting::at_exit(&KIND, case, exit) };
        return sent.then(|| sighting.instead_of(case, expected.cloud_route()));
    }
    if !case.norms.is_tenant(domain) || !case.norms.is_default(connector) {
        return None;
    }
    Some(Sighting::at_exit(&KIND, case, exit))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    if let Some(topology) = t.norms.told().filter(|topology| !topology.is_coexistence(t.domain.as_bytes())) {
        let tenant = latent::tenant(topology).unwrap_or_else(|| "tenant.mail.onmicrosoft.com".to_owned());
        let cause = format!(
            "{} is no domain of the tenant, so mail rewritten to it went by '{}'.",
            t.domain, t.connector
        );
        return (cause, for_each(t, |target| set_owner(topology, target, &tenant)));
    }
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

/// The line for the mailbox that has this target.
fn set_owner(topology: &Topology, target: &str, tenant: &str) -> String {
    let has_it = |r: &&Recipient| r.kind == Sort::RemoteMailbox && r.target.as_deref() == Some(target);
    let owner = topology.facts().recipients.iter().find(has_it);
    set_target(topology, owner.map_or(target, Recipient::primary), tenant)
}

/// Remote mailboxes whose remote routing domain no send connector names.
pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let lost = latent::by_target_domain(topology, |_, r, target| {
        let domain = latent::domain_text(target).unwrap_or_default();
        let own =
            topology.accepted(domain.as_bytes()).is_some() && !topology.is_coexistence(domain.as_bytes());
        r.kind == Sort::RemoteMailbox && !own && latent::only_default(topology, target).is_ok()
    });
    let finding = |(domain, recipients): (&str, Vec<&Recipient>)| {
        let connectors = &topology.facts().send_connectors;
        let names_it =
            |c: &&&crate::topology::connector::SendConnector| c.spaces.iter().any(|s| &*s.space == domain);
        let hybrid: Vec<_> = connectors.iter().filter(|c| c.is_hybrid()).collect();
        let off = hybrid.iter().find(|c| !c.is_enabled() && names_it(c));
        let name = hybrid.first().map_or("Outbound to Office 365", |c| &*c.name);
        let (why, fix) = match off {
            Some(off) => (
                format!("Send connector {} has it, but is disabled", off.name),
                format!("Set-SendConnector {} -Enabled $true", quoted(&off.name)),
            ),
            None if !topology.is_coexistence(domain.as_bytes()) => {
                let tenant = latent::tenant(topology);
                let tenant = tenant.unwrap_or_else(|| "tenant.mail.onmicrosoft.com".to_owned());
                let all = "# the section on remote routing addresses of `mailtrail report --topology` lists them all".to_owned();
                let line = |r: &Recipient| set_target(topology, r.primary(), &tenant);
                ("It is no domain of the tenant".to_owned(), latent::lines(&recipients, line, &all))
            }
            None => {
                let space = format!("SMTP:{domain};1");
                let fix =
                    format!("Set-SendConnector {} -AddressSpaces @{{Add={}}}", quoted(name), quoted(&space));
                let run = "# there is no connector to Exchange Online in the exports; the hybrid wizard makes one\n";
                let note = if hybrid.is_empty() { run } else { "" };
                ("No send connector has it among its address spaces".to_owned(), format!("{note}{fix}"))
            }
        };
        let actual = latent::happens(topology, &recipients);
        let way = actual.as_ref().and_then(|a| a.connector.clone());
        let way = way.map_or_else(
            || "waits for two days and comes back".to_owned(),
            |c| format!("goes out by {c}, as anonymous mail from the internet"),
        );
        let latent = Latent {
            domain: Some(domain.to_owned()),
            connector: actual.as_ref().and_then(|a| a.connector.clone()),
            addresses: latent::primaries(&recipients),
            expected: Some(latent::to_tenant(topology, domain)),
            actual,
            cause: format!(
                "{why}: the remote routing domain {domain} of {}. Their mail {way}.",
                latent::who(&recipients, "remote mailboxes")
            ),
            fix,
            ..Latent::default()
        };
        latent.finding(&KIND)
    };
    lost.into_iter().map(finding).collect()
}
