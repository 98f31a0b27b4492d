//! What may be typed for `follow`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::args::{FilterArgs, Level, ReadArgs, ThresholdArgs, When, size};

/// The longest window, days.
const LONGEST: u64 = 366;

#[derive(Debug, Args)]
pub(in crate::cli) struct FollowArgs {
    /// Files, folders or globs of logs that Exchange still writes. Without any: the log folder of this Exchange server.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How far back from the latest row messages are kept and judged: 24h, 90m, 2days.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = window)]
    pub window: Duration,
    /// How long to wait before files are looked at again.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = interval)]
    pub interval: Duration,
    /// Read what is there, tell what is new, and end: for cron, systemd timers, scheduled tasks. Wants --state.
    #[arg(long)]
    pub once: bool,
    /// File that remembers what was told, so that it is not told again after a restart.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// text or jsonl.
    #[arg(long, value_enum, default_value_t = FollowFormat::Text)]
    pub format: FollowFormat,
    #[command(flatten)]
    pub alarms: AlarmArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
    /// Exports of the configuration, a folder or files or one topology.toml; read once, at the start.
    #[arg(long, value_name = "DIR")]
    pub topology: Vec<PathBuf>,
    /// Count health probes (HealthMailbox…) like other mail.
    #[arg(long)]
    pub include_probes: bool,
    /// Memory that the work may take, such as 512MiB; where it does not suffice the window gets shorter, which is said.
    /// If absent, a quarter of the machine's.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Work")]
    pub memory: Option<u64>,
    /// Threads; one per core if absent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Work")]
    pub threads: Option<u16>,
    /// Nothing on standard error but errors.
    #[arg(long, short)]
    pub quiet: bool,
    /// More on standard error: a line for each look at the files.
    #[arg(long, short)]
    pub verbose: bool,
    /// Colour on a terminal (NO_COLOR and CLICOLOR_FORCE are honoured).
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
}

/// What is done with a finding besides writing it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Alarms")]
pub(in crate::cli) struct AlarmArgs {
    /// Severity from which on a finding is handed to --exec and --webhook.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = Level::High)]
    pub level: Level,
    /// Program that is run for each such finding, with the finding as JSON on standard input. No shell is used.
    #[arg(long, value_name = "PROGRAM")]
    pub exec: Option<OsString>,
    /// Argument for that program; repeatable.
    #[arg(long, value_name = "ARG", requires = "exec", allow_hyphen_values = true)]
    pub exec_arg: Vec<OsString>,
    /// Address that each such finding is posted to, as JSON.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FollowFormat {
    Text,
    Jsonl,
}

impl FollowArgs {
    /// The flags that it has in common with other verbs.
    pub(super) fn read(&self) -> ReadArgs {
        ReadArgs {
            paths: self.paths.clone(),
            filter: self.filter.clone(),
            topology: self.topology.clone(),
            include_probes: self.include_probes,
            memory: self.memory,
            threads: self.threads,
            quiet: self.quiet,
            verbose: self.verbose,
            ..ReadArgs::default()
        }
    }
}

fn time(text: &str, least: Duration, most: Duration, range: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|e| e.to_string())?;
    if (least..=most).contains(&time) { Ok(time) } else { Err(range.to_owned()) }
}

fn window(text: &str) -> Result<Duration, String> {
    time(text, Duration::from_mins(1), Duration::from_hours(24 * LONGEST), "from 1m to 366days")
}

fn interval(text: &str) -> Result<Duration, String> {
    time(text, Duration::from_millis(50), Duration::from_hours(24), "from 50ms to 24h")
}
