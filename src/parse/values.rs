//! Fixed forms inside fields: time, GUID, number, list.

use crate::model::time::Timestamp;

/// Whether the text begins like a record: an ISO time with milliseconds, `Z` and a comma.
pub fn begins_like_a_record(text: &[u8]) -> bool {
    text.first_chunk().is_some_and(|head| digits(head).is_some()) && text.get(23..25) == Some(b"Z,")
}

/// This byte, eight times.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte is set if the byte is more than 127 less what `most` has there.
const fn above(word: u64, most: u64) -> u64 {
    ((word & all(0x7f)) + most) | word
}

/// A text of eight bytes, `d` for a digit, as a word that takes it to zero but for the digits' values,
/// and one that, added to these, sets the highest bit of each byte that is too large.
const fn form(text: [u8; 8]) -> (u64, u64) {
    let (mut zero, mut most, mut i) = (0, 0, 8);
    let mut rest: &[u8] = &text;
    while let Some((byte, before)) = rest.split_last() {
        i -= 1;
        let (z, m) = if *byte == b'd' { (b'0', 127 - 9) } else { (*byte, 127) };
        zero |= (z as u64) << (8 * i);
        most |= (m as u64) << (8 * i);
        rest = before;
    }
    (zero, most)
}

/// The values of the digits of `2026-03-10T09:00:00.000`, eight bytes of text in each word; the last word
/// begins with the last byte of the one before. No branch depends on the text.
#[inline]
fn digits(head: &[u8; 23]) -> Option<[u64; 3]> {
    const FORMS: [(u64, u64); 3] = [form(*b"dddd-dd-"), form(*b"ddTdd:dd"), form(*b"d:dd.ddd")];
    let (front, _) = head.split_first_chunk::<8>()?;
    let (_, back) = head.split_last_chunk::<8>()?;
    let middle = head.get(8..16)?.first_chunk::<8>()?;
    let (mut out, mut wrong) = ([*front, *middle, *back].map(u64::from_le_bytes), 0);
    for (word, (zero, most)) in out.iter_mut().zip(FORMS) {
        *word ^= zero;
        wrong |= above(*word, most);
    }
    (wrong & all(0x80) == 0).then_some(out)
}

/// Reads `2026-03-10T09:00:00.000Z`; up to seven digits of a second, the zone mark may be missing.
#[inline]
pub fn timestamp(text: &[u8]) -> Option<Timestamp> {
    let (head, tail) = text.split_first_chunk::<23>()?;
    let words = digits(head)?;
    if tail != b"Z" {
        let digits = tail.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 4 || !matches!(tail.get(digits..), Some(b"" | b"Z")) {
            return None;
        }
    }
    // Each byte becomes the number of two digits that begins there.
    let [date, time, rest] = words.map(|word| word * 10 + (word >> 8));
    let [_, _, last] = words;
    let at = |word: u64, byte: u32| (word >> (8 * byte) & 0xff) as i64;
    let (year, month, day) = (at(date, 0) * 100 + at(date, 2), at(date, 5), at(time, 0));
    let (hour, minute, second) = (at(time, 3), at(time, 6), at(rest, 2));
    let ms = at(rest, 5) * 10 + at(last, 7);
    let good =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    good.then(|| Timestamp::from_civil(year, month, day, ((hour * 60 + minute) * 60 + second) * 1000 + ms))
}

/// Where the fours of hexadecimal digits of a GUID begin, two and two.
const DASHED: [[usize; 2]; 4] = [[0, 4], [9, 14], [19, 24], [28, 32]];
const PLAIN: [[usize; 2]; 4] = [[0, 4], [8, 12], [16, 20], [24, 28]];

