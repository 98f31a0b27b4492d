//! Times, GUIDs and numbers as Exchange prints them, without the detour over `fmt`.

use crate::model::time::{DAY, HOUR, Timestamp};

/// .NET ticks (100 ns) between year 1 and 1970.
const TICKS_TO_1970: i64 = 621_355_968_000_000_000;

/// Appends a number in decimal.
pub(super) fn number(out: &mut String, n: u64) {
    let mut digits = [b'0'; 20];
    let mut used = 0;
    let mut rest = n;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(20 - used).map(|b| char::from(*b)));
}

/// Appends a number with leading zeros.
fn padded(out: &mut String, n: i64, digits: u32) {
    for place in (0..digits).rev() {
        out.push(char::from(b'0' + (n / 10_i64.pow(place) % 10) as u8));
    }
}

/// Appends milliseconds as seconds with three decimals.
pub(super) fn seconds(out: &mut String, ms: i64) {
    number(out, (ms.max(0) / 1000) as u64);
    out.push('.');
    padded(out, ms.max(0) % 1000, 3);
}

/// Appends a time as the log has it, `2026-03-02T09:00:00.000Z`.
pub(super) fn time(out: &mut String, at: i64) {
    let (year, month, day) = Timestamp(at).civil();
    let ms = at.rem_euclid(DAY);
    let parts = [(year, 4, '-'), (month, 2, '-'), (day, 2, 'T'), (ms / HOUR, 2, ':'), (ms / 60_000 % 60, 2, ':')];
    for (n, digits, after) in parts {
        padded(out, n, digits);
        out.push(after);
    }
    padded(out, ms / 1000 % 60, 2);
    out.push('.');
    padded(out, ms % 1000, 3);
    out.push('Z');
}

/// A time as text.
pub(super) fn time_text(at: i64) -> String {
    let mut out = String::with_capacity(24);
    time(&mut out, at);
    out
}

/// The stamp in a file's name: day and, where logs change hourly, hour.
pub(super) fn file_stamp(at: i64, hourly: bool) -> String {
    let (year, month, day) = Timestamp(at).civil();
    let mut out = String::with_capacity(10);
    padded(&mut out, year, 4);
    padded(&mut out, month, 2);
    padded(&mut out, day, 2);
    if hourly {
        padded(&mut out, at.rem_euclid(DAY) / HOUR, 2);
    }
    out
}

/// An id whose last twelve digits tell its time, as those of Exchange do.
pub(super) fn timed_id(random: u128, at: i64) -> u128 {
    let ticks = (TICKS_TO_1970 + at * 10_000) as u128;
    random << 48 | (ticks >> 16 & 0xffff_ffff_ffff)
}

/// Appends the lowest `digits` hexadecimal digits.
pub(super) fn hex(out: &mut String, n: u128, digits: u32) {
    for place in (0..digits).rev() {
        let nibble = (n >> (place * 4) & 15) as u8;
        out.push(char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble }));
    }
}

/// Appends a GUID.
pub(super) fn guid(out: &mut String, n: u128) {
    for (shift, digits) in [(96, 8), (80, 4), (64, 4), (48, 4), (0, 12)] {
        if shift != 96 {
            out.push('-');
        }
        hex(out, n >> shift, digits);
    }
}

/// A GUID as text.
pub(super) fn guid_text(n: u128) -> String {
    let mut out = String::with_capacity(36);
    guid(&mut out, n);
    out
}

/// Appends the id of an SMTP session, sixteen upper-case digits that tell its time.
pub(super) fn session(out: &mut String, at: i64, salt: u64) {
    let ticks = (TICKS_TO_1970 + at * 10_000) as u128 + u128::from(salt % 10_000);
    let from = out.len();
    hex(out, ticks, 16);
    if let Some(digits) = out.get_mut(from..) {
        digits.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_look_like_the_real_ones() {
        assert_eq!(time_text(1_773_133_200_123), "2026-03-10T09:00:00.123Z");
        assert_eq!(file_stamp(1_773_133_200_123, true), "2026031009");
        assert_eq!(file_stamp(1_773_133_200_123, false), "20260310");
        let mut text = String::new();
        for n in [0, 7, 10, u64::MAX] {
            number(&mut text, n);
            text.push(' ');
        }
        seconds(&mut text, 12_034);
        assert_eq!(text, "0 7 10 18446744073709551615 12.034");
        assert_eq!(guid_text(1), "00000000-0000-0000-0000-000000000001");
        let mut id = String::new();
        session(&mut id, 1_773_133_200_123, 0);
        assert!(id.starts_with("08DE7E8"), "{id}");
    }
}
