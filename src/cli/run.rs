//! What every verb that reads logs does alike: read, warn, write the rejects, close with one line.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::args::{FindingFormat, OutputArgs, ReadArgs};
use super::exit::Exit;
use super::manifest::Listed;
use super::options::{Environment, Usage, options, sources};
use super::places::apart;
use super::topology::load::{Loaded, load};
use super::{progress, say};
use crate::input::exports::find;
use crate::input::{Packing, Source};
use crate::model::report::ExportsNote;
use crate::model::time::Timestamp;
use crate::output::file::Target;
use crate::output::rejects;
use crate::pipeline::{Needs, Options, Outcome, Reading, Told, is_log, read};
use crate::topology::Topology;

/// A run that has read its logs.
pub(super) struct Run {
    pub reading: Reading,
    pub options: Options,
    /// There is a finding at or above `--fail-on`.
    pub failing: bool,
    /// Some of the exports could not be used.
    half_told: bool,
    started: Instant,
    quiet: bool,
}

impl Run {
    /// Reads what the arguments name. `adjust` may add to the options what one verb knows.
    pub(super) fn read(
        (args, output): (&ReadArgs, &OutputArgs),
        env: &Environment,
        needs: Needs,
        adjust: impl FnOnce(&mut Options),
    ) -> anyhow::Result<Self> {
        Self::read_by((args, output), env, needs, |sources, options, progress| {
            adjust(options);
            Ok(read(sources, options, progress)?)
        })
    }

    /// The same with a reading of the verb's own.
    pub(super) fn read_by(
        (args, output): (&ReadArgs, &OutputArgs),
        env: &Environment,
        needs: Needs,
        read: impl FnOnce(Vec<Source>, &mut Options, &(dyn Fn(u64) + Sync)) -> anyhow::Result<Reading>,
    ) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut options = options(args, env, needs)?;
        let exports = Exports::named(args)?;
        options.topology = exports.as_ref().map(|exports| Arc::clone(&exports.told));
        let mut found = sources(args, env)?;
        outputs_apart((args, output), &found.sources)?;
        let reject_file = args.rejects.as_deref().map(|p| Target::open(Some(p), output.force)).transpose()?;
        args.manifest.as_deref().map_or(Ok(()), |path| env.custody.open(path, output.force))?;
        let listed = args.manifest.as_ref().map(|_| Listed::new(&mut found.sources, &args.topology));
        let nothing = found.sources.is_empty();
        let total: u64 = found.sources.iter().map(|s| s.size).sum();
        // With a filter, `routes` and `trace` read twice.
        let times = if needs.texts && !options.filter.is_empty() { 2 } else { 1 };
        let bar = progress::bar(args.progress, env.stderr_is_terminal && !args.quiet, total * times);
        let mut reading = read(found.sources, &mut options, &|bytes| bar.inc(bytes))?;
        bar.finish_and_clear();
        let half_told = exports.map_or(Ok(false), Exports::conclude)?;
        reading.errors.splice(0..0, found.errors);
        if let Some(target) = reject_file {
            target.write(|out| rejects::write(&reading.rejects, &reading.files, out))?;
        }
        if let Some(listed) = listed {
            env.custody.add(listed.conclude(&reading, options.threads)?);
        }
        let run = Self { reading, options, failing: false, half_told, started, quiet: args.quiet };
        run.warn(args.verbose);
        run.warn_of_age();
        let all_outside = run.reading.files_outside_window > 0 && run.reading.errors.is_empty();
        if nothing || run.reading.files.is_empty() && !all_outside {
            anyhow::bail!("nothing to read: {}", run.why_nothing());
        }
        Ok(run)
    }

    fn why_nothing(&self) -> String {
        let left = &self.reading.left_out;
        match (self.reading.errors.first(), left.first()) {
            (Some(e), _) => e.to_string(),
            (None, Some(first)) => format!(
                "{}: {} ({} file{} left out)",
                first.name,
                first.reason,
                left.len(),
                if left.len() == 1 { "" } else { "s" }
            ),
            (None, None) => "no file".to_owned(),
        }
    }

    fn warn(&self, verbose: bool) {
        for error in &self.reading.errors {
            say(&format!("mailtrail: {error}"));
        }
        for left in self.reading.left_out.iter().filter(|l| l.explicit || verbose) {
            say(&format!("mailtrail: {}: left out: {}", left.name, left.reason));
        }
        if self.quiet {
            return;
        }
        for file in &self.reading.files {
            if verbose {
                let version = file.version.as_deref().unwrap_or("no version");
                let columns = file.columns.map_or_else(|| "?".to_owned(), |c| c.to_string());
                let records = format!(", {} records", file.records);
                let records = if self.reading.searched { "" } else { &records };
                say(&format!(
                    "mailtrail: {}: {}, {version}, {columns} columns{records}",
                    file.name, file.family
                ));
            }
            if let Some(note) = &file.note {
                say(&format!("mailtrail: {}: {note}", file.name));
            }
        }
    }

    /// Says the closing line and gives the exit status. `matched`: at least one message or event met the filters.
    pub(super) fn close(&self, matched: bool) -> Exit {
        self.say_closing(matched);
        if self.reading.ledger.outside_window > 0 && !self.quiet {
            say(&format!(
                "mailtrail: {} events lie outside --since and --until; mail that crosses the edge looks unfinished",
                self.reading.ledger.outside_window
            ));
        }
        self.exit(matched)
    }

    /// The same of single events, with one line more: what became of each.
    pub(super) fn close_events(&self, outcome: Outcome) -> Exit {
        let (ledger, Outcome { written, not_chosen }) = (&self.reading.ledger, outcome);
        if !self.quiet {
            say(&format!(
                "mailtrail: {} events: {written} written, {not_chosen} not asked for, {} duplicates, {} outside \
                 --since and --until, {} probes",
                ledger.events, ledger.duplicates, ledger.outside_window, ledger.probes,
            ));
        }
        self.say_closing(written > 0);
        self.exit(written > 0)
    }

    /// Says if the exports are older than the mail.
    fn warn_of_age(&self) {
        let made = self.options.topology.as_ref().and_then(|told| told.get().facts().made);
        let last = self.reading.period().map(|(_, last)| last);
        if let (Some(made), Some(last), false) = (made, last, self.quiet)
            && made < last.0
        {
            let minute = |t: Timestamp| t.to_string().get(..16).unwrap_or_default().replace('T', " ");
            say(&format!(
                "mailtrail: the exports are of {}, the logs reach to {} (UTC): what was changed in between is not known",
                minute(Timestamp(made)),
                minute(last)
            ));
        }
    }

    /// The exports that mail was held against.
    pub(super) fn exports(&self) -> Option<ExportsNote> {
        let made = |told: &Arc<Told>| told.get().facts().made.map(|ms| Timestamp(ms).to_string());
        self.options.topology.as_ref().map(|told| ExportsNote { made: made(told) })
    }

    fn say_closing(&self, matched: bool) {
        let ledger = &self.reading.ledger;
        let seconds = self.started.elapsed().as_secs_f64();
        if !self.quiet {
            // Where all was searched for some messages, records that name none of them are not counted.
            let (searched, naming) =
                if self.reading.searched { (" searched", " that name it") } else { ("", "") };
            say(&format!(
                "mailtrail: {} files, {} bytes{searched}, {} records{naming}, {} rejects, {seconds:.2} s, {:.2} GB/s",
                self.reading.files.len(),
                ledger.bytes,
                ledger.records,
                ledger.rejects,
                ledger.bytes as f64 / seconds.max(1e-9) / 1e9,
            ));
        }
        if !matched && !self.options.filter.is_empty() && !self.quiet {
            say("mailtrail: nothing matched; a pattern means the whole text, '*offsite*' a part of it");
        }
    }

    /// The exit status alone.
    pub(super) fn exit(&self, matched: bool) -> Exit {
        match (self.failing, self.reading.is_incomplete() || self.half_told, matched) {
            (true, _, _) => Exit::Finding,
            (false, true, _) => Exit::Incomplete,
            (false, false, false) => Exit::NothingMatched,
            (false, false, true) => Exit::Done,
        }
    }
}

