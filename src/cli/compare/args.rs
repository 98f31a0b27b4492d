//! The arguments of `mailtrail compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::{FailOn, OutputArgs, ReadArgs, ThresholdArgs};

// A and B are one list for clap, so that flags may stand between them, and are those of every other verb.
#[derive(Debug, Args)]
#[command(override_usage = "mailtrail compare [OPTIONS] A B")]
#[command(mut_arg("paths", |a| a.value_name("A B").required(true).help(
    "The earlier run, then the later one: each a folder, file or glob of logs, a .json file that report --format json \
     wrote, or with --in a day: 2026-03-10, yesterday, today, 2026-03-02..2026-03-08"
).long_help(None)))]
pub(in crate::cli) struct CompareArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    /// A and B are days, and this is where their logs lie: a folder, file or glob; repeatable.
    #[arg(long = "in", value_name = "PATH")]
    pub within: Vec<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// text, md or json; else by the ending of the output file, else text.
    #[arg(long, value_enum)]
    pub format: Option<CompareFormat>,
    /// How many of the changes text and md show.
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub top: usize,
    #[command(flatten)]
    pub fail_on: FailOn,
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    Text,
    Md,
    Json,
}
