//! The compact form of a fact: two bytes for event and source, a bit for each part that is there,
//! then those parts as variable-length integers. A bag of such bytes is the whole state of a message.

use super::fact::{Bag, Fact, Recipient};
use crate::model::event::{EventId, Source};
use crate::model::intake::Position;
use crate::model::journey::{Direction, StatusInfo};
use crate::model::name::{EMPTY, Symbol};
use crate::model::status::EnhancedCode;
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
    pub(super) const ID: u32 = 1;
    pub(super) const LINK: u32 = 1 << 1;
    pub(super) const CONNECTOR: u32 = 1 << 2;
    pub(super) const PEER: u32 = 1 << 3;
    pub(super) const PEER_IP: u32 = 1 << 4;
    pub(super) const RELATED: u32 = 1 << 5;
    pub(super) const ORIGINATION: u32 = 1 << 6;
    pub(super) const SHARED_STATUS: u32 = 1 << 7;
    pub(super) const SIZE: u32 = 1 << 8;
    pub(super) const ORIGIN_IP: u32 = 1 << 9;
    pub(super) const FLAGS: u32 = 1 << 10;
    pub(super) const OWN_STATUS: u32 = 1 << 11;
    pub(super) const TEXTS: u32 = 1 << 12;
    pub(super) const DIRECTION: u32 = 13; // and 14: two bits
    pub(super) const MARKS: u32 = 1 << 15;
    pub(super) const TWIN: u32 = 1 << 16;
    pub(super) const MADE_FROM: u32 = 1 << 17;
    pub(super) const SAME_ID: u32 = 1 << 18;
}

/// An earlier fact of the same message, of which the next one says only what differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    time: Timestamp,
    id: u64,
}

impl Base {
    /// What later facts can rest on.
    pub fn of(fact: &Fact) -> Self {
        Self { time: fact.time, id: fact.id }
    }
}

/// Which parts a fact has.
fn parts_of(fact: &Fact, recipients: &[Recipient], texts: bool, base: Option<Base>) -> u32 {
    let when = |there: bool, bit: u32| if there { bit } else { 0 };
    let shared = recipients.first().map_or(StatusInfo::default(), |r| r.status);
    let status = match recipients.iter().all(|r| r.status == shared) {
        true if shared == StatusInfo::default() => 0,
        true => part::SHARED_STATUS,
        false => part::OWN_STATUS,
    };
    status
        | match base {
            Some(base) if base.id == fact.id => part::SAME_ID,
            _ => when(fact.id != 0, part::ID),
        }
        | when(fact.link_id != 0 || fact.link_host != EMPTY, part::LINK)
        | when(fact.connector != EMPTY, part::CONNECTOR)
        | when(fact.peer != EMPTY, part::PEER)
        | when(fact.peer_ip != EMPTY, part::PEER_IP)
        | when(fact.origin_ip != EMPTY, part::ORIGIN_IP)
        | when(fact.related != EMPTY, part::RELATED)
        | when(fact.origination.is_some(), part::ORIGINATION)
        | when(fact.size.is_some(), part::SIZE)
        | when(fact.flags != 0, part::FLAGS)
        | when(fact.marks != 0, part::MARKS)
        | when(fact.twin != 0, part::TWIN)
        | when(fact.made_from != 0, part::MADE_FROM)
        | when(texts, part::TEXTS)
        | (fact.direction as u32) << part::DIRECTION
}

/// Writes a fact. Its sender is left to the store, which knows it already for most.
pub fn encode(fact: &Fact, recipients: &[Recipient], (texts, base): (bool, Option<Base>), out: &mut Vec<u8>) {
    let parts = parts_of(fact, recipients, texts, base);
    out.extend_from_slice(&[fact.event as u8, fact.source as u8]);
    put(u64::from(parts), out);
    put(zigzag(fact.time.0 - base.map_or(EPOCH, |b| b.time.0)), out);
    put(u64::from(fact.server.0), out);
    let when = |bit: u32, value: u64, out: &mut Vec<u8>| {
        if parts & bit != 0 {
            put(value, out);
        }
    };
    when(part::ID, fact.id, out);
    when(part::LINK, fact.link_id, out);
    when(part::LINK, u64::from(fact.link_host.0), out);
    when(part::CONNECTOR, u64::from(fact.connector.0), out);
    when(part::PEER, u64::from(fact.peer.0), out);
    when(part::PEER_IP, u64::from(fact.peer_ip.0), out);
    when(part::ORIGIN_IP, u64::from(fact.origin_ip.0), out);
    when(part::RELATED, u64::from(fact.related.0), out);
    when(part::ORIGINATION, zigzag(fact.time.0 - fact.origination.unwrap_or_default().0), out);
    when(part::SIZE, fact.size.unwrap_or(0), out);
    when(part::FLAGS, u64::from(fact.flags), out);
    when(part::MARKS, u64::from(fact.marks), out);
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
    if parts & part::SHARED_STATUS != 0 {
        encode_status(&recipients.first().map_or(StatusInfo::default(), |r| r.status), out);
    }
    put(recipients.len() as u64, out);
    for recipient in recipients {
        put(u64::from(recipient.address.0), out);
        if texts {
            put(u64::from(recipient.shown.0), out);
        }
        if parts & part::OWN_STATUS != 0 {
            encode_status(&recipient.status, out);
        }
    }
}

