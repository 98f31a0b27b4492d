//! What exports lead to expect, held against logs of generated organisations: nothing else is found than what was planted,
//! and where nothing is wrong Exchange did what the simulator says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail where it stands"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use mailtrail::findings::kind::KINDS;
use mailtrail::input::exports::{find, read};
use mailtrail::model::finding::Confidence;
use mailtrail::topology::Topology;
use mailtrail::topology::exports::{self, Sheet};
use serde_json::Value;

const SCHEMAS: [&str; 5] = ["2007", "2010", "2013", "2019", "mixed"];

fn run(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mailtrail")).args(args).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn made(args: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let mut all = vec!["generate", "-q", "-o", place.path().to_str().unwrap()];
    all.extend(args.split(' '));
    run(&all);
    place
}

fn rows(place: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(place.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn findings(place: &Path, with_exports: bool) -> Vec<Value> {
    let (folder, exports) = (place.to_str().unwrap(), place.join("exports"));
    let mut args = vec!["report", "--quiet", "--format=json", folder];
    if with_exports {
        args.extend(["--topology", exports.to_str().unwrap()]);
    }
    let report: Value = serde_json::from_str(&run(&args)).unwrap();
    report["findings"].as_array().unwrap().clone()
}

/// What makes a finding this one; the host of `next-hop-down` is only shown.
fn key(finding: &Value) -> Vec<String> {
    let is_shown = finding["kind"] == "next-hop-down";
    let fields = ["kind", "domain", "connector", "peer", "address"];
    let named = fields.iter().filter(|f| !(is_shown && **f == "peer"));
    named.map(|f| finding[*f].to_string()).collect()
}

#[test]
fn of_ten_organisations_all_is_found_that_was_planted_and_nothing_else() {
    for seed in 0..10 {
        let schema = SCHEMAS[seed % SCHEMAS.len()];
        let quirks = if seed % 3 == 0 { " --quirks" } else { "" };
        let place = made(&format!("--size 1200KiB --seed {} --schema {schema}{quirks}", seed + 70));
        let told = rows(place.path(), "findings.jsonl");
        for with_exports in [false, true] {
            let planted = told.iter().filter(|f| with_exports || f["needs_topology"] == false);
            let planted: BTreeSet<_> = planted.map(key).collect();
            let found = findings(place.path(), with_exports);
            let keys: BTreeSet<_> = found.iter().map(key).collect();
            assert_eq!(keys, planted, "seed {seed}, {schema}, with exports: {with_exports}");
            for finding in found.iter().filter(|f| f["confidence"] == "certain") {
                let kind = KINDS.iter().find(|k| finding["kind"] == k.id).unwrap();
                assert_eq!(kind.confidence, Confidence::Certain, "{}", kind.id);
            }
        }
    }
}

#[test]
fn a_healthy_week_raises_nothing_of_medium_severity_or_above() {
    for schema in ["2010", "2019", "mixed"] {
        let place = made(&format!("--size 3MiB --seed 9 --days 7 --nothing-planted --schema {schema}"));
        for with_exports in [false, true] {
            let found = findings(place.path(), with_exports);
            let bad = found.iter().filter(|f| f["severity"] != "info" && f["severity"] != "low");
            assert_eq!(bad.collect::<Vec<_>>(), Vec::<&Value>::new(), "{schema}");
        }
    }
}

fn topology(place: &Path) -> Topology {
    let sheet = |path| {
        let text = read(path).unwrap();
        Sheet { name: text.name, text: text.text }
    };
    let sheets: Vec<Sheet> = find(&place.join("exports")).unwrap().iter().map(|p| sheet(p)).collect();
    let read = exports::read(&sheets);
    assert!(read.problems.iter().all(|p| !p.error), "{:?}", read.problems);
    Topology::new(read.facts)
}

/// The address that is looked up: what forwarding, a group or a rule has put in, else the one it was sent to.
fn asked(row: &Value) -> String {
    let steps = row["via"].as_array().unwrap();
    let put_in = steps.iter().rev().find(|s| s["step"] != "resolve").and_then(|s| s["to"].as_str());
    put_in.or(row["recipient"].as_str()).unwrap().to_lowercase()
}

#[test]
fn where_nothing_is_planted_exchange_did_what_the_simulator_says() {
    for (seed, schema) in (40..).zip(SCHEMAS) {
        let place = made(&format!("--size 2MiB --seed {seed} --nothing-planted --schema {schema}"));
        let topology = topology(place.path());
        let (mut compared, mut untold) = (0, 0);
        for row in rows(place.path(), "truth.jsonl") {
            let decision = row["decision"].as_str().unwrap();
            // Others are for a reason that no export tells: a remote refusal, a rule, the end of the logs.
            let told = ["local-delivery", "send-connector", "remote-routing-address", "recipient-not-found"];
            if !told.contains(&decision) {
                continue;
            }
            let address = asked(&row);
            let expected = topology.expected(address.as_bytes(), None, None);
            // A rule may redirect to a group, and who was there may be gone.
            let Some(should) = expected.decision else {
                untold += 1;
                continue;
            };
            let name = expected.connector.and_then(|c| topology.connector(c.connector)).map(|c| &*c.name);
            assert_eq!((decision, row["connector"].as_str()), (should.as_str(), name), "{schema}: {row}");
            compared += 1;
        }
        assert!(compared > 400 && untold == 0, "{schema}: {compared} compared, {untold} not told");
    }
}
