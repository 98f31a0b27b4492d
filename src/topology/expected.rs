//! What Exchange should do with an address, in a form that costs next to nothing: no texts, no branches.

use super::connector::{Chosen, MaxSize, Pick, Rule};
use super::domain::DomainType;
use super::recipient::Kind;
use super::walk::{Beyond, Doubt, Doubts, Move, Nobody};
use super::{Export, Topology};
use crate::model::finding::Confidence;
use crate::model::journey::Decision;
use crate::model::name::domain_of;

/// So many targets and forwardings are followed one after the other.
pub const LONGEST_CHAIN: usize = 64;

/// Why something is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// There is a mailbox.
    Mailbox,
    /// The object's mail goes to its target address.
    Target,
    /// The same, and the target is an address of the object itself in a domain of the organisation.
    OwnTarget,
    /// A mailbox forwards to an address that no object has.
    Forwarding,
    /// Nobody has the address, and its domain is one that mail is passed on for.
    Relay,
    /// The domain is none of the organisation's.
    Foreign,
    /// Nobody has the address, and its domain is Authoritative.
    NotFound,
    /// Forwardings or targets lead back to where they began.
    Loop,
    /// It is a group.
    Group,
    /// No send connector is for such an address: the mail waits for two days and comes back.
    NoRoute,
    /// The message is too large for every connector.
    TooLarge,
    /// An Edge server passes it on by its domain.
    Edge,
    /// The exports do not tell.
    Unknown,
}

/// The address that mail ends at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Last {
    /// The address asked for.
    Same,
    /// The primary address of this recipient.
    Primary(u32),
    /// The target of this recipient.
    Target(u32),
    /// The address this recipient forwards to.
    Forward(u32),
}

/// What Exchange should do with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// `None` where the exports do not tell. A group is `Expanded`; mail that finds no connector is `Failed`.
    pub decision: Option<Decision>,
    /// Why.
    pub reason: Reason,
    /// The recipient that has the address asked for.
    pub owner: Option<u32>,
    /// Type of the accepted domain of the address asked for.
    pub domain: Option<DomainType>,
    /// The address at the end.
    pub last: Last,
    /// A mailbox on the way keeps a copy too, or the copy that is kept is all that is told here.
    pub forks: bool,
    /// The connector it leaves by.
    pub connector: Option<Chosen>,
    /// How sure it is; never certain.
    pub confidence: Confidence,
    /// What the exports leave open.
    pub doubts: Doubts,
}

/// How sure an expectation with these doubts is.
pub(super) fn confidence(doubts: Doubts) -> Confidence {
    let low = [Doubt::Recipients, Doubt::Domains, Doubt::Connectors, Doubt::Ambiguous, Doubt::LongChain];
    let medium = [
        Doubt::Proxies,
        Doubt::OwnTarget,
        Doubt::Apex,
        Doubt::Object,
        Doubt::MailboxTarget,
        Doubt::AutoForward,
        Doubt::Server,
        Doubt::SiteCosts,
    ];
    if low.iter().any(|d| doubts.has(*d)) {
        Confidence::Low
    } else if medium.iter().any(|d| doubts.has(*d)) {
        Confidence::Medium
    } else {
        Confidence::High
    }
}

impl Topology {
    /// What Exchange should do with an address in lower case. Of a mailbox that keeps and forwards it tells the
    /// kept copy, of a group only that it is one.
    pub fn expected(&self, address: &[u8], size: Option<u64>, server: Option<&[u8]>) -> Expectation {
        let mut e = Expectation {
            decision: None,
            reason: Reason::Unknown,
            owner: self.owner(address),
            domain: self.accepted(domain_of(address)).map(|(d, _)| d.kind),
            last: Last::Same,
            forks: false,
            connector: None,
            confidence: Confidence::High,
            doubts: Doubts::default(),
        };
        if server.is_some_and(|s| self.is_edge(s)) {
            self.send(address, (size, server), &mut e, (Decision::SendConnector, Reason::Edge));
        } else {
            self.follow(address, (size, server), &mut e);
        }
        e.confidence = confidence(e.doubts);
        e
    }

