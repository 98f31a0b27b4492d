//! Finds commas, quotes and line feeds, sixty-four bytes at a time, without branches.
//!
//! With AVX2 where the processor has it, else eight bytes in a word at once; which of the two is
//! asked once for each call, and tests hold both against a byte-by-byte walk. A comma or line feed
//! inside quotes is no separator; a quote toggles, as doubled quotes then cancel out.
//!
//! One look tells all that anybody wants to know of a chunk: where fields and records end, and
//! whether there is anything in it that needs a closer look.

#![expect(clippy::inline_always, reason = "only inside a function compiled for AVX2 does the loop use it")]

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Bit `i` is set where byte `i` of the block is what the field says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    comma: u64,
    quote: u64,
    newline: u64,
}

/// What else a look finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// A line feed lies inside quotes, so that lines need not be records.
    pub wild: bool,
    /// There is a zero byte.
    pub zeros: bool,
    /// Behind a separating line feed stands what begins a header, or padding before one.
    pub marked: bool,
}

/// Offsets of separators, in memory that is used again: it holds more than counts.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    memory: Vec<u32>,
    count: usize,
}

impl Offsets {
    /// Those that count.
    #[inline]
    pub(super) fn get(&self) -> &[u32] {
        self.memory.get(..self.count).unwrap_or_default()
    }

    /// Forgets all but the first so many.
    pub(super) fn truncate(&mut self, count: usize) {
        self.count = count.min(self.count);
    }

    pub(super) fn push(&mut self, offset: u32) {
        self.make_room(1);
        if let Some(slot) = self.memory.get_mut(self.count) {
            (*slot, self.count) = (offset, self.count + 1);
        }
    }

    /// Makes room for so many more. What is never written to stays untouched memory.
    fn make_room(&mut self, more: usize) {
        let wanted = self.count + more;
        if self.memory.len() < wanted {
            let mut memory = vec![0; wanted.next_power_of_two()];
            for (to, from) in memory.iter_mut().zip(self.get()) {
                *to = *from;
            }
            self.memory = memory;
        }
    }
}

/// Writes the offsets of all set bits of the block at `at`; says how many.
#[inline(always)]
fn spread(mut bits: u64, at: u32, room: &mut [u32; 64]) -> usize {
    let count = bits.count_ones() as usize;
    let (few, more) = room.split_at_mut(FEW);
    let mut next = || {
        let offset = at + bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        offset
    };
    // Most blocks have no more, and these are written without a question how many they are.
    for slot in few {
        *slot = next();
    }
    if count > FEW {
        for slot in more.iter_mut().take(count - FEW) {
            *slot = next();
        }
    }
    count
}

/// So many offsets are written at once.
const FEW: usize = 3;

/// Bit `i` of the result is the parity of bits `0..=i`.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ (bits << 32)
}

/// Looks at text that begins outside quotes. Appends the offset of every separator outside quotes,
/// and for each line feed among them the number of offsets up to and including it to `records`.
pub(super) fn scan(data: &[u8], separators: &mut Offsets, records: &mut Offsets) -> Survey {
    #[cfg(target_arch = "x86_64")]
    if let Some(found) = x86::scan(data, separators, records) {
        return found;
    }
    portable::scan(data, separators, records)
}

/// `masks` is told each block, `parity` is [`prefix_xor`]. Zero bytes are left to the caller.
#[inline(always)]
fn scan_by(
    data: &[u8],
    mut masks: impl FnMut(&[u8; 64]) -> Masks,
    parity: impl Fn(u64) -> u64,
    separators: &mut Offsets,
    records: &mut Offsets,
) -> Survey {
    let mut found = Survey::default();
    separators.make_room(data.len() + 64);
    records.make_room(data.len());
    let (Offsets { memory, count }, Offsets { memory: ends, count: end }) = (separators, records);
    let (mut inside, mut rest, mut at) = (0u64, data, 0);
    let mut last = [b' '; 64];
    while !rest.is_empty() {
        // The last block is filled up with a byte that means nothing. One place calls all that is
        // called below, or it would not become part of this loop.
        let block = match rest.split_first_chunk::<64>() {
            Some((block, behind)) => {
                rest = behind;
                block
            }
            None => {
                for (to, from) in last.iter_mut().zip(std::mem::take(&mut rest)) {
                    *to = *from;
                }
                &last
            }
        };
        let m = masks(block);
        let quoted = parity(m.quote) ^ inside;
        inside = 0u64.wrapping_sub(quoted >> 63);
        let bits = (m.comma | m.newline) & !quoted;
        let mut newline = m.newline & !quoted;
        found.wild |= newline != m.newline;
        let Some(room) = memory.get_mut(*count..).and_then(|m| m.first_chunk_mut()) else { break };
        let before = *count as u32;
        // The number of separators up to a line feed is known without walking them.
        while newline != 0 {
            let upto = newline ^ (newline - 1);
            if let Some(slot) = ends.get_mut(*end) {
                (*slot, *end) = (before + (bits & upto).count_ones(), *end + 1);
            }
            let next = data.get(at + newline.trailing_zeros() as usize + 1);
            found.marked |= next.is_some_and(|b| may_begin_a_header(*b));
            newline &= newline - 1;
        }
        *count += spread(bits, at as u32, room);
        at += 64;
    }
    found
}

/// Whether a header line, or zeros and byte-order marks before one, may begin with this byte.
#[inline(always)]
pub(super) fn may_begin_a_header(byte: u8) -> bool {
    matches!(byte, b'#' | 0 | 0xEF)
}

/// All that both scanners find: the one of this processor and the portable one. For the oracle.
pub(super) fn both(data: &[u8]) -> [(Survey, Vec<u32>, Vec<u32>); 2] {
    let mut found = [(); 2].map(|()| (Offsets::default(), Offsets::default()));
    let [(one, one_ends), (two, two_ends)] = &mut found;
    let surveys = [scan(data, one, one_ends), portable::scan(data, two, two_ends)];
    let mut surveys = surveys.into_iter();
    found.map(|(offsets, ends)| {
        (surveys.next().unwrap_or_default(), offsets.get().to_vec(), ends.get().to_vec())
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::scanners_agree;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn separators_equal_a_byte_by_byte_walk(data in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'#'), Just(0xEF), Just(b'a'), any::<u8>()], 0..400)) {
            prop_assert!(scanners_agree(&data));
        }

        #[test]
        fn dense_and_sparse_blocks_alike(data in proptest::collection::vec(prop_oneof![20 => Just(b','), 1 => Just(b'"'), 1 => Just(b'\n'), 9 => Just(b'a')], 0..2000)) {
            prop_assert!(scanners_agree(&data));
        }
    }
}
