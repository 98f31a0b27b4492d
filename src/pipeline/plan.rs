//! Before the reading: what each file is, which of them are worth reading, and where two overlap.

use std::hash::BuildHasher;
use std::io::{self, Read};
use std::sync::Arc;

use foldhash::quality::RandomState;

use crate::input::{InputError, Packing, Source, as_utf8_lines, is_utf8_lines};
use crate::model::report::{FileNote, LeftOut};
use crate::model::time::{HOUR, Timestamp};
use crate::parse::rescue::strip_padding;
use crate::parse::sniff::{Family, Kind, Sniffed, sniff, stamp_of_name};
use crate::parse::values;

use super::twins::{Met, Twins};
use super::window::Window;

/// How much of a file's head and end is looked at, bytes.
const LOOK: u64 = 64 << 10;
/// Head and end are samples; times of a file may lie this far outside what they show, ms.
const SLACK: i64 = 5_000;
/// Logs that follow each other share at most this, ms.
const FOLLOWING: i64 = 60_000;
const ALWAYS: (Timestamp, Timestamp) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
/// A row longer than what is looked at makes the look longer, up to this, bytes.
const LONGEST_LOOK: u64 = 8 << 20;
/// Before a file is left out for its time, its name, header, head and end are distrusted by so much, ms.
const DISTRUST: i64 = HOUR;

/// A file that will be read.
#[derive(Debug)]
pub(super) struct Planned {
    pub source: Source,
    pub twins: Twins,
    /// Who wrote most of its first rows: the writer of a row that names no host.
    pub host: Vec<u8>,
    /// Of standard input, what was read to learn what it is.
    head: Vec<u8>,
    /// It is not packed, and UTF-8 lines as it lies there.
    pub as_is: bool,
}

impl Planned {
    /// Opens the file from its start, as UTF-8 lines.
    pub(super) fn open(&self) -> Result<Box<dyn Read + Send>, InputError> {
        let rest = self.source.open()?;
        let whole: Box<dyn Read + Send> = if self.head.is_empty() {
            rest
        } else {
            Box::new(io::Cursor::new(self.head.clone()).chain(rest))
        };
        as_utf8_lines(whole).map_err(|e| InputError::Open { path: self.source.name.clone(), source: e })
    }
}

impl Planned {
    /// Opens the file for the bytes between two offsets.
    pub(super) fn open_between(&self, from: u64, to: u64) -> Result<Box<dyn Read + Send>, InputError> {
        Ok(Box::new(self.source.open_at(from)?.take(to - from)))
    }
}

/// What will be read, and what will not.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub files: Vec<Planned>,
    pub notes: Vec<FileNote>,
    pub left_out: Vec<LeftOut>,
    pub errors: Vec<InputError>,
    /// Files left out by their time.
    pub outside_window: u64,
}

struct Looked {
    source: Source,
    /// Hash and length of its first bytes.
    head: (u64, usize),
    sniffed: Sniffed,
    family: Family,
    /// Of standard input, what was read of it.
    taken: Vec<u8>,
    as_is: bool,
    /// Latest time, where the end could be looked at.
    last: Option<Timestamp>,
}

/// Looks into every file. Files whose time lies outside the window are not read further.
pub(super) fn plan(sources: Vec<Source>, window: &Window) -> Plan {
    let mut plan = Plan::default();
    let mut looked: Vec<Looked> = Vec::new();
    let hasher = RandomState::default();
    for source in sources {
        match look(source, &hasher) {
            Ok(file) => match not_a_log(&file) {
                Some(left_out) => plan.left_out.push(left_out),
                None if outside(window, &file) => plan.outside_window += 1,
                None => looked.push(file),
            },
            Err(e) => plan.errors.push(e),
        }
    }
    drop_identical(&mut looked, &mut plan);
    let met = Arc::new(Met::default());
    let windows: Vec<_> = (0..looked.len()).map(|i| overlaps(&looked, i)).collect();
    for (file, windows) in looked.into_iter().zip(windows) {
        plan.notes.push(FileNote {
            name: file.source.name.clone(),
            family: file.family.as_str(),
            version: file.sniffed.version.clone(),
            columns: file.sniffed.width,
            ..FileNote::default()
        });
        let twins = Twins::new(windows, file.sniffed.host.clone(), Arc::clone(&met));
        plan.files.push(Planned {
            source: file.source,
            twins,
            host: file.sniffed.host,
            head: file.taken,
            as_is: file.as_is,
        });
    }
    plan
}

fn look(source: Source, hasher: &RandomState) -> Result<Looked, InputError> {
    let family = Family::of_name(&source.log_name());
    let (mut head, mut taken) = head_of(&source, LOOK)?;
    let mut sniffed = sniff(&head, family);
    let mut longer = LOOK;
    while sniffed.first.is_none()
        && head.len() as u64 == longer
        && longer < LONGEST_LOOK
        && comparable(&source)
    {
        longer *= 4;
        (head, taken) = head_of(&source, longer)?;
        sniffed = sniff(&head, family);
    }
    let last = source.tail(LOOK).and_then(|tail| last_time(&tail)).or_else(|| last_time_if_whole(&head));
    let mut raw = Vec::new();
    let as_is = source.packing == Packing::Plain
        && source.open()?.take(LOOK).read_to_end(&mut raw).is_ok()
        && is_utf8_lines(&raw);
    Ok(Looked { sniffed, family, head: (hasher.hash_one(&head[..]), head.len()), taken, as_is, last, source })
}

