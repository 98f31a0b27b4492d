//! What the exports lead to expect of mail for an address, beside what the log shows of it.
//!
//! [`Table`] answers for every leaf of multi-gigabyte logs whether it is worth a second look, from one number for
//! each address; `Expected` is all there is to say of one leaf, for the kinds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::case::Case;
use super::latent;
use super::remote_routing::wrong;
use super::words::{in_comment, local_part, quoted};
use crate::model::by_symbol::BySymbol;
use crate::model::event::Source;
use crate::model::finding::Confidence;
use crate::model::journey::{Decision, Leaf, Step};
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of};
use crate::model::time::Timestamp;
use crate::topology::Topology;
use crate::topology::connector::{Chosen, Pick, SendConnector};
use crate::topology::domain::{DomainType, Fit};
use crate::topology::expected::{Expectation, Reason};
use crate::topology::recipient::{Class, Kind, Recipient};

/// The address whose route is expected of a leaf: the one that forwarding, a group or a rule has put in, else the
/// one the message was addressed to.
pub(super) fn asked(leaf: &Leaf) -> Symbol {
    let put_in = leaf.via.iter().rev().find(|v| v.step != Step::Resolve);
    put_in.map_or(leaf.folded.0, |v| v.folded.1)
}

/// What is to be expected of each address, looked up once; all threads share it.
#[derive(Debug)]
pub struct Table<'n> {
    topology: Arc<Topology>,
    names: &'n Frozen,
    /// A [`Code`] by address.
    codes: BySymbol<AtomicU32>,
    /// Which connector is for the very address, of a message of any size from any server: 0 before it is looked
    /// up, 1 for none, else two more than its number.
    picks: BySymbol<AtomicU32>,
    /// The names of connectors as logs have them, by number.
    connectors: Vec<Symbol>,
    /// Those of the hybrid configuration.
    hybrid: Vec<Symbol>,
    /// Some connector is for other mail on its own servers than elsewhere.
    varies: bool,
}

/// What is expected, as a number: 0 before it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Code(u32);

const KNOWN: u32 = 1;
/// Something is wrong with the address whatever the log shows.
const FAULTY: u32 = 1 << 1;
const STAYS: u32 = 1 << 2;
const LEAVES: u32 = 1 << 3;
/// Nobody of the domain should live here.
const EXTERNAL: u32 = 1 << 4;
/// Everybody of the domain is known here.
const AUTHORITATIVE: u32 = 1 << 5;
/// It is in a domain that is meant for addresses in the tenant.
const COEXISTENCE: u32 = 1 << 6;
/// The connector's number stands above.
const CONNECTOR: u32 = 8;

impl Code {
    fn of(expected: &Expected<'_>) -> Self {
        let e = &expected.expectation;
        let mut code = KNOWN;
        if expected.is_faulty() {
            code |= FAULTY;
        }
        if expected.topology.is_coexistence(domain_of(expected.address)) {
            code |= COEXISTENCE;
        }
        match e.domain {
            Some(DomainType::ExternalRelay) => code |= EXTERNAL,
            Some(DomainType::Authoritative) => code |= AUTHORITATIVE,
            _ => {}
        }
        match e.decision {
            Some(Decision::LocalDelivery) if !e.forks => code |= STAYS,
            Some(Decision::SendConnector | Decision::RemoteRoutingAddress) => code |= LEAVES,
            _ => {}
        }
        let connector = e.connector.map_or(0, |chosen| chosen.connector + 1);
        Self(code | connector << CONNECTOR)
    }

    fn connector(self) -> Option<usize> {
        (self.0 >> CONNECTOR).checked_sub(1).map(|n| n as usize)
    }
}

