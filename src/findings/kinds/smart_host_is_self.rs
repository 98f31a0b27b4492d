//! MR-15: a send connector leads back to where the mail comes from.

use crate::findings::case::{Case, EXCHANGE_ONLINE, Exit, peer_name};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::Latent;
use crate::findings::thresholds::Thresholds;
use crate::findings::words::{in_comment, quoted, span};
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::topology::Topology;

/// What the detail of a sighting says.
const OURS: &[u8] = b"ours";

pub(in crate::findings) static KIND: Kind = Kind {
    id: "smart-host-is-self",
    title: "A send connector leads back to where the mail comes from",
    shown: Shown::Loops,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    caused_by: &["rra-primary-domain", "internal-relay-ping-pong"],
    means: "The smart host of a send connector, or what DNS, NAT or a load balancer make of it, is a server of the \
            organisation itself, or a gateway that brings it what comes in. Whatever leaves by the connector comes in \
            again.",
    proof: "Two or more sends of one address by one connector to one host, and after them no delivery and no way by another \
            host. High confidence: the host is a server whose own log is here, and a server here received the message \
            after it. Medium: the host is none whose log is here, but brought this very message back within a minute, \
            two or more times, and nothing else that left by the connector stayed away. Exchange Online, and hosts that \
            give mail back as a service, do not count.",
    mend: "Get-SendConnector 'name' | Format-List SmartHosts; look up what the name of the smart host leads to from that \
           server, and set the right host.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let Thresholds { loop_laps, straight_back, .. } = case.norms.thresholds;
    let last = case.final_exit()?;
    let same = |e: &&Exit<'_>| {
        e.hop.connector == last.hop.connector && e.peer == last.peer && e.address == last.address
    };
    let ways: Vec<&Exit<'_>> = case.exits.iter().filter(same).collect();
    let back = ways.iter().filter(|e| e.back.is_some()).count() as u32;
    let stored = case.leaf.decision == Decision::LocalDelivery;
    if stored || back == 0 || (ways.len() as u32) < loop_laps || *last.peer == *EXCHANGE_ONLINE {
        return None;
    }
    let ours = case.is_ours(&last.peer);
    let at_once = |e: &&&Exit<'_>| {
        e.back.is_some_and(|b| {
            *peer_name(case.text(b.peer)) == *e.peer && b.time.0 - e.hop.time.0 <= straight_back
        })
    };
    let connector = case.text(last.hop.connector);
    let shut = !case.norms.is_service(&last.peer) && !case.norms.roads.is_open(connector);
    let straight = shut && ways.iter().filter(at_once).count() as u32 >= loop_laps;
    if !ours && !straight {
        return None;
    }
    let mut sighting = Sighting::new(&KIND, case).connector(connector).peer(&last.peer);
    if ours {
        sighting.confidence = Confidence::High;
        sighting.detail = OURS.to_vec();
    }
    sighting.shape = case.round().map(|r| case.shape(&r));
    sighting.span.0 = ways.first().map_or(sighting.span.0, |e| e.hop.time.0);
    sighting.proof = case.proof();
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let what = if t.detail.as_bytes() == OURS {
        "which is a server of the organisation itself".to_owned()
    } else {
        format!("which brings it back within {}", span(t.norms.thresholds.straight_back))
    };
    let cause = format!("Send connector '{}' hands mail to {}, {what}.", t.connector, t.peer);
    let (connector, peer) = (quoted(&t.connector), quoted(&t.peer));
    let fix = format!(
        "Get-SendConnector {connector} | Format-List AddressSpaces,SmartHosts,DNSRoutingEnabled,SourceTransportServers\n\
         Resolve-DnsName {peer}  # on the server that sends\n\
         Set-SendConnector {connector} -SmartHosts '<host that has the domain>'"
    );
    (cause, fix)
}

/// A connector whose smart host is a server of the organisation. Hands-over between Edge servers and others are
/// meant to be so.
pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let is_edge = |name: &str| topology.own_server(name.as_bytes()).is_some_and(|s| s.edge == Some(true));
    let mut out = Vec::new();
    for connector in
        topology.facts().send_connectors.iter().filter(|c| c.is_enabled() && c.uses_smart_hosts())
    {
        if !connector.sources.is_empty() && connector.sources.iter().all(|s| is_edge(s)) {
            continue;
        }
        for host in &connector.smart_hosts {
            let Some(server) = topology.own_server(host.as_bytes()).filter(|s| s.edge != Some(true)) else {
                continue;
            };
            let name = &*connector.name;
            let others: Vec<String> =
                connector.smart_hosts.iter().filter(|h| *h != host).map(|h| quoted(h)).collect();
            let fix = if others.is_empty() {
                format!(
                    "# put the host that is meant in place of {host}\nSet-SendConnector {} -SmartHosts 'mail.example.com'",
                    quoted(name),
                    host = in_comment(host)
                )
            } else {
                format!("Set-SendConnector {} -SmartHosts {}", quoted(name), others.join(","))
            };
            let latent = Latent {
                connector: Some(name.to_owned()),
                peer: Some(host.to_string()),
                cause: format!(
                    "The smart host {host} of send connector {name} is {}, a server of the organisation itself: what \
                     leaves by it comes back, and leaves again.",
                    server.name
                ),
                fix,
                ..Latent::default()
            };
            out.push(latent.finding(&KIND));
        }
    }
    out
}
