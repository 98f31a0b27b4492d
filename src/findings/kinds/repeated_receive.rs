//! MR-28: one server gets the same message again and again.

use hashbrown::HashMap;

use crate::findings::case::{Case, Shape, goes_on, is_return, peer_name};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{for_each, quoted, who};
use crate::model::event::{EventId, Source};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Hop;
use crate::model::name::{Frozen, Symbol, domain_of, fold_case, short_host};

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
            that server had sent it to the same host. What arrives no larger than before is mostly a repetition, \
            not a return. High severity from five on.",
    mend: "Follow one message with `mailtrail trace` and see who sends it back.",
    judge,
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Vec<Sighting> {
    // Nearly all mail arrives less often, on whatever server and for whatever address.
    let by_smtp = |hop: &&Hop| hop.event == EventId::Receive && hop.source == Source::Smtp;
    if case.leaf.hops.iter().filter(by_smtp).count() < case.norms.thresholds.receives as usize {
        return Vec::new();
    }
    let on_and_on = goes_on(case.leaf, &case.norms.thresholds);
    let mut address = Vec::new();
    let mut seen: HashMap<(Symbol, Vec<u8>), Visits<'_>> = HashMap::new();
    for hop in &case.leaf.hops {
        fold_case(case.text(hop.address), &mut address);
        match hop.event {
            EventId::Receive if hop.source == Source::Smtp => {
                seen.entry((hop.server, address.clone())).or_default().arrive(hop, (case.names, on_and_on));
            }
            EventId::Send | EventId::SendExternal => {
                // To its own mailbox service a server does not send it away.
                let to = peer_name(case.text(hop.peer)).into_owned();
                if *short_host(&to) != *case.text(hop.server) {
                    let here = seen.iter_mut().filter(|((server, _), _)| *server == hop.server);
                    here.for_each(|(_, visits)| visits.away = Some(to.clone()));
                }
            }
            _ => {}
        }
    }
    let again = seen.into_iter().filter(|(_, visits)| visits.most() as u32 >= case.norms.thresholds.receives);
    let mut again: Vec<_> =
        again.map(|((server, address), visits)| (case.text(server), address, visits)).collect();
    again.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    again.into_iter().map(|(server, address, visits)| sighting(case, server, &address, &visits)).collect()
}

fn sighting(case: &Case<'_>, server: &[u8], address: &[u8], visits: &Visits<'_>) -> Sighting {
    let arrivals = &visits.arrivals;
    let mut sighting = Sighting::new(&KIND, case).domain(domain_of(address)).peer(server);
    if visits.most() as u32 >= case.norms.thresholds.receives_grave {
        sighting.severity = Severity::High;
    }
    sighting.span.0 = arrivals.first().map_or(sighting.span.0, |h| h.time.0);
    sighting.proof = arrivals.iter().take(3).map(|h| h.evidence).collect();
    sighting.shape = Some(match case.circle() {
        Some(round) => case.shape(&round),
        None => inside(case, server, arrivals),
    });
    sighting
}

/// The arrivals on one server for one address.
#[derive(Default)]
struct Visits<'h> {
    arrivals: Vec<&'h Hop>,
    /// To whom it was sent since the last arrival.
    away: Option<Vec<u8>>,
    /// Returns by the host it had been sent to: only the same way twice is a circle.
    returns: HashMap<Vec<u8>, usize>,
}

impl<'h> Visits<'h> {
    fn arrive(&mut self, hop: &'h Hop, how: (&Frozen, bool)) {
        let before = self.arrivals.last().copied();
        match self.away.take() {
            Some(to) if is_return(hop, &to, before, how) => *self.returns.entry(to).or_default() += 1,
            None if before.is_none() => {}
            _ => return,
        }
        self.arrivals.push(hop);
    }

    /// The first arrival and the returns by one way.
    fn most(&self) -> usize {
        1 + self.returns.values().max().copied().unwrap_or(0)
    }
}

/// A way round between servers of the organisation: who brought it each time.
fn inside(case: &Case<'_>, server: &[u8], arrivals: &[&Hop]) -> Shape {
    let mut members = vec![server.to_vec()];
    for hop in arrivals.iter().skip(1) {
        let peer = peer_name(case.text(hop.peer)).into_owned();
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
    let by = match &t.members()[..] {
        [_, others @ ..] if !others.is_empty() => format!(" by {}", others.join(" and ")),
        _ => String::new(),
    };
    let cause = format!("{} sent mail for {} away and got it back{by}, up to {laps} times.", t.peer, who(t));
    (cause, for_each(t, |a| format!("mailtrail trace <logs> --recipient {}", quoted(a))))
}
