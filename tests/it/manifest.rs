//! `--manifest`: what was read, with hashes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "lays out logs in folders of its own and reads what was written"
)]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::logwriter::{Log, Release};

struct Place(TempDir);

impl Place {
    /// Two logs of different hours, a file that is none, and a copy.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let log = Log::of(Release::E2016).delivered("budget").bytes();
        place.write("logs/EX1/MSGTRK2026031009-1.LOG", &log);
        place.write("logs/EX1/copy/MSGTRK2026031009-1.LOG", &log);
        place.write(
            "logs/EX2/MSGTRK2026031009-1.LOG",
            Log::of(Release::E2013).delivered("quote").delivered("team").bytes(),
        );
        place.write("logs/notes.txt", "nothing of interest");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn run(&self, verb: &str, more: &[&str]) -> assert_cmd::assert::Assert {
        let mut command = Command::cargo_bin("mailtrail").unwrap();
        command.current_dir(&self.0).arg(verb).args(["--manifest", "m.json"]).args(more).assert()
    }

    /// The manifest, which is taken away.
    fn manifest(&self) -> Value {
        let value = serde_json::from_slice(&std::fs::read(self.path("m.json")).unwrap()).unwrap();
        std::fs::remove_file(self.path("m.json")).unwrap();
        value
    }
}

fn sha256(path: &Path) -> String {
    mailtrail::model::name::hexadecimal(&Sha256::digest(std::fs::read(path).unwrap()))
}

fn input<'v>(manifest: &'v Value, name: &str) -> &'v Value {
    let found = manifest["inputs"].as_array().unwrap().iter().find(|i| i["name"] == name);
    found.unwrap_or(&Value::Null)
}

#[test]
fn every_verb_that_reads_logs_says_what_it_read() {
    let place = Place::new();
    for (verb, more) in [
        ("report", &[][..]),
        ("routes", &[]),
        ("misroutes", &[]),
        ("loops", &[]),
        ("events", &[]),
        ("trace", &["--sender", "*"]),
        ("redact", &["-o", "redacted"]),
    ] {
        place.run(verb, &[&["logs", "-q"], more].concat()).success();
        let manifest = place.manifest();
        let one = input(&manifest, "logs/EX2/MSGTRK2026031009-1.LOG");
        let path = place.path("logs/EX2/MSGTRK2026031009-1.LOG");
        assert_eq!(one["sha256"], sha256(&path), "{verb}");
        assert_eq!(one["bytes"], std::fs::metadata(&path).unwrap().len());
        assert_eq!(
            (&one["records"], &one["state"], &one["changed"]),
            (&9.into(), &"read".into(), &false.into()),
            "{verb}"
        );
        assert_eq!(input(&manifest, "logs/notes.txt")["state"], "left-out");
        assert_eq!(input(&manifest, "logs/notes.txt")["sha256"], Value::Null);
        assert_eq!(manifest["arguments"][1], verb);
        assert_eq!((&manifest["tool"], &manifest["schema_version"]), (&"mailtrail".into(), &1.into()));
        let (started, ended) = (manifest["started"].as_str().unwrap(), manifest["ended"].as_str().unwrap());
        assert!(started <= ended && started.ends_with('Z') && started.len() == 24);
        // A copy is read by redact alone, which writes it too.
        let states = ["EX1", "EX1/copy"]
            .map(|f| input(&manifest, &format!("logs/{f}/MSGTRK2026031009-1.LOG"))["state"].clone());
        let read = states.iter().filter(|s| *s == "read").count();
        assert_eq!(read, if verb == "redact" { 2 } else { 1 }, "{verb}");
    }
}

#[test]
fn an_existing_manifest_stays_and_one_appears_whole_or_not_at_all() {
    let place = Place::new();
    place.write("m.json", "evidence");
    place.run("report", &["logs", "-q"]).code(1);
    assert_eq!(std::fs::read(place.path("m.json")).unwrap(), b"evidence");
    place.run("report", &["logs", "-q", "--force"]).success();
    assert_eq!(place.manifest()["inputs"].as_array().unwrap().len(), 4);
    place.run("report", &["nowhere", "-q"]).code(1);
    let missing = place.manifest();
    assert_eq!(missing["inputs"][0]["state"], "unreadable");
}

#[test]
fn standard_input_is_hashed_while_it_is_read() {
    let place = Place::new();
    let log = std::fs::read(place.path("logs/EX2/MSGTRK2026031009-1.LOG")).unwrap();
    let mut command = Command::cargo_bin("mailtrail").unwrap();
    command
        .current_dir(&place.0)
        .args(["routes", "-", "-q", "--manifest", "m.json"])
        .write_stdin(log.clone());
    command.assert().success();
    let manifest = place.manifest();
    let one = input(&manifest, "<stdin>");
    assert_eq!(one["sha256"], sha256(&place.path("logs/EX2/MSGTRK2026031009-1.LOG")));
    assert_eq!((&one["bytes"], &one["path"], &one["records"]), (&log.len().into(), &"-".into(), &9.into()));
}

