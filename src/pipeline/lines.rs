//! Messages as text: their rows are made on all threads, and written in the order of messages.
//!
//! While one batch is made the one before it is written, so that memory is that of the texts of two.

use std::io::{self, Write};
use std::ops::Range;

use super::state::{Order, State};
use crate::model::journey::Journey;

/// Messages of a batch. Each batch looks at all parts of the state.
const BATCH: usize = 4096;
/// Bytes that a message's rows take, about.
const ROWS: usize = 4 << 10;

/// Makes the rows of messages that sort alike, in their order: they stand among each other.
pub type MakeRows<'r> = dyn Fn(&[&Journey], &mut Vec<u8>) -> io::Result<()> + Sync + 'r;

/// The text of a batch, in the pieces that threads made.
#[derive(Default)]
struct Texts {
    buffers: Vec<Vec<u8>>,
    /// For each group of messages that sort alike, the buffer its rows are in, and where.
    places: Vec<(usize, Range<usize>)>,
}

/// What one thread makes of a batch.
#[derive(Default)]
struct Made {
    text: Vec<u8>,
    /// By number of the group.
    places: Vec<(usize, Range<usize>)>,
    /// Messages of groups of several, which may lie in different parts: by their number in the batch.
    several: Vec<(usize, Journey)>,
    error: Option<io::Error>,
}

impl State {
    /// Writes the rows of messages, which are in order.
    pub fn write(&self, orders: &[Order], make: &MakeRows<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut batches = batches(orders, self.batch(BATCH, ROWS));
        let mut ready = Ok(Texts::default());
        loop {
            let texts = ready?;
            let batch = batches.next();
            if batch.is_none() && texts.places.is_empty() {
                // What could not be brought back is missing above.
                return self.error().map_err(io::Error::other);
            }
            ready = Ok(Texts::default());
            // What is written may have no second thread, so it stays on this one.
            self.beside(
                || ready = batch.map_or_else(|| Ok(Texts::default()), |batch| self.texts_of(batch, make)),
                || texts.write(out),
            )?;
        }
    }

    fn texts_of(&self, orders: &[Order], make: &MakeRows<'_>) -> io::Result<Texts> {
        let groups: Vec<&[Order]> = orders.chunk_by(Order::ties).collect();
        let group_of: Vec<usize> =
            groups.iter().enumerate().flat_map(|(i, group)| std::iter::repeat_n(i, group.len())).collect();
        let look = |made: &mut Made, at: usize, journey: &Journey| {
            let Some(group) = group_of.get(at) else { return };
            if groups.get(*group).is_some_and(|group| group.len() > 1) {
                return made.several.push((at, journey.clone()));
            }
            made.add(*group, &[journey], make);
        };
        let mut made = self.visit_in_order(orders, Made::default, look);
        let mut several: Vec<(usize, Journey)> = made.iter_mut().flat_map(|m| m.several.drain(..)).collect();
        several.sort_unstable_by_key(|(at, _)| *at);
        let mut last = Made::default();
        for group in several.chunk_by(|(a, _), (b, _)| group_of.get(*a) == group_of.get(*b)) {
            let journeys: Vec<&Journey> = group.iter().map(|(_, journey)| journey).collect();
            if let Some(number) = group.first().and_then(|(at, _)| group_of.get(*at)) {
                last.add(*number, &journeys, make);
            }
        }
        made.push(last);
        let mut texts = Texts { buffers: Vec::new(), places: vec![(0, 0..0); groups.len()] };
        for (number, made) in made.into_iter().enumerate() {
            made.error.map_or(Ok(()), Err)?;
            for (group, range) in made.places {
                if let Some(place) = texts.places.get_mut(group) {
                    *place = (number, range);
                }
            }
            texts.buffers.push(made.text);
        }
        Ok(texts)
    }
}

impl Made {
    fn add(&mut self, group: usize, journeys: &[&Journey], make: &MakeRows<'_>) {
        let from = self.text.len();
        if let Err(error) = make(journeys, &mut self.text) {
            self.error.get_or_insert(error);
        }
        self.places.push((group, from..self.text.len()));
    }
}

impl Texts {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (buffer, range) in &self.places {
            out.write_all(self.buffers.get(*buffer).and_then(|b| b.get(range.clone())).unwrap_or_default())?;
        }
        Ok(())
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