/// Reads a GUID with or without dashes; `None` for anything else and for the all-zero GUID.
#[inline]
pub fn guid(text: &[u8]) -> Option<u128> {
    let starts = match text.len() {
        36 if [8, 13, 18, 23].into_iter().all(|i| text.get(i) == Some(&b'-')) => DASHED,
        32 => PLAIN,
        _ => return None,
    };
    let four = |at: usize| Some(u64::from(u32::from_le_bytes(*text.get(at..)?.first_chunk()?)));
    let (mut value, mut wrong) = (0, 0);
    for [first, second] in starts {
        let (word, bad) = hex(four(first)? | four(second)? << 32);
        (value, wrong) = (value << 32 | u128::from(word), wrong | bad);
    }
    (wrong == 0 && value != 0).then_some(value)
}

/// The value of eight hexadecimal digits, and a word that is not zero if one is none.
#[inline]
fn hex(text: u64) -> (u32, u64) {
    let digit = text ^ all(b'0');
    let no_digit = above(digit, all(127 - 9));
    // `A` and `a` become 1, `F` and `f` become 6.
    let letter = (text | all(0x20)) ^ all(0x60);
    let no_letter = above(letter, all(127 - 6)) | !above(letter, all(127));
    let value = (text & all(15)) + (text >> 6 & all(1)) * 9;
    // Two digits become a byte, two bytes sixteen bits, and these a word; the first weighs most.
    let bytes = (value << 4 | value >> 8) & 0x00ff_00ff_00ff_00ff;
    let pairs = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    (((pairs | pairs >> 16) as u32).swap_bytes(), no_digit & no_letter & all(0x80))
}

