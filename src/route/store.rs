//! One part of the state: for every message of the part a bag of encoded facts, side by side.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use hashbrown::{HashSet, HashTable};

use super::batch::{BASED, BLOCK, NOTE, OTHER_ID, OTHER_SENDER, STAYS};
use super::code::{self, Base, put, take};
use super::fact::{ANNOTATION, Bag};
use super::shape::FrozenShapes;
use crate::model::name::{EMPTY, Symbol};

/// What names a message before anything is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// By network-message-id; `Key::value` is it.
    Network,
    /// By message-id, where there is no network-message-id.
    MessageId,
    /// By server and internal-message-id, or by the row itself, where there is neither.
    Instance,
}

impl KeyKind {
    fn from_u8(byte: u8) -> Self {
        match byte {
            0 => Self::Network,
            1 => Self::MessageId,
            _ => Self::Instance,
        }
    }
}

/// The name of a bag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which kind of name.
    pub kind: KeyKind,
    /// network-message-id, or a hash of the other kinds of name.
    pub value: u128,
    /// Hash of the message-id; 0 where it is blank.
    pub message_id: u64,
}

/// Makes keys. The seed is drawn anew for each run, so that no log can be made to collide on purpose.
#[derive(Clone, Debug, Default)]
pub struct Keyer {
    a: RandomState,
    b: RandomState,
}

impl Keyer {
    fn hash(&self, what: u8, text: &[u8]) -> u128 {
        u128::from(self.a.hash_one((what, text))) << 64 | u128::from(self.b.hash_one((what, text)))
    }

    /// The hash by which a message-id is known in this run; 0 where it is blank.
    pub fn message_id(&self, message_id: &[u8]) -> u64 {
        let trimmed = bare_message_id(message_id);
        if trimmed.is_empty() { 0 } else { self.a.hash_one(trimmed).max(1) }
    }

    /// The key of a row. A message-id is compared without its angle brackets and blanks around it.
    pub fn key<'s>(
        &self,
        network: Option<u128>,
        message_id: &[u8],
        (server, id): (impl FnOnce() -> Cow<'s, [u8]>, u64),
        line: &[u8],
    ) -> Key {
        let trimmed = bare_message_id(message_id);
        let message_id = self.message_id(message_id);
        if let Some(value) = network {
            return Key { kind: KeyKind::Network, value, message_id };
        }
        if message_id != 0 {
            return Key { kind: KeyKind::MessageId, value: self.hash(0, trimmed), message_id };
        }
        let value = if id == 0 {
            self.hash(1, line)
        } else {
            let mut name = server().into_owned();
            name.extend_from_slice(&id.to_le_bytes());
            self.hash(2, &name)
        };
        Key { kind: KeyKind::Instance, value, message_id }
    }
}

/// A message-id as it is compared.
pub fn bare_message_id(id: &[u8]) -> &[u8] {
    let id = id.trim_ascii();
    let id = id.strip_prefix(b"<").unwrap_or(id);
    id.strip_suffix(b">").unwrap_or(id).trim_ascii()
}

/// One bag.
#[derive(Clone, Debug)]
pub struct Entry {
    value: [u64; 2],
    message_id: u64,
    sender: Symbol,
    /// Where it lies: number of the chunk times its size, and bytes in it.
    at: u32,
    bytes: u32,
    kind: KeyKind,
    /// A row moves the message, so that its notes do not matter.
    moved: bool,
}

impl Entry {
    /// Its name.
    pub fn key(&self) -> Key {
        let [low, high] = self.value;
        Key { kind: self.kind, value: u128::from(high) << 64 | u128::from(low), message_id: self.message_id }
    }
}

/// One part of the state.
#[derive(Debug, Default)]
pub struct Shard {
    /// The bags.
    pub entries: Vec<Entry>,
    /// Message-ids under which a bag is known besides that of its key.
    pub aliases: HashSet<(u64, u32)>,
    /// Each bag is a number of facts, and for each its sender and whether it has a base, and the fact itself.
    /// In chunks like the blocks they were made of, as that memory is free when these are filled.
    chunks: Vec<Vec<u8>>,
}

/// Where a fact lies, and whose it is.
#[derive(Clone, Copy, Debug)]
struct Place {
    block: u32,
    from: u32,
    to: u32,
    entry: u32,
    sender: Symbol,
    bits: u8,
}

/// A block on its way into a shard: the bags its facts name by number.
struct Named {
    entry: u32,
    message_id: u64,
    sender: Symbol,
}

