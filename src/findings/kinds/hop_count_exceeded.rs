//! MR-27: a server gave up because the message had passed through too many.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{for_each, quoted, who};
use crate::model::event::EventId;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "hop-count-exceeded",
    title: "Given up as a loop: too many hops",
    shown: Shown::Loops,
    severity: Severity::Critical,
    confidence: Confidence::Certain,
    caused_by: &["hybrid-loop", "gateway-loop", "forwarding-loop", "rra-primary-domain"],
    means: "Every server adds a line to the message's header, and a server that counts too many of them gives up: the \
            message goes in circles. Part of the circle may lie outside these logs.",
    proof: "FAIL with 5.4.6 or 5.4.14 (without RESOLVER.FWD.Loop), or one that says hop count exceeded or too many hops. Low severity where \
            the domain is foreign and nothing came back here: then it circles elsewhere.",
    mend: "Find the circle and mend its cause. Raising the limit only makes it longer.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if case.leaf.decision != Decision::Failed {
        return None;
    }
    let status = &case.leaf.status;
    let code = matches!(case.code(), Some((5, 4, 6 | 14))) && case.tag() != b"RESOLVER.FWD.Loop";
    let says = || {
        let text = case.text(status.text).to_ascii_lowercase();
        [&b"hop count exceeded"[..], b"too many hops"]
            .iter()
            .any(|w| memchr::memmem::find(&text, w).is_some())
    };
    if !code && !says() {
        return None;
    }
    let row = case.rows(EventId::Fail).last();
    let peer = row.map(|r| case.peer_of(r)).unwrap_or_default();
    let mut sighting = Sighting::new(&KIND, case)
        .domain(case.domain())
        .connector(case.text(case.leaf.connector))
        .peer(&peer);
    // Who wrote that it is over; the peer is who said why.
    sighting.detail = case.text(case.leaf.server).to_vec();
    sighting.shape = case.round().map(|r| case.shape(&r));
    sighting.proof = case.proof();
    // What went out once and was given up elsewhere goes round elsewhere.
    if sighting.shape.is_none() && case.norms.is_foreign(case.domain()) {
        sighting.severity = Severity::Low;
    }
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let way = t.shape.map(|_| format!(" It went round over {}.", t.members().join(" and ")));
    let whose = who(t);
    let said = match (t.peer.as_str(), t.detail.as_str()) {
        ("", "") => format!("Mail for {whose} was given up: too many hops."),
        ("", server) => format!("{server} gave up mail for {whose}: too many hops."),
        (peer, "") => format!("{peer} refused mail for {whose}, too many hops, and it was given up."),
        (peer, server) => format!("{peer} refused mail for {whose}, too many hops, and {server} gave it up."),
    };
    let cause = format!("{said}{}", way.unwrap_or_else(|| " The circle lies outside these logs.".to_owned()));
    let fix = for_each(t, |a| {
        format!("Get-Recipient {} | Format-List RecipientTypeDetails,ExternalEmailAddress", quoted(a))
    });
    (cause, fix)
}
