//! MR-26: transport rules that redirect to each other.

use super::forwarding_loop::{circle_of, of_circle};
use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;
use crate::model::signs::CircleKind;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "transport-rule-loop",
    title: "Transport rules redirect in a circle",
    shown: Shown::Loops,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "A transport rule puts one recipient in place of another, and a rule, the same or a second one, puts the \
            first back. Exchange Online ends that with 5.7.128.",
    proof: "A refusal with 5.7.128 (FAIL, DROP or DEFER), or within one message: a rule replaced one address, then \
            another, and the first is there again.",
    mend: "Give the rule an exception for mail it has already handled, such as a header it sets itself.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if let Some(circle) = circle_of(case, CircleKind::Rule) {
        return Some(of_circle(&KIND, case, circle));
    }
    let refused = matches!(case.leaf.decision, Decision::Failed | Decision::Dropped | Decision::Deferred);
    let said = refused && case.code() == Some((5, 7, 128));
    said.then(|| Sighting::new(&KIND, case).domain(case.domain()))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let members = t.members();
    let cause = if members.is_empty() {
        format!("Exchange says that transport rules handled mail for {} too often.", t.domain)
    } else {
        format!("Transport rules put these in each other's place: {}.", members.join(", "))
    };
    let fix = "Get-TransportRule | Where-Object { $_.RedirectMessageTo } | Format-List Name,Priority,RedirectMessageTo,ExceptIf*";
    (cause, fix.to_owned())
}
