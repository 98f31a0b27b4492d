//! The report as a mail: what was asked for, checked before the work begins.

pub(super) mod args;
#[cfg(feature = "mail")]
mod post;
#[cfg(not(feature = "mail"))]
#[path = "unable.rs"]
mod post;

pub(super) use post::Post;
