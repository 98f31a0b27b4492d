//! Rows of `events` by time, whatever order they come in: in buckets of some minutes, and beyond a budget of
//! memory in a temporary file.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use polars::prelude::{
    Column as FrameColumn, DataFrame, DataType, IdxSize, IpcReader, IpcWriter, SerReader as _, SerWriter as _,
};
use tempfile::SpooledTempFile;

use super::file::GROUP;
use super::gather::gather;
use super::schema::Table;
use super::{Frame, TableError};
use crate::model::threads::{Here, Threads};
use crate::model::time::Timestamp;

/// Time of a bucket, ms.
const BUCKET: i64 = 600_000;

/// Rows that wait for their turn.
#[derive(Debug)]
pub struct ByTime {
    buckets: BTreeMap<i64, Bucket>,
    /// The rows that are in memory.
    frames: Vec<Held>,
    /// The file whose rows come, and the first bucket that may still grow: all before were given away, or may be.
    file: Option<u32>,
    settled: i64,
    late: u64,
    /// Bytes of memory that rows may take.
    budget: usize,
    /// What did not fit.
    away: SpooledTempFile,
    end: u64,
}

#[derive(Debug, Default)]
struct Bucket {
    rows: usize,
    /// Where frames lie that were put aside: offset and length.
    away: Vec<(u64, usize)>,
}

/// Rows as they came, whose buckets never fall. They are cut only where some of them go: of 33 columns each piece costs.
#[derive(Debug)]
struct Held {
    /// The first and the last of the buckets.
    first: i64,
    last: i64,
    file: u32,
    /// Of memory, about.
    bytes: usize,
    frame: Frame,
}

/// Rows of some buckets, to be sorted.
#[derive(Debug, Default)]
pub struct Unsorted {
    frames: Vec<Frame>,
    /// As they were written to the temporary file.
    packed: Vec<Vec<u8>>,
}

/// Number of the file that a row stands in; not a column of the table.
const FILE: &str = "#file";

impl ByTime {
    /// Keeps rows in so many bytes of memory, about, and the rest in a file without a name in a folder.
    pub fn new(budget: usize, folder: &Path) -> Self {
        let away = tempfile::spooled_tempfile_in(0, folder);
        Self {
            buckets: BTreeMap::new(),
            frames: Vec::new(),
            file: None,
            settled: i64::MIN,
            late: 0,
            budget,
            away,
            end: 0,
        }
    }

    /// Says whose rows come next, and since when files that are still to come begin. True if it is another file
    /// than before, so that rows may have become ready. Only then are they taken, or the cut of files into chunks
    /// would show.
    pub fn turn(&mut self, file: u32, settled: Timestamp) -> bool {
        if self.file == Some(file) {
            return false;
        }
        self.file = Some(file);
        // A row may be somewhat older than the first of its file.
        self.settled = settled.0.saturating_sub(BUCKET).div_euclid(BUCKET);
        true
    }

    /// Rows that came when what is older than they are had been given away.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Adds rows of the file whose turn it is.
    ///
    /// # Errors
    /// If the temporary file fails.
    pub fn add(&mut self, frame: &Frame) -> Result<(), TableError> {
        let buckets = buckets(frame)?;
        for run in buckets.chunk_by(|a, b| a == b) {
            let Some(number) = run.first() else { continue };
            self.late += if *number < self.settled { run.len() as u64 } else { 0 };
            self.buckets.entry(*number).or_default().rows += run.len();
        }
        let file = self.file.unwrap_or(0);
        let held =
            |first: i64, last: i64, frame: Frame| Held { first, last, file, bytes: frame.bytes(), frame };
        match (buckets.first(), buckets.last()) {
            (Some(first), Some(last)) if buckets.is_sorted() => {
                self.frames.push(held(*first, *last, frame.clone()));
            }
            _ => self.frames.extend(pieces(frame, &buckets).map(|(number, some)| held(number, number, some))),
        }
        if self.held() > self.budget { self.put_away() } else { Ok(()) }
    }

    /// Bytes of memory that rows take, about.
    fn held(&self) -> usize {
        self.frames.iter().map(|held| held.bytes).sum()
    }

    fn put_away(&mut self) -> Result<(), TableError> {
        let mut by_bucket: BTreeMap<i64, Vec<Frame>> = BTreeMap::new();
        for Held { frame, file, .. } in self.frames.drain(..) {
            for (number, some) in pieces(&frame, &buckets(&frame)?) {
                by_bucket.entry(number).or_default().push(numbered(some, file));
            }
        }
        self.away.seek(SeekFrom::Start(self.end))?;
        for (number, frames) in by_bucket {
            let mut bytes = Vec::new();
            IpcWriter::new(&mut bytes)
                .with_parallel(false)
                .finish(&mut joined(frames.into_iter(), &Here)?.0)?;
            self.away.write_all(&bytes)?;
            self.buckets.entry(number).or_default().away.push((self.end, bytes.len()));
            self.end += bytes.len() as u64;
        }
        Ok(())
    }

    /// How many rows are settled.
    pub fn settled(&self) -> usize {
        self.buckets.range(..self.settled).map(|(_, bucket)| bucket.rows).sum()
    }

