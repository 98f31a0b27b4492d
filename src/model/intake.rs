//! What was read, what was set aside and what could not be read: the ledger of a run.

use std::fmt;

/// How the name of a file begins that an output is still written to; it lies where logs may lie.
pub const UNFINISHED: &str = ".mailtrail-";

/// Where something stands: which file, which line (1-based, physical), which byte, both of the decompressed text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Number of the file in the order of the run.
    pub file: u32,
    /// Physical line, 1-based.
    pub line: u64,
    /// Byte offset of the record's first byte.
    pub offset: u64,
}

/// Why a record is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectReason {
    /// Fewer or more columns than the header names.
    ColumnCount {
        /// Columns the record has.
        found: u32,
        /// Columns the header names; 0 without a header.
        expected: u32,
    },
    /// The first column is no time.
    BadTime,
    /// A quote that closes nowhere near.
    StrayQuote,
    /// The last line was cut off: by a crash, or because the file is still being written.
    CutOff,
    /// A line longer than 16 MiB.
    TooLong,
    /// A row under the header of another kind of log.
    OtherLog,
    /// A run of zero bytes inside the record: the server crashed while writing.
    ZeroBytes,
}

impl RejectReason {
    /// The kind without its numbers, for counting.
    pub fn name(self) -> &'static str {
        match self {
            Self::ColumnCount { .. } => "wrong number of columns",
            Self::BadTime => "no date-time in the first column",
            Self::StrayQuote => "stray quote",
            Self::CutOff => "last line cut off",
            Self::TooLong => "line longer than 16 MiB",
            Self::OtherLog => "row of another kind of log",
            Self::ZeroBytes => "zero bytes inside the record",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColumnCount { found, expected: 0 } => {
                write!(f, "{found} columns and no header (known without one: 21, 26, 27, 30)")
            }
            Self::ColumnCount { found, expected } => {
                write!(f, "{found} columns, the header names {expected}")
            }
            other => f.write_str(other.name()),
        }
    }
}

/// A record that is no event, with its raw line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Where it stands.
    pub position: Position,
    /// Why.
    pub reason: RejectReason,
    /// The line as it is, at most 64 KiB of it; `None` where no line may be shown.
    pub raw: Option<Vec<u8>>,
}

/// The ledger. `records = headers + events + rejects`, and
/// `events = counted + probes + duplicates + redundancy + outside_window`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// Records found.
    pub records: u64,
    /// Lines that begin with `#`.
    pub headers: u64,
    /// Rows that read.
    pub events: u64,
    /// Records that did not.
    pub rejects: u64,
    /// Events the analysis rests on.
    pub counted: u64,
    /// Events of health probes, set aside.
    pub probes: u64,
    /// Events already read from another copy of the same log.
    pub duplicates: u64,
    /// Shadow-redundancy and Safety Net bookkeeping, set aside.
    pub redundancy: u64,
    /// Events cut by `--since` and `--until`.
    pub outside_window: u64,
    /// Empty lines; no records.
    pub blank_lines: u64,
    /// Zero bytes that fill up files; no records.
    pub padding_bytes: u64,
    /// Rows read although they did not fit their header (other width, collector prefix, doubled quotes).
    pub repaired: u64,
    /// Rows whose list of statuses fits not its list of recipients. Rows that only note something are left out.
    pub unaligned_statuses: u64,
    /// Rows whose recipient-count is not the length of the list. Rows that only note something are left out.
    pub recipient_count_mismatches: u64,
}

impl Ledger {
    /// Adds another part of the run.
    pub fn merge(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.records += other.records;
        self.headers += other.headers;
        self.events += other.events;
        self.rejects += other.rejects;
        self.counted += other.counted;
        self.probes += other.probes;
        self.duplicates += other.duplicates;
        self.redundancy += other.redundancy;
        self.outside_window += other.outside_window;
        self.blank_lines += other.blank_lines;
        self.padding_bytes += other.padding_bytes;
        self.repaired += other.repaired;
        self.unaligned_statuses += other.unaligned_statuses;
        self.recipient_count_mismatches += other.recipient_count_mismatches;
    }

    /// Whether the two equations hold.
    pub fn adds_up(&self) -> bool {
        self.records == self.headers + self.events + self.rejects
            && self.events
                == self.counted + self.probes + self.duplicates + self.redundancy + self.outside_window
    }
}
