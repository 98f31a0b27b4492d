//! Rows that stand in two copies of a log: found where the times of two files of one server and
//! family overlap, and counted once.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::overlap::Span;
use crate::model::column::Column;
use crate::model::time::Timestamp;
use crate::parse::event::Event;

const SHARDS: usize = 16;

/// The columns from which routes are read; copies agree in all of them.
const SAID: [Column; 23] = [
    Column::ClientIp,
    Column::ClientHostname,
    Column::ServerIp,
    Column::ServerHostname,
    Column::SourceContext,
    Column::ConnectorId,
    Column::Source,
    Column::EventId,
    Column::InternalMessageId,
    Column::MessageId,
    Column::NetworkMessageId,
    Column::Recipients,
    Column::RecipientStatus,
    Column::TotalBytes,
    Column::RecipientCount,
    Column::RelatedRecipient,
    Column::Reference,
    Column::Subject,
    Column::Sender,
    Column::ReturnPath,
    Column::MessageInfo,
    Column::Directionality,
    Column::OriginalClientIp,
];

/// What all files share: the rows met so far where files overlap.
#[derive(Debug, Default)]
pub(super) struct Met {
    shards: [Mutex<Shard>; SHARDS],
    hashers: [RandomState; 2],
}

#[derive(Debug, Default)]
struct Shard {
    /// Of each row: the file it was met in first, how often there, and how often at most in any file.
    rows: HashMap<u128, (u32, u32, u32)>,
    /// How often in another file.
    others: HashMap<(u128, u32), u32>,
}

impl Shard {
    /// Counts a row; true if no file held it as often before. Rows are compared between files only:
    /// two equal rows of one file are two.
    fn meet(&mut self, hash: u128, file: u32) -> bool {
        let (first, count, most) = self.rows.entry(hash).or_insert((file, 0, 0));
        let count = if *first == file { count } else { self.others.entry((hash, file)).or_default() };
        *count += 1;
        let new = *count > *most;
        *most = (*most).max(*count);
        new
    }
}

impl Met {
    /// Memory that is taken, bytes.
    pub(super) fn bytes(&self) -> usize {
        let of = |shard: &Mutex<Shard>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.rows.capacity() * 40 + shard.others.capacity() * 44
        };
        self.shards.iter().map(of).sum()
    }
}

/// One file's part in it.
#[derive(Debug)]
pub(super) struct Twins {
    /// Times in which another file of the same server and family has rows too.
    windows: Vec<Span>,
    /// Rows of files of other servers are other rows.
    host: Vec<u8>,
    met: Arc<Met>,
}

impl Twins {
    pub(super) fn new(host: Vec<u8>, met: Arc<Met>) -> Self {
        Self { windows: Vec::new(), host, met }
    }

    /// Compares its rows with those of files that share this.
    pub(super) fn share(&mut self, met: &Arc<Met>) {
        self.met = Arc::clone(met);
    }

    /// Times in which another file has rows too.
    pub(super) fn windows(&self) -> &[Span] {
        &self.windows
    }

    /// Looks for copies in these times.
    pub(super) fn look_in(&mut self, windows: Vec<Span>) {
        self.windows = windows;
    }

    /// Whether a row of this time may stand in another file too.
    #[inline]
    pub(super) fn may_hold(&self, time: Timestamp) -> bool {
        self.windows.iter().any(|(from, to)| (*from..=*to).contains(&time))
    }

    /// What names a row: its log-id, else the whole of it, and what it says. Never 0. Rows that say
    /// something else, as under another header, are no copies: which of them counted would be chance.
    pub(super) fn hash(&self, event: &Event<'_>) -> u128 {
        let log_id = event.text(Column::LogId);
        let name = if log_id.is_empty() { event.line() } else { &log_id };
        let [a, b] = self.met.hashers.each_ref().map(|h| {
            let mut hasher = h.build_hasher();
            (&self.host, name, event.time).hash(&mut hasher);
            for column in SAID {
                event.text(column).hash(&mut hasher);
            }
            hasher.finish()
        });
        u128::from(a.max(1)) << 64 | u128::from(b)
    }

    /// Whether the row is new: not yet met, or met in this file only.
    pub(super) fn is_new(&self, hash: u128, file: u32) -> bool {
        let Some(shard) = self.met.shards.get(hash as usize % SHARDS) else { return true };
        shard.lock().unwrap_or_else(PoisonError::into_inner).meet(hash, file)
    }

    /// Forgets all rows met, for another reading of the same files.
    pub(super) fn forget(&self) {
        for shard in &self.met.shards {
            *shard.lock().unwrap_or_else(PoisonError::into_inner) = Shard::default();
        }
    }
}
