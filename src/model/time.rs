//! Time inside the tool: milliseconds since 1970, UTC. Calendars are met at the edges only.

use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Milliseconds of an hour.
pub const HOUR: i64 = 3_600_000;
/// Milliseconds of a day.
pub const DAY: i64 = 24 * HOUR;

impl Timestamp {
    /// From a civil date and time of day; the caller has checked the ranges.
    pub fn from_civil(year: i64, month: i64, day: i64, ms_of_day: i64) -> Self {
        // Days from civil (Howard Hinnant's algorithm): a year that starts in March has its leap day last.
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let yoe = y - era * 400;
        let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Self((era * 146_097 + doe - 719_468) * DAY + ms_of_day)
    }

    /// Year, month and day of this instant.
    pub fn civil(self) -> (i64, i64, i64) {
        let z = self.0.div_euclid(DAY) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z - era * 146_097;
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
    }

    /// The hour this instant lies in, as hours since 1970.
    pub fn hour(self) -> i64 {
        self.0.div_euclid(HOUR)
    }

    /// Reads back what [`fmt::Display`] shows of a year that has four digits; hours may be all there is of the time.
    pub fn read(text: &str) -> Option<Self> {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        let rest = |range| part(range).unwrap_or(0);
        let ms = part(11..13)? * HOUR + rest(14..16) * 60_000 + rest(17..19) * 1000 + rest(20..23);
        Some(Self::from_civil(part(0..4)?, part(5..7)?, part(8..10)?, ms))
    }
}

impl Timestamp {
    /// RFC 3339 in UTC with milliseconds, of years that have four digits.
    fn text(self) -> Option<[u8; 24]> {
        let (year, month, day) = self.civil();
        if !(0..10_000).contains(&year) {
            return None;
        }
        let ms = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (ms / HOUR, ms / 60_000 % 60, ms / 1000 % 60);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (digits, mut number) in [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, hour),
            (14..16, minute),
            (17..19, second),
            (20..23, ms % 1000),
        ] {
            for digit in text.get_mut(digits).into_iter().flatten().rev() {
                *digit += (number % 10) as u8;
                number /= 10;
            }
        }
        Some(text)
    }

    /// Appends what [`fmt::Display`] shows.
    pub fn append_to(self, out: &mut Vec<u8>) {
        match self.text() {
            Some(text) => out.extend_from_slice(&text),
            None => out.extend_from_slice(self.to_string().as_bytes()),
        }
    }
}

impl Timestamp {
    /// RFC 3339 in UTC, of what is known to the second only.
    pub fn to_the_second(self) -> String {
        let mut text = self.to_string();
        text.truncate(text.len() - ".000Z".len());
        text + "Z"
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        let ms = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (ms / HOUR, ms / 60_000 % 60, ms / 1000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates_round_trip() {
        for days in (-800_000..800_000).step_by(97) {
            let t = Timestamp(days * DAY);
            let (y, m, d) = t.civil();
            assert_eq!(Timestamp::from_civil(y, m, d, 0), t);
        }
        for ms in (-100_000_000_000_000i64..300_000_000_000_000).step_by(77_777_777_777) {
            let mut text = Vec::new();
            Timestamp(ms).append_to(&mut text);
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text, Timestamp(ms).to_string());
            if (0..10_000).contains(&Timestamp(ms).civil().0) {
                assert_eq!(Timestamp::read(&text), Some(Timestamp(ms)));
            }
        }
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(1_773_133_200_123).to_string(), "2026-03-10T09:00:00.123Z");
    }
}
