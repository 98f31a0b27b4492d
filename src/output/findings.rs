//! Findings for machines and for tickets: JSON lines, CSV, Markdown. For a terminal see `report_text/findings`.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::markdown;
use super::numbers::counted;
use super::rows::{SCHEMA_VERSION, write_csv, write_json};
use crate::model::finding::{Finding, Instance};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One compact JSON object a line.
    JsonLines,
    /// A header and a line for each row; lists are JSON text, null is empty.
    Csv {
        /// Without apostrophes against formulas.
        raw: bool,
    },
}

/// The columns of a finding, in order.
pub const COLUMNS: [&str; 28] = [
    "schema_version",
    "kind",
    "title",
    "severity",
    "confidence",
    "domain",
    "connector",
    "peer",
    "address",
    "messages",
    "recipients",
    "senders",
    "first_seen",
    "last_seen",
    "laps_max",
    "cycle",
    "expected",
    "actual",
    "cause",
    "fix",
    "samples",
    "evidence",
    "caused_by",
    "period_ms",
    "ended",
    "addresses",
    "standing",
    "known",
];

/// The columns of one message and recipient of a finding, in order.
pub const INSTANCE_COLUMNS: [&str; 19] = [
    "schema_version",
    "kind",
    "severity",
    "confidence",
    "message_id",
    "network_message_id",
    "sender",
    "recipient",
    "final_recipient",
    "domain",
    "connector",
    "peer",
    "address",
    "first_seen",
    "last_seen",
    "laps",
    "cycle",
    "evidence",
    "standing",
];

#[derive(Serialize)]
struct Row<'r, T> {
    schema_version: u32,
    #[serde(flatten)]
    row: &'r T,
}

/// Writes findings.
pub fn write<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    form: Form,
    out: &mut dyn Write,
) -> io::Result<()> {
    rows(findings, form, &COLUMNS, out)
}

/// Writes single messages and recipients of findings.
pub fn write_instances(instances: &[Instance], form: Form, out: &mut dyn Write) -> io::Result<()> {
    rows(instances.iter(), form, &INSTANCE_COLUMNS, out)
}

fn rows<'f, T: Serialize + 'f>(
    all: impl Iterator<Item = &'f T>,
    form: Form,
    columns: &[&str],
    out: &mut dyn Write,
) -> io::Result<()> {
    if matches!(form, Form::Csv { .. }) {
        writeln!(out, "{}", columns.join(","))?;
    }
    let mut line = Vec::new();
    for row in all {
        line.clear();
        let row = Row { schema_version: SCHEMA_VERSION, row };
        match form {
            Form::JsonLines => write_json(&row, &mut line)?,
            Form::Csv { raw } => write_csv(&row, columns, raw, &mut line)?,
        }
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

/// Writes findings as sections of Markdown, with headings of this depth.
pub fn write_markdown(findings: &[&Finding], depth: usize, out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        writeln!(out, "{} {}\n", "#".repeat(depth), finding.title)?;
        let about = about(finding)
            .iter()
            .map(|(label, text)| format!("{label} {}", markdown(text)))
            .collect::<Vec<_>>();
        writeln!(
            out,
            "**{}**{}, {} confidence, `{}`{}{}\n",
            finding.severity.as_str(),
            finding.standing.map_or(String::new(), |s| format!(", **{}**", s.words())),
            finding.confidence.as_str(),
            finding.kind,
            if about.is_empty() { "" } else { ": " },
            about.join(", ")
        )?;
        writeln!(out, "{}", markdown(&extent(finding)))?;
        if let Some(known) = &finding.known {
            writeln!(out, "\nNote: {}", markdown(&known.words()))?;
        }
        if !finding.cycle.is_empty() {
            let members: Vec<String> = finding.cycle.iter().map(|m| markdown(m)).collect();
            let first = members.first().cloned().unwrap_or_default();
            writeln!(out, "\n{} → {first}", members.join(" → "))?;
        }
        writeln!(out, "\n{}\n", markdown(&finding.cause))?;
        // Indented code cannot be left by anything a line of it says.
        for line in finding.fix.lines() {
            writeln!(out, "    {}", super::escape::terminal(line))?;
        }
        if !finding.samples.is_empty() {
            let samples: Vec<String> = finding.samples.iter().map(|s| markdown(s)).collect();
            writeln!(out, "\nSuch as {}.", samples.join(", "))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What a finding is about: labels and texts of the log.
pub fn about(finding: &Finding) -> Vec<(&'static str, &str)> {
    let parts = [
        ("domain", &finding.domain),
        ("send connector", &finding.connector),
        ("host", &finding.peer),
        ("address", &finding.address),
    ];
    parts.into_iter().filter_map(|(label, text)| Some((label, text.as_deref()?))).collect()
}

/// How much mail, and when.
pub fn extent(finding: &Finding) -> String {
    let minute = |t: &Option<String>| t.as_deref().and_then(|t| t.get(..16)).unwrap_or("?").replace('T', " ");
    if finding.messages == 0 {
        let what = if finding.kind == "log-gap" { "files" } else { "exports" };
        return format!("No message shows it; the {what} do.");
    }
    let to = match &finding.addresses[..] {
        [one] => one.clone(),
        _ => counted(finding.recipients, "recipient", "recipients"),
    };
    format!(
        "{} to {to} from {}, {} to {} (UTC)",
        counted(finding.messages, "message", "messages"),
        counted(finding.senders, "sender", "senders"),
        minute(&finding.first_seen),
        minute(&finding.last_seen),
    )
}
