//! What is kept of a row, and its compact form.
//!
//! A fact is written as bytes: two for event and source, a bit for each part that is there, then
//! those parts as variable-length integers. A bag of such bytes is the whole state of a message.

use hashbrown::HashMap;

use crate::model::event::{EventId, Source};
use crate::model::intake::Position;
use crate::model::journey::{Direction, StatusInfo};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::status::EnhancedCode;
use crate::model::time::Timestamp;

/// DEFER that delays nothing: by an agent, or with a retry time of year 0001.
pub const ZERO_DEFER: u16 = 1;
/// Return path `<>`.
pub const NULL_PATH: u16 = 1 << 1;
/// RECEIVE of a journal report.
pub const JOURNALING: u16 = 1 << 2;
/// source-context names the Transport Rule Agent.
pub const RULE_AGENT: u16 = 1 << 3;
/// Sent by postmaster, mailer-daemon or the Microsoft Exchange recipient.
pub const REPORT_SENDER: u16 = 1 << 4;
/// A health probe's row.
pub const PROBE: u16 = 1 << 5;
/// SEND by a connector that stays inside the organisation.
pub const INTRA: u16 = 1 << 6;
/// Moves nothing and decides nothing; used only where a message has no other rows.
pub const ANNOTATION: u16 = 1 << 7;
/// Sent by a system mailbox.
pub const SYSTEM_SENDER: u16 = 1 << 8;

/// Status mark: RecipientNotFound, `RecipNotFound` or `ExRecipNotFound`.
pub const NOT_FOUND: u8 = 1;
/// Status mark: an agent quarantined the message.
pub const QUARANTINED: u8 = 2;

/// One row, without its recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// date-time.
    pub time: Timestamp,
    /// event-id.
    pub event: EventId,
    /// source.
    pub source: Source,
    /// The constants above.
    pub flags: u16,
    /// Who wrote it, short and in upper case.
    pub server: Symbol,
    /// internal-message-id; 0 where there is none.
    pub id: u64,
    /// SEND: short name of the next Exchange server, from its reply.
    pub link_host: Symbol,
    /// SEND: internal-message-id there. TRANSFER: that of the parent here.
    pub link_id: u64,
    /// connector-id.
    pub connector: Symbol,
    /// The other host, as logged.
    pub peer: Symbol,
    /// The other host's address, as logged.
    pub peer_ip: Symbol,
    /// RECEIVE: original-client-ip.
    pub origin_ip: Symbol,
    /// related-recipient-address, folded.
    pub related: Symbol,
    /// The same as logged, where texts are kept.
    pub related_shown: Symbol,
    /// Return path, else sender-address, folded.
    pub sender: Symbol,
    /// The same as logged, where texts are kept.
    pub sender_shown: Symbol,
    /// When the message was first submitted, from message-info.
    pub origination: Option<Timestamp>,
    /// total-bytes.
    pub size: Option<u64>,
    /// directionality.
    pub direction: Direction,
    /// message-id as logged, where texts are kept.
    pub message_id: Symbol,
    /// Subject, where texts are kept.
    pub subject: Symbol,
    /// reference, where texts are kept.
    pub reference: Symbol,
    /// Where it stands, where evidence is kept.
    pub evidence: Position,
    /// First of its recipients in the bag.
    pub first: u32,
    /// How many.
    pub count: u32,
    /// Hash of the whole row, where the same row may have been read twice; else 0.
    pub twin: u64,
    /// Which of the run's filters the row met.
    pub marks: u16,
    /// network-message-id, from the bag it lies in; 0 without one. Not written.
    pub owner: u128,
}

/// One recipient of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recipient {
    /// The address, folded.
    pub address: Symbol,
    /// The address as logged, where texts are kept; else the same as `address`.
    pub shown: Symbol,
    /// Its status.
    pub status: StatusInfo,
}

impl Default for Fact {
    fn default() -> Self {
        Self {
            time: Timestamp(0),
            event: EventId::Other,
            source: Source::Other,
            flags: 0,
            server: EMPTY,
            id: 0,
            link_host: EMPTY,
            link_id: 0,
            connector: EMPTY,
            peer: EMPTY,
            peer_ip: EMPTY,
            origin_ip: EMPTY,
            related: EMPTY,
            related_shown: EMPTY,
            sender: EMPTY,
            sender_shown: EMPTY,
            origination: None,
            size: None,
            direction: Direction::Absent,
            message_id: EMPTY,
            subject: EMPTY,
            reference: EMPTY,
            evidence: Position::default(),
            first: 0,
            count: 0,
            twin: 0,
            marks: 0,
            owner: 0,
        }
    }
}

/// The facts of one message, decoded; kept and used again from message to message.
#[derive(Debug, Default)]
pub struct Bag {
    /// The rows, in no order.
    pub facts: Vec<Fact>,
    /// All their recipients.
    pub recipients: Vec<Recipient>,
}

impl Bag {
    /// Empties the bag.
    pub fn clear(&mut self) {
        self.facts.clear();
        self.recipients.clear();
    }

