//! The rows that a query gives, as cells.

use std::io::Write;

use polars::prelude::{AnyValue, Schema, TimeUnit};

use super::Frame;
use super::TableError;
use super::file::{Encoder, Form, GROUP};
use super::query::Answer;
use crate::model::cell::Cell;
use crate::model::threads::Here;
use crate::model::time::{DAY, Timestamp};

impl Answer {
    /// The names of its columns.
    pub fn columns(&self) -> Vec<String> {
        self.0.0.get_column_names().into_iter().map(ToString::to_string).collect()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.0.rows()
    }

    /// A row.
    pub fn row(&self, number: usize) -> Vec<Cell> {
        let columns = self.0.0.columns().iter();
        columns.map(|column| column.get(number).map_or(Cell::Null, |value| cell(&value))).collect()
    }

    /// Writes it as Parquet.
    ///
    /// # Errors
    /// If the output fails.
    pub fn write(&self, form: Form, out: &mut dyn Write) -> Result<(), TableError> {
        let schema: &Schema = self.0.0.schema();
        let encoder = Encoder::of_schema(form, None, schema)?;
        let mut file = encoder.file(out)?;
        for from in (0..self.rows()).step_by(GROUP) {
            let rows = Frame(self.0.0.slice(from as i64, GROUP));
            file.write(&encoder.encode(rows, &Here)?)?;
        }
        file.finish()?;
        Ok(())
    }
}

pub(super) fn cell(value: &AnyValue<'_>) -> Cell {
    let time = |ticks: i64, unit: TimeUnit| {
        let per_ms = match unit {
            TimeUnit::Nanoseconds => 1_000_000,
            TimeUnit::Microseconds => 1000,
            TimeUnit::Milliseconds => 1,
        };
        Cell::Time(Timestamp(ticks.div_euclid(per_ms)))
    };
    match value {
        AnyValue::Null => Cell::Null,
        AnyValue::Boolean(flag) => Cell::Flag(*flag),
        AnyValue::String(text) => Cell::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string()),
        AnyValue::Float32(number) => Cell::Real(f64::from(*number)),
        AnyValue::Float64(number) => Cell::Real(*number),
        AnyValue::Datetime(ticks, unit, _) => time(*ticks, *unit),
        AnyValue::DatetimeOwned(ticks, unit, _) => time(*ticks, *unit),
        AnyValue::Date(days) => {
            let text = Timestamp(i64::from(*days) * DAY).to_string();
            Cell::Text(text.split('T').next().unwrap_or_default().to_owned())
        }
        AnyValue::List(series) => Cell::List(series.iter().map(|value| cell(&value)).collect()),
        AnyValue::Struct(_, _, fields) => {
            let names = fields.iter().map(|field| field.name.to_string());
            Cell::Record(names.zip(value._iter_struct_av().map(|value| cell(&value))).collect())
        }
        AnyValue::StructOwned(owned) => {
            let (values, fields) = &**owned;
            let names = fields.iter().map(|field| field.name.to_string());
            Cell::Record(names.zip(values.iter().map(cell)).collect())
        }
        other => match other.extract::<i64>() {
            Some(number) if other.is_integer() => Cell::Number(number),
            _ => Cell::Text(other.to_string()),
        },
    }
}
