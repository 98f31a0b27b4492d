//! From what was typed to what a run needs, checked; every complaint names its flag.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{DateTime, Utc};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::args::{FilterArgs, ReadArgs, When};
use super::manifest::Custody;
use crate::findings::thresholds::Thresholds;
use crate::input::{self, discover::Found};
use crate::model::journey::Decision;
use crate::pipeline::filter::{Filter, Patterns};
use crate::pipeline::parts::Budget;
use crate::pipeline::window::Window;
use crate::pipeline::{CHUNK, Needs, Options};

/// A mistake on the command line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Usage(pub String);

/// The environment as far as it matters, read once.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    /// As typed, the program's own name first.
    pub arguments: Vec<String>,
    pub now: DateTime<Utc>,
    /// The same moment on a clock that is never set.
    pub started: Instant,
    /// What `--manifest` will say.
    pub custody: Custody,
    pub exchange: Option<PathBuf>,
    pub no_color: bool,
    pub force_color: bool,
    #[cfg_attr(
        not(any(feature = "tables", feature = "tui")),
        expect(dead_code, reason = "only the prompt of sql and the screens of tui read what is typed")
    )]
    pub stdin_is_terminal: bool,
    pub stdout_is_terminal: bool,
    pub stderr_is_terminal: bool,
    pub width: usize,
    /// What `COLUMNS` says.
    pub columns: Option<usize>,
    /// Who we are to an SMTP server, and the password, as far as they are set.
    #[cfg_attr(not(feature = "mail"), expect(dead_code, reason = "only mail needs it"))]
    pub smtp_login: (Option<String>, Option<String>),
    /// The terminal is not set to UTF-8.
    pub ascii: bool,
}

impl Environment {
    /// Reads the clock and the variables.
    #[expect(clippy::disallowed_methods, reason = "the one place where clock and environment are read")]
    pub(super) fn read(arguments: &[OsString]) -> Self {
        use std::io::IsTerminal;
        let text = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let set = |name: &str| text(name).is_some_and(|v| v != "0");
        let columns = text("COLUMNS").and_then(|c| c.parse().ok());
        // The first that is set holds, as for every program; Windows writes to terminals in its own way.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text);
        let utf8 = locale.is_some_and(|l| l.to_lowercase().replace('-', "").ends_with("utf8"));
        Self {
            arguments: arguments.iter().map(|a| a.to_string_lossy().into_owned()).collect(),
            now: Utc::now(),
            started: Instant::now(),
            custody: Custody::default(),
            exchange: text("ExchangeInstallPath").map(PathBuf::from),
            no_color: text("NO_COLOR").is_some(),
            force_color: set("CLICOLOR_FORCE"),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            width: columns.unwrap_or(100),
            columns,
            smtp_login: (text("MAILTRAIL_SMTP_USER"), text("MAILTRAIL_SMTP_PASSWORD")),
            ascii: !utf8 && !cfg!(windows),
        }
    }

    /// Whether standard output is to be coloured.
    pub(super) fn color(&self, when: When, to_file: bool) -> bool {
        match when {
            When::Always => true,
            When::Never => false,
            When::Auto => !to_file && !self.no_color && (self.force_color || self.stdout_is_terminal),
        }
    }
}

/// Finds the files to read.
pub(super) fn sources(args: &ReadArgs, env: &Environment) -> Result<Found, Usage> {
    if !args.paths.is_empty() {
        return Ok(input::discover::discover(&args.paths));
    }
    let Some(root) = &env.exchange else {
        return Err(Usage(
            "no PATH given, and this is no Exchange server (ExchangeInstallPath is not set); name a file, a folder or -"
                .to_owned(),
        ));
    };
    let folder = root.join("TransportRoles").join("Logs").join("MessageTracking");
    Ok(input::discover::discover(&[folder]))
}

/// What the pipeline is to do.
pub(super) fn options(args: &ReadArgs, env: &Environment, needs: Needs) -> Result<Options, Usage> {
    Ok(Options {
        threads: args.threads.map_or(0, usize::from),
        chunk: args.chunk_size.map_or(CHUNK, |c| c as usize),
        window: window(args, env)?,
        filter: filter(&args.filter)?,
        include_probes: args.include_probes,
        needs: Needs { subjects: !args.no_subjects, ..needs },
        no_raw: args.no_subjects,
        near: None,
        topology: None,
        thresholds: Thresholds::default(),
        budget: budget(args)?,
        keep_rejects: if args.rejects.is_some() { usize::MAX } else { 20 },
    })
}

