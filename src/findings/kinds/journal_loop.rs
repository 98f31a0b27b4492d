//! MR-25: journal reports that are journaled, or that nobody takes.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::{Class, Decision};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "journal-loop",
    title: "Journal reports are journaled, or cannot be delivered",
    shown: Shown::Loops,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "A journal rule makes a copy of each message for an archive. Where the copy itself is journaled, each \
            message makes another without end. Where the archive refuses it, the report about that may be journaled \
            in turn, and in any case the archive has a hole.",
    proof: "A journal report made from a journal report, or a journal report that failed for good. How the log marks \
            journal reports is unconfirmed, so medium confidence; high with 5.3.190.",
    mend: "Set-TransportConfig -JournalingReportNdrTo 'a mailbox that is not journaled'; leave the journal mailbox out of \
           the journal rule.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let journey = case.journey;
    if journey.class != Class::Journal {
        return None;
    }
    let again = case.norms.chains.before(journey.links.1, Class::Journal).0 > 0;
    let refused = matches!(case.leaf.decision, Decision::Failed | Decision::RecipientNotFound);
    if !again && !refused {
        return None;
    }
    let mut sighting = Sighting::new(&KIND, case).domain(case.domain()).address(case.address());
    if case.code() == Some((5, 3, 190)) {
        sighting.confidence = Confidence::High;
    }
    sighting.detail = if again { b"again".to_vec() } else { case.ended().into_bytes() };
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = if t.detail == "again" {
        format!("Journal reports to {} are journaled themselves.", t.address)
    } else {
        format!("Journal reports to {} did not arrive: {}.", t.address, t.detail)
    };
    let fix = format!(
        "Get-JournalRule | Format-List Name,Recipient,Scope,JournalEmailAddress\n\
         Set-TransportConfig -JournalingReportNdrTo '<a mailbox that is not journaled>'  # not {}",
        quoted(&t.address)
    );
    (cause, fix)
}
