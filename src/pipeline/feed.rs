//! A log as a sequence of chunks that hold whole records, each with all that is needed to read it alone.

use std::io::Read;

use crate::parse::header::Binding;
use crate::parse::rescue::strip_padding;
use crate::parse::split::{self, Shape};

/// Bytes of a chunk, about; smaller for tests.
pub const CHUNK: usize = 512 << 10;

/// Whole records, from one place of one file.
#[derive(Debug)]
pub(super) struct Chunk {
    pub data: Vec<u8>,
    pub file: u32,
    pub offset: u64,
    /// Number of the first line.
    pub line: u64,
    pub binding: Binding,
    pub shape: Shape,
}

/// A log that is being read.
pub(super) struct Feed {
    reader: Box<dyn Read + Send>,
    rest: Vec<u8>,
    file: u32,
    offset: u64,
    line: u64,
    binding: Binding,
    chunk: usize,
    at_end: bool,
}

impl Feed {
    pub(super) fn new(reader: Box<dyn Read + Send>, file: u32, chunk: usize) -> Self {
        let (rest, binding) = (Vec::new(), Binding::ByWidth);
        Self { reader, rest, file, offset: 0, line: 1, binding, chunk: chunk.max(1), at_end: false }
    }

    /// Offset of what was not handed out, decompressed bytes.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next whole records; `None` at the end. After an error, what was read before it is still handed out.
    pub(super) fn next(&mut self, mut spare: Vec<u8>) -> (Option<Chunk>, Option<std::io::Error>) {
        spare.clear();
        let mut data = std::mem::replace(&mut self.rest, spare);
        let mut error = None;
        let mut want = self.chunk;
        loop {
            if !self.at_end
                && let Err(e) = self.fill(&mut data, want)
            {
                (self.at_end, error) = (true, Some(e));
            }
            if data.is_empty() {
                return (None, error);
            }
            let cut = split::cut(&data, &self.binding, self.at_end);
            if cut.end == 0 {
                want = data.len() + self.chunk.max(data.len());
                continue;
            }
            self.rest.extend_from_slice(data.get(cut.end..).unwrap_or_default());
            data.truncate(cut.end);
            let chunk = Chunk {
                file: self.file,
                offset: self.offset,
                line: self.line,
                binding: self.binding.clone(),
                shape: cut.shape,
                data,
            };
            self.offset += cut.end as u64;
            self.line += cut.lines as u64;
            self.read_headers(&chunk);
            return (Some(chunk), error);
        }
    }

    fn fill(&mut self, data: &mut Vec<u8>, want: usize) -> std::io::Result<()> {
        if data.len() >= want {
            return Ok(());
        }
        let need = want - data.len();
        data.reserve(need);
        let got = self.reader.by_ref().take(need as u64).read_to_end(data)?;
        self.at_end = got < need;
        Ok(())
    }

    /// Header lines inside this chunk bind the next one too.
    fn read_headers(&mut self, chunk: &Chunk) {
        let data = &chunk.data[..];
        let begins = |line: &[u8]| strip_padding(line).starts_with(b"#");
        let inside = || {
            memchr::memchr_iter(b'#', data)
                .any(|i| matches!(data.get(i.wrapping_sub(1)), Some(b'\n' | 0 | 0xBF)))
        };
        if !begins(data) && !inside() {
            return;
        }
        for (_, line) in records(data, &chunk.shape) {
            if begins(line) {
                self.binding.read_header(strip_padding(line));
            }
        }
    }
}

/// The records of a chunk, each with its offset.
pub(super) fn records<'a>(data: &'a [u8], shape: &Shape) -> Vec<(usize, &'a [u8])> {
    let ends: Vec<usize> = match shape {
        Shape::Lines => {
            let mut ends: Vec<usize> = memchr::memchr_iter(b'\n', data).map(|i| i + 1).collect();
            if ends.last() != Some(&data.len()) {
                ends.push(data.len());
            }
            ends
        }
        Shape::Ends(ends) => ends.iter().map(|(e, _)| *e as usize).collect(),
    };
    let mut start = 0;
    let mut out = Vec::with_capacity(ends.len());
    for end in ends {
        out.push((start, data.get(start..end).unwrap_or_default()));
        start = end;
    }
    out
}
