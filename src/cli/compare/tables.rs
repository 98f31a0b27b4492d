//! Two sets of Parquet files to compare: what a comparison needs of them, asked in SQL.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::baseline::{Past, told};
use crate::cli::options::{Environment, Usage};
use crate::cli::sql::ask::files;
use crate::input::tables::named;
use crate::model::cell::Cell;
use crate::model::series::{Lag, Listed, SLOTS, Series, Step, slot, step};
use crate::model::snapshot::Snapshot;
use crate::model::time::Timestamp;
use crate::output::answer::{Form, write};
use crate::tables::query::{Answer, Query};
use crate::tables::schema::Table;
use crate::tables::stock::Source;

/// A set of tables, by name.
type Set = BTreeMap<Table, Source>;

/// What a message is known by in `routes`.
const MESSAGE: &str = "network_message_id, message_id, first_seen";
/// The domain of the final address.
const DOMAIN: &str =
    "CASE WHEN final_recipient LIKE '%@%' THEN LOWER(SPLIT_PART(final_recipient, '@', -1)) ELSE '' END";
/// Rows that tell of copies for safety, which do not count.
const REDUNDANT: &str = "event_id LIKE 'HA%' OR event_id LIKE 'RESUBMIT%' OR event_id = 'NOTIFYSHADOW' \
                         OR event_id = 'RECEIVE' AND source IN ('REDUNDANCY', 'SAFETYNET')";
const FAILED: &str = "decision IN ('recipient-not-found', 'failed', 'dropped')";
const ARRIVED: &str = "decision IN ('local-delivery', 'send-connector', 'remote-routing-address')";

/// The two runs, if both paths hold Parquet files; `None` if neither does.
pub(super) fn read([a, b]: [&Path; 2], env: &Environment) -> anyhow::Result<Option<[Snapshot; 2]>> {
    let (in_a, in_b) = (named(&[a.to_owned()])?.tables, named(&[b.to_owned()])?.tables);
    let odd = match (in_a.is_empty(), in_b.is_empty()) {
        (true, true) => return Ok(None),
        (false, false) => None,
        (false, true) => Some((a, b)),
        (true, false) => Some((b, a)),
    };
    if let Some((table, other)) = odd {
        let (table, other) = (table.display(), other.display());
        let what = format!(
            "{table} holds Parquet files and {other} does not; name two sets of Parquet files, or logs or reports"
        );
        return Err(Usage(what).into());
    }
    env.custody.documents("table", &[in_a.clone(), in_b.clone()].concat())?;
    let (set_a, set_b) = (set(a, in_a)?, set(b, in_b)?);
    let both = |table| set_a.contains_key(&table) && set_b.contains_key(&table);
    let with = (both(Table::Events), both(Table::Findings));
    Ok(Some([snapshot(a, &set_a, with)?, snapshot(b, &set_b, with)?]))
}

fn set(path: &Path, tables: Vec<PathBuf>) -> anyhow::Result<Set> {
    let set = files(tables)?;
    if !set.contains_key(&Table::Routes) {
        let there: Vec<&str> = set.keys().map(|table| table.name()).collect();
        let what = format!(
            "{}: there is {}; to compare, routes must be there (`mailtrail routes -o routes.parquet`), and findings and \
             events may be",
            path.display(),
            there.join(", ")
        );
        return Err(Usage(what).into());
    }
    Ok(set)
}

