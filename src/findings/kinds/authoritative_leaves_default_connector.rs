//! MR-11: mail for an own domain leaves by the connector for everything else.

use crate::findings::kind::{Kind, Shown};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{in_comment, quoted};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::topology::Topology;
use crate::topology::recipient::{Kind as Sort, Recipient};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "authoritative-leaves-default-connector",
    title: "Mail for an own domain leaves by the connector for everything else",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &["rra-primary-domain"],
    means: "Of an Authoritative domain everybody is known here, so its mail has no business with the connector to the \
            internet. It takes it where an object says that its mail goes to an address in that very domain: a mail \
            user or contact whose external address is its own.",
    proof: "Needs the exports of accepted domains, send connectors, mail users and contacts: an external address in an \
            Authoritative domain that is the object's own, and only the connector for * to take it.",
    mend: "Set-MailUser 'user' -ExternalEmailAddress 'where the mailbox really is'",
    judge: |_| Vec::new(),
    enough: None,
    tell: |_| (String::new(), String::new()),
};

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
