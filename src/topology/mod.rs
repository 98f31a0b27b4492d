//! What the administrator's exports say of the organisation, and what Exchange does with a message by them.
//!
//! [`exports`] turns the files into [`Facts`], [`Topology`] makes them fit for look-up, [`walk`] knows the rules
//! for one address, [`expected`] follows them fast and without words, [`simulate`] with all branches and with the
//! rule behind each step. What was not exported is not known, which is never taken for "there is none".

pub mod check;
pub mod connector;
pub mod domain;
pub mod expected;
pub mod exports;
pub mod graph;
pub mod recipient;
pub mod server;
pub mod simulate;
mod steps;
pub mod toml_file;
pub mod walk;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use connector::{Choice, Index, Load, Pick, SendConnector};
use domain::{AcceptedDomain, DomainType, Fit, Lookup, RemoteDomain};
use recipient::{Directory, Recipient};
use server::{ReceiveConnector, Server};

use crate::model::name::{domain_of, encapsulated, fold_case};

/// A sort of export, by the cmdlet that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Export {
    /// `Get-AcceptedDomain`.
    #[serde(rename = "Get-AcceptedDomain")]
    AcceptedDomains,
    /// `Get-SendConnector`.
    #[serde(rename = "Get-SendConnector")]
    SendConnectors,
    /// `Get-RemoteMailbox`.
    #[serde(rename = "Get-RemoteMailbox")]
    RemoteMailboxes,
    /// `Get-Mailbox`.
    #[serde(rename = "Get-Mailbox")]
    Mailboxes,
    /// `Get-MailUser`.
    #[serde(rename = "Get-MailUser")]
    MailUsers,
    /// `Get-MailContact`.
    #[serde(rename = "Get-MailContact")]
    MailContacts,
    /// `Get-DistributionGroup`.
    #[serde(rename = "Get-DistributionGroup")]
    Groups,
    /// `Get-DynamicDistributionGroup`.
    #[serde(rename = "Get-DynamicDistributionGroup")]
    DynamicGroups,
    /// `Get-MailPublicFolder`.
    #[serde(rename = "Get-MailPublicFolder")]
    PublicFolders,
    /// `Get-RemoteDomain`.
    #[serde(rename = "Get-RemoteDomain")]
    RemoteDomains,
    /// `Get-ReceiveConnector`.
    #[serde(rename = "Get-ReceiveConnector")]
    ReceiveConnectors,
    /// `Get-TransportService`, `Get-ExchangeServer`.
    #[serde(rename = "Get-ExchangeServer")]
    Servers,
}

impl Export {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::AcceptedDomains,
        Self::SendConnectors,
        Self::RemoteMailboxes,
        Self::Mailboxes,
        Self::MailUsers,
        Self::MailContacts,
        Self::Groups,
        Self::DynamicGroups,
        Self::PublicFolders,
        Self::RemoteDomains,
        Self::ReceiveConnectors,
        Self::Servers,
    ];

    /// Those that say who has which address, but for the two sorts of which there are few.
    pub const RECIPIENTS: [Self; 5] =
        [Self::RemoteMailboxes, Self::Mailboxes, Self::MailUsers, Self::MailContacts, Self::Groups];

    /// The cmdlet.
    pub fn cmdlet(self) -> &'static str {
        match self {
            Self::AcceptedDomains => "Get-AcceptedDomain",
            Self::SendConnectors => "Get-SendConnector",
            Self::RemoteMailboxes => "Get-RemoteMailbox",
            Self::Mailboxes => "Get-Mailbox",
            Self::MailUsers => "Get-MailUser",
            Self::MailContacts => "Get-MailContact",
            Self::Groups => "Get-DistributionGroup",
            Self::DynamicGroups => "Get-DynamicDistributionGroup",
            Self::PublicFolders => "Get-MailPublicFolder",
            Self::RemoteDomains => "Get-RemoteDomain",
            Self::ReceiveConnectors => "Get-ReceiveConnector",
            Self::Servers => "Get-ExchangeServer",
        }
    }
}

