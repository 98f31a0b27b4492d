//! The founding incident: remote mailboxes whose remote routing address does not lead to the tenant, and the mail that
//! went astray by it.

use std::collections::{BTreeMap, BTreeSet};

use super::case::Case;
use super::expected::{is_own_domain, right_target};
use super::latent;
use super::words::quoted;
use crate::model::journey::Decision;
use crate::model::name::domain_of;
use crate::model::remote_routing::{RemoteRouting, WrongTarget};
use crate::model::report::Top;
use crate::model::time::Timestamp;
use crate::topology::domain::DomainType;
use crate::topology::recipient::{Kind, Recipient};
use crate::topology::{Export, Topology};

/// Mailboxes that are listed; the others are counted.
const LISTED: usize = 1000;
/// Places that are named for one mailbox.
const PLACES: usize = 3;

/// What may be wrong although the address is right.
const AUTHORITATIVE: &str = "its domain is Authoritative here, and nobody has it";
const NO_CONNECTOR: &str = "no connector is for its domain";
/// It is the address that is wrong.
const ELSEWHERE: &str = "its domain is not the tenant's";

/// What the logs show of mailboxes with a wrong remote routing address, by their number in the exports.
#[derive(Clone, Debug, Default)]
pub struct Astray {
    by_owner: BTreeMap<u32, Seen>,
}

#[derive(Clone, Debug)]
struct Seen {
    messages: u64,
    span: (i64, i64),
    went_to: BTreeMap<Vec<u8>, u64>,
}

/// What is wrong with the remote routing address of a remote mailbox, if something is.
pub(super) fn wrong(topology: &Topology, number: u32, owner: &Recipient) -> Option<&'static str> {
    if owner.kind != Kind::RemoteMailbox {
        return None;
    }
    let Some(target) = owner.target.as_deref() else { return Some("it has none") };
    let domain = domain_of(target.as_bytes());
    let accepted = topology.accepted(domain).map(|(d, _)| d.kind);
    if topology.owner(target.as_bytes()).is_some_and(|other| other != number) {
        return Some("it is an address of somebody else");
    }
    if topology.has(Export::AcceptedDomains) && is_own_domain(topology, target) {
        return Some("its domain is the organisation's own");
    }
    if accepted == Some(DomainType::Authoritative) && topology.owner(target.as_bytes()).is_none() {
        return Some(AUTHORITATIVE);
    }
    if latent::only_default(topology, target).is_err() {
        return None;
    }
    if topology.is_coexistence(domain) {
        Some(NO_CONNECTOR)
    } else {
        topology.has(Export::AcceptedDomains).then_some(ELSEWHERE)
    }
}

impl Astray {
    /// Adds a leaf of a mailbox with a wrong remote routing address, if it did not stay here.
    pub(super) fn add(&mut self, case: &Case<'_>) {
        let Some(expected) = &case.expected else { return };
        let Some((number, owner)) = expected.expectation.owner.zip(expected.owner()) else { return };
        let target = owner.target.as_deref().unwrap_or_default();
        if wrong(expected.topology, number, owner).is_none() || !expected.went_by_target(case, target) {
            return;
        }
        let last = case.leaf.last_seen.0;
        let first = case.exits.first().map_or(last, |e| e.hop.time.0);
        let place = match (case.final_exit(), case.leaf.decision) {
            (Some(exit), Decision::SendConnector | Decision::RemoteRoutingAddress) => exit.peer.to_vec(),
            (_, Decision::LocalDelivery) => case.address().to_vec(),
            (_, decision) => decision.as_str().as_bytes().to_vec(),
        };
        let new = || Seen { messages: 0, span: (first, last), went_to: BTreeMap::new() };
        let seen = self.by_owner.entry(number).or_insert_with(new);
        seen.messages += 1;
        seen.span = (seen.span.0.min(first), seen.span.1.max(last));
        *seen.went_to.entry(place).or_default() += 1;
    }

    /// Adds what another thread has seen.
    pub fn merge(&mut self, other: Self) {
        for (owner, seen) in other.by_owner {
            let Some(mine) = self.by_owner.get_mut(&owner) else {
                self.by_owner.insert(owner, seen);
                continue;
            };
            mine.messages += seen.messages;
            mine.span = (mine.span.0.min(seen.span.0), mine.span.1.max(seen.span.1));
            for (place, n) in seen.went_to {
                *mine.went_to.entry(place).or_default() += n;
            }
        }
    }

    /// All mailboxes with a wrong remote routing address, and their mail. `None` where the exports name no remote
    /// mailboxes.
    pub fn conclude(&self, topology: &Topology) -> Option<RemoteRouting> {
        if !topology.has(Export::RemoteMailboxes) {
            return None;
        }
        let tenant = latent::tenant(topology);
        let recipients = || (0u32..).zip(&topology.facts().recipients);
        let mut rows: Vec<WrongTarget> = recipients()
            .filter_map(|(number, owner)| {
                let why = wrong(topology, number, owner)?;
                Some(row((topology, owner), why, tenant.as_deref(), self.by_owner.get(&number)))
            })
            .collect();
        rows.sort_by(|a, b| b.messages.cmp(&a.messages).then_with(|| a.address.cmp(&b.address)));
        take_back_shared(&mut rows);
        let fix = fix(topology, &rows);
        let time = |ms: i64| Timestamp(ms).to_string();
        let total = rows.len() as u64;
        rows.truncate(LISTED);
        Some(RemoteRouting {
            remote_mailboxes: recipients().filter(|(_, r)| r.kind == Kind::RemoteMailbox).count() as u64,
            tenant,
            messages: self.by_owner.values().map(|s| s.messages).sum(),
            first_seen: self.by_owner.values().map(|s| s.span.0).min().map(time),
            last_seen: self.by_owner.values().map(|s| s.span.1).max().map(time),
            wrong: Top { total, first: rows },
            fix,
        })
    }
}

