//! Lines that are typed: one, or a few that belong together.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Characters that are pasted at once; more is a slip of the hand.
const LONGEST: usize = 1000;

/// What is typed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Search,
    Filter,
    Time,
    Export,
    /// The file is there: replace it?
    Replace(String),
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub label: &'static str,
    /// Characters.
    text: Vec<char>,
    /// Before which of them something is put in.
    cursor: usize,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl Field {
    pub(super) fn new(label: &'static str, text: &str) -> Self {
        let text: Vec<char> = text.chars().collect();
        Self { label, cursor: text.len(), text, error: None }
    }

    pub(super) fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// What stands before the cursor, and behind it.
    pub(super) fn halves(&self) -> (String, String) {
        let (before, behind) = self.text.split_at(self.cursor.min(self.text.len()));
        (before.iter().collect(), behind.iter().collect())
    }

    /// Puts a text in; of several lines only the first, and no control characters.
    pub(super) fn put(&mut self, text: &str) {
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let chars: Vec<char> = line.trim_end().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        let many = chars.len();
        self.text.splice(self.cursor..self.cursor, chars);
        self.cursor += many;
        self.error = None;
    }

    fn type_in(&mut self, c: char) {
        self.text.insert(self.cursor, c);
        self.cursor += 1;
        self.error = None;
    }

    fn cut(&mut self, from: usize, to: usize) {
        if from < to && to <= self.text.len() {
            self.text.drain(from..to);
            self.cursor = from;
            self.error = None;
        }
    }

    /// Where the word before the cursor begins.
    fn word(&self) -> usize {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        let end = before.iter().rposition(|c| *c != ' ').map_or(0, |at| at + 1);
        let before = before.get(..end).unwrap_or_default();
        before.iter().rposition(|c| *c == ' ').map_or(0, |at| at + 1)
    }

    fn key(&mut self, key: KeyEvent) {
        let len = self.text.len();
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            match key.code {
                KeyCode::Char('u') => self.cut(0, self.cursor),
                KeyCode::Char('k') => {
                    let at = self.cursor;
                    self.cut(at, len);
                }
                KeyCode::Char('w') => self.cut(self.word(), self.cursor),
                KeyCode::Char('a') => self.cursor = 0,
                KeyCode::Char('e') => self.cursor = len,
                KeyCode::Char('h') => self.cut(self.cursor.saturating_sub(1), self.cursor),
                _ => {}
            }
            return;
        }
        match key.code {
            KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::ALT) => self.type_in(c),
            KeyCode::Backspace => self.cut(self.cursor.saturating_sub(1), self.cursor),
            KeyCode::Delete => self.cut(self.cursor, self.cursor + 1),
            KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Right => self.cursor = (self.cursor + 1).min(len),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = len,
            _ => {}
        }
    }
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub purpose: Purpose,
    pub title: &'static str,
    /// How to fill it in.
    pub hint: String,
    pub fields: Vec<Field>,
    /// Which is typed in.
    pub at: usize,
}

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    More,
    Done,
    Dropped,
}

impl Form {
    pub(super) fn key(&mut self, key: KeyEvent) -> Typed {
        let last = self.fields.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Typed::Dropped,
            KeyCode::Enter => return Typed::Done,
            KeyCode::Tab | KeyCode::Down => self.at = if self.at >= last { 0 } else { self.at + 1 },
            KeyCode::BackTab | KeyCode::Up => self.at = self.at.checked_sub(1).unwrap_or(last),
            _ => {
                if let Some(field) = self.fields.get_mut(self.at) {
                    field.key(key);
                }
            }
        }
        Typed::More
    }

    /// Puts a text in where the cursor is.
    pub(super) fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.put(text);
        }
    }

    /// Says what is wrong with a line, and goes there.
    pub(super) fn blame(&mut self, at: usize, error: String) {
        if let Some(field) = self.fields.get_mut(at) {
            field.error = Some(error);
            self.at = at;
        }
    }

    /// What stands in a line, without blanks around it; `None` if nothing.
    pub(super) fn text(&self, at: usize) -> Option<String> {
        let text = self.fields.get(at)?.text().trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(form: &mut Form, keys: &str) {
        for c in keys.chars() {
            form.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    #[test]
    fn lines_are_typed_and_mended() {
        let fields = vec![Field::new("one", "a b"), Field::new("two", "")];
        let mut form = Form { purpose: Purpose::Time, title: "", hint: String::new(), fields, at: 0 };
        let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        press(&mut form, "üc");
        form.key(plain(KeyCode::Left));
        form.key(plain(KeyCode::Backspace));
        assert_eq!(form.text(0).as_deref(), Some("a bc"));
        assert_eq!(form.fields[0].halves(), ("a b".to_owned(), "c".to_owned()));
        form.key(ctrl('w'));
        assert_eq!(form.text(0).as_deref(), Some("a c"));
        form.key(ctrl('u'));
        form.key(plain(KeyCode::Delete));
        form.key(plain(KeyCode::Delete));
        assert_eq!(form.text(0), None);
        form.blame(0, "no".to_owned());
        form.key(plain(KeyCode::Tab));
        form.paste("\n  x\x1b[31m y \nrm -rf");
        assert_eq!(form.text(1).as_deref(), Some("x[31m y"));
        form.key(plain(KeyCode::Down));
        assert_eq!((form.at, form.fields[0].error.as_deref()), (0, Some("no")));
        press(&mut form, "z");
        assert_eq!(form.fields[0].error, None);
        assert_eq!(form.key(plain(KeyCode::Enter)), Typed::Done);
        assert_eq!(form.key(plain(KeyCode::Esc)), Typed::Dropped);
    }
}
