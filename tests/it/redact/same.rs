//! Decisions, findings and latencies before and after.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Place, generate, mailtrail, root};

/// Fields that hold names, or words about names. Whether there is something must stay the same.
const NAMES: [&str; 24] = [
    "address",
    "addresses",
    "against",
    "connector",
    "cycle",
    "domain",
    "domains",
    "final_recipient",
    "from",
    "message_id",
    "missing",
    "name",
    "network_message_id",
    "next_hop",
    "peer",
    "recipient",
    "reference",
    "samples",
    "sender",
    "server",
    "status_text",
    "text",
    "to",
    "first",
];

/// Fields that cannot stay the same: places of files, dropped subjects, words made of names, and what near texts tell.
const GONE: [&str; 11] = [
    "evidence",
    "subject",
    "cause",
    "fix",
    "verdict",
    "attention",
    "files",
    "left_out",
    "rejects",
    "not_found",
    "file",
];

/// A value without names, lists in an order that no name decides.
fn shape(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(all) => {
            let kept = all.iter().filter(|(key, _)| !GONE.contains(&key.as_str()));
            kept.map(|(key, value)| (key.clone(), shape(value, key))).collect::<Map<_, _>>().into()
        }
        Value::Array(all) => {
            let mut all: Vec<Value> = all.iter().map(|value| shape(value, key)).collect();
            all.sort_by_cached_key(Value::to_string);
            all.into()
        }
        Value::String(_) if NAMES.contains(&key) => "…".into(),
        other => other.clone(),
    }
}

fn output(args: &[&str], logs: &Path) -> (i32, String) {
    let done = mailtrail().args(args).arg("-q").arg(logs).output().unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
}

/// What is said of some logs.
struct Said {
    status: [i32; 2],
    rows: Vec<Value>,
    report: Value,
}

impl Said {
    fn of(logs: &Path) -> Self {
        let (routes, rows) = output(&["routes", "--format=jsonl"], logs);
        let (status, report) = output(&["report", "--format=json", "--top=1000"], logs);
        let mut report: Value = serde_json::from_str(&report).unwrap();
        for event in report["events"].as_array_mut().unwrap().iter_mut().filter(|e| e["known"] == false) {
            event["event"] = "unknown to this version".into();
        }
        // The bytes are others, and a row whose subject alone had to be repaired has none now.
        for term in ["bytes", "repaired"] {
            report["reconciliation"][term] = Value::Null;
        }
        // How far clocks are apart is told of the server with most sends, of equals by name.
        report["clocks"] = Value::Null;
        let rows = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self { status: [routes, status], rows, report }
    }

    /// Rows and findings, each with its shape, and those that no other has the shape of.
    fn unique(&self) -> BTreeMap<String, Option<&Value>> {
        let mut out = BTreeMap::new();
        for one in self.rows.iter().chain(self.report["findings"].as_array().unwrap()) {
            out.entry(shape(one, "").to_string()).and_modify(|known| *known = None).or_insert(Some(one));
        }
        out
    }
}

/// What became of names. A name has one pseudonym, and no two have the same.
#[derive(Default)]
struct Names([BTreeMap<String, String>; 2]);

impl Names {
    fn learn(&mut self, before: &Value, after: &Value, key: &str) -> Result<(), String> {
        match (before, after) {
            (Value::Object(a), Value::Object(b)) => {
                let both = a.iter().filter(|(key, _)| !GONE.contains(&key.as_str()));
                both.map(|(key, value)| (value, &b[key], key))
                    .try_for_each(|(a, b, key)| self.learn(a, b, key))
            }
            // Lists in the order of time; others may be sorted by name.
            (Value::Array(a), Value::Array(b)) if matches!(key, "hops" | "via") => {
                a.iter().zip(b).try_for_each(|(a, b)| self.learn(a, b, key))
            }
            // Of the addresses of a circle a finding names the first by its name.
            (Value::String(a), Value::String(b))
                if NAMES.contains(&key) && !matches!(key, "status_text" | "text" | "address") =>
            {
                let (a, b) = (a.to_lowercase(), b.to_lowercase());
                let [there, back] = &mut self.0;
                let (new, old) = (
                    there.entry(a.clone()).or_insert_with(|| b.clone()),
                    back.entry(b.clone()).or_insert_with(|| a.clone()),
                );
                if *new == b && *old == a {
                    Ok(())
                } else {
                    Err(format!("{key}: {a} became {new} and {b}, which was {old}"))
                }
            }
            _ => Ok(()),
        }
    }
}

