//! What `compare` prints: golden files of a comparison made by hand, with hostile text wherever text from a log may
//! stand. `UPDATE_COMPARE=1 cargo test compare` writes them.

use std::path::Path;

use mailtrail::model::compared::{
    About, Compared, Figure, Note, RunNote, Side, Size, Stood, Test, Topic, Verdict,
};
use mailtrail::model::finding::{Confidence, Finding, Severity};
use mailtrail::model::standing::Standing;
use mailtrail::output::report_text::Style;
use mailtrail::output::{compare_json, compare_markdown, compare_text};
use serde_json::Value;

/// Commands a terminal, breaks tables, quotes and markup, begins a formula, turns the line.
const HOSTILE: &str = "=cmd()\u{1b}[31m|`x`\"<b>'\r\n\u{9b}5m\u{202e}";

fn finding(kind: &'static str, severity: Severity, messages: u64, standing: Standing) -> Finding {
    Finding {
        kind,
        title: "The gateway sends mail back again and again",
        severity,
        confidence: Confidence::High,
        domain: Some("contoso.com".to_owned()),
        connector: Some(HOSTILE.to_owned()),
        peer: None,
        address: None,
        messages,
        recipients: 3,
        senders: 2,
        first_seen: Some("2026-03-09T10:00:00.000Z".to_owned()),
        last_seen: Some("2026-03-09T11:30:00.000Z".to_owned()),
        laps_max: 0,
        cycle: Vec::new(),
        expected: None,
        actual: None,
        cause: format!("It goes to {HOSTILE} and comes back."),
        fix: "Get-SendConnector 'Internet'".to_owned(),
        samples: vec![format!("<{HOSTILE}@contoso.com>")],
        evidence: Vec::new(),
        caused_by: None,
        period_ms: None,
        ended: None,
        addresses: Vec::new(),
        standing: Some(standing),
        known: None,
    }
}

fn figure(topic: Topic, name: &str, verdict: Verdict, [a, b]: [(f64, f64); 2], p: Option<f64>) -> Figure {
    let side = |(count, of): (f64, f64)| Side { count, of, value: count / of, at_most: false };
    Figure {
        topic,
        name: name.to_owned(),
        verdict,
        worse: topic <= Topic::FailedDomain,
        a: side(a),
        b: side(b),
        difference: b.0 - a.0 * b.1 / a.1,
        test: p.map(|p| Test { t: 6.25, df: 17, alone: [0, 12], p: p / 100.0, p_all: p }),
    }
}

