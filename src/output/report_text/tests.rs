//! What a person sees.

use super::sample::{HOSTILE, report};
use super::table::width;
use super::*;
use crate::model::report::HourRow;

fn text(report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    write(report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(report: &Report) -> String {
    text(report, Style::default())
}

#[test]
fn the_verdict_is_the_first_line() {
    let report = report();
    let text = plain(&report);
    assert_eq!(text.lines().next(), Some(&*terminal(&report.verdict)));
}

#[test]
fn lines_fit_and_log_text_commands_nothing() {
    for width_asked in [60, 80, 100, 140] {
        let text = text(&report(), Style { width: width_asked, color: false });
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        assert!(!text.contains('\u{202e}'));
        // A command is not wrapped, so that it can be copied.
        let wraps = |line: &&str| width_asked >= 80 && !line.contains("Get-Recipient");
        for line in text.lines().skip(1).filter(wraps) {
            assert!(width(line) <= width_asked, "{} columns: {line}", width(line));
        }
        assert!(text.lines().all(|line| line == line.trim_end()), "blanks at the end of a line");
    }
    assert!(plain(&report()).contains(&*terminal(HOSTILE)));
}

#[test]
fn color_changes_nothing_else() {
    let colored = text(&report(), Style { width: 100, color: true });
    assert!(colored.starts_with("\u{1b}[1;31mLook at this"));
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, plain(&report()));
}

#[test]
fn every_block_has_its_numbers() {
    let text = plain(&report());
    let expected = [
        "12,001 messages to 14,322 recipients, 1.2 GiB",
        "8,000 by SMTP, 4,000 from a mailbox here",
        "  local-delivery       stored in a mailbox here           10,000   69.8 %",
        "(8 h without)",
        "····▁█▁········▁······",
        "no row in 09:00–17:00",
        "4 min 20 s",
        "mailbox full    STOREDRV.Deliver.Exception:QuotaExceeded",
        "anna.schmidt@contoso.com",
        "(the first 2 of 812)",
        "│ records found in the files                           104,233 │",
        "│   = header lines                                          24 │",
        "│   + rejects: could not be read                             9 │",
        "│ recipients                                            14,322 │",
        "2 kinds of event and source, 1 of them not known",
    ];
    for line in expected {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("remote-routing-address"), "a decision nobody met");
    assert!(text.find("named.log") < text.find("walked.log"), "what was asked for by name comes first");
}

#[test]
fn empty_blocks_are_left_out() {
    let report = Report { verdict: "No message in these logs.".into(), ..Report::default() };
    let text = plain(&report);
    assert_eq!(text.lines().next(), Some("No message in these logs."));
    assert!(!text.contains("Send connectors") && !text.contains("Addresses nobody has"), "{text}");
    assert!(text.contains("records found in the files"), "{text}");
}

#[test]
fn a_long_period_is_shown_by_day() {
    let mut report = report();
    report.period = Some(("2026-03-10T00:00:00.000Z".into(), "2026-03-12T23:59:00.000Z".into()));
    report.hours = (0..72u64)
        .map(|h| {
            let row = HourRow { messages: h % 24, failed: u64::from(h == 30), ..HourRow::default() };
            (format!("2026-03-{}T{:02}:00:00.000Z", 10 + h / 24, h % 24), row)
        })
        .collect();
    let text = plain(&report);
    let day = "  2026-03-11  ·▁▁▂▂▂▃▃▃▄▄▄▅▅▅▆▆▆▇▇▇███  ······█·················";
    assert!(text.contains(day), "{text}");
    assert!(text.contains("03-10 07:00"), "{text}");
    assert!(!text.contains("One sign for each hour of the day, as high as this server"), "{text}");
}

#[test]
fn two_dates_share_a_strip() {
    let mut report = report();
    report.period = Some(("2026-03-10T06:00:00.000Z".into(), "2026-03-11T05:59:00.000Z".into()));
    let text = plain(&report);
    assert!(text.contains("03-10       03-11"), "{text}");
    assert!(text.contains("One sign for each 2 hours of the day"), "{text}");
    assert!(text.contains("···█▁···▁···············"), "{text}");
}
