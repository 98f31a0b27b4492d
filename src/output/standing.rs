//! What was known of findings beforehand, in words: known ones that are not shown, and what an earlier run had.

use std::io::{self, Write};

use super::escape::{markdown, terminal};
use super::findings::about;
use super::numbers::{counted, grouped};
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::standing::{Comparison, KnownFindings};
use crate::model::threshold::Changed;

/// What was said of findings before the logs were read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// Which are known.
    pub known: Option<&'a KnownFindings>,
    /// Which an earlier run had.
    pub comparison: Option<&'a Comparison>,
    /// What they depend on, where that is not as it is by default.
    pub thresholds: &'a [Changed],
}

impl<'a> Told<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let (known, comparison) = (report.known.as_ref(), report.baseline.as_ref());
        Self { known, comparison, thresholds: &report.thresholds }
    }

    /// All of it as lines without a full stop. They name files, so they are not safe yet.
    pub fn lines(&self) -> Vec<String> {
        let compared = self.comparison.map(compared).unwrap_or_default();
        compared.into_iter().chain(self.known.and_then(not_shown)).chain(set(self.thresholds)).collect()
    }

    /// The same as sentences.
    pub(super) fn sentences(&self) -> Vec<String> {
        self.lines().into_iter().map(|line| line + ".").collect()
    }

    /// What an earlier run had and this one has not.
    pub fn gone(&self) -> &'a [Finding] {
        self.comparison.map_or(&[], |c| &c.gone)
    }
}

/// Which thresholds are not as they are by default.
fn set(thresholds: &[Changed]) -> Option<String> {
    let each = thresholds.iter().map(|c| format!("{} {} instead of {}", c.key, c.value, c.default));
    let all = each.collect::<Vec<_>>().join(", ");
    (!all.is_empty()).then(|| format!("Thresholds that are set: {all}"))
}

/// How many findings are known, if any. It names a file, so it is not safe yet.
fn not_shown(known: &KnownFindings) -> Option<String> {
    let (are, shown) = if known.findings == 1 { ("is", known.shown) } else { ("are", known.shown) };
    let n = counted(known.findings, "known finding", "known findings");
    let shown = if shown { "shown all the same" } else { "not shown" };
    (known.findings > 0).then(|| format!("{n} {are} {shown} ({})", known.file))
}

/// What is new, still there and gone, and what makes that doubtful. It names a file, so it is not safe yet.
fn compared(comparison: &Comparison) -> Vec<String> {
    let minute = |t: &str| t.get(..16).unwrap_or(t).replace('T', " ");
    let when = comparison.first.as_deref().zip(comparison.last.as_deref());
    let when = when.map_or(String::new(), |(a, b)| format!(" ({} to {} UTC)", minute(a), minute(b)));
    let graver = match comparison.graver {
        0 => String::new(),
        n => format!(" {} graver,", grouped(n)),
    };
    let (file, new, still) = (&comparison.file, grouped(comparison.new), grouped(comparison.still_there));
    let gone = grouped(comparison.gone.len() as u64);
    let mut out = vec![format!("Since {file}{when}: {new} new,{graver} {still} still there, {gone} gone")];
    out.extend(comparison.remarks.iter().map(|remark| format!("{file}: {remark}")));
    out
}

/// Each line as a paragraph of Markdown.
pub fn write_markdown(told: Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    for line in told.sentences() {
        writeln!(out, "{}\n", markdown(&line))?;
    }
    Ok(())
}

/// What is gone, as a list of Markdown under a heading of this depth.
pub fn write_gone_markdown(gone: &[Finding], depth: usize, out: &mut dyn Write) -> io::Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} Gone\n", "#".repeat(depth))?;
    for finding in gone {
        let (severity, title) = (finding.severity.as_str(), finding.title);
        writeln!(out, "- **{severity}**, {title}: `{}`, {}", finding.kind, markdown(&extent(finding)))?;
    }
    writeln!(out)
}

/// What a finding that is gone was about, how much it was, and when it was last seen.
pub(super) fn extent(finding: &Finding) -> String {
    let mut parts: Vec<String> =
        about(finding).iter().map(|(label, text)| format!("{label} {text}")).collect();
    parts.push(counted(finding.messages, "message", "messages"));
    let last = finding.last_seen.as_deref().map(|t| t.get(..16).unwrap_or(t).replace('T', " "));
    parts.extend(last.map(|t| format!("last seen {t} (UTC)")));
    terminal(&parts.join(", ")).into_owned()
}
