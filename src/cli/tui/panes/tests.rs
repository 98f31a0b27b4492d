//! What is drawn, at sizes that terminals have and at some that they should not.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use unicode_width::UnicodeWidthStr;

use super::super::look::Look;
use super::super::screen::Screen;
use super::super::screen::sample::{press, screen, serve};
use super::draw;
use crate::model::report::Report;
use crate::output::report_text::sample::report;

const PLAIN: Look = Look { color: false, ascii: false };

/// The lines that are seen.
fn drawn(screen: &mut Screen<'_>, (width, height): (u16, u16)) -> Vec<String> {
    screen.resize((width, height));
    serve(screen);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, screen)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y| -> String {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // What is wide covers the cell behind it.
            x += symbol.width().max(1) as u16;
        }
        line
    };
    (0..height).map(line).collect()
}

/// Keys that lead to every sort of screen.
const WAYS: [&str; 12] = [
    "C-l",
    "Enter",
    "Enter Tab",
    "Enter Tab Enter",
    "Enter Tab Enter Tab Enter",
    "Tab",
    "Tab Enter",
    "?",
    "n",
    "f 日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語 Tab Tab Tab lost Enter",
    "t soon Enter",
    "e C-u x Enter",
];

/// Opens something; what is asked for on the way is answered.
fn lead(screen: &mut Screen<'_>, way: &str) {
    screen.resize((80, 24));
    for key in way.split(' ') {
        press(screen, key);
        serve(screen);
    }
}

#[test]
fn every_screen_fits_every_size_and_hostile_text_commands_nothing() {
    let report = report();
    for way in WAYS {
        let sizes =
            [(80, 24), (40, 10), (200, 60), (120, 40), (1, 1), (2, 2), (9, 3), (20, 5), (12, 40), (300, 4)];
        for (size, ascii) in sizes.into_iter().zip([false, true].into_iter().cycle()) {
            let mut screen = screen(&report, Look { color: true, ascii });
            lead(&mut screen, way);
            for line in drawn(&mut screen, size) {
                let bad = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
                assert!(!line.contains(bad), "{way} at {size:?}: {line:?}");
                assert!(!ascii || line.is_ascii(), "{way} at {size:?}: {line:?}");
            }
        }
    }
}

#[test]
fn the_first_screen_says_what_matters() {
    let report = report();
    let mut first = screen(&report, PLAIN);
    let lines = drawn(&mut first, (80, 24));
    assert!(lines[0].starts_with(" Findings"), "{lines:#?}");
    assert!(lines[1].starts_with("Look at this: 3 addresses nobody has"), "{lines:#?}");
    let all = lines.join("\n");
    for words in
        ["period  2026-03-10 06:00:04 to", "read    ", "mail    12,001 messages", "severity  messages"]
    {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert!(lines[22].contains("the gravest first"), "{all}");
    assert!(lines[23].contains("q quit"), "{all}");
    let lines = drawn(&mut first, (40, 10));
    assert!(lines[9].contains("? help") && lines[9].contains("q quit"), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains('▶')), "something is chosen: {lines:#?}");
}

#[test]
fn messages_stand_in_columns() {
    let report = report();
    let mut list = screen(&report, PLAIN);
    lead(&mut list, "Tab");
    let lines = drawn(&mut list, (80, 24));
    assert!(lines[1].contains("what became") && lines[1].contains("recipient"), "{lines:#?}");
    assert!(lines[2].starts_with("▶ 03-08 20:00:00  ✗ failed 1/3"), "{lines:#?}");
    let column = lines[1].find("recipient").unwrap();
    assert!(lines[4].chars().count() < 80, "wide characters take two columns: {lines:#?}");
    assert!(column < 80 && lines[4].contains("2@adatum.example +2"), "{lines:#?}");
    assert!(lines[22].contains("470,000 of 470,000 messages; oldest first"), "{lines:#?}");
    assert!(lines[22].contains("1/470,000"), "{lines:#?}");
    let wide = drawn(&mut list, (200, 60));
    assert!(
        wide[1].contains("subject") && wide[1].contains("size") && wide[1].contains("delay"),
        "{wide:#?}"
    );
    assert!(wide[3].contains("log cut or replaced"), "{wide:#?}");
    let narrow = drawn(&mut list, (40, 10));
    assert!(narrow[2].contains("20:00:00") && narrow[2].contains("failed  "), "{narrow:#?}");
}

#[test]
fn a_message_shows_decisions_then_rows() {
    let report = report();
    let mut one = screen(&report, PLAIN);
    lead(&mut one, "Tab Enter");
    let lines = drawn(&mut one, (80, 24));
    let place = |words: &str| lines.iter().position(|line| line.contains(words));
    assert!(place("▶ [1] to") < place("SEND sent to"), "{lines:#?}");
    assert!(place("Not delivered.").is_some() && place("EX1").is_some(), "{lines:#?}");
    lead(&mut one, "Tab Enter");
    let lines = drawn(&mut one, (80, 24)).join("\n");
    assert!(lines.contains("event-id") && lines.contains("connector-id      (empty)"), "{lines}");
    assert!(lines.contains("The row as it stands in the log"), "{lines}");
}

#[test]
fn nothing_is_said_in_words() {
    let report = Report { verdict: "No mail in these logs.".to_owned(), ..Report::default() };
    let mut empty = screen(&report, PLAIN);
    let lines = drawn(&mut empty, (80, 24)).join("\n");
    assert!(lines.contains("No mail in these logs.") && lines.contains("0 findings"), "{lines}");
}