#[test]
fn files_outside_of_the_window_and_exports_are_listed() {
    let place = Place::new();
    place.write("exports/accepted-domains.csv", "\"Name\",\"DomainName\",\"DomainType\",\"Default\"\r\n\"c\",\"contoso.com\",\"Authoritative\",\"True\"\r\n");
    place.write(
        "logs/EX1/MSGTRK2026031209-1.LOG",
        String::from_utf8(Log::of(Release::E2016).delivered("later").bytes())
            .unwrap()
            .replace("2026-03-10", "2026-03-12"),
    );
    place.run("report", &["logs", "-q", "--until", "2026-03-11", "--topology", "exports"]).success();
    let manifest = place.manifest();
    let later = input(&manifest, "logs/EX1/MSGTRK2026031209-1.LOG");
    assert_eq!((&later["state"], &later["sha256"]), (&"outside-window".into(), &Value::Null));
    let export = input(&manifest, "exports/accepted-domains.csv");
    assert_eq!(
        (&export["role"], &export["sha256"]),
        (&"export".into(), &sha256(&place.path("exports/accepted-domains.csv")).into())
    );
}

#[cfg(feature = "compressed")]
#[test]
fn packed_files_are_hashed_as_they_are_stored() {
    use std::io::Write as _;
    let place = Place::new();
    let log = std::fs::read(place.path("logs/EX2/MSGTRK2026031009-1.LOG")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&log).unwrap();
    place.write("packed/MSGTRK2026031009-1.LOG.gz", gzip.finish().unwrap());
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["a/MSGTRK2026031010-1.LOG", "a/notes.txt"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(if name.ends_with("txt") { b"nothing" } else { &log }).unwrap();
    }
    place.write("packed/day.zip", zip.finish().unwrap().into_inner());
    place.run("events", &["packed", "-q"]).success();
    let manifest = place.manifest();
    for (name, path, state) in [
        ("packed/MSGTRK2026031009-1.LOG.gz", "packed/MSGTRK2026031009-1.LOG.gz", "read"),
        ("packed/day.zip:a/MSGTRK2026031010-1.LOG", "packed/day.zip", "left-out"),
    ] {
        let one = input(&manifest, name);
        assert_eq!((&one["state"], &one["path"]), (&state.into(), &path.into()), "{manifest:#}");
        let hash = if state == "read" { sha256(&place.path(path)).into() } else { Value::Null };
        assert_eq!(one["sha256"], hash, "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_no_text_is_hashed_too() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let log = std::fs::read(place.path("logs/EX2/MSGTRK2026031009-1.LOG")).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"odd/day\xff.LOG");
    std::fs::create_dir(place.path("odd")).unwrap();
    std::fs::write(place.0.path().join(name), log).unwrap();
    place.run("report", &["odd", "-q"]).success();
    let manifest = place.manifest();
    assert_eq!(manifest["inputs"][0]["sha256"], sha256(&place.path("logs/EX2/MSGTRK2026031009-1.LOG")));
}

#[test]
fn both_sides_of_a_comparison_are_listed_once_each() {
    let place = Place::new();
    place.run("compare", &["logs/EX1", "logs/EX2", "-q", "-o", "c.txt"]).success();
    let manifest = place.manifest();
    for name in ["logs/EX1/MSGTRK2026031009-1.LOG", "logs/EX2/MSGTRK2026031009-1.LOG"] {
        assert_eq!(input(&manifest, name)["sha256"], sha256(&place.path(name)), "{manifest:#}");
    }
    // Two windows over the same logs: what one of them read was read.
    place.run("compare", &["2026-03-09", "2026-03-10", "--in", "logs", "-q", "-o", "d.txt"]);
    let manifest = place.manifest();
    let all = manifest["inputs"].as_array().unwrap();
    assert_eq!(all.len(), 4, "{manifest:#}");
    assert_eq!(input(&manifest, "logs/EX2/MSGTRK2026031009-1.LOG")["state"], "read");
}

#[test]
fn no_output_goes_to_the_place_of_another_or_of_a_log() {
    let place = Place::new();
    let log = "logs/EX1/MSGTRK2026031009-1.LOG";
    let before = std::fs::read(place.path(log)).unwrap();
    let run = |args: &[&str], flag: &str| {
        let mut command = Command::cargo_bin("mailtrail").unwrap();
        let done = command.current_dir(&place.0).args(args).assert().code(2);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains(flag), "{args:?}: {said}");
        assert_eq!(std::fs::read(place.path(log)).unwrap(), before, "{args:?}");
    };
    run(&["report", "logs", "-o", "x", "--manifest", "x"], "is that of --");
    run(&["report", "logs", "-o", "x", "--rejects", "logs/../x"], "is that of --");
    run(&["routes", "logs", "--rejects", "x", "--manifest", "./x"], "is that of --");
    assert!(!place.path("x").exists());
    run(&["report", "logs", "--manifest", log, "--force"], "--manifest");
    run(&["routes", log, "-o", log, "--force"], "--output");
    if cfg!(feature = "mail") {
        let who = ["--mail-from=a@contoso.com", "--mail-to=b@contoso.com"];
        run(&[&["report", log, "--mail", log, "--force"][..], &who].concat(), "this file is read");
        run(&[&["report", log, "-o", "x", "--mail", "x"][..], &who].concat(), "is that of --");
    }
    run(&["events", "logs", "-o", log, "--force"], "--output");
    run(&["events", "logs", "--rejects", log, "--force"], "this file is read");
    run(&["redact", "logs", "-o", "out", "--manifest", log, "--force"], "this file is read");
    assert!(!place.path("out").exists());
}
