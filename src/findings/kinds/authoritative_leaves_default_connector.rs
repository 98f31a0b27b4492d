//! MR-11: mail for an own domain leaves by the connector for everything else, unchanged.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{for_each, in_comment, quoted, who};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::topology::connector::{Load, space_fit};
use crate::topology::domain::{DomainType, Fit};
use crate::topology::recipient::{Kind as Sort, Recipient};
use crate::topology::{Export, Topology};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "authoritative-leaves-default-connector",
    title: "Mail for an own domain leaves by the default connector",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &["rra-primary-domain", "mailbox-with-target"],
    means: "The domain is Authoritative: all its people are known here. Mail for one of them nevertheless left by the \
            connector for every domain, with its address unchanged. Some object in the directory sends it out: a \
            remote mailbox, mail user or contact whose target is in the own domain.",
    proof: "By the exports the domain is Authoritative, and the connector of the send is for the address only by its \
            space *. The address is the one the message was addressed to. Never found without exports.",
    mend: "See which object has the address, and give it a target outside the own domain.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let expected = case.told_by(&[Export::AcceptedDomains, Export::SendConnectors])?;
    let exit = case.final_exit().filter(|e| *e.address == *expected.address)?;
    let (accepted, fit) = expected.topology.accepted(exit.domain())?;
    let (_, connector) = expected.topology.connector_named(case.text(exit.hop.connector))?;
    let load = Load { address: &exit.address, is_own: true, size: None, server: None };
    let closest = connector.spaces.iter().filter_map(|s| space_fit(s, &load)).min();
    let own = accepted.kind == DomainType::Authoritative && fit == Fit::Exact;
    if !own || closest != Some(Fit::Any) || case.was_stored() {
        return None;
    }
    let confidence = expected.certainty(case.leaf.last_seen);
    let remote = expected.remote().is_some();
    let route = if remote { expected.cloud_route() } else { (Decision::LocalDelivery, &b""[..]) };
    Some(Sighting { confidence, ..Sighting::at_exit(&KIND, case, exit) }.instead_of(case, route))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "{} is Authoritative, and mail for {} left unchanged by '{}', which is for every domain, to {}.",
        t.domain,
        who(t),
        t.connector,
        t.peer
    );
    let fix = for_each(t, |a| {
        format!("Get-Recipient {} | Format-List Name,RecipientTypeDetails,ExternalEmailAddress", quoted(a))
    });
    (cause, fix)
}

pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let out = latent::by_target_domain(topology, |number, r, target| {
        let domain = latent::domain_text(target).unwrap_or_default();
        matches!(r.kind, Sort::MailUser | Sort::MailContact)
            && latent::is_own_only(topology, &domain)
            && topology.owner(target.as_bytes()) == Some(number)
            && matches!(latent::only_default(topology, target), Ok(Some(_)))
    });
    let finding = |(domain, recipients): (&str, Vec<&Recipient>)| {
        let actual = latent::happens(topology, &recipients);
        let connector = actual.as_ref().and_then(|a| a.connector.clone()).unwrap_or_default();
        let line = |r: &Recipient| {
            let cmdlet = if r.kind == Sort::MailContact { "MailContact" } else { "MailUser" };
            format!("Set-{cmdlet} {} -ExternalEmailAddress 'user@example.com'", quoted(r.primary()))
        };
        let all = format!(
            "Get-Recipient -ResultSize Unlimited -RecipientType MailUser,MailContact | Where-Object {{ \
             \"$($_.ExternalEmailAddress)\" -like {} }} | Format-Table PrimarySmtpAddress,ExternalEmailAddress",
            quoted(&format!("*@{domain}"))
        );
        let latent = Latent {
            domain: Some(domain.to_owned()),
            connector: Some(connector.clone()),
            addresses: latent::primaries(&recipients),
            cause: format!(
                "The external address of {} is its own address in {domain}, which is Authoritative here: such mail goes \
                 out by {connector}, to the MX of {domain}.",
                latent::who(&recipients, "mail users and contacts")
            ),
            fix: format!(
                "# put the address where the mailbox really is, not one of {}\n{}",
                in_comment(domain),
                latent::lines(&recipients, line, &all)
            ),
            actual,
            ..Latent::default()
        };
        latent.finding(&KIND)
    };
    out.into_iter().map(finding).collect()
}
