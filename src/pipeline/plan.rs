//! Before the reading: what each file is, which of them are worth reading, and where two overlap.

use std::hash::BuildHasher;
use std::io::{self, Read};
use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::input::{Buffer, InputError, Packing, Source, as_utf8_lines, decode, is_utf8_lines};
use crate::model::report::{FileNote, LeftOut};
use crate::model::time::{HOUR, Timestamp};
use crate::parse::rescue::strip_padding;
use crate::parse::sniff::{Family, Kind, Sniffed, sniff, stamp_of_name};
use crate::parse::values;

use super::overlap::{self, Reach};
use super::twins::{Met, Twins};
use super::window::Window;

/// How much of a file's head is looked at, bytes.
const LOOK: usize = decode::HEAD;
/// How much of the end of a longer one, for the time alone.
const LAST_LOOK: usize = 16 << 10;
/// So much of a head tells whether two files may be the same, bytes.
const LIKENESS: usize = 4 << 10;
/// A row longer than what is looked at makes the look longer, up to this, bytes.
const LONGEST_LOOK: usize = 8 << 20;
/// Before a file is left out for its time, its name, header, head and end are distrusted by so much, ms.
const DISTRUST: i64 = HOUR;

/// A file that will be read.
#[derive(Debug)]
pub(super) struct Planned {
    pub source: Source,
    pub twins: Twins,
    /// Who wrote most of its first rows: the writer of a row that names no host.
    pub host: Vec<u8>,
    /// The hour it begins in, or by its name would; [`i64::MIN`] where nothing tells.
    pub hour: i64,
    /// Of standard input, what was read to learn what it is.
    head: Vec<u8>,
    /// It is not packed, and UTF-8 lines as it lies there.
    as_is: bool,
}

impl Planned {
    /// Opens the file from its start, as UTF-8 lines.
    pub(super) fn open(&self) -> Result<Box<dyn Read + Send>, InputError> {
        let rest = self.source.open()?;
        if self.as_is {
            return Ok(rest);
        }
        let whole: Box<dyn Read + Send> = if self.head.is_empty() {
            rest
        } else {
            Box::new(io::Cursor::new(self.head.clone()).chain(rest))
        };
        as_utf8_lines(whole).map_err(|e| InputError::Open { path: self.source.name.clone(), source: e })
    }
}

impl Planned {
    /// Opens the file for the bytes between two offsets, which count what comes out of [`Planned::open`].
    pub(super) fn open_between(&self, from: u64, to: u64) -> Result<Box<dyn Read + Send>, InputError> {
        let fail = |source| InputError::Open { path: self.source.name.clone(), source };
        let mut bytes = if self.as_is { self.source.open_at(from)? } else { self.open()? };
        if !self.as_is {
            io::copy(&mut bytes.by_ref().take(from), &mut io::sink()).map_err(fail)?;
        }
        Ok(Box::new(bytes.take(to - from)))
    }

    /// Whether a place in it can be read without all that stands before.
    pub(super) fn is_seekable(&self) -> bool {
        self.as_is
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
    /// Which times each file covers.
    pub(super) reaches: Vec<Reach>,
}

impl Plan {
    /// Takes it that a packed log ends where the next one begins. Whether that is so shows when it has been read.
    pub(super) fn guess_ends(&mut self) {
        overlap::guess(&mut self.reaches);
        self.overlap();
    }

    /// Puts in place of what was guessed when each file was found to end. Says whether it must be read again, since a
    /// row that stands in a copy too may have counted twice.
    pub(super) fn settle_ends(&mut self, ends: impl Fn(usize) -> Option<Timestamp>) -> bool {
        if !overlap::settle(&mut self.reaches, ends) {
            return false;
        }
        let before: Vec<_> = self.files.iter().map(|file| file.twins.windows().to_vec()).collect();
        self.overlap();
        let mut windows = self.files.iter().map(|file| file.twins.windows()).zip(&before);
        windows.any(|(now, before)| !overlap::covers(before, now))
    }

