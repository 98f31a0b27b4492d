//! `generate`: what `routes` reads out of its logs is what `truth.jsonl` says, whatever the release, the
//! seed and the damage; and the same plan gives the same bytes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "reads what was written")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

const SCHEMAS: [&str; 5] = ["2007", "2010", "2013", "2019", "mixed"];

/// Kinds of faults that only the exports show; of some there are others that logs show too.
const WITH_EXPORTS: [&str; 7] = [
    "authoritative-leaves-default-connector",
    "connector-less-specific",
    "external-relay-local-delivery",
    "internal-relay-no-connector",
    "mailbox-with-target",
    "wrong-person",
    "wrong-smart-host",
];

/// Fields that must be the same; the first three name the row.
const FIELDS: [&str; 17] = [
    "message_id",
    "recipient",
    "final_recipient",
    "schema_version",
    "network_message_id",
    "sender",
    "via",
    "decision",
    "connector",
    "next_hop",
    "server",
    "status_code",
    "status_tag",
    "class",
    "reference",
    "first_seen",
    "laps",
];

fn mailtrail(args: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("mailtrail").unwrap().args(args).assert()
}

/// Makes logs in a folder of their own.
fn made(args: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let mut all = vec!["generate", "-q", "-o", place.path().to_str().unwrap()];
    all.extend(args.split(' ').filter(|a| !a.is_empty()));
    mailtrail(&all).success();
    place
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// Compares `routes` with the truth, row by row and in order.
fn agrees(args: &str) {
    let place = made(args);
    let routes = Command::cargo_bin("mailtrail")
        .unwrap()
        .args(["routes", "-q", "--format", "jsonl", place.path().to_str().unwrap()])
        .output()
        .unwrap();
    // A last line that was cut off is a reject, and said to be one.
    let allowed: &[i32] = if args.contains("--quirks") { &[0, 3] } else { &[0] };
    assert!(allowed.contains(&routes.status.code().unwrap()), "{args}: {:?}", routes.status);
    let truth = rows(&std::fs::read_to_string(place.path().join("truth.jsonl")).unwrap());
    let routes = rows(&String::from_utf8(routes.stdout).unwrap());
    assert!(truth.len() > 50, "{args}: {} rows", truth.len());
    for (got, want) in routes.iter().zip(&truth) {
        for field in FIELDS {
            assert_eq!(got[field], want[field], "{args}: {field} of\n{want:#}\nread as\n{got:#}");
        }
    }
    assert_eq!(routes.len(), truth.len(), "{args}");
    let tally = |rows: &[Value]| {
        let mut by = BTreeMap::new();
        for row in rows {
            *by.entry(row["decision"].to_string()).or_insert(0) += 1;
        }
        by
    };
    assert_eq!(tally(&routes), tally(&truth), "{args}");
    finds_what_was_planted(args, place.path());
}

/// What was planted is found, and nothing else: recall and precision are 1.
fn finds_what_was_planted(args: &str, place: &Path) {
    let report = Command::cargo_bin("mailtrail")
        .unwrap()
        .args(["report", "-q", "--format", "json", place.to_str().unwrap()])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let mut planted = rows(&std::fs::read_to_string(place.join("findings.jsonl")).unwrap());
    // What only the exports show no log can tell.
    planted.retain(|f| f["needs_topology"] == false);
    let short = |findings: &[Value]| {
        let mut messages: BTreeMap<String, u64> = BTreeMap::new();
        for f in findings {
            // The host of a connector that is down is shown, and is no part of what makes it one finding.
            let peer = if f["kind"] == "next-hop-down" { Value::Null } else { f["peer"].clone() };
            let [kind, domain, connector, address] =
                ["kind", "domain", "connector", "address"].map(|name| f[name].clone());
            // How long is too long for a stay depends on all the others.
            let n = if f["kind"] == "delay-outlier" { 0 } else { f["messages"].as_u64().unwrap() };
            // Doubtful cases are a finding of their own beside surer ones.
            *messages
                .entry(Value::from(vec![kind, domain, connector, peer, address]).to_string())
                .or_default() += n;
        }
        messages
    };
    let found = report.get("findings").and_then(Value::as_array).unwrap();
    assert_eq!(short(found), short(&planted), "{args}");
}

#[test]
fn logs_of_every_release_are_read_as_they_were_meant() {
    for (seed, schema) in (1..).zip(SCHEMAS) {
        agrees(&format!("--size 600KiB --schema {schema} --seed {seed}"));
    }
}

#[test]
fn damaged_logs_are_read_as_they_were_meant() {
    for (seed, schema) in (11..).zip(SCHEMAS) {
        agrees(&format!("--size 600KiB --schema {schema} --seed {seed} --quirks --servers 4"));
    }
}

#[test]
fn a_week_without_faults_is_read_as_it_was_meant() {
    for (seed, schema) in (21..).zip(["2010", "2019", "mixed"]) {
        agrees(&format!("--size 600KiB --schema {schema} --seed {seed} --nothing-planted"));
    }
}

#[test]
#[ignore = "two hundred sets of logs take minutes"]
fn every_seed_release_and_damage_is_read_as_it_was_meant() {
    for seed in 0..10 {
        for schema in SCHEMAS {
            for quirks in ["", " --quirks"] {
                for rest in ["--size 2MiB", "--size 1MiB --nothing-planted --days 2 --servers 8"] {
                    agrees(&format!("{rest} --schema {schema} --seed {seed}{quirks}"));
                }
            }
        }
    }
}

#[test]
fn from_one_mebibyte_on_every_fault_is_there_that_the_release_can_show() {
    let cloud = [
        "cloud-headers-lost",
        "cloud-via-mx",
        "hybrid-loop",
        "rra-domain-authoritative",
        "rra-no-route",
        "rra-primary-domain",
        "tenant-attribution",
        "transient-subdomain",
    ];
    let everywhere = [
        "auto-reply-loop",
        "connector-flapping",
        "delay-outlier",
        "directory-harvest",
        "domain-typo",
        "duplicates",
        "external-forward-loop",
        "flapping-recipient",
        "forwarding-loop",
        "gateway-loop",
        "group-loop",
        "hairpin",
        "hop-count-exceeded",
        "imceaex",
        "internal-relay-ping-pong",
        "journal-loop",
        "log-gap",
        "mailbox-with-target",
        "mx-loopback",
        "ndr-storm",
        "next-hop-down",
        "poison",
        "repeated-receive",
        "rule-forward-loop",
        "shared-domain-authoritative",
        "size-fallthrough",
        "smart-host-is-self",
        "stale-or-moved-recipient",
        "stuck",
        "transport-rule-loop",
        "unreachable",
        "wrong-person",
    ];
    for schema in SCHEMAS {
        let place = made(&format!("--size 1MiB --seed 5 --schema {schema}"));
        let findings = rows(&std::fs::read_to_string(place.path().join("findings.jsonl")).unwrap());
        let mut kinds: Vec<&str> = findings.iter().map(|f| f["kind"].as_str().unwrap()).collect();
        kinds.dedup();
        let mut expected = everywhere.to_vec();
        expected.extend(WITH_EXPORTS);
        if schema != "2007" {
            expected.extend(cloud);
        }
        expected.sort_unstable();
        expected.dedup();
        assert_eq!(kinds, expected, "{schema}");
        assert!(findings.iter().all(|f| f["messages"].as_u64() > Some(0)));
    }
}

#[test]
fn where_nothing_is_planted_there_are_no_findings() {
    let place = made("--size 1MiB --seed 5 --nothing-planted");
    assert_eq!(std::fs::read_to_string(place.path().join("findings.jsonl")).unwrap(), "");
}

/// All files under a folder with their bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    entries
        .filter(|e| e.file_type().is_file())
        .map(|e| (e.path().strip_prefix(folder).unwrap().to_owned(), std::fs::read(e.path()).unwrap()))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let args = "--size 500KB --schema mixed --quirks --seed 7";
    let (one, other) = (contents(made(args).path()), contents(made(args).path()));
    assert!(one == other);
    let another = contents(made(&args.replace("seed 7", "seed 8")).path());
    assert!(one != another);
    let bytes: usize =
        one.iter().filter(|(n, _)| n.extension().is_some_and(|e| e == "LOG")).map(|(_, b)| b.len()).sum();
    assert!((450_000..800_000).contains(&bytes), "{bytes}");
}

