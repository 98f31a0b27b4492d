//! MR-28: one server gets the same message again and again.

use hashbrown::HashMap;

use crate::findings::case::{Case, Shape};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::thresholds::RECEIVES;
use crate::findings::words::{for_each, quoted};
use crate::model::event::{EventId, Source};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Hop;
use crate::model::name::{Symbol, domain_of, fold_case};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "repeated-receive",
    title: "A server gets the same message again and again",
    shown: Shown::Loops,
    severity: Severity::Medium,
    confidence: Confidence::High,
    caused_by: &["hybrid-loop", "gateway-loop", "forwarding-loop", "rra-primary-domain"],
    means: "A server took a message in, sent it away, and got it again, and again. That shows a loop long before any \
            hop count ends it, also between servers of the organisation.",
    proof: "Three or more arrivals by SMTP of one message for one address on one server, each but the first after \
            that server had sent it away. High severity from five on.",
    mend: "Follow one message with `mailtrail trace` and see who sends it back.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let mut address = Vec::new();
    // By server and address: arrivals that count, and whether it was sent away since.
    let mut seen: HashMap<(Symbol, Vec<u8>), (Vec<&Hop>, bool)> = HashMap::new();
    for hop in &case.leaf.hops {
        fold_case(case.text(hop.address), &mut address);
        match hop.event {
            EventId::Receive if hop.source == Source::Smtp => {
                let (arrivals, away) = seen.entry((hop.server, address.clone())).or_default();
                if arrivals.is_empty() || *away {
                    arrivals.push(hop);
                    *away = false;
                }
            }
            EventId::Send | EventId::SendExternal => {
                seen.iter_mut()
                    .filter(|((s, _), _)| *s == hop.server)
                    .for_each(|(_, (_, away))| *away = true);
            }
            _ => {}
        }
    }
    let rank = |((server, address), (arrivals, _)): &((Symbol, Vec<u8>), (Vec<&Hop>, bool))| {
        (arrivals.len(), std::cmp::Reverse(case.text(*server)), std::cmp::Reverse(address.clone()))
    };
    let ((server, address), (arrivals, _)) = seen.into_iter().max_by_key(rank)?;
    let n = arrivals.len() as u32;
    if n < RECEIVES.0 {
        return None;
    }
    let server = case.text(server);
    let mut sighting = Sighting::new(&KIND, case).domain(domain_of(&address)).peer(server);
    if n >= RECEIVES.1 {
        sighting.severity = Severity::High;
    }
    sighting.span.0 = arrivals.first().map_or(sighting.span.0, |h| h.time.0);
    sighting.proof = arrivals.iter().take(3).map(|h| h.evidence).collect();
    sighting.shape = Some(match case.circle() {
        Some(round) => case.shape(&round),
        None => inside(case, server, &arrivals),
    });
    Some(sighting)
}

/// A way round between servers of the organisation: who brought it each time.
fn inside(case: &Case<'_>, server: &[u8], arrivals: &[&Hop]) -> Shape {
    let mut members = vec![server.to_vec()];
    for hop in arrivals.iter().skip(1) {
        let peer = crate::findings::case::peer_name(case.text(hop.peer)).into_owned();
        if !peer.is_empty() && !members.contains(&peer) {
            members.push(peer);
        }
    }
    let mut gaps: Vec<i64> = arrivals
        .windows(2)
        .filter_map(|pair| if let [a, b] = pair { Some(b.time.0 - a.time.0) } else { None })
        .collect();
    gaps.sort_unstable();
    let period_ms = gaps.get(gaps.len().saturating_sub(1) / 2).copied();
    Shape { laps: arrivals.len().saturating_sub(1) as u32, members, period_ms, ended: case.ended() }
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let laps = t.shape.map_or(0, |s| s.laps);
    let members: Vec<String> = t
        .shape
        .iter()
        .flat_map(|s| s.members.iter().skip(1))
        .map(|m| String::from_utf8_lossy(m).into_owned())
        .collect();
    let by = if members.is_empty() { String::new() } else { format!(" by {}", members.join(" and ")) };
    let cause =
        format!("{} sent mail for {} away and got it back{by}, up to {laps} times.", t.peer, t.domain);
    (cause, for_each(t, |a| format!("mailtrail trace <logs> --recipient {}", quoted(a))))
}
