//! MR-01: the remote routing address of a moved mailbox is in the organisation's own domain.

use std::collections::BTreeMap;

use crate::findings::case::{Case, EXCHANGE_ONLINE};
use crate::findings::expected::{Expected, set_target};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{for_each, in_comment, local_part, quoted, who};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::model::name::domain_of;
use crate::topology::recipient::{Kind as Sort, Recipient};
use crate::topology::{Export, Topology};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "rra-primary-domain",
    title: "Remote routing address is the user's own address",
    shown: Shown::Misroutes,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "A mailbox that was moved to Exchange Online is a remote mailbox here, and its remote routing address must \
            point into the tenant (user@tenant.mail.onmicrosoft.com). Where it is the user's own address, nothing is \
            rewritten: the mail leaves by the connector to the internet and finds its way by MX. With luck that \
            brings it into the cloud as foreign mail; without luck it comes back here and goes in circles until a hop \
            count ends it.",
    proof: "The last send out of the message is to an address of a domain of the organisation, unchanged, by a \
            connector that carries mail for many outside domains, although other addresses of the same domain are \
            rewritten to the tenant; and it was not delivered here afterwards. Inferred: which domains are the \
            organisation's, and which connector is the default one. Where it neither came \
            back nor failed nor went to Exchange Online, somebody else may hold the mailbox: low severity and confidence. \
            With exports nothing is inferred: the remote mailbox has that remote routing address, and mail for it went \
            there or was refused here (high confidence, medium if the exports are older than the mail).",
    mend: "Set-RemoteMailbox 'user' -RemoteRoutingAddress 'user@tenant.mail.onmicrosoft.com'",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    match case.told_by(&[Export::AcceptedDomains, Export::RemoteMailboxes]) {
        Some(expected) if expected.owner().is_some() => by_exports(case, expected),
        _ => by_log(case),
    }
}

/// The export of remote mailboxes says it, and here is mail that was sent by it.
fn by_exports(case: &Case<'_>, expected: &Expected<'_>) -> Option<Sighting> {
    let (_, target) = expected.own_domain_target()?;
    if case.was_stored() || !expected.went_by_target(case, target) {
        return None;
    }
    let mut sighting = match case.final_exit() {
        Some(exit) => Sighting::at_exit(&KIND, case, exit),
        None => Sighting::new(&KIND, case).domain(domain_of(expected.address)),
    };
    sighting.confidence = expected.certainty(case.leaf.last_seen);
    sighting.span.0 = case.exits.first().map_or(sighting.span.0, |e| e.hop.time.0);
    Some(sighting.instead_of(case, expected.cloud_route()))
}

fn by_log(case: &Case<'_>) -> Option<Sighting> {
    let exit = case.final_exit()?;
    let (domain, connector) = (exit.domain(), case.text(exit.hop.connector));
    let arrived = matches!(case.leaf.decision, Decision::LocalDelivery | Decision::RemoteRoutingAddress);
    if arrived || !case.norms.is_default(connector) {
        return None;
    }
    case.norms.tenant_of(domain)?;
    // Just back, and nothing known of what comes next: a gateway that returns all mail looks the same.
    let looped = case.circle().is_some();
    if exit.back.is_some() && !looped && case.leaf.decision != Decision::Failed {
        return None;
    }
    let mut sighting = Sighting::at_exit(&KIND, case, exit);
    let harmed = looped
        || case.norms.is_harmed(case.address())
        || case.code().is_some_and(|(class, subject, _)| (class, subject) == (5, 4));
    if !harmed && *exit.peer != *EXCHANGE_ONLINE {
        // Some third system behind the default connector may hold the mailbox.
        (sighting.severity, sighting.confidence) = (Severity::Low, Confidence::Low);
    }
    sighting.span.0 = case.exits.first().map_or(sighting.span.0, |e| e.hop.time.0);
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let has_owner =
        |topology: &Topology| t.addresses.0.iter().any(|a| topology.owner(a.as_bytes()).is_some());
    let told = t.norms.told().filter(|topology| topology.has(Export::RemoteMailboxes));
    if let Some(topology) = told.filter(|topology| has_owner(topology)) {
        return tell_by_exports(t, topology);
    }
    let tenant = t
        .norms
        .tenant_of(t.domain.as_bytes())
        .map_or_else(String::new, |d| String::from_utf8_lossy(d).into_owned());
    let cause = format!(
        "{these} of {domain} went out unchanged by send connector {connector} to {peer}, like mail for outside \
         domains, while other addresses of {domain} are rewritten to {tenant}. Most likely the remote routing \
         address is the user's own address{or_else}. Inferred from the log: check before you change it.",
        domain = t.domain,
        these = who(t),
        connector = t.connector,
        peer = t.peer,
        or_else = if t.doubtful { ", or a third system behind that host has the mailboxes" } else { "" },
    );
    let check =
        for_each(t, |a| format!("Get-RemoteMailbox {} | Format-List RemoteRoutingAddress", quoted(a)));
    let fix = for_each(t, |address| {
        let target = format!("{}@{tenant}", local_part(address));
        format!("Set-RemoteMailbox {} -RemoteRoutingAddress {}", quoted(address), quoted(&target))
    });
    (cause, format!("{check}\n# only where that shows an address of {}:\n{fix}", in_comment(&t.domain)))
}

