//! A small text that the user wrote or kept, and complaints that name the place in it.

use std::path::Path;

use super::options::Usage;
use crate::input::read_text;

/// The text and where it stands.
#[derive(Debug)]
pub(super) struct Document {
    /// As the user knows it.
    pub name: String,
    pub text: String,
}

impl Document {
    /// Reads what a flag names.
    pub(super) fn read(flag: &str, path: &Path) -> Result<Self, Usage> {
        let name = path.display().to_string();
        let bytes = read_text(path).map_err(|e| Usage(format!("{flag}: {name}: {e}")))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(e) => {
                let upto = e.utf8_error().valid_up_to();
                let good = e.as_bytes().get(..upto).map(String::from_utf8_lossy).unwrap_or_default();
                let document = Self { name, text: good.into_owned() };
                Err(document.complaint(upto, "this is no text; UTF-8 or UTF-16 is expected"))
            }
        }
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.text.bytes().take(offset);
        let line = before.clone().filter(|b| *b == b'\n').count() + 1;
        let start = before.rev().take_while(|b| *b != b'\n').count();
        let column = self.text.get(offset.saturating_sub(start)..offset).map_or(start, |l| l.chars().count());
        (line, column + 1)
    }

    /// What is wrong at a byte.
    pub(super) fn complaint(&self, offset: usize, what: &str) -> Usage {
        let (line, column) = self.place(offset.min(self.text.len()));
        self.complaint_at((line, column), what)
    }

    /// What is wrong at a line and column.
    pub(super) fn complaint_at(&self, (line, column): (usize, usize), what: &str) -> Usage {
        Usage(format!("{}:{line}:{column}: {what}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let document = Document { name: "x".to_owned(), text: "a\nüb\n\nc".to_owned() };
        let places: Vec<_> = [0, 1, 2, 4, 5, 6, 7, 8].map(|at| document.place(at)).into();
        assert_eq!(places, [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 1), (4, 1), (4, 2)]);
        assert_eq!(document.complaint(99, "what").0, "x:4:2: what");
    }
}
