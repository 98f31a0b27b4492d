//! `mailtrail tui`.

pub(super) mod args;
#[cfg(feature = "tui")]
mod live;
#[cfg(not(feature = "tui"))]
#[path = "unable.rs"]
mod live;

pub(super) use live::run;
