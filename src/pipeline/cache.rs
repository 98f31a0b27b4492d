//! What a thread met last: names, and messages of which it has kept a row.

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

/// Keys of messages of which this thread has kept a row that moves them. An annotation of such a
/// message is of no use; most follow soon, so a few thousand keys spare most of them the work.
#[derive(Debug)]
pub(super) struct Recent {
    slots: Vec<u128>,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { slots: vec![0; CACHE] }
    }

    /// Whether the key is among them. The key 0 names nothing.
    pub(super) fn holds(&self, key: u128) -> bool {
        key != 0 && self.slots.get(slot(key)) == Some(&key)
    }

    /// Adds a key in place of another.
    pub(super) fn add(&mut self, key: u128) {
        if let Some(place) = self.slots.get_mut(slot(key)) {
            *place = key;
        }
    }
}

fn slot(key: u128) -> usize {
    ((key >> 96) ^ key) as usize % CACHE
}
