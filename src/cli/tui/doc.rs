//! A text that is scrolled. Parts of it may stand for rows of the log, and can be chosen.

use std::ops::Range;

use ratatui::text::Line;

use super::keys::Move;
use super::painted::fold;
use crate::model::finding::Evidence;

/// A part of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub lines: Vec<Line<'static>>,
    /// The row it stands for. Its line is 0 where a recipient has no row.
    pub row: Option<Evidence>,
    /// It belongs to the second half of the text, which Tab leads to.
    pub second: bool,
}

impl Block {
    pub(super) fn of(lines: Vec<Line<'static>>) -> Self {
        Self { lines, ..Self::default() }
    }
}

/// A part that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stop {
    lines: Range<usize>,
    row: Evidence,
    second: bool,
}

/// A text in lines that fit.
#[derive(Clone, Debug, Default)]
pub(super) struct Doc {
    pub lines: Vec<Line<'static>>,
    stops: Vec<Stop>,
    at: usize,
    top: usize,
    height: usize,
}

impl Doc {
    /// Puts another text in its place, or the same for another width; what is chosen stays.
    pub(super) fn set(&mut self, blocks: Vec<Block>, width: usize) {
        self.lines.clear();
        self.stops.clear();
        for block in blocks {
            let from = self.lines.len();
            self.lines.extend(block.lines.into_iter().flat_map(|line| fold(line, width)));
            if let Some(row) = block.row {
                let blank = |line: &Line<'_>| line.width() == 0;
                let skip = self.lines.iter().skip(from).take_while(|line| blank(line)).count();
                self.stops.push(Stop { lines: from + skip..self.lines.len(), row, second: block.second });
            }
        }
        self.keep();
    }

    pub(super) fn fit(&mut self, height: usize) {
        if self.height != height {
            self.height = height;
            self.keep();
        }
    }

    /// What is chosen stays in sight; of the first the beginning of the text, which stands above it.
    fn keep(&mut self) {
        if self.at > 0 {
            self.follow();
        }
        self.top = self.top.min(self.lowest());
    }

    pub(super) fn go(&mut self, to: Move) {
        let page = self.height.max(2) - 1;
        let last = self.stops.len().saturating_sub(1);
        match to {
            Move::Up if self.stops.is_empty() => self.top = self.top.saturating_sub(1),
            Move::Down if self.stops.is_empty() => self.top += 1,
            // Above the first and below the last there may be more to read.
            Move::Up if self.at == 0 => self.top = self.top.saturating_sub(1),
            Move::Down if self.at == last => self.top += 1,
            Move::Up => self.choose(self.at - 1),
            Move::Down => self.choose(self.at + 1),
            Move::PageUp => self.scroll(self.top.saturating_sub(page)),
            Move::PageDown => self.scroll(self.top + page),
            Move::First => (self.at, self.top) = (0, 0),
            Move::Last => (self.at, self.top) = (last, usize::MAX),
        }
        self.top = self.top.min(self.lowest());
    }

    /// From the first half to the second, and back.
    pub(super) fn switch(&mut self) {
        let now = self.stops.get(self.at).is_some_and(|stop| stop.second);
        if let Some(other) = self.stops.iter().position(|stop| stop.second != now) {
            self.choose(other);
            // What stands above its half should be seen too.
            if let Some(stop) = self.stops.get(other) {
                let above = stop.lines.start.saturating_sub(self.height / 3);
                self.top = if now { 0 } else { above }.min(self.lowest());
                self.follow();
            }
        }
    }

    /// The row that what is chosen stands for.
    pub(super) fn row(&self) -> Option<&Evidence> {
        self.stops.get(self.at).map(|stop| &stop.row)
    }

    /// Lines that are chosen.
    pub(super) fn chosen(&self) -> Range<usize> {
        self.stops.get(self.at).map_or(0..0, |stop| stop.lines.clone())
    }

