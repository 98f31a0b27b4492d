//! One file as `Export-Csv` writes it.

use std::io::{self, Write};

use fastrand::Rng;

/// How the administrator's machine writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    utf16: bool,
    /// A byte-order mark before UTF-8.
    marked: bool,
    /// The name of the type in the first line: without `-NoTypeInformation`.
    typed: bool,
    /// What stands between several values of one cell, and around them.
    between: (&'static str, &'static str, &'static str),
}

/// What the one-liners of administrators put around and between values.
const BETWEEN: [(&str, &str, &str); 4] = [("", " ", ""), ("{", ", ", "}"), ("", ", ", ""), ("", "\r\n", "")];

impl Style {
    /// Some way; the odder ones where oddities are wanted.
    pub(super) fn some(rng: &mut Rng, odd: bool) -> Self {
        let (mark, typed, between) = (rng.u32(0..4), rng.u32(0..3) == 0, rng.u32(0..4) as usize);
        Self {
            utf16: odd && mark == 0,
            marked: mark != 1,
            typed,
            between: BETWEEN.get(if odd { between } else { 0 }).copied().unwrap_or_default(),
        }
    }

    /// Several values as one cell.
    pub(super) fn joined(&self, values: &[String]) -> String {
        let (before, between, behind) = self.between;
        if values.is_empty() { String::new() } else { format!("{before}{}{behind}", values.join(between)) }
    }
}

/// A file that rows are written to. Where there is nothing to export it holds the columns alone: `Export-Csv`
/// would leave it empty, and an empty file could be a log.
pub(super) struct Sheet {
    out: Box<dyn Write>,
    style: Style,
    line: String,
}

impl Sheet {
    /// With the name of the type and the columns.
    pub(super) fn new(
        out: Box<dyn Write>,
        style: Style,
        (kind, columns): (&str, &[&str]),
    ) -> io::Result<Self> {
        let mut sheet = Self { out, style, line: String::new() };
        if style.utf16 {
            sheet.out.write_all(&[0xff, 0xfe])?;
        } else if style.marked {
            sheet.out.write_all("\u{feff}".as_bytes())?;
        }
        if style.typed {
            sheet.line = format!("#TYPE Selected.{kind}");
            sheet.end_line()?;
        }
        sheet.row(columns)?;
        Ok(sheet)
    }

    /// Several values as one cell.
    pub(super) fn joined(&self, values: &[String]) -> String {
        self.style.joined(values)
    }

    /// Writes a row; the cells in the order of the columns.
    pub(super) fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        for (n, cell) in cells.iter().enumerate() {
            if n > 0 {
                self.line.push(',');
            }
            // What is null has no quotes.
            if !cell.is_empty() {
                self.line.push('"');
                self.line.push_str(&cell.replace('"', "\"\""));
                self.line.push('"');
            }
        }
        self.end_line()
    }

    /// The file is complete.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.line.push_str("\r\n");
        if self.style.utf16 {
            let units: Vec<u8> = self.line.encode_utf16().flat_map(u16::to_le_bytes).collect();
            self.out.write_all(&units)?;
        } else {
            self.out.write_all(self.line.as_bytes())?;
        }
        self.line.clear();
        Ok(())
    }
}
