//! What a query gives: a table for people, CSV or JSON lines.

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::escape::{csv_cell, csv_field, csv_raw, json, terminal};
use crate::model::cell::Cell;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Columns side by side, texts made safe for a terminal, long ones cut.
    Table,
    /// A header and a line for each row; lists are JSON text, null is empty.
    Csv {
        /// Without apostrophes against formulas.
        raw: bool,
    },
    /// One compact JSON object a line.
    JsonLines,
}

/// Characters of a cell that are shown in a table.
const WIDEST: usize = 60;
/// Rows of a table that are looked at for how wide columns are.
const LOOK: usize = 1000;

/// Writes rows under the names of their columns.
///
/// # Errors
/// If the output fails.
pub fn write(
    columns: &[String],
    rows: impl Iterator<Item = Vec<Cell>>,
    form: Form,
    out: &mut dyn Write,
) -> io::Result<()> {
    match form {
        Form::Table => write_table(columns, rows, out),
        Form::Csv { raw } => {
            let cell = if raw { csv_raw } else { csv_cell };
            let head = columns.iter().map(|name| Cow::Borrowed(name.as_str()));
            write_csv(head, cell, out)?;
            for row in rows {
                write_csv(row.iter().map(text), cell, out)?;
            }
            Ok(())
        }
        Form::JsonLines => {
            for row in rows {
                let fields = columns.iter().map(String::as_str).zip(&row);
                writeln!(out, "{}", json(&object(fields)))?;
            }
            Ok(())
        }
    }
}

fn write_csv<'t>(
    cells: impl Iterator<Item = Cow<'t, str>>,
    safe: fn(&str) -> Cow<'_, str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = Vec::new();
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            line.push(b',');
        }
        csv_field(&safe(&cell), &mut line);
    }
    if line.is_empty() {
        // A blank line is no row to many readers.
        line.extend_from_slice(b"\"\"");
    }
    line.push(b'\n');
    out.write_all(&line)
}

/// Cells with names as JSON, in their order.
fn object<'c>(fields: impl Iterator<Item = (&'c str, &'c Cell)>) -> String {
    let fields: Vec<String> =
        fields.map(|(name, cell)| format!("{}:{}", Value::from(name), json_of(cell))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A cell as JSON.
fn json_of(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Number(number) => number.to_string(),
        // What is no number, such as 0/0, is null.
        Cell::Real(number) => Value::from(*number).to_string(),
        Cell::Text(text) => Value::from(text.as_str()).to_string(),
        Cell::Time(time) => format!("\"{time}\""),
        Cell::List(all) => format!("[{}]", all.iter().map(json_of).collect::<Vec<_>>().join(",")),
        Cell::Record(fields) => object(fields.iter().map(|(name, cell)| (name.as_str(), cell))),
    }
}

/// A cell as text: bare, but a list or record as JSON.
fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Null => Cow::Borrowed(""),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Time(time) => Cow::Owned(time.to_string()),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        other => Cow::Owned(json_of(other)),
    }
}

/// The first rows say how wide columns are, so that there is something to see soon.
fn write_table(
    columns: &[String],
    mut rows: impl Iterator<Item = Vec<Cell>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = |row: Vec<Cell>| -> Vec<(String, bool)> {
        let is_number = |cell: &Cell| matches!(cell, Cell::Number(_) | Cell::Real(_));
        row.iter().map(|cell| (cut(&terminal(&text(cell))), is_number(cell))).collect()
    };
    let first: Vec<Vec<(String, bool)>> = rows.by_ref().take(LOOK).map(shown).collect();
    let head: Vec<(String, bool)> = columns.iter().map(|name| (cut(&terminal(name)), false)).collect();
    let width = |at: usize| {
        let cells = first.iter().chain([&head]).filter_map(|row| row.get(at));
        cells.map(|(text, _)| text.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    write_row(&head, &widths, out)?;
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    writeln!(out, "{}", rule.join("  "))?;
    first.iter().try_for_each(|row| write_row(row, &widths, out))?;
    rows.try_for_each(|row| write_row(&shown(row), &widths, out))
}

fn write_row(cells: &[(String, bool)], widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for ((text, is_number), width) in cells.iter().zip(widths) {
        let gap = " ".repeat(width.saturating_sub(text.width()));
        let (before, after) = if *is_number { (gap.as_str(), "") } else { ("", gap.as_str()) };
        line.push_str(&format!("{before}{text}{after}  "));
    }
    writeln!(out, "{}", line.trim_end())
}

/// A text without what is too much for a table; `…` says so.
fn cut(text: &str) -> String {
    if text.chars().count() <= WIDEST {
        return text.to_owned();
    }
    text.chars().take(WIDEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rows: Vec<Vec<Cell>>, form: Form) -> String {
        let mut out = Vec::new();
        write(&["who".to_owned(), "n".to_owned()], rows.into_iter(), form, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hostile_text_harms_no_form() {
        let rows = || {
            vec![
                vec![Cell::Text("=1\u{1b}[31m\"".to_owned()), Cell::Number(12)],
                vec![Cell::Null, Cell::Real(0.5)],
            ]
        };
        let table = "who              n\n-----------  -----\n=1\\u{1b}[31m\"   12\n              0.5\n";
        assert_eq!(written(rows(), Form::Table).matches('\u{1b}').count(), 0, "{table}");
        assert_eq!(written(rows(), Form::Csv { raw: false }), "who,n\n\"'=1\\u{1b}[31m\"\"\",12\n,0.5\n");
        assert_eq!(
            written(rows(), Form::JsonLines),
            "{\"who\":\"=1\\u001b[31m\\\"\",\"n\":12}\n{\"who\":null,\"n\":0.5}\n"
        );
    }

    #[test]
    fn a_table_stands_in_columns() {
        let rows = vec![
            vec![Cell::Text("Grüße".to_owned()), Cell::Number(7)],
            vec![Cell::Text("x".repeat(70)), Cell::Number(12_345)],
        ];
        let text = written(rows, Form::Table);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].ends_with("      7") && lines[3].ends_with("…  12345"), "{text}");
        let widths: Vec<usize> = lines[1..].iter().map(|line| line.width()).collect();
        assert_eq!(widths, [67, 67, 67], "{text}");
    }
}
