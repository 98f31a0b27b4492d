//! Bytes that were read, in memory that is read into again and again.

use std::io::{self, Read};
use std::ops::Deref;

/// Such bytes. What lies behind them in memory was read before, so that nothing is cleared for a read.
#[derive(Debug, Default)]
pub struct Buffer {
    memory: Vec<u8>,
    len: usize,
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.memory.get(..self.len).unwrap_or_default()
    }
}

impl Buffer {
    /// Holds these bytes and no others.
    pub fn set(&mut self, bytes: &[u8]) {
        self.len = bytes.len();
        match self.memory.get_mut(..self.len) {
            Some(head) => head.copy_from_slice(bytes),
            None => bytes.clone_into(&mut self.memory),
        }
    }

    /// Forgets all but the first so many.
    pub fn truncate(&mut self, len: usize) {
        self.len = len.min(self.len);
    }

    /// Reads until it holds so many bytes; says whether the end was met before. What was read before an
    /// error is kept.
    pub fn fill(&mut self, reader: &mut dyn Read, want: usize) -> io::Result<bool> {
        if self.memory.len() < want {
            self.memory.resize(want, 0);
        }
        while let Some(room) = self.memory.get_mut(self.len..want).filter(|room| !room.is_empty()) {
            match reader.read(room) {
                Ok(0) => return Ok(true),
                Ok(got) => self.len += got,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(false)
    }
}
