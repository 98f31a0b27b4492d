//! What a thread counts while it reads; merged when all is read.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use super::near;
use crate::model::event::{EventId, Source};
use crate::model::intake::{Ledger, Reject};
use crate::model::name::{EMPTY, Symbol};
use crate::model::time::Timestamp;

/// More than there are known names of events, and of sources.
const KINDS: usize = 64;

/// What one thread has seen; merged when all is read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub ledger: Ledger,
    /// Rows by writing server and hour.
    pub coverage: HashMap<(Symbol, i64), u64>,
    /// Rows by event-id and source; an unknown name is kept as its symbol.
    pub events: HashMap<(EventId, Source, Symbol, Symbol), u64>,
    /// First and last counted row.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Annotations that name no message.
    pub unattached: u64,
    /// By file, without the one that is being read.
    pub files: BTreeMap<u32, FileCount>,
    /// The file that is being read, and what was found in it.
    file: u32,
    pub current: FileCount,
    /// Rows by event-id and source, where both are known.
    known: Vec<u64>,
    /// Rows of the server and hour of the last row.
    here: ((Symbol, i64), u64),

    /// Rejects by reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// The first rejects, at least as many as are to be kept.
    pub rejects: Vec<Reject>,
    /// message-ids like the one asked for.
    pub near: near::Found,
    /// Messages that were sent again: network-message-id, else hash of the message-id.
    pub resubmitted: HashSet<u128>,
}

/// What was found in one file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FileCount {
    pub records: u64,
    pub bytes: u64,
    pub rejects: u64,
    pub cut_off: bool,
    /// The latest time of a row.
    pub last: Option<Timestamp>,
}

impl FileCount {
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.bytes += other.bytes;
        self.rejects += other.rejects;
        self.cut_off |= other.cut_off;
        self.last = self.last.max(other.last);
    }
}

impl Seen {
    /// Adds what another thread has seen; both have put down what they counted aside.
    pub(super) fn merge(&mut self, other: Self) {
        self.ledger.merge(&other.ledger);
        for (key, n) in other.coverage {
            *self.coverage.entry(key).or_default() += n;
        }
        for (key, n) in other.events {
            *self.events.entry(key).or_default() += n;
        }
        if let Some((first, last)) = other.period {
            self.see(first);
            self.see(last);
        }
        self.unattached += other.unattached;
        for (file, n) in other.files {
            self.files.entry(file).or_default().add(&n);
        }
        for (reason, n) in other.reasons {
            *self.reasons.entry(reason).or_default() += n;
        }
        self.rejects.extend(other.rejects);
        for one in other.near {
            near::add(&mut self.near, one);
        }
        self.resubmitted.extend(other.resubmitted);
    }

    /// Begins a chunk of a file.
    pub(super) fn begin(&mut self, file: u32, bytes: u64) {
        if file != self.file {
            self.put_down();
            self.file = file;
        }
        self.current.bytes += bytes;
    }

    /// Adds what was counted aside to its place. Call before the parts are merged.
    pub(super) fn put_down(&mut self) {
        let found = std::mem::take(&mut self.current);
        let mine = self.files.entry(self.file).or_default();
        mine.add(&found);
        let (place, rows) = std::mem::take(&mut self.here);
        if rows > 0 {
            *self.coverage.entry(place).or_default() += rows;
        }
        for (place, count) in std::mem::take(&mut self.known).into_iter().enumerate().filter(|(_, n)| *n > 0)
        {
            let event = EventId::from_u8((place / KINDS) as u8);
            let source = Source::from_u8((place % KINDS) as u8);
            *self.events.entry((event, source, EMPTY, EMPTY)).or_default() += count;
        }
    }

    /// Counts a row of a server and hour; most rows share those of the row before.
    pub(super) fn cover(&mut self, server: Symbol, hour: i64) {
        if self.here.0 != (server, hour) {
            let (place, rows) = std::mem::replace(&mut self.here, ((server, hour), 0));
            if rows > 0 {
                *self.coverage.entry(place).or_default() += rows;
            }
        }
        self.here.1 += 1;
    }

    /// Notes that a server wrote in an hour, of which nothing may count.
    pub(super) fn cover_idle(&mut self, server: Symbol, hour: i64) {
        self.coverage.entry((server, hour)).or_default();
    }

    /// Counts an event; most rows have names that are known.
    pub(super) fn event(&mut self, event: EventId, source: Source) {
        let place = event as usize * KINDS + source as usize;
        if self.known.len() <= place {
            self.known.resize(KINDS * KINDS, 0);
        }
        if let Some(count) = self.known.get_mut(place) {
            *count += 1;
        }
    }

    /// Counts a record.
    pub(super) fn record(&mut self) {
        self.ledger.records += 1;
        self.current.records += 1;
    }

    /// Keeps the first rejects by file and place.
    pub(super) fn trim_rejects(&mut self, keep: usize) {
        self.rejects.sort_unstable_by_key(|r| r.position);
        self.rejects.truncate(keep);
    }

    /// Widens the period.
    pub(super) fn see(&mut self, time: Timestamp) {
        let (first, last) = self.period.unwrap_or((time, time));
        self.period = Some((first.min(time), last.max(time)));
    }
}