/// The first bytes of a file as UTF-8 lines; of standard input also as they were, since they cannot be read again.
fn head_of(source: &Source, most: u64) -> Result<(Vec<u8>, Vec<u8>), InputError> {
    let fail = |e| InputError::Open { path: source.name.clone(), source: e };
    let (mut raw, mut taken) = (source.open()?, Vec::new());
    if source.packing == Packing::Stdin {
        raw.by_ref().take(most).read_to_end(&mut taken).map_err(fail)?;
        raw = Box::new(io::Cursor::new(taken.clone()));
    }
    let mut head = Vec::new();
    match as_utf8_lines(raw).map_err(fail)?.take(most).read_to_end(&mut head) {
        // The reading will come upon it again and say how far it came.
        Err(e) if head.is_empty() => return Err(fail(e)),
        _ => {}
    }
    Ok((head, taken))
}

/// Why a file is not read: it is another kind of log, or none. What the user names, or what is named
/// like a tracking log, is read if it is not plainly something else.
fn not_a_log(file: &Looked) -> Option<LeftOut> {
    let named = file.source.explicit || file.family != Family::Unknown;
    let reason = match &file.sniffed.kind {
        Kind::Tracking | Kind::Empty => return None,
        Kind::Unknown if named => return None,
        Kind::Unknown => "no tracking log: neither a header nor a row of one".to_owned(),
        Kind::Other(name) => format!("this is another log: {name}"),
    };
    Some(LeftOut { name: file.source.name.clone(), reason, explicit: file.source.explicit })
}

/// The latest time at the start of a line.
fn last_time(tail: &[u8]) -> Option<Timestamp> {
    tail.split(|b| *b == b'\n')
        .filter_map(|line| strip_padding(line).get(..24))
        .filter_map(values::timestamp)
        .max()
}

/// The same, of a file that is no longer than its head.
fn last_time_if_whole(head: &[u8]) -> Option<Timestamp> {
    if (head.len() as u64) < LOOK { last_time(head) } else { None }
}

/// Whether a file has no row in the window, by its name, its header and its first and last rows.
fn outside(window: &Window, file: &Looked) -> bool {
    let stamp = stamp_of_name(&file.source.log_name());
    let begins = [file.sniffed.first, file.sniffed.made, stamp].into_iter().flatten().min();
    let too_late = window.until.is_some_and(|until| begins.is_some_and(|b| b.0 - DISTRUST > until.0));
    let too_early = window.since.is_some_and(|since| file.last.is_some_and(|l| l.0 + DISTRUST < since.0));
    too_late || too_early
}

/// Of files that are the same byte by byte, the first is read.
fn drop_identical(looked: &mut Vec<Looked>, plan: &mut Plan) {
    let mut kept: Vec<Looked> = Vec::new();
    for file in looked.drain(..) {
        let twin = kept.iter().find(|k| {
            comparable(&k.source)
                && comparable(&file.source)
                && file.head.1 > 0
                && k.head == file.head
                && same_content(&k.source, &file.source)
        });
        match twin {
            Some(twin) => {
                let reason = format!("the same, byte by byte, as {}", twin.source.name);
                plan.left_out.push(LeftOut { name: file.source.name.clone(), reason, explicit: false });
            }
            None => kept.push(file),
        }
    }
    *looked = kept;
}

/// Standard input can be read once only.
fn comparable(source: &Source) -> bool {
    source.packing != Packing::Stdin
}

fn same_content(a: &Source, b: &Source) -> bool {
    let open = |s: &Source| s.open().ok().and_then(|r| as_utf8_lines(r).ok());
    let (Some(mut a), Some(mut b)) = (open(a), open(b)) else { return false };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        let ends = a
            .by_ref()
            .take(1 << 20)
            .read_to_end(&mut left)
            .and(b.by_ref().take(1 << 20).read_to_end(&mut right));
        if ends.is_err() || left != right {
            return false;
        }
        if left.is_empty() {
            return true;
        }
    }
}

/// The times that a file shares with others of its server and family.
fn overlaps(looked: &[Looked], number: usize) -> Vec<(Timestamp, Timestamp)> {
    let span = |f: &Looked| {
        let first = f.sniffed.first.map_or(i64::MIN, |t| t.0 - SLACK);
        (Timestamp(first), Timestamp(f.last.map_or(i64::MAX, |t| t.0 + SLACK)))
    };
    let Some(own) = looked.get(number) else { return Vec::new() };
    let (from, to) = span(own);
    let related = |f: &Looked| {
        (f.family == own.family || f.family == Family::Unknown || own.family == Family::Unknown)
            && f.sniffed.host == own.sniffed.host
    };
    let mut shared: Vec<(Timestamp, Timestamp)> = looked
        .iter()
        .enumerate()
        .map(|(i, f)| (i, f, span(f)))
        .filter(|(i, f, span)| *i != number && span.0 <= to && from <= span.1 && related(f))
        .map(|(_, _, span)| (from.max(span.0), to.min(span.1)))
        // Two logs that follow each other share seconds. What shares more is a copy, and may be one of
        // rows whose times lie anywhere.
        .map(|(from, to)| if to.0.saturating_sub(from.0) > FOLLOWING { ALWAYS } else { (from, to) })
        .collect();
    shared.sort_unstable();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in shared {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => merged.push((from, to)),
        }
    }
    merged
}
