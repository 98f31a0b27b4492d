//! Fixed forms inside fields: time, GUID, number.

use crate::model::time::Timestamp;

/// Length of `2026-03-10T09:00:00.000`, without the zone.
const SHAPE: &[u8; 23] = b"dddd-dd-ddTdd:dd:dd.ddd";

/// Whether the text begins like a record: an ISO time with milliseconds, `Z` and a comma.
pub fn begins_like_a_record(text: &[u8]) -> bool {
    shaped(text) && text.get(23..25) == Some(b"Z,")
}

#[inline]
fn shaped(text: &[u8]) -> bool {
    let Some(head) = text.first_chunk::<23>() else { return false };
    // Every byte is looked at, without a branch, so that the compiler can take them all at once.
    let wrong = |(b, s): (&u8, &u8)| {
        let no_digit = u8::from(b.wrapping_sub(b'0') > 9);
        if *s == b'd' { no_digit } else { b ^ s }
    };
    head.iter().zip(SHAPE).map(wrong).fold(0, |all, one| all | one) == 0
}

/// Reads `2026-03-10T09:00:00.000Z`; up to seven digits of a second, the zone mark may be missing.
#[inline]
pub fn timestamp(text: &[u8]) -> Option<Timestamp> {
    let head = text.first_chunk::<23>()?;
    if !shaped(head) {
        return None;
    }
    let tail = text.get(23..).unwrap_or_default();
    if tail != b"Z" {
        let digits = tail.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 4 || !matches!(tail.get(digits..), Some(b"" | b"Z")) {
            return None;
        }
    }
    let [y1, y2, y3, y4, _, m1, m2, _, d1, d2, _, h1, h2, _, n1, n2, _, s1, s2, _, f1, f2, f3] = *head;
    let two = |a: u8, b: u8| i64::from(a - b'0') * 10 + i64::from(b - b'0');
    let (year, month, day) = (two(y1, y2) * 100 + two(y3, y4), two(m1, m2), two(d1, d2));
    let (hour, minute, second) = (two(h1, h2), two(n1, n2), two(s1, s2));
    let ms = two(f1, f2) * 10 + i64::from(f3 - b'0');
    let good =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    good.then(|| Timestamp::from_civil(year, month, day, ((hour * 60 + minute) * 60 + second) * 1000 + ms))
}

/// The value of a hexadecimal digit; 255 for any other byte.
#[expect(clippy::indexing_slicing, reason = "computed at compile time, where a panic is a build error")]
const HEX: [u8; 256] = {
    let mut table = [255u8; 256];
    let mut i = 0;
    while i < 16 {
        let b = i as u8;
        table[i + if i < 10 { 48 } else { 87 }] = b;
        table[i + if i < 10 { 48 } else { 55 }] = b;
        i += 1;
    }
    table
};

/// Reads a GUID with or without dashes; `None` for anything else and for the all-zero GUID.
#[inline]
pub fn guid(text: &[u8]) -> Option<u128> {
    let dashed = match text.len() {
        36 => true,
        32 => false,
        _ => return None,
    };
    let (mut value, mut bad) = (0u128, 0u8);
    for (i, b) in text.iter().enumerate() {
        if dashed && matches!(i, 8 | 13 | 18 | 23) {
            bad |= u8::from(*b != b'-') << 7;
            continue;
        }
        let digit = HEX.get(usize::from(*b)).copied().unwrap_or(255);
        bad |= digit & 0x80;
        value = value << 4 | u128::from(digit & 15);
    }
    (bad == 0 && value != 0).then_some(value)
}

/// Reads a decimal number; `None` when empty, signed, not a number or too large.
#[inline]
pub fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 20 {
        return None;
    }
    let mut value = 0u64;
    for b in text {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(value)
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

    proptest! {
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
