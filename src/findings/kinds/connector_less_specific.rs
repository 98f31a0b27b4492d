//! MR-12: another connector was taken than the one Exchange should have chosen.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{in_comment, quoted};
use crate::model::finding::{Confidence, Severity};
use crate::topology::Export;
use crate::topology::connector::{Chosen, MaxSize, Pick, Rule};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "connector-less-specific",
    title: "Another connector fits better than the one taken",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &["size-fallthrough", "cloud-via-mx"],
    means: "Exchange takes the connector whose address space fits the address most closely, and of those the cheapest. \
            Here mail took one that fits less closely or costs more. Either the better one was disabled, too small or \
            out of reach at that time, or the exports are newer than the mail.",
    proof: "By the exports another enabled connector that is large enough fits the address of the send more closely, or \
            equally closely at less cost. Never found without exports; connectors of equal cost are not compared.",
    mend: "Get-SendConnector 'the better one' | Format-List Enabled,AddressSpaces,MaxMessageSize,IsScopedConnector,SourceTransportServers",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let expected = case.told_by(&[Export::SendConnectors])?;
    let topology = expected.topology;
    let exit = case.final_exit()?;
    let (taken, _) = topology.connector_named(case.text(exit.hop.connector))?;
    let server = case.text(exit.hop.server);
    // An Edge server knows its own connectors only.
    if topology.own_server(server).is_none_or(|s| s.edge == Some(true)) {
        return None;
    }
    let Pick::One(best) = topology.pick(&exit.address, case.journey.size_bytes, Some(server)) else {
        return None;
    };
    let better = topology.connector(best.connector)?;
    let sized = case.journey.size_bytes.is_some() || !matches!(better.max_size, MaxSize::Bytes(_));
    if best.connector == taken || !matches!(best.by, Rule::Closest | Rule::Cost) || !sized {
        return None;
    }
    // Costs between sites count too, and no export tells them.
    let near = topology.is_one_site() || better.sends_from(server);
    if best.by == Rule::Cost && !near {
        return None;
    }
    let confidence = expected.certainty(case.leaf.last_seen);
    let sighting = Sighting { confidence, peer: None, ..Sighting::at_exit(&KIND, case, exit) };
    let detail = format!("{}\n{}", better.name, why(best)).into_bytes();
    let route = (case.leaf.decision, better.name.as_bytes());
    Some(Sighting { detail, ..sighting }.instead_of(case, route))
}

fn why(best: Chosen) -> &'static str {
    if best.by == Rule::Cost { "fits as closely and costs less" } else { "fits the address more closely" }
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let (better, why) = t.detail.split_once('\n').unwrap_or((&t.detail, "fits better"));
    let cause = format!(
        "Mail for {} went by '{}', although '{better}' {why} and is enabled and large enough by the exports.",
        t.domain, t.connector
    );
    let fix = format!(
        "Get-SendConnector {} | Format-List Enabled,AddressSpaces,MaxMessageSize,IsScopedConnector,SourceTransportServers\n\
         # if the address space of {} is too wide: Get-SendConnector {} | Format-List AddressSpaces",
        quoted(better),
        in_comment(&t.connector),
        quoted(&t.connector)
    );
    (cause, fix)
}