#[test]
fn files_are_named_and_changed_as_exchange_does() {
    let place = made("--size 24MiB --seed 1 --days 1 --servers 2");
    let files = contents(place.path());
    let logs: Vec<_> = files.iter().filter(|(n, _)| n.extension().is_some_and(|e| e == "LOG")).collect();
    assert!(logs.iter().all(|(_, b)| b.len() <= 10_000_000 + 1_024));
    let names: Vec<String> = logs.iter().map(|(n, _)| n.to_string_lossy().replace('\\', "/")).collect();
    for name in ["EX1/MSGTRK2026030208-1.LOG", "EX2/MSGTRKMS2026030209-1.LOG", "EDGE1/MSGTRK2026030210-1.LOG"]
    {
        assert!(names.iter().any(|n| n == name), "{name} is not in {names:?}");
    }
    assert!(names.iter().any(|n| n.contains("MSGTRKMD")) && names.iter().any(|n| n.contains("MSGTRKMA")));
    let place = made("--size 300KB --seed 1 --schema 2010");
    assert!(place.path().join("HUB1/MSGTRK20260303-1.LOG").exists());
    assert!(place.path().join("MBX1/MSGTRKM20260303-1.LOG").exists());
}

#[test]
fn a_folder_that_holds_something_is_taken_only_by_force() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().to_str().unwrap();
    std::fs::write(place.path().join("notes.txt"), "mine").unwrap();
    let args = ["generate", "--size", "200KiB", "--seed", "1", "-o", folder];
    let refused = mailtrail(&args).code(1);
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("is not empty; --force"), "{said}");
    assert!(!place.path().join("truth.jsonl").exists());
    mailtrail(&[&args[..], &["--force"]].concat()).success();
    assert!(place.path().join("truth.jsonl").exists() && place.path().join("notes.txt").exists());
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("new");
    for args in [
        "--size 0 --seed 1",
        "--size 2TiB --seed 1",
        "--size much --seed 1",
        "--size -5 --seed 1",
        "--size 1MiB --seed -1",
        "--size 1MiB --seed x",
        "--size 1MiB",
        "--seed 1",
        "--size 1MiB --seed 1 --servers 1",
        "--size 1MiB --seed 1 --days 0",
        "--size 1MiB --seed 1 --schema 2003",
    ] {
        let mut all = vec!["generate", "-o", folder.to_str().unwrap()];
        all.extend(args.split(' '));
        mailtrail(&all).code(2);
        assert!(!folder.exists(), "{args}");
    }
    mailtrail(&["generate", "--size", "1MiB", "--seed", "1"]).code(2);
}
