//! What is on the screen, and what keys do to it. It knows no terminal and reads no log: what it wants to be read or done it
//! says, and what comes of that it is told.

mod answers;
mod fit;
mod forms;
mod ways;
mod words;

pub(super) use fit::{lines_of_finding, parts};

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::text::Line;

use super::super::inquiry::asked::Asked;
use super::super::inquiry::line::Line as Message;
use super::ask::{Form, Typed};
use super::doc::Doc;
use super::export::What;
use super::keys::{Act, Move, act};
use super::list::List;
use super::look::Look;
use super::mail::{Mail, Slot};
use super::work::Want;
use crate::model::report::Report;
use crate::output::lanes::Picture;
use crate::pipeline::{Raw, Sort, Watch};

/// What is known before any key.
pub(super) struct Known<'r> {
    pub report: &'r Report,
    /// What was known of findings beforehand, and what is gone, in sentences.
    pub beforehand: Vec<String>,
    /// Says what is wrong with a question.
    pub check: &'r dyn Fn(&Asked) -> Result<(), String>,
    pub look: Look,
}

/// What lies at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Top {
    Findings,
    Messages,
}

/// Which part of a finding has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    Text,
    Messages,
}

/// Something that is read.
#[derive(Clone, Debug)]
pub(super) enum Coming<T> {
    /// By which number it is asked for.
    Waiting(u64),
    Here(Arc<T>),
    /// Its rows are not in the logs any more.
    Gone,
    Failed(String),
}

/// A page that is always the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Help,
    Notes,
}

/// What was opened.
#[derive(Debug)]
pub(super) enum View {
    Finding {
        number: usize,
        doc: Doc,
        focus: Focus,
    },
    /// As the list has it, and with all that its rows say.
    Message {
        line: Option<Box<Message>>,
        picture: Coming<Picture>,
        doc: Doc,
    },
    Row {
        row: Coming<Raw>,
        doc: Doc,
    },
    Page {
        page: Page,
        doc: Doc,
    },
}

/// What somebody else has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Put a text on the clipboard; what it is.
    Copy(String, &'static str),
    Redraw,
    Quit,
}

/// A line that says what was done, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub text: String,
    pub wrong: bool,
}

/// An export on its way.
#[derive(Clone, Debug)]
struct Sending {
    ticket: u64,
    what: What,
    path: String,
    /// Of what is given up it is still to be told what came of it.
    watch: Arc<Watch>,
}

/// All of it.
pub(super) struct Screen<'r> {
    pub known: Known<'r>,
    /// What is asked of every list of messages.
    pub asked: Asked,
    pub top: Top,
    /// The first lines, above the findings.
    pub head: Vec<Line<'static>>,
    pub findings: List,
    pub all: Mail,
    pub of_finding: Mail,
    /// What was opened from what.
    pub opened: Vec<View>,
    pub form: Option<Form>,
    pub notice: Option<Notice>,
    exporting: Option<What>,
    sending: Option<Sending>,
    wants: Vec<Want>,
    deeds: Vec<Deed>,
    numbers: u64,
    size: (u16, u16),
}

impl<'r> Screen<'r> {
    pub(super) fn new(known: Known<'r>) -> Self {
        let mut findings = List::default();
        findings.set_len(known.report.findings.len());
        Self {
            known,
            asked: Asked::default(),
            top: Top::Findings,
            head: Vec::new(),
            findings,
            all: Mail::new(Slot::All),
            of_finding: Mail::new(Slot::Finding),
            opened: Vec::new(),
            form: None,
            notice: None,
            exporting: None,
            sending: None,
            wants: Vec::new(),
            deeds: Vec::new(),
            numbers: 0,
            size: (80, 24),
        }
    }

    /// A key was pressed.
    pub(super) fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return self.deeds.push(Deed::Quit);
        }
        self.notice = None;
        match self.form.take() {
            Some(mut form) => match form.key(key) {
                Typed::More => self.form = Some(form),
                Typed::Dropped => {}
                Typed::Done => self.submit(form),
            },
            None => {
                if let Some(meant) = act(key) {
                    self.act(meant);
                }
            }
        }
        self.settle();
    }

    /// A text was pasted; it goes where text is asked for, and nowhere else.
    pub(super) fn paste(&mut self, text: &str) {
        if let Some(form) = &mut self.form {
            form.paste(text);
        }
    }

    /// Whether something is on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.waits().is_some() || self.mail().is_some_and(Mail::is_coming)
    }

    /// What is to be read.
    pub(super) fn wants(&mut self) -> Vec<Want> {
        std::mem::take(&mut self.wants)
    }

    /// What is to be done.
    pub(super) fn deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.deeds)
    }

    /// Says something until the next key.
    pub(super) fn say(&mut self, text: impl Into<String>, wrong: bool) {
        self.notice = Some(Notice { text: text.into(), wrong });
    }

    fn act(&mut self, meant: Act) {
        match meant {
            Act::Move(to) => self.go(to),
            Act::Open => self.open(),
            Act::Back => self.back(),
            Act::Switch => self.switch(),
            Act::Search => self.ask_search(),
            Act::Filter => self.ask_filter(),
            Act::Time => self.ask_time(),
            Act::Export => self.ask_export(),
            Act::Sort => {
                let all = Sort::ALL;
                let now = all.iter().position(|sort| *sort == self.asked.sort).unwrap_or(0);
                self.asked.sort = all.into_iter().cycle().nth(now + 1).unwrap_or_default();
                // The most, the longest and the gravest are what is looked for.
                self.asked.reversed = !matches!(self.asked.sort, Sort::Time | Sort::Sender);
                self.show_messages();
            }
            Act::Reverse => {
                self.asked.reversed = !self.asked.reversed;
                self.show_messages();
            }
            Act::Clear => {
                let Asked { sort, reversed, .. } = self.asked;
                self.asked = Asked { sort, reversed, ..Asked::default() };
                self.say("all messages are shown again", false);
            }
            Act::Copy => self.copy(),
            Act::Notes => self.page(Page::Notes),
            Act::Help => self.page(Page::Help),
            Act::Redraw => self.deeds.push(Deed::Redraw),
            Act::Quit => self.deeds.push(Deed::Quit),
        }
    }

    /// The list of messages that is seen.
    pub(super) fn mail(&self) -> Option<&Mail> {
        match (self.opened.last(), self.top) {
            (Some(View::Finding { .. }), _) => Some(&self.of_finding),
            (None, Top::Messages) => Some(&self.all),
            _ => None,
        }
    }

    fn mail_mut(&mut self) -> Option<&mut Mail> {
        match (self.opened.last(), self.top) {
            (Some(View::Finding { .. }), _) => Some(&mut self.of_finding),
            (None, Top::Messages) => Some(&mut self.all),
            _ => None,
        }
    }

    /// The list of messages that has the keys.
    fn chosen_mail(&self) -> Option<&Mail> {
        match self.opened.last() {
            Some(View::Finding { focus: Focus::Text, .. }) => None,
            _ => self.mail(),
        }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn go(&mut self, to: Move) {
        match self.opened.last_mut() {
            Some(View::Finding { focus: Focus::Messages, .. }) => self.of_finding.list.go(to),
            Some(
                View::Finding { doc, .. }
                | View::Message { doc, .. }
                | View::Row { doc, .. }
                | View::Page { doc, .. },
            ) => doc.go(to),
            None => match self.top {
                Top::Findings => self.findings.go(to),
                Top::Messages => self.all.list.go(to),
            },
        }
    }
}

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;
