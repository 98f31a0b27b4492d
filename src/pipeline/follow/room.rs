//! Memory of who follows logs: what is over is swept out, and where that does not suffice the window gets shorter.

use super::Follower;
use crate::model::time::{HOUR, Timestamp};
use crate::pipeline::ReadError;
use crate::pipeline::state::Swept;

/// What is over is swept out when the window has moved by this part of its length.
const SLIDE: i64 = 8;
/// Rows of a message are kept for so many windows, however long it goes on.
const LONGEST: i64 = 8;
/// More blocks than this are laid down anew: one that is hardly filled costs more than what is in it.
const MOST_BLOCKS: usize = 1 << 16;

/// Memory of facts that is at hand and that they may take, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Taken.
    pub bytes: usize,
    /// Messages without a row since then are not there, since memory was short.
    pub short: Option<Timestamp>,
}

impl Follower {
    /// What memory is taken.
    pub fn held(&self) -> Held {
        let short = self.short.filter(|short| self.since() == Some(*short));
        Held { bytes: self.bytes(), short }
    }

    fn bytes(&self) -> usize {
        let others = self.names.bytes() + self.pieces.bytes() + self.met.bytes();
        self.parts.bytes() + others + self.resubmitted.capacity() * 17
    }

    /// Sweeps out what is over, and where memory is short the older half of what is there.
    pub(super) fn make_room(&mut self) -> Result<(), ReadError> {
        let limit = self.options.budget.bytes;
        let Some(since) = self.since() else { return Ok(()) };
        let slid = self.swept.is_none_or(|swept| since.0 - swept.0 > self.span / SLIDE);
        if self.swept.is_none() {
            self.swept = Some(since);
        } else if slid || self.parts.blocks() > MOST_BLOCKS {
            self.sweep(since)?;
        }
        if self.met.bytes() > limit / 4
            && let Some(file) = self.plan.files.first()
        {
            file.twins.forget();
        }
        while self.bytes() > limit {
            let (Some(since), Some(latest)) = (self.since(), self.latest) else { return Ok(()) };
            let half = Timestamp(since.0 + (latest.0 - since.0) / 2);
            if half <= since {
                return Ok(());
            }
            self.short = Some(half);
            self.sweep(half)?;
        }
        Ok(())
    }

    /// Takes out messages without a row since then, and files that end before.
    fn sweep(&mut self, since: Timestamp) -> Result<(), ReadError> {
        let oldest = Timestamp(since.0.saturating_sub((LONGEST - 1) * self.span));
        let state = self.state();
        let swept = state.sweep((since, oldest), &self.parting);
        state.error()?;
        let Swept { parts, names, shapes, resubmitted } = swept;
        (self.parts, self.names, self.shapes) = (parts, names, shapes);
        self.resubmitted = resubmitted;
        self.swept = Some(since);
        self.pieces.keep_since(since);
        self.prune(since);
        Ok(())
    }

    /// Forgets files whose time is over.
    fn prune(&mut self, since: Timestamp) {
        let mut next = 0;
        let stays = |last: Option<Timestamp>| last.is_none_or(|last| last.0 + HOUR >= since.0);
        let numbers: Vec<Option<u32>> = self
            .plan
            .reaches
            .iter()
            .map(|reach| {
                stays(reach.last()).then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        let number = |old: u32| numbers.get(old as usize).copied().flatten();
        let mut keeps = numbers.iter().map(Option::is_some);
        self.plan.files.retain(|_| keeps.next().unwrap_or(true));
        let mut keeps = numbers.iter().map(Option::is_some);
        self.plan.notes.retain(|_| keeps.next().unwrap_or(true));
        let mut keeps = numbers.iter().map(Option::is_some);
        self.plan.reaches.retain(|_| keeps.next().unwrap_or(true));
        self.pieces.renumber(number);
        self.due.retain_mut(|(_, end)| {
            let new = number(end.file);
            end.file = new.unwrap_or_default();
            new.is_some()
        });
        self.watched.renumber(number);
    }
}
