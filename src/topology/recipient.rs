//! Recipients: who has which address, and where mail for each leads.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashSet, HashTable};
use serde::{Deserialize, Serialize};

use crate::model::name::domain_of;

/// Addresses in lower case, in order, in one piece of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Addresses(Box<str>);

/// So many are compared one by one.
const FEW: usize = 16;
/// Stands between two addresses; no address holds one.
const BETWEEN: char = '\n';

impl Addresses {
    /// Takes each text once, without line breaks.
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut some, mut many): (Vec<&str>, HashSet<&str>) = (Vec::new(), HashSet::new());
        for address in addresses {
            if some.len() == FEW {
                many.extend(&some);
            }
            let met = if some.len() < FEW { some.contains(&address) } else { !many.insert(address) };
            if !address.is_empty() && !address.contains(BETWEEN) && !met {
                some.push(address);
            }
        }
        Self(some.join("\n").into())
    }

    /// Each address.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(BETWEEN).filter(|a| !a.is_empty())
    }

    /// The first.
    pub fn first(&self) -> Option<&str> {
        self.iter().next()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<String>> for Addresses {
    fn from(addresses: Vec<String>) -> Self {
        Self::new(addresses.iter().map(String::as_str))
    }
}

impl From<Addresses> for Vec<String> {
    fn from(addresses: Addresses) -> Self {
        addresses.iter().map(str::to_owned).collect()
    }
}

/// What sort of object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A mailbox here.
    Mailbox,
    /// A mailbox of Exchange Online as it is known here.
    RemoteMailbox,
    /// An account whose mail goes elsewhere.
    MailUser,
    /// An address outside, with an entry in the directory.
    MailContact,
    /// A distribution or security group.
    Group,
    /// A group whose members are a query.
    DynamicGroup,
    /// A mail-enabled public folder.
    PublicFolder,
    /// A mailbox of Exchange's own: arbitration, discovery, health.
    System,
}

impl Kind {
    /// In plain words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::RemoteMailbox => "remote mailbox",
            Self::MailUser => "mail user",
            Self::MailContact => "mail contact",
            Self::Group => "group",
            Self::DynamicGroup => "dynamic group",
            Self::PublicFolder => "mail-enabled public folder",
            Self::System => "system mailbox",
        }
    }
}

/// What routing makes of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Stored here.
    Mailbox,
    /// A mailbox object here whose mail goes to another address all the same.
    MailboxWithTarget,
    /// A mailbox whose mail is forwarded.
    MailboxForwarding,
    /// A mailbox in the cloud.
    RemoteMailbox,
    /// An account elsewhere.
    MailUser,
    /// A contact.
    MailContact,
    /// A group.
    Group,
    /// A group whose members are a query.
    DynamicGroup,
    /// A public folder.
    PublicFolder,
    /// Exchange's own.
    System,
    /// No object has the address.
    None,
}

/// An object of the directory that has addresses. All texts in lower case but `name` and `database`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// What it is.
    pub kind: Kind,
    /// SMTP addresses, the primary first; `x500:` before what is no SMTP address.
    pub addresses: Addresses,
    /// Whether the export lists all its addresses, not only the primary.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all_addresses: bool,
    /// Remote routing address, or external address: where its mail goes instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Box<str>>,
    /// Address of the recipient it forwards to; goes before `forward_smtp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Box<str>>,
    /// Address it forwards to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_smtp: Option<Box<str>>,
    /// Whether the mailbox keeps a copy of what it forwards.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keeps_copy: bool,
    /// Addresses of a group's members; `None` where the export does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Addresses>,
    /// The server that expands the group, if it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expansion_server: Option<Box<str>>,
    /// The mailbox's database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Box<str>>,
}

/// For serde.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Recipient {
    /// One with nothing but addresses, the primary first.
    pub fn new(kind: Kind, addresses: Addresses) -> Self {
        Self {
            kind,
            addresses,
            all_addresses: true,
            target: None,
            forward: None,
            forward_smtp: None,
            keeps_copy: false,
            members: None,
            expansion_server: None,
            database: None,
        }
    }

    /// The primary SMTP address; empty if it has none.
    pub fn primary(&self) -> &str {
        self.addresses.first().unwrap_or_default()
    }

    /// What routing makes of it. A mailbox that has both a target and a forwarding goes to its target.
    pub fn class(&self) -> Class {
        match self.kind {
            Kind::Mailbox if self.target.is_some() => Class::MailboxWithTarget,
            Kind::Mailbox if self.forwards_to().is_some() => Class::MailboxForwarding,
            Kind::Mailbox => Class::Mailbox,
            Kind::RemoteMailbox => Class::RemoteMailbox,
            Kind::MailUser => Class::MailUser,
            Kind::MailContact => Class::MailContact,
            Kind::Group => Class::Group,
            Kind::DynamicGroup => Class::DynamicGroup,
            Kind::PublicFolder => Class::PublicFolder,
            Kind::System => Class::System,
        }
    }

    /// The address it forwards to: that of a recipient goes before a bare one.
    pub fn forwards_to(&self) -> Option<&str> {
        self.forward.as_deref().or(self.forward_smtp.as_deref())
    }
}

