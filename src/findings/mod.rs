//! Misroutes, loops and other faults that the log alone shows.
//!
//! Twice over all messages: the [`survey`] counts what is normal, the [`norms`] draw the conclusions,
//! then each kind judges the messages worth a second look and the [`group`] adds up what they say. One
//! file for each kind, in `kinds`; everything said of a kind anywhere stands there.

pub mod addresses;
mod case;
mod chains;
pub mod expected;
pub mod group;
pub mod kind;
mod kinds;
pub mod latent;
pub mod news;
pub mod norms;
pub mod remote_routing;
mod roads;
pub mod same;
pub mod samples;
mod smart_hosts;
mod stays;
pub mod survey;
pub mod thresholds;
mod typos;
mod words;

use case::Case;
use group::{GroupKey, Groups, Verdicts};
use hashbrown::HashSet;
use kind::KINDS;
use norms::Norms;
use remote_routing::Astray;

use crate::model::journey::Journey;
use crate::model::name::Frozen;

pub use kinds::log_gap::missing_numbers;

/// What every kind says of each leaf of a message.
fn judge(journey: &Journey, names: &Frozen, norms: &Norms, mut look: impl FnMut(&Case<'_>)) -> Verdicts {
    let mut out = Vec::new();
    for (number, leaf) in journey.leaves.iter().enumerate() {
        let case = Case::new(journey, leaf, names, norms);
        look(&case);
        let mut found = Vec::new();
        for (kind, k) in KINDS.iter().enumerate() {
            found.extend((k.judge)(&case).into_iter().map(|s| (GroupKey::new(kind, &s), s)));
        }
        if !found.is_empty() {
            out.push((number, found));
        }
    }
    out
}

/// Judges a message and adds it to the groups, and says whether any kind holds for it. `asked`: it is one that
/// was asked for.
pub fn add<S: Copy + Ord>(
    (groups, astray): (&mut Groups<S>, &mut Astray),
    (journey, spot): (&Journey, S),
    (names, norms): (&Frozen, &Norms),
    asked: bool,
) -> bool {
    let look = |case: &Case<'_>| {
        if asked {
            astray.add(case);
        }
    };
    let verdicts = judge(journey, names, norms, look);
    if !verdicts.is_empty() {
        groups.add(journey, &verdicts, spot, asked);
    }
    !verdicts.is_empty()
}

/// The findings that leaves of a message belong to, by the number of the leaf.
pub fn keys_of(
    journey: &Journey,
    names: &Frozen,
    (norms, held): (&Norms, &HashSet<GroupKey>),
) -> Vec<(usize, Vec<GroupKey>)> {
    let held = |(leaf, sightings): (usize, Vec<(GroupKey, kind::Sighting)>)| {
        let keys = sightings.into_iter().map(|(key, _)| key).filter(|key| held.contains(key));
        (leaf, keys.collect())
    };
    judge(journey, names, norms, |_| {}).into_iter().map(held).collect()
}

/// The kinds that hold for each leaf of a message, in the order of [`KINDS`].
pub fn kinds_of(
    journey: &Journey,
    names: &Frozen,
    (norms, held): (&Norms, &HashSet<GroupKey>),
) -> Vec<Vec<&'static str>> {
    let mut out = vec![Vec::new(); journey.leaves.len()];
    for (number, sightings) in judge(journey, names, norms, |_| {}) {
        let held = sightings.iter().filter(|(key, _)| held.contains(key));
        let mut ids: Vec<&'static str> = held.filter_map(|(k, _)| KINDS.get(k.kind)).map(|k| k.id).collect();
        ids.dedup();
        if let Some(slot) = out.get_mut(number) {
            *slot = ids;
        }
    }
    out
}

/// Adds that files of a server's log are missing between others that are here.
pub fn add_missing_files<S: Copy + Ord>(groups: &mut Groups<S>, server: &[u8], files: &str) {
    if let Some(kind) = KINDS.iter().position(|k| k.id == kinds::log_gap::KIND.id) {
        groups.note(GroupKey::of_server(kind, server), files.as_bytes().to_vec());
    }
}