/// Two mailboxes cannot have one address: whose it is must be looked up.
fn take_back_shared(rows: &mut [WrongTarget]) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for target in rows.iter().filter_map(|row| row.should_be.clone()) {
        *times.entry(target).or_default() += 1;
    }
    for row in rows {
        row.should_be = row.should_be.take().filter(|target| times.get(target) == Some(&1));
    }
}

fn row(
    (topology, owner): (&Topology, &Recipient),
    why: &'static str,
    tenant: Option<&str>,
    seen: Option<&Seen>,
) -> WrongTarget {
    let mut places: Vec<(&Vec<u8>, &u64)> = seen.iter().flat_map(|s| &s.went_to).collect();
    places.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let time = |ms: i64| Timestamp(ms).to_string();
    // Where the domain is right, the address is, and what is wrong lies elsewhere.
    let right = tenant.filter(|_| ![AUTHORITATIVE, NO_CONNECTOR].contains(&why));
    WrongTarget {
        address: owner.primary().to_owned(),
        remote_routing_address: owner.target.as_deref().map(str::to_owned),
        why,
        should_be: right.and_then(|tenant| right_target(topology, owner.primary(), tenant)),
        messages: seen.map_or(0, |s| s.messages),
        first_seen: seen.map(|s| time(s.span.0)),
        last_seen: seen.map(|s| time(s.span.1)),
        went_to: places.iter().take(PLACES).map(|(p, _)| String::from_utf8_lossy(p).into_owned()).collect(),
    }
}

/// PowerShell that sets all of them, to be pasted as it is.
fn fix(topology: &Topology, rows: &[WrongTarget]) -> String {
    let pair = |row: &WrongTarget| {
        Some(format!("    {} = {}", quoted(&row.address), quoted(row.should_be.as_deref()?)))
    };
    let pairs: Vec<String> = rows.iter().filter_map(pair).collect();
    let mut lines: BTreeSet<String> = rows.iter().filter_map(|row| of_domain(topology, row)).collect();
    if pairs.is_empty() {
        return join(lines);
    }
    lines.insert(format!(
        "([ordered]@{{\n{}\n}}).GetEnumerator() | ForEach-Object {{ Set-RemoteMailbox $_.Key -RemoteRoutingAddress $_.Value }}",
        pairs.join("\n")
    ));
    join(lines)
}

fn join(lines: BTreeSet<String>) -> String {
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

/// What mends the way to a domain, where the address is right.
fn of_domain(topology: &Topology, row: &WrongTarget) -> Option<String> {
    let domain = latent::domain_text(row.remote_routing_address.as_deref()?)?;
    match row.why {
        AUTHORITATIVE => Some(format!("Set-AcceptedDomain {} -DomainType InternalRelay", quoted(&domain))),
        NO_CONNECTOR => {
            let hybrid = topology.facts().send_connectors.iter().find(|c| c.is_hybrid());
            let name = hybrid.map_or("Outbound to Office 365", |c| &*c.name);
            let space = quoted(&format!("SMTP:{domain};1"));
            Some(format!("Set-SendConnector {} -AddressSpaces @{{Add={space}}}", quoted(name)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(address: &str, to: &str) -> WrongTarget {
        WrongTarget {
            address: address.to_owned(),
            remote_routing_address: Some(address.to_owned()),
            why: "its domain is the organisation's own",
            should_be: Some(to.to_owned()),
            messages: 0,
            first_seen: None,
            last_seen: None,
            went_to: Vec::new(),
        }
    }

    #[test]
    fn nothing_in_an_address_leaves_the_quotes_of_the_fix() {
        let tenant = "anna@contoso.mail.onmicrosoft.com";
        let rows = [target("anna@contoso.com", tenant), target("'}; Remove-Mailbox x", "x@y")];
        let expected = "([ordered]@{\n    'anna@contoso.com' = 'anna@contoso.mail.onmicrosoft.com'\n    \
                        '''}; Remove-Mailbox x' = 'x@y'\n}).GetEnumerator() | ForEach-Object { \
                        Set-RemoteMailbox $_.Key -RemoteRoutingAddress $_.Value }";
        let topology = Topology::default();
        assert_eq!(fix(&topology, &rows), expected);
        assert_eq!(fix(&topology, &[]), "");
    }

    #[test]
    fn an_address_that_two_would_get_is_offered_to_neither() {
        let mut rows = [target("a@x", "a@t"), target("a@y", "a@t"), target("b@x", "b@t")];
        take_back_shared(&mut rows);
        assert_eq!(rows.map(|r| r.should_be), [None, None, Some("b@t".to_owned())]);
    }
}
