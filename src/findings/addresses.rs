//! What the survey knows of addresses, each found by its symbol, and of their domains. All threads share it.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};

use hashbrown::HashMap;

use super::survey::Pair;
use crate::model::by_symbol::BySymbol;
use crate::model::name::{Frozen, Symbol, domain_of};
use crate::model::time::Timestamp;

/// What may be true of an address.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    Delivered = 1,
    NotFound = 1 << 1,
    /// Writes by SMTP to somebody else, who gets it.
    Writes = 1 << 2,
    /// Its mail came back more than once, or was given up as a loop.
    Harmed = 1 << 3,
    /// Of a host: it brought mail for addresses nobody has.
    Knocks = 1 << 4,
    /// It got mail for another address that the directory had rewritten to it.
    Stands = 1 << 5,
}

/// What became of mail for one address.
#[derive(Debug)]
pub(super) struct Address {
    /// One more than the number of its domain; 0 before it is looked up.
    domain: AtomicU32,
    /// When it was first and last delivered here or rewritten to another; before it was, the last lies first.
    /// All times are seconds since 1970: there is one of these for every name, and clocks agree no better.
    first: AtomicU32,
    last: AtomicU32,
    /// When it was first rewritten to another address, and when it last sent mail from a mailbox here.
    away: AtomicU32,
    writes: AtomicU32,
    /// Of a host: messages from outside that it brought and somebody here got; not counted beyond [`WELCOME`].
    welcome: AtomicU16,
    marks: AtomicU8,
}

/// More need not be told apart, and threads may count a few more before they notice.
const WELCOME: u16 = 60_000;

impl Default for Address {
    fn default() -> Self {
        Self {
            domain: AtomicU32::default(),
            first: AtomicU32::new(u32::MAX),
            last: AtomicU32::default(),
            away: AtomicU32::new(u32::MAX),
            writes: AtomicU32::default(),
            welcome: AtomicU16::default(),
            marks: AtomicU8::default(),
        }
    }
}

impl Address {
    pub(super) fn mark(&self, mark: Mark) {
        self.marks.fetch_or(mark as u8, Ordering::Relaxed);
    }

    pub(super) fn is(&self, mark: Mark) -> bool {
        self.marks.load(Ordering::Relaxed) & mark as u8 != 0
    }

    /// It was rewritten to another address.
    pub(super) fn was_sent_away(&self, time: Timestamp) {
        self.away.fetch_min(seconds(time), Ordering::Relaxed);
    }

    /// It sent mail from a mailbox here.
    pub(super) fn wrote_here(&self, time: Timestamp) {
        self.writes.fetch_max(seconds(time), Ordering::Relaxed);
    }

    /// Of an address that was delivered to and then rewritten to another, and that still wrote from a mailbox
    /// here so many ms after: since when it is rewritten, and when it wrote last.
    pub(super) fn still_writes(&self, after: i64) -> Option<(Timestamp, Timestamp)> {
        let (away, wrote) = (self.away.load(Ordering::Relaxed), self.writes.load(Ordering::Relaxed));
        let before = seconds(self.when_known()?.0) < away && self.is(Mark::Delivered);
        (before && wrote > away.saturating_add(seconds(Timestamp(after)))).then(|| (time(away), time(wrote)))
    }

    /// It brought a message that somebody got.
    pub(super) fn was_welcome(&self) {
        if self.welcome.load(Ordering::Relaxed) < WELCOME {
            self.welcome.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many it brought.
    pub(super) fn welcome(&self) -> u64 {
        u64::from(self.welcome.load(Ordering::Relaxed).min(WELCOME))
    }

    /// It was delivered to, or rewritten to another, at this time.
    pub(super) fn was_known(&self, time: Timestamp) {
        self.first.fetch_min(seconds(time), Ordering::Relaxed);
        self.last.fetch_max(seconds(time), Ordering::Relaxed);
    }

    /// When it was known first and last, to the second.
    pub(super) fn when_known(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.first.load(Ordering::Relaxed), self.last.load(Ordering::Relaxed));
        (first <= last).then(|| (time(first), time(last)))
    }

    /// Whether it counts in its domain.
    fn is_counted(&self) -> bool {
        self.is(Mark::Delivered) || self.is(Mark::NotFound) || self.when_known().is_some()
    }
}

/// Seconds since 1970, as far as they go.
fn seconds(time: Timestamp) -> u32 {
    u32::try_from(time.0.max(0) / 1000).unwrap_or(u32::MAX)
}

fn time(seconds: u32) -> Timestamp {
    Timestamp(i64::from(seconds) * 1000)
}

/// All addresses and their domains. `'n` is the life of the texts.
#[derive(Debug)]
pub struct Addresses<'n> {
    pub(super) names: &'n Frozen,
    all: BySymbol<Address>,
    domains: RwLock<Domains<'n>>,
}

/// The domains of addresses, as numbers.
#[derive(Debug, Default)]
struct Domains<'n> {
    texts: Vec<&'n [u8]>,
    numbers: HashMap<&'n [u8], u32>,
}

impl<'n> Addresses<'n> {
    /// Nothing known yet.
    pub fn new(names: &'n Frozen) -> Self {
        Self { names, all: BySymbol::new(names), domains: RwLock::default() }
    }

    pub(super) fn at(&self, symbol: Symbol) -> &Address {
        self.all.at(symbol)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Symbol, &Address)> {
        self.all.iter()
    }

    /// The number of an address's domain. Numbers say nothing about order.
    pub fn domain(&self, symbol: Symbol) -> u32 {
        let address = self.at(symbol);
        match address.domain.load(Ordering::Relaxed).checked_sub(1) {
            Some(number) => number,
            None => {
                let number = self.number(domain_of(self.names.get(symbol)));
                address.domain.store(number + 1, Ordering::Relaxed);
                number
            }
        }
    }

    fn number(&self, domain: &'n [u8]) -> u32 {
        let known = self.domains.read().unwrap_or_else(PoisonError::into_inner).numbers.get(domain).copied();
        if let Some(number) = known {
            return number;
        }
        let mut domains = self.domains.write().unwrap_or_else(PoisonError::into_inner);
        let Domains { texts, numbers } = &mut *domains;
        *numbers.entry(domain).or_insert_with(|| {
            texts.push(domain);
            texts.len() as u32 - 1
        })
    }

    /// The domain of a number.
    pub fn text(&self, number: u32) -> &'n [u8] {
        let domains = self.domains.read().unwrap_or_else(PoisonError::into_inner);
        domains.texts.get(number as usize).copied().unwrap_or_default()
    }

    /// What is known of them, by domain.
    pub(super) fn by_domain(&self) -> ByDomain<'n> {
        let mut out = ByDomain::default();
        for (symbol, address) in self.iter().filter(|(_, a)| a.is_counted()) {
            out.add(self.text(self.domain(symbol)), symbol, address);
        }
        out
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
    fn add(&mut self, domain: &'n [u8], symbol: Symbol, address: &Address) {
        if address.is(Mark::Delivered) {
            *self.delivered.entry(domain).or_default() += 1;
        }
        if address.when_known().is_some() {
            *self.known.entry(domain).or_default() += 1;
        }
        if address.is(Mark::NotFound) {
            self.not_found.entry(domain).or_default().push(symbol);
        }
    }
}
