//! What the user may type of `generate`; clap and nothing else.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::args::size;

#[derive(Debug, Args)]
pub(in crate::cli) struct GenerateArgs {
    /// Bytes of logs: 64MiB, 2GiB, 500KB, up to 1TiB.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub size: u64,
    /// Folder for the logs, truth.jsonl, findings.jsonl and exports.
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// The same seed gives the same bytes.
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// Mailbox servers, beside the Edge server.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(2..=8))]
    pub servers: u32,
    /// Days, from 2 March 2026.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub days: u32,
    /// Releases of Exchange.
    #[arg(long, value_enum, default_value_t = SchemaName::V2019, value_name = "RELEASE")]
    pub schema: SchemaName,
    /// Damage and oddities of real files that change nothing.
    #[arg(long)]
    pub quirks: bool,
    /// An ordinary week, with no fault in it.
    #[arg(long)]
    pub nothing_planted: bool,
    /// Write into a folder that is not empty.
    #[arg(long)]
    pub force: bool,
    /// Nothing on standard error but errors.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaName {
    #[value(name = "2007")]
    V2007,
    #[value(name = "2010")]
    V2010,
    #[value(name = "2013")]
    V2013,
    #[value(name = "2019")]
    V2019,
    Mixed,
}
