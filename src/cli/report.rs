//! `mailtrail report`.

use super::args::{ReportArgs, ReportFormat};
use super::beforehand::{Beforehand, worst};
use super::exit::Exit;
use super::mail::Post;
use super::options::{Environment, Usage};
use super::run::{Run, ending, to_file};
use crate::findings::kind::Shown;
use crate::output::file::Target;
use crate::output::{report_json, report_markdown, report_prometheus, report_text};
use crate::pipeline::{Findings, Needs};

pub(super) fn run(args: &ReportArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = match (args.format, ending(path).as_deref()) {
        (Some(format), _) => format,
        (None, Some("json")) => ReportFormat::Json,
        (None, Some("md" | "markdown")) => ReportFormat::Md,
        (None, Some("prom")) => ReportFormat::Prometheus,
        (None, Some("html" | "htm")) => {
            return Err(Usage(
                "-o: report writes text, md, json or prometheus; html is not among them".to_owned(),
            )
            .into());
        }
        (None, _) => ReportFormat::Text,
    };
    let beforehand = Beforehand::read(&args.beforehand, &args.read, env, Shown::Report)?;
    let target = Target::open(path, args.output.force)?;
    let asked = path.is_some() || args.format.is_some();
    let post = Post::open(&args.mail, (&args.output, asked && !to_file(path)), env)?;
    let shown = asked || post.is_none();
    let series = args.series;
    if series && format != ReportFormat::Json {
        return Err(Usage("--series goes with --format json".to_owned()).into());
    }
    let needs = Needs { sums: true, series, findings: Findings::Samples, ..Needs::default() };
    let mut run =
        Run::read((&args.read, &args.output), env, needs, |o| o.thresholds = beforehand.thresholds())?;
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
        })?;
    }
    post.map_or(Ok(()), |post| post.send(&report))?;
    if !args.read.quiet {
        outcome.say(true);
    }
    run.failing = args.fail_on.fails(worst(report.findings.iter()));
    Ok(run.close(report.messages > 0))
}