    /// Looks for copies where files overlap.
    pub(super) fn overlap(&mut self) {
        for (file, windows) in self.files.iter_mut().zip(overlap::windows(&self.reaches)) {
            file.twins.look_in(windows);
        }
    }
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

/// Looks into every file. Files whose time lies outside the window are not read further, nor copies of others.
pub(super) fn plan(sources: Vec<Source>, window: &Window) -> Plan {
    plan_by(sources, |_| *window, drop_identical)
}

/// The same, with a window that depends on the latest time in any of them, as far as that can be seen.
pub(super) fn plan_until_latest(
    sources: Vec<Source>,
    window: impl FnOnce(Option<Timestamp>) -> Window,
) -> Plan {
    let latest = |files: &[Looked]| files.iter().filter_map(|f| f.last.max(f.sniffed.first)).max();
    plan_by(sources, |files| window(latest(files)), drop_identical)
}

/// The same, but every log is read, also one that is a copy of another.
pub(super) fn plan_all(sources: Vec<Source>) -> Plan {
    plan_by(sources, |_| Window::default(), |_, _| {})
}

fn plan_by(
    sources: Vec<Source>,
    window: impl FnOnce(&[Looked]) -> Window,
    choose: impl FnOnce(&mut Vec<Looked>, &mut Plan),
) -> Plan {
    let mut plan = Plan::default();
    let mut looked: Vec<Looked> = Vec::new();
    let hasher = RandomState::default();
    let look = |ends: &mut (Buffer, Buffer), source| look(source, &hasher, ends);
    let files: Vec<_> = sources.into_par_iter().map_init(Default::default, look).collect();
    for file in files {
        match file {
            Ok(file) => match not_a_log(&file) {
                Some(left_out) => plan.left_out.push(left_out),
                None => looked.push(file),
            },
            Err(e) => plan.errors.push(e),
        }
    }
    let (window, all) = (window(&looked), looked.len());
    looked.retain(|file| !outside(&window, file));
    plan.outside_window = (all - looked.len()) as u64;
    choose(&mut looked, &mut plan);
    let met = Arc::new(Met::default());
    for file in looked {
        plan.notes.push(FileNote {
            name: file.source.name.clone(),
            family: file.family.as_str(),
            version: file.sniffed.version.clone(),
            columns: file.sniffed.width,
            ..FileNote::default()
        });
        let begins = file.sniffed.first.or_else(|| stamp_of_name(&file.source.log_name()));
        let twins = Twins::new(file.sniffed.host.clone(), Arc::clone(&met));
        let (host, first) = (file.sniffed.host.clone(), file.sniffed.first);
        plan.reaches.push(Reach::new(host, file.family, first, file.last));
        plan.files.push(Planned {
            source: file.source,
            twins,
            host: file.sniffed.host,
            hour: begins.map_or(i64::MIN, Timestamp::hour),
            head: file.taken,
            as_is: file.as_is,
        });
    }
    plan.overlap();
    plan
}

/// Whether a file that was found is read as a log, or cannot be looked into.
pub fn is_log(source: &Source) -> bool {
    let looked = look(source.clone(), &RandomState::default(), &mut Default::default());
    looked.map_or(true, |file| not_a_log(&file).is_none())
}

fn look(
    source: Source,
    hasher: &RandomState,
    (head, tail): &mut (Buffer, Buffer),
) -> Result<Looked, InputError> {
    let family = Family::of_name(&source.log_name());
    let has_tail = source.packing == Packing::Plain && source.ends((LOOK, head), (LAST_LOOK, tail))?;
    let as_is = source.packing == Packing::Plain && is_utf8_lines(head);
    let mut taken = Vec::new();
    if !as_is {
        let (lines, raw) = head_of(&source, LOOK)?;
        head.set(&lines);
        taken = raw;
    }
    let mut sniffed = sniff(head, family);
    let mut longer = LOOK;
    let is_worth_it = |sniffed: &Sniffed, head: &[u8]| {
        sniffed.first.is_none() && (sniffed.kind == Kind::Tracking || memchr::memchr(b'\n', head).is_none())
    };
    while is_worth_it(&sniffed, head) && head.len() == longer && longer < LONGEST_LOOK && comparable(&source)
    {
        longer *= 4;
        head.set(&head_of(&source, longer)?.0);
        sniffed = sniff(head, family);
    }
    // Logs that were put together may have the latest rows first.
    let last = match has_tail.then(|| last_time(tail)).flatten() {
        Some(last) => last_time(head).max(Some(last)),
        None => last_time_if_whole(head),
    };
    let likeness = (hasher.hash_one(head.get(..LIKENESS).unwrap_or(head)), head.len());
    Ok(Looked { sniffed, family, head: likeness, taken, as_is, last, source })
}

/// The first bytes of a file as UTF-8 lines; of standard input also as they were, since they cannot be read again.
fn head_of(source: &Source, most: usize) -> Result<(Vec<u8>, Vec<u8>), InputError> {
    let fail = |e| InputError::Open { path: source.name.clone(), source: e };
    let (mut raw, mut taken) = (source.open()?, Vec::new());
    if source.packing == Packing::Stdin {
        raw.by_ref().take(most as u64).read_to_end(&mut taken).map_err(fail)?;
        raw = Box::new(io::Cursor::new(taken.clone()));
    }
    let mut head = Vec::new();
    match as_utf8_lines(raw).map_err(fail)?.take(most as u64).read_to_end(&mut head) {
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
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', tail).map(|i| i + 1));
    let lines = starts.filter_map(|start| tail.get(start..));
    lines.filter_map(|rest| strip_padding(rest).get(..24)).filter_map(values::timestamp).max()
}

/// The same, of a file that is no longer than its head.
fn last_time_if_whole(head: &[u8]) -> Option<Timestamp> {
    if head.len() < LOOK { last_time(head) } else { None }
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
    let mut alike: HashMap<(u64, usize), Vec<usize>> = HashMap::new();
    for file in looked.drain(..) {
        let may_have_twin = comparable(&file.source) && file.head.1 > 0;
        let others = alike.entry(file.head).or_default();
        let twin = others
            .iter()
            .filter_map(|i| kept.get(*i))
            .find(|k| may_have_twin && same_content(&k.source, &file.source));
        match twin {
            Some(twin) => {
                let reason = format!("the same, byte by byte, as {}", twin.source.name);
                plan.left_out.push(LeftOut { name: file.source.name.clone(), reason, explicit: false });
            }
            None => {
                if may_have_twin {
                    others.push(kept.len());
                }
                kept.push(file);
            }
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
