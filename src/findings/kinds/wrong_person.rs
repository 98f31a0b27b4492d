//! MR-41: mail for one person is put into the mailbox of another.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::{Decision, Step};
use crate::model::name::domain_of;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "wrong-person",
    title: "Mail for one person is delivered to another",
    shown: Shown::Misroutes,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "The target address of one person's object is the address of another person here. The directory follows it, and \
            somebody reads mail that is not theirs, without any sign of a fault.",
    proof: "Mail was delivered to the address; later the directory rewrote it to another, which had got mail before that and \
            got this one too; and an hour or more after that the first address still sent mail from a mailbox here, as no \
            second address of a mailbox does. Medium confidence: a mailbox may have been given up for another, while \
            something here still writes under its address.",
    mend: "Clear or mend the target address of the first person's object.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
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
    let times = t.norms.still_writes(t.address.as_bytes());
    let (since, wrote) = times.map(|(a, b)| (a.to_string(), b.to_string())).unwrap_or_default();
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
