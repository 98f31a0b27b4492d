//! What the survey knows of addresses, each found by its symbol, and of their domains.

use hashbrown::HashMap;

use super::survey::Pair;
use crate::model::name::Symbol;
use crate::model::time::Timestamp;

/// What became of mail for one address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    /// When it was first and last delivered here or rewritten to another; before it was, the last lies first.
    pub known: (i64, i64),
    /// One more than the number of its domain; 0 before it is looked up.
    pub domain: u32,
    pub delivered: bool,
    pub not_found: bool,
    /// Writes by SMTP to somebody else, who gets it.
    pub writes: bool,
    /// Its mail came back more than once, or was given up as a loop.
    pub harmed: bool,
}

impl Default for Address {
    fn default() -> Self {
        let known = (i64::MAX, i64::MIN);
        Self { known, domain: 0, delivered: false, not_found: false, writes: false, harmed: false }
    }
}

impl Address {
    /// It was delivered to, or rewritten to another, at this time.
    pub(super) fn was_known(&mut self, time: i64) {
        self.known = (self.known.0.min(time), self.known.1.max(time));
    }

    /// When it was known first and last.
    pub(super) fn when_known(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = self.known;
        (first <= last).then_some((Timestamp(first), Timestamp(last)))
    }

    /// Whether it counts in its domain.
    pub(super) fn is_counted(&self) -> bool {
        self.delivered || self.not_found || self.when_known().is_some()
    }

    /// Adds what another thread has seen of it; `number` says which of the domains here is one of there.
    pub(super) fn merge(&mut self, other: Self, number: impl Fn(u32) -> u32) {
        self.known = (self.known.0.min(other.known.0), self.known.1.max(other.known.1));
        if let Some(theirs) = other.domain.checked_sub(1).filter(|_| self.domain == 0) {
            self.domain = number(theirs) + 1;
        }
        self.delivered |= other.delivered;
        self.not_found |= other.not_found;
        self.writes |= other.writes;
        self.harmed |= other.harmed;
    }
}

/// The domains of addresses, as numbers.
#[derive(Debug, Default)]
pub(super) struct Domains<'n> {
    pub texts: Vec<&'n [u8]>,
    numbers: HashMap<&'n [u8], u32>,
}

impl<'n> Domains<'n> {
    /// The number of a domain.
    pub(super) fn number(&mut self, domain: &'n [u8]) -> u32 {
        let next = self.texts.len() as u32;
        let number = *self.numbers.entry(domain).or_insert(next);
        if number == next {
            self.texts.push(domain);
        }
        number
    }

    /// The domain of a number.
    pub(super) fn text(&self, number: u32) -> &'n [u8] {
        self.texts.get(number as usize).copied().unwrap_or_default()
    }
}

/// What a survey has counted, by the texts of domains.
#[derive(Debug, Default)]
pub(super) struct ByDomain<'n> {
    /// How many addresses were delivered here.
    pub delivered: HashMap<&'n [u8], usize>,
    /// How many addresses were known.
    pub known: HashMap<&'n [u8], usize>,
    /// Addresses nobody has.
    pub not_found: HashMap<&'n [u8], Vec<Symbol>>,
    /// How many addresses RESOLVE turned into others under onmicrosoft.com.
    pub resolved: HashMap<(&'n [u8], &'n [u8]), usize>,
    /// What connectors carried.
    pub pairs: HashMap<(Symbol, &'n [u8]), Pair>,
}

impl<'n> ByDomain<'n> {
    /// Adds what is known of an address.
    pub(super) fn add(&mut self, domain: &'n [u8], symbol: Symbol, address: &Address) {
        if address.delivered {
            *self.delivered.entry(domain).or_default() += 1;
        }
        if address.when_known().is_some() {
            *self.known.entry(domain).or_default() += 1;
        }
        if address.not_found {
            self.not_found.entry(domain).or_default().push(symbol);
        }
    }
}
