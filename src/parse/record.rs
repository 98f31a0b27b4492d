//! The fields of a record, as slices of the chunk it lies in.

use std::borrow::Cow;

use super::scan::{self, Offsets, Survey};
use super::schema::Schema;
use super::split::Shape;
use crate::model::column::Column;

/// Where the records and fields of a chunk or a line lie; kept and used again, so that no record allocates.
#[derive(Debug, Default)]
pub struct Fields {
    /// Where fields end. Before the first record, or before each of them, stands one less than where it starts.
    bounds: Offsets,
    /// For each record, the number of bounds up to its end.
    records: Offsets,
    /// Every record has a bound of its own before it; else the line feed of the one before is that.
    apart: bool,
}

/// One record: where its fields lie. Nothing is unquoted or copied until asked for.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    data: &'a [u8],
    /// Field `i` lies between bounds `i` and `i + 1`.
    bounds: &'a [u32],
    schema: &'a Schema,
}

/// The bound before what starts at the very beginning: one more than it is 0.
const BEFORE_ALL: u32 = u32::MAX;

impl Fields {
    /// Takes one line, with or without its line end.
    pub fn index<'a>(&'a mut self, line: &'a [u8], schema: &'a Schema) -> Record<'a> {
        self.index_lines(line);
        Record { data: line, bounds: self.bounds.get(), schema }
    }

    /// Finds the fields of a whole chunk whose every line is a record.
    pub fn index_lines(&mut self, chunk: &[u8]) {
        self.survey(chunk);
        // The last record is ended where no line feed does, or where its line feed lies inside a quote.
        let done = self.records.get().last().map_or(1, |n| *n as usize);
        if done < self.bounds.get().len() || self.start_behind(done) < chunk.len() {
            self.bounds.push((chunk.len() - usize::from(chunk.last() == Some(&b'\n'))) as u32);
            self.records.push(self.bounds.get().len() as u32);
        }
    }

    /// Finds the fields of all lines that a line feed outside quotes ends, and says what else there is.
    pub(super) fn survey(&mut self, chunk: &[u8]) -> Survey {
        self.clear(false);
        self.bounds.push(BEFORE_ALL);
        scan::scan(chunk, &mut self.bounds, &mut self.records)
    }

    /// Finds the fields of a chunk whose records end where `ends` says.
    pub fn index_ends(&mut self, chunk: &[u8], ends: &[(u32, bool)]) {
        self.clear(true);
        let mut start = 0;
        let (mut inner, mut inner_records) = (Offsets::default(), Offsets::default());
        for &(end, _) in ends {
            let line = chunk.get(start..end as usize).unwrap_or_default();
            inner.truncate(0);
            inner_records.truncate(0);
            scan::scan(line, &mut inner, &mut inner_records);
            if inner_records.get().is_empty() {
                inner.push((line.len() - usize::from(line.last() == Some(&b'\n'))) as u32);
            }
            self.bounds.push((start as u32).wrapping_sub(1));
            inner.get().iter().for_each(|s| self.bounds.push(s + start as u32));
            self.records.push(self.bounds.get().len() as u32);
            start = end as usize;
        }
    }

    /// As one of the two above.
    pub fn index_shape(&mut self, chunk: &[u8], shape: &Shape) {
        match shape {
            Shape::Lines => self.index_lines(chunk),
            Shape::Ends(ends) => self.index_ends(chunk, ends),
        }
    }

    fn clear(&mut self, apart: bool) {
        self.bounds.truncate(0);
        self.records.truncate(0);
        self.apart = apart;
    }

    /// Where begins what lies behind so many bounds.
    fn start_behind(&self, bounds: usize) -> usize {
        let before = bounds.checked_sub(1).and_then(|i| self.bounds.get().get(i));
        before.map_or(0, |b| b.wrapping_add(1) as usize)
    }

    /// How many records were found.
    pub fn len(&self) -> usize {
        self.records.get().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.records.get().is_empty()
    }

    /// One past the line feed of the last record, where line feeds end records.
    pub(super) fn end(&self) -> usize {
        self.records.get().last().map_or(0, |n| self.start_behind(*n as usize))
    }

    /// The lines of the chunk that was indexed, without their ends.
    pub fn lines<'a>(&'a self, chunk: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let mut start = 0;
        self.records.get().iter().map(move |n| {
            let behind = self.start_behind(*n as usize);
            let line = chunk.get(start..behind - 1).unwrap_or_default();
            start = behind;
            line
        })
    }

    /// Record number `i` of the chunk that was indexed.
    #[inline]
    pub fn record<'a>(&'a self, i: usize, chunk: &'a [u8], schema: &'a Schema) -> Record<'a> {
        let records = self.records.get();
        let shared = usize::from(!self.apart);
        let from = i.checked_sub(1).and_then(|p| records.get(p)).map_or(0, |n| *n as usize - shared);
        let to = records.get(i).map_or(from, |n| *n as usize);
        Record { data: chunk, bounds: self.bounds.get().get(from..to).unwrap_or_default(), schema }
    }
}

