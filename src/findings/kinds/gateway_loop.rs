//! MR-18: mail goes in circles between the organisation and a gateway or another system.

use crate::findings::kind::{Kind, Shown, Telling};
use crate::findings::words::{for_each, quoted, who};
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "gateway-loop",
    title: "Mail goes in circles between here and another host",
    shown: Shown::Loops,
    severity: Severity::Critical,
    confidence: Confidence::High,
    caused_by: &[
        "rra-primary-domain",
        "internal-relay-ping-pong",
        "smart-host-is-self",
        "transient-subdomain",
    ],
    means: "The servers here send a message to a host that is none of them, and that host brings it back, and so on: a gateway \
            that is told to deliver the domain here, a signature service whose rule does not see that it has been \
            there, or another mail system that holds this one for the owner of the address.",
    proof: "Two or more sends of one address by one connector to the same host, each followed by an arrival of the \
            same message from outside. Three rounds, or a size that grows each time, make it high confidence.",
    mend: "Find out who should have the address. Here: a mailbox, or a remote mailbox with the right remote routing \
           address. There: the gateway must not send it back.",
    judge: |case| super::hybrid_loop::judge(case, &KIND, false).into_iter().collect(),
    enough: None,
    tell,
};

fn tell(t: &Telling<'_>) -> (String, String) {
    let back = t.shape.and_then(|s| s.members.get(2)).map_or_else(
        || "which brings it back".to_owned(),
        |m| format!("and {} brings it back", String::from_utf8_lossy(m)),
    );
    let cause = format!(
        "Send connector {} hands mail for {} to {}, {back}. Neither side delivers it.",
        t.connector,
        who(t),
        t.peer
    );
    let fix = for_each(t, |a| {
        format!("Get-Recipient {} | Format-List RecipientTypeDetails,ExternalEmailAddress", quoted(a))
    });
    (cause, fix)
}
