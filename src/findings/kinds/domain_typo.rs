//! MR-31: a domain that does not exist, and looks like one that mail goes to all the time.

use crate::findings::case::{Case, is_nowhere};
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::quoted;
use crate::model::event::{EventId, Source};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Hop;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "domain-typo",
    title: "A domain that does not exist looks like one that mail often goes to",
    shown: Shown::Report,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "Somebody types an address wrongly, or a list or an address book holds a wrong one. The mail is lost, and where somebody \
            registers the mistyped domain one day, it is read by strangers.",
    proof: "FAIL that says the domain does not exist (5.4.4 or 5.4.310; or 4.4.7 after DNS had found nothing), no mail \
            for it ever left, and it differs by one or two letters (left out, added, wrong, or two in the wrong order) \
            from a domain of the organisation or from one that fifty times as much mail left for. Digits and hyphens \
            do not count, nor two letters in a name of less than eight.",
    mend: "Tell the senders; reject mail for the mistyped domain by a transport rule that names the right one.",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if !is_nowhere(case.leaf, case.names) {
        return None;
    }
    let (meant, often) = case.norms.typos.meant(case.domain())?;
    let asked = |h: &Hop| {
        let code = h.status.code.is_some_and(|c| (c.subject, c.detail) == (4, 312));
        h.event == EventId::Defer
            && (h.source == Source::Dns || code || case.text(h.status.tag).starts_with(DNS))
    };
    let expired = case.code().is_some_and(|(_, subject, detail)| (subject, detail) == (4, 7));
    if expired && !case.leaf.hops.iter().any(asked) {
        return None;
    }
    let mut sighting = Sighting::new(&KIND, case).domain(case.domain());
    sighting.detail = meant.to_vec();
    sighting.signs = vec![Sign::new(case, case.leaf.last_seen.0, often)];
    Some(sighting)
}

/// Tokens of what DNS said.
const DNS: &[u8] = b"SMTPSEND.DNS.";

/// The sort of each sign says how much mail the right domain gets.
fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    let times = (signs.len() as u64).saturating_mul(thresholds.typo_times);
    signs.first().is_some_and(|s| s.sort >= times)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!("{} does not exist. Most likely {} is meant (inferred).", t.domain, t.detail);
    let fix = format!(
        "New-TransportRule -Name {} -RecipientDomainIs {} -RejectMessageReasonText {}",
        quoted(&format!("No such domain {}", t.domain)),
        quoted(&t.domain),
        quoted(&format!("{} does not exist. Do you mean {}?", t.domain, t.detail))
    );
    (cause, fix)
}