    /// Follows targets and forwardings to their end.
    fn follow<'t>(&'t self, address: &'t [u8], load: (Option<u64>, Option<&[u8]>), e: &mut Expectation) {
        let (mut at, mut seen) = (address, [u32::MAX; LONGEST_CHAIN]);
        for n in 0..LONGEST_CHAIN {
            let step = self.step(at, &mut e.doubts);
            if let Move::Forward { owner, .. } | Move::Target { owner, .. } = step {
                if seen.contains(&owner) {
                    (e.decision, e.reason) = (Some(Decision::Failed), Reason::Loop);
                    return;
                }
                seen.get_mut(n).into_iter().for_each(|slot| *slot = owner);
            }
            match step {
                Move::Store { owner } | Move::Fork { owner, .. } => {
                    e.forks |= matches!(step, Move::Fork { .. });
                    e.last = self.last_of(owner, at, e.last);
                    (e.decision, e.reason) = (Some(Decision::LocalDelivery), Reason::Mailbox);
                    if !self.is_stored_here(owner) {
                        // A remote mailbox or contact without a target: the export lacks it.
                        (e.decision, e.reason) = (None, Reason::Unknown);
                        e.doubts.add(Doubt::Recipients);
                    }
                    return;
                }
                Move::Expand { owner } => {
                    e.last = self.last_of(owner, at, e.last);
                    (e.decision, e.reason) = (Some(Decision::Expanded), Reason::Group);
                    if self.recipient(owner).is_none_or(|r| r.members.is_none()) {
                        e.doubts.add(Doubt::Members);
                    }
                    return;
                }
                Move::Forward { owner, to } => {
                    self.doubt_forwarding(to, &mut e.doubts);
                    (at, e.last) = (to.as_bytes(), Last::Forward(owner));
                }
                Move::Target { owner, to } => {
                    e.last = Last::Target(owner);
                    match self.beyond(owner, to.as_bytes(), &mut e.doubts) {
                        Beyond::Chain => at = to.as_bytes(),
                        Beyond::Out => return self.send_target(owner, (address, to), load, e),
                        Beyond::Nobody => return not_found(e),
                    }
                }
                Move::Nobody => return self.end_unowned(at, load, e),
            }
        }
        e.doubts.add(Doubt::LongChain);
    }

    /// The last address where a mailbox or group is reached; `at` is how it was reached.
    fn last_of(&self, owner: u32, at: &[u8], last: Last) -> Last {
        let same = self.recipient(owner).is_some_and(|r| r.primary().as_bytes() == at);
        if same && last == Last::Same { last } else { Last::Primary(owner) }
    }

    fn send_target(
        &self,
        owner: u32,
        (address, to): (&[u8], &str),
        load: (Option<u64>, Option<&[u8]>),
        e: &mut Expectation,
    ) {
        let remote = self.recipient(owner).is_some_and(|r| r.kind == Kind::RemoteMailbox);
        let rewritten = to.as_bytes() != address;
        let cloud = remote || domain_of(to.as_bytes()).ends_with(b".onmicrosoft.com");
        let decision =
            if cloud && rewritten { Decision::RemoteRoutingAddress } else { Decision::SendConnector };
        let own = e.doubts.has(Doubt::OwnTarget);
        self.send(to.as_bytes(), load, e, (decision, if own { Reason::OwnTarget } else { Reason::Target }));
    }

    fn end_unowned(&self, at: &[u8], load: (Option<u64>, Option<&[u8]>), e: &mut Expectation) {
        match self.nobody(at, &mut e.doubts) {
            Nobody::Unknown => {}
            Nobody::Refuse => not_found(e),
            Nobody::Send(kind) => {
                let reason = match (e.last, kind) {
                    (Last::Forward(_), _) => Reason::Forwarding,
                    (_, Some(_)) => Reason::Relay,
                    (_, None) => Reason::Foreign,
                };
                self.send(at, load, e, (Decision::SendConnector, reason));
            }
        }
    }

    fn send(
        &self,
        to: &[u8],
        (size, server): (Option<u64>, Option<&[u8]>),
        e: &mut Expectation,
        (decision, reason): (Decision, Reason),
    ) {
        (e.decision, e.reason) = (Some(decision), reason);
        if !self.has(Export::SendConnectors) {
            e.doubts.add(Doubt::Connectors);
            return;
        }
        match self.pick(to, size, server) {
            Pick::One(chosen) => {
                e.connector = Some(chosen);
                e.doubts.merge(self.choice_doubts(chosen, size, server));
            }
            Pick::TooLarge => (e.decision, e.reason) = (Some(Decision::Failed), Reason::TooLarge),
            Pick::NoRoute => (e.decision, e.reason) = (Some(Decision::Failed), Reason::NoRoute),
        }
    }

    /// What the choice of a connector leaves open.
    pub(super) fn choice_doubts(&self, chosen: Chosen, size: Option<u64>, server: Option<&[u8]>) -> Doubts {
        let mut doubts = Doubts::default();
        let Some(connector) = self.connector(chosen.connector) else { return doubts };
        if size.is_none() && matches!(connector.max_size, MaxSize::Bytes(_)) {
            doubts.add(Doubt::Size);
        }
        if server.is_none() && connector.scoped == Some(true) {
            doubts.add(Doubt::Server);
        }
        if matches!(chosen.by, Rule::Cost | Rule::Nearest | Rule::Name) {
            let same = |a: &[Box<str>], b: &[Box<str>]| a == b;
            let elsewhere = |c: &&super::SendConnector| !same(&c.sources, &connector.sources);
            let rivals = self.facts().send_connectors.iter().filter(elsewhere).count();
            if rivals > 0 && !self.is_one_site() {
                doubts.add(Doubt::SiteCosts);
            }
            if rivals > 0 && server.is_none() && chosen.by == Rule::Name {
                doubts.add(Doubt::Server);
            }
        }
        doubts
    }

    /// Whether all servers are known to be in one site.
    pub fn is_one_site(&self) -> bool {
        let mut sites = self.facts().servers.iter().filter(|s| s.edge != Some(true)).map(|s| &s.site);
        sites.next().is_some_and(|first| first.is_some() && sites.all(|s| s == first))
    }

    /// The address at the end, in lower case.
    pub fn last_address<'a>(&'a self, expectation: &Expectation, address: &'a [u8]) -> &'a [u8] {
        let text = match expectation.last {
            Last::Same => return address,
            Last::Primary(n) => self.recipient(n).map(super::Recipient::primary),
            Last::Target(n) => self.recipient(n).and_then(|r| r.target.as_deref()),
            Last::Forward(n) => self.recipient(n).and_then(super::Recipient::forwards_to),
        };
        text.map_or(address, str::as_bytes)
    }
}

fn not_found(e: &mut Expectation) {
    (e.decision, e.reason) = (Some(Decision::RecipientNotFound), Reason::NotFound);
}
