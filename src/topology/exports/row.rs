//! A row of an export as its reader sees it: cells by name, and a place for complaints.

use std::borrow::Cow;

use super::cells;
use super::table::{Cell, Table};
use super::{Cmdlet, Problem};

/// One row, and who complains about it.
#[derive(Debug)]
pub(super) struct Row<'t> {
    pub table: &'t Table<'t>,
    pub cells: &'t [Cell<'t>],
    pub number: u64,
    pub file: &'t str,
    /// Which of the files it is.
    pub file_number: usize,
    pub cmdlet: &'static Cmdlet,
    pub problems: &'t mut Vec<Problem>,
}

impl<'t> Row<'t> {
    /// Whether the export has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.table.has(column)
    }

    fn cell(&self, column: &str) -> Option<&'t Cell<'t>> {
        let place = self.table.place(column)?;
        Some(self.cells.get(place).unwrap_or(&Cell::Empty))
    }

    /// Says that a cell, or the row, is not as it should be, so that part of it is not used.
    pub(super) fn wrong(&mut self, column: &str, found: &str, expected: &str) {
        self.complain(column, format!("'{found}' is not {expected}"));
    }

    fn complain(&mut self, column: &str, text: String) {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            row: Some(self.number),
            column: (!column.is_empty()).then(|| column.to_owned()),
            text,
            error: true,
        });
    }

    /// Says that PowerShell wrote a type in place of values, and which line keeps them.
    fn lost(&mut self, column: &str, text: &str) {
        let what = format!(
            "the values were lost, '{text}' stands in their place; export with: {}",
            self.cmdlet.export
        );
        self.complain(column, what);
    }

    /// The text of a cell; `None` if it is empty or its column is not there.
    pub(super) fn text(&mut self, column: &str) -> Option<Cow<'t, str>> {
        let text: Cow<'t, str> = match self.cell(column)? {
            Cell::Empty => return None,
            Cell::Text(text) => Cow::Borrowed(&**text),
            Cell::List(all) => all.join(" ").into(),
        };
        if cells::is_lost(&text) {
            self.lost(column, &text);
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    /// The text of a cell that must not be empty.
    pub(super) fn need(&mut self, column: &str, expected: &str) -> Option<Cow<'t, str>> {
        let text = self.text(column);
        let complained = self.problems.last().is_some_and(|p| {
            p.row == Some(self.number) && p.file == self.file && p.column.as_deref() == Some(column)
        });
        if text.is_none() && !complained {
            self.complain(column, format!("it is empty; expected {expected}"));
        }
        text
    }

    /// A cell of several values as it stands; `None` if its column is not there or its values were lost.
    pub(super) fn several(&mut self, column: &str) -> Option<&'t Cell<'t>> {
        let cell = self.cell(column)?;
        let lost = match cell {
            Cell::Empty => None,
            Cell::Text(text) => Some(&**text).filter(|t| cells::is_lost(t)),
            Cell::List(all) => all.iter().map(String::as_str).find(|t| cells::is_lost(t)),
        };
        if let Some(lost) = lost {
            self.lost(column, lost);
            return None;
        }
        Some(cell)
    }

    /// The values of a cell; `None` if its column is not there or its values were lost.
    pub(super) fn list(&mut self, column: &str) -> Option<Vec<String>> {
        Some(match self.several(column)? {
            Cell::Empty => Vec::new(),
            Cell::Text(text) => cells::values(text),
            Cell::List(all) => all.clone(),
        })
    }

    /// A cell that is True or False; `None` if it is neither, empty or not there.
    pub(super) fn flag(&mut self, column: &str) -> Option<bool> {
        let text = self.text(column)?;
        match text.trim_start_matches('$').to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.wrong(column, &text, "True or False");
                None
            }
        }
    }
}
