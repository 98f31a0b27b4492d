//! What `trace` draws of a message, as data: a lane for each server, the rows in causal order, an end for each recipient.
//! Every form draws this picture. Texts of the log stand in it as they are; each form makes them safe for its place.

mod order;
mod roads;
mod words;

use super::numbers::{counted, grouped, size};
use super::routes::Context;
use crate::model::event::EventId;
use crate::model::finding::Evidence;
use crate::model::intake::Position;
use crate::model::journey::{Decision, Hop, Journey, Leaf};
use crate::model::name::{EMPTY, Symbol, guid_text};
use crate::model::time::{DAY, Timestamp};
use order::Row;
use roads::Roads;
use words::Words;

/// Recipients of one message that are drawn.
const MOST_ENDS: usize = 60;
/// Rows of one message that are drawn, and how many of these are the last ones.
const MOST_STEPS: (usize, usize) = (300, 100);
/// Messages in one document.
pub const MOST_MESSAGES: usize = 50;

/// A message.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its message-id.
    pub title: String,
    /// What is known of it as a whole: a label and a text each.
    pub facts: Vec<(&'static str, String)>,
    /// Where it was, in the order it came there.
    pub lanes: Vec<Lane>,
    /// What happened, in causal order.
    pub steps: Vec<Step>,
    /// What became of each recipient.
    pub ends: Vec<End>,
    /// What is not drawn, in sentences; empty if all is.
    pub left_out: Vec<String>,
    /// It was on its way over midnight, UTC.
    pub with_date: bool,
}

/// A place where the message was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The name of a server or host.
    pub name: String,
    /// What is known of it.
    pub kind: Kind,
}

/// What is known of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It wrote rows of the message.
    Wrote,
    /// A server of the organisation, and its log is not here.
    Missing,
    /// A server of the organisation that wrote no row of the message, and need not have.
    Silent,
    /// A host that is no server of these logs.
    Elsewhere,
    /// Servers that there was no room for.
    MoreServers,
    /// Hosts elsewhere that there was no room for.
    MoreHosts,
}

impl Kind {
    /// What stands behind the name.
    pub fn note(self) -> &'static str {
        match self {
            Self::Wrote | Self::MoreServers => "",
            Self::Missing => "its log is missing",
            Self::Silent => "wrote no row of it",
            Self::Elsewhere | Self::MoreHosts => "elsewhere",
        }
    }
}

/// How something looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Not delivered, for good.
    Bad,
    /// Waits, or nobody knows.
    Open,
    /// Delivered, or left.
    Good,
    /// It moves.
    Plain,
    /// It stays where it is: an address changes, a report is made.
    Note,
}

/// Which other place a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// None.
    Stays,
    /// The message goes to this lane.
    To(usize),
    /// It comes from this lane.
    From(usize),
}

/// One row of the log.
#[derive(Clone, Debug)]
pub struct Step {
    /// When, by the clock of its server.
    pub time: Timestamp,
    /// Milliseconds since the row before it on the way of its first recipient.
    pub after: Option<i64>,
    /// Place of its server among the lanes.
    pub lane: usize,
    /// The other place.
    pub way: Way,
    /// How it looks; what an end rests on looks like that end, of several like the worst.
    pub tone: Tone,
    /// event-id.
    pub event: &'static str,
    /// The rest, in plain words.
    pub words: String,
    /// Numbers of the recipients it holds for, such as `1-3,7`; empty if it holds for all.
    pub whom: String,
    /// `file:line`.
    pub evidence: String,
    /// The same place.
    pub at: Evidence,
    /// Rows that are left out before it.
    pub gap: usize,
}

/// What became of a recipient.
#[derive(Clone, Debug)]
pub struct End {
    /// Its number among those of the message, from 1; 0 if it is the only one.
    pub number: usize,
    /// The address, and what became of it.
    pub title: String,
    /// How it looks.
    pub tone: Tone,
    /// Its decision.
    pub decision: &'static str,
    /// A sentence.
    pub words: String,
    /// `file:line` of the deciding row.
    pub evidence: String,
    /// The same place.
    pub at: Evidence,
}

