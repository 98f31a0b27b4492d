//! Findings for a terminal: what, how much, why, what mends it, and the way round drawn.

use std::io::{self, Write};

use super::table::wrap;
use super::{BOLD, DIM, Label, PLAIN, RED, Style, YELLOW};
use crate::model::finding::{Finding, Severity};
use crate::output::escape::terminal;
use crate::output::findings::{about, extent};
use crate::output::numbers::{counted, duration};
use crate::output::standing::{self, Told};

/// Room for the labels of a finding's lines.
const ROOM: usize = 5;
/// Where its lines begin.
const INDENT: &str = "  ";

/// Writes findings, numbered; what one of them explains stands beneath it. `all`: also those not to be
/// written, since one of them may be the cause.
pub fn write_findings(
    findings: &[&Finding],
    all: &[&Finding],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (number, (finding, signs)) in (1..).zip(explained(findings)) {
        writeln!(out)?;
        heading(number, finding, style, out)?;
        body(finding, cause(finding, all), style, out)?;
        for (i, sign) in signs.into_iter().enumerate() {
            labelled(if i == 0 { "also" } else { "" }, &also(sign), style, out)?;
        }
    }
    Ok(())
}

/// Those that none of them explains, each with those that it explains.
pub(in crate::output) fn explained<'f>(findings: &[&'f Finding]) -> Vec<(&'f Finding, Vec<&'f Finding>)> {
    let signs = |of: &Finding| {
        let others = findings.iter().filter(|f| ***f != *of && *root(f, findings) == *of);
        others.copied().collect()
    };
    let roots = findings.iter().filter(|f| root(f, findings) == **f);
    roots.map(|finding| (*finding, signs(finding))).collect()
}

/// A finding that another explains, in a line.
pub(in crate::output) fn also(sign: &Finding) -> String {
    let messages = counted(sign.messages, "message", "messages");
    let standing = sign.standing.map_or(String::new(), |s| format!(", {}", s.words()));
    let severity = sign.severity.as_str();
    let known = sign.known.as_ref().map_or(String::new(), |k| format!("; {}", k.words()));
    format!("{} ({}, {severity}, {messages}{standing}){known}", sign.title, sign.kind)
}

/// What is said of the finding that explains one.
pub(in crate::output) fn why(cause: &Finding) -> String {
    let sure = cause.confidence.as_str();
    format!("{} ({}, confidence {sure}). {}", cause.title, cause.kind, cause.cause)
}

/// How many there are of which none explains another.
pub fn roots(findings: &[&Finding]) -> usize {
    findings.iter().filter(|f| root(f, findings) == **f).count()
}

/// The finding that explains one, if it is among these: of its kind, for the same domain if there is such a one.
pub fn cause<'f>(finding: &Finding, among: &[&'f Finding]) -> Option<&'f Finding> {
    let kind = finding.caused_by?;
    let same = |f: &&&Finding| f.kind == kind && f.domain == finding.domain;
    among.iter().find(same).or_else(|| among.iter().find(|f| f.kind == kind)).copied()
}

/// What explains it in the end, as far as that is among these; else itself.
pub fn root<'f>(finding: &'f Finding, among: &[&'f Finding]) -> &'f Finding {
    let mut at = finding;
    for _ in among {
        match cause(at, among) {
            Some(up) => at = up,
            None => break,
        }
    }
    at
}

fn heading(number: usize, finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let color = match finding.severity {
        Severity::Critical | Severity::High => RED,
        Severity::Medium | Severity::Low => YELLOW,
        Severity::Info => DIM,
    };
    let severity = style.paint(color, finding.severity.as_str());
    let standing = finding.standing.map_or(String::new(), |s| format!(" ({})", s.words()));
    let head = format!("{}{standing}", finding.title);
    for (i, line) in wrap(&head, style.width - 6 - finding.severity.as_str().len()).iter().enumerate() {
        let line = style.paint(BOLD, line);
        match i {
            0 => writeln!(out, "{number:>2}  {severity}  {line}")?,
            _ => writeln!(out, "{INDENT}  {line}")?,
        }
    }
    let mut line = vec![finding.kind.to_owned(), format!("confidence {}", finding.confidence.as_str())];
    line.extend(about(finding).into_iter().map(|(label, text)| format!("{label} {text}")));
    plain(&line.join(", "), DIM, style, out)?;
    plain(&extent(finding), PLAIN, style, out)?;
    match &finding.known {
        Some(known) => {
            let style = Style { width: style.width - INDENT.len(), ..style };
            labelled("note", &known.words(), style, out)
        }
        None => Ok(()),
    }
}

/// Lines of their own, wrapped.
pub(super) fn paragraphs(
    lines: &[String],
    indent: &str,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = lines.iter().flat_map(|line| wrap(&terminal(line), style.width - indent.len()));
    lines.into_iter().try_for_each(|line| writeln!(out, "{indent}{line}"))
}

/// What was known of the findings beforehand.
pub fn write_beforehand(told: Told<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    paragraphs(&told.sentences(), "", style, out)
}

/// What an earlier run had and this one has not.
pub fn write_gone(gone: &[Finding], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (i, finding) in gone.iter().enumerate() {
        if i == 0 {
            writeln!(out)?;
        }
        let (severity, title) = (finding.severity.as_str(), finding.title);
        writeln!(out, "{INDENT}gone  {severity}  {}", style.paint(BOLD, title))?;
        plain(&format!("{}, {}", finding.kind, standing::extent(finding)), DIM, style, out)?;
    }
    Ok(())
}

fn body(finding: &Finding, cause: Option<&Finding>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if !finding.cycle.is_empty() {
        ring(finding, style, out)?;
    }
    labelled("why", &finding.cause, style, out)?;
    if let Some(cause) = cause {
        labelled("cause", &why(cause), style, out)?;
    }
    commands(&cause.unwrap_or(finding).fix, style, out)?;
    if !finding.samples.is_empty() {
        let some: Vec<&str> = finding.samples.iter().take(2).map(String::as_str).collect();
        labelled("see", &some.join(" "), style, out)?;
    }
    let places: Vec<String> =
        finding.evidence.iter().take(3).map(|e| format!("{}:{}", e.file, e.line)).collect();
    if !places.is_empty() {
        labelled("rows", &places.join(" "), style, out)?;
    }
    Ok(())
}

/// What to look at, then what to change. A command is not wrapped, so that it can be copied.
fn commands(fix: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut last = "";
    for command in fix.lines() {
        // What is got may be handed on to what changes it.
        let changes = ["Set-", "Remove-"].iter().any(|verb| command.contains(verb));
        let looks = ["Get-", "Test-", "mailtrail "].iter().any(|verb| command.starts_with(verb)) && !changes;
        let label = match command.starts_with('#') {
            true => "",
            false if looks => "check",
            false => "mend",
        };
        let shown = if label == last { "" } else { label };
        last = if label.is_empty() { last } else { label };
        let shown = style.paint(BOLD, &format!("{shown:ROOM$}")).into_owned();
        writeln!(out, "{}", format!("{INDENT}  {shown}  {}", terminal(command)).trim_end())?;
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
            let by = by.map_or(String::new(), |c| format!("  send connector {}", terminal(c)));
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
    let ended = finding.ended.as_ref().map_or(String::new(), |e| format!("how the longest ended: {e}"));
    for line in wrap(&terminal(&ended), style.width - 16).iter().filter(|l| !l.is_empty()) {
        writeln!(out, "{INDENT}             {line}")?;
    }
    Ok(())
}
