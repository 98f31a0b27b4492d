//! `mailtrail report`.

use std::io::{self, Write};
use std::path::Path;

use super::args::{OutputArgs, ReportArgs, ReportFormat};
use super::beforehand::{Beforehand, worst};
use super::exit::Exit;
use super::mail::Post;
use super::options::{Environment, Usage};
use super::run::{Run, ending, to_file};
use crate::findings::kind::Shown;
use crate::model::report::Report;
use crate::output::file::Target;
use crate::output::report_html::{Beside, Sample};
use crate::output::routes::Context;
use crate::output::{report_html, report_json, report_markdown, report_prometheus, report_text};
use crate::pipeline::{Findings, Needs, Reading};

pub(super) fn run(args: &ReportArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = format(args, path);
    let beforehand = Beforehand::read(&args.beforehand, &args.read, env, Shown::Report)?;
    let target = Target::open(path, args.output.force)?;
    let asked = path.is_some() || args.format.is_some();
    let post = Post::open(&args.mail, (&args.output, asked && !to_file(path)), env)?;
    let shown = asked || post.is_none();
    let series = args.series;
    if series && format != ReportFormat::Json {
        return Err(Usage("--series goes with --format json".to_owned()).into());
    }
    let output = OutputArgs { mail: args.mail.file.clone(), ..args.output.clone() };
    let mailed = post.as_ref().is_some_and(Post::wants_page);
    let page = format == ReportFormat::Html || mailed;
    let needs = Needs { sums: true, series, page, findings: Findings::Samples, ..Needs::default() };
    let mut run = Run::read((&args.read, &output), env, needs, |o| o.thresholds = beforehand.thresholds())?;
    let outcome = beforehand.apply(&mut run.reading.judged, &run.options.filter);
    let mut report = run.reading.report(args.top);
    (report.known, report.baseline) = (outcome.known.clone(), outcome.comparison.clone());
    report.thresholds.clone_from(&outcome.thresholds);
    report.exports = run.exports();
    let style = report_text::Style {
        width: env.width.clamp(80, 140),
        color: env.color(args.output.color, to_file(path)),
    };
    if shown {
        target.write(|out| match format {
            ReportFormat::Text => report_text::write(&report, style, out),
            ReportFormat::Md => report_markdown::write(&report, out),
            ReportFormat::Json => report_json::write(&report, out),
            ReportFormat::Prometheus => report_prometheus::write(&report, out),
            ReportFormat::Html => write_page(&report, &run.reading, args.read.no_subjects, out),
        })?;
    }
    if let Some(post) = post {
        let mut page = Vec::new();
        if mailed {
            write_page(&report, &run.reading, args.read.no_subjects, &mut page)?;
        }
        post.send(&report, &page)?;
    }
    if !args.read.quiet {
        outcome.say(true);
    }
    run.failing = args.fail_on.fails(worst(report.findings.iter()));
    Ok(run.close(report.messages > 0))
}

fn format(args: &ReportArgs, path: Option<&Path>) -> ReportFormat {
    match (args.format, ending(path).as_deref()) {
        (Some(format), _) => format,
        (None, Some("json")) => ReportFormat::Json,
        (None, Some("md" | "markdown")) => ReportFormat::Md,
        (None, Some("prom")) => ReportFormat::Prometheus,
        (None, Some("html" | "htm")) => ReportFormat::Html,
        (None, _) => ReportFormat::Text,
    }
}

/// Writes the page, with what it draws from beside the report.
pub(super) fn write_page(
    report: &Report,
    reading: &Reading,
    no_subjects: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    with_beside(reading, no_subjects, |beside| report_html::write(report, beside, out))
}

/// The same with what makes it live; gives the policy that it needs.
#[cfg(feature = "serve")]
pub(super) fn write_live_page(
    report: &Report,
    reading: &Reading,
    (no_subjects, live): (bool, &report_html::Live<'_>),
    out: &mut dyn Write,
) -> io::Result<String> {
    with_beside(reading, no_subjects, |beside| report_html::write_live(report, beside, live, out))
}

fn with_beside<T>(reading: &Reading, no_subjects: bool, write: impl FnOnce(Beside<'_>) -> T) -> T {
    let names = reading.judged.names.as_ref().unwrap_or_else(|| reading.state.names());
    let samples = reading.judged.samples();
    let shown: Vec<Sample<'_>> = samples
        .shown
        .iter()
        .map(|(finding, s)| Sample {
            finding: *finding,
            journey: &s.journey,
            leaf: &s.leaf,
            kinds: &s.kinds,
            hops_cut: s.hops_cut,
        })
        .collect();
    let beside = Beside {
        page: &reading.page,
        samples: &shown,
        named: samples.named,
        context: Context { names, files: &reading.files, no_subjects },
    };
    write(beside)
}
