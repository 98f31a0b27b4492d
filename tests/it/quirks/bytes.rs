//! Encodings, line ends, zero bytes and ends that are missing.

use serde_json::json;

use super::{Folder, LOG, Seen, one};
use crate::logwriter::Release::{E2010, E2013, E2016};
use crate::logwriter::{Log, MARK, Row};

/// Subject of the last row that is cut in the tests below: it is written in quotes.
const CUT: &str = "cut, in the middle";

/// So much of its end a row may have lost in a crash. Where 100 bytes are missing, 27 columns are left.
const CUTS: [usize; 4] = [40, 70, 100, 300];

/// A whole mail, and a row that has lost its end.
fn cut_row(bytes: usize) -> Log {
    Log::of(E2016).delivered("first").row(&Row::receive("lost", "anna@contoso.com")).cut(bytes)
}

/// A row whose line ends inside the quotes of its subject.
fn cut_in_quotes(log: Log) -> Log {
    let row = Row::receive("lost", "anna@contoso.com").with("message-subject", CUT);
    let line = row.line(&E2016.columns());
    let at = line.windows(5).position(|w| w == b"\"cut,").unwrap();
    log.raw(&line[..at + 8])
}

fn subjects(seen: &Seen) -> Vec<&str> {
    seen.rows.iter().map(|r| r["subject"].as_str().unwrap()).collect()
}

fn as_utf16(log: Log, unit: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let text = String::from_utf8(log.bytes()).unwrap();
    let mark = if mark { "\u{feff}" } else { "" };
    mark.encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
}

fn in_other_letters() -> Log {
    let row = |row: Row| row.with("message-subject", "Grüße, מכתב 👋");
    Log::of(E2016)
        .row(&row(Row::receive("greeting", "anna@contoso.com")))
        .row(&row(Row::deliver("greeting", "anna@contoso.com")))
}

fn with_line_ends(log: Log, end: &str) -> Vec<u8> {
    String::from_utf8(log.bytes()).unwrap().replace("\r\n", end).into_bytes()
}

#[test]
fn a_byte_order_mark_at_the_start_is_no_part_of_the_header() {
    let seen = one(Log::headless(E2016).raw(MARK).header(E2016).delivered("greeting"));
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["decision"], "local-delivery");
    assert_eq!(seen.list("files")[0]["version"], "15.02.1544.004");
}

#[test]
fn a_byte_order_mark_before_a_repeated_header_is_no_part_of_it() {
    let log = Log::of(E2016).delivered("first").raw(MARK).header(E2010).delivered("second");
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [10, 4, 0]));
    assert_eq!(seen.all("decision"), ["local-delivery", "local-delivery"]);
}

#[test]
fn a_byte_order_mark_after_a_repeated_header_is_no_part_of_the_record() {
    let log = Log::of(E2016).delivered("first").header(E2016).raw(MARK).delivered("second");
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [10, 4, 0]));
    assert_eq!(subjects(&seen), ["first", "second"]);
}

#[test]
fn a_byte_order_mark_before_the_first_row_is_no_part_of_it_where_there_is_no_header() {
    let seen = one(Log::headless(E2016).raw(MARK).delivered("greeting"));
    assert_eq!((seen.code, seen.records()), (0, [0, 2, 0]));
    assert_eq!(seen.row()["evidence"]["line"], 2);
}

#[test]
fn a_last_line_that_is_cut_off_is_set_aside_and_said() {
    let log = Log::of(E2016).delivered("whole").row(&Row::receive("cut", "anna@contoso.com")).cut(100);
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (3, [5, 2, 1]));
    assert_eq!(subjects(&seen), ["whole"]);
    assert_eq!(seen.list("rejects")[0]["reason"], "last line cut off");
    assert_eq!(seen.list("rejects")[0]["line"], 8);
    assert!(seen.said.contains("cut off"), "{}", seen.said);
}

