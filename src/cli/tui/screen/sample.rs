//! A screen over the report made by hand, with hostile text wherever text from a log may stand, for tests.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::super::inquiry::asked::Asked;
use super::super::super::inquiry::line::Line;
use super::super::look::Look;
use super::super::mail::PAGE;
use super::super::work::{Got, Want};
use super::{Known, Screen};
use crate::model::finding::Evidence;
use crate::model::journey::Decision;
use crate::model::report::Report;
use crate::model::time::Timestamp;
use crate::output::lanes::{End, Kind, Lane, Picture, Step, Tone, Way};
use crate::output::report_text::sample::HOSTILE;
use crate::pipeline::{Found, Raw};

/// So many messages are found, whatever is asked.
pub(in crate::cli::tui) const FOUND: usize = 470_000;

/// So many messages, each a millisecond after the one before.
pub(in crate::cli::tui) fn found(many: usize) -> Arc<[Found]> {
    (0..many as i64).map(|at| Found::sample(Timestamp(at))).collect()
}

/// Says no to times that are not, and to one decision.
pub(in crate::cli::tui) fn check(asked: &Asked) -> Result<(), String> {
    match asked {
        Asked { since: Some(time), .. } if time == "soon" => Err("since: 'soon' is no time".to_owned()),
        Asked { since: Some(_), until: Some(time), .. } if time == "before" => {
            Err("until: before".to_owned())
        }
        Asked { decision, .. } if decision.iter().any(|d| d == "lost") => {
            Err("--decision: 'lost' is none".to_owned())
        }
        _ => Ok(()),
    }
}

pub(in crate::cli::tui) fn screen(report: &Report, look: Look) -> Screen<'_> {
    Screen::new(Known {
        report,
        beforehand: vec![format!("1 known finding ({HOSTILE})")],
        check: &check,
        look,
    })
}

pub(in crate::cli::tui) fn line(number: usize) -> Line {
    Line {
        first_seen: Timestamp(1_773_000_000_000 + number as i64 * 1000),
        message_id: format!("<{number}@x>"),
        network_message_id: Some(format!("id-{number}")),
        sender: format!("日本語日本語{HOSTILE}@contoso.com"),
        subject: Some(HOSTILE.to_owned()),
        size_bytes: Some(2048),
        latency_ms: 1500,
        recipient: format!("{number}@adatum.example"),
        decision: None,
        recipients: 3,
        decisions: vec![(Decision::LocalDelivery, 2), (Decision::Failed, 1)],
        connectors: Vec::new(),
        kinds: Vec::new(),
        evidence: None,
        gone: number == 1,
    }
}

pub(in crate::cli::tui) fn picture() -> Picture {
    let at = |line| Evidence { file: "a.LOG".to_owned(), line, offset: line * 100 };
    let lane = |name: &str| Lane { name: name.to_owned(), kind: Kind::Wrote };
    let step = |line| Step {
        time: Timestamp(1_773_000_000_000),
        after: Some(120_000),
        lane: 0,
        way: Way::To(1),
        tone: Tone::Plain,
        event: "SEND",
        words: format!("sent to {HOSTILE}"),
        whom: String::new(),
        evidence: format!("a.LOG:{line}"),
        at: at(line),
        gap: 0,
    };
    let end = |number: usize| End {
        number,
        title: format!("日本語{HOSTILE}@contoso.com"),
        tone: Tone::Bad,
        decision: "failed",
        words: "Not delivered.".to_owned(),
        evidence: "a.LOG:3".to_owned(),
        at: at(3),
    };
    Picture {
        title: format!("<{HOSTILE}>"),
        facts: vec![("subject", HOSTILE.to_owned())],
        lanes: vec![lane("EX1"), lane(HOSTILE)],
        steps: (1..30).map(step).collect(),
        ends: vec![end(1), end(2)],
        left_out: vec!["1 recipient is not drawn.".to_owned()],
        with_date: true,
    }
}

pub(in crate::cli::tui) fn row() -> Raw {
    Raw {
        file: format!("a{HOSTILE}.LOG"),
        line: 3,
        offset: 300,
        columns: vec![
            ("event-id".to_owned(), b"SEND".to_vec()),
            ("recipient-status".to_owned(), HOSTILE.as_bytes().to_vec()),
            ("connector-id".to_owned(), Vec::new()),
        ],
        text: Some(format!("SEND,{HOSTILE},{}", "x".repeat(300)).into_bytes()),
    }
}

/// Answers all that is wanted, as whoever reads would; says what was.
pub(in crate::cli::tui) fn serve(screen: &mut Screen<'_>) -> Vec<Want> {
    let mut all = Vec::new();
    loop {
        let wants = screen.wants();
        if wants.is_empty() {
            return all;
        }
        for want in wants {
            all.push(want.clone());
            match want {
                Want::Find { slot, edition, .. } => {
                    screen.take(Got::Found { slot, edition, result: Ok(found(FOUND)) });
                }
                Want::Lines { slot, edition, pages, .. } => {
                    let lines = (pages.start * PAGE..(pages.end * PAGE).min(FOUND)).map(line).collect();
                    screen.take(Got::Lines { slot, edition, pages, result: Ok(lines) });
                }
                Want::Picture { ticket, .. } => {
                    screen.take(Got::Picture { ticket, result: Ok(Some(picture())) });
                }
                Want::Row { ticket, .. } => screen.take(Got::Row { ticket, result: Ok(Some(row())) }),
                Want::Export { ticket, .. } => {
                    screen.take(Got::Exported { ticket, result: Ok("3 messages written to x".to_owned()) });
                }
            }
        }
    }
}

/// Presses keys: characters as they are, some others by name.
pub(in crate::cli::tui) fn press(screen: &mut Screen<'_>, keys: &str) {
    for key in keys.split(' ') {
        let (code, modifiers) = match key {
            "Enter" => (KeyCode::Enter, KeyModifiers::NONE),
            "Esc" => (KeyCode::Esc, KeyModifiers::NONE),
            "Tab" => (KeyCode::Tab, KeyModifiers::NONE),
            "Down" => (KeyCode::Down, KeyModifiers::NONE),
            "End" => (KeyCode::End, KeyModifiers::NONE),
            "PgUp" => (KeyCode::PageUp, KeyModifiers::NONE),
            "C-c" => (KeyCode::Char('c'), KeyModifiers::CONTROL),
            "C-l" => (KeyCode::Char('l'), KeyModifiers::CONTROL),
            "C-u" => (KeyCode::Char('u'), KeyModifiers::CONTROL),
            text => {
                for c in text.chars() {
                    screen.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
                }
                continue;
            }
        };
        screen.key(KeyEvent::new(code, modifiers));
    }
}
