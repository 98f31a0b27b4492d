//! Findings of two runs beside each other, as `--baseline` matches them.

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::same::{Key, key_of};
use crate::model::compared::{Size, Stood};
use crate::model::finding::{Finding, Severity};
use crate::model::standing::Standing;

/// How many times as many messages are many more.
const FACTOR: f64 = 2.0;
/// Fewer messages than this make nothing grow.
const LEAST: f64 = 10.0;

/// The findings of the second run, new ones first, and those of the first that are gone. `longer`: how many times as
/// long the second run is.
pub(super) fn stand(first: &[Finding], second: &[Finding], longer: f64) -> (Vec<Stood>, Vec<Finding>) {
    let mut then: BTreeMap<Key, (Severity, u64)> = BTreeMap::new();
    for finding in first {
        let (severity, messages) = then.entry(key_of(finding)).or_insert((finding.severity, 0));
        (*severity, *messages) = (finding.severity.max(*severity), *messages + finding.messages);
    }
    let mut now: BTreeMap<Key, u64> = BTreeMap::new();
    for finding in second {
        *now.entry(key_of(finding)).or_default() += finding.messages;
    }
    // Doubtful cases stand beside surer ones under one key: what is said of its size is said once.
    let mut said = BTreeSet::new();
    let mut stood: Vec<Stood> = second
        .iter()
        .map(|finding| {
            let key = key_of(finding);
            let before = then.get(&key).copied();
            let standing = match before {
                None => Standing::New,
                Some((severity, _)) if finding.severity > severity => Standing::Graver,
                Some(_) => Standing::StillThere,
            };
            let all = now.get(&key).copied().unwrap_or(0);
            let size =
                before.and_then(|(_, n)| size(n as f64 * longer, all as f64)).filter(|_| said.insert(key));
            Stood {
                finding: Finding { standing: Some(standing), ..finding.clone() },
                messages_before: before.map(|(_, n)| n),
                size,
            }
        })
        .collect();
    stood.sort_by_key(|s| {
        let standing = s.finding.standing.unwrap_or(Standing::Gone);
        (standing == Standing::StillThere, std::cmp::Reverse(s.finding.severity), standing)
    });
    let gone = first.iter().filter(|f| !now.contains_key(&key_of(f)));
    let gone = gone.map(|f| Finding { standing: Some(Standing::Gone), ..f.clone() }).collect();
    (stood, gone)
}

/// Size alone: findings are not counted by hour, so chance is not told apart here.
fn size(expected: f64, is: f64) -> Option<Size> {
    let far = |more: f64, less: f64| more >= FACTOR * less && more - less >= LEAST;
    match () {
        () if far(is, expected) => Some(Size::Grown),
        () if far(expected, is) => Some(Size::Shrunk),
        () => None,
    }
}
