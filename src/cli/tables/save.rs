//! Writes tables as files: one, or one in each of many folders.

use std::io::{self, Write};

use hashbrown::HashMap;

use super::super::args::OutputArgs;
use super::super::events::args::EventsArgs;
use super::super::exit::Exit;
use super::super::options::Environment;
use super::super::routes::Rows;
use super::super::run::Run;
use super::super::say;
use super::args::{PartitionBy, TableArgs, TableFormat};
use super::filling::{self, Filling};
use crate::model::finding::Finding;
use crate::model::journey::Journey;
use crate::model::threads::{Here, Threads};
use crate::output::file::{Target, Tree};
use crate::pipeline::{Batch, Needs, Order, Outcome, Stream, Turn};
use crate::tables::by_time::{ByTime, Unsorted};
use crate::tables::file::{Encoder, Form, GROUP, Group, Writing};
use crate::tables::parts::Partition;
use crate::tables::routes::Row;
use crate::tables::schema::{Column, Table};
use crate::tables::{Frame, TableError, findings, hops, routes};

/// Where a table goes.
#[derive(Debug)]
pub(in crate::cli) struct Save {
    form: Form,
    place: Place,
}

#[derive(Debug)]
enum Place {
    One(Target),
    Folders(Tree, Partition),
}

/// A group of rows, and the folder it goes to.
type Placed = (String, Group);

impl Save {
    /// Opens the place before the work begins; `None` for forms that are lines of text.
    pub(in crate::cli) fn open(
        format: Option<TableFormat>,
        (output, table): (&OutputArgs, &TableArgs),
    ) -> anyhow::Result<Option<Self>> {
        let form = match format {
            Some(TableFormat::Parquet) => Form::Parquet,
            Some(TableFormat::Arrow) => Form::Arrow,
            _ => return Ok(None),
        };
        let path = output.output.as_deref();
        let place = match (table.partition_by, path) {
            (Some(by), Some(path)) => {
                let by = match by {
                    PartitionBy::Date => Partition::Date,
                    PartitionBy::Server => Partition::Server,
                };
                Place::Folders(Tree::open(path, output.force)?, by)
            }
            _ => Place::One(Target::open(path, output.force)?),
        };
        Ok(Some(Self { form, place }))
    }

    /// Writes rows of `routes`, or their hops.
    pub(in crate::cli) fn rows(self, rows: &Rows<'_>, orders: &[Order], table: Table) -> anyhow::Result<()> {
        let state = &rows.run.reading.state;
        let context = routes::Context {
            names: state.names(),
            files: &rows.run.reading.files,
            no_subjects: rows.no_subjects,
        };
        let frame = |some: &[&Row], columns: &[&Column]| match table {
            Table::Hops => hops::frame(&context, some, columns),
            _ => routes::frame(&context, some, columns),
        };
        let at_once = GROUP * state.threads();
        self.write(table, |press, take| {
            let mut pending = Pending::default();
            let mut empty = |pending: &mut Pending, last: bool| -> io::Result<()> {
                pending.empty(last, |groups| {
                    let made = state.each(groups, |some| press.press(frame(some, &press.columns)?, &Here));
                    made.into_iter().try_for_each(|placed| take(placed?))
                })
            };
            let make = |journeys: &[&Journey], into: &mut Vec<Row>| {
                let leaves = rows.leaves(journeys).into_iter();
                into.extend(leaves.map(|((journey, leaf), kinds)| Row::new(journey, leaf, kinds)));
                Ok(())
            };
            state.write(orders, &make, &mut |batch| {
                pending.add(std::mem::take(batch));
                if pending.rows() < at_once { Ok(()) } else { empty(&mut pending, false) }
            })?;
            empty(&mut pending, true)
        })
    }

    /// Writes findings.
    pub(in crate::cli) fn findings(self, all: &[&Finding]) -> anyhow::Result<()> {
        self.write(Table::Findings, |press, take| {
            take(press.press(findings::frame(all, &press.columns)?, &Here)?)
        })
    }

