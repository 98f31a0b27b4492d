//! Before the reading: what each file is, which of them are worth reading, and where two overlap.

use std::hash::BuildHasher;
use std::io::Read;
use std::sync::Arc;

use foldhash::quality::RandomState;

use crate::input::{InputError, Source, as_utf8_lines};
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
/// A file's rows may be earlier than its stamp by so much, ms.
const STAMP_SLACK: i64 = HOUR;

/// A file that will be read.
#[derive(Debug)]
pub(super) struct Planned {
    pub source: Source,
    pub twins: Twins,
}

/// What will be read, and what will not.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub files: Vec<Planned>,
    pub notes: Vec<FileNote>,
    pub left_out: Vec<LeftOut>,
    pub errors: Vec<InputError>,
    /// Files left out by their time, and identical copies.
    pub outside_window: u64,
    pub identical: u64,
}

struct Looked {
    source: Source,
    /// Hash and length of its first bytes.
    head: (u64, usize),
    sniffed: Sniffed,
    family: Family,
    /// Latest time, where the end could be looked at.
    last: Option<Timestamp>,
}

/// Looks into every file. Files whose time lies outside the window are not read further.
pub(super) fn plan(sources: Vec<Source>, window: &Window) -> Plan {
    let mut plan = Plan::default();
    let mut looked: Vec<Looked> = Vec::new();
    let hasher = RandomState::default();
    for source in sources {
        let stdin = source.packing == crate::input::Packing::Stdin;
        let head = if stdin { Ok(Vec::new()) } else { head_of(&source) };
        let head = match head {
            Ok(head) => head,
            Err(e) => {
                plan.errors.push(e);
                continue;
            }
        };
        let sniffed = sniff(&head);
        let family = Family::of_name(&source.log_name());
        match sniffed.kind.clone() {
            Kind::Tracking => {}
            Kind::Empty => {}
            Kind::Unknown if stdin || source.explicit || family != Family::Unknown => {}
            kind => {
                let reason = match kind {
                    Kind::Other(name) => format!("this is another log: {name}"),
                    _ => "no tracking log: neither a header nor a row of one".to_owned(),
                };
                plan.left_out.push(LeftOut { name: source.name.clone(), reason, explicit: source.explicit });
                continue;
            }
        }
        let last = source.tail(LOOK).and_then(|tail| last_time(&tail)).or(if stdin {
            None
        } else {
            last_time_if_whole(&head)
        });
        if outside(window, &sniffed, &source, last) {
            plan.outside_window += 1;
            continue;
        }
        let head = (hasher.hash_one(&head[..]), head.len());
        looked.push(Looked { source, head, sniffed, family, last });
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
        plan.files.push(Planned { source: file.source, twins: Twins::new(windows, Arc::clone(&met)) });
    }
    plan
}

fn head_of(source: &Source) -> Result<Vec<u8>, InputError> {
    let fail = |e| InputError::Open { path: source.name.clone(), source: e };
    let mut reader = as_utf8_lines(source.open()?).map_err(fail)?;
    let mut head = Vec::new();
    reader.by_ref().take(LOOK).read_to_end(&mut head).map_err(fail)?;
    Ok(head)
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
fn outside(window: &Window, sniffed: &Sniffed, source: &Source, last: Option<Timestamp>) -> bool {
    let begins = [sniffed.first, sniffed.made, stamp_of_name(&source.log_name())].into_iter().flatten().min();
    let too_late = window.until.is_some_and(|until| begins.is_some_and(|b| b.0 - STAMP_SLACK > until.0));
    let too_early = window.since.is_some_and(|since| last.is_some_and(|l| l.0 + SLACK < since.0));
    too_late || too_early
}

/// Of files that are the same byte by byte, the first is read.
fn drop_identical(looked: &mut Vec<Looked>, plan: &mut Plan) {
    let mut kept: Vec<Looked> = Vec::new();
    for file in looked.drain(..) {
        let twin = kept
            .iter()
            .find(|k| file.head.1 > 0 && k.head == file.head && same_content(&k.source, &file.source));
        match twin {
            Some(twin) => {
                plan.identical += 1;
                let reason = format!("the same, byte by byte, as {}", twin.source.name);
                plan.left_out.push(LeftOut { name: file.source.name.clone(), reason, explicit: false });
            }
            None => kept.push(file),
        }
    }
    *looked = kept;
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
            && f.sniffed.servers.iter().any(|s| own.sniffed.servers.contains(s))
    };
    looked
        .iter()
        .enumerate()
        .filter(|(i, f)| *i != number && related(f))
        .map(|(_, f)| span(f))
        .map(|(other_from, other_to)| (from.max(other_from), to.min(other_to)))
        .filter(|(from, to)| from <= to)
        .collect()
}
