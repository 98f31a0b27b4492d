//! MR-33: mail for one domain leaves now by one connector, now by another.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::Decision;

/// The half of a sign's sort that tells the connector; the other half tells the sender.
const CONNECTOR: u64 = 0xffff_ffff_0000_0000;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "connector-flapping",
    title: "Mail for one domain changes to and fro between connectors",
    shown: Shown::Report,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "From one and the same server mail for a domain leaves by one send connector, then by another, and so on. Exchange \
            chooses by rules that give the same answer each time, so something changes under it: a connector is switched \
            on and off, its servers come and go, or an agent sends mail elsewhere.",
    proof: "Four or more changes of the connector within an hour, of mail for one domain that one server sent, none of it \
            put off or sent round before. Not where the sizes of the mail on the two connectors do not overlap, which a size limit \
            explains, nor where every sender with two messages or more keeps to one connector.",
    mend: "Get-SendConnector 'name': are both enabled, what do their address spaces cost, which servers hold them?",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let leaf = case.leaf;
    let left = matches!(leaf.decision, Decision::SendConnector | Decision::RemoteRoutingAddress);
    if !left || leaf.laps > 0 || leaf.defers > 0 {
        return None;
    }
    let connector = case.text(leaf.connector);
    let all = case.norms.roads.alternating(case.domain())?;
    all.iter().find(|c| ***c == *connector)?;
    let exit = case.final_exit()?;
    let hash = |text: &[u8]| FixedState::default().hash_one(text);
    let sort = hash(connector) & CONNECTOR | hash(case.text(case.journey.sender_folded)) & !CONNECTOR;
    let mut sighting = Sighting::at_exit(&KIND, case, exit);
    (sighting.connector, sighting.peer) = (None, Some(case.text(leaf.server).into()));
    sighting.signs = vec![Sign::new(case, exit.hop.time.0, sort)];
    Some(sighting)
}

fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    let mut changes = Vec::new();
    for pair in signs.windows(2) {
        if let [a, b] = pair
            && a.sort & CONNECTOR != b.sort & CONNECTOR
        {
            changes.push(b.time);
        }
    }
    let often = changes.windows(thresholds.changes).any(|w| match w {
        [first, .., last] => last - first <= thresholds.changes_span,
        _ => false,
    });
    often && !explained(signs)
}

/// Whether the sender decides: two or more of them wrote several messages, and each keeps to one connector.
fn explained(signs: &[Sign]) -> bool {
    let mut senders: HashMap<u64, (u64, usize, bool)> = HashMap::new();
    for sign in signs {
        let connector = sign.sort & CONNECTOR;
        let (known, messages, keeps) = senders.entry(sign.sort & !CONNECTOR).or_insert((connector, 0, true));
        *messages += 1;
        *keeps &= *known == connector;
    }
    let several = || senders.values().filter(|(_, messages, _)| *messages > 1);
    several().count() > 1 && several().all(|(_, _, keeps)| *keeps)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let all = t.norms.roads.alternating(t.domain.as_bytes()).unwrap_or_default();
    let names: Vec<String> = all.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    let cause = format!(
        "{} sends mail for {} now by one, now by another of {}, though nothing in the mail asks for it.",
        t.peer,
        t.domain,
        names.iter().map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ")
    );
    let fix = names.iter().map(|name| {
        format!(
            "Get-SendConnector {} | Format-List Enabled,AddressSpaces,IsScopedConnector,SourceTransportServers,MaxMessageSize,WhenChanged",
            quoted(name)
        )
    });
    (cause, fix.collect::<Vec<_>>().join("\n"))
}
