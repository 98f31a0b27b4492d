//! One or two logs from the first byte to the last line of every output. The ledger adds up, what comes
//! out is well formed and obeys nothing in the logs, and neither threads nor chunks nor a second reading
//! show in it.
//!
//! The first byte says how logs are made of the rest and what is asked, the second the size of chunks.

#![no_main]

use std::cell::OnceCell;
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use mailtrail::input::discover::discover;
use mailtrail::model::report::Report;
use mailtrail::model::time::Timestamp;
use mailtrail::output::lanes::Picture;
use mailtrail::output::routes::{self, Context, Form};
use mailtrail::output::{
    rejects, report_json, report_markdown, report_text, trace, trace_html, trace_markdown, trace_svg,
};
use mailtrail::pipeline::filter::{Filter, Patterns};
use mailtrail::pipeline::window::Window;
use mailtrail::pipeline::{CHUNK, Findings, Needs, Options, Reading, read};
use mailtrail_fuzz::logs::{Bytes, Logs, drawn, raw};
use serde_json::Value;
use tempfile::TempDir;

/// 2026-03-10T09:00:00Z, where drawn logs begin.
const NINE: i64 = 1_773_133_200_000;
const MINUTE: i64 = 60_000;

thread_local! {
    /// Made once; its logs come and go with each input.
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let (how, chunk) = (bytes.byte(), 1 + usize::from(bytes.byte()) * 8);
    let logs = if how & 1 == 0 { raw(bytes) } else { drawn(bytes) };
    let asked = Options { include_probes: how & 2 != 0, window: window(how), ..Options::default() };
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a folder for logs")).path();
        let paths: Vec<PathBuf> = logs.iter().map(|(name, _)| folder.join(name)).collect();
        for (path, (_, text)) in paths.iter().zip(&logs) {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for a log");
            std::fs::write(path, text).expect("a log is written");
        }
        check(&paths, &logs, &asked, chunk);
        for path in &paths {
            std::fs::remove_file(path).expect("a log is taken away");
        }
    });
});

/// All of the time, or twenty minutes.
fn window(how: u8) -> Window {
    if how & 4 == 0 {
        return Window::default();
    }
    let (since, until) = (Timestamp(NINE + MINUTE), Timestamp(NINE + 21 * MINUTE));
    Window { since: Some(since), until: Some(until) }
}

fn check(paths: &[PathBuf], logs: &Logs, asked: &Options, chunk: usize) {
    let needs = Needs { sums: true, findings: Findings::Samples, ..Needs::default() };
    let plain = Options { threads: 1, chunk: CHUNK, needs, ..asked.clone() };
    let mut reading = reading(paths, &plain);
    let report = reading.report(10);
    let json = json_of(&report);
    let split = Options { threads: 3, chunk, needs, ..asked.clone() };
    same("report", &json, &json_of(&self::reading(paths, &split).report(10)));
    written("report.txt", &|out| report_text::write(&report, report_text::Style::default(), out));
    written("report.md", &|out| report_markdown::write(&report, out));
    account(&reading, &report, logs);

    let texts = Needs { texts: true, subjects: true, findings: Findings::Kinds, ..Needs::default() };
    let rows = rows_of(&self::reading(paths, &Options { needs: texts, ..plain }), &Filter::default());
    assert_eq!(rows.len() as u64, report.recipients, "a row for each recipient");
    // Asked for all messages by name, the logs are read twice.
    let filter = Filter { message_id: Patterns::new(["*"]), ..Filter::default() };
    let twice = Options { needs: texts, filter: filter.clone(), ..split };
    let rows_twice = rows_of(&self::reading(paths, &twice), &filter);
    same("routes", &rows.join("\n"), &rows_twice.join("\n"));
}

fn reading(paths: &[PathBuf], options: &Options) -> Reading {
    let found = discover(paths);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    read(found.sources, options, &|_| {}).expect("threads start")
}