/// Reads a decimal number; `None` when empty, signed, not a number or too large.
#[inline]
pub fn number(text: &[u8]) -> Option<u64> {
    let (mut value, mut rest) = (0, text);
    if text.is_empty() || text.len() > 20 {
        return None;
    }
    if let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        (value, rest) = (decimal(u64::from_le_bytes(*eight))?, behind);
    }
    if let Some((four, behind)) = rest.split_first_chunk::<4>() {
        let word = u64::from(u32::from_le_bytes(*four)) << 32 | all(b'0') >> 32;
        (value, rest) = (value * 10_000 + decimal(word)?, behind);
    }
    for b in rest {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

/// The value of eight decimal digits.
#[inline]
fn decimal(text: u64) -> Option<u64> {
    let digits = text ^ all(b'0');
    if above(digits, all(127 - 9)) & all(0x80) != 0 {
        return None;
    }
    // Pairs, fours, all eight; the first digit weighs most.
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

/// The pieces of a list between its `;`, as they stand there; inside quotes it is no separator.
pub fn split_list(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let has_quotes = match memchr::memchr_iter(b'"', list).count() {
        0 => false,
        quotes => quotes.is_multiple_of(2),
    };
    list.split(move |b| {
        quoted ^= has_quotes && *b == b'"';
        *b == b';' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::guid_text;
    use proptest::prelude::*;

    #[test]
    fn times() {
        assert_eq!(timestamp(b"2026-03-10T09:00:00.123Z"), Some(Timestamp(1_773_133_200_123)));
        assert_eq!(timestamp(b"2026-03-10T09:00:00.1234567Z"), Some(Timestamp(1_773_133_200_123)));
        assert_eq!(timestamp(b"2026-03-10T09:00:00.123"), Some(Timestamp(1_773_133_200_123)));
        assert!(timestamp(b"0001-01-01T00:00:00.000Z").unwrap().0 < 0);
        for bad in [
            &b"2026-13-10T09:00:00.123Z"[..],
            b"2026-03-10 09:00:00.123Z",
            b"",
            b"2026-03-10T09:00:00.123X",
            b"2026-03-10T24:00:00.000Z",
        ] {
            assert_eq!(timestamp(bad), None, "{}", String::from_utf8_lossy(bad));
        }
        assert!(begins_like_a_record(b"2026-03-10T09:00:00.123Z,10.0.1.11"));
        assert!(!begins_like_a_record(b"2026-03-10T09:00:00.123Z and so on"));
    }

    #[test]
    fn guids_and_numbers() {
        let text = b"0F8A1B2C-3D4E-5F60-7182-93A4B5C6D7E8";
        let value = guid(text).unwrap();
        assert_eq!(guid_text(value), "0f8a1b2c-3d4e-5f60-7182-93a4b5c6d7e8");
        assert_eq!(guid(b"0f8a1b2c3d4e5f60718293a4b5c6d7e8"), Some(value));
        assert_eq!(guid(b"00000000-0000-0000-0000-000000000000"), None);
        assert_eq!(guid(b"0f8a1b2c-3d4e-5f60-7182-93a4b5c6d7eX"), None);
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(number(b"-1"), None);
    }

    /// As the forms are described, a byte at a time.
    fn slow_time(text: &[u8]) -> Option<Timestamp> {
        let form = b"dddd-dd-ddTdd:dd:dd.ddd";
        let fits = |(b, f): (&u8, &u8)| if *f == b'd' { b.is_ascii_digit() } else { b == f };
        if text.len() < form.len() || !text.iter().zip(form).all(fits) {
            return None;
        }
        let part =
            |from: usize, to: usize| std::str::from_utf8(&text[from..to]).unwrap().parse::<i64>().unwrap();
        let tail = text[23..].strip_suffix(b"Z").unwrap_or(&text[23..]);
        let (hour, minute, second) = (part(11, 13), part(14, 16), part(17, 19));
        let good =
            (1..=12).contains(&part(5, 7)) && (1..=31).contains(&part(8, 10)) && hour < 24 && minute < 60;
        let good = good && second < 61 && tail.len() <= 4 && tail.iter().all(u8::is_ascii_digit);
        let ms = ((hour * 60 + minute) * 60 + second) * 1000 + part(20, 23);
        good.then(|| Timestamp::from_civil(part(0, 4), part(5, 7), part(8, 10), ms))
    }

    fn slow_guid(text: &[u8]) -> Option<u128> {
        let dash = |i: usize| text.len() == 36 && matches!(i, 8 | 13 | 18 | 23);
        let mut value = 0;
        for (i, b) in text.iter().enumerate() {
            match char::from(*b).to_digit(16) {
                Some(digit) if !dash(i) => value = value << 4 | u128::from(digit),
                None if dash(i) && *b == b'-' => {}
                _ => return None,
            }
        }
        (matches!(text.len(), 32 | 36) && value != 0).then_some(value)
    }

    fn slow_number(text: &[u8]) -> Option<u64> {
        let plain = text.len() <= 20 && text.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(text).ok().filter(|_| plain)?.parse().ok()
    }

    /// A good text, of which a byte may be another.
    fn nearly(good: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<u8>> {
        (good, proptest::option::of((any::<proptest::sample::Index>(), any::<u8>()))).prop_map(
            |(text, other)| {
                let mut bytes = text.into_bytes();
                if let Some((at, byte)) = other.filter(|_| !bytes.is_empty()) {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
                bytes
            },
        )
    }

    proptest! {
        #[test]
        fn fast_times_equal_slow_ones(text in nearly((-62_135_596_800_000i64..253_402_300_800_000).prop_map(|ms| Timestamp(ms).to_string()))) {
            prop_assert_eq!(timestamp(&text), slow_time(&text));
        }

        #[test]
        fn fast_guids_equal_slow_ones(text in nearly("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}")) {
            prop_assert_eq!(guid(&text), slow_guid(&text));
        }

        #[test]
        fn fast_numbers_equal_slow_ones(text in nearly("[0-9]{0,21}|1844674407370955[0-9]{4}")) {
            prop_assert_eq!(number(&text), slow_number(&text));
        }

        #[test]
        fn a_written_time_reads_back(ms in -62_135_596_800_000i64..253_402_300_800_000) {
            let t = Timestamp(ms);
            prop_assert_eq!(timestamp(t.to_string().as_bytes()), Some(t));
        }

        #[test]
        fn a_written_guid_reads_back(value in 1u128..) {
            prop_assert_eq!(guid(guid_text(value).as_bytes()), Some(value));
        }
    }
}
