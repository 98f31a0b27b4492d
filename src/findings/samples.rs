//! Sample messages, evidence and single instances of findings, from a reading that kept all texts.

use std::collections::BTreeMap;

use hashbrown::HashSet;

use super::case::Shape;
use super::group::{GroupKey, SAMPLES};
use super::judge;
use super::kind::{KINDS, Sighting};
use super::norms::Norms;
use crate::model::finding::{Evidence, Finding, Instance};
use crate::model::intake::Position;
use crate::model::journey::{Journey, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol, guid_text};
use crate::model::report::FileNote;
use crate::model::time::Timestamp;

/// Rows shown for one finding.
const ROWS: usize = 12;

/// What there is to show of some messages.
#[derive(Debug, Default)]
pub struct Samples {
    found: BTreeMap<GroupKey, Vec<Sample>>,
}

/// One message and recipient of a finding.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sample {
    first_seen: i64,
    message_id: Vec<u8>,
    recipient: Vec<u8>,
    final_recipient: Vec<u8>,
    network_message_id: u128,
    sender: Vec<u8>,
    proof: Vec<Position>,
    span: (i64, i64),
    laps: u32,
    members: Vec<Vec<u8>>,
    severity: crate::model::finding::Severity,
    confidence: crate::model::finding::Confidence,
}

impl Samples {
    /// Judges a message once more, now with its texts.
    pub fn add(&mut self, journey: &Journey, names: &Frozen, norms: &Norms, held: &HashSet<GroupKey>) {
        for (number, sightings) in judge(journey, names, norms, |_| {}) {
            let Some(leaf) = journey.leaves.get(number) else { continue };
            for (key, sighting) in sightings.into_iter().filter(|(key, _)| held.contains(key)) {
                self.found.entry(key).or_default().push(Sample::new(journey, leaf, names, sighting));
            }
        }
    }

    /// Adds what another thread has found.
    pub fn merge(&mut self, other: Self) {
        for (key, samples) in other.found {
            self.found.entry(key).or_default().extend(samples);
        }
    }

    /// Writes samples and evidence into the findings.
    pub fn illustrate(&mut self, findings: &mut [(GroupKey, Finding)], files: &[FileNote]) {
        for (key, finding) in findings {
            let Some(samples) = self.found.get_mut(key) else { continue };
            samples.sort_unstable();
            for sample in samples.iter() {
                let id = String::from_utf8_lossy(&sample.message_id).into_owned();
                if finding.samples.contains(&id) || id.is_empty() && !finding.samples.is_empty() {
                    continue;
                }
                if finding.samples.len() == SAMPLES {
                    break;
                }
                finding.evidence.extend(evidence(&sample.proof, files));
                finding.samples.push(id);
            }
            finding.samples.retain(|id| !id.is_empty());
            finding.evidence.truncate(ROWS);
        }
    }

    /// Every message and recipient of every finding, in the order of kind, time, message-id and recipient.
    pub fn instances(self, files: &[FileNote]) -> Vec<Instance> {
        let mut all: Vec<(GroupKey, Sample)> = self
            .found
            .into_iter()
            .flat_map(|(k, some)| some.into_iter().map(move |s| (k.clone(), s)))
            .collect();
        all.sort_unstable_by(|(a, x), (b, y)| {
            a.kind.cmp(&b.kind).then_with(|| x.cmp(y)).then_with(|| a.cmp(b))
        });
        all.into_iter().filter_map(|(key, sample)| sample.instance(&key, files)).collect()
    }
}

impl Sample {
    fn new(journey: &Journey, leaf: &Leaf, names: &Frozen, sighting: Sighting) -> Self {
        let text = |s: Symbol| names.get(s).to_vec();
        let (laps, members) =
            sighting.shape.map_or((0, Vec::new()), |Shape { laps, members, .. }| (laps, members));
        Self {
            first_seen: journey.first_seen.0,
            message_id: text(journey.message_id),
            recipient: text(leaf.recipient),
            final_recipient: text(leaf.final_recipient),
            network_message_id: journey.network_message_id,
            sender: if journey.sender == EMPTY { Vec::new() } else { text(journey.sender) },
            proof: sighting.proof,
            span: sighting.span,
            laps,
            members,
            severity: sighting.severity,
            confidence: sighting.confidence,
        }
    }

    fn instance(self, key: &GroupKey, files: &[FileNote]) -> Option<Instance> {
        let text = |b: &[u8]| (!b.is_empty()).then(|| String::from_utf8_lossy(b).into_owned());
        let [domain, connector, peer, address] = key.texts();
        Some(Instance {
            kind: KINDS.get(key.kind)?.id,
            severity: self.severity,
            confidence: self.confidence,
            message_id: text(&self.message_id),
            network_message_id: (self.network_message_id != 0).then(|| guid_text(self.network_message_id)),
            sender: text(&self.sender),
            recipient: text(&self.recipient),
            final_recipient: text(&self.final_recipient),
            domain,
            connector,
            peer,
            address,
            first_seen: Timestamp(self.span.0).to_string(),
            last_seen: Timestamp(self.span.1).to_string(),
            laps: self.laps,
            cycle: self.members.iter().map(|m| String::from_utf8_lossy(m).into_owned()).collect(),
            evidence: evidence(&self.proof, files).collect(),
            standing: None,
        })
    }
}

fn evidence<'p>(proof: &'p [Position], files: &'p [FileNote]) -> impl Iterator<Item = Evidence> + 'p {
    proof.iter().filter(|p| p.line > 0).filter_map(|p| {
        let file = files.get(p.file as usize)?.name.clone();
        Some(Evidence { file, line: p.line, offset: p.offset })
    })
}
