//! Where everything meets: files are read on all cores, rows become facts, facts journeys.
//! The only place with threads, and the only one that knows all the stages.

mod absorb;
mod archive;
mod chunks;
mod digests;
mod feed;
pub mod filter;
mod follow;
mod judge;
mod known;
mod lines;
mod memo;
mod near;
mod overlap;
pub mod parts;
mod pass;
mod pieces;
mod plan;
mod read;
mod rewrite;
mod rows;
mod sampled;
mod seen;
mod sequence;
mod standing;
mod state;
mod stream;
mod ties;
mod told;
mod trail;
mod twins;
mod typed;
pub mod window;
mod worker;

use std::sync::Arc;

use hashbrown::HashSet;

pub use archive::{Archive, Found, Question, Raw, Sort, Watch, Whole};
pub use digests::digests;
pub use feed::CHUNK;
pub use follow::{Follower, Held, Tick};
pub use judge::Judged;
pub use lines::{Batch, MakeRows};
pub use plan::is_log;
pub use read::{read, read_and_keep};
pub use rewrite::{Create, RewriteError, rewrite};
pub use sampled::{Sampled, Samples};
pub use sequence::Turn;
pub use state::{Order, State};
pub use stream::{Encode, Outcome, Rows, Stream, Take, write_text};
pub use told::Told;

use crate::findings::thresholds::Thresholds;
use crate::input::InputError;
use crate::model::intake::{Ledger, Reject};
use crate::model::name::Names;
use crate::model::page::Page;
use crate::model::report::{CoverageRow, EventRow, FileNote, LeftOut, Report};
use crate::model::series::Series;
use crate::model::time::Timestamp;
use crate::parse::needle::Needles;
use crate::route::shape::Shapes;
use crate::route::store::Keyer;
use crate::tally::{self, Tally};
use filter::Filter;
use parts::{Budget, SpillError};
use window::Window;

/// What a verb asks of a run; what it does not ask for is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// message-ids, subjects, spellings, statuses of every row, evidence: for `routes` and `trace`.
    pub texts: bool,
    /// Subjects too, if texts.
    pub subjects: bool,
    /// What rows of `events` say beyond their columns.
    pub meaning: bool,
    /// The sums of `report`.
    pub sums: bool,
    /// The same by hour of the week, if sums.
    pub series: bool,
    /// What a page draws from, if sums; and with samples of findings their messages.
    pub page: bool,
    /// Findings.
    pub findings: Findings,
}

impl Needs {
    /// Whether findings are to be shown with their evidence.
    fn shows_findings(self) -> bool {
        matches!(self.findings, Findings::Samples | Findings::Instances)
    }
}

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The threads did not start.
    #[error(transparent)]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// What did not fit in memory could not be put aside or brought back.
    #[error(transparent)]
    Spill(#[from] SpillError),
    /// Logs that were read are not there as they were.
    #[error("the logs are not what they were when they were read: {0}")]
    Changed(String),
}

/// How much is asked of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Findings {
    /// Nothing.
    #[default]
    None,
    /// Which kinds a message has.
    Kinds,
    /// The findings, with samples.
    Samples,
    /// Every message of every finding too.
    Instances,
}

/// How a run reads.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads; 0 for one per core.
    pub threads: usize,
    /// Bytes of a chunk.
    pub chunk: usize,
    /// Time asked for.
    pub window: Window,
    /// Messages asked for.
    pub filter: Filter,
    /// Count health probes like any other mail.
    pub include_probes: bool,
    /// What to keep.
    pub needs: Needs,
    /// How many rejects to keep.
    pub keep_rejects: usize,
    /// Keep them without their lines, which hold subjects.
    pub no_raw: bool,
    /// How much memory facts may take.
    pub budget: Budget,
    /// A message-id that may be mistyped: where no message is found, those like it are gathered.
    pub near: Option<String>,
    /// What the administrator says of the organisation.
    pub topology: Option<Arc<Told>>,
    /// What findings depend on.
    pub thresholds: Thresholds,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 0,
            chunk: CHUNK,
            window: Window::default(),
            filter: Filter::default(),
            include_probes: false,
            needs: Needs::default(),
            keep_rejects: 20,
            no_raw: false,
            near: None,
            topology: None,
            thresholds: Thresholds::default(),
            budget: Budget::default(),
        }
    }
}

