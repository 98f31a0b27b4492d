//! The only door in: which files there are, and their bytes, decompressed.

mod buffer;
pub mod decode;
pub mod digest;
pub mod discover;
pub mod exports;
mod platform;
pub mod print;
pub mod tables;

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

pub use buffer::Buffer;
pub use decode::{as_utf8_lines, is_utf8_lines};
use digest::Tap;

/// What went wrong with one input. The others go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InputError {
    /// Could not be opened.
    #[error("{path}: {source}")]
    Open {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Could not be read to its end.
    #[error("{path}: reading stopped at byte {offset}: {source}")]
    Read {
        /// Which.
        path: String,
        /// Where, in decompressed bytes.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// Nothing there that could be a log.
    #[error("{path}: {reason}")]
    Nothing {
        /// Where was looked.
        path: String,
        /// For what.
        reason: String,
    },
}

impl InputError {
    /// Which input.
    pub fn path(&self) -> &str {
        match self {
            Self::Open { path, .. } | Self::Read { path, .. } | Self::Nothing { path, .. } => path,
        }
    }
}

/// How a file is packed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// One file of a zip archive, by its place in it.
    Zip(usize),
    /// Standard input, or a pipe that has a name: what can be read but once.
    Stdin,
}

/// One log to read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it lies.
    pub path: PathBuf,
    /// How it is packed.
    pub packing: Packing,
    /// How it is called in every output. No two of a run are called the same.
    pub name: String,
    /// Named on the command line, not found in a folder.
    pub explicit: bool,
    /// Its bytes on disk, 0 where unknown.
    pub size: u64,
    /// A pipe that has a name, open since it was found: opened again, it would not begin anew.
    pub pipe: Option<Arc<File>>,
    /// Hashes standard input while it is read, which can be done but once.
    pub tap: Option<Tap>,
}

impl Source {
    /// Whether there is something else in its place by now, a pipe or a folder.
    pub fn is_no_file(&self) -> bool {
        let looked_at = self.packing != Packing::Stdin && self.pipe.is_none();
        looked_at && std::fs::metadata(&self.path).is_ok_and(|there| !there.is_file())
    }

    /// Opens the log from its start.
    pub fn open(&self) -> Result<Box<dyn Read + Send>, InputError> {
        let fail = |source| InputError::Open { path: self.name.clone(), source };
        match &self.packing {
            Packing::Stdin => {
                let bytes: Box<dyn Read + Send> = match &self.pipe {
                    Some(pipe) => Box::new(Arc::clone(pipe)),
                    None => Box::new(io::stdin()),
                };
                Ok(match &self.tap {
                    Some(tap) => Box::new(tap.on(bytes)),
                    None => bytes,
                })
            }
            Packing::Plain => Ok(Box::new(platform::open(&self.path).map_err(fail)?)),
            packed => unpack(&self.path, packed).map_err(fail),
        }
    }

    /// Opens a plain file at an offset.
    pub fn open_at(&self, offset: u64) -> Result<Box<dyn Read + Send>, InputError> {
        let fail = |source| InputError::Open { path: self.name.clone(), source };
        let mut file = platform::open(&self.path).map_err(fail)?;
        file.seek(io::SeekFrom::Start(offset)).map_err(fail)?;
        Ok(Box::new(file))
    }

    /// Reads the first and the last bytes of a plain file, at most so many of each. Says whether the last
    /// could be had.
    pub fn ends(
        &self,
        (first, head): (usize, &mut Buffer),
        (last, tail): (usize, &mut Buffer),
    ) -> Result<bool, InputError> {
        let fail = |source| InputError::Open { path: self.name.clone(), source };
        let mut file = platform::open(&self.path).map_err(fail)?;
        head.truncate(0);
        tail.truncate(0);
        match head.fill(&mut file, first) {
            // The reading will come upon it again and say how far it came.
            Err(e) if head.is_empty() => return Err(fail(e)),
            _ => {}
        }
        let Some(length) = file.metadata().ok().filter(Metadata::is_file).map(|m| m.len()) else {
            return Ok(false);
        };
        if length <= head.len() as u64 {
            tail.set(head);
            return Ok(true);
        }
        let start = io::SeekFrom::Start(length.saturating_sub(last as u64));
        Ok(file.seek(start).and_then(|_| tail.fill(&mut file, last)).is_ok())
    }

    /// The file name by which Exchange's own naming is recognised, packing endings taken off.
    pub fn log_name(&self) -> String {
        let base = self.name.rsplit(['/', '\\', ':']).next().unwrap_or(&self.name);
        let lower = base.to_ascii_lowercase();
        let cut = [".gz", ".zst", ".zip"].iter().find(|e| lower.ends_with(**e)).map_or(0, |e| e.len());
        base.get(..base.len() - cut).unwrap_or(base).to_owned()
    }
}

/// A path as text. What is no text in it is written as `%FF`, so that two paths stay two.
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|b| format!("%{b:02X}")));
    }
    text
}

#[cfg(feature = "compressed")]
fn unpack(path: &Path, packing: &Packing) -> io::Result<Box<dyn Read + Send>> {
    let file = platform::open(path)?;
    match packing {
        Packing::Gzip => {
            Ok(Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 16, file))))
        }
        Packing::Zstd => Ok(Box::new(zstd::stream::read::Decoder::new(file)?)),
        Packing::Zip(number) => decode::zip_member(file, *number),
        Packing::Plain | Packing::Stdin => Ok(Box::new(file)),
    }
}

#[cfg(not(feature = "compressed"))]
fn unpack(_: &Path, _: &Packing) -> io::Result<Box<dyn Read + Send>> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this build reads no compressed files (feature `compressed`)",
    ))
}

/// Reads a text whole, as UTF-8 if it was UTF-16, without its byte-order mark. The bytes may still be no text.
pub fn read_text(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    as_utf8_lines(Box::new(platform::open(path)?))?.read_to_end(&mut bytes)?;
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(..3);
    }
    Ok(bytes)
}

/// Reads a file as it is, at most so many bytes of it.
pub fn read_bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    platform::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a list, one entry a line; blank lines and a byte-order mark are left out.
pub fn read_list(path: &Path) -> io::Result<Vec<String>> {
    let mut text = String::new();
    as_utf8_lines(Box::new(platform::open(path)?))?.read_to_string(&mut text)?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|l| !l.is_empty());
    Ok(lines.map(str::to_owned).collect())
}