/// What the exports say, as it is written to `topology.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Which exports were given, sorted.
    pub given: Vec<Export>,
    /// When the oldest of them was made, as far as its file tells; ms since 1970.
    #[serde(skip_serializing, deserialize_with = "toml_file::instant")]
    pub made: Option<i64>,
    /// Accepted domains.
    pub accepted_domains: Vec<AcceptedDomain>,
    /// Send connectors.
    pub send_connectors: Vec<SendConnector>,
    /// Remote domains.
    pub remote_domains: Vec<RemoteDomain>,
    /// Receive connectors.
    pub receive_connectors: Vec<ReceiveConnector>,
    /// Servers.
    pub servers: Vec<Server>,
    /// Recipients of all sorts.
    pub recipients: Vec<Recipient>,
}

/// What the exports say, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    facts: Facts,
    domains: Lookup,
    remote: Lookup,
    directory: Directory,
    spaces: Index,
    /// Domains that remote routing addresses are meant to be in, by connectors to Exchange Online and remote domains.
    coexistence: HashSet<Box<str>>,
    /// Names of tenants.
    tenants: HashSet<Box<str>>,
}

impl Topology {
    /// Makes the tables that are looked up in.
    pub fn new(facts: Facts) -> Self {
        let domains = Lookup::new(facts.accepted_domains.iter().map(|d| &*d.domain));
        let remote = Lookup::new(facts.remote_domains.iter().map(|d| &*d.domain));
        let directory = Directory::new(&facts.recipients);
        let spaces = Index::new(&facts.send_connectors);
        let coexistence = coexistence(&facts);
        let tenants = tenants(&facts, &coexistence);
        Self { facts, domains, remote, directory, spaces, coexistence, tenants }
    }

    /// What the exports say.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether an export was given; if not, nothing is known of what it would say.
    pub fn has(&self, export: Export) -> bool {
        self.facts.given.contains(&export)
    }

    /// The number of the recipient that has an address, in any case.
    pub fn owner(&self, address: &[u8]) -> Option<u32> {
        let find = |address: &[u8]| self.directory.find(&self.facts.recipients, address);
        if let Some(name) = encapsulated(address).filter(|_| self.is_default(domain_of(address))) {
            let mut folded = Vec::new();
            fold_case(&[b"x500:", &*name].concat(), &mut folded);
            return find(&folded);
        }
        if address.is_ascii() && !address.iter().any(u8::is_ascii_uppercase) {
            return find(address);
        }
        let mut folded = Vec::with_capacity(address.len());
        fold_case(address, &mut folded);
        find(&folded)
    }

    /// Whether addresses are unwrapped in a domain, which is done in the default one only; if it is not known which
    /// that is, it may be any.
    fn is_default(&self, domain: &[u8]) -> bool {
        let domains = &self.facts.accepted_domains;
        let is = |d: &AcceptedDomain| d.domain.as_bytes().eq_ignore_ascii_case(domain);
        domains.iter().all(|d| d.default.is_none())
            || domains.iter().any(|d| d.default == Some(true) && is(d))
    }

    /// A recipient by its number.
    pub fn recipient(&self, number: u32) -> Option<&Recipient> {
        self.facts.recipients.get(number as usize)
    }

    /// Addresses that more than one recipient has, sorted, each with the first owner and one more.
    pub fn doubles(&self) -> &[(Box<str>, u32, u32)] {
        self.directory.doubles()
    }

    /// The accepted domain for a domain in lower case: itself, else the longest `*.suffix`.
    pub fn accepted(&self, domain: &[u8]) -> Option<(&AcceptedDomain, Fit)> {
        let (number, fit) = self.domains.closest(domain)?;
        Some((self.facts.accepted_domains.get(number as usize)?, fit))
    }

