//! MR-06: an address nobody has now, and that was known before.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;
use crate::model::time::Timestamp;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "stale-or-moved-recipient",
    title: "An address that worked is not found any more",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "Mail for this address was delivered, or rewritten to another, and later the same organisation said that \
            nobody has it. The mailbox was deleted or renamed, or moved without a remote mailbox being left behind.",
    proof: "Recipient not found, and an earlier DELIVER or RESOLVE of the same address in the same logs.",
    mend: "If the mailbox moved to the cloud: Enable-RemoteMailbox 'user' -RemoteRoutingAddress \
           'user@tenant.mail.onmicrosoft.com'. If the address was taken away: add it to its new owner.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let address = Some(case.address()).filter(|_| case.leaf.decision == Decision::RecipientNotFound)?;
    let known = case.norms.known_since(address).filter(|t| *t < case.leaf.last_seen)?;
    let mut sighting = Sighting::new(&KIND, case).domain(case.domain()).address(address);
    sighting.detail = known.to_string().into_bytes();
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let known = t.norms.known_since(t.address.as_bytes()).map_or(String::new(), |t: Timestamp| t.to_string());
    let cause = format!("{} was known here at {known} and is not found any more.", t.address);
    let address = quoted(&t.address);
    let tenant = t.norms.tenant_of(t.domain.as_bytes()).map(|d| String::from_utf8_lossy(d).into_owned());
    let mut fix = format!("Get-Recipient -Filter \"EmailAddresses -eq 'smtp:{}'\"", filter_text(&t.address));
    if let Some(tenant) = tenant {
        let target = format!("{}@{tenant}", crate::findings::words::local_part(&t.address));
        fix.push_str(&format!(
            "\n# if the mailbox is in Exchange Online now:\nEnable-RemoteMailbox {address} -RemoteRoutingAddress {}",
            quoted(&target)
        ));
    }
    (cause, fix)
}

/// A text inside single quotes inside double quotes: a `$` or a backtick must not be expanded.
fn filter_text(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !c.is_control() && !"\"'$`\u{201c}\u{201d}\u{201e}\u{2018}\u{2019}\u{201a}\u{201b}".contains(*c)
        })
        .collect()
}
