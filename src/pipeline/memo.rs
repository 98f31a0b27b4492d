//! What came of a text when it was met last. Logs say few things often, so most of the work on a field is
//! to see that it says the same again.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

/// Longer texts are too seldom the same.
const LONGEST: usize = 512;

/// Texts have places of whole multiples of this, bytes, so that most fit where another was.
const ROOM: usize = 16;

/// Answers by text, of a bounded number of texts; the newer takes the place of the older.
#[derive(Debug)]
pub(super) struct Memo<T> {
    slots: Vec<Slot<T>>,
    /// The texts of all slots.
    texts: Vec<u8>,
    /// Bytes of texts before all is forgotten.
    most: usize,
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct Slot<T> {
    hash: u32,
    from: u32,
    length: u16,
    /// How long a text may be that takes its place.
    room: u16,
    value: T,
}

impl<T: Copy + Default> Memo<T> {
    /// `slots` is a power of two.
    pub(super) fn new(slots: usize) -> Self {
        let empty = Slot { hash: 0, from: 0, length: 0, room: 0, value: T::default() };
        Self {
            slots: vec![empty; slots],
            texts: Vec::new(),
            most: slots * 48,
            hasher: RandomState::default(),
        }
    }

    /// The answer for a text that is not empty: the one from before, else what `find` finds.
    #[inline]
    pub(super) fn get(&mut self, text: &[u8], find: impl FnOnce(&[u8]) -> T) -> T {
        let hash = self.hasher.hash_one(text);
        if let Some(value) = self.met(hash, text) {
            return value;
        }
        let value = find(text);
        self.keep(hash, text, value);
        value
    }

    /// The answer for a text that was met.
    #[inline]
    pub(super) fn find(&self, text: &[u8]) -> Option<T> {
        self.met(self.hasher.hash_one(text), text)
    }

    #[inline]
    fn met(&self, hash: u64, text: &[u8]) -> Option<T> {
        let slot = self.slots.get(hash as usize & (self.slots.len() - 1))?;
        if slot.hash != (hash >> 32) as u32 || usize::from(slot.length) != text.len() {
            return None;
        }
        let from = slot.from as usize;
        (self.texts.get(from..from + text.len()) == Some(text)).then_some(slot.value)
    }

    fn keep(&mut self, hash: u64, text: &[u8], value: T) {
        if text.len() > LONGEST {
            return;
        }
        let room = text.len().next_multiple_of(ROOM);
        if self.texts.len() + room > self.most {
            self.texts.clear();
            self.slots.iter_mut().for_each(|slot| (slot.length, slot.room) = (0, 0));
        }
        let number = hash as usize & (self.slots.len() - 1);
        let Some(slot) = self.slots.get_mut(number) else { return };
        let place = slot.from as usize..slot.from as usize + text.len();
        match self.texts.get_mut(place).filter(|_| usize::from(slot.room) >= text.len()) {
            Some(place) => place.copy_from_slice(text),
            None => {
                (slot.from, slot.room) = (self.texts.len() as u32, room as u16);
                self.texts.extend_from_slice(text);
                self.texts.resize(slot.from as usize + room, 0);
            }
        }
        (slot.hash, slot.length, slot.value) = ((hash >> 32) as u32, text.len() as u16, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_answer_is_that_of_its_text(texts in proptest::collection::vec("[ab]{1,6}|[a-c]{0,600}", 0..400)) {
            let mut memo = Memo::<usize>::new(16);
            let count = |text: &[u8]| memchr::memchr_iter(b'a', text).count() * 1000 + text.len();
            for text in texts.iter().filter(|t| !t.is_empty()) {
                let before = memo.find(text.as_bytes());
                prop_assert!(before.is_none_or(|n| n == count(text.as_bytes())));
                prop_assert_eq!(memo.get(text.as_bytes(), count), count(text.as_bytes()));
            }
        }
    }
}
