//! The sums made into the report: names in place of symbols, sorted so that nothing depends on chance.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::address::{Addresses, What};
use super::clocks::Offsets;
use super::latency::percentiles;
use super::{Failure, FailureKey, Handed, Measured, NotFound, Sum, Tally};
use crate::model::journey::Decision;
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of};
use crate::model::report::{ConnectorRow, Count, FailureRow, HourRow, NotFoundRow, Percentiles, Report, Top};
use crate::model::time::{HOUR, Timestamp};

/// Values in ms and how often each occurred, in order, by what they are kept apart by.
type Latency = HashMap<Measured, Vec<(i32, u32)>>;

/// Lists the first `top` of everything that has no natural end.
pub fn finish(tally: Tally, names: &Frozen, top: usize) -> Report {
    let latency: Latency = tally.latency.into_iter().map(|(by, values)| (by, values.finish())).collect();
    let addresses = |what: What| tally.addresses.sums(what);
    let offsets = tally.clocks.offsets(names);
    let mut report = Report {
        top,
        messages: tally.messages,
        not_chosen: tally.not_chosen,
        without_recipients: tally.without_recipients,
        recipients: tally.recipients,
        bytes: tally.bytes,
        entered: entered(tally.entered),
        classes: tally.classes.into_iter().map(|(class, n)| (class.as_str(), n)).collect(),
        deferred_once: tally.deferred_once,
        laps: tally.laps,
        came_back: tally
            .came_back
            .filter(|(least, most)| least == most)
            .map(|(alone, _)| lossy(names.get(alone))),
        hours: hours(tally.hours),
        looped: tally.failures.iter().filter(|(k, _)| is_loop(k)).map(|(_, f)| f.count).sum(),
        failures: failures(tally.failures, names, top),
        not_found_most: not_found_domains(&tally.not_found, names, 2).first,
        not_found_domains: not_found_domains(&tally.not_found, names, top),
        not_found: not_found(tally.not_found, &tally.addresses, names, top),
        sender_domains: by_domain(addresses(What::Sent), names, top),
        senders: counts(addresses(What::Sent), |s| names.get(s), top),
        final_recipients: counts(addresses(What::Ended), |s| names.get(s), top),
        recipient_domains: by_domain(addresses(What::Addressed), names, top),
        missing_servers: counts(
            tally.missing.into_iter().map(|(s, count)| (s, Sum { count, bytes: 0 })),
            |s| names.get(s),
            usize::MAX,
        )
        .first,
        connectors: connectors(&tally.handed, (&latency, names, &offsets), top),
        ..Report::default()
    };
    report.decisions = Decision::ALL.iter().map(|d| d.as_str()).zip(tally.decisions).collect();
    report.latency_ms = latencies(&latency, &offsets);
    report.clocks = offsets.rows(names);
    report
}

fn is_loop(key: &FailureKey) -> bool {
    key.code.is_some_and(|c| {
        (c.class, c.subject, c.detail) == (5, 4, 6) || (c.class, c.subject, c.detail) == (5, 4, 14)
    })
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn entered([by_smtp, from_a_mailbox, made_here, elsewhere]: [u64; 4]) -> BTreeMap<&'static str, u64> {
    let all = [
        ("by-smtp", by_smtp),
        ("from-a-mailbox", from_a_mailbox),
        ("made-here", made_here),
        ("not-in-these-logs", elsewhere),
    ];
    all.into_iter().filter(|(_, n)| *n > 0).collect()
}

/// As [`ranked`], by name alone.
fn counts<'n, K: Copy>(
    all: impl Iterator<Item = (K, Sum)>,
    name: impl Fn(K) -> &'n [u8],
    top: usize,
) -> Top<Count> {
    let Top { total, first } = ranked(all, name, top);
    Top { total, first: first.into_iter().map(|(_, count)| count).collect() }
}

