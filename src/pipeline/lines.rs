//! Messages as rows: these are made on all threads, and taken in the order of messages. A row may be anything;
//! where it is text, an element is a byte of it.
//!
//! While one batch is made the one before it is taken, so that memory is that of the rows of two.

use std::io;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::state::{Order, Spot, State};
use crate::model::journey::Journey;
use crate::model::threads::Threads;

/// Messages of a batch. Each batch looks at all parts of the state.
const BATCH: usize = 4096;
/// Bytes that a message's rows take, about.
const ROWS: usize = 4 << 10;

/// Makes the rows of messages that sort alike, in their order: they stand among each other.
pub type MakeRows<'r, T> = dyn Fn(&[&Journey], &mut Vec<T>) -> io::Result<()> + Sync + 'r;

/// The rows of a batch, in the pieces that threads made.
#[derive(Debug)]
pub struct Batch<T> {
    buffers: Vec<Vec<T>>,
    /// For each group of messages that sort alike, the buffer its rows are in, and where.
    places: Vec<(usize, Range<usize>)>,
}

/// Room for rows, used again by one batch after the other: fresh memory is not for nothing.
type Room<T> = Mutex<Vec<Vec<T>>>;

/// What one thread makes of a batch.
struct Made<T> {
    rows: Vec<T>,
    /// By number of the group.
    places: Vec<(usize, Range<usize>)>,
    /// Messages of groups of several, which may lie in different parts: by their number in the batch.
    several: Vec<(usize, Journey)>,
    error: Option<io::Error>,
}

/// The threads of the reading.
impl Threads for State {
    fn each<I: Send, O: Send>(&self, all: Vec<I>, make: impl Fn(I) -> O + Sync + Send) -> Vec<O> {
        self.on_threads(|| all.into_par_iter().map(make).collect())
    }
}

impl State {
    /// Makes the rows of messages, which are in order, and lets them be taken batch by batch. The room of rows
    /// that are left in a batch is used again.
    pub fn write<T: Send>(
        &self,
        orders: &[Order],
        make: &MakeRows<'_, T>,
        take: &mut dyn FnMut(&mut Batch<T>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut batches = batches(orders, self.batch(BATCH, ROWS));
        // Messages that are larger than most leave no more behind than others.
        let (room, most) = (Room::default(), 2 * BATCH * ROWS / self.threads().max(1));
        let mut ready = Ok(Batch::default());
        loop {
            let mut made = ready?;
            let batch = batches.next();
            if batch.is_none() && made.places.is_empty() {
                // What could not be brought back is missing above.
                return self.error().map_err(io::Error::other);
            }
            ready = Ok(Batch::default());
            // What is taken may have no second thread, so it stays on this one.
            let next = || batch.map_or_else(|| Ok(Batch::default()), |b| self.rows_of((b, &room), make));
            self.beside(
                || ready = next(),
                || {
                    take(&mut made)?;
                    made.clear((&room, most));
                    io::Result::Ok(())
                },
            )?;
        }
    }

    /// How many threads there are to work on it.
    pub fn threads(&self) -> usize {
        self.on_threads(rayon::current_num_threads)
    }

    fn rows_of<T: Send>(
        &self,
        (orders, room): (&[Order], &Room<T>),
        make: &MakeRows<'_, T>,
    ) -> io::Result<Batch<T>> {
        let groups: Vec<&[Order]> = orders.chunk_by(Order::ties).collect();
        let group_of: Vec<usize> =
            groups.iter().enumerate().flat_map(|(i, group)| std::iter::repeat_n(i, group.len())).collect();
        let look = |made: &mut Made<T>, at: usize, journey: &Journey| {
            let Some(group) = group_of.get(at) else { return };
            if groups.get(*group).is_some_and(|group| group.len() > 1) {
                return made.several.push((at, journey.clone()));
            }
            made.add(*group, &[journey], make);
        };
        let spots: Vec<Spot> = orders.iter().map(Order::spot).collect();
        let mut made = self.visit_in_order(&spots, self.keeps_texts(), || Made::new(room), look);
        let mut several: Vec<(usize, Journey)> = made.iter_mut().flat_map(|m| m.several.drain(..)).collect();
        several.sort_unstable_by_key(|(at, _)| *at);
        let mut last = Made::new(room);
        for group in several.chunk_by(|(a, _), (b, _)| group_of.get(*a) == group_of.get(*b)) {
            let journeys: Vec<&Journey> = group.iter().map(|(_, journey)| journey).collect();
            if let Some(number) = group.first().and_then(|(at, _)| group_of.get(*at)) {
                last.add(*number, &journeys, make);
            }
        }
        made.push(last);
        let mut batch = Batch { buffers: Vec::new(), places: vec![(0, 0..0); groups.len()] };
        for (number, made) in made.into_iter().enumerate() {
            made.error.map_or(Ok(()), Err)?;
            for (group, range) in made.places {
                if let Some(place) = batch.places.get_mut(group) {
                    *place = (number, range);
                }
            }
            batch.buffers.push(made.rows);
        }
        Ok(batch)
    }
}

impl<T> Made<T> {
    fn new(room: &Room<T>) -> Self {
        let rows = room.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        Self { rows, places: Vec::new(), several: Vec::new(), error: None }
    }

    fn add(&mut self, group: usize, journeys: &[&Journey], make: &MakeRows<'_, T>) {
        let from = self.rows.len();
        if let Err(error) = make(journeys, &mut self.rows) {
            self.error.get_or_insert(error);
        }
        self.places.push((group, from..self.rows.len()));
    }
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self { buffers: Vec::new(), places: Vec::new() }
    }
}

impl<T> Batch<T> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.places.iter().map(|(_, range)| range.len()).sum()
    }

    /// Gives back the room of what is left, at most so many bytes of each piece.
    fn clear(self, (room, most): (&Room<T>, usize)) {
        for mut rows in self.buffers {
            rows.clear();
            rows.shrink_to(most / size_of::<T>().max(1));
            room.lock().unwrap_or_else(PoisonError::into_inner).push(rows);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows in their order, in pieces.
    pub fn pieces(&self) -> impl Iterator<Item = &[T]> {
        let piece = |(buffer, range): &(usize, Range<usize>)| {
            self.buffers.get(*buffer).and_then(|b| b.get(range.clone())).unwrap_or_default()
        };
        self.places.iter().map(piece)
    }
}

/// Messages in batches of about this size. Those that sort alike stay together.
fn batches(orders: &[Order], size: usize) -> impl Iterator<Item = &[Order]> {
    let mut rest = orders;
    std::iter::from_fn(move || {
        let mut end = size.min(rest.len());
        while let (Some(last), Some(next)) = (end.checked_sub(1).and_then(|i| rest.get(i)), rest.get(end))
            && last.ties(next)
        {
            end += 1;
        }
        let (batch, after) = rest.split_at_checked(end)?;
        rest = after;
        (!batch.is_empty()).then_some(batch)
    })
}
