//! `mailtrail serve`: the report as a page that a browser asks for, with every message and every row behind it.

#[cfg(feature = "serve")]
mod answer;
#[cfg(feature = "serve")]
mod api;
pub(super) mod args;
#[cfg(feature = "serve")]
mod asking;
#[cfg(feature = "serve")]
mod door;
#[cfg(feature = "serve")]
mod failure;
#[cfg(feature = "serve")]
mod gate;
#[cfg(feature = "serve")]
mod listen;
#[cfg(feature = "serve")]
mod live;
#[cfg(not(feature = "serve"))]
#[path = "unable.rs"]
mod live;
#[cfg(feature = "serve")]
mod logs;
#[cfg(feature = "serve")]
mod pages;
#[cfg(feature = "serve")]
mod shown;
#[cfg(feature = "serve")]
mod token;

pub(super) use live::run;
