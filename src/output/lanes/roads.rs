//! Which places a message was at, and which of them a row speaks of.

use super::{Kind, Lane, Step, Way, short};
use crate::model::event::{EventId, Source};
use crate::model::journey::{Hop, Leaf};
use crate::model::name::{EMPTY, Frozen};

/// Lanes that fit into 80 columns.
const MOST_LANES: usize = 8;
/// Hosts elsewhere with a lane of their own; if there are more, all share one.
const MOST_HOSTS: usize = 3;

/// A place as it is found.
#[derive(Debug)]
struct Place {
    /// As servers are called, or as a host is logged, in lower case.
    key: Vec<u8>,
    lane: Lane,
}

/// The places, in the order that the message came there.
#[derive(Debug)]
pub(super) struct Roads<'a> {
    names: &'a Frozen,
    /// Servers that wrote rows, sorted.
    wrote: Vec<Vec<u8>>,
    /// Servers whose log is missing, sorted.
    missing: Vec<Vec<u8>>,
    places: Vec<Place>,
}

impl<'a> Roads<'a> {
    pub(super) fn new(names: &'a Frozen, leaves: &[&Leaf]) -> Self {
        let sorted = |mut all: Vec<Vec<u8>>| {
            all.sort_unstable();
            all.dedup();
            all
        };
        let wrote = leaves.iter().flat_map(|l| &l.hops).map(|h| names.get(h.server).to_vec());
        let missing = leaves.iter().flat_map(|l| &l.missing).map(|s| short(names, *s));
        Self { names, wrote: sorted(wrote.collect()), missing: sorted(missing.collect()), places: Vec::new() }
    }

    /// The place of a row, and the other place it speaks of.
    pub(super) fn of(&mut self, hop: &Hop) -> (usize, Way) {
        let own = self.names.get(hop.server).to_vec();
        let peer = (hop.peer != EMPTY).then(|| short(self.names, hop.peer)).filter(|peer| *peer != own);
        let Some(peer) = peer else { return (self.server(own), Way::Stays) };
        match hop.event {
            EventId::Receive if hop.relayed => (self.server(own), Way::Stays),
            EventId::Receive if hop.source == Source::Smtp || self.knows(&peer) => {
                let from = self.other(hop, peer, Kind::Elsewhere);
                (self.server(own), Way::From(from))
            }
            EventId::Send | EventId::SendExternal if hop.outbound => {
                let lane = self.server(own);
                (lane, Way::To(self.other(hop, peer, Kind::Elsewhere)))
            }
            EventId::Send
            | EventId::SendExternal
            | EventId::Deliver
            | EventId::DuplicateDeliver
            | EventId::DeliverFail
            | EventId::Submit => {
                let lane = self.server(own);
                (lane, Way::To(self.other(hop, peer, Kind::Silent)))
            }
            _ => (self.server(own), Way::Stays),
        }
    }

    fn knows(&self, server: &Vec<u8>) -> bool {
        self.wrote.binary_search(server).is_ok() || self.missing.binary_search(server).is_ok()
    }

    fn server(&mut self, key: Vec<u8>) -> usize {
        let name = if key.is_empty() { "?".to_owned() } else { String::from_utf8_lossy(&key).into_owned() };
        self.place(key, name, Kind::Wrote)
    }

    /// The lane of another host than the one that wrote the row.
    fn other(&mut self, hop: &Hop, peer: Vec<u8>, unknown: Kind) -> usize {
        let name = String::from_utf8_lossy(&peer).into_owned();
        if self.wrote.binary_search(&peer).is_ok() {
            return self.place(peer, name, Kind::Wrote);
        }
        if self.missing.binary_search(&peer).is_ok() {
            return self.place(peer, name, Kind::Missing);
        }
        match unknown {
            Kind::Elsewhere => {
                let host = self.names.text(hop.peer).into_owned();
                self.place(host.to_lowercase().into_bytes(), host, Kind::Elsewhere)
            }
            kind => self.place(peer, name, kind),
        }
    }

    fn place(&mut self, key: Vec<u8>, name: String, kind: Kind) -> usize {
        let found = self.places.iter().position(|p| p.key == key && p.lane.kind == kind);
        found.unwrap_or_else(|| {
            self.places.push(Place { key, lane: Lane { name, kind } });
            self.places.len() - 1
        })
    }

    /// The lanes, so few that they can be drawn, and the steps on them.
    pub(super) fn lanes(&mut self, mut steps: Vec<Step>) -> (Vec<Lane>, Vec<Step>) {
        let places = std::mem::take(&mut self.places);
        let elsewhere = |place: &&Place| place.lane.kind == Kind::Elsewhere;
        let hosts = places.iter().filter(elsewhere).count();
        let share_hosts = hosts > MOST_HOSTS || places.len() > MOST_LANES && hosts > 1;
        let servers = places.len() - hosts;
        let room = MOST_LANES - if share_hosts { 1 } else { hosts };
        let own = if servers > room { room - 1 } else { servers };
        let mut lanes: Vec<Lane> = Vec::new();
        let (mut placed, mut lane_of) = (0, Vec::with_capacity(places.len()));
        for place in &places {
            let shared = match place.lane.kind {
                Kind::Elsewhere if share_hosts => Some((Kind::MoreHosts, format!("{hosts} hosts"))),
                Kind::Elsewhere => None,
                _ if placed < own => {
                    placed += 1;
                    None
                }
                _ => Some((Kind::MoreServers, format!("{} more servers", servers - own))),
            };
            let known = shared.as_ref().and_then(|(kind, _)| lanes.iter().position(|l| l.kind == *kind));
            lane_of.push(known.unwrap_or(lanes.len()));
            if known.is_none() {
                lanes.push(shared.map_or_else(|| place.lane.clone(), |(kind, name)| Lane { name, kind }));
            }
        }
        let lane = |at: usize| lane_of.get(at).copied().unwrap_or(0);
        for step in &mut steps {
            let server = places.get(step.lane).map_or("?", |p| p.lane.name.as_str());
            step.lane = lane(step.lane);
            if lanes.get(step.lane).is_some_and(|l| l.kind == Kind::MoreServers) {
                step.words = format!("on {server}: {}", step.words);
            }
            step.way = match step.way {
                Way::To(at) if lane(at) != step.lane => Way::To(lane(at)),
                Way::From(at) if lane(at) != step.lane => Way::From(lane(at)),
                _ => Way::Stays,
            };
        }
        (lanes, steps)
    }
}
