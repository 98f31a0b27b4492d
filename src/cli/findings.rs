//! `mailtrail misroutes` and `mailtrail loops`.

use std::io::{self, Write};

use super::args::{FindingFormat, FindingsArgs};
use super::beforehand::{Beforehand, Outcome, worst};
use super::exit::Exit;
use super::options::Environment;
use super::run::{Run, to_file};
use super::say;
use crate::findings::kind::{Shown, kind};
use crate::model::finding::{Finding, Instance};
use crate::model::time::Timestamp;
use crate::output::file::Target;
use crate::output::findings::{Form, write, write_instances, write_markdown};
use crate::output::{report_text, standing};
use crate::pipeline::{Findings, Needs};

pub(super) fn run(args: &FindingsArgs, shown: Shown, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let usual = if args.messages { FindingFormat::Jsonl } else { FindingFormat::Text };
    let format = args.format.or_else(|| FindingFormat::of_file(path)).unwrap_or(usual);
    if args.messages && matches!(format, FindingFormat::Md | FindingFormat::Text) {
        return Err(super::options::Usage("--messages writes jsonl or csv".to_owned()).into());
    }
    let beforehand = Beforehand::read(&args.beforehand, &args.read, env, shown)?;
    let target = Target::open(path, args.output.force)?;
    let findings = if args.messages { Findings::Instances } else { Findings::Samples };
    let needs = Needs { findings, ..Needs::default() };
    let mut run =
        Run::read((&args.read, &args.output), env, needs, |o| o.thresholds = beforehand.thresholds())?;
    let is_shown = |id: &str| kind(id).is_some_and(|k| k.shown == shown);
    let outcome = beforehand.apply(&mut run.reading.judged, &run.options.filter);
    let every: Vec<&Finding> = run.reading.judged.findings().chain(&outcome.hidden).collect();
    let all: Vec<&Finding> = run.reading.judged.findings().filter(|f| is_shown(f.kind)).collect();
    let told = outcome.told();
    let gone = told.gone();
    let style = report_text::Style {
        width: env.width.clamp(80, 140),
        color: env.color(args.output.color, to_file(path)),
    };
    target.write(|out| match (format, args.messages) {
        (FindingFormat::Csv, true) => {
            write_instances(&instances(&run, &outcome, is_shown), Form::Csv { raw: false }, out)
        }
        (_, true) => write_instances(&instances(&run, &outcome, is_shown), Form::JsonLines, out),
        (FindingFormat::Text, _) => text((&all, &every), (&run, &outcome), shown, style, out),
        (FindingFormat::Md, _) => {
            standing::write_markdown(told, out)?;
            write_markdown(&all, 2, out)?;
            standing::write_gone_markdown(gone, 2, out)
        }
        (FindingFormat::Jsonl, _) => write(all.iter().copied().chain(gone), Form::JsonLines, out),
        (FindingFormat::Csv, _) => write(all.iter().copied().chain(gone), Form::Csv { raw: false }, out),
    })?;
    if !args.read.quiet {
        outcome.say(matches!(format, FindingFormat::Text | FindingFormat::Md));
    }
    if all.is_empty() && format != FindingFormat::Text && !args.read.quiet {
        say(&format!("mailtrail: no {}", shown.as_str()));
    }
    run.failing = args.fail_on.fails(worst(all.iter().copied()));
    Ok(run.close(true))
}

fn instances(run: &Run, outcome: &Outcome, is_shown: impl Fn(&str) -> bool) -> Vec<Instance> {
    let judged = &run.reading.judged;
    let all = judged.instances.iter().filter(|i| is_shown(i.kind));
    outcome.instances(all, judged.findings())
}

pub(super) fn text(
    (some, all): (&[&Finding], &[&Finding]),
    (run, outcome): (&Run, &Outcome),
    shown: Shown,
    style: report_text::Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (one, many, what, other) = match shown {
        Shown::Loops => ("loop", "loops", "mail that goes in circles", "misroutes"),
        Shown::Misroutes => ("misroute", "misroutes", "mail that went another way than it should", "loops"),
        Shown::Report => ("finding", "findings", "what went wrong, of every kind", "report"),
    };
    let minute = |t: Timestamp| t.to_string().get(..16).unwrap_or_default().replace('T', " ");
    let told = outcome.told();
    let gone = told.gone();
    let when = run
        .reading
        .period()
        .map_or(String::new(), |(a, b)| format!(" from {} to {} (UTC)", minute(a), minute(b)));
    if some.is_empty() {
        let new = if told.known.is_some_and(|k| k.findings > 0) { "other " } else { "" };
        writeln!(out, "No {new}{what} in these logs{when}.")?;
        report_text::write_beforehand(told, style, out)?;
        report_text::write_gone(gone, style, out)?;
        return match shown {
            Shown::Report => Ok(()),
            _ => writeln!(out, "`mailtrail {other}` and `mailtrail report` look for other faults."),
        };
    }
    let n = report_text::roots(some);
    let n = if n == 1 { format!("One {one}") } else { format!("{n} {many}") };
    writeln!(out, "{n} in the logs{when}: {what}, the gravest first.")?;
    report_text::write_beforehand(told, style, out)?;
    report_text::write_findings(some, all, style, out)?;
    report_text::write_gone(gone, style, out)?;
    let more = if shown == Shown::Report { "Volumes and delays" } else { "Other faults" };
    writeln!(
        out,
        "\nWhat a name such as {} means: `mailtrail explain {0}`. {more}: `mailtrail {other}`.",
        some.first().map_or("", |f| f.kind)
    )
}
