//! All rows on the ways of some recipients as one sequence that keeps the order of each way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hashbrown::HashMap;

use crate::model::event::EventId;
use crate::model::intake::Position;
use crate::model::journey::{Hop, Leaf};
use crate::model::time::Timestamp;

/// A row of the message.
#[derive(Debug)]
pub(super) struct Row<'j> {
    /// What it says, to the first recipient it holds for.
    pub(super) hop: &'j Hop,
    /// It names other addresses to others.
    pub(super) addresses_differ: bool,
    /// It gives others another status.
    pub(super) statuses_differ: bool,
    /// Places of the recipients on whose way it is, in the list that was given, rising.
    pub(super) leaves: Vec<usize>,
    /// When the row before it was written, on the way of the first of them.
    pub(super) before: Option<Timestamp>,
    /// Numbers of the rows that follow on some way, one for each way.
    next: Vec<usize>,
    /// How many ways have a row before it that is not placed yet.
    waits: usize,
}

impl<'j> Row<'j> {
    fn new(hop: &'j Hop, before: Option<Timestamp>) -> Self {
        let (leaves, next) = (Vec::new(), Vec::new());
        Self { hop, addresses_differ: false, statuses_differ: false, leaves, before, next, waits: 0 }
    }
}

/// The rows in causal order: none stands before one that precedes it on any way; of those that may come next, the
/// earliest does. Where ways contradict each other, time decides.
pub(super) fn rows<'j>(leaves: &[&'j Leaf]) -> Vec<Row<'j>> {
    let mut rows = gathered(leaves);
    let mut ready: BinaryHeap<_> = (0..rows.len())
        .filter(|i| rows.get(*i).is_some_and(|r| r.waits == 0))
        .map(|i| key(&rows, i))
        .collect();
    let mut by_time: Vec<_> = (0..rows.len()).map(|i| key(&rows, i)).collect();
    by_time.sort_unstable();
    let mut placed = vec![false; rows.len()];
    let mut order = Vec::with_capacity(rows.len());
    while order.len() < rows.len() {
        let next = ready.pop().or_else(|| {
            while by_time.last().is_some_and(|Reverse((.., i))| placed.get(*i) == Some(&true)) {
                by_time.pop();
            }
            by_time.pop()
        });
        let Some(Reverse((.., at))) = next else { break };
        let Some(done) = placed.get_mut(at).filter(|done| !**done) else { continue };
        *done = true;
        order.push(at);
        let following = rows.get_mut(at).map(|r| std::mem::take(&mut r.next)).unwrap_or_default();
        for next in following {
            let Some(row) = rows.get_mut(next) else { continue };
            row.waits = row.waits.saturating_sub(1);
            if row.waits == 0 {
                ready.push(key(&rows, next));
            }
        }
    }
    let mut rows: Vec<Option<Row<'j>>> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| rows.get_mut(at).and_then(Option::take)).collect()
}

/// The smallest of these is the earliest; of one time that which stands first.
fn key(rows: &[Row<'_>], at: usize) -> Reverse<(Timestamp, Position, usize)> {
    let (time, place) = rows.get(at).map(|r| (r.hop.time, r.hop.evidence)).unwrap_or_default();
    Reverse((time, place, at))
}

/// Each row once, with what follows it.
fn gathered<'j>(leaves: &[&'j Leaf]) -> Vec<Row<'j>> {
    let mut rows: Vec<Row<'j>> = Vec::new();
    let mut known: HashMap<(Position, EventId), usize> = HashMap::new();
    for (leaf, hops) in leaves.iter().map(|l| &l.hops).enumerate() {
        let mut last: Option<usize> = None;
        for hop in hops {
            let at = *known.entry((hop.evidence, hop.event)).or_insert(rows.len());
            let before = last.and_then(|l| rows.get(l)).map(|r| r.hop.time);
            if at == rows.len() {
                rows.push(Row::new(hop, before));
            }
            let Some(row) = rows.get_mut(at) else { continue };
            if row.leaves.last() == Some(&leaf) {
                continue;
            }
            row.leaves.push(leaf);
            row.addresses_differ |= row.hop.address != hop.address || row.hop.related != hop.related;
            row.statuses_differ |= row.hop.status != hop.status;
            if let Some(last) = last {
                row.waits += 1;
                if let Some(last) = rows.get_mut(last) {
                    last.next.push(at);
                }
            }
            last = Some(at);
        }
    }
    rows
}
