//! Two runs side by side: what every output of `compare` shows.

use serde::Serialize;

use super::finding::Finding;

/// What a figure is about. In the order in which equal ones are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Messages an hour.
    Volume,
    /// Share of a failure, by decision, code and tag, in all messages.
    Failure,
    /// Share of the failures of a domain in all messages.
    FailedDomain,
    /// Share of a decision in all messages.
    Decision,
    /// Median of the latency by a connector.
    Latency,
    /// What nine tenths of the mail by a connector do not exceed.
    LatencyTail,
    /// Share of a connector in all messages that have one.
    Connector,
    /// Share of a server in all rows.
    Server,
    /// Share of mail to a domain of final addresses in all messages.
    Domain,
    /// Share of a sender in all messages.
    Sender,
    /// Share of a domain of senders in all messages.
    SenderDomain,
}

/// What is concluded of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It differs by more than chance explains, and by as much as matters.
    Changed,
    /// It looks different, and chance may be all there is to it.
    Noise,
    /// It differs, but by too little to matter.
    Small,
    /// Neither.
    Same,
    /// Not enough mail, or not enough hours, to tell.
    TooFew,
}

impl Verdict {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Changed, Self::Noise, Self::Small, Self::Same, Self::TooFew];

    /// The value as it is written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Noise => "noise",
            Self::Small => "small",
            Self::Same => "same",
            Self::TooFew => "too-few",
        }
    }
}

/// One side of a figure, of the hours that are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Side {
    /// How many; of latencies how many are longer than the pooled quantile.
    pub count: f64,
    /// Of how many; of the volume of how many hours.
    pub of: f64,
    /// The share, messages an hour, or ms.
    pub value: f64,
    /// The thing is not in the list of this run, so that the count is at most this.
    pub at_most: bool,
}

/// How a figure was tested.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Test {
    /// Difference by its standard error.
    pub t: f64,
    /// Degrees of freedom.
    pub df: u32,
    /// Hours in which only the first run has it, and only the second; 0 for the volume.
    pub alone: [u32; 2],
    /// How often chance alone gives as much, two-sided.
    pub p: f64,
    /// The same for all figures together (Holm).
    pub p_all: f64,
}

/// One number on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is about.
    pub topic: Topic,
    /// Connector, domain, … as the logs call it; empty for the volume.
    pub name: String,
    /// What is concluded.
    pub verdict: Verdict,
    /// Whether the change is for the worse: more fails, waits or takes longer, or there is less mail.
    pub worse: bool,
    /// The first run.
    pub a: Side,
    /// The second.
    pub b: Side,
    /// How many messages or rows of the second run are more than the first leads to expect; negative: fewer.
    pub difference: f64,
    /// `None` where there was too little.
    pub test: Option<Test>,
}

/// Whether a finding that is still there concerns more mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// At least twice as many messages in the same time.
    Grown,
    /// At most half as many.
    Shrunk,
}

/// A finding of the second run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stood {
    /// With its standing to the first run.
    #[serde(flatten)]
    pub finding: Finding,
    /// Messages of it in the first run.
    pub messages_before: Option<u64>,
    /// Whether that is many more or fewer.
    pub size: Option<Size>,
}

/// What a remark is about. In the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The log of a server is missing, for a while or altogether.
    Coverage,
    /// The runs are of different length, weekdays or hours.
    Time,
    /// They were read in different ways: filters, windows, thresholds, exports.
    Reading,
    /// Other builds of Exchange.
    Release,
}

/// What must be known before anything is concluded. The text names servers and files, so it is not safe yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// What it is about.
    pub about: About,
    /// Without a full stop.
    pub text: String,
}

/// One of the runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunNote {
    /// As the user called it.
    pub name: String,
    /// First event; RFC 3339.
    pub first: Option<String>,
    /// Last event.
    pub last: Option<String>,
    /// Hours in which any server wrote a row.
    pub hours: u64,
    /// Of those, hours that have a counterpart in the other run.
    pub compared_hours: u64,
    /// Messages in all.
    pub messages: u64,
    /// Recipients in all.
    pub recipients: u64,
    /// Findings in all.
    pub findings: u64,
}

/// Both runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// One line: what is different?
    pub verdict: String,
    /// The first.
    pub a: RunNote,
    /// The second.
    pub b: RunNote,
    /// Which hours were held against each other, in words.
    pub by: &'static str,
    /// What must be known before.
    pub notes: Vec<Note>,
    /// A server's log is missing altogether on one side, which may be why anything changed.
    pub doubtful: bool,
    /// Findings of the second run: new ones first, then the gravest.
    pub findings: Vec<Stood>,
    /// Findings of the first run that the second has not.
    pub gone: Vec<Finding>,
    /// All figures, what changed first.
    pub figures: Vec<Figure>,
    /// How often, in all figures together, chance alone may be called a change.
    pub alpha: f64,
}

impl Compared {
    /// The figures of which one thing is concluded.
    pub fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(move |f| f.verdict == verdict)
    }
}
