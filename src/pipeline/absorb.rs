//! From typed rows to facts: what a run keeps of each row, counted as it goes.

mod statuses;

use hashbrown::HashSet;

use crate::model::column::Column;
use crate::model::event::{EventId, Role, Source, role};
use crate::model::intake::Position;
use crate::model::journey::StatusInfo;
use crate::model::name::{EMPTY, Symbol, short_host};
use crate::parse::event::Event;
use crate::parse::header::Binding;
use crate::parse::subjects::is_automatic;
use crate::parse::{context, message_info, values};
use crate::route::batch::Batch;
use crate::route::fact::{self, Fact, Recipient};
use crate::route::store::KeyKind;

use super::Run;
use super::known::{Address, Connector, HostNames, Known, Sender, tells_by_ip};
use super::pieces::Pieces;
use super::plan::Planned;
use super::rows::{Hosts, direction, split_addresses};
use super::seen::Seen;
use super::standing::Standing;
use super::worker::Sink;

/// One thread's way from rows to the store.
pub(super) struct Absorber<'r> {
    run: &'r Run<'r>,
    pub seen: Seen,
    pub batch: Batch<'r>,
    /// Where rows lie, for a second reading.
    pub pieces: Pieces,
    known: Known<'r>,
    recipients: Vec<Recipient>,
    /// Who sent the row at hand.
    sender: Sender,
    /// Who wrote it, and who is on the other side.
    hosts: HostNames,
}

impl<'r> Absorber<'r> {
    pub(super) fn new(run: &'r Run<'r>) -> Self {
        let needs = (run.needs.texts, run.only.is_some());
        Self {
            run,
            seen: Seen::default(),
            batch: Batch::new(needs, run.parting.clone(), run.shapes),
            pieces: Pieces::default(),
            known: Known::new(run.names, needs),
            recipients: Vec::new(),
            sender: Sender::default(),
            hosts: HostNames::default(),
        }
    }

    /// Takes one row in, or counts why not.
    fn take(&mut self, event: &Event<'_>, at: Position, file: &Planned) {
        self.seen.ledger.events += 1;
        if self.is_unwanted(event) {
            return;
        }
        self.hosts = self.known.hosts(event, &file.host);
        if self.run.only.is_none() {
            self.pieces.row(at, self.hosts.writer, event.time);
            self.seen.current.last = self.seen.current.last.max(Some(event.time));
        }
        let (mut twin, twins) = (0, &file.twins);
        if twins.may_hold(event.time) {
            let hash = twins.hash(event);
            twin = (hash >> 64) as u64;
            if !twins.is_new(hash, at.file) {
                self.seen.ledger.duplicates += 1;
                if self.run.needs.texts && self.standing(event) == Standing::Counted {
                    self.keep(event, at, (twin, false), file);
                }
                return;
            }
        }
        let standing = self.standing(event);
        standing.count(&mut self.seen.ledger);
        match standing {
            Standing::Counted => self.keep(event, at, (twin, true), file),
            Standing::Redundancy => self.seen.resubmitted.extend(self.resubmission(event)),
            Standing::Probe | Standing::OutsideWindow => {}
        }
        if matches!(standing, Standing::Redundancy | Standing::Probe) {
            // Its server was there, and its log is.
            self.seen.cover_idle(self.hosts.writer, event.time.hour());
        }
    }

    /// What names the message that a row says was sent again.
    fn resubmission(&self, event: &Event<'_>) -> Option<u128> {
        let again = match event.event {
            EventId::Resubmit => true,
            EventId::Receive => matches!(event.source, Source::SafetyNet | Source::Redundancy),
            _ => false,
        };
        let id = || match values::guid(event.text(Column::NetworkMessageId).trim_ascii()) {
            Some(id) => id,
            None => u128::from(self.run.keyer.message_id(&event.text(Column::MessageId))),
        };
        again.then(id).filter(|id| *id != 0)
    }

    /// Whether a row is known to belong to a message that is not asked for, in a reading of some messages only.
    fn is_unwanted(&self, event: &Event<'_>) -> bool {
        let of_another = |only: &HashSet<u128>| {
            values::guid(event.text(Column::NetworkMessageId).trim_ascii())
                .is_some_and(|id| !only.contains(&id))
        };
        self.run.only.is_some_and(of_another)
    }

