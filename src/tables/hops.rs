//! The hops of rows of `routes`, each a row of its own.

use polars_arrow::array::ArrayRef;

use super::arrays::{numbers, texts, times};
use super::routes::{Context, HopRow, Row, guids, words};
use super::schema::Column;
use super::{Frame, TableError};
use crate::model::name::Symbol;

/// One hop, with the row it belongs to and its place there, from 1.
type Placed<'r> = (&'r Row, i64, &'r HopRow);

/// The hops of rows as a frame of some columns of `hops`.
///
/// # Errors
/// If Polars refuses an array.
pub fn frame(context: &Context<'_>, rows: &[&Row], wanted: &[&Column]) -> Result<Frame, TableError> {
    let hops: Vec<Placed<'_>> =
        rows.iter().flat_map(|row| (1..).zip(&row.hops).map(|(at, hop)| (*row, at, hop))).collect();
    let columns = wanted.iter().map(|column| Ok((*column, array(context, &hops, column.name)?)));
    Frame::new(columns.collect::<Result<_, TableError>>()?, hops.len())
}

fn array(context: &Context<'_>, hops: &[Placed<'_>], column: &str) -> Result<ArrayRef, TableError> {
    let each = || hops.iter();
    let of_row = |symbol: fn(&Row) -> Symbol| texts(each().map(|(row, ..)| context.text(symbol(row))));
    let of_hop = |symbol: fn(&HopRow) -> Symbol| texts(each().map(|(.., hop)| context.text(symbol(hop))));
    Ok(match column {
        "network_message_id" => guids(each().map(|(row, ..)| row.network_message_id)),
        "message_id" => of_row(|r| r.message_id),
        "first_seen" => times(each().map(|(row, ..)| Some(row.first_seen.0))),
        "recipient" => of_row(|r| r.recipient),
        "final_recipient" => of_row(|r| r.final_recipient),
        "decision" => words(each().map(|(row, ..)| Some(row.decision.as_str()))),
        "position" => numbers(each().map(|(_, at, _)| Some(*at))),
        "server" => of_hop(|h| h.server),
        "event" => words(each().map(|(.., hop)| Some(hop.event))),
        "source" => words(each().map(|(.., hop)| Some(hop.source))),
        "connector" => of_hop(|h| h.connector),
        "peer" => of_hop(|h| h.peer),
        "time" => times(each().map(|(.., hop)| Some(hop.time.0))),
        _ => context.places(each().map(|(.., hop)| hop.evidence))?,
    })
}
