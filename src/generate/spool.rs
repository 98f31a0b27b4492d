//! Rows wait here until no earlier one can come, and then go into the files in order of time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io;

use super::files::Shelf;

/// How far back a slow clock may put a row, ms.
pub(super) const SLACK: i64 = 10_000;

/// A row that waits.
struct Pending {
    at: i64,
    number: u64,
    stream: usize,
    line: String,
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pending {}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pending {
    /// The earliest is the greatest, for the heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// The rows that wait.
#[derive(Default)]
pub(super) struct Spool {
    heap: BinaryHeap<Pending>,
    next: u64,
    /// Used lines, to be filled again.
    spare: Vec<String>,
}

impl Spool {
    /// An empty line to write a row into.
    pub(super) fn line(&mut self) -> String {
        self.spare.pop().unwrap_or_else(|| String::with_capacity(1_200))
    }

    /// Puts a row in its place.
    pub(super) fn push(&mut self, at: i64, stream: usize, line: String) {
        self.heap.push(Pending { at, number: self.next, stream, line });
        self.next += 1;
    }

    /// Writes what lies before a time; everything, if none is given.
    pub(super) fn advance(&mut self, before: Option<i64>, shelf: &mut Shelf<'_>) -> io::Result<()> {
        while let Some(first) = self.heap.peek() {
            if before.is_some_and(|b| first.at >= b - SLACK) {
                break;
            }
            let Some(mut row) = self.heap.pop() else { break };
            shelf.write(row.stream, row.at, &row.line)?;
            row.line.clear();
            if self.spare.len() < 1_024 {
                self.spare.push(row.line);
            }
        }
        Ok(())
    }
}
