//! `mailtrail findings`: those of every kind.

use super::super::beforehand::{Beforehand, worst};
use super::super::exit::Exit;
use super::super::findings::text;
use super::super::options::{Environment, Usage};
use super::super::run::{Run, ending, to_file};
use super::super::say;
use super::Save;
use super::args::{AllFindingsArgs, PartitionBy, TableFormat};
use crate::findings::kind::Shown;
use crate::model::finding::Finding;
use crate::output::file::Target;
use crate::output::findings::{Form, write};
use crate::output::report_text;
use crate::pipeline::{Findings, Needs};

pub(in crate::cli) fn run(args: &AllFindingsArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = match (args.format, ending(path).as_deref()) {
        (Some(format), _) => format.of_table(),
        (None, Some("txt")) => None,
        (None, _) => match TableFormat::of_file(path) {
            None if !to_file(path) && env.stdout_is_terminal => None,
            format => Some(format.unwrap_or(TableFormat::Jsonl)),
        },
    };
    let lines = format.unwrap_or(TableFormat::Jsonl);
    lines.check(&args.output, &args.table, env)?;
    if args.table.partition_by == Some(PartitionBy::Server) {
        let why = "--partition-by server: findings have no server; by date they can be cut";
        return Err(Usage(why.to_owned()).into());
    }
    let beforehand = Beforehand::read(&args.beforehand, &args.read, env, Shown::Report)?;
    let save = Save::open(format, (&args.output, &args.table))?;
    let target = if save.is_none() { Some(Target::open(path, args.output.force)?) } else { None };
    let needs = Needs { findings: Findings::Samples, ..Needs::default() };
    let mut run =
        Run::read((&args.read, &args.output), env, needs, |o| o.thresholds = beforehand.thresholds())?;
    let outcome = beforehand.apply(&mut run.reading.judged, &run.options.filter);
    let every: Vec<&Finding> = run.reading.judged.findings().chain(&outcome.hidden).collect();
    let all: Vec<&Finding> = run.reading.judged.findings().collect();
    let rows = || all.iter().copied().chain(outcome.told().gone());
    if let Some(save) = save {
        save.findings(&rows().collect::<Vec<_>>())?;
    }
    let style = report_text::Style {
        width: env.width.clamp(80, 140),
        color: env.color(args.output.color, to_file(path)),
    };
    if let Some(target) = target {
        target.write(|out| match format {
            None => text((&all, &every), (&run, &outcome), Shown::Report, style, out),
            Some(TableFormat::Csv) => write(rows(), Form::Csv { raw: args.table.raw_csv }, out),
            Some(_) => lines.lines(out, |out| write(rows(), Form::JsonLines, out)),
        })?;
    }
    if !args.read.quiet {
        outcome.say(format.is_none());
    }
    if all.is_empty() && format.is_some() && !args.read.quiet {
        say("mailtrail: no findings");
    }
    run.failing = args.fail_on.fails(worst(all.iter().copied()));
    Ok(run.close(true))
}
