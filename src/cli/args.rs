//! What the user may type; clap and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::sql::args::SqlArgs;
use super::tables::args::{AllFindingsArgs, HopsArgs, TableArgs};
use crate::model::finding::Severity;

/// Reads Exchange message-tracking logs and says, for each message and recipient, what Exchange decided.
#[derive(Debug, Parser)]
#[command(name = "mailtrail", version, arg_required_else_help = true, propagate_version = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// How did mail flow? Volume, decisions, connectors, latency, failures, coverage.
    Report(ReportArgs),
    /// Where did this message go, and why?
    Trace(TraceArgs),
    /// One row per message and final recipient: the route decision.
    Routes(RoutesArgs),
    /// One row per hop of each row of routes.
    Hops(HopsArgs),
    /// Which mail went another way than it should, grouped, with cause and fix.
    Misroutes(FindingsArgs),
    /// Which mail goes in circles: who is in the circle, how often, what ended it, what mends it.
    Loops(FindingsArgs),
    /// Findings of every kind, as rows: what misroutes and loops show, and what report alone does.
    Findings(AllFindingsArgs),
    /// The same on logs that are still written: findings as they arise, once each, and alarms for grave ones.
    Follow(super::follow::args::FollowArgs),
    /// The same on this terminal, to look into: findings, messages, the way of each, every row of the log.
    Tui(super::tui::args::TuiArgs),
    /// The same as a page for browsers, with every message and every row of the log behind it.
    Serve(super::serve::args::ServeArgs),
    /// What is new, gone or different between two days, two folders or two earlier runs?
    Compare(super::compare::args::CompareArgs),
    /// What a kind of finding means, how it is proved, what mends it; without a name all kinds.
    Explain {
        /// Names of kinds, such as gateway-loop.
        #[arg(value_name = "KIND")]
        kinds: Vec<String>,
    },
    /// One row per event, every column under the name it has in the log.
    Events(super::events::args::EventsArgs),
    /// Any question, in SQL, over the tables events, routes, hops and findings of logs or of Parquet files.
    Sql(SqlArgs),
    /// What do the exports of the configuration say, and what should Exchange do with a recipient?
    Topology {
        #[command(subcommand)]
        verb: super::topology::args::TopologyVerb,
    },
    /// The same logs under other names, for those who must not see the real ones.
    Redact(super::redact::args::RedactArgs),
    /// Synthetic logs, with what they must be read as beside them.
    Generate(super::generate::args::GenerateArgs),
    /// Completions for the shell, on standard output.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// The manual page, on standard output.
    Man,
}

