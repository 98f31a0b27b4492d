//! MR-24: two automatic answers answer each other.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::findings::case::{Case, Shape};
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::name::domain_of;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "auto-reply-loop",
    title: "Automatic answers answer each other",
    shown: Shown::Loops,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "Somebody is away and a rule or a system answers for them; on the other side another does the same. Each answer is new \
            mail to the other side, and so it goes on until one of the two is switched off.",
    proof: "Six or more messages within ten minutes between the same two addresses, in turns, whose subjects begin as those \
            of automatic answers do ('Automatic reply', 'Out of office' and the like in several languages, after any \
            'Re:' and '[…]'). Answers without a return path are not seen: who answers those breaks a rule, and their sender is not kept.",
    mend: "Set-MailboxAutoReplyConfiguration 'mailbox' -AutoReplyState Disabled; \
           Set-RemoteDomain 'name' -AutoReplyEnabled $false",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let journey = case.journey;
    if !journey.automatic || journey.null_path {
        return None;
    }
    let (from, to) = (case.text(journey.sender_folded), case.address());
    if from.is_empty() || from == to {
        return None;
    }
    let (a, b) = if from < to { (from, to) } else { (to, from) };
    let mut sighting = Sighting::new(&KIND, case).domain(domain_of(b)).address(a);
    let pair = FixedState::default().hash_one((a, b)) & !1;
    sighting.signs = vec![Sign::new(case, journey.first_seen.0, pair | u64::from(from == a))];
    sighting.span.0 = journey.first_seen.0;
    let members = vec![a.to_vec(), b.to_vec()];
    sighting.shape =
        Some(Shape { laps: 1, members, period_ms: None, ended: "nothing that shows here".to_owned() });
    Some(sighting)
}

/// Whether so many in a row go to and fro in time between two addresses. A sort is the two, and the direction.
fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    let Thresholds { answers, turns_span, .. } = *thresholds;
    let mut pairs: HashMap<u64, Vec<(i64, u64)>> = HashMap::new();
    for sign in signs {
        pairs.entry(sign.sort & !1).or_default().push((sign.time, sign.sort & 1));
    }
    pairs.values().any(|all| all.windows(answers).any(|some| in_turns(some, turns_span)))
}

fn in_turns(messages: &[(i64, u64)], span: i64) -> bool {
    let turns = messages.windows(2).all(|pair| match pair {
        [(_, a), (_, b)] => a != b,
        _ => false,
    });
    match messages {
        [(first, _), .., (last, _)] => turns && last - first <= span,
        _ => false,
    }
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let members = t.members();
    let cause =
        format!("Automatic answers of {} answer each other, {} so far.", members.join(" and "), t.messages);
    let each = members.iter().map(|m| {
        format!(
            "Set-MailboxAutoReplyConfiguration {} -AutoReplyState Disabled  # if the mailbox is here",
            quoted(m)
        )
    });
    let mut fix: Vec<String> = each.collect();
    fix.push("Get-RemoteDomain | Format-List DomainName,AutoReplyEnabled,AllowedOOFType".to_owned());
    (cause, fix.join("\n"))
}
