//! Damage and oddities that real logs show and that change nothing of what they say.

use std::io;

use fastrand::Rng;

use super::files::Open;
use super::rows::Release;

/// What is odd about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quirk {
    None,
    /// A byte-order mark before the header.
    Mark,
    /// Line feeds alone.
    LineFeed,
    /// The header comes again and again.
    Headers,
    /// Zero bytes at the end, as after a crash.
    Zeros,
    /// Neighbours change places.
    Disorder,
    /// The last line is cut off; it was only a note of an agent.
    Cut,
    /// Saved again as UTF-16.
    Utf16,
    /// The header was lost.
    Headerless,
    /// A collector put its stamp before each row.
    Collected,
    /// A collector added a column.
    Column,
    /// An export doubled every quote.
    Doubled,
    /// Half of the file was copied into another folder.
    Copy,
}

const ALL: [Quirk; 13] = [
    Quirk::Mark,
    Quirk::LineFeed,
    Quirk::Headers,
    Quirk::Zeros,
    Quirk::Disorder,
    Quirk::Cut,
    Quirk::Utf16,
    Quirk::Headerless,
    Quirk::Collected,
    Quirk::Column,
    Quirk::Doubled,
    Quirk::Copy,
    Quirk::None,
];

/// After so many rows the header comes again.
const AGAIN: u64 = 40;
/// Of a copied file so many rows stand in both.
const COPIED: u64 = 25;

/// Which files are odd, and how.
#[derive(Debug)]
pub(super) struct Quirks {
    rng: Rng,
    on: bool,
    given: usize,
}

impl Quirks {
    pub(super) fn new(rng: Rng, on: bool) -> Self {
        Self { rng, on, given: 0 }
    }

    /// The next file's oddity: each in turn, then by chance.
    pub(super) fn choose(&mut self, release: Release) -> Quirk {
        if !self.on {
            // Exchange writes a byte-order mark itself.
            return if release.is_modern() { Quirk::Mark } else { Quirk::None };
        }
        let n = self.given;
        self.given += 1;
        let n = if n < 2 * ALL.len() { n } else { self.rng.u32(0..ALL.len() as u32 * 3) as usize };
        ALL.get(n % ALL.len()).copied().unwrap_or(Quirk::None)
    }

    /// Writes what stands before the first row.
    pub(super) fn begin(open: &mut Open, header: &[String]) -> io::Result<()> {
        match open.quirk {
            Quirk::Mark => open.raw("\u{feff}".as_bytes())?,
            Quirk::Utf16 => open.raw(&[0xff, 0xfe])?,
            Quirk::Headerless => return Ok(()),
            _ => {}
        }
        for (number, line) in header.iter().enumerate() {
            if open.quirk == Quirk::Column && number + 1 == header.len() {
                open.line(&format!("{line},x-collector"))?;
            } else {
                open.line(line)?;
            }
        }
        Ok(())
    }

    /// Writes a row.
    pub(super) fn row(open: &mut Open, row: &str, header: &dyn Fn() -> [String; 5]) -> io::Result<()> {
        open.rows += 1;
        match open.quirk {
            Quirk::Headers if open.rows.is_multiple_of(AGAIN) => {
                for line in header() {
                    open.line(&line)?;
                }
                open.line(row)
            }
            Quirk::Disorder => match open.held.take() {
                None if open.rows.is_multiple_of(3) => {
                    open.held = Some(row.to_owned());
                    Ok(())
                }
                None => open.line(row),
                Some(earlier) => {
                    open.line(row)?;
                    open.line(&earlier)
                }
            },
            Quirk::Collected => open.line(&format!("Mar  2 09:00:01 siem01 exchange: {row}")),
            Quirk::Column => open.line(&format!("{row},siem01")),
            // Quotes inside quotes and line breaks would not survive that.
            Quirk::Doubled if !row.contains("\"\"") && !row.contains('\n') => {
                open.line(&row.replace('"', "\"\""))
            }
            Quirk::Copy => {
                open.line(row)?;
                if open.rows == COPIED
                    && let Some(mut copy) = open.copy.take()
                {
                    copy.flush()?;
                }
                Ok(())
            }
            _ => open.line(row),
        }
    }

    /// Writes what stands behind the last row.
    pub(super) fn end(open: &mut Open) -> io::Result<()> {
        if let Some(held) = open.held.take() {
            open.line(&held)?;
        }
        match open.quirk {
            Quirk::Zeros => open.raw(&[0; 3_000]),
            Quirk::Cut => open.raw(
                b"2026-03-02T09:00:00.000Z,,EX1.contoso.com,,,CatContentConversion,,AGENT,AGENTINFO,5450",
            ),
            _ => Ok(()),
        }
    }
}
