//! MR-23: reports that answer reports, and floods of reports nobody can take.

use std::borrow::Cow;

use crate::findings::case::{Case, peer_name};
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::span;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::{Class, Decision};
use crate::model::name::short_host;

/// A report about a report: one is enough.
const ANSWER: u64 = 0;
/// A report from outside that failed.
const BACKSCATTER: u64 = 1;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "ndr-storm",
    title: "Delivery reports flood in, or answer each other",
    shown: Shown::Report,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "Delivery reports must never be answered by delivery reports. Where they are, two systems talk to each other \
            for ever. Where many reports from one host fail in a short time, somebody uses addresses of this \
            organisation as sender of spam, and the bounces come here.",
    proof: "A report whose reference is itself a report; or twenty or more messages with return path <> from one host \
            that fail here within an hour.",
    mend: "For backscatter: reject unknown recipients at the edge. For answering reports: switch off the automatic \
           answer at the recipient.",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let journey = case.journey;
    let at = case.leaf.last_seen.0;
    let (long, _) = case.norms.chains.before(journey.links.1, Class::Dsn);
    if journey.class == Class::Dsn && long > 0 {
        let mut sighting = Sighting::new(&KIND, case).domain(case.domain());
        sighting.signs = vec![Sign::new(case, at, ANSWER)];
        return Some(sighting);
    }
    let failed = matches!(case.leaf.decision, Decision::Failed | Decision::RecipientNotFound);
    let from = brought_by(case);
    if !failed || !journey.null_path || journey.entered_by_smtp != Some(true) || from.is_empty() {
        return None;
    }
    let mut sighting = Sighting::new(&KIND, case).peer(&from);
    sighting.signs = vec![Sign::new(case, at, BACKSCATTER)];
    Some(sighting)
}

/// Who brought the message: behind a front end, which is one of the own servers, the address that it noted.
pub(super) fn brought_by<'a>(case: &Case<'a>) -> Cow<'a, [u8]> {
    let (peer, origin) = case.journey.came_from;
    let host = case.text(peer);
    let own = case.norms.end_of(&short_host(host)).is_some();
    peer_name(if own || host.is_empty() { case.text(origin) } else { host })
}

fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    let Thresholds { storm_failures, storm_span, .. } = *thresholds;
    signs.iter().any(|s| s.sort == ANSWER) || within(signs, BACKSCATTER, storm_failures, storm_span)
}

/// Whether so many signs of one sort lie within so many ms; they are in order.
fn within(signs: &[Sign], sort: u64, least: usize, span: i64) -> bool {
    let times: Vec<i64> = signs.iter().filter(|s| s.sort == sort).map(|s| s.time).collect();
    times.windows(least).any(|w| match w {
        [first, .., last] => last - first <= span,
        _ => false,
    })
}

fn tell(t: &Telling<'_>) -> (String, String) {
    if t.peer.is_empty() {
        let cause = format!("Delivery reports to {} are answered by delivery reports.", t.domain);
        return (
            cause,
            "# switch off what answers: an automatic reply, or a system that reports on reports".to_owned(),
        );
    }
    let cause = format!(
        "{} brought delivery reports for addresses that cannot take them, many within {}.",
        t.peer,
        span(t.norms.thresholds.storm_span)
    );
    (
        cause,
        "Set-RecipientFilterConfig -RecipientValidationEnabled $true  # where the mail comes in".to_owned(),
    )
}
