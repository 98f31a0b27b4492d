//! Messages that were made of each other: reports about reports, journal reports of journal reports, and what rules made of
//! what rules made.

use hashbrown::HashMap;

use super::survey::{Made, Survey};
use crate::model::journey::Class;
use crate::model::name::Symbol;

type Text = Box<[u8]>;

/// Two addresses, the smaller first.
type Pairing<'n> = (&'n [u8], &'n [u8]);

/// Chains are not followed further.
const CHAIN: usize = 100;

/// What was made from something that was made, by the hash of its message-id.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains(HashMap<u64, (u64, Class, (Text, Text))>);

impl Chains {
    /// Takes those that are longer than one.
    pub(super) fn new(survey: &Survey<'_>) -> Self {
        let text = |s: Symbol| Text::from(survey.names.get(s));
        let mut chains = Self::default();
        for (id, made) in &survey.made {
            let Some(parent) = survey.made.get(&made.from).filter(|p| p.class == made.class) else {
                continue;
            };
            for (id, m) in [(*id, made), (made.from, parent)] {
                let Made { from, class, between } = *m;
                chains.0.insert(id, (from, class, (text(between.0), text(between.1))));
            }
        }
        chains
    }

    /// What something was made from that was made itself.
    pub(super) fn sources(&self) -> impl Iterator<Item = u64> {
        self.0.values().map(|(from, _, _)| *from).filter(|from| self.0.contains_key(from))
    }

    /// How many messages in a row were made of each other before this one, by the same means and between the same two.
    pub(super) fn before(&self, from: u64, class: Class) -> (usize, Option<Pairing<'_>>) {
        let (mut at, mut long, mut between) = (from, 0, None);
        while let Some((up, its, (a, b))) = self.0.get(&at).filter(|_| long < CHAIN) {
            let pair = (a.as_ref(), b.as_ref());
            if *its != class || between.is_some_and(|known| known != pair) {
                break;
            }
            (long, at, between) = (long + 1, *up, Some(pair));
        }
        (long, between)
    }
}
