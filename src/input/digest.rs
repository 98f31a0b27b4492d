//! SHA-256 of what is read: of files as they are stored, and of standard input while it is read.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::platform;
use crate::model::name::hexadecimal;

/// Bytes hashed at once.
const PIECE: usize = 256 << 10;

/// The hash of some bytes, and how many they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
}

/// Hashes a file as it is stored.
pub fn digest(path: &Path) -> io::Result<Digest> {
    let mut file = platform::open(path)?;
    let (mut hash, mut piece) = (Running::default(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finish()),
            Ok(n) => hash.add(piece.get(..n).unwrap_or_default()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// The hash of bytes that are still coming.
#[derive(Clone, Default)]
struct Running {
    hash: Sha256,
    bytes: u64,
}

impl Running {
    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    fn finish(self) -> Digest {
        Digest { sha256: hexadecimal(&self.hash.finalize()), bytes: self.bytes }
    }
}

/// Hashes what passes it by. All clones see the same bytes.
#[derive(Clone, Default)]
pub struct Tap(Arc<Mutex<Running>>);

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}

impl Tap {
    /// What has passed so far.
    pub fn digest(&self) -> Digest {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().finish()
    }

    /// A reader whose bytes pass it.
    pub(super) fn on<R: Read>(&self, inner: R) -> Tapped<R> {
        Tapped { inner, tap: self.clone() }
    }
}

/// A reader that is tapped.
pub(super) struct Tapped<R> {
    inner: R,
    tap: Tap,
}

impl<R: Read> Read for Tapped<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        let mut running = self.tap.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.add(buf.get(..n).unwrap_or_default());
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_hashes_what_passes() {
        let tap = Tap::default();
        let mut out = Vec::new();
        for part in [&b"ab"[..], b"c"] {
            tap.on(part).read_to_end(&mut out).unwrap();
        }
        let digest = tap.digest();
        assert_eq!(digest.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((digest.bytes, &out[..]), (3, &b"abc"[..]));
    }
}