fn encode_status(status: &StatusInfo, out: &mut Vec<u8>) {
    out.extend_from_slice(&[status.class, status.marks]);
    put(
        status
            .code
            .map_or(0, |c| u64::from(c.class) << 20 | u64::from(c.subject) << 10 | u64::from(c.detail)),
        out,
    );
    for symbol in [status.tag, status.text, status.host] {
        put(u64::from(symbol.0), out);
    }
}

fn decode_status(from: &mut &[u8]) -> StatusInfo {
    let (class, marks) = (byte(from), byte(from));
    let code = take(from);
    StatusInfo {
        class,
        marks,
        code: (code != 0).then_some(EnhancedCode {
            class: (code >> 20) as u8,
            subject: (code >> 10 & 0x3ff) as u16,
            detail: (code & 0x3ff) as u16,
        }),
        tag: symbol(from),
        text: symbol(from),
        host: symbol(from),
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

fn symbol(from: &mut &[u8]) -> Symbol {
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
pub fn decode(from: &mut &[u8], known: Known, bag: &mut Bag) {
    let Known { sender, owner, id_hash, base } = known;
    let (event, source) = (EventId::from_u8(byte(from)), Source::from_u8(byte(from)));
    let mut fact = Fact { event, source, owner, id_hash, ..Fact::default() };
    let parts = take(from) as u32;
    let has = |bit: u32| parts & bit != 0;
    fact.time = Timestamp(unzigzag(take(from)) + base.map_or(EPOCH, |b| b.time.0));
    fact.server = symbol(from);
    let mut opt = |bit: u32| if has(bit) { take(from) } else { 0 };
    fact.id = opt(part::ID);
    if has(part::SAME_ID) {
        fact.id = base.map_or(0, |b| b.id);
    }
    fact.link_id = opt(part::LINK);
    fact.link_host = Symbol(opt(part::LINK) as u32);
    fact.connector = Symbol(opt(part::CONNECTOR) as u32);
    fact.peer = Symbol(opt(part::PEER) as u32);
    fact.peer_ip = Symbol(opt(part::PEER_IP) as u32);
    fact.origin_ip = Symbol(opt(part::ORIGIN_IP) as u32);
    fact.related = Symbol(opt(part::RELATED) as u32);
    fact.origination =
        has(part::ORIGINATION).then(|| Timestamp(fact.time.0 - unzigzag(opt(part::ORIGINATION))));
    fact.size = has(part::SIZE).then(|| opt(part::SIZE));
    fact.flags = opt(part::FLAGS) as u16;
    fact.marks = opt(part::MARKS) as u16;
    fact.twin = opt(part::TWIN);
    fact.made_from = opt(part::MADE_FROM);
    fact.direction = match parts >> part::DIRECTION & 3 {
        1 => Direction::Incoming,
        2 => Direction::Originating,
        3 => Direction::Undefined,
        _ => Direction::Absent,
    };
    (fact.sender, fact.related_shown, fact.sender_shown) = (sender, fact.related, sender);
    let texts = has(part::TEXTS);
    if texts {
        fact.related_shown = symbol(from);
        fact.sender_shown = symbol(from);
        fact.message_id = symbol(from);
        fact.subject = symbol(from);
        fact.reference = symbol(from);
        fact.evidence = Position { file: take(from) as u32, line: take(from), offset: take(from) };
    }
    let shared = if has(part::SHARED_STATUS) { decode_status(from) } else { StatusInfo::default() };
    fact.first = bag.recipients.len() as u32;
    fact.count = take(from) as u32;
    for _ in 0..fact.count {
        let address = symbol(from);
        let shown = if texts { symbol(from) } else { address };
        let status = if has(part::OWN_STATUS) { decode_status(from) } else { shared };
        bag.recipients.push(Recipient { address, shown, status });
    }
    bag.facts.push(fact);
}

#[cfg(test)]
mod tests;
