//! A record as a typed row: its time, event-id and source; every other field on demand.

use std::borrow::Cow;

use super::record::Record;
use super::schema::{FAR, NAMED, Schema};
use super::values;
use crate::model::column::{ALL, Column};
use crate::model::event::{EventId, Source};
use crate::model::intake::RejectReason;
use crate::model::time::Timestamp;

/// One row of a tracking log.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// `date-time`.
    pub time: Timestamp,
    /// `event-id`; [`Self::text`] gives the name of one that is not known.
    pub event: EventId,
    /// `source`.
    pub source: Source,
    record: Record<'a>,
}

impl<'a> Event<'a> {
    /// Reads a record. A row whose width is that of another release is read by that release's list.
    pub fn read(record: Record<'a>) -> Result<Self, RejectReason> {
        let expected = record.schema().width();
        if record.width() != expected {
            return Err(RejectReason::ColumnCount {
                found: record.width() as u32,
                expected: expected as u32,
            });
        }
        let Some(time) = values::timestamp(record.raw(Column::DateTime)) else {
            // PowerShell and some collectors quote every field.
            let unquoted = record.get(Column::DateTime);
            return match values::timestamp(unquoted.trim_ascii()) {
                Some(time) => Ok(Self::with_time(record, time)),
                None => Err(RejectReason::BadTime),
            };
        };
        Ok(Self::with_time(record, time))
    }

    fn with_time(record: Record<'a>, time: Timestamp) -> Self {
        let event = EventId::from_bytes(&record.get(Column::EventId));
        let source = Source::from_bytes(&record.get(Column::Source));
        Self { time, event, source, record }
    }

    /// A field, unquoted.
    #[inline]
    pub fn text(&self, column: Column) -> Cow<'a, [u8]> {
        self.record.get(column)
    }

    /// Fields that stand side by side, quotes and all; see [`Record::span`].
    #[inline]
    pub fn span(&self, first: Column, last: Column) -> Option<&'a [u8]> {
        self.record.span(first, last)
    }

    /// A field as it stands in the log, quotes and all.
    #[inline]
    pub fn raw(&self, column: Column) -> &'a [u8] {
        self.record.raw(column)
    }

    /// Whether the log has the column.
    pub fn has(&self, column: Column) -> bool {
        self.schema().has(column)
    }

    /// The fields that are none of ours, and what their columns are called. Those far out are one, as logged.
    pub fn others(&self) -> impl Iterator<Item = (&'a str, Cow<'a, [u8]>)> {
        let record = self.record;
        let far = (FAR, Cow::Borrowed(record.raw_from(NAMED)));
        record.schema().others().map(move |(place, name)| (name, record.get_at(place))).chain([far])
    }

    /// All fields as they stand in the log, and which column each is, if it is one of ours.
    pub fn fields(&self) -> impl Iterator<Item = (Option<Column>, &'a [u8])> {
        let mut columns = vec![None; self.record.width()];
        for (column, _) in ALL {
            if let Some(place) = self.schema().place(column).and_then(|place| columns.get_mut(place)) {
                *place = Some(column);
            }
        }
        let record = self.record;
        columns.into_iter().enumerate().map(move |(place, column)| (column, record.raw_at(place)))
    }

    /// A field as a number; `None` when empty or no number.
    #[inline]
    pub fn number(&self, column: Column) -> Option<u64> {
        values::number(&self.record.get(column))
    }

    /// The whole record without its line end.
    pub fn line(&self) -> &'a [u8] {
        self.record.line()
    }

    /// Where in its chunk the record starts.
    pub fn start(&self) -> usize {
        self.record.start()
    }

    /// The schema it was read by.
    pub fn schema(&self) -> &'a Schema {
        self.record.schema()
    }
}
