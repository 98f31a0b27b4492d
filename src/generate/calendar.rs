//! How mail spreads over days and hours.

use super::START;
use crate::model::time::HOUR;

/// Mail of each hour of a working day; the night is never quite silent.
const HOURS: [u64; 24] =
    [4, 3, 3, 3, 4, 8, 20, 55, 90, 100, 96, 84, 66, 72, 88, 86, 78, 60, 38, 24, 16, 12, 8, 6];

/// The hours of the logs, each with the mail that came before it.
#[derive(Debug)]
pub(super) struct Calendar {
    before: Vec<u64>,
    total: u64,
}

impl Calendar {
    /// Of so many days.
    pub(super) fn new(days: u32) -> Self {
        let (mut before, mut total) = (Vec::new(), 0);
        for day in 0..days {
            // It begins on a Monday.
            let busy = if day % 7 < 5 { 10 } else { 2 };
            for hour in HOURS {
                before.push(total);
                total += hour * busy;
            }
        }
        Self { before, total }
    }

    /// The time when `done` of `all` has been written.
    pub(super) fn at(&self, done: u64, all: u64) -> i64 {
        // In thousandths of the smallest hour's share, so that times do not jump.
        let scaled = u128::from(done) * u128::from(self.total) * 1_000 / u128::from(all.max(1));
        let mail = (scaled / 1_000) as u64;
        let hour = self.before.partition_point(|b| *b <= mail).saturating_sub(1);
        let from = self.before.get(hour).copied().unwrap_or(0);
        let to = self.before.get(hour + 1).copied().unwrap_or(self.total);
        let into = scaled.saturating_sub(u128::from(from) * 1_000);
        let width = u128::from((to - from).max(1)) * 1_000;
        START + hour as i64 * HOUR + (into * HOUR as u128 / width).min(HOUR as u128) as i64
    }

    /// The end of the last day.
    pub(super) fn end(&self) -> i64 {
        START + self.before.len() as i64 * HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_from_the_first_hour_to_the_last_and_never_back() {
        let calendar = Calendar::new(7);
        let times: Vec<i64> = (0..=10_000).map(|n| calendar.at(n, 10_000)).collect();
        assert!(times.is_sorted());
        assert_eq!((times[0], times[10_000]), (START, calendar.end()));
    }
}
