//! What a file is, by its first bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::event::Event;
use super::header::{Binding, Directive, directive, is_tracking};
use super::record::Fields;
use super::rescue::{rescue, strip_padding};
use super::schema::Schema;
use super::split::{Step, next_record};
use super::values;
use crate::model::column::Column;
use crate::model::event::written_by_client;
use crate::model::name::short_host;
use crate::model::time::Timestamp;

/// Which service writes a log: the letters of its file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `MSGTRK`: transport.
    Transport,
    /// `MSGTRKMA`: moderation.
    Moderation,
    /// `MSGTRKMD`: mailbox delivery.
    Delivery,
    /// `MSGTRKMS`: mailbox submission.
    Submission,
    /// `MSGTRKM`: the mailbox role of 2007 and 2010.
    Mailbox,
    /// Not told by the name.
    Unknown,
}

impl Family {
    /// The letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transport => "MSGTRK",
            Self::Moderation => "MSGTRKMA",
            Self::Delivery => "MSGTRKMD",
            Self::Submission => "MSGTRKMS",
            Self::Mailbox => "MSGTRKM",
            Self::Unknown => "?",
        }
    }

    /// From a file name such as `MSGTRKMD2026031009-1.LOG`; the longest letters are tried first.
    pub fn of_name(name: &str) -> Self {
        let upper = name.to_ascii_uppercase();
        [Self::Moderation, Self::Delivery, Self::Submission, Self::Mailbox, Self::Transport]
            .into_iter()
            .find(|f| {
                let rest = upper.strip_prefix(f.as_str()).unwrap_or_default();
                let stamp = rest.bytes().take_while(u8::is_ascii_digit).count();
                let counter = rest.get(stamp..).and_then(|r| r.strip_prefix('-')).unwrap_or_default();
                (8..=10).contains(&stamp) && counter.starts_with(|c: char| c.is_ascii_digit())
            })
            .unwrap_or(Self::Unknown)
    }
}

/// The hour a file name's stamp begins, `MSGTRK2026031009-1.LOG` or `MSGTRK20260310-1.LOG`.
pub fn stamp_of_name(name: &str) -> Option<Timestamp> {
    let digits: String =
        name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<i64>().ok());
    let (y, m, d) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let hour = if digits.len() == 10 { part(8, 10)? } else { 0 };
    ((1..=12).contains(&m) && (1..=31).contains(&d) && hour < 24)
        .then(|| Timestamp::from_civil(y, m, d, hour * crate::model::time::HOUR))
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tracking log.
    Tracking,
    /// Nothing in it.
    Empty,
    /// Another kind of log; what it is called.
    Other(String),
    /// None of the logs this tool knows.
    Unknown,
}

/// What the head of a file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sniffed {
    /// What it is.
    pub kind: Kind,
    /// Build that wrote it, from `#Version`.
    pub version: Option<String>,
    /// When it was made, from `#Date`.
    pub made: Option<Timestamp>,
    /// Columns of its `#Fields` line, or of its first row where there is none.
    pub width: Option<usize>,
    /// Earliest time among its first rows.
    pub first: Option<Timestamp>,
    /// The server that wrote most of its first rows, short and in upper case; empty where none is named.
    pub host: Vec<u8>,
}