    /// The rows that come first, enough for a group or more of them, if they are settled; at the end all.
    ///
    /// # Errors
    /// If the temporary file fails.
    pub fn next(&mut self, end: bool) -> Result<Option<Unsorted>, TableError> {
        let ready = |number: i64| end || number < self.settled;
        let (mut count, mut rows) = (0, 0);
        for (_, bucket) in self.buckets.iter().take_while(|(number, _)| ready(**number)) {
            (count, rows) = (count + 1, rows + bucket.rows);
            if rows >= GROUP {
                break;
            }
        }
        if count == 0 || rows < GROUP && !end {
            return Ok(None);
        }
        let mut out = Unsorted::default();
        let mut cut = i64::MIN;
        for _ in 0..count {
            let Some((number, bucket)) = self.buckets.pop_first() else { break };
            cut = number + 1;
            for (from, length) in bucket.away {
                let mut bytes = vec![0; length];
                self.away.seek(SeekFrom::Start(from))?;
                self.away.read_exact(&mut bytes)?;
                out.packed.push(bytes);
            }
        }
        for held in std::mem::take(&mut self.frames) {
            let (ready, rest) = held.cut(cut)?;
            out.frames.extend(ready.map(|held| numbered(held.frame, held.file)));
            self.frames.extend(rest);
        }
        Ok(Some(out))
    }
}

impl Held {
    /// The rows of buckets before one, and the others.
    fn cut(self, end: i64) -> Result<(Option<Self>, Option<Self>), TableError> {
        if self.last < end {
            return Ok((Some(self), None));
        }
        if self.first >= end {
            return Ok((None, Some(self)));
        }
        let (buckets, rows) = (buckets(&self.frame)?, self.frame.rows());
        let at = buckets.partition_point(|number| *number < end);
        let bytes = self.bytes * at / rows.max(1);
        let first = buckets.get(at).copied().unwrap_or(end);
        let head = Self { last: end - 1, bytes, frame: slice(&self.frame, 0, at), ..self };
        let tail = slice(&self.frame, at, rows - at);
        let tail = Self { first, last: self.last, file: self.file, bytes: self.bytes - bytes, frame: tail };
        Ok((Some(head), Some(tail)))
    }
}

/// The bucket of each row.
fn buckets(frame: &Frame) -> Result<Vec<i64>, TableError> {
    let times = frame.0.column(Table::Events.time())?.cast(&DataType::Int64)?;
    Ok(times.i64()?.iter().map(|time| time.unwrap_or(i64::MIN).div_euclid(BUCKET)).collect())
}

/// The rows of a frame by their buckets, which stand beside them: those that follow each other together.
fn pieces(frame: &Frame, buckets: &[i64]) -> impl Iterator<Item = (i64, Frame)> {
    let mut from = 0;
    buckets.chunk_by(|a, b| a == b).filter_map(move |run| {
        let some = slice(frame, from, run.len());
        from += run.len();
        Some((*run.first()?, some))
    })
}

fn slice(frame: &Frame, from: usize, rows: usize) -> Frame {
    Frame(frame.0.slice(from as i64, rows))
}

impl Unsorted {
    /// Sorts the rows by time, file and line, and cuts them into groups.
    ///
    /// # Errors
    /// If the temporary file was damaged.
    pub fn sorted(self, threads: &impl Threads) -> Result<Vec<Frame>, TableError> {
        let unpack = |bytes: Vec<u8>| Ok(Frame(IpcReader::new(io::Cursor::new(bytes)).finish()?));
        let packed: Vec<Frame> = self.packed.into_iter().map(unpack).collect::<Result<_, TableError>>()?;
        let mut all = joined(packed.into_iter().chain(self.frames), threads)?;
        let order = order(&all)?;
        all.0 = all.0.drop(FILE)?;
        let sorted = if order.is_sorted() { all } else { gather(&all, order, threads)? };
        let groups = (0..sorted.rows()).step_by(GROUP);
        Ok(groups.map(|from| slice(&sorted, from, GROUP)).collect())
    }
}

/// The places of rows by time, file and line.
fn order(frame: &Frame) -> Result<Vec<IdxSize>, TableError> {
    let numbers = |column: &FrameColumn| -> Result<Vec<i64>, TableError> {
        Ok(column.cast(&DataType::Int64)?.i64()?.iter().map(|n| n.unwrap_or(i64::MIN)).collect())
    };
    let times = numbers(frame.0.column(Table::Events.time())?)?;
    let files = numbers(frame.0.column(FILE)?)?;
    let places = frame.0.column("evidence")?.struct_()?.field_by_name("line")?;
    let lines = numbers(&places.into())?;
    let mut keys: Vec<(i64, i64, i64, IdxSize)> = times
        .into_iter()
        .zip(files)
        .zip(lines)
        .zip(0..)
        .map(|(((time, file), line), at)| (time, file, line, at))
        .collect();
    keys.sort_unstable();
    Ok(keys.into_iter().map(|(.., at)| at).collect())
}

fn numbered(mut frame: Frame, file: u32) -> Frame {
    let number = polars::prelude::Scalar::from(i64::from(file));
    let rows = frame.rows();
    // A column that names are not checked against: no column of a table begins like this.
    if let Err(error) = frame.0.with_column(FrameColumn::new_scalar(FILE.into(), number, rows)) {
        debug_assert!(false, "{error}");
    }
    frame
}

/// One frame of many, in one piece.
fn joined(frames: impl Iterator<Item = Frame>, threads: &impl Threads) -> Result<Frame, TableError> {
    let mut all: Option<Frame> = None;
    for frame in frames {
        match &mut all {
            None => all = Some(frame),
            Some(all) => {
                all.0.vstack_mut(&frame.0)?;
            }
        }
    }
    let all = all.unwrap_or_else(|| Frame(DataFrame::empty()));
    let columns = threads.each(all.0.columns().iter().collect(), FrameColumn::rechunk);
    Ok(Frame(DataFrame::new(all.rows(), columns)?))
}
