//! The messages of a run without those that are over, laid down anew: their texts and shapes go too.

use hashbrown::{HashMap, HashSet};

use super::super::parts::Parts;
use super::{State, Work};
use crate::model::name::{Names, Symbol};
use crate::model::time::Timestamp;
use crate::route::batch::{Batch, PARTS};
use crate::route::fact::{ANNOTATION, Recipient};
use crate::route::shape::Shapes;
use crate::route::store::Shard;

/// What stays.
#[derive(Debug)]
pub(in crate::pipeline) struct Swept {
    pub parts: Parts,
    pub names: Names,
    pub shapes: Shapes,
    pub resubmitted: HashSet<u128>,
}

/// One thread's part in it.
struct Keeper<'s> {
    batch: Batch<'s>,
    names: &'s Names,
    /// Symbols here by those there.
    known: HashMap<Symbol, Symbol>,
    /// What names the messages that stay, as [`State::resubmitted`] does.
    ids: HashSet<u128>,
    recipients: Vec<Recipient>,
}

impl State {
    /// Keeps the messages that have a row of `since` or later; of those no row before `oldest`.
    pub(in crate::pipeline) fn sweep(
        &self,
        (since, oldest): (Timestamp, Timestamp),
        parting: &foldhash::fast::RandomState,
    ) -> Swept {
        let (names, shapes) = (Names::default(), Shapes::default());
        let new = || Keeper {
            batch: Batch::new((self.texts, false), parting.clone(), &shapes),
            names: &names,
            known: HashMap::new(),
            ids: HashSet::new(),
            recipients: Vec::new(),
        };
        let look = |keeper: &mut Keeper<'_>, work: &mut Work, (number, shard): (usize, &Shard)| {
            if number < PARTS {
                self.keep(keeper, work, shard, (since, oldest));
            }
        };
        let (mut parts, mut ids) = (Parts::lasting(), HashSet::new());
        for keeper in self.by_shard(new, look) {
            parts.adopt_blocks(keeper.batch.finish());
            ids.extend(keeper.ids);
        }
        let resubmitted = self.resubmitted.intersection(&ids).copied().collect();
        Swept { parts, names, shapes, resubmitted }
    }

    fn keep(
        &self,
        keeper: &mut Keeper<'_>,
        work: &mut Work,
        shard: &Shard,
        (since, oldest): (Timestamp, Timestamp),
    ) {
        let mut aliases: HashMap<u32, Vec<u64>> = HashMap::new();
        for (id, number) in &shard.aliases {
            aliases.entry(*number).or_default().push(*id);
        }
        for number in 0..shard.len() {
            work.bag.clear();
            shard.decode(number, &self.shapes, &mut work.bag);
            let Some(key) = shard.key(number).filter(|_| work.bag.facts.iter().any(|f| f.time >= since))
            else {
                continue;
            };
            keeper.ids.extend([key.value, u128::from(key.message_id)]);
            // Each of the bag's message-ids was told by a row that moves it, and is again.
            let mut others = aliases.remove(&number).unwrap_or_default().into_iter();
            let mut first = true;
            for fact in work.bag.facts.iter().filter(|f| f.time >= oldest) {
                let Keeper { batch, names, known, recipients, .. } = keeper;
                let mut name =
                    |symbol| *known.entry(symbol).or_insert_with(|| names.intern(self.names.get(symbol)));
                let mut renamed = *fact;
                renamed.rename(&mut name);
                recipients.clear();
                recipients.extend_from_slice(work.bag.recipients_of(fact));
                for recipient in recipients.iter_mut() {
                    recipient.rename(&mut name);
                }
                let mut key = key;
                if fact.flags & ANNOTATION == 0 && !std::mem::take(&mut first) {
                    key.message_id = others.next().unwrap_or(key.message_id);
                }
                batch.push(key, &renamed, recipients);
            }
        }
    }
}
