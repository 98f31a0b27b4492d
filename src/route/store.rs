//! The state of a run: for every message a bag of encoded facts, in a few locked shards.
//!
//! A few shards that all threads fill beat a map for each thread and a merge at the end: less
//! memory, and no second pass. Threads bring facts in batches, so that a lock is taken once for
//! many. A bag is a chain of fragments, newest first; the order means nothing.

use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use foldhash::quality::RandomState;
use hashbrown::{HashSet, HashTable};

use super::code;
use super::fact::{ANNOTATION, Bag, Fact, Recipient};
use crate::model::name::Symbol;

/// How many shards; a power of two.
pub const SHARDS: usize = 16;
const BLOCK: usize = 64 << 10;
/// No fragment before this one.
const NONE: u32 = u32::MAX;

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
    pub fn key(&self, network: Option<u128>, message_id: &[u8], server: &[u8], id: u64, line: &[u8]) -> Key {
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
            let mut name = server.to_vec();
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
    /// Its name.
    pub key: Key,
    has_primary: bool,
    sender: Symbol,
    last: u32,
}

/// Facts on their way into the store, sorted by shard; one for each thread.
#[derive(Debug)]
pub struct Batch {
    shards: Vec<Vec<Pending>>,
    bytes: Vec<u8>,
    texts: bool,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    key: Key,
    sender: Symbol,
    annotation: bool,
    /// An annotation that stays even if it is of no use: a filter asked for it, or its bag, which only a
    /// message-id names, may hold several messages.
    stays: bool,
    from: u32,
    to: u32,
}

impl Batch {
    /// With `texts`, facts keep what only `routes` and `trace` print.
    pub fn new(texts: bool) -> Self {
        Self { shards: vec![Vec::new(); SHARDS], bytes: Vec::new(), texts }
    }

    /// Adds a row.
    pub fn push(&mut self, key: Key, fact: &Fact, recipients: &[Recipient]) {
        let from = self.bytes.len() as u32;
        code::encode(fact, recipients, self.texts, &mut self.bytes);
        let pending = Pending {
            key,
            sender: fact.sender,
            annotation: fact.flags & ANNOTATION != 0,
            stays: fact.marks != 0 || key.kind == KeyKind::MessageId,
            from,
            to: self.bytes.len() as u32,
        };
        if let Some(shard) = self.shards.get_mut(shard_of(key)) {
            shard.push(pending);
        }
    }
}

fn shard_of(key: Key) -> usize {
    // The low bits of a network-message-id are a time, the high ones are random.
    ((key.value >> 64) as usize ^ (key.value >> 100) as usize) % SHARDS
}

/// One part of the state.
#[derive(Debug)]
pub struct Shard {
    table: HashTable<u32>,
    hasher: RandomState,
    /// The bags.
    pub entries: Vec<Entry>,
    /// Message-ids under which a bag is known besides that of its key.
    pub aliases: HashSet<(u64, u32)>,
    blocks: Vec<Vec<u8>>,
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            table: HashTable::new(),
            hasher: RandomState::default(),
            entries: Vec::new(),
            aliases: HashSet::new(),
            blocks: Vec::new(),
        }
    }
}

