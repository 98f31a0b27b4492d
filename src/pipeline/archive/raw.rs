//! A row as it stands in the log.

use super::super::feed::{Chunk, Feed};
use super::super::pieces::Pieces;
use super::super::plan::{Plan, Planned};
use super::super::seen::Seen;
use super::super::worker::{Sink, Worker};
use super::super::{Options, typed};
use crate::input::InputError;
use crate::model::column::{ALL, Column};
use crate::model::intake::Position;
use crate::parse::event::Event;

/// A row, column by column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// Name of the file.
    pub file: String,
    /// Physical line, 1-based.
    pub line: u64,
    /// Byte offset of its first byte.
    pub offset: u64,
    /// The columns that the log has, as it names them, each with its text, unquoted; those of other makers behind.
    pub columns: Vec<(String, Vec<u8>)>,
    /// The row as it stands there, without its line end; `None` where no subject may be shown.
    pub text: Option<Vec<u8>>,
}

/// Reads the row that begins somewhere.
pub(super) fn read(
    plan: &Plan,
    (pieces, options): (&Pieces, &Options),
    at: Position,
) -> Result<Option<Raw>, InputError> {
    let Some(file) = plan.files.get(at.file as usize) else { return Ok(None) };
    let chunk_size = options.chunk;
    let mut feed = match pieces.around(at).filter(|_| file.is_seekable()) {
        Some(piece) => Feed::of_piece(file.open_between(piece.from, piece.to)?, piece, chunk_size),
        None => Feed::new(file.open()?, at.file, chunk_size),
    };
    let sink = One { at, subjects: options.needs.subjects, found: None, seen: Seen::default() };
    let (mut worker, mut chunk) = (Worker::new(sink, 0, true), Chunk::default());
    while feed.offset() <= at.offset && worker.sink.found.is_none() {
        let (more, error) = feed.next(&mut chunk);
        if more {
            worker.chunk(&chunk, file);
        }
        if let Some(source) = error {
            return Err(InputError::Read { path: file.source.name.clone(), offset: feed.offset(), source });
        }
        if !more {
            break;
        }
    }
    Ok(worker.sink.found)
}

/// Takes one row.
struct One {
    at: Position,
    subjects: bool,
    found: Option<Raw>,
    seen: Seen,
}

impl Sink for One {
    fn row(&mut self, event: &Event<'_>, at: Position, file: &Planned) {
        if at.offset != self.at.offset || self.found.is_some() {
            return;
        }
        let subjects = self.subjects;
        let ours = ALL.iter().filter(|(column, _)| event.has(*column));
        let ours = ours.filter(|(column, _)| subjects || *column != Column::Subject);
        let others = event.others().filter(|(name, text)| !text.is_empty() && typed::shows(name, subjects));
        self.found = Some(Raw {
            file: file.source.name.clone(),
            line: at.line,
            offset: at.offset,
            columns: ours
                .map(|(column, name)| ((*name).to_owned(), event.text(*column).into_owned()))
                .chain(others.map(|(name, text)| (name.to_owned(), text.into_owned())))
                .collect(),
            text: subjects.then(|| event.line().to_vec()),
        });
    }

    fn repaired(&mut self, event: &Event<'_>, at: Position, file: &Planned, raw: (u64, &[u8])) {
        self.row(event, at, file);
        if let Some(found) = self.found.as_mut().filter(|found| found.offset == at.offset && self.subjects) {
            found.text = Some(raw.1.to_vec());
        }
    }

    fn seen(&mut self) -> &mut Seen {
        &mut self.seen
    }
}
