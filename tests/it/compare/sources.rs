//! What `compare` reads: folders, earlier reports, days; what it says where that is wrong; how it ends.

use std::path::Path;

use serde_json::{Value, json};

use super::{changed, compared, mailtrail, notes, standing};

fn samples() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/samples").to_owned()
}

/// A folder with two different days, as folders and as reports.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for (name, seed, more) in [("a", "5", "--nothing-planted"), ("b", "6", "--days=7")] {
        let args = ["generate", "--size=1MiB", "-q", "-o", name, "--seed", seed, more];
        assert_eq!(mailtrail(place.path(), &args).0, 0);
        let json = format!("{name}.json");
        assert_eq!(
            mailtrail(place.path(), &["report", name, "--format=json", "--series", "-q", "-o", &json]).0,
            0
        );
    }
    place
}

/// A comparison without the names of its sides.
fn nameless(mut value: Value) -> Value {
    for side in ["a", "b"] {
        value[side]["name"] = Value::Null;
    }
    // What is gone is read from JSON without its title's cause.
    value["gone"].as_array_mut().unwrap().iter_mut().for_each(|f| {
        for name in ["caused_by", "expected", "actual"] {
            f[name] = Value::Null;
        }
    });
    value["findings"].as_array_mut().unwrap().iter_mut().for_each(|f| {
        for name in ["caused_by", "expected", "actual"] {
            f[name] = Value::Null;
        }
    });
    value
}

#[test]
fn a_report_tells_what_its_logs_tell() {
    let place = place();
    let logs = nameless(compared(place.path(), "a", "b", &[]));
    assert!(!standing(&logs).is_empty());
    for (a, b) in [("a.json", "b"), ("a", "b.json"), ("a.json", "b.json")] {
        assert_eq!(nameless(compared(place.path(), a, b, &[])), logs, "{a} {b}");
    }
}

#[test]
fn nothing_depends_on_threads_chunks_or_memory() {
    let place = place();
    for format in ["text", "md", "json"] {
        let print = |more: &[&str]| {
            let args = [&["compare", "a", "b", "-q", "--format", format], more].concat();
            mailtrail(place.path(), &args).1
        };
        let first = print(&[]);
        assert!(first.len() > 500);
        for more in [&["--threads=1"][..], &["--threads=7", "--chunk-size=4096"], &["--memory=64KiB"]] {
            assert!(print(more) == first, "{format} {more:?}");
        }
    }
}

#[test]
fn days_are_cut_out_of_one_folder() {
    let place = place();
    let days = compared(place.path(), "2026-03-03", "2026-03-04", &["--in=b", "--tz=Europe/Berlin"]);
    assert_eq!(days["a"]["name"], "2026-03-03");
    let from = |side: &str, which: &str| days[side][which].as_str().unwrap().get(..13).unwrap().to_owned();
    assert!(from("a", "first").as_str() >= "2026-03-02T23" && from("a", "last").as_str() < "2026-03-03T23");
    assert!(from("b", "first").as_str() >= "2026-03-03T23" && from("b", "last").as_str() < "2026-03-04T23");
    assert_eq!(days["compared_by"], "the same hour of working days and of weekends (UTC)");
    let span = compared(place.path(), "2026-03-02..2026-03-04", "2026-03-05", &["--in=b"]);
    assert!(
        notes(&span, "time").iter().any(|n| n.contains("counts are compared by the hour")),
        "{:?}",
        span["notes"]
    );
    let order =
        mailtrail(place.path(), &["compare", "--in=b", "2026-03-03", "--format=json", "2026-03-04", "-q"]);
    assert_eq!(order.0, 0, "{order:?}");
}

