//! Hashes of many files at once.

use std::io;
use std::path::PathBuf;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::ReadError;
use crate::input::digest::{Digest, digest};

/// Hashes files as they are stored, in their order, with so many threads; 0 for one per core.
pub fn digests(paths: &[PathBuf], threads: usize) -> Result<Vec<io::Result<Digest>>, ReadError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    Ok(pool.install(|| paths.par_iter().map(|path| digest(path)).collect()))
}
