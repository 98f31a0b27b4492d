//! The file that remembers what was told, over restarts.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::options::Usage;
use crate::findings::news::Told;
use crate::input::read_bytes;
use crate::output::file::{OutputError, replace};

/// The version of the file that is written and read.
const SCHEMA_VERSION: u64 = 1;
/// A larger file is none of ours, bytes.
const MOST: u64 = 256 << 20;

#[derive(Deserialize)]
struct Probe {
    schema_version: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    schema_version: u64,
    written_by: String,
    told: Told,
}

/// The file, if there is one.
#[derive(Debug)]
pub(super) struct StateFile(Option<PathBuf>);

impl StateFile {
    /// Reads what was told. A file that is not there is one of nothing told; it is made at once, so that a place that
    /// cannot be written to shows at the start.
    pub(super) fn open(path: Option<&Path>) -> anyhow::Result<(Self, Told)> {
        let Some(path) = path else { return Ok((Self(None), Told::default())) };
        let file = Self(Some(path.to_owned()));
        let told = if path.exists() { read(path)? } else { Told::default() };
        file.save(&told)?;
        Ok((file, told))
    }

    /// Writes what was told; the file is whole at any time.
    pub(super) fn save(&self, told: &Told) -> Result<(), OutputError> {
        let Some(path) = &self.0 else { return Ok(()) };
        let written_by = format!("mailtrail {}", env!("CARGO_PKG_VERSION"));
        let content = Content { schema_version: SCHEMA_VERSION, written_by, told: told.clone() };
        let mut bytes = serde_json::to_vec(&content)
            .map_err(|e| OutputError::Write { path: path.clone(), source: e.into() })?;
        bytes.push(b'\n');
        replace(path, &bytes)
    }
}

fn read(path: &Path) -> anyhow::Result<Told> {
    let name = path.display();
    let complain = |what: &str| Usage(format!("--state {name}: {what}"));
    let way_out = "delete it, or name another file; what was told before is then told once more";
    let bytes = read_bytes(path, MOST).map_err(|e| complain(&e.to_string()))?;
    let Ok(Probe { schema_version: Some(version) }) = serde_json::from_slice(&bytes) else {
        return Err(complain(&format!("this is no state of follow, or it is damaged; {way_out}")).into());
    };
    if version.as_u64() != Some(SCHEMA_VERSION) {
        let what = format!(
            "it is of version {version}, and this mailtrail ({}) knows version {SCHEMA_VERSION}; use the mailtrail \
             that wrote it, or {way_out}",
            env!("CARGO_PKG_VERSION")
        );
        return Err(complain(&what).into());
    }
    let content: Content =
        serde_json::from_slice(&bytes).map_err(|e| complain(&format!("it is damaged ({e}); {way_out}")))?;
    Ok(content.told)
}