    /// Whether the row counts. Of one that lies in the window, sender and recipients are read.
    fn standing(&mut self, event: &Event<'_>) -> Standing {
        let (window, include_probes) = (self.run.window, self.run.include_probes);
        Standing::of(event, window, || self.meets_probe(event) && !include_probes)
    }

    /// Reads who sent the row and who is to have it; tells whether one of them is a health probe.
    fn meets_probe(&mut self, event: &Event<'_>) -> bool {
        self.sender = self.known.sender(event);
        let mut probe = self.sender.probe;
        self.recipients.clear();
        let list = event.text(Column::Recipients);
        if let Some(address) = self.known.only_address(&list) {
            probe |= self.recipient(&list, address);
        } else {
            for text in split_addresses(&list) {
                let address = self.known.address(text);
                probe |= self.recipient(text, address);
            }
        }
        if probe {
            self.sender.flags |= fact::PROBE;
        }
        probe
    }

    /// Adds a recipient; tells whether it is a health probe.
    fn recipient(&mut self, text: &[u8], Address { symbol: address, probe }: Address) -> bool {
        let shown = if self.run.needs.texts { self.known.name(text) } else { address };
        self.recipients.push(Recipient { address, shown, status: StatusInfo::default() });
        probe
    }

    fn name(&mut self, text: &[u8]) -> Symbol {
        self.known.name(text)
    }

    /// Turns a row into a fact and puts it into the batch. `new`: it was not read before, in another copy of the log.
    fn keep(&mut self, event: &Event<'_>, at: Position, (twin, new): (u64, bool), file: &Planned) {
        let hosts = self.hosts;
        if new {
            self.count(event, hosts.writer);
        }
        let network = values::guid(event.text(Column::NetworkMessageId).trim_ascii());
        let message_id = event.text(Column::MessageId);
        let id = event.number(Column::InternalMessageId).unwrap_or(0);
        let writer = || Hosts::of(event, &file.host).writer;
        let key = self.run.keyer.key(network, &message_id, (writer, id), event.line());
        let annotation = role(event.event, event.source) == Role::Annotation;
        if key.kind == KeyKind::Instance && (annotation || event.event == EventId::NotifyMapi) {
            self.seen.unattached += u64::from(new);
            return;
        }
        if self.run.only.is_some_and(|only| !only.contains(&key.value)) {
            return;
        }
        if annotation
            && key.kind == KeyKind::Network
            && !self.run.filter.asks_rows()
            && self.batch.has_moved(key.value)
        {
            return;
        }
        let filter = self.run.filter;
        let marks = if filter.is_empty() { 0 } else { filter.marks(event, &writer()) };
        let connector = self.known.connector(event);
        let mut fact = Fact {
            time: event.time,
            event: event.event,
            source: event.source,
            flags: self.sender.flags | if annotation { fact::ANNOTATION } else { 0 },
            server: hosts.writer,
            id,
            connector: connector.symbol,
            peer: hosts.peer,
            sender: self.sender.symbol,
            evidence: at,
            twin,
            marks,
            ..Fact::default()
        };
        if tells_by_ip(event, hosts, connector) {
            fact.peer_ip = hosts.peer_ip;
        }
        self.particulars(event, connector, &mut fact);
        self.take_statuses_as_needed(event, &fact);
        fact.count = self.recipients.len() as u32;
        self.add_texts(event, &mut fact, &message_id);
        self.batch.push(key, &fact, &self.recipients);
    }

    /// What only `routes` and `trace` print.
    fn add_texts(&mut self, event: &Event<'_>, fact: &mut Fact, message_id: &[u8]) {
        if !self.run.needs.texts {
            return;
        }
        fact.related_shown = self.name(&event.text(Column::RelatedRecipient));
        let path = event.text(Column::ReturnPath);
        fact.sender_shown = self.name(&if path.is_empty() { event.text(Column::Sender) } else { path });
        fact.message_id = self.name(message_id);
        fact.subject = if self.run.needs.subjects { self.name(&event.text(Column::Subject)) } else { EMPTY };
        fact.reference = self.name(&event.text(Column::Reference));
    }

