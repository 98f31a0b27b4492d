//! Blocks about the logs: what they cover, what they lack, what could not be read.

use std::collections::BTreeMap;

use super::content::{Block, Cell, Lay, log, own};
use super::when::{Clock, DAY_SCALE, hour_of};
use crate::model::report::{CoverageRow, Report};
use crate::model::time::{DAY, Timestamp};
use crate::output::numbers::{duration, grouped, level};

/// Lists without a natural end are cut here.
const MOST: usize = 20;
/// Signs of a strip.
const STRIP: i64 = 24;
/// Hours of a day.
const DAY_HOURS: i64 = 24;

/// In the order they are shown; some may be empty.
pub(super) fn blocks(report: &Report, clock: &Clock) -> Vec<Block> {
    vec![
        coverage(report, clock),
        missing(report),
        clocks(report),
        events(report),
        notes(report),
        errors(report),
        left_out(report),
        reasons(report),
        rejects(report),
    ]
}

fn clocks(report: &Report) -> Block {
    let rows = report.clocks.iter().map(|c| {
        let by = duration(c.offset_ms.unsigned_abs());
        let is = if c.offset_ms < 0 { format!("{by} behind") } else { format!("{by} ahead") };
        vec![log(&*c.server), own(is), log(&*c.against), number(c.sends)]
    });
    let columns = [
        ("server", Lay::CutMiddle),
        ("its clock is", Lay::Left),
        ("of", Lay::CutMiddle),
        ("sends", Lay::Right),
    ];
    Block::new("Clocks that differ", &columns)
        .note(
            "Estimated from sends between servers. Latencies here are corrected by it, times are as logged.",
        )
        .rows(rows)
}

fn number(n: u64) -> Cell {
    own(grouped(n))
}

fn first_of(title: &str, shown: usize, total: usize) -> String {
    if shown < total { format!("{title} (the first {shown} of {total})") } else { title.to_owned() }
}

fn coverage(report: &Report, clock: &Clock) -> Block {
    let strip = report.period.as_ref().and_then(Strip::new);
    let mut columns = vec![
        ("server".to_owned(), Lay::CutMiddle),
        ("rows".to_owned(), Lay::Right),
        ("first hour".to_owned(), Lay::Left),
        ("last hour".to_owned(), Lay::Left),
    ];
    columns.extend(strip.as_ref().map(|strip| (strip.head(), Lay::Strip)));
    let none = String::new();
    let mut block =
        Block::new("What the logs cover (UTC)", &[]).detailed(report.coverage.iter().map(|row| {
            let mut cells = vec![
                log(&*row.server),
                number(row.rows),
                own(clock.minute(row.hours.keys().next().unwrap_or(&none))),
                own(clock.minute(row.hours.keys().next_back().unwrap_or(&none))),
            ];
            cells.extend(strip.as_ref().map(|strip| own(strip.of(&row.hours))));
            (cells, silence(row, clock))
        }));
    block.columns = columns;
    match strip {
        Some(strip) => block.note(strip.note()),
        None => block,
    }
}

fn silence(row: &CoverageRow, clock: &Clock) -> Option<Cell> {
    (!row.silent_hours.is_empty()).then(|| own(format!("no row in {}", clock.ranges(&row.silent_hours, 6))))
}

/// The rows of up to three dates as one line of signs.
struct Strip {
    midnight: i64,
    days: i64,
}

impl Strip {
    /// For periods of at most two days; they touch at most three dates.
    fn new((first, last): &(String, String)) -> Option<Self> {
        let (first, last) = (hour_of(first)?, hour_of(last)?);
        let midnight = first.div_euclid(DAY_HOURS) * DAY_HOURS;
        let days = last.div_euclid(DAY_HOURS) - first.div_euclid(DAY_HOURS) + 1;
        (0..=2 * DAY_HOURS).contains(&(last - first)).then_some(Self { midnight, days })
    }

    /// Hours of the day, or dates.
    fn head(&self) -> String {
        if self.days == 1 {
            return DAY_SCALE.to_owned();
        }
        let width = usize::try_from(STRIP / self.days).unwrap_or(8);
        let dates = (0..self.days).map(|day| {
            let (_, month, day) = Timestamp((self.midnight / DAY_HOURS + day) * DAY).civil();
            format!("{:width$}", format!("{month:02}-{day:02}"))
        });
        dates.collect()
    }

