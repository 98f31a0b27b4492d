//! Exports of a configuration: small files, read whole, as text in UTF-8.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{InputError, as_utf8_lines, platform};

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Text {
    /// As the user can find it.
    pub name: String,
    /// What is in it; bytes that are no text become U+FFFD.
    pub text: String,
    /// When it was last written, ms since 1970, where the system tells.
    pub modified: Option<i64>,
}

/// So many bytes are made room for at once.
const MOST_AT_ONCE: u64 = 256 << 20;
/// Endings of the files that are read in a folder.
const ENDINGS: [&str; 3] = ["csv", "json", "txt"];

/// The files at a path: the path itself, or of a folder all with the ending `csv`, `json` or `txt`, by name.
pub fn find(path: &Path) -> Result<Vec<PathBuf>, InputError> {
    let fail = |source| InputError::Open { path: super::shown(path), source };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fail)? {
        let file = entry.map_err(fail)?.path();
        let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase());
        if file.is_file() && ending.is_some_and(|e| ENDINGS.contains(&e.as_str())) {
            found.push(file);
        }
    }
    found.sort();
    if found.is_empty() {
        let reason = "no export in this folder; looked for .csv, .json and .txt".to_owned();
        return Err(InputError::Nothing { path: super::shown(path), reason });
    }
    Ok(found)
}

/// Reads one file.
pub fn read(path: &Path) -> Result<Text, InputError> {
    let name = super::shown(path);
    let fail = |source| InputError::Open { path: name.clone(), source };
    let file = platform::open(path).map_err(fail)?;
    let about = file.metadata();
    let size = about.as_ref().map_or(0, std::fs::Metadata::len);
    let modified = about.and_then(|m| m.modified()).ok();
    let modified = modified.and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = modified.and_then(|d| i64::try_from(d.as_millis()).ok());
    // Of UTF-16 about half of that is needed.
    let mut bytes = Vec::with_capacity(size.min(MOST_AT_ONCE) as usize + 64);
    let read = as_utf8_lines(Box::new(file)).and_then(|mut r| r.read_to_end(&mut bytes));
    if let Err(source) = read {
        return Err(InputError::Read { path: name, offset: bytes.len() as u64, source });
    }
    let text =
        String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    Ok(Text { name, text, modified })
}
