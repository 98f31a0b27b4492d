//! `mailtrail compare`.

pub(super) mod args;
mod past;
#[cfg(feature = "tables")]
mod tables;

use std::path::{Path, PathBuf};

use super::args::{BeforehandArgs, ReadArgs};
use super::beforehand::{Beforehand, worst};
use super::exit::Exit;
use super::options::{Environment, Usage, zone};
use super::run::{Run, ending, to_file};
use super::time;
use crate::compare::compare;
use crate::findings::kind::Shown;
use crate::model::compared::Compared;
use crate::model::finding::Finding;
use crate::model::snapshot::Snapshot;
use crate::model::time::Timestamp;
use crate::output::file::Target;
use crate::output::{compare_json, compare_markdown, compare_text, report_text};
use crate::pipeline::window::Window;
use crate::pipeline::{Findings, Needs};
use args::{CompareArgs, CompareFormat};

/// One side, before logs are read.
enum Side {
    Past(Box<Snapshot>),
    Logs(String, Box<ReadArgs>),
}

pub(super) fn run(args: &CompareArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = match (args.format, ending(path).as_deref()) {
        (Some(format), _) => format,
        (None, Some("json")) => CompareFormat::Json,
        (None, Some("md" | "markdown")) => CompareFormat::Md,
        (None, _) => CompareFormat::Text,
    };
    if args.read.rejects.is_some() {
        let what =
            "--rejects: compare reads two sets of logs; report --rejects writes what it could not read";
        return Err(Usage(what.to_owned()).into());
    }
    let [a, b] = &args.read.paths[..] else {
        return Err(Usage("compare takes two: A and B".to_owned()).into());
    };
    let standard = |path: &PathBuf| path.as_os_str() == "-";
    if args.within.is_empty() && standard(a) && standard(b) {
        return Err(Usage("compare: standard input can be one of the two, not both".to_owned()).into());
    }
    if let Some(path) = &args.read.manifest {
        env.custody.open(path, args.output.force)?;
    }
    let (a, b) = sides([a, b], args, env)?;
    let config = args.thresholds.config.clone();
    let known = BeforehandArgs { config, show_known: false, baseline: None };
    let known = Beforehand::read(&known, &args.read, env, Shown::Report)?;
    let target = Target::open(path, args.output.force)?;
    let (a, exit_a) = snapshot(a, args, &known, env)?;
    let (b, exit_b) = snapshot(b, args, &known, env)?;
    let compared = compare(&a, &b);
    let style = report_text::Style {
        width: env.width.clamp(80, 140),
        color: env.color(args.output.color, to_file(path)),
    };
    target.write(|out| match format {
        CompareFormat::Text => compare_text::write(&compared, args.top, style, out),
        CompareFormat::Md => compare_markdown::write(&compared, args.top, out),
        CompareFormat::Json => compare_json::write(&compared, out),
    })?;
    Ok(exit(args, &compared, [exit_a, exit_b]))
}

fn sides([a, b]: [&Path; 2], args: &CompareArgs, env: &Environment) -> anyhow::Result<(Side, Side)> {
    #[cfg(feature = "tables")]
    if args.within.is_empty()
        && let Some([a, b]) = tables::read([a, b], env)?
    {
        return Ok((Side::Past(Box::new(a)), Side::Past(Box::new(b))));
    }
    Ok((side(a, args, env)?, side(b, args, env)?))
}

/// What one of the two arguments means.
fn side(path: &Path, args: &CompareArgs, env: &Environment) -> anyhow::Result<Side> {
    let name = path.display().to_string();
    let read = &args.read;
    if !args.within.is_empty() {
        if read.since.is_some() || read.until.is_some() {
            return Err(
                Usage("--in: A and B say the time; --since and --until are for logs".to_owned()).into()
            );
        }
        let days = time::days(&name, zone(read)?, env.now);
        let (since, until) = days.map_err(|e| Usage(format!("--in: {e}")))?;
        let (since, until) = (Some(since.to_string()), Some(until.to_string()));
        let read = ReadArgs { paths: args.within.clone(), since, until, ..read.clone() };
        return Ok(Side::Logs(name, Box::new(read)));
    }
    if ending(Some(path)).as_deref() == Some("json") && !path.is_dir() {
        let past = past::read(path)?;
        env.custody.documents("report", &[path.to_owned()])?;
        return Ok(Side::Past(Box::new(past)));
    }
    if !path.exists() && time::days(&name, zone(read)?, env.now).is_ok() {
        return Err(Usage(format!("{name}: to compare days, name their logs with --in PATH")).into());
    }
    let read = ReadArgs { paths: vec![PathBuf::from(path)], ..read.clone() };
    Ok(Side::Logs(name, Box::new(read)))
}

/// Reads the logs of a side, if it has not been read yet.
fn snapshot(
    side: Side,
    args: &CompareArgs,
    known: &Beforehand,
    env: &Environment,
) -> anyhow::Result<(Snapshot, Exit)> {
    let (name, read) = match side {
        Side::Logs(name, read) => (name, read),
        Side::Past(mut snapshot) => {
            snapshot.findings.retain(|f| !known.knows(f));
            return Ok((*snapshot, Exit::Done));
        }
    };
    let needs = Needs { sums: true, series: true, findings: Findings::Samples, ..Needs::default() };
    let mut run = Run::read((&read, &args.output), env, needs, |o| o.thresholds = known.thresholds())?;
    let outcome = known.apply(&mut run.reading.judged, &run.options.filter);
    let mut report = run.reading.report(args.top);
    report.thresholds.clone_from(&outcome.thresholds);
    report.exports = run.exports();
    let mut snapshot = Snapshot::of(name, &report);
    snapshot.filtered = !run.options.filter.is_empty();
    snapshot.windowed = read.since.is_some() || read.until.is_some();
    if !args.within.is_empty() {
        set_aside_at_the_edge(&mut snapshot, &run.options.window);
    }
    Ok((snapshot, run.close(report.messages > 0)))
}

/// Mail that is on its way from server to server when a day begins or ends looks as if a log were missing. That
/// shows the cut, and would be new or gone every day.
fn set_aside_at_the_edge(snapshot: &mut Snapshot, window: &Window) {
    const EDGE: i64 = 10 * 60_000;
    let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::read);
    let at_edge = |f: &Finding| {
        let span = time(&f.first_seen).zip(time(&f.last_seen)).filter(|_| f.kind == "log-gap");
        span.is_some_and(|(first, last)| {
            window.since.is_some_and(|since| last.0 < since.0 + EDGE)
                || window.until.is_some_and(|until| first.0 >= until.0 - EDGE)
        })
    };
    let before = snapshot.findings.len();
    snapshot.findings.retain(|f| !at_edge(f));
    let n = before - snapshot.findings.len();
    if n > 0 {
        let what = "log-gap that shows only mail on its way when the day begins or ends";
        snapshot.remarks.push(format!("{n} {what} is not compared"));
    }
}

fn exit(args: &CompareArgs, compared: &Compared, exits: [Exit; 2]) -> Exit {
    let any = |exit| exits.contains(&exit);
    match () {
        () if args.fail_on.fails(worst(compared.findings.iter().map(|s| &s.finding))) => Exit::Finding,
        () if any(Exit::Incomplete) => Exit::Incomplete,
        () if exits == [Exit::NothingMatched; 2] => Exit::NothingMatched,
        () => Exit::Done,
    }
}
