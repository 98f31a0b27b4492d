//! Sightings added up to findings.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use super::case::Shape;
use super::kind::{KINDS, Kind, Sighting, Sign, Taken, Telling};
use super::norms::Norms;
use super::thresholds::Thresholds;
use super::words;
use crate::model::finding::{Confidence, Finding, Route, Severity};
use crate::model::journey::{Journey, Leaf};
use crate::model::name::{Frozen, Symbol};
use crate::model::time::Timestamp;

/// Samples of a finding.
pub const SAMPLES: usize = 5;
/// Addresses a cause or fix may name.
const ADDRESSES: usize = 10;

/// What makes sightings one finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// Number of the kind in [`KINDS`].
    pub kind: usize,
    domain: Option<Box<[u8]>>,
    connector: Option<Box<[u8]>>,
    peer: Option<Box<[u8]>>,
    address: Option<Box<[u8]>>,
    /// Low confidence: not to be mixed with what is surer.
    doubtful: bool,
}

impl GroupKey {
    pub(super) fn new(kind: usize, sighting: &Sighting) -> Self {
        Self {
            kind,
            domain: sighting.domain.clone(),
            connector: sighting.connector.clone(),
            peer: sighting.peer.clone(),
            address: sighting.address.clone(),
            doubtful: sighting.confidence == Confidence::Low,
        }
    }

    /// A key of a server alone.
    pub(super) fn of_server(kind: usize, server: &[u8]) -> Self {
        Self {
            kind,
            domain: None,
            connector: None,
            peer: Some(server.into()),
            address: None,
            doubtful: false,
        }
    }

    /// The key of what exports alone show.
    pub fn of_exports(finding: &Finding) -> Self {
        let bytes = |text: &Option<String>| text.as_ref().map(|t| t.as_bytes().into());
        Self {
            kind: KINDS.iter().position(|k| k.id == finding.kind).unwrap_or(KINDS.len()),
            domain: bytes(&finding.domain),
            connector: bytes(&finding.connector),
            peer: bytes(&finding.peer),
            address: bytes(&finding.address),
            doubtful: false,
        }
    }

    /// Domain, connector, peer and address as text.
    pub fn texts(&self) -> [Option<String>; 4] {
        [&self.domain, &self.connector, &self.peer, &self.address]
            .map(|part| part.as_ref().map(|b| String::from_utf8_lossy(b).into_owned()))
    }

    fn kind(&self) -> Option<&'static Kind> {
        KINDS.get(self.kind).copied()
    }
}

/// All sightings of one key.
#[derive(Clone, Debug)]
struct Group<S> {
    signs: Vec<Sign>,
    /// Messages that were asked for.
    messages: u64,
    recipients: HashSet<Symbol>,
    senders: HashSet<Symbol>,
    /// The first final addresses by text, and how many.
    addresses: HashSet<Symbol>,
    span: Option<(i64, i64)>,
    severity: Severity,
    confidence: Confidence,
    shape: Option<(Shape, i64)>,
    /// How circles ended, and how many of each.
    ends: BTreeMap<String, u64>,
    details: BTreeMap<Vec<u8>, u64>,
    routes: BTreeMap<(Taken, Taken), u64>,
    peers: BTreeMap<Vec<u8>, u64>,
    /// Messages that have another kind too.
    with: BTreeMap<usize, u64>,
    /// Where the earliest messages lie, by their first event.
    spots: BTreeMap<i64, Vec<S>>,
}

impl<S> Default for Group<S> {
    fn default() -> Self {
        Self {
            signs: Vec::new(),
            messages: 0,
            recipients: HashSet::new(),
            senders: HashSet::new(),
            addresses: HashSet::new(),
            span: None,
            severity: Severity::Info,
            confidence: Confidence::Low,
            shape: None,
            ends: BTreeMap::new(),
            details: BTreeMap::new(),
            routes: BTreeMap::new(),
            peers: BTreeMap::new(),
            with: BTreeMap::new(),
            spots: BTreeMap::new(),
        }
    }
}

/// Findings in the making. `S` says where a message lies; the caller knows what it means.
#[derive(Clone, Debug)]
pub struct Groups<S> {
    groups: HashMap<GroupKey, Group<S>>,
}

impl<S> Default for Groups<S> {
    fn default() -> Self {
        Self { groups: HashMap::new() }
    }
}

/// What a judge says of one message: for each leaf by number the kinds that hold, as keys and sightings.
pub(super) type Verdicts = Vec<(usize, Vec<(GroupKey, Sighting)>)>;