/// Finds recipients by any of their addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    /// Number of the recipient, and where in the text of its addresses the address begins.
    table: HashTable<(u32, u32)>,
    hasher: RandomState,
    /// The domains of all addresses: most addresses in logs are of others.
    domains: HashSet<Box<[u8]>>,
    /// Addresses that several recipients have: address, first owner, another.
    doubles: Vec<(Box<str>, u32, u32)>,
}

fn address_of(recipients: &[Recipient], (number, at): (u32, u32)) -> &str {
    let recipient = recipients.get(number as usize);
    let rest = recipient.and_then(|r| r.addresses.0.get(at as usize..)).unwrap_or_default();
    let end = memchr::memchr(BETWEEN as u8, rest.as_bytes()).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

impl Directory {
    /// Of an address that several have the first owner is found.
    pub(super) fn new(recipients: &[Recipient]) -> Self {
        let count = recipients.iter().map(|r| r.addresses.iter().count()).sum();
        let mut new = Self { table: HashTable::with_capacity(count), ..Self::default() };
        for (number, recipient) in (0..).zip(recipients) {
            let mut at = 0;
            for address in recipient.addresses.iter() {
                let first = new.first(recipients, address, (number, at));
                if first != number {
                    new.doubles.push((address.into(), first, number));
                }
                at += address.len() as u32 + 1;
            }
        }
        new.doubles.sort();
        new
    }

    /// The number of the first recipient that has an address; that is this one, if the address is new.
    fn first(&mut self, recipients: &[Recipient], address: &str, entry: (u32, u32)) -> u32 {
        let (hasher, domain) = (&self.hasher, domain_of(address.as_bytes()));
        if !self.domains.contains(domain) {
            self.domains.insert(domain.into());
        }
        let hash = |e: &(u32, u32)| hasher.hash_one(address_of(recipients, *e).as_bytes());
        let is = |e: &(u32, u32)| address_of(recipients, *e) == address;
        self.table.entry(hasher.hash_one(address.as_bytes()), is, hash).or_insert(entry).get().0
    }

    /// The number of the recipient that has an address in lower case.
    pub(super) fn find(&self, recipients: &[Recipient], address: &[u8]) -> Option<u32> {
        if !self.domains.contains(domain_of(address)) {
            return None;
        }
        let is = |e: &(u32, u32)| address_of(recipients, *e).as_bytes() == address;
        self.table.find(self.hasher.hash_one(address), is).map(|(number, _)| *number)
    }

    /// Whether several have it.
    pub(super) fn is_double(&self, address: &[u8]) -> bool {
        self.doubles.binary_search_by(|(a, ..)| a.as_bytes().cmp(address)).is_ok()
    }

    pub(super) fn doubles(&self) -> &[(Box<str>, u32, u32)] {
        &self.doubles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_its_recipient() {
        let recipients: Vec<Recipient> = (0..1000)
            .map(|i| {
                let own = [format!("u{i}@contoso.com"), format!("u{i}@contoso.mail.onmicrosoft.com")];
                Recipient::new(Kind::Mailbox, Addresses::from(own.to_vec()))
            })
            .chain([Recipient::new(Kind::MailUser, Addresses::new(["x@contoso.com", "u7@contoso.com"]))])
            .collect();
        let directory = Directory::new(&recipients);
        let find = |a: &str| directory.find(&recipients, a.as_bytes());
        assert_eq!(find("u999@contoso.mail.onmicrosoft.com"), Some(999));
        assert_eq!(find("x@contoso.com"), Some(1000));
        assert_eq!(find("u7@contoso.com"), Some(7));
        assert_eq!(find("nobody@contoso.com"), None);
        assert_eq!(directory.doubles(), [("u7@contoso.com".into(), 7, 1000)]);
    }

    #[test]
    fn addresses_are_kept_once_and_in_order() {
        let some = Addresses::new(["b@x", "", "a@x", "b@x", "c\n@x"]);
        assert_eq!(some.iter().collect::<Vec<_>>(), ["b@x", "a@x"]);
        assert_eq!((some.first(), Addresses::default().first()), (Some("b@x"), None));
    }
}
