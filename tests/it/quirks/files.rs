//! Names, folders, packed files, standard input, and files that cannot be read.

use std::path::Path;

use serde_json::Value;

use super::{Folder, LOG, look, read, refused};
use crate::logwriter::Log;
use crate::logwriter::Release::E2016;

fn greeting() -> Vec<u8> {
    Log::of(E2016).delivered("greeting").bytes()
}

/// The names without their folders.
fn names(list: &[Value]) -> Vec<&str> {
    let paths = list.iter().map(|v| Path::new(v["name"].as_str().unwrap()));
    paths.map(|p| p.file_name().unwrap().to_str().unwrap()).collect()
}

#[cfg(feature = "compressed")]
mod packed {
    use std::io::Write;

    pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    pub(super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, bytes) in members {
            out.start_file(*name, options.compression_method(zip::CompressionMethod::Deflated)).unwrap();
            out.write_all(bytes).unwrap();
        }
        out.finish().unwrap().into_inner()
    }
}

#[test]
fn an_empty_file_is_no_fault() {
    let folder = Folder::new();
    folder.put(LOG, b"");
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.rows.len()), (5, [0, 0, 0], 0));
    folder.put("MSGTRK2026031009-2.LOG", greeting());
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.rows.len()), (0, [5, 2, 0], 1));
}

#[test]
fn a_file_with_a_header_and_nothing_else_is_no_fault() {
    let folder = Folder::new();
    folder.put(LOG, Log::of(E2016).bytes());
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.rows.len()), (5, [5, 0, 0], 0));
    folder.put("MSGTRK2026031009-2.LOG", greeting());
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.rows.len()), (0, [10, 2, 0], 1));
}

#[test]
fn a_file_of_zero_bytes_only_is_padding() {
    let folder = Folder::new();
    folder.put(LOG, [0; 8192]);
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.count("padding_bytes")), (5, [0, 0, 0], 8192));
}

#[test]
fn an_empty_folder_says_what_was_looked_for() {
    let folder = Folder::new();
    let (code, said) = refused(&[folder.path()]);
    assert_eq!(code, 1);
    assert!(said.contains(&folder.path().display().to_string()) && said.contains("MSGTRK"), "{said}");
}

