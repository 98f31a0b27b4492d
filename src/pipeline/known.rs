//! What a thread makes of the texts of a row: names, and what their kind says. Most were met before.

use crate::model::column::Column;
use crate::model::event::{EventId, Source, written_by_client};
use crate::model::name::{EMPTY, Names, Symbol, fold_case};
use crate::parse::event::Event;
use crate::parse::record::unquote;
use crate::route::fact;

use super::memo::Memo;
use super::rows::{Hosts, is_probe, sender_flags, split_addresses, stays_inside};

/// An address, folded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Address {
    pub symbol: Symbol,
    pub probe: bool,
}

/// Who sent a message: return path, else sender-address.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sender {
    /// Folded.
    pub symbol: Symbol,
    /// What its kind says, as flags of a fact.
    pub flags: u16,
    pub probe: bool,
}

/// Who wrote a row and who is on the other side, as names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HostNames {
    pub writer: Symbol,
    pub peer: Symbol,
    pub peer_ip: Symbol,
}

/// connector-id.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Connector {
    pub symbol: Symbol,
    /// It stays inside the organisation.
    pub inside: bool,
}

/// One thread's knowledge.
#[derive(Debug)]
pub(super) struct Known<'r> {
    names: &'r Names,
    symbols: Memo<Symbol>,
    addresses: Memo<Address>,
    senders: Memo<Sender>,
    connectors: Memo<Connector>,
    /// By whether the client wrote the row.
    hosts: [Memo<HostNames>; 2],
}

impl<'r> Known<'r> {
    /// `texts`: of each message its id and subject are asked for too. `few`: of few messages only.
    pub(super) fn new(names: &'r Names, (texts, few): (bool, bool)) -> Self {
        let size = |of_all: usize| if few { of_all / 16 } else { of_all };
        let hosts = || Memo::new(size(1 << 13));
        Self {
            names,
            symbols: Memo::new(if texts { size(1 << 15) } else { 1 << 12 }),
            addresses: Memo::new(size(1 << 15)),
            senders: Memo::new(size(1 << 14)),
            connectors: Memo::new(1 << 8),
            hosts: [hosts(), hosts()],
        }
    }

    /// The symbol of a text.
    pub(super) fn name(&mut self, text: &[u8]) -> Symbol {
        if text.is_empty() {
            return EMPTY;
        }
        let names = self.names;
        self.symbols.get(text, |text| names.intern(text))
    }

    /// The symbol of an address.
    pub(super) fn address(&mut self, address: &[u8]) -> Address {
        if address.is_empty() {
            return Address::default();
        }
        let names = self.names;
        self.addresses.get(address, |a| Address { symbol: folded(names, a), probe: is_probe(a) })
    }

    /// The symbol of an address that stands in no list.
    pub(super) fn related(&mut self, text: &[u8]) -> Symbol {
        if split_addresses(text).eq([text]) { self.address(text).symbol } else { folded(self.names, text) }
    }

    /// The address that is all there is in a list, if it was met before.
    pub(super) fn only_address(&self, list: &[u8]) -> Option<Address> {
        // All that was met as an address is one in a list of its own too.
        self.addresses.find(list).filter(|_| !list.is_empty())
    }

    /// Who sent the message of a row.
    pub(super) fn sender(&mut self, event: &Event<'_>) -> Sender {
        let names = self.names;
        let find = || {
            let (path, from) = (event.text(Column::ReturnPath), event.text(Column::Sender));
            let null = if &*path == b"<>" { fact::NULL_PATH } else { 0 };
            Sender {
                symbol: folded(names, if path.is_empty() { &from } else { &path }),
                flags: null | sender_flags(&from),
                probe: is_probe(&from) || is_probe(&path),
            }
        };
        // Nearly always they are the same, and one says it all.
        let (path, from) = (event.raw(Column::ReturnPath), event.raw(Column::Sender));
        let said = if path == from { Some(from) } else { event.span(Column::Sender, Column::ReturnPath) };
        match said {
            Some(said) if !said.is_empty() => self.senders.get(said, |_| find()),
            _ => find(),
        }
    }

    /// The names of both hosts; `fallback` wrote the row if it names none.
    pub(super) fn hosts(&mut self, event: &Event<'_>, fallback: &[u8]) -> HostNames {
        let names = self.names;
        let find = || {
            let hosts = Hosts::of(event, fallback);
            let [writer, peer, peer_ip] =
                [&hosts.writer, &hosts.peer, &hosts.peer_ip].map(|text| names.intern(text));
            HostNames { writer, peer, peer_ip }
        };
        let names_one = |column: Column| !event.text(column).is_empty();
        let named = names_one(Column::ClientHostname) || names_one(Column::ServerHostname);
        let memo = self.hosts.get_mut(usize::from(written_by_client(event.event)));
        match (event.span(Column::ClientIp, Column::ServerHostname), memo) {
            (Some(all), Some(memo)) if named => memo.get(all, |_| find()),
            _ => find(),
        }
    }

    /// The connector of a row.
    pub(super) fn connector(&mut self, event: &Event<'_>) -> Connector {
        let raw = event.raw(Column::ConnectorId);
        if raw.is_empty() {
            return Connector::default();
        }
        let names = self.names;
        self.connectors.get(raw, |raw| {
            let id = unquote(raw);
            Connector { symbol: names.intern(&id), inside: stays_inside(&id) }
        })
    }
}

/// The symbol of an address as it is compared.
fn folded(names: &Names, address: &[u8]) -> Symbol {
    if address.iter().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return names.intern(address);
    }
    let mut folded = Vec::with_capacity(address.len());
    fold_case(address, &mut folded);
    names.intern(&folded)
}

/// An address tells who is on the other side of an arrival or a send; elsewhere only where no host does.
pub(super) fn tells_by_ip(event: &Event<'_>, hosts: HostNames, connector: Connector) -> bool {
    hosts.peer == EMPTY
        || match event.event {
            EventId::Receive => event.source == Source::Smtp,
            EventId::SendExternal => true,
            EventId::Send => !connector.inside,
            _ => false,
        }
}
