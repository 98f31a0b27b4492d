//! Whether a row counts, or for what it is set aside.

use super::window::Window;
use crate::model::event::{Role, role};
use crate::model::intake::Ledger;
use crate::parse::event::Event;

/// The account of a row that is no duplicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Counted,
    OutsideWindow,
    Probe,
    Redundancy,
}

impl Standing {
    /// Judges a row; of several reasons to set it aside the first in the order of the ledger holds.
    /// `is_probe` is asked of rows in the window.
    pub(super) fn of(event: &Event<'_>, window: Window, is_probe: impl FnOnce() -> bool) -> Self {
        if !window.holds(event.time) {
            Self::OutsideWindow
        } else if is_probe() {
            Self::Probe
        } else if role(event.event, event.source) == Role::Redundancy {
            Self::Redundancy
        } else {
            Self::Counted
        }
    }

    /// Counts a row of this standing.
    pub(super) fn count(self, ledger: &mut Ledger) {
        match self {
            Self::Counted => ledger.counted += 1,
            Self::OutsideWindow => ledger.outside_window += 1,
            Self::Probe => ledger.probes += 1,
            Self::Redundancy => ledger.redundancy += 1,
        }
    }
}
