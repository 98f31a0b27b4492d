//! What a run read, for those who must be able to show it: the files with their hashes.

use serde::Serialize;

/// A run and what it read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Of this form.
    pub schema_version: u32,
    /// `mailtrail`.
    pub tool: &'static str,
    /// Of the program.
    pub version: &'static str,
    /// As they were typed, the program's own name first.
    pub arguments: Vec<String>,
    /// When the work began, UTC.
    pub started: String,
    /// When it was done, UTC.
    pub ended: String,
    /// All that was found where the arguments led, sorted as it was read.
    pub inputs: Vec<Input>,
}

/// One file, or one of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Input {
    /// `log` or `export`.
    pub role: &'static str,
    /// As every other output calls it.
    pub name: String,
    /// The file on disk that it lies in; `-` for standard input.
    pub path: String,
    /// Of the file as it is stored, in hexadecimal digits; of standard input of what was read. `None` of what was not read.
    pub sha256: Option<String>,
    /// As many bytes were hashed.
    pub bytes: Option<u64>,
    /// They were not as many as when the run began: somebody was writing.
    pub changed: bool,
    /// Records found in it; `None` where they were not counted.
    pub records: Option<u64>,
    /// `read`, `left-out`, `outside-window` or `unreadable`.
    pub state: &'static str,
    /// Why it was not read, or not to its end.
    pub reason: Option<String>,
}
