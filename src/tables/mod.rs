//! Events, routes, hops and findings as tables. The only place that knows Polars, and only with the feature
//! `tables`; what columns there are is known without it.

pub mod schema;

#[cfg(feature = "tables")]
mod answer;
#[cfg(feature = "tables")]
mod arrays;
#[cfg(feature = "tables")]
pub mod by_time;
#[cfg(feature = "tables")]
pub mod events;
#[cfg(feature = "tables")]
pub mod file;
#[cfg(feature = "tables")]
pub mod findings;
#[cfg(feature = "tables")]
mod frame;
#[cfg(feature = "tables")]
mod gather;
#[cfg(feature = "tables")]
pub mod hops;
#[cfg(feature = "tables")]
mod nature;
#[cfg(feature = "tables")]
mod pack;
#[cfg(feature = "tables")]
pub mod parts;
#[cfg(feature = "tables")]
pub mod query;
#[cfg(feature = "tables")]
pub mod read;
#[cfg(feature = "tables")]
pub mod routes;
#[cfg(feature = "tables")]
pub mod stock;
#[cfg(feature = "tables")]
mod walk;

#[cfg(feature = "tables")]
pub use frame::{Frame, TableError};
