//! What the user may type of `events`; clap and nothing else.

use clap::{Args, ValueEnum};

use super::super::args::{OutputArgs, ReadArgs};
use super::super::tables::args::TableArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct EventsArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// jsonl, json, csv, parquet, arrow, or the form another tool reads; else by the ending of the output file, else jsonl.
    #[arg(long, value_enum)]
    pub format: Option<EventFormat>,
    #[command(flatten)]
    pub table: TableArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EventFormat {
    Jsonl,
    Json,
    Csv,
    Parquet,
    Arrow,
    Ecs,
    Ocsf,
    Timesketch,
    TimesketchCsv,
    Splunk,
}
