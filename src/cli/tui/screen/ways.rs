//! The ways from one screen to another, and back.

use super::super::super::inquiry::asked::Asked;
use super::super::doc::Doc;
use super::super::mail::{Mail, Slot};
use super::super::work::Want;
use super::{Coming, Focus, Page, Screen, Top, View};
use crate::model::finding::Evidence;

impl Screen<'_> {
    /// Opens what is chosen.
    pub(super) fn open(&mut self) {
        match self.opened.last() {
            None if self.top == Top::Findings => self.open_finding(),
            None | Some(View::Finding { focus: Focus::Messages, .. }) => self.open_message(),
            // The text of a finding leads on to its messages.
            Some(View::Finding { .. }) => self.switch(),
            Some(View::Message { doc, picture: Coming::Here(_), .. }) => {
                match doc.row().filter(|row| row.line > 0).cloned() {
                    Some(row) => self.open_row(row),
                    None => self.say("no row of the log stands here", false),
                }
            }
            Some(View::Message { .. } | View::Row { .. } | View::Page { .. }) => {}
        }
    }

    pub(super) fn open_finding(&mut self) {
        let number = self.findings.at;
        if number < self.findings.len {
            self.of_finding = Mail::new(Slot::Finding);
            self.opened.push(View::Finding { number, doc: Doc::default(), focus: Focus::Text });
        }
    }

    pub(super) fn open_message(&mut self) {
        let Some(mail) = self.mail() else { return };
        if mail.is_waiting() {
            return self.say("not yet: the messages are still looked for", false);
        }
        let Some(one) = mail.found.get(mail.list.at).cloned().map(Box::new) else { return };
        let line = mail.line(mail.list.at).cloned().map(Box::new);
        let ticket = self.number();
        self.wants.push(Want::Picture { ticket, one });
        self.opened.push(View::Message { line, picture: Coming::Waiting(ticket), doc: Doc::default() });
    }

    pub(super) fn open_row(&mut self, at: Evidence) {
        let ticket = self.number();
        self.wants.push(Want::Row { ticket, at });
        self.opened.push(View::Row { row: Coming::Waiting(ticket), doc: Doc::default() });
    }

    /// Gives up what is waited for, else goes back to where this was opened from.
    pub(super) fn back(&mut self) {
        if let Some(sending) = self.sending.as_ref().filter(|sending| !sending.watch.is_given_up()) {
            sending.watch.give_up();
            return self.say("the file is being given up", false);
        }
        if let Some(mail) = self.mail_mut().filter(|mail| mail.is_waiting())
            && mail.give_up()
            && let Some(before) = mail.shown.clone()
        {
            self.asked = Asked { finding: None, ..before };
            return self.say("given up; what is shown is as before", false);
        }
        if self.opened.pop().is_none() {
            self.top = Top::Findings;
        }
    }

    pub(super) fn switch(&mut self) {
        match self.opened.last_mut() {
            None => {
                self.top = if self.top == Top::Findings { Top::Messages } else { Top::Findings };
            }
            Some(View::Finding { focus, .. }) => {
                *focus = if *focus == Focus::Text { Focus::Messages } else { Focus::Text };
            }
            Some(View::Message { doc, .. }) => doc.switch(),
            Some(View::Row { .. } | View::Page { .. }) => {}
        }
    }

    /// Goes to the list that is asked about: that of the finding if one is open, else that of all.
    pub(super) fn show_messages(&mut self) {
        while !matches!(self.opened.last(), None | Some(View::Finding { .. })) {
            self.opened.pop();
        }
        match self.opened.last_mut() {
            Some(View::Finding { focus, .. }) => *focus = Focus::Messages,
            _ => self.top = Top::Messages,
        }
    }

    /// Opens a page, or closes it if it is open.
    pub(super) fn page(&mut self, page: Page) {
        if matches!(self.opened.last(), Some(View::Page { page: open, .. }) if *open == page) {
            self.opened.pop();
        } else {
            self.opened.push(View::Page { page, doc: Doc::default() });
        }
    }
}