impl Picture {
    /// Draws a message. Where it has too many recipients, those that `asked` says yes to come first, then those that did
    /// not get it.
    pub fn of(context: &Context<'_>, journey: &Journey, asked: &dyn Fn(&Leaf) -> bool) -> Self {
        let words = Words { names: context.names };
        let chosen = chosen(&journey.leaves, asked);
        let leaves: Vec<&Leaf> = chosen.iter().filter_map(|i| journey.leaves.get(*i)).collect();
        let rows = order::rows(&leaves);
        let mut left_out = left_out(&journey.leaves, &chosen);
        let skipped = rows.len().saturating_sub(MOST_STEPS.0);
        if skipped > 0 {
            let first = MOST_STEPS.0 - MOST_STEPS.1;
            let rows = counted(skipped as u64, "row is", "rows are");
            left_out.push(format!("{rows} not drawn, after the first {first}."));
        }
        let numbers = Numbers { chosen: &chosen, all: journey.leaves.len() };
        let mut draw =
            Draw { context, words, numbers, roads: Roads::new(context.names, &leaves), leaves: &leaves };
        let steps = draw.steps(rows, skipped);
        let ends = leaves.iter().zip(&chosen).map(|(leaf, i)| draw.end(leaf, *i)).collect();
        let (lanes, steps) = draw.roads.lanes(steps);
        let day = |t: Timestamp| t.0.div_euclid(DAY);
        let with_date = steps.iter().any(|s| day(s.time) != day(journey.first_seen));
        let title = words.or(journey.message_id, "(no message-id)");
        Self { title, facts: facts(context, words, journey), lanes, steps, ends, left_out, with_date }
    }
}

fn facts(context: &Context<'_>, words: Words<'_>, journey: &Journey) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if journey.subject != EMPTY && !context.no_subjects {
        facts.push(("subject", words.text(journey.subject)));
    }
    facts.push(("sender", words.or(journey.sender, "not in these logs")));
    let bytes = journey.size_bytes.map_or(String::new(), |b| format!(", {}", size(b)));
    facts.push(("first", format!("{} (UTC){bytes}, {} message", journey.first_seen, journey.class.as_str())));
    if journey.network_message_id != 0 {
        facts.push(("network", guid_text(journey.network_message_id)));
    }
    if journey.reference != EMPTY {
        facts.push(("about", words.text(journey.reference)));
    }
    facts
}

/// Places of the recipients that are drawn, rising.
fn chosen(leaves: &[Leaf], asked: &dyn Fn(&Leaf) -> bool) -> Vec<usize> {
    let mut all: Vec<usize> = (0..leaves.len()).collect();
    if leaves.len() > MOST_ENDS {
        all.sort_by_key(|i| leaves.get(*i).map(|leaf| (!asked(leaf), tone(leaf.decision))));
        all.truncate(MOST_ENDS);
        all.sort_unstable();
    }
    all
}

/// What became of the recipients that are not drawn.
fn left_out(leaves: &[Leaf], chosen: &[usize]) -> Vec<String> {
    let rest = leaves.len() - chosen.len();
    if rest == 0 {
        return Vec::new();
    }
    let of = |decision: Decision| {
        let drawn = |i: &usize| chosen.binary_search(i).is_ok();
        let others = leaves.iter().enumerate().filter(|(i, leaf)| leaf.decision == decision && !drawn(i));
        (decision.as_str(), others.count())
    };
    let parts = Decision::ALL.map(of);
    let parts: Vec<String> =
        parts.iter().filter(|(_, n)| *n > 0).map(|(d, n)| format!("{} {d}", grouped(*n as u64))).collect();
    let more = counted(rest as u64, "recipient is", "recipients are");
    vec![format!("{more} not drawn ({}); --format jsonl has every one.", parts.join(", "))]
}

/// How a decision looks.
fn tone(decision: Decision) -> Tone {
    match decision {
        Decision::LocalDelivery | Decision::SendConnector | Decision::RemoteRoutingAddress => Tone::Good,
        Decision::RecipientNotFound | Decision::Failed | Decision::Dropped => Tone::Bad,
        Decision::Deferred | Decision::HandedOff | Decision::InTransit | Decision::Expanded => Tone::Open,
    }
}

/// How a row looks that decides nothing.
fn tone_of_row(hop: &Hop) -> Tone {
    match hop.event {
        EventId::Defer if !hop.delays_nothing => Tone::Open,
        EventId::Submit => Tone::Plain,
        _ if hop.is_listed() => Tone::Plain,
        _ => Tone::Note,
    }
}

