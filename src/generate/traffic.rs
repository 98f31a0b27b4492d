//! An ordinary day: who writes to whom, and the rarer things that happen to mail without a fault.

mod agents;
mod letters;
mod machines;
mod moderation;

pub(super) use letters::newsletter;
pub(super) use moderation::ARBITRATION;

use super::exchange::Exchange;
use super::world::Home;

/// Something that happens, at a time.
pub(super) type Scene = fn(&mut Exchange<'_>, i64);

/// Of a thousand messages so many are of each kind; the rest comes from the internet.
const SHARES: [(u32, Scene); 17] = [
    (455, letters::internal),
    (80, letters::from_cloud),
    (30, machines::scan),
    (25, machines::probe),
    (12, letters::journaled),
    (4, letters::forwarded_by_rule),
    (3, machines::resubmitted),
    (3, agents::rejected),
    (3, agents::redirected),
    (4, agents::deleted),
    (3, agents::quarantined),
    (2, moderation::approved),
    (1, moderation::rejected),
    (1, moderation::expired),
    (2, letters::mailbox_full),
    (2, letters::to_nobody),
    (2, letters::late),
];

/// What must happen at least once, so that even small logs hold every decision.
pub(super) const ONCE: [Scene; 19] = [
    letters::to_many,
    letters::to_group,
    letters::refused,
    letters::expired,
    letters::late,
    letters::mailbox_full,
    letters::to_nobody,
    letters::to_contact,
    letters::forwarded,
    letters::journaled,
    letters::forwarded_by_rule,
    machines::resubmitted,
    agents::rejected,
    agents::redirected,
    agents::deleted,
    agents::quarantined,
    moderation::approved,
    moderation::rejected,
    moderation::expired,
];

/// What is open when the logs end.
pub(super) const OPEN: [Scene; 2] = [letters::waiting, letters::in_transit];

/// The last part of the calendar, in which mail may be left without an end, ms.
const LAST: i64 = 15 * 3_600_000;

/// One more ordinary message.
pub(super) fn next(exchange: &mut Exchange<'_>, now: i64) {
    if now > exchange.end - LAST && exchange.once_in(150) {
        let [waiting, in_transit] = OPEN;
        return if exchange.rng.bool() { waiting(exchange, now) } else { in_transit(exchange, now) };
    }
    let mut dice = exchange.rng.u32(0..1_000);
    for (share, scene) in SHARES {
        if dice < share {
            return scene(exchange, now);
        }
        dice -= share;
    }
    letters::inbound(exchange, now);
}

impl Exchange<'_> {
    /// Anybody of the organisation.
    pub(super) fn anybody(&mut self) -> usize {
        self.rng.u32(0..self.world.users.len() as u32) as usize
    }

    /// Somebody whose mailbox is here.
    pub(super) fn resident(&mut self) -> usize {
        let from = self.anybody();
        self.world.resident(from)
    }

    /// Somebody whose mailbox is in the cloud, if anybody's is.
    pub(super) fn cloud_user(&mut self) -> Option<usize> {
        let from = self.anybody();
        let people = self.world.users.len();
        let away = |n: &usize| self.world.user(*n).home == Home::Cloud;
        (from..from + people).map(|n| n % people.max(1)).find(away)
    }

    /// A domain outside; some are written to much more than others.
    pub(super) fn some_domain(&mut self) -> usize {
        let all = self.world.domains.len() as u64;
        let (a, b) = (self.rng.u64(0..all), self.rng.u64(0..all));
        (a * b / all.max(1)) as usize
    }
}
