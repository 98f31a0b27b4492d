//! AVX2: two halves of thirty-two bytes. The only unsafe code of the crate.

#![expect(unsafe_code, reason = "loads through a pointer, and calls of functions that need AVX2")]
#![expect(clippy::cast_ptr_alignment, reason = "the loads are those that need no alignment")]

use std::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set1_epi8, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256,
};

use super::{Masks, Offsets, Survey, scan_by};

/// As `scan_by`, zero bytes too; does nothing and says so without AVX2.
pub(super) fn scan(data: &[u8], separators: &mut Offsets, records: &mut Offsets) -> Option<Survey> {
    #[target_feature(enable = "avx2,bmi1,popcnt,pclmulqdq")]
    fn run(data: &[u8], separators: &mut Offsets, records: &mut Offsets) -> Survey {
        // The least byte of each column: a zero anywhere shows in the end.
        let mut least = _mm256_set1_epi8(-1);
        let found = scan_by(data, |block| masks(block, &mut least), |bits| parity(bits), separators, records);
        let zeros = _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())) != 0;
        Survey { zeros, ..found }
    }
    // SAFETY: the processor has what the function is compiled for.
    has_avx2().then(|| unsafe { run(data, separators, records) })
}

/// The standard library asks the processor once and remembers.
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("pclmulqdq")
}

/// `prefix_xor` as a product without carries: times minus one.
#[inline]
#[target_feature(enable = "pclmulqdq")]
fn parity(bits: u64) -> u64 {
    let product = _mm_clmulepi64_si128::<0>(_mm_cvtsi64_si128(bits.cast_signed()), _mm_set1_epi8(-1));
    _mm_cvtsi128_si64(product).cast_unsigned()
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks(block: &[u8; 64], least: &mut __m256i) -> Masks {
    let start = block.as_ptr().cast::<__m256i>();
    // SAFETY: the block has 64 bytes, so both halves lie inside it; the load needs no alignment.
    let (low, high) = unsafe { (_mm256_loadu_si256(start), _mm256_loadu_si256(start.add(1))) };
    *least = _mm256_min_epu8(*least, _mm256_min_epu8(low, high));
    let equal = |byte: u8| {
        let wanted = _mm256_set1_epi8(byte.cast_signed());
        let bits = |half| u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(half, wanted)).cast_unsigned());
        bits(low) | bits(high) << 32
    };
    Masks { comma: equal(b','), quote: equal(b'"'), newline: equal(b'\n') }
}
