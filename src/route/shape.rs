//! What most facts have in common with earlier ones: all but times, numbers and addresses. A fact names such
//! a shape by a number; where there are too many shapes to keep, it spells its own.

use std::hash::BuildHasher;
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::code::{byte, put, symbol, take};
use super::fact::Fact;
use crate::model::event::{EventId, Source};
use crate::model::journey::{Direction, StatusInfo};
use crate::model::name::Symbol;
use crate::model::status::EnhancedCode;

/// So many shapes are kept.
const MOST: usize = if cfg!(test) { 1 << 4 } else { 1 << 16 };
/// Shapes that a thread met last; a power of two.
const RECENT: usize = 1 << 12;

/// The part of a fact of which few different ones occur.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub event: EventId,
    pub source: Source,
    pub flags: u16,
    pub marks: u16,
    /// Which other parts the fact has.
    pub parts: u16,
    pub direction: Direction,
    pub server: Symbol,
    pub link_host: Symbol,
    pub connector: Symbol,
    pub peer: Symbol,
    pub peer_ip: Symbol,
    /// The status of all its recipients.
    pub status: StatusInfo,
}

impl Shape {
    pub(super) fn of(fact: &Fact, parts: u16, status: StatusInfo) -> Self {
        Self {
            event: fact.event,
            source: fact.source,
            flags: fact.flags,
            marks: fact.marks,
            parts,
            direction: fact.direction,
            server: fact.server,
            link_host: fact.link_host,
            connector: fact.connector,
            peer: fact.peer,
            peer_ip: fact.peer_ip,
            status,
        }
    }

    /// All of it in few words, to be compared, hashed and written.
    fn words(&self) -> [u64; 6] {
        let two = |a: Symbol, b: Symbol| u64::from(a.0) | u64::from(b.0) << 32;
        let kinds = [self.event as u8, self.source as u8, self.direction as u8, self.status.class];
        let numbers = [self.flags, u16::from(self.status.marks)];
        [
            u64::from(u32::from_le_bytes(kinds)) | u64::from(numbers[0]) << 32 | u64::from(numbers[1]) << 48,
            u64::from(self.parts) | u64::from(self.marks) << 16 | u64::from(code_number(&self.status)) << 32,
            two(self.server, self.link_host),
            two(self.connector, self.peer),
            two(self.peer_ip, self.status.tag),
            two(self.status.text, self.status.host),
        ]
    }

    fn of_words([kinds, numbers, a, b, c, d]: [u64; 6]) -> Self {
        let two = |word: u64| (Symbol(word as u32), Symbol((word >> 32) as u32));
        let [event, source, direction, class, ..] = kinds.to_le_bytes();
        let ((server, link_host), (connector, peer)) = (two(a), two(b));
        let ((peer_ip, tag), (text, host)) = (two(c), two(d));
        let (marks, code) = ((kinds >> 48) as u8, code_of((numbers >> 32) as u32));
        let direction = match direction {
            1 => Direction::Incoming,
            2 => Direction::Originating,
            3 => Direction::Undefined,
            _ => Direction::Absent,
        };
        Self {
            event: EventId::from_u8(event),
            source: Source::from_u8(source),
            flags: (kinds >> 32) as u16,
            marks: (numbers >> 16) as u16,
            parts: numbers as u16,
            direction,
            server,
            link_host,
            connector,
            peer,
            peer_ip,
            status: StatusInfo { class, marks, code, tag, text, host },
        }
    }

    /// Writes it out.
    pub(super) fn spell(&self, out: &mut Vec<u8>) {
        self.words().into_iter().for_each(|word| put(word, out));
    }

    /// Reads what [`Self::spell`] wrote.
    pub(super) fn read(from: &mut &[u8]) -> Self {
        Self::of_words(std::array::from_fn(|_| take(from)))
    }
}

impl Default for Shape {
    fn default() -> Self {
        Self::of(&Fact::default(), 0, StatusInfo::default())
    }
}

/// An enhanced code as a number; 0 without one.
fn code_number(status: &StatusInfo) -> u32 {
    let number =
        |c: EnhancedCode| u32::from(c.class) << 20 | u32::from(c.subject) << 10 | u32::from(c.detail);
    status.code.map_or(0, number)
}

