//! What becomes of each column of a row, and of a header line.

use super::ip::is_version;
use super::text::{Manner, PLAIN};
use super::vocabulary::Vocabulary;
use super::{Redactor, Subjects};
use crate::model::column::{ALL, Column};
use crate::model::event::{EventId, Source};
use crate::parse::event::Event;
use crate::parse::header::{Directive, directive};
use crate::parse::record::{quote, quote_always, unquote};
use crate::parse::split::is_quoted_whole;
use crate::parse::subjects::{is_automatic, marked};
use crate::parse::values::split_list;

/// A column of which nothing is known.
const UNKNOWN: Manner<'static> = Manner { words: Vocabulary::Nothing, parted: false, host: b"" };

/// Columns of addresses and of names that look like some.
const ADDRESSES: [Column; 5] =
    [Column::Recipients, Column::RelatedRecipient, Column::Sender, Column::ReturnPath, Column::MessageId];

impl Redactor<'_> {
    /// Writes a row, without a line end. Columns stand where they stood, quoted if they were.
    pub fn row(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        self.fields(event, true, out);
    }

    /// The same with quotes where they are needed, and nowhere else.
    pub fn plain_row(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        self.fields(event, false, out);
    }

    fn fields(&mut self, event: &Event<'_>, as_quoted: bool, out: &mut Vec<u8>) {
        let mut field = Vec::new();
        for (place, (column, raw)) in event.fields().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            if as_quoted && !is_quoted_whole(raw) {
                self.ill_quoted(column, raw, out);
                continue;
            }
            field.clear();
            self.field(column, raw, &mut field);
            // A line break inside a name went with it, but the next row is to begin on the line it begins on.
            field.extend((breaks(&field)..breaks(raw)).map(|_| b'\n'));
            if as_quoted && raw.starts_with(b"\"") {
                quote_always(&field, out);
            } else {
                quote(&field, out);
            }
        }
    }

    /// A field with quotes where no writer puts them, which stay there: the next field begins where it did.
    fn ill_quoted(&mut self, column: Option<Column>, raw: &[u8], out: &mut Vec<u8>) {
        let of_addresses = column.filter(|column| ADDRESSES.contains(column));
        if let Some(column) = of_addresses {
            return self.ill_quoted_addresses(column, raw, out);
        }
        for (number, part) in raw.split(|b| *b == b'"').enumerate() {
            if number > 0 {
                out.push(b'"');
            }
            let from = out.len();
            match column {
                Some(Column::DateTime) => out.extend_from_slice(part),
                Some(Column::Subject) => super::mask(part, out),
                _ => self.value(column, part, out),
            }
            let left = breaks(out.get(from..).unwrap_or_default());
            out.extend((left..breaks(part)).map(|_| b'\n'));
        }
    }

    /// The same of addresses: each is what the reader takes for one, whose quote at the beginning is none of its own.
    fn ill_quoted_addresses(&mut self, column: Column, raw: &[u8], out: &mut Vec<u8>) {
        let opened = raw.strip_prefix(b"\"").unwrap_or(raw);
        let closed = opened.strip_suffix(b"\"").filter(|_| opened.len() < raw.len()).unwrap_or(opened);
        let is_list = matches!(column, Column::Recipients | Column::RelatedRecipient);
        let all: Vec<&[u8]> = if is_list { split_list(closed).collect() } else { vec![closed] };
        out.extend(raw.iter().take(raw.len() - opened.len()));
        for (number, address) in all.into_iter().enumerate() {
            if number > 0 {
                out.push(b';');
            }
            for (number, part) in address.split(|b| *b == b'"').enumerate() {
                if number > 0 {
                    out.push(b'"');
                }
                let from = out.len();
                self.address(part, out);
                let left = breaks(out.get(from..).unwrap_or_default());
                out.extend((left..breaks(part)).map(|_| b'\n'));
            }
        }
        out.extend(opened.iter().skip(closed.len()));
    }

    fn field(&mut self, column: Option<Column>, raw: &[u8], out: &mut Vec<u8>) {
        let value = &*unquote(raw);
        match column {
            Some(Column::DateTime) => out.extend_from_slice(value),
            Some(Column::Subject) if !value.is_empty() => self.subject(raw, value, out),
            _ => self.value(column, value, out),
        }
    }

    /// What a column that holds neither a time nor a subject becomes.
    fn value(&mut self, column: Option<Column>, value: &[u8], out: &mut Vec<u8>) {
        match column {
            _ if value.is_empty() => {}
            Some(Column::ClientHostname | Column::ServerHostname) => self.host(value, out),
            Some(
                Column::ClientIp | Column::ServerIp | Column::OriginalClientIp | Column::OriginalServerIp,
            ) => {
                if !self.ip(value, out) {
                    self.text(value, UNKNOWN, out);
                }
            }
            Some(Column::ConnectorId) => self.connector(value, out),
            Some(Column::EventId) if EventId::from_bytes(value) != EventId::Other => {
                out.extend_from_slice(value);
            }
            Some(Column::Source) if Source::from_bytes(value) != Source::Other => {
                out.extend_from_slice(value);
            }
            Some(Column::EventId | Column::Source) => self.word(value, out),
            Some(Column::MessageId | Column::Sender | Column::ReturnPath) => self.address(value, out),
            Some(Column::Recipients | Column::RelatedRecipient) => self.addresses(value, out),
            Some(Column::Reference) => self.reference(value, out),
            Some(Column::SchemaVersion) if is_build(value) => out.extend_from_slice(value),
            Some(Column::MessageInfo) => self.text(value, Manner { parted: true, ..PLAIN }, out),
            Some(_) => self.text(value, PLAIN, out),
            None => self.text(value, UNKNOWN, out),
        }
    }

    /// The names that Exchange gives its own connectors stay, with other servers in them.
    fn connector(&mut self, name: &[u8], out: &mut Vec<u8>) {
        let own = Manner { words: Vocabulary::Connectors, ..PLAIN };
        match memchr::memchr(b'\\', name).and_then(|at| name.split_at_checked(at)) {
            Some((server, rest)) => {
                self.host(server, out);
                self.text(rest, Manner { host: server, ..own }, out);
            }
            None => self.text(name, own, out),
        }
    }

    /// One message-id, several, a number, or a reason.
    fn reference(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let bare = text.trim_ascii();
        if memchr::memmem::find(text, b">;").is_some() {
            for (number, id) in text.split(|b| *b == b';').enumerate() {
                if number > 0 {
                    out.push(b';');
                }
                self.reference(id, out);
            }
        } else if bare.starts_with(b"<") || bare.contains(&b'@') {
            self.address(text, out);
        } else {
            self.text(text, PLAIN, out);
        }
    }

    /// Of a subject the line breaks stay, so that rows stay on their lines, and whether an answer was automatic, which
    /// tells mail between machines from mail between people.
    fn subject(&mut self, raw: &[u8], text: &[u8], out: &mut Vec<u8>) {
        let automatic = is_automatic(raw);
        if automatic {
            out.extend_from_slice(b"Automatic reply");
        }
        if self.rules.subjects == Subjects::Hash {
            let (marks, rest) = marked(text);
            if automatic {
                out.extend_from_slice(b": ");
            } else {
                out.extend_from_slice(marks);
            }
            self.word(rest.trim_ascii(), out);
        }
        out.extend(text.iter().filter(|b| matches!(b, b'\r' | b'\n')));
    }

    /// Writes a header line, without its line end. Of columns only those that are documented keep their names.
    pub fn header(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let list = match directive(line) {
            Directive::Fields(list) => list,
            Directive::Version(build) if is_build(build) => return out.extend_from_slice(line),
            _ => return self.text(line, PLAIN, out),
        };
        let end = line.trim_ascii_end().len();
        let from = end.saturating_sub(list.len());
        out.extend_from_slice(line.get(..from).unwrap_or_default());
        for (number, heading) in list.split(|b| *b == b',').enumerate() {
            if number > 0 {
                out.push(b',');
            }
            let name = heading.trim_ascii().to_ascii_lowercase();
            let name: Vec<u8> = name.iter().map(|b| if *b == b'_' { b'-' } else { *b }).collect();
            let known = name == b"date-time-utc" || ALL.iter().any(|(_, known)| known.as_bytes() == name);
            if known { out.extend_from_slice(heading) } else { self.text(heading, UNKNOWN, out) }
        }
        out.extend_from_slice(line.get(end..).unwrap_or_default());
    }
}

/// `15.02.1544.004`; some would pass for IP addresses, and no IP address is to pass for one.
fn is_build(text: &[u8]) -> bool {
    memchr::memchr_iter(b'.', text).count() == 3 && is_version(text)
}

fn breaks(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}
