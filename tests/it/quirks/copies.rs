//! One log given twice: by two names, as a copy, as a shorter copy.

use super::{Folder, LOG, Seen};
use crate::logwriter::Release::{self, E2010, E2016};
use crate::logwriter::{Log, Row};

/// Another counter of the same hour.
const OTHER: &str = "MSGTRK2026031009-2.LOG";

/// Mails from one number to another, each a second after the last.
fn mails(release: Release, numbers: std::ops::Range<u32>) -> Log {
    numbers.fold(Log::of(release), |log, i| {
        let name = format!("message-{i:03}");
        let log = log.row(&Row::receive(&name, "anna@contoso.com").at(i * 1000));
        log.row(&Row::deliver(&name, "anna@contoso.com").at(i * 1000 + 500))
    })
}

fn together(one: Vec<u8>, other: Vec<u8>) -> Seen {
    let folder = Folder::new();
    folder.put(LOG, one);
    folder.put(OTHER, other);
    folder.read()
}

#[test]
fn a_file_reached_in_several_ways_is_read_once() {
    let folder = Folder::new();
    let file = folder.put(LOG, Log::of(E2016).delivered("greeting").bytes());
    let roundabout = folder.path().join("..").join(folder.path().file_name().unwrap()).join(LOG);
    let glob = folder.path().join("MSG*.LOG");
    let seen = super::read(&[&file, &file, &folder.path().to_owned(), &roundabout, &glob]);
    assert_eq!((seen.code, seen.records(), seen.count("duplicates")), (0, [5, 2, 0], 0));
    assert_eq!((seen.list("files").len(), seen.list("left_out").len()), (1, 0));
}

#[test]
#[cfg(unix)]
fn a_file_reached_by_a_link_too_is_read_once() {
    let folder = Folder::new();
    let file = folder.put(LOG, Log::of(E2016).delivered("greeting").bytes());
    std::os::unix::fs::symlink(file, folder.path().join(OTHER)).unwrap();
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.list("files").len()), (0, [5, 2, 0], 1));
}

#[test]
fn a_byte_identical_copy_under_another_name_is_left_out_by_name() {
    let folder = Folder::new();
    let bytes = mails(E2016, 0..5).bytes();
    let file = folder.put(LOG, &bytes);
    let copy = folder.put("copy of the log.txt", &bytes);
    for seen in [folder.read(), super::read(&[&copy, &file])] {
        assert_eq!((seen.code, seen.records(), seen.count("duplicates")), (0, [5, 10, 0], 0));
        assert_eq!((seen.list("files").len(), seen.list("left_out").len()), (1, 1));
        let reason = seen.list("left_out")[0]["reason"].as_str().unwrap();
        let read = seen.list("files")[0]["name"].as_str().unwrap();
        assert!(reason.contains("same") && reason.contains(read), "{reason}");
    }
}

