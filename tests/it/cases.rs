//! Every folder of `tests/cases` is a story: logs, and the rows that must come of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail where it stands"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

fn routes(folder: &Path) -> Vec<Map<String, Value>> {
    let output = Command::new(env!("CARGO_BIN_EXE_mailtrail"))
        .arg("routes")
        .arg("--format=jsonl")
        .arg(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A row as the story tells it: hops in short, and only the fields it names.
fn as_told(row: &Map<String, Value>, told: &Map<String, Value>) -> Map<String, Value> {
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    told.keys()
        .map(|key| {
            let value = match (key.as_str(), &row[key]) {
                ("hops", Value::Array(hops)) => hops
                    .iter()
                    .map(|h| {
                        Value::from(format!(
                            "{} {} {}",
                            text(&h["server"]),
                            text(&h["event"]),
                            text(&h["source"])
                        ))
                    })
                    .collect(),
                (_, value) => value.clone(),
            };
            (key.clone(), value)
        })
        .collect()
}

fn check(folder: &Path) -> Result<(), String> {
    let told: Vec<Map<String, Value>> = std::fs::read_to_string(folder.join("expected.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let rows = routes(folder);
    let mut wrong = Vec::new();
    for i in 0..told.len().max(rows.len()) {
        match (told.get(i), rows.get(i)) {
            (Some(told), Some(row)) => {
                let row = as_told(row, told);
                for key in told.keys().filter(|k| told[*k] != row[*k]) {
                    wrong.push(format!("row {i} {key}: told {} got {}", told[key], row[key]));
                }
            }
            (Some(told), None) => wrong.push(format!("row {i} is missing: {told:?}")),
            (None, Some(row)) => {
                wrong.push(format!(
                    "row {i} is too much: {} {} {}",
                    row["recipient"], row["final_recipient"], row["decision"]
                ));
            }
            (None, None) => {}
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!("{}\n  {}", folder.file_name().unwrap().display(), wrong.join("\n  ")))
    }
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut all: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn every_story_ends_as_told() {
    let wrong: Vec<String> = folders().iter().filter_map(|f| check(f).err()).collect();
    assert!(wrong.is_empty(), "{} of {} stories:\n{}", wrong.len(), folders().len(), wrong.join("\n"));
}

#[test]
fn every_story_has_a_name_a_log_and_its_words() {
    let folders = folders();
    let names: BTreeSet<_> = folders.iter().map(|f| f.file_name().unwrap().to_owned()).collect();
    assert!(names.len() >= 50);
    for folder in folders {
        let story = std::fs::read_to_string(folder.join("story.md")).unwrap();
        assert!(story.starts_with("# "), "{} begins with no heading", folder.display());
    }
}
