//! Times as short as the period allows, and runs of hours as ranges.

use crate::model::time::Timestamp;

/// Stands above one sign for each hour of a day.
pub(super) const DAY_SCALE: &str = "0     6     12    18    ";

/// Knows what all times of the report have in common and need not repeat.
#[derive(Clone, Debug, Default)]
pub(in crate::output) struct Clock {
    shared: String,
}

impl Clock {
    /// For times of this period: within a day they are `09:12`, within a year `03-10 09:12`.
    pub(in crate::output) fn new(period: Option<&(String, String)>) -> Self {
        let shared = period.and_then(|(first, last)| {
            [11, 5].iter().find_map(|n| first.get(..*n).filter(|start| last.starts_with(start)))
        });
        Self { shared: shared.unwrap_or_default().to_owned() }
    }

    /// To the minute.
    pub(in crate::output) fn minute(&self, time: &str) -> String {
        let short = time.get(..16).unwrap_or(time);
        short.strip_prefix(self.shared.as_str()).unwrap_or(short).replace('T', " ")
    }

    /// From the beginning of one hour to the end of another.
    pub(in crate::output) fn range(&self, first: &str, last: &str) -> String {
        let end = end_of_hour(last);
        let same_day = first.get(..11).is_some_and(|day| last.starts_with(day));
        let end = if same_day { end.get(11..).unwrap_or_default().to_owned() } else { self.minute(&end) };
        format!("{}–{end}", self.minute(first))
    }

    /// Hours that follow each other as ranges, at most `most` of them.
    pub(in crate::output) fn ranges(&self, hours: &[String], most: usize) -> String {
        let runs: Vec<&[String]> = hours.chunk_by(|a, b| follows(a, b)).collect();
        let shown = runs.iter().take(most).filter_map(|run| Some(self.range(run.first()?, run.last()?)));
        let shown = shown.collect::<Vec<_>>().join(", ");
        match runs.len().saturating_sub(most) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }
}

/// The hour that begins at this time, as hours since 1970.
pub(in crate::output) fn hour_of(time: &str) -> Option<i64> {
    Timestamp::read(time).map(Timestamp::hour)
}

/// How many hours lie between the beginnings of two.
pub(in crate::output) fn hours_between(earlier: &str, later: &str) -> i64 {
    hour_of(earlier).zip(hour_of(later)).map_or(1, |(a, b)| b - a)
}

fn follows(earlier: &str, later: &str) -> bool {
    hours_between(earlier, later) == 1
}

/// The same date, so that a day ends at 24:00.
fn end_of_hour(hour: &str) -> String {
    let next = hour.get(11..13).and_then(|h| h.parse::<u8>().ok()).map(|h| h.saturating_add(1));
    match (hour.get(..11), next) {
        (Some(day), Some(next)) => format!("{day}{next:02}:00"),
        _ => hour.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: &str, last: &str) -> Clock {
        Clock::new(Some(&(first.to_owned(), last.to_owned())))
    }

    #[test]
    fn times_are_as_short_as_the_period_allows() {
        let time = "2026-03-10T09:12:44.001Z";
        assert_eq!(period("2026-03-10T00:00:00.000Z", "2026-03-10T23:00:00.000Z").minute(time), "09:12");
        assert_eq!(
            period("2026-03-09T00:00:00.000Z", "2026-03-11T23:00:00.000Z").minute(time),
            "03-10 09:12"
        );
        assert_eq!(
            period("2025-12-31T00:00:00.000Z", "2026-03-11T23:00:00.000Z").minute(time),
            "2026-03-10 09:12"
        );
        assert_eq!(
            period("2026-03-11T00:00:00.000Z", "2026-03-11T23:00:00.000Z").minute(time),
            "2026-03-10 09:12"
        );
        assert_eq!(Clock::new(None).minute("odd"), "odd");
    }

    #[test]
    fn hours_that_follow_each_other_are_a_range() {
        let day = |h: &str| format!("2026-03-{h}:00:00.000Z");
        let hours = ["10T03", "10T04", "10T23", "11T00", "11T01", "11T23"].map(day);
        let one_day = period("2026-03-10T00:00:00.000Z", "2026-03-10T23:00:00.000Z");
        assert_eq!(one_day.ranges(&hours[..2], 3), "03:00–05:00");
        let days = period("2026-03-10T00:00:00.000Z", "2026-03-11T23:00:00.000Z");
        assert_eq!(days.ranges(&hours, 2), "03-10 03:00–05:00, 03-10 23:00–03-11 02:00 and 1 more");
        assert_eq!(days.range(&hours[5], &hours[5]), "03-11 23:00–24:00");
    }
}