#[test]
fn a_copy_that_was_saved_again_as_utf_16_is_the_same_log() {
    let bytes = mails(E2016, 0..5).bytes();
    let text = format!("\u{feff}{}", String::from_utf8(bytes.clone()).unwrap());
    let seen = together(bytes, text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    assert_eq!((seen.code, seen.count("counted"), seen.rows.len()), (0, 10, 5));
}

#[test]
fn rows_of_a_shorter_copy_are_counted_once() {
    for release in [E2010, E2016] {
        for (full, part) in [(LOG, OTHER), (OTHER, LOG)] {
            let folder = Folder::new();
            folder.put(full, mails(release, 0..12).bytes());
            folder.put(part, mails(release, 0..8).bytes());
            let seen = folder.read();
            assert_eq!((seen.code, seen.records()), (0, [10, 40, 0]), "{release:?}");
            assert_eq!((seen.count("duplicates"), seen.count("counted")), (16, 24), "{release:?}");
            assert_eq!(seen.all("decision"), ["local-delivery"; 12], "{release:?}");
            assert!(seen.rows.iter().all(|r| r["hops"].as_array().unwrap().len() == 2));
        }
    }
}

#[test]
fn rows_of_copies_that_overlap_in_the_middle_are_counted_once() {
    for release in [E2010, E2016] {
        let seen = together(mails(release, 0..8).bytes(), mails(release, 5..12).bytes());
        assert_eq!((seen.records(), seen.count("duplicates"), seen.rows.len()), ([10, 30, 0], 6, 12));
    }
}

#[test]
fn a_copy_taken_while_the_server_was_writing_is_a_copy_up_to_its_cut() {
    for release in [E2010, E2016] {
        let seen = together(mails(release, 0..12).bytes(), mails(release, 0..8).cut(60).bytes());
        assert_eq!((seen.code, seen.records()), (3, [10, 39, 1]), "{release:?}");
        assert_eq!((seen.count("duplicates"), seen.rows.len()), (15, 12), "{release:?}");
    }
}

#[test]
fn copies_that_differ_in_line_ends_only_are_copies() {
    for release in [E2010, E2016] {
        let bytes = mails(release, 0..5).bytes();
        let text = String::from_utf8(bytes.clone()).unwrap().replace('\r', "");
        let seen = together(bytes, text.into_bytes());
        assert_eq!((seen.code, seen.count("duplicates"), seen.rows.len()), (0, 10, 5), "{release:?}");
    }
}

#[test]
fn two_equal_rows_of_one_file_are_two_although_a_copy_lies_beside_it() {
    let defer = Row::fail("message-000", "anna@contoso.com", "451 4.4.0 later")
        .with("event-id", "DEFER")
        .with("message-info", "2026-03-10T09:15:00.000Z");
    let log = |to| mails(E2010, 0..1).row(&defer).row(&defer).raw(rows_only(mails(E2010, 1..to)));
    let alone = super::one(log(6));
    assert_eq!((alone.count("duplicates"), alone.count("counted")), (0, 14));
    let seen = together(log(6).bytes(), log(4).bytes());
    assert_eq!((seen.code, seen.records()), (0, [10, 24, 0]));
    assert_eq!((seen.count("duplicates"), seen.count("counted")), (10, 14));
}

fn rows_only(log: Log) -> Vec<u8> {
    let bytes = log.bytes();
    let lines = bytes.split_inclusive(|b| *b == b'\n');
    lines.filter(|l| !l.starts_with(b"#")).collect::<Vec<_>>().concat()
}

#[test]
fn a_copy_is_known_although_its_first_row_is_longer_than_what_is_looked_at() {
    let people: Vec<String> = (0..4000).map(|i| format!("user{i:04}@fabrikam.com")).collect();
    let first = Row::receive("to-all", &people.join(";"));
    assert!(first.line(&E2016.columns()).len() > 64 << 10);
    let log = |to| Log::of(E2016).row(&first).raw(rows_only(mails(E2016, 0..to)));
    let seen = together(log(12).bytes(), log(8).bytes());
    assert_eq!((seen.code, seen.records()), (0, [10, 42, 0]));
    assert_eq!((seen.count("duplicates"), seen.count("counted")), (17, 25));
}

#[test]
fn a_copy_is_known_although_its_times_go_back_behind_its_beginning() {
    let late = |release, to| {
        let early = Row::receive("early", "anna@contoso.com").with("date-time", "2026-03-10T08:58:00.000Z");
        mails(release, 0..150).row(&early).raw(rows_only(mails(release, 150..to)))
    };
    for release in [E2010, E2016] {
        let seen = together(late(release, 170).bytes(), late(release, 160).bytes());
        assert_eq!((seen.code, seen.records()), (0, [10, 662, 0]), "{release:?}");
        assert_eq!((seen.count("duplicates"), seen.count("counted")), (321, 341), "{release:?}");
    }
}

#[test]
fn copies_are_known_when_only_some_messages_are_asked_for() {
    for release in [E2010, E2016] {
        let folder = Folder::new();
        folder.put(LOG, mails(release, 0..12).bytes());
        folder.put(OTHER, mails(release, 0..8).bytes());
        let seen = super::read(&[folder.path().as_os_str(), "--sender=lars@*".as_ref()]);
        assert_eq!((seen.count("duplicates"), seen.rows.len()), (16, 12), "{release:?}");
        assert!(seen.rows.iter().all(|r| r["hops"].as_array().unwrap().len() == 2));
    }
}

#[test]
fn a_pair_of_logs_of_one_server_in_one_hour_that_share_no_row_loses_none() {
    for release in [E2010, E2016] {
        let seen = together(mails(release, 0..8).bytes(), mails(release, 8..12).bytes());
        assert_eq!((seen.code, seen.count("duplicates"), seen.rows.len()), (0, 0, 12));
    }
}

#[test]
fn a_copy_whose_header_says_something_else_is_none() {
    let log = String::from_utf8(mails(E2016, 0..8).bytes()).unwrap();
    let other = log.replace("recipient-address,recipient-status", "recipient-status,recipient-address");
    assert_ne!(log, other);
    let seen = together(log.into(), other.into());
    assert_eq!((seen.code, seen.count("duplicates")), (0, 0));
    assert_eq!(seen.report["recipients"].as_u64(), Some(seen.rows.len() as u64));
}
