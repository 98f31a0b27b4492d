//! What is kept of a row.

use std::cmp::Ordering;

use hashbrown::HashMap;

use crate::model::event::{EventId, Source};
use crate::model::intake::Position;
use crate::model::journey::{Direction, StatusInfo};
use crate::model::name::{EMPTY, Frozen, Symbol};
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
/// THROTTLE: the brake on inbox rules that forward in circles.
pub const RULE_BRAKE: u16 = 1 << 9;
/// RECEIVE whose subject is that of an automatic answer.
pub const AUTOMATIC: u16 = 1 << 10;

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
    /// Hash of the message-id that a made message was made from, or a report is about; 0 elsewhere.
    pub made_from: u64,
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
    /// Hash of the message-id of the bag it lies in; 0 without one. Not written.
    pub id_hash: u64,
}

impl Fact {
    /// Names all its texts anew.
    pub fn rename(&mut self, mut name: impl FnMut(Symbol) -> Symbol) {
        let texts = [
            &mut self.server,
            &mut self.link_host,
            &mut self.connector,
            &mut self.peer,
            &mut self.peer_ip,
            &mut self.origin_ip,
            &mut self.related,
            &mut self.related_shown,
            &mut self.sender,
            &mut self.sender_shown,
            &mut self.message_id,
            &mut self.subject,
            &mut self.reference,
        ];
        for text in texts {
            *text = name(*text);
        }
    }
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

impl Recipient {
    /// Names all its texts anew.
    pub fn rename(&mut self, mut name: impl FnMut(Symbol) -> Symbol) {
        let StatusInfo { tag, text, host, .. } = &mut self.status;
        for symbol in [&mut self.address, &mut self.shown, tag, text, host] {
            *symbol = name(*symbol);
        }
    }
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
            made_from: 0,
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
            id_hash: 0,
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
        let Self { facts, recipients } = self;
        // What was read last comes first.
        if facts.first().map(|f| f.time) > facts.last().map(|f| f.time) {
            facts.reverse();
        }
        let order = |a: &Fact, b: &Fact| compare(a, b, recipients, names);
        if !facts.is_sorted_by(|a, b| order(a, b).is_le()) {
            facts.sort_unstable_by(order);
        }
    }

    /// Of rows that were read from several copies of a log, keeps those of one file: the one that
    /// holds the row most often, of equals the first. Where evidence is not kept, the rows of other
    /// files were not either.
    pub fn drop_twins(&mut self) {
        if self.facts.iter().all(|f| f.twin == 0) {
            return;
        }
        let mut held: HashMap<(u64, u32), u32> = HashMap::new();
        for fact in self.facts.iter().filter(|f| f.twin != 0) {
            *held.entry((fact.twin, fact.evidence.file)).or_default() += 1;
        }
        let mut best: HashMap<u64, (u32, std::cmp::Reverse<u32>)> = HashMap::new();
        for ((twin, file), count) in held {
            let found = best.entry(twin).or_default();
            *found = (*found).max((count, std::cmp::Reverse(file)));
        }
        self.facts.retain(|f| f.twin == 0 || best.get(&f.twin).is_some_and(|b| b.1.0 == f.evidence.file));
    }

    /// The recipients of a row.
    pub fn recipients_of(&self, fact: &Fact) -> &[Recipient] {
        let first = fact.first as usize;
        self.recipients.get(first..first + fact.count as usize).unwrap_or_default()
    }
}

/// The order of two rows by what they say; texts are looked at only where nothing else tells them apart.
fn compare(a: &Fact, b: &Fact, recipients: &[Recipient], names: &Frozen) -> Ordering {
    let by_time = a.time.cmp(&b.time).then_with(|| a.event.cmp(&b.event)).then_with(|| a.id.cmp(&b.id));
    if by_time.is_ne() {
        return by_time;
    }
    let people =
        |f: &Fact| recipients.get(f.first as usize..(f.first + f.count) as usize).unwrap_or_default();
    let text = |s: Symbol| names.get(s);
    let numbers = |f: &Fact| (f.size, f.source, f.link_id, f.flags, f.owner);
    let hosts = |f: &Fact| [f.server, f.connector, f.peer, f.peer_ip, f.related, f.sender];
    let by_hosts = || match (hosts(a), hosts(b)) {
        (mine, theirs) if mine == theirs => Ordering::Equal,
        (mine, theirs) => mine.map(text).cmp(&theirs.map(text)),
    };
    let verdict =
        |r: &Recipient| (text(r.address), r.status.class, r.status.marks, r.status.code, text(r.status.tag));
    // Texts come last: a verb that keeps no evidence keeps them masked, and must come to the same order.
    let words = |r: &Recipient| text(r.status.text);
    numbers(a)
        .cmp(&numbers(b))
        .then_with(by_hosts)
        .then_with(|| people(a).iter().map(verdict).cmp(people(b).iter().map(verdict)))
        .then_with(|| a.evidence.cmp(&b.evidence))
        .then_with(|| people(a).iter().map(words).cmp(people(b).iter().map(words)))
}
