//! MR-42: a mailbox is here, and its mail is sent away.

use crate::findings::case::Case;
use crate::findings::expected::Expected;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::{Decision, Step};
use crate::model::name::domain_of;
use crate::topology::recipient::{Kind as Sort, Recipient};
use crate::topology::{Export, Topology};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "mailbox-with-target",
    title: "A mailbox is here, and its mail is sent elsewhere",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "The user has a mailbox here and works with it, and the user's object also holds a target address. The target \
            address wins: new mail goes there, and the mailbox gets nothing more. Such target addresses are left over from \
            migrations, or written by tools that manage the directory.",
    proof: "With exports: the mailbox has a target address, and mail for it was not stored (high confidence). Without: mail was \
            delivered to the address, later the directory rewrote the same address to one in another domain and \
            the mail left, and an hour or more after that the address still sent mail from a mailbox here. Medium \
            confidence: after a move somebody else's mailbox here may be allowed to send under that address.",
    mend: "Clear the targetAddress of the user if the mailbox here is the right one.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    match case.told_by(&[Export::Mailboxes]) {
        Some(expected) if expected.owner().is_some() => by_exports(case, expected),
        _ => by_log(case),
    }
}

/// The export of mailboxes says it, and here is mail that did not get there.
fn by_exports(case: &Case<'_>, expected: &Expected<'_>) -> Option<Sighting> {
    let (owner, target) = expected.mailbox_with_target()?;
    if !expected.went_by_target(case, target) {
        return None;
    }
    let mut sighting =
        Sighting::new(&KIND, case).domain(domain_of(expected.address)).address(owner.primary().as_bytes());
    sighting.confidence = expected.certainty(case.leaf.last_seen);
    sighting.detail = target.as_bytes().to_vec();
    Some(sighting.instead_of(case, (Decision::LocalDelivery, b"")))
}

fn by_log(case: &Case<'_>) -> Option<Sighting> {
    if !matches!(case.leaf.decision, Decision::SendConnector | Decision::RemoteRoutingAddress) {
        return None;
    }
    let sent_away = |(from, to)| {
        let (from, to): (&[u8], &[u8]) = (case.text(from), case.text(to));
        (domain_of(from) != domain_of(to) && case.norms.still_writes(from).is_some()).then_some((from, to))
    };
    let steps = case.leaf.via.iter().filter(|v| v.step == Step::Resolve);
    let (address, target) = steps.map(|v| v.folded).find_map(sent_away)?;
    let mut sighting = Sighting::new(&KIND, case).domain(domain_of(address)).address(address);
    sighting.detail = target.to_vec();
    sighting.span.0 = case.journey.first_seen.0;
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let told = t.norms.told().filter(|topology| topology.has(Export::Mailboxes));
    if told.is_some_and(|topology| topology.owner(t.address.as_bytes()).is_some()) {
        return (cause(&t.address, &t.detail), clear(&t.address));
    }
    let times = t.norms.still_writes(t.address.as_bytes());
    let (away, wrote) = times.map(|(a, b)| (a.to_the_second(), b.to_the_second())).unwrap_or_default();
    let cause = format!(
        "Mail for {} has been rewritten to {} since {away}. Before that it was delivered here, and at {wrote} {} \
         still sent mail from a mailbox here. Most likely the mailbox has a target address as well (inferred).",
        t.address, t.detail, t.address
    );
    let address = quoted(&t.address);
    let fix = format!(
        "Get-Recipient {address} | Format-List RecipientTypeDetails,ExternalEmailAddress,WhenChanged\n\
         # only where that is a mailbox here, and the one that is used:\n\
         Set-ADUser -Identity (Get-Mailbox {address}).DistinguishedName -Clear targetAddress"
    );
    (cause, fix)
}

/// The cmdlet that takes the target off a mailbox.
fn clear(address: &str) -> String {
    format!(
        "Get-Mailbox {} | ForEach-Object {{ Set-ADUser $_.SamAccountName -Clear targetAddress }}",
        quoted(address)
    )
}

/// Mailboxes here whose mail goes to another address all the same.
pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let mailboxes = topology.facts().recipients.iter().filter(|r| r.kind == Sort::Mailbox);
    let finding = |mailbox: &Recipient| {
        let target = mailbox.target.as_deref()?;
        let latent = Latent {
            domain: latent::domain_text(mailbox.primary()),
            address: Some(mailbox.primary().to_owned()),
            addresses: latent::primaries(&[mailbox]),
            actual: latent::happens(topology, &[mailbox]),
            cause: cause(mailbox.primary(), target),
            fix: clear(mailbox.primary()),
            ..Latent::default()
        };
        Some(latent.finding(&KIND))
    };
    mailboxes.filter_map(finding).collect()
}

fn cause(address: &str, target: &str) -> String {
    format!(
        "{address} has a mailbox here and the target address {target} as well: the target wins, and nothing is stored in \
         the mailbox."
    )
}