fn code_of(number: u32) -> Option<EnhancedCode> {
    let (subject, detail) = ((number >> 10 & 0x3ff) as u16, (number & 0x3ff) as u16);
    (number != 0).then_some(EnhancedCode { class: (number >> 20) as u8, subject, detail })
}

/// Writes a status.
pub(super) fn spell_status(status: &StatusInfo, out: &mut Vec<u8>) {
    out.extend_from_slice(&[status.class, status.marks]);
    put(u64::from(code_number(status)), out);
    for symbol in [status.tag, status.text, status.host] {
        put(u64::from(symbol.0), out);
    }
}

/// Reads what [`spell_status`] wrote.
pub(super) fn read_status(from: &mut &[u8]) -> StatusInfo {
    let (class, marks) = (byte(from), byte(from));
    let code = code_of(take(from) as u32);
    StatusInfo { class, marks, code, tag: symbol(from), text: symbol(from), host: symbol(from) }
}

/// The shapes of a run, which many threads add to.
#[derive(Debug, Default)]
pub struct Shapes {
    shared: RwLock<Table>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Table {
    numbers: HashTable<u32>,
    shapes: Vec<[u64; 6]>,
}

impl Table {
    fn find(&self, hash: u64, shape: &[u64; 6]) -> Option<u32> {
        self.numbers.find(hash, |n| self.shapes.get(*n as usize) == Some(shape)).copied()
    }
}

impl Shapes {
    /// The number of a shape, which is kept if it is new and there is room.
    fn number(&self, hash: u64, shape: &[u64; 6]) -> Option<u32> {
        {
            let table = self.shared.read().unwrap_or_else(PoisonError::into_inner);
            let found = table.find(hash, shape);
            if found.is_some() || table.shapes.len() >= MOST {
                return found;
            }
        }
        let mut table = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        let found = table.find(hash, shape);
        if found.is_some() || table.shapes.len() >= MOST {
            return found;
        }
        let Table { numbers, shapes } = &mut *table;
        let number = shapes.len() as u32;
        shapes.push(*shape);
        let hash_of = |n: &u32| shapes.get(*n as usize).map_or(0, |shape| self.hasher.hash_one(shape));
        numbers.insert_unique(hash, number, hash_of);
        Some(number)
    }

    /// All shapes, when none is added any more.
    pub fn freeze(self) -> FrozenShapes {
        let table = self.shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        FrozenShapes(table.shapes.into_iter().map(Shape::of_words).collect())
    }
}

/// The shapes of a run by their numbers.
#[derive(Debug, Default)]
pub struct FrozenShapes(Vec<Shape>);

impl FrozenShapes {
    /// The shapes to be added to, with the same numbers.
    pub fn thaw(self) -> Shapes {
        let hasher = RandomState::default();
        let shapes: Vec<[u64; 6]> = self.0.iter().map(Shape::words).collect();
        let mut numbers = HashTable::with_capacity(shapes.len());
        for (number, shape) in (0u32..).zip(&shapes) {
            let hash_of = |n: &u32| shapes.get(*n as usize).map_or(0, |shape| hasher.hash_one(shape));
            numbers.insert_unique(hasher.hash_one(shape), number, hash_of);
        }
        Shapes { shared: RwLock::new(Table { numbers, shapes }), hasher }
    }

    /// A shape; one that says nothing for a number of another run.
    pub(super) fn get(&self, number: u32) -> Shape {
        self.0.get(number as usize).copied().unwrap_or_default()
    }
}

/// One thread's memory of shapes.
#[derive(Debug)]
pub(super) struct Shaper<'r> {
    all: &'r Shapes,
    /// Shapes met last and one more than their numbers; 0 where none was met.
    recent: Vec<([u64; 6], u32)>,
}

impl<'r> Shaper<'r> {
    pub(super) fn new(all: &'r Shapes) -> Self {
        Self { all, recent: vec![([0; 6], 0); RECENT] }
    }

    /// The number of a shape, if it has one.
    pub(super) fn number(&mut self, shape: &Shape) -> Option<u32> {
        let words = shape.words();
        let hash = self.all.hasher.hash_one(words);
        let (met, next) = self.recent.get_mut((hash >> 40) as usize % RECENT)?;
        if *next == 0 || *met != words {
            let number = self.all.number(hash, &words)?;
            (*met, *next) = (words, number + 1);
        }
        Some(*next - 1)
    }
}