    /// Reads logs and writes their events.
    pub(in crate::cli) fn events(self, args: &EventsArgs, env: &Environment) -> anyhow::Result<Exit> {
        let mut done: Option<anyhow::Result<(Run, Outcome, u64)>> = None;
        let written = self.write(Table::Events, |press, take| {
            let mut sorted = None;
            let mut outcome = Outcome::default();
            let needs = Needs::default();
            let run = Run::read_by((&args.read, &args.output), env, needs, |sources, options, progress| {
                options.chunk = filling::chunk(&args.read);
                let sorted = sorted.insert(ByTime::new(2 * options.budget.bytes, &options.budget.folder));
                let stream = Stream::new(sources, options)?.by_time();
                let mut next = |frame: Frame, file: u32, turn: &Turn<'_>| {
                    if sorted.turn(file, turn.settled) {
                        give(sorted, false, press, &mut *take, turn)?;
                    }
                    Ok(sorted.add(&frame)?)
                };
                let columns = Table::Events.columns().iter().collect();
                let (reading, found) = Filling::read(stream, (options, columns), &mut next, progress)?;
                outcome = found;
                Ok(reading)
            });
            let run = match (run, sorted) {
                (Ok(run), Some(mut sorted)) => {
                    let state = &run.reading.state;
                    give(&mut sorted, true, press, take, state)?;
                    Ok((run, outcome, sorted.late()))
                }
                (Ok(run), None) => Ok((run, outcome, 0)),
                (Err(error), _) => Err(error),
            };
            let ok = run.is_ok();
            done = Some(run);
            if ok { Ok(()) } else { Err(io::Error::other("the logs could not be read")) }
        });
        match done {
            Some(Err(error)) => Err(error),
            Some(Ok((run, outcome, late))) => {
                written?;
                if late > 0 && !args.read.quiet {
                    say(&format!(
                        "mailtrail: {late} events are more than ten minutes older than the first of their log; they \
                         are not sorted in everywhere"
                    ));
                }
                Ok(run.close_events(outcome))
            }
            None => written.map(|()| Exit::Done),
        }
    }

    /// Lets `make` encode groups and give them away in order, and writes them.
    fn write(
        self,
        table: Table,
        make: impl FnOnce(&Press, &mut dyn FnMut(Vec<Placed>) -> io::Result<()>) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let by = match &self.place {
            Place::One(_) => None,
            Place::Folders(_, by) => Some(*by),
        };
        let columns: Vec<&'static Column> = table.columns().iter().collect();
        let in_file: Vec<&Column> =
            columns.iter().copied().filter(|c| by != Some(Partition::Server) || c.name != "server").collect();
        let press = Press { encoder: Encoder::new(self.form, table, &in_file)?, columns, table, by };
        match self.place {
            Place::One(target) => {
                target.write(|out| {
                    let mut file = press.encoder.file(out)?;
                    make(&press, &mut |placed| {
                        placed.iter().try_for_each(|(_, group)| Ok(file.write(group)?))
                    })?;
                    file.finish()?;
                    Ok(())
                })?;
            }
            Place::Folders(tree, _) => {
                let mut folders = Folders {
                    tree: &tree,
                    press: &press,
                    form: self.form,
                    open: Vec::new(),
                    begun: HashMap::new(),
                };
                make(&press, &mut |placed| folders.put(placed))
                    .and_then(|()| folders.close())
                    .map_err(|e| tree.error(e))?;
                tree.finish()?;
            }
        }
        Ok(())
    }
}

