//! What the logs cover: rows by server and hour, by event and source.

use std::collections::BTreeMap;

use crate::model::event::{EventId, Source};
use crate::model::name::{EMPTY, Frozen, Symbol};
use crate::model::report::{CoverageRow, EventRow};
use crate::model::time::{HOUR, Timestamp};

/// Rows by server and hour (hours since 1970), with the hours in between that have none.
pub fn coverage(rows: impl Iterator<Item = (Symbol, i64, u64)>, names: &Frozen) -> Vec<CoverageRow> {
    let mut servers: BTreeMap<String, BTreeMap<i64, u64>> = BTreeMap::new();
    for (server, hour, n) in rows {
        *servers.entry(names.text(server).into_owned()).or_default().entry(hour).or_default() += n;
    }
    let text = |hour: i64| Timestamp(hour * HOUR).to_string();
    servers
        .into_iter()
        .filter(|(_, hours)| hours.values().any(|n| *n > 0))
        .map(|(server, hours)| {
            let span = hours.keys().next().copied().zip(hours.keys().last().copied());
            let silent = span.map_or(0..0, |(first, last)| first..last).filter(|h| !hours.contains_key(h));
            CoverageRow {
                server,
                rows: hours.values().sum(),
                // A log that jumps over years has one wrong clock, not a year of silence.
                silent_hours: silent.take(24 * 31).map(text).collect(),
                hours: hours.iter().map(|(h, n)| (text(*h), *n)).collect(),
            }
        })
        .collect()
}

/// Rows by event-id and source, the most frequent first.
pub fn events(
    rows: impl Iterator<Item = (EventId, Source, Symbol, Symbol, u64)>,
    names: &Frozen,
) -> Vec<EventRow> {
    let name = |known: &'static str, unknown: Symbol| {
        if unknown == EMPTY { known.to_owned() } else { names.text(unknown).into_owned() }
    };
    let mut out: Vec<EventRow> = rows
        .map(|(event, source, unknown_event, unknown_source, rows)| EventRow {
            event: name(event.as_str(), unknown_event),
            source: name(source.as_str(), unknown_source),
            known: event != EventId::Other && source != Source::Other,
            rows,
        })
        .collect();
    out.sort_unstable_by(|a, b| {
        b.rows.cmp(&a.rows).then_with(|| a.event.cmp(&b.event)).then_with(|| a.source.cmp(&b.source))
    });
    out
}