#[test]
fn a_folder_without_any_log_says_what_it_found_instead() {
    let folder = Folder::new();
    folder.put("notes.txt", "lunch at noon\n");
    let (code, said) = refused(&[folder.path()]);
    assert_eq!(code, 1);
    assert!(said.contains("notes.txt") && said.contains("tracking log"), "{said}");
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let folder = Folder::new();
    let file = folder.put(LOG, greeting());
    let (code, said) = refused(&[folder.path().join("nowhere")]);
    assert!(code == 1 && said.contains("nowhere"), "{code} {said}");
    let seen = read(&[file, folder.path().join("nowhere")]);
    assert_eq!((seen.code, seen.records()), (3, [5, 2, 0]));
    assert!(seen.said.contains("nowhere"), "{}", seen.said);
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
#[cfg(unix)]
fn a_file_that_cannot_be_opened_does_not_stop_the_others() {
    let folder = Folder::new();
    folder.put(LOG, greeting());
    let lost = folder.path().join("MSGTRK2026031010-1.LOG");
    std::os::unix::fs::symlink(folder.path().join("gone"), &lost).unwrap();
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (3, [5, 2, 0]));
    assert!(seen.said.contains("MSGTRK2026031010-1.LOG"), "{}", seen.said);
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
#[cfg(feature = "compressed")]
fn a_packed_file_that_is_broken_does_not_stop_the_others() {
    let many = (0..5000).fold(Log::of(E2016), |log, i| log.delivered(&format!("message-{i}"))).bytes();
    let mut cut = packed::gzip(&many);
    cut.truncate(cut.len() / 2);
    for (name, bytes) in [
        ("MSGTRK2026031010-1.LOG.gz", cut),
        ("MSGTRK2026031010-1.LOG.gz", b"no gzip at all".to_vec()),
        ("MSGTRK2026031010-1.LOG.zst", b"no zstd at all".to_vec()),
        ("logs.zip", b"no zip at all".to_vec()),
    ] {
        let folder = Folder::new();
        folder.put(LOG, greeting());
        folder.put(name, bytes);
        let seen = folder.read();
        assert_eq!(seen.code, 3, "{name}");
        assert!(seen.said.contains(name), "{}", seen.said);
        assert!(seen.rows.iter().any(|r| r["subject"] == "greeting"), "{name}");
    }
}

#[test]
#[cfg(feature = "compressed")]
fn what_a_broken_packed_file_gives_before_the_break_is_read() {
    let many = (0..5000).fold(Log::of(E2016), |log, i| log.delivered(&format!("message-{i}"))).bytes();
    let mut cut = packed::gzip(&many);
    cut.truncate(cut.len() / 2);
    let folder = Folder::new();
    folder.put("MSGTRK2026031010-1.LOG.gz", cut);
    let seen = folder.read();
    assert_eq!(seen.code, 3);
    assert!(seen.said.contains("stopped at byte"), "{}", seen.said);
    assert!(seen.rows.len() > 1000, "{} rows", seen.rows.len());
}

#[test]
#[cfg(feature = "compressed")]
fn packing_changes_nothing_but_the_name_of_the_file() {
    let log = greeting();
    let folder = Folder::new();
    folder.put(LOG, &log);
    let plain = folder.read();
    let members = packed::gzip(&log[..300]).into_iter().chain(packed::gzip(&log[300..])).collect();
    for (name, bytes) in [
        ("MSGTRK2026031009-1.LOG.gz", packed::gzip(&log)),
        ("MSGTRK2026031009-1.log.GZ", members),
        ("MSGTRK2026031009-1.LOG.zst", zstd::encode_all(&log[..], 3).unwrap()),
        ("logs.zip", packed::zip(&[(LOG, &log)])),
    ] {
        let folder = Folder::new();
        folder.put(name, bytes);
        let seen = folder.read();
        assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]), "{name}");
        assert_eq!(seen.without_files(), plain.without_files(), "{name}");
        assert!(seen.row()["evidence"]["file"].as_str().unwrap().contains(name));
        assert_eq!(seen.count("bytes"), log.len() as u64);
    }
}

#[test]
#[cfg(feature = "compressed")]
fn a_packed_copy_is_a_copy_whole_or_in_part() {
    let mails = |n: u32| (0..n).fold(Log::of(E2016), |log, i| log.delivered(&format!("message-{i}"))).bytes();
    for (packed, left_out, duplicates) in [(12, 1, 0), (8, 0, 16)] {
        let folder = Folder::new();
        folder.put(LOG, mails(12));
        folder.put("backup/MSGTRK2026031009-1.LOG.gz", packed::gzip(&mails(packed)));
        let seen = folder.read();
        assert_eq!((seen.code, seen.list("left_out").len()), (0, left_out));
        assert_eq!((seen.count("duplicates"), seen.count("counted"), seen.rows.len()), (duplicates, 24, 12));
    }
}

#[test]
#[cfg(feature = "compressed")]
fn a_zip_of_several_logs_is_a_folder_of_logs() {
    let second = Log::of(E2016).delivered("second").bytes();
    let bytes = packed::zip(&[
        ("EX1/MSGTRK2026031009-1.LOG", &greeting()),
        ("EX1/MSGTRKMD2026031009-1.LOG", &second),
        ("readme.txt", b"the logs of the day"),
    ]);
    let folder = Folder::new();
    folder.put("day.zip", bytes);
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (0, [10, 4, 0]));
    assert_eq!(seen.all("subject"), ["greeting", "second"]);
    assert!(
        seen.rows[1]["evidence"]["file"].as_str().unwrap().ends_with("day.zip:EX1/MSGTRKMD2026031009-1.LOG")
    );
    assert_eq!(seen.list("left_out").len(), 1);
    assert!(seen.list("left_out")[0]["name"].as_str().unwrap().ends_with("readme.txt"));
}

