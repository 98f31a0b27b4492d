//! `mailtrail misroutes` and `mailtrail loops`.

use std::io::{self, Write};

use super::args::{FindingFormat, FindingsArgs};
use super::exit::Exit;
use super::options::Environment;
use super::run::{Run, ending, to_file};
use super::say;
use crate::findings::kind::{Shown, kind};
use crate::model::finding::{Finding, Instance};
use crate::output::file::Target;
use crate::output::findings::{Form, write, write_instances, write_markdown};
use crate::output::report_text;
use crate::pipeline::{Findings, Needs};

pub(super) fn run(args: &FindingsArgs, shown: Shown, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = match (args.format, ending(path).as_deref()) {
        (Some(format), _) => format,
        (None, Some("jsonl" | "json")) => FindingFormat::Jsonl,
        (None, Some("csv")) => FindingFormat::Csv,
        (None, Some("md" | "markdown")) if !args.messages => FindingFormat::Md,
        (None, _) if args.messages => FindingFormat::Jsonl,
        (None, _) => FindingFormat::Text,
    };
    if args.messages && matches!(format, FindingFormat::Md | FindingFormat::Text) {
        return Err(super::options::Usage("--messages writes jsonl or csv".to_owned()).into());
    }
    let target = Target::open(path, args.output.force)?;
    let findings = if args.messages { Findings::Instances } else { Findings::Samples };
    let needs = Needs { findings, ..Needs::default() };
    let run = Run::read((&args.read, &args.output), env, needs, |_| {})?;
    let is_shown = |id: &str| kind(id).is_some_and(|k| k.shown == shown);
    let all: Vec<&Finding> = run.reading.judged.findings().filter(|f| is_shown(f.kind)).collect();
    let style = report_text::Style {
        width: env.width.clamp(80, 140),
        color: env.color(args.output.color, to_file(path)),
    };
    target.write(|out| match (format, args.messages) {
        (FindingFormat::Csv, true) => write_instances(&instances(&run, is_shown), Form::Csv, out),
        (_, true) => write_instances(&instances(&run, is_shown), Form::JsonLines, out),
        (FindingFormat::Text, _) => text(&all, shown, style, out),
        (FindingFormat::Md, _) => write_markdown(&all, 2, out),
        (FindingFormat::Jsonl, _) => write(all.iter().copied(), Form::JsonLines, out),
        (FindingFormat::Csv, _) => write(all.iter().copied(), Form::Csv, out),
    })?;
    if all.is_empty() && format != FindingFormat::Text && !args.read.quiet {
        say(&format!("mailtrail: no {}", shown.as_str()));
    }
    let worst = all.iter().map(|f| f.severity).max();
    Ok(run.close_with(true, args.fail_on.fails(worst)))
}

fn instances(run: &Run, is_shown: impl Fn(&str) -> bool) -> Vec<Instance> {
    run.reading.judged.instances.iter().filter(|i| is_shown(i.kind)).cloned().collect()
}

fn text(all: &[&Finding], shown: Shown, style: report_text::Style, out: &mut dyn Write) -> io::Result<()> {
    let (what, other) = match shown {
        Shown::Loops => ("mail that goes in circles", "misroutes"),
        Shown::Misroutes | Shown::Report => ("mail that went another way than it should", "loops"),
    };
    if all.is_empty() {
        return writeln!(
            out,
            "No {what} in these logs. (`mailtrail {other}` and `report` look for other faults.)"
        );
    }
    let kinds = if all.len() == 1 { "one finding".to_owned() } else { format!("{} findings", all.len()) };
    writeln!(out, "{kinds}: {what}, the gravest first")?;
    report_text::write_findings(all, style, out)?;
    writeln!(out, "\n`mailtrail explain KIND` says what a kind means and how it is proved.")
}
