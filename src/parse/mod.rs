//! Bytes in, values out. No input or output, no threads, nothing here can fail but by value.
//!
//! The ladder, from the fastest rung to the most comfortable:
//! - [`split`]: record boundaries only; knows quotes, does not know columns.
//! - [`record`]: the fields of a record as slices; unquotes a field only when asked.
//! - [`event`]: a typed row; the small texts inside its fields stay untouched.
//! - [`status`], [`context`], [`custom_data`], [`message_info`]: the grammars inside fields.
//!
//! [`subjects`] knows automatic answers. [`needle`] finds texts in bytes of which nothing is known yet. [`rescue`] is tried only on a record that did not
//! read; [`reference`](mod@reference) is the slow oracle that tests hold the fast splitter against.

pub mod context;
pub mod custom_data;
pub mod event;
pub mod header;
pub mod message_info;
pub mod needle;
pub mod record;
pub mod reference;
pub mod rescue;
mod scan;
pub mod schema;
pub mod sniff;
pub mod split;
pub mod status;
pub mod subjects;
pub mod values;
