//! What the user may type of tables; clap and nothing else.

use clap::{Args, ValueEnum};

use super::super::args::{BeforehandArgs, FailOn, OutputArgs, ReadArgs, RowFormat};

/// How the rows of a table are written.
#[derive(Debug, Args)]
pub(in crate::cli) struct TableArgs {
    /// With parquet and arrow: a folder for each day or server, under the folder of -o.
    #[arg(long, value_name = "KEY", value_enum)]
    pub partition_by: Option<PartitionBy>,
    /// With csv: no apostrophe before what a spreadsheet would take as a formula.
    #[arg(long)]
    pub raw_csv: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PartitionBy {
    /// The day, in UTC.
    Date,
    /// The server that wrote the event, or decided.
    Server,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct HopsArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub table: TableArgs,
    /// jsonl, json, csv, parquet or arrow; else by the ending of the output file, else jsonl.
    #[arg(long, value_enum)]
    pub format: Option<TableFormat>,
    /// Only the hops of rows that match --recipient, --decision and --connector, not those of all of their messages.
    #[arg(long)]
    pub only_matching: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AllFindingsArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub table: TableArgs,
    /// text, jsonl, json, csv, parquet or arrow; else by the ending of the output file, else text on a terminal and
    /// jsonl elsewhere.
    #[arg(long, value_enum)]
    pub format: Option<RowFormat>,
    #[command(flatten)]
    pub fail_on: FailOn,
    #[command(flatten)]
    pub beforehand: BeforehandArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TableFormat {
    Jsonl,
    Json,
    Csv,
    Parquet,
    Arrow,
}
