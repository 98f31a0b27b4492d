//! What the user may type of queries; clap and nothing else.

#[cfg(feature = "tables")]
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::args::{OutputArgs, ReadArgs, ThresholdArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct SqlArgs {
    /// The query. Without one a prompt asks for queries, on a terminal.
    #[arg(value_name = "QUERY")]
    pub query: Option<String>,
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
    /// table, jsonl, json, csv, parquet or arrow; else by the ending of the output file, else table on a terminal and
    /// jsonl elsewhere.
    #[arg(long, value_enum)]
    pub format: Option<AnswerFormat>,
    /// With csv: no apostrophe before what a spreadsheet would take as a formula.
    #[arg(long)]
    pub raw_csv: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AnswerFormat {
    Table,
    Jsonl,
    Json,
    Csv,
    Parquet,
    Arrow,
}

#[cfg(feature = "tables")]
impl SqlArgs {
    /// The query and the paths: what is typed first is a query if it begins like one, else a path.
    pub(in crate::cli) fn parts(&self) -> (Option<&str>, Vec<PathBuf>) {
        let paths = self.read.paths.iter().cloned();
        match self.query.as_deref() {
            Some(first) if !begins_like_a_query(first) => {
                (None, [first.into()].into_iter().chain(paths).collect())
            }
            query => (query, paths.collect()),
        }
    }
}

#[cfg(feature = "tables")]
fn begins_like_a_query(text: &str) -> bool {
    let text = text.trim_start();
    let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    text.contains(char::is_whitespace) && !std::path::Path::new(text).exists() && !word.is_empty()
        || text.starts_with('(')
}
