//! The fields of a record, as slices of the chunk it lies in.

use std::borrow::Cow;

use super::scan;
use super::schema::Schema;
use super::split::Shape;
use crate::model::column::Column;

/// Separator offsets of a chunk or a line; kept and used again, so that no record allocates.
#[derive(Debug, Default)]
pub struct Fields {
    separators: Vec<u32>,
    /// For each record, the number of separators up to its end.
    records: Vec<u32>,
    /// Where each record starts; empty where every record starts behind the line feed of the last.
    starts: Vec<u32>,
}

/// One record: where its fields lie. Nothing is unquoted or copied until asked for.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    data: &'a [u8],
    start: usize,
    separators: &'a [u32],
    schema: &'a Schema,
}

impl Fields {
    /// Takes one line, with or without its line end.
    pub fn index<'a>(&'a mut self, line: &'a [u8], schema: &'a Schema) -> Record<'a> {
        self.clear();
        scan::separators(line, &mut self.separators, &mut self.records);
        self.close(line);
        Record { data: line, start: 0, separators: &self.separators, schema }
    }

    /// Finds the fields of a whole chunk whose every line is a record.
    pub fn index_lines(&mut self, chunk: &[u8]) {
        self.clear();
        scan::separators(chunk, &mut self.separators, &mut self.records);
        self.close(chunk);
    }

    /// Finds the fields of a chunk whose records end where `ends` says.
    pub fn index_ends(&mut self, chunk: &[u8], ends: &[(u32, bool)]) {
        self.clear();
        let mut start = 0;
        let (mut inner, mut inner_records) = (Vec::new(), Vec::new());
        for &(end, _) in ends {
            let line = chunk.get(start..end as usize).unwrap_or_default();
            inner.clear();
            inner_records.clear();
            scan::separators(line, &mut inner, &mut inner_records);
            if inner_records.is_empty() {
                inner.push((line.len() - usize::from(line.last() == Some(&b'\n'))) as u32);
            }
            self.starts.push(start as u32);
            self.separators.extend(inner.iter().map(|s| s + start as u32));
            self.records.push(self.separators.len() as u32);
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

    /// Ends the last record where no line feed does, or where its line feed lies inside a quote.
    fn close(&mut self, data: &[u8]) {
        let done = self.records.last().map_or(0, |n| *n as usize);
        if done < self.separators.len() || self.end_of(done) < data.len() {
            self.separators.push((data.len() - usize::from(data.last() == Some(&b'\n'))) as u32);
            self.records.push(self.separators.len() as u32);
        }
    }

    fn clear(&mut self) {
        self.separators.clear();
        self.records.clear();
        self.starts.clear();
    }

    fn end_of(&self, separators: usize) -> usize {
        separators.checked_sub(1).and_then(|i| self.separators.get(i)).map_or(0, |s| *s as usize + 1)
    }

    /// How many records were found.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Record number `i` of the chunk that was indexed.
    pub fn record<'a>(&'a self, i: usize, chunk: &'a [u8], schema: &'a Schema) -> Record<'a> {
        let from = i.checked_sub(1).and_then(|p| self.records.get(p)).map_or(0, |n| *n as usize);
        let to = self.records.get(i).map_or(from, |n| *n as usize);
        let start = self.starts.get(i).map_or_else(|| self.end_of(from), |s| *s as usize);
        Record { data: chunk, start, separators: self.separators.get(from..to).unwrap_or_default(), schema }
    }
}

impl<'a> Record<'a> {
    /// How many columns the record has.
    #[inline]
    pub fn width(&self) -> usize {
        self.separators.len()
    }

    /// Offset of the record in the data it was found in.
    #[inline]
    pub fn start(&self) -> usize {
        self.start
    }

    /// The whole record without its line end.
    pub fn line(&self) -> &'a [u8] {
        let end = self.separators.last().map_or(self.start, |s| *s as usize);
        trim_end(self.data.get(self.start..end).unwrap_or_default())
    }

    /// Whether a line feed ends the record.
    pub fn is_terminated(&self) -> bool {
        self.separators.last().is_some_and(|s| self.data.get(*s as usize) == Some(&b'\n'))
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

    /// A field as it stands in the log, quotes and all; empty if the record has no such column.
    #[inline]
    pub fn raw(&self, column: Column) -> &'a [u8] {
        self.schema.place(column).map_or(&[], |place| self.raw_at(place))
    }

    #[inline]
    fn raw_at(&self, place: usize) -> &'a [u8] {
        let Some(&end) = self.separators.get(place) else { return &[] };
        let start = match place.checked_sub(1).and_then(|p| self.separators.get(p)) {
            Some(&before) => before as usize + 1,
            None => self.start,
        };
        let field = self.data.get(start..end as usize).unwrap_or_default();
        if place + 1 == self.separators.len() { trim_end(field) } else { field }
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
        let end = *self.separators.get(to)? as usize;
        let start = match from.checked_sub(1) {
            Some(before) => *self.separators.get(before)? as usize + 1,
            None => self.start,
        };
        let fields = self.data.get(start..end)?;
        Some(if to + 1 == self.separators.len() { trim_end(fields) } else { fields })
    }

    /// All fields from a place on, as they stand in the log; empty if there is none.
    pub fn raw_from(&self, place: usize) -> &'a [u8] {
        let Some(&before) = place.checked_sub(1).and_then(|p| self.separators.get(p)) else { return &[] };
        let end = self.separators.last().map_or(0, |s| *s as usize);
        trim_end(self.data.get(before as usize + 1..end).unwrap_or_default())
    }

    /// The same as [`Self::get`] of the column at a place.
    pub fn get_at(&self, place: usize) -> Cow<'a, [u8]> {
        unquote(self.raw_at(place))
    }
}

fn trim_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Takes the quotes off a field; borrows unless an inner quote was doubled.
#[inline]
pub fn unquote(field: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = field.strip_prefix(b"\"") else { return Cow::Borrowed(field) };
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