/// Sorts the facts of a part by message.
#[derive(Default)]
struct Sorter {
    table: HashTable<u32>,
    hasher: RandomState,
    shard: Shard,
    places: Vec<Place>,
}

impl Shard {
    /// Takes the blocks of one part, in any order.
    pub fn of(blocks: &[Vec<u8>]) -> Self {
        let mut sorter = Sorter::default();
        let mut named = Vec::new();
        for (number, block) in (0u32..).zip(blocks) {
            named.clear();
            sorter.look_at(number, block, &mut named);
        }
        sorter.lay_out(blocks)
    }

    /// A copy of some bags of another part.
    pub fn adopt<'s>(&mut self, other: &'s Self, numbers: impl Iterator<Item = &'s u32>) {
        for entry in numbers.filter_map(|n| other.entries.get(*n as usize)) {
            let bytes = other.bag(entry).get(..entry.bytes as usize).unwrap_or_default();
            let at = self.room(bytes.len());
            self.append(bytes);
            self.entries.push(Entry { at, ..entry.clone() });
        }
    }

    /// Decodes a bag and adds its facts to `bag`.
    pub fn decode(&self, number: u32, shapes: &FrozenShapes, bag: &mut Bag) {
        let Some(entry) = self.entries.get(number as usize) else { return };
        let key = entry.key();
        let owner = if key.kind == KeyKind::Network { key.value } else { 0 };
        let id_hash = entry.message_id;
        let first = bag.facts.len();
        let mut rest = self.bag(entry);
        let mut last = None;
        for _ in 0..take(&mut rest) {
            let head = take(&mut rest);
            let sender = if head >> 1 == 0 { entry.sender } else { Symbol(((head >> 1) - 1) as u32) };
            let base = last.filter(|_| head & 1 == 1);
            code::decode(&mut rest, code::Known { sender, owner, id_hash, base }, shapes, bag);
            last = bag.facts.last().filter(|f| f.flags & ANNOTATION == 0).map(Base::of).or(last);
        }
        if entry.moved && entry.kind != KeyKind::MessageId {
            drop_annotations(bag, first);
        }
    }

    /// The bytes from the start of a bag on.
    fn bag(&self, entry: &Entry) -> &[u8] {
        let (chunk, from) = (entry.at as usize / BLOCK, entry.at as usize % BLOCK);
        self.chunks.get(chunk).and_then(|c| c.get(from..)).unwrap_or_default()
    }

    /// Makes room for a bag of so many bytes and says where. One that is larger than a chunk has its own.
    fn room(&mut self, bytes: usize) -> u32 {
        if self.chunks.last().is_none_or(|c| c.len() + bytes > BLOCK) {
            self.chunks.push(Vec::with_capacity(BLOCK.max(bytes)));
        }
        let filled = self.chunks.last().map_or(0, Vec::len);
        ((self.chunks.len() - 1) * BLOCK + filled) as u32
    }

    fn append(&mut self, bytes: &[u8]) {
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.extend_from_slice(bytes);
        }
    }
}

impl Sorter {
    /// Finds the facts of a block and the bags they belong to.
    fn look_at(&mut self, number: u32, block: &[u8], named: &mut Vec<Named>) {
        let mut rest = block;
        while !rest.is_empty() {
            let bag = match (take(&mut rest) as usize).checked_sub(1) {
                Some(bag) => bag,
                None => {
                    let (entry, message_id) = self.entry(&mut rest);
                    let sender = Symbol(take(&mut rest) as u32);
                    named.push(Named { entry, message_id, sender });
                    named.len() - 1
                }
            };
            let Some(&Named { entry, mut message_id, mut sender }) = named.get(bag) else { return };
            let bits = code::byte(&mut rest);
            if bits & OTHER_ID != 0 {
                message_id = code::word(&mut rest);
            }
            if bits & OTHER_SENDER != 0 {
                sender = Symbol(take(&mut rest) as u32);
            }
            let length = take(&mut rest) as usize;
            let from = block.len() - rest.len();
            let to = from + length;
            rest = rest.get(length..).unwrap_or_default();
            let place = Place { block: number, from: from as u32, to: to as u32, entry, sender, bits };
            self.places.push(place);
            self.note_ids(place, message_id);
        }
    }