impl<S: Copy + Ord> Groups<S> {
    /// Adds what was seen of a message. `asked`: it is one that was asked for; the others count only where
    /// one sighting is not enough.
    pub(super) fn add(&mut self, journey: &Journey, verdicts: &Verdicts, spot: S, asked: bool) {
        let mut met: HashMap<&GroupKey, Vec<usize>> = HashMap::new();
        for (number, sightings) in verdicts {
            for (key, sighting) in sightings {
                let group = self.groups.entry(key.clone()).or_default();
                group.sign(&sighting.signs);
                let others = sightings.iter().map(|(k, _)| k.kind).filter(|k| *k != key.kind);
                met.entry(key).or_default().extend(others);
                if let (true, Some(leaf)) = (asked, journey.leaves.get(*number)) {
                    group.sighted(journey, leaf, sighting);
                }
            }
        }
        for (key, mut others) in met.into_iter().filter(|_| asked) {
            let Some(group) = self.groups.get_mut(key) else { continue };
            group.messages += 1;
            group.senders.insert(journey.sender_folded);
            others.sort_unstable();
            others.dedup();
            for other in others {
                *group.with.entry(other).or_default() += 1;
            }
            group.spots.entry(journey.first_seen.0).or_default().push(spot);
            while group.spots.len() > SAMPLES {
                group.spots.pop_last();
            }
        }
    }

    /// Adds something that no message shows.
    pub(super) fn note(&mut self, key: GroupKey, detail: Vec<u8>) {
        let group = self.groups.entry(key).or_default();
        group.confidence = Confidence::Certain;
        *group.details.entry(detail).or_default() += 1;
    }

    /// Adds what another thread has seen.
    pub fn merge(&mut self, other: Self) {
        for (key, group) in other.groups {
            match self.groups.get_mut(&key) {
                Some(mine) => mine.merge(group),
                None => drop(self.groups.insert(key, group)),
            }
        }
    }

    /// The keys of the groups whose sightings are enough.
    pub fn held(&mut self, thresholds: &Thresholds) -> HashSet<GroupKey> {
        let enough = |(key, group): (&GroupKey, &mut Group<S>)| {
            group.settle();
            let enough = key.kind().and_then(|k| k.enough);
            enough.is_none_or(|f| f(&group.signs, thresholds)).then(|| key.clone())
        };
        self.groups.iter_mut().filter_map(enough).collect()
    }

    /// Where the messages lie that are to be samples.
    pub fn spots(&self, held: &HashSet<GroupKey>) -> HashMap<GroupKey, Vec<S>> {
        let all = self.groups.iter().filter(|(key, _)| held.contains(*key));
        all.map(|(key, group)| (key.clone(), group.spots.values().flatten().copied().collect())).collect()
    }

    /// The findings, the gravest first, without samples and evidence.
    pub fn findings(
        self,
        held: &HashSet<GroupKey>,
        norms: &Norms,
        names: &Frozen,
    ) -> Vec<(GroupKey, Finding)> {
        let held_kinds: HashSet<usize> = held.iter().map(|k| k.kind).collect();
        let mut out: Vec<(GroupKey, Finding)> = self
            .groups
            .into_iter()
            .filter(|(key, group)| held.contains(key) && (group.messages > 0 || !group.details.is_empty()))
            .filter_map(|(key, group)| {
                let finding = group.finding(&key, &held_kinds, norms, names)?;
                Some((key, finding))
            })
            .collect();
        out.sort_by(|(a, x), (b, y)| {
            let rank = |f: &Finding| (std::cmp::Reverse(f.severity), f.caused_by.is_some());
            rank(x).cmp(&rank(y)).then_with(|| y.messages.cmp(&x.messages)).then_with(|| a.cmp(b))
        });
        out
    }
}

impl<S: Copy + Ord> Group<S> {
    fn sign(&mut self, signs: &[Sign]) {
        // Before more memory is taken for them it is seen how many there are.
        if self.signs.len() + signs.len() > self.signs.capacity() {
            self.settle();
        }
        self.signs.extend(signs);
    }

    /// A row that names many recipients is one sign.
    fn settle(&mut self) {
        self.signs.sort_unstable();
        self.signs.dedup();
    }

    fn sighted(&mut self, journey: &Journey, leaf: &Leaf, sighting: &Sighting) {
        self.recipients.insert(leaf.folded.0);
        self.addresses.insert(leaf.folded.1);
        self.seen(sighting.span);
        self.severity = self.severity.max(sighting.severity);
        self.confidence = self.confidence.max(sighting.confidence);
        if let Some(shape) = &sighting.shape {
            *self.ends.entry(shape.ended.clone()).or_default() += 1;
            self.shaped(shape.clone(), journey.first_seen.0);
        }
        if !sighting.detail.is_empty() {
            *self.details.entry(sighting.detail.clone()).or_default() += 1;
        }
        if let Some(routes) = &sighting.routes {
            *self.routes.entry(routes.clone()).or_default() += 1;
        }
        if !sighting.shown_peer.is_empty() {
            *self.peers.entry(sighting.shown_peer.clone()).or_default() += 1;
        }
    }

    fn seen(&mut self, (from, to): (i64, i64)) {
        let (first, last) = self.span.unwrap_or((from, to));
        self.span = Some((first.min(from), last.max(to)));
    }

