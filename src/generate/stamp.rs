//! Times, GUIDs and numbers as Exchange prints them, without the detour over `fmt`.

use crate::model::time::{DAY, HOUR, Timestamp};

/// .NET ticks (100 ns) between year 1 and 1970.
const TICKS_TO_1970: i64 = 621_355_968_000_000_000;

/// Appends digits that were put together as bytes; all of them are ASCII.
fn ascii(out: &mut String, bytes: &[u8]) {
    out.push_str(std::str::from_utf8(bytes).unwrap_or_default());
}

/// Fills a slot with a number, with leading zeros.
fn fill<const N: usize>(slot: &mut [u8; N], n: i64) {
    let mut rest = n as u64;
    for digit in slot.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// A number of so many digits, with leading zeros.
fn padded<const N: usize>(out: &mut String, n: i64) {
    let mut digits = [0; N];
    fill(&mut digits, n);
    ascii(out, &digits);
}

/// Appends a number in decimal.
pub(super) fn number(out: &mut String, n: u64) {
    let mut digits = [b'0'; 20];
    let mut rest = n;
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    ascii(out, digits.get(20 - used..).unwrap_or_default());
}

/// Appends milliseconds as seconds with three decimals.
pub(super) fn seconds(out: &mut String, ms: i64) {
    number(out, (ms.max(0) / 1000) as u64);
    out.push('.');
    padded::<3>(out, ms.max(0) % 1000);
}

/// Appends a time as the log has it, `2026-03-02T09:00:00.000Z`.
pub(super) fn time(out: &mut String, at: i64) {
    let (year, month, day) = Timestamp(at).civil();
    let ms = at.rem_euclid(DAY);
    let (mut years, mut thousandths) = ([0; 4], [0; 3]);
    fill(&mut years, year);
    fill(&mut thousandths, ms % 1000);
    let mut pairs = [[0; 2]; 5];
    for (pair, n) in pairs.iter_mut().zip([month, day, ms / HOUR, ms / 60_000 % 60, ms / 1000 % 60]) {
        fill(pair, n);
    }
    let ([y0, y1, y2, y3], [a, b, c]) = (years, thousandths);
    let [[m0, m1], [d0, d1], [h0, h1], [n0, n1], [s0, s1]] = pairs;
    let text = [
        y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1, b'.', a, b, c,
        b'Z',
    ];
    ascii(out, &text);
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
    padded::<4>(&mut out, year);
    padded::<2>(&mut out, month);
    padded::<2>(&mut out, day);
    if hourly {
        padded::<2>(&mut out, at.rem_euclid(DAY) / HOUR);
    }
    out
}

/// An id whose last twelve digits tell its time, as those of Exchange do.
pub(super) fn timed_id(random: u128, at: i64) -> u128 {
    let ticks = (TICKS_TO_1970 + at * 10_000) as u128;
    random << 48 | (ticks >> 16 & 0xffff_ffff_ffff)
}

/// A nibble as a digit.
fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble }
}

/// Appends the lowest `digits` hexadecimal digits, at most 32.
pub(super) fn hex(out: &mut String, n: u128, digits: usize) {
    let mut text = [0; 32];
    let mut rest = n;
    for digit in text.iter_mut().rev() {
        *digit = hex_digit((rest & 15) as u8);
        rest >>= 4;
    }
    ascii(out, text.get(32 - digits.min(32)..).unwrap_or_default());
}

/// Appends a GUID.
pub(super) fn guid(out: &mut String, n: u128) {
    let mut text = [b'-'; 36];
    let mut rest = n;
    for (place, digit) in text.iter_mut().enumerate().rev() {
        if !matches!(place, 8 | 13 | 18 | 23) {
            *digit = hex_digit((rest & 15) as u8);
            rest >>= 4;
        }
    }
    ascii(out, &text);
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
