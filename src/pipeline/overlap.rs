//! Which times files of one server and family share: there a row may stand in two copies.

use hashbrown::HashMap;

use crate::model::time::Timestamp;
use crate::parse::sniff::Family;

/// From and to, both in it.
pub(super) type Span = (Timestamp, Timestamp);

/// Head and end are samples; times of a file may lie this far outside what they show, ms.
const SLACK: i64 = 5_000;
/// Logs that follow each other share at most this, ms.
const FOLLOWING: i64 = 60_000;
const ALWAYS: Span = (Timestamp(i64::MIN), Timestamp(i64::MAX));

/// The times that a file covers, as far as known.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    host: Vec<u8>,
    family: Family,
    first: Option<Timestamp>,
    last: Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Unknown,
    Known(Timestamp),
    /// It would be known when all is read.
    Guessed(Timestamp),
}

impl Reach {
    /// Of a file that begins, and ends where that could be looked at, at these times.
    pub(super) fn new(
        host: Vec<u8>,
        family: Family,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    ) -> Self {
        Self { host, family, first, last: last.map_or(Last::Unknown, Last::Known) }
    }

    /// The latest time in it, as far as known.
    pub(super) fn last(&self) -> Option<Timestamp> {
        if let Last::Known(last) = self.last { Some(last) } else { None }
    }

    /// Whether a row of it was seen.
    pub(super) fn has_begun(&self) -> bool {
        self.first.is_some()
    }

    /// Up to when it was read.
    pub(super) fn reached(&mut self, last: Option<Timestamp>) {
        self.last = last.map_or(self.last, Last::Known);
    }

    /// Whether it may hold rows of what was read of another file: it begins with it, or some time before the end of
    /// what was read.
    pub(super) fn may_repeat(&self, read: &Self) -> bool {
        if self.host != read.host || !self.may_be_one(read) {
            return false;
        }
        let (Some(first), Last::Known(end)) = (self.first, read.last) else { return false };
        let before = matches!((self.last, read.first), (Last::Known(last), Some(begins)) if last < begins);
        Some(first) == read.first || first.0.saturating_add(FOLLOWING) < end.0 && !before
    }

    /// When it begins and ends, with some slack.
    fn span(&self) -> Span {
        let first = self.first.map_or(i64::MIN, |t| t.0.saturating_sub(SLACK));
        let last = match self.last {
            Last::Unknown => i64::MAX,
            Last::Known(t) | Last::Guessed(t) => t.0.saturating_add(SLACK),
        };
        (Timestamp(first), Timestamp(last))
    }

    /// When it begins, and whose of which kind it is.
    pub(super) fn begins(&self) -> (Timestamp, &[u8], Family) {
        (self.first.unwrap_or(Timestamp(i64::MIN)), &self.host, self.family)
    }

    /// Whether two logs of one server may hold the same rows.
    fn may_be_one(&self, other: &Self) -> bool {
        self.family == other.family || self.family == Family::Unknown || other.family == Family::Unknown
    }
}

/// Takes it that logs of which the end is unknown end where the next of their server and family begins.
pub(super) fn guess(reaches: &mut [Reach]) {
    let mut begins: HashMap<(Vec<u8>, Family), Vec<Timestamp>> = HashMap::new();
    for reach in &*reaches {
        begins.entry((reach.host.clone(), reach.family)).or_default().extend(reach.first);
    }
    begins.values_mut().for_each(|times| times.sort_unstable());
    for reach in reaches {
        let Some(first) = reach.first.filter(|_| reach.last == Last::Unknown) else { continue };
        let Some(times) = begins.get(&(reach.host.clone(), reach.family)) else { continue };
        let next = times.get(times.partition_point(|t| *t <= first));
        reach.last = next.map_or(Last::Unknown, |next| Last::Guessed(*next));
    }
}

/// Puts the latest time that was found, by the number of the file, in place of guesses. Says whether there were any.
pub(super) fn settle(reaches: &mut [Reach], found: impl Fn(usize) -> Option<Timestamp>) -> bool {
    let mut guessed = false;
    for (number, reach) in reaches.iter_mut().enumerate() {
        if let Last::Guessed(guess) = reach.last {
            reach.last = Last::Known(found(number).unwrap_or(guess));
            guessed = true;
        }
    }
    guessed
}

