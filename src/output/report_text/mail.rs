//! Blocks about the mail itself: decisions, flow, connectors, latency, failures, who and where.

use std::collections::BTreeMap;

use super::content::{Block, Cell, Lay, log, own};
use super::when::{Clock, DAY_SCALE, hours_between};
use super::words;
use crate::model::report::{ConnectorRow, Count, FailureRow, HourRow, Percentiles, Report, Top};
use crate::output::numbers::{duration, grouped, level, percent, size};

/// More hours than this are shown as one line for each day.
const HOURS: usize = 48;

/// In the order they are shown; some may be empty.
pub(super) fn blocks(report: &Report, clock: &Clock) -> Vec<Block> {
    let mut blocks = vec![
        decisions(report),
        if report.hours.len() > HOURS { days(&report.hours) } else { hours(&report.hours, clock) },
        connectors(&report.connectors),
        latency(&report.latency_ms),
        failures(&report.failures, clock),
        not_found(report, clock),
        counts("Domains of the addresses not found", "domain", "addresses", &report.not_found_domains),
    ];
    blocks.extend([
        counts("Who sent most", "sender", "messages", &report.senders),
        counts("Who was sent most", "final recipient", "times", &report.final_recipients),
        counts("Domains mail came from", "sender domain", "messages", &report.sender_domains),
        counts("Domains mail was for", "recipient domain", "recipients", &report.recipient_domains),
    ]);
    blocks
}

/// The figures above all others.
pub(super) fn figures(report: &Report, clock: &Clock) -> Vec<Block> {
    let (connectors, failures) = (connectors(&report.connectors), failures(&report.failures, clock));
    vec![decisions(report), connectors, failures, not_found(report, clock)]
}

fn number(n: u64) -> Cell {
    own(grouped(n))
}

/// A number that is worth a look only if it is not nothing.
fn some(n: u64) -> Cell {
    own(if n == 0 { "–".to_owned() } else { grouped(n) })
}

fn titled<T>(title: &str, top: &Top<T>) -> String {
    let shown = top.first.len() as u64;
    if shown < top.total {
        format!("{title} (the first {} of {})", grouped(shown), grouped(top.total))
    } else {
        title.to_owned()
    }
}

fn decisions(report: &Report) -> Block {
    let columns = [
        ("decision", Lay::Left),
        ("in plain words", Lay::Wrap),
        ("recipients", Lay::Right),
        ("%", Lay::Right),
    ];
    Block::new("What was decided", &columns).rows(report.decisions.iter().filter(|(_, n)| *n > 0).map(
        |(decision, n)| {
            let share = percent(*n, report.recipients);
            vec![own(*decision), own(words::decision(decision)), number(*n), own(share)]
        },
    ))
}

fn hours(hours: &BTreeMap<String, HourRow>, clock: &Clock) -> Block {
    let columns = [
        ("hour", Lay::Left),
        ("messages", Lay::Right),
        ("recipients", Lay::Right),
        ("stored", Lay::Right),
        ("sent", Lay::Right),
        ("failed", Lay::Right),
        ("undecided", Lay::Right),
        ("", Lay::Bar),
    ];
    let most = hours.values().map(|row| row.messages).max().unwrap_or(0);
    let mut rows = Vec::new();
    let mut before: Option<&str> = None;
    for (hour, row) in hours {
        rows.extend(before.and_then(|before| gap(before, hour)));
        before = Some(hour);
        rows.push(vec![
            own(clock.minute(hour)),
            number(row.messages),
            number(row.recipients),
            some(row.delivered),
            some(row.sent),
            some(row.failed),
            some(row.open),
            Cell::Bar(row.messages, most),
        ]);
    }
    Block::new("Mail flow by hour (UTC)", &columns)
        .note("By the hour a message was first seen. Stored: in a mailbox here. Failed: also not found, dropped.")
        .rows(rows)
}

/// The hours without mail between two that have some.
fn gap(before: &str, hour: &str) -> Option<Vec<Cell>> {
    let quiet = hours_between(before, hour) - 1;
    if quiet < 1 {
        return None;
    }
    let mut row = vec![own(""); 8];
    if let Some(last) = row.last_mut() {
        *last = own(format!("({quiet} h without)"));
    }
    Some(row)
}

fn days(hours: &BTreeMap<String, HourRow>) -> Block {
    let columns = [("day", Lay::Left), ("messages", Lay::Strip), ("failed", Lay::Strip)];
    let mut scale = vec![own(DAY_SCALE); columns.len()];
    scale.splice(..1, [own("hour")]);
    let strips: [fn(&HourRow) -> u64; 2] = [|h| h.messages, |h| h.failed];
    let most = strips.map(|of| hours.values().map(of).max().unwrap_or(0));
    let dates: std::collections::BTreeSet<&str> = hours.keys().filter_map(|h| h.get(..10)).collect();
    Block::new("Mail flow by day (UTC)", &columns)
        .note("One sign for each hour, as high as the hour is busy; a dot is none. JSON has every number.")
        .rows([scale])
        .rows(dates.into_iter().map(|date| {
            let mut row = vec![own(date)];
            row.extend(strips.iter().zip(most).map(|(of, most)| {
                let at = |hour: u32| hours.get(&format!("{date}T{hour:02}:00:00.000Z")).map_or(0, of);
                own((0..24).map(|hour| level(at(hour), most)).collect::<String>())
            }));
            row
        }))
}

