//! `events`: one row per event of the log, every column under its own name, as JSON lines or CSV; or under
//! the names that other tools prescribe.

pub mod ecs;
pub mod ocsf;
pub mod splunk;
pub mod table;
pub mod timesketch;
pub mod words;

use std::borrow::Cow;
use std::io::{self, Write};

use super::escape::{csv_cell, csv_field, csv_raw, json, json_line};
use super::rows::string;
use crate::model::column::ALL;
use crate::model::row::{Row, Value};
use table::{Field, Table};

/// Version of the row's form.
pub const SCHEMA_VERSION: u32 = 1;

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
    /// JSON lines in the Elastic Common Schema.
    Ecs,
    /// JSON lines of the OCSF class Email Activity.
    Ocsf,
    /// JSON lines for Timesketch.
    Timesketch,
    /// CSV for Timesketch.
    TimesketchCsv,
    /// JSON lines for Splunk's HTTP Event Collector.
    Splunk,
}

impl Form {
    /// The fields of a form that other tools prescribe; none of the log's own.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::JsonLines | Self::Csv { .. } => &[],
            Self::Ecs => ecs::FIELDS,
            Self::Ocsf => ocsf::FIELDS,
            Self::Timesketch | Self::TimesketchCsv => timesketch::FIELDS,
            Self::Splunk => splunk::FIELDS,
        }
    }

    /// Whether rows must tell what they mean beyond their columns.
    pub fn needs_meaning(self) -> bool {
        !self.fields().is_empty()
    }
}

/// Writes rows in one form.
#[derive(Debug)]
pub struct Writer {
    form: Form,
    table: Table,
}

impl Writer {
    /// A writer of a form.
    pub fn new(form: Form) -> Self {
        Self { form, table: Table::new(form.fields()) }
    }

    /// Writes the header line, where the form has one.
    pub fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let columns: Vec<&str> = match self.form {
            Form::Csv { .. } => {
                let columns = ALL.iter().map(|(_, name)| *name);
                let end = ["file", "line", "offset", "other"];
                std::iter::once("schema_version").chain(columns).chain(end).collect()
            }
            Form::TimesketchCsv => self.form.fields().iter().map(|f| f.name).collect(),
            _ => return Ok(()),
        };
        writeln!(out, "{}", columns.join(","))
    }

    /// Appends one row.
    pub fn row(&self, row: &Row<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        match self.form {
            Form::JsonLines => write_json(row, out)?,
            Form::Csv { raw } => write_csv(row, raw, out)?,
            Form::Ecs | Form::Ocsf | Form::Timesketch | Form::Splunk => self.table.write_json(row, out)?,
            Form::TimesketchCsv => self.table.write_csv(row, out)?,
        }
        out.push(b'\n');
        Ok(())
    }
}

fn write_json(row: &Row<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let start = out.len();
    write!(out, "{{\"schema_version\":{SCHEMA_VERSION}")?;
    let mut unparsed: Vec<(&str, &[u8])> = Vec::new();
    for ((_, name), value) in ALL.into_iter().zip(&row.values) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Time { time, logged } => {
                write!(out, "\"{time}\"")?;
                unparsed.extend(logged.as_deref().map(|l| (name, l)));
            }
            Value::Number(n) => serde_json::to_writer(&mut *out, n)?,
            Value::Text(text) => {
                string(text, out)?;
            }
            Value::List(parts) => list(parts, out)?,
            Value::Unparsed(text) => {
                out.extend_from_slice(b"null");
                unparsed.push((name, text));
            }
        }
    }
    out.extend_from_slice(b",\"evidence\":{\"file\":");
    string(row.file.as_bytes(), out)?;
    out.extend_from_slice(b",\"line\":");
    serde_json::to_writer(&mut *out, &row.at.line)?;
    out.extend_from_slice(b",\"offset\":");
    serde_json::to_writer(&mut *out, &row.at.offset)?;
    out.push(b'}');
    if !unparsed.is_empty() {
        out.extend_from_slice(b",\"unparsed\":");
        object(unparsed.into_iter(), out)?;
    }
    if !row.other.is_empty() {
        out.extend_from_slice(b",\"other\":");
        object(others(row), out)?;
    }
    out.push(b'}');
    json_line(out, start);
    Ok(())
}

/// A cell is what JSON would hold: text bare, a list as JSON text, null as nothing; what is not of its
/// column's type stays as it was logged.
fn write_csv(row: &Row<'_>, raw: bool, out: &mut Vec<u8>) -> io::Result<()> {
    write!(out, "{SCHEMA_VERSION}")?;
    let mut parts = Vec::new();
    let cell = if raw { csv_raw } else { csv_cell };
    for value in &row.values {
        out.push(b',');
        match value {
            Value::Null => {}
            Value::Time { time, logged: None } => write!(out, "{time}")?,
            Value::Number(n) => write!(out, "{n}")?,
            Value::Time { logged: Some(text), .. } | Value::Text(text) | Value::Unparsed(text) => {
                csv_field(&cell(&String::from_utf8_lossy(text)), out);
            }
            Value::List(list_parts) => {
                parts.clear();
                list(list_parts, &mut parts)?;
                json_field(&parts, out);
            }
        }
    }
    out.push(b',');
    csv_field(&cell(row.file), out);
    write!(out, ",{},{},", row.at.line, row.at.offset)?;
    if !row.other.is_empty() {
        parts.clear();
        object(others(row), &mut parts)?;
        json_field(&parts, out);
    }
    Ok(())
}

fn json_field(text: &[u8], out: &mut Vec<u8>) {
    csv_field(&json(&String::from_utf8_lossy(text)), out);
}

fn others<'r>(row: &'r Row<'_>) -> impl Iterator<Item = (&'r str, &'r [u8])> {
    row.other.iter().map(|(name, text)| (*name, &**text))
}