impl<'n> Table<'n> {
    /// Nothing looked up yet.
    pub fn new(topology: &Arc<Topology>, names: &'n Frozen) -> Self {
        let symbol = |c: &SendConnector| names.find(c.name.as_bytes()).unwrap_or(EMPTY);
        let all = &topology.facts().send_connectors;
        let connectors = all.iter().map(symbol).collect();
        let hybrid = all.iter().filter(|c| c.is_hybrid()).map(symbol).collect();
        let varies = all.iter().any(|c| c.scoped == Some(true) || c.spaces.iter().any(|s| &*s.space == "--"));
        let (codes, picks) = (BySymbol::new(names), BySymbol::new(names));
        Self { topology: Arc::clone(topology), names, codes, picks, connectors, hybrid, varies }
    }

    /// Whether a leaf of a message of this size is worth a second look.
    pub(super) fn is_odd(&self, size: Option<u64>, leaf: &Leaf) -> bool {
        let code = self.code(asked(leaf));
        if code.0 & FAULTY != 0 {
            return true;
        }
        match leaf.decision {
            Decision::LocalDelivery => code.0 & (LEAVES | EXTERNAL) != 0,
            Decision::SendConnector | Decision::RemoteRoutingAddress if leaf.connector != EMPTY => {
                let usual = code.connector().and_then(|n| self.connectors.get(n));
                let unchanged = leaf.folded.1 == asked(leaf);
                code.0 & STAYS != 0
                    || (unchanged && code.0 & AUTHORITATIVE != 0)
                    || usual.is_some_and(|usual| *usual != leaf.connector)
                    || self.misses_hybrid(leaf)
                    || self.misses_best(size, leaf)
            }
            _ => false,
        }
    }

    /// It is for an address in the tenant, and went by another connector than a hybrid one, though there is one.
    fn misses_hybrid(&self, leaf: &Leaf) -> bool {
        let by_hybrid = self.hybrid.contains(&leaf.connector);
        !self.hybrid.is_empty() && !by_hybrid && self.code(leaf.folded.1).0 & COEXISTENCE != 0
    }

    /// It went by another connector than the one for its last address, or one that is not for such a message.
    fn misses_best(&self, size: Option<u64>, leaf: &Leaf) -> bool {
        let number = self.pick(leaf.folded.1);
        let usual = number.and_then(|n| self.connectors.get(n as usize));
        let most = number.and_then(|n| self.topology.connector(n)).and_then(|c| c.max_size.bytes());
        let too_large = most.zip(size).is_some_and(|(most, size)| size > most);
        self.varies || too_large || usual.is_some_and(|usual| *usual != leaf.connector)
    }

    fn pick(&self, address: Symbol) -> Option<u32> {
        let slot = self.picks.at(address);
        let number = match slot.load(Ordering::Relaxed) {
            0 => {
                let number = match self.topology.pick(self.names.get(address), None, None) {
                    Pick::One(chosen) => chosen.connector + 2,
                    _ => 1,
                };
                slot.store(number, Ordering::Relaxed);
                number
            }
            number => number,
        };
        number.checked_sub(2)
    }

    /// Whether mail by a connector goes to its smart hosts, so that it tells something to whom it went.
    pub(super) fn has_smart_hosts(&self, connector: Symbol) -> bool {
        let number = self.connectors.iter().position(|c| *c == connector && connector != EMPTY);
        let told = number.and_then(|n| self.topology.connector(n as u32));
        told.is_some_and(SendConnector::uses_smart_hosts)
    }

    fn code(&self, address: Symbol) -> Code {
        let slot = self.codes.at(address);
        match slot.load(Ordering::Relaxed) {
            0 => {
                let code = Code::of(&Expected::new(&self.topology, self.names.get(address), None, None));
                slot.store(code.0, Ordering::Relaxed);
                code
            }
            code => Code(code),
        }
    }
}

/// What is expected of one leaf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub topology: &'a Topology,
    /// The address it is expected of, in lower case.
    pub address: &'a [u8],
    pub expectation: Expectation,
}

