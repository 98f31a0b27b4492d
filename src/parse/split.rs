//! Record boundaries. This is harder than it looks, so here is the whole rule.
//!
//! A record is one line, unless a line feed lies inside quotes: then it goes on. One stray quote
//! would so swallow everything up to the next quote, which is why a record of several lines is
//! believed only if it reads well: if one of its further lines begins like a fresh record and the
//! whole has not the right number of columns or quotes inside a field, or if the quote does not close within 64 lines or
//! 4 MiB, the first line alone is a broken record and reading goes on with the second.
//!
//! The rule looks ahead, never back, and knows nothing of chunks: however a file is cut, the
//! records are the same. [`cut`] takes as many whole records from the head of a buffer as there are.
//! If you change the rule, change `reference.rs` with it; a property test holds the two together.

use super::header::Binding;
use super::record::Fields;
use super::rescue::strip_padding;
use super::scan::{self, Offsets, Survey};
use super::schema::Schema;
use super::values::begins_like_a_record;

/// A quoted field may hold this many line feeds.
pub const MAX_LINES: usize = 64;
/// A record of several lines must end within this many bytes. Small in unit tests and under a fuzzer, to reach it there.
pub const MAX_SPAN: usize = if cfg!(any(test, fuzzing)) { 600 } else { 4 << 20 };
/// A line must end within this many bytes; a longer one is handed on in pieces, each of them a reject.
pub const MAX_LINE: usize = if cfg!(any(test, fuzzing)) { 2000 } else { 16 << 20 };

/// The next boundary, seen from the start of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A record ends here, its line feed included.
    Record(usize),
    /// A line with a stray quote ends here.
    Broken(usize),
    /// The rest of the buffer does not decide it.
    NeedMore,
}

/// Finds the end of the record at the head of `data`. `width` is the number of columns, where known.
/// With `at_end` nothing follows `data`, and the answer is never `NeedMore` unless `data` is empty.
pub fn next_record(data: &[u8], width: Option<usize>, at_end: bool) -> Step {
    let head = data.get(..MAX_LINE).unwrap_or(data);
    let Some(first) = memchr::memchr(b'\n', head).map(|i| i + 1) else {
        return match () {
            () if data.len() >= MAX_LINE => Step::Record(MAX_LINE),
            () if at_end && !data.is_empty() => Step::Record(data.len()),
            () => Step::NeedMore,
        };
    };
    let window = data.get(..MAX_SPAN.max(first)).unwrap_or(data);
    let mut open = odd_quotes(head.get(..first).unwrap_or_default());
    let (mut at, mut fresh) = (first, false);
    for _ in 0..MAX_LINES {
        if !open {
            return believed(data, at, first, fresh, width);
        }
        let rest = window.get(at..).unwrap_or_default();
        fresh |= begins_like_a_record(data.get(at..).unwrap_or_default());
        let Some(length) = memchr::memchr(b'\n', rest) else {
            return match () {
                () if data.len() >= MAX_SPAN.max(first) => Step::Broken(first),
                () if !at_end => Step::NeedMore,
                () if !odd_quotes(rest) && fresh => Step::Broken(first),
                () if !odd_quotes(rest) => Step::Record(data.len()),
                () => believed(data, data.len(), first, fresh, width),
            };
        };
        open ^= odd_quotes(rest.get(..length).unwrap_or_default());
        at += length + 1;
    }
    if open { Step::Broken(first) } else { believed(data, at, first, fresh, width) }
}

fn believed(data: &[u8], end: usize, first: usize, fresh: bool, width: Option<usize>) -> Step {
    if end == first || !fresh || reads_well(data.get(..end).unwrap_or_default(), width) {
        Step::Record(end)
    } else {
        Step::Broken(first)
    }
}

fn odd_quotes(line: &[u8]) -> bool {
    memchr::memchr_iter(b'"', line).count() % 2 == 1
}

/// Whether a record of several lines has the right number of columns, and its quotes stand where a
/// writer puts them: around whole fields.
fn reads_well(record: &[u8], width: Option<usize>) -> bool {
    let body = record.strip_suffix(b"\n").unwrap_or(record);
    let body = body.strip_suffix(b"\r").unwrap_or(body);
    let (mut separators, mut ends) = (Offsets::default(), Offsets::default());
    scan::scan(body, &mut separators, &mut ends);
    let columns = separators.get().len() + 1;
    let right = width.map_or_else(|| Schema::by_width(columns).is_some(), |w| w == columns);
    let mut start = 0;
    let mut fields = separators.get().iter().map(|s| *s as usize).chain([body.len()]);
    right
        && fields.all(|end| {
            let field = body.get(start..end).unwrap_or_default();
            start = end + 1;
            is_quoted_whole(field)
        })
}

/// Bare, or a quote at either end and only doubled ones between.
pub(crate) fn is_quoted_whole(field: &[u8]) -> bool {
    let Some(rest) = field.strip_prefix(b"\"") else { return !field.contains(&b'"') };
    let Some(inner) = rest.strip_suffix(b"\"") else { return false };
    let mut bytes = inner.iter();
    while let Some(b) = bytes.next() {
        if *b == b'"' && bytes.next() != Some(&b'"') {
            return false;
        }
    }
    true
}

/// How the records of a chunk lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Every line is a record.
    #[default]
    Lines,
    /// Records end here; `true` marks a broken one.
    Ends(Vec<(u32, bool)>),
}

/// Whole records at the head of a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Bytes of these records; 0 if more is needed to end the first.
    pub end: usize,
    /// Line feeds in them.
    pub lines: usize,
    /// Where they end.
    pub shape: Shape,
    /// There may be zero bytes in them.
    pub zeros: bool,
    /// There may be header lines among them.
    pub headers: bool,
}

/// Takes all whole records from the head of `data`, which begins at the start of a record and is
/// read by `binding` until a header line in it says otherwise. Where every line is a record, `fields`
/// then holds theirs.
pub fn cut(data: &[u8], binding: &Binding, at_end: bool, fields: &mut Fields) -> Cut {
    let Survey { wild, zeros, marked } = fields.survey(data);
    let end = fields.end();
    if !wild && end > 0 && data.len() < MAX_LINE {
        let headers = marked || data.first().is_some_and(|b| scan::may_begin_a_header(*b));
        return Cut { end, lines: fields.len(), shape: Shape::Lines, zeros, headers };
    }
    let (mut end, mut ends) = (0, Vec::new());
    let mut binding = binding.clone();
    while let Some(rest) = data.get(end..) {
        let (length, broken) = match next_record(rest, binding.schema().map(Schema::width), at_end) {
            Step::Record(length) => (length, false),
            Step::Broken(length) => (length, true),
            Step::NeedMore => break,
        };
        let line = strip_padding(rest.get(..length).unwrap_or_default());
        if line.starts_with(b"#") {
            binding.read_header(line);
        }
        end += length;
        ends.push((end as u32, broken));
    }
    let lines = memchr::memchr_iter(b'\n', data.get(..end).unwrap_or_default()).count();
    Cut { end, lines, shape: Shape::Ends(ends), zeros, headers: true }
}

#[cfg(test)]
mod tests;
