//! The sums made into the report: names in place of symbols, sorted so that nothing depends on chance.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::clocks::Offsets;
use super::latency::percentiles;
use super::{Connector, Failure, FailureKey, Latencies, NotFound, Sum, Tally};
use crate::model::journey::Decision;
use crate::model::name::{EMPTY, Frozen, Symbol, domain_of};
use crate::model::report::{ConnectorRow, Count, FailureRow, HourRow, NotFoundRow, Percentiles, Report, Top};
use crate::model::time::{HOUR, Timestamp};

/// Lists the first `top` of everything that has no natural end.
pub fn finish(tally: Tally, names: &Frozen, top: usize) -> Report {
    let text = |s: Symbol| names.text(s).into_owned();
    let offsets = tally.clocks.offsets(names);
    let mut report = Report {
        top,
        messages: tally.messages,
        not_chosen: tally.not_chosen,
        without_recipients: tally.without_recipients,
        recipients: tally.recipients,
        bytes: tally.bytes,
        entered: tally.entered,
        classes: tally.classes.into_iter().map(|(class, n)| (class.as_str(), n)).collect(),
        deferred_once: tally.deferred_once,
        laps: tally.laps,
        hours: hours(tally.hours),
        looped: tally.failures.iter().filter(|(k, _)| is_loop(k)).map(|(_, f)| f.count).sum(),
        failures: failures(tally.failures, names, top),
        not_found_most: not_found_domains(&tally.not_found, names, 2).first,
        not_found_domains: not_found_domains(&tally.not_found, names, top),
        not_found: not_found(tally.not_found, &tally.delivered, names, top),
        sender_domains: by_domain(&tally.senders, names, top),
        senders: counts(tally.senders.into_iter().map(|(s, n)| (text(s), n)), top),
        final_recipients: counts(tally.final_recipients.into_iter().map(|(s, n)| (text(s), n)), top),
        recipient_domains: counts(tally.recipient_domains.into_iter().map(|(d, n)| (lossy(&d), n)), top),
        missing_servers: counts(
            tally.missing.into_iter().map(|(s, n)| (text(s), Sum { count: n, bytes: 0 })),
            usize::MAX,
        )
        .first,
        connectors: connectors(tally.connectors, (names, &offsets), top),
        ..Report::default()
    };
    report.decisions =
        Decision::ALL.iter().map(|d| (d.as_str(), tally.decisions.get(d).copied().unwrap_or(0))).collect();
    report.latency_ms = latencies(tally.latency, &offsets);
    report.clocks = offsets.rows(names);
    report
}

