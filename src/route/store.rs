//! One part of the state: for every message of the part a bag of encoded facts, side by side.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use hashbrown::{HashSet, HashTable};

use super::batch::{BASED, BLOCK, NOTE, OTHER_ID, OTHER_SENDER, STAYS};
use super::code::{self, Base, put, take};
use super::fact::{ANNOTATION, Bag};
use super::shape::FrozenShapes;
use crate::model::name::Symbol;

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

/// One part of the state.
#[derive(Debug, Default)]
pub struct Shard {
    /// Message-ids under which a bag is known besides that of its key.
    pub aliases: HashSet<(u64, u32)>,
    /// Where each bag lies: number of the chunk times its size, and bytes in it.
    bags: Vec<u32>,
    /// Each bag is a [`Head`], and for each fact its sender and whether it has a base, and the fact itself.
    /// In chunks like the blocks they were made of, as that memory is free when these are filled.
    chunks: Vec<Vec<u8>>,
}

/// What stands before the facts of a bag.
#[derive(Clone, Copy, Debug)]
struct Head {
    value: [u64; 2],
    message_id: u64,
    kind: KeyKind,
    /// A row moves the message, so that its notes do not matter.
    moved: bool,
    sender: Symbol,
}

impl Head {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.kind as u8 | if self.moved { MOVED } else { 0 });
        for word in [self.value[0], self.value[1], self.message_id] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        put(u64::from(self.sender.0), out);
    }

    fn read(from: &mut &[u8]) -> Self {
        let bits = code::byte(from);
        let (kind, moved) = (KeyKind::from_u8(bits & !MOVED), bits & MOVED != 0);
        let (value, message_id) = ([code::word(from), code::word(from)], code::word(from));
        Self { value, message_id, kind, moved, sender: code::symbol(from) }
    }

    fn key(&self) -> Key {
        let [low, high] = self.value;
        Key { kind: self.kind, value: u128::from(high) << 64 | u128::from(low), message_id: self.message_id }
    }
}

/// Stands beside the kind.
const MOVED: u8 = 1 << 7;

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
    heads: Vec<Head>,
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

    /// How many bags it has.
    pub fn len(&self) -> u32 {
        self.bags.len() as u32
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.bags.is_empty()
    }

    /// The name of a bag.
    pub fn key(&self, number: u32) -> Option<Key> {
        let mut bag = self.bag(number);
        (!bag.is_empty()).then(|| Head::read(&mut bag).key())
    }

    /// A copy of some bags of another part.
    pub fn adopt<'s>(&mut self, other: &'s Self, numbers: impl Iterator<Item = &'s u32>) {
        numbers.for_each(|number| self.append(other.bag(*number)));
    }

    /// Decodes a bag and adds its facts to `bag`.
    pub fn decode(&self, number: u32, shapes: &FrozenShapes, bag: &mut Bag) {
        let mut rest = self.bag(number);
        let head = Head::read(&mut rest);
        let owner = if head.kind == KeyKind::Network { head.key().value } else { 0 };
        let id_hash = head.message_id;
        let first = bag.facts.len();
        let mut last = None;
        while !rest.is_empty() {
            let own = take(&mut rest);
            let sender = if own >> 1 == 0 { head.sender } else { Symbol(((own >> 1) - 1) as u32) };
            let base = last.filter(|_| own & 1 == 1);
            code::decode(&mut rest, code::Known { sender, owner, id_hash, base }, shapes, bag);
            let fact = bag.facts.last().filter(|f| f.flags & ANNOTATION == 0);
            last = fact.map(|f| Base::of(f, bag.recipients_of(f))).or(last);
        }
        if head.moved && head.kind != KeyKind::MessageId {
            drop_annotations(bag, first);
        }
    }

    /// The bytes of a bag. They end where the next one in the chunk begins.
    fn bag(&self, number: u32) -> &[u8] {
        let place =
            |number: usize| self.bags.get(number).map(|at| (*at as usize / BLOCK, *at as usize % BLOCK));
        let Some((chunk, from)) = place(number as usize) else { return &[] };
        let chunk_bytes = self.chunks.get(chunk).map(Vec::as_slice).unwrap_or_default();
        let next = place(number as usize + 1).filter(|next| next.0 == chunk);
        chunk_bytes.get(from..next.map_or(chunk_bytes.len(), |next| next.1)).unwrap_or_default()
    }

    /// Lays a bag behind the last one. One that is larger than a chunk has its own.
    fn append(&mut self, bag: &[u8]) {
        if self.chunks.last().is_none_or(|c| c.len() + bag.len() > BLOCK) {
            self.chunks.push(Vec::with_capacity(BLOCK.max(bag.len())));
        }
        let number = self.chunks.len() - 1;
        if let Some(chunk) = self.chunks.last_mut() {
            self.bags.push((number * BLOCK + chunk.len()) as u32);
            chunk.extend_from_slice(bag);
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
        let heads = &mut self.heads;
        let same = |i: &u32| heads.get(*i as usize).is_some_and(|h| h.value == value && h.kind == kind);
        if let Some(&found) = self.table.find(hash, same) {
            return (found, message_id);
        }
        let index = heads.len() as u32;
        heads.push(Head { value, message_id: 0, kind, moved: false, sender: Symbol(u32::MAX) });
        let hasher = &self.hasher;
        self.table.insert_unique(hash, index, |i| {
            hasher.hash_one(heads.get(*i as usize).map_or([0, 0], |h| h.value))
        });
        (index, message_id)
    }

    /// What a row tells of the message-ids of its bag. A note matters only to a message that has no other row.
    fn note_ids(&mut self, place: Place, id: u64) {
        let Some(entry) = self.heads.get_mut(place.entry as usize) else { return };
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
        let Self { mut shard, heads, mut places, .. } = self;
        places.retain(|p| {
            let moved = heads.get(p.entry as usize).is_some_and(|h| h.moved);
            p.bits & NOTE == 0 || p.bits & STAYS != 0 || !moved
        });
        let order = by_entry(&places, heads.len());
        let place = |i: &u32| places.get(*i as usize);
        let mut whole = Vec::new();
        shard.bags.reserve_exact(heads.len());
        for bag in order.chunk_by(|a, b| place(a).map(|p| p.entry) == place(b).map(|p| p.entry)) {
            let number = bag.first().and_then(place).map(|p| p.entry as usize);
            let Some(head) = number.and_then(|n| heads.get(n)) else { continue };
            whole.clear();
            head.write(&mut whole);
            for place in bag.iter().filter_map(place) {
                let other = if place.sender == head.sender { 0 } else { u64::from(place.sender.0) + 1 };
                put(other << 1 | u64::from(place.bits & BASED != 0), &mut whole);
                let block = blocks.get(place.block as usize).map(Vec::as_slice).unwrap_or_default();
                whole
                    .extend_from_slice(block.get(place.from as usize..place.to as usize).unwrap_or_default());
            }
            shard.append(&whole);
        }
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