/// Looks at the first bytes of a file of this family. A record cut off at the end of `head` is not believed.
pub fn sniff(head: &[u8], family: Family) -> Sniffed {
    let mut look = Look::default();
    let mut fields = Fields::default();
    let mut rest = head;
    for _ in 0..RECORDS {
        let width = look.binding.schema().map(Schema::width);
        let length = match next_record(rest, width, false) {
            Step::Record(length) | Step::Broken(length) => length,
            Step::NeedMore if rest.len() == head.len() => rest.len(),
            Step::NeedMore => break,
        };
        let (line, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = after;
        let line = strip_padding(line).trim_ascii_end();
        if line.starts_with(b"#") {
            look.header(line);
        } else {
            look.row(line, family, &mut fields);
        }
        if rest.is_empty() {
            break;
        }
    }
    look.finish(head)
}

/// How many records are looked at.
const RECORDS: usize = 200;

#[derive(Default)]
struct Look {
    binding: Binding,
    /// A header of a tracking log was seen.
    tracking: bool,
    other: Option<String>,
    version: Option<String>,
    made: Option<Timestamp>,
    width: Option<usize>,
    first: Option<Timestamp>,
    rows: BTreeMap<Vec<u8>, u32>,
}

impl Look {
    fn header(&mut self, line: &[u8]) {
        let text = |b: &[u8]| String::from_utf8_lossy(b.trim_ascii()).into_owned();
        self.binding.read_header(line);
        match directive(line) {
            Directive::LogType(name) if !is_tracking(name) => {
                self.other.get_or_insert_with(|| text(name));
            }
            Directive::Version(version) if self.version.is_none() => self.version = Some(text(version)),
            Directive::Date(date) if self.made.is_none() => self.made = values::timestamp(date.trim_ascii()),
            Directive::Other if is_exchange_2003(line) => {
                self.other = Some(
                    "Exchange 2000/2003 message tracking log (tab separated, numeric events)".to_owned(),
                );
            }
            _ => {}
        }
        if let Some(schema) = self.binding.schema() {
            self.tracking = true;
            self.width.get_or_insert(schema.width());
        }
    }

    fn row(&mut self, line: &[u8], family: Family, fields: &mut Fields) {
        let by_width;
        let schema = match &self.binding {
            Binding::OtherLog => return,
            Binding::Header(schema) => &**schema,
            Binding::ByWidth => {
                let Some(found) = rescue(line, None, true) else { return };
                by_width = found.schema;
                &by_width
            }
        };
        let Ok(event) = Event::read(fields.index(line, schema)) else { return };
        self.width.get_or_insert(schema.width());
        self.first = Some(self.first.map_or(event.time, |t| t.min(event.time)));
        let host = match family {
            // Its rows name the transport server first, but it lies on the mailbox server.
            Family::Delivery => event.text(Column::ServerHostname),
            _ => writer(&event),
        };
        let host = short_host(&host);
        if host.is_empty() {
            return;
        }
        match self.rows.get_mut(&*host) {
            Some(rows) => *rows += 1,
            None => drop(self.rows.insert(host.into_owned(), 1)),
        }
    }

    fn finish(self, head: &[u8]) -> Sniffed {
        Sniffed {
            kind: match self.other {
                _ if head.iter().all(|b| *b == 0) => Kind::Empty,
                _ if self.tracking || self.first.is_some() => Kind::Tracking,
                Some(name) => Kind::Other(name),
                None => Kind::Unknown,
            },
            version: self.version,
            made: self.made,
            width: self.width,
            first: self.first,
            host: self.rows.into_iter().max_by_key(|(_, n)| *n).map(|(host, _)| host).unwrap_or_default(),
        }
    }
}

fn is_exchange_2003(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"# Message Tracking Log File")
}

/// Who wrote a row; empty where no column says so.
fn writer<'a>(event: &Event<'a>) -> Cow<'a, [u8]> {
    let (client, server) = (event.text(Column::ClientHostname), event.text(Column::ServerHostname));
    let (one, two) = if written_by_client(event.event) { (client, server) } else { (server, client) };
    if one.is_empty() { two } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_by_name() {
        for (name, family) in [
            ("MSGTRK2026031009-1.LOG", Family::Transport),
            ("msgtrkmd2026031009-12.log", Family::Delivery),
            ("MSGTRKMS2026031009-1.LOG.1", Family::Submission),
            ("MSGTRKMA20260310-1.LOG", Family::Moderation),
            ("MSGTRKM20260310-1.LOG", Family::Mailbox),
            ("RECV2026031009-1.LOG", Family::Unknown),
            ("MSGTRK-notes.txt", Family::Unknown),
        ] {
            assert_eq!(Family::of_name(name), family, "{name}");
        }
        let hour = stamp_of_name("MSGTRK2026031009-1.LOG").unwrap();
        assert_eq!(hour.to_string(), "2026-03-10T09:00:00.000Z");
        assert_eq!(stamp_of_name("notes.txt"), None);
    }

    #[test]
    fn other_logs_are_named() {
        let protocol = b"\xEF\xBB\xBF#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Fields: date-time,connector-id\r\n";
        assert_eq!(
            sniff(protocol, Family::Unknown).kind,
            Kind::Other("SMTP Receive Protocol Log".to_owned())
        );
        assert!(matches!(
            sniff(
                b"# Message Tracking Log File\r\n# Exchange System Attendant Version 6.5\r\n",
                Family::Unknown
            )
            .kind,
            Kind::Other(_)
        ));
        assert_eq!(sniff(b"", Family::Unknown).kind, Kind::Empty);
        assert_eq!(sniff(b"hello\nworld\n", Family::Unknown).kind, Kind::Unknown);
    }
}
