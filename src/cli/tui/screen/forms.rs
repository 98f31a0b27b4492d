//! What is typed, and what comes of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::super::inquiry::asked::Asked;
use super::super::ask::{Field, Form, Purpose};
use super::super::export::What;
use super::super::look::words;
use super::super::work::Want;
use super::{Coming, Deed, Screen, Sending, View};
use crate::model::journey::Decision;
use crate::pipeline::Question;

impl Screen<'_> {
    pub(super) fn ask_search(&mut self) {
        let text = self.asked.text.clone().unwrap_or_default();
        self.form = Some(Form {
            purpose: Purpose::Search,
            title: "Search",
            hint: format!(
                "any text in any column of a row; shorter than {} characters: only in addresses of senders and recipients",
                Question::SHORTEST_TEXT
            ),
            fields: vec![Field::new("text", &text)],
            at: 0,
        });
    }

    pub(super) fn ask_filter(&mut self) {
        let Asked { sender, recipient, connector, decision, server, .. } = &self.asked;
        let field = |label, patterns: &[String]| Field::new(label, &patterns.join(", "));
        self.form = Some(Form {
            purpose: Purpose::Filter,
            title: "Filter messages",
            hint: "Tab the next line, Enter filters, Esc does not. * stands for any characters, ? for one: *@contoso.com; \
                   several with commas"
                .to_owned(),
            fields: vec![
                field("sender", sender),
                field("recipient", recipient),
                field("connector", connector),
                field("decision", decision),
                field("server", server),
            ],
            at: 0,
        });
    }

    pub(super) fn ask_time(&mut self) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        self.form = Some(Form {
            purpose: Purpose::Time,
            title: "Messages from one time to another",
            hint: "2026-03-10, 2026-03-10 09:00, 2026-03-10T09:00:00Z, today, yesterday, 2h ago, -3h; a date means its \
                   beginning"
                .to_owned(),
            fields: vec![
                Field::new("since", &text(&self.asked.since)),
                Field::new("until", &text(&self.asked.until)),
            ],
            at: 0,
        });
    }

    pub(super) fn ask_export(&mut self) {
        if self.sending.is_some() {
            return self.say("a file is being written; Esc gives it up", false);
        }
        let Some(what) = self.what() else {
            return self.say("there is nothing here to export", false);
        };
        let (name, endings) = what.names();
        let title = match &what {
            What::Messages(_) => "Export these messages",
            What::Message(_) => "Export this message",
            What::Findings(some) if some.len() == 1 => "Export this finding",
            What::Findings(_) => "Export all findings",
            What::Row(_) => "Export this row",
        };
        let endings: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
        self.exporting = Some(what);
        self.form = Some(Form {
            purpose: Purpose::Export,
            title,
            hint: format!("the ending says in which form: {}", endings.join(" ")),
            fields: vec![Field::new("file", name)],
            at: 0,
        });
    }

    pub(super) fn ask_replace(&mut self, what: What, path: String) {
        self.exporting = Some(what);
        self.form = Some(Form {
            hint: format!("{path} exists. Replace it? y and Enter: yes; Esc: no"),
            purpose: Purpose::Replace(path),
            title: "Replace a file",
            fields: vec![Field::new("y or n", "")],
            at: 0,
        });
    }

    /// What is shown, as something that can be written.
    fn what(&self) -> Option<What> {
        if let Some(mail) = self.chosen_mail() {
            let there = mail.list.len > 0 && !mail.is_waiting();
            return there.then(|| What::Messages(Arc::clone(&mail.found)));
        }
        match self.opened.last() {
            None => (self.findings.len > 0).then(|| What::Findings((0..self.findings.len).collect())),
            Some(View::Finding { number, .. }) => Some(What::Findings(vec![*number])),
            Some(View::Message { picture: Coming::Here(picture), .. }) => {
                Some(What::Message(Arc::clone(picture)))
            }
            Some(View::Row { row: Coming::Here(row), .. }) => Some(What::Row(Arc::clone(row))),
            Some(_) => None,
        }
    }

    /// A form is filled in.
    pub(super) fn submit(&mut self, mut form: Form) {
        let done = match form.purpose.clone() {
            Purpose::Search => {
                self.asked.text = form.text(0);
                true
            }
            Purpose::Filter => self.filter(&mut form),
            Purpose::Time => self.time(&mut form),
            Purpose::Export => return self.export(form),
            Purpose::Replace(path) => {
                return match (form.text(0).as_deref(), self.exporting.take()) {
                    (Some("y" | "Y" | "yes"), Some(what)) => self.send(what, path, true),
                    _ => self.say("nothing was written", false),
                };
            }
        };
        if done {
            self.show_messages();
        } else {
            self.form = Some(form);
        }
    }

    /// Whether all patterns are some; if not, the form says which are none, and why.
    fn filter(&mut self, form: &mut Form) -> bool {
        let mut asked = self.asked.clone();
        let mut wrong = None;
        for number in 0..form.fields.len() {
            let text = form.text(number).unwrap_or_default();
            let patterns = text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned);
            let mut one = Asked::default();
            match number {
                0 => one.sender = patterns.collect(),
                1 => one.recipient = patterns.collect(),
                // Names of connectors may have commas in them.
                2 => one.connector = Some(text).filter(|text| !text.is_empty()).into_iter().collect(),
                3 => one.decision = patterns.map(|word| named(&word)).collect(),
                _ => one.server = patterns.collect(),
            }
            if let Err(why) = (self.known.check)(&one) {
                wrong.get_or_insert((number, why));
                continue;
            }
            match number {
                0 => asked.sender = one.sender,
                1 => asked.recipient = one.recipient,
                2 => asked.connector = one.connector,
                3 => asked.decision = one.decision,
                _ => asked.server = one.server,
            }
        }
        match wrong {
            Some((number, why)) => {
                form.blame(number, why);
                false
            }
            None => {
                self.asked = asked;
                true
            }
        }
    }

    fn time(&mut self, form: &mut Form) -> bool {
        let (since, until) = (form.text(0), form.text(1));
        let tries = [
            (0, Asked { since: since.clone(), ..Asked::default() }),
            (1, Asked { until: until.clone(), ..Asked::default() }),
            (1, Asked { since: since.clone(), until: until.clone(), ..Asked::default() }),
        ];
        for (number, asked) in tries {
            if let Err(why) = (self.known.check)(&asked) {
                form.blame(number, why);
                return false;
            }
        }
        (self.asked.since, self.asked.until) = (since, until);
        true
    }

    fn export(&mut self, mut form: Form) {
        let (Some(path), Some(what)) = (form.text(0), self.exporting.take()) else {
            return self.say("no name, so nothing was written", false);
        };
        match what.check(Path::new(&path)) {
            Ok(()) => self.send(what, path, false),
            Err(why) => {
                form.blame(0, why);
                (self.form, self.exporting) = (Some(form), Some(what));
            }
        }
    }

    fn send(&mut self, what: What, path: String, force: bool) {
        let (ticket, watch) = (self.number(), Arc::default());
        self.wants.push(Want::Export {
            ticket,
            what: what.clone(),
            path: PathBuf::from(&path),
            force,
            watch: Arc::clone(&watch),
        });
        self.sending = Some(Sending { ticket, what, path, watch });
    }

    /// Copies what is chosen.
    pub(super) fn copy(&mut self) {
        let (text, what) = match self.opened.last() {
            Some(View::Row { row: Coming::Here(row), .. }) => match &row.text {
                Some(text) => (Some(String::from_utf8_lossy(text).into_owned()), "the row"),
                None => return self.say("the row has a subject in it, and subjects are not shown", true),
            },
            Some(View::Message { line, .. }) => {
                let id = line.as_ref().and_then(|line| line.network_message_id.clone());
                (id, "the network-message-id")
            }
            _ => match self.chosen_mail() {
                Some(mail) => {
                    let id = mail.line(mail.list.at).and_then(|line| line.network_message_id.clone());
                    (id, "the network-message-id")
                }
                None => (self.fix(), "the fix"),
            },
        };
        match text.filter(|text| !text.is_empty()) {
            Some(text) => self.deeds.push(Deed::Copy(text, what)),
            None => self.say("there is nothing here to copy", false),
        }
    }

    /// What mends the finding that is chosen, or that which explains it.
    fn fix(&self) -> Option<String> {
        let number = match self.opened.last() {
            None => self.findings.at,
            Some(View::Finding { number, .. }) => *number,
            Some(_) => return None,
        };
        let all = &self.known.report.findings;
        let finding = all.get(number)?;
        let cause = crate::output::report_text::cause(finding, &all.iter().collect::<Vec<_>>());
        Some(cause.unwrap_or(finding).fix.clone())
    }
}

/// A decision by its name, or by the word for it in lists.
fn named(word: &str) -> String {
    let lower = word.to_lowercase();
    let found = Decision::ALL.into_iter().find(|decision| words(*decision) == lower);
    found.map_or_else(|| word.to_owned(), |decision| decision.as_str().to_owned())
}
