//! Writes tables as files: one, or one in each of many folders.

use std::io::{self, Write};

use super::super::routes::Rows;
use super::args::{PartitionBy, TableArgs, TableFormat};
use crate::cli::args::OutputArgs;
use crate::model::journey::Journey;
use crate::output::file::{Target, Tree};
use crate::pipeline::{Batch, Order};
use crate::tables::file::{Encoder, File, Form, GROUP, Group};
use crate::tables::parts::Partition;
use crate::tables::routes::Row;
use crate::tables::schema::{Column, Table};
use crate::tables::{Frame, TableError, hops, routes};

/// Where a table goes.
#[derive(Debug)]
pub(in crate::cli) struct Save {
    form: Form,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File(Target),
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
            _ => Place::File(Target::open(path, output.force)?),
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
                    let made = state.each(groups, |some| press.press(frame(some, &press.columns)?));
                    made.into_iter().try_for_each(|placed| take(placed?))
                })
            };
            let make = |journeys: &[&Journey], into: &mut Vec<Row>| {
                let leaves = rows.leaves(journeys).into_iter();
                into.extend(leaves.map(|((journey, leaf), kinds)| Row::new(journey, leaf, kinds)));
                Ok(())
            };
            state.write(orders, &make, &mut |batch| {
                pending.add(batch);
                if pending.rows() < at_once { Ok(()) } else { empty(&mut pending, false) }
            })?;
            empty(&mut pending, true)
        })
    }

    /// Lets `make` encode groups and give them away in order, and writes them.
    fn write(
        self,
        table: Table,
        make: impl FnOnce(&Press, &mut dyn FnMut(Vec<Placed>) -> io::Result<()>) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let by = match &self.place {
            Place::File(_) => None,
            Place::Folders(_, by) => Some(*by),
        };
        let columns: Vec<&'static Column> = table.columns().iter().collect();
        let in_file: Vec<&Column> =
            columns.iter().copied().filter(|c| by != Some(Partition::Server) || c.name != "server").collect();
        let press = Press { encoder: Encoder::new(self.form, table, &in_file)?, columns, table, by };
        match self.place {
            Place::File(target) => {
                target.write(|out| {
                    let mut file = press.encoder.file(out)?;
                    make(&press, &mut |placed| {
                        placed.iter().try_for_each(|(_, group)| Ok(file.write(group)?))
                    })?;
                    Ok(file.finish()?)
                })?;
            }
            Place::Folders(tree, by) => {
                let name = format!("{}.{}", table.name(), self.form.ending());
                let mut open: Vec<(String, File<_>)> = Vec::new();
                let put = |placed: Vec<Placed>| {
                    for (folder, group) in placed {
                        let at = match open.iter().position(|(name, _)| *name == folder) {
                            Some(at) => at,
                            None => {
                                // Rows come by time, so that of the days before nothing comes any more.
                                if by == Partition::Date && table != Table::Findings {
                                    close(&mut open)?;
                                }
                                let out = tree.create(&format!("{folder}/{name}"))?;
                                open.push((folder, press.encoder.file(out)?));
                                open.len() - 1
                            }
                        };
                        if let Some((_, file)) = open.get_mut(at) {
                            file.write(&group)?;
                        }
                    }
                    Ok(())
                };
                let mut put = put;
                make(&press, &mut put).and_then(|()| close(&mut open)).map_err(|e| tree.error(e))?;
                tree.finish()?;
            }
        }
        Ok(())
    }
}

fn close<W: Write>(open: &mut Vec<(String, File<W>)>) -> io::Result<()> {
    open.drain(..).try_for_each(|(_, file)| Ok(file.finish()?))
}

/// Makes groups of frames, on any thread.
struct Press {
    encoder: Encoder,
    columns: Vec<&'static Column>,
    table: Table,
    by: Option<Partition>,
}

impl Press {
    fn press(&self, frame: Frame) -> Result<Vec<Placed>, TableError> {
        let parts = match self.by {
            None => vec![(String::new(), frame)],
            Some(by) => frame.parts(self.table, by)?,
        };
        parts.into_iter().map(|(folder, frame)| Ok((folder, self.encoder.encode(frame)?))).collect()
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
    fn empty(
        &mut self,
        last: bool,
        take: impl FnOnce(Vec<&[&Row]>) -> io::Result<()>,
    ) -> io::Result<()> {
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
