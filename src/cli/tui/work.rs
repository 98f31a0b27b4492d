//! Whatever takes time, on a thread of its own, so that keys are never kept waiting: finding messages, reading them,
//! writing them. Of two questions of one sort only the later is answered.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
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
use crate::pipeline::{Found, Raw, Watch};

/// What is wanted. A number says which question an answer belongs to.
#[derive(Clone, Debug)]
pub(super) enum Want {
    Find {
        slot: Slot,
        edition: u64,
        asked: Box<Asked>,
        watch: Arc<Watch>,
    },
    /// Pages of a list.
    Lines {
        slot: Slot,
        edition: u64,
        pages: Range<usize>,
        list: Arc<[Found]>,
    },
    Picture {
        ticket: u64,
        one: Box<Found>,
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
        watch: Arc<Watch>,
    },
}

/// What came of it. Errors are words.
#[derive(Debug)]
pub(super) enum Got {
    Found { slot: Slot, edition: u64, result: Result<Arc<[Found]>, String> },
    Lines { slot: Slot, edition: u64, pages: Range<usize>, result: Result<Vec<Line>, String> },
    Picture { ticket: u64, result: Result<Option<Picture>, String> },
    Row { ticket: u64, result: Result<Option<Raw>, String> },
    Exported { ticket: u64, result: Result<String, Refused> },
}

#[derive(Default)]
struct Queue {
    /// Searches, the last one for each list.
    finds: BTreeMap<Slot, Want>,
    /// All others, at most one of a sort.
    picture: Option<Want>,
    row: Option<Want>,
    lines: Option<Want>,
    export: Option<Want>,
    /// A file is being written.
    exporting: bool,
    /// The screens are gone.
    closed: bool,
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
}

/// The thread, seen from outside.
pub(super) struct Work {
    shared: Arc<Shared>,
    answers: Receiver<Got>,
}

/// How long a file that is being written is waited for, so that it is taken away again.
const PATIENCE: Duration = Duration::from_secs(5);

impl Drop for Work {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.closed = true;
        self.shared.change.notify_all();
        let wait = self.shared.change.wait_timeout_while(queue, PATIENCE, |queue| queue.exporting);
        drop(wait);
    }
}

impl Work {
    /// Starts the thread. It ends with the program: what it does last may take longer than anybody waits.
    pub(super) fn start(inquiry: Arc<Inquiry>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (tell, answers) = channel();
        let worker = Worker { inquiry, shared: Arc::clone(&shared), tell };
        std::thread::Builder::new().name("work".to_owned()).spawn(move || worker.work())?;
        Ok(Self { shared, answers })
    }

    /// Asks for something, in the place of what was asked for before and is not begun.
    pub(super) fn want(&self, want: Want) {
        let mut queue = self.shared.lock();
        match want {
            Want::Find { slot, .. } => {
                queue.finds.insert(slot, want);
            }
            Want::Picture { .. } => queue.picture = Some(want),
            Want::Row { .. } => queue.row = Some(want),
            Want::Lines { .. } => queue.lines = Some(want),
            Want::Export { .. } => queue.export = Some(want),
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
}

/// What the thread knows.
struct Worker {
    inquiry: Arc<Inquiry>,
    shared: Arc<Shared>,
    tell: Sender<Got>,
}

impl Worker {
    fn work(self) {
        while let Some(want) = self.next() {
            let done = match want {
                Want::Export { ticket, what, path, force, watch } => {
                    let result = self.export(&what, (&path, force), &watch);
                    self.shared.lock().exporting = false;
                    self.shared.change.notify_all();
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
            if queue.closed {
                return None;
            }
            if let Some(want) = quick(&mut queue) {
                return Some(want);
            }
            if let Some(want) = queue.export.take() {
                queue.exporting = true;
                return Some(want);
            }
            queue = self.shared.change.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether somebody still listens.
    fn tell(&self, got: Got) -> bool {
        self.tell.send(got).is_ok()
    }

    /// Does anything but export.
    fn answer(&self, want: Want) -> bool {
        match want {
            Want::Find { watch, .. } if watch.is_given_up() => true,
            Want::Find { slot, edition, asked, watch } => {
                let found = self.inquiry.find(&asked, &watch);
                if watch.is_given_up() {
                    return true;
                }
                let result = found.map(Arc::from).map_err(|e| words(&e));
                self.tell(Got::Found { slot, edition, result })
            }
            Want::Lines { slot, edition, pages, list } => {
                let some = list.get(pages.start * PAGE..(pages.end * PAGE).min(list.len()));
                let result = self.lines(some.unwrap_or_default());
                self.tell(Got::Lines { slot, edition, pages, result })
            }
            Want::Picture { ticket, one } => {
                self.tell(Got::Picture { ticket, result: self.picture(std::slice::from_ref(&*one)) })
            }
            Want::Row { ticket, at } => {
                self.tell(Got::Row { ticket, result: self.inquiry.raw(&at).map_err(|e| words(&e)) })
            }
            // One at a time, between which others are answered.
            Want::Export { .. } => true,
        }
    }

    fn lines(&self, some: &[Found]) -> Result<Vec<Line>, String> {
        Ok(self.inquiry.look(some).map_err(|e| words(&e))?.lines())
    }

    fn picture(&self, one: &[Found]) -> Result<Option<Picture>, String> {
        Ok(self.inquiry.look(one).map_err(|e| words(&e))?.pictures().into_iter().next().flatten())
    }

    /// Writes a file. Between parts of it what is asked for meanwhile is answered.
    fn export(&self, what: &What, (path, force): (&Path, bool), watch: &Watch) -> Result<String, Refused> {
        export::write((&self.inquiry, what), (path, force), &mut |written| {
            watch.add(written);
            loop {
                let mut queue = self.shared.lock();
                if watch.is_given_up() || queue.closed {
                    return false;
                }
                let Some(want) = quick(&mut queue) else { return true };
                drop(queue);
                self.answer(want);
            }
        })
    }
}

/// What somebody waits for with the eyes on the screen.
fn quick(queue: &mut Queue) -> Option<Want> {
    if let Some(want) = queue.row.take().or_else(|| queue.picture.take()) {
        return Some(want);
    }
    queue.finds.pop_first().map(|(_, find)| find).or_else(|| queue.lines.take())
}

fn words(e: &anyhow::Error) -> String {
    format!("{e:#}")
}
