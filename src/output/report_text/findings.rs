//! Findings for a terminal: what, how much, why, what mends it, and the way round drawn.

use std::io::{self, Write};

use super::table::wrap;
use super::{BOLD, DIM, Label, PLAIN, RED, Style, YELLOW};
use crate::model::finding::{Finding, Severity};
use crate::output::escape::terminal;
use crate::output::findings::{about, extent};
use crate::output::numbers::duration;

/// Room for the labels of a finding's lines.
const ROOM: usize = 5;
/// Where its lines begin.
const INDENT: &str = "  ";

/// Writes findings, numbered. What another of them explains is told in short.
pub fn write_findings(findings: &[&Finding], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (number, finding) in findings.iter().enumerate() {
        writeln!(out)?;
        heading(number + 1, finding, style, out)?;
        let explained = |f: &&Finding| finding.caused_by == Some(f.kind);
        if !findings.iter().any(|f| explained(f)) {
            body(finding, style, out)?;
        }
        if let Some(kind) = finding.caused_by {
            labelled("from", &format!("{kind}, which explains it"), style, out)?;
        }
    }
    Ok(())
}

fn heading(number: usize, finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let color = match finding.severity {
        Severity::Critical | Severity::High => RED,
        Severity::Medium | Severity::Low => YELLOW,
        Severity::Info => DIM,
    };
    let severity = style.paint(color, finding.severity.as_str());
    writeln!(out, "{number:>2}  {severity}  {}", style.paint(BOLD, finding.title))?;
    let mut line = vec![finding.kind.to_owned(), format!("confidence {}", finding.confidence.as_str())];
    line.extend(about(finding).into_iter().map(|(label, text)| format!("{label} {text}")));
    plain(&line.join(", "), DIM, style, out)?;
    plain(&extent(finding), PLAIN, style, out)
}

fn body(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if !finding.cycle.is_empty() {
        ring(finding, style, out)?;
    }
    labelled("why", &finding.cause, style, out)?;
    for (i, command) in finding.fix.lines().enumerate() {
        // A command is not wrapped, so that it can be copied.
        let label = if i == 0 { "mend" } else { "" };
        let label = style.paint(BOLD, &format!("{label:ROOM$}")).into_owned();
        writeln!(out, "{INDENT}  {label}  {}", terminal(command))?;
    }
    let places = finding.evidence.iter().take(2).map(|e| format!("{}:{}", e.file, e.line));
    let seen: Vec<String> = finding.samples.iter().take(2).cloned().chain(places).collect();
    if !seen.is_empty() {
        labelled("see", &seen.join(" "), style, out)?;
    }
    Ok(())
}

fn plain(text: &str, color: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for line in wrap(&terminal(text), style.width - 6) {
        writeln!(out, "{INDENT}  {}", style.paint(color, &line))?;
    }
    Ok(())
}

fn labelled(label: &str, text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{INDENT}")?;
    let mut lines = Vec::new();
    style.hanging(Label { text: label, room: ROOM, color: BOLD }, text, &mut lines)?;
    let lines = String::from_utf8_lossy(&lines).into_owned();
    write!(out, "{}", lines.trim_end_matches('\n').replace('\n', &format!("\n{INDENT}")))?;
    writeln!(out)
}

/// The way round, from each member down to the next and back to the first.
fn ring(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let last = finding.cycle.len().saturating_sub(1);
    for (i, member) in finding.cycle.iter().enumerate() {
        let side = if i == 0 { "┌─▶ " } else { "│   " };
        writeln!(out, "{INDENT}    {side}{}", style.paint(BOLD, &terminal(member)))?;
        if i < last {
            let by = finding.connector.as_deref().filter(|_| i == 0);
            let by = by.map_or(String::new(), |c| format!("  by \"{}\"", terminal(c)));
            writeln!(out, "{INDENT}    │     ▼{by}")?;
        }
    }
    let mut words = Vec::new();
    if finding.laps_max > 0 {
        words.push(match finding.laps_max {
            1 => "once round".to_owned(),
            n => format!("up to {n} times round"),
        });
    }
    words.extend(finding.period_ms.map(|ms| format!("about {} each", duration(ms.max(0) as u64))));
    writeln!(out, "{INDENT}    └─────┘  {}", words.join(", "))?;
    let ended = finding.ended.as_ref().map_or(String::new(), |e| format!("ended: {e}"));
    for line in wrap(&terminal(&ended), style.width - 16).iter().filter(|l| !l.is_empty()) {
        writeln!(out, "{INDENT}             {line}")?;
    }
    Ok(())
}
