//! What a Markdown reader is given.

use super::super::report_text::sample::{HOSTILE, report};
use super::*;

fn text(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn tables_keep_their_shape_whatever_the_log_says() {
    let text = text(&report());
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    // Commands stand in indented code, where nothing is markup.
    let outside: String = text.lines().filter(|l| !l.starts_with("    ")).collect();
    assert!(outside.contains("Nobody takes"), "{text}");
    assert!(!outside.contains("<b>") && !outside.contains("`x`") && !text.contains('\u{202e}'), "{text}");
    assert!(text.contains(&markdown(HOSTILE)), "{text}");
    for table in text.split("\n\n").filter(|part| part.starts_with('|')) {
        let bars: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
        assert!(bars.iter().all(|n| Some(n) == bars.first()), "{table}");
        assert!(table.lines().count() > 2, "{table}");
    }
}

#[test]
fn what_is_said_above_the_tables_is_there() {
    let text = text(&report());
    assert!(text.starts_with("# Look at this&#58; 3 addresses nobody has"), "{text}");
    let expected = [
        "- open – 3 recipients still waiting after a failed try",
        "| **Mail** | 12,001 messages to 14,322 recipients, 1.2 GiB |",
        "| local-delivery | stored in a mailbox here | 10,000 | 69.8 % |",
        "| `0     6     12    18    ` |",
        "no row in 09:00–17:00 |",
        "| **records found in the files** | **104,233** |",
        "| + rejects: could not be read | 9 |",
        "Beside these: 2 kinds of event and source",
    ];
    for line in expected {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