/// Compares what is said of logs before and after.
fn compare(place: &Place, logs: &Path, number: usize) -> Result<(), String> {
    let after = place.redact(logs, &format!("redacted-{number}"), &[]);
    let (before, after) = (Said::of(logs), Said::of(&after));
    let wrong = |what: &str, a: &Value, b: &Value| Err(format!("{}: {what}\n{a}\n{b}", logs.display()));
    if before.status != after.status {
        return Err(format!("{}: status {:?}, then {:?}", logs.display(), before.status, after.status));
    }
    for (key, value) in
        before.report.as_object().unwrap().iter().filter(|(key, _)| !GONE.contains(&key.as_str()))
    {
        let (a, b) = (shape(value, key), shape(&after.report[key], key));
        if a != b {
            return wrong(key, &a, &b);
        }
    }
    let (a, b) = (shape(&before.rows.clone().into(), ""), shape(&after.rows.clone().into(), ""));
    if a != b {
        return wrong("rows", &a, &b);
    }
    let (before, after, mut names) = (before.unique(), after.unique(), Names::default());
    for (shape, one) in &before {
        if let (Some(a), Some(Some(b))) = (one, after.get(shape)) {
            names.learn(a, b, "").map_err(|e| format!("{}: {e}", logs.display()))?;
        }
    }
    Ok(())
}

fn hold(folders: &[PathBuf]) {
    let place = Place::new();
    let wrong: Vec<String> =
        folders.iter().enumerate().filter_map(|(n, logs)| compare(&place, logs, n).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), folders.len(), wrong.join("\n"));
}

/// The folders so many levels down that have logs in them, exports aside.
fn stories(base: &str, levels: usize) -> Vec<PathBuf> {
    let log = |e: &walkdir::DirEntry| e.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("log"));
    let has_logs = |p: &PathBuf| walkdir::WalkDir::new(p).into_iter().any(|e| e.as_ref().is_ok_and(log));
    let all =
        walkdir::WalkDir::new(root().join(base)).min_depth(levels).max_depth(levels).sort_by_file_name();
    let folders = all.into_iter().map(|e| e.unwrap().into_path()).filter(|p| p.is_dir());
    let found: Vec<PathBuf> = folders.filter(has_logs).collect();
    assert!(found.len() > 5, "{} stories under {base}", found.len());
    found
}

#[test]
fn samples_tell_the_same() {
    hold(&[root().join("samples")]);
}

#[test]
fn stories_end_the_same() {
    hold(&stories("tests/cases", 1));
}

#[test]
fn findings_are_the_same() {
    hold(&stories("tests/findings", 2));
}

#[test]
fn namespaces_are_the_same() {
    hold(&stories("tests/namespace", 1));
}

#[test]
fn generated_organisations_are_the_same() {
    let place = Place::new();
    let mut logs = Vec::new();
    for (seed, schema) in (1..).zip(["2007", "2010", "2013", "2019", "mixed"]) {
        for quirks in ["", "--quirks"] {
            let args = format!("--size 500KiB --schema {schema} --seed {seed} {quirks}");
            logs.push(generate(&place, &format!("{schema}{quirks}"), &args));
        }
    }
    hold(&logs);
}

#[test]
#[ignore = "takes minutes"]
fn many_generated_organisations_are_the_same() {
    let place = Place::new();
    let schemas = ["2007", "2010", "2013", "2019", "mixed"].into_iter().cycle();
    let all = (100..140).zip(schemas).map(|(seed, schema)| {
        let quirks = if seed % 2 == 0 { "--quirks" } else { "" };
        generate(&place, &format!("{seed}"), &format!("--size 2MiB --schema {schema} --seed {seed} {quirks}"))
    });
    hold(&all.collect::<Vec<_>>());
}
