//! `mailtrail topology check`.

use std::io::{self, Write};

use super::args::TopologyCheckArgs;
use super::load::{Loaded, load};
use crate::cli::args::FindingFormat;
use crate::cli::exit::Exit;
use crate::cli::options::Environment;
use crate::cli::run::to_file;
use crate::findings::latent::latent;
use crate::model::finding::Finding;
use crate::output::escape::{markdown, terminal};
use crate::output::file::Target;
use crate::output::findings::{Form, write, write_markdown};
use crate::output::report_text::{self, wrapped};
use crate::topology::{Topology, check};

pub(super) fn run(args: &TopologyCheckArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = args.format.or_else(|| FindingFormat::of_file(path)).unwrap_or(FindingFormat::Text);
    let target = Target::open(path, args.output.force)?;
    let mut loaded = load(&args.paths)?;
    let incomplete = loaded.is_incomplete();
    let topology = Topology::new(std::mem::take(&mut loaded.facts));
    let findings = latent(&topology);
    let all: Vec<&Finding> = findings.iter().collect();
    let notes = Notes::new(&loaded, &topology);
    if !matches!(format, FindingFormat::Text | FindingFormat::Md) {
        loaded.warn();
    }
    let style = report_text::Style {
        width: env.width.clamp(80, 140),
        color: env.color(args.output.color, to_file(path)),
    };
    target.write(|out| match format {
        FindingFormat::Text => text(&notes, &all, style, out),
        FindingFormat::Md => in_markdown(&notes, &all, out),
        FindingFormat::Jsonl => write(findings.iter(), Form::JsonLines, out),
        FindingFormat::Csv => write(findings.iter(), Form::Csv { raw: false }, out),
    })?;
    let failing = args.fail_on.fails(findings.iter().map(|f| f.severity).max());
    Ok(match (failing, incomplete) {
        (true, _) => Exit::Finding,
        (false, true) => Exit::Incomplete,
        (false, false) => Exit::Done,
    })
}

/// What is said beside findings: headings with their lines.
struct Notes(Vec<(&'static str, Vec<String>)>);

impl Notes {
    fn new(loaded: &Loaded, topology: &Topology) -> Self {
        let files = loaded.files.iter().filter_map(|(name, e)| Some(format!("{}: {name}", (*e)?.cmdlet())));
        let errors = loaded.errors.iter().map(ToString::to_string);
        let problems = loaded.problems.iter().map(ToString::to_string);
        let all = vec![
            ("Read", files.collect()),
            ("Not known, because it was not exported", check::missing(topology)),
            ("Not readable as it should be", errors.chain(problems).collect()),
            ("Odd in the configuration", check::warnings(topology)),
        ];
        Self(all.into_iter().filter(|(_, lines): &(_, Vec<String>)| !lines.is_empty()).collect())
    }
}

fn text(
    notes: &Notes,
    findings: &[&Finding],
    style: report_text::Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (heading, lines) in &notes.0 {
        writeln!(out, "{heading}")?;
        for line in lines {
            for (number, part) in wrapped(&terminal(line), style.width - 4).iter().enumerate() {
                writeln!(out, "{}{part}", if number == 0 { "  - " } else { "    " })?;
            }
        }
        writeln!(out)?;
    }
    if findings.is_empty() {
        return writeln!(out, "Nothing in these exports will lead mail astray, as far as they tell.");
    }
    writeln!(out, "{}, the gravest first", counted(findings.len()))?;
    report_text::write_findings(findings, findings, style, out)?;
    let first = findings.first().map_or("", |f| f.kind);
    writeln!(out, "\nWhat a name such as {first} means: `mailtrail explain {first}`.")
}

fn in_markdown(notes: &Notes, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    for (heading, lines) in &notes.0 {
        writeln!(out, "## {heading}\n")?;
        for line in lines {
            writeln!(out, "- {}", markdown(line))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "## {}\n", counted(findings.len()))?;
    write_markdown(findings, 3, out)
}

fn counted(findings: usize) -> String {
    match findings {
        0 => "No finding".to_owned(),
        1 => "One finding".to_owned(),
        n => format!("{n} findings"),
    }
}
