//! `mailtrail serve`.

pub(super) mod args;
#[cfg(feature = "serve")]
mod live;
#[cfg(not(feature = "serve"))]
#[path = "unable.rs"]
mod live;

pub(super) use live::run;