/// Exports that are read while logs are, and what came of that.
pub(super) struct Exports {
    pub told: Arc<Told>,
    outcome: Arc<Mutex<Option<anyhow::Result<Loaded>>>>,
}

impl Exports {
    /// Of those that the arguments name. Fails where there is nothing at a path.
    pub(super) fn named(args: &ReadArgs) -> anyhow::Result<Option<Self>> {
        if args.topology.is_empty() {
            return Ok(None);
        }
        for path in &args.topology {
            find(path)?;
        }
        let (paths, outcome) = (args.topology.clone(), Arc::new(Mutex::new(None)));
        let tell = Arc::clone(&outcome);
        let told = Told::new(move || {
            let mut loaded = load(&paths);
            let facts = loaded.as_mut().map(|l| std::mem::take(&mut l.facts)).unwrap_or_default();
            *tell.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
            Topology::new(facts)
        });
        Ok(Some(Self { told: Arc::new(told), outcome }))
    }

    /// Says what is wrong with them; whether some could not be used.
    pub(super) fn conclude(self) -> anyhow::Result<bool> {
        match self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(loaded) => {
                let loaded = loaded?;
                loaded.warn();
                Ok(loaded.is_incomplete())
            }
            None => Ok(false),
        }
    }
}

/// Fails if an output would go to the place of another, or of what is read.
fn outputs_apart((args, output): (&ReadArgs, &OutputArgs), sources: &[Source]) -> Result<(), Usage> {
    let outputs = [
        ("--output", output.output.as_deref()),
        ("--mail", output.mail.as_deref()),
        ("--rejects", args.rejects.as_deref()),
        ("--manifest", args.manifest.as_deref()),
    ];
    let files = || sources.iter().filter(|s| s.packing != Packing::Stdin);
    let exports: Vec<PathBuf> =
        args.topology.iter().flat_map(|path| find(path).unwrap_or_else(|_| vec![path.clone()])).collect();
    let paths = files().map(|s| s.path.as_path()).chain(exports.iter().map(PathBuf::as_path));
    // What an earlier run wrote among the logs is found there, and left out.
    apart(&outputs, paths, |path| {
        let mut there = files().filter(|s| s.path == path).peekable();
        exports.iter().any(|export| export == path) || there.peek().is_none() || there.any(is_log)
    })
}

/// Whether an output goes to a file.
pub(super) fn to_file(path: Option<&Path>) -> bool {
    path.is_some_and(|p| p.as_os_str() != "-")
}

/// The ending of an output file, in lower case.
pub(super) fn ending(path: Option<&Path>) -> Option<String> {
    path.and_then(Path::extension).map(|e| e.to_string_lossy().to_lowercase())
}

impl FindingFormat {
    /// What the ending of an output file says.
    pub(super) fn of_file(path: Option<&Path>) -> Option<Self> {
        match ending(path)?.as_str() {
            "jsonl" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "md" | "markdown" => Some(Self::Md),
            _ => None,
        }
    }
}
