//! MR-41: mail for one person is sent to another.

use crate::findings::case::Case;
use crate::findings::expected::right_target;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::{local_part, quoted};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Step;
use crate::topology::recipient::{Kind as Object, Kind as Sort, Recipient};
use crate::topology::{Export, Topology};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "wrong-person",
    title: "Mail for one person goes to another",
    shown: Shown::Misroutes,
    severity: Severity::Critical,
    confidence: Confidence::High,
    caused_by: &[],
    means: "The target address of a remote mailbox, mail user or contact is an address of somebody else here. Exchange \
            follows it, so that one person reads the other's mail, and nobody is told.",
    proof: "By the exports the target of the object with the address belongs to another object, and a RESOLVE row \
            rewrote the one to the other. Medium severity for contacts, which some point at a colleague on \
            purpose. Never found without exports: a rewritten alias looks the same.",
    mend: "Set-RemoteMailbox 'user' -RemoteRoutingAddress 'user@tenant.mail.onmicrosoft.com'",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let expected = case.told_by(&[Export::RemoteMailboxes])?;
    let (owner, other) = expected.other_person()?;
    let target = owner.target.as_deref()?.as_bytes();
    let to_other =
        |symbol| *case.text(symbol) == *target || *case.text(symbol) == *other.primary().as_bytes();
    let from_owner = |symbol| owner.addresses.iter().any(|a| a.as_bytes() == case.text(symbol));
    let mut steps = case.leaf.via.iter().filter(|v| v.step == Step::Resolve);
    steps.find(|v| from_owner(v.folded.0) && to_other(v.folded.1))?;
    let mut sighting = Sighting::new(&KIND, case)
        .domain(crate::model::name::domain_of(expected.address))
        .address(owner.primary().as_bytes());
    if owner.kind == Object::MailContact {
        sighting.severity = Severity::Medium;
    }
    sighting.confidence = expected.certainty(case.leaf.last_seen);
    sighting.detail = other.primary().as_bytes().to_vec();
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!("The target address of {} belongs to {}, who gets that mail.", t.address, t.detail);
    let topology = t.norms.told();
    let owner = topology.and_then(|t2| t2.recipient(t2.owner(t.address.as_bytes())?));
    let address = quoted(&t.address);
    let fix = match owner.map(|o| o.kind) {
        Some(Object::RemoteMailbox) => {
            let tenant = topology.and_then(latent::tenant);
            let tenant = tenant.unwrap_or_else(|| "<tenant>.mail.onmicrosoft.com".to_owned());
            let target = topology.map(|topology| right_target(topology, &t.address, &tenant));
            format!(
                "Set-RemoteMailbox {address} -RemoteRoutingAddress {}",
                quoted(&target.unwrap_or_default())
            )
        }
        Some(Object::MailContact) => {
            format!("Set-MailContact {address} -ExternalEmailAddress '<address outside>'")
        }
        Some(Object::Mailbox) => "# clear targetAddress of the mailbox:\n".to_owned() + &clear(&address),
        _ => format!("Set-MailUser {address} -ExternalEmailAddress '<address outside>'"),
    };
    (cause, fix)
}

/// The cmdlet that takes a target off a mailbox.
pub(super) fn clear(quoted_address: &str) -> String {
    format!("Set-ADUser (Get-Mailbox {quoted_address}).SamAccountName -Clear targetAddress")
}

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
