//! The slow splitter: the rule of [`split`](super::split) once more, byte by byte, with the whole
//! text at hand; and the slow scanner. They are the oracles of tests and fuzzers and run nowhere else.

use super::scan::{self, Survey};
use super::split::{MAX_LINE, MAX_LINES, MAX_SPAN};
use super::values::begins_like_a_record;

/// The end of each record and whether it is a broken one.
pub fn records(text: &[u8], width: Option<usize>) -> Vec<(usize, bool)> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let (length, broken) = one(text.get(start..).unwrap_or_default(), width);
        start += length;
        out.push((start, broken));
    }
    out
}

/// Whether the scanners, with vectors and without, find what a walk byte by byte finds.
pub fn scanners_agree(text: &[u8]) -> bool {
    let (mut separators, mut records, mut open) = (Vec::new(), Vec::new(), false);
    let mut survey = Survey { zeros: text.contains(&0), ..Survey::default() };
    for (i, byte) in text.iter().enumerate() {
        open ^= *byte == b'"';
        if !open && matches!(byte, b',' | b'\n') {
            separators.push(i as u32);
        }
        if *byte == b'\n' && open {
            survey.wild = true;
        } else if *byte == b'\n' {
            records.push(separators.len() as u32);
            survey.marked |= matches!(text.get(i + 1), Some(b'#' | 0 | 0xEF));
        }
    }
    scan::both(text).into_iter().all(|found| found == (survey, separators.clone(), records.clone()))
}

fn one(text: &[u8], width: Option<usize>) -> (usize, bool) {
    let (mut open, mut columns, mut lines, mut first, mut fresh) = (false, 1, 0, 0, false);
    let believe = |end: usize, first: usize, columns: usize, fresh: bool| {
        let right = width.map_or(matches!(columns, 21 | 26 | 27 | 30), |w| w == columns);
        let well = || right && quotes_stand_well(text.get(..end).unwrap_or_default());
        if end == first || !fresh || well() { (end, false) } else { (first, true) }
    };
    for (i, byte) in text.iter().enumerate() {
        if lines == 0 && i == MAX_LINE {
            return (MAX_LINE, false);
        }
        if lines > 0 && i == MAX_SPAN.max(first) {
            return (first, true);
        }
        match byte {
            b'"' => open = !open,
            b',' if !open => columns += 1,
            b'\n' => {
                lines += 1;
                if lines == 1 {
                    first = i + 1;
                }
                if !open {
                    return believe(i + 1, first, columns, fresh);
                }
                if lines > MAX_LINES {
                    return (first, true);
                }
                fresh |= begins_like_a_record(text.get(i + 1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    match lines {
        0 => (text.len(), false),
        _ if text.len() >= MAX_SPAN.max(first) => (first, true),
        _ if open && fresh => (first, true),
        _ if open => (text.len(), false),
        _ => believe(text.len(), first, columns, fresh),
    }
}

/// Walks a record as RFC 4180 has it: a quote opens only where a field begins, and behind the one
/// that closes stands a separator.
fn quotes_stand_well(record: &[u8]) -> bool {
    let (mut open, mut begins, mut closed) = (false, true, false);
    let mut bytes = record.iter().enumerate().peekable();
    while let Some((i, byte)) = bytes.next() {
        let ends = *byte == b',' || record.get(i..).is_some_and(|r| matches!(r, b"\n" | b"\r\n"));
        match byte {
            b'"' if open && bytes.peek().is_some_and(|(_, b)| **b == b'"') => drop(bytes.next()),
            b'"' if open => (open, closed) = (false, true),
            b'"' if begins => (open, begins) = (true, false),
            b'"' => return false,
            _ if open => {}
            _ if ends => (begins, closed) = (true, false),
            b'\n' if i + 1 == record.len() => {}
            _ if closed => return false,
            _ => begins = false,
        }
    }
    !open
}