#[test]
fn a_last_row_without_line_end_is_a_row_if_it_is_whole() {
    let seen = one(Log::of(E2016).delivered("whole").cut(2));
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn a_last_line_cut_to_the_width_of_an_older_release_is_still_cut() {
    let row = Row::receive("cut", "anna@contoso.com");
    let line = String::from_utf8(row.line(&E2016.columns())).unwrap();
    let head: Vec<&str> = line.split(',').take(26).collect();
    let seen = one(Log::of(E2016).delivered("whole").raw(head.join(",")));
    assert_eq!(seen.records(), [5, 2, 1]);
    assert_eq!(subjects(&seen), ["whole"]);
}

#[test]
fn a_last_line_cut_inside_a_quoted_field_is_set_aside_alone() {
    let seen = one(cut_in_quotes(Log::of(E2016).delivered("whole")));
    assert_eq!((seen.code, seen.records()), (3, [5, 2, 1]));
    assert_eq!(seen.list("rejects")[0]["reason"], "last line cut off");
    assert_eq!(subjects(&seen), ["whole"]);
}

#[test]
fn a_log_cut_inside_a_quoted_field_does_not_swallow_the_log_pasted_behind_it() {
    let log = cut_in_quotes(Log::of(E2016).delivered("first")).raw("\r\n").header(E2013);
    let quoted = |row: Row| row.with("message-subject", "second, third");
    let seen = one(log
        .row(&quoted(Row::receive("second", "anna@contoso.com")))
        .row(&quoted(Row::deliver("second", "anna@contoso.com"))));
    assert_eq!((seen.code, seen.records()), (3, [10, 4, 1]));
    assert_eq!(subjects(&seen), ["first", "second, third"]);
}

#[test]
fn zero_bytes_at_the_end_are_padding() {
    let seen = one(Log::of(E2016).delivered("greeting").raw([0; 4096]));
    assert_eq!((seen.code, seen.records(), seen.count("padding_bytes")), (0, [5, 2, 0], 4096));
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn zero_bytes_behind_a_cut_row_are_padding_and_the_row_is_set_aside() {
    let log = Log::of(E2016).delivered("whole").row(&Row::receive("cut", "anna@contoso.com")).cut(100);
    let seen = one(log.raw([0; 4096]));
    assert_eq!((seen.code, seen.records(), seen.count("padding_bytes")), (3, [5, 2, 1], 4096));
    let raw = seen.list("rejects")[0]["raw"].as_str().unwrap();
    assert!(raw.starts_with("2026-03-10T09:00:00.000Z,") && !raw.contains('\0'), "{raw}");
}

#[test]
fn behind_a_gap_of_zero_bytes_a_new_header_binds() {
    for cut in CUTS {
        let seen = one(cut_row(cut).raw([0; 512]).header(E2013).delivered("second"));
        assert_eq!((seen.records(), seen.count("padding_bytes")), ([10, 4, 1], 512), "{cut} bytes cut off");
        assert_eq!(subjects(&seen), ["first", "second"]);
    }
}

#[test]
fn behind_a_gap_of_zero_bytes_a_row_reads() {
    for cut in CUTS {
        let seen = one(cut_row(cut).raw([0; 512]).delivered("second"));
        assert_eq!((seen.records(), seen.count("padding_bytes")), ([5, 4, 1], 512), "{cut} bytes cut off");
        assert_eq!(subjects(&seen), ["first", "second"]);
    }
}

#[test]
fn behind_a_gap_after_a_row_cut_in_quotes_a_new_header_binds() {
    let cut = cut_in_quotes(Log::of(E2016).delivered("first"));
    let seen = one(cut.raw([0; 512]).header(E2013).delivered("second"));
    assert_eq!((seen.records(), seen.count("padding_bytes")), ([10, 4, 1], 512));
    assert_eq!(subjects(&seen), ["first", "second"]);
}

#[test]
fn behind_a_gap_after_a_row_cut_in_quotes_a_row_reads() {
    let cut = cut_in_quotes(Log::of(E2016).delivered("first"));
    let seen = one(cut.raw([0; 512]).delivered("second"));
    assert_eq!((seen.records(), seen.count("padding_bytes")), ([5, 4, 1], 512));
    assert_eq!(subjects(&seen), ["first", "second"]);
}

#[test]
fn a_gap_of_zero_bytes_between_whole_rows_costs_no_row() {
    let seen = one(Log::of(E2016).delivered("first").raw([0; 512]).delivered("second"));
    assert_eq!((seen.code, seen.records(), seen.count("padding_bytes")), (0, [5, 4, 0], 512));
    assert_eq!(subjects(&seen), ["first", "second"]);
}

#[test]
fn line_feeds_alone_end_lines() {
    let folder = Folder::new();
    let log = Log::of(E2016).delivered("greeting");
    let bytes = with_line_ends(log, "\n");
    folder.put(LOG, &bytes);
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.count("bytes")), (0, [5, 2, 0], bytes.len() as u64));
    assert_eq!(seen.row()["evidence"]["line"], 7);
}

