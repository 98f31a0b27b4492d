//! Names, labels and numbers, and that nothing in them can break the file.

use super::*;
use crate::model::report::{ConnectorRow, Percentiles, Top};

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn connector(name: &str, recipients: u64) -> ConnectorRow {
    ConnectorRow {
        connector: name.to_owned(),
        decisions: [("send-connector", recipients)].into(),
        recipients,
        bytes: 2048,
        latency_ms: Percentiles { count: 1, p50: 5, p90: 1005, p95: 1005, p99: 1005, max: 90_000 },
        next_hops: Top::default(),
    }
}

#[test]
fn names_and_helps_are_as_the_format_and_its_conventions_want_them() {
    let mut names = BTreeSet::new();
    for metric in METRICS {
        let name = metric.name;
        assert!(names.insert(name), "{name} twice");
        assert!(name.starts_with("mailtrail_") && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        for end in ["_total", "_count", "_sum", "_bucket", "_ms", "_milliseconds", "_kib"] {
            assert!(!name.ends_with(end), "{name}: {end} is for something else");
        }
        assert!(!metric.help.contains(['\\', '\n']) && metric.help.ends_with('.'), "{name}");
        assert!(metric.labels.iter().all(|l| !["le", "quantile", "job", "instance"].contains(l)), "{name}");
        assert_eq!(metric.bound == Bound::One, metric.labels.is_empty(), "{name}");
    }
}

#[test]
fn an_empty_report_has_its_zeros() {
    let text = written(&Report::default());
    assert!(text.contains("# TYPE mailtrail_messages gauge\nmailtrail_messages 0\n"), "{text}");
    assert!(text.contains("\nmailtrail_findings{severity=\"critical\"} 0\n"));
    assert!(!text.contains("mailtrail_period_first"), "no time is known");
    assert!(text.ends_with('\n'));
}

#[test]
fn times_are_seconds() {
    let mut report = Report { top: 10, connectors: vec![connector("Internet", 3)], ..Report::default() };
    report.period = Some(("2026-03-10T09:00:00.123Z".to_owned(), "1969-12-31T23:59:59.500Z".to_owned()));
    let text = written(&report);
    assert!(text.contains("\nmailtrail_period_first_timestamp_seconds 1773133200.123\n"), "{text}");
    assert!(text.contains("\nmailtrail_period_last_timestamp_seconds -0.500\n"));
    assert!(text.contains("{connector=\"Internet\",percentile=\"50\"} 0.005\n"));
    assert!(text.contains("{connector=\"Internet\",percentile=\"100\"} 90.000\n"));
}

#[test]
fn labels_are_safe_differ_and_are_no_more_than_asked_for() {
    let names = ["a\\\"b\n\u{1b}[31m", "a\u{fffd}", "a\u{fffd}", "a\u{fffd}#2", "too many"];
    let connectors = names.iter().map(|name| connector(name, 1)).collect();
    let text = written(&Report { top: 4, connectors, ..Report::default() });
    let of = |name: &str| format!("mailtrail_connector_size_bytes{{connector=\"{name}\"}} 2048\n");
    let want = [r#"a\\\"b\\u{a}\\u{1b}[31m"#, "a\u{fffd}", "a\u{fffd}#2", "a\u{fffd}#2#2"];
    assert!(text.contains(&want.map(of).concat()), "{text}");
    assert!(!text.contains("too many") && text.contains("\nmailtrail_connectors 5\n"));
}
