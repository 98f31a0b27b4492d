//! Tracking logs made to measure: rows set column by column, quoted as Exchange quotes, under the
//! header of any release.

#![expect(clippy::expect_used, reason = "a column nobody knows is a slip in the test")]

use std::collections::BTreeMap;

/// The columns of Exchange 2016, 2019 and SE, in order; the older lists are parts of it.
pub(crate) const COLUMNS: [&str; 30] = [
    "date-time",
    "client-ip",
    "client-hostname",
    "server-ip",
    "server-hostname",
    "source-context",
    "connector-id",
    "source",
    "event-id",
    "internal-message-id",
    "message-id",
    "network-message-id",
    "recipient-address",
    "recipient-status",
    "total-bytes",
    "recipient-count",
    "related-recipient-address",
    "reference",
    "message-subject",
    "sender-address",
    "return-path",
    "message-info",
    "directionality",
    "tenant-id",
    "original-client-ip",
    "original-server-ip",
    "custom-data",
    "transport-traffic-type",
    "log-id",
    "schema-version",
];

/// A byte-order mark in UTF-8.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Who wrote the log, as far as its columns show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// 21 columns.
    E2007,
    /// 26 columns.
    E2010,
    /// 27 columns.
    E2013,
    /// 30 columns: 2016, 2019 and SE.
    E2016,
}

use Release::{E2007, E2010, E2013, E2016};

impl Release {
    /// All of them, the oldest first.
    pub(crate) const ALL: [Self; 4] = [E2007, E2010, E2013, E2016];

    /// Its columns, in order.
    pub(crate) fn columns(self) -> Vec<&'static str> {
        let (end, network) = match self {
            E2007 => (22, false),
            E2010 => (27, false),
            E2013 => (27, true),
            E2016 => (30, true),
        };
        COLUMNS.into_iter().take(end).filter(|c| network || *c != "network-message-id").collect()
    }

    fn version(self) -> &'static str {
        match self {
            E2007 => "8.0.685.24",
            E2010 => "14.0.0.0",
            E2013 => "15.00.1497.048",
            E2016 => "15.02.1544.004",
        }
    }
}

/// One row; what is not set is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    cells: BTreeMap<&'static str, Vec<u8>>,
}

impl Row {
    /// Mail from outside arrives at EX1. `message` names it: its ids and its subject follow from that.
    pub(crate) fn receive(message: &str, recipient: &str) -> Self {
        Self::of(message, recipient)
            .with("client-ip", "192.0.2.25")
            .with("client-hostname", "mail.fabrikam.com")
            .with("server-ip", "10.0.1.11")
            .with("server-hostname", "EX1.contoso.com")
            .with("source-context", "08DE7E85BDB40001;2026-03-10T09:00:00.000Z;0")
            .with("connector-id", r"EX1\Default EX1")
            .with("source", "SMTP")
            .with("event-id", "RECEIVE")
            .with("message-info", "00A: NTS: ")
    }

    /// The same mail is stored in a mailbox on EX1, half a second later.
    pub(crate) fn deliver(message: &str, recipient: &str) -> Self {
        Self::of(message, recipient)
            .at(500)
            .with("client-ip", "10.0.1.11")
            .with("client-hostname", "EX1.contoso.com")
            .with("server-ip", "10.0.1.11")
            .with("server-hostname", "EX1.contoso.com")
            .with("source-context", "08DE7E85BDB40002;2026-03-10T09:00:00.490Z;ClientSubmitTime:")
            .with("source", "STOREDRIVER")
            .with("event-id", "DELIVER")
            .with("message-info", "2026-03-10T09:00:00.000Z;LSRV=EX1.contoso.com:TOTAL-DEL=0.087|SMR=0.009")
    }

    /// The same mail leaves EX1 by a send connector.
    pub(crate) fn send(message: &str, recipient: &str) -> Self {
        Self::of(message, recipient)
            .at(500)
            .with("client-ip", "10.0.1.11")
            .with("client-hostname", "EX1")
            .with("server-ip", "198.51.100.20")
            .with("server-hostname", "mx.fabrikam.com")
            .with("source-context", "08DE7E85BDB40003;250 2.0.0 OK queued as 4711;ClientSubmitTime:")
            .with("connector-id", "To Internet")
            .with("source", "SMTP")
            .with("event-id", "SENDEXTERNAL")
            .with("recipient-status", "250 2.1.5 Recipient OK")
            .with("message-info", "2026-03-10T09:00:00.000Z;LSRV=EX1.contoso.com:TOTAL-HUB=0.369")
    }

    /// The same mail fails on EX1.
    pub(crate) fn fail(message: &str, recipient: &str, status: &str) -> Self {
        Self::of(message, recipient)
            .at(500)
            .with("client-ip", "10.0.1.11")
            .with("client-hostname", "EX1")
            .with("source", "ROUTING")
            .with("event-id", "FAIL")
            .with("recipient-status", status)
    }