fn is_loop(key: &FailureKey) -> bool {
    key.code.is_some_and(|c| {
        (c.class, c.subject, c.detail) == (5, 4, 6) || (c.class, c.subject, c.detail) == (5, 4, 14)
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The largest first; of equal ones the first by name.
fn counts(all: impl Iterator<Item = (String, Sum)>, top: usize) -> Top<Count> {
    let mut rows: Vec<Count> =
        all.map(|(name, sum)| Count { name, count: sum.count, bytes: sum.bytes }).collect();
    let total = rows.len() as u64;
    rows.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    rows.truncate(top);
    Top { total, first: rows }
}

fn by_domain(senders: &HashMap<Symbol, Sum>, names: &Frozen, top: usize) -> Top<Count> {
    let mut domains: HashMap<&[u8], Sum> = HashMap::new();
    for (sender, sum) in senders {
        let domain = domains.entry(domain_of(names.get(*sender))).or_default();
        domain.count += sum.count;
        domain.bytes += sum.bytes;
    }
    counts(domains.into_iter().map(|(d, n)| (lossy(d), n)), top)
}

fn hours(hours: BTreeMap<i64, HourRow>) -> BTreeMap<String, HourRow> {
    hours.into_iter().map(|(hour, row)| (Timestamp(hour * HOUR).to_string(), row)).collect()
}

fn latencies(
    by_decision: BTreeMap<Decision, Latencies>,
    offsets: &Offsets,
) -> Vec<(&'static str, Percentiles)> {
    let mut all: Vec<u32> = Vec::new();
    let mut rows = vec![("all", Percentiles::default())];
    for (decision, values) in by_decision {
        let mut values = corrected(values, offsets);
        all.extend_from_slice(&values);
        rows.push((decision.as_str(), percentiles(&mut values)));
    }
    if let Some((_, first)) = rows.first_mut() {
        *first = percentiles(&mut all);
    }
    rows
}

/// Latencies by one clock.
fn corrected(all: Latencies, offsets: &Offsets) -> Vec<u32> {
    let mut out = Vec::with_capacity(all.values().map(Vec::len).sum());
    for ((first, last), values) in all {
        let ahead = offsets.of(last) - offsets.of(first);
        out.extend(values.iter().map(|ms| (i64::from(*ms) - ahead).max(0) as u32));
    }
    out
}

fn connectors(
    all: HashMap<Symbol, Connector>,
    (names, offsets): (&Frozen, &Offsets),
    top: usize,
) -> Vec<ConnectorRow> {
    let mut rows: Vec<ConnectorRow> = all
        .into_iter()
        .map(|(symbol, c)| ConnectorRow {
            connector: names.text(symbol).into_owned(),
            recipients: c.decisions.values().sum(),
            decisions: c.decisions.into_iter().map(|(d, n)| (d.as_str(), n)).collect(),
            bytes: c.bytes,
            latency_ms: percentiles(&mut corrected(c.latency, offsets)),
            next_hops: counts(c.next_hops.into_iter().map(|(s, n)| (names.text(s).into_owned(), n)), top),
        })
        .collect();
    rows.sort_unstable_by(|a, b| b.recipients.cmp(&a.recipients).then_with(|| a.connector.cmp(&b.connector)));
    rows
}

fn failures(all: HashMap<FailureKey, Failure>, names: &Frozen, top: usize) -> Top<FailureRow> {
    let optional = |s: Symbol| (s != EMPTY).then(|| names.text(s).into_owned());
    let mut rows: Vec<FailureRow> = all
        .into_iter()
        .map(|(key, failure)| {
            let texts = failure.texts.into_iter().filter(|(s, _)| *s != EMPTY);
            let text = texts.max_by(|a, b| a.1.cmp(&b.1).then_with(|| names.get(b.0).cmp(names.get(a.0))));
            let domains = failure.domains.into_iter().map(|(d, n)| (lossy(&d), Sum { count: n, bytes: 0 }));
            FailureRow {
                decision: key.decision.as_str(),
                code: key.code.map(|c| c.to_string()),
                tag: optional(key.tag),
                event: key.by.map_or(String::new(), |(e, s)| format!("{} {}", e.as_str(), s.as_str())),
                text: text.and_then(|(s, _)| optional(s)),
                recipients: failure.count,
                domains: counts(domains, top.min(5)),
                first_seen: failure.span.first.to_string(),
                last_seen: failure.span.last.to_string(),
            }
        })
        .collect();
    let order = |r: &FailureRow| (r.decision, r.code.clone(), r.tag.clone(), r.event.clone());
    rows.sort_unstable_by(|a, b| b.recipients.cmp(&a.recipients).then_with(|| order(a).cmp(&order(b))));
    let total = rows.len() as u64;
    rows.truncate(top);
    Top { total, first: rows }
}

fn not_found_domains(all: &HashMap<Symbol, NotFound>, names: &Frozen, top: usize) -> Top<Count> {
    let mut domains: HashMap<&[u8], Sum> = HashMap::new();
    for address in all.keys() {
        domains.entry(domain_of(names.get(*address))).or_default().add(0);
    }
    counts(domains.into_iter().map(|(d, n)| (lossy(d), n)), top)
}

fn not_found(
    all: HashMap<Symbol, NotFound>,
    delivered: &HashMap<Symbol, u64>,
    names: &Frozen,
    top: usize,
) -> Top<NotFoundRow> {
    let total = all.len() as u64;
    let mut rows: Vec<(Symbol, NotFound)> = all.into_iter().collect();
    rows.sort_unstable_by(|a, b| {
        b.1.messages.cmp(&a.1.messages).then_with(|| names.get(a.0).cmp(names.get(b.0)))
    });
    rows.truncate(top);
    let first = rows
        .into_iter()
        .map(|(address, mut entry)| {
            entry.senders.sort_unstable();
            entry.senders.dedup();
            NotFoundRow {
                address: names.text(address).into_owned(),
                messages: entry.messages,
                senders: entry.senders.len() as u64,
                first_seen: entry.span.first.to_string(),
                last_seen: entry.span.last.to_string(),
                nearest: nearest(names.get(address), delivered, names),
            }
        })
        .collect();
    Top { total, first }
}

/// The delivered address that differs least from one that nobody has: same domain, at most two
/// slips of the keyboard in the local part and no more than a third of it.
fn nearest(address: &[u8], delivered: &HashMap<Symbol, u64>, names: &Frozen) -> Option<String> {
    let domain = domain_of(address);
    let local = |a: &[u8]| lossy(a.get(..a.len() - domain_of(a).len()).unwrap_or_default());
    let letters = |a: &[u8]| a.iter().fold(0u64, |set, b| set | 1 << (b % 64));
    let (wanted, wanted_letters) = (local(address), letters(address));
    let most = 2.min(wanted.len() / 3);
    delivered
        .iter()
        .map(|(symbol, count)| (names.get(*symbol), *count))
        .filter(|(a, _)| a.len().abs_diff(address.len()) <= 2 && *a != address)
        .filter(|(a, _)| (letters(a) ^ wanted_letters).count_ones() <= 4 && domain_of(a) == domain)
        .map(|(a, count)| (strsim::damerau_levenshtein(&wanted, &local(a)), std::cmp::Reverse(count), a))
        .filter(|(distance, _, _)| *distance <= most)
        .min()
        .map(|(_, _, a)| lossy(a))
}
