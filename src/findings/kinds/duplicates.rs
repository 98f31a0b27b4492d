//! MR-38: a message was brought to one mailbox more than once.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::model::event::{EventId, Source};
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "duplicates",
    title: "A message was brought to one mailbox more than once",
    shown: Shown::Report,
    severity: Severity::Low,
    confidence: Confidence::High,
    caused_by: &[],
    means: "Two copies of one message reached one mailbox. Exchange mostly sees that and keeps one (DUPLICATEDELIVER). \
            Usually a connection broke just after the message was taken, and it was sent again.",
    proof: "DELIVER or DUPLICATEDELIVER twice for one message and recipient, without a return between, and the message \
            was not resubmitted from Safety Net or shadow redundancy, which is ordinary.",
    mend: "Nothing, if it is rare. If not: look for broken connections and timeouts on the way.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if case.journey.resubmitted || case.leaf.deliveries < 2 {
        return None;
    }
    let mut stored = None;
    for hop in &case.leaf.hops {
        match hop.event {
            EventId::Deliver | EventId::DuplicateDeliver => {
                if stored.is_some() {
                    let mut sighting = Sighting::new(&KIND, case).peer(case.text(hop.server));
                    sighting.span = (hop.time.0, hop.time.0);
                    sighting.proof = stored.into_iter().chain([hop.evidence]).collect();
                    return Some(sighting);
                }
                stored = Some(hop.evidence);
            }
            EventId::Receive if hop.source == Source::Smtp && !case.exits.is_empty() => stored = None,
            _ => {}
        }
    }
    None
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!("{} brought mail to a mailbox that already had it.", t.peer);
    (cause, "# nothing to mend unless it is frequent; then look for broken connections on the way".to_owned())
}