fn tell_by_exports(t: &Telling<'_>, topology: &Topology) -> (String, String) {
    let tenant = latent::tenant(topology).unwrap_or_else(|| "<tenant>.mail.onmicrosoft.com".to_owned());
    let way = if t.connector.is_empty() {
        "the mail was refused here".to_owned()
    } else {
        format!("the mail went by '{}' to {}", t.connector, t.peer)
    };
    let cause = format!(
        "The remote routing address of {} is in {}, a domain of the organisation itself, and not in {tenant}. So nothing \
         leads to the tenant, and {way}.",
        who(t),
        t.domain,
    );
    let fix = for_each(t, |address| set_target(topology, address, &tenant));
    (cause, fix)
}

/// Remote mailboxes whose remote routing address is in a domain of the organisation itself.
pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let wrong = latent::by_target_domain(topology, |_, r, target| {
        let domain = latent::domain_text(target).unwrap_or_default();
        r.kind == Sort::RemoteMailbox && latent::is_own_only(topology, &domain)
    });
    let tenant = latent::tenant(topology);
    let known = tenant.as_deref().unwrap_or("tenant.mail.onmicrosoft.com");
    let note =
        if tenant.is_some() { "" } else { "# put the tenant's own domain in place of the one below\n" };
    let finding = |(domain, recipients): (&str, Vec<&Recipient>)| {
        let line = |r: &Recipient| set_target(topology, r.primary(), known);
        let all = format!(
            "Get-RemoteMailbox -ResultSize Unlimited | Where-Object {{ \"$($_.RemoteRoutingAddress)\" -like {} }} | \
             ForEach-Object {{ $own = $_.EmailAddresses | Where-Object {{ \"$_\" -like {} }} | Select-Object -First 1; if ($own) \
             {{ Set-RemoteMailbox \"$($_.Identity)\" -RemoteRoutingAddress (\"$own\" -replace '^smtp:') }} \
             else {{ Write-Warning \"$($_.Identity) has no such address\" }} }}",
            quoted(&format!("*@{domain}")),
            quoted(&format!("smtp:*@{known}"))
        );
        let actual = latent::happens(topology, &recipients);
        let latent = Latent {
            domain: Some(domain.to_owned()),
            addresses: latent::primaries(&recipients),
            expected: Some(latent::to_tenant(topology, known)),
            actual,
            cause: format!(
                "The remote routing address of {} is in {domain}, which is Authoritative here, not in {known}. Mail for \
                 such a mailbox is not handed to Exchange Online: {}. Where the MX of {domain} leads back here, what \
                 goes out goes in circles.",
                latent::who(&recipients, "remote mailboxes"),
                ways(topology, &recipients)
            ),
            fix: format!("{note}{}", latent::lines(&recipients, line, &all)),
            ..Latent::default()
        };
        latent.finding(&KIND)
    };
    wrong.into_iter().map(finding).collect()
}

/// Where the mail of these goes instead, each way with how many take it.
fn ways(topology: &Topology, recipients: &[&Recipient]) -> String {
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    for recipient in recipients {
        let now = latent::happens(topology, &[*recipient]);
        let way = match now.as_ref().map(|a| (a.decision, a.connector.as_deref())) {
            Some(("recipient-not-found", _)) => "it is returned as not found".to_owned(),
            Some(("local-delivery", _)) => "it is delivered to somebody else here".to_owned(),
            Some((_, Some(connector))) => {
                format!("it goes out by send connector {connector}, like mail for strangers")
            }
            _ => "it does not go to the tenant".to_owned(),
        };
        *ways.entry(way).or_default() += 1;
    }
    if ways.len() == 1 {
        return ways.into_keys().collect();
    }
    ways.into_iter().map(|(way, n)| format!("for {n} of them {way}")).collect::<Vec<_>>().join(", ")
}
