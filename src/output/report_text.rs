//! The report for a terminal: the verdict first, the proof that nothing was lost last.

pub(in crate::output) mod content;
pub(super) mod findings;
mod logs;
mod mail;
mod remote_routing;
pub(in crate::output) mod sums;
mod table;
pub(in crate::output) mod when;
pub(in crate::output) mod words;

use std::borrow::Cow;
use std::io::{self, Write};

use super::escape::terminal;
use super::numbers::grouped;
use super::standing::Told;
use crate::model::finding::Finding;
use crate::model::report::Report;
use content::{Block, blocks, facts, figures};
use sums::{remarks, sums};
use table::{lines, wrap};

use findings::paragraphs;
pub use findings::{cause, root, roots, write_beforehand, write_findings, write_gone};

/// A text of our own in lines of at most this width.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    wrap(text, width)
}

const PLAIN: &str = "";
const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "1;31";
const GREEN: &str = "1;32";
const YELLOW: &str = "1;33";

/// How it is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line; only the verdict may be longer.
    pub width: usize,
    /// Colours.
    pub color: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, color: false }
    }
}

/// Writes the whole report. The first line is the verdict, however long.
pub fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let style = Style { width: style.width.max(60), ..style };
    writeln!(out, "{}", style.paint(mood(report), &terminal(&report.verdict)))?;
    attention(report, style, out)?;
    writeln!(out)?;
    for (label, text) in facts(report) {
        style.hanging(Label { text: label, room: 9, color: BOLD }, &text, out)?;
    }
    shown_findings(report, style, out)?;
    for block in blocks(report) {
        style.block(&block, out)?;
    }
    reconciliation(report, style, out)
}

/// Writes what somebody must know who opens nothing else: the verdict, the gravest findings, at most `most`, and the figures
/// above all others. The lines of commands are as long as they are.
///
/// # Errors
/// If the output fails.
pub fn write_brief(report: &Report, style: Style, most: usize, out: &mut dyn Write) -> io::Result<()> {
    for line in wrap(&terminal(&report.verdict), style.width) {
        writeln!(out, "{line}")?;
    }
    attention(report, style, out)?;
    writeln!(out)?;
    for (label, text) in facts(report) {
        style.hanging(Label { text: label, room: 9, color: BOLD }, &text, out)?;
    }
    let told = Told::of(report);
    let some: Vec<&Finding> = report.findings.iter().take(most).collect();
    let beforehand = told.sentences();
    if !some.is_empty() || !beforehand.is_empty() {
        style.title(&brief_title(some.len(), report.findings.len()), "", out)?;
        paragraphs(&beforehand, "  ", style, out)?;
        let all: Vec<&Finding> = report.findings.iter().collect();
        // Lines beside labels are indented by two columns more.
        write_findings(&some, &all, Style { width: style.width.saturating_sub(2), ..style }, out)?;
    }
    figures(report).iter().try_for_each(|block| style.block(block, out))
}

/// The title above the gravest findings.
pub(in crate::output) fn brief_title(shown: usize, all: usize) -> String {
    if shown < all { format!("Findings, the gravest {shown} of {all}") } else { "Findings".to_owned() }
}

/// The colour of the verdict.
fn mood(report: &Report) -> &'static str {
    if report.attention.iter().any(|a| a.wrong) {
        RED
    } else if report.attention.is_empty() {
        GREEN
    } else {
        YELLOW
    }
}

fn attention(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if !report.attention.is_empty() {
        writeln!(out)?;
    }
    for point in &report.attention {
        let (text, color) = if point.wrong { ("wrong", RED) } else { ("open", YELLOW) };
        style.hanging(Label { text, room: 5, color }, &point.text, out)?;
    }
    Ok(())
}

