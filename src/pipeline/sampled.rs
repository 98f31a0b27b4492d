//! The messages that findings show, whole, from the reading that kept their texts.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::filter::Filter;
use super::judge::Judged;
use super::state::{Spot, State};
use crate::findings::group::GroupKey;
use crate::findings::{keys_of, kinds_of};
use crate::model::finding::Finding;
use crate::model::intake::Position;
use crate::model::journey::{Hop, Journey, Leaf};
use crate::model::name::Frozen;

/// Messages of one finding at most.
const EACH: usize = 2;
/// Messages in all: findings take turns.
const ALL: usize = 90;
/// Hops of one message at most: those of its beginning and of its end.
const HOPS: (usize, usize) = (40, 20);

/// One message and recipient of a finding.
#[derive(Debug)]
pub struct Sampled {
    key: GroupKey,
    /// The message, without its recipients.
    pub journey: Journey,
    /// The one of its recipients that is shown.
    pub leaf: Leaf,
    /// The kinds of findings that hold for it.
    pub kinds: Vec<&'static str>,
    /// Hops that were left out.
    pub hops_cut: usize,
}

/// Messages of findings, and how many more they name.
#[derive(Debug, Default)]
pub struct Samples<'j> {
    /// Each with the place of its finding, in the order of findings and of time.
    pub shown: Vec<(usize, &'j Sampled)>,
    /// How many messages findings name as samples in all.
    pub named: usize,
}

impl Judged {
    /// Looks for the messages that findings name as samples.
    pub(super) fn sample(&mut self, state: &State, filter: &Filter) {
        let names = state.names();
        let wanted: HashMap<&GroupKey, &Finding> = self.findings.iter().map(|(k, f)| (k, f)).collect();
        let by = (&self.norms, &self.held);
        let add = |out: &mut Vec<Sampled>, _: Spot, journey: &Journey| {
            if !filter.takes(journey, names) {
                return;
            }
            let id = names.text(journey.message_id);
            let named = |key: &GroupKey| wanted.get(key).is_some_and(|f| f.samples.iter().any(|s| *s == *id));
            let mut found: Vec<(GroupKey, usize)> = keys_of(journey, names, by)
                .into_iter()
                .flat_map(|(leaf, keys)| keys.into_iter().filter(named).map(move |key| (key, leaf)))
                .collect();
            if found.is_empty() {
                return;
            }
            // Of a message to many the first recipient stands for all.
            let address = |leaf: usize| journey.leaves.get(leaf).map(|leaf| addresses(leaf, names));
            found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| address(*x).cmp(&address(*y))));
            found.dedup_by(|(a, _), (b, _)| a == b);
            let kinds = kinds_of(journey, names, by);
            out.extend(found.into_iter().filter_map(|(key, leaf)| {
                let kinds = kinds.get(leaf).cloned().unwrap_or_default();
                Some(Sampled {
                    key,
                    leaf: journey.leaves.get(leaf)?.clone(),
                    journey: bare(journey),
                    kinds,
                    hops_cut: 0,
                })
            }));
        };
        let mut all = state.fold(Vec::new, add, |all: &mut Vec<Sampled>, more| all.extend(more));
        all.sort_by(|a, b| a.key.cmp(&b.key).then_with(|| order(a, names).cmp(&order(b, names))));
        all.dedup_by(|a, b| a.key == b.key && a.journey.message_id == b.journey.message_id);
        all.iter_mut().for_each(Sampled::shorten);
        self.sampled = all;
    }

    /// The messages to be shown: of every finding one, then of each another, as long as there is room.
    pub fn samples(&self) -> Samples<'_> {
        let of = |key: &GroupKey| -> Vec<&Sampled> {
            self.sampled.iter().filter(|s| s.key == *key).take(EACH).collect()
        };
        let each: Vec<Vec<&Sampled>> = self.findings.iter().map(|(key, _)| of(key)).collect();
        let turns = (0..EACH).flat_map(|turn| {
            each.iter().enumerate().filter_map(move |(finding, some)| Some((finding, turn, *some.get(turn)?)))
        });
        let mut shown: Vec<(usize, usize, &Sampled)> = turns.take(ALL).collect();
        shown.sort_by_key(|(finding, turn, _)| (*finding, *turn));
        Samples {
            shown: shown.into_iter().map(|(finding, _, sample)| (finding, sample)).collect(),
            named: self.findings.iter().flat_map(|(_, f)| &f.samples).collect::<BTreeSet<_>>().len(),
        }
    }
}

/// What is said of a message beside its recipients.
fn bare(journey: &Journey) -> Journey {
    Journey {
        leaves: Vec::new(),
        legs: Vec::new(),
        stays: Vec::new(),
        circles: Vec::new(),
        remarks: Vec::new(),
        ..*journey
    }
}

fn addresses<'n>(leaf: &Leaf, names: &'n Frozen) -> [&'n [u8]; 2] {
    [leaf.recipient, leaf.final_recipient].map(|s| names.get(s))
}

/// In the order of samples: time, id, addresses; where these are equal, by where rows stand.
fn order<'n>(sample: &Sampled, names: &'n Frozen) -> (i64, &'n [u8], [&'n [u8]; 2], Position) {
    let Sampled { journey, leaf, .. } = sample;
    (journey.first_seen.0, names.get(journey.message_id), addresses(leaf, names), leaf.evidence)
}

impl Sampled {
    /// Cuts the middle of a way that is very long.
    fn shorten(&mut self) {
        let (head, tail) = HOPS;
        let hops = &mut self.leaf.hops;
        hops.retain(Hop::is_listed);
        let over = hops.len().saturating_sub(head + tail);
        if over > 0 {
            hops.drain(head..head + over);
        }
        self.hops_cut = over;
    }
}