/// Whether all of these times lie in those, both without overlaps of their own.
pub(super) fn covers(those: &[Span], these: &[Span]) -> bool {
    these.iter().all(|(from, to)| those.iter().any(|(start, end)| start <= from && to <= end))
}

/// The times that each file shares with others of its server and family, in order.
pub(super) fn windows(reaches: &[Reach]) -> Vec<Vec<Span>> {
    let spans: Vec<Span> = reaches.iter().map(Reach::span).collect();
    let mut hosts: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (i, reach) in reaches.iter().enumerate() {
        hosts.entry(&reach.host).or_default().push(i);
    }
    let mut out = vec![Vec::new(); reaches.len()];
    for files in hosts.values_mut() {
        files.sort_by_key(|i| spans.get(*i));
        // Of the files up to each, the latest end: before it, none reaches further.
        let ends = files.iter().scan(Timestamp(i64::MIN), |latest, i| {
            *latest = spans.get(*i).map_or(*latest, |span| span.1.max(*latest));
            Some(*latest)
        });
        let ends: Vec<Timestamp> = ends.collect();
        for own in files.iter() {
            let Some(shared) = out.get_mut(*own) else { continue };
            let Some((file, (from, to))) = reaches.get(*own).zip(spans.get(*own).copied()) else { continue };
            let before = files.partition_point(|i| spans.get(*i).is_some_and(|span| span.0 <= to));
            let near = files.iter().zip(&ends).take(before).rev().take_while(|(_, end)| from <= **end);
            let others =
                near.filter(|(i, _)| *i != own).filter_map(|(i, _)| reaches.get(*i).zip(spans.get(*i)));
            let met = others.filter(|(other, span)| from <= span.1 && file.may_be_one(other));
            shared.extend(met.map(|(_, span)| (from.max(span.0), to.min(span.1))));
            *shared = merged(std::mem::take(shared));
        }
    }
    out
}

/// Spans without overlaps. Two logs that follow each other share seconds. What shares more is a copy, and
/// may be one of rows whose times lie anywhere.
fn merged(mut shared: Vec<Span>) -> Vec<Span> {
    for span in &mut shared {
        if span.1.0.saturating_sub(span.0.0) > FOLLOWING {
            *span = ALWAYS;
        }
    }
    shared.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for (from, to) in shared {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn packed(first: i64) -> Reach {
        Reach::new(b"ex1".to_vec(), Family::Transport, Some(Timestamp(first)), None)
    }

    #[test]
    fn packed_logs_that_follow_each_other_share_seconds_once_their_ends_are_guessed() {
        let mut reaches = [packed(0), packed(HOUR), packed(2 * HOUR)];
        assert_eq!(windows(&reaches), vec![vec![ALWAYS]; 3]);
        guess(&mut reaches);
        let between = |hour: i64| (Timestamp(hour * HOUR - SLACK), Timestamp(hour * HOUR + SLACK));
        let guessed = windows(&reaches);
        assert_eq!(guessed, [vec![between(1)], vec![between(1), between(2)], vec![between(2)]]);
        // As guessed, and one that reaches far into the next.
        for (end, holds) in [(HOUR + 100, false), (HOUR - 100, true), (HOUR, true), (HOUR + HOUR / 2, false)]
        {
            let mut settled = reaches.clone();
            let found = |number| (number == 0).then_some(Timestamp(end));
            assert!(settle(&mut settled, found));
            let now = windows(&settled);
            let all = now.iter().zip(&guessed).all(|(now, guessed)| covers(guessed, now));
            assert_eq!(all, holds, "{end}: {now:?}");
        }
    }

    #[test]
    fn nothing_is_guessed_of_files_whose_end_is_known_or_that_nothing_follows() {
        let plain = Reach::new(b"ex1".to_vec(), Family::Transport, Some(Timestamp(0)), Some(Timestamp(5)));
        let mut reaches = [plain, packed(HOUR)];
        guess(&mut reaches);
        assert!(!settle(&mut reaches, |_| None));
    }
}