/// The gravest findings, and how many more there are.
fn shown_findings(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let beforehand = told.sentences();
    if report.findings.is_empty() && beforehand.is_empty() {
        return Ok(());
    }
    let some: Vec<&Finding> = report.findings.iter().take(report.top).collect();
    let note = "`mailtrail explain KIND` says what a kind means and how it is proved.";
    let note = if some.is_empty() { "" } else { note };
    style.title(&first_of("Findings", some.len(), report.findings.len()), note, out)?;
    paragraphs(&beforehand, "  ", style, out)?;
    let all: Vec<&Finding> = report.findings.iter().collect();
    write_findings(&some, &all, style, out)?;
    write_gone(told.gone(), style, out)
}

/// A title that says how much of a list follows.
pub(in crate::output) fn first_of(title: &str, shown: usize, all: usize) -> String {
    if shown < all {
        format!("{title} (the first {shown} of {all}; --top shows more)")
    } else {
        title.to_owned()
    }
}

/// Three sums in a box.
fn reconciliation(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Vec::new();
    for sum in sums(report) {
        if !rows.is_empty() {
            rows.push(String::new());
        }
        rows.push(format!("{:44}{:>16}", sum.label, grouped(sum.total)));
        rows.extend(sum.parts.iter().enumerate().map(|(i, (part, n))| {
            format!("  {} {part:40}{:>16}", if i == 0 { '=' } else { '+' }, grouped(*n))
        }));
    }
    style.title("Nothing is lost: every record and every recipient is in one of these", "", out)?;
    writeln!(out, "  ┌{}┐", "─".repeat(62))?;
    for row in rows {
        writeln!(out, "  │ {row:60} │")?;
    }
    writeln!(out, "  └{}┘", "─".repeat(62))?;
    for remark in remarks(report) {
        for line in wrap(&remark, style.width - 2) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// What stands left of a text.
#[derive(Clone, Copy)]
struct Label<'t> {
    text: &'t str,
    room: usize,
    color: &'static str,
}

impl Style {
    fn paint<'t>(self, code: &str, text: &'t str) -> Cow<'t, str> {
        if self.color && !code.is_empty() {
            Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// The first line: whether anything is wrong.
    pub(in crate::output) fn headline(self, text: &str, wrong: bool) -> String {
        self.paint(if wrong { RED } else { GREEN }, &terminal(text)).into_owned()
    }

    /// A sentence beside its label.
    pub(in crate::output) fn fact(self, text: &str, fact: &str, out: &mut dyn Write) -> io::Result<()> {
        self.hanging(Label { text, room: 5, color: BOLD }, fact, out)
    }

    /// The same of what throws doubt on the rest.
    pub(in crate::output) fn warning(self, text: &str, fact: &str, out: &mut dyn Write) -> io::Result<()> {
        self.hanging(Label { text, room: 5, color: YELLOW }, fact, out)
    }

    /// Sentences, indented.
    pub(in crate::output) fn paragraph(self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        paragraphs(&[text.to_owned()], "  ", self, out)
    }

    /// A table with its title.
    pub(in crate::output) fn block(self, block: &Block, out: &mut dyn Write) -> io::Result<()> {
        self.title(&block.title, &block.note, out)?;
        for (i, line) in lines(block, self.width).iter().enumerate() {
            writeln!(out, "{}", self.paint(if i == 0 { DIM } else { PLAIN }, line))?;
        }
        for line in block.code.lines() {
            writeln!(out, "  {}", terminal(line))?;
        }
        Ok(())
    }

    pub(in crate::output) fn title(self, title: &str, note: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{}", self.paint(BOLD, &terminal(title)))?;
        if !note.is_empty() {
            for line in wrap(&terminal(note), self.width - 2) {
                writeln!(out, "  {}", self.paint(DIM, &line))?;
            }
        }
        Ok(())
    }

    /// A text that goes on beneath its own beginning, beside its label.
    fn hanging(self, label: Label<'_>, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let Label { text: name, room, color } = label;
        for (i, line) in wrap(&terminal(text), self.width - room - 4).iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            writeln!(out, "  {}  {line}", self.paint(color, &format!("{name:room$}")))?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
