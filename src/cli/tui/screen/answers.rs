//! What the screen waits for, and what it does with what comes.

use std::sync::Arc;

use super::super::super::inquiry::asked::Asked;
use super::super::export::Refused;
use super::super::mail::{Mail, PAGE, Slot};
use super::super::work::{Got, Want};
use super::{Coming, Screen, View};
use crate::output::lanes::Picture;
use crate::pipeline::Raw;

impl Screen<'_> {
    /// What is asked of a list.
    fn asked_of(&self, slot: Slot) -> Asked {
        let finding = self.opened.iter().find_map(|view| match view {
            View::Finding { number, .. } if slot == Slot::Finding => Some(*number),
            _ => None,
        });
        Asked { finding, ..self.asked.clone() }
    }

    /// Asks for what is seen and is not there.
    pub(in super::super) fn settle(&mut self) {
        self.fit(self.size);
        let Some(slot) = self.mail().map(|mail| mail.slot) else { return };
        let asked = self.asked_of(slot);
        let edition = self.numbers + 1;
        let Some(mail) = self.mail_mut() else { return };
        let mut wants = Vec::new();
        if mail.lacks(&asked) {
            mail.give_up();
            if mail.shown.as_ref() != Some(&asked) {
                let watch = mail.wait(edition, asked.clone());
                wants.push(Want::Find { slot, edition, asked: Box::new(asked), watch });
            }
        }
        if let Some(pages) = mail.wants() {
            wants.push(Want::Lines { slot, edition: mail.edition, pages, list: Arc::clone(&mail.found) });
        }
        self.numbers = edition;
        self.wants.extend(wants);
    }

    fn list(&mut self, slot: Slot) -> &mut Mail {
        match slot {
            Slot::All => &mut self.all,
            Slot::Finding => &mut self.of_finding,
        }
    }

    /// Something came.
    pub(in super::super) fn take(&mut self, got: Got) {
        match got {
            Got::Found { slot, edition, result: Ok(found) } => {
                self.list(slot).found(edition, found);
            }
            Got::Found { slot, edition, result: Err(why) } => {
                let mail = self.list(slot);
                if mail.fails(edition, &why) {
                    if let Some(shown) = mail.shown.clone() {
                        self.asked = Asked { finding: None, ..shown };
                    }
                    self.say(why, true);
                }
            }
            Got::Lines { slot, edition, pages, result } => {
                let mail = self.list(slot);
                match result {
                    Ok(lines) => {
                        for (page, lines) in pages.clone().zip(lines.chunks(PAGE)) {
                            mail.read(edition, page, lines.to_vec());
                        }
                        mail.came(&pages);
                    }
                    // It stays asked for, or it would be read, and fail, without end.
                    Err(why) => self.say(why, true),
                }
            }
            Got::Picture { ticket, result } => self.picture(ticket, &result),
            Got::Row { ticket, result } => self.row(ticket, &result),
            Got::Exported { ticket, result } => self.exported(ticket, result),
        }
        self.settle();
    }

    fn picture(&mut self, ticket: u64, result: &Result<Option<Picture>, String>) {
        for view in &mut self.opened {
            if let View::Message { picture, .. } = view {
                put(picture, ticket, result);
            }
        }
        self.refit();
    }

    fn row(&mut self, ticket: u64, result: &Result<Option<Raw>, String>) {
        for view in &mut self.opened {
            if let View::Row { row, .. } = view {
                put(row, ticket, result);
            }
        }
        self.refit();
    }

    fn exported(&mut self, ticket: u64, result: Result<String, Refused>) {
        let Some(sending) = self.sending.take_if(|sending| sending.ticket == ticket) else { return };
        match result {
            Ok(done) => self.say(done, false),
            Err(Refused::Failed(why)) => self.say(why, true),
            Err(Refused::Exists) if sending.watch.is_given_up() => {
                self.say("given up; nothing was written", false);
            }
            // What is being typed elsewhere is no answer to a question that comes now.
            Err(Refused::Exists) if self.form.is_some() => {
                self.say(format!("{} exists; nothing was written", sending.path), true);
            }
            Err(Refused::Exists) => self.ask_replace(sending.what, sending.path),
        }
    }
}

/// Puts something where it is waited for.
fn put<T: Clone>(place: &mut Coming<T>, ticket: u64, result: &Result<Option<T>, String>) {
    if matches!(place, Coming::Waiting(waiting) if *waiting == ticket) {
        *place = match result {
            Ok(Some(it)) => Coming::Here(Arc::new(it.clone())),
            Ok(None) => Coming::Gone,
            Err(why) => Coming::Failed(why.clone()),
        };
    }
}
