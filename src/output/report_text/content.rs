//! What the report says, block by block, in order. Text and Markdown lay out the same blocks.

use super::when::Clock;
use super::words;
use super::{logs, mail, remote_routing};
use crate::model::report::Report;
use crate::output::numbers::{counted, grouped, size};

/// A piece of text, by where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::output) enum Cell {
    /// Written by us.
    Own(String),
    /// From a log or a file system, whole or in part: escaped before it is shown.
    Log(String),
    /// A value of the largest in its column, as a bar.
    Bar(u64, u64),
}

/// Our own words and numbers.
pub(in crate::output) fn own(text: impl Into<String>) -> Cell {
    Cell::Own(text.into())
}

/// Text with something from a log in it.
pub(in crate::output) fn log(text: impl Into<String>) -> Cell {
    Cell::Log(text.into())
}

/// How a column is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::output) enum Lay {
    /// To the left, whole.
    Left,
    /// To the right, whole: numbers.
    Right,
    /// To the left; where room is short the end is cut off.
    CutEnd,
    /// To the left; where room is short the middle is cut out: addresses, hosts, paths.
    CutMiddle,
    /// To the left; where room is short it goes on in the next line.
    Wrap,
    /// One sign for each span of time.
    Strip,
    /// Bars, as long as there is room.
    Bar,
}

/// A row, and what stands beneath it.
#[derive(Clone, Debug)]
pub(in crate::output) struct Row {
    /// One for each column.
    pub(in crate::output) cells: Vec<Cell>,
    /// More about the row.
    pub(in crate::output) details: Option<Cell>,
}

/// A table with its title.
#[derive(Clone, Debug)]
pub(in crate::output) struct Block {
    /// Title.
    pub(in crate::output) title: String,
    /// How to read it.
    pub(in crate::output) note: String,
    /// Headings and layout.
    pub(in crate::output) columns: Vec<(String, Lay)>,
    /// Never empty.
    pub(in crate::output) rows: Vec<Row>,
    /// Commands that stand below it, with text from exports in them.
    pub(in crate::output) code: String,
}

impl Block {
    /// A block without rows yet.
    pub(in crate::output) fn new(title: impl Into<String>, columns: &[(&str, Lay)]) -> Self {
        let columns = columns.iter().map(|(head, lay)| ((*head).to_owned(), *lay)).collect();
        Self { title: title.into(), note: String::new(), columns, rows: Vec::new(), code: String::new() }
    }

    /// Says how to read it.
    pub(in crate::output) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With these commands below.
    pub(super) fn code(mut self, code: &str) -> Self {
        code.clone_into(&mut self.code);
        self
    }

    /// With these rows.
    pub(in crate::output) fn rows(mut self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        self.rows.extend(rows.into_iter().map(|cells| Row { cells, details: None }));
        self
    }

    /// With these rows and what stands beneath them.
    pub(super) fn detailed(mut self, rows: impl IntoIterator<Item = (Vec<Cell>, Option<Cell>)>) -> Self {
        self.rows.extend(rows.into_iter().map(|(cells, details)| Row { cells, details }));
        self
    }
}

/// All blocks that have something to say.
pub(in crate::output) fn blocks(report: &Report) -> Vec<Block> {
    let clock = Clock::new(report.period.as_ref());
    let mut blocks: Vec<Block> = remote_routing::block(report, &clock).into_iter().collect();
    blocks.extend(mail::blocks(report, &clock));
    blocks.extend(logs::blocks(report, &clock));
    blocks.retain(|block| !block.rows.is_empty());
    blocks
}

/// The few blocks that stand in a mail.
pub(in crate::output) fn figures(report: &Report) -> Vec<Block> {
    let mut blocks = mail::figures(report, &Clock::new(report.period.as_ref()));
    blocks.retain(|block| !block.rows.is_empty());
    blocks
}

/// What stands above the blocks: a label and a sentence each.
pub(in crate::output) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some((first, last)) = &report.period {
        facts.push(("Period", format!("{} to {} UTC", second(first), second(last))));
    }
    facts.push(("Files", files(report)));
    let messages = counted(report.messages, "message", "messages");
    let recipients = counted(report.recipients, "recipient", "recipients");
    facts.push(("Mail", format!("{messages} to {recipients}, {}", size(report.bytes))));
    facts.push(("Came in", list(report.entered.iter().map(|(way, n)| (words::entered(way), *n)))));
    if report.classes.keys().any(|class| *class != "normal") {
        facts.push(("Kinds", list(report.classes.iter().map(|(class, n)| (words::class(class, *n), *n)))));
    }
    let (delayed, deferrals) = report.deferred_once;
    if delayed > 0 {
        let who = counted(delayed, "recipient", "recipients");
        let tries = counted(deferrals, "try", "tries");
        facts.push(("Waited", format!("{who}, after {tries} that failed for the moment")));
    }
    let (came_back, most) = report.laps;
    if came_back > 0 {
        let times = counted(u64::from(most), "time", "times");
        let who = counted(came_back, "recipient", "recipients");
        facts.push(("Came back", format!("mail for {who}, after it had left, at most {times}")));
    }
    facts.push(("Aside", aside(report)));
    facts.retain(|(_, text)| !text.is_empty());
    facts
}

/// `2026-03-10 09:12:44`.
fn second(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}

/// The largest first.
fn list<'a>(parts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let mut parts: Vec<_> = parts.filter(|(_, n)| *n > 0).collect();
    parts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let parts = parts.into_iter().map(|(what, n)| format!("{} {what}", grouped(n)));
    parts.collect::<Vec<_>>().join(", ")
}

fn files(report: &Report) -> String {
    let read = counted(report.files.len() as u64, "file", "files");
    let records = counted(report.ledger.records, "record", "records");
    let others = list(
        [
            ("left out", report.left_out.len() as u64),
            ("outside the time asked for", report.files_outside_window),
            ("not readable or not to the end", report.errors.len() as u64),
        ]
        .into_iter(),
    );
    let comma = if others.is_empty() { "" } else { "; " };
    format!("{read} read, {records}, {}{comma}{others}", size(report.ledger.bytes))
}

fn aside(report: &Report) -> String {
    let parts = [
        (report.not_chosen, "message", "messages", "not asked for by the filters"),
        (report.without_recipients, "message", "messages", "of which no row names a recipient"),
        (report.unattached_rows, "row", "rows", "that belong to no message"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many, what)| format!("{} {what}", counted(*n, one, many)))
        .collect();
    parts.join(", ")
}
