//! The report as Markdown: for a ticket, a wiki, a mail. The same blocks as on a terminal, as tables.

use std::io::{self, Write};

use super::escape::markdown;
use super::findings::write_markdown;
use super::numbers::{bar, grouped};
use super::report_text::content::{Block, Cell, Lay, blocks, facts};
use super::report_text::first_of;
use super::report_text::sums::{remarks, sums};
use super::standing::{self, Told};
use crate::model::finding::Finding;
use crate::model::report::Report;

/// Writes the whole report.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n", markdown(&report.verdict))?;
    for point in &report.attention {
        let label = if point.wrong { "**wrong**" } else { "open" };
        writeln!(out, "- {label} – {}", markdown(&point.text))?;
    }
    if !report.attention.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "| | |\n|---|---|")?;
    for (label, text) in facts(report) {
        writeln!(out, "| **{label}** | {text} |")?;
    }
    let told = Told::of(report);
    if !report.findings.is_empty() || !told.lines().is_empty() {
        let some: Vec<&Finding> = report.findings.iter().take(report.top).collect();
        heading(&first_of("Findings", some.len(), report.findings.len()), out)?;
        standing::write_markdown(told, out)?;
        write_markdown(&some, 3, out)?;
        standing::write_gone_markdown(told.gone(), 3, out)?;
    }
    for block in blocks(report) {
        table(&block, out)?;
    }
    reconciliation(report, out)
}

/// A block as a table under its heading.
pub(super) fn table(block: &Block, out: &mut dyn Write) -> io::Result<()> {
    heading(&block.title, out)?;
    if !block.note.is_empty() {
        writeln!(out, "{}\n", block.note)?;
    }
    let detailed = block.rows.iter().any(|row| row.details.is_some());
    let details = if detailed { " details |" } else { "" };
    let heads = block.columns.iter().map(|(head, lay)| shown(&Cell::Own(head.clone()), *lay));
    let heads: Vec<String> = heads.collect();
    let rules = block.columns.iter().map(|(_, lay)| if *lay == Lay::Right { "--:" } else { "---" });
    let rules: Vec<&str> = rules.chain(detailed.then_some("---")).collect();
    writeln!(out, "| {} |{details}", heads.join(" | "))?;
    writeln!(out, "|{}|", rules.join("|"))?;
    for row in &block.rows {
        let cells = row.cells.iter().zip(&block.columns).map(|(cell, (_, lay))| shown(cell, *lay));
        let details = detailed.then(|| row.details.as_ref().map_or(String::new(), |d| shown(d, Lay::Wrap)));
        let cells: Vec<String> = cells.chain(details).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    if !block.code.is_empty() {
        writeln!(out)?;
    }
    for line in block.code.lines() {
        writeln!(out, "    {}", super::escape::terminal(line))?;
    }
    Ok(())
}

/// A heading of the second level.
pub(super) fn heading(title: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {title}\n")
}

/// Signs that stand for hours keep their places as code.
fn shown(cell: &Cell, lay: Lay) -> String {
    match (cell, lay) {
        (Cell::Own(text), Lay::Strip) if !text.is_empty() => format!("`{text}`"),
        (Cell::Own(text), _) => text.clone(),
        (Cell::Log(text), _) => markdown(text),
        (Cell::Bar(value, most), _) => bar(*value, *most, 20),
    }
}

fn reconciliation(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    heading("Nothing is lost: every record and every recipient is in one of these", out)?;
    writeln!(out, "| | |\n|---|--:|")?;
    for sum in sums(report) {
        writeln!(out, "| **{}** | **{}** |", sum.label, grouped(sum.total))?;
        for (i, (part, n)) in sum.parts.iter().enumerate() {
            writeln!(out, "| {} {part} | {} |", if i == 0 { '=' } else { '+' }, grouped(*n))?;
        }
    }
    let remarks = remarks(report);
    if !remarks.is_empty() {
        writeln!(out, "\nBeside these: {}.", remarks.join("; "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
