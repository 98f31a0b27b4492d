//! Rows for machines: anything that serialises, as a JSON line or as a line of CSV.

use std::io;

use serde::Serialize;
use serde_json::Value;

use super::escape::{csv_cell, csv_field, csv_raw, json};

/// Version of every row's form.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// Appends a compact JSON object, without the line break.
pub(super) fn write_json(row: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(json(&serde_json::to_string(row)?).as_bytes());
    Ok(())
}

/// Appends a text as a JSON string; bytes that are no UTF-8 become U+FFFD. Says whether the text is printable ASCII.
pub(super) fn string(text: &[u8], out: &mut Vec<u8>) -> io::Result<bool> {
    // Most texts have nothing to escape. All bytes are looked at, without a branch, so that it goes fast.
    let (mut strange, mut marked) = (false, false);
    for b in text {
        strange |= !matches!(b, b' '..=b'~');
        marked |= matches!(b, b'"' | b'\\');
    }
    if strange {
        serde_json::to_writer(out, &*String::from_utf8_lossy(text))?;
        return Ok(false);
    }
    out.push(b'"');
    let mut done = 0;
    for at in marked.then(|| memchr::memchr2_iter(b'"', b'\\', text)).into_iter().flatten() {
        out.extend_from_slice(text.get(done..at).unwrap_or_default());
        out.push(b'\\');
        done = at;
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    out.push(b'"');
    Ok(true)
}

/// Appends the cells of these columns, without the line break. A cell is what JSON would hold: text bare, a
/// list as JSON text, null as nothing; `raw` without apostrophes.
pub(super) fn write_csv(
    row: &impl Serialize,
    columns: &[&str],
    raw: bool,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let Value::Object(cells) = serde_json::to_value(row)? else { return Ok(()) };
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        let text = match cells.get(*column) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) if raw => csv_raw(text).into_owned(),
            Some(Value::String(text)) => csv_cell(text).into_owned(),
            Some(other) => json(&other.to_string()).into_owned(),
        };
        csv_field(&text, out);
    }
    Ok(())
}
