//! MR-09: nobody has the address, and two systems hand its mail to each other.

use crate::findings::case::{Case, EXCHANGE_ONLINE, peer_name};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{quoted, who};
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "internal-relay-ping-pong",
    title: "Two systems that share a domain hand mail to each other",
    shown: Shown::Loops,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "Two mail systems share a domain, and each hands on what it does not know: InternalRelay here, and something \
            like it there. Mail for an address that neither has goes to and fro until a hop count ends it. A mistyped \
            address is enough.",
    proof: "Two or more sends of one address by one connector to the same host, each brought back by that host, the address \
            never rewritten. The connector is there for the domain: half or more of what it carries is for it, and \
            three or more recipients of the domain went by it and stayed there, so the host is the other system and no \
            service that gives mail back. Neither Exchange Online nor a server whose log is here is taken for one. \
            That both sides relay is inferred.",
    mend: "One of the two must have the last word: it answers for addresses it does not know (Authoritative) instead of \
           handing them on.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let round = case.circle()?;
    let first = round.exits.first()?;
    let connector = case.text(first.hop.connector);
    let (norms, address) = (case.norms, case.address());
    let unchanged = case.leaf.via.is_empty() && case.exits.iter().all(|e| *e.address == *address);
    let system =
        *first.peer != *EXCHANGE_ONLINE && !norms.is_service(&first.peer) && !case.is_ours(&first.peer);
    let general = norms.is_default(connector) || norms.is_hybrid(connector);
    if !unchanged || !system || general || !norms.roads.is_own(first.domain(), connector) {
        return None;
    }
    // A front end stands between, and names itself.
    let by_it = |host: &[u8]| host.is_empty() || *peer_name(host) == *first.peer || case.is_ours(host);
    let two =
        round.exits.iter().all(|e| e.peer == first.peer && e.back.is_some_and(|b| by_it(case.text(b.peer))));
    if !two {
        return None;
    }
    let mut sighting = Sighting::at_exit(&KIND, case, first);
    sighting.shape = Some(case.shape(&round));
    sighting.span.0 = first.hop.time.0;
    sighting.proof = case.proof();
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "Mail for {} goes to {} by '{}' and comes back: neither side has the address, and each hands on what it does \
         not know (inferred). Other mail for {} stays there.",
        who(t),
        t.peer,
        t.connector,
        t.domain
    );
    let domain = quoted(&t.domain);
    let fix = format!(
        "Get-AcceptedDomain | Where-Object {{ $_.DomainName -eq {domain} }} | Format-List Name,DomainType\n\
         # either {} must refuse addresses it does not know; or, if every address of the domain is in the directory here:\n\
         Set-AcceptedDomain {domain} -DomainType Authoritative  # the name of the accepted domain, if it is another",
        crate::findings::words::in_comment(&t.peer)
    );
    (cause, fix)
}
