//! MR-20: inbox rules of two mailboxes that forward to each other.

use crate::findings::case::{Case, Shape};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::event::EventId;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Class;
use crate::model::name::domain_of;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "rule-forward-loop",
    title: "Inbox rules forward to each other",
    shown: Shown::Loops,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "A rule in one mailbox forwards to another, whose rule forwards back. Each turn makes a new message, so no \
            hop count ends it; Exchange's own brake does after a few turns.",
    proof: "Three or more messages in a row, each made by an inbox rule from the one before, between the same two \
            mailboxes; or a THROTTLE row with XLoopHeaderCount, the brake itself.",
    mend: "Get-InboxRule -Mailbox 'one of them'; Disable-InboxRule",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let journey = case.journey;
    let brake = journey.remarks.iter().find(|r| r.event == EventId::Throttle);
    if brake.is_none() && journey.class != Class::Rule {
        return None;
    }
    let (sender, recipient) = (case.text(journey.sender_folded), case.text(case.leaf.folded.0));
    let pair = if sender <= recipient { (sender, recipient) } else { (recipient, sender) };
    let (long, between) = case.norms.chains.before(journey.links.1, Class::Rule);
    let chained = journey.class == Class::Rule
        && long + 1 >= case.norms.thresholds.rule_chain
        && between.is_some_and(|known| known == pair);
    if brake.is_none() && !chained {
        return None;
    }
    let mut sighting = Sighting::new(&KIND, case).domain(domain_of(pair.0)).address(pair.0);
    if let Some(brake) = brake {
        sighting.span = (brake.time.0, brake.time.0);
        sighting.proof.insert(0, brake.evidence);
    }
    let ended = if brake.is_some() { "braked by Exchange".to_owned() } else { case.ended() };
    let members = vec![pair.0.to_vec(), pair.1.to_vec()];
    sighting.shape = Some(Shape { laps: long.max(1) as u32, members, period_ms: None, ended });
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let members = t.members();
    let cause = format!("Inbox rules of {} forward to each other.", members.join(" and "));
    let fix = members.iter().map(|m| {
        format!("Get-InboxRule -Mailbox {} | Where-Object {{ $_.ForwardTo -or $_.RedirectTo -or $_.ForwardAsAttachmentTo }}", quoted(m))
    });
    (cause, fix.collect::<Vec<_>>().join("\n"))
}
