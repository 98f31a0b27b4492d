//! A list of messages: how many there are, and those of them that were read to be shown.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::super::inquiry::asked::Asked;
use super::super::inquiry::line::Line;
use super::list::List;
use crate::pipeline::{Found, Watch};

/// Messages that are read at once.
pub(super) const PAGE: usize = 64;
/// Pages that are kept.
const KEPT: usize = 12;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// All messages.
    All,
    /// Those of the finding that was opened.
    Finding,
}

/// What is asked for: by which number, what, and how far it is.
#[derive(Debug)]
struct Waiting {
    edition: u64,
    asked: Asked,
    watch: Arc<Watch>,
}

/// A list of messages.
#[derive(Debug)]
pub(super) struct Mail {
    pub slot: Slot,
    pub list: List,
    /// The messages that the list shows.
    pub found: Arc<[Found]>,
    /// What is shown was found for this; `None` while nothing was found yet.
    pub shown: Option<Asked>,
    /// By which number what is shown was asked for.
    pub edition: u64,
    /// Why nothing could be looked for.
    pub failed: Option<String>,
    waiting: Option<Waiting>,
    pages: BTreeMap<usize, Vec<Line>>,
    /// Pages that are asked for.
    coming: Range<usize>,
}

impl Mail {
    pub(super) fn new(slot: Slot) -> Self {
        Self {
            slot,
            list: List::default(),
            found: Arc::new([]),
            shown: None,
            edition: 0,
            failed: None,
            waiting: None,
            pages: BTreeMap::new(),
            coming: 0..0,
        }
    }

    /// Whether something else must be asked for than what is shown or on its way.
    pub(super) fn lacks(&self, asked: &Asked) -> bool {
        match &self.waiting {
            Some(waiting) => waiting.asked != *asked,
            None => self.shown.as_ref() != Some(asked),
        }
    }

    /// Waits for something that is asked for by this number.
    pub(super) fn wait(&mut self, edition: u64, asked: Asked) -> Arc<Watch> {
        let waiting = Waiting { edition, asked, watch: Arc::default() };
        Arc::clone(&self.waiting.insert(waiting).watch)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// How much of what it waits for is done.
    pub(super) fn done(&self) -> u64 {
        self.waiting.as_ref().map_or(0, |waiting| waiting.watch.done())
    }

    /// Waits no more; whether it did.
    pub(super) fn give_up(&mut self) -> bool {
        match self.waiting.take() {
            Some(waiting) => {
                waiting.watch.give_up();
                true
            }
            None => false,
        }
    }

    /// These were found. Whether it waited for that.
    pub(super) fn found(&mut self, edition: u64, found: Arc<[Found]>) -> bool {
        match self.waiting.take_if(|waiting| waiting.edition == edition) {
            Some(Waiting { edition, asked, .. }) => {
                // The same messages in another order, or others: the first of them is where to begin.
                (self.edition, self.shown, self.failed) = (edition, Some(asked), None);
                self.pages.clear();
                self.coming = 0..0;
                self.list.at = 0;
                self.list.set_len(found.len());
                self.found = found;
                true
            }
            None => false,
        }
    }

    /// Nothing can be found for what it waited for.
    pub(super) fn fails(&mut self, edition: u64, why: &str) -> bool {
        match self.waiting.take_if(|waiting| waiting.edition == edition) {
            Some(Waiting { asked, .. }) => {
                if self.shown.is_none() {
                    (self.shown, self.failed) = (Some(asked), Some(why.to_owned()));
                }
                true
            }
            None => false,
        }
    }

    /// Pages that are seen and were not read, if they are not on their way.
    pub(super) fn wants(&mut self) -> Option<Range<usize>> {
        let seen = self.list.seen();
        let pages = seen.start / PAGE..seen.end.div_ceil(PAGE);
        let missing: Vec<usize> = pages.filter(|page| !self.pages.contains_key(page)).collect();
        let wanted = *missing.first()?..missing.last()? + 1;
        if self.coming.start <= wanted.start && wanted.end <= self.coming.end {
            return None;
        }
        self.coming = wanted.clone();
        Some(wanted)
    }

    /// Messages were read, a page of them.
    pub(super) fn read(&mut self, edition: u64, page: usize, lines: Vec<Line>) {
        if edition != self.edition {
            return;
        }
        self.pages.insert(page, lines);
        while self.pages.len() > KEPT {
            let here = self.list.seen().start / PAGE;
            let far = self.pages.keys().copied().max_by_key(|page| page.abs_diff(here));
            far.map(|page| self.pages.remove(&page));
        }
    }

    /// What was asked for has come, or could not be read.
    pub(super) fn came(&mut self, pages: &Range<usize>) {
        if self.coming == *pages {
            self.coming = 0..0;
        }
    }

    /// Whether pages are on their way.
    pub(super) fn is_coming(&self) -> bool {
        !self.coming.is_empty()
    }

    /// A message, if it was read.
    pub(super) fn line(&self, at: usize) -> Option<&Line> {
        self.pages.get(&(at / PAGE))?.get(at % PAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(many: usize) -> Arc<[Found]> {
        vec![Found::default(); many].into()
    }

    #[test]
    fn only_pages_that_are_seen_are_read_and_only_some_kept() {
        let mut mail = Mail::new(Slot::All);
        mail.list.fit(20);
        assert!(mail.lacks(&Asked::default()));
        mail.wait(7, Asked::default());
        assert!(!mail.lacks(&Asked::default()) && mail.is_waiting());
        assert!(!mail.found(6, some(10)), "an old answer");
        assert!(mail.found(7, some(470_000)) && !mail.found(7, some(3)));
        assert_eq!(mail.wants(), Some(0..1));
        assert_eq!(mail.wants(), None, "it is on its way");
        mail.list.go(super::super::keys::Move::Last);
        assert_eq!(mail.wants(), Some(7343..7344));
        mail.came(&(0..1));
        assert_eq!(mail.wants(), None, "the last one is on its way still");
        for page in 0..40 {
            mail.read(7, page, Vec::new());
        }
        mail.read(6, 7343, Vec::new());
        assert_eq!(mail.pages.len(), KEPT);
        assert!(mail.pages.contains_key(&39) && !mail.pages.contains_key(&0));
    }

    #[test]
    fn who_gives_up_keeps_what_was_there() {
        let mut mail = Mail::new(Slot::All);
        mail.wait(1, Asked::default());
        mail.found(1, some(5));
        let other = Asked { reversed: true, ..Asked::default() };
        assert!(mail.lacks(&other));
        let watch = mail.wait(2, other.clone());
        assert!(mail.give_up() && watch.is_given_up() && !mail.give_up());
        assert!(!mail.found(2, some(9)) && mail.lacks(&other));
        assert_eq!((mail.list.len, mail.found.len(), mail.edition), (5, 5, 1));
    }
}
