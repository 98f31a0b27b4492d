//! Rows of a frame in another order.

use polars::prelude::{
    Column as FrameColumn, DataFrame, DataType, IdxCa, IdxSize, NamedFrom as _, PlSmallStr, Series,
};
use polars_arrow::array::Array as _;

use super::arrays::lists;
use super::{Frame, TableError};
use crate::model::threads::Threads;

/// The rows of a frame whose columns are in one piece each, by their places.
///
/// # Errors
/// If Polars refuses.
pub(super) fn gather(
    frame: &Frame,
    order: Vec<IdxSize>,
    threads: &impl Threads,
) -> Result<Frame, TableError> {
    let rows = order.len();
    let order = IdxCa::new("".into(), order);
    let column = |column: &FrameColumn| match column.dtype() {
        DataType::List(_) => gather_lists(column, &order),
        _ => Ok(column.take(&order)?),
    };
    let columns = threads.each(frame.0.columns().iter().collect(), column);
    let columns = columns.into_iter().collect::<Result<_, _>>()?;
    Ok(Frame(DataFrame::new(rows, columns)?))
}

/// Polars gathers lists one by one, which took a third of the time of a table; their elements can all be gathered
/// at once.
fn gather_lists(column: &FrameColumn, order: &IdxCa) -> Result<FrameColumn, TableError> {
    let all = column.as_materialized_series().list()?;
    let Some(array) = all.downcast_iter().next() else { return Ok(column.take(order)?) };
    let offsets = array.offsets();
    let (mut lengths, mut elements) = (Vec::with_capacity(order.len()), Vec::new());
    for at in order.iter().flatten() {
        let at = at as usize;
        let (from, to) = offsets.start_end(at);
        let there = !array.is_null(at);
        lengths.push(there.then_some(to - from));
        elements.extend((from..to).filter(|_| there).map(|element| element as IdxSize));
    }
    let values = Series::try_from((PlSmallStr::EMPTY, array.values().clone()))?;
    let values = values.take(&IdxCa::new("".into(), elements))?.rechunk();
    let Some(values) = values.chunks().first() else { return Ok(column.take(order)?) };
    let array = lists(lengths.into_iter(), values.clone())?;
    Ok(Series::try_from((column.name().clone(), array))?.into())
}
