//! `mailtrail tui`: the logs looked into on a terminal.

pub(super) mod args;
#[cfg(feature = "tui")]
mod ask;
#[cfg(feature = "tui")]
mod copy;
#[cfg(feature = "tui")]
mod doc;
#[cfg(feature = "tui")]
mod export;
#[cfg(feature = "tui")]
mod keys;
#[cfg(feature = "tui")]
mod list;
#[cfg(feature = "tui")]
mod live;
#[cfg(not(feature = "tui"))]
#[path = "unable.rs"]
mod live;
#[cfg(feature = "tui")]
mod look;
#[cfg(feature = "tui")]
mod mail;
#[cfg(feature = "tui")]
mod painted;
#[cfg(feature = "tui")]
mod panes;
#[cfg(feature = "tui")]
mod screen;
#[cfg(feature = "tui")]
mod terminal;
#[cfg(feature = "tui")]
mod work;

pub(super) use live::run;
