//! What a thread counts while it reads; merged when all is read.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::near;
use crate::model::event::{EventId, Source};
use crate::model::intake::{Ledger, Reject};
use crate::model::name::Symbol;
use crate::model::time::Timestamp;

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
    /// By file.
    pub files: BTreeMap<u32, FileCount>,
    /// Rejects by reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// The first rejects, at least as many as are to be kept.
    pub rejects: Vec<Reject>,
    /// message-ids like the one asked for.
    pub near: near::Found,
}

/// What was found in one file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FileCount {
    pub records: u64,
    pub bytes: u64,
    pub rejects: u64,
    pub cut_off: bool,
}

impl Seen {
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
            let mine = self.files.entry(file).or_default();
            mine.records += n.records;
            mine.bytes += n.bytes;
            mine.rejects += n.rejects;
            mine.cut_off |= n.cut_off;
        }
        for (reason, n) in other.reasons {
            *self.reasons.entry(reason).or_default() += n;
        }
        self.rejects.extend(other.rejects);
        for one in other.near {
            near::add(&mut self.near, one);
        }
    }

    /// Counts a record.
    pub(super) fn record(&mut self, file: u32) {
        self.ledger.records += 1;
        self.files.entry(file).or_default().records += 1;
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