    fn note(&self) -> String {
        let hours = if self.days == 1 { "hour".to_owned() } else { format!("{} hours", self.days) };
        format!("One sign for each {hours} of the day, as high as this server was busy; a dot is no row.")
    }

    fn of(&self, hours: &BTreeMap<String, u64>) -> String {
        let hours: Vec<(i64, u64)> = hours.iter().filter_map(|(h, n)| Some((hour_of(h)?, *n))).collect();
        let sums: Vec<u64> = (0..STRIP)
            .map(|sign| {
                let begin = self.midnight + sign * self.days;
                let inside = |h: i64| (begin..begin + self.days).contains(&h);
                hours.iter().filter(|(h, _)| inside(*h)).map(|(_, n)| n).sum()
            })
            .collect();
        let most = sums.iter().copied().max().unwrap_or(0);
        sums.into_iter().map(|sum| level(sum, most)).collect()
    }
}

fn missing(report: &Report) -> Block {
    Block::new("Servers whose log is missing", &[("server", Lay::CutMiddle), ("recipients", Lay::Right)])
        .note("Mail was sent to them and its way ends there. Add their logs to see the rest.")
        .rows(report.missing_servers.iter().map(|c| vec![log(&*c.name), number(c.count)]))
}

fn events(report: &Report) -> Block {
    let unknown: Vec<_> = report.events.iter().filter(|e| !e.known).collect();
    Block::new(
        format!("Events not known to this version ({} of {} kinds)", unknown.len(), report.events.len()),
        &[("event", Lay::CutEnd), ("source", Lay::CutEnd), ("rows", Lay::Right)],
    )
    .rows(unknown.into_iter().map(|e| vec![log(&*e.event), log(&*e.source), number(e.rows)]))
}

fn notes(report: &Report) -> Block {
    let noted = || report.files.iter().filter_map(|file| Some((file, file.note.as_ref()?)));
    let total = noted().count();
    let columns = [("file", Lay::CutMiddle), ("records", Lay::Right), ("not readable", Lay::Right)];
    Block::new(first_of("Files with something to say", total.min(MOST), total), &columns).detailed(
        noted().take(MOST).map(|(file, note)| {
            (vec![log(&*file.name), number(file.records), number(file.rejects)], Some(log(&**note)))
        }),
    )
}

fn errors(report: &Report) -> Block {
    let total = report.errors.len();
    let title = first_of("Could not be opened, or not be read to the end", total.min(MOST), total);
    Block::new(title, &[("what and why", Lay::Wrap)])
        .detailed(report.errors.iter().take(MOST).map(|e| (vec![log(&**e)], None)))
}

/// Those that were asked for by name come first.
fn left_out(report: &Report) -> Block {
    let mut files: Vec<_> = report.left_out.iter().collect();
    files.sort_by_key(|file| !file.explicit);
    let title = first_of("Files left out", files.len().min(MOST), files.len());
    Block::new(title, &[("file", Lay::CutMiddle), ("why", Lay::Wrap)])
        .rows(files.into_iter().take(MOST).map(|file| vec![log(&*file.name), log(&*file.reason)]))
}

fn reasons(report: &Report) -> Block {
    Block::new("Records that could not be read", &[("why", Lay::Left), ("records", Lay::Right)])
        .rows(report.rejects_by_reason.iter().map(|(reason, n)| vec![own(*reason), number(*n)]))
}

fn rejects(report: &Report) -> Block {
    const FIRST: usize = 10;
    /// Bytes of the line.
    const BEGIN: usize = 120;
    let total = usize::try_from(report.ledger.rejects).unwrap_or(usize::MAX);
    let shown = report.rejects.len().min(FIRST);
    let title = first_of("Where they are", shown, total);
    let columns = [("file and line", Lay::CutMiddle), ("why", Lay::CutEnd)];
    Block::new(title, &columns).detailed(report.rejects.iter().take(FIRST).map(|reject| {
        let file = usize::try_from(reject.position.file).ok().and_then(|n| report.files.get(n));
        let place = format!("{}:{}", file.map_or("?", |f| f.name.as_str()), reject.position.line);
        let begin = reject.raw.as_ref().map(|raw| raw.get(..BEGIN).unwrap_or(raw));
        let begin = begin.map(|raw| log(String::from_utf8_lossy(raw).into_owned()));
        (vec![log(place), own(reject.reason.to_string())], begin)
    }))
}
