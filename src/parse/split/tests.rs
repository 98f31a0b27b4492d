//! The fast splitter against the oracle, and cuts of every size.

use super::super::reference;
use super::*;
use proptest::prelude::*;

fn all(text: &[u8], width: Option<usize>) -> Vec<(usize, bool)> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        match next_record(&text[at..], width, true) {
            Step::Record(n) => out.push((at + n, false)),
            Step::Broken(n) => out.push((at + n, true)),
            Step::NeedMore => return out,
        }
        at = out.last().unwrap().0;
    }
}

/// Cuts as the reader does: a buffer that is filled `step` bytes at a time.
fn cut_in_steps(text: &[u8], step: usize) -> (Vec<(usize, bool)>, usize) {
    let mut binding = Binding::default();
    let (mut out, mut base, mut filled, mut lines) = (Vec::new(), 0, 0, 0);
    let mut fields = Fields::default();
    loop {
        let at_end = filled == text.len();
        let found = cut(&text[base..filled], &binding, at_end, &mut fields);
        match found.shape {
            Shape::Lines => {
                out.extend(
                    memchr::memchr_iter(b'\n', &text[base..base + found.end]).map(|i| (base + i + 1, false)),
                );
            }
            Shape::Ends(ends) => out.extend(ends.iter().map(|(e, b)| (base + *e as usize, *b))),
        }
        let mut line_start = base;
        for (end, _) in out.iter().filter(|(e, _)| *e > base) {
            let line = strip_padding(&text[line_start..*end]);
            if line.starts_with(b"#") {
                binding.read_header(line);
            }
            line_start = *end;
        }
        base += found.end;
        lines += found.lines;
        if at_end && found.end == 0 {
            assert_eq!(base, text.len());
            return (out, lines);
        }
        filled = (filled + step).min(text.len());
    }
}

#[test]
fn a_stray_quote_costs_its_own_line_only() {
    let row = "2026-03-10T09:00:00.000Z,b,c\n";
    let text =
        format!("{row}2026-03-10T09:00:00.000Z,\"b,c\n{row}2026-03-10T09:00:00.000Z,\"x\ny\",c\n{row}");
    let ends = all(text.as_bytes(), Some(3));
    let broken: Vec<bool> = ends.iter().map(|e| e.1).collect();
    assert_eq!(broken, [false, true, false, false, false]);
}

#[test]
fn a_stray_quote_that_never_closes_costs_its_own_line_only() {
    let row = "2026-03-10T09:00:00.000Z,b,c\n";
    let text = format!("2026-03-10T09:00:00.000Z,\"b,c\n{}", row.repeat(200));
    let ends = all(text.as_bytes(), Some(3));
    assert_eq!(ends.len(), 201);
    assert!(ends[0].1 && ends[1..].iter().all(|e| !e.1));
}

#[test]
fn a_quoted_line_that_begins_like_a_record_stays_where_it_is() {
    let text = b"2026-03-10T09:00:00.000Z,\"subject\n2026-03-10T09:00:00.000Z,x\",c\n";
    assert_eq!(all(text, Some(3)), [(text.len(), false)]);
}

#[test]
fn a_quote_open_at_the_end_is_one_cut_record() {
    let text = b"2026-03-10T09:00:00.000Z,b,c\n2026-03-10T09:00:00.000Z,\"cut off";
    assert_eq!(all(text, Some(3)).len(), 2);
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"2026-03-10T09:00:00.000Z,b,c\n".to_vec()),
        2 => Just(b"2026-03-10T09:00:00.000Z,\"b\nx\",c\r\n".to_vec()),
        2 => Just(b"2026-03-10T09:00:00.000Z,\"b\n2026-03-10T09:00:00.000Z,x\",c\n".to_vec()),
        1 => Just(b"\"".to_vec()),
        1 => Just(b"#Fields: date-time,event-id\n".to_vec()),
        1 => Just(b"#Fields: date-time,event-id,c\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(b"a\n".repeat(70)),
        1 => Just(vec![0u8; 30]),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn the_fast_splitter_equals_the_oracle(text in pieces(), width in prop_oneof![Just(None), Just(Some(3))]) {
        prop_assert_eq!(all(&text, width), reference::records(&text, width));
    }

    #[test]
    fn no_cut_changes_the_records(text in pieces(), step in 1usize..300) {
        let (ends, lines) = cut_in_steps(&text, step);
        prop_assert_eq!(ends, cut_in_steps(&text, text.len().max(1)).0);
        prop_assert_eq!(lines, memchr::memchr_iter(b'\n', &text).count());
    }
}
