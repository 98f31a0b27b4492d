//! What a machine is given.

use serde_json::Value;

use super::super::report_text::sample::{HOSTILE, report};
use super::super::{numbers, report_markdown, report_text};
use super::*;
use crate::model::series::Series;

fn text(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn value(report: &Report) -> Value {
    serde_json::from_str(&text(report)).unwrap()
}

#[test]
fn the_version_stands_first_and_the_verdict_next() {
    let text = text(&report());
    assert!(text.starts_with("{\n  \"schema_version\": 1,\n  \"verdict\": \"Look at this"), "{text}");
    assert!(text.ends_with("}\n"));
}

#[test]
fn text_comes_back_whole_and_commands_nothing() {
    let report = report();
    let text = text(&report);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
    let value = value(&report);
    assert_eq!(value["verdict"], report.verdict);
    assert_eq!(value["missing_servers"][0]["name"], HOSTILE);
    assert_eq!(value["rejects"][0]["raw"], format!("2026-03-10,{HOSTILE}\u{fffd}"));
}

#[test]
fn places_are_named() {
    let reject = &value(&report())["rejects"][0];
    assert_eq!(reject["file"], format!("EX1/{HOSTILE}.LOG"));
    assert_eq!((&reject["line"], &reject["offset"]), (&812.into(), &90_311.into()));
    assert_eq!(reject["reason"], "25 columns, the header names 30");
}

#[test]
fn every_sum_adds_up() {
    let value = value(&report());
    let sums = &value["reconciliation"];
    let add = |names: &[&str]| names.iter().map(|n| sums[n].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sums["records"], add(&["headers", "events", "rejects"]));
    assert_eq!(sums["events"], add(&["counted", "probes", "duplicates", "redundancy", "outside_window"]));
    let decisions = value["decisions"].as_object().unwrap();
    let decided: u64 = decisions.values().filter_map(Value::as_u64).sum();
    assert_eq!((&sums["leaves"], &value["recipients"]), (&decided.into(), &decided.into()));
}

#[test]
fn the_three_renderings_agree() {
    let report = report();
    let (mut text, mut markdown) = (Vec::new(), Vec::new());
    report_text::write(&report, report_text::Style::default(), &mut text).unwrap();
    report_markdown::write(&report, &mut markdown).unwrap();
    let (text, markdown) = (String::from_utf8(text).unwrap(), String::from_utf8(markdown).unwrap());
    let value = value(&report);
    for (name, count) in value["decisions"].as_object().unwrap() {
        let count = count.as_u64().unwrap();
        let said = numbers::grouped(count);
        let line = |line: &&str| line.contains(&format!("+ {name}")) || line.contains(&format!("= {name}"));
        let in_text = text.lines().find(line).map(|l| l.trim_end_matches([' ', '│']).ends_with(&said));
        let in_markdown = markdown.lines().find(line).map(|l| l.ends_with(&format!("| {said} |")));
        let expected = (count > 0).then_some(true);
        assert_eq!((in_text, in_markdown), (expected, expected), "{name}");
    }
    for name in ["records", "events", "counted", "probes", "duplicates", "redundancy", "outside_window"] {
        let said = numbers::grouped(value["reconciliation"][name].as_u64().unwrap());
        assert!(text.contains(&format!(" {said} │")), "{name}");
        assert!(
            markdown.contains(&format!(" {said} |")) || markdown.contains(&format!("**{said}** |")),
            "{name}"
        );
    }
}

/// A new field of the report must find its place here: the pattern is complete on purpose.
#[test]
fn no_field_is_forgotten() {
    let Report {
        verdict: _,
        looped: _,
        // Only the verdict shows them.
        not_found_most: _,
        came_back: _,
        attention: _,
        period: _,
        ledger: _,
        messages: _,
        not_chosen: _,
        without_recipients: _,
        unattached_rows: _,
        recipients: _,
        bytes: _,
        entered: _,
        classes: _,
        decisions: _,
        deferred_once: _,
        laps: _,
        hours: _,
        series: _,
        connectors: _,
        latency_ms: _,
        failures: _,
        not_found: _,
        not_found_domains: _,
        senders: _,
        final_recipients: _,
        sender_domains: _,
        recipient_domains: _,
        missing_servers: _,
        coverage: _,
        events: _,
        files: _,
        left_out: _,
        files_outside_window: _,
        errors: _,
        rejects_by_reason: _,
        rejects: _,
        findings: _,
        clocks: _,
        exports: _,
        remote_routing: _,
        known: _,
        baseline: _,
        thresholds: _,
        // No figure of its own.
        top: _,
    } = report();
    // schema_version beside the 42 fields, of which series is there only where it was asked for; the ledger is called
    // reconciliation.
    assert_eq!(value(&report()).as_object().unwrap().len(), 41 + 1);
    let asked = Report { series: Some(Series::default()), ..report() };
    assert_eq!(value(&asked)["series"]["latency"], serde_json::json!([]));
    assert_eq!(value(&asked).as_object().unwrap().len(), 42 + 1);
}
