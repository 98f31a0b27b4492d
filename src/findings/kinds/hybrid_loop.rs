//! MR-16: mail goes in circles between the organisation and Exchange Online.

use crate::findings::case::{Case, EXCHANGE_ONLINE};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{for_each, quoted, who};
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "hybrid-loop",
    title: "Mail goes in circles between here and Exchange Online",
    shown: Shown::Loops,
    severity: Severity::Critical,
    confidence: Confidence::High,
    caused_by: &["rra-primary-domain", "transient-subdomain"],
    means: "The servers here send a message to Exchange Online, Exchange Online sends it back, and so on. Each side \
            holds the other for the one that has the mailbox: a remote mailbox here whose counterpart in the cloud is \
            a mail user that points back, both sides InternalRelay, or centralised transport without an end.",
    proof: "Two or more sends of one address by one connector to Exchange Online, each followed by an arrival of the \
            same message from outside. Three rounds, or a size that grows each time, make it high confidence.",
    mend: "Find out where the mailbox is (Get-Mailbox and Get-RemoteMailbox here, Get-Mailbox and Get-MailUser in \
           Exchange Online), and let exactly one side point to the other.",
    judge: |case| judge(case, &KIND, true).into_iter().collect(),
    enough: None,
    tell,
};

/// A loop with Exchange Online, or with any other peer.
pub(super) fn judge(case: &Case<'_>, kind: &Kind, online: bool) -> Option<Sighting> {
    let round = case.circle()?;
    let first = round.exits.first()?;
    if (*first.peer == *EXCHANGE_ONLINE) != online {
        return None;
    }
    let mut sighting = Sighting::at_exit(kind, case, first);
    sighting.confidence = case.loop_confidence(&round);
    sighting.shape = Some(case.shape(&round));
    sighting.span.0 = first.hop.time.0;
    sighting.proof = case.proof();
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "Send connector {} hands mail for {} to Exchange Online, and Exchange Online hands it back. Each side holds \
         the other for the one that has the mailbox.",
        t.connector,
        who(t)
    );
    let fix = for_each(t, |a| {
        let a = quoted(a);
        format!(
            "Get-Recipient {a} | Format-List RecipientTypeDetails,ExternalEmailAddress  # here and in Exchange Online"
        )
    });
    (cause, fix)
}