#[test]
fn standard_input_changes_nothing_but_the_name_of_the_file() {
    let folder = Folder::new();
    folder.put(LOG, greeting());
    let seen = look(&["-"], &greeting());
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.without_files(), folder.read().without_files());
}

#[test]
fn standard_input_without_a_byte_is_no_fault() {
    let seen = look(&["-"], b"");
    assert_eq!((seen.code, seen.records()), (5, [0, 0, 0]));
}

#[test]
fn logs_are_known_by_name_in_any_case_and_with_endings_of_a_rotation() {
    for (name, family) in [
        ("MSGTRK2026031009-1.LOG", "MSGTRK"),
        ("msgtrk2026031009-1.log", "MSGTRK"),
        ("MSGTRK20260310-1.LOG", "MSGTRK"),
        ("MSGTRK2026031009-12.LOG.1", "MSGTRK"),
        ("MSGTRKMA2026031009-1.LOG", "MSGTRKMA"),
        ("MsgTrkMd2026031009-1.Log", "MSGTRKMD"),
        ("MSGTRKMS2026031009-1.LOG", "MSGTRKMS"),
        ("MSGTRKM20260310-1.LOG", "MSGTRKM"),
        ("MSGTRK2026031009-1.LOG.bak", "MSGTRK"),
    ] {
        let folder = Folder::new();
        folder.put(name, greeting());
        let seen = folder.read();
        assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]), "{name}");
        assert_eq!(seen.list("files")[0]["family"], family, "{name}");
    }
}

#[test]
fn a_tracking_log_under_a_foreign_name_is_found_by_its_content() {
    let headless = Log::headless(E2016).delivered("second").bytes();
    let folder = Folder::new();
    folder.put("evidence/exhibit 7.csv", greeting());
    folder.put("evidence/blob", headless);
    folder.put("evidence/notes.txt", "2026-03-10T09:00:00.000Z, lunch\n");
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]));
    assert_eq!(seen.all("subject"), ["greeting", "second"]);
    assert_eq!(names(seen.list("left_out")), ["notes.txt"]);
}

#[test]
fn counters_of_one_hour_sort_as_numbers() {
    let folder = Folder::new();
    for counter in [10, 9, 1] {
        let log = Log::of(E2016).delivered(&format!("message-{counter}"));
        folder.put(&format!("MSGTRK2026031009-{counter}.LOG"), log.bytes());
    }
    let seen = folder.read();
    let wanted = ["MSGTRK2026031009-1.LOG", "MSGTRK2026031009-9.LOG", "MSGTRK2026031009-10.LOG"];
    assert_eq!(names(seen.list("files")), wanted);
}

#[test]
fn rejects_go_to_their_file_with_place_and_line() {
    let folder = Folder::new();
    let log = Log::of(E2016).delivered("greeting").raw("no row at all\r\n");
    let offset = log.clone().bytes().len() - 15;
    folder.put(LOG, log.bytes());
    let out = tempfile::tempdir().unwrap();
    let rejects = out.path().join("rejects.jsonl");
    let flag = format!("--rejects={}", rejects.display());
    // It is written by each of several runs.
    let seen = read(&[folder.path().as_os_str(), flag.as_ref(), "--force".as_ref()]);
    assert_eq!((seen.code, seen.records()), (3, [5, 2, 1]));
    let written = std::fs::read_to_string(rejects).unwrap();
    let lines: Vec<Value> = written.lines().map(super::json).collect();
    assert_eq!(lines.len(), 1);
    for reject in [&lines[0], &seen.list("rejects")[0]] {
        assert_eq!((&reject["line"], &reject["offset"]), (&8.into(), &offset.into()));
        assert_eq!(reject["raw"], "no row at all");
        assert!(reject["file"].as_str().unwrap().ends_with(LOG));
    }
}
