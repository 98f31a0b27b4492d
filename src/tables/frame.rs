//! A piece of a table as a Polars frame.

use std::ops::Range;

use polars::prelude::{
    BooleanChunked, Categorical8Type, CategoricalChunked, Column as FrameColumn, DataFrame, DataType,
    FrozenCategories, IntoSeries, NamedFrom as _, PlSmallStr, PolarsError, Schema, Series, TimeUnit,
    TimeZone,
};
use polars_arrow::array::{ArrayRef, Utf8ViewArray};
use thiserror::Error;

use super::schema::{Column, Kind};

/// Why a table came to nothing.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// Polars refused.
    #[error("{0}")]
    Polars(#[from] PolarsError),
    /// A page could not be packed.
    #[error("what was to be written could not be packed: {0}")]
    Pack(std::io::Error),
    /// The temporary file failed.
    #[error("the temporary file (--temp-dir) failed: {0}")]
    Temporary(#[from] std::io::Error),
}

impl From<TableError> for std::io::Error {
    fn from(error: TableError) -> Self {
        match error {
            // A full disk is told as such.
            TableError::Polars(PolarsError::IO { error, .. }) => Self::new(error.kind(), error.to_string()),
            TableError::Temporary(ref inner) => Self::new(inner.kind(), error.to_string()),
            error => Self::other(error),
        }
    }
}

/// Rows of a table.
#[derive(Clone, Debug)]
pub struct Frame(pub(super) DataFrame);

impl Frame {
    /// Of columns, each with what it holds.
    pub(super) fn new(columns: Vec<(&Column, ArrayRef)>, rows: usize) -> Result<Self, TableError> {
        let columns = columns.into_iter().map(|(column, array)| Ok(series(column, array)?.into()));
        let columns: Vec<FrameColumn> = columns.collect::<Result<_, TableError>>()?;
        Ok(Self(DataFrame::new(rows, columns)?))
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.0.height()
    }

    /// Leaves some rows out, in order and not across each other.
    ///
    /// # Errors
    /// If Polars refuses.
    pub fn without(self, rows: &[Range<usize>]) -> Result<Self, TableError> {
        if rows.iter().all(Range::is_empty) {
            return Ok(self);
        }
        let mut kept = vec![true; self.rows()];
        for row in rows.iter().cloned().flatten() {
            if let Some(kept) = kept.get_mut(row) {
                *kept = false;
            }
        }
        Ok(Self(self.0.filter_seq(&BooleanChunked::new("".into(), kept))?))
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.0.estimated_size()
    }
}

/// The Polars type of a column.
pub(super) fn data_type(kind: Kind) -> DataType {
    let fields = |fields: &[(&'static str, Kind)]| {
        let field = |(name, kind): &(&'static str, Kind)| {
            polars::prelude::Field::new((*name).into(), data_type(*kind))
        };
        DataType::Struct(fields.iter().map(field).collect())
    };
    match kind {
        Kind::Text => DataType::String,
        Kind::Word(words) => match FrozenCategories::new(words.iter().copied()) {
            Ok(words) => DataType::from_frozen_categories(words),
            Err(_) => DataType::String,
        },
        Kind::Number => DataType::Int64,
        Kind::Flag => DataType::Boolean,
        Kind::Time => DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)),
        Kind::Texts => DataType::List(Box::new(DataType::String)),
        Kind::Record(inner) => fields(inner),
        Kind::Records(inner) => DataType::List(Box::new(fields(inner))),
    }
}

/// The Polars schema of some columns.
pub(super) fn schema<'c>(columns: impl Iterator<Item = &'c Column>) -> Schema {
    columns.map(|c| polars::prelude::Field::new(c.name.into(), data_type(c.kind))).collect()
}

fn series(column: &Column, array: ArrayRef) -> Result<Series, TableError> {
    let (Kind::Word(_), Some(texts)) = (column.kind, array.as_any().downcast_ref::<Utf8ViewArray>()) else {
        return Ok(Series::try_from((PlSmallStr::from(column.name), array))?);
    };
    let words = CategoricalChunked::<Categorical8Type>::from_str_iter(
        column.name.into(),
        data_type(column.kind),
        texts.iter(),
    )?;
    Ok(words.into_series())
}
