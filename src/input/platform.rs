//! What differs between operating systems: how a file is opened that a server may be writing to.

#![expect(clippy::disallowed_methods, reason = "the one place where input files are opened")]

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file for reading while others may write, rename or delete it.
#[cfg(windows)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARE_READ_WRITE_DELETE: u32 = 1 | 2 | 4;
    std::fs::OpenOptions::new().read(true).share_mode(SHARE_READ_WRITE_DELETE).open(path)
}

/// Opens a file for reading; elsewhere nobody is locked out by that.
#[cfg(not(windows))]
pub(super) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}
