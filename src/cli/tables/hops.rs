//! `mailtrail hops`.

use super::super::exit::Exit;
use super::super::options::Environment;
use super::super::routes::Rows;
use super::super::run::Run;
use super::Save;
use super::args::{HopsArgs, TableFormat};
use crate::output::file::Target;
use crate::output::hops::{Form, write_head};
use crate::pipeline::Needs;
use crate::tables::schema::Table;

pub(in crate::cli) fn run(args: &HopsArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = args.format.or_else(|| TableFormat::of_file(path)).unwrap_or(TableFormat::Jsonl);
    format.check(&args.output, &args.table, env)?;
    let save = Save::open(Some(format), (&args.output, &args.table))?;
    let target = if save.is_none() { Some(Target::open(path, args.output.force)?) } else { None };
    let needs = Needs { texts: true, ..Needs::default() };
    let mut run = Run::read((&args.read, &args.output), env, needs, |_| {})?;
    let orders = run.reading.ordered(&run.options.filter);
    let rows = Rows { run: &run, only_matching: args.only_matching, no_subjects: args.read.no_subjects };
    if let Some(save) = save {
        save.rows(&rows, &orders, Table::Hops)?;
    }
    if let Some(target) = target {
        let form = match (format, args.table.raw_csv) {
            (TableFormat::Csv, raw) => Form::Csv { raw },
            _ => Form::JsonLines,
        };
        target.write(|out| {
            format.lines(out, |out| {
                write_head(form, out)?;
                rows.write_hops(&orders, form, out)
            })
        })?;
    }
    Ok(run.close(!orders.is_empty()))
}
