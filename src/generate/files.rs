//! The log files: named and changed as Exchange does, at most ten megabytes each.

use std::io::{self, Write};

use super::Files;
use super::quirks::{Quirk, Quirks};
use super::rows::Release;
use super::stamp;
use crate::model::time::{DAY, HOUR};

/// A file is closed before it grows beyond this, bytes.
const LARGEST: u64 = 10_000_000;

/// The service that writes a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Transport,
    Submission,
    Delivery,
    Moderation,
}

impl Family {
    const ALL: [Self; 4] = [Self::Transport, Self::Submission, Self::Delivery, Self::Moderation];

    /// The letters of the file's name. Before 2013 the mailbox role has one log.
    fn letters(self, release: Release) -> &'static str {
        match self {
            Self::Transport => "MSGTRK",
            Self::Submission if !release.is_modern() => "MSGTRKM",
            Self::Submission => "MSGTRKMS",
            Self::Delivery => "MSGTRKMD",
            Self::Moderation => "MSGTRKMA",
        }
    }
}

/// One server's log of one service.
struct Stream {
    folder: String,
    letters: &'static str,
    release: Release,
    /// Hour or day of the open file, and its number.
    period: (i64, u32),
    open: Option<Open>,
}

/// A file that is being written.
pub(super) struct Open {
    pub out: Box<dyn Write>,
    /// An overlapping copy beside it.
    pub copy: Option<Box<dyn Write>>,
    pub quirk: Quirk,
    pub rows: u64,
    bytes: u64,
    /// A row that waits to change places with the next.
    pub held: Option<String>,
}

impl Open {
    /// Writes a line in the file's own way.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        self.bytes += text.len() as u64 + 2;
        if self.quirk == Quirk::Utf16 {
            let units: Vec<u8> = text.encode_utf16().chain([13, 10]).flat_map(u16::to_le_bytes).collect();
            return self.out.write_all(&units);
        }
        let end: &[u8] = if self.quirk == Quirk::LineFeed { b"\n" } else { b"\r\n" };
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(end)?;
        if let Some(copy) = &mut self.copy {
            copy.write_all(text.as_bytes())?;
            copy.write_all(end)?;
        }
        Ok(())
    }

    /// Writes bytes as they are.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        match &mut self.copy {
            Some(copy) => copy.write_all(bytes),
            None => Ok(()),
        }
    }
}

/// All files.
pub(super) struct Shelf<'f> {
    files: &'f mut dyn Files,
    streams: Vec<Stream>,
    pub quirks: Quirks,
    /// Files and bytes written.
    pub written: (u64, u64),
    /// Bytes of headers since somebody asked.
    pub headers: u64,
}

impl<'f> Shelf<'f> {
    /// The logs of servers: their transport and mailbox machines and their releases.
    pub(super) fn new(
        files: &'f mut dyn Files,
        servers: &[(String, String, Release)],
        quirks: Quirks,
    ) -> Self {
        let mut streams = Vec::new();
        for (hub, mailbox, release) in servers {
            for family in Family::ALL {
                let folder = if family == Family::Submission { mailbox } else { hub };
                streams.push(Stream {
                    folder: folder.clone(),
                    letters: family.letters(*release),
                    release: *release,
                    period: (i64::MIN, 0),
                    open: None,
                });
            }
        }
        Self { files, streams, quirks, written: (0, 0), headers: 0 }
    }

    /// The number of a server's log.
    pub(super) fn stream(server: usize, family: Family) -> usize {
        server * Family::ALL.len() + family as usize
    }

    /// Writes a row. Rows of one stream come in order of time.
    pub(super) fn write(&mut self, stream: usize, at: i64, row: &str) -> io::Result<()> {
        let Some(stream) = self.streams.get_mut(stream) else { return Ok(()) };
        let period = at.div_euclid(if stream.release.is_modern() { HOUR } else { DAY });
        let full = stream.open.as_ref().is_some_and(|o| o.bytes + row.len() as u64 + 2 > LARGEST);
        if stream.open.is_none() || full || period != stream.period.0 {
            if let Some(open) = stream.open.take() {
                self.written.1 += close(open)?;
            }
            let number = if period == stream.period.0 { stream.period.1 + 1 } else { 1 };
            stream.period = (period, number);
            self.written.0 += 1;
            let open = open(self.files, stream, at, &mut self.quirks)?;
            self.headers += open.bytes;
            stream.open = Some(open);
        }
        match &mut stream.open {
            Some(open) => Quirks::row(open, row, &|| header(stream.release, at)),
            None => Ok(()),
        }
    }

    /// Ends all files; bytes of the rows and headers written.
    pub(super) fn close(mut self) -> io::Result<(u64, u64)> {
        for stream in &mut self.streams {
            if let Some(open) = stream.open.take() {
                self.written.1 += close(open)?;
            }
        }
        Ok(self.written)
    }
}

fn header(release: Release, at: i64) -> [String; 5] {
    [
        "#Software: Microsoft Exchange Server".to_owned(),
        format!("#Version: {}", release.build()),
        "#Log-type: Message Tracking Log".to_owned(),
        format!("#Date: {}", stamp::time_text(at)),
        format!("#Fields: {}", release.fields()),
    ]
}

fn open(files: &mut dyn Files, stream: &Stream, at: i64, quirks: &mut Quirks) -> io::Result<Open> {
    let stamp = stamp::file_stamp(at, stream.release.is_modern());
    let name = format!("{}{stamp}-{}.LOG", stream.letters, stream.period.1);
    let quirk = quirks.choose(stream.release);
    let out = files.create(&format!("{}/{name}", stream.folder))?;
    let copy = match quirk {
        Quirk::Copy => Some(files.create(&format!("{}/copied/{name}", stream.folder))?),
        _ => None,
    };
    let mut open = Open { out, copy, quirk, rows: 0, bytes: 0, held: None };
    Quirks::begin(&mut open, &header(stream.release, at))?;
    Ok(open)
}

fn close(mut open: Open) -> io::Result<u64> {
    Quirks::end(&mut open)?;
    open.out.flush()?;
    if let Some(copy) = &mut open.copy {
        copy.flush()?;
    }
    Ok(open.bytes)
}
