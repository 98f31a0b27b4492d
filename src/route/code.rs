//! The compact form of a fact: the number of its shape, then the parts which that says are there, as
//! variable-length integers. A bag of such bytes is the whole state of a message.

use super::fact::{Bag, Fact, Recipient};
use super::shape::{FrozenShapes, Shape, Shaper, read_status, spell_status};
use crate::model::intake::Position;
use crate::model::journey::StatusInfo;
use crate::model::name::{EMPTY, Symbol};
use crate::model::time::Timestamp;

/// Appends a number, seven bits a byte, low ones first.
#[inline]
pub fn put(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Reads what [`put`] wrote; 0 at the end of the bytes.
#[inline]
pub fn take(from: &mut &[u8]) -> u64 {
    let (mut n, mut shift) = (0u64, 0u32);
    while let Some((&b, rest)) = from.split_first() {
        *from = rest;
        n |= u64::from(b & 0x7f).checked_shl(shift).unwrap_or(0);
        if b < 0x80 {
            break;
        }
        shift += 7;
    }
    n
}

fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

fn unzigzag(n: u64) -> i64 {
    (n >> 1) as i64 ^ -((n & 1) as i64)
}

/// Times are written as the distance from here, which keeps them short: 2020-01-01.
const EPOCH: i64 = 1_577_836_800_000;

mod part {
    pub(super) const ID: u16 = 1;
    /// Its internal-message-id is that of its base.
    pub(super) const SAME_ID: u16 = 1 << 1;
    pub(super) const LINK: u16 = 1 << 2;
    pub(super) const RELATED: u16 = 1 << 3;
    pub(super) const ORIGINATION: u16 = 1 << 4;
    pub(super) const SIZE: u16 = 1 << 5;
    pub(super) const ORIGIN_IP: u16 = 1 << 6;
    pub(super) const TWIN: u16 = 1 << 7;
    pub(super) const MADE_FROM: u16 = 1 << 8;
    pub(super) const TEXTS: u16 = 1 << 9;
    /// Each recipient has its own status.
    pub(super) const OWN_STATUS: u16 = 1 << 10;
    /// It has one recipient; else their number is written.
    pub(super) const ONE: u16 = 1 << 11;
    /// That is the one of its base.
    pub(super) const SAME_ONE: u16 = 1 << 12;
    /// Its message was submitted when that of its base was.
    pub(super) const SAME_ORIGINATION: u16 = 1 << 13;
}

/// An earlier fact of the same message, of which the next one says only what differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    time: Timestamp,
    id: u64,
    origination: Option<Timestamp>,
    /// Its recipient, if it has just one.
    only: Symbol,
}

impl Base {
    /// What later facts can rest on.
    pub fn of(fact: &Fact, recipients: &[Recipient]) -> Self {
        let only = match recipients {
            [only] => only.address,
            _ => EMPTY,
        };
        Self { time: fact.time, id: fact.id, origination: fact.origination, only }
    }
}

/// The shape of a fact.
fn shape_of(fact: &Fact, recipients: &[Recipient], texts: bool, base: Option<Base>) -> Shape {
    let when = |there: bool, bit: u16| if there { bit } else { 0 };
    let mut status = recipients.first().map_or(StatusInfo::default(), |r| r.status);
    // With texts, few are the same.
    let alike = if texts { StatusInfo::default() } else { status };
    let own = !recipients.iter().all(|r| r.status == alike);
    if own {
        status = StatusInfo::default();
    }
    let id = match base {
        Some(base) if base.id == fact.id => part::SAME_ID,
        _ => when(fact.id != 0, part::ID),
    };
    let origination = match base {
        Some(base) if base.origination == fact.origination && fact.origination.is_some() => {
            part::SAME_ORIGINATION
        }
        _ => when(fact.origination.is_some(), part::ORIGINATION),
    };
    let one = match (recipients, base) {
        ([only], Some(base)) if only.address == base.only => part::ONE | part::SAME_ONE,
        _ => when(recipients.len() == 1, part::ONE),
    };
    let parts = id
        | origination
        | one
        | when(fact.link_id != 0, part::LINK)
        | when(fact.related != EMPTY, part::RELATED)
        | when(fact.size.is_some(), part::SIZE)
        | when(fact.origin_ip != EMPTY, part::ORIGIN_IP)
        | when(fact.twin != 0, part::TWIN)
        | when(fact.made_from != 0, part::MADE_FROM)
        | when(texts, part::TEXTS)
        | when(own, part::OWN_STATUS);
    Shape::of(fact, parts, status)
}

