//! Whatever takes time, on a thread of its own, so that keys are never kept waiting: finding messages, reading them,
//! writing them. Of two questions of one sort only the later is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::inquiry::Inquiry;
use super::super::inquiry::asked::Asked;
use super::super::inquiry::line::Line;
use super::export::{self, Refused, What};
use super::mail::{PAGE, Slot};
use crate::model::finding::Evidence;
use crate::output::lanes::Picture;
use crate::pipeline::{Found, Raw};

/// What is wanted. A number says which question an answer belongs to.
#[derive(Clone, Debug)]
pub(super) enum Want {
    Find {
        slot: Slot,
        edition: u64,
        asked: Box<Asked>,
    },
    Lines {
        slot: Slot,
        edition: u64,
        pages: Range<usize>,
    },
    Picture {
        ticket: u64,
        slot: Slot,
        edition: u64,
        at: usize,
    },
    Row {
        ticket: u64,
        at: Evidence,
    },
    Export {
        ticket: u64,
        what: What,
        path: PathBuf,
        force: bool,
    },
    /// It is not wanted any more.
    GiveUp(u64),
}

/// What came of it. Errors are words.
#[derive(Debug)]
pub(super) enum Got {
    Found {
        slot: Slot,
        edition: u64,
        result: Result<usize, String>,
    },
    Lines {
        slot: Slot,
        edition: u64,
        pages: Range<usize>,
        result: Result<Vec<Line>, String>,
    },
    Picture {
        ticket: u64,
        result: Result<Option<Picture>, String>,
    },
    Row {
        ticket: u64,
        result: Result<Option<Raw>, String>,
    },
    Exported {
        ticket: u64,
        result: Result<String, Refused>,
    },
    /// The list that was asked about is not kept any more.
    Lost {
        slot: Slot,
        edition: u64,
    },
}

#[derive(Default)]
struct Queue {
    finds: BTreeMap<Slot, (u64, Asked)>,
    /// All others, at most one of a sort.
    picture: Option<Want>,
    row: Option<Want>,
    lines: Option<Want>,
    export: Option<Want>,
    given_up: BTreeSet<u64>,
    /// What is looked for now.
    finding: Option<u64>,
    /// A file is being written.
    exporting: bool,
    /// The screens are gone.
    closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    change: Condvar,
    /// Bytes that were searched, or messages that were written.
    done: AtomicU64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread, seen from outside.
pub(super) struct Work {
    shared: Arc<Shared>,
    inquiry: Arc<Inquiry>,
    answers: Receiver<Got>,
}

/// How long a file that is being written is waited for, so that it is taken away again.
const PATIENCE: Duration = Duration::from_secs(5);

impl Drop for Work {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.closed = true;
        let wait = self.shared.change.wait_timeout_while(queue, PATIENCE, |queue| queue.exporting);
        drop(wait);
    }
}

impl Work {
    /// Starts the thread. It ends with the program: what it does last may take longer than anybody waits.
    pub(super) fn start(inquiry: Arc<Inquiry>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (tell, answers) = channel();
        let worker = Worker {
            inquiry: Arc::clone(&inquiry),
            shared: Arc::clone(&shared),
            tell,
            lists: BTreeMap::new(),
        };
        std::thread::Builder::new().name("work".to_owned()).spawn(move || worker.work())?;
        Ok(Self { shared, inquiry, answers })
    }

    /// Asks for something, in the place of what was asked for before and is not begun.
    pub(super) fn want(&self, want: Want) {
        let mut queue = self.shared.lock();
        match want {
            Want::Find { slot, edition, asked } => {
                queue.finds.insert(slot, (edition, *asked));
            }
            Want::Picture { .. } => queue.picture = Some(want),
            Want::Row { .. } => queue.row = Some(want),
            Want::Lines { .. } => queue.lines = Some(want),
            Want::Export { .. } => queue.export = Some(want),
            Want::GiveUp(number) => {
                queue.finds.retain(|_, (edition, _)| *edition != number);
                queue.given_up.insert(number);
                if queue.finding == Some(number) {
                    self.inquiry.give_up();
                }
            }
        }
        self.shared.change.notify_all();
    }