fn list(parts: &[Cow<'_, [u8]>], out: &mut Vec<u8>) -> io::Result<()> {
    out.push(b'[');
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(part, out)?;
    }
    out.push(b']');
    Ok(())
}

fn object<'p>(pairs: impl Iterator<Item = (&'p str, &'p [u8])>, out: &mut Vec<u8>) -> io::Result<()> {
    for (i, (name, text)) in pairs.enumerate() {
        out.push(if i == 0 { b'{' } else { b',' });
        string(name.as_bytes(), out)?;
        out.push(b':');
        string(text, out)?;
    }
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::column::{COLUMNS, Column};
    use crate::model::event::{EventId, Source};
    use crate::model::intake::Position;
    use crate::model::row::Meaning;
    use crate::model::time::Timestamp;
    use serde_json::json;

    fn text(text: &'static str) -> Cow<'static, [u8]> {
        Cow::Borrowed(text.as_bytes())
    }

    fn row(values: &[(Column, Value<'static>)]) -> Row<'static> {
        let mut row = Row {
            event: EventId::Other,
            source: Source::Other,
            values: [const { Value::Null }; COLUMNS],
            other: Vec::new(),
            time: Timestamp(1_773_133_200_123),
            server: Cow::Borrowed(b"EX1"),
            file: "logs/EX1/a.LOG",
            at: Position { file: 0, line: 7, offset: 900 },
            meaning: Meaning::default(),
        };
        let time = Timestamp(1_773_133_200_123);
        row.values[0] = Value::Time { time, logged: None };
        for (column, value) in values {
            row.values[*column as usize] = value.clone();
        }
        row
    }

    fn written(row: &Row<'_>, form: Form) -> String {
        let mut out = Vec::new();
        Writer::new(form).row(row, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_row_as_json_has_every_column_in_order() {
        let line = written(&row(&[(Column::TotalBytes, Value::Number(4096))]), Form::JsonLines);
        let keys = ALL.map(|(_, name)| format!("\"{name}\":"));
        let places: Vec<usize> = keys.iter().map(|k| line.find(k.as_str()).unwrap()).collect();
        assert!(places.is_sorted());
        assert!(line.starts_with(
            "{\"schema_version\":1,\"date-time\":\"2026-03-10T09:00:00.123Z\",\"client-ip\":null,"
        ));
        assert!(line.contains(",\"total-bytes\":4096,"));
        let end = ",\"schema-version\":null,\"evidence\":{\"file\":\"logs/EX1/a.LOG\",\"line\":7,\"offset\":900}}\n";
        assert!(line.ends_with(end), "{line}");
    }

    #[test]
    fn what_has_no_type_and_what_has_no_name_is_kept_apart() {
        let mut row = row(&[(Column::TotalBytes, Value::Unparsed(text("many, \"they\" say")))]);
        let time = Timestamp(1_773_133_200_123);
        row.values[0] = Value::Time { time, logged: Some(text("2026-03-10T09:00:00.1234567Z")) };
        row.other = vec![("shoe-size", text("=43,5"))];
        let line: serde_json::Value = serde_json::from_str(&written(&row, Form::JsonLines)).unwrap();
        assert_eq!(line["total-bytes"], json!(null));
        let unparsed =
            json!({"date-time": "2026-03-10T09:00:00.1234567Z", "total-bytes": "many, \"they\" say"});
        assert_eq!(line["unparsed"], unparsed);
        assert_eq!(line["other"], json!({"shoe-size": "=43,5"}));
        let line = written(&row, Form::Csv { raw: false });
        assert!(line.starts_with("1,2026-03-10T09:00:00.1234567Z,"), "{line}");
        assert!(line.contains(",\"many, \"\"they\"\" say\","), "{line}");
        assert!(line.ends_with(",logs/EX1/a.LOG,7,900,\"{\"\"shoe-size\"\":\"\"=43,5\"\"}\"\n"), "{line}");
    }

    #[test]
    fn hostile_text_harms_neither_form() {
        let hostile = || text("=cmd()\u{1b}[31m\u{202e}\u{9b}\n");
        let row = row(&[
            (Column::Subject, Value::Text(hostile())),
            (Column::Recipients, Value::List(vec![hostile()])),
        ]);
        let json_text = "\"=cmd()\\u001b[31m\\u202e\\u009b\\n\"";
        let line = written(&row, Form::JsonLines);
        assert!(line.contains(&format!("\"message-subject\":{json_text},")), "{line}");
        assert!(line.contains(&format!("\"recipient-address\":[{json_text}],")), "{line}");
        let line = written(&row, Form::Csv { raw: false });
        assert!(line.contains(",\"'=cmd()\\u{1b}[31m\\u{202e}\\u{9b}\n\","), "{line}");
        assert!(line.contains(&format!(",\"[{}]\",", json_text.replace('"', "\"\""))), "{line}");
    }

    #[test]
    fn bytes_that_are_no_text_show_as_such() {
        let line =
            written(&row(&[(Column::Subject, Value::Text(Cow::Borrowed(b"a\xff\0")))]), Form::JsonLines);
        assert!(line.contains("\"message-subject\":\"a\u{fffd}\\u0000\""), "{line}");
    }

    #[test]
    fn the_head_of_a_table_names_what_its_rows_hold() {
        let mut head = Vec::new();
        Writer::new(Form::Csv { raw: false }).head(&mut head).unwrap();
        let head = String::from_utf8(head).unwrap();
        let columns = |line: &str| line.matches(',').count();
        assert_eq!(columns(&head), columns(&written(&row(&[]), Form::Csv { raw: false })));
        assert!(head.starts_with("schema_version,date-time,client-ip,"));
    }
}
