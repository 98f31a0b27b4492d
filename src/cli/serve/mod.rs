//! `mailtrail serve`: the report as a page that a browser asks for, with every message and every row behind it.

mod answer;
mod api;
pub(super) mod args;
mod asking;
mod door;
mod failure;
mod gate;
mod listen;
mod live;
mod logs;
mod pages;
mod shown;
mod token;

pub(super) use live::run;
