//! One thread's reading: the records of a chunk, each an event, a header line or a reject.

use std::collections::BTreeMap;

use super::feed::Chunk;
use super::plan::Planned;
use super::seen::Seen;
use crate::model::intake::{Position, Reject, RejectReason};
use crate::parse::event::Event;
use crate::parse::header::Binding;
use crate::parse::needle::Needles;
use crate::parse::record::{Fields, Record};
use crate::parse::rescue::{is_undone_by_quotes, rescue, strip_padding};
use crate::parse::schema::Schema;
use crate::parse::split::{MAX_LINE, Shape};

/// A reject keeps this much of its line, bytes.
const RAW: usize = 64 << 10;

/// Where the rows go, and the account of everything else.
pub(super) trait Sink {
    /// Takes a row.
    fn row(&mut self, event: &Event<'_>, at: Position, file: &Planned);
    /// Takes a row that was repaired. `raw` is how it stands in the log, from this offset of the file on.
    fn repaired(&mut self, event: &Event<'_>, at: Position, file: &Planned, _raw: (u64, &[u8])) {
        self.row(event, at, file);
    }
    /// Takes a header line, from this offset of the file on.
    fn header(&mut self, _line: &[u8], _from: u64) {}
    /// The account.
    fn seen(&mut self) -> &mut Seen;
    /// From this offset of the file on, rows are read by this binding.
    fn bind(&mut self, _binding: &Binding, _from: u64) {}
    /// A chunk ends here. `plain`: each of its lines was a record.
    fn end(&mut self, _file: u32, _to: u64, _plain: bool) {}
}

/// One thread's reading.
pub(super) struct Worker<'w, S> {
    pub sink: S,
    /// Only records that hold one of these are read.
    only: Option<&'w Needles>,
    /// Where they stand in a chunk, from and to.
    places: Vec<(usize, usize)>,
    fields: Fields,
    by_width: BTreeMap<usize, Schema>,
    keep_rejects: usize,
    no_raw: bool,
}

/// One record on its way through [`Worker::record`].
#[derive(Clone, Copy)]
struct Line<'a> {
    bytes: &'a [u8],
    /// Where they begin: behind the zero bytes of a crash, if there are some.
    from: u64,
    at: Position,
    terminated: bool,
    broken: bool,
    zeros: bool,
}

impl<'w, S: Sink> Worker<'w, S> {
    pub(super) fn new(sink: S, keep_rejects: usize, no_raw: bool) -> Self {
        let by_width = [21, 26, 27, 30].into_iter().filter_map(|w| Some((w, Schema::by_width(w)?))).collect();
        let (fields, places) = (Fields::default(), Vec::new());
        Self { sink, only: None, places, fields, by_width, keep_rejects, no_raw }
    }

    /// Leaves out, and does not count, all records that hold none of these texts.
    pub(super) fn only(self, only: Option<&'w Needles>) -> Self {
        Self { only, ..self }
    }

    /// Reads all records of a chunk.
    pub(super) fn chunk(&mut self, chunk: &Chunk, planned: &Planned) {
        if let Some(only) = self.only {
            only.places(&chunk.data, &mut self.places);
            if self.places.is_empty() {
                return;
            }
        }
        let mut own = std::mem::take(&mut self.fields);
        let fields = match &chunk.shape {
            Shape::Lines => &chunk.fields,
            Shape::Ends(ends) => {
                own.index_ends(&chunk.data, ends);
                &own
            }
        };
        self.sink.seen().begin(chunk.file, chunk.data.len() as u64);
        self.sink.seen().ledger.bytes += chunk.data.len() as u64;
        let mut binding = chunk.binding.clone();
        self.sink.bind(&binding, chunk.offset);
        let mut line_number = chunk.line;
        let Some(any) = self.by_width.get(&30).cloned() else { return };
        for i in 0..fields.len() {
            let record = fields.record(i, &chunk.data, &any);
            let at = Position {
                file: chunk.file,
                line: line_number,
                offset: chunk.offset + record.start() as u64,
            };
            let broken = match &chunk.shape {
                Shape::Lines => false,
                Shape::Ends(ends) => {
                    line_number += memchr::memchr_iter(b'\n', record.line()).count() as u64;
                    ends.get(i).is_some_and(|(_, broken)| *broken)
                }
            };
            // A piece of a line that is too long ends no line.
            line_number += u64::from(record.is_terminated());
            let bytes = record.line();
            if self.only.is_some() && !self.is_wanted(record.start(), record.start() + bytes.len()) {
                binding.pass_over(bytes, chunk.zeros);
                continue;
            }
            let zeros = chunk.zeros && bytes.contains(&0);
            let line = Line { bytes, from: at.offset, at, terminated: record.is_terminated(), broken, zeros };
            self.record(record, line, &mut binding, planned);
        }
        let plain = matches!(chunk.shape, Shape::Lines) && !chunk.zeros;
        self.sink.end(chunk.file, chunk.offset + chunk.data.len() as u64, plain);
        self.fields = own;
    }

    /// Whether a record that lies here holds what is looked for.
    fn is_wanted(&self, from: usize, to: usize) -> bool {
        let next = self.places.partition_point(|(start, _)| *start < from);
        self.places
            .get(next..)
            .unwrap_or_default()
            .iter()
            .take_while(|(start, _)| *start < to)
            .any(|p| p.1 <= to)
    }

