//! message-ids like one that was mistyped.

use super::plan::Planned;
use super::rows::is_probe_row;
use super::seen::Seen;
use super::standing::Standing;
use super::worker::Sink;
use super::{Options, window::Window};
use crate::model::column::Column;
use crate::model::intake::Position;
use crate::model::name::fold_case;
use crate::parse::event::Event;
use crate::route::store::bare_message_id;

/// How many are offered.
const OFFERED: usize = 5;
/// Slips of the keyboard that are forgiven.
const SLIPS: usize = 6;

/// What was asked for.
#[derive(Debug)]
pub(super) struct Near {
    wanted: String,
    letters: u64,
    counts: [i16; 256],
}

/// The nearest so far: distance and message-id.
pub(super) type Found = Vec<(usize, String)>;

impl Near {
    pub(super) fn new(id: &str) -> Self {
        let mut folded = Vec::new();
        fold_case(bare_message_id(id.as_bytes()), &mut folded);
        let (letters, counts) = (letters(&folded), counts(&folded));
        Self { wanted: String::from_utf8_lossy(&folded).into_owned(), letters, counts }
    }

    /// Looks at one message-id. Most are far off, so the costly comparison comes last.
    pub(super) fn look(&self, id: &[u8], found: &mut Found) {
        let bare = bare_message_id(id);
        let part = self.wanted.len() >= 4
            && bare.len() > self.wanted.len()
            && memchr::memmem::find(&bare.to_ascii_lowercase(), self.wanted.as_bytes()).is_some();
        let close = bare.len().abs_diff(self.wanted.len()) <= SLIPS
            && (letters(&bare.to_ascii_lowercase()) ^ self.letters).count_ones() <= 8;
        if !part && !close {
            return;
        }
        let mut folded = Vec::new();
        fold_case(bare, &mut folded);
        let most = SLIPS.min(self.wanted.len() / 3).max(1);
        if !part && self.is_far(&folded, most) {
            return;
        }
        let text = String::from_utf8_lossy(&folded);
        let distance = if part { 1 } else { strsim::damerau_levenshtein(&self.wanted, &text) };
        if distance <= most {
            add(found, (distance, String::from_utf8_lossy(id).into_owned()));
        }
    }
}

impl Near {
    /// Whether so many slips surely do not turn the one text into the other: each takes away one letter and
    /// adds one. Beyond ASCII a letter is several bytes, so nothing is said there.
    fn is_far(&self, folded: &[u8], slips: usize) -> bool {
        let differ = |(a, b): (&i16, i16)| usize::from(a.abs_diff(b));
        let apart: usize = self.counts.iter().zip(counts(folded)).map(differ).sum();
        apart > 2 * slips && self.wanted.is_ascii() && folded.is_ascii()
    }
}

/// How often each byte stands in a text.
fn counts(text: &[u8]) -> [i16; 256] {
    let mut counts = [0i16; 256];
    for b in text {
        if let Some(count) = counts.get_mut(usize::from(*b)) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// The sink that looks at the message-ids of all rows that count.
pub(super) struct Listener<'n> {
    near: &'n Near,
    window: Window,
    include_probes: bool,
    pub seen: Seen,
}

impl<'n> Listener<'n> {
    pub(super) fn new(near: &'n Near, options: &Options) -> Self {
        let Options { window, include_probes, .. } = *options;
        Self { near, window, include_probes, seen: Seen::default() }
    }
}

impl Sink for Listener<'_> {
    fn row(&mut self, event: &Event<'_>, _: Position, _: &Planned) {
        self.seen.ledger.events += 1;
        let standing = Standing::of(event, self.window, || !self.include_probes && is_probe_row(event));
        if standing == Standing::Counted {
            self.near.look(&event.text(Column::MessageId), &mut self.seen.near);
        }
    }

    fn seen(&mut self) -> &mut Seen {
        &mut self.seen
    }
}

fn letters(text: &[u8]) -> u64 {
    text.iter().fold(0, |set, b| set | 1 << (b % 64))
}

/// Keeps the nearest, sorted.
pub(super) fn add(found: &mut Found, one: (usize, String)) {
    if let Err(at) = found.binary_search(&one) {
        found.insert(at, one);
        found.truncate(OFFERED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_and_a_part_are_found() {
        let mut found = Found::new();
        let near = Near::new("<budget-2062@contoso.com>");
        for id in ["<budget-2026@contoso.com>", "<offsite@contoso.com>", "<budget-2027@contoso.com>"] {
            near.look(id.as_bytes(), &mut found);
        }
        assert_eq!(found.first().map(|f| f.1.as_str()), Some("<budget-2026@contoso.com>"));
        let mut found = Found::new();
        Near::new("budget").look(b"<budget-2026@contoso.com>", &mut found);
        assert_eq!(found.len(), 1);
    }
}
