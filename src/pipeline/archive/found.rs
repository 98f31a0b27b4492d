//! A message that was found, and the orders in which messages may stand.

use rayon::slice::ParallelSliceMut;

use super::super::state::Spot;
use super::Question;
use crate::model::journey::Journey;
use crate::model::name::{Frozen, guid_text};
use crate::model::time::Timestamp;

/// What messages are sorted by; equal ones by time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// First row.
    #[default]
    Time,
    /// Sender, in lower case.
    Sender,
    /// Bytes.
    Size,
    /// How many recipients.
    Recipients,
    /// The longest time that a recipient had to wait.
    Latency,
    /// The gravest decision: what failed comes last.
    Decision,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Time, Self::Sender, Self::Size, Self::Recipients, Self::Latency, Self::Decision];

    /// What it is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Sender => "sender",
            Self::Size => "size",
            Self::Recipients => "recipients",
            Self::Latency => "latency",
            Self::Decision => "decision",
        }
    }

    fn key(self, journey: &Journey, names: &Frozen) -> (i64, Box<[u8]>) {
        let leaves = &journey.leaves;
        let number = match self {
            Self::Time => 0,
            Self::Sender => return (0, names.get(journey.sender_folded).into()),
            Self::Size => journey.size_bytes.map_or(-1, |size| size as i64),
            Self::Recipients => leaves.len() as i64,
            Self::Latency => leaves.iter().map(|leaf| leaf.latency_ms).max().unwrap_or(-1),
            Self::Decision => leaves.iter().map(|leaf| leaf.decision as i64).max().unwrap_or(-1),
        };
        (number, Box::default())
    }
}

/// By what a message is known in every reading of one archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(Default))]
pub(super) struct Id {
    key: u128,
    /// Which of those that have this key.
    number: u32,
    network: u128,
    /// Hash of the message-id.
    message: u64,
    first_seen: Timestamp,
}

impl Id {
    pub(super) fn of(journey: &Journey, spot: Spot) -> Self {
        Self {
            key: journey.key,
            number: spot.number(),
            network: journey.network_message_id,
            message: journey.links.0,
            first_seen: journey.first_seen,
        }
    }
}

/// A message that was found.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Default))]
pub struct Found {
    id: Id,
    spot: Spot,
    key: (i64, Box<[u8]>),
    /// Final address of the first recipient that was asked for, where not any was.
    whom: Option<Box<[u8]>>,
}

impl Found {
    /// One that is known by when it was first seen, for tests of those that show messages.
    #[cfg(test)]
    pub fn sample(first_seen: Timestamp) -> Self {
        Self { id: Id { first_seen, ..Id::default() }, ..Self::default() }
    }

    pub(super) fn new(spot: Spot, (journey, names): (&Journey, &Frozen), question: &Question) -> Self {
        let asked = journey.leaves.iter().filter(|leaf| question.leaf.takes_leaf(leaf, names));
        let whom = asked.map(|leaf| names.get(leaf.final_recipient)).min();
        Self {
            id: Id::of(journey, spot),
            spot,
            key: question.sort.key(journey, names),
            whom: whom.filter(|_| !question.leaf.is_empty()).map(Into::into),
        }
    }

    /// Final address, as logged, of the first recipient that was asked for; `None` where any was.
    pub fn whom(&self) -> Option<&[u8]> {
        self.whom.as_deref()
    }

    pub(super) fn spot(&self) -> Spot {
        self.spot
    }

    pub(super) fn id(&self) -> Id {
        self.id
    }

    /// When its first row was written.
    pub fn first_seen(&self) -> Timestamp {
        self.id.first_seen
    }

    /// network-message-id, in lower case with dashes; `None` where the log has none.
    pub fn network_message_id(&self) -> Option<String> {
        (self.id.network != 0).then(|| guid_text(self.id.network))
    }
}

/// Brings messages in order. Those that are equal stand by their ids, and without one in any order.
pub(super) fn sort(found: &mut [Found], reversed: bool) {
    found.par_sort_unstable_by(|a, b| {
        let by_key = a.key.cmp(&b.key);
        let by_time = a.id.first_seen.cmp(&b.id.first_seen);
        let order = by_key.then(by_time);
        let order = if reversed { order.reverse() } else { order };
        order.then_with(|| (a.id.network, a.id.message, a.spot).cmp(&(b.id.network, b.id.message, b.spot)))
    });
}