    /// Of several ways round the one with most laps is shown, of equals the earliest.
    fn shaped(&mut self, shape: Shape, time: i64) {
        let rank = |s: &Shape, t: i64| {
            (std::cmp::Reverse(s.laps), t, s.members.clone(), s.period_ms, s.ended.clone())
        };
        let better = self.shape.as_ref().is_none_or(|(old, then)| rank(&shape, time) < rank(old, *then));
        if better {
            self.shape = Some((shape, time));
        }
    }

    fn merge(&mut self, other: Self) {
        self.signs.extend(other.signs);
        self.messages += other.messages;
        self.recipients.extend(other.recipients);
        self.senders.extend(other.senders);
        self.addresses.extend(other.addresses);
        if let Some(span) = other.span {
            self.seen(span);
        }
        self.severity = self.severity.max(other.severity);
        self.confidence = self.confidence.max(other.confidence);
        if let Some((shape, time)) = other.shape {
            self.shaped(shape, time);
        }
        other.ends.into_iter().for_each(|(end, n)| *self.ends.entry(end).or_default() += n);
        for (detail, n) in other.details {
            *self.details.entry(detail).or_default() += n;
        }
        for (routes, n) in other.routes {
            *self.routes.entry(routes).or_default() += n;
        }
        for (peer, n) in other.peers {
            *self.peers.entry(peer).or_default() += n;
        }
        for (kind, n) in other.with {
            *self.with.entry(kind).or_default() += n;
        }
        for (time, spots) in other.spots {
            self.spots.entry(time).or_default().extend(spots);
        }
        while self.spots.len() > SAMPLES {
            self.spots.pop_last();
        }
    }

    fn finding(
        self,
        key: &GroupKey,
        held_kinds: &HashSet<usize>,
        norms: &Norms,
        names: &Frozen,
    ) -> Option<Finding> {
        let kind = key.kind()?;
        let mut addresses: Vec<&[u8]> = self.addresses.iter().map(|a| names.get(*a)).collect();
        addresses.sort_unstable();
        let total = addresses.len() as u64;
        let lossy = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let [domain, connector, peer, address] = key.texts();
        let peer = peer.or_else(|| most(&self.peers).map(|p| lossy(&p)));
        let shape = self.shape.as_ref().map(|(shape, _)| shape);
        let (cause, fix) = (kind.tell)(&Telling {
            norms,
            domain: domain.clone().unwrap_or_default(),
            connector: connector.clone().unwrap_or_default(),
            peer: peer.clone().unwrap_or_default(),
            address: address.clone().unwrap_or_default(),
            addresses: (addresses.iter().take(ADDRESSES).map(|a| lossy(a)).collect(), total),
            detail: most(&self.details).map(|d| lossy(&d)).unwrap_or_default(),
            messages: self.messages,
            doubtful: self.confidence == Confidence::Low,
            shape,
        });
        let explains = |id: &&&str| {
            let number = KINDS.iter().position(|k| k.id == **id)?;
            let shared = self.with.get(&number).copied().unwrap_or(0);
            (held_kinds.contains(&number) && shared * 2 >= self.messages && shared > 0).then_some(())
        };
        let time = |ms: i64| Timestamp(ms).to_string();
        let (expected, actual) = most(&self.routes).map(|(e, a)| (route(&e), route(&a))).unzip();
        Some(Finding {
            kind: kind.id,
            title: kind.title,
            severity: if self.messages == 0 { kind.severity } else { self.severity },
            confidence: self.confidence,
            domain,
            connector,
            peer,
            address,
            messages: self.messages,
            recipients: self.recipients.len() as u64,
            senders: self.senders.len() as u64,
            first_seen: self.span.map(|(first, _)| time(first)),
            last_seen: self.span.map(|(_, last)| time(last)),
            laps_max: shape.map_or(0, |s| s.laps),
            cycle: shape.map_or_else(Vec::new, |s| s.members.iter().map(|m| lossy(m)).collect()),
            expected,
            actual,
            cause,
            fix,
            samples: Vec::new(),
            evidence: Vec::new(),
            caused_by: kind.caused_by.iter().find(|id| explains(id).is_some()).copied(),
            period_ms: shape.and_then(|s| s.period_ms),
            ended: shape.map(|s| words::ended(&s.ended, &self.ends)),
            addresses: addresses.iter().take(ADDRESSES).map(|a| lossy(a)).collect(),
            standing: None,
            known: None,
        })
    }
}

/// What was seen most often, of equals the first.
fn most<T: Ord + Clone>(seen: &BTreeMap<T, u64>) -> Option<T> {
    let most = seen.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
    most.map(|(one, _)| one.clone())
}

fn route((decision, connector): &Taken) -> Route {
    let connector = connector.as_ref().map(|c| String::from_utf8_lossy(c).into_owned());
    Route { decision: decision.as_str(), connector }
}
