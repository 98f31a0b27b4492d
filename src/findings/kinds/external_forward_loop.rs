//! MR-21: a mailbox forwards to the outside, and the outside forwards back.

use crate::findings::case::{Case, Shape};
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::{Decision, Step};
use crate::model::name::domain_of;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "external-forward-loop",
    title: "A mailbox forwards outside, and from there it comes back",
    shown: Shown::Loops,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "A mailbox forwards to an address outside, often the owner's private one, and that forwards back. Each turn is a \
            new message, so no hop count ends it.",
    proof: "Five or more messages within ten minutes of one sender outside to one address here, each forwarded (REDIRECT) to \
            that very sender and sent out, none smaller than the one before. Subjects are not looked at: that whoever writes \
            gets it back, again and again, is the evidence. Forwarding by inbox rules leaves no such row and is not seen.",
    mend: "Set-Mailbox 'mailbox' -ForwardingAddress $null -ForwardingSmtpAddress $null",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let (journey, leaf) = (case.journey, case.leaf);
    let left = matches!(leaf.decision, Decision::SendConnector | Decision::RemoteRoutingAddress);
    if !left || journey.sender_folded != leaf.folded.1 || case.norms.is_org(case.domain()) {
        return None;
    }
    let step = leaf.via.iter().rfind(|v| v.step == Step::Redirect)?;
    let mailbox = case.text(step.folded.0);
    let mut sighting = Sighting::new(&KIND, case).domain(domain_of(mailbox)).address(mailbox);
    sighting.signs = vec![Sign::new(case, journey.first_seen.0, journey.size_bytes.unwrap_or(0))];
    sighting.span.0 = journey.first_seen.0;
    sighting.detail = case.address().to_vec();
    let members = vec![mailbox.to_vec(), case.address().to_vec()];
    sighting.shape =
        Some(Shape { laps: 1, members, period_ms: None, ended: "nothing that shows here".to_owned() });
    Some(sighting)
}

/// Whether so many come in time, and none is smaller than the one before: what is forwarded keeps what it had. The
/// sort of a sign is the size.
fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    signs.windows(thresholds.turns_sent_back).any(|w| match w {
        [first, .., last] => {
            last.time - first.time <= thresholds.turns_span && w.is_sorted_by_key(|s| s.sort)
        }
        _ => false,
    })
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "{} forwards to {}, and from there the mail comes back as new mail, {} times so far.",
        t.address, t.detail, t.messages
    );
    let address = quoted(&t.address);
    let fix = format!(
        "Get-Mailbox {address} | Format-List ForwardingAddress,ForwardingSmtpAddress,DeliverToMailboxAndForward\n\
         Set-Mailbox {address} -ForwardingAddress $null -ForwardingSmtpAddress $null  # or the owner ends the forwarding at {}",
        crate::findings::words::in_comment(&t.detail)
    );
    (cause, fix)
}
