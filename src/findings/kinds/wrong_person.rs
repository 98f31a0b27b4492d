//! MR-41: mail for one person is sent to another.

use crate::findings::case::Case;
use crate::findings::expected::{Expected, set_target};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::{Decision, Step};
use crate::model::name::domain_of;
use crate::topology::recipient::{Kind as Sort, Recipient};
use crate::topology::{Export, Topology};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "wrong-person",
    title: "Mail for one person goes to another",
    shown: Shown::Misroutes,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "The target address of a remote mailbox, mail user or contact is an address of somebody else here. Exchange \
            follows it, so that one person reads the other's mail, and nobody is told.",
    proof: "With exports: the target of the object with the address belongs to another object, and a RESOLVE row rewrote \
            the one to the other; high confidence, and low severity for contacts, which some point at a colleague on \
            purpose. Without: mail was delivered to the address; later the directory rewrote it to another, which had \
            got mail before that and got this one too; and an hour or more after that the first address still sent mail \
            from a mailbox here, as no second address of a mailbox does. Medium confidence: a mailbox may have been given \
            up for another, while something here still writes under its address.",
    mend: "Set-RemoteMailbox 'user' -RemoteRoutingAddress 'user@tenant.mail.onmicrosoft.com'",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    match case.told_by(&[Export::RemoteMailboxes]) {
        Some(expected) if expected.owner().is_some() => by_exports(case, expected),
        _ => by_log(case),
    }
}

fn by_exports(case: &Case<'_>, expected: &Expected<'_>) -> Option<Sighting> {
    let (owner, other) = expected.other_person()?;
    let target = owner.target.as_deref()?.as_bytes();
    let to_other =
        |symbol| *case.text(symbol) == *target || *case.text(symbol) == *other.primary().as_bytes();
    let from_owner = |symbol| owner.addresses.iter().any(|a| a.as_bytes() == case.text(symbol));
    let mut steps = case.leaf.via.iter().filter(|v| v.step == Step::Resolve);
    steps.find(|v| from_owner(v.folded.0) && to_other(v.folded.1))?;
    let mut sighting =
        Sighting::new(&KIND, case).domain(domain_of(expected.address)).address(owner.primary().as_bytes());
    if owner.kind == Sort::MailContact {
        sighting.severity = Severity::Low;
    }
    sighting.confidence = expected.certainty(case.leaf.last_seen);
    sighting.detail = other.primary().as_bytes().to_vec();
    let route = match owner.kind {
        Sort::RemoteMailbox => expected.cloud_route(),
        Sort::Mailbox => (Decision::LocalDelivery, &b""[..]),
        _ => (Decision::SendConnector, &b""[..]),
    };
    Some(sighting.instead_of(case, route))
}

fn by_log(case: &Case<'_>) -> Option<Sighting> {
    if case.leaf.decision != Decision::LocalDelivery {
        return None;
    }
    let step = case.leaf.via.last().filter(|v| v.step == Step::Resolve)?;
    let (from, to) = (case.text(step.folded.0), case.address());
    let (since, _) = case.norms.still_writes(from)?;
    if from == to || case.norms.stands_since(to)? >= since {
        return None;
    }
    let mut sighting = Sighting::new(&KIND, case).domain(domain_of(from)).address(from);
    sighting.detail = to.to_vec();
    sighting.span.0 = case.journey.first_seen.0;
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let told = t.norms.told().filter(|topology| topology.has(Export::RemoteMailboxes));
    match told.filter(|topology| topology.owner(t.address.as_bytes()).is_some()) {
        Some(topology) => tell_by_exports(t, topology),
        None => tell_by_log(t),
    }
}

fn tell_by_log(t: &Telling<'_>) -> (String, String) {
    let times = t.norms.still_writes(t.address.as_bytes());
    let (since, wrote) = times.map(|(a, b)| (a.to_the_second(), b.to_the_second())).unwrap_or_default();
    let cause = format!(
        "Mail for {} has been put into the mailbox of {} since {since}. Before that it was delivered to {} itself, which \
         still sent mail from a mailbox here at {wrote}. Most likely its target address is the other's (inferred).",
        t.address, t.detail, t.address
    );
    let (address, other) = (quoted(&t.address), quoted(&t.detail));
    let fix = format!(
        "Get-Recipient {address} | Format-List Name,RecipientTypeDetails,EmailAddresses,ExternalEmailAddress,WhenChanged\n\
         Get-Recipient {other} | Format-List Name,RecipientTypeDetails,EmailAddresses,WhenChanged\n\
         # only where the two are two people, and the first has its mailbox here:\n\
         Set-ADUser -Identity (Get-Mailbox {address}).DistinguishedName -Clear targetAddress"
    );
    (cause, fix)
}

fn tell_by_exports(t: &Telling<'_>, topology: &Topology) -> (String, String) {
    let cause = format!("The target address of {} belongs to {}, who gets that mail.", t.address, t.detail);
    let owner = topology.owner(t.address.as_bytes()).and_then(|n| topology.recipient(n));
    (cause, owner.map_or_else(String::new, |owner| fix(topology, owner)))
}

/// What gives the mail of a recipient back to it.
fn fix(topology: &Topology, owner: &Recipient) -> String {
    let address = quoted(owner.primary());
    let cmdlet = match owner.kind {
        Sort::RemoteMailbox => {
            let tenant = latent::tenant(topology);
            let tenant = tenant.unwrap_or_else(|| "tenant.mail.onmicrosoft.com".to_owned());
            return set_target(topology, owner.primary(), &tenant);
        }
        Sort::Mailbox => {
            return format!(
                "Get-Mailbox {address} | ForEach-Object {{ Set-ADUser $_.SamAccountName -Clear targetAddress }}"
            );
        }
        Sort::MailContact => "MailContact",
        _ => "MailUser",
    };
    format!(
        "# put the address where the mail really belongs in place of the last one\n\
         Set-{cmdlet} {address} -ExternalEmailAddress 'user@example.com'"
    )
}

pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let recipients = (0..).zip(&topology.facts().recipients);
    recipients.filter_map(|(number, r)| finding(topology, number, r)).collect()
}

fn finding(topology: &Topology, number: u32, r: &Recipient) -> Option<Finding> {
    let target = r.target.as_deref()?;
    let other = topology.owner(target.as_bytes()).filter(|o| *o != number)?;
    let other = topology.recipient(other)?;
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
        fix: fix(topology, r),
        ..Latent::default()
    };
    let finding = latent.finding(&KIND);
    Some(if r.kind == Sort::MailContact { Finding { severity: Severity::Low, ..finding } } else { finding })
}
