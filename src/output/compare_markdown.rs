//! Two runs held against each other, as Markdown: for a ticket, a wiki, a mail.

use std::io::{self, Write};

use super::compare_text::content::{changes, is_grown_worse, label, method, others, run, size, still_there};
use super::escape::markdown;
use super::findings::write_markdown;
use super::report_markdown::{heading, table};
use super::standing::write_gone_markdown;
use crate::model::compared::Compared;
use crate::model::finding::Finding;

/// Writes the whole comparison. `top`: how many changes are shown.
pub fn write(compared: &Compared, top: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n", markdown(&compared.verdict))?;
    writeln!(out, "- **A** – {}\n- **B** – {}", markdown(&run(&compared.a)), markdown(&run(&compared.b)))?;
    if !compared.notes.is_empty() {
        heading("Know this first", out)?;
    }
    for note in &compared.notes {
        writeln!(out, "- **{}** – {}.", label(note.about), markdown(&note.text))?;
    }
    findings(compared, out)?;
    let changes = changes(compared, top);
    if !changes.rows.is_empty() {
        table(&changes, out)?;
    }
    if !compared.figures.is_empty() {
        heading("Not changed", out)?;
        writeln!(out, "{}", markdown(&others(compared)))?;
    }
    writeln!(out, "\n{}", markdown(&method(compared)))
}

fn findings(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    if compared.findings.is_empty() && compared.gone.is_empty() {
        return Ok(());
    }
    heading("Findings", out)?;
    let worse: Vec<&Finding> =
        compared.findings.iter().filter(|s| is_grown_worse(s)).map(|s| &s.finding).collect();
    write_markdown(&worse, 3, out)?;
    write_gone_markdown(&compared.gone, 3, out)?;
    for text in compared.findings.iter().filter(|s| !is_grown_worse(s)).filter_map(size) {
        writeln!(out, "- {}", markdown(&text))?;
    }
    still_there(compared).map_or(Ok(()), |text| writeln!(out, "\n{}", markdown(&text)))
}
