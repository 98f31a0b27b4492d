//! The ground floor: data and its own small methods. Imports nothing of the crate.

pub mod by_symbol;
pub mod cell;
pub mod column;
pub mod compared;
pub mod event;
pub mod finding;
pub mod intake;
pub mod journey;
pub mod manifest;
pub mod name;
pub mod page;
pub mod remote_routing;
pub mod report;
pub mod row;
pub mod series;
pub mod signs;
pub mod snapshot;
pub mod standing;
pub mod status;
pub mod threads;
pub mod threshold;
pub mod time;
