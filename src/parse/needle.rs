//! Finds any of a few texts in bytes, whatever the case of their ASCII letters.
//!
//! Only every n-th place is looked at: a text that is n + 3 bytes long or longer has four bytes at one
//! of them. Nearly never are these four any of a wanted text, and only then the text is compared. So of
//! a message-id of usual length one byte in thirty is touched, and several texts cost no more than one.

use memchr::memmem;

/// Shorter texts are not looked for: every place would have to be looked at.
pub const SHORTEST: usize = 6;
/// Bytes of a window.
const WINDOW: usize = 4;
/// Windows are told apart by so many bits.
const BITS: u32 = 12;
const BUCKETS: usize = 1 << BITS;
/// So much of a text is looked for, then the rest compared. A network-message-id ends in a time, which many
/// share, and a longer step would save little.
const LONGEST_PART: usize = 23;
/// The one sign beyond ASCII whose lower case is an ASCII letter, `k`.
const KELVIN: &[u8] = "\u{212a}".as_bytes();

/// Texts to be found.
#[derive(Clone, Debug)]
pub struct Needles {
    texts: Vec<Vec<u8>>,
    /// Whether any window falls into a bucket.
    marks: [bool; BUCKETS],
    /// The windows of each bucket: which text, and where in it.
    windows: Vec<Vec<(usize, usize)>>,
    stride: usize,
    kelvin: bool,
}

impl Needles {
    /// `None` if there is no text, or one that is too short.
    pub fn new(texts: &[Vec<u8>]) -> Option<Self> {
        let parts: Vec<(usize, usize)> = texts.iter().map(|text| part(text)).collect();
        let shortest = parts.iter().map(|(from, to)| to - from).min().filter(|n| *n >= SHORTEST)?;
        let mut needles = Self {
            texts: texts.to_vec(),
            marks: [false; BUCKETS],
            windows: vec![Vec::new(); BUCKETS],
            stride: shortest - WINDOW + 1,
            kelvin: texts.iter().any(|text| text.iter().any(|b| b.eq_ignore_ascii_case(&b'k'))),
        };
        for (number, (text, (from, _))) in texts.iter().zip(parts).enumerate() {
            for at in from..from + needles.stride {
                let bucket = bucket(text, at);
                if let (Some(mark), Some(list)) =
                    (needles.marks.get_mut(bucket), needles.windows.get_mut(bucket))
                {
                    *mark = true;
                    list.push((number, at));
                }
            }
        }
        Some(needles)
    }

    /// The same, where no other way to write a letter counts.
    #[must_use]
    pub fn to_the_letter(self) -> Self {
        Self { kelvin: false, ..self }
    }

    /// Length of the longest text.
    pub fn longest(&self) -> usize {
        self.texts.iter().map(Vec::len).max().unwrap_or(0).max(KELVIN.len())
    }

    /// Whether one of the texts may be in `data`. Where a letter may be written in another way than in
    /// ASCII, that way of writing counts as well.
    pub fn are_in(&self, data: &[u8]) -> bool {
        let mut found = false;
        self.look(data, |_, _| {
            found = true;
            false
        });
        found || self.kelvin && memmem::find(data, KELVIN).is_some()
    }

    /// The places of all of them, from and to, in order.
    pub fn places(&self, data: &[u8], out: &mut Vec<(usize, usize)>) {
        out.clear();
        self.look(data, |from, to| {
            out.push((from, to));
            true
        });
        if self.kelvin {
            out.extend(memmem::find_iter(data, KELVIN).map(|from| (from, from + KELVIN.len())));
        }
        out.sort_unstable();
        out.dedup();
    }

    /// Calls `found` for every place, of some more than once, until it says that this is enough.
    fn look(&self, data: &[u8], mut found: impl FnMut(usize, usize) -> bool) {
        let mut at = self.stride - 1;
        while at + WINDOW <= data.len() {
            // Four at a time, so that none waits for the memory of another.
            let four = [at, at + self.stride, at + 2 * self.stride, at + 3 * self.stride];
            let marked = four.map(|at| self.marks.get(bucket(data, at)).copied().unwrap_or(true));
            at += 4 * self.stride;
            if marked.contains(&true) && !four.iter().all(|at| self.compare(data, *at, &mut found)) {
                return;
            }
        }
    }

    /// Compares the texts that have a window like the one at `at`; says whether to go on.
    #[inline(never)]
    fn compare(&self, data: &[u8], at: usize, found: &mut impl FnMut(usize, usize) -> bool) -> bool {
        let alike = self.windows.get(bucket(data, at)).map_or(&[][..], Vec::as_slice);
        alike.iter().all(|(number, place)| {
            let (Some(from), Some(text)) = (at.checked_sub(*place), self.texts.get(*number)) else {
                return true;
            };
            let to = from + text.len();
            let is_it = data.get(from..to).is_some_and(|there| there.eq_ignore_ascii_case(text));
            !is_it || found(from, to)
        })
    }
}

/// The part of a text whose windows are looked for. The domain of a message-id or an address stands in
/// many rows, so what stands before it is better, if it is long enough.
fn part(text: &[u8]) -> (usize, usize) {
    let local = memchr::memrchr(b'@', text).filter(|at| *at >= 2 * SHORTEST).unwrap_or(text.len());
    (0, local.min(LONGEST_PART))
}

/// The bucket of four bytes, the same for both cases of letters; of less than four any.
#[inline]
fn bucket(data: &[u8], at: usize) -> usize {
    let window = data.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |w| u32::from_le_bytes(*w));
    ((window | 0x2020_2020).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same byte by byte.
    fn slowly(texts: &[Vec<u8>], data: &[u8]) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        for from in 0..data.len() {
            let is_at =
                |text: &[u8]| data[from..].get(..text.len()).is_some_and(|d| d.eq_ignore_ascii_case(text));
            out.extend(texts.iter().filter(|t| is_at(t)).map(|t| (from, from + t.len())));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    proptest! {
        #[test]
        fn every_place_is_found(
            texts in proptest::collection::vec("[abAB@.]{6,40}", 1..4),
            between in proptest::collection::vec("[abAB@. ]{0,50}", 0..8),
            upper in any::<bool>(),
        ) {
            let texts: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
            let mut data = Vec::new();
            for (i, piece) in between.iter().enumerate() {
                data.extend_from_slice(piece.as_bytes());
                let text = &texts[i % texts.len()];
                data.extend(if upper { text.to_ascii_uppercase() } else { text.clone() });
            }
            let needles = Needles::new(&texts).unwrap();
            let (want, mut found) = (slowly(&texts, &data), Vec::new());
            needles.places(&data, &mut found);
            prop_assert_eq!(needles.are_in(&data), !want.is_empty());
            prop_assert_eq!(found, want);
        }
    }

    #[test]
    fn another_way_to_write_a_letter_counts() {
        let needles = Needles::new(&[b"weekly@contoso.com".to_vec()]).unwrap();
        assert!(needles.are_in("<Wee\u{212a}ly@contoso.com>".as_bytes()));
        assert!(!needles.are_in(b"<weekly@contoso.org>"));
        assert!(Needles::new(&[b"a@b".to_vec()]).is_none() && Needles::new(&[]).is_none());
    }
}
