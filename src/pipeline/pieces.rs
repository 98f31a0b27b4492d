//! Where the rows of each server and time lie, so that a few messages can be read again without reading
//! everything. A piece is some hundred rows of a file; it costs a few dozen bytes.

use super::feed::End;
use crate::model::intake::Position;
use crate::model::name::Symbol;
use crate::model::time::Timestamp;
use crate::parse::header::Binding;

/// Bytes of a piece, about.
const PIECE: u64 = 64 << 10;
/// Rows of more than one server.
const SEVERAL: Symbol = Symbol(u32::MAX);

/// Some rows that follow each other, every line a record.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub file: u32,
    pub from: u64,
    pub to: u64,
    /// Number of the first line.
    pub line: u64,
    pub binding: Binding,
    first: Timestamp,
    last: Timestamp,
    server: Symbol,
}

impl Piece {
    /// What follows behind the end of an earlier reading, up to an offset.
    pub(super) fn behind(end: &End, to: u64) -> Self {
        let (file, from, line, binding) = (end.file, end.offset, end.line, end.binding.clone());
        let (first, last) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
        Self { file, from, to, line, binding, first, last, server: SEVERAL }
    }
}

/// The pieces that one thread has read.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    done: Vec<Piece>,
    /// Files that are read again as a whole, since lines are not records there.
    whole: Vec<u32>,
    open: Option<Piece>,
    binding: Binding,
}

/// What is to be read again.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// In the order of files and offsets.
    pub pieces: Vec<Piece>,
    /// Files to be read as a whole, in order.
    pub whole: Vec<u32>,
}

impl Pieces {
    /// From here on, rows are read by this binding.
    pub(super) fn bind(&mut self, binding: &Binding) {
        self.binding.clone_from(binding);
    }

    /// A row whose line is a record.
    pub(super) fn row(&mut self, at: Position, server: Symbol, time: Timestamp) {
        match &mut self.open {
            Some(open) if open.file == at.file && at.offset < open.from + PIECE => {
                (open.first, open.last) = (open.first.min(time), open.last.max(time));
                if open.server != server {
                    open.server = SEVERAL;
                }
            }
            _ => {
                self.end(at.offset);
                let (from, binding) = (at.offset, self.binding.clone());
                let (first, last, file, line) = (time, time, at.file, at.line);
                self.open = Some(Piece { file, from, to: from, line, binding, first, last, server });
            }
        }
    }

    /// The piece at hand ends here.
    pub(super) fn end(&mut self, at: u64) {
        if let Some(mut piece) = self.open.take() {
            piece.to = at;
            self.done.push(piece);
        }
    }

    /// A file of which pieces say nothing.
    pub(super) fn whole(&mut self, file: u32) {
        if self.whole.last() != Some(&file) {
            self.whole.push(file);
        }
    }

    /// Keeps what may hold rows of this time or later.
    pub(super) fn keep_since(&mut self, since: Timestamp) {
        self.done.retain(|piece| piece.last >= since);
        self.done.shrink_to_fit();
        self.whole.sort_unstable();
        self.whole.dedup();
    }

    /// Gives files other numbers; what lies in those without one is forgotten.
    pub(super) fn renumber(&mut self, number: impl Fn(u32) -> Option<u32>) {
        self.done.retain_mut(|piece| {
            number(piece.file).is_some_and(|new| {
                piece.file = new;
                true
            })
        });
        self.whole = self.whole.iter().filter_map(|file| number(*file)).collect();
    }

    /// Memory that is taken, bytes.
    pub(super) fn bytes(&self) -> usize {
        self.done.capacity() * size_of::<Piece>() + self.whole.capacity() * size_of::<u32>()
    }

    /// Adds what another thread has read.
    pub(super) fn merge(&mut self, other: Self) {
        self.done.extend(other.done);
        self.whole.extend(other.whole);
    }

    /// The piece that a row lies in, from its first row on, so that only what is a row is taken for one.
    pub(super) fn around(&self, at: Position) -> Option<&Piece> {
        let holds = |piece: &&Piece| piece.file == at.file && (piece.from..piece.to).contains(&at.offset);
        self.done.iter().find(holds)
    }

    /// Where rows of these servers and times may lie; of a file that cannot be read from any place, as one piece.
    pub(super) fn places(&self, rows: &[(Symbol, Timestamp)], seekable: impl Fn(u32) -> bool) -> Places {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        let mut times: Vec<Timestamp> = rows.iter().map(|(_, time)| *time).collect();
        times.sort_unstable();
        let may_hold = |piece: &&Piece| {
            if piece.server == SEVERAL {
                let next = times.partition_point(|time| *time < piece.first);
                return times.get(next).is_some_and(|time| *time <= piece.last);
            }
            let next = rows.partition_point(|row| *row < (piece.server, piece.first));
            rows.get(next).is_some_and(|row| *row <= (piece.server, piece.last))
        };
        let mut whole = self.whole.clone();
        whole.sort_unstable();
        whole.dedup();
        let in_part = |piece: &&Piece| whole.binary_search(&piece.file).is_err();
        let mut pieces: Vec<Piece> = self.done.iter().filter(in_part).filter(may_hold).cloned().collect();
        pieces.sort_unstable_by_key(|piece| (piece.file, piece.from));
        pieces.dedup_by(|next, piece| {
            let one = next.file == piece.file && !seekable(piece.file);
            if one {
                piece.to = next.to;
            }
            one
        });
        Places { pieces, whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: u32, offset: u64) -> Position {
        Position { file, line: offset / 100, offset }
    }

    #[test]
    fn rows_are_found_by_server_and_time() {
        let (one, other) = (Symbol(1), Symbol(2));
        let mut pieces = Pieces::default();
        for row in 0..2000 {
            pieces.row(at(0, row * 100), one, Timestamp(row as i64));
        }
        pieces.end(200_000);
        pieces.row(at(1, 0), other, Timestamp(5));
        pieces.row(at(1, 100), one, Timestamp(7));
        pieces.end(200);
        let found = |rows: &[(Symbol, i64)]| -> Vec<(u32, u64)> {
            let rows: Vec<_> = rows.iter().map(|(server, time)| (*server, Timestamp(*time))).collect();
            pieces.places(&rows, |_| true).pieces.iter().map(|p| (p.file, p.from)).collect()
        };
        assert_eq!(found(&[(one, 0)]), [(0, 0)]);
        assert_eq!(found(&[(one, 700)]), [(0, 65_600)]);
        assert_eq!(found(&[(one, 1999), (other, 3)]), [(0, 196_800)]);
        assert_eq!(found(&[(other, 6)]), [(1, 0)]);
        let packed =
            pieces.places(&[(one, Timestamp(0)), (one, Timestamp(1999)), (other, Timestamp(6))], |_| false);
        let spans: Vec<_> = packed.pieces.iter().map(|p| (p.file, p.from, p.to)).collect();
        assert_eq!(spans, [(0, 0, 200_000), (1, 0, 200)]);
        pieces.whole(0);
        let places = pieces.places(&[(one, Timestamp(700))], |_| true);
        assert_eq!((places.pieces.len(), places.whole), (0, vec![0]));
    }
}
