//! Events as columns, filled row by row as the logs are read.

use polars_arrow::array::{ArrayRef, MutablePrimitiveArray};

use super::arrays::{Texts, lists, records, utc};
use super::schema::{Column, Kind};
use super::{Frame, TableError};
use crate::model::column::ALL;
use crate::model::row::{Row, Value};

/// Columns that are being filled.
#[derive(Debug, Default)]
pub struct Columns {
    rows: usize,
    cells: Vec<(&'static Column, Cells)>,
}

/// Where a column has its values from, and what it has of them so far.
#[derive(Debug)]
enum Cells {
    /// By the place in the log's list of columns.
    Text(usize, Texts),
    Number(usize, MutablePrimitiveArray<i64>),
    Time(MutablePrimitiveArray<i64>),
    List(usize, Vec<Option<usize>>, Texts),
    Server(Texts),
    Place(Texts, [MutablePrimitiveArray<i64>; 2]),
    /// Of the pairs those that did not parse, else those of unknown columns.
    Pairs(bool, Vec<Option<usize>>, [Texts; 2]),
}

impl Columns {
    /// For these columns of `events`.
    pub fn new(wanted: &[&'static Column]) -> Self {
        Self { rows: 0, cells: wanted.iter().map(|column| (*column, Cells::new(column))).collect() }
    }

    /// Whether it has no columns yet.
    pub fn is_new(&self) -> bool {
        self.cells.is_empty()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row.
    pub fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        self.cells.iter_mut().for_each(|(_, cells)| cells.push(row));
    }

    /// The rows as a frame.
    ///
    /// # Errors
    /// If Polars refuses an array.
    pub fn finish(self) -> Result<Frame, TableError> {
        let columns = self.cells.into_iter().map(|(column, cells)| Ok((column, cells.finish()?)));
        Frame::new(columns.collect::<Result<_, TableError>>()?, self.rows)
    }
}

impl Cells {
    fn new(column: &Column) -> Self {
        let named = |(_, name): &(_, &str)| {
            name.len() == column.name.len()
                && name.bytes().zip(column.name.bytes()).all(|(a, b)| a == b || (a, b) == (b'-', b'_'))
        };
        let numbers = MutablePrimitiveArray::new;
        match (ALL.iter().position(named), column.kind) {
            (Some(_), Kind::Time) => Self::Time(numbers()),
            (Some(at), Kind::Number) => Self::Number(at, numbers()),
            (Some(at), Kind::Texts) => Self::List(at, Vec::new(), Texts::default()),
            (Some(at), _) => Self::Text(at, Texts::default()),
            (None, Kind::Text) => Self::Server(Texts::default()),
            (None, Kind::Record(_)) => Self::Place(Texts::default(), [numbers(), numbers()]),
            (None, _) => Self::Pairs(column.name == "unparsed", Vec::new(), Default::default()),
        }
    }

    fn push(&mut self, row: &Row<'_>) {
        match self {
            Self::Text(at, texts) => match row.values.get(*at) {
                Some(Value::Text(text)) => texts.push(Some(text)),
                _ => texts.push(None),
            },
            Self::Number(at, numbers) => match row.values.get(*at) {
                Some(Value::Number(number)) => numbers.push(i64::try_from(*number).ok()),
                _ => numbers.push(None),
            },
            Self::Time(times) => times.push(Some(row.time.0)),
            Self::List(at, lengths, texts) => match row.values.get(*at) {
                Some(Value::List(parts)) => {
                    lengths.push(Some(parts.len()));
                    for part in parts {
                        texts.push(Some(part));
                    }
                }
                _ => lengths.push(None),
            },
            Self::Server(texts) => texts.push(Some(&row.server).filter(|s| !s.is_empty()).map(|s| &**s)),
            Self::Place(files, [lines, offsets]) => {
                files.push(Some(row.file.as_bytes()));
                lines.push(i64::try_from(row.at.line).ok());
                offsets.push(i64::try_from(row.at.offset).ok());
            }
            Self::Pairs(unparsed, lengths, [names, texts]) => {
                let before = names.len();
                let mut add = |name: &str, text: &[u8]| {
                    names.push(Some(name.as_bytes()));
                    texts.push(Some(text));
                };
                if *unparsed {
                    ALL.iter()
                        .zip(&row.values)
                        .for_each(|((_, name), value)| add_unparsed(name, value, &mut add));
                } else {
                    row.other.iter().for_each(|(name, text)| add(name, text));
                }
                lengths.push(Some(names.len() - before));
            }
        }
    }

    fn finish(self) -> Result<ArrayRef, TableError> {
        Ok(match self {
            Self::Text(_, texts) | Self::Server(texts) => texts.finish(),
            Self::Number(_, numbers) => numbers.freeze().boxed(),
            Self::Time(times) => utc(times.freeze()),
            Self::List(_, lengths, texts) => lists(lengths.into_iter(), texts.finish())?,
            Self::Place(files, [lines, offsets]) => records(
                vec![
                    ("file", files.finish()),
                    ("line", lines.freeze().boxed()),
                    ("offset", offsets.freeze().boxed()),
                ],
                None,
            )?,
            Self::Pairs(_, lengths, [names, texts]) => {
                let pairs = records(vec![("column", names.finish()), ("text", texts.finish())], None)?;
                lists(lengths.into_iter(), pairs)?
            }
        })
    }
}

/// What a typed column cannot hold, as logged.
fn add_unparsed(name: &str, value: &Value<'_>, add: &mut impl FnMut(&str, &[u8])) {
    match value {
        Value::Unparsed(text) | Value::Time { logged: Some(text), .. } => add(name, text),
        Value::Number(number) if i64::try_from(*number).is_err() => add(name, number.to_string().as_bytes()),
        _ => {}
    }
}
