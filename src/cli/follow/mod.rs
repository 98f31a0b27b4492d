//! `mailtrail follow`: findings as they arise, on logs that are still written.

pub(super) mod args;
mod delivery;
mod state;
mod webhook;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::args::BeforehandArgs;
use super::beforehand::Beforehand;
use super::exit::Exit;
use super::options::{Environment, Usage, options, sources};
use super::run::Exports;
use super::say;
use crate::findings::kind::Shown;
use crate::findings::news::{Told, may_pass};
use crate::model::finding::Finding;
use crate::model::time::Timestamp;
use crate::output::file::Target;
use crate::output::findings::{Form, write};
use crate::output::report_text::{Style, write_findings};
use crate::pipeline::{Follower, Needs, Tick};
use args::{FollowArgs, FollowFormat};
use delivery::Delivery;
use state::StateFile;

/// What was told is written at least so often, though nothing new was, as what is still there changes.
const SAVE: Duration = Duration::from_mins(1);

pub(super) fn run(args: &FollowArgs, env: &Environment) -> anyhow::Result<Exit> {
    check(args, env)?;
    let stop = listen(args.once)?;
    let mut follow = Follow::new(args, env)?;
    if !args.quiet && !args.once {
        let length = |time| humantime::format_duration(time);
        say(&format!(
            "mailtrail: following; window {}, a look every {}; Ctrl-C ends it",
            length(args.window),
            length(args.interval)
        ));
    }
    loop {
        let began = Instant::now();
        follow.look()?;
        if args.once {
            break;
        }
        // Half of the time is left to others, however much there is to do.
        match stop.recv_timeout(args.interval.max(began.elapsed())) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    follow.close()
}

/// What can be seen to be wrong before anything is read.
fn check(args: &FollowArgs, env: &Environment) -> anyhow::Result<()> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Usage("follow reads files; standard input cannot be read again".to_owned()).into());
    }
    if args.once && args.state.is_none() {
        return Err(Usage("--once needs --state FILE, which remembers what was told".to_owned()).into());
    }
    if args.paths.is_empty() {
        sources(&args.read(), env)?;
    }
    // A folder or a file that is not there is more likely a slip than one that is still to come.
    let is_pattern = |path: &Path| path.to_string_lossy().contains(['*', '?', '[']);
    match args.paths.iter().find(|path| !path.exists() && !is_pattern(path)) {
        Some(path) => anyhow::bail!("{}: no such file or folder", path.display()),
        None => Ok(()),
    }
}

/// Hears of Ctrl-C, and of the end that a system asks for. The second time the program ends at once.
fn listen(once: bool) -> anyhow::Result<Receiver<()>> {
    let (tell, stop) = channel();
    let asked = AtomicBool::new(once);
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            end_at_once();
        }
        // Nobody hears it any more only where the run is over.
        tell.send(()).unwrap_or_default();
    })?;
    Ok(stop)
}

#[expect(clippy::exit, reason = "who asks twice does not want to wait until a long reading is done")]
fn end_at_once() {
    std::process::exit(130);
}

/// A run.
struct Follow<'a> {
    args: &'a FollowArgs,
    env: &'a Environment,
    follower: Follower,
    beforehand: Beforehand,
    exports: Option<Exports>,
    told: Told,
    file: StateFile,
    saved: Instant,
    delivery: Delivery,
    style: Style,
    /// What is wrong with the files, so that it is said once.
    errors: BTreeSet<String>,
    /// What was said of files that are no logs.
    left_out: BTreeSet<String>,
    /// It was said that the window is shorter than asked for.
    short: bool,
    judged: bool,
    incomplete: bool,
    totals: Totals,
}

#[derive(Default)]
struct Totals {
    bytes: u64,
    records: u64,
    rejects: u64,
    findings: u64,
}

impl<'a> Follow<'a> {
    fn new(args: &'a FollowArgs, env: &'a Environment) -> anyhow::Result<Self> {
        let read = args.read();
        let config = args.thresholds.config.clone();
        let known = BeforehandArgs { config, show_known: false, baseline: None };
        let beforehand = Beforehand::read(&known, &read, env, Shown::Report)?;
        let exports = Exports::named(&read)?;
        let mut options = options(&read, env, Needs::default())?;
        options.thresholds = beforehand.thresholds();
        options.topology = exports.as_ref().map(|exports| Arc::clone(&exports.told));
        let span = i64::try_from(args.window.as_millis())?;
        let (file, told) = StateFile::open(args.state.as_deref())?;
        Ok(Self {
            args,
            env,
            follower: Follower::new(options, span)?,
            beforehand,
            exports,
            told,
            file,
            saved: env.started,
            delivery: Delivery::start(&args.alarms)?,
            style: Style { width: env.width.clamp(80, 140), color: env.color(args.color, false) },
            errors: BTreeSet::new(),
            left_out: BTreeSet::new(),
            short: false,
            judged: false,
            incomplete: false,
            totals: Totals::default(),
        })
    }

    fn now(&self) -> DateTime<Utc> {
        self.env.now + self.env.started.elapsed()
    }