/// The largest first; of equal ones the first by name. Only what is shown is named and put in order.
pub(super) fn ranked<'n, K: Copy>(
    all: impl Iterator<Item = (K, Sum)>,
    name: impl Fn(K) -> &'n [u8],
    top: usize,
) -> Top<(K, Count)> {
    let mut all: Vec<(K, Sum)> = all.collect();
    let total = all.len() as u64;
    if top < all.len() {
        let mut sizes: Vec<u64> = all.iter().map(|(_, sum)| sum.count).collect();
        let (_, least, _) = sizes.select_nth_unstable_by(top, |a, b| b.cmp(a));
        all.retain(|(_, sum)| sum.count >= *least);
    }
    let count =
        |(key, sum): (K, Sum)| (key, Count { name: lossy(name(key)), count: sum.count, bytes: sum.bytes });
    let mut first: Vec<(K, Count)> = all.into_iter().map(count).collect();
    first.sort_unstable_by(|(_, a), (_, b)| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    first.truncate(top);
    Top { total, first }
}

fn by_domain(addresses: impl Iterator<Item = (Symbol, Sum)>, names: &Frozen, top: usize) -> Top<Count> {
    counts(domains(addresses, names), |domain| domain, top)
}

/// What there was of addresses, by their domains.
pub(super) fn domains(
    addresses: impl Iterator<Item = (Symbol, Sum)>,
    names: &Frozen,
) -> impl Iterator<Item = (&[u8], Sum)> {
    let mut domains: HashMap<&[u8], Sum> = HashMap::new();
    for (address, sum) in addresses {
        domains.entry(domain_of(names.get(address))).or_default().merge(sum);
    }
    domains.into_iter()
}

fn hours(hours: HashMap<i64, HourRow>) -> BTreeMap<String, HourRow> {
    hours.into_iter().map(|(hour, row)| (Timestamp(hour * HOUR).to_string(), row)).collect()
}

/// Of all that arrived, and by decision. One list at a time, as they are long.
fn latencies(all: &Latency, offsets: &Offsets) -> Vec<(&'static str, Percentiles)> {
    let of = |decision: Option<Decision>| {
        let some = || all.iter().filter(|(by, _)| decision.is_none_or(|d| by.decision == d));
        let mut values = Vec::with_capacity(some().map(|(_, values)| values.len()).sum());
        some().for_each(|(by, of_these)| values.extend(corrected(by, of_these, offsets)));
        percentiles(&mut values)
    };
    let decisions: BTreeSet<Decision> = all.keys().map(|by| by.decision).collect();
    let mut rows = vec![("all", of(None))];
    rows.extend(decisions.into_iter().map(|decision| (decision.as_str(), of(Some(decision)))));
    rows
}

/// Latencies by one clock.
pub(super) fn corrected(
    by: &Measured,
    values: &[(i32, u32)],
    offsets: &Offsets,
) -> impl Iterator<Item = (u32, u32)> {
    let ahead = offsets.of(by.between.1) - offsets.of(by.between.0);
    values.iter().map(move |(ms, n)| ((i64::from(*ms) - ahead).max(0) as u32, *n))
}

/// All that one connector did.
#[derive(Default)]
struct Connector {
    decisions: BTreeMap<&'static str, u64>,
    bytes: u64,
    next_hops: HashMap<Symbol, Sum>,
    latency: Vec<(u32, u32)>,
}

fn connectors(
    handed: &HashMap<Handed, Sum>,
    (latency, names, offsets): (&Latency, &Frozen, &Offsets),
    top: usize,
) -> Vec<ConnectorRow> {
    let mut all: HashMap<Symbol, Connector> = HashMap::new();
    for (to, sum) in handed {
        let connector = all.entry(to.connector).or_default();
        *connector.decisions.entry(to.decision.as_str()).or_default() += sum.count;
        connector.bytes += sum.bytes;
        if to.next_hop != EMPTY {
            connector.next_hops.entry(to.next_hop).or_default().merge(*sum);
        }
    }
    for (by, values) in latency {
        if let Some(connector) = all.get_mut(&by.connector) {
            connector.latency.extend(corrected(by, values, offsets));
        }
    }
    let mut rows: Vec<ConnectorRow> = all
        .into_iter()
        .map(|(symbol, mut c)| ConnectorRow {
            connector: names.text(symbol).into_owned(),
            recipients: c.decisions.values().sum(),
            decisions: c.decisions,
            bytes: c.bytes,
            latency_ms: percentiles(&mut c.latency),
            next_hops: counts(c.next_hops.into_iter(), |s| names.get(s), top),
        })
        .collect();
    rows.sort_unstable_by(|a, b| b.recipients.cmp(&a.recipients).then_with(|| a.connector.cmp(&b.connector)));
    rows
}

/// What failures that are equally frequent are ordered by.
pub(super) fn failure_order(
    key: &FailureKey,
    names: &Frozen,
) -> (&'static str, Option<String>, Option<String>, String) {
    let tag = (key.tag != EMPTY).then(|| names.text(key.tag).into_owned());
    (key.decision.as_str(), key.code.map(|c| c.to_string()), tag, event(key))
}

fn event(key: &FailureKey) -> String {
    key.by.map_or(String::new(), |(e, s)| format!("{} {}", e.as_str(), s.as_str()))
}

fn failures(all: HashMap<FailureKey, Failure>, names: &Frozen, top: usize) -> Top<FailureRow> {
    let optional = |s: Symbol| (s != EMPTY).then(|| names.text(s).into_owned());
    let mut all: Vec<(FailureKey, Failure)> = all.into_iter().collect();
    all.sort_by_cached_key(|(key, failure)| (Reverse(failure.count), failure_order(key, names)));
    let total = all.len() as u64;
    all.truncate(top);
    let first = all
        .into_iter()
        .map(|(key, failure)| {
            let texts = failure.texts.into_iter().filter(|(s, _)| *s != EMPTY);
            let text = texts.max_by(|a, b| a.1.cmp(&b.1).then_with(|| names.get(b.0).cmp(names.get(a.0))));
            let hit = || failure.addresses.iter().map(|(a, count)| (*a, Sum { count: *count, bytes: 0 }));
            FailureRow {
                decision: key.decision.as_str(),
                code: key.code.map(|c| c.to_string()),
                tag: optional(key.tag),
                event: event(&key),
                text: text.and_then(|(s, _)| optional(s)),
                recipients: failure.count,
                domains: by_domain(hit(), names, top.min(5)),
                addresses: counts(hit(), |address| names.get(address), top.min(5)),
                first_seen: failure.span.first.to_string(),
                last_seen: failure.span.last.to_string(),
            }
        })
        .collect();
    Top { total, first }
}

fn not_found_domains(all: &HashMap<Symbol, NotFound>, names: &Frozen, top: usize) -> Top<Count> {
    by_domain(all.keys().map(|address| (*address, Sum { count: 1, bytes: 0 })), names, top)
}

fn not_found(
    all: HashMap<Symbol, NotFound>,
    addresses: &Addresses,
    names: &Frozen,
    top: usize,
) -> Top<NotFoundRow> {
    let total = all.len() as u64;
    let mut rows: Vec<(&[u8], NotFound)> = all.into_iter().map(|(a, entry)| (names.get(a), entry)).collect();
    rows.sort_unstable_by(|a, b| b.1.messages.cmp(&a.1.messages).then_with(|| a.0.cmp(b.0)));
    rows.truncate(top);
    let wanted: Vec<&[u8]> = rows.iter().map(|(address, _)| *address).collect();
    let near = nearest(&wanted, addresses, names);
    let first = rows
        .into_iter()
        .zip(near)
        .map(|((address, mut entry), nearest)| {
            entry.senders.sort_unstable();
            entry.senders.dedup();
            NotFoundRow {
                address: lossy(address),
                messages: entry.messages,
                senders: entry.senders.len() as u64,
                first_seen: entry.span.first.to_string(),
                last_seen: entry.span.last.to_string(),
                nearest,
            }
        })
        .collect();
    Top { total, first }
}

/// For each address that nobody has the delivered one that differs least from it: same domain, at most
/// two slips of the keyboard in the local part and no more than a third of it.
fn nearest(wanted: &[&[u8]], addresses: &Addresses, names: &Frozen) -> Vec<Option<String>> {
    let local = |a: &[u8]| lossy(a.get(..a.len() - domain_of(a).len()).unwrap_or_default());
    let letters = |a: &[u8]| a.iter().fold(0u64, |set, b| set | 1 << (b % 64));
    let mut by_domain: HashMap<&[u8], Vec<_>> = HashMap::new();
    for (number, address) in wanted.iter().enumerate() {
        by_domain.entry(domain_of(address)).or_default().push((number, *address, letters(address)));
    }
    let mut best = vec![None; wanted.len()];
    for (symbol, delivered) in addresses.delivered() {
        let a = names.get(symbol);
        let Some(alike) = by_domain.get(domain_of(a)) else { continue };
        let its = letters(a);
        for (number, address, wanted_letters) in alike {
            let far = a.len().abs_diff(address.len()) > 2 || (its ^ wanted_letters).count_ones() > 4;
            if far || a == *address {
                continue;
            }
            let wanted = local(address);
            let distance = strsim::damerau_levenshtein(&wanted, &local(a));
            let found = Some((distance, Reverse(delivered), a));
            if let Some(slot) = best.get_mut(*number).filter(|_| distance <= 2.min(wanted.len() / 3))
                && (slot.is_none() || found < *slot)
            {
                *slot = found;
            }
        }
    }
    best.into_iter().map(|found| found.map(|(_, _, a)| lossy(a))).collect()
}
