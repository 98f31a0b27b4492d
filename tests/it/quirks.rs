//! The quirks of real tracking logs, a test for each. Whatever is read here is read three times:
//! `routes` with chunks of two sizes must write the same, and `report` must account for every record.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::indexing_slicing, reason = "a row or a field that is not there fails the test")]
#![expect(clippy::disallowed_methods, reason = "lays out logs in a folder of its own")]

mod bytes;
mod columns;
mod copies;
mod fields;
mod files;
mod ids;
mod rows;
mod statuses;
mod strangers;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::logwriter::Log;

/// The name of a transport log of the hour that all logs here are of.
const LOG: &str = "MSGTRK2026031009-1.LOG";

/// A folder of logs; gone when the test is.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file there, in a folder of its own where the name says so.
    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn read(&self) -> Seen {
        read(&[self.path()])
    }
}

/// What a run showed.
#[derive(Debug)]
struct Seen {
    /// Exit status.
    code: i32,
    /// The rows of `routes`.
    rows: Vec<Value>,
    /// What `report` said.
    report: Value,
    /// Standard error of `routes`.
    said: String,
}

impl Seen {
    /// The only row.
    fn row(&self) -> &Value {
        assert_eq!(self.rows.len(), 1, "{:#?}", self.rows);
        &self.rows[0]
    }

    /// The row of a recipient.
    fn to(&self, recipient: &str) -> &Value {
        let mut found = self.rows.iter().filter(|r| r["recipient"] == recipient);
        let row = found.next().unwrap_or_else(|| panic!("no row of {recipient}: {:#?}", self.rows));
        assert_eq!(found.next(), None);
        row
    }

    /// One field of every row.
    fn all(&self, field: &str) -> Vec<&Value> {
        self.rows.iter().map(|r| &r[field]).collect()
    }

    /// One number of the ledger.
    fn count(&self, of: &str) -> u64 {
        number(&self.report["reconciliation"][of])
    }

    /// Header lines, events and rejects.
    fn records(&self) -> [u64; 3] {
        ["headers", "events", "rejects"].map(|of| self.count(of))
    }

    /// A list of the report.
    fn list(&self, of: &str) -> &[Value] {
        list(&self.report[of])
    }

    /// The rows without the names of files.
    fn without_files(&self) -> Vec<Value> {
        let mut rows = self.rows.clone();
        rows.iter_mut().for_each(forget_files);
        rows
    }

    /// Every record is accounted for, and all outputs count the same.
    fn adds_up(&self) {
        let [headers, events, rejects] = self.records();
        assert_eq!(self.count("records"), headers + events + rejects, "{:#}", self.report["reconciliation"]);
        let parts = ["counted", "probes", "duplicates", "redundancy", "outside_window"];
        let sum: u64 = parts.iter().map(|of| self.count(of)).sum();
        assert_eq!(events, sum, "{:#}", self.report["reconciliation"]);
        assert_eq!(self.count("leaves"), total(&self.report["decisions"]));
        assert_eq!(self.count("leaves"), self.rows.len() as u64);
        assert_eq!(rejects, total(&self.report["rejects_by_reason"]));
        for of in ["records", "bytes", "rejects"] {
            let sum: u64 = self.list("files").iter().map(|f| number(&f[of])).sum();
            assert_eq!(self.count(of), sum, "{of} of all files");
        }
        assert_eq!(self.list("rejects").len() as u64, rejects.min(20));
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// All values of an object of numbers.
fn total(of: &Value) -> u64 {
    of.as_object().unwrap().values().map(number).sum()
}

fn forget_files(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(forget_files),
        Value::Object(all) => {
            all.remove("file");
            all.values_mut().for_each(forget_files);
        }
        _ => {}
    }
}

/// Reads a log under the usual name.
fn one(log: Log) -> Seen {
    let folder = Folder::new();
    folder.put(LOG, log.bytes());
    folder.read()
}

/// Reads what the arguments name.
fn read(args: &[impl AsRef<OsStr>]) -> Seen {
    look(args, b"")
}

/// Reads with something on standard input.
fn look(args: &[impl AsRef<OsStr>], input: &[u8]) -> Seen {
    let routes = run(&["routes", "--format=jsonl"], args, input);
    let small = run(&["routes", "--format=jsonl", "--chunk-size=61", "--threads=1"], args, input);
    let report = run(&["report", "--format=json"], args, input);
    let seen = Seen {
        code: routes.status.code().unwrap(),
        rows: text(&routes.stdout).lines().map(json).collect(),
        report: json(&text(&report.stdout)),
        said: text(&routes.stderr),
    };
    assert!(routes.stdout == small.stdout, "chunks show: {}", text(&small.stdout));
    assert_eq!((report.status.code(), small.status.code()), (Some(seen.code), Some(seen.code)));
    seen.adds_up();
    seen
}

/// Asks for what cannot be done; gives the exit status and what was said.
fn refused(args: &[impl AsRef<OsStr>]) -> (i32, String) {
    let routes = run(&["routes", "--format=jsonl"], args, b"");
    let report = run(&["report", "--format=json"], args, b"");
    assert_eq!(routes.status.code(), report.status.code());
    assert_eq!((text(&routes.stdout), text(&report.stdout)), (String::new(), String::new()));
    (routes.status.code().unwrap(), text(&routes.stderr))
}

fn run(verb: &[&str], args: &[impl AsRef<OsStr>], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailtrail"))
        .args(verb)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}
