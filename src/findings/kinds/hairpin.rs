//! MR-17: mail left, came back once and was delivered here after all.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "hairpin",
    title: "Mail left, came back and was delivered here",
    shown: Shown::Misroutes,
    severity: Severity::Low,
    confidence: Confidence::High,
    caused_by: &["rra-primary-domain", "size-fallthrough"],
    means: "A message for a mailbox here took a turn through the outside. Signature and encryption gateways do that \
            on purpose; otherwise it is a detour, and one step from a loop.",
    proof: "One send out of the organisation, then an arrival of the same message from outside, then the delivery. A \
            host that gave back ten or more messages once each is taken for a service and not reported.",
    mend: "If the host is no gateway of yours: see why the first server did not take the recipient for a local one.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if case.leaf.decision != Decision::LocalDelivery {
        return None;
    }
    let mut back = case.exits.iter().filter(|e| e.back.is_some());
    let exit = back.next().filter(|_| back.next().is_none())?;
    if case.norms.is_service(&exit.peer) {
        return None;
    }
    let mut sighting = Sighting::at_exit(&KIND, case, exit);
    sighting.shape = case.round().map(|r| case.shape(&r));
    sighting.span.0 = exit.hop.time.0;
    sighting.proof = case.proof();
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "Mail for {} went out by '{}' to {}, came back once and was then delivered here.",
        t.domain, t.connector, t.peer
    );
    (cause, format!("Get-SendConnector {} | Format-List AddressSpaces,SmartHosts", quoted(&t.connector)))
}
