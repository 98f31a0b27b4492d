//! A query from the command line: over what, in which form, and what is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::exit::Exit;
use super::super::options::{Environment, Usage};
use super::super::run::{ending, to_file};
use super::super::tables::args::TableFormat;
use super::super::{say, tables};
use super::args::{AnswerFormat, SqlArgs};
use super::{logs, prompt};
use crate::input;
use crate::output::answer::{Form, write};
use crate::output::file::Target;
use crate::tables::file;
use crate::tables::query::{Answer, Query, QueryError};
use crate::tables::read::table_of;
use crate::tables::schema::Table;
use crate::tables::stock::Source;

pub(in crate::cli) fn run(args: &SqlArgs, env: &Environment) -> anyhow::Result<Exit> {
    let (query, paths) = args.parts();
    let over = Over::new(args, paths, env)?;
    let Some(query) = query else {
        if env.stdin_is_terminal && env.stdout_is_terminal && !to_file(args.output.output.as_deref()) {
            return prompt::run(args, &over, env);
        }
        let why = "no query; `mailtrail sql 'SELECT decision, count(*) FROM routes GROUP BY decision' PATH` asks one";
        return Err(Usage(format!("sql: {why}")).into());
    };
    let format = format(args, env)?;
    let target = Target::open(args.output.output.as_deref(), args.output.force)?;
    match over.ask(query, args, env)? {
        Ok((answer, exit)) => {
            give(&answer, format, args.raw_csv, target)?;
            Ok(exit)
        }
        Err(error) => {
            complain(query, &error);
            Ok(Exit::Usage)
        }
    }
}

/// What is asked: logs, or tables that were written before.
pub(super) enum Over {
    Logs(Vec<PathBuf>),
    Files(BTreeMap<Table, Source>),
}

impl Over {
    fn new(args: &SqlArgs, paths: Vec<PathBuf>, env: &Environment) -> anyhow::Result<Self> {
        let named = input::tables::named(&paths)?;
        let Some(first) = named.tables.first() else { return Ok(Self::Logs(paths)) };
        if let Some(other) = named.other {
            let why = format!(
                "{} holds a table and {} does not; name logs or Parquet files, not both",
                first.display(),
                other.display()
            );
            return Err(Usage(why).into());
        }
        if let Some(flag) = logs::flag_for_logs(&args.read) {
            let why = format!("{flag} is for logs; of Parquet files WHERE and SELECT choose");
            return Err(Usage(why).into());
        }
        if let Some(path) = &args.read.manifest {
            env.custody.open(path, args.output.force)?;
            env.custody.documents("table", &named.tables)?;
        }
        Ok(Self::Files(files(named.tables)?))
    }

    /// Answers a query; what is wrong with it is told apart from what goes wrong otherwise.
    pub(super) fn ask(
        &self,
        text: &str,
        args: &SqlArgs,
        env: &Environment,
    ) -> anyhow::Result<Result<(Answer, Exit), QueryError>> {
        let query = match Query::new(text) {
            Ok(query) => query,
            Err(error) => return Ok(Err(error)),
        };
        match self {
            Self::Logs(paths) => {
                let wants = match query.wants() {
                    Ok(wants) => wants,
                    Err(error) => return Ok(Err(error)),
                };
                let (sources, exit) = logs::read((&wants, query.is_order_free()), paths, args, env)?;
                Ok(query.run(&sources).map(|answer| (answer, exit)))
            }
            Self::Files(sources) => {
                if let Some(table) = query.tables().find(|table| !sources.contains_key(table)) {
                    let there: Vec<&str> = sources.keys().map(|t| t.name()).collect();
                    let why = format!("no file holds {}; there is {}", table.name(), there.join(", "));
                    return Err(Usage(why).into());
                }
                Ok(query.run(sources).map(|answer| (answer, Exit::Done)))
            }
        }
    }
}

/// Parquet files by the table that each holds.
pub(in crate::cli) fn files(paths: Vec<PathBuf>) -> anyhow::Result<BTreeMap<Table, Source>> {
    let mut files: BTreeMap<Table, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        let table = table_of(&mut input::tables::open(&path)?);
        let table = table.map_err(|e| Usage(format!("{}: {e}", path.display())))?;
        files.entry(table).or_default().push(path);
    }
    Ok(files.into_iter().map(|(table, paths)| (table, Source::Files(table, paths))).collect())
}

fn format(args: &SqlArgs, env: &Environment) -> Result<AnswerFormat, Usage> {
    let path = args.output.output.as_deref();
    let format = args.format.or_else(|| AnswerFormat::of_file(path)).unwrap_or({
        if !to_file(path) && env.stdout_is_terminal { AnswerFormat::Table } else { AnswerFormat::Jsonl }
    });
    let table = tables::args::TableArgs { partition_by: None, raw_csv: args.raw_csv };
    format.of_table().unwrap_or(TableFormat::Jsonl).check(&args.output, &table, env)?;
    Ok(format)
}

impl AnswerFormat {
    fn of_file(path: Option<&Path>) -> Option<Self> {
        if ending(path).as_deref() == Some("txt") {
            return Some(Self::Table);
        }
        Some(match TableFormat::of_file(path)? {
            TableFormat::Jsonl => Self::Jsonl,
            TableFormat::Json => Self::Json,
            TableFormat::Csv => Self::Csv,
            TableFormat::Parquet => Self::Parquet,
            TableFormat::Arrow => Self::Arrow,
        })
    }

    fn of_table(self) -> Option<TableFormat> {
        Some(match self {
            Self::Table => return None,
            Self::Jsonl => TableFormat::Jsonl,
            Self::Json => TableFormat::Json,
            Self::Csv => TableFormat::Csv,
            Self::Parquet => TableFormat::Parquet,
            Self::Arrow => TableFormat::Arrow,
        })
    }
}

/// Writes an answer.
pub(super) fn give(answer: &Answer, format: AnswerFormat, raw: bool, target: Target) -> anyhow::Result<()> {
    let lines = format.of_table().unwrap_or(TableFormat::Jsonl);
    let form = match format {
        AnswerFormat::Table => Form::Table,
        AnswerFormat::Csv => Form::Csv { raw },
        _ => Form::JsonLines,
    };
    target.write(|out| match format {
        AnswerFormat::Parquet => Ok(answer.write(file::Form::Parquet, out)?),
        AnswerFormat::Arrow => Ok(answer.write(file::Form::Arrow, out)?),
        _ => lines.lines(out, |out| {
            write(&answer.columns(), (0..answer.rows()).map(|row| answer.row(row)), form, out)
        }),
    })?;
    Ok(())
}

/// Says what is wrong with a query, and where.
pub(super) fn complain(query: &str, error: &QueryError) {
    let Some((line, column)) = error.at else { return say(&format!("mailtrail: sql: {error}")) };
    say(&format!("mailtrail: sql, line {line}, column {column}: {error}"));
    say(&format!("  {}", query.lines().nth(line - 1).unwrap_or_default().replace('\t', " ")));
    say(&format!("  {}^", " ".repeat(column - 1)));
}
