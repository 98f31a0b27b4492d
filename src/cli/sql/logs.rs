//! The tables that a query needs, from logs: only those, and only the columns that are asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::args::{OutputArgs, ReadArgs};
use super::super::beforehand::thresholds;
use super::super::exit::Exit;
use super::super::options::{Environment, Usage};
use super::super::routes::Rows;
use super::super::run::Run;
use super::super::tables::filling::{self, Filling};
use super::args::SqlArgs;
use crate::model::journey::Journey;
use crate::model::threads::Threads as _;
use crate::pipeline::{Batch, Findings, Needs, Outcome, Stream, Turn};
use crate::tables::routes::{Context, Row};
use crate::tables::schema::{Column, Table};
use crate::tables::stock::{Source, Stock};
use crate::tables::{Frame, TableError, findings, hops, routes};

/// Columns of some tables.
type Wants = BTreeMap<Table, Vec<&'static Column>>;

/// Columns of `routes` that are known without the texts of messages: what `report` keeps.
const WITHOUT_TEXTS: [&str; 9] = [
    "decision",
    "connector",
    "next_hop",
    "server",
    "directionality",
    "size_bytes",
    "class",
    "first_seen",
    "laps",
];

/// Rows that a thread gathers before it makes a frame of them.
const PIECE: usize = 1 << 14;

/// Reads the logs for these columns. `free`: the order of rows does not matter.
pub(super) fn read(
    (wants, free): (&Wants, bool),
    paths: &[PathBuf],
    args: &SqlArgs,
    env: &Environment,
) -> anyhow::Result<(BTreeMap<Table, Source>, Exit)> {
    let read = ReadArgs { paths: paths.to_vec(), ..args.read.clone() };
    let mut sources = BTreeMap::new();
    let mut exit = Exit::Done;
    let twice = wants.contains_key(&Table::Events) && wants.len() > 1;
    if twice && paths.iter().any(|p| p.as_os_str() == "-") {
        let why = "standard input can be read once only, and events beside another table need two readings";
        return Err(Usage(format!("sql: {why}")).into());
    }
    if let Some(columns) = wants.get(&Table::Events) {
        let (source, done) = events(columns, (&read, &args.output), env)?;
        sources.insert(Table::Events, source);
        exit = done;
    }
    if wants.keys().any(|table| *table != Table::Events) {
        exit = messages((wants, free), (&read, args), env, &mut sources)?;
    }
    // An answer without rows is an answer.
    Ok((sources, if exit == Exit::NothingMatched { Exit::Done } else { exit }))
}

/// A flag that was given and means nothing to tables: it chooses mail, or says how logs are read.
pub(super) fn flag_for_logs(args: &ReadArgs) -> Option<&'static str> {
    let filter = &args.filter;
    let lists = [
        ("--sender", &filter.sender),
        ("--recipient", &filter.recipient),
        ("--subject", &filter.subject),
        ("--server", &filter.server),
        ("--connector", &filter.connector),
        ("--client-ip", &filter.client_ip),
        ("--decision", &filter.decision),
        ("--event", &filter.event),
        ("--source", &filter.source),
        ("--message-id", &filter.message_id),
    ];
    let flags = [
        ("--since", args.since.is_some()),
        ("--until", args.until.is_some()),
        ("--no-subjects", args.no_subjects),
        ("--rejects", args.rejects.is_some()),
        ("--topology", !args.topology.is_empty()),
        ("--include-probes", args.include_probes),
    ];
    let lists = lists.into_iter().map(|(flag, list)| (flag, !list.is_empty()));
    lists.chain(flags).find(|(_, given)| *given).map(|(flag, _)| flag)
}

