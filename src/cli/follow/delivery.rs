//! Alarms on their way out: a queue of its own and a thread of its own, so that reading waits for nobody.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Seek, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::say;
use super::args::AlarmArgs;
use super::webhook::{Hook, Refused};

/// So many alarms may wait; what comes on top is left out, which is said.
const QUEUE: usize = 1000;
/// A program must end within this time.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(20);
/// A post is tried so often,
const TRIES: u32 = 5;
/// at first after this time, then after twice as long as the last time.
const BACKOFF: Duration = Duration::from_secs(1);
/// At the end of the run what waits has this time to go out.
const FAREWELL: Duration = Duration::from_mins(1);

/// A finding as JSON, and what it is called in messages.
struct Alarm {
    json: Vec<u8>,
    name: String,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Alarm>,
    /// One is on its way.
    busy: bool,
    /// No more will come.
    closed: bool,
    /// Nothing is tried any more.
    over: bool,
    /// Left out since that was last said.
    overflow: u64,
    /// Not handed over.
    lost: u64,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    change: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, but not when all is over.
    fn rest(&self, time: Duration) {
        let until = Instant::now() + time;
        let mut queue = self.lock();
        while !queue.over && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            queue = self.change.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Hands findings to a program and to a web address.
pub(super) struct Delivery {
    shared: Option<Arc<Shared>>,
}

impl Delivery {
    /// Starts the thread, if there is anything to do for it. A web address that is none is an error.
    pub(super) fn start(args: &AlarmArgs) -> anyhow::Result<Self> {
        let hook = args.webhook.as_deref().map(Hook::new).transpose()?;
        if hook.is_none() && args.exec.is_none() {
            return Ok(Self { shared: None });
        }
        let shared = Arc::new(Shared::default());
        let exec = args.exec.clone().map(|program| (program, args.exec_arg.clone()));
        let porter = Porter { shared: Arc::clone(&shared), exec, hook, gave_up: false };
        std::thread::Builder::new().name("alarms".to_owned()).spawn(move || porter.work())?;
        Ok(Self { shared: Some(shared) })
    }

    /// Puts an alarm into the queue; one for which there is no room is left out.
    pub(super) fn hand_over(&self, json: Vec<u8>, name: String) {
        let Some(shared) = &self.shared else { return };
        let mut queue = shared.lock();
        if queue.waiting.len() < QUEUE {
            queue.waiting.push_back(Alarm { json, name });
        } else {
            (queue.overflow, queue.lost) = (queue.overflow + 1, queue.lost + 1);
        }
        shared.change.notify_all();
    }

    /// Says how many alarms there was no room for since this was last asked.
    pub(super) fn say_overflow(&self) {
        let overflow = self.shared.as_ref().map_or(0, |s| std::mem::take(&mut s.lock().overflow));
        if overflow > 0 {
            say(&format!("mailtrail: {overflow} alarms were left out: {QUEUE} wait already"));
        }
    }

    /// Waits until all has gone out, for a while. Gives the number of alarms that were not handed over.
    pub(super) fn close(self) -> u64 {
        let Some(shared) = self.shared else { return 0 };
        let until = Instant::now() + FAREWELL;
        let mut queue = shared.lock();
        queue.closed = true;
        shared.change.notify_all();
        while (queue.busy || !queue.waiting.is_empty()) && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            queue = shared.change.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.over = true;
        shared.change.notify_all();
        queue.lost + queue.waiting.len() as u64 + u64::from(queue.busy)
    }
}

/// What the thread knows.
struct Porter {
    shared: Arc<Shared>,
    exec: Option<(OsString, Vec<OsString>)>,
    hook: Option<Hook>,
    /// The last alarm was not taken by the web address: the next ones are tried once until one is.
    gave_up: bool,
}

impl Porter {
    fn work(mut self) {
        while let Some(alarm) = self.next() {
            let mut done = true;
            if let Some((program, args)) = &self.exec
                && let Err(e) = run(&self.shared, program, args, &alarm.json)
            {
                let program = program.to_string_lossy();
                say(&format!("mailtrail: --exec {program}: {e} (finding {})", alarm.name));
                done = false;
            }
            done &= self.post(&alarm);
            let mut queue = self.shared.lock();
            queue.busy = false;
            queue.lost += u64::from(!done);
            self.shared.change.notify_all();
        }
    }

    /// The next alarm; nothing when there will be none.
    fn next(&self) -> Option<Alarm> {
        let mut queue = self.shared.lock();
        loop {
            if queue.over {
                return None;
            }
            if let Some(alarm) = queue.waiting.pop_front() {
                queue.busy = true;
                return Some(alarm);
            }
            if queue.closed {
                return None;
            }
            queue = self.shared.change.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Posts an alarm, again and again if need be. Whether it was taken.
    fn post(&mut self, alarm: &Alarm) -> bool {
        let Some(hook) = &self.hook else { return true };
        let tries = if self.gave_up { 1 } else { TRIES };
        let mut pause = BACKOFF;
        for number in 1..=tries {
            let Refused { why, for_good } = match hook.post(&alarm.json) {
                Ok(()) => {
                    if number > 1 || self.gave_up {
                        say(&format!("mailtrail: --webhook {hook}: finding {} was taken", alarm.name));
                    }
                    self.gave_up = false;
                    return true;
                }
                Err(refused) => refused,
            };
            let next = if for_good || number == tries || self.shared.lock().over {
                "given up".to_owned()
            } else {
                format!("tried again in {}", humantime::format_duration(pause))
            };
            say(&format!("mailtrail: --webhook {hook}: {why}; {next} (finding {})", alarm.name));
            if next == "given up" {
                break;
            }
            self.shared.rest(pause);
            pause *= 2;
        }
        self.gave_up = true;
        false
    }
}

/// Runs a program with the finding on its standard input. What it prints goes to standard error, as ours is for findings.
fn run(shared: &Shared, program: &OsString, args: &[OsString], json: &[u8]) -> io::Result<()> {
    // From a file, since a program that does not read would stop us at a pipe.
    let mut input = tempfile::tempfile()?;
    input.write_all(json)?;
    input.write_all(b"\n")?;
    input.rewind()?;
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(io::stderr()))
        .spawn()?;
    let until = Instant::now() + PATIENCE;
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(io::Error::other(format!("it ended with {status}"))),
            None if Instant::now() >= until => return Err(end(&mut child)),
            None => shared.rest(LOOK),
        }
    }
}

/// Ends a program that takes too long.
fn end(child: &mut Child) -> io::Error {
    let killed = child.kill().and_then(|()| child.wait());
    let what = if killed.is_ok() { "was ended" } else { "could not be ended" };
    io::Error::other(format!("it ran for more than {} s and {what}", PATIENCE.as_secs()))
}