    /// Looks at the files once, and tells what is new.
    fn look(&mut self) -> anyhow::Result<()> {
        let (began, now) = (Instant::now(), self.now());
        let found = sources(&self.args.read(), self.env)?;
        let tick = self.follower.read(&found.sources, Timestamp(now.timestamp_millis()))?;
        let read = began.elapsed();
        let mut errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        errors.extend(tick.errors.iter().map(ToString::to_string));
        self.complain(errors, &tick);
        if tick.bytes > 0 || !self.judged {
            self.beforehand.on(now.date_naive());
            self.judge()?;
        }
        self.delivery.say_overflow();
        if self.saved.elapsed() >= SAVE {
            self.save()?;
        }
        if self.args.verbose && (tick.bytes > 0 || tick.again.is_some()) {
            let (mib, held) = (1024.0 * 1024.0, self.follower.held().bytes as f64);
            say(&format!(
                "mailtrail: {} bytes of {} files read in {:.2} s, judged in {:.2} s; {:.1} MiB held, window from {}",
                tick.bytes,
                tick.files,
                read.as_secs_f64(),
                began.elapsed().saturating_sub(read).as_secs_f64(),
                held / mib,
                self.follower.since().map_or_else(|| "?".to_owned(), |t| t.to_string()),
            ));
        }
        Ok(())
    }

    /// Says what is wrong, once for as long as it lasts.
    fn complain(&mut self, errors: Vec<String>, tick: &Tick) {
        let errors: BTreeSet<String> = errors.into_iter().collect();
        for error in errors.difference(&self.errors) {
            say(&format!("mailtrail: {error}"));
        }
        self.incomplete |= !errors.is_empty() || tick.rejects > 0;
        self.errors = errors;
        let quiet = self.args.quiet;
        for left in tick.left_out.iter().filter(|l| l.explicit || self.args.verbose) {
            let text = format!("mailtrail: {}: left out: {}", left.name, left.reason);
            if !self.left_out.contains(&text) {
                say(&text);
                self.left_out.insert(text);
            }
        }
        if let (Some(why), false) = (&tick.again, quiet) {
            say(&format!("mailtrail: {why}; all logs of the window are read again"));
        }
        let short = self.follower.held().short;
        match (short, self.short) {
            (Some(since), false) if !quiet => say(&format!(
                "mailtrail: memory suffices for a window from {since} on, not for all of {}; --memory sets how much \
                 may be taken",
                humantime::format_duration(self.args.window)
            )),
            (None, true) if !quiet => say("mailtrail: memory suffices for the whole window again"),
            _ => {}
        }
        self.short = short.is_some();
        let Totals { bytes, records, rejects, .. } = &mut self.totals;
        (*bytes, *records, *rejects) =
            (*bytes + tick.bytes, *records + tick.records, *rejects + tick.rejects);
    }

    /// Judges the window, and tells what is new in it.
    fn judge(&mut self) -> anyhow::Result<()> {
        let Some(latest) = self.follower.latest() else { return Ok(()) };
        let (told, beforehand) = (&self.told, &self.beforehand);
        let counts = |finding: &Finding| !beforehand.knows(finding) && !may_pass(finding, latest);
        let judged = self.follower.judge(|f| counts(f) && told.news(f).is_some())?;
        self.judged = true;
        if let Some(exports) = self.exports.take() {
            self.incomplete |= exports.conclude()?;
        }
        let mut news: Vec<Finding> = Vec::new();
        for finding in judged.findings().filter(|f| !self.beforehand.knows(f) && !may_pass(f, latest)) {
            match self.told.news(finding) {
                Some(standing) => news.push(Finding { standing: Some(standing), ..finding.clone() }),
                None => self.told.see(finding, latest),
            }
        }
        if let Some(since) = self.follower.since() {
            self.told.forget_before(since);
        }
        if news.is_empty() {
            return Ok(());
        }
        let all: Vec<&Finding> = judged.findings().collect();
        self.tell(&news, &all, latest)?;
        for finding in &news {
            self.told.tell(finding, latest);
        }
        self.totals.findings += news.len() as u64;
        self.save()
    }

    /// Writes what is new, and hands on what is grave.
    fn tell(&self, news: &[Finding], all: &[&Finding], latest: Timestamp) -> anyhow::Result<()> {
        let some: Vec<&Finding> = news.iter().collect();
        Target::Stdout.write(|out| match self.args.format {
            FollowFormat::Jsonl => write(some.iter().copied(), Form::JsonLines, out),
            FollowFormat::Text => {
                let minute = latest.to_string().get(..16).unwrap_or_default().replace('T', " ");
                let n = some.len();
                writeln!(out, "Logs up to {minute} (UTC): {n} finding{}", if n == 1 { "" } else { "s" })?;
                write_findings(&some, all, self.style, out)?;
                writeln!(out)
            }
        })?;
        let least = self.args.alarms.level.severity();
        for finding in some.iter().filter(|f| f.severity >= least) {
            let mut json = Vec::new();
            write(std::iter::once(*finding), Form::JsonLines, &mut json)?;
            self.delivery.hand_over(json.trim_ascii_end().to_vec(), finding.kind.to_owned());
        }
        Ok(())
    }

    fn save(&mut self) -> anyhow::Result<()> {
        self.saved = Instant::now();
        Ok(self.file.save(&self.told)?)
    }

    /// The end: what was told is kept, what is on its way arrives.
    fn close(mut self) -> anyhow::Result<Exit> {
        self.save()?;
        self.delivery.say_overflow();
        let lost = self.delivery.close();
        if lost > 0 {
            say(&format!("mailtrail: {lost} alarms were not handed over"));
        }
        let Totals { bytes, records, rejects, findings } = self.totals;
        if !self.args.quiet {
            say(&format!(
                "mailtrail: {bytes} bytes, {records} records, {rejects} rejects, {findings} findings told"
            ));
        }
        let incomplete = self.args.once && (self.incomplete || lost > 0);
        Ok(if incomplete { Exit::Incomplete } else { Exit::Done })
    }
}
