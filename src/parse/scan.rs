//! Finds commas, quotes and line feeds, sixty-four bytes at a time, without branches.
//!
//! With AVX2 where the processor has it, else eight bytes in a word at once; which of the two is
//! asked once for each call, and tests hold both against a byte-by-byte walk. A comma or line feed
//! inside quotes is no separator; a quote toggles, as doubled quotes then cancel out.

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

/// Calls `f` with each block of 64 bytes, the last one filled up with zeros, and its offset.
#[inline(always)]
fn blocks(data: &[u8], mut f: impl FnMut(&[u8; 64], usize)) {
    let (whole, rest) = data.as_chunks::<64>();
    for (i, block) in whole.iter().enumerate() {
        f(block, i * 64);
    }
    if !rest.is_empty() {
        let mut last = [0u8; 64];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        f(&last, whole.len() * 64);
    }
}

/// What a look over whole lines finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// One past the last line feed; 0 without one.
    pub end: usize,
    /// How many line feeds.
    pub lines: usize,
    /// No line feed lies inside quotes, so that lines are records.
    pub tame: bool,
}

/// Looks at lines that begin outside quotes.
pub(super) fn survey(data: &[u8]) -> Survey {
    #[cfg(target_arch = "x86_64")]
    if let Some(found) = x86::survey(data) {
        return found;
    }
    survey_by(data, portable::masks)
}

/// Appends the offset of every separator outside quotes to `separators`, and for each line feed
/// among them the number of separators up to and including it to `records`.
pub(super) fn separators(data: &[u8], separators: &mut Vec<u32>, records: &mut Vec<u32>) {
    #[cfg(target_arch = "x86_64")]
    if x86::separators(data, separators, records) {
        return;
    }
    separators_by(data, portable::masks, separators, records);
}

#[inline(always)]
fn survey_by(data: &[u8], masks: impl Fn(&[u8; 64]) -> Masks) -> Survey {
    let mut found = Survey { tame: true, ..Survey::default() };
    let mut inside = 0u64;
    blocks(data, |block, at| {
        let m = masks(block);
        let quoted = prefix_xor(m.quote) ^ inside;
        inside = 0u64.wrapping_sub(quoted >> 63);
        found.tame &= m.newline & quoted == 0;
        found.lines += m.newline.count_ones() as usize;
        if m.newline != 0 {
            found.end = at + 64 - m.newline.leading_zeros() as usize;
        }
    });
    found
}

#[inline(always)]
fn separators_by(
    data: &[u8],
    masks: impl Fn(&[u8; 64]) -> Masks,
    separators: &mut Vec<u32>,
    records: &mut Vec<u32>,
) {
    let mut inside = 0u64;
    blocks(data, |block, at| {
        let m = masks(block);
        let quoted = prefix_xor(m.quote) ^ inside;
        inside = 0u64.wrapping_sub(quoted >> 63);
        let mut bits = (m.comma | m.newline) & !quoted;
        let mut newline = m.newline & !quoted;
        let before = separators.len() as u32;
        // The number of separators up to a line feed is known without walking them.
        while newline != 0 {
            let upto = newline ^ (newline - 1);
            records.push(before + (bits & upto).count_ones());
            newline &= newline - 1;
        }
        separators.extend(std::iter::from_fn(|| {
            let next = bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
            (next < 64).then_some(at as u32 + next)
        }));
    });
}

/// All that both scanners find: the one of this processor and the portable one. For the oracle.
pub(super) fn both(data: &[u8]) -> [(Survey, Vec<u32>, Vec<u32>); 2] {
    let (mut by_processor, mut portable) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    separators(data, &mut by_processor.0, &mut by_processor.1);
    separators_by(data, portable::masks, &mut portable.0, &mut portable.1);
    [
        (survey(data), by_processor.0, by_processor.1),
        (survey_by(data, portable::masks), portable.0, portable.1),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::reference::scanners_agree;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn separators_equal_a_byte_by_byte_walk(data in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'a'), any::<u8>()], 0..400)) {
            prop_assert!(scanners_agree(&data));
        }
    }
}
