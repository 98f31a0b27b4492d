//! Every folder of `tests/namespace` is a story of one domain in two places: logs, exports of the configuration, what
//! Exchange decided for each recipient, and all that must be found, with the lines that mend it.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may fail where it stands")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn stories() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/namespace");
    let mut all: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

fn output(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    command.args(args).arg("--quiet").arg(folder).arg("--topology").arg(folder.join("exports"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}: {output:?}", folder.display());
    String::from_utf8(output.stdout).unwrap()
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a list of objects says, of the fields that are told, in an order of its own.
fn said(all: &[Value], fields: &[&str]) -> Vec<String> {
    let one = |v: &Value| fields.iter().map(|f| v[*f].to_string()).collect::<Vec<_>>().join(" ");
    let mut out: Vec<String> = all.iter().map(one).collect();
    out.sort();
    out
}

#[test]
fn every_recipient_goes_where_the_story_says() {
    for story in stories() {
        let told = rows(&std::fs::read_to_string(story.join("decisions.jsonl")).unwrap());
        let found = rows(&output(&story, &["routes", "--format=jsonl"]));
        let fields = ["recipient", "final_recipient", "decision", "connector"];
        assert_eq!(said(&found, &fields), said(&told, &fields), "{}", story.display());
    }
}

#[test]
fn every_story_is_found_out_and_mended() {
    let fields = [
        "kind",
        "severity",
        "confidence",
        "domain",
        "connector",
        "peer",
        "address",
        "messages",
        "recipients",
        "senders",
        "laps_max",
        "cycle",
        "samples",
        "caused_by",
        "expected",
        "actual",
        "fix",
    ];
    for story in stories() {
        let told = rows(&std::fs::read_to_string(story.join("findings.jsonl")).unwrap());
        let report: Value = serde_json::from_str(&output(&story, &["report", "--format=json"])).unwrap();
        let found = report["findings"].as_array().unwrap();
        assert_eq!(said(found, &fields), said(&told, &fields), "{}", story.display());
        let wrong = &report["remote_routing"]["wrong"]["total"];
        let astray = told.iter().any(|f| f["kind"].as_str().unwrap().starts_with("rra-"));
        assert_eq!(wrong.as_u64() > Some(0), astray, "{}", story.display());
        assert!(!astray || report["remote_routing"]["fix"].as_str().unwrap().starts_with(['S', '(']));
    }
}

#[test]
fn the_page_of_stories_has_one_section_for_each() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/NAMESPACE.md");
    let page = std::fs::read_to_string(page).unwrap();
    for story in stories() {
        let text = std::fs::read_to_string(story.join("story.md")).unwrap();
        let title = text.lines().next().unwrap().trim_start_matches("# ").to_owned();
        let name = story.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(page.contains(&format!("## {title}\n")), "no section: {title}");
        assert!(page.contains(&format!("(../tests/namespace/{name})")), "no link to {name}");
    }
}
