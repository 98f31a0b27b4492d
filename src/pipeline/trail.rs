//! Where a few messages that are asked for by their ids stand, found by looking for the ids as texts.
//!
//! Logs are searched as bytes; only files that hold a text are cut into records, and only records that
//! hold one are read. A row leads on: its network-message-id and its message-id are looked for as well,
//! until no row names an id that was not looked for. So everything is found that may be joined with these
//! messages. What is found early in one file is looked for in the next ones at once, so that most files
//! are read once.

use std::borrow::Cow;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashSet;

use super::feed::{Chunk, Feed};
use super::filter::Filter;
use super::plan::Planned;
use super::seen::Seen;
use super::worker::{Sink, Worker};
use crate::input::{Buffer, InputError};
use crate::model::column::Column;
use crate::model::intake::Position;
use crate::model::name::guid_text;
use crate::parse::event::Event;
use crate::parse::needle::{Needles, SHORTEST};
use crate::parse::values;
use crate::route::store::{Keyer, bare_message_id};

/// Messages that share ids with so many others are read like all of them, texts.
const MOST: usize = 32;
/// So much is searched at once: what was read is then still at hand for the processor, bytes.
const LOOK: usize = 64 << 10;

/// Where the messages stand.
#[derive(Debug)]
pub(super) struct Trail {
    /// The names of their bags, among them maybe some that are not theirs.
    pub keys: HashSet<u128>,
    /// Every row of theirs holds one of these.
    pub needles: Needles,
    /// Files with such rows, in order.
    pub files: Vec<u32>,
    /// Searched.
    pub bytes: u64,
    pub errors: Vec<InputError>,
}

/// What is known of the messages so far.
#[derive(Debug, Default)]
struct Known {
    /// What is looked for, in the order in which it was met.
    texts: Vec<Vec<u8>>,
    networks: HashSet<u128>,
    /// message-ids as they are compared.
    ids: HashSet<Vec<u8>>,
    /// There are too many of them, or one that cannot be looked for.
    lost: bool,
}

/// How far a file is.
#[derive(Debug, Default)]
struct Searched {
    /// So many of the texts were looked for.
    texts: AtomicUsize,
    found: AtomicBool,
}

/// A search on all threads.
struct Search<'s> {
    files: &'s [Planned],
    filter: &'s Filter,
    chunk: usize,
    progress: &'s (dyn Fn(u64) + Sync),
    known: Mutex<Known>,
    searched: Vec<Searched>,
    bytes: AtomicUsize,
    errors: Mutex<Vec<InputError>>,
}

/// Follows the messages that a filter names. `None` if it names none, or more than can be looked for.
pub(super) fn follow(
    files: &[Planned],
    (filter, keyer): (&Filter, &Keyer),
    chunk: usize,
    progress: &(dyn Fn(u64) + Sync),
    pool: &rayon::ThreadPool,
) -> Option<Trail> {
    let texts =
        filter.names().filter(|texts| texts.len() <= MOST && texts.iter().all(|t| can_be_found(t)))?;
    let search = Search {
        files,
        filter,
        chunk,
        progress,
        known: Mutex::new(Known { texts, ..Known::default() }),
        searched: files.iter().map(|_| Searched::default()).collect(),
        bytes: AtomicUsize::new(0),
        errors: Mutex::default(),
    };
    while search.is_behind() {
        let next = AtomicUsize::new(0);
        pool.broadcast(|_| search.work(&next));
    }
    search.finish(keyer)
}