/// Writes a fact. Its sender is left to the store, which knows it already for most.
pub(super) fn encode(
    (fact, recipients): (&Fact, &[Recipient]),
    (texts, base): (bool, Option<Base>),
    shaper: &mut Shaper<'_>,
    out: &mut Vec<u8>,
) {
    let shape = shape_of(fact, recipients, texts, base);
    let number = shaper.number(&shape);
    put(number.map_or(0, |n| u64::from(n) + 1), out);
    if number.is_none() {
        shape.spell(out);
    }
    put(zigzag(fact.time.0 - base.map_or(EPOCH, |b| b.time.0)), out);
    let parts = shape.parts;
    let when = |bit: u16, value: u64, out: &mut Vec<u8>| {
        if parts & bit != 0 {
            put(value, out);
        }
    };
    when(part::ID, fact.id, out);
    when(part::LINK, fact.link_id, out);
    when(part::RELATED, u64::from(fact.related.0), out);
    when(part::ORIGINATION, zigzag(fact.time.0 - fact.origination.unwrap_or_default().0), out);
    when(part::SIZE, fact.size.unwrap_or(0), out);
    when(part::ORIGIN_IP, u64::from(fact.origin_ip.0), out);
    when(part::TWIN, fact.twin, out);
    when(part::MADE_FROM, fact.made_from, out);
    if texts {
        for symbol in [fact.related_shown, fact.sender_shown, fact.message_id, fact.subject, fact.reference] {
            put(u64::from(symbol.0), out);
        }
        put(u64::from(fact.evidence.file), out);
        put(fact.evidence.line, out);
        put(fact.evidence.offset, out);
    }
    if parts & part::ONE == 0 {
        put(recipients.len() as u64, out);
    }
    for recipient in recipients {
        if parts & part::SAME_ONE == 0 {
            put(u64::from(recipient.address.0), out);
        }
        if texts {
            put(u64::from(recipient.shown.0), out);
        }
        if parts & part::OWN_STATUS != 0 {
            spell_status(&recipient.status, out);
        }
    }
}

/// Reads a byte; 0 at the end of the bytes.
#[inline]
pub fn byte(from: &mut &[u8]) -> u8 {
    let Some((&b, rest)) = from.split_first() else { return 0 };
    *from = rest;
    b
}

/// Reads eight bytes, low ones first; 0 where there are no eight.
#[inline]
pub fn word(from: &mut &[u8]) -> u64 {
    let Some((bytes, rest)) = from.split_first_chunk::<8>() else { return 0 };
    *from = rest;
    u64::from_le_bytes(*bytes)
}

/// Reads a symbol.
#[inline]
pub(super) fn symbol(from: &mut &[u8]) -> Symbol {
    Symbol(take(from) as u32)
}

/// What the store knows of a fact without its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Its sender.
    pub sender: Symbol,
    /// network-message-id of its bag; 0 without one.
    pub owner: u128,
    /// Hash of the message-id of its bag.
    pub id_hash: u64,
    /// What it was written with.
    pub base: Option<Base>,
}

/// Reads one fact into the bag.
pub(super) fn decode(from: &mut &[u8], known: Known, shapes: &FrozenShapes, bag: &mut Bag) {
    let Known { sender, owner, id_hash, base } = known;
    let shape = match take(from).checked_sub(1) {
        Some(number) => shapes.get(number as u32),
        None => Shape::read(from),
    };
    let time = Timestamp(unzigzag(take(from)) + base.map_or(EPOCH, |b| b.time.0));
    let has = |bit: u16| shape.parts & bit != 0;
    let mut opt = |bit: u16| if has(bit) { take(from) } else { 0 };
    let id = match base {
        Some(base) if has(part::SAME_ID) => base.id,
        _ => opt(part::ID),
    };
    let link_id = opt(part::LINK);
    let related = Symbol(opt(part::RELATED) as u32);
    let mut fact = Fact {
        time,
        event: shape.event,
        source: shape.source,
        flags: shape.flags,
        server: shape.server,
        id,
        link_host: shape.link_host,
        link_id,
        connector: shape.connector,
        peer: shape.peer,
        peer_ip: shape.peer_ip,
        related,
        related_shown: related,
        sender,
        sender_shown: sender,
        origination: match base {
            Some(base) if has(part::SAME_ORIGINATION) => base.origination,
            _ => has(part::ORIGINATION).then(|| Timestamp(time.0 - unzigzag(opt(part::ORIGINATION)))),
        },
        size: has(part::SIZE).then(|| opt(part::SIZE)),
        origin_ip: Symbol(opt(part::ORIGIN_IP) as u32),
        twin: opt(part::TWIN),
        made_from: opt(part::MADE_FROM),
        direction: shape.direction,
        marks: shape.marks,
        owner,
        id_hash,
        ..Fact::default()
    };
    if has(part::TEXTS) {
        fact.related_shown = symbol(from);
        fact.sender_shown = symbol(from);
        fact.message_id = symbol(from);
        fact.subject = symbol(from);
        fact.reference = symbol(from);
        fact.evidence = Position { file: take(from) as u32, line: take(from), offset: take(from) };
    }
    fact.first = bag.recipients.len() as u32;
    fact.count = if has(part::ONE) { 1 } else { take(from) as u32 };
    decode_recipients(from, fact.count, (&shape, base), bag);
    bag.facts.push(fact);
}

fn decode_recipients(from: &mut &[u8], count: u32, (shape, base): (&Shape, Option<Base>), bag: &mut Bag) {
    let has = |bit: u16| shape.parts & bit != 0;
    for _ in 0..count {
        let address = match base {
            Some(base) if has(part::SAME_ONE) => base.only,
            _ => symbol(from),
        };
        let shown = if has(part::TEXTS) { symbol(from) } else { address };
        let status = if has(part::OWN_STATUS) { read_status(from) } else { shape.status };
        bag.recipients.push(Recipient { address, shown, status });
    }
}

#[cfg(test)]
mod tests;
