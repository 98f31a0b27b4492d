//! MR-11: mail for an own domain leaves by the connector for everything else, unchanged.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::{for_each, quoted, who};
use crate::model::finding::{Confidence, Severity};
use crate::topology::Export;
use crate::topology::connector::Load;
use crate::topology::connector::space_fit;
use crate::topology::domain::{DomainType, Fit};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "authoritative-leaves-default-connector",
    title: "Mail for an own domain leaves by the default connector",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &["rra-primary-domain", "mailbox-with-target"],
    means: "The domain is Authoritative: all its people are known here. Mail for one of them nevertheless left by the \
            connector for every domain, with its address unchanged. Some object in the directory sends it out: a \
            remote mailbox, mail user or contact whose target is in the own domain.",
    proof: "By the exports the domain is Authoritative, and the connector of the send is for the address only by its \
            space *. The address is the one the message was addressed to. Never found without exports.",
    mend: "See which object has the address, and give it a target outside the own domain.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let expected = case.told_by(&[Export::AcceptedDomains, Export::SendConnectors])?;
    let exit = case.final_exit().filter(|e| *e.address == *expected.address)?;
    let (accepted, fit) = expected.topology.accepted(exit.domain())?;
    let (_, connector) = expected.topology.connector_named(case.text(exit.hop.connector))?;
    let load = Load { address: &exit.address, is_own: true, size: None, server: None };
    let closest = connector.spaces.iter().filter_map(|s| space_fit(s, &load)).min();
    let own = accepted.kind == DomainType::Authoritative && fit == Fit::Exact;
    if !own || closest != Some(Fit::Any) || case.was_stored() {
        return None;
    }
    let confidence = expected.certainty(case.leaf.last_seen);
    Some(Sighting { confidence, ..Sighting::at_exit(&KIND, case, exit) })
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "{} is Authoritative, and mail for {} left unchanged by '{}', which is for every domain, to {}.",
        t.domain,
        who(t),
        t.connector,
        t.peer
    );
    let fix = for_each(t, |a| {
        format!("Get-Recipient {} | Format-List Name,RecipientTypeDetails,ExternalEmailAddress", quoted(a))
    });
    (cause, fix)
}