#[test]
fn what_makes_comparing_hard_is_said() {
    let place = place();
    let filtered = ["report", "a", "--format=json", "--series", "-q", "--server=EX1", "-o", "filtered.json"];
    mailtrail(place.path(), &filtered);
    let cut = ["report", "a", "--format=json", "--series", "-q", "--until=2026-03-05", "-o", "cut.json"];
    mailtrail(place.path(), &cut);
    std::fs::write(place.path().join("mailtrail.toml"), "[thresholds]\nloop-laps = 4\n").unwrap();
    let exports =
        ["report", "a", "--format=json", "--series", "-q", "--topology=a/exports", "-o", "told.json"];
    mailtrail(place.path(), &exports);
    std::fs::remove_file(place.path().join("mailtrail.toml")).unwrap();
    for (file, words) in [
        ("filtered.json", "B had a filter, and A had not"),
        ("cut.json", "B had a window that cut something, and A had not"),
        ("told.json", "they had other thresholds of findings"),
        ("told.json", "B was held against exports of the configuration, and A was not"),
    ] {
        let said = notes(&compared(place.path(), "a.json", file, &[]), "reading");
        assert!(said.iter().any(|n| n.contains(words)), "{file}: {said:?}");
    }
    let said = notes(&compared(place.path(), "a.json", "cut.json", &[]), "time");
    assert!(said.iter().any(|n| n.contains("have a counterpart")), "{said:?}");
    let sample = compared(place.path(), "a.json", &samples(), &[]);
    assert!(notes(&sample, "release").iter().any(|n| n.contains("only in B: ")), "{:?}", sample["notes"]);
    assert!(notes(&sample, "time").iter().all(|n| !n.contains("weekends")), "{:?}", sample["notes"]);
}

#[test]
fn a_report_without_numbers_by_hour_still_tells_findings_and_volume() {
    let place = place();
    let mut old: Value =
        serde_json::from_str(&std::fs::read_to_string(place.path().join("a.json")).unwrap()).unwrap();
    old.as_object_mut().unwrap().remove("series");
    std::fs::write(place.path().join("old.json"), old.to_string()).unwrap();
    let done = compared(place.path(), "old.json", "b", &[]);
    assert!(notes(&done, "reading").iter().any(|n| n.contains("A has no numbers by hour of the week")));
    let topics = done["figures"].as_array().unwrap().iter().map(|f| f["topic"].clone());
    assert!(topics.clone().any(|t| t == "volume") && topics.clone().all(|t| t == "volume" || t == "server"));
    assert!(!standing(&done).is_empty());
}