    /// The next answer that is there; fails if the thread is gone.
    pub(super) fn answer(&self) -> anyhow::Result<Option<Got>> {
        match self.answers.try_recv() {
            Ok(got) => Ok(Some(got)),
            Err(std::sync::mpsc::TryRecvError::Empty) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// How much of what takes longest is done: bytes of a search, messages of an export.
    pub(super) fn done(&self) -> u64 {
        self.shared.done.load(Ordering::Relaxed)
    }
}

/// What the thread knows.
struct Worker {
    inquiry: Arc<Inquiry>,
    shared: Arc<Shared>,
    tell: Sender<Got>,
    lists: BTreeMap<Slot, (u64, Arc<[Found]>)>,
}

impl Worker {
    fn work(mut self) {
        while let Some(want) = self.next() {
            let done = match want {
                Want::Export { ticket, what, path, force } => {
                    let result = self.export(ticket, &what, (&path, force));
                    self.tell(Got::Exported { ticket, result })
                }
                want => self.answer(want),
            };
            if !done {
                break;
            }
        }
    }

    /// Waits for something to do.
    fn next(&self) -> Option<Want> {
        let mut queue = self.shared.lock();
        loop {
            if let Some(want) = quick(&mut queue).or_else(|| queue.export.take()) {
                return Some(want);
            }
            // Nobody asks any more who does not hold the other end.
            if Arc::strong_count(&self.shared) == 1 {
                return None;
            }
            queue = self.shared.change.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether somebody still listens.
    fn tell(&self, got: Got) -> bool {
        self.tell.send(got).is_ok()
    }

    /// Does anything but export.
    fn answer(&mut self, want: Want) -> bool {
        match want {
            Want::Find { slot, edition, asked } => {
                self.shared.lock().finding = Some(edition);
                let result = self.find(&asked);
                let mut queue = self.shared.lock();
                queue.finding = None;
                if queue.given_up.remove(&edition) {
                    return true;
                }
                drop(queue);
                let result = result.map(|found| {
                    let many = found.len();
                    self.lists.insert(slot, (edition, found.into()));
                    many
                });
                self.tell(Got::Found { slot, edition, result })
            }
            Want::Lines { slot, edition, pages } => {
                let Some(list) = self.list(slot, edition) else {
                    return self.tell(Got::Lost { slot, edition });
                };
                let some = list.get(pages.start * PAGE..(pages.end * PAGE).min(list.len()));
                let result = self.lines(some.unwrap_or_default());
                self.tell(Got::Lines { slot, edition, pages, result })
            }
            Want::Picture { ticket, slot, edition, at } => {
                let result = match self.list(slot, edition) {
                    Some(list) => self.picture(list.get(at..=at).unwrap_or_default()),
                    None => Err("the list was made anew; go back and choose again".to_owned()),
                };
                self.tell(Got::Picture { ticket, result })
            }
            Want::Row { ticket, at } => {
                self.tell(Got::Row { ticket, result: self.inquiry.raw(&at).map_err(|e| words(&e)) })
            }
            Want::Export { .. } | Want::GiveUp(_) => true,
        }
    }

    /// A list, if it is still the one that is meant.
    fn list(&self, slot: Slot, edition: u64) -> Option<Arc<[Found]>> {
        let (kept, list) = self.lists.get(&slot)?;
        (*kept == edition).then(|| Arc::clone(list))
    }

    fn find(&self, asked: &Asked) -> Result<Vec<Found>, String> {
        self.shared.done.store(0, Ordering::Relaxed);
        let progress = |bytes| {
            self.shared.done.fetch_add(bytes, Ordering::Relaxed);
        };
        self.inquiry.find(asked, &progress).map_err(|e| words(&e))
    }

    fn lines(&self, some: &[Found]) -> Result<Vec<Line>, String> {
        Ok(self.inquiry.look(some).map_err(|e| words(&e))?.lines())
    }

    fn picture(&self, one: &[Found]) -> Result<Option<Picture>, String> {
        Ok(self.inquiry.look(one).map_err(|e| words(&e))?.pictures().into_iter().next().flatten())
    }

    /// Writes a file. Between parts of it what is asked for meanwhile is answered.
    fn export(&mut self, ticket: u64, what: &What, to: (&std::path::Path, bool)) -> Result<String, Refused> {
        let list = match what {
            What::Messages { slot, edition } => self.list(*slot, *edition).unwrap_or_else(|| Arc::new([])),
            _ => Arc::new([]),
        };
        self.shared.done.store(0, Ordering::Relaxed);
        let inquiry = Arc::clone(&self.inquiry);
        let shared = Arc::clone(&self.shared);
        shared.lock().exporting = true;
        let written = export::write((&inquiry, what, &list), to, &mut |written| {
            loop {
                let mut queue = shared.lock();
                if queue.given_up.remove(&ticket) || queue.closed {
                    return false;
                }
                let Some(want) = quick(&mut queue) else { break };
                drop(queue);
                self.answer(want);
            }
            shared.done.store(written, Ordering::Relaxed);
            true
        });
        self.shared.lock().exporting = false;
        self.shared.change.notify_all();
        written
    }
}

/// What somebody waits for with the eyes on the screen.
fn quick(queue: &mut Queue) -> Option<Want> {
    if let Some(want) = queue.row.take().or_else(|| queue.picture.take()) {
        return Some(want);
    }
    if let Some((slot, (edition, asked))) = queue.finds.pop_first() {
        return Some(Want::Find { slot, edition, asked: Box::new(asked) });
    }
    queue.lines.take()
}

fn words(e: &anyhow::Error) -> String {
    format!("{e:#}")
}
