//! Fields and rows: what lies in a record, by whichever way it was found, and what is written reads back.
//!
//! The first line is a header if it reads as one; the rest are records under it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::model::column::ALL;
use mailtrail::parse::event::Event;
use mailtrail::parse::header::Binding;
use mailtrail::parse::record::{Fields, Record, quote, unquote};
use mailtrail::parse::rescue::rescue;
use mailtrail::parse::schema::Schema;
use mailtrail::parse::split::{Cut, Shape, cut};
use mailtrail_fuzz::inside;

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|b| *b == b'\n').map_or(data.len(), |i| i + 1);
    let (header, rows) = data.split_at(end);
    let bound = Schema::from_header(header);
    if let Some(schema) = &bound {
        bound_by_name(header, schema);
    }
    let widths = [21, 26, 27, 30].into_iter().filter_map(Schema::by_width);
    for schema in widths.chain(bound) {
        chunk(rows, &schema);
    }
    written(data);
});

/// Every column stands where the header names it first.
fn bound_by_name(header: &[u8], schema: &Schema) {
    let list = &header[header.iter().position(|b| *b == b':').unwrap() + 1..];
    let names: Vec<String> = list.trim_ascii().split(|b| *b == b',').map(plain_name).collect();
    assert_eq!(names.len(), schema.width());
    for (column, name) in ALL {
        let place = names.iter().position(|n| n == name).filter(|place| *place < 255);
        assert_eq!(schema.place(column), place, "{name}");
    }
}

fn plain_name(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase().replace('_', "-");
    if name == "date-time-utc" { "date-time".to_owned() } else { name }
}

/// The records of a chunk are the same whether they were found together or each alone.
fn chunk(text: &[u8], schema: &Schema) {
    // A last line without an end is left to the next cut.
    let Cut { end, shape, .. } = cut(text, &Binding::ByWidth, true, &mut Fields::default());
    let text = &text[..end];
    let mut all = Fields::default();
    all.index_shape(text, &shape);
    let ends: Vec<usize> = match &shape {
        Shape::Lines => (1..=text.len()).filter(|end| text[end - 1] == b'\n').collect(),
        Shape::Ends(ends) => ends.iter().map(|(end, _)| *end as usize).collect(),
    };
    assert_eq!(all.len(), ends.len());
    let (mut start, mut alone) = (0, Fields::default());
    for (i, end) in ends.into_iter().enumerate() {
        let bytes = &text[start..end];
        let (one, among) = (alone.index(bytes, schema), all.record(i, text, schema));
        assert_eq!(among.start(), start);
        assert_eq!((one.line(), one.width()), (among.line(), among.width()));
        assert_eq!(one.is_terminated(), among.is_terminated());
        for (column, _) in ALL {
            assert_eq!(one.raw(column), among.raw(column), "{column:?}");
        }
        record(one, bytes, schema);
        start = end;
    }
}

fn record(record: Record<'_>, bytes: &[u8], schema: &Schema) {
    assert!(inside(record.line(), bytes));
    for (column, _) in ALL {
        let raw = record.raw(column);
        assert!(inside(raw, bytes));
        assert_eq!(record.get(column), unquote(raw));
        if schema.place(column).is_none_or(|place| place >= record.width()) {
            assert!(raw.is_empty(), "{column:?} is not there");
        }
    }
    if schema == &Schema::by_width(30).unwrap() && record.width() <= 30 {
        let fields: Vec<&[u8]> =
            ALL.iter().take(record.width()).map(|(column, _)| record.raw(*column)).collect();
        assert_eq!(fields.join(&b','), record.line(), "the fields are the record");
    }
    match Event::read(record) {
        Ok(event) => {
            assert_eq!(event.line(), record.line());
            assert_eq!(record.width(), schema.width());
        }
        Err(_) => rescued(record, schema),
    }
}

/// A repaired line has the width it is read by, and needs no repair.
fn rescued(record: Record<'_>, schema: &Schema) {
    let Some(rescued) = rescue(record.line(), Some(schema), record.is_terminated()) else { return };
    let mut fields = Fields::default();
    let again = fields.index(&rescued.line, &rescued.schema);
    assert_eq!(again.width(), rescued.schema.width());
    assert!(record.line().len() >= rescued.line.len());
}

/// The pieces of the input as values: written and read they are the same.
fn written(data: &[u8]) {
    let Some((separator, values)) = data.split_first() else { return };
    let schema = Schema::by_width(30).unwrap();
    let mut values: Vec<&[u8]> = values.split(|b| b == separator).take(30).collect();
    values.resize(30, b"");
    let mut line = Vec::new();
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            line.push(b',');
        }
        quote(value, &mut line);
    }
    line.extend_from_slice(b"\r\n");
    let mut fields = Fields::default();
    let record = fields.index(&line, &schema);
    assert_eq!(record.width(), 30);
    for ((column, name), value) in ALL.into_iter().zip(values) {
        // A bare value that begins with a quote cannot be: it would have been quoted.
        assert_eq!(&*record.get(column), value, "{name}");
    }
}
