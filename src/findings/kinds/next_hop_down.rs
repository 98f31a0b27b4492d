//! MR-34: a connector's next hop does not take mail.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::findings::case::{Case, EXCHANGE_ONLINE};
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::quoted;
use crate::model::event::EventId;
use crate::model::finding::{Confidence, Severity};

/// A sign's sort is a hash of the host that was tried, even for deferrals and odd for expiries.
const DEFERRED: u64 = 0;
const EXPIRED: u64 = 1;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "next-hop-down",
    title: "A connector's next hop does not take mail",
    shown: Shown::Report,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "Mail for one send connector piles up: the host behind it is down, refuses, or cannot be reached or trusted \
            (network, DNS, certificate). Exchange tries again for two days, then returns the mail.",
    proof: "Ten or more deferrals, or three or more expiries (4.4.7), of one connector within half an hour, \
            at least half of them at one host (many hosts that each put off one mail are greylisting).",
    mend: "Test-NetConnection 'host' -Port 25; look at the status for what the host said.",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    let Thresholds { down_defers, down_expired, down_span, .. } = *thresholds;
    piles_up(signs, (DEFERRED, down_defers), down_span) || piles_up(signs, (EXPIRED, down_expired), down_span)
}

/// Whether so many signs of one sort lie within the span, at least half of them of one host: many hosts that
/// each put off one mail are greylisting.
fn piles_up(signs: &[Sign], (sort, least): (u64, usize), span: i64) -> bool {
    let signs: Vec<&Sign> = signs.iter().filter(|s| s.sort % 2 == sort).collect();
    let mut hosts: HashMap<u64, usize> = HashMap::new();
    let mut from = 0;
    for (to, sign) in signs.iter().enumerate() {
        *hosts.entry(sign.sort).or_default() += 1;
        while let Some(first) = signs.get(from).filter(|f| sign.time - f.time > span) {
            hosts.entry(first.sort).and_modify(|n| *n -= 1);
            from += 1;
        }
        let within = to + 1 - from;
        if within >= least && hosts.values().any(|n| n * 2 >= within) {
            return true;
        }
    }
    false
}

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let hops = &case.leaf.hops;
    let sort = |h: &crate::model::journey::Hop| match h.event {
        EventId::Defer if !h.delays_nothing => Some(DEFERRED),
        EventId::Fail if h.status.code.is_some_and(|c| (c.subject, c.detail) == (4, 7)) => Some(EXPIRED),
        _ => None,
    };
    // Rows that name no connector wait for the one by which the leaf went in the end, if it did.
    let later = case.text(case.leaf.connector);
    let rows: Vec<_> = hops.iter().filter_map(|h| Some((h, sort(h)?))).collect();
    let (first, last) = (rows.first()?.0, rows.last()?.0);
    let named = rows.iter().map(|(h, _)| case.text(h.connector)).find(|c| !c.is_empty());
    let connector = named.unwrap_or(later);
    if connector.is_empty() {
        return None;
    }
    let peer = rows.iter().map(|(h, _)| case.peer_of(h)).find(|p| !p.is_empty()).unwrap_or_default();
    let status = rows.iter().rev().map(|(h, _)| case.text(h.status.text)).find(|s| !s.is_empty());
    let mut sighting = Sighting::new(&KIND, case).connector(connector);
    let host = |h: &_| FixedState::default().hash_one(case.peer_of(h)) & !1;
    sighting.signs = rows.iter().map(|(h, sort)| Sign::new(case, h.time.0, host(h) | sort)).collect();
    sighting.span = (first.time.0, last.time.0);
    sighting.detail = status.unwrap_or_default().to_vec();
    sighting.shown_peer = peer.into_owned();
    sighting.proof = vec![first.evidence, last.evidence];
    sighting.proof.dedup();
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let (peer, status) = (&t.peer, &t.detail);
    let to = if peer.is_empty() { "its next hop".to_owned() } else { peer.to_owned() };
    let said = if status.is_empty() { String::new() } else { format!(" The last word was: {status}.") };
    let cause = format!("'{}' could not hand mail to {to}.{said}", t.connector);
    let mut fix = "Get-Queue | Where-Object { $_.MessageCount -gt 0 } | Format-List Identity,NextHopDomain,Status,LastError,MessageCount".to_owned();
    if !stays_inside(&t.connector) {
        fix.push_str(&format!(
            "\nGet-SendConnector {} | Format-List SmartHosts,DNSRoutingEnabled,TlsDomain",
            quoted(&t.connector)
        ));
    }
    if !peer.is_empty() && peer.as_bytes() != EXCHANGE_ONLINE {
        fix = format!("Test-NetConnection {} -Port 25\n{fix}", quoted(peer));
    }
    (cause, fix)
}

/// The connector between servers of the organisation, which no cmdlet shows.
fn stays_inside(connector: &str) -> bool {
    connector.eq_ignore_ascii_case("Intra-Organization SMTP Send Connector")
}
