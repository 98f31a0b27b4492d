//! `mailtrail routes`.

use std::io::{self, Write};

use super::args::{RoutesArgs, RowFormat};
use super::beforehand::thresholds;
use super::exit::Exit;
use super::options::Environment;
use super::run::{Run, ending, to_file};
use crate::model::intake::Position;
use crate::model::journey::{Decision, Journey, Leaf};
use crate::model::name::Frozen;
use crate::output::file::Target;
use crate::output::routes::{Context, Form, write_head, write_row};
use crate::pipeline::{Findings, Needs, Order};

pub(super) fn run(args: &RoutesArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let form = match (args.format, ending(path).as_deref()) {
        (Some(RowFormat::Text), _) | (None, Some("txt")) => Form::Text,
        (Some(RowFormat::Csv), _) | (None, Some("csv")) => Form::Csv,
        (None, _) if !to_file(path) && env.stdout_is_terminal => Form::Text,
        (Some(RowFormat::Jsonl) | None, _) => Form::JsonLines,
    };
    let thresholds = thresholds(&args.thresholds, args.read.quiet)?;
    let target = Target::open(path, args.output.force)?;
    let needs = Needs { texts: true, subjects: true, findings: Findings::Kinds, ..Needs::default() };
    let mut run = Run::read((&args.read, &args.output), env, needs, |o| o.thresholds = thresholds)?;
    let orders = run.reading.ordered(&run.options.filter);
    let rows =
        Rows { run: &run, form, only_matching: args.only_matching, no_subjects: args.read.no_subjects };
    target.write(|out| rows.write(&orders, out))?;
    Ok(run.close(!orders.is_empty()))
}

/// Rows of messages, ready to be written.
pub(super) struct Rows<'a> {
    pub run: &'a Run,
    pub form: Form,
    pub only_matching: bool,
    pub no_subjects: bool,
}

impl Rows<'_> {
    /// Writes all rows of some messages, which are in order.
    pub(super) fn write(&self, orders: &[Order], out: &mut dyn Write) -> io::Result<()> {
        write_head(self.form, out)?;
        self.run.reading.state.write(orders, &|journeys, text| self.make(journeys, text), out)
    }

    /// Appends the rows of messages that sort alike, which have their rows among each other.
    fn make(&self, journeys: &[&Journey], text: &mut Vec<u8>) -> io::Result<()> {
        let reading = &self.run.reading;
        let names = reading.state.names();
        let context = Context { names, files: &reading.files, no_subjects: self.no_subjects };
        let kinds = |j: &Journey| reading.judged.kinds_of(j, names);
        let mut rows: Vec<((&Journey, &Leaf), Vec<&'static str>)> = journeys
            .iter()
            .flat_map(|j| j.leaves.iter().map(move |l| (*j, l)).zip(kinds(j)))
            .filter(|((_, leaf), _)| !self.only_matching || self.run.options.filter.takes_leaf(leaf, names))
            .collect();
        rows.sort_by(|(a, _), (b, _)| {
            key(*a, names).cmp(&key(*b, names)).then_with(|| content(*a, names).cmp(&content(*b, names)))
        });
        rows.iter().try_for_each(|(row, kinds)| write_row(&context, *row, kinds, self.form, text))
    }
}

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