    fn of(message: &str, recipient: &str) -> Self {
        let number = hash(message.as_bytes());
        Self::default()
            .at(0)
            .with("internal-message-id", (5_450_313_500_000 + number % 1_000_000_000).to_string())
            .with("message-id", format!("<{message}@fabrikam.com>"))
            .with("network-message-id", guid(number))
            .with("recipient-address", recipient)
            .with("recipient-count", recipient.split(';').count().to_string())
            .with("total-bytes", "4096")
            .with("message-subject", message)
            .with("sender-address", "lars@fabrikam.com")
            .with("return-path", "lars@fabrikam.com")
            .with("directionality", "Incoming")
            .with("original-client-ip", "192.0.2.25")
            .with("custom-data", "S:DeliveryPriority=Normal;S:AccountForest=contoso.com")
            .with("transport-traffic-type", "Email")
            .with("schema-version", "15.02.1544.004")
    }

    /// Sets a column.
    pub(crate) fn with(mut self, column: &str, value: impl AsRef<[u8]>) -> Self {
        let known = COLUMNS.into_iter().find(|c| *c == column);
        self.cells.insert(known.expect("a documented column"), value.as_ref().to_vec());
        self
    }

    /// Sets the time, in milliseconds since nine o'clock.
    pub(crate) fn at(self, ms: u32) -> Self {
        self.with("date-time", time(ms))
    }

    /// The row as a line with these columns, its line end included. A log-id that was not set
    /// follows from the rest of the row.
    pub(crate) fn line(&self, columns: &[&str]) -> Vec<u8> {
        let mut line = Vec::new();
        for (i, column) in columns.iter().enumerate() {
            if i > 0 {
                line.push(b',');
            }
            match self.cells.get(column) {
                Some(value) => quote(value, &mut line),
                None if *column == "log-id" => line.extend_from_slice(self.log_id().as_bytes()),
                None => {}
            }
        }
        line.extend_from_slice(b"\r\n");
        line
    }

    fn log_id(&self) -> String {
        let cells: Vec<&[u8]> = self.cells.values().map(Vec::as_slice).collect();
        guid(hash(&cells.join(&0)))
    }
}

/// A log in the making.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    bytes: Vec<u8>,
    columns: Vec<&'static str>,
}

impl Log {
    /// Begins with the header of a release.
    pub(crate) fn of(release: Release) -> Self {
        Self::headless(release).header(release)
    }

    /// Begins with nothing; rows have the columns of a release.
    pub(crate) fn headless(release: Release) -> Self {
        Self { bytes: Vec::new(), columns: release.columns() }
    }

    /// Another header; the rows behind it have its columns.
    pub(crate) fn header(self, release: Release) -> Self {
        self.header_with(release, &release.columns())
    }

    /// Another header, with a column list of one's own.
    pub(crate) fn header_with(mut self, release: Release, columns: &[&'static str]) -> Self {
        let text = format!(
            "#Software: Microsoft Exchange Server\r\n#Version: {}\r\n#Log-type: Message Tracking Log\r\n\
             #Date: {}\r\n#Fields: {}\r\n",
            release.version(),
            time(0),
            columns.join(",")
        );
        self.bytes.extend_from_slice(text.as_bytes());
        self.columns = columns.to_vec();
        self
    }

    /// A row.
    pub(crate) fn row(mut self, row: &Row) -> Self {
        self.bytes.extend(row.line(&self.columns));
        self
    }

    /// Several rows.
    pub(crate) fn rows<'r>(self, rows: impl IntoIterator<Item = &'r Row>) -> Self {
        rows.into_iter().fold(self, Self::row)
    }

    /// A mail that arrives and is stored: two rows.
    pub(crate) fn delivered(self, message: &str) -> Self {
        self.row(&Row::receive(message, "anna@contoso.com")).row(&Row::deliver(message, "anna@contoso.com"))
    }

    /// Bytes as they are.
    pub(crate) fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.bytes.extend_from_slice(bytes.as_ref());
        self
    }

    /// What was written so far without the last `n` bytes.
    pub(crate) fn cut(mut self, n: usize) -> Self {
        self.bytes.truncate(self.bytes.len() - n);
        self
    }

    /// The log.
    pub(crate) fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Writes a cell; in quotes if it holds a comma, a quote or a line break.
fn quote(value: &[u8], line: &mut Vec<u8>) {
    if !value.iter().any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n')) {
        line.extend_from_slice(value);
        return;
    }
    line.push(b'"');
    for byte in value {
        line.extend(std::iter::repeat_n(byte, if *byte == b'"' { 2 } else { 1 }));
    }
    line.push(b'"');
}

/// `2026-03-10T09:00:00.000Z` and so many milliseconds.
pub(crate) fn time(ms: u32) -> String {
    let (hour, minute, second) = (9 + ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("2026-03-10T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
}

/// A number that follows from a text (FNV-1a).
fn hash(text: &[u8]) -> u64 {
    text.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// A GUID that follows from a number, its end like that of a real one of that day.
pub(crate) fn guid(number: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-08de7e{:06x}",
        number >> 32,
        number >> 16 & 0xffff,
        number & 0xfff,
        0x8000 | number >> 40 & 0x3fff,
        number & 0xff_ffff
    )
}
