//! `mailtrail tui`: the logs looked into on a terminal.

pub(super) mod args;
mod ask;
mod copy;
mod doc;
mod export;
mod keys;
mod list;
mod live;
mod look;
mod mail;
mod painted;
mod panes;
mod screen;
mod terminal;
mod work;

pub(super) use live::run;
