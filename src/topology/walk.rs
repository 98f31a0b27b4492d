//! The rules for one address: the first that applies says what comes next. What follows them is elsewhere.

use super::connector::split_type;
use super::domain::{DomainType, Fit};
use super::recipient::{Class, Kind};
use super::{Export, Topology};
use crate::model::name::domain_of;

/// What the exports leave open for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Doubt {
    /// Not all exports of recipients were given.
    Recipients,
    /// No accepted domains were given.
    Domains,
    /// No send connectors were given.
    Connectors,
    /// The size was not said, and larger messages go another way.
    Size,
    /// The routing server was not said, and it matters.
    Server,
    /// Costs between sites would count, and no export tells them.
    SiteCosts,
    /// Who the members of a group are.
    Members,
    /// Only the primary address of an object on the way was exported.
    Proxies,
    /// The target is the object's own address in a domain of the organisation.
    OwnTarget,
    /// The name above a `*.` domain: whether that covers it is not documented.
    Apex,
    /// An object in an external relay domain: that it goes before the domain's type is not documented.
    Object,
    /// A mailbox with a target address: that the target wins is not documented by Microsoft.
    MailboxTarget,
    /// Whether automatic forwarding to that domain is allowed.
    AutoForward,
    /// Several objects have the address.
    Ambiguous,
    /// The chain of targets is longer than is followed.
    LongChain,
    /// Dynamic groups or public folders were not exported, and one may have the address.
    Few,
}

impl Doubt {
    /// All.
    pub const ALL: [Self; 16] = [
        Self::Recipients,
        Self::Domains,
        Self::Connectors,
        Self::Size,
        Self::Server,
        Self::SiteCosts,
        Self::Members,
        Self::Proxies,
        Self::OwnTarget,
        Self::Apex,
        Self::Object,
        Self::MailboxTarget,
        Self::AutoForward,
        Self::Ambiguous,
        Self::LongChain,
        Self::Few,
    ];
}

/// A set of doubts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts(u16);

impl Doubts {
    /// Adds one.
    pub fn add(&mut self, doubt: Doubt) {
        self.0 |= 1 << doubt as u8;
    }

    /// Adds all of another set.
    pub fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether it is among them.
    pub fn has(self, doubt: Doubt) -> bool {
        self.0 & (1 << doubt as u8) != 0
    }

    /// Each.
    pub fn iter(self) -> impl Iterator<Item = Doubt> {
        Doubt::ALL.into_iter().filter(move |d| self.has(*d))
    }
}

/// What happens to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move<'t> {
    /// Its owner has a mailbox here.
    Store { owner: u32 },
    /// The same, and a copy goes on.
    Fork { owner: u32, to: &'t str },
    /// It is forwarded, no copy stays.
    Forward { owner: u32, to: &'t str },
    /// Its owner's mail goes to another address.
    Target { owner: u32, to: &'t str },
    /// It is a group.
    Expand { owner: u32 },
    /// No object has it, and the domain's type decides.
    Nobody,
}

/// What becomes of a target address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// Another object has it, which is looked at in turn.
    Chain,
    /// It goes out.
    Out,
    /// It is of a domain where everybody is known, and nobody has it.
    Nobody,
}

/// What is done with an address that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nobody {
    Refuse,
    Send(Option<DomainType>),
    /// The accepted domains are not known.
    Unknown,
}

impl Topology {
    /// What happens to an address that is looked up.
    pub(super) fn step(&self, address: &[u8], doubts: &mut Doubts) -> Move<'_> {
        let found = self.owner(address).and_then(|n| Some((n, self.recipient(n)?)));
        let Some((owner, recipient)) = found else { return Move::Nobody };
        let domain = self.accepted(domain_of(address));
        if domain.is_some_and(|(d, _)| d.kind == DomainType::ExternalRelay) {
            doubts.add(Doubt::Object);
        }
        if self.directory.is_double(address) {
            doubts.add(Doubt::Ambiguous);
        }
        match recipient.class() {
            Class::Group | Class::DynamicGroup => return Move::Expand { owner },
            Class::MailboxForwarding => {
                let Some(to) = recipient.forwards_to() else { return Move::Store { owner } };
                return if recipient.keeps_copy {
                    Move::Fork { owner, to }
                } else {
                    Move::Forward { owner, to }
                };
            }
            Class::MailboxWithTarget => doubts.add(Doubt::MailboxTarget),
            _ => {}
        }
        match &recipient.target {
            Some(to) => Move::Target { owner, to },
            None => Move::Store { owner },
        }
    }

    /// What becomes of the target of an object.
    pub(super) fn beyond(&self, owner: u32, to: &[u8], doubts: &mut Doubts) -> Beyond {
        match self.owner(to) {
            Some(other) if other != owner => return Beyond::Chain,
            Some(_) => {
                let domain = domain_of(to);
                let accepted = self.accepted(domain).map(|(d, _)| d.kind);
                if accepted == Some(DomainType::Authoritative) && !self.is_coexistence(domain) {
                    doubts.add(Doubt::OwnTarget);
                }
                return Beyond::Out;
            }
            None => {}
        }
        let recipient = self.recipient(owner);
        if recipient.is_some_and(|r| !r.all_addresses) {
            // The target is mostly one of the object's own addresses, and those were not exported.
            doubts.add(Doubt::Proxies);
            if self.is_coexistence(domain_of(to)) {
                return Beyond::Out;
            }
        }
        match self.nobody(to, doubts) {
            Nobody::Refuse => Beyond::Nobody,
            _ => Beyond::Out,
        }
    }

    /// What is done with an address that nobody has: the type of its domain decides.
    pub(super) fn nobody(&self, address: &[u8], doubts: &mut Doubts) -> Nobody {
        if !self.has(Export::AcceptedDomains) {
            doubts.add(Doubt::Domains);
            return Nobody::Unknown;
        }
        if domain_of(address).is_empty() && split_type(address).0.is_none() {
            // The name of somebody who is not in the exports.
            doubts.add(Doubt::Recipients);
            return Nobody::Unknown;
        }
        let accepted = self.accepted(domain_of(address));
        if accepted.is_some() && !Export::RECIPIENTS.iter().all(|e| self.has(*e)) {
            // One of those that are missing may well have it.
            doubts.add(Doubt::Recipients);
        }
        if accepted.is_some() && !(self.has(Export::DynamicGroups) && self.has(Export::PublicFolders)) {
            doubts.add(Doubt::Few);
        }
        if accepted.is_some_and(|(_, fit)| fit == Fit::Apex) {
            doubts.add(Doubt::Apex);
        }
        match accepted.map(|(d, _)| d.kind) {
            Some(DomainType::Authoritative) => Nobody::Refuse,
            kind => Nobody::Send(kind),
        }
    }

    /// Whether a mailbox is known to forward by a bare address, which remote domains may forbid.
    pub(super) fn doubt_forwarding(&self, to: &str, doubts: &mut Doubts) {
        let domain = domain_of(to.as_bytes());
        if self.owner(to.as_bytes()).is_some() || self.accepted(domain).is_some() {
            return;
        }
        let closest = self.remote.closest(domain);
        let remote = closest.and_then(|(n, _)| self.facts().remote_domains.get(n as usize));
        if remote.and_then(|r| r.auto_forward) != Some(true) {
            doubts.add(Doubt::AutoForward);
        }
    }

    /// Whether an object keeps its mail in the organisation's own store.
    pub(super) fn is_stored_here(&self, owner: u32) -> bool {
        self.recipient(owner)
            .is_some_and(|r| matches!(r.kind, Kind::Mailbox | Kind::System | Kind::PublicFolder))
    }
}
