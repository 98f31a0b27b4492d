//! Reads Microsoft Exchange message-tracking logs and says, for each message and recipient,
//! what Exchange decided: stored here, sent by which connector, rewritten to a remote routing
//! address, not found, and the rest.
//!
//! Data flows one way: bytes → records → events → journeys → report. `model` is the ground floor
//! and imports nothing; `parse`, `route` and `tally` are pure; `input` and `output` are the only
//! doors; `pipeline` holds the threads; `cli` is the top.
//!
//! ```
//! use mailtrail::parse::{schema::Schema, record::Fields};
//! use mailtrail::model::column::Column;
//!
//! let schema = Schema::from_header(b"#Fields: date-time,event-id,recipient-address").unwrap();
//! let line = b"2026-03-10T09:00:00.000Z,RECEIVE,\"a@contoso.com;b@contoso.com\"";
//! let mut fields = Fields::default();
//! let record = fields.index(line, &schema);
//! assert_eq!(&*record.get(Column::Recipients), b"a@contoso.com;b@contoso.com");
//! ```

pub mod cli;
pub mod compare;
pub mod findings;
pub mod generate;
pub mod input;
pub mod model;
pub mod output;
pub mod parse;
pub mod pipeline;
pub mod redact;
pub mod route;
pub mod tables;
pub mod tally;
pub mod topology;