impl Shard {
    fn absorb(&mut self, pending: &Pending, bytes: &[u8]) {
        let hash = self.hasher.hash_one(pending.key.value);
        let entries = &self.entries;
        let same = |i: &u32| {
            entries
                .get(*i as usize)
                .is_some_and(|e| e.key.value == pending.key.value && e.key.kind == pending.key.kind)
        };
        let index = if let Some(&found) = self.table.find(hash, same) {
            found
        } else {
            let index = self.entries.len() as u32;
            self.entries.push(Entry {
                key: pending.key,
                has_primary: false,
                sender: pending.sender,
                last: NONE,
            });
            let (entries, hasher) = (&self.entries, &self.hasher);
            self.table.insert_unique(hash, index, |i| {
                hasher.hash_one(entries.get(*i as usize).map_or(0, |e| e.key.value))
            });
            index
        };
        let Some(entry) = self.entries.get_mut(index as usize) else { return };
        // An annotation matters only to a message that has no other row. Whether one is kept depends on
        // the order of rows, so nothing may come of it once there is another: neither here nor in decode.
        let (id, known) = (pending.key.message_id, entry.key.message_id);
        match (pending.annotation, entry.has_primary) {
            (true, true) if !pending.stays => return,
            (true, true) => {}
            (true, false) if id != 0 && (known == 0 || id < known) => entry.key.message_id = id,
            (true, false) => {}
            (false, false) => entry.key.message_id = id,
            (false, true) if known == 0 => entry.key.message_id = id,
            (false, true) if id != 0 && id != known => {
                self.aliases.insert((id, index));
            }
            (false, true) => {}
        }
        entry.has_primary |= !pending.annotation;
        let mut head = [0u8; 16];
        let head_len = fragment_head(&mut head, entry, pending.sender, bytes.len());
        let at = self.blocks_append(head.get(..head_len).unwrap_or_default(), bytes);
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.last = at;
        }
    }

    /// Appends a fragment and returns where: block number times block size, plus offset, in units of four bytes.
    fn blocks_append(&mut self, head: &[u8], bytes: &[u8]) -> u32 {
        let need = head.len() + bytes.len();
        if self.blocks.last().is_none_or(|b| b.len() + need > BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK.max(need)));
        }
        let number = self.blocks.len() - 1;
        let Some(block) = self.blocks.last_mut() else { return NONE };
        let at = number * BLOCK + block.len();
        block.extend_from_slice(head);
        block.extend_from_slice(bytes);
        while !block.len().is_multiple_of(4) {
            block.push(0);
        }
        // A block larger than the usual holds one fragment at its start, so offsets stay below BLOCK.
        if block.len() > BLOCK {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        (at / 4) as u32
    }

    /// Decodes a bag and adds its facts to `bag`.
    pub fn decode(&self, entry: &Entry, bag: &mut Bag) {
        let owner = if entry.key.kind == KeyKind::Network { entry.key.value } else { 0 };
        let id_hash = entry.key.message_id;
        let first = bag.facts.len();
        let mut at = entry.last;
        while at != NONE {
            let (block, offset) = (at as usize * 4 / BLOCK, at as usize * 4 % BLOCK);
            let Some(mut rest) = self.blocks.get(block).and_then(|b| b.get(offset..)) else { return };
            let previous = code::take(&mut rest) as u32;
            let sender = match code::take(&mut rest) {
                0 => entry.sender,
                s => Symbol((s - 1) as u32),
            };
            let length = code::take(&mut rest) as usize;
            let mut body = rest.get(..length).unwrap_or_default();
            code::decode(&mut body, code::Known { sender, owner, id_hash }, bag);
            at = previous;
        }
        if entry.has_primary && entry.key.kind != KeyKind::MessageId {
            drop_annotations(bag, first);
        }
    }
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

fn fragment_head(head: &mut [u8; 16], entry: &Entry, sender: Symbol, length: usize) -> usize {
    let mut out = Vec::with_capacity(16);
    code::put(u64::from(entry.last), &mut out);
    code::put(if sender == entry.sender { 0 } else { u64::from(sender.0) + 1 }, &mut out);
    code::put(length as u64, &mut out);
    for (to, from) in head.iter_mut().zip(&out) {
        *to = *from;
    }
    out.len()
}

/// The whole state while it is filled.
#[derive(Debug)]
pub struct Store {
    shards: Vec<Mutex<Shard>>,
}

impl Default for Store {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }
}

impl Store {
    /// Takes all that a batch holds, and empties it. `start` spreads threads over the shards.
    pub fn absorb(&self, batch: &mut Batch, start: usize) {
        for i in 0..SHARDS {
            let number = (start + i) % SHARDS;
            let (Some(pending), Some(shard)) = (batch.shards.get_mut(number), self.shards.get(number)) else {
                continue;
            };
            if pending.is_empty() {
                continue;
            }
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for p in pending.drain(..) {
                shard.absorb(&p, batch.bytes.get(p.from as usize..p.to as usize).unwrap_or_default());
            }
        }
        batch.bytes.clear();
    }

    /// The state when all is read.
    pub fn finish(self) -> Vec<Shard> {
        self.shards.into_iter().map(|s| s.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}
