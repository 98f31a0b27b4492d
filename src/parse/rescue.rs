//! A record that did not read gets one more look, for the damage that is known to happen:
//! zero bytes or a byte-order mark before it, a collector's prefix, all quotes doubled,
//! a row of another release under this header.

use super::record::{Fields, Record};
use super::schema::Schema;
use super::values::{begins_like_a_record, guid, number};
use crate::model::column::Column;

/// A byte-order mark in UTF-8.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

/// How far into a line a collector's prefix may reach, bytes.
const MAX_PREFIX: usize = 256;

/// A repaired line and the schema it reads by.
#[derive(Debug)]
pub struct Rescued {
    /// The line without what was wrong with it.
    pub line: Vec<u8>,
    /// The header's schema, or that of another release.
    pub schema: Schema,
}

/// Tries the known repairs, in the order above. `schema` is the header's, where there is one. A line that
/// is not `whole`, since no line end closes it, is not taken for a shorter row of another release.
pub fn rescue(line: &[u8], schema: Option<&Schema>, whole: bool) -> Option<Rescued> {
    let stripped = strip_padding(line);
    let body = strip_prefix(stripped);
    let mut tries = vec![Cow::Borrowed(body)];
    if has_doubled_quotes(body) {
        tries.push(Cow::Owned(undouble(body)));
    }
    tries.into_iter().find_map(|line| {
        fitting(&line, schema, whole).map(|schema| Rescued { line: line.into_owned(), schema })
    })
}

use std::borrow::Cow;

/// Zero bytes and byte-order marks before a record are no part of it.
pub fn strip_padding(line: &[u8]) -> &[u8] {
    let mut rest = line;
    loop {
        let zeros = rest.iter().take_while(|b| **b == 0).count();
        let next = rest.get(zeros..).unwrap_or_default();
        let next = next.strip_prefix(BOM).unwrap_or(next);
        if next.len() == rest.len() {
            return rest;
        }
        rest = next;
    }
}

fn strip_prefix(line: &[u8]) -> &[u8] {
    (0..MAX_PREFIX.min(line.len()))
        .filter_map(|at| line.get(at..))
        .find(|rest| begins_like_a_record(rest))
        .unwrap_or(line)
}

/// The schema by which the line reads: the header's, else the documented one of its width.
fn fitting(line: &[u8], schema: Option<&Schema>, whole: bool) -> Option<Schema> {
    if !begins_like_a_record(line) || line.contains(&0) {
        return None;
    }
    let known = Schema::by_width(30)?;
    let mut fields = Fields::default();
    let width = fields.index(line, &known).width();
    if let Some(schema) = schema
        && schema.width() == width
    {
        return Some(schema.clone());
    }
    if schema.is_some() && !whole {
        return None;
    }
    let by_width = Schema::by_width(width)?;
    let record = fields.index(line, &by_width);
    reads_as(&record).then_some(by_width)
}

/// Whether the columns hold what they should: a row that lost one must not pass for an older release.
fn reads_as(record: &Record<'_>) -> bool {
    let is_number = |c: Column| {
        let text = record.get(c);
        text.is_empty() || number(&text).is_some()
    };
    let network = record.get(Column::NetworkMessageId);
    let direction = record.get(Column::Directionality).to_ascii_lowercase();
    [Column::InternalMessageId, Column::TotalBytes, Column::RecipientCount].into_iter().all(is_number)
        && (network.is_empty() || guid(&network).is_some())
        && guid(&record.get(Column::Recipients)).is_none()
        && matches!(&direction[..], b"" | b"incoming" | b"originating" | b"undefined" | b"1" | b"2")
}

/// Whether a row without a header has doubled quotes and does not hold what its width says.
pub fn is_undone_by_quotes(line: &[u8], record: &Record<'_>) -> bool {
    has_doubled_quotes(line) && !reads_as(record)
}

fn has_doubled_quotes(line: &[u8]) -> bool {
    memchr::memmem::find(line, b",\"\"").is_some() && memchr::memmem::find(line, b"\"\",").is_some()
}

fn undouble(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut bytes = line.iter().peekable();
    while let Some(&b) = bytes.next() {
        out.push(b);
        if b == b'"' && bytes.peek() == Some(&&b'"') {
            bytes.next();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(width: usize, subject: &str) -> String {
        let schema = Schema::by_width(width).unwrap();
        let mut cells = vec![String::new(); width];
        cells[0] = "2026-03-10T09:00:00.000Z".to_owned();
        cells[schema.place(Column::EventId).unwrap()] = "RECEIVE".to_owned();
        cells[schema.place(Column::Subject).unwrap()] = subject.to_owned();
        cells.join(",")
    }

    #[test]
    fn known_damage_is_mended() {
        let plain = row(30, "hello");
        let schema = Schema::by_width(30).unwrap();
        for (what, line) in [
            ("zeros and mark", format!("\0\0\0\u{feff}{plain}")),
            ("collector", format!("Mar 10 09:00:01 siem01 exchange: {plain}")),
            ("collector with commas", format!("a,b,c: {plain}")),
        ] {
            let rescued = rescue(line.as_bytes(), Some(&schema), true).unwrap_or_else(|| panic!("{what}"));
            assert_eq!(rescued.line, plain.as_bytes(), "{what}");
        }
        let doubled = row(27, "\"\"a,b\"\"");
        let rescued = rescue(doubled.as_bytes(), Schema::by_width(27).as_ref(), true).unwrap();
        assert_eq!(rescued.line, row(27, "\"a,b\"").as_bytes());
    }

    #[test]
    fn a_row_of_another_release_reads_by_its_width() {
        let rescued = rescue(row(26, "x").as_bytes(), Schema::by_width(30).as_ref(), true).unwrap();
        assert_eq!(rescued.schema.width(), 26);
    }

    #[test]
    fn nonsense_stays_nonsense() {
        assert!(rescue(b"hello, world", Schema::by_width(30).as_ref(), true).is_none());
        assert!(
            rescue(format!("{},", row(30, "x")).as_bytes(), Schema::by_width(30).as_ref(), true).is_none()
        );
    }
}
