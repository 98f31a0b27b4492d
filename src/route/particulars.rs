//! What the rows of a message say of the message as a whole: its sender, its class, how it came in.

use super::decide::Message;
use super::fact::{AUTOMATIC, Fact, JOURNALING, NULL_PATH, PROBE, REPORT_SENDER, RULE_BRAKE, SYSTEM_SENDER};
use crate::model::event::{EventId, Source};
use crate::model::intake::Position;
use crate::model::journey::{Class, Direction, Journey};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::signs::{Circle, CircleKind, Remark};
use crate::model::time::Timestamp;

/// What is known of the message as a whole.
pub(super) fn particulars(message: &Message<'_>) -> Journey {
    let mut all = Gathered::default();
    let facts = message.ordered.order.iter().filter_map(|n| message.bag.facts.get(*n as usize));
    facts.for_each(|f| all.see(f, message.names));
    let received = all.received;
    let text =
        |pick: fn(&Fact) -> Symbol, any: Symbol| received.map(pick).filter(|s| *s != EMPTY).unwrap_or(any);
    Journey {
        key: 0,
        network_message_id: all.owner,
        message_id: text(|f| f.message_id, all.message_id),
        sender: text(|f| f.sender_shown, all.sender_shown),
        sender_folded: text(|f| f.sender, all.sender),
        null_path: all.flags & NULL_PATH != 0,
        links: (all.id_hash, all.made_from),
        came_from: received.map_or((EMPTY, EMPTY), |f| (f.peer, f.origin_ip)),
        subject: received.map_or(EMPTY, |f| f.subject),
        size_bytes: received.and_then(|f| f.size),
        directionality: received.map_or(Direction::Absent, |f| f.direction),
        class: all.class(),
        reference: all.reference,
        first_seen: all.first.map_or(Timestamp::default(), |f| f.time),
        first_server: all.first.map_or(EMPTY, |f| f.server),
        origin_server: all.origin,
        legs: message.ordered.legs(message.bag),
        stays: message.ordered.stays(message.bag),
        circles: circles(message),
        remarks: remarks(message),
        automatic: all.flags & AUTOMATIC != 0,
        resubmitted: false,
        entered_by_smtp: match received {
            _ if all.from_mailbox => Some(false),
            received => received.map(|f| f.source == Source::Smtp),
        },
        received: received.map(|f| (f.source, f.connector)).or(all.made_here.then_some((Source::Dsn, EMPTY))),
        leaves: Vec::new(),
        marks: message.bag.facts.iter().fold(0, |marks, f| marks | f.marks),
        evidence: all.evidence.unwrap_or_default(),
    }
}

/// What the rows of a message say of it; of what several say, what the first one says.
#[derive(Default)]
struct Gathered<'a> {
    received: Option<&'a Fact>,
    /// The earliest.
    first: Option<&'a Fact>,
    /// Server of the first in causal order.
    origin: Symbol,
    evidence: Option<Position>,
    owner: u128,
    id_hash: u64,
    made_from: u64,
    message_id: Symbol,
    sender_shown: Symbol,
    sender: Symbol,
    reference: Symbol,
    /// All flags of all rows.
    flags: u16,
    from_mailbox: bool,
    by_rule: bool,
    moderated: bool,
    report: bool,
    /// A row says that it is a report that was made.
    made_here: bool,
    /// Without return path, and sent by who sends reports.
    like_report: bool,
}

impl<'a> Gathered<'a> {
    fn see(&mut self, fact: &'a Fact, names: &Frozen) {
        if fact.event == EventId::Receive {
            self.received = self.received.or(Some(fact));
            self.by_rule |= fact.source == Source::MailboxRule;
        }
        if self.first.is_none_or(|first| fact.time < first.time) {
            self.first = Some(fact);
        }
        self.evidence = Some(self.evidence.map_or(fact.evidence, |e| e.min(fact.evidence)));
        if self.owner == 0 {
            self.owner = fact.owner;
        }
        for (known, new) in [(&mut self.id_hash, fact.id_hash), (&mut self.made_from, fact.made_from)] {
            *known = if *known == 0 { new } else { *known };
        }
        let texts = [
            (&mut self.origin, fact.server),
            (&mut self.message_id, fact.message_id),
            (&mut self.sender_shown, fact.sender_shown),
            (&mut self.sender, fact.sender),
        ];
        for (known, new) in texts {
            *known = if *known == EMPTY { new } else { *known };
        }
        let is_dsn = fact.event == EventId::Dsn;
        if self.reference == EMPTY
            && fact.reference != EMPTY
            && (is_dsn || fact.event == EventId::Receive)
            && names.get(fact.reference).starts_with(b"<")
        {
            self.reference = fact.reference;
        }
        self.flags |= fact.flags;
        self.made_here |= is_dsn;
        self.report |= is_dsn || (fact.event == EventId::Receive && fact.source == Source::Dsn);
        self.moderated |= fact.source == Source::Approval;
        self.like_report |= fact.flags & NULL_PATH != 0 && fact.flags & REPORT_SENDER != 0;
        self.from_mailbox |=
            fact.source == Source::StoreDriver && matches!(fact.event, EventId::Receive | EventId::Submit);
    }

    fn class(&self) -> Class {
        match () {
            () if self.flags & PROBE != 0 => Class::Probe,
            () if self.flags & JOURNALING != 0 => Class::Journal,
            () if self.report => Class::Dsn,
            () if self.by_rule => Class::Rule,
            () if self.moderated => Class::Moderation,
            () if self.like_report => Class::Dsn,
            () if self.flags & (SYSTEM_SENDER | REPORT_SENDER) != 0 => Class::System,
            () => Class::Normal,
        }
    }
}

fn circles(message: &Message<'_>) -> Vec<Circle> {
    let address = |n: &u32| message.lineage.nodes.get(*n as usize).map_or(EMPTY, |n| n.address);
    let circle = |(kind, nodes, at): &(CircleKind, Vec<u32>, u32)| {
        let row = message.ordered.fact(message.bag, *at);
        Circle {
            kind: *kind,
            addresses: nodes.iter().map(address).collect(),
            time: row.map_or(Timestamp::default(), |f| f.time),
            evidence: row.map_or(Position::default(), |f| f.evidence),
        }
    };
    message.lineage.circles.iter().map(circle).collect()
}

fn remarks(message: &Message<'_>) -> Vec<Remark> {
    let speaks = |f: &&Fact| f.event == EventId::DuplicateExpand || f.flags & RULE_BRAKE != 0;
    let remark = |f: &Fact| Remark {
        event: f.event,
        time: f.time,
        address: message.bag.recipients_of(f).first().map_or(EMPTY, |r| r.address),
        related: f.related,
        evidence: f.evidence,
    };
    message.bag.facts.iter().filter(speaks).map(remark).collect()
}
