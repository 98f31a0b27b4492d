//! The smallest pseudonyms: a word, a GUID, a session.

use super::key::{Key, Kind};
use super::{Redactor, Sort};
use crate::model::name::{fold_case, guid_text};
use crate::parse::values::guid;

/// Letters of a pseudonym.
const LETTERS: usize = 12;
/// Letters for a text of more than [`LONG`] bytes. Those are ids: there may be more of them than people.
const MORE_LETTERS: usize = 20;
/// A text of so many bytes is no longer a short one.
const LONG: usize = 20;

/// How a text is spelled; its pseudonym is spelled alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    Lower,
    Upper,
    /// The first letter alone is large.
    Capital,
    /// In no regular way: two such spellings of one text have two pseudonyms that differ in case.
    Mixed,
}

impl Spelling {
    fn of(text: &[u8]) -> Self {
        let (small, large) =
            (text.iter().any(u8::is_ascii_lowercase), text.iter().any(u8::is_ascii_uppercase));
        let tail = text.get(1..).unwrap_or_default();
        match (small, large) {
            // What is no UTF-8 is folded to the same as other such text.
            _ if std::str::from_utf8(text).is_err() => Self::Mixed,
            (_, false) => Self::Lower,
            (false, true) => Self::Upper,
            (true, true) if !tail.iter().any(u8::is_ascii_uppercase) => Self::Capital,
            (true, true) => Self::Mixed,
        }
    }

    fn put_on(self, letters: &mut [u8], key: &Key, text: &[u8]) {
        match self {
            Self::Lower => {}
            Self::Upper => letters.make_ascii_uppercase(),
            Self::Capital => letters.iter_mut().take(1).for_each(u8::make_ascii_uppercase),
            Self::Mixed => {
                let bits = key.bytes(Kind::Spelling, text);
                let odd = letters.iter_mut().zip(bits).filter(|(_, bits)| bits % 2 == 1);
                odd.for_each(|(b, _)| b.make_ascii_uppercase());
            }
        }
    }
}

/// The pseudonym of a text as a whole. Texts that differ in case only have the same letters.
fn pseudonym(key: &Key, text: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(text.len());
    fold_case(text, &mut folded);
    let letters = if folded.len() > LONG { MORE_LETTERS } else { LETTERS };
    let bytes = key.bytes(Kind::Word, &folded);
    let mut out: Vec<u8> = bytes.iter().take(letters).map(|b| b'a' + b % 26).collect();
    Spelling::of(text).put_on(&mut out, key, text);
    out
}

impl Redactor<'_> {
    /// Writes the pseudonym of a text that is one name.
    pub(super) fn word(&mut self, text: &[u8], out: &mut Vec<u8>) {
        if !text.is_empty() {
            self.remembered(Sort::Word, text, out, |this, text, out| {
                out.extend_from_slice(&pseudonym(&this.rules.key, text));
            });
        }
    }

    /// Writes another GUID for a GUID, with or without dashes; false if it is none. Zeros stay zeros.
    pub(super) fn guid(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(value) = guid(text) else {
            let zeros = matches!(text.len(), 32 | 36) && text.iter().all(|b| matches!(b, b'0' | b'-'));
            if zeros {
                out.extend_from_slice(text);
            }
            return zeros;
        };
        let bytes = self.rules.key.bytes(Kind::Guid, &value.to_be_bytes());
        let other = bytes.first_chunk().map_or(0, |head| u128::from_be_bytes(*head));
        let mut new = guid_text(other);
        if text.len() == 32 {
            new.retain(|c| c != '-');
        }
        hexadecimal(&new, text, out);
        true
    }

    /// Writes sixteen other hexadecimal digits for sixteen, as sessions are named; false if it is no such text.
    pub(super) fn session(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let is_one = text.len() == 16 && text.iter().all(u8::is_ascii_hexdigit);
        if !is_one || text.iter().all(u8::is_ascii_digit) {
            return false;
        }
        let number = self.rules.key.number(Kind::Hex, &text.to_ascii_uppercase());
        hexadecimal(&format!("{number:016x}"), text, out);
        true
    }
}

/// Writes digits with letters as large as those they stand for.
fn hexadecimal(new: &str, old: &[u8], out: &mut Vec<u8>) {
    let upper = Spelling::of(old) == Spelling::Upper;
    out.extend(new.bytes().map(|b| if upper { b.to_ascii_uppercase() } else { b }));
}