    /// The bag of a key that is spelled, and its message-id.
    fn entry(&mut self, rest: &mut &[u8]) -> (u32, u64) {
        let kind = KeyKind::from_u8(code::byte(rest));
        let value = [code::word(rest), code::word(rest)];
        let message_id = code::word(rest);
        let hash = self.hasher.hash_one(value);
        let entries = &mut self.shard.entries;
        let same = |i: &u32| entries.get(*i as usize).is_some_and(|e| e.value == value && e.kind == kind);
        if let Some(&found) = self.table.find(hash, same) {
            return (found, message_id);
        }
        let index = entries.len() as u32;
        entries.push(Entry {
            value,
            message_id: 0,
            sender: Symbol(u32::MAX),
            at: 0,
            bytes: 0,
            kind,
            moved: false,
        });
        let hasher = &self.hasher;
        self.table.insert_unique(hash, index, |i| {
            hasher.hash_one(entries.get(*i as usize).map_or([0, 0], |e| e.value))
        });
        (index, message_id)
    }

    /// What a row tells of the message-ids of its bag. A note matters only to a message that has no other row.
    fn note_ids(&mut self, place: Place, id: u64) {
        let Some(entry) = self.shard.entries.get_mut(place.entry as usize) else { return };
        if entry.sender.0 == u32::MAX {
            entry.sender = place.sender;
        }
        let (note, known) = (place.bits & NOTE != 0, entry.message_id);
        match (note, entry.moved) {
            (true, true) => return,
            (true, false) if id != 0 && (known == 0 || id < known) => entry.message_id = id,
            (true, false) => {}
            (false, false) => entry.message_id = id,
            (false, true) if known == 0 => entry.message_id = id,
            (false, true) if id != 0 && id != known => {
                self.shard.aliases.insert((id, place.entry));
            }
            (false, true) => {}
        }
        entry.moved |= !note;
    }

    /// Puts the facts of each bag side by side.
    fn lay_out(self, blocks: &[Vec<u8>]) -> Shard {
        let Self { mut shard, mut places, .. } = self;
        places.retain(|p| {
            let moved = shard.entries.get(p.entry as usize).is_some_and(|e| e.moved);
            p.bits & NOTE == 0 || p.bits & STAYS != 0 || !moved
        });
        let order = by_entry(&places, shard.entries.len());
        let place = |i: &u32| places.get(*i as usize);
        let mut whole = Vec::new();
        for bag in order.chunk_by(|a, b| place(a).map(|p| p.entry) == place(b).map(|p| p.entry)) {
            let Some(number) = bag.first().and_then(place).map(|p| p.entry as usize) else { continue };
            let sender = shard.entries.get(number).map_or(EMPTY, |e| e.sender);
            whole.clear();
            put(bag.len() as u64, &mut whole);
            for place in bag.iter().filter_map(place) {
                let other = if place.sender == sender { 0 } else { u64::from(place.sender.0) + 1 };
                put(other << 1 | u64::from(place.bits & BASED != 0), &mut whole);
                let block = blocks.get(place.block as usize).map(Vec::as_slice).unwrap_or_default();
                whole
                    .extend_from_slice(block.get(place.from as usize..place.to as usize).unwrap_or_default());
            }
            let at = shard.room(whole.len());
            shard.append(&whole);
            if let Some(entry) = shard.entries.get_mut(number) {
                (entry.at, entry.bytes) = (at, whole.len() as u32);
            }
        }
        shard.entries.shrink_to_fit();
        shard
    }
}

/// The numbers of places by entry; a counting sort, since a part has few entries.
fn by_entry(places: &[Place], entries: usize) -> Vec<u32> {
    let mut ends = vec![0u32; entries + 1];
    for place in places {
        if let Some(count) = ends.get_mut(place.entry as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut order = vec![0u32; places.len()];
    for (number, place) in (0u32..).zip(places) {
        let Some(next) = ends.get_mut(place.entry as usize) else { continue };
        if let Some(slot) = order.get_mut(*next as usize) {
            *slot = number;
        }
        *next += 1;
    }
    order
}

/// Takes the annotations out of a bag that has other rows; what filters they met stays with those.
fn drop_annotations(bag: &mut Bag, first: usize) {
    let own = bag.facts.get(first..).unwrap_or_default();
    let marks = own.iter().filter(|f| f.flags & ANNOTATION != 0).fold(0, |marks, f| marks | f.marks);
    let mut number = 0;
    bag.facts.retain(|f| {
        number += 1;
        number <= first || f.flags & ANNOTATION == 0
    });
    if let Some(kept) = bag.facts.get_mut(first) {
        kept.marks |= marks;
    }
}
