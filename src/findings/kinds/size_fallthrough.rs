//! MR-13: large messages for a domain take another connector.

use crate::findings::case::{Case, Exit};
use crate::findings::expected::Expected;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{mebibytes, quoted, roomy};
use crate::model::finding::{Confidence, Severity};
use crate::topology::Export;
use crate::topology::connector::Pick;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "size-fallthrough",
    title: "Large mail takes another connector",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "A send connector that is too small for a message is left out before Exchange compares address spaces. So \
            large mail for a domain with a connector of its own takes the next best one, mostly the one for \
            everything else, and arrives by another way, or in a loop.",
    proof: "For one domain every message by one connector is larger than every message by the other, with five or \
            more on each and their times mixed. The size limit is inferred from that. With exports one message is \
            enough: it is larger than the connector that fits most closely takes (high confidence, medium if the exports are older \
            than the mail).",
    mend: "Set-SendConnector 'the usual connector' -MaxMessageSize 150MB",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let exit = case.final_exit()?;
    let (domain, connector) = (exit.domain(), case.text(exit.hop.connector));
    if let Some(expected) = case.told_by(&[Export::SendConnectors]) {
        return by_exports(case, (exit, expected));
    }
    let found = case.norms.fallthrough(domain, connector)?;
    if case.journey.size_bytes.is_some_and(|size| size < found.smallest) {
        return None;
    }
    Some(Sighting { peer: None, ..Sighting::at_exit(&KIND, case, exit) })
}

/// The connector for smaller mail is too small for this message, and the one that took it fits less closely.
fn by_exports(case: &Case<'_>, (exit, expected): (&Exit<'_>, &Expected<'_>)) -> Option<Sighting> {
    let topology = expected.topology;
    let size = case.journey.size_bytes?;
    let Pick::One(usual) = topology.pick(&exit.address, None, None) else { return None };
    let (small, most) = topology.connector(usual.connector).and_then(|c| Some((c, c.max_size.bytes()?)))?;
    let Pick::One(taken) = topology.pick(&exit.address, Some(size), None) else { return None };
    let name = topology.connector(taken.connector)?.name.as_bytes();
    let fell =
        size > most && taken.fit > usual.fit && name.eq_ignore_ascii_case(case.text(exit.hop.connector));
    let route = (case.leaf.decision, small.name.as_bytes());
    let confidence = expected.certainty(case.leaf.last_seen);
    let sighting = Sighting { confidence, peer: None, ..Sighting::at_exit(&KIND, case, exit) };
    let detail = format!("{}\n{most}", small.name).into_bytes();
    fell.then(|| Sighting { detail, ..sighting }.instead_of(case, route))
}

fn tell_by_exports(t: &Telling<'_>) -> Option<(String, String)> {
    let (usual, most) = t.detail.split_once('\n')?;
    let cause = format!(
        "'{usual}' is the connector for {}, but takes messages up to {} only; larger ones fell through to '{}'.",
        t.domain,
        mebibytes(most.parse().ok()?),
        t.connector
    );
    let limit = roomy(most.parse().ok()?);
    Some((cause, format!("Set-SendConnector {} -MaxMessageSize {limit}", quoted(usual))))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    if let Some(told) = tell_by_exports(t) {
        return told;
    }
    let Some(found) = t.norms.fallthrough(t.domain.as_bytes(), t.connector.as_bytes()) else {
        return (String::new(), String::new());
    };
    let usual = String::from_utf8_lossy(&found.usual);
    let cause = format!(
        "Mail for {} goes by '{usual}' up to {} and by '{}' from {} on. The size limit of '{usual}' lies between \
         (inferred); what is larger falls through.",
        t.domain,
        mebibytes(found.largest),
        t.connector,
        mebibytes(found.smallest)
    );
    let usual = quoted(&usual);
    (
        cause,
        format!(
            "Get-SendConnector {usual} | Format-List MaxMessageSize\nSet-SendConnector {usual} -MaxMessageSize {}",
            roomy(found.smallest)
        ),
    )
}
