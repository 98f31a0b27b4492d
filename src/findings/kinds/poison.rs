//! MR-43: a message that made the transport service crash.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::event::EventId;
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "poison",
    title: "A message was set aside as poison",
    shown: Shown::Report,
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    caused_by: &[],
    means: "The transport service crashed while it worked on this message, more than once, and put it into the poison \
            queue. The message waits there; nobody is told.",
    proof: "POISONMESSAGE.",
    mend: "Get-Message -Queue 'server\\Poison'; export it, then resume or remove it. Look at the agents and the build.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let row = case.rows(EventId::PoisonMessage).last()?;
    let mut sighting = Sighting::new(&KIND, case).peer(case.text(row.server));
    sighting.span = (row.time.0, row.time.0);
    sighting.proof = vec![row.evidence];
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!("{} set mail aside that made its transport service fail.", t.peer);
    (
        cause,
        format!(
            "Get-Message -Queue {} | Format-List Identity,FromAddress,Subject,LastError",
            quoted(&format!("{}\\Poison", t.peer))
        ),
    )
}
