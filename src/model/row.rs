//! One event with all the columns of its log, typed where the column has a type.

use std::borrow::Cow;

use super::column::COLUMNS;
use super::intake::Position;
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
    /// By the place of the column in the list of 2016 to SE.
    pub values: [Value<'a>; COLUMNS],
    /// Columns with names this version does not know, where they hold anything; no name twice.
    pub other: Vec<(&'a str, Cow<'a, [u8]>)>,
    /// When, to the millisecond.
    pub time: Timestamp,
    /// The server that wrote it, short and in upper case.
    pub server: Cow<'a, [u8]>,
    /// Name of its file.
    pub file: &'a str,
    /// Where it stands there.
    pub at: Position,
}
