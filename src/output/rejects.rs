//! The rejects file: one JSON object for each record that is no event.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::json;

use crate::model::intake::Reject;
use crate::model::report::FileNote;

#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    line: u64,
    offset: u64,
    reason: String,
    raw: Option<std::borrow::Cow<'a, str>>,
}

/// Writes them in the order of files and lines.
pub fn write(rejects: &[Reject], files: &[FileNote], out: &mut dyn Write) -> io::Result<()> {
    for reject in rejects {
        let at = reject.position;
        let row = Row {
            file: files.get(at.file as usize).map_or("?", |f| f.name.as_str()),
            line: at.line,
            offset: at.offset,
            reason: reject.reason.to_string(),
            raw: reject.raw.as_deref().map(String::from_utf8_lossy),
        };
        writeln!(out, "{}", json(&serde_json::to_string(&row)?))?;
    }
    Ok(())
}
