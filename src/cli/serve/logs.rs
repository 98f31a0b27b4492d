//! The logs behind the pages: read at the start, looked at again and again, and read anew where something changed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::super::args::{ReadArgs, When};
use super::super::config;
use super::super::inquiry::{Inquiry, Progress};
use super::super::options::{Environment, sources};
use super::super::say;
use super::args::ServeArgs;
use super::door::Door;
use super::failure::Failure;
use super::gate::Gate;
use super::shown::Shown;
use crate::input::Packing;
use crate::input::exports::find;
use crate::model::time::Timestamp;

/// From one look to the next at least.
const LEAST: Duration = Duration::from_millis(100);

/// What all requests share.
pub(super) struct Logs {
    args: ServeArgs,
    /// As typed, so that the clock can be read anew.
    typed: Vec<OsString>,
    status: Mutex<Status>,
    pub door: Door,
    gate: Gate,
}

/// What is shown and what goes on beside, under one lock: who asks never sees a new reading with an old failure.
#[derive(Clone, Default)]
pub(super) struct Status {
    /// The reading that is shown; none before the first is done.
    pub shown: Option<Arc<Shown>>,
    /// The logs are being read.
    pub reading: Option<Arc<Progress>>,
    /// When the last reading failed, and why; nothing where it did not.
    pub failed: Option<(String, String)>,
}

impl Status {
    /// Bytes read and to read.
    pub(super) fn progress(&self) -> Option<(u64, u64)> {
        // Packed logs, and those that are read twice, give more bytes than lie there.
        let of = |p: &Arc<Progress>| {
            let total = p.total.load(Ordering::Relaxed);
            (p.done.load(Ordering::Relaxed).min(total), total)
        };
        self.reading.as_ref().map(of)
    }
}

/// What shows that something changed: files with size and time.
type Stamps = Vec<(PathBuf, Packing, u64, Option<SystemTime>)>;

impl Logs {
    pub(super) fn new(args: ServeArgs, env: &Environment, door: Door) -> Self {
        let typed = env.arguments.iter().map(OsString::from).collect();
        Self { args, typed, status: Mutex::default(), door, gate: Gate::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn status(&self) -> Status {
        self.lock().clone()
    }

    pub(super) fn refresh(&self) -> Duration {
        self.args.refresh
    }

    pub(super) fn no_subjects(&self) -> bool {
        self.args.read.no_subjects
    }

    /// The reading that is shown; none before the first is done.
    pub(super) fn now(&self) -> Option<Arc<Shown>> {
        self.lock().shown.clone()
    }

    /// The same for who cannot do without.
    pub(super) fn shown(&self) -> Result<Arc<Shown>, Failure> {
        let status = self.status();
        let (done, total) = status.progress().unwrap_or_default();
        status.shown.ok_or_else(|| Failure::waiting(done, total))
    }

    /// Answers a question that takes a while, when it is its turn.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shown) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.shown()?;
        let place = self.gate.enter().await?;
        // Looked up only now: who waited for long gets what is newest.
        let shown = self.shown()?;
        let done = spawn_blocking(move || {
            let answer = work(&shown);
            drop((shown, place));
            answer
        });
        done.await.unwrap_or_else(|_| Err(Failure::broken("The question could not be worked on.")))
    }

    /// Reads for the first time.
    pub(super) async fn begin(self: &Arc<Self>) -> anyhow::Result<(Stamps, Duration)> {
        let logs = Arc::clone(self);
        spawn_blocking(move || {
            let stamps = logs.stamps();
            logs.read(1).map(|took| (stamps, took))
        })
        .await?
    }

    /// Looks at the files again and again.
    pub(super) async fn keep(self: Arc<Self>, (mut stamps, mut took): (Stamps, Duration)) {
        let (mut failed, mut number) = (false, 1);
        loop {
            // Half of the time is left to others, however much there is to read.
            sleep(self.args.refresh.max(took).max(LEAST)).await;
            let logs = Arc::clone(&self);
            let old = std::mem::take(&mut stamps);
            let looked = spawn_blocking(move || {
                let new = logs.stamps();
                let began = Instant::now();
                let read = (failed || new != old).then(|| logs.read_again(number + 1));
                (new, read, began.elapsed())
            });
            let Ok((new, read, spent)) = looked.await else { return };
            stamps = new;
            if let Some(is_read) = read {
                (failed, took) = (!is_read, spent);
                number += u64::from(is_read);
            }
        }
    }

    /// Reads anew; a reading that fails changes nothing but what is said.
    fn read_again(&self, number: u64) -> bool {
        let began = Environment::read(&self.typed).now;
        let failed = self
            .read(number)
            .err()
            .map(|e| e.chain().map(ToString::to_string).collect::<Vec<_>>().join(": "));
        let Some(words) = failed else { return true };
        let at = Timestamp(began.timestamp_millis()).to_string();
        let before = self.lock().failed.replace((at, words.clone()));
        if before.is_none_or(|(_, old)| old != words) {
            say(&format!("mailtrail: {words}; what was read before is still shown"));
        }
        false
    }

    /// Reads, and shows it.
    fn read(&self, number: u64) -> anyhow::Result<Duration> {
        let env = Environment::read(&self.typed);
        let first = number == 1;
        let read = ReadArgs {
            quiet: self.args.read.quiet || !first && !self.args.read.verbose,
            progress: if first { self.args.read.progress } else { When::Never },
            ..self.args.read.clone()
        };
        let progress = Arc::new(Progress::default());
        self.lock().reading = Some(Arc::clone(&progress));
        let began = env.started;
        let opened = Inquiry::open_telling((&read, &self.args.beforehand), &env, true, &progress);
        let shown = opened.and_then(|inquiry| {
            inquiry.close(read.quiet);
            Shown::new(number, (Timestamp(env.now.timestamp_millis()).to_string(), began.elapsed()), inquiry)
        });
        let mut status = self.lock();
        status.reading = None;
        let new = Status { shown: Some(Arc::new(shown?)), ..Status::default() };
        let old = std::mem::replace(&mut *status, new);
        // Given back without the lock: that takes a while.
        drop(status);
        drop(old);
        Ok(began.elapsed())
    }

    /// How logs, exports, and files of what is known lie there now.
    fn stamps(&self) -> Stamps {
        let env = Environment::read(&self.typed);
        let stamp = |path: PathBuf, packing: Packing, size: u64| {
            let about = path.metadata().ok();
            let size = match &about {
                Some(about) if size == 0 => about.len(),
                _ => size,
            };
            (path, packing, size, about.and_then(|about| about.modified().ok()))
        };
        let logs = sources(&self.args.read, &env).map(|found| found.sources).unwrap_or_default();
        let exports = self.args.read.topology.iter().flat_map(|path| find(path).unwrap_or_default());
        let beforehand = &self.args.beforehand;
        let config = config::place(beforehand.config.as_deref()).to_owned();
        let known = std::iter::once(config).chain(beforehand.baseline.clone());
        let beside = exports.chain(known).map(|path| stamp(path, Packing::Plain, 0));
        logs.into_iter().map(|s| stamp(s.path, s.packing, s.size)).chain(beside).collect()
    }
}