    fn record(&mut self, record: Record<'_>, line: Line<'_>, binding: &mut Binding, planned: &Planned) {
        match line.bytes.first() {
            None => {
                self.sink.seen().ledger.blank_lines += 1;
                return;
            }
            Some(b'#' | 0 | 0xEF) => {
                let stripped = strip_padding(line.bytes);
                if stripped.starts_with(b"#") {
                    self.sink.seen().ledger.padding_bytes += zeros(line.bytes);
                    self.header(stripped, line.from + padding(line.bytes, stripped), binding);
                    self.sink.bind(binding, line.at.offset);
                    return;
                }
                if stripped.is_empty() {
                    self.sink.seen().ledger.padding_bytes += zeros(line.bytes);
                    return;
                }
            }
            Some(_) => {}
        }
        self.sink.seen().record();
        if matches!(binding, Binding::OtherLog) {
            return self.reject(line, RejectReason::OtherLog);
        }
        if line.broken || line.zeros {
            let reason = if line.broken { RejectReason::StrayQuote } else { RejectReason::ZeroBytes };
            return self.mend(line, reason, binding, planned);
        }
        let schema = match &*binding {
            Binding::Header(schema) => Some(&**schema),
            Binding::ByWidth | Binding::OtherLog => None,
        };
        let width = record.width();
        // Quotes that were doubled may split a row so that it has the width of another release.
        let by_chance = |schema: &Schema| is_undone_by_quotes(line.bytes, &record.with_schema(schema));
        let found = match schema.or_else(|| self.by_width.get(&width).filter(|s| !by_chance(s))) {
            Some(schema) => Event::read(record.with_schema(schema)),
            None => Err(RejectReason::ColumnCount { found: width as u32, expected: 0 }),
        };
        match found {
            Ok(event) => self.sink.row(&event, line.at, planned),
            Err(reason) => self.mend(line, reason, binding, planned),
        }
    }

    fn header(&mut self, stripped: &[u8], from: u64, binding: &mut Binding) {
        binding.read_header(stripped);
        self.sink.header(stripped, from);
        self.sink.seen().record();
        self.sink.seen().ledger.headers += 1;
    }

    /// A record that did not read. A crash leaves zero bytes in it: what stands before them is cut, or
    /// whole by luck, and what follows is whole again, so each piece is a record of its own.
    fn mend(&mut self, line: Line<'_>, reason: RejectReason, binding: &mut Binding, planned: &Planned) {
        if memchr::memchr(0, line.bytes).is_none() {
            return self.mend_piece(line, reason, binding, planned);
        }
        self.sink.seen().ledger.padding_bytes += zeros(line.bytes);
        let (mut offset, mut first) = (0, true);
        for piece in line.bytes.split(|b| *b == 0) {
            let at = Position { offset: line.at.offset + offset as u64, ..line.at };
            offset += piece.len() + 1;
            let bytes = strip_padding(piece);
            if bytes.is_empty() {
                continue;
            }
            let from = at.offset + padding(piece, bytes);
            if bytes.starts_with(b"#") {
                self.header(bytes, from, binding);
                continue;
            }
            if !first {
                self.sink.seen().record();
            }
            first = false;
            let terminated = offset > line.bytes.len() && line.terminated;
            let piece = Line { bytes, from, at, terminated, broken: false, zeros: false };
            let reason = if offset >= line.bytes.len() && !line.terminated {
                RejectReason::CutOff
            } else {
                RejectReason::ZeroBytes
            };
            self.mend_piece(piece, reason, binding, planned);
        }
    }

    /// Repaired if the damage is a known one, else rejected for the best reason.
    fn mend_piece(&mut self, line: Line<'_>, reason: RejectReason, binding: &Binding, planned: &Planned) {
        if let Some(rescued) =
            (!line.broken).then(|| rescue(line.bytes, binding.schema(), line.terminated)).flatten()
        {
            let mut fields = Fields::default();
            if let Ok(event) = Event::read(fields.index(&rescued.line, &rescued.schema)) {
                self.sink.seen().ledger.repaired += 1;
                return self.sink.repaired(&event, line.at, planned, (line.from, line.bytes));
            }
        }
        let reason = match reason {
            _ if line.bytes.len() >= MAX_LINE => RejectReason::TooLong,
            RejectReason::ZeroBytes => reason,
            _ if !line.terminated => RejectReason::CutOff,
            _ => reason,
        };
        self.reject(line, reason);
    }

    fn reject(&mut self, line: Line<'_>, reason: RejectReason) {
        let raw = (!self.no_raw).then(|| line.bytes.get(..RAW).unwrap_or(line.bytes).to_vec());
        let seen = self.sink.seen();
        seen.current.rejects += 1;
        seen.current.cut_off |= reason == RejectReason::CutOff;
        seen.ledger.rejects += 1;
        *seen.reasons.entry(reason.name()).or_default() += 1;
        seen.rejects.push(Reject { position: line.at, reason, raw });
        if seen.rejects.len() > self.keep_rejects.saturating_mul(2).max(64) {
            seen.trim_rejects(self.keep_rejects);
        }
    }
}

/// How many bytes were taken off the head of a line.
fn padding(line: &[u8], stripped: &[u8]) -> u64 {
    (line.len() - stripped.len()) as u64
}

fn zeros(line: &[u8]) -> u64 {
    memchr::memchr_iter(0, line).count() as u64
}
