//! Whether a row counts, or for what it is set aside.

use super::rows::is_probe_row;
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
    pub(super) fn of(event: &Event<'_>, window: Window, include_probes: bool) -> Self {
        if !window.holds(event.time) {
            Self::OutsideWindow
        } else if !include_probes && is_probe_row(event) {
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
