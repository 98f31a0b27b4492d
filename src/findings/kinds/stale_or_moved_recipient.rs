//! MR-06: an address nobody has now, and that was known before.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{local_part, quoted};
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "stale-or-moved-recipient",
    title: "An address that worked is not found any more",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "Mail for this address was delivered, or rewritten to another, and later the same organisation said that \
            nobody has it. The mailbox was deleted or renamed, or moved without a remote mailbox being left behind.",
    proof: "Recipient not found, and DELIVER or RESOLVE of the same address before, but not after, in the same logs.",
    mend: "If the mailbox moved to the cloud: Enable-RemoteMailbox 'user' -RemoteRoutingAddress \
           'user@tenant.mail.onmicrosoft.com'. If the address was taken away: add it to its new owner.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let address = Some(case.address()).filter(|_| case.not_found_here())?;
    let (_, last) = case.norms.when_known(address)?;
    // Known again later: that is no mailbox that is gone. What is known is known to the second.
    let gone = last.0 < case.leaf.last_seen.0.div_euclid(1000) * 1000;
    gone.then(|| Sighting::new(&KIND, case).domain(case.domain()).address(address))
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let known = t.norms.when_known(t.address.as_bytes());
    let (first, last) = known.map(|(a, b)| (a.to_the_second(), b.to_the_second())).unwrap_or_default();
    let cause = format!("{} was known here from {first} to {last} and is not found any more.", t.address);
    let address = quoted(&t.address);
    let mut fix = format!("Get-Recipient {address}");
    if let Some(tenant) = t.norms.tenant_of(t.domain.as_bytes()) {
        let target = format!("{}@{}", local_part(&t.address), String::from_utf8_lossy(tenant));
        fix.push_str(&format!(
            "\n# if the mailbox is in Exchange Online now and the user has none here:\n\
             Enable-RemoteMailbox {} -RemoteRoutingAddress {}",
            quoted(local_part(&t.address)),
            quoted(&target)
        ));
    }
    (cause, fix)
}
