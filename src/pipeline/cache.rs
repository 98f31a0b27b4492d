//! The names a thread met last.

use crate::model::name::{EMPTY, Names, Symbol};

const CACHE: usize = 1 << 12;
const INLINE: usize = 48;

/// The names a thread met last, so that most of them cost no lock.
#[derive(Debug)]
pub(super) struct NameCache {
    slots: Vec<([u8; INLINE], u8, Symbol)>,
}

impl NameCache {
    pub(super) fn new() -> Self {
        Self { slots: vec![([0; INLINE], 0, EMPTY); CACHE] }
    }

    /// The symbol of a text, from here or from the table.
    pub(super) fn intern(&mut self, names: &Names, text: &[u8]) -> Symbol {
        if text.is_empty() {
            return EMPTY;
        }
        let hash = names.hash(text);
        if text.len() > INLINE {
            return names.intern_hashed(hash, text);
        }
        let Some((bytes, length, symbol)) = self.slots.get_mut(hash as usize % CACHE) else { return EMPTY };
        if usize::from(*length) == text.len() && bytes.starts_with(text) {
            return *symbol;
        }
        let found = names.intern_hashed(hash, text);
        for (to, from) in bytes.iter_mut().zip(text) {
            *to = *from;
        }
        (*length, *symbol) = (text.len() as u8, found);
        found
    }
}