impl Verb {
    /// From this size on, blocks of memory are given back when they are done with, bytes. Of columns many of half a MiB come
    /// and go, and those that are asked anew from the system each time are a tenth of the time of a table.
    pub(super) fn gives_back_from(&self) -> i32 {
        match self {
            Self::Events(_) | Self::Routes(_) | Self::Hops(_) | Self::Sql(_) => 2 << 20,
            _ => 128 << 10,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// text, md, json, html or prometheus; else by the ending of the output file, else text.
    #[arg(long, value_enum)]
    pub format: Option<ReportFormat>,
    /// How many rows the lists of senders, addresses, failures, … show.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// With json: messages by hour of the week too, so that `compare` can hold this run against another later.
    #[arg(long)]
    pub series: bool,
    #[command(flatten)]
    pub fail_on: FailOn,
    #[command(flatten)]
    pub beforehand: BeforehandArgs,
    #[command(flatten)]
    pub mail: super::mail::args::MailArgs,
}

#[derive(Debug, Args)]
pub(super) struct FindingsArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// text, md, jsonl or csv; else by the ending of the output file, else text.
    #[arg(long, value_enum)]
    pub format: Option<FindingFormat>,
    /// One row for each message and recipient of each finding, as jsonl or csv.
    #[arg(long)]
    pub messages: bool,
    #[command(flatten)]
    pub fail_on: FailOn,
    #[command(flatten)]
    pub beforehand: BeforehandArgs,
}

/// What is known of findings before the logs are read.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Findings")]
pub(super) struct BeforehandArgs {
    /// TOML file with the findings that are known and not to be shown, and with thresholds; mailtrail.toml of this
    /// folder if absent.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Show known findings too; --fail-on leaves them out all the same.
    #[arg(long)]
    pub show_known: bool,
    /// JSON of an earlier run: says which findings are new, still there, or gone. --fail-on then counts only
    /// those that are new or graver.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

/// What the findings of rows depend on.
#[derive(Debug, Args)]
pub(super) struct ThresholdArgs {
    /// TOML file with the thresholds of findings; mailtrail.toml of this folder if absent.
    #[arg(long, value_name = "FILE", help_heading = "Findings")]
    pub config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingFormat {
    Text,
    Md,
    Jsonl,
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct FailOn {
    /// End with status 4 if there is a finding of this severity or above.
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Findings")]
    fail_on: Option<Level>,
}

/// A severity, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// As findings have it.
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Info => Severity::Info,
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        }
    }
}

impl FailOn {
    /// Whether the gravest finding is at or above the level asked for.
    pub(super) fn fails(&self, worst: Option<Severity>) -> bool {
        self.fail_on.map(Level::severity).zip(worst).is_some_and(|(least, worst)| worst >= least)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Text,
    Md,
    Json,
    Prometheus,
    Html,
}

#[derive(Debug, Args)]
pub(super) struct RoutesArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// text, jsonl, json, csv, parquet or arrow; else by the ending of the output file, else text on a terminal and
    /// jsonl elsewhere.
    #[arg(long, value_enum)]
    pub format: Option<RowFormat>,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
    /// Only the rows that match --recipient, --decision and --connector, not all of their messages.
    #[arg(long)]
    pub only_matching: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RowFormat {
    Text,
    Jsonl,
    Json,
    Csv,
    Parquet,
    Arrow,
}

#[derive(Debug, Args)]
pub(super) struct TraceArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// text, jsonl, html, svg or md; else by the ending of the output file, else text.
    #[arg(long, value_enum)]
    pub format: Option<TraceFormat>,
    /// Draw with ASCII alone, as text or md; without it only on a terminal that is not set to UTF-8.
    #[arg(long)]
    pub ascii: bool,
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
    /// network-message-id of the message, with or without dashes.
    #[arg(long, value_name = "GUID", help_heading = "Which mail")]
    pub network_message_id: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TraceFormat {
    Text,
    Jsonl,
    Html,
    Svg,
    Md,
}

/// Flags of every verb that reads logs.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ReadArgs {
    /// Files, folders, globs, or - for standard input. Without any: the log folder of this Exchange server.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Earliest time: RFC 3339, a date, yesterday, today, '2h ago', -3h.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub since: Option<String>,
    /// First time that is out again; same forms. A date means its beginning.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub until: Option<String>,
    /// Time zone of times given without one, such as Europe/Berlin; UTC if absent.
    #[arg(long, value_name = "AREA/CITY", help_heading = "Time")]
    pub tz: Option<String>,
    /// Exports of the configuration, a folder or files or one topology.toml: what Exchange should have done is held
    /// against what it did. See docs/TOPOLOGY.md.
    #[arg(long, value_name = "DIR")]
    pub topology: Vec<PathBuf>,
    /// Count health probes (HealthMailbox…) like other mail; else they are set aside and counted.
    #[arg(long)]
    pub include_probes: bool,
    /// No subject reaches any output.
    #[arg(long)]
    pub no_subjects: bool,
    /// Memory that the work may take, such as 512MiB; beyond it the work goes by way of a temporary file.
    /// If absent, a quarter of the machine's.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Work")]
    pub memory: Option<u64>,
    /// Folder of the temporary file, if one is needed; the system's if absent.
    #[arg(long, value_name = "DIR", help_heading = "Work")]
    pub temp_dir: Option<PathBuf>,
    /// Write what could not be read to this file, as JSON lines with the raw line.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Write to this file what was read: each input with its SHA-256, as JSON.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Threads; one per core if absent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Bytes read at once; for tests.
    #[arg(long, value_name = "BYTES", hide = true, value_parser = clap::value_parser!(u32).range(1..=268_435_456))]
    pub chunk_size: Option<u32>,
    /// Nothing on standard error but errors.
    #[arg(long, short)]
    pub quiet: bool,
    /// More on standard error: each file with its build and columns.
    #[arg(long, short)]
    pub verbose: bool,
    /// Progress on standard error.
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub progress: When,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which mail")]
pub(super) struct FilterArgs {
    /// sender-address or return path; * and ? are wildcards, @FILE a list, and so for all of these.
    #[arg(long, value_name = "PATTERN")]
    pub sender: Vec<String>,
    /// Any address of a recipient's lineage.
    #[arg(long, value_name = "PATTERN")]
    pub recipient: Vec<String>,
    /// message-subject.
    #[arg(long, value_name = "PATTERN")]
    pub subject: Vec<String>,
    /// A server named in one of its rows.
    #[arg(long, value_name = "PATTERN")]
    pub server: Vec<String>,
    /// Send connector of the decision.
    #[arg(long, value_name = "PATTERN")]
    pub connector: Vec<String>,
    /// client-ip or original-client-ip of one of its rows.
    #[arg(long, value_name = "PATTERN")]
    pub client_ip: Vec<String>,
    /// Decision: local-delivery, recipient-not-found, …
    #[arg(long, value_name = "DECISION", value_delimiter = ',')]
    pub decision: Vec<String>,
    /// event-id of one of its rows.
    #[arg(long, value_name = "PATTERN")]
    pub event: Vec<String>,
    /// source of one of its rows.
    #[arg(long, value_name = "PATTERN")]
    pub source: Vec<String>,
    /// message-id, with or without angle brackets.
    #[arg(long, value_name = "PATTERN")]
    pub message_id: Vec<String>,
}

/// A number of bytes with its unit.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let bytes = parse_size::parse_size(text).map_err(|e| e.to_string())?;
    if (1..=1 << 40).contains(&bytes) { Ok(bytes) } else { Err("from 1 byte to 1TiB".to_owned()) }
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct OutputArgs {
    /// Write to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the output file, and the rejects file, if it is there.
    #[arg(long)]
    pub force: bool,
    /// Colour on a terminal (NO_COLOR and CLICOLOR_FORCE are honoured).
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Where a mail goes that `report` writes beside it.
    #[arg(skip)]
    pub mail: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    #[default]
    Auto,
    Always,
    Never,
}
