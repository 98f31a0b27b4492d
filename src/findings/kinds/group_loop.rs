//! MR-22: a group that is a member of itself.

use super::forwarding_loop::{circle_of, of_circle};
use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::quoted;
use crate::model::event::EventId;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::name::domain_of;
use crate::model::signs::CircleKind;
use crate::topology::Topology;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "group-loop",
    title: "A group is a member of itself",
    shown: Shown::Loops,
    severity: Severity::Low,
    confidence: Confidence::High,
    caused_by: &[],
    means: "A distribution group contains another that contains, perhaps over more, the first. Exchange delivers once \
            to each member and stops quietly, so it is a matter of tidiness, unless so many members are met again \
            and again that it costs time.",
    proof: "EXPAND rows of one message that make a circle, or more than a hundred DUPLICATEEXPAND rows for one \
            message; a circle with so many makes it medium severity.",
    mend: "Remove-DistributionGroupMember 'group' -Member 'the group it leads back to'",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let again: Vec<_> = case.journey.remarks.iter().filter(|r| r.event == EventId::DuplicateExpand).collect();
    let storm = again.len() > case.norms.thresholds.duplicate_expands;
    let mut sighting = match (circle_of(case, CircleKind::Group), again.first().filter(|_| storm)) {
        (Some(circle), _) => of_circle(&KIND, case, circle),
        (None, Some(first)) => {
            let group = case.text(first.related);
            Sighting::new(&KIND, case).domain(domain_of(group)).address(group)
        }
        (None, None) => return None,
    };
    if storm && sighting.shape.is_some() {
        sighting.severity = Severity::Medium;
    }
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let members = t.members();
    let cause = if members.len() > 1 {
        format!("Each of these contains the next, and the last the first: {}.", members.join(", "))
    } else {
        format!("The members of {} are met again and again while it is expanded.", t.address)
    };
    let fix = match &members[..] {
        [first, .., last] => {
            format!("Remove-DistributionGroupMember {} -Member {}", quoted(last), quoted(first))
        }
        _ => format!("Get-DistributionGroupMember {}", quoted(&t.address)),
    };
    (cause, fix)
}

/// Circles of membership.
pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let finding = |circle: Vec<u32>| {
        let members = latent::members(topology, &circle);
        let (first, last) = (members.first().cloned().unwrap_or_default(), members.last().cloned());
        let last = last.unwrap_or_default();
        let latent = Latent {
            domain: latent::domain_text(&first),
            address: Some(first.clone()),
            addresses: members.clone(),
            cause: if members.len() > 1 {
                format!("Each of these contains the next, and the last the first: {}.", members.join(", "))
            } else {
                format!("The group {first} is a member of itself.")
            },
            cycle: members,
            fix: format!("Remove-DistributionGroupMember {} -Member {}", quoted(&last), quoted(&first)),
            ..Latent::default()
        };
        latent.finding(&KIND)
    };
    topology.group_circles().into_iter().map(finding).collect()
}
