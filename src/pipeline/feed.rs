//! A log as a sequence of chunks that hold whole records, each with all that is needed to read it alone.

use std::io::{self, Read};

use super::pieces::Piece;
use crate::input::Buffer;
use crate::parse::header::Binding;
use crate::parse::record::Fields;
use crate::parse::split::{self, Shape};

/// Bytes of a chunk, about; smaller for tests.
pub const CHUNK: usize = 512 << 10;

/// Whole records, from one place of one file. Its memory is kept when it is filled anew.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub data: Buffer,
    pub file: u32,
    pub offset: u64,
    /// Number of the first line.
    pub line: u64,
    pub binding: Binding,
    pub shape: Shape,
    /// Where the fields lie, if every line is a record.
    pub fields: Fields,
    /// There may be zero bytes in it.
    pub zeros: bool,
}

/// How far a log was read.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub file: u32,
    /// Bytes of UTF-8 lines.
    pub offset: u64,
    /// Number of the next line.
    pub line: u64,
    pub binding: Binding,
}

/// A log that is being read. What is done here is done by one thread at a time: a read, and one look that finds
/// where records end, and with that where fields do.
pub(super) struct Feed {
    reader: Box<dyn Read + Send>,
    rest: Vec<u8>,
    file: u32,
    offset: u64,
    line: u64,
    binding: Binding,
    chunk: usize,
    at_end: bool,
    /// Somebody writes: what has no end yet is no record yet.
    growing: bool,
}

impl Feed {
    pub(super) fn new(reader: Box<dyn Read + Send>, file: u32, chunk: usize) -> Self {
        let (rest, binding) = (Vec::new(), Binding::ByWidth);
        Self {
            reader,
            rest,
            file,
            offset: 0,
            line: 1,
            binding,
            chunk: chunk.max(1),
            at_end: false,
            growing: false,
        }
    }

    /// Reads a piece again, of which `reader` gives the bytes.
    pub(super) fn of_piece(reader: Box<dyn Read + Send>, piece: &Piece, chunk: usize) -> Self {
        let (offset, line, binding) = (piece.from, piece.line, piece.binding.clone());
        Self { offset, line, binding, ..Self::new(reader, piece.file, chunk) }
    }

    /// Of a log that somebody writes, only what has an end is handed out.
    pub(super) fn growing(self) -> Self {
        Self { growing: true, ..self }
    }

    /// How far it was handed out: where to go on when there is more.
    pub(super) fn end(&self) -> End {
        End { file: self.file, offset: self.offset, line: self.line, binding: self.binding.clone() }
    }

    /// Offset of what was not handed out, decompressed bytes.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Puts the next whole records into `chunk`; `false` at the end. After an error, what was read before
    /// it is still handed out.
    pub(super) fn next(&mut self, chunk: &mut Chunk) -> (bool, Option<io::Error>) {
        chunk.data.set(&self.rest);
        self.rest.clear();
        let mut error = None;
        let mut want = self.chunk;
        loop {
            if !self.at_end {
                match chunk.data.fill(&mut *self.reader, want) {
                    Ok(at_end) => self.at_end = at_end,
                    Err(e) => (self.at_end, error) = (true, Some(e)),
                }
            }
            if chunk.data.is_empty() {
                return (false, error);
            }
            let cut = split::cut(&chunk.data, &self.binding, self.at_end && !self.growing, &mut chunk.fields);
            if cut.end == 0 && self.at_end {
                return (false, error);
            }
            if cut.end == 0 {
                want = chunk.data.len() + self.chunk.max(chunk.data.len());
                continue;
            }
            self.rest.extend_from_slice(chunk.data.get(cut.end..).unwrap_or_default());
            chunk.data.truncate(cut.end);
            (chunk.file, chunk.offset, chunk.line) = (self.file, self.offset, self.line);
            (chunk.shape, chunk.zeros) = (cut.shape, cut.zeros);
            chunk.binding.clone_from(&self.binding);
            self.offset += cut.end as u64;
            self.line += cut.lines as u64;
            if cut.headers || cut.zeros {
                self.read_headers(chunk);
            }
            return (true, error);
        }
    }

    /// Header lines inside this chunk bind the next one too.
    fn read_headers(&mut self, chunk: &Chunk) {
        let mut read = |line: &[u8]| self.binding.pass_over(line, chunk.zeros);
        match &chunk.shape {
            Shape::Lines => chunk.fields.lines(&chunk.data).for_each(read),
            Shape::Ends(ends) => {
                let mut start = 0;
                for (end, _) in ends {
                    read(chunk.data.get(start..*end as usize).unwrap_or_default());
                    start = *end as usize;
                }
            }
        }
    }
}
