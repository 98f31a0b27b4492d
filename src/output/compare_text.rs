//! Two runs held against each other, for a terminal: what must be known first, findings, what changed.

pub(in crate::output) mod content;

use std::io::{self, Write};

use super::report_text::{Style, write_findings, write_gone};
use crate::model::compared::{About, Compared, Verdict};
use crate::model::finding::Finding;
use content::{changes, is_grown_worse, label, method, others, run, size, still_there};

/// Writes the whole comparison. The first line is the verdict, however long. `top`: how many changes are shown.
pub fn write(compared: &Compared, top: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.headline(&compared.verdict, is_bad(compared)))?;
    writeln!(out)?;
    style.fact("A", &run(&compared.a), out)?;
    style.fact("B", &run(&compared.b), out)?;
    if !compared.notes.is_empty() {
        style.title("Know this first", "", out)?;
    }
    for note in &compared.notes {
        let text = format!("{}.", note.text);
        match note.about {
            About::Coverage => style.warning(label(note.about), &text, out)?,
            _ => style.fact(label(note.about), &text, out)?,
        }
    }
    findings(compared, style, out)?;
    let changes = changes(compared, top);
    if !changes.rows.is_empty() {
        style.block(&changes, out)?;
    }
    if !compared.figures.is_empty() {
        style.title("Not changed", "", out)?;
        style.paragraph(&others(compared), out)?;
    }
    style.paragraph(&method(compared), out)
}

fn findings(compared: &Compared, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let sizes: Vec<String> =
        compared.findings.iter().filter(|s| !is_grown_worse(s)).filter_map(size).collect();
    let still = still_there(compared);
    let worse: Vec<&Finding> =
        compared.findings.iter().filter(|s| is_grown_worse(s)).map(|s| &s.finding).collect();
    if compared.findings.is_empty() && compared.gone.is_empty() {
        return Ok(());
    }
    let note = "`mailtrail explain KIND` says what a kind means and how it is proved.";
    style.title("Findings", if worse.is_empty() { "" } else { note }, out)?;
    let all: Vec<&Finding> = compared.findings.iter().map(|s| &s.finding).collect();
    write_findings(&worse, &all, style, out)?;
    write_gone(&compared.gone, style, out)?;
    if !sizes.is_empty() {
        writeln!(out)?;
    }
    for text in sizes.iter().chain(&still) {
        style.paragraph(text, out)?;
    }
    Ok(())
}

/// Whether anything is worse in the second run.
fn is_bad(compared: &Compared) -> bool {
    compared.findings.iter().any(is_grown_worse) || compared.of(Verdict::Changed).any(|f| f.worse)
}