impl<'a> Record<'a> {
    /// How many columns the record has.
    #[inline]
    pub fn width(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    /// Offset of the record in the data it was found in.
    #[inline]
    pub fn start(&self) -> usize {
        self.bounds.first().map_or(0, |b| b.wrapping_add(1) as usize)
    }

    /// The whole record without its line end.
    #[inline]
    pub fn line(&self) -> &'a [u8] {
        trim_end(self.between(0, self.width()))
    }

    /// Whether a line feed ends the record.
    #[inline]
    pub fn is_terminated(&self) -> bool {
        self.bounds.last().is_some_and(|s| self.data.get(*s as usize) == Some(&b'\n'))
    }

    /// The same record read by another schema.
    #[must_use]
    pub fn with_schema(self, schema: &'a Schema) -> Self {
        Self { schema, ..self }
    }

    /// The schema it is read by.
    pub fn schema(&self) -> &'a Schema {
        self.schema
    }

    /// What lies between two bounds, commas and all; empty if there are none such.
    #[inline]
    fn between(&self, from: usize, to: usize) -> &'a [u8] {
        let (Some(before), Some(end)) = (self.bounds.get(from), self.bounds.get(to)) else { return &[] };
        self.data.get(before.wrapping_add(1) as usize..*end as usize).unwrap_or_default()
    }

    /// A field as it stands in the log, quotes and all; empty if the record has no such column.
    #[inline]
    pub fn raw(&self, column: Column) -> &'a [u8] {
        self.schema.place(column).map_or(&[], |place| self.raw_at(place))
    }

    /// The same of the column at a place.
    #[inline]
    pub fn raw_at(&self, place: usize) -> &'a [u8] {
        let field = self.between(place, place + 1);
        if place + 1 == self.width() { trim_end(field) } else { field }
    }

    /// A field as it was before it was written: unquoted, inner quotes single again.
    #[inline]
    pub fn get(&self, column: Column) -> Cow<'a, [u8]> {
        unquote(self.raw(column))
    }

    /// The fields from one column to another as they stand in the log, commas between them, if these
    /// and all documented between them stand side by side, in the documented order.
    #[inline]
    pub fn span(&self, first: Column, last: Column) -> Option<&'a [u8]> {
        let (from, to) = self.schema.places_of_run(first, last)?;
        if to >= self.width() {
            return None;
        }
        let fields = self.between(from, to + 1);
        Some(if to + 1 == self.width() { trim_end(fields) } else { fields })
    }

    /// All fields from a place on, as they stand in the log; empty if there is none.
    pub fn raw_from(&self, place: usize) -> &'a [u8] {
        if place == 0 { &[] } else { trim_end(self.between(place, self.width())) }
    }

    /// The same as [`Self::get`] of the column at a place.
    pub fn get_at(&self, place: usize) -> Cow<'a, [u8]> {
        unquote(self.raw_at(place))
    }
}

#[inline]
fn trim_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Takes the quotes off a field; borrows unless an inner quote was doubled.
#[inline]
pub fn unquote(field: &[u8]) -> Cow<'_, [u8]> {
    if field.first() == Some(&b'"') { unquote_quoted(field) } else { Cow::Borrowed(field) }
}

