//! Which connectors lead where, as the mail that went by them shows it.

use std::collections::BTreeMap;

use hashbrown::HashSet;

use super::addresses::ByDomain;
use super::thresholds::SHARED_SENT;
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
}

impl Roads {
    /// Draws the conclusions.
    pub(super) fn new(by_domain: &ByDomain<'_>, names: &Frozen) -> Self {
        let known = by_domain.pairs.keys().map(|(_, d)| *d).chain(by_domain.known.keys().copied());
        let mut totals: BTreeMap<Symbol, u64> = BTreeMap::new();
        for ((connector, _), pair) in &by_domain.pairs {
            *totals.entry(*connector).or_default() += pair.count;
        }
        let own = by_domain.pairs.iter().filter(|((connector, domain), pair)| {
            let total = totals.get(connector).copied().unwrap_or(0);
            pair.stayed >= SHARED_SENT && pair.count * 2 >= total && !domain.is_empty()
        });
        let own = own.map(|((connector, domain), _)| ((*domain).into(), names.get(*connector).into()));
        let open = by_domain.pairs.iter().filter(|(_, pair)| pair.stayed > 0);
        let open = open.map(|((connector, _), _)| names.get(*connector).into());
        Self { known: known.map(Text::from).collect(), own: own.collect(), open: open.collect() }
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
}