fn json_of(report: &Report) -> String {
    let json = written("report.json", &|out| report_json::write(report, out));
    let value: Value = serde_json::from_str(&json).expect("the report is JSON");
    assert!(value.is_object());
    json
}

/// The equations of the ledger, and that the files add up to the run.
fn account(reading: &Reading, report: &Report, logs: &Logs) {
    let ledger = &reading.ledger;
    assert_eq!(ledger.records, ledger.headers + ledger.events + ledger.rejects);
    let set_aside = ledger.probes + ledger.duplicates + ledger.redundancy + ledger.outside_window;
    assert_eq!(ledger.events, ledger.counted + set_aside);
    let decisions: u64 = report.decisions.iter().map(|(_, n)| n).sum();
    assert_eq!(decisions, report.recipients);
    let sum = |f: fn(&mailtrail::model::report::FileNote) -> u64| reading.files.iter().map(f).sum::<u64>();
    assert_eq!(sum(|file| file.records), ledger.records);
    assert_eq!(sum(|file| file.rejects), ledger.rejects);
    assert_eq!(sum(|file| file.bytes), ledger.bytes);
    assert_eq!(reading.rejects_by_reason.iter().map(|(_, n)| n).sum::<u64>(), ledger.rejects);
    assert_eq!(reading.rejects.len() as u64, ledger.rejects.min(20));
    let accounted = reading.files.len() + reading.left_out.len() + reading.files_outside_window as usize;
    assert_eq!(accounted + reading.errors.len(), logs.len(), "every log is somewhere");
    let text = written("rejects", &|out| rejects::write(&reading.rejects, &reading.files, out));
    json_lines(&text);
}

/// The rows of `routes`, sorted; the other forms and `trace` are written and looked at.
fn rows_of(reading: &Reading, filter: &Filter) -> Vec<String> {
    let names = reading.state.names();
    let context = Context { names, files: &reading.files, no_subjects: false };
    let orders = reading.state.ordered(filter);
    let mut rows = Vec::new();
    for journey in reading.state.journeys(&orders) {
        for (leaf, kinds) in journey.leaves.iter().zip(reading.judged.kinds_of(&journey, names)) {
            let row = |form| {
                let mut out = Vec::new();
                routes::write_row(&context, (&journey, leaf), &kinds, form, &mut out)
                    .expect("memory takes all");
                String::from_utf8(out).expect("a row is UTF-8")
            };
            let json = row(Form::JsonLines);
            json_lines(&json);
            obeys_nothing("routes.jsonl", &json);
            obeys_nothing("routes.txt", &row(Form::Text));
            // A cell in quotes keeps its line breaks and tabs.
            obeys_nothing("routes.csv", &row(Form::Csv { raw: false }).replace(['\r', '\t'], ""));
            rows.push(json);
        }
        let picture = Picture::of(&context, &journey, &|_| true);
        written("trace.txt", &|out| trace::write(&picture, trace::Style::default(), out));
        let pictures = [picture];
        written("trace.html", &|out| trace_html::write(&pictures, "", out));
        written("trace.svg", &|out| trace_svg::write(&pictures, "", out));
        written("trace.md", &|out| trace_markdown::write(&pictures, "", false, out));
    }
    rows.sort();
    rows
}

fn json_lines(text: &str) {
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).expect("a line is JSON");
        assert!(value.is_object());
    }
}

fn written(what: &str, write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("memory takes all");
    let text = String::from_utf8(out).expect("output is UTF-8");
    obeys_nothing(what, &text);
    text
}

/// No text of a log commands a terminal or turns a line.
fn obeys_nothing(what: &str, text: &str) {
    let commands = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if let Some(line) = text.lines().find(|line| line.contains(commands)) {
        panic!("{what} holds a command: {line:?}");
    }
}

fn same(what: &str, one: &str, other: &str) {
    if one != other {
        let differing = one.lines().zip(other.lines()).find(|(a, b)| a != b);
        panic!(
            "{what} depends on how logs are read: {differing:?}, of {} and {} lines",
            one.lines().count(),
            other.lines().count()
        );
    }
}
