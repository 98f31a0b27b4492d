//! From what the user names to the files to read: folders, globs, archives, standard input.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::{InputError, Packing, Source, platform, shown};
use crate::model::intake::UNFINISHED;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files to look into, each once, sorted by name.
    pub sources: Vec<Source>,
    /// What could not be looked into.
    pub errors: Vec<InputError>,
}

/// Finds the files under each path. `-` is standard input; a path that does not exist is tried as a glob.
pub fn discover(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path.as_os_str() == "-" {
            let name = "<stdin>".to_owned();
            found.sources.push(Source {
                path: path.clone(),
                packing: Packing::Stdin,
                name,
                explicit: true,
                size: 0,
                pipe: None,
                tap: None,
            });
        } else if path.is_dir() {
            walk(path, &mut found);
        } else if path.exists() {
            add_file(path, true, &mut found);
        } else {
            expand(path, &mut found);
        }
    }
    // The same file reached twice is read once.
    let mut seen: BTreeSet<(PathBuf, Packing)> = BTreeSet::new();
    found
        .sources
        .sort_by_cached_key(|s| (natural(&s.log_name()), s.name.clone(), s.path.clone(), s.packing.clone()));
    found.sources.retain(|s| {
        let real = (s.path.canonicalize().unwrap_or_else(|_| s.path.clone()), s.packing.clone());
        seen.insert(real)
    });
    tell_apart(&mut found.sources);
    found
}

/// Puts a number behind a name that another has too: a file may be called as another is written.
fn tell_apart(sources: &mut [Source]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for source in sources {
        let numbered = (2..).map(|n| format!("{} ({n})", source.name));
        let name = std::iter::once(source.name.clone()).chain(numbered).find(|name| !taken.contains(name));
        source.name = name.unwrap_or_default();
        taken.insert(source.name.clone());
    }
}

fn walk(folder: &Path, found: &mut Found) {
    let before = found.sources.len() + found.errors.len();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_name().to_string_lossy().starts_with(UNFINISHED) => {}
            Ok(entry) if entry.file_type().is_file() => add_file(entry.path(), false, found),
            Ok(_) => {}
            Err(e) => {
                let path = shown(e.path().unwrap_or(folder));
                let source = e
                    .into_io_error()
                    .unwrap_or_else(|| std::io::Error::other("the folder leads back into itself"));
                found.errors.push(InputError::Open { path, source });
            }
        }
    }
    if found.sources.len() + found.errors.len() == before {
        let reason = "no file in this folder; looked for MSGTRK*, MSGTRKMA*, MSGTRKMD*, MSGTRKMS* and MSGTRKM* logs \
                      and for files that begin like one, plain or packed (.gz, .zst, .zip)";
        found.errors.push(InputError::Nothing { path: shown(folder), reason: reason.to_owned() });
    }
}

fn expand(pattern: &Path, found: &mut Found) {
    let text = pattern.to_string_lossy();
    let options = glob::MatchOptions { case_sensitive: !cfg!(windows), ..glob::MatchOptions::new() };
    let matches: Vec<PathBuf> = match glob::glob_with(&text, options) {
        Ok(paths) if text.contains(['*', '?', '[']) => paths.filter_map(Result::ok).collect(),
        _ => Vec::new(),
    };
    if matches.is_empty() {
        let reason =
            if text.contains(['*', '?', '[']) { "no file matches" } else { "no such file or folder" };
        found.errors.push(InputError::Nothing { path: text.into_owned(), reason: reason.to_owned() });
    }
    for path in matches {
        if path.is_dir() { walk(&path, found) } else { add_file(&path, true, found) }
    }
}

fn add_file(path: &Path, explicit: bool, found: &mut Found) {
    let name = shown(path);
    let lower = name.to_ascii_lowercase();
    let kind = path.metadata();
    let size = kind.as_ref().map_or(0, Metadata::len);
    let packing = match lower.rsplit('.').next() {
        Some("gz") => Packing::Gzip,
        Some("zst") => Packing::Zstd,
        Some("zip") => Packing::Zip(0),
        _ => Packing::Plain,
    };
    if kind.is_ok_and(|m| !m.is_file()) {
        return add_pipe(path, &packing, found);
    }
    let mut add = |packing: Packing, name: String| {
        let path = path.to_owned();
        found.sources.push(Source { path, packing, name, explicit, size, pipe: None, tap: None });
    };
    if !matches!(packing, Packing::Zip(_)) {
        return add(packing, name);
    }
    match zip_members(path) {
        Ok((members, hides)) => {
            for (number, member) in members {
                add(Packing::Zip(number), format!("{name}:{member}"));
            }
            if hides {
                let reason =
                    "it holds files that have one name; only the last of each is read, unpack it to read all";
                found.errors.push(InputError::Nothing { path: name, reason: reason.to_owned() });
            }
        }
        Err(source) => found.errors.push(InputError::Open { path: name, source }),
    }
}

/// Adds what is no file, such as a pipe. It is opened now, and stays open until it has been read.
fn add_pipe(path: &Path, packing: &Packing, found: &mut Found) {
    let name = shown(path);
    if *packing != Packing::Plain {
        let reason =
            "this is no file, and can be read but once; unpack it on the way, and give - for what comes out";
        return found.errors.push(InputError::Nothing { path: name, reason: reason.to_owned() });
    }
    match platform::open(path) {
        Ok(file) => found.sources.push(Source {
            path: path.to_owned(),
            packing: Packing::Stdin,
            name,
            explicit: true,
            size: 0,
            pipe: Some(Arc::new(file)),
            tap: None,
        }),
        Err(source) => found.errors.push(InputError::Open { path: name, source }),
    }
}

/// The place and the name of each file in an archive, and whether there are more that have the name of one of them.
pub(super) type Members = (Vec<(usize, String)>, bool);

#[cfg(feature = "compressed")]
fn zip_members(path: &Path) -> std::io::Result<Members> {
    super::decode::zip_names(platform::open(path)?)
}

#[cfg(not(feature = "compressed"))]
fn zip_members(path: &Path) -> std::io::Result<Members> {
    platform::open(path)?;
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "this build reads no compressed files (feature `compressed`)",
    ))
}

/// A name with its numbers widened, so that `-10` sorts behind `-9`.
fn natural(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 16);
    let mut digits = String::new();
    for c in name.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            out.push_str(&format!("{:0>20}", digits.trim_start_matches('0')));
            digits.clear();
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_sort_as_numbers() {
        let mut names = ["MSGTRK2026031009-10.LOG", "MSGTRK2026031009-9.LOG", "MSGTRK2026031008-11.LOG"];
        names.sort_by_key(|n| natural(n));
        assert_eq!(names, ["MSGTRK2026031008-11.LOG", "MSGTRK2026031009-9.LOG", "MSGTRK2026031009-10.LOG"]);
    }

    #[test]
    fn packing_endings_are_no_part_of_the_log_name() {
        let source = |name: &str| Source {
            path: PathBuf::from(name),
            packing: Packing::Plain,
            name: name.to_owned(),
            explicit: true,
            size: 0,
            pipe: None,
            tap: None,
        };
        assert_eq!(source("/logs/EX1/MSGTRK2026031009-1.LOG.gz").log_name(), "MSGTRK2026031009-1.LOG");
        assert_eq!(source(r"\\EX1\logs\MSGTRKMD2026031009-1.LOG").log_name(), "MSGTRKMD2026031009-1.LOG");
        assert_eq!(source("day.zip:logs/MSGTRK2026031009-1.LOG").log_name(), "MSGTRK2026031009-1.LOG");
    }
}
