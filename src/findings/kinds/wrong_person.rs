//! MR-41: one recipient's mail goes to another.

use crate::findings::kind::{Kind, Shown};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{local_part, quoted};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::topology::Topology;
use crate::topology::recipient::{Kind as Sort, Recipient};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "wrong-person",
    title: "A target address belongs to somebody else",
    shown: Shown::Misroutes,
    severity: Severity::Critical,
    confidence: Confidence::High,
    caused_by: &[],
    means: "An object says that its mail goes to an address which another recipient of the directory has. Exchange takes \
            it as mail for that other one, without a word to anybody: somebody reads what was not meant for them. \
            A contact that leads to a mailbox here may be meant so: low severity.",
    proof: "Needs the exports of recipients: the remote routing address or external address of one is an address of another.",
    mend: "Set-RemoteMailbox 'user' -RemoteRoutingAddress 'user@tenant.mail.onmicrosoft.com'",
    judge: |_| Vec::new(),
    enough: None,
    tell: |_| (String::new(), String::new()),
};

pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let tenant = latent::tenant(topology);
    let recipients = (0..).zip(&topology.facts().recipients);
    recipients.filter_map(|(number, r)| finding(topology, (number, r), tenant.as_deref())).collect()
}

fn finding(topology: &Topology, (number, r): (u32, &Recipient), tenant: Option<&str>) -> Option<Finding> {
    let target = r.target.as_deref()?;
    let other = topology.owner(target.as_bytes()).filter(|o| *o != number)?;
    let other = topology.recipient(other)?;
    let example = format!("{}@{}", local_part(r.primary()), tenant.unwrap_or("tenant.mail.onmicrosoft.com"));
    let fix = match r.kind {
        Sort::RemoteMailbox => {
            format!("Set-RemoteMailbox {} -RemoteRoutingAddress {}", quoted(r.primary()), quoted(&example))
        }
        Sort::Mailbox => format!(
            "Get-Mailbox {} | ForEach-Object {{ Set-ADUser $_.SamAccountName -Clear targetAddress }}",
            quoted(r.primary())
        ),
        kind => {
            let cmdlet = if kind == Sort::MailContact { "MailContact" } else { "MailUser" };
            let set =
                format!("Set-{cmdlet} {} -ExternalEmailAddress 'user@example.com'", quoted(r.primary()));
            format!("# put the address where the mail really belongs in place of the last one\n{set}")
        }
    };
    let latent = Latent {
        domain: latent::domain_text(r.primary()),
        address: Some(r.primary().to_owned()),
        addresses: vec![r.primary().to_owned()],
        actual: latent::happens(topology, &[r]),
        cause: format!(
            "Mail for the {} {} goes to {target}, which is an address of the {} {}.",
            r.kind.in_words(),
            r.primary(),
            other.kind.in_words(),
            other.primary()
        ),
        fix,
        ..Latent::default()
    };
    let finding = latent.finding(&KIND);
    Some(if r.kind == Sort::MailContact { Finding { severity: Severity::Low, ..finding } } else { finding })
}
