//! Tables as files say what the JSON lines of the same rows say, whatever the logs hold and however they are
//! read; queries answer, and say what is wrong with them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail where it stands, and reads what was written"
)]

mod queries;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mailtrail::model::time::Timestamp;
use polars::prelude::{AnyValue, DataFrame, IpcReader, ParquetReader, SerReader as _};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::logwriter::{Log, Release, Row};

type JsonRow = Map<String, Value>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn mailtrail(args: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    command.env_remove("COLUMNS").current_dir(folder).args(args).output().unwrap()
}

fn lines(args: &[&str], folder: &Path) -> Vec<JsonRow> {
    let done = mailtrail(args, folder);
    let text = String::from_utf8(done.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The bytes of a table as a file.
fn bytes(args: &[&str], folder: &Path) -> Vec<u8> {
    let done = mailtrail(args, folder);
    assert!(matches!(done.status.code(), Some(0 | 3 | 5)), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

fn parquet(bytes: Vec<u8>) -> Vec<JsonRow> {
    rows(&ParquetReader::new(Cursor::new(bytes)).finish().unwrap())
}

fn arrow(bytes: Vec<u8>) -> Vec<JsonRow> {
    rows(&IpcReader::new(Cursor::new(bytes)).finish().unwrap())
}

fn rows(frame: &DataFrame) -> Vec<JsonRow> {
    let row = |at: usize| {
        let cell = |c: &polars::prelude::Column| (c.name().to_string(), value(&c.get(at).unwrap()));
        frame.columns().iter().map(cell).collect()
    };
    (0..frame.height()).map(row).collect()
}

fn value(cell: &AnyValue<'_>) -> Value {
    match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => json!(flag),
        number if number.is_integer() => json!(number.extract::<i64>().unwrap()),
        AnyValue::Datetime(ms, ..) | AnyValue::DatetimeOwned(ms, ..) => json!(Timestamp(*ms).to_string()),
        AnyValue::List(all) => all.iter().map(|cell| value(&cell)).collect(),
        AnyValue::Struct(_, _, fields) => {
            let values = cell._iter_struct_av().map(|cell| value(&cell));
            Value::Object(fields.iter().map(|f| f.name.to_string()).zip(values).collect())
        }
        AnyValue::StructOwned(owned) => {
            let values = owned.0.iter().map(value);
            Value::Object(owned.1.iter().map(|f| f.name.to_string()).zip(values).collect())
        }
        text => json!(text.get_str().unwrap_or_else(|| panic!("a cell of another kind: {text:?}"))),
    }
}

/// A JSON line as the table has it.
fn as_in_table(verb: &str, mut row: JsonRow) -> JsonRow {
    row.remove("schema_version");
    if verb != "events" {
        // What is beyond 63 bits is not known there.
        if row.get("size_bytes").and_then(Value::as_u64).is_some_and(|size| i64::try_from(size).is_err()) {
            row["size_bytes"] = Value::Null;
        }
        return row;
    }
    let pairs = |object: Option<Value>| {
        let object = object.and_then(|o| o.as_object().cloned()).unwrap_or_default();
        object.into_iter().map(|(column, text)| json!({"column": column, "text": text})).collect::<Vec<_>>()
    };
    let by_column = |mut pairs: Vec<Value>| {
        pairs.sort_by_key(|pair| pair["column"].as_str().unwrap().to_owned());
        Value::Array(pairs)
    };
    let unparsed = by_column(pairs(row.remove("unparsed")));
    let other = by_column(pairs(row.remove("other")));
    let mut out: JsonRow = row.into_iter().map(|(name, value)| (name.replace('-', "_"), value)).collect();
    out.insert("unparsed".to_owned(), unparsed);
    out.insert("other".to_owned(), other);
    out
}

/// A row of a file as it is compared: what JSON lines do not have is left out.
fn comparable(verb: &str, mut row: JsonRow) -> JsonRow {
    if verb == "events" {
        row.remove("server");
        for name in ["unparsed", "other"] {
            row[name].as_array_mut().unwrap().sort_by_key(|pair| pair["column"].as_str().unwrap().to_owned());
        }
    }
    row
}

fn place(row: &JsonRow) -> (String, String, u64) {
    let at = &row["evidence"];
    (row["date_time"].to_string(), at["file"].to_string(), at["line"].as_u64().unwrap_or(0))
}

/// Compares files with JSON lines, row by row.
fn check(verb: &str, folder: &Path, logs: &str) {
    let format = |name: &str| format!("--format={name}");
    let mut want: Vec<JsonRow> = lines(&[verb, logs, "-q", &format("jsonl")], folder)
        .into_iter()
        .map(|row| as_in_table(verb, row))
        .collect();
    let mut found = [
        parquet(bytes(&[verb, logs, "-q", &format("parquet")], folder)),
        arrow(bytes(&[verb, logs, "-q", &format("arrow")], folder)),
    ];
    let array: Vec<JsonRow> =
        serde_json::from_slice(&bytes(&[verb, logs, "-q", &format("json")], folder)).unwrap();
    assert_eq!(array.len(), want.len());
    if verb == "events" {
        // Files are by time, and a file of a log by its place; lines come file by file.
        want.sort_by_key(place);
        for rows in &mut found {
            assert!(rows.is_sorted_by_key(|row| row["date_time"].to_string()), "{verb} in {logs}");
            rows.sort_by_key(place);
        }
    }
    for (rows, name) in found.into_iter().zip(["parquet", "arrow"]) {
        assert_eq!(rows.len(), want.len(), "{verb} of {logs} as {name}");
        for (row, want) in rows.into_iter().zip(&want) {
            assert_eq!(&comparable(verb, row), want, "{verb} of {logs} as {name}");
        }
    }
}

const VERBS: [&str; 4] = ["events", "routes", "hops", "findings"];

#[test]
fn files_say_what_json_lines_say_of_every_story() {
    let stories = std::fs::read_dir(root().join("tests/cases")).unwrap().map(|e| e.unwrap().path());
    for story in stories {
        let name = story.file_name().unwrap().to_str().unwrap().to_owned();
        for verb in VERBS {
            check(verb, story.parent().unwrap(), &name);
        }
    }
    for verb in VERBS {
        check(verb, root(), "samples");
    }
}

/// Logs with what a hostile sender, a broken server or a large group puts into them.
fn hostile() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let many: Vec<String> = (0..5000).map(|n| format!("user{n}@contoso.com")).collect();
    let rows = [
        Row::receive("formula", "ben@contoso.com")
            .with("message-subject", "=HYPERLINK(\"http://x.example\")"),
        Row::deliver("formula", "ben@contoso.com"),
        Row::receive("quote", "\"a;b\"@contoso.com")
            .with("message-subject", "said \"so\", and\r\nmore\n")
            .at(10),
        Row::deliver("quote", "\"a;b\"@contoso.com").at(20),
        Row::receive("control", "ben@contoso.com")
            .with("message-subject", "\u{1b}[31m\u{202e}\u{9b}\0\t")
            .at(30),
        Row::receive("bytes", "ben@contoso.com").with("message-subject", b"caf\xe9 \xff\xfe").at(40),
        Row::receive("many", &many.join(";")).at(50),
        Row::receive("numbers", "ben@contoso.com").with("total-bytes", "18446744073709551615").at(60),
        Row::receive("words", "ben@contoso.com")
            .with("total-bytes", "=many")
            .with("internal-message-id", "-1")
            .at(70),
    ];
    let bytes = Log::of(Release::E2016).rows(&rows).bytes();
    std::fs::create_dir(place.path().join("logs")).unwrap();
    std::fs::write(place.path().join("logs/MSGTRK2026031009-1.LOG"), bytes).unwrap();
    place
}

#[test]
fn what_is_hostile_comes_back_as_it_was() {
    let place = hostile();
    for verb in ["routes", "hops", "findings"] {
        check(verb, place.path(), "logs");
    }
    // A number beyond 63 bits stands in JSON as such, and in a table as text.
    let mut rows = parquet(bytes(&["events", "logs", "-q", "--format=parquet"], place.path()));
    let lines = lines(&["events", "logs", "-q"], place.path());
    rows.sort_by_key(|row| row["evidence"]["line"].as_u64());
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(row["message_subject"], line["message-subject"]);
        assert_eq!(row["recipient_address"], line["recipient-address"]);
    }
    let of = |id: &str| rows.iter().find(|r| r["message_id"].to_string().contains(id)).unwrap();
    assert_eq!(of("many")["recipient_address"].as_array().unwrap().len(), 5000);
    assert_eq!(of("numbers")["total_bytes"], Value::Null);
    assert_eq!(of("numbers")["unparsed"], json!([{"column": "total-bytes", "text": "18446744073709551615"}]));
    assert_eq!(of("words")["unparsed"].as_array().unwrap().len(), 2);
    assert_eq!(of("bytes")["message_subject"], json!("caf\u{fffd} \u{fffd}\u{fffd}"));
}

#[test]
fn csv_keeps_the_apostrophe_unless_told_otherwise() {
    let place = hostile();
    let csv = |args: &[&str]| String::from_utf8(bytes(args, place.path())).unwrap();
    for verb in ["events", "routes"] {
        let (safe, raw) = (
            csv(&[verb, "logs", "-q", "--format=csv"]),
            csv(&[verb, "logs", "-q", "--format=csv", "--raw-csv"]),
        );
        assert!(safe.contains("\"'=HYPERLINK(") && !raw.contains("'=HYPERLINK("), "{verb}");
        assert!(raw.contains("\"=HYPERLINK(") && !raw.contains('\u{1b}'), "{verb}");
    }
}

#[test]
fn how_logs_are_read_shows_in_no_byte_of_a_file() {
    let place = tempfile::tempdir().unwrap();
    let made = mailtrail(
        &["generate", "--quiet", "--size=700KiB", "--seed=4", "--schema=mixed", "--quirks", "-o", "logs"],
        place.path(),
    );
    assert!(made.status.success());
    for verb in VERBS {
        for form in ["parquet", "arrow"] {
            let form = format!("--format={form}");
            let read = |how: &[&str]| bytes(&[&[verb, "logs", "-q", &form], how].concat(), place.path());
            let plain = read(&["--threads=1"]);
            for how in [&["--threads=3", "--chunk-size=3000"][..], &["--memory=1B", "--threads=2"]] {
                assert!(plain == read(how), "{verb} {form} with {how:?}");
            }
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|e| e.file_type().is_file())
        .map(|e| e.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    names.sort();
    names
}

fn of_folder(folder: &Path) -> Vec<JsonRow> {
    names(folder).iter().flat_map(|name| parquet(std::fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn folders_hold_every_row_once() {
    let place = tempfile::tempdir().unwrap();
    let samples = root().join("samples");
    let samples = samples.to_str().unwrap();
    let out = |name: &str| place.path().join(name);
    for (verb, by) in [("events", "date"), ("events", "server"), ("routes", "server"), ("hops", "date")] {
        let name = format!("{verb}-{by}");
        let done = mailtrail(
            &[verb, samples, "-q", "--format=parquet", "--partition-by", by, "-o", &name],
            place.path(),
        );
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let files = names(&out(&name));
        assert!(
            files
                .iter()
                .all(|f| f.starts_with(&format!("{by}=")) && f.ends_with(&format!("/{verb}.parquet"))),
            "{files:?}"
        );
        let whole = parquet(bytes(&[verb, samples, "-q", "--format=parquet"], place.path()));
        assert_eq!(of_folder(&out(&name)).len(), whole.len(), "{name}");
        // A query reads them as one table, the column of the folders too.
        let query = format!("SELECT {by}, count(*) AS n FROM {verb} GROUP BY {by}");
        let sum: u64 =
            lines(&["sql", &query, &name], place.path()).iter().map(|r| r["n"].as_u64().unwrap()).sum();
        assert_eq!(sum, whole.len() as u64, "{name}");
    }
    let again = ["routes", samples, "-q", "--format=parquet", "--partition-by=date", "-o", "events-date"];
    assert_eq!(mailtrail(&again, place.path()).status.code(), Some(1), "an existing folder is an error");
    let forced = mailtrail(&[&again[..], &["--force"]].concat(), place.path());
    assert!(
        forced.status.success() && names(&out("events-date")).iter().all(|n| n.ends_with("/routes.parquet"))
    );
    std::fs::write(out("events-date/mine.txt"), "keep").unwrap();
    let forced = mailtrail(&[&again[..], &["--force"]].concat(), place.path());
    assert_eq!(forced.status.code(), Some(1), "what is no table is not replaced");
    assert_eq!(std::fs::read_to_string(out("events-date/mine.txt")).unwrap(), "keep");
    let left = std::fs::read_dir(place.path()).unwrap().count();
    assert_eq!(left, 4, "nothing unfinished is left");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let samples = root().join("samples");
    let samples = samples.to_str().unwrap();
    for (args, says) in [
        (&["routes", samples, "--raw-csv"][..], "--raw-csv goes with --format csv"),
        (
            &["events", samples, "--partition-by=date", "-o", "x.csv"],
            "--partition-by goes with --format parquet",
        ),
        (&["events", samples, "--partition-by=date", "--format=parquet"], "-o DIR says where"),
        (
            &["findings", samples, "--partition-by=server", "--format=parquet", "-o", "x"],
            "findings have no server",
        ),
        (&["sql"], "no query"),
        (&["sql", samples], "no query"),
    ] {
        let done = mailtrail(args, place.path());
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{args:?}: {err}");
        assert!(err.contains(says), "{args:?}: {err}");
    }
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

// ---------------------------------------------------------------------------------------------
// Queries

fn answer(query: &str, paths: &[&str], folder: &Path) -> Vec<JsonRow> {
    let done = mailtrail(&[&["sql", query, "-q"], paths].concat(), folder);
    let err = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{query}: {err}");
    let text = String::from_utf8(done.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Samples as logs, and as files of every table.
fn files() -> (TempDir, String) {
    let place = tempfile::tempdir().unwrap();
    let samples = root().join("samples").to_str().unwrap().to_owned();
    std::fs::create_dir(place.path().join("files")).unwrap();
    for verb in VERBS {
        let done = mailtrail(&[verb, &samples, "-q", "-o", &format!("files/{verb}.parquet")], place.path());
        assert!(done.status.success());
    }
    (place, samples)
}

#[test]
fn logs_and_files_give_one_answer() {
    let (place, samples) = files();
    for query in [
        "SELECT * FROM routes",
        "SELECT * FROM hops",
        "SELECT * FROM findings",
        "SELECT decision, connector, count(*) AS n FROM routes GROUP BY decision, connector",
        "SELECT r.recipient, h.server FROM routes r JOIN hops h ON r.message_id = h.message_id ORDER BY 1, 2",
        "WITH big AS (SELECT * FROM routes WHERE size_bytes > 10000) SELECT count(*) AS n FROM big",
        "SELECT event_id, count(*) AS n FROM events GROUP BY event_id",
        "SELECT count(*) AS n FROM events",
        "SELECT DISTINCT class FROM routes",
        "SELECT e.event_id, count(*) AS n FROM events e JOIN routes r ON e.message_id = r.message_id GROUP BY 1",
    ] {
        assert_eq!(
            answer(query, &[&samples], place.path()),
            answer(query, &["files"], place.path()),
            "{query}"
        );
    }
}

#[test]
fn a_query_that_needs_no_texts_says_the_same() {
    let place = tempfile::tempdir().unwrap();
    let made = mailtrail(
        &["generate", "-q", "--size=500KiB", "--seed=9", "--schema=mixed", "-o", "logs"],
        place.path(),
    );
    assert!(made.status.success());
    let cheap = "decision, connector, next_hop, server, directionality, size_bytes, class, first_seen, laps";
    let sorted = |query: &str| {
        let mut rows: Vec<String> = answer(query, &["logs"], place.path())
            .into_iter()
            .map(|mut row| {
                row.remove("message_id");
                Value::Object(row).to_string()
            })
            .collect();
        rows.sort();
        rows
    };
    let without = sorted(&format!("SELECT {cheap}, count(*) AS n FROM routes GROUP BY {cheap}"));
    assert!(without.len() > 100);
    let all = "sum(CASE WHEN message_id IS NULL THEN 1 ELSE 1 END)";
    let with = sorted(&format!("SELECT {cheap}, {all} AS n FROM routes GROUP BY {cheap}"));
    assert!(without == with, "{:?}", without.iter().zip(&with).find(|(a, b)| a != b));
    // As do rows that went by way of a file.
    let query = "SELECT message_id, recipient, decision FROM routes";
    let spilled = mailtrail(&["sql", query, "logs", "-q", "--memory=1B"], place.path());
    let plain = mailtrail(&["sql", query, "logs", "-q"], place.path());
    assert_eq!(String::from_utf8(spilled.stdout).unwrap(), String::from_utf8(plain.stdout).unwrap());
}

#[test]
fn a_wrong_query_shows_the_place() {
    for (query, says) in [
        ("SELEC 1", "line 1, column 1"),
        ("SELECT 1 FROM\nrout", "line 2, column 1: no table 'rout'; did you mean routes"),
        ("SELECT desision FROM routes", "column 8: no column 'desision'; did you mean decision"),
        ("DELETE FROM routes", "only queries"),
        ("CREATE TABLE a AS SELECT * FROM routes", "only queries"),
        ("SELECT 1; SELECT 2", "one query at a time"),
        ("SELECT * FROM read_parquet('x.parquet')", "no table 'read_parquet'"),
        ("SELECT * FROM 'x.parquet'", "no table 'x.parquet'"),
    ] {
        let done = mailtrail(&["sql", query, "samples", "-q"], root());
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{query}: {err}");
        assert!(err.contains(says), "{query}: {err}");
    }
}

#[test]
fn files_of_others_are_told_apart() {
    let (place, samples) = files();
    let fails = |paths: &[&str], says: &str| {
        let done = mailtrail(&[&["sql", "SELECT count(*) FROM routes"], paths].concat(), place.path());
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{err}");
        assert!(err.contains(says), "{err}");
    };
    fails(&["files/routes.parquet", &samples], "not both");
    fails(&["files/hops.parquet"], "no file holds routes; there is hops");
    fails(&["files", "--since=today"], "WHERE");
    let made =
        mailtrail(&["sql", "SELECT 1 AS n FROM routes", "files", "-o", "answer.parquet"], place.path());
    assert!(made.status.success());
    fails(&["answer.parquet"], "the answer to a query, written by mailtrail");
    std::fs::write(place.path().join("broken.parquet"), "PAR1 no").unwrap();
    fails(&["broken.parquet"], "broken.parquet: no Parquet file that can be read");
}

#[test]
fn answers_come_in_every_form() {
    let (place, samples) = files();
    let query =
        "SELECT decision, count(*) AS n FROM routes GROUP BY decision ORDER BY n DESC, decision LIMIT 3";
    let rows = answer(query, &[&samples], place.path());
    assert_eq!(rows.len(), 3);
    let written = |name: &str| -> PathBuf {
        let done = mailtrail(&["sql", query, &samples, "-q", "-o", name], place.path());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        place.path().join(name)
    };
    let array: Vec<JsonRow> = serde_json::from_slice(&std::fs::read(written("a.json")).unwrap()).unwrap();
    assert_eq!(array, rows);
    assert_eq!(arrow(std::fs::read(written("a.arrow")).unwrap()).len(), 3);
    let csv = std::fs::read_to_string(written("a.csv")).unwrap();
    assert_eq!(csv.lines().next(), Some("decision,n"));
    let table = std::fs::read_to_string(written("a.txt")).unwrap();
    assert!(table.starts_with("decision") && table.lines().nth(1).unwrap().starts_with("-----"), "{table}");
}

// ---------------------------------------------------------------------------------------------
// Documents

#[test]
fn every_query_of_the_cookbook_gives_rows() {
    let place = tempfile::tempdir().unwrap();
    let made = mailtrail(&["generate", "-q", "--size=4MiB", "--seed=1", "-o", "logs"], place.path());
    assert!(made.status.success());
    std::fs::create_dir(place.path().join("tables")).unwrap();
    for verb in VERBS {
        let done = mailtrail(&[verb, "logs", "-q", "-o", &format!("tables/{verb}.parquet")], place.path());
        assert!(done.status.success());
    }
    let text = std::fs::read_to_string(root().join("docs/COOKBOOK.md")).unwrap();
    let queries: Vec<&str> =
        text.split("```sql\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert!(queries.len() >= 20, "{} queries", queries.len());
    let mut empty = Vec::new();
    for query in queries {
        let rows = answer(query, &["tables"], place.path());
        if rows.is_empty() {
            empty.push(query);
        }
    }
    assert!(empty.is_empty(), "these give no rows: {empty:#?}");
}
