//! A topology from what the user names: folders of exports, single exports, a `topology.toml`.

use std::path::PathBuf;

use crate::cli::say;
use crate::input::InputError;
use crate::input::exports::{find, read};
use crate::topology::exports::{self, Problem};
use crate::topology::{Export, Facts, toml_file};

/// What was read.
#[derive(Debug)]
pub(in crate::cli) struct Loaded {
    pub facts: Facts,
    /// What is wrong with the exports.
    pub problems: Vec<Problem>,
    /// Each export with the file it came from.
    pub files: Vec<(String, Option<Export>)>,
    /// What could not be read at all.
    pub errors: Vec<InputError>,
}

impl Loaded {
    /// Whether something could not be used.
    pub(in crate::cli) fn is_incomplete(&self) -> bool {
        !self.errors.is_empty() || self.problems.iter().any(|p| p.error)
    }

    /// Says on standard error what is wrong.
    pub(in crate::cli) fn warn(&self) {
        for error in &self.errors {
            say(&format!("mailtrail: {error}"));
        }
        for problem in &self.problems {
            let sort = if problem.error { "" } else { "warning: " };
            say(&format!("mailtrail: {sort}{problem}"));
        }
    }
}

/// Reads all that is named. The error says that there was nothing to read. One `topology.toml` is read alone.
pub(in crate::cli) fn load(paths: &[PathBuf]) -> anyhow::Result<Loaded> {
    let is_toml = |p: &PathBuf| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    if let Some(path) = paths.iter().find(|p| is_toml(p)) {
        anyhow::ensure!(
            paths.len() == 1,
            "{}: a topology.toml is the whole topology, give no more",
            path.display()
        );
        let file = read(path)?;
        let facts = toml_file::read(&file.text).map_err(|e| anyhow::anyhow!("{}: {e}", file.name))?;
        return Ok(Loaded { facts, problems: Vec::new(), files: Vec::new(), errors: Vec::new() });
    }
    let (mut files, mut errors, mut made) = (Vec::new(), Vec::new(), None::<i64>);
    for path in paths {
        match find(path) {
            Ok(found) => {
                for file in found {
                    match read(&file) {
                        Ok(text) => {
                            made = made.into_iter().chain(text.modified).min();
                            files.push(exports::Sheet { name: text.name, text: text.text });
                        }
                        Err(e) => errors.push(e),
                    }
                }
            }
            Err(e) => errors.push(e),
        }
    }
    let read = exports::read(&files);
    if read.facts.given.is_empty() {
        let first = errors.first().map(ToString::to_string);
        let first = first.or_else(|| read.problems.first().map(ToString::to_string));
        anyhow::bail!("nothing to read: {}", first.unwrap_or_else(|| "no export".to_owned()));
    }
    let facts = Facts { made, ..read.facts };
    Ok(Loaded { facts, problems: read.problems, files: read.files, errors })
}
