//! `mailtrail routes`.

use std::io::{self, Write};

use super::args::{RoutesArgs, RowFormat};
use super::beforehand::thresholds;
use super::exit::Exit;
use super::options::Environment;
use super::run::{Run, ending, to_file};
use super::tables::Save;
use super::tables::args::TableFormat;
use crate::model::intake::Position;
use crate::model::journey::{Decision, Journey, Leaf};
use crate::model::name::Frozen;
use crate::output::file::Target;
use crate::output::hops;
use crate::output::routes::{Context, Form, write_head, write_row};
use crate::pipeline::{Findings, MakeRows, Needs, Order};
use crate::tables::schema::Table;

pub(super) fn run(args: &RoutesArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = match (args.format, ending(path).as_deref()) {
        (Some(format), _) => format.of_table(),
        (None, Some("txt")) => None,
        (None, _) => match TableFormat::of_file(path) {
            None if !to_file(path) && env.stdout_is_terminal => None,
            format => Some(format.unwrap_or(TableFormat::Jsonl)),
        },
    };
    format.unwrap_or(TableFormat::Jsonl).check(&args.output, &args.table, env)?;
    let form = match format {
        None => Form::Text,
        Some(TableFormat::Csv) => Form::Csv { raw: args.table.raw_csv },
        Some(_) => Form::JsonLines,
    };
    let thresholds = thresholds(&args.thresholds, args.read.quiet)?;
    let save = Save::open(format, (&args.output, &args.table))?;
    let target = if save.is_none() { Some(Target::open(path, args.output.force)?) } else { None };
    let needs = Needs { texts: true, subjects: true, findings: Findings::Kinds, ..Needs::default() };
    let mut run = Run::read((&args.read, &args.output), env, needs, |o| o.thresholds = thresholds)?;
    let orders = run.reading.ordered(&run.options.filter);
    let rows = Rows { run: &run, only_matching: args.only_matching, no_subjects: args.read.no_subjects };
    if let Some(save) = save {
        save.rows(&rows, &orders, Table::Routes)?;
    }
    if let Some(target) = target {
        let lines = format.unwrap_or(TableFormat::Jsonl);
        target.write(|out| lines.lines(out, |out| rows.write(&orders, form, out)))?;
    }
    Ok(run.close(!orders.is_empty()))
}

impl RowFormat {
    /// As a table; text is none.
    pub(super) fn of_table(self) -> Option<TableFormat> {
        match self {
            Self::Text => None,
            Self::Jsonl => Some(TableFormat::Jsonl),
            Self::Json => Some(TableFormat::Json),
            Self::Csv => Some(TableFormat::Csv),
            Self::Parquet => Some(TableFormat::Parquet),
            Self::Arrow => Some(TableFormat::Arrow),
        }
    }
}

/// Rows of messages, ready to be written.
pub(super) struct Rows<'a> {
    pub run: &'a Run,
    pub only_matching: bool,
    pub no_subjects: bool,
}

impl Rows<'_> {
    /// Writes all rows of some messages, which are in order.
    pub(super) fn write(&self, orders: &[Order], form: Form, out: &mut dyn Write) -> io::Result<()> {
        write_head(form, out)?;
        let context = self.context();
        self.write_text(orders, out, &|journeys, text| {
            let mut rows = self.leaves(journeys).into_iter();
            rows.try_for_each(|(row, kinds)| write_row(&context, row, &kinds, form, text))
        })
    }

    /// Writes the hops of all rows of some messages, which are in order.
    pub(super) fn write_hops(
        &self,
        orders: &[Order],
        form: hops::Form,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let context = self.context();
        self.write_text(orders, out, &|journeys, text| {
            let mut rows = self.leaves(journeys).into_iter();
            rows.try_for_each(|(row, _)| hops::write_rows(&context, row, form, text))
        })
    }

    fn write_text(&self, orders: &[Order], out: &mut dyn Write, make: &MakeRows<'_, u8>) -> io::Result<()> {
        self.run
            .reading
            .state
            .write(orders, make, &mut |batch| batch.pieces().try_for_each(|text| out.write_all(text)))
    }

    fn context(&self) -> Context<'_> {
        let reading = &self.run.reading;
        Context { names: reading.state.names(), files: &reading.files, no_subjects: self.no_subjects }
    }

    /// The rows of messages that sort alike, which have their rows among each other, and the findings of each.
    pub(super) fn leaves<'j>(&self, journeys: &[&'j Journey]) -> Vec<(Of<'j>, Vec<&'static str>)> {
        let reading = &self.run.reading;
        let names = reading.state.names();
        let kinds = |j: &Journey| reading.judged.kinds_of(j, names);
        let mut rows: Vec<(Of<'j>, Vec<&'static str>)> = journeys
            .iter()
            .flat_map(|j| j.leaves.iter().map(move |l| (*j, l)).zip(kinds(j)))
            .filter(|((_, leaf), _)| !self.only_matching || self.run.options.filter.takes_leaf(leaf, names))
            .collect();
        rows.sort_by(|(a, _), (b, _)| {
            key(*a, names).cmp(&key(*b, names)).then_with(|| content(*a, names).cmp(&content(*b, names)))
        });
        rows
    }
}

/// A row: its message and its recipient.
type Of<'j> = (&'j Journey, &'j Leaf);

/// What rows are ordered by. Time, message-id and the two addresses are the promise.
fn key<'n>((journey, leaf): (&Journey, &Leaf), names: &'n Frozen) -> (i64, [&'n [u8]; 3], u128) {
    let texts = [journey.message_id, leaf.recipient, leaf.final_recipient].map(|s| names.get(s));
    (journey.first_seen.0, texts, journey.network_message_id)
}

/// What keeps rows without ids apart: all that they say, and only then where they stand.
fn content<'n>(
    (journey, leaf): (&Journey, &Leaf),
    names: &'n Frozen,
) -> (Vec<&'n [u8]>, Vec<i64>, Decision, Position) {
    let own =
        [journey.sender, journey.subject, leaf.server, leaf.connector, leaf.status.tag, leaf.status.text];
    let hops = leaf.hops.iter().flat_map(|h| [h.server, h.connector, h.peer]);
    let texts = own.into_iter().chain(hops).map(|s| names.get(s)).collect();
    let numbers = leaf.hops.iter().flat_map(|h| [h.time.0, h.event as i64, h.source as i64]);
    let size = journey.size_bytes.map_or(-1, |b| b as i64);
    (texts, numbers.chain([leaf.last_seen.0, size]).collect(), leaf.decision, journey.evidence)
}