    /// Brings the facts into an order that depends on nothing but what they say, so that neither
    /// the order of files nor the number of threads can show in any answer.
    pub fn sort(&mut self, names: &Frozen) {
        let recipients = &self.recipients;
        let people =
            |f: &Fact| recipients.get(f.first as usize..(f.first + f.count) as usize).unwrap_or_default();
        self.facts.sort_unstable_by(|a, b| {
            let numbers = |f: &Fact| (f.time, f.event, f.id, f.size, f.source, f.link_id, f.flags, f.owner);
            let text = |s: Symbol| names.get(s);
            numbers(a).cmp(&numbers(b)).then_with(|| {
                let texts =
                    |f: &Fact| [f.server, f.connector, f.peer, f.peer_ip, f.related, f.sender].map(text);
                texts(a)
                    .cmp(&texts(b))
                    .then_with(|| {
                        people(a)
                            .iter()
                            .map(|r| text(r.address))
                            .cmp(people(b).iter().map(|r| text(r.address)))
                    })
                    .then_with(|| a.evidence.cmp(&b.evidence))
            })
        });
    }

    /// Of rows that were read from two copies of a log, keeps the one that stands first.
    pub fn drop_twins(&mut self) {
        if self.facts.iter().any(|f| f.twin != 0) {
            let mut seen: HashMap<u64, Position> = HashMap::new();
            for fact in self.facts.iter().filter(|f| f.twin != 0) {
                let first = seen.entry(fact.twin).or_insert(fact.evidence);
                *first = fact.evidence.min(*first);
            }
            self.facts.retain(|f| f.twin == 0 || seen.get(&f.twin) == Some(&f.evidence));
        }
    }

    /// The recipients of a row.
    pub fn recipients_of(&self, fact: &Fact) -> &[Recipient] {
        let first = fact.first as usize;
        self.recipients.get(first..first + fact.count as usize).unwrap_or_default()
    }
}

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
}

/// Writes a fact. Its sender is left to the store, which knows it already for most.
pub fn encode(fact: &Fact, recipients: &[Recipient], texts: bool, out: &mut Vec<u8>) {
    let some = |s: Symbol, bit: u32| if s == EMPTY { 0 } else { bit };
    let shared = recipients.first().map_or(StatusInfo::default(), |r| r.status);
    let all_same = recipients.iter().all(|r| r.status == shared);
    let mut parts = some(fact.connector, part::CONNECTOR)
        | some(fact.peer, part::PEER)
        | some(fact.peer_ip, part::PEER_IP)
        | some(fact.related, part::RELATED)
        | some(fact.origin_ip, part::ORIGIN_IP)
        | (fact.direction as u32) << part::DIRECTION;
    parts |= if fact.id == 0 { 0 } else { part::ID };
    parts |= if fact.link_id == 0 && fact.link_host == EMPTY { 0 } else { part::LINK };
    parts |= fact.origination.map_or(0, |_| part::ORIGINATION);
    parts |= fact.size.map_or(0, |_| part::SIZE);
    parts |= if fact.flags == 0 { 0 } else { part::FLAGS };
    parts |= if fact.marks == 0 { 0 } else { part::MARKS };
    parts |= if fact.twin == 0 { 0 } else { part::TWIN };
    parts |= if texts { part::TEXTS } else { 0 };
    parts |= match all_same {
        true if shared == StatusInfo::default() => 0,
        true => part::SHARED_STATUS,
        false => part::OWN_STATUS,
    };
    out.extend_from_slice(&[fact.event as u8, fact.source as u8]);
    put(u64::from(parts), out);
    put(zigzag(fact.time.0 - EPOCH), out);
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
    if texts {
        for symbol in [fact.related_shown, fact.sender_shown, fact.message_id, fact.subject, fact.reference] {
            put(u64::from(symbol.0), out);
        }
        put(u64::from(fact.evidence.file), out);
        put(fact.evidence.line, out);
        put(fact.evidence.offset, out);
    }
    if parts & part::SHARED_STATUS != 0 {
        encode_status(&shared, out);
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
        code: (code != 0).then(|| EnhancedCode {
            class: (code >> 20) as u8,
            subject: (code >> 10 & 0x3ff) as u16,
            detail: (code & 0x3ff) as u16,
        }),
        tag: symbol(from),
        text: symbol(from),
        host: symbol(from),
    }
}

fn byte(from: &mut &[u8]) -> u8 {
    let Some((&b, rest)) = from.split_first() else { return 0 };
    *from = rest;
    b
}

fn symbol(from: &mut &[u8]) -> Symbol {
    Symbol(take(from) as u32)
}

/// Reads one fact into the bag; `sender` and `owner` are what the store knows of it.
pub fn decode(from: &mut &[u8], sender: Symbol, owner: u128, bag: &mut Bag) {
    let (event, source) = (EventId::from_u8(byte(from)), Source::from_u8(byte(from)));
    let mut fact = Fact { event, source, owner, ..Fact::default() };
    let parts = take(from) as u32;
    let has = |bit: u32| parts & bit != 0;
    fact.time = Timestamp(unzigzag(take(from)) + EPOCH);
    fact.server = symbol(from);
    let mut opt = |bit: u32| if has(bit) { take(from) } else { 0 };
    fact.id = opt(part::ID);
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
