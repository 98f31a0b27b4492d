//! Which connectors lead where, as the mail that went by them shows it.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashSet;

use super::addresses::ByDomain;
use super::survey::Pair;
use super::thresholds::Thresholds;
use crate::model::name::{Frozen, Symbol};

type Text = Box<[u8]>;

/// Where mail finds a way.
#[derive(Clone, Debug, Default)]
pub(super) struct Roads {
    /// Domains for which mail left by some connector, or of which an address is known here.
    known: HashSet<Text>,
    /// Domain and connector, where the connector is there for the domain and mail stays behind it.
    own: HashSet<(Text, Text)>,
    /// Connectors by which some mail left unchanged and did not come back.
    open: HashSet<Text>,
    /// Connectors of a domain, in order, that may take turns.
    alternating: BTreeMap<Text, Vec<Text>>,
}

/// Everything a connector carried.
#[derive(Default)]
pub(super) struct Carried<'s> {
    pub total: u64,
    pub to_tenant: u64,
    /// To a host of Exchange Online.
    pub online: u64,
    pub domains: BTreeSet<&'s [u8]>,
}

impl Roads {
    /// Draws the conclusions.
    pub(super) fn new(by_domain: &ByDomain<'_>, names: &Frozen, thresholds: &Thresholds) -> Self {
        let known = by_domain.pairs.keys().map(|(_, d)| *d).chain(by_domain.known.keys().copied());
        let mut totals: BTreeMap<Symbol, u64> = BTreeMap::new();
        for ((connector, _), pair) in &by_domain.pairs {
            *totals.entry(*connector).or_default() += pair.count;
        }
        let own = by_domain.pairs.iter().filter(|((connector, domain), pair)| {
            let total = totals.get(connector).copied().unwrap_or(0);
            pair.stayed >= thresholds.shared_sent && pair.count * 2 >= total && !domain.is_empty()
        });
        let own = own.map(|((connector, domain), _)| ((*domain).into(), names.get(*connector).into()));
        let open = by_domain.pairs.iter().filter(|(_, pair)| pair.stayed > 0);
        let open = open.map(|((connector, _), _)| names.get(*connector).into());
        Self {
            known: known.map(Text::from).collect(),
            own: own.collect(),
            open: open.collect(),
            alternating: alternating(by_domain, names, thresholds.changes_least),
        }
    }

    /// Whether some mail for the domain found a way out, or a mailbox here.
    pub(super) fn is_known(&self, domain: &[u8]) -> bool {
        self.known.contains(domain)
    }

    /// Whether the connector is there for the domain: half or more of what it carries is for it, and some of
    /// that left unchanged and did not come back.
    pub(super) fn is_own(&self, domain: &[u8], connector: &[u8]) -> bool {
        self.own.contains(&(Text::from(domain), Text::from(connector)))
    }

    /// Whether some mail left by the connector unchanged and did not come back.
    pub(super) fn is_open(&self, connector: &[u8]) -> bool {
        self.open.contains(connector)
    }

    /// The connectors of a domain that may take turns.
    pub(super) fn alternating(&self, domain: &[u8]) -> Option<&[Text]> {
        self.alternating.get(domain).map(Vec::as_slice)
    }

    /// All domains and connectors that may take turns.
    pub(super) fn all_alternating(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let each = self.alternating.iter();
        each.flat_map(|(domain, all)| all.iter().map(|c| (domain.as_ref(), c.as_ref())))
    }
}

fn alternating(by_domain: &ByDomain<'_>, names: &Frozen, least: u64) -> BTreeMap<Text, Vec<Text>> {
    let mut carriers: BTreeMap<&[u8], Vec<(&[u8], &Pair)>> = BTreeMap::new();
    for ((connector, domain), pair) in by_domain.pairs.iter().filter(|(_, p)| p.count >= least) {
        carriers.entry(domain).or_default().push((names.get(*connector), pair));
    }
    let mut out = BTreeMap::new();
    for (domain, all) in carriers.into_iter().filter(|(_, all)| all.len() > 1) {
        let turns =
            |(name, a): &&(&[u8], &Pair)| all.iter().any(|(other, b)| name != other && a.may_alternate(b));
        let mut some: Vec<Text> = all.iter().filter(turns).map(|(name, _)| Text::from(*name)).collect();
        some.sort_unstable();
        if !some.is_empty() {
            out.insert(domain.into(), some);
        }
    }
    out
}

/// All that each connector carried.
pub(super) fn carried<'n>(by_domain: &ByDomain<'n>) -> BTreeMap<Symbol, Carried<'n>> {
    let mut out: BTreeMap<Symbol, Carried<'n>> = BTreeMap::new();
    for ((connector, domain), pair) in &by_domain.pairs {
        let carried = out.entry(*connector).or_default();
        carried.total += pair.count;
        carried.online += pair.online;
        if domain.ends_with(b".onmicrosoft.com") {
            carried.to_tenant += pair.count;
        }
        carried.domains.insert(domain);
    }
    out
}

/// How many of the domains are no subdomain of another of them.
pub(super) fn unrelated(domains: &BTreeSet<&[u8]>) -> usize {
    let is_sub = |domain: &[u8]| {
        let dots = memchr::memchr_iter(b'.', domain);
        dots.filter_map(|at| domain.get(at + 1..)).any(|parent| domains.contains(parent))
    };
    domains.iter().filter(|d| !is_sub(d)).count()
}

/// Whether a connector is called as the hybrid wizard calls its own.
pub(super) fn named_hybrid(connector: &[u8]) -> bool {
    let name = b"Outbound to Office 365";
    connector.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains_count_with_their_parent() {
        let domains = [&b"a.example"[..], b"x.a.example", b"b.example", b"xa.example"].into_iter().collect();
        assert_eq!(unrelated(&domains), 3);
    }
}
