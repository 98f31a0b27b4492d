//! Finds commas, quotes and line feeds, sixty-four bytes at a time, without branches.
//!
//! Portable: eight bytes in a word at once. A comma or line feed inside quotes is no separator;
//! a quote toggles, as doubled quotes then cancel out.

/// Bit `i` is set where byte `i` of the block is what the field says.
#[derive(Clone, Copy, Default)]
struct Masks {
    comma: u64,
    quote: u64,
    newline: u64,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW7: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// Eight bits: which of the eight bytes of the word equal `byte`.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let x = word ^ (ONES * u64::from(byte));
    let zero = !(((x & LOW7) + LOW7) | x | LOW7);
    (zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[inline]
fn masks(block: &[u8; 64]) -> Masks {
    let mut out = Masks::default();
    let (words, _) = block.as_chunks::<8>();
    for (i, bytes) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        out.comma |= equal(word, b',') << (i * 8);
        out.quote |= equal(word, b'"') << (i * 8);
        out.newline |= equal(word, b'\n') << (i * 8);
    }
    out
}

/// Bit `i` of the result is the parity of bits `0..=i`.
#[inline]
fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ (bits << 32)
}

/// Calls `f` with each block of 64 bytes, the last one filled up with zeros, and its offset.
#[inline]
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

/// Appends the offset of every separator outside quotes to `separators`, and for each line feed
/// among them the number of separators up to and including it to `records`.
pub(super) fn separators(data: &[u8], separators: &mut Vec<u32>, records: &mut Vec<u32>) {
    let mut inside = 0u64;
    blocks(data, |block, at| {
        let m = masks(block);
        let quoted = prefix_xor(m.quote) ^ inside;
        inside = 0u64.wrapping_sub(quoted >> 63);
        let mut bits = (m.comma | m.newline) & !quoted;
        let newline = m.newline & !quoted;
        separators.reserve(64);
        if newline == 0 {
            while bits != 0 {
                separators.push((at + bits.trailing_zeros() as usize) as u32);
                bits &= bits - 1;
            }
            return;
        }
        while bits != 0 {
            separators.push((at + bits.trailing_zeros() as usize) as u32);
            if newline & bits & bits.wrapping_neg() != 0 {
                records.push(separators.len() as u32);
            }
            bits &= bits - 1;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn separators_equal_a_byte_by_byte_walk(data in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'a'), any::<u8>()], 0..400)) {
            let (mut got, mut records) = (Vec::new(), Vec::new());
            separators(&data, &mut got, &mut records);
            let (mut want, mut want_records, mut open) = (Vec::new(), Vec::new(), false);
            let mut survey_want = Survey { tame: true, ..Survey::default() };
            for (i, b) in data.iter().enumerate() {
                open ^= *b == b'"';
                if *b == b'\n' {
                    survey_want = Survey { end: i + 1, lines: survey_want.lines + 1, tame: survey_want.tame && !open };
                }
                if !open && matches!(b, b',' | b'\n') {
                    want.push(i as u32);
                    if *b == b'\n' { want_records.push(want.len() as u32); }
                }
            }
            prop_assert_eq!(got, want);
            prop_assert_eq!(records, want_records);
            prop_assert_eq!(survey(&data), survey_want);
        }
    }
}
