//! MR-30: an old address-book entry, sent as an IMCEAEX address.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;
use crate::model::name::encapsulated;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "imceaex",
    title: "An old address-book entry of Outlook is not known any more",
    shown: Shown::Report,
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    caused_by: &[],
    means: "Outlook remembers people inside the organisation by a directory name (legacyExchangeDN), not by their SMTP \
            address. When the mailbox was made anew, that name is gone, and mail to the remembered entry bounces, \
            though mail to the typed address works.",
    proof: "FAIL with RESOLVER.ADR.ExRecipNotFound, or not found of an address that begins with IMCEAEX-.",
    mend: "Add the old name to the mailbox as an X500 address.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if case.leaf.decision != Decision::RecipientNotFound {
        return None;
    }
    let address = case.address();
    let name = encapsulated(address);
    if name.is_none() && !case.tag().ends_with(b"ExRecipNotFound") {
        return None;
    }
    Some(Sighting::new(&KIND, case).domain(case.domain()).address(name.as_deref().unwrap_or(address)))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause =
        format!("Mail went to a remembered directory name that no mailbox has any more: {}.", t.address);
    let alias = t.address.rsplit('=').next().unwrap_or_default();
    // Newer names end in a number of 32 hex digits and the alias.
    let alias = alias.split_once('-').filter(|(id, _)| id.len() >= 32).map_or(alias, |(_, a)| a);
    let value = format!("X500:{}", t.address);
    let fix = format!(
        "Set-Mailbox {} -EmailAddresses @{{Add={}}}  # if this is whose entry it was",
        quoted(alias),
        quoted(&value)
    );
    (cause, fix)
}
