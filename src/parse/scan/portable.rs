//! Eight bytes in a word at once, for every processor.

use super::{Masks, Offsets, Survey, prefix_xor, scan_by};

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW7: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// As `scan_by`, zero bytes too.
pub(super) fn scan(data: &[u8], separators: &mut Offsets, records: &mut Offsets) -> Survey {
    let mut zeros = false;
    let found = scan_by(data, |block| masks(block, &mut zeros), prefix_xor, separators, records);
    Survey { zeros, ..found }
}

/// Eight bits: which of the eight bytes of the word equal `byte`.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let x = word ^ (ONES * u64::from(byte));
    let zero = !(((x & LOW7) + LOW7) | x | LOW7);
    (zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The masks of a block.
#[inline]
fn masks(block: &[u8; 64], zeros: &mut bool) -> Masks {
    let mut out = Masks::default();
    let (words, _) = block.as_chunks::<8>();
    for (i, bytes) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        out.comma |= equal(word, b',') << (i * 8);
        out.quote |= equal(word, b'"') << (i * 8);
        out.newline |= equal(word, b'\n') << (i * 8);
        *zeros |= word.wrapping_sub(ONES) & !word & !LOW7 != 0;
    }
    out
}