#[test]
fn line_ends_may_be_mixed() {
    let text = String::from_utf8(Log::of(E2016).delivered("first").delivered("second").bytes()).unwrap();
    let lines = text.lines().enumerate().map(|(i, l)| format!("{l}{}", ["\n", "\r\n"][i % 2]));
    let seen = one(Log::headless(E2016).raw(lines.collect::<String>()));
    assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]));
    assert_eq!(subjects(&seen), ["first", "second"]);
}

#[test]
fn carriage_returns_alone_end_lines_where_there_is_no_line_feed() {
    let folder = Folder::new();
    folder.put(LOG, with_line_ends(Log::of(E2016).delivered("greeting"), "\r"));
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["evidence"]["line"], 7);
}

#[test]
fn a_long_log_in_any_encoding_reads_to_its_end() {
    let log = (0..200).fold(Log::of(E2016), |log, i| {
        let name = format!("message-{i:03}");
        let row = |row: Row| row.with("message-subject", "👋".repeat(1 + i % 7)).with("custom-data", "");
        log.row(&row(Row::receive(&name, "anna@contoso.com")))
            .row(&row(Row::deliver(&name, "anna@contoso.com")))
    });
    let plain = one(log.clone());
    assert_eq!((plain.code, plain.records(), plain.rows.len()), (0, [5, 400, 0], 200));
    let folder = Folder::new();
    for bytes in
        [as_utf16(log.clone(), u16::to_le_bytes, true), as_utf16(log.clone(), u16::to_be_bytes, true)]
    {
        folder.put(LOG, bytes);
        assert_eq!(folder.read().without_files(), plain.without_files());
    }
    folder.put(LOG, with_line_ends(log, "\r"));
    assert_eq!(folder.read().all("subject"), plain.all("subject"));
}

#[test]
fn a_carriage_return_inside_a_subject_ends_no_line() {
    let row = |row: Row| row.with("message-subject", "one\rtwo");
    let log = Log::of(E2016)
        .row(&row(Row::receive("greeting", "anna@contoso.com")))
        .row(&row(Row::deliver("greeting", "anna@contoso.com")));
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["subject"], "one\rtwo");
}

#[test]
fn empty_lines_are_no_records() {
    let log = Log::of(E2016).raw("\r\n").delivered("greeting").raw("\r\n\n\r\n");
    let seen = one(log);
    assert_eq!((seen.code, seen.records(), seen.count("blank_lines")), (0, [5, 2, 0], 4));
}

#[test]
fn a_log_saved_again_as_utf_16_reads_like_the_original() {
    let plain = one(in_other_letters());
    assert_eq!(plain.row()["subject"], "Grüße, מכתב 👋");
    for (what, unit, mark) in [
        ("little-endian", u16::to_le_bytes as fn(u16) -> [u8; 2], true),
        ("big-endian", u16::to_be_bytes, true),
        ("little-endian without a mark", u16::to_le_bytes, false),
        ("big-endian without a mark", u16::to_be_bytes, false),
    ] {
        let folder = Folder::new();
        folder.put(LOG, as_utf16(in_other_letters(), unit, mark));
        let seen = folder.read();
        assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]), "{what}");
        assert_eq!(seen.without_files(), plain.without_files(), "{what}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_spoil_only_their_letters() {
    let row = |row: Row| row.with("message-subject", b"Gr\xFC\xDFe");
    let log = Log::of(E2016)
        .row(&row(Row::receive("greeting", "anna@contoso.com")))
        .row(&row(Row::deliver("greeting", "anna@contoso.com")));
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["subject"], json!("Gr\u{fffd}\u{fffd}e"));
}
