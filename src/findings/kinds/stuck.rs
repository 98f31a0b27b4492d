//! MR-37: mail without an end, longer than Exchange keeps any.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{quoted, span};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::{Class, Decision};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "stuck",
    title: "Mail has no end, and is too old to be still on its way",
    shown: Shown::Report,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    caused_by: &["log-gap", "next-hop-down"],
    means: "Exchange delivers a message or gives it up within two days. This one did neither in these logs, though \
            they go on for longer on the same server. It is stuck in a queue, or the log that tells its end is not here.",
    proof: "The last word is an arrival or a deferral, and the server's own log goes on for more than two days and a \
            quarter of an hour.",
    mend: "Get-Message on that server; else look for the missing logs.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    // What a moderator has not answered waits for days.
    let waits = case.journey.class == Class::Moderation;
    let open = matches!(case.leaf.decision, Decision::InTransit | Decision::Deferred) && !waits;
    let server = Some(case.text(case.leaf.last_server)).filter(|_| open)?;
    let end = case.norms.end_of(server)?;
    (end.0 - case.leaf.last_seen.0 > case.norms.thresholds.stuck_after)
        .then(|| Sighting::new(&KIND, case).peer(server))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "{} took mail of which its log tells no end, though the log goes on for more than {}.",
        t.peer,
        span(t.norms.thresholds.stuck_after)
    );
    (cause, format!("Get-Queue -Server {0}\nGet-Message -Server {0}", quoted(&t.peer)))
}
