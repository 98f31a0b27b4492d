//! `--manifest`: what a run read, with hashes, for those who must be able to show that it was this and nothing else.

use std::path::PathBuf;
use std::time::Duration;

use hashbrown::HashMap;

use super::options::Environment;
use crate::input::digest::{Digest, Tap};
use crate::input::exports::find;
use crate::input::{Packing, Source};
use crate::model::manifest::{Input, Manifest};
use crate::model::time::Timestamp;
use crate::pipeline::{Reading, digests};

/// Everything that was found before it is read.
pub(super) struct Listed {
    logs: Vec<Source>,
    exports: Vec<PathBuf>,
}

impl Listed {
    /// Takes note of the inputs, and has standard input hashed on the way.
    pub(super) fn new(sources: &mut [Source], topology: &[PathBuf]) -> Self {
        for source in sources.iter_mut().filter(|s| s.packing == Packing::Stdin) {
            source.tap = Some(Tap::default());
        }
        let exports = topology.iter().filter_map(|path| find(path).ok()).flatten().collect();
        Self { logs: sources.to_vec(), exports }
    }

    /// Hashes what was read. Files are read once more for that, since while logs are read many threads take pieces of them.
    pub(super) fn conclude(
        self,
        reading: &Reading,
        threads: usize,
        (env, took): (&Environment, Duration),
    ) -> anyhow::Result<Manifest> {
        let mut inputs: Vec<Input> = self.logs.iter().map(|source| log(source, reading)).collect();
        let gone = reading.errors.iter().filter(|e| !self.logs.iter().any(|s| s.name == e.path()));
        inputs.extend(gone.map(|e| Input {
            role: "log",
            name: e.path().to_owned(),
            path: e.path().to_owned(),
            state: "unreadable",
            reason: Some(e.to_string()),
            ..Input::default()
        }));
        inputs.extend(self.exports.iter().map(|path| {
            let path = path.display().to_string();
            Input { role: "export", name: path.clone(), path, state: "read", ..Input::default() }
        }));
        hash(&mut inputs, &self, threads)?;
        let started = Timestamp(env.now.timestamp_millis());
        Ok(Manifest {
            schema_version: 1,
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            arguments: env.arguments.clone(),
            started: started.to_string(),
            ended: Timestamp(started.0 + took.as_millis() as i64).to_string(),
            inputs,
        })
    }
}

/// What became of a log.
fn log(source: &Source, reading: &Reading) -> Input {
    let error = reading.errors.iter().find(|e| e.path() == source.name).map(ToString::to_string);
    let read = reading.files.iter().find(|f| f.name == source.name);
    let left = reading.left_out.iter().find(|l| l.name == source.name);
    let (state, reason) = match (read, left) {
        (Some(_), _) => ("read", error),
        (None, Some(left)) => ("left-out", Some(left.reason.clone())),
        (None, None) if error.is_some() => ("unreadable", error),
        (None, None) => ("outside-window", Some("no row of it lies between --since and --until".to_owned())),
    };
    Input {
        role: "log",
        name: source.name.clone(),
        path: source.path.display().to_string(),
        records: read.filter(|_| !reading.searched).map(|f| f.records),
        state,
        reason,
        ..Input::default()
    }
}

/// Hashes the inputs that were read; an archive once for all that is in it.
fn hash(inputs: &mut [Input], listed: &Listed, threads: usize) -> anyhow::Result<()> {
    let is_read = |name: &str| inputs.iter().any(|i| i.name == name && i.state == "read");
    let on_disk = listed.logs.iter().filter(|s| s.packing != Packing::Stdin && is_read(&s.name));
    let mut paths: Vec<PathBuf> =
        on_disk.map(|s| s.path.clone()).chain(listed.exports.iter().cloned()).collect();
    paths.sort_unstable();
    paths.dedup();
    let hashes = digests(&paths, threads)?.into_iter().map(|hash| hash.map_err(|e| e.to_string()));
    let stored: HashMap<String, Result<Digest, String>> =
        paths.iter().map(|path| path.display().to_string()).zip(hashes).collect();
    for input in inputs.iter_mut().filter(|i| i.state == "read") {
        let source = listed.logs.iter().find(|s| s.name == input.name && input.role == "log");
        let tapped = source.and_then(|s| s.tap.as_ref()).map(|tap| Ok(tap.digest()));
        match tapped.or_else(|| stored.get(&input.path).cloned()) {
            Some(Ok(digest)) => {
                let size = source.filter(|s| s.packing != Packing::Stdin).map(|s| s.size);
                input.changed = size.is_some_and(|size| size != digest.bytes);
                (input.sha256, input.bytes) = (Some(digest.sha256), Some(digest.bytes));
            }
            Some(Err(e)) => input.reason = Some(format!("could not be read again to be hashed: {e}")),
            None => {}
        }
    }
    Ok(())
}
