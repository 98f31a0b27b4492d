//! What one thread keeps of the rows it reads: encoded facts, each appended to the block of its part.
//!
//! A message belongs to one part, by the hash of its key. Nothing is looked up while logs are read: a
//! fact goes behind the last one of its part, and [`super::store`] sorts a part by message once all is
//! read, in memory that a processor's cache holds. So threads share nothing, and parts can be put aside
//! on disk.
//!
//! A fact of a message that was just met names it by a number; only the first in a block spells its key.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::code::{self, Base, put};
use super::fact::{ANNOTATION, Fact, Recipient};
use super::shape::{Shaper, Shapes};
use super::store::{Key, KeyKind};
use crate::model::name::{EMPTY, Symbol};

/// How many parts; a power of two.
pub const PARTS: usize = 128;
/// Bytes of a block, about.
pub const BLOCK: usize = if cfg!(test) { 1 << 9 } else { 32 << 10 };
/// A block is full when less than this is left, so that hardly any grows: memory is used again in blocks.
const SLACK: usize = BLOCK / 32;
/// Keys of messages that a thread met last; a power of two.
const RECENT: usize = 1 << 14;

/// It moves nothing.
pub(super) const NOTE: u8 = 1;
/// A note that stays even if it is of no use: a filter asked for it, or its bag, which only a message-id
/// names, may hold several messages.
pub(super) const STAYS: u8 = 1 << 1;
/// Its message-id is not that of the message's first fact in this block, and follows.
pub(super) const OTHER_ID: u8 = 1 << 2;
/// The same of its sender.
pub(super) const OTHER_SENDER: u8 = 1 << 3;
/// It is written with the last fact of the message in this block that moves it as its base.
pub(super) const BASED: u8 = 1 << 4;

/// Facts of one part.
#[derive(Debug, Default)]
struct Block {
    bytes: Vec<u8>,
    /// Which of the thread's blocks it is.
    serial: u32,
    /// Messages in it.
    bags: u32,
}

/// A message that was met, and how the block it was met in names it.
#[derive(Clone, Copy, Debug)]
struct Recent {
    /// In halves, as a whole number would leave gaps here.
    value: [u64; 2],
    message_id: u64,
    kind: KeyKind,
    sender: Symbol,
    serial: u32,
    bag: u32,
    /// A row that moves it was met too.
    moved: bool,
    /// The last such row in the block.
    base: Option<Base>,
}

impl Recent {
    fn is(&self, kind: KeyKind, value: u128) -> bool {
        self.value == halves(value) && self.kind == kind
    }
}

/// The halves of a number, the low one first.
fn halves(value: u128) -> [u64; 2] {
    [value as u64, (value >> 64) as u64]
}

/// One thread's facts, and the way to their parts.
#[derive(Debug)]
pub struct Batch<'r> {
    blocks: Vec<Block>,
    full: Vec<(usize, Vec<u8>)>,
    recent: Vec<Recent>,
    /// Draws parts, the same for all threads.
    hasher: RandomState,
    serials: u32,
    texts: bool,
    shaper: Shaper<'r>,
}

impl<'r> Batch<'r> {
    /// With `texts`, facts keep what only `routes` and `trace` print; `few` messages are expected where not all are
    /// asked for. All threads are given one `hasher` and `shapes`.
    pub fn new((texts, few): (bool, bool), hasher: RandomState, shapes: &'r Shapes) -> Self {
        let none = Recent {
            value: [0; 2],
            message_id: 0,
            kind: KeyKind::Network,
            sender: EMPTY,
            serial: 0,
            bag: 0,
            moved: false,
            base: None,
        };
        let blocks = (0..PARTS).map(|_| Block::default()).collect();
        Self {
            blocks,
            full: Vec::new(),
            recent: vec![none; if few { RECENT / 16 } else { RECENT }],
            hasher,
            serials: 0,
            texts,
            shaper: Shaper::new(shapes),
        }
    }

    /// Whether a row that moves the message of this network-message-id was met a short while ago, so
    /// that notes about it are of no use.
    pub fn has_moved(&self, network: u128) -> bool {
        let slot = self.recent.get(self.hasher.hash_one(network) as usize & (self.recent.len() - 1));
        slot.is_some_and(|r| r.moved && r.is(KeyKind::Network, network))
    }

    /// Adds a row.
    pub fn push(&mut self, key: Key, fact: &Fact, recipients: &[Recipient]) {
        let hash = self.hasher.hash_one(key.value);
        let (number, mask) = ((hash >> 32) as usize % PARTS, self.recent.len() - 1);
        let (Some(block), Some(recent)) =
            (self.blocks.get_mut(number), self.recent.get_mut(hash as usize & mask))
        else {
            return;
        };
        if block.bytes.is_empty() {
            self.serials += 1;
            *block = Block { bytes: Vec::with_capacity(BLOCK), serial: self.serials, bags: 0 };
        }
        let (out, note) = (&mut block.bytes, fact.flags & ANNOTATION != 0);
        let stays = fact.marks != 0 || key.kind == KeyKind::MessageId;
        let mut bits = if note { NOTE } else { 0 } | if stays { STAYS } else { 0 };
        let known = recent.is(key.kind, key.value);
        if known && recent.serial == block.serial {
            put(u64::from(recent.bag) + 1, out);
            bits |= if recent.message_id == key.message_id { 0 } else { OTHER_ID };
            bits |= if recent.sender == fact.sender { 0 } else { OTHER_SENDER };
            bits |= if recent.base.is_some() { BASED } else { 0 };
            out.push(bits);
            if bits & OTHER_ID != 0 {
                out.extend_from_slice(&key.message_id.to_le_bytes());
            }
            if bits & OTHER_SENDER != 0 {
                put(u64::from(fact.sender.0), out);
            }
            recent.moved |= !note;
        } else {
            out.extend_from_slice(&[0, key.kind as u8]);
            out.extend_from_slice(&key.value.to_le_bytes());
            out.extend_from_slice(&key.message_id.to_le_bytes());
            put(u64::from(fact.sender.0), out);
            out.push(bits);
            let moved = !note || known && recent.moved;
            *recent = Recent {
                value: halves(key.value),
                message_id: key.message_id,
                kind: key.kind,
                sender: fact.sender,
                serial: block.serial,
                bag: block.bags,
                moved,
                base: None,
            };
            block.bags += 1;
        }
        append(out, |out| code::encode((fact, recipients), (self.texts, recent.base), &mut self.shaper, out));
        if !note {
            recent.base = Some(Base::of(fact, recipients));
        }
        if out.len() >= BLOCK - SLACK {
            self.full.push((number, std::mem::take(out)));
        }
    }

    /// Hands over the blocks that are full, each with the number of its part.
    pub fn full(&mut self) -> impl Iterator<Item = (usize, Vec<u8>)> {
        self.full.drain(..)
    }

    /// Hands over all.
    pub fn finish(mut self) -> impl Iterator<Item = (usize, Vec<u8>)> {
        let rest = self.blocks.into_iter().map(|b| b.bytes).enumerate().filter(|(_, b)| !b.is_empty());
        self.full.extend(rest);
        self.full.into_iter()
    }
}

/// Appends what `write` writes behind its length, which for nearly all facts is one byte.
fn append(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.push(0);
    write(out);
    let length = out.len() - at - 1;
    if length < 0x80 {
        if let Some(place) = out.get_mut(at) {
            *place = length as u8;
        }
        return;
    }
    let mut long = Vec::with_capacity(5);
    put(length as u64, &mut long);
    out.splice(at..=at, long);
}
