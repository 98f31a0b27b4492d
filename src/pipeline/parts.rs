//! The facts of a run while it reads, in parts; beyond a budget of memory in a file.
//!
//! The file has no name, so nothing is left of it however the run ends. Blocks lie in it as they came;
//! a part is read back when its turn comes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use crate::route::batch::PARTS;
use crate::route::store::Shard;

/// The temporary file failed, so that the run knows only a part of what it read.
#[derive(Debug, Error)]
#[error("the temporary file in {folder} (--temp-dir) failed")]
pub struct SpillError {
    folder: String,
    source: io::Error,
}

/// How much memory facts may take, and where they go beyond it.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Bytes.
    pub bytes: usize,
    /// Folder of the file.
    pub folder: PathBuf,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: usize::MAX, folder: std::env::temp_dir() }
    }
}

/// What a block costs besides its bytes.
const BLOCK_COST: usize = 64;

/// All parts.
#[derive(Debug)]
pub(super) struct Parts {
    all: Vec<Mutex<Part>>,
    held: AtomicUsize,
    budget: Budget,
    file: Mutex<Option<Spill>>,
    failed: Mutex<Option<io::Error>>,
    /// Blocks stay when a part is built of them, since more are to come.
    lasting: bool,
}

#[derive(Debug, Default)]
struct Part {
    blocks: Vec<Vec<u8>>,
    /// Where the blocks lie that were put aside: offset and length.
    away: Vec<(u64, u64)>,
}

#[derive(Debug)]
struct Spill {
    file: File,
    end: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Parts {
    pub(super) fn new(budget: Budget) -> Self {
        let all = (0..PARTS).map(|_| Mutex::default()).collect();
        Self {
            all,
            held: AtomicUsize::new(0),
            budget,
            file: Mutex::default(),
            failed: Mutex::default(),
            lasting: false,
        }
    }

    /// In memory, to be built and added to again and again.
    pub(super) fn lasting() -> Self {
        Self { lasting: true, ..Self::new(Budget::default()) }
    }

    /// Takes what another reading laid down.
    pub(super) fn adopt(&mut self, other: Self) {
        let parts =
            other.all.into_iter().map(|part| part.into_inner().unwrap_or_else(PoisonError::into_inner));
        for (number, part) in parts.enumerate() {
            self.adopt_blocks(part.blocks.into_iter().map(|block| (number, block)));
        }
    }

    /// The same of blocks. They become as long as what is in them, since few are full.
    pub(super) fn adopt_blocks(&mut self, blocks: impl Iterator<Item = (usize, Vec<u8>)>) {
        self.take(blocks.map(|(number, mut block)| {
            block.shrink_to_fit();
            (number, block)
        }));
    }

    /// Bytes held in memory, what each block costs included.
    pub(super) fn bytes(&self) -> usize {
        self.held.load(Ordering::Relaxed) + self.blocks() * BLOCK_COST
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.all.iter().map(|part| lock(part).blocks.len()).sum()
    }

    /// Takes blocks, each with the number of its part.
    pub(super) fn take(&self, blocks: impl Iterator<Item = (usize, Vec<u8>)>) {
        for (number, block) in blocks {
            let Some(part) = self.all.get(number) else { continue };
            let mut part = lock(part);
            let held = self.held.fetch_add(block.len(), Ordering::Relaxed) + block.len();
            part.blocks.push(block);
            if held > self.budget.bytes {
                let put = self.put_away(&mut part);
                self.keep_error(put);
            }
        }
    }

    /// Whether a part was put aside, so that it has to be read again for each look at it.
    pub(super) fn spilled(&self) -> bool {
        lock(&self.file).is_some()
    }

    /// Bytes of memory that facts may take.
    pub(super) fn budget(&self) -> usize {
        self.budget.bytes
    }

    fn put_away(&self, part: &mut Part) -> io::Result<()> {
        let mut file = lock(&self.file);
        let spill = match &mut *file {
            Some(spill) => spill,
            none => none.insert(Spill { file: tempfile::tempfile_in(&self.budget.folder)?, end: 0 }),
        };
        spill.file.seek(SeekFrom::Start(spill.end))?;
        for block in part.blocks.drain(..) {
            self.held.fetch_sub(block.len(), Ordering::Relaxed);
            spill.file.write_all(&block)?;
            part.away.push((spill.end, block.len() as u64));
            spill.end += block.len() as u64;
        }
        Ok(())
    }

    /// Puts aside what is left, so that memory is for the parts that are looked at.
    pub(super) fn put_all_away(&self) {
        for part in &self.all {
            let put = self.put_away(&mut lock(part));
            self.keep_error(put);
        }
    }

    /// Builds a part, and forgets its blocks where they are not put aside.
    pub(super) fn load(&self, number: usize) -> Shard {
        let Some(part) = self.all.get(number) else { return Shard::default() };
        let mut part = lock(part);
        if self.lasting {
            return Shard::of(&part.blocks);
        }
        let mut blocks = std::mem::take(&mut part.blocks);
        let read = self.read_back(&part.away, &mut blocks);
        drop(part);
        self.keep_error(read);
        Shard::of(&blocks)
    }

    fn read_back(&self, away: &[(u64, u64)], blocks: &mut Vec<Vec<u8>>) -> io::Result<()> {
        let mut file = lock(&self.file);
        let Some(spill) = &mut *file else { return Ok(()) };
        for (from, length) in away {
            let mut block = Vec::with_capacity(*length as usize);
            spill.file.seek(SeekFrom::Start(*from))?;
            let read = Read::by_ref(&mut spill.file).take(*length).read_to_end(&mut block)?;
            if read as u64 != *length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            blocks.push(block);
        }
        Ok(())
    }

    fn keep_error(&self, done: io::Result<()>) {
        if let Err(error) = done {
            lock(&self.failed).get_or_insert(error);
        }
    }

    /// Whether something went wrong, so that reading on is of no use.
    pub(super) fn failed(&self) -> bool {
        lock(&self.failed).is_some()
    }

    /// What went wrong, if anything did; nothing that was built of the parts holds then.
    pub(super) fn error(&self) -> Result<(), SpillError> {
        let folder = self.budget.folder.display().to_string();
        lock(&self.failed).take().map_or(Ok(()), |source| Err(SpillError { folder, source }))
    }
}
