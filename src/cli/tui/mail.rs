//! A list of messages: how many there are, and those of them that were read to be shown.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::inquiry::asked::Asked;
use super::super::inquiry::line::Line;
use super::list::List;

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

/// A list of messages.
#[derive(Debug)]
pub(super) struct Mail {
    pub slot: Slot,
    pub list: List,
    /// What is shown was found for this; `None` while nothing was found yet.
    pub shown: Option<Asked>,
    /// By which number whoever looks knows what is shown.
    pub edition: u64,
    /// Asked for: by which number, what, and for what the list was shown before.
    waiting: Option<(u64, Asked)>,
    pages: BTreeMap<usize, Vec<Line>>,
    /// Pages that are asked for.
    coming: Range<usize>,
}

impl Mail {
    pub(super) fn new(slot: Slot) -> Self {
        Self {
            slot,
            list: List::default(),
            shown: None,
            edition: 0,
            waiting: None,
            pages: BTreeMap::new(),
            coming: 0..0,
        }
    }

    /// Whether something else must be asked for than what is shown or on its way.
    pub(super) fn lacks(&self, asked: &Asked) -> bool {
        match &self.waiting {
            Some((_, waiting)) => waiting != asked,
            None => self.shown.as_ref() != Some(asked),
        }
    }

    pub(super) fn wait(&mut self, edition: u64, asked: Asked) {
        self.waiting = Some((edition, asked));
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Waits no more; gives the number of what it waited for.
    pub(super) fn give_up(&mut self) -> Option<u64> {
        self.waiting.take().map(|(edition, _)| edition)
    }

    /// So many were found. Whether it waited for that.
    pub(super) fn found(&mut self, edition: u64, count: usize) -> bool {
        match self.waiting.take_if(|(waiting, _)| *waiting == edition) {
            Some((edition, asked)) => {
                // The same messages in another order, or others: the first of them is where to begin.
                (self.edition, self.shown) = (edition, Some(asked));
                self.pages.clear();
                self.coming = 0..0;
                self.list.at = 0;
                self.list.set_len(count);
                true
            }
            None => false,
        }
    }

    /// What is shown is not kept by whoever looks.
    pub(super) fn lost(&mut self, edition: u64) {
        if edition == self.edition {
            self.shown = None;
            self.coming = 0..0;
        }
    }

    /// Nothing can be found for what it waited for.
    pub(super) fn failed(&mut self, edition: u64) -> bool {
        match self.waiting.take_if(|(waiting, _)| *waiting == edition) {
            Some((_, asked)) => {
                self.shown.get_or_insert(asked);
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

    #[test]
    fn only_pages_that_are_seen_are_read_and_only_some_kept() {
        let mut mail = Mail::new(Slot::All);
        mail.list.fit(20);
        assert!(mail.lacks(&Asked::default()));
        mail.wait(7, Asked::default());
        assert!(!mail.lacks(&Asked::default()) && mail.is_waiting());
        assert!(!mail.found(6, 10), "an old answer");
        assert!(mail.found(7, 470_000) && !mail.found(7, 3));
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
        mail.found(1, 5);
        let other = Asked { reversed: true, ..Asked::default() };
        assert!(mail.lacks(&other));
        mail.wait(2, other.clone());
        assert_eq!(mail.give_up(), Some(2));
        assert!(!mail.found(2, 9) && mail.list.len == 5 && mail.lacks(&other));
    }
}