fn events(
    columns: &[&'static Column],
    args: (&ReadArgs, &OutputArgs),
    env: &Environment,
) -> anyhow::Result<(Source, Exit)> {
    let (mut stock, mut outcome) = (None, Outcome::default());
    let run = Run::read_by(args, env, Needs::default(), |sources, options, progress| {
        options.chunk = filling::chunk(args.0);
        let place = (2 * options.budget.bytes, options.budget.folder.as_path());
        let stock = stock.insert(Stock::new(Table::Events, columns, place)?);
        let mut take = |frame: Frame, _: u32, _: &Turn<'_>| Ok(stock.add(&frame)?);
        let stream = Stream::new(sources, options)?;
        let (reading, found) = Filling::read(stream, (options, columns.to_vec()), &mut take, progress)?;
        outcome = found;
        Ok(reading)
    })?;
    let exit = run.close_events(outcome);
    let source = stock.map(Stock::finish).transpose()?;
    Ok((source.ok_or_else(|| anyhow::anyhow!("no events were read"))?, exit))
}

fn messages(
    (wants, free): (&Wants, bool),
    (read, args): (&ReadArgs, &SqlArgs),
    env: &Environment,
    sources: &mut BTreeMap<Table, Source>,
) -> anyhow::Result<Exit> {
    let wanted = |table: Table, is: &dyn Fn(&str) -> bool| {
        wants.get(&table).is_some_and(|columns| columns.iter().any(|c| is(c.name)))
    };
    // Rows have the order of their messages' texts.
    let texts = !free && wants.contains_key(&Table::Routes)
        || wants.contains_key(&Table::Hops)
        || wanted(Table::Routes, &|name| !WITHOUT_TEXTS.contains(&name));
    let needs = Needs {
        texts,
        subjects: wanted(Table::Routes, &|name| name == "subject"),
        sums: false,
        findings: match () {
            () if wants.contains_key(&Table::Findings) => Findings::Samples,
            () if wanted(Table::Routes, &|name| name == "findings") => Findings::Kinds,
            () => Findings::None,
        },
        ..Needs::default()
    };
    let thresholds = thresholds(&args.thresholds, read.quiet)?;
    let mut run = Run::read((read, &args.output), env, needs, |o| o.thresholds = thresholds)?;
    let rows: Wants = wants
        .iter()
        .filter(|(t, _)| matches!(t, Table::Routes | Table::Hops))
        .map(|(t, c)| (*t, c.clone()))
        .collect();
    if !rows.is_empty() {
        let orders = if texts { run.reading.ordered(&run.options.filter) } else { Vec::new() };
        let rows = Messages { run: &run, wants: &rows, no_subjects: read.no_subjects };
        let stocks = if texts { rows.in_order(&orders)? } else { rows.in_any_order()? };
        for (table, stock) in stocks {
            sources.insert(table, stock.finish()?);
        }
    }
    if let Some(columns) = wants.get(&Table::Findings) {
        let all: Vec<_> = run.reading.judged.findings().collect();
        sources.insert(Table::Findings, Source::Rows(findings::frame(&all, columns)?));
    }
    Ok(run.close(true))
}

/// Messages that were read, as rows of tables.
struct Messages<'r> {
    run: &'r Run,
    wants: &'r Wants,
    no_subjects: bool,
}

impl Messages<'_> {
    fn stocks(&self) -> Result<BTreeMap<Table, Stock>, TableError> {
        let budget = &self.run.options.budget;
        let stock = |(table, columns): (&Table, &Vec<&'static Column>)| {
            Ok((*table, Stock::new(*table, columns, (2 * budget.bytes, &budget.folder))?))
        };
        self.wants.iter().map(stock).collect()
    }

    fn frames(&self, rows: &[&Row]) -> Result<Vec<(Table, Frame)>, TableError> {
        let reading = &self.run.reading;
        let context =
            Context { names: reading.state.names(), files: &reading.files, no_subjects: self.no_subjects };
        let frame = |(table, columns): (&Table, &Vec<&'static Column>)| {
            Ok((
                *table,
                match table {
                    Table::Hops => hops::frame(&context, rows, columns)?,
                    _ => routes::frame(&context, rows, columns)?,
                },
            ))
        };
        self.wants.iter().map(frame).collect()
    }

    fn in_order(&self, orders: &[crate::pipeline::Order]) -> anyhow::Result<BTreeMap<Table, Stock>> {
        let mut stocks = self.stocks()?;
        let state = &self.run.reading.state;
        let rows = Rows { run: self.run, only_matching: false, no_subjects: self.no_subjects };
        let make = |journeys: &[&Journey], into: &mut Vec<Row>| {
            let leaves = rows.leaves(journeys).into_iter();
            into.extend(leaves.map(|((journey, leaf), kinds)| Row::new(journey, leaf, kinds)));
            Ok(())
        };
        state.write(orders, &make, &mut |batch: &mut Batch<Row>| {
            let rows: Vec<&Row> = batch.pieces().flatten().collect();
            let pieces: Vec<&[&Row]> = rows.chunks(PIECE).collect();
            for frames in state.each(pieces, |rows| self.frames(rows)) {
                for (table, frame) in frames? {
                    stocks.get_mut(&table).map_or(Ok(()), |stock| stock.add(&frame))?;
                }
            }
            Ok(())
        })?;
        Ok(stocks)
    }

    /// Without their texts messages have no order of their own, and none is asked for.
    fn in_any_order(&self) -> anyhow::Result<BTreeMap<Table, Stock>> {
        let mut stocks = self.stocks()?;
        let (state, filter) = (&self.run.reading.state, &self.run.options.filter);
        let names = state.names();
        let add = |gathered: &mut Gathered, _, journey: &Journey| {
            if filter.takes(journey, names) {
                gathered.rows.extend(journey.leaves.iter().map(|leaf| Row::new(journey, leaf, Vec::new())));
                if gathered.rows.len() >= PIECE {
                    gathered.make(self);
                }
            }
        };
        let merge = |all: &mut Gathered, mut more: Gathered| {
            more.make(self);
            all.frames.append(&mut more.frames);
        };
        let mut gathered = state.fold(Gathered::default, add, merge);
        gathered.make(self);
        state.error()?;
        for frames in gathered.frames {
            for (table, frame) in frames? {
                stocks.get_mut(&table).map_or(Ok(()), |stock| stock.add(&frame))?;
            }
        }
        Ok(stocks)
    }
}

/// Rows that a thread has gathered, and frames of those before.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    frames: Vec<Result<Vec<(Table, Frame)>, TableError>>,
}

impl Gathered {
    fn make(&mut self, messages: &Messages<'_>) {
        let rows: Vec<&Row> = self.rows.iter().collect();
        self.frames.push(messages.frames(&rows));
        self.rows.clear();
    }
}