#[test]
fn new_findings_end_with_status_4_and_known_ones_do_not() {
    let place = place();
    let end = |a: &str, b: &str, more: &[&str]| {
        mailtrail(place.path(), &[&["compare", a, b, "-q"], more].concat()).0
    };
    assert_eq!(end("a.json", "b.json", &["--fail-on=high"]), 4);
    assert_eq!(end("b.json", "b.json", &["--fail-on=info"]), 0, "none of them is new");
    assert_eq!(end("b.json", "a.json", &["--fail-on=info"]), 0, "all of them are gone");
    let all = compared(place.path(), "a.json", "b.json", &[]);
    let kinds: std::collections::BTreeSet<&str> =
        all["findings"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect();
    let known = kinds.iter().fold(String::new(), |text, kind| text + "[[known]]\nkind = '" + kind + "'\n");
    std::fs::write(place.path().join("k.toml"), known).unwrap();
    for (a, b) in [("a.json", "b.json"), ("a", "b"), ("b.json", "a")] {
        let known = compared(place.path(), a, b, &["--config=k.toml"]);
        assert_eq!(standing(&known).len(), 0, "{a} {b}");
        assert_eq!(end(a, b, &["--config=k.toml", "--fail-on=info"]), 0);
    }
}

#[test]
fn how_it_ends_is_what_the_interface_says() {
    let place = place();
    let run = |args: &[&str]| mailtrail(place.path(), &[&["compare"], args].concat());
    std::fs::write(
        place.path().join("cut.json"),
        &std::fs::read_to_string(place.path().join("a.json")).unwrap()[..500],
    )
    .unwrap();
    std::fs::write(place.path().join("other.json"), "{\"schema_version\":1}\n").unwrap();
    let mut short: Value =
        serde_json::from_str(&std::fs::read_to_string(place.path().join("a.json")).unwrap()).unwrap();
    short["series"]["decisions"]["lines"][0]["hours"] = json!([1, 2]);
    std::fs::write(place.path().join("short.json"), short.to_string()).unwrap();
    for (args, words) in [
        (&["a"][..], "compare takes two: A and B"),
        (&["a", "b", "a"], "compare takes two: A and B"),
        (&["2026-03-02", "2026-03-03"], "2026-03-02: to compare days, name their logs with --in PATH"),
        (&["a", "b", "--in=b"], "--in: 'a' is no day"),
        (&["2026-03-02", "today", "--in=b", "--since=-3h"], "--since and --until are for logs"),
        (&["a", "b", "--rejects=r.jsonl"], "--rejects: compare reads two sets of logs"),
        (&["a", "b", "--tz=Nowhere", "--since=2026-03-01"], "--tz: 'Nowhere' is no time zone"),
        (&["cut.json", "b"], "cut.json:"),
        (&["other.json", "b"], "other.json:1:1: this is not the JSON of a report"),
        (&["a.json", "short.json"], "a line of series has not 168 numbers"),
        (&["a.json", "gone.json"], "gone.json"),
    ] {
        let (code, out, err) = run(args);
        assert!(code == 2 && err.contains(words) && out.is_empty(), "{args:?}: {code} {err}");
    }
    let (code, _, err) = run(&["a", "nothing-here"]);
    assert!(code == 1 && err.contains("nothing-here"), "{code} {err}");
    assert_eq!(run(&["a", "b", "-q", "--sender=nobody@example.com"]).0, 5);
    let (code, out, _) = run(&["a.json", "b.json", "-o", "out.md"]);
    assert!(code == 0 && out.is_empty());
    assert!(std::fs::read_to_string(place.path().join("out.md")).unwrap().starts_with("# "));
    assert_eq!(run(&["a.json", "b.json", "-o", "out.md"]).0, 1, "it is there already");
    std::fs::write(place.path().join("a/EX1/broken.LOG"), "#Fields: date-time,event-id\nnonsense\n").unwrap();
    assert_eq!(run(&["a/EX1", "b", "-q"]).0, 3);
}

#[test]
fn filters_choose_the_mail_that_is_compared() {
    let place = place();
    let some = compared(place.path(), "a", "b", &["--connector=Internet"]);
    let all = compared(place.path(), "a", "b", &[]);
    assert!(some["a"]["messages"].as_u64().unwrap() < all["a"]["messages"].as_u64().unwrap());
    assert_eq!(notes(&some, "reading"), Vec::<String>::new(), "both have the filter");
    let subject = mailtrail(place.path(), &["compare", "a", "b", "--no-subjects", "-q"]);
    assert_eq!(subject.0, 0);
    assert!(changed(&all).len() < 100 && Path::new(&samples()).exists());
}

#[test]
fn standard_input_is_one_side_at_most() {
    let place = tempfile::tempdir().unwrap();
    let (code, _, err) = mailtrail(place.path(), &["compare", "-", "-"]);
    assert_eq!(code, 2);
    assert!(err.contains("standard input can be one of the two"), "{err}");
}

#[test]
fn the_manifest_lists_earlier_reports() {
    let place = place();
    compared(place.path(), "a.json", "b", &["--manifest=m.json"]);
    let text = std::fs::read_to_string(place.path().join("m.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let inputs = manifest["inputs"].as_array().unwrap();
    assert_eq!((&inputs[0]["role"], &inputs[0]["path"]), (&json!("report"), &json!("a.json")));
    assert_eq!(inputs[0]["sha256"].as_str().unwrap().len(), 64);
    assert!(inputs[1..].iter().any(|i| i["role"] == "log"));
}

#[test]
fn hours_without_any_row_are_not_passed_over() {
    let place = place();
    // The rows of a working day of b are gone.
    let of = |path: &Path| std::fs::read(path).unwrap();
    let target = place.path().join("stopped");
    std::fs::create_dir(&target).unwrap();
    for entry in walkdir::WalkDir::new(place.path().join("b")).into_iter().map(Result::unwrap) {
        if !entry.file_type().is_file() || entry.path().extension().is_none_or(|e| e != "LOG") {
            continue;
        }
        let gone = |line: &[u8]| line.starts_with(b"2026-03-04T");
        let kept: Vec<u8> = of(entry.path())
            .split_inclusive(|b| *b == b'\n')
            .filter(|line| !gone(line))
            .flatten()
            .copied()
            .collect();
        let name =
            entry.path().strip_prefix(place.path().join("b")).unwrap().to_string_lossy().replace('/', "-");
        std::fs::write(target.join(name), kept).unwrap();
    }
    let stopped = compared(place.path(), "b", "stopped", &[]);
    let verdict = stopped["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("For hours no server wrote anything on one side. "), "{verdict}");
    assert_eq!(stopped["doubtful"], true);
    assert!(
        notes(&stopped, "coverage")
            .iter()
            .any(|n| n.contains("no server wrote anything in B from 2026-03-0"))
    );
}
