//! The time that was asked for.

use crate::model::time::Timestamp;

/// From, inclusive, and until, exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Earliest time.
    pub since: Option<Timestamp>,
    /// First time that is out again.
    pub until: Option<Timestamp>,
}

impl Window {
    /// Whether a time lies in the window.
    #[inline]
    pub fn holds(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|s| time >= s) && self.until.is_none_or(|u| time < u)
    }
}