impl<'a> Expected<'a> {
    /// `size` in bytes, `server` short or full.
    pub(super) fn new(
        topology: &'a Topology,
        address: &'a [u8],
        size: Option<u64>,
        server: Option<&[u8]>,
    ) -> Self {
        Self { topology, address, expectation: topology.expected(address, size, server) }
    }

    /// Who has the address.
    pub(super) fn owner(&self) -> Option<&'a Recipient> {
        self.topology.recipient(self.expectation.owner?)
    }

    /// The owner, if it is a remote mailbox, and its remote routing address.
    pub(super) fn remote(&self) -> Option<(&'a Recipient, &'a str)> {
        let owner = self.owner().filter(|o| o.kind == Kind::RemoteMailbox)?;
        Some((owner, owner.target.as_deref()?))
    }

    /// A remote mailbox whose remote routing address is in a domain of the organisation that is not meant for it.
    pub(super) fn own_domain_target(&self) -> Option<(&'a Recipient, &'a str)> {
        self.remote().filter(|(_, target)| is_own_domain(self.topology, target))
    }

    /// The connector it should leave by, and how closely that one's address space fits.
    pub(super) fn connector(&self) -> Option<(&'a SendConnector, Chosen)> {
        let chosen = self.expectation.connector?;
        Some((self.topology.connector(chosen.connector)?, chosen))
    }

    /// No connector is for the address at the end but the one for everything, or none at all, however small the message. One
    /// for everything that leads to Exchange Online is meant so.
    pub(super) fn lacks_connector(&self) -> bool {
        let last = self.topology.last_address(&self.expectation, self.address);
        std::str::from_utf8(last).is_ok_and(|last| latent::only_default(self.topology, last).is_ok())
    }

    /// A remote mailbox whose target is in no domain of the organisation, and no connector is for it.
    pub(super) fn target_lacks_connector(&self) -> Option<(&'a Recipient, &'a str)> {
        self.remote().filter(|(_, target)| self.lacks_connector() && !is_own_domain(self.topology, target))
    }

    /// Nobody has the address, its domain is shared with another system, and no connector leads there.
    pub(super) fn relay_lacks_connector(&self) -> bool {
        let domain = domain_of(self.address);
        let accepted = self.topology.accepted(domain).filter(|(_, fit)| *fit != Fit::Any);
        let relayed = accepted.is_some_and(|(d, _)| d.kind == DomainType::InternalRelay)
            && !self.topology.is_coexistence(domain);
        let nobody = matches!(self.expectation.reason, Reason::Relay | Reason::NoRoute);
        relayed && nobody && self.owner().is_none() && self.lacks_connector()
    }

    /// Its target is an address of somebody else.
    pub(super) fn other_person(&self) -> Option<(&'a Recipient, &'a Recipient)> {
        let owner = self.owner().filter(|o| !matches!(o.kind, Kind::Group | Kind::DynamicGroup))?;
        let other = self.topology.owner(owner.target.as_deref()?.as_bytes())?;
        Some((owner, self.topology.recipient(other).filter(|_| Some(other) != self.expectation.owner)?))
    }

    /// A mailbox here that has a target all the same.
    pub(super) fn mailbox_with_target(&self) -> Option<(&'a Recipient, &'a str)> {
        let owner = self.owner().filter(|o| o.class() == Class::MailboxWithTarget)?;
        Some((owner, owner.target.as_deref()?))
    }

    /// A mailbox in a domain of which nobody should live here.
    pub(super) fn mailbox_in_external_domain(&self) -> bool {
        self.expectation.domain == Some(DomainType::ExternalRelay)
            && self.expectation.reason == Reason::Mailbox
    }

    /// A remote mailbox whose remote routing address does not lead to the tenant.
    fn wrong_target(&self) -> bool {
        let owner = self.expectation.owner.zip(self.owner());
        owner.is_some_and(|(number, owner)| wrong(self.topology, number, owner).is_some())
    }

    /// Whether mail went, or was refused here, by this target: it left for it, or the directory said that nobody has it, or
    /// somebody else got it. What is under way, or took another way, says nothing of the target.
    pub(super) fn went_by_target(&self, case: &Case<'_>, target: &str) -> bool {
        if let Some(exit) = case.final_exit() {
            return exit.address == target.as_bytes();
        }
        let here = matches!(case.leaf.decided_by, Some((_, Source::Routing | Source::Resolver)));
        let is_its = case.address() == target.as_bytes() || case.address() == self.address;
        let owner = self.owner();
        let at_home = owner.is_some_and(|o| o.addresses.iter().any(|a| a.as_bytes() == case.address()));
        match case.leaf.decision {
            Decision::RecipientNotFound | Decision::Failed => here && is_its,
            Decision::LocalDelivery => !at_home,
            _ => false,
        }
    }

    /// What should be decided for a mailbox in the cloud.
    pub(super) fn cloud_route(&self) -> (Decision, &'a [u8]) {
        let hybrid = self.topology.facts().send_connectors.iter().find(|c| c.is_hybrid());
        (Decision::RemoteRoutingAddress, hybrid.map_or(&[], |c| c.name.as_bytes()))
    }

    /// Whether something is wrong with the address whatever happened to its mail.
    fn is_faulty(&self) -> bool {
        self.own_domain_target().is_some()
            || self.wrong_target()
            || self.target_lacks_connector().is_some()
            || self.relay_lacks_connector()
            || self.mailbox_with_target().is_some()
            || self.mailbox_in_external_domain()
            || self.other_person().is_some()
    }

    /// How sure it is that an object was at a time as the exports have it: they may be older than the mail.
    pub(super) fn certainty(&self, time: Timestamp) -> Confidence {
        let old = self.topology.facts().made.is_some_and(|made| made < time.0);
        if old { Confidence::Medium } else { Confidence::High }
    }

    /// How sure the route is that was to be expected at a time.
    pub(super) fn confidence(&self, time: Timestamp) -> Confidence {
        self.certainty(time).min(self.expectation.confidence)
    }
}

