//! `mailtrail explain KIND`.

use std::io::{self, Write};

use super::exit::Exit;
use super::options::Usage;
use crate::findings::kind::{KINDS, Kind, kind};
use crate::output::file::Target;

/// Names as near as this are suggested.
const NEAR: f64 = 0.6;

pub(super) fn run(names: &[String]) -> anyhow::Result<Exit> {
    let mut kinds: Vec<&Kind> = Vec::new();
    for name in names {
        let asked = name.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        kinds.push(kind(&asked).ok_or_else(|| unknown(name, &asked))?);
    }
    let mut text = Vec::new();
    if kinds.is_empty() {
        list(&mut text)?;
    }
    for (i, kind) in kinds.iter().enumerate() {
        if i > 0 {
            writeln!(text)?;
        }
        explain(kind, &mut text)?;
    }
    Target::Stdout.write(|out| out.write_all(&text))?;
    Ok(Exit::Done)
}

fn unknown(name: &str, asked: &str) -> Usage {
    Usage(format!("explain: no kind of finding is called '{name}'; {}", near(asked)))
}

/// Which kinds may be meant, as the end of a sentence.
pub(super) fn near(asked: &str) -> String {
    let mut near: Vec<(f64, &str)> = KINDS
        .iter()
        .map(|k| (strsim::jaro_winkler(asked, k.id), k.id))
        .filter(|(score, id)| *score >= NEAR || id.contains(asked))
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.iter().take(3).map(|(_, id)| *id).collect();
    if near.is_empty() {
        "`mailtrail explain` lists them all".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    }
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    let width = KINDS.iter().map(|k| k.id.len()).max().unwrap_or(0);
    for kind in KINDS {
        writeln!(out, "{:width$}  {:9}  {}", kind.id, kind.shown.as_str(), kind.title)?;
    }
    Ok(())
}

fn explain(kind: &Kind, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", kind.id, kind.title)?;
    writeln!(
        out,
        "  usually {} severity, {} confidence; shown by `{}`{}",
        kind.severity.as_str(),
        kind.confidence.as_str(),
        kind.shown.as_str(),
        if kind.shown.as_str() == "report" { "" } else { " and `report`" }
    )?;
    for (label, text) in
        [("What it means", kind.means), ("How it is proved", kind.proof), ("What mends it", kind.mend)]
    {
        writeln!(out, "\n{label}")?;
        for line in crate::output::report_text::wrapped(text, 92) {
            writeln!(out, "  {line}")?;
        }
    }
    if !kind.caused_by.is_empty() {
        writeln!(out, "\nOften caused by: {}", kind.caused_by.join(", "))?;
    }
    Ok(())
}
