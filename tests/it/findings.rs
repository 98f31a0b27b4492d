//! Every folder of `tests/findings` is a story: logs, exports of a configuration, or both, and all the findings that
//! must come of them. Each kind has one that raises it and one near it that does not; `no-finding` holds what must raise nothing.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail where it stands"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use mailtrail::findings::kind::KINDS;
use serde_json::{Map, Value};

type Finding = Map<String, Value>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings")
}

fn folders_of(path: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

fn stories() -> Vec<PathBuf> {
    folders_of(&root()).iter().flat_map(|kind| folders_of(kind)).collect()
}

fn told(folder: &Path) -> Vec<Finding> {
    let text = std::fs::read_to_string(folder.join("findings.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the exports of a configuration raise, without any log.
fn latent(exports: &Path) -> Vec<Finding> {
    let output = Command::new(env!("CARGO_BIN_EXE_mailtrail"))
        .args(["topology", "check", "--format=jsonl"])
        .arg(exports)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {output:?}", exports.display());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn has_logs(folder: &Path) -> bool {
    folders_of(folder)
        .iter()
        .any(|p| p.is_dir() && !p.ends_with("exports") || p.extension().is_some_and(|e| e == "LOG"))
}

fn found(folder: &Path) -> Vec<Finding> {
    let exports = folder.join("exports");
    if exports.is_dir() && !has_logs(folder) {
        return latent(&exports);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    command.args(["report", "--quiet", "--format=json"]).arg(folder);
    if exports.is_dir() {
        command.arg("--topology").arg(&exports);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}: {output:?}", folder.display());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["findings"].as_array().unwrap().iter().map(|f| f.as_object().unwrap().clone()).collect()
}

/// The parts of a finding that make it this one.
fn key(finding: &Finding) -> Vec<String> {
    let text = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    ["kind", "domain", "connector", "peer", "address"].map(text).to_vec()
}

fn check(folder: &Path) -> Result<(), String> {
    let (mut told, mut found) = (told(folder), found(folder));
    told.sort_by_key(key);
    found.sort_by_key(key);
    let mut wrong = Vec::new();
    for finding in &found {
        if !told.iter().any(|t| key(t) == key(finding)) {
            wrong.push(format!("too much: {} {}", key(finding).join(" "), finding["cause"]));
        }
    }
    for told in &told {
        let Some(finding) = found.iter().find(|f| key(f) == key(told)) else {
            wrong.push(format!("missing: {}", key(told).join(" ")));
            continue;
        };
        for (name, value) in told {
            // `next-hop-down` shows a peer that is no part of what makes it one finding.
            if finding.get(name) != Some(value) {
                wrong.push(format!("{}: {name}: told {value} got {:?}", key(told)[0], finding.get(name)));
            }
        }
    }
    let name = folder.strip_prefix(root()).unwrap();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}\n  {}", name.display(), wrong.join("\n  "))) }
}

#[test]
fn every_story_raises_what_is_told_and_nothing_else() {
    let stories = stories();
    let wrong: Vec<String> = stories.iter().filter_map(|f| check(f).err()).collect();
    assert!(wrong.is_empty(), "{} of {} stories:\n{}", wrong.len(), stories.len(), wrong.join("\n"));
}

#[test]
fn every_kind_has_a_story_that_raises_it_and_one_that_does_not() {
    let kinds: BTreeSet<String> = KINDS.iter().map(|k| k.id.to_owned()).collect();
    let names = folders_of(&root()).into_iter().map(|f| f.file_name().unwrap().to_str().unwrap().to_owned());
    let folders: BTreeSet<String> = names.filter(|n| n != "no-finding").collect();
    assert_eq!(folders, kinds);
    for kind in kinds {
        let raises = |story: &str| told(&root().join(&kind).join(story)).iter().any(|f| f["kind"] == *kind);
        assert!(raises("raised") && !raises("near"), "{kind}");
    }
    for folder in folders_of(&root().join("no-finding")) {
        assert_eq!(told(&folder), Vec::<Finding>::new(), "{}", folder.display());
    }
}

#[test]
fn every_story_is_told_in_words() {
    for folder in stories() {
        let story = std::fs::read_to_string(folder.join("story.md")).unwrap();
        assert!(story.starts_with("# "), "{} begins with no heading", folder.display());
    }
}