    fn count(&mut self, event: &Event<'_>, server: Symbol) {
        self.seen.cover(server, event.time.hour());
        self.seen.see(event.time);
        if event.event != EventId::Other && event.source != Source::Other {
            return self.seen.event(event.event, event.source);
        }
        let unknown_event = match event.event {
            EventId::Other => self.name(&event.text(Column::EventId)),
            _ => EMPTY,
        };
        let unknown_source = match event.source {
            Source::Other => self.name(&event.text(Column::Source)),
            _ => EMPTY,
        };
        *self.seen.events.entry((event.event, event.source, unknown_event, unknown_source)).or_default() += 1;
    }

    /// Where a SEND went: to whom, under which id there, and whether that is inside the organisation.
    fn next_hop(&mut self, event: &Event<'_>, connector: Connector, fact: &mut Fact) {
        let context = event.text(Column::SourceContext);
        let next = context::next_hop(&context);
        fact.link_id = next.internal_id.unwrap_or(0);
        if fact.link_id != 0 {
            fact.link_host = self.name(&short_host(next.host));
        }
        if connector.inside {
            fact.flags |= fact::INTRA;
            if fact.link_host == EMPTY {
                // Where its log is not here, no row of its own gives it this name.
                fact.link_host = self.name(&short_host(&event.text(Column::ServerHostname)));
            }
        }
    }

    /// What only some events carry.
    fn particulars(&mut self, event: &Event<'_>, connector: Connector, fact: &mut Fact) {
        match event.event {
            EventId::Receive => {
                fact.size = event.number(Column::TotalBytes);
                fact.direction = direction(&event.text(Column::Directionality));
                if is_automatic(event.raw(Column::Subject)) {
                    fact.flags |= fact::AUTOMATIC;
                }
                let original = event.text(Column::OriginalClientIp);
                if event.source == Source::Smtp && original != event.text(Column::ClientIp) {
                    fact.origin_ip = self.name(&original);
                }
                if event.source == Source::Agent
                    && event.text(Column::SourceContext).to_ascii_lowercase().starts_with(b"journal")
                {
                    fact.flags |= fact::JOURNALING;
                }
            }
            EventId::Send | EventId::SendExternal => {
                self.next_hop(event, connector, fact);
            }
            EventId::Throttle => {
                let braked =
                    event.text(Column::Reference).trim_ascii_start().starts_with(b"XLoopHeaderCount");
                fact.flags |= if braked { fact::RULE_BRAKE } else { 0 };
            }
            EventId::Transfer => {
                fact.link_id = values::number(event.text(Column::Reference).trim_ascii()).unwrap_or(0);
            }
            EventId::Resolve | EventId::Redirect | EventId::Expand | EventId::DuplicateExpand => {
                fact.related = self.known.related(&event.text(Column::RelatedRecipient));
            }
            EventId::Defer => {
                let retry = event.text(Column::MessageInfo);
                if event.source == Source::Agent || message_info::is_year_one(&retry) {
                    fact.flags |= fact::ZERO_DEFER;
                }
            }
            EventId::Fail
                if event.source == Source::Agent
                    && event.text(Column::SourceContext).eq_ignore_ascii_case(b"Transport Rule Agent") =>
            {
                fact.flags |= fact::RULE_AGENT;
            }
            _ => {}
        }
        if event.event == EventId::Dsn || (event.event == EventId::Receive && event.source != Source::Smtp) {
            fact.made_from = self.run.keyer.message_id(&event.text(Column::Reference));
        }
        if matches!(
            event.event,
            EventId::Send
                | EventId::SendExternal
                | EventId::Deliver
                | EventId::DuplicateDeliver
                | EventId::Fail
        ) {
            let info = event.text(Column::MessageInfo);
            fact.origination = message_info::origination(&info).and_then(values::timestamp);
        }
    }
}

impl Sink for Absorber<'_> {
    fn row(&mut self, event: &Event<'_>, at: Position, file: &Planned) {
        self.take(event, at, file);
    }

    fn seen(&mut self) -> &mut Seen {
        &mut self.seen
    }

    fn bind(&mut self, binding: &Binding, from: u64) {
        self.pieces.end(from);
        self.pieces.bind(binding);
    }

    fn end(&mut self, file: u32, to: u64, plain: bool) {
        self.pieces.end(to);
        if !plain {
            self.pieces.whole(file);
        }
    }
}
