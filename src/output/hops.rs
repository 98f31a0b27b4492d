//! `hops`: one row per hop of a row of `routes`, as JSON lines or CSV.

use std::io::{self, Write};

use serde::Serialize;

use super::routes::{Context, HopRow};
use super::rows::{SCHEMA_VERSION, write_csv, write_json};
use crate::model::journey::{Journey, Leaf};
use crate::model::name::guid_text;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One compact JSON object a line.
    JsonLines,
    /// A header and a line for each row; a place is JSON text, null is empty.
    Csv {
        /// Without apostrophes against formulas.
        raw: bool,
    },
}

/// The columns of a row, in order.
pub const COLUMNS: [&str; 15] = [
    "schema_version",
    "network_message_id",
    "message_id",
    "first_seen",
    "recipient",
    "final_recipient",
    "decision",
    "position",
    "server",
    "event",
    "source",
    "connector",
    "peer",
    "time",
    "evidence",
];

#[derive(Debug, Serialize)]
struct Row {
    schema_version: u32,
    network_message_id: Option<String>,
    message_id: Option<String>,
    first_seen: String,
    recipient: Option<String>,
    final_recipient: Option<String>,
    decision: &'static str,
    position: u64,
    #[serde(flatten)]
    hop: HopRow,
}

/// Writes the header line, where the form has one.
///
/// # Errors
/// If the output fails.
pub fn write_head(form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::JsonLines => Ok(()),
        Form::Csv { .. } => writeln!(out, "{}", COLUMNS.join(",")),
    }
}

/// Writes the hops of one row of `routes`.
///
/// # Errors
/// None but those of serde, which do not come.
pub fn write_rows(
    context: &Context<'_>,
    (journey, leaf): (&Journey, &Leaf),
    form: Form,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    for (position, hop) in (1..).zip(leaf.hops.iter().filter(|h| h.is_listed())) {
        let row = Row {
            schema_version: SCHEMA_VERSION,
            network_message_id: (journey.network_message_id != 0)
                .then(|| guid_text(journey.network_message_id)),
            message_id: context.text(journey.message_id),
            first_seen: journey.first_seen.to_string(),
            recipient: context.text(leaf.recipient),
            final_recipient: context.text(leaf.final_recipient),
            decision: leaf.decision.as_str(),
            position,
            hop: context.hop(hop),
        };
        match form {
            Form::JsonLines => write_json(&row, out)?,
            Form::Csv { raw } => write_csv(&row, &COLUMNS, raw, out)?,
        }
        out.push(b'\n');
    }
    Ok(())
}