    /// Lines that are seen.
    pub(super) fn seen(&self) -> Range<usize> {
        self.top..(self.top + self.height).min(self.lines.len())
    }

    /// Which is chosen, of how many.
    pub(super) fn place(&self) -> Option<(usize, usize)> {
        (!self.stops.is_empty()).then_some((self.at + 1, self.stops.len()))
    }

    /// Whether there is more of it below what is seen.
    pub(super) fn goes_on(&self) -> bool {
        self.seen().end < self.lines.len()
    }

    fn lowest(&self) -> usize {
        self.lines.len().saturating_sub(self.height.max(1))
    }

    fn choose(&mut self, at: usize) {
        self.at = at;
        self.follow();
    }

    /// Moves the text; of what is seen then, the first that was not passed is chosen.
    fn scroll(&mut self, top: usize) {
        let down = top > self.top;
        self.top = top.min(self.lowest());
        let seen = self.seen();
        let inside = |stop: &Stop| seen.contains(&stop.lines.start);
        let found = if down && self.top == self.lowest() {
            self.stops.iter().rposition(inside)
        } else {
            self.stops.iter().position(inside)
        };
        self.at = found.unwrap_or(self.at);
    }

    fn follow(&mut self) {
        self.at = self.at.min(self.stops.len().saturating_sub(1));
        if let Some(stop) = self.stops.get(self.at) {
            // Whole if there is room, else its beginning.
            let Range { start, end } = stop.lines;
            self.top = self.top.clamp(end.saturating_sub(self.height.max(1)).min(start), start);
        }
        self.top = self.top.min(self.lowest());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(stops: usize) -> Doc {
        let row = |line| Evidence { file: String::new(), line, offset: 0 };
        let mut blocks = vec![Block::of(vec![Line::from("head"); 4])];
        blocks.extend((0..stops).map(|i| Block {
            lines: vec![Line::from(""), Line::from(format!("stop {i}")), Line::from("more")],
            row: Some(row(i as u64 + 1)),
            second: i >= 3,
        }));
        let mut doc = Doc::default();
        doc.fit(6);
        doc.set(blocks, 40);
        doc
    }

    #[test]
    fn a_text_without_rows_scrolls() {
        let mut doc = doc(0);
        doc.go(Move::Down);
        assert_eq!((doc.seen(), doc.row(), doc.place()), (0..4, None, None));
        doc.fit(2);
        doc.go(Move::Down);
        assert_eq!(doc.seen(), 1..3);
        doc.go(Move::Last);
        assert_eq!(doc.seen(), 2..4);
        doc.go(Move::First);
        assert_eq!(doc.seen(), 0..2);
    }

    #[test]
    fn what_is_chosen_is_seen_whole() {
        let mut doc = doc(6);
        assert_eq!((doc.chosen(), doc.seen()), (5..7, 0..6), "a text is read from its beginning on");
        doc.go(Move::Down);
        doc.go(Move::Up);
        assert_eq!((doc.chosen(), doc.seen()), (5..7, 4..10));
        doc.go(Move::First);
        doc.fit(6);
        assert_eq!(doc.seen(), 0..6);
        for _ in 0..9 {
            doc.go(Move::Down);
            let (chosen, seen) = (doc.chosen(), doc.seen());
            assert!(seen.start <= chosen.start && chosen.end <= seen.end, "{chosen:?} in {seen:?}");
        }
        assert_eq!(doc.place(), Some((6, 6)));
        doc.go(Move::PageUp);
        doc.go(Move::First);
        assert_eq!((doc.seen(), doc.row().map(|row| row.line)), (0..6, Some(1)));
        doc.switch();
        assert_eq!(doc.row().map(|row| row.line), Some(4));
        doc.switch();
        assert_eq!(doc.row().map(|row| row.line), Some(1));
        doc.go(Move::PageDown);
        assert!(doc.seen().contains(&doc.chosen().start));
        doc.fit(1);
        doc.go(Move::Down);
        assert!(doc.seen().contains(&doc.chosen().start));
    }
}
