//! A value of a table of any columns, such as a query gives.

use super::time::Timestamp;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Any other number.
    Real(f64),
    /// Text, or what has no type of its own, as text.
    Text(String),
    /// A time in UTC.
    Time(Timestamp),
    /// A list.
    List(Vec<Self>),
    /// Values with names.
    Record(Vec<(String, Self)>),
}
