//! Faults put into the logs, and when.

use super::Plan;
use super::traffic::{ONCE, OPEN, Scene};

/// Something that must happen when so many thousandths of the logs are written.
pub(super) struct Event {
    pub at: u64,
    pub scene: Scene,
}

/// What must happen, the last first.
pub(super) fn agenda(plan: &Plan) -> Vec<Event> {
    let mut agenda = Vec::new();
    let _ = plan;
    for (n, scene) in (0u64..).zip(ONCE) {
        agenda.push(Event { at: 100 + n * 37, scene });
    }
    for (n, scene) in (0u64..).zip(OPEN) {
        agenda.push(Event { at: 985 + n * 3, scene });
    }
    agenda.sort_by_key(|e| std::cmp::Reverse(e.at));
    agenda
}
