//! `mailtrail events`.

pub(super) mod args;

use super::exit::Exit;
use super::options::{Environment, Usage};
use super::run::{Run, to_file};
use super::tables::Save;
use super::tables::args::TableFormat;
use crate::model::row::Row;
use crate::output::events::{Form, Writer};
use crate::output::file::Target;
use crate::pipeline::{Needs, Outcome, Stream, Turn, write_text};
use args::{EventFormat, EventsArgs};

pub(super) fn run(args: &EventsArgs, env: &Environment) -> anyhow::Result<Exit> {
    if !args.read.filter.decision.is_empty() {
        let why =
            "a single event has no decision, only a message and recipient have; `routes` takes --decision";
        return Err(Usage(format!("--decision: {why}")).into());
    }
    if !args.read.topology.is_empty() {
        let why = "a single event is shown as it was logged; `routes`, `report` and others hold mail against exports";
        return Err(Usage(format!("--topology: {why}")).into());
    }
    let path = args.output.output.as_deref();
    let format = match args.format {
        Some(format) => format.of_table(),
        None => Some(TableFormat::of_file(path).unwrap_or(TableFormat::Jsonl)),
    };
    let lines = format.unwrap_or(TableFormat::Jsonl);
    lines.check(&args.output, &args.table, env)?;
    if let Some(save) = Save::open(format, (&args.output, &args.table))? {
        return save.events(args, env);
    }
    let form = match args.format {
        Some(EventFormat::Ecs) => Form::Ecs,
        Some(EventFormat::Ocsf) => Form::Ocsf,
        Some(EventFormat::Timesketch) => Form::Timesketch,
        Some(EventFormat::TimesketchCsv) => Form::TimesketchCsv,
        Some(EventFormat::Splunk) => Form::Splunk,
        _ if format == Some(TableFormat::Csv) => Form::Csv { raw: args.table.raw_csv },
        _ => Form::JsonLines,
    };
    let writer = Writer::new(form);
    let mut target = Some(Target::open(path, args.output.force)?);
    let mut outcome = Outcome::default();
    // Rows come while the logs are read; on one terminal a bar would stand among them.
    let among = env.stdout_is_terminal && !to_file(path);
    let env = Environment { stderr_is_terminal: env.stderr_is_terminal && !among, ..env.clone() };
    let needs = Needs { meaning: form.needs_meaning(), ..Needs::default() };
    let run = Run::read_by((&args.read, &args.output), &env, needs, |sources, options, progress| {
        let stream = Stream::new(sources, options)?;
        let encode = |row: &Row<'_>, out: &mut Vec<u8>| writer.row(row, out);
        // Without a file to read there may be a reason to fail, and then no output appears.
        let output = if stream.has_files() { target.take() } else { None };
        let Some(output) = output else {
            return Ok(stream.write(options, &encode, &mut |_, _, _| Ok(()), progress)?.0);
        };
        let (reading, found) = output.write(|out| {
            lines.lines(out, |out| {
                writer.head(out)?;
                let mut take = |text: Vec<u8>, left_out: &[_], _: &Turn<'_>| write_text(&text, left_out, out);
                stream.write(options, &encode, &mut take, progress)
            })
        })?;
        outcome = found;
        Ok(reading)
    })?;
    if let Some(target) = target {
        target.write(|out| lines.lines(out, |out| writer.head(out)))?;
    }
    Ok(run.close_events(outcome))
}

impl EventFormat {
    /// The same of a table, unless another tool prescribes it.
    fn of_table(self) -> Option<TableFormat> {
        match self {
            Self::Jsonl => Some(TableFormat::Jsonl),
            Self::Json => Some(TableFormat::Json),
            Self::Csv => Some(TableFormat::Csv),
            Self::Parquet => Some(TableFormat::Parquet),
            Self::Arrow => Some(TableFormat::Arrow),
            Self::Ecs | Self::Ocsf | Self::Timesketch | Self::TimesketchCsv | Self::Splunk => None,
        }
    }
}
