//! Tables that were written before: Parquet files among what the user names.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use hashbrown::HashSet;
use walkdir::WalkDir;

use super::{InputError, platform};
use crate::model::intake::UNFINISHED;

/// What was named, by kind.
#[derive(Debug, Default)]
pub struct Named {
    /// Parquet files, those of folders by name, each once.
    pub tables: Vec<PathBuf>,
    /// Something else that was named, or lies beside them and looks like a log.
    pub other: Option<PathBuf>,
}

/// Looks for Parquet files at the paths, which may be globs, and in folders with all their subfolders.
///
/// # Errors
/// If a folder cannot be read.
pub fn named(paths: &[PathBuf]) -> Result<Named, InputError> {
    let mut named = Named::default();
    let mut known = HashSet::new();
    for path in paths {
        let mut found = false;
        for path in matching(path) {
            found |= add(&path, &mut named, &mut known)?;
        }
        if !found && named.other.is_none() {
            named.other = Some(path.clone());
        }
    }
    Ok(named)
}

/// Adds what is there; whether any of it is a Parquet file.
fn add(path: &Path, named: &mut Named, known: &mut HashSet<PathBuf>) -> Result<bool, InputError> {
    let (mut found, mut log) = (false, None);
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        let unfinished = path.components().any(|c| c.as_os_str().to_string_lossy().starts_with(UNFINISHED));
        if !entry.file_type().is_file() || unfinished {
            continue;
        }
        if is_parquet(path) {
            found = true;
            let place = path.canonicalize();
            let place =
                place.map_err(|source| InputError::Open { path: path.display().to_string(), source })?;
            if known.insert(place) {
                named.tables.push(path.to_owned());
            }
        } else if is_log(path) {
            log.get_or_insert_with(|| path.to_owned());
        }
    }
    if found && named.other.is_none() {
        named.other = log;
    }
    Ok(found)
}

/// The paths that a glob stands for; else the path itself.
fn matching(path: &Path) -> Vec<PathBuf> {
    let text = path.to_string_lossy();
    if path.exists() || !text.contains(['*', '?', '[']) {
        return vec![path.to_owned()];
    }
    let options = glob::MatchOptions { case_sensitive: !cfg!(windows), ..glob::MatchOptions::new() };
    glob::glob_with(&text, options)
        .map_or_else(|_| Vec::new(), |paths| paths.filter_map(Result::ok).collect())
}

fn is_log(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_uppercase()).unwrap_or_default();
    name.starts_with("MSGTRK") || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("log"))
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
