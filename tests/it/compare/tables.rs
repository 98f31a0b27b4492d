//! Two sets of Parquet say what their logs say.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{compared, mailtrail, notes, standing};

/// Two folders of logs, `a` and `b`, and beside each the same as tables, `ta` and `tb`.
fn place(tables: &[&str]) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for (name, seed, more) in [("a", "5", "--nothing-planted"), ("b", "6", "--days=7")] {
        let args = ["generate", "--size=1MiB", "-q", "-o", name, "--seed", seed, more];
        assert_eq!(mailtrail(place.path(), &args).0, 0);
        let folder = format!("t{name}");
        std::fs::create_dir(place.path().join(&folder)).unwrap();
        for verb in tables {
            let file = format!("{folder}/{verb}.parquet");
            let (code, _, err) = mailtrail(place.path(), &[verb, name, "-q", "-o", &file]);
            assert_eq!(code, 0, "{verb}: {err}");
        }
    }
    place
}

/// The figures without latencies, which tables hold as logged, and servers, whose rows of probes they have not.
fn figures(compared: &Value) -> Vec<&Value> {
    let is_other = |f: &&Value| ["latency", "latency-tail", "server"].contains(&f["topic"].as_str().unwrap());
    compared["figures"].as_array().unwrap().iter().filter(|f| !is_other(f)).collect()
}

/// How often each thing happened on both sides, by its name.
fn counts(compared: &Value) -> BTreeMap<String, [f64; 2]> {
    let named = |f: &&Value| {
        (format!("{} {}", f["topic"], f["name"]), ["a", "b"].map(|s| f[s]["count"].as_f64().unwrap()))
    };
    figures(compared).iter().map(named).collect()
}

#[test]
fn tables_tell_what_their_logs_tell() {
    let place = place(&["routes", "events", "findings"]);
    let (logs, tables) = (compared(place.path(), "a", "b", &[]), compared(place.path(), "ta", "tb", &[]));
    for side in ["a", "b"] {
        for key in ["first", "last", "messages", "recipients", "findings"] {
            assert_eq!(tables[side][key], logs[side][key], "{side} {key}");
        }
    }
    assert!(!standing(&logs).is_empty());
    assert_eq!(standing(&tables), standing(&logs));
    let (of_tables, of_logs) = (counts(&tables), counts(&logs));
    assert!(of_logs.len() > 50);
    assert!(of_tables.keys().eq(of_logs.keys()));
    // Which rows a server is taken to have written may differ for a few, and with them an hour at the edge.
    for (name, logs) in &of_logs {
        let near = |(x, y): (&f64, &f64)| (x - y).abs() <= 3.0 + 0.05 * y;
        assert!(of_tables[name].iter().zip(logs).all(near), "{name}: {:?} {logs:?}", of_tables[name]);
    }
    let others = |c: &Value| c["figures"].as_array().unwrap().len() - figures(c).len();
    assert_eq!(others(&tables), others(&logs));
}

#[test]
fn what_tables_do_not_hold_is_said() {
    let place = place(&["routes"]);
    let tables = compared(place.path(), "ta", "tb/routes.parquet", &[]);
    let said = notes(&tables, "reading").join("\n");
    assert!(said.contains("not both have findings, so findings are not compared"), "{said}");
    assert!(said.contains("servers are known by what they decided alone"), "{said}");
    assert!(standing(&tables).is_empty());
    let verdict = compared(place.path(), "ta", "ta", &[])["verdict"].as_str().unwrap().to_owned();
    assert!(verdict.starts_with("Nothing changed: findings are not compared"), "{verdict}");
}

#[test]
fn two_sets_are_wanted_with_routes() {
    let place = place(&["findings"]);
    for (a, b, said) in [
        ("ta", "b", "ta holds Parquet files and b does not"),
        ("a", "tb", "tb holds Parquet files and a does not"),
        ("ta", "tb", "routes must be there"),
    ] {
        let (code, out, err) = mailtrail(place.path(), &["compare", a, b, "-q"]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn the_manifest_lists_tables() {
    let place = place(&["routes"]);
    compared(place.path(), "ta", "tb", &["--manifest=m.json"]);
    assert_eq!(inputs(place.path(), "m.json"), ["table ta/routes.parquet", "table tb/routes.parquet"]);
    let args = ["sql", "SELECT count(*) FROM routes", "ta", "--manifest=s.json"];
    assert_eq!(mailtrail(place.path(), &args).0, 0);
    assert_eq!(inputs(place.path(), "s.json"), ["table ta/routes.parquet"]);
}

fn inputs(place: &Path, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(place.join(file)).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let inputs = manifest["inputs"].as_array().unwrap().iter();
    let said = |input: &Value| {
        assert_eq!(input["sha256"].as_str().unwrap().len(), 64);
        format!("{} {}", input["role"].as_str().unwrap(), input["path"].as_str().unwrap())
    };
    inputs.map(said).collect()
}