/// Numbers of recipients.
#[derive(Clone, Copy)]
struct Numbers<'a> {
    /// Places of those that are drawn, rising.
    chosen: &'a [usize],
    /// How many there are.
    all: usize,
}

impl Numbers<'_> {
    /// Numbers of some of those that are drawn, as ranges; empty for all of them.
    fn ranges(self, drawn: &[usize]) -> String {
        if drawn.len() == self.chosen.len() {
            return String::new();
        }
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        for number in drawn.iter().filter_map(|i| self.chosen.get(*i)).map(|i| i + 1) {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == number => *last = number,
                _ => ranges.push((number, number)),
            }
        }
        let range = |(a, b): &(usize, usize)| if a == b { a.to_string() } else { format!("{a}-{b}") };
        ranges.iter().map(range).collect::<Vec<_>>().join(",")
    }
}

/// A picture in the making.
struct Draw<'a> {
    context: &'a Context<'a>,
    words: Words<'a>,
    numbers: Numbers<'a>,
    roads: Roads<'a>,
    leaves: &'a [&'a Leaf],
}

impl Draw<'_> {
    /// The rows, but for so many in the middle.
    fn steps(&mut self, rows: Vec<Row<'_>>, skipped: usize) -> Vec<Step> {
        let first = MOST_STEPS.0 - MOST_STEPS.1;
        let mut steps = Vec::new();
        for (i, row) in rows.into_iter().enumerate() {
            if skipped == 0 || i < first || i >= first + skipped {
                let gap = if skipped > 0 && i == first + skipped { skipped } else { 0 };
                steps.push(self.step(&row, gap));
            }
        }
        steps
    }

    fn step(&mut self, row: &Row<'_>, gap: usize) -> Step {
        let mut hop = *row.hop;
        if row.statuses_differ {
            hop.status = crate::model::journey::StatusInfo::default();
        }
        let mut words = self.words.what(&hop, row.addresses_differ);
        if row.statuses_differ {
            words.push_str(" (with a status for each recipient)");
        }
        let after = row.before.map(|before| hop.time.0 - before.0);
        if after.is_some_and(|ms| ms < 0) {
            // The order is the causal one, so time that runs backwards is a clock's.
            words.push_str(" (its clock is behind)");
        }
        let (lane, way) = self.roads.of(&hop);
        let decided = row
            .leaves
            .iter()
            .filter_map(|i| self.leaves.get(*i))
            .filter(|leaf| leaf.evidence == hop.evidence);
        let tone = decided.map(|leaf| tone(leaf.decision)).min().unwrap_or_else(|| tone_of_row(&hop));
        Step {
            time: hop.time,
            after,
            lane,
            way,
            tone,
            event: hop.event.as_str(),
            words,
            whom: self.numbers.ranges(&row.leaves),
            evidence: self.place(hop.evidence),
            at: self.at(hop.evidence),
            gap,
        }
    }

    fn end(&self, leaf: &Leaf, at: usize) -> End {
        let mut title = self.words.or(leaf.recipient, "(no address)");
        for via in &leaf.via {
            title.push_str(&format!(" -{}-> {}", via.step.as_str(), self.words.text(via.to)));
        }
        End {
            number: if self.numbers.all == 1 { 0 } else { at + 1 },
            title,
            tone: tone(leaf.decision),
            decision: leaf.decision.as_str(),
            words: self.words.ending(leaf),
            evidence: self.place(leaf.evidence),
            at: self.at(leaf.evidence),
        }
    }

    fn place(&self, at: Position) -> String {
        let file = self.context.files.get(at.file as usize).map_or("?", |f| f.name.as_str());
        format!("{file}:{}", at.line)
    }

    fn at(&self, at: Position) -> Evidence {
        let file = self.context.files.get(at.file as usize).map_or_else(String::new, |f| f.name.clone());
        Evidence { file, line: at.line, offset: at.offset }
    }
}

/// The text of a symbol in upper case, cut after the first label, as servers are called.
fn short(names: &crate::model::name::Frozen, host: Symbol) -> Vec<u8> {
    crate::model::name::short_host(names.get(host)).into_owned()
}
