//! `trace` as Markdown: for a ticket, a wiki, a mail. The lanes as on a terminal, and the rows as a table.

use std::io::{self, Write};

use super::escape::markdown;
use super::lanes::{Picture, Tone};
use super::numbers::counted;
use super::trace::{self, Style, delay};
use super::trace_html::time;

/// Writes some messages, and a sentence below them.
///
/// # Errors
/// If the output fails.
pub fn write(pictures: &[Picture], note: &str, ascii: bool, out: &mut dyn Write) -> io::Result<()> {
    for (i, picture) in pictures.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        message(picture, ascii, out)?;
    }
    if !note.is_empty() {
        writeln!(out, "\n{}", markdown(note))?;
    }
    Ok(())
}

fn message(picture: &Picture, ascii: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n\n| | |\n|---|---|", markdown(&picture.title))?;
    for (label, text) in &picture.facts {
        writeln!(out, "| **{label}** | {} |", markdown(text))?;
    }
    let many = counted(picture.ends.len() as u64, "recipient", "recipients");
    writeln!(out, "\n## What became of {many}\n")?;
    if picture.ends.is_empty() {
        writeln!(out, "No row of this message names a recipient.")?;
    } else {
        writeln!(out, "| | recipient | decision | | file and line |\n|---|---|---|---|---|")?;
    }
    for end in &picture.ends {
        let number = if end.number == 0 { String::new() } else { end.number.to_string() };
        let decision =
            if end.tone == Tone::Good { end.decision.to_owned() } else { format!("**{}**", end.decision) };
        writeln!(
            out,
            "| {number} | {} | {decision} | {} | {} |",
            markdown(&end.title),
            markdown(&end.words),
            markdown(&end.evidence)
        )?;
    }
    for sentence in &picture.left_out {
        writeln!(out, "\n{}", markdown(sentence))?;
    }
    if picture.steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Its way\n")?;
    let mut lanes = Vec::new();
    trace::write_lanes(picture, Style { ascii, ..Style::default() }, &mut lanes)?;
    // Indented code cannot be left by anything a line of it says.
    for line in String::from_utf8_lossy(&lanes).lines() {
        writeln!(out, "    {line}")?;
    }
    rows(picture, out)
}

fn rows(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n## Row by row\n\n| UTC | after | server | event | to | what | file and line |\n|---|--:|---|---|---|---|---|"
    )?;
    for step in &picture.steps {
        if step.gap > 0 {
            writeln!(out, "| | | | | | {} left out | |", counted(step.gap as u64, "row", "rows"))?;
        }
        let server = picture.lanes.get(step.lane).map_or("?", |lane| lane.name.as_str());
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            time(picture, step),
            delay(step),
            markdown(server),
            step.event,
            if step.whom.is_empty() { "all" } else { &step.whom },
            markdown(&step.words),
            markdown(&step.evidence)
        )?;
    }
    Ok(())
}