/// Whether an address is in a domain of which everybody is known here, and that is not meant for remote routing
/// addresses.
pub(super) fn is_own_domain(topology: &Topology, address: &str) -> bool {
    latent::domain_text(address).is_some_and(|domain| latent::is_own_only(topology, &domain))
}

/// The remote routing address that a recipient should have: an address of its own that is meant for that, in the tenant's
/// domain if there is one, else one made of the part before the `@` that nobody has. `None` where it cannot be told.
pub(super) fn right_target(topology: &Topology, address: &str, tenant: &str) -> Option<String> {
    let owner = topology.owner(address.as_bytes()).and_then(|n| topology.recipient(n));
    let meant = |a: &&str| topology.is_coexistence(domain_of(a.as_bytes()));
    let own: Vec<&str> = owner.iter().flat_map(|o| o.addresses.iter()).filter(meant).collect();
    let in_tenant = own.iter().find(|a| domain_of(a.as_bytes()) == tenant.as_bytes());
    if let Some(own) = in_tenant.or(own.first()) {
        return Some((*own).to_owned());
    }
    let made = format!("{}@{tenant}", local_part(address));
    let is_free = topology.owner(made.as_bytes()).is_none() && !topology.shares_local_part(address);
    is_free.then_some(made)
}

/// The cmdlet that sets it, or what is to be looked up first.
pub(super) fn set_target(topology: &Topology, address: &str, tenant: &str) -> String {
    match right_target(topology, address, tenant) {
        Some(target) => {
            format!("Set-RemoteMailbox {} -RemoteRoutingAddress {}", quoted(address), quoted(&target))
        }
        None => format!(
            "# the address of {} in the tenant is not in these exports: Get-EXOMailbox {} | Format-List EmailAddresses",
            in_comment(address),
            in_comment(&quoted(address))
        ),
    }
}