/// Whether a text stands in the log as it is, letter case aside: without what is doubled or breaks lines there.
fn can_be_found(text: &[u8]) -> bool {
    text.len() >= SHORTEST && !text.iter().any(|b| matches!(b, b'"' | b'\n' | b'\r'))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Search<'_> {
    /// Whether some file was not searched for all texts.
    fn is_behind(&self) -> bool {
        let known = lock(&self.known);
        let behind = |file: &Searched| file.texts.load(Ordering::Relaxed) < known.texts.len();
        !known.lost && self.searched.iter().any(behind)
    }

    /// One thread's part: file by file.
    fn work(&self, next: &AtomicUsize) {
        let mut buffer = Buffer::default();
        let mut last: Option<((usize, usize), Option<Needles>)> = None;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let (Some(file), Some(searched)) = (self.files.get(number), self.searched.get(number)) else {
                return;
            };
            let from = searched.texts.load(Ordering::Relaxed);
            let known = lock(&self.known);
            let to = known.texts.len();
            if known.lost || from == to {
                continue;
            }
            if last.as_ref().is_none_or(|(range, _)| *range != (from, to)) {
                last = Some(((from, to), Needles::new(known.texts.get(from..).unwrap_or_default())));
            }
            drop(known);
            let Some((_, Some(needles))) = &last else { return };
            self.search(number as u32, file, needles, &mut buffer);
            searched.texts.store(to, Ordering::Relaxed);
        }
    }

    /// Searches a file, and reads on from what is found there.
    fn search(&self, number: u32, file: &Planned, needles: &Needles, buffer: &mut Buffer) {
        let Some(searched) = self.searched.get(number as usize) else { return };
        let is_first = searched.texts.load(Ordering::Relaxed) == 0;
        let mut bytes = 0;
        let mut done = is_in(file, needles, buffer, &mut bytes);
        if matches!(done, Ok(true)) {
            searched.found.store(true, Ordering::Relaxed);
            done = self.read(number, file, needles, &mut bytes);
        }
        if is_first {
            self.bytes.fetch_add(bytes as usize, Ordering::Relaxed);
            lock(&self.errors).extend(done.err());
        }
        (self.progress)(bytes);
    }

    /// Reads the records of a file that hold a text.
    fn read(
        &self,
        number: u32,
        file: &Planned,
        needles: &Needles,
        bytes: &mut u64,
    ) -> Result<bool, InputError> {
        let mut worker =
            Worker::new(Links { search: self, seen: Seen::default() }, 0, true).only(Some(needles));
        let mut feed = Feed::new(file.open()?, number, self.chunk);
        let (mut chunk, mut failed) = (Chunk::default(), None);
        loop {
            let (more, error) = feed.next(&mut chunk);
            failed = failed.or(error);
            if !more {
                break;
            }
            worker.chunk(&chunk, file);
        }
        *bytes = feed.offset();
        failed.map_or(Ok(true), |source| Err(stopped(file, *bytes, source)))
    }

    fn finish(self, keyer: &Keyer) -> Option<Trail> {
        let known = self.known.into_inner().unwrap_or_else(PoisonError::into_inner);
        let needles = Needles::new(&known.texts).filter(|_| !known.lost)?;
        let no_server = || Cow::Borrowed(&b""[..]);
        let by_id = known.ids.iter().map(|id| keyer.key(None, id, (no_server, 0), b"").value);
        let mut errors = self.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_by_key(ToString::to_string);
        let found = (0u32..).zip(&self.searched).filter(|(_, file)| file.found.load(Ordering::Relaxed));
        Some(Trail {
            keys: known.networks.iter().copied().chain(by_id).collect(),
            needles,
            files: found.map(|(number, _)| number).collect(),
            bytes: self.bytes.into_inner() as u64,
            errors,
        })
    }
}

/// Whether a file holds one of the texts. `bytes` is how far it was read; after an error what was read before it
/// is searched too, and what it holds goes before the error.
fn is_in(
    file: &Planned,
    needles: &Needles,
    buffer: &mut Buffer,
    bytes: &mut u64,
) -> Result<bool, InputError> {
    let mut reader = file.open()?;
    let mut rest = Vec::new();
    loop {
        buffer.set(&rest);
        let done = buffer.fill(&mut *reader, LOOK.max(2 * needles.longest()));
        *bytes += (buffer.len() - rest.len()) as u64;
        if needles.are_in(buffer) {
            return Ok(true);
        }
        if done.map_err(|source| stopped(file, *bytes, source))? {
            return Ok(false);
        }
        // A text may lie across the edge.
        rest.clear();
        let kept = buffer.len().saturating_sub(needles.longest());
        rest.extend_from_slice(buffer.get(kept..).unwrap_or_default());
    }
}

fn stopped(file: &Planned, offset: u64, source: io::Error) -> InputError {
    InputError::Read { path: file.source.name.clone(), offset, source }
}

/// The sink that learns from rows what else is to be looked for.
struct Links<'s> {
    search: &'s Search<'s>,
    seen: Seen,
}

impl Sink for Links<'_> {
    fn row(&mut self, event: &Event<'_>, _: Position, _: &Planned) {
        let network = values::guid(event.text(Column::NetworkMessageId).trim_ascii());
        let text = event.text(Column::MessageId);
        let id = bare_message_id(&text);
        let known = &mut *lock(&self.search.known);
        if !self.search.filter.is_named_by(event)
            && network.is_none_or(|network| !known.networks.contains(&network))
            && !known.ids.contains(id)
        {
            return;
        }
        if let Some(network) = network
            && known.networks.insert(network)
        {
            let dashed = guid_text(network);
            for text in [dashed.replace('-', ""), dashed] {
                known.look_for(text.as_bytes());
            }
        }
        if !id.is_empty() && known.ids.insert(id.to_vec()) {
            known.look_for(id);
        }
    }

    fn seen(&mut self) -> &mut Seen {
        &mut self.seen
    }
}

impl Known {
    fn look_for(&mut self, text: &[u8]) {
        if !self.texts.iter().any(|known| known.eq_ignore_ascii_case(text)) {
            self.texts.push(text.to_vec());
        }
        self.lost |= self.texts.len() > MOST || !can_be_found(text);
    }
}