/// What the threads of one run share while they read.
struct Run<'r> {
    names: &'r Names,
    shapes: &'r Shapes,
    keyer: &'r Keyer,
    window: Window,
    filter: &'r Filter,
    include_probes: bool,
    needs: Needs,
    /// Only messages of these keys, in a second reading.
    only: Option<&'r HashSet<u128>>,
    /// Only records that hold one of these, where all rows of those messages do.
    holding: Option<&'r Needles>,
    /// Draws the parts of messages.
    parting: foldhash::fast::RandomState,
}

/// What a run has read: the state of all messages, and the account of everything else.
#[derive(Debug)]
pub struct Reading {
    /// The messages.
    pub state: State,
    /// The ledger of the run.
    pub ledger: Ledger,
    /// All was searched for the messages that were asked for, and only records that name one were read.
    pub searched: bool,
    period: Option<(Timestamp, Timestamp)>,
    unattached: u64,
    coverage: Vec<CoverageRow>,
    events: Vec<EventRow>,
    /// Files read.
    pub files: Vec<FileNote>,
    /// Files not read.
    pub left_out: Vec<LeftOut>,
    /// Files not read for their time.
    pub files_outside_window: u64,
    /// What could not be opened, or not be read to its end.
    pub errors: Vec<InputError>,
    /// Rejects by reason.
    pub rejects_by_reason: Vec<(&'static str, u64)>,
    /// The first rejects, in the order of files and lines.
    pub rejects: Vec<Reject>,
    /// message-ids like the one that was asked for, the nearest first.
    pub near: Vec<String>,
    /// The sums, where they were asked for.
    tally: Option<Tally>,
    series: Option<Series>,
    /// What a page draws from, where that was asked for.
    pub page: Page,
    /// The messages the filter takes, where they were put in order on the way.
    orders: Option<Vec<Order>>,
    /// The findings, where they were asked for.
    pub judged: Judged,
}

impl Reading {
    /// Whether something that should have been read was not.
    pub fn is_incomplete(&self) -> bool {
        !self.errors.is_empty() || self.ledger.rejects > 0 || self.left_out.iter().any(|l| l.explicit)
    }

    /// The messages the filter takes, in the order of output.
    pub fn ordered(&mut self, filter: &Filter) -> Vec<Order> {
        self.orders.take().unwrap_or_else(|| self.state.ordered(filter))
    }

    /// First and last event that counts.
    pub fn period(&self) -> Option<(Timestamp, Timestamp)> {
        self.period
    }

    /// The report over the messages the filter takes. The run must have been asked for its sums.
    ///
    /// # Panics
    /// If the ledger does not add up: a figure that is wrong must not be printed.
    pub fn report(&mut self, top: usize) -> Report {
        let names = self.state.names();
        let mut report = tally::finish(self.tally.take().unwrap_or_default(), names, top);
        report.series = self.series.take();
        let ledger = &self.ledger;
        report.ledger = ledger.clone();
        report.period = self.period.map(|(first, last)| (first.to_string(), last.to_string()));
        report.unattached_rows = self.unattached;
        report.coverage.clone_from(&self.coverage);
        report.events.clone_from(&self.events);
        report.files.clone_from(&self.files);
        report.left_out.clone_from(&self.left_out);
        report.files_outside_window = self.files_outside_window;
        report.errors = self.errors.iter().map(ToString::to_string).collect();
        report.rejects_by_reason.clone_from(&self.rejects_by_reason);
        report.rejects.clone_from(&self.rejects);
        report.findings = self.judged.findings().cloned().collect();
        report.remote_routing.clone_from(&self.judged.remote_routing);
        assert!(ledger.adds_up(), "the ledger does not add up: {ledger:?}");
        let leaves: u64 = report.decisions.iter().map(|(_, n)| n).sum();
        assert!(leaves == report.recipients, "{leaves} decisions for {} recipients", report.recipients);
        tally::verdict::verdict(&mut report);
        report
    }
}
