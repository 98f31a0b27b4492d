//! Rows for machines: anything that serialises, as a JSON line or as a line of CSV.

use std::io;

use serde::Serialize;
use serde_json::Value;

use super::escape::{csv_cell, csv_field, json};

/// Version of every row's form.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// Appends a compact JSON object, without the line break.
pub(super) fn write_json(row: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(json(&serde_json::to_string(row)?).as_bytes());
    Ok(())
}

/// Appends the cells of these columns, without the line break. A cell is what JSON would hold: text bare, a
/// list as JSON text, null as nothing.
pub(super) fn write_csv(row: &impl Serialize, columns: &[&str], out: &mut Vec<u8>) -> io::Result<()> {
    let Value::Object(cells) = serde_json::to_value(row)? else { return Ok(()) };
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        let text = match cells.get(*column) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => csv_cell(text).into_owned(),
            Some(other) => json(&other.to_string()).into_owned(),
        };
        csv_field(&text, out);
    }
    Ok(())
}