fn snapshot(path: &Path, set: &Set, (events, findings): (bool, bool)) -> anyhow::Result<Snapshot> {
    let name = path.display().to_string();
    let ask = Asked { set, name: &name };
    let mut remarks =
        vec!["tables hold times as logged, so clocks that are apart are not set right".to_owned()];
    let coverage = if events {
        ask.hours(&format!(
            "SELECT server, {} AS hour, sum(CASE WHEN {REDUNDANT} THEN 0 ELSE 1 END) AS n FROM events WHERE server IS NOT NULL GROUP BY server, hour",
            hour("date_time")
        ))?
    } else {
        remarks.push("not both have events, so servers are known by what they decided alone".to_owned());
        ask.hours(&format!(
            "SELECT server, {} AS hour, count(*) AS n FROM routes WHERE server IS NOT NULL GROUP BY server, hour",
            hour("last_seen")
        ))?
    };
    let (told, strange) = if findings { told(ask.findings()?) } else { Default::default() };
    remarks.extend(strange.into_iter().map(super::past::unknown));
    let hours = ask.hours(&format!(
        "SELECT '' AS name, {} AS hour, count(*) AS n FROM (SELECT DISTINCT {MESSAGE} FROM routes) GROUP BY hour",
        hour("first_seen")
    ))?;
    let hours = hours.into_values().next().unwrap_or_default();
    let (period, recipients) = ask.whole()?;
    let (missing, series) = (ask.missing()?, Some(ask.series()?));
    Ok(Snapshot {
        period,
        messages: hours.values().sum(),
        recipients,
        hours,
        coverage,
        missing,
        series,
        findings: told,
        no_findings: !findings,
        remarks,
        name,
        ..Snapshot::default()
    })
}

/// The hour since 1970 of a column.
fn hour(column: &str) -> String {
    format!("CAST(FLOOR(CAST({column} AS BIGINT) / 3600000) AS BIGINT)")
}

/// How often by name and hour of the week.
type Counts = Vec<(String, u8, u32)>;

/// Questions to a set.
struct Asked<'s> {
    set: &'s Set,
    name: &'s str,
}

