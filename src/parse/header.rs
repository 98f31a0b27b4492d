//! Header lines: `#Keyword: value`.

use std::sync::Arc;

use nom::{
    IResult, Parser,
    bytes::complete::{is_not, tag, take_while},
    character::complete::char,
    combinator::rest,
    sequence::preceded,
};

use super::rescue::strip_padding;
use super::schema::Schema;

/// One header line, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive<'a> {
    /// `#Software:`
    Software(&'a [u8]),
    /// `#Version:`, the build that wrote the file.
    Version(&'a [u8]),
    /// `#Log-type:`
    LogType(&'a [u8]),
    /// `#Date:`, when the file was made.
    Date(&'a [u8]),
    /// `#Fields:`, the column list.
    Fields(&'a [u8]),
    /// Anything else that begins with `#`, `#TYPE` lines included.
    Other,
}

fn keyword_and_value(line: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    (preceded(char('#'), is_not(":")), preceded((tag(":"), take_while(|b| b == b' ')), rest)).parse(line)
}

/// Reads a header line; the keyword's case does not matter.
pub fn directive(line: &[u8]) -> Directive<'_> {
    let Ok((_, (keyword, value))) = keyword_and_value(line.trim_ascii_end()) else { return Directive::Other };
    let keyword = keyword.trim_ascii();
    if keyword.eq_ignore_ascii_case(b"Fields") {
        Directive::Fields(value)
    } else if keyword.eq_ignore_ascii_case(b"Log-type") {
        Directive::LogType(value)
    } else if keyword.eq_ignore_ascii_case(b"Version") {
        Directive::Version(value)
    } else if keyword.eq_ignore_ascii_case(b"Date") {
        Directive::Date(value)
    } else if keyword.eq_ignore_ascii_case(b"Software") {
        Directive::Software(value)
    } else {
        Directive::Other
    }
}

/// Whether a `#Log-type` value is that of a message-tracking log.
pub fn is_tracking(log_type: &[u8]) -> bool {
    log_type.eq_ignore_ascii_case(b"Message Tracking Log")
}

/// What the rows of a part of a file are read by.
#[derive(Clone, Debug, Default)]
pub enum Binding {
    /// No `#Fields` line so far: by width.
    #[default]
    ByWidth,
    /// By this header.
    Header(Arc<Schema>),
    /// Under the header of another kind of log.
    OtherLog,
}

impl Binding {
    /// The header's schema, where a header binds.
    pub fn schema(&self) -> Option<&Schema> {
        match self {
            Self::Header(schema) => Some(schema),
            Self::ByWidth | Self::OtherLog => None,
        }
    }

    /// Takes note of a header line.
    pub fn read_header(&mut self, line: &[u8]) {
        match directive(line) {
            Directive::LogType(name) if !is_tracking(name) => *self = Self::OtherLog,
            Directive::LogType(_) if matches!(self, Self::OtherLog) => *self = Self::ByWidth,
            Directive::Fields(_) if !matches!(self, Self::OtherLog) => {
                *self = Schema::from_header(line).map_or(Self::ByWidth, |s| Self::Header(Arc::new(s)));
            }
            _ => {}
        }
    }

    /// Takes note of the header lines in a line that is not read otherwise. With `zeros`, there may be zero bytes
    /// in it: what stands behind those of a crash is a record of its own.
    pub fn pass_over(&mut self, line: &[u8], zeros: bool) {
        let stripped = strip_padding(line);
        if stripped.starts_with(b"#") {
            self.read_header(stripped);
        } else if zeros && !matches!(self, Self::OtherLog) && line.contains(&0) {
            let pieces = line.split(|b| *b == 0).map(strip_padding).filter(|piece| piece.starts_with(b"#"));
            pieces.for_each(|piece| self.read_header(piece));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_lines() {
        assert_eq!(
            directive(b"#Log-Type: Message Tracking Log\r\n"),
            Directive::LogType(b"Message Tracking Log")
        );
        assert_eq!(directive(b"#fields: a,b"), Directive::Fields(b"a,b"));
        assert_eq!(directive(b"#Version: 15.02.1544.004"), Directive::Version(b"15.02.1544.004"));
        assert_eq!(
            directive(b"#Date: 2026-03-10T09:00:00.000Z"),
            Directive::Date(b"2026-03-10T09:00:00.000Z")
        );
        assert_eq!(
            directive(b"#Software: Microsoft Exchange Server"),
            Directive::Software(b"Microsoft Exchange Server")
        );
        assert_eq!(directive(b"#TYPE Selected"), Directive::Other);
        assert_eq!(directive(b"#"), Directive::Other);
        assert!(is_tracking(b"message tracking log"));
    }
}
