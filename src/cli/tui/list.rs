//! A place in a list, of which only some lines are seen.

use std::ops::Range;

use super::keys::Move;

/// A list as long as it may be; what stands in it is kept elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct List {
    pub len: usize,
    /// What is chosen.
    pub at: usize,
    top: usize,
    /// How many are seen.
    height: usize,
}

impl List {
    /// It has so many, from now on.
    pub(super) fn set_len(&mut self, len: usize) {
        self.len = len;
        self.follow();
    }

    /// So many are seen, from now on.
    pub(super) fn fit(&mut self, height: usize) {
        self.height = height;
        self.follow();
    }

    pub(super) fn go(&mut self, to: Move) {
        let page = self.height.max(2) - 1;
        self.at = match to {
            Move::Up => self.at.saturating_sub(1),
            Move::Down => self.at.saturating_add(1),
            Move::PageUp => self.at.saturating_sub(page),
            Move::PageDown => self.at.saturating_add(page),
            Move::First => 0,
            Move::Last => self.len,
        };
        self.follow();
    }

    /// Those that are seen.
    pub(super) fn seen(&self) -> Range<usize> {
        self.top..self.top.saturating_add(self.height).min(self.len)
    }

    /// Keeps what is chosen in the list and in sight, and no empty lines at the end.
    fn follow(&mut self) {
        self.at = self.at.min(self.len.saturating_sub(1));
        let height = self.height.max(1);
        let lowest = self.len.saturating_sub(height);
        self.top = self.top.clamp((self.at + 1).saturating_sub(height), self.at).min(lowest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_stays_in_sight() {
        let mut list = List::default();
        list.fit(5);
        list.go(Move::Down);
        assert_eq!((list.at, list.seen()), (0, 0..0), "an empty list has no second line");
        list.set_len(470_000);
        list.go(Move::Last);
        assert_eq!((list.at, list.seen()), (469_999, 469_995..470_000));
        list.go(Move::PageUp);
        assert_eq!((list.at, list.seen()), (469_995, 469_995..470_000));
        list.go(Move::Up);
        assert_eq!((list.at, list.seen()), (469_994, 469_994..469_999));
        list.fit(2);
        assert_eq!(list.seen(), 469_994..469_996);
        list.set_len(3);
        assert_eq!((list.at, list.seen()), (2, 1..3));
        list.fit(0);
        assert_eq!(list.seen(), 2..2);
        list.go(Move::First);
        list.fit(9);
        assert_eq!((list.at, list.seen()), (0, 0..3));
    }
}
