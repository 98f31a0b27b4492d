//! MR-36: a server kept a message far longer than usual.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::event::EventId;
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "delay-outlier",
    title: "A server kept mail far longer than usual",
    shown: Shown::Report,
    severity: Severity::Low,
    confidence: Confidence::High,
    caused_by: &["next-hop-down"],
    means: "Most mail passes this server by this connector in seconds; some took many times longer. The next hop was \
            down, the server was short of memory or disk (back pressure), or it waited for the directory (30 minutes).",
    proof: "From arrival to send on one server, by one clock: more than five minutes and more than three times the \
            99th percentile for that server and connector.",
    mend: "Get-Queue, and the application log of the server for back pressure.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let rows = || case.leaf.hops.iter().filter(|h| matches!(h.event, EventId::Send | EventId::SendExternal));
    let slow = case
        .journey
        .stays
        .iter()
        // What is slow is never less than this, and which it is on a server is longer to look up.
        .filter(|s| s.ms > case.norms.thresholds.delay_least)
        .filter(|s| s.ms > case.norms.slow(case.text(s.server), case.text(s.connector)))
        .filter_map(|s| {
            let row = rows().find(|h| (h.server, h.connector, h.time) == (s.server, s.connector, s.sent))?;
            Some((s, row))
        })
        .max_by_key(|(s, row)| (s.ms, std::cmp::Reverse(row.time)));
    let (stay, row) = slow?;
    let mut sighting =
        Sighting::new(&KIND, case).connector(case.text(stay.connector)).peer(case.text(stay.server));
    sighting.span = (stay.sent.0 - stay.ms, stay.sent.0);
    sighting.proof = vec![row.evidence];
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let usual = t.norms.slow(t.peer.as_bytes(), t.connector.as_bytes());
    let by = if t.connector.is_empty() {
        String::new()
    } else {
        format!(" before it sent it by '{}'", t.connector)
    };
    let cause = format!(
        "{} kept mail longer than {} s{by}; nearly all other mail is far quicker.",
        t.peer,
        usual / 1000
    );
    (
        cause,
        format!("Get-Queue -Server {} | Format-List Identity,Status,LastError,MessageCount", quoted(&t.peer)),
    )
}
