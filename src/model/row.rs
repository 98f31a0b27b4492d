//! One event with all the columns of its log, typed where the column has a type.

use std::borrow::Cow;

use super::column::{COLUMNS, Column};
use super::event::{EventId, Source};
use super::intake::Position;
use super::status::EnhancedCode;
use super::time::Timestamp;

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing, or the log has no such column.
    #[default]
    Null,
    /// A time whose text as logged is not just how a time is written.
    Time {
        /// To the millisecond.
        time: Timestamp,
        /// As logged, if it says more or names a day that no calendar has.
        logged: Option<Cow<'a, [u8]>>,
    },
    /// A number.
    Number(u64),
    /// A text as logged, or a name or id in its usual spelling.
    Text(Cow<'a, [u8]>),
    /// The parts of a list.
    List(Vec<Cow<'a, [u8]>>),
    /// Text in a column that should hold a number or an id.
    Unparsed(Cow<'a, [u8]>),
}

/// One event.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// When it happened, UTC.
    pub time: Timestamp,
    /// What happened.
    pub event: EventId,
    /// The part of Exchange that wrote it.
    pub source: Source,
    /// By the place of the column in the list of 2016 to SE.
    pub values: [Value<'a>; COLUMNS],
    /// Columns with names this version does not know, where they hold anything; no name twice.
    pub other: Vec<(&'a str, Cow<'a, [u8]>)>,
    /// The server that wrote it, short and in upper case.
    pub server: Cow<'a, [u8]>,
    /// Name of its file.
    pub file: &'a str,
    /// Where it stands there.
    pub at: Position,
    /// What is read out of its columns; empty where nobody asks for it.
    pub meaning: Meaning<'a>,
}

impl Row<'_> {
    /// What a column holds.
    pub fn value(&self, column: Column) -> &Value<'_> {
        self.values.get(column as usize).unwrap_or(&Value::Null)
    }

    /// The text of a column; empty if it holds none.
    pub fn text(&self, column: Column) -> &[u8] {
        match self.value(column) {
            Value::Text(text) => text,
            _ => b"",
        }
    }

    /// The parts of a list; none if the column is no list.
    pub fn list(&self, column: Column) -> &[Cow<'_, [u8]>] {
        match self.value(column) {
            Value::List(parts) => parts,
            _ => &[],
        }
    }
}

/// What a row says that no column says by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning<'a> {
    /// The host on the other side as logged; empty if none is named.
    pub peer: Cow<'a, [u8]>,
    /// What its statuses say.
    pub status: Reply,
    /// When the message was submitted, of rows that know.
    pub submitted: Option<Timestamp>,
}

/// What all statuses of a row say alike; where they differ, nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// 2 success, 4 transient, 5 permanent; 0 where there is none.
    pub class: u8,
    /// SMTP reply code.
    pub reply: Option<u16>,
    /// Enhanced code.
    pub code: Option<EnhancedCode>,
}