/// A quarter of the memory is for facts as they come: names and sums, which stay, take more than that.
fn budget(args: &ReadArgs) -> Result<Budget, Usage> {
    let memory = args.memory.unwrap_or_else(|| machine_memory() / 4);
    let folder = args.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    if args.temp_dir.is_some() && !folder.is_dir() {
        return Err(Usage(format!("--temp-dir: {} is no folder", folder.display())));
    }
    Ok(Budget { bytes: (memory / 4) as usize, folder })
}

/// Bytes of memory of this machine, or of the container it shows us; much where it does not tell.
fn machine_memory() -> u64 {
    let ram = MemoryRefreshKind::nothing().with_ram();
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(ram));
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    system.total_memory().min(limit)
}

/// The zone of times written without one.
pub(super) fn zone(args: &ReadArgs) -> Result<chrono_tz::Tz, Usage> {
    let Some(name) = &args.tz else { return Ok(chrono_tz::Tz::UTC) };
    name.parse().map_err(|_| Usage(format!("--tz: '{name}' is no time zone; write it as Europe/Berlin")))
}

fn window(args: &ReadArgs, env: &Environment) -> Result<Window, Usage> {
    let zone = zone(args)?;
    let time = |flag: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => {
            super::time::parse(text, zone, env.now).map(Some).map_err(|e| Usage(format!("{flag}: {e}")))
        }
    };
    let window = Window { since: time("--since", &args.since)?, until: time("--until", &args.until)? };
    if let (Some(since), Some(until)) = (window.since, window.until)
        && since >= until
    {
        return Err(Usage(format!("--since {since} is not before --until {until}")));
    }
    Ok(window)
}

/// Which messages are asked for.
pub(super) fn filter(args: &FilterArgs) -> Result<Filter, Usage> {
    let patterns = |flag: &str, values: &[String]| match values {
        [] => Ok(Patterns::default()),
        _ => expand(flag, values).map(Patterns::new),
    };
    let mut decisions = Vec::new();
    for name in expand("--decision", &args.decision)? {
        decisions.push(decision(&name)?);
    }
    let bare = |id: &String| id.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    Ok(Filter {
        sender: patterns("--sender", &args.sender)?,
        subject: patterns("--subject", &args.subject)?,
        server: patterns("--server", &args.server)?,
        client_ip: patterns("--client-ip", &args.client_ip)?,
        event: patterns("--event", &args.event)?,
        source: patterns("--source", &args.source)?,
        message_id: match &args.message_id[..] {
            [] => Patterns::default(),
            ids => Patterns::new(expand("--message-id", ids)?.iter().map(bare)),
        },
        network_message_id: Patterns::default(),
        recipient: patterns("--recipient", &args.recipient)?,
        connector: patterns("--connector", &args.connector)?,
        decision: (!args.decision.is_empty()).then_some(decisions),
    })
}

fn decision(name: &str) -> Result<Decision, Usage> {
    let found = Decision::ALL.into_iter().find(|d| d.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let distance = |d: &Decision| strsim::damerau_levenshtein(d.as_str(), &name.to_lowercase());
        let near = Decision::ALL.iter().min_by_key(|d| distance(d)).filter(|d| distance(d) <= 4);
        let near = near.map_or(String::new(), |d| format!("; did you mean {}", d.as_str()));
        let all: Vec<&str> = Decision::ALL.iter().map(|d| d.as_str()).collect();
        Usage(format!("--decision: '{name}' is none{near}; they are: {}", all.join(", ")))
    })
}

/// Reads `@FILE` as a list, one pattern a line.
fn expand(flag: &str, values: &[String]) -> Result<Vec<String>, Usage> {
    let mut out = Vec::new();
    for value in values {
        match value.strip_prefix('@') {
            Some(file) if !file.contains('@') && Path::new(file).exists() => {
                let list =
                    input::read_list(Path::new(file)).map_err(|e| Usage(format!("{flag} @{file}: {e}")))?;
                out.extend(list);
            }
            Some(file) if !file.contains(['.', '*', '?']) => {
                return Err(Usage(format!("{flag} @{file}: no such file")));
            }
            _ => out.push(value.clone()),
        }
    }
    Ok(out)
}
