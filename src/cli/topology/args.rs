//! The arguments of `mailtrail topology`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::{FailOn, FindingFormat, OutputArgs, size};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TopologyVerb {
    /// The exports as one file that reads back to the same.
    Import(TopologyImportArgs),
    /// What is wrong in the exported configuration before any mail meets it.
    Check(TopologyCheckArgs),
    /// What Exchange should do with this recipient, step by step.
    Explain(TopologyExplainArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TopologyImportArgs {
    /// Folders of exports, or single exports.
    #[arg(value_name = "DIR", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Nothing on standard error but errors and warnings.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TopologyCheckArgs {
    /// Folders of exports, single exports, or one topology.toml.
    #[arg(value_name = "DIR", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// text, md, jsonl or csv; else by the ending of the output file, else text.
    #[arg(long, value_enum)]
    pub format: Option<FindingFormat>,
    #[command(flatten)]
    pub fail_on: FailOn,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TopologyExplainArgs {
    /// The recipient's address.
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// Folders of exports, single exports, or one topology.toml.
    #[arg(long, value_name = "DIR", required = true)]
    pub topology: Vec<PathBuf>,
    /// Bytes of the message, such as 30MiB: large ones may go another way.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub size: Option<u64>,
    /// The server that routes the message.
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,
    #[command(flatten)]
    pub output: OutputArgs,
}
