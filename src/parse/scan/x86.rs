//! AVX2: two halves of thirty-two bytes. The only unsafe code of the crate.

#![expect(unsafe_code, reason = "loads through a pointer, and calls of functions that need AVX2")]
#![expect(clippy::cast_ptr_alignment, reason = "the loads are those that need no alignment")]

use std::arch::x86_64::{
    __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
};

use super::{Masks, Survey, separators_by, survey_by};

/// As `survey_by`, or `None` without AVX2.
pub(super) fn survey(data: &[u8]) -> Option<Survey> {
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    fn run(data: &[u8]) -> Survey {
        survey_by(data, |block| masks(block))
    }
    // SAFETY: the processor has what the function is compiled for.
    has_avx2().then(|| unsafe { run(data) })
}

/// As `separators_by`; does nothing and says so without AVX2.
pub(super) fn separators(data: &[u8], separators: &mut Vec<u32>, records: &mut Vec<u32>) -> bool {
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    fn run(data: &[u8], separators: &mut Vec<u32>, records: &mut Vec<u32>) {
        separators_by(data, |block| masks(block), separators, records);
    }
    if !has_avx2() {
        return false;
    }
    // SAFETY: the processor has what the function is compiled for.
    unsafe { run(data, separators, records) };
    true
}

/// The standard library asks the processor once and remembers.
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt")
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks(block: &[u8; 64]) -> Masks {
    let start = block.as_ptr().cast::<__m256i>();
    // SAFETY: the block has 64 bytes, so both halves lie inside it; the load needs no alignment.
    let (low, high) = unsafe { (_mm256_loadu_si256(start), _mm256_loadu_si256(start.add(1))) };
    let equal = |byte: u8| {
        let wanted = _mm256_set1_epi8(byte.cast_signed());
        let bits = |half| u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(half, wanted)).cast_unsigned());
        bits(low) | bits(high) << 32
    };
    Masks { comma: equal(b','), quote: equal(b'"'), newline: equal(b'\n') }
}
