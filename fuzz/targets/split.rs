//! Record boundaries: the fast splitter equals the slow one, no cut changes anything, and the scanner
//! with vectors equals the one without.
//!
//! The first byte says how many bytes the reader gets at once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::parse::header::Binding;
use mailtrail::parse::record::Fields;
use mailtrail::parse::reference;
use mailtrail::parse::rescue::strip_padding;
use mailtrail::parse::split::{Shape, Step, cut, next_record};

fuzz_target!(|data: &[u8]| {
    let Some((step, text)) = data.split_first() else { return };
    assert!(reference::scanners_agree(text), "the scanners differ");
    for width in [None, Some(3), Some(21)] {
        assert_eq!(fast(text, width), reference::records(text, width), "width {width:?}");
    }
    let whole = in_steps(text, text.len().max(1));
    assert_eq!(in_steps(text, usize::from(*step) + 1), whole, "in steps of {}", usize::from(*step) + 1);
    if text.len() <= 256 {
        assert_eq!(in_steps(text, 1), whole, "byte by byte");
    }
    assert_eq!(whole.lines, text.iter().filter(|b| **b == b'\n').count());
    if !text.contains(&b'#') {
        assert_eq!(whole.ends, reference::records(text, None), "no header, so nothing but the rule");
    }
});

/// Ends of records, each with whether it is a broken one.
type Ends = Vec<(usize, bool)>;

fn fast(text: &[u8], width: Option<usize>) -> Ends {
    let (mut ends, mut at) = (Ends::new(), 0);
    loop {
        let (length, broken) = match next_record(&text[at..], width, true) {
            Step::Record(length) => (length, false),
            Step::Broken(length) => (length, true),
            Step::NeedMore => break,
        };
        at += length;
        ends.push((at, broken));
    }
    assert_eq!(at, text.len(), "all of it is in some record");
    ends
}

#[derive(Debug, PartialEq, Eq)]
struct Read {
    ends: Ends,
    lines: usize,
}

/// Reads as the pipeline does: a buffer that is filled by so many bytes at a time.
fn in_steps(text: &[u8], step: usize) -> Read {
    let mut binding = Binding::default();
    let mut read = Read { ends: Ends::new(), lines: 0 };
    let (mut base, mut filled, mut fields) = (0, 0, Fields::default());
    loop {
        let at_end = filled == text.len();
        let found = cut(&text[base..filled], &binding, at_end, &mut fields);
        let ends: Ends = match found.shape {
            Shape::Lines => {
                let chunk = text[base..base + found.end].iter().enumerate();
                chunk.filter(|(_, b)| **b == b'\n').map(|(i, _)| (base + i + 1, false)).collect()
            }
            Shape::Ends(ends) => ends.iter().map(|(end, broken)| (base + *end as usize, *broken)).collect(),
        };
        let mut start = base;
        for (end, _) in &ends {
            let line = strip_padding(&text[start..*end]);
            if line.starts_with(b"#") {
                binding.read_header(line);
            }
            start = *end;
        }
        assert_eq!(start, base + found.end, "the records fill the cut");
        read.ends.extend(ends);
        read.lines += found.lines;
        base += found.end;
        if at_end && found.end == 0 {
            assert_eq!(base, text.len(), "nothing is left at the end");
            return read;
        }
        filled = (filled + step).min(text.len());
    }
}
