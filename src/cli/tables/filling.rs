//! Events as frames, while the logs are read.

use std::io;

use super::super::args::ReadArgs;
use crate::model::row::Row;
use crate::pipeline::{CHUNK, Options, Outcome, Reading, Rows, Stream, Turn};
use crate::tables::Frame;
use crate::tables::events::Columns;
use crate::tables::schema::Column;

/// The columns of a chunk, then their frame, and the number of its file.
#[derive(Default)]
pub(in crate::cli) struct Filling {
    columns: Columns,
    frame: Option<Frame>,
    file: u32,
}

impl Rows for Filling {
    fn end(&self) -> usize {
        self.columns.rows()
    }

    fn close(&mut self) -> io::Result<()> {
        self.frame = Some(std::mem::take(&mut self.columns).finish()?);
        Ok(())
    }
}

/// Bytes of a chunk. Each makes a frame of its own, and what a frame costs however small it is was a tenth of the
/// time with chunks of the usual size.
pub(in crate::cli) fn chunk(args: &ReadArgs) -> usize {
    args.chunk_size.map_or(4 * CHUNK, |bytes| bytes as usize)
}

impl Filling {
    /// Reads logs and gives away the events of each chunk as a frame of these columns, with the number of the
    /// file.
    pub(in crate::cli) fn read(
        stream: Stream,
        (options, columns): (&Options, Vec<&'static Column>),
        take: &mut dyn FnMut(Frame, u32, &Turn<'_>) -> io::Result<()>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> io::Result<(Reading, Outcome)> {
        let encode = |row: &Row<'_>, filling: &mut Self| {
            if filling.columns.is_new() {
                *filling = Self { columns: Columns::new(&columns), frame: None, file: row.at.file };
            }
            filling.columns.push(row);
            Ok(())
        };
        let mut take = |filling: Self, left_out: &[_], turn: &Turn<'_>| {
            let frame = filling.frame.ok_or_else(|| io::Error::other("rows that are no frame yet"))?;
            let frame = frame.without(left_out)?;
            if frame.rows() == 0 { Ok(()) } else { take(frame, filling.file, turn) }
        };
        stream.write(options, &encode, &mut take, progress)
    }
}
