//! MR-19: forwarding, contacts and remote addresses that lead back to where they began.

use crate::findings::case::{Case, Shape};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::latent::{self, Latent};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::journey::Decision;
use crate::model::name::domain_of;
use crate::model::signs::{Circle, CircleKind};
use crate::topology::Topology;
use crate::topology::recipient::Kind as Sort;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "forwarding-loop",
    title: "Forwarding in the directory leads back to its beginning",
    shown: Shown::Loops,
    severity: Severity::High,
    confidence: Confidence::High,
    caused_by: &[],
    means: "One address forwards to another, and that one, perhaps over more, back to the first. Where a copy stays \
            on the way nobody notices; where none does, the mail is returned with 5.4.6.",
    proof: "REDIRECT and RESOLVE rows of one message that make a circle, or a FAIL with RESOLVER.FWD.Loop (that token \
            is unconfirmed: medium confidence). Low severity where a member of the circle got the mail.",
    mend: "Set-Mailbox 'one of them' -ForwardingAddress $null -ForwardingSmtpAddress $null",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    if let Some(circle) = circle_of(case, CircleKind::Forwarding) {
        let mut sighting = of_circle(&KIND, case, circle);
        let stored = |address: &_| {
            case.journey
                .leaves
                .iter()
                .any(|l| l.folded.1 == *address && l.decision == Decision::LocalDelivery)
        };
        if circle.addresses.iter().any(stored) {
            sighting.severity = Severity::Low;
        }
        return Some(sighting);
    }
    let said = case.leaf.decision == Decision::Failed && case.tag() == b"RESOLVER.FWD.Loop";
    let none = case.journey.circles.iter().all(|c| c.kind != CircleKind::Forwarding);
    (said && none).then(|| Sighting {
        confidence: Confidence::Medium,
        ..Sighting::new(&KIND, case).domain(case.domain()).address(case.address())
    })
}

/// The circle of a kind that the leaf has part in.
pub(super) fn circle_of<'a>(case: &Case<'a>, kind: CircleKind) -> Option<&'a Circle> {
    let of_leaf = |c: &&Circle| {
        let ends = [case.leaf.folded.0, case.leaf.folded.1];
        let steps = case.leaf.via.iter().flat_map(|v| [v.folded.0, v.folded.1]);
        ends.into_iter().chain(steps).any(|a| c.addresses.contains(&a))
    };
    case.journey.circles.iter().filter(|c| c.kind == kind).find(of_leaf)
}

/// A sighting of a circle of addresses; its key is the smallest of them.
pub(super) fn of_circle(kind: &Kind, case: &Case<'_>, circle: &Circle) -> Sighting {
    let texts: Vec<&[u8]> = circle.addresses.iter().map(|a| case.text(*a)).collect();
    let least = (0..texts.len()).min_by_key(|n| texts.get(*n)).unwrap_or(0);
    let (head, tail) = texts.split_at(least);
    let members: Vec<Vec<u8>> = tail.iter().chain(head).map(|t| t.to_vec()).collect();
    let address = members.first().cloned().unwrap_or_default();
    let mut sighting = Sighting::new(kind, case).domain(domain_of(&address)).address(&address);
    sighting.span.0 = circle.time.0;
    sighting.span.1 = sighting.span.1.max(circle.time.0);
    sighting.proof.insert(0, circle.evidence);
    sighting.shape = Some(Shape { laps: 1, members, period_ms: None, ended: case.ended() });
    sighting
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let members = t.members();
    let cause = if members.is_empty() {
        format!("The server says that the forwarding of {} leads back to itself.", t.address)
    } else {
        format!("Each of these forwards to the next, and the last to the first: {}.", members.join(", "))
    };
    let all = if members.is_empty() { vec![t.address.clone()] } else { members };
    let mut lines: Vec<String> = all
        .iter()
        .take(10)
        .map(|a| {
            format!("Get-Recipient {} | Format-List RecipientTypeDetails,ExternalEmailAddress", quoted(a))
        })
        .collect();
    lines.push(format!(
        "Set-Mailbox {} -ForwardingAddress $null -ForwardingSmtpAddress $null  # or another of them",
        quoted(&t.address)
    ));
    (cause, lines.join("\n"))
}

/// Circles of targets and forwardings. Where a mailbox on the way keeps a copy nobody notices.
pub(in crate::findings) fn latent(topology: &Topology) -> Vec<Finding> {
    let finding = |circle: Vec<u32>| {
        let members = latent::members(topology, &circle);
        let people: Vec<_> = circle.iter().filter_map(|n| topology.recipient(*n)).collect();
        let kept = people.iter().any(|r| r.target.is_none() && r.keeps_copy);
        let forwarding = people.iter().find(|r| r.target.is_none() && r.forwards_to().is_some());
        let fix = match (forwarding, people.first()) {
            (Some(r), _) => format!(
                "Set-Mailbox {} -ForwardingAddress $null -ForwardingSmtpAddress $null",
                quoted(r.primary())
            ),
            (None, Some(r)) => {
                let cmdlet = match r.kind {
                    Sort::RemoteMailbox => "Set-RemoteMailbox",
                    Sort::MailContact => "Set-MailContact",
                    _ => "Set-MailUser",
                };
                let parameter = if r.kind == Sort::RemoteMailbox {
                    "RemoteRoutingAddress"
                } else {
                    "ExternalEmailAddress"
                };
                format!(
                    "# put the address where the mail really belongs in place of the last one\n{cmdlet} {} -{parameter} {}",
                    quoted(r.primary()),
                    quoted("user@example.com")
                )
            }
            (None, None) => String::new(),
        };
        let ending = if kept {
            "A mailbox on the way keeps a copy, so it ends there quietly."
        } else {
            "Nobody on the way keeps a copy, so the mail is returned (5.4.6)."
        };
        let latent = Latent {
            domain: members.first().and_then(|a| latent::domain_text(a)),
            address: members.first().cloned(),
            cause: format!(
                "Each of these leads to the next by forwarding or by its target, and the last to the first: {}. {ending}",
                members.join(", ")
            ),
            addresses: members.clone(),
            actual: latent::happens(topology, &people),
            cycle: members,
            fix,
            ..Latent::default()
        };
        let finding = latent.finding(&KIND);
        if kept { Finding { severity: Severity::Low, ..finding } } else { finding }
    };
    topology.forwarding_circles().into_iter().map(finding).collect()
}
