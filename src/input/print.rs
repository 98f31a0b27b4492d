//! Whether a file is still the one that was read, and only longer: by its first bytes, and those where it ended.

use std::io::{self, Read, Seek};

use sha2::{Digest as _, Sha256};

use super::{InputError, Packing, Source, platform};

/// So much is looked at, at either place, bytes. The head of a log holds its columns and the moment it was made.
const MOST: u64 = 4 << 10;

/// What a file was when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Print {
    /// Its bytes on disk then.
    pub size: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
}

/// What a file is to one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// The same, and no shorter.
    Same,
    /// It is so short that it may be either.
    Undecided,
    /// It begins alike, and goes on in another way or ends sooner.
    Changed,
    /// Another one.
    Other,
}

impl Print {
    /// Of a file as long as it was found to be.
    pub fn of(source: &Source) -> Result<Self, InputError> {
        let size = source.size;
        let head = bytes(source, 0, size.min(MOST))?;
        let tail = bytes(source, size - size.min(MOST), size.min(MOST))?;
        Ok(Self { size, head, tail })
    }

    /// The first bytes of a file, to be held against several.
    pub fn head(source: &Source) -> Result<Vec<u8>, InputError> {
        bytes(source, 0, source.size.min(MOST))
    }

    /// Compares a file with what was read, given its first bytes.
    pub fn likeness(&self, source: &Source, head: &[u8]) -> Result<Likeness, InputError> {
        if self.head.iter().zip(head).any(|(a, b)| a != b) {
            return Ok(Likeness::Other);
        }
        let shown = self.head.len() as u64;
        if source.size < self.size {
            return Ok(if source.size <= shown { Likeness::Undecided } else { Likeness::Changed });
        }
        let length = self.tail.len() as u64;
        let tail = bytes(source, self.size.saturating_sub(length), length)?;
        Ok(if tail == self.tail { Likeness::Same } else { Likeness::Changed })
    }
}

/// A hash that tells a file from another one put in its place, or cut: over the bytes at both ends of what it was when
/// it was found.
pub fn seal(source: &Source) -> Result<[u8; 32], InputError> {
    let print = Print::of(source)?;
    let ends = Sha256::new().chain_update(&print.head).chain_update(&print.tail);
    Ok(ends
        .chain_update([print.head.len() as u64, print.tail.len() as u64].map(u64::to_le_bytes).concat())
        .finalize()
        .into())
}

/// Some bytes of a file as it lies on disk; fewer where it has become shorter.
fn bytes(source: &Source, from: u64, length: u64) -> Result<Vec<u8>, InputError> {
    let read = || {
        let mut out = Vec::new();
        if source.packing != Packing::Stdin {
            let mut file = platform::open(&source.path)?;
            file.seek(io::SeekFrom::Start(from))?;
            file.take(length).read_to_end(&mut out)?;
        }
        Ok(out)
    };
    read().map_err(|e| InputError::Open { path: source.name.clone(), source: e })
}