fn comparison() -> Compared {
    let run = |name: &str, day: u32, hours| RunNote {
        name: name.to_owned(),
        first: Some(format!("2026-03-{day:02}T00:00:01.000Z")),
        last: Some(format!("2026-03-{day:02}T23:59:58.000Z")),
        hours,
        compared_hours: 19,
        messages: 12_001,
        recipients: 14_322,
        findings: 3,
    };
    let stood = |finding, messages_before, size| Stood { finding, messages_before, size };
    let mut slow =
        figure(Topic::Latency, "Internet", Verdict::Changed, [(400.0, 1000.0), (900.0, 1000.0)], Some(2e-9));
    (slow.a.value, slow.b.value, slow.worse) = (2345.6, 65_000.0, true);
    let mut capped =
        figure(Topic::Sender, HOSTILE, Verdict::Changed, [(3.0, 9000.0), (700.0, 9000.0)], Some(0.004));
    capped.a.at_most = true;
    Compared {
        verdict: "1 finding is new, 1 finding is gone, 1 finding has another size, 5 figures changed."
            .to_owned(),
        a: run(&format!("logs/{HOSTILE}"), 8, 24),
        b: run("today.json", 9, 19),
        by: "the same hour of the day (UTC)",
        notes: vec![
            Note {
                about: About::Coverage,
                text: format!("B holds no row of {HOSTILE}; by A some 500 were to be expected"),
            },
            Note {
                about: About::Time,
                text: "A covers 24 hours, B 19: counts are compared by the hour".to_owned(),
            },
            Note {
                about: About::Release,
                text: "builds of Exchange differ; only in B: 15.02.1748.010".to_owned(),
            },
        ],
        doubtful: true,
        findings: vec![
            stood(finding("gateway-loop", Severity::Critical, 12, Standing::New), None, None),
            stood(finding("stuck", Severity::Medium, 90, Standing::StillThere), Some(12), Some(Size::Grown)),
            stood(finding("poison", Severity::Low, 3, Standing::StillThere), Some(3), None),
        ],
        gone: vec![finding("mx-loopback", Severity::High, 7, Standing::Gone)],
        figures: vec![
            figure(Topic::Volume, "", Verdict::Changed, [(2400.0, 24.0), (800.0, 19.0)], Some(0.0003)),
            figure(
                Topic::Failure,
                &format!("failed 5.7.1 {HOSTILE}"),
                Verdict::Changed,
                [(0.0, 12_001.0), (90.0, 12_001.0)],
                Some(0.0),
            ),
            slow,
            figure(
                Topic::Decision,
                "failed",
                Verdict::Changed,
                [(10.0, 12_001.0), (99.0, 12_001.0)],
                Some(0.000_02),
            ),
            capped,
            figure(
                Topic::Connector,
                "Partner litware",
                Verdict::Noise,
                [(10.0, 1200.0), (19.0, 1200.0)],
                Some(0.7),
            ),
            figure(
                Topic::Connector,
                "Internet",
                Verdict::Same,
                [(1000.0, 1200.0), (1010.0, 1200.0)],
                Some(1.0),
            ),
            figure(Topic::Server, HOSTILE, Verdict::TooFew, [(1.0, 9.0), (0.0, 9.0)], None),
        ],
        alpha: 0.01,
    }
}

fn printed() -> [(&'static str, String); 3] {
    let compared = comparison();
    let (mut text, mut markdown, mut object) = (Vec::new(), Vec::new(), Vec::new());
    compare_text::write(&compared, 25, Style::default(), &mut text).unwrap();
    compare_markdown::write(&compared, 25, &mut markdown).unwrap();
    compare_json::write(&compared, &mut object).unwrap();
    [("compare.txt", text), ("compare.md", markdown), ("compare.json", object)]
        .map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()))
}

#[test]
fn each_format_is_as_it_was() {
    for (name, text) in printed() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compare").join(name);
        if std::env::var_os("UPDATE_COMPARE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        assert!(
            golden == text,
            "{name} is other than it was; UPDATE_COMPARE=1 cargo test compare writes it\n{text}"
        );
    }
}

#[test]
fn no_text_of_a_log_is_obeyed() {
    for (name, text) in printed() {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{name}");
    }
    let [(_, text), (_, markdown), (_, object)] = printed();
    assert!(text.lines().skip(1).all(|l| l.chars().count() <= 100), "{text}");
    let code = |line: &&str| line.starts_with("    ");
    assert!(
        markdown.lines().filter(|l| !code(l)).all(|l| !l.contains("<b>") && !l.contains("`x`")),
        "{markdown}"
    );
    let tables = markdown.lines().filter(|l| l.starts_with('|'));
    assert!(tables.map(|l| l.matches('|').count()).all(|n| n == 8), "{markdown}");
    let value: Value = serde_json::from_str(&object).unwrap();
    assert_eq!(value["figures"][7]["name"], HOSTILE);
}

#[test]
fn colours_are_only_added() {
    let compared = comparison();
    let write = |style: Style| {
        let mut out = Vec::new();
        compare_text::write(&compared, 2, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (plain, coloured) = (write(Style::default()), write(Style { color: true, ..Style::default() }));
    let mut bare = coloured.clone();
    for code in ["0", "1", "2", "1;31", "1;32", "1;33"] {
        bare = bare.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert!(bare == plain && coloured.len() > plain.len());
    assert!(plain.contains("Changed (the first 2 of 5; --top shows more)"), "{plain}");
}
