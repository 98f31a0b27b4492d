//! Tables that were written before: Parquet files among what the user names.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{InputError, platform};
use crate::model::intake::UNFINISHED;

/// What was named, by kind.
#[derive(Debug, Default)]
pub struct Named {
    /// Parquet files, those of folders by name.
    pub tables: Vec<PathBuf>,
    /// A path with something else.
    pub other: Option<PathBuf>,
}

/// Looks for Parquet files at the paths, and in folders with all their subfolders.
pub fn named(paths: &[PathBuf]) -> Named {
    let mut named = Named::default();
    for path in paths {
        let before = named.tables.len();
        let entries =
            WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().filter_map(Result::ok);
        for entry in entries.filter(|e| e.file_type().is_file()) {
            let unfinished =
                entry.path().components().any(|c| c.as_os_str().to_string_lossy().starts_with(UNFINISHED));
            if is_parquet(entry.path()) && !unfinished {
                named.tables.push(entry.into_path());
            }
        }
        if named.tables.len() == before && named.other.is_none() {
            named.other = Some(path.clone());
        }
    }
    named
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

/// Opens such a file.
///
/// # Errors
/// If it cannot be opened.
pub fn open(path: &Path) -> Result<impl Read + Seek + use<>, InputError> {
    platform::open(path).map_err(|source| InputError::Open { path: path.display().to_string(), source })
}
