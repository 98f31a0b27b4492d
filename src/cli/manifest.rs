//! `--manifest`: what a run read, with hashes, for those who must be able to show that it was this and nothing else.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use hashbrown::{HashMap, HashSet};

use super::options::Environment;
use crate::input::digest::{Digest, Tap};
use crate::input::exports::find;
use crate::input::{Packing, Source, shown};
use crate::model::manifest::{Input, Manifest};
use crate::model::time::Timestamp;
use crate::output::file::{OutputError, Target};
use crate::output::manifest::write;
use crate::pipeline::{Reading, digests};

/// The manifest of the whole work, in which a verb may read several times. All clones are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Custody(Rc<RefCell<Option<Open>>>);

#[derive(Debug)]
struct Open {
    target: Target,
    inputs: Vec<Input>,
}

impl Custody {
    /// Opens the file, if it is not open yet.
    pub(super) fn open(&self, path: &Path, force: bool) -> Result<(), OutputError> {
        let mut open = self.0.borrow_mut();
        if open.is_none() {
            *open = Some(Open { target: Target::open(Some(path), force)?, inputs: Vec::new() });
        }
        Ok(())
    }

    /// Adds what was read. What was read before counts once, and above what was only found then.
    pub(super) fn add(&self, inputs: Vec<Input>) {
        let mut open = self.0.borrow_mut();
        let Some(Open { inputs: all, .. }) = &mut *open else { return };
        let mut places: HashMap<(&str, String), usize> =
            all.iter().enumerate().map(|(n, i)| ((i.role, i.name.clone()), n)).collect();
        for input in inputs {
            match places.get(&(input.role, input.name.clone())).and_then(|n| all.get_mut(*n)) {
                Some(known) if known.state == "read" || input.state != "read" => {}
                Some(known) => *known = input,
                None => {
                    places.insert((input.role, input.name.clone()), all.len());
                    all.push(input);
                }
            }
        }
    }

    /// Adds files that are no logs and were read as a whole: earlier reports, tables.
    pub(super) fn documents(&self, role: &'static str, paths: &[PathBuf]) -> anyhow::Result<()> {
        if self.0.borrow().is_none() {
            return Ok(());
        }
        let input = |(path, hash): (&PathBuf, std::io::Result<Digest>)| {
            let path = path.display().to_string();
            let input = Input { state: "read", ..named(role, path.clone(), path) };
            match hash {
                Ok(digest) => Input { sha256: Some(digest.sha256), bytes: Some(digest.bytes), ..input },
                Err(e) => {
                    Input { reason: Some(format!("could not be read again to be hashed: {e}")), ..input }
                }
            }
        };
        self.add(paths.iter().zip(digests(paths, 0)?).map(input).collect());
        Ok(())
    }

    /// Writes the file, if it was opened.
    pub(super) fn close(&self, env: &Environment) -> Result<(), OutputError> {
        let Some(Open { target, inputs }) = self.0.borrow_mut().take() else { return Ok(()) };
        let started = Timestamp(env.now.timestamp_millis());
        let ended = Timestamp(started.0 + env.started.elapsed().as_millis() as i64);
        let manifest = Manifest {
            schema_version: 1,
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            arguments: env.arguments.clone(),
            started: started.to_string(),
            ended: ended.to_string(),
            inputs,
        };
        target.write(|out| write(&manifest, out))
    }
}

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
    pub(super) fn conclude(&self, reading: &Reading, threads: usize) -> anyhow::Result<Vec<Input>> {
        let mut inputs = self.became(reading);
        self.hash(&mut inputs, threads)?;
        inputs.extend(unfound(self, reading));
        Ok(inputs)
    }

    /// What became of each log and each export, in that order.
    fn became(&self, reading: &Reading) -> Vec<Input> {
        let read: HashMap<&str, u64> = reading.files.iter().map(|f| (&*f.name, f.records)).collect();
        let left: HashMap<&str, &str> = reading.left_out.iter().map(|l| (&*l.name, &*l.reason)).collect();
        let errors: HashMap<&str, String> =
            reading.errors.iter().map(|e| (e.path(), e.to_string())).collect();
        let log = |source: &Source| {
            let (name, error) = (source.name.as_str(), errors.get(source.name.as_str()).cloned());
            let records = read.get(name).copied();
            let (state, reason) = match (records, left.get(name)) {
                (Some(_), _) => ("read", error),
                (None, Some(reason)) => ("left-out", Some((*reason).to_owned())),
                (None, None) if error.is_some() => ("unreadable", error),
                (None, None) => {
                    ("outside-window", Some("no row of it lies between --since and --until".to_owned()))
                }
            };
            let records = records.filter(|_| !reading.searched);
            Input { records, state, reason, ..named("log", name.to_owned(), shown(&source.path)) }
        };
        let export = |path: &PathBuf| {
            let path = shown(path);
            Input { state: "read", ..named("export", path.clone(), path) }
        };
        self.logs.iter().map(log).chain(self.exports.iter().map(export)).collect()
    }

    /// Hashes those that were read; an archive once for all that is in it.
    fn hash(&self, inputs: &mut [Input], threads: usize) -> anyhow::Result<()> {
        let logs = || self.logs.iter().map(Some).chain(std::iter::repeat(None));
        let places = || self.logs.iter().map(|log| &log.path).chain(&self.exports);
        let on_disk = inputs.iter().zip(logs()).zip(places()).filter(|((input, log), _)| {
            input.state == "read" && log.is_none_or(|log| log.packing != Packing::Stdin)
        });
        let paths: HashSet<PathBuf> = on_disk.map(|(_, path)| path.clone()).collect();
        let paths: Vec<PathBuf> = paths.into_iter().collect();
        let hashes = digests(&paths, threads)?.into_iter().map(|hash| hash.map_err(|e| e.to_string()));
        let stored: HashMap<&PathBuf, Result<Digest, String>> = paths.iter().zip(hashes).collect();
        for ((input, log), path) in inputs.iter_mut().zip(logs()).zip(places()) {
            let tapped = log.and_then(|log| log.tap.as_ref()).map(|tap| Ok(tap.digest()));
            match tapped.or_else(|| stored.get(path).cloned()).filter(|_| input.state == "read") {
                Some(Ok(digest)) => {
                    let size = log.filter(|log| log.packing != Packing::Stdin).map(|log| log.size);
                    input.changed = size.is_some_and(|size| size != digest.bytes);
                    (input.sha256, input.bytes) = (Some(digest.sha256), Some(digest.bytes));
                }
                Some(Err(e)) => input.reason = Some(format!("could not be read again to be hashed: {e}")),
                None => {}
            }
        }
        Ok(())
    }
}

fn named(role: &'static str, name: String, path: String) -> Input {
    Input { role, name, path, ..Input::default() }
}

/// What was named and led to no log.
fn unfound(listed: &Listed, reading: &Reading) -> Vec<Input> {
    let found: HashSet<&str> = listed.logs.iter().map(|s| s.name.as_str()).collect();
    let gone = reading.errors.iter().filter(|e| !found.contains(e.path()));
    let input = |e: &crate::input::InputError| Input {
        state: "unreadable",
        reason: Some(e.to_string()),
        ..named("log", e.path().to_owned(), e.path().to_owned())
    };
    gone.map(input).collect()
}