impl Asked<'_> {
    fn ask(&self, query: &str) -> anyhow::Result<Answer> {
        let answer = Query::new(query).and_then(|query| query.run(self.set));
        answer.with_context(|| format!("{}: it could not be read", self.name))
    }

    fn rows(&self, query: &str) -> anyhow::Result<Vec<Vec<Cell>>> {
        let answer = self.ask(query)?;
        Ok((0..answer.rows()).map(|row| answer.row(row)).collect())
    }

    /// Columns name, hour and number.
    fn hours(&self, query: &str) -> anyhow::Result<BTreeMap<String, BTreeMap<i64, u64>>> {
        let mut out: BTreeMap<String, BTreeMap<i64, u64>> = BTreeMap::new();
        for row in self.rows(query)? {
            if let [name, Cell::Number(hour), n] = &row[..] {
                *out.entry(text(name)).or_default().entry(*hour).or_default() += number(n);
            }
        }
        Ok(out)
    }

    /// First and last event, and how many recipients.
    fn whole(&self) -> anyhow::Result<(Option<(Timestamp, Timestamp)>, u64)> {
        let rows =
            self.rows("SELECT min(first_seen) AS a, max(last_seen) AS b, count(*) AS n FROM routes")?;
        Ok(match rows.first().map(Vec::as_slice) {
            Some([Cell::Time(first), Cell::Time(last), n]) => (Some((*first, *last)), number(n)),
            _ => (None, 0),
        })
    }

    /// Servers whose log is not there, with the recipients concerned.
    fn missing(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let rows = self.rows(
            "SELECT ARRAY_TO_STRING(missing, ' ') AS servers, count(*) AS n FROM routes GROUP BY servers",
        )?;
        let mut out = BTreeMap::new();
        for row in rows {
            if let [Cell::Text(servers), n] = &row[..] {
                servers
                    .split_whitespace()
                    .for_each(|server| *out.entry(server.to_owned()).or_default() += number(n));
            }
        }
        Ok(out)
    }

    fn findings(&self) -> anyhow::Result<Vec<Past>> {
        let answer = self.ask("SELECT * FROM findings")?;
        let mut lines = Vec::new();
        let rows = (0..answer.rows()).map(|row| answer.row(row));
        write(&answer.columns(), rows, Form::JsonLines, &mut lines)?;
        let all = serde_json::Deserializer::from_slice(&lines).into_iter::<Past>();
        all.collect::<Result<_, _>>().with_context(|| format!("{}: its findings", self.name))
    }

    /// Messages by a name that each of their rows has: each counts once for each name.
    fn counts(&self, name: &str, rows: &str) -> anyhow::Result<Counts> {
        let hours = self.hours(&format!(
            "SELECT name, hour, count(*) AS n FROM \
             (SELECT DISTINCT {MESSAGE}, {name} AS name, {} AS hour FROM routes WHERE {rows}) GROUP BY name, hour",
            hour("first_seen")
        ))?;
        let by_slot = |(name, hours): (String, BTreeMap<i64, u64>)| {
            hours.into_iter().map(move |(hour, n)| (name.clone(), slot(hour) as u8, n as u32))
        };
        Ok(hours.into_iter().flat_map(by_slot).collect())
    }

    fn listed(&self, name: &str, rows: &str) -> anyhow::Result<Listed> {
        Ok(listed(&self.counts(name, rows)?))
    }

    fn series(&self) -> anyhow::Result<Series> {
        let senders = self.counts("LOWER(sender)", "sender IS NOT NULL AND sender <> ''")?;
        let domain = |(sender, slot, n): &(String, u8, u32)| {
            (sender.rsplit_once('@').map_or(String::new(), |(_, domain)| domain.to_owned()), *slot, *n)
        };
        let sender_domains: Counts = senders.iter().map(domain).collect();
        Ok(Series {
            decisions: self.listed("decision", "decision IS NOT NULL")?,
            connectors: self.listed("connector", "connector IS NOT NULL AND decision <> 'local-delivery'")?,
            failures: self.listed("CONCAT_WS(' ', decision, status_code, status_tag)", FAILED)?,
            failed_domains: self.listed(DOMAIN, FAILED)?,
            domains: self.listed(DOMAIN, "decision IS NOT NULL")?,
            senders: listed(&senders),
            sender_domains: listed(&sender_domains),
            latency: self.latency()?,
        })
    }

    /// Of a message that left by one connector for many the longest.
    fn latency(&self) -> anyhow::Result<Vec<Lag>> {
        let rows = self.rows(&format!(
            "SELECT name, hour, ms, count(*) AS n FROM (SELECT {MESSAGE}, \
             CASE WHEN decision = 'local-delivery' OR connector IS NULL THEN decision ELSE connector END AS name, \
             {} AS hour, MAX(latency_ms) AS ms FROM routes WHERE {ARRIVED} GROUP BY {MESSAGE}, name, hour) \
             WHERE ms IS NOT NULL GROUP BY name, hour, ms",
            hour("first_seen")
        ))?;
        let mut lags: BTreeMap<String, BTreeMap<u64, Vec<u64>>> = BTreeMap::new();
        for row in rows {
            if let [name, Cell::Number(hour), Cell::Number(ms), n] = &row[..] {
                let steps = lags.entry(text(name)).or_default();
                let ms = u64::try_from(*ms).unwrap_or(0);
                let hours = steps.entry(step(ms)).or_insert_with(|| vec![0; SLOTS]);
                hours.get_mut(slot(*hour)).into_iter().for_each(|sum| *sum += number(n));
            }
        }
        let lag = |(name, steps): (String, BTreeMap<u64, Vec<u64>>)| Lag {
            name,
            steps: steps.into_iter().map(|(ms, hours)| Step { ms, hours }).collect(),
        };
        Ok(lags.into_iter().map(lag).collect())
    }
}

fn listed(counts: &Counts) -> Listed {
    Listed::of(counts.iter().map(|(name, slot, n)| (name.as_str(), *slot, *n)), str::to_owned)
}

fn text(cell: &Cell) -> String {
    if let Cell::Text(text) = cell { text.clone() } else { String::new() }
}

fn number(cell: &Cell) -> u64 {
    if let Cell::Number(n) = cell { u64::try_from(*n).unwrap_or(0) } else { 0 }
}