    /// A send connector by its number.
    pub fn connector(&self, number: u32) -> Option<&SendConnector> {
        self.facts.send_connectors.get(number as usize)
    }

    /// A send connector by its name in any case.
    pub fn connector_named(&self, name: &[u8]) -> Option<(u32, &SendConnector)> {
        (0..).zip(&self.facts.send_connectors).find(|(_, c)| c.name.as_bytes().eq_ignore_ascii_case(name))
    }

    /// The organisation's server of a name, short or full.
    pub fn own_server(&self, host: &[u8]) -> Option<&Server> {
        self.facts.servers.iter().find(|s| s.is(host))
    }

    /// Whether a host is an Edge server of the organisation: such a one looks nobody up, and passes mail on by the
    /// domain alone.
    pub fn is_edge(&self, host: &[u8]) -> bool {
        self.own_server(host).is_some_and(|s| s.edge == Some(true))
    }

    /// Which send connector takes mail for an address in lower case.
    pub fn pick(&self, address: &[u8], size: Option<u64>, server: Option<&[u8]>) -> Pick {
        self.choice().pick(&self.load(address, size, server))
    }

    fn choice(&self) -> Choice<'_> {
        let Facts { send_connectors, servers, .. } = &self.facts;
        Choice { connectors: send_connectors, index: &self.spaces, servers }
    }

    fn load<'a>(&self, address: &'a [u8], size: Option<u64>, server: Option<&'a [u8]>) -> Load<'a> {
        let accepted = self.accepted(domain_of(address));
        let is_own = accepted.is_some_and(|(d, _)| d.kind != DomainType::ExternalRelay);
        Load { address, is_own, size, server }
    }

    /// Whether a domain in lower case is one that remote routing addresses are meant to be in: under
    /// onmicrosoft.com in a tenant of the organisation's, or named by an address space of a connector to Exchange
    /// Online or as the target of remote mailboxes. Where no tenant is known all count.
    pub fn is_coexistence(&self, domain: &[u8]) -> bool {
        let Ok(domain) = std::str::from_utf8(domain) else { return false };
        let tenant = tenant_name(domain);
        self.coexistence.contains(domain)
            || tenant.is_some_and(|name| self.tenants.is_empty() || self.tenants.contains(name))
    }

    /// Whether the part before the `@` of an address is that of another recipient of another domain too.
    pub fn shares_local_part(&self, address: &str) -> bool {
        let Some((local, own)) = address.rsplit_once('@') else { return false };
        self.facts.accepted_domains.iter().filter(|d| &*d.domain != own).any(|d| {
            self.owner(format!("{local}@{}", d.domain).as_bytes())
                .is_some_and(|o| Some(o) != self.owner(address.as_bytes()))
        })
    }
}

/// The tenant that a domain under onmicrosoft.com belongs to.
fn tenant_name(domain: &str) -> Option<&str> {
    let before = domain.strip_suffix(".onmicrosoft.com")?;
    Some(before.split('.').next().unwrap_or(before))
}

/// Tenants that accepted domains, connectors to Exchange Online and remote domains name.
fn tenants(facts: &Facts, coexistence: &HashSet<Box<str>>) -> HashSet<Box<str>> {
    let accepted = facts.accepted_domains.iter().map(|d| &*d.domain);
    let named = accepted.chain(coexistence.iter().map(|d| &**d));
    named.filter_map(|d| tenant_name(d)).map(Into::into).collect()
}

/// Domains that connectors to Exchange Online are for, and those that remote domains call targets.
fn coexistence(facts: &Facts) -> HashSet<Box<str>> {
    let spaces = facts.send_connectors.iter().filter(|c| c.is_hybrid()).flat_map(|c| &c.spaces);
    let remote = facts.remote_domains.iter().filter(|d| d.target_delivery == Some(true));
    spaces.map(|s| s.space.clone()).chain(remote.map(|d| d.domain.clone())).collect()
}

#[cfg(test)]
mod tests;
