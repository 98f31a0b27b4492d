//! MR-13: large messages for a domain take another connector.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{mebibytes, quoted};
use crate::model::finding::{Confidence, Severity};

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
            more on each and their times mixed. The size limit is inferred from that.",
    mend: "Set-SendConnector 'the usual connector' -MaxMessageSize 150MB",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let exit = case.final_exit()?;
    let (domain, connector) = (exit.domain(), case.text(exit.hop.connector));
    let found = case.norms.fallthrough(domain, connector)?;
    if case.journey.size_bytes.is_some_and(|size| size < found.smallest) {
        return None;
    }
    Some(Sighting { peer: None, ..Sighting::at_exit(&KIND, case, exit) })
}

fn tell(t: &Telling<'_>) -> (String, String) {
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
            "Get-SendConnector {usual} | Format-List MaxMessageSize\nSet-SendConnector {usual} -MaxMessageSize 150MB"
        ),
    )
}