#[inline(never)]
fn unquote_quoted(field: &[u8]) -> Cow<'_, [u8]> {
    let inner = field.strip_prefix(b"\"").unwrap_or(field);
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    if memchr::memchr(b'"', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().peekable();
    while let Some(&b) = bytes.next() {
        out.push(b);
        if b == b'"' && bytes.peek() == Some(&&b'"') {
            bytes.next();
        }
    }
    Cow::Owned(out)
}

/// Writes a field as Exchange does: quoted if it holds a comma, a quote or a line break.
pub fn quote(field: &[u8], into: &mut Vec<u8>) {
    if memchr::memchr3(b',', b'"', b'\n', field).is_none() && !field.contains(&b'\r') {
        into.extend_from_slice(field);
        return;
    }
    quote_always(field, into);
}

/// Writes a field in quotes.
pub fn quote_always(field: &[u8], into: &mut Vec<u8>) {
    into.push(b'"');
    for b in field {
        if *b == b'"' {
            into.push(b'"');
        }
        into.push(*b);
    }
    into.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::column::ALL;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(values in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b';'), any::<u8>()], 0..12), 21)) {
            let schema = Schema::by_width(21).unwrap();
            let mut line = Vec::new();
            for (i, value) in values.iter().enumerate() {
                if i > 0 { line.push(b','); }
                quote(value, &mut line);
            }
            line.extend_from_slice(b"\r\n");
            let mut fields = Fields::default();
            let record = fields.index(&line, &schema);
            prop_assert_eq!(record.width(), 21);
            for (column, _) in ALL {
                if let Some(place) = schema.place(column) {
                    prop_assert_eq!(&*record.get(column), &values[place][..]);
                }
            }
            for (first, last) in ALL.iter().flat_map(|(a, _)| ALL.map(|(b, _)| (*a, b))) {
                let fields: Vec<&[u8]> = ALL.iter().map(|(column, _)| *column)
                    .filter(|c| (first as u8..=last as u8).contains(&(*c as u8)))
                    .map(|c| record.raw(c)).collect();
                if let Some(span) = record.span(first, last) {
                    prop_assert_eq!(span, &fields.join(&b',')[..]);
                }
            }
        }
    }

    #[test]
    fn a_line_end_behind_an_open_quote_is_no_part_of_the_record() {
        let schema = Schema::by_width(21).unwrap();
        let (mut alone, mut by_ends) = (Fields::default(), Fields::default());
        by_ends.index_ends(b"a,\"b\r\n", &[(6, true)]);
        for record in [alone.index(b"a,\"b\r\n", &schema), by_ends.record(0, b"a,\"b\r\n", &schema)] {
            assert_eq!((record.line(), record.width()), (&b"a,\"b"[..], 2));
            assert!(record.is_terminated());
        }
    }

    #[test]
    fn records_of_a_chunk_by_lines_and_by_ends_are_the_same() {
        let schema = Schema::by_width(21).unwrap();
        let row = format!("{}\r\n", ["a"; 21].join(","));
        let chunk = [row.as_bytes(), row.as_bytes(), b"tail,without,end"].concat();
        let ends = [(row.len() as u32, false), (2 * row.len() as u32, false), (chunk.len() as u32, false)];
        let (mut by_lines, mut by_ends) = (Fields::default(), Fields::default());
        by_lines.index_lines(&chunk);
        by_ends.index_ends(&chunk, &ends);
        assert_eq!((by_lines.len(), by_ends.len()), (3, 3));
        for i in 0..3 {
            let (a, b) = (by_lines.record(i, &chunk, &schema), by_ends.record(i, &chunk, &schema));
            assert_eq!((a.line(), a.width(), a.start()), (b.line(), b.width(), b.start()));
        }
        assert_eq!(by_lines.record(2, &chunk, &schema).width(), 3);
        assert!(!by_lines.record(2, &chunk, &schema).is_terminated());
    }
}