fn connectors(rows: &[ConnectorRow]) -> Block {
    let columns = [
        ("connector", Lay::CutMiddle),
        ("recipients", Lay::Right),
        ("size", Lay::Right),
        ("left", Lay::Right),
        ("half in", Lay::Right),
        ("95 % in", Lay::Right),
        ("failed", Lay::Right),
        ("deferred", Lay::Right),
    ];
    Block::new("Send connectors", &columns)
        .note("Half in: half of the mail left within this time. Deferred: still waiting after a failed try.")
        .detailed(rows.iter().map(|row| {
            let of = |decision: &str| row.decisions.get(decision).copied().unwrap_or(0);
            let took = |ms: u64| if row.latency_ms.count == 0 { "–".to_owned() } else { duration(ms) };
            let cells = vec![
                log(&*row.connector),
                number(row.recipients),
                own(size(row.bytes)),
                some(of("send-connector") + of("remote-routing-address")),
                own(took(row.latency_ms.p50)),
                own(took(row.latency_ms.p95)),
                some(of("failed")),
                some(of("deferred")),
            ];
            (cells, connector_details(row))
        }))
}

/// Where it led, and what has no column of its own and is not simply sent.
fn connector_details(row: &ConnectorRow) -> Option<Cell> {
    let plain = ["send-connector", "remote-routing-address", "failed", "deferred"];
    let others = row.decisions.iter().filter(|(decision, n)| !plain.contains(*decision) && **n > 0);
    let hops = (row.next_hops.total > 0).then(|| format!("to {}", names(&row.next_hops, 2)));
    let others = others.map(|(decision, n)| format!("{} {}", grouped(*n), words::decision(decision)));
    let parts: Vec<String> = hops.into_iter().chain(others).collect();
    (!parts.is_empty()).then(|| log(parts.join(" · ")))
}

/// `edge1 (1,200), edge2 (3) and 4 more`.
fn names(top: &Top<Count>, most: usize) -> String {
    let shown = top.first.iter().take(most).map(|c| format!("{} ({})", c.name, grouped(c.count)));
    let shown: Vec<String> = shown.collect();
    let more = top.total.saturating_sub(shown.len() as u64);
    let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn latency(rows: &[(&'static str, Percentiles)]) -> Block {
    let columns = [
        ("decision", Lay::Wrap),
        ("recipients", Lay::Right),
        ("half in", Lay::Right),
        ("90 % in", Lay::Right),
        ("95 % in", Lay::Right),
        ("99 % in", Lay::Right),
        ("slowest", Lay::Right),
    ];
    Block::new("How long it took", &columns)
        .note("Half in: half of the mail arrived or left within this time of its beginning; and so on.")
        .rows(rows.iter().filter(|(_, p)| p.count > 0).map(|(decision, p)| {
            let mut row = vec![own(*decision), number(p.count)];
            row.extend([p.p50, p.p90, p.p95, p.p99, p.max].map(|ms| own(duration(ms))));
            row
        }))
}

fn failures(top: &Top<FailureRow>, clock: &Clock) -> Block {
    let columns = [
        ("recipients", Lay::Right),
        ("code", Lay::Left),
        ("in plain words", Lay::Wrap),
        ("Exchange calls it", Lay::CutEnd),
        ("first", Lay::Left),
        ("last", Lay::Left),
    ];
    Block::new(titled("Failures by code", top), &columns).detailed(top.first.iter().map(|row| {
        let code = row.code.as_deref().unwrap_or_default();
        let by_code = if row.decision == "failed" { words::code(code) } else { "" };
        let meaning = if by_code.is_empty() { words::decision(row.decision) } else { by_code };
        let cells = vec![
            number(row.recipients),
            log(if code.is_empty() { "–" } else { code }),
            own(meaning),
            log(row.tag.as_deref().unwrap_or("–")),
            own(clock.minute(&row.first_seen)),
            own(clock.minute(&row.last_seen)),
        ];
        (cells, failure_details(row))
    }))
}

fn failure_details(row: &FailureRow) -> Option<Cell> {
    let mut parts = Vec::new();
    if !row.addresses.first.is_empty() {
        parts.push(format!("to {}", names(&row.addresses, 3)));
    }
    // One domain stands in the addresses already.
    if row.domains.total > 1 {
        parts.push(format!("at {}", names(&row.domains, 3)));
    }
    if !row.event.is_empty() {
        parts.push(format!("by {}", row.event));
    }
    parts.extend(row.text.as_ref().map(|text| format!("\"{text}\"")));
    (!parts.is_empty()).then(|| log(parts.join(" · ")))
}

fn not_found(report: &Report, clock: &Clock) -> Block {
    let columns = [
        ("address", Lay::CutMiddle),
        ("messages", Lay::Right),
        ("senders", Lay::Right),
        ("did they mean", Lay::CutMiddle),
        ("first", Lay::Left),
        ("last", Lay::Left),
    ];
    Block::new(titled("Addresses nobody has", &report.not_found), &columns)
        .note("\"Did they mean\" is the nearest address that did get mail in these logs.")
        .rows(report.not_found.first.iter().map(|row| {
            vec![
                log(&*row.address),
                number(row.messages),
                number(row.senders),
                log(row.nearest.as_deref().unwrap_or("–")),
                own(clock.minute(&row.first_seen)),
                own(clock.minute(&row.last_seen)),
            ]
        }))
}

/// Sizes are left out where they are not known at all.
fn counts(title: &str, name: &str, unit: &str, top: &Top<Count>) -> Block {
    let sized = top.first.iter().any(|c| c.bytes > 0);
    let mut columns = vec![(name, Lay::CutMiddle), (unit, Lay::Right)];
    columns.extend(sized.then_some(("size", Lay::Right)));
    Block::new(titled(title, top), &columns).rows(top.first.iter().map(|c| {
        let name = match c.name.as_str() {
            "" => "(none)",
            "<>" => "<> (reports, no sender)",
            name => name,
        };
        let mut row = vec![log(name), number(c.count)];
        row.extend(sized.then(|| own(size(c.bytes))));
        row
    }))
}