/// Sorts and encodes the rows that are ready, some groups at once.
fn give(
    sorted: &mut ByTime,
    end: bool,
    press: &Press,
    take: &mut dyn FnMut(Vec<Placed>) -> io::Result<()>,
    threads: &(impl Threads + Sync),
) -> io::Result<()> {
    let pressed = |unsorted: Unsorted| -> Result<Vec<Placed>, TableError> {
        let groups = unsorted.sorted(threads)?.into_iter().map(|frame| press.press(frame, threads));
        Ok(groups.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    };
    // What is done before the columns has one thread for each group. How many groups are waited for may not depend on how
    // many threads there are, or rows that come late would stand elsewhere.
    while end || sorted.settled() >= AT_ONCE * GROUP {
        let mut some = Vec::new();
        while some.len() < AT_ONCE
            && let Some(unsorted) = sorted.next(end)?
        {
            some.push(unsorted);
        }
        if some.is_empty() {
            break;
        }
        threads.each(some, pressed).into_iter().try_for_each(|placed| take(placed?))?;
    }
    Ok(())
}

/// How many groups are made at once.
const AT_ONCE: usize = 2;

/// The files of a tree that are being written.
struct Folders<'t> {
    tree: &'t Tree,
    press: &'t Press,
    form: Form,
    open: Vec<(String, Writing<Box<dyn Write>>)>,
    /// How many files each folder has so far.
    begun: HashMap<String, usize>,
}

impl Folders<'_> {
    fn put(&mut self, placed: Vec<Placed>) -> io::Result<()> {
        for (folder, group) in placed {
            if self.open.iter().all(|(name, _)| *name != folder) {
                self.begin(&folder)?;
            }
            for (_, file) in self.open.iter_mut().filter(|(name, _)| *name == folder) {
                file.write(&group)?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, folder: &str) -> io::Result<()> {
        // Rows come by time, so that of the days before nearly nothing comes any more; a system may not let
        // thousands of files be open.
        if self.press.by == Some(Partition::Date) || self.open.len() >= MOST_OPEN {
            self.close()?;
        }
        let number = self.begun.entry(folder.to_owned()).or_default();
        *number += 1;
        let number = if *number == 1 { String::new() } else { format!("-{number}") };
        let name = format!("{folder}/{}{number}.{}", self.press.table.name(), self.form.ending());
        let out: Box<dyn Write> = Box::new(self.tree.create(&name)?);
        self.open.push((folder.to_owned(), self.press.encoder.file(out)?));
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        self.open.drain(..).try_for_each(|(_, file)| {
            file.finish()?;
            Ok(())
        })
    }
}

/// Files that are written at one time.
const MOST_OPEN: usize = 200;

/// Makes groups of frames, on any thread.
struct Press {
    encoder: Encoder,
    columns: Vec<&'static Column>,
    table: Table,
    by: Option<Partition>,
}

impl Press {
    fn press(&self, frame: Frame, threads: &impl Threads) -> Result<Vec<Placed>, TableError> {
        let parts = match self.by {
            None => vec![(String::new(), frame)],
            Some(by) => frame.parts(self.table, by)?,
        };
        parts.into_iter().map(|(folder, frame)| Ok((folder, self.encoder.encode(frame, threads)?))).collect()
    }
}

/// Rows that do not fill a group yet.
#[derive(Default)]
struct Pending {
    batches: Vec<Batch<Row>>,
    /// Rows of the first batch that were taken.
    taken: usize,
}

impl Pending {
    fn add(&mut self, batch: Batch<Row>) {
        self.batches.push(batch);
    }

    fn rows(&self) -> usize {
        self.batches.iter().map(Batch::len).sum::<usize>() - self.taken
    }

    /// Gives away groups of rows; those that fill none only if they are the last.
    fn empty(&mut self, last: bool, take: impl FnOnce(Vec<&[&Row]>) -> io::Result<()>) -> io::Result<()> {
        let rows: Vec<&Row> =
            self.batches.iter().flat_map(|b| b.pieces().flatten()).skip(self.taken).collect();
        let whole = if last { rows.len() } else { rows.len() - rows.len() % GROUP };
        take(rows.get(..whole).unwrap_or_default().chunks(GROUP).collect())?;
        self.taken += whole;
        while let Some(first) = self.batches.first().map(Batch::len).filter(|n| *n <= self.taken) {
            self.batches.remove(0);
            self.taken -= first;
        }
        Ok(())
    }
}
