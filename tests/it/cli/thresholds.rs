//! `[thresholds]` of `mailtrail.toml`: findings come and go with it, in every verb, and outputs say so.

use std::path::Path;

use serde_json::{Value, json};

use super::{Done, Place, rows, samples};

const VERBS: [&str; 5] = ["report", "misroutes", "loops", "routes", "trace"];
const RAISED: &str = "[thresholds]\nloop-laps = 1000\npool-laps = 1000\nreceives = 1000\n";
const LINE: &str = "Thresholds that are set: loop-laps 1000 instead of 2, pool-laps 1000 instead of 4, \
                    receives 1000 instead of 3";

fn logs() -> String {
    samples().display().to_string()
}

/// Logs of a story in which somebody else's addresses are seldom mistyped.
fn story() -> String {
    let name = "no-finding/answers-to-noreply-and-four-typing-errors-are-no-shared-domain";
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings").join(name).display().to_string()
}

fn kinds(done: &Done) -> Vec<String> {
    rows(&done.out).iter().map(|r| r["kind"].as_str().unwrap().to_owned()).collect()
}

/// All kinds in the column `findings`.
fn of_rows(done: &Done) -> Vec<String> {
    let of_row = |r: &Value| r["findings"].as_array().unwrap().clone();
    let mut all: Vec<String> =
        rows(&done.out).iter().flat_map(of_row).map(|k| k.as_str().unwrap().to_owned()).collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn a_threshold_that_is_raised_hides_a_finding_and_one_that_is_lowered_shows_one() {
    let place = Place::empty();
    place.put("raised.toml", RAISED);
    place.put("lowered.toml", "[thresholds]\nshared-least = 1\n");
    let kind = "shared-domain-authoritative";
    let loops =
        |more: &[&str]| kinds(&place.run(&[&["loops", &logs(), "--format=jsonl", "-q"], more].concat()));
    assert_eq!(loops(&[]), ["gateway-loop", "hop-count-exceeded", "repeated-receive"]);
    assert_eq!(loops(&["--config=raised.toml"]), ["hop-count-exceeded"]);
    let misroutes =
        |more: &[&str]| kinds(&place.run(&[&["misroutes", &story(), "--format=jsonl", "-q"], more].concat()));
    assert_eq!(misroutes(&[]), [""; 0]);
    assert_eq!(misroutes(&["--config=lowered.toml"]), [kind]);
    for verb in [&["routes"][..], &["trace", "--recipient=*"]] {
        let run = |logs: &str, more: &[&str]| {
            of_rows(&place.run(&[verb, &[logs, "--format=jsonl", "-q"], more].concat()))
        };
        assert!(run(&logs(), &[]).contains(&"gateway-loop".to_owned()));
        let raised = run(&logs(), &["--config=raised.toml"]);
        assert!(!raised.contains(&"gateway-loop".to_owned()), "{raised:?}");
        assert!(raised.contains(&"hop-count-exceeded".to_owned()), "{raised:?}");
        assert_eq!(run(&story(), &[]), [""; 0], "{verb:?}");
        assert_eq!(run(&story(), &["--config=lowered.toml"]), [kind], "{verb:?}");
    }
}

#[test]
fn every_output_says_which_thresholds_are_set() {
    let place = Place::empty();
    let all = logs();
    place.put("set.toml", RAISED);
    place.put("usual.toml", "[thresholds]\nloop-laps = 2\ndelay-least = '300s'\nsize-least = '1024KiB'\n");
    let run = |config: &str, args: &[&str]| place.run(&[args, &[&all, "--config", config]].concat());
    for verb in ["report", "loops", "misroutes"] {
        for format in ["--format=text", "--format=md"] {
            let told = |config: &str| {
                let words = run(config, &[verb, format]).out;
                words.replace("&#58;", ":").split_whitespace().collect::<Vec<_>>().join(" ")
            };
            assert!(told("set.toml").contains(&format!("{LINE}.")), "{verb} {format}");
            assert!(!told("usual.toml").contains("Thresholds"), "{verb} {format}");
        }
    }
    for format in ["--format=jsonl", "--format=csv", "--messages"] {
        let done = run("set.toml", &["loops", format]);
        assert!(done.err.contains(&format!("mailtrail: {LINE}\n")), "{done:?}");
        assert!(!run("usual.toml", &["loops", format]).err.contains("Thresholds"));
    }
    place.put("units.toml", "[thresholds]\ndelay-least = \"1h 30m\"\nsize-least = \"10MiB\"\nanswers = 7\n");
    let thresholds = |config: &str| {
        let report: Value =
            serde_json::from_str(&run(config, &["report", "--format=json", "-q"]).out).unwrap();
        report["thresholds"].clone()
    };
    let set = json!({"delay-least": "1h 30m", "size-least": "10MiB", "answers": 7});
    assert_eq!(thresholds("units.toml"), set);
    assert!(thresholds("usual.toml").is_null());
    // An earlier run with others is hard to compare.
    run("units.toml", &["report", "--format=json", "-q", "-o", "old.json"]);
    let remarked =
        |config: &str| run(config, &["loops", "--baseline=old.json"]).out.contains("other thresholds");
    assert_eq!(["units.toml", "usual.toml", "set.toml"].map(remarked), [false, true, true]);
}

#[test]
fn a_mistake_stops_every_verb_before_it_begins() {
    let place = Place::empty();
    let all = logs();
    place.put("mailtrail.toml", "[thresholds]\nloop-lap = 3\n");
    for verb in VERBS {
        let done = place.run(&[verb, &all, "--recipient=*", "--config=mailtrail.toml", "-o", "out"]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{verb} {done:?}");
        let said = "mailtrail: mailtrail.toml:2:1: no threshold is called 'loop-lap'. Did you mean loop-laps";
        assert!(done.err.contains(said), "{verb} {done:?}");
        assert_eq!(place.names(), ["mailtrail.toml"]);
    }
    let text = place.run(&["trace", &all, "--recipient=*", "--format=text"]);
    assert_eq!(text.code, 0, "it shows no findings: {}", text.err);
    assert_eq!(place.run(&["trace", &all, "--recipient=*", "--format=jsonl"]).code, 2);
    assert_eq!(place.run(&["routes", &all]).code, 2);
    assert_eq!(place.run(&["events", &all]).code, 0);
    for (line, said) in [
        ("loop-laps = 0", "2:13: loop-laps must be a whole number without quotes from 1 to 1000, such as 2"),
        ("delay-least = 5", "2:15: delay-least must be a time in quotes from 1s to 7days, such as \"5m\""),
        ("'k\u{202e}' = 5", "2:1: no threshold is called 'k"),
    ] {
        place.put("mailtrail.toml", format!("[thresholds]\n{line}"));
        let done = place.run(&["loops", &all]);
        assert!(done.code == 2 && done.err.contains(&format!("mailtrail.toml:{said}")), "{done:?}");
        assert!(!done.err.contains('\u{202e}'), "{done:?}");
    }
}

#[test]
fn the_file_of_this_folder_is_named_where_it_is_used() {
    let place = Place::empty();
    let all = logs();
    let said = |args: &[&str]| {
        let err = place.run(args).err;
        err.lines().filter(|l| l.contains("of this folder")).map(str::to_owned).collect::<Vec<_>>()
    };
    let both = "mailtrail: mailtrail.toml of this folder says which findings are known, and sets thresholds";
    let one = "mailtrail: mailtrail.toml of this folder sets thresholds of findings";
    place.put("mailtrail.toml", RAISED);
    assert_eq!(said(&["loops", &all]), [both]);
    assert_eq!(said(&["routes", &all]), [one]);
    assert_eq!(said(&["routes", &all, "--quiet"]), [""; 0]);
    assert_eq!(said(&["trace", &all, "--recipient=*", "--format=text"]), [""; 0]);
    place.put("mailtrail.toml", "[[known]]\nkind = 'gateway-loop'\n");
    assert_eq!(said(&["routes", &all]), [""; 0]);
    let rows = of_rows(&place.run(&["routes", &all, "--format=jsonl"]));
    assert!(rows.contains(&"gateway-loop".to_owned()), "known findings stay in rows");
}
