//! What is shown, as a file: messages as rows of `routes`, one message drawn, findings, a row of the log.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use super::super::inquiry::Inquiry;
use super::super::places::apart;
use super::super::run::ending;
use crate::model::finding::Finding;
use crate::output::escape::terminal;
use crate::output::file::{OutputError, Target};
use crate::output::lanes::Picture;
use crate::output::numbers::{counted, grouped};
use crate::output::{findings, routes, trace, trace_html, trace_markdown, trace_svg};
use crate::pipeline::{Found, Raw};

/// Messages that are read at once: in an order other than that of time they lie all over the logs, and each reading
/// goes through much of these.
const BATCH: usize = 4096;

/// What is written.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A list of messages.
    Messages(Arc<[Found]>),
    Message(Arc<Picture>),
    /// Places of findings in the report.
    Findings(Vec<usize>),
    Row(Arc<Raw>),
}

/// Why nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The file is there; it may be replaced if that is meant.
    Exists,
    /// In words.
    Failed(String),
}

impl What {
    /// A name to begin with, and which endings there are.
    pub(super) fn names(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Messages(_) => ("messages.jsonl", &["jsonl", "csv"]),
            Self::Message(_) => ("message.html", &["html", "svg", "md", "txt"]),
            Self::Findings(_) => ("findings.md", &["md", "jsonl"]),
            Self::Row(_) => ("row.txt", &["txt"]),
        }
    }

    /// Says what is wrong with a name.
    pub(super) fn check(&self, path: &Path) -> Result<(), String> {
        let (example, endings) = self.names();
        if ending(Some(path)).is_some_and(|ending| endings.contains(&ending.as_str())) {
            return match path.metadata() {
                Ok(there) if !there.is_file() => Err("that is no file".to_owned()),
                _ => Ok(()),
            };
        }
        let endings: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
        Err(format!("the ending says in which form: {}; such as {example}", endings.join(" ")))
    }
}

/// Writes a file, and says what. `more` is told how many more messages are written, and says whether to go on.
pub(super) fn write(
    (inquiry, what): (&Inquiry, &What),
    (path, force): (&Path, bool),
    more: &mut dyn FnMut(u64) -> bool,
) -> Result<String, Refused> {
    let failed = |e: &dyn std::fmt::Display| Refused::Failed(e.to_string());
    what.check(path).map_err(Refused::Failed)?;
    let read = inquiry.report.files.iter().map(|file| Path::new(&file.name));
    apart(&[("export", Some(path))], read, |_| true).map_err(|e| failed(&e))?;
    let target = match Target::open(Some(path), force) {
        Err(OutputError::Exists(_)) => return Err(Refused::Exists),
        target => target.map_err(|e| failed(&e))?,
    };
    let form = ending(Some(path)).unwrap_or_default();
    let written = target.write(|out| {
        let done = match what {
            What::Messages(list) => messages(inquiry, list, (&form, out), more)?,
            What::Message(picture) => message(picture, &form, out).map(|()| "the message".to_owned())?,
            What::Findings(which) => some_findings(inquiry, which, &form, out)?,
            What::Row(row) => out.write_all(text_of(row).as_bytes()).map(|()| "the row".to_owned())?,
        };
        // The last moment at which what is there can stay as it is.
        if more(0) { Ok(done) } else { Err(io::ErrorKind::Interrupted.into()) }
    });
    match written {
        Err(OutputError::Write { source, .. }) if source.kind() == io::ErrorKind::Interrupted => {
            Err(Refused::Failed("given up; nothing was written".to_owned()))
        }
        written => {
            written.map(|what| format!("{what} written to {}", path.display())).map_err(|e| failed(&e))
        }
    }
}

fn messages(
    inquiry: &Inquiry,
    list: &[Found],
    (form, out): (&str, &mut dyn Write),
    more: &mut dyn FnMut(u64) -> bool,
) -> io::Result<String> {
    let form = if form == "csv" { routes::Form::Csv { raw: false } } else { routes::Form::JsonLines };
    routes::write_head(form, out)?;
    let (mut rows, mut last, mut written, mut gone) = (Vec::new(), 0, 0, 0);
    for some in list.chunks(BATCH) {
        if !more(last) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        rows.clear();
        let looked = inquiry.look(some).map_err(io::Error::other)?;
        let there = looked.write_rows(form, &mut rows).map_err(io::Error::other)?;
        out.write_all(&rows)?;
        (last, written, gone) = (there, written + there, gone + some.len() as u64 - there);
    }
    let without = match gone {
        0 => String::new(),
        n => format!(", {} not: the log was cut or replaced;", grouped(n)),
    };
    Ok(counted(written, "message", "messages") + &without)
}

fn message(picture: &Picture, form: &str, out: &mut dyn Write) -> io::Result<()> {
    let one = std::slice::from_ref(picture);
    match form {
        "html" => trace_html::write(one, "", out),
        "svg" => trace_svg::write(one, "", out),
        "md" => trace_markdown::write(one, "", false, out),
        _ => trace::write(picture, trace::Style::default(), out),
    }
}

fn some_findings(inquiry: &Inquiry, which: &[usize], form: &str, out: &mut dyn Write) -> io::Result<String> {
    let some: Vec<&Finding> =
        which.iter().filter_map(|number| inquiry.report.findings.get(*number)).collect();
    match form {
        "md" => findings::write_markdown(&some, 2, out)?,
        _ => findings::write(some.iter().copied(), findings::Form::JsonLines, out)?,
    }
    Ok(counted(some.len() as u64, "finding", "findings"))
}

/// A row as text: where it stands, its columns, the row itself.
pub(super) fn text_of(row: &Raw) -> String {
    let mut text = format!("{}:{}\n\n", terminal(&row.file), row.line);
    let room = row.columns.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(40);
    for (name, value) in &row.columns {
        let (name, value) = (terminal(name), String::from_utf8_lossy(value));
        text.push_str(format!("{name:room$}  {}", terminal(&value)).trim_end());
        text.push('\n');
    }
    if let Some(line) = &row.text {
        text.push_str(&format!("\n{}\n", terminal(&String::from_utf8_lossy(line))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_form() {
        let messages = What::Messages(Arc::new([]));
        assert_eq!(messages.check(Path::new("no/such/folder/a.CSV")), Ok(()));
        assert!(messages.check(Path::new("a.html")).unwrap_err().contains(".jsonl .csv"));
        assert!(messages.check(Path::new("-")).is_err());
        assert_eq!(What::Findings(vec![1]).check(Path::new("a.md")), Ok(()));
    }

    #[test]
    fn a_row_as_text_commands_nothing() {
        let row = Raw {
            file: "a.LOG".to_owned(),
            line: 7,
            offset: 90,
            columns: vec![
                ("event-id".to_owned(), b"SE\x1bND".to_vec()),
                ("sender-address".to_owned(), Vec::new()),
            ],
            text: Some(b"a,\xff,b".to_vec()),
        };
        assert_eq!(text_of(&row), "a.LOG:7\n\nevent-id        SE\\u{1b}ND\nsender-address\n\na,\u{fffd},b\n");
    }
}
