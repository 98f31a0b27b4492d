//! `mailtrail trace`.

use std::io::Write;

use super::args::{TraceArgs, TraceFormat};
use super::beforehand::thresholds;
use super::exit::Exit;
use super::options::{Environment, Usage, filter};
use super::routes::Rows;
use super::run::{Run, ending, to_file};
use super::say;
use crate::findings::thresholds::Thresholds;
use crate::model::journey::Leaf;
use crate::output::file::Target;
use crate::output::lanes::{MOST_MESSAGES, Picture};
use crate::output::numbers::counted;
use crate::output::routes::{Context, Form};
use crate::output::{trace, trace_html, trace_markdown, trace_svg};
use crate::pipeline::filter::Patterns;
use crate::pipeline::{Findings, Needs, Order};

pub(super) fn run(args: &TraceArgs, env: &Environment) -> anyhow::Result<Exit> {
    let path = args.output.output.as_deref();
    let format = format_of(args)?;
    let asked = !args.network_message_id.is_empty();
    let network = args.network_message_id.iter().map(|g| with_dashes(g));
    let network = if asked { Patterns::new(network) } else { Patterns::default() };
    if !asked && filter(&args.read.filter)?.is_empty() {
        let what =
            "trace: which message? Give --message-id, --network-message-id, --recipient or another filter";
        return Err(Usage(what.to_owned()).into());
    }
    // Only rows show which kinds of findings they have.
    let with_findings = format == TraceFormat::Jsonl;
    let thresholds = if with_findings || args.thresholds.config.is_some() {
        thresholds(&args.thresholds, args.read.quiet)?
    } else {
        Thresholds::default()
    };
    let target = Target::open(path, args.output.force)?;
    let findings = if with_findings { Findings::Kinds } else { Findings::None };
    let mut run = Run::read(
        (&args.read, &args.output),
        env,
        Needs { texts: true, subjects: true, findings, ..Needs::default() },
        |options| {
            options.thresholds = thresholds;
            options.filter.network_message_id = network;
            options.near = match &args.read.filter.message_id[..] {
                [id] if !id.contains(['*', '?']) => Some(id.clone()),
                _ => None,
            };
        },
    )?;
    let orders = run.reading.ordered(&run.options.filter);
    if orders.is_empty() {
        suggest(&run);
    }
    let no_subjects = args.read.no_subjects;
    match format {
        TraceFormat::Jsonl => {
            let rows = Rows { run: &run, only_matching: false, no_subjects };
            target.write(|out| rows.write(&orders, Form::JsonLines, out))?;
        }
        TraceFormat::Text => {
            let to_file = to_file(path);
            let style = trace::Style {
                width: env.columns.unwrap_or(80).clamp(80, 140),
                color: env.color(args.output.color, to_file),
                ascii: args.ascii || env.ascii && env.stdout_is_terminal && !to_file,
            };
            target.write(|out| write_text(&run, (&orders, no_subjects), style, out))?;
        }
        TraceFormat::Html | TraceFormat::Svg | TraceFormat::Md => {
            target.write(|out| write_document(&run, (&orders, no_subjects), (format, args.ascii), out))?;
        }
    }
    Ok(run.close(!orders.is_empty()))
}

/// What the flags and the ending of the output file say.
fn format_of(args: &TraceArgs) -> Result<TraceFormat, Usage> {
    let format = match (args.format, ending(args.output.output.as_deref()).as_deref()) {
        (Some(format), _) => format,
        (None, Some("jsonl" | "json")) => TraceFormat::Jsonl,
        (None, Some("html" | "htm")) => TraceFormat::Html,
        (None, Some("svg")) => TraceFormat::Svg,
        (None, Some("md" | "markdown")) => TraceFormat::Md,
        (None, _) => TraceFormat::Text,
    };
    if args.ascii && !matches!(format, TraceFormat::Text | TraceFormat::Md) {
        return Err(Usage("--ascii goes with --format text or md".to_owned()));
    }
    Ok(format)
}

/// Draws some messages; of those with too many recipients the ones that were asked for first.
fn pictures(run: &Run, orders: &[Order], no_subjects: bool) -> Vec<Picture> {
    let names = run.reading.state.names();
    let context = Context { names, files: &run.reading.files, no_subjects };
    let filter = &run.options.filter;
    let asked = |leaf: &Leaf| filter.takes_leaf(leaf, names);
    run.reading.state.journeys(orders).iter().map(|journey| Picture::of(&context, journey, &asked)).collect()
}

fn write_text(
    run: &Run,
    (orders, no_subjects): (&[Order], bool),
    style: trace::Style,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    for (i, batch) in orders.chunks(256).enumerate() {
        for (j, picture) in pictures(run, batch, no_subjects).iter().enumerate() {
            if i + j > 0 {
                writeln!(out)?;
            }
            trace::write(picture, style, out)?;
        }
    }
    run.reading.state.error().map_err(std::io::Error::other)
}

/// A document holds the first messages, and says how many more there are.
fn write_document(
    run: &Run,
    (orders, no_subjects): (&[Order], bool),
    (format, ascii): (TraceFormat, bool),
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let some = orders.get(..orders.len().min(MOST_MESSAGES)).unwrap_or(orders);
    let pictures = pictures(run, some, no_subjects);
    run.reading.state.error().map_err(std::io::Error::other)?;
    let note = match orders.len() - some.len() {
        0 => String::new(),
        more => {
            let more = counted(more as u64, "more message is", "more messages are");
            format!("{more} not drawn; --format text and jsonl have every one.")
        }
    };
    match format {
        TraceFormat::Html => trace_html::write(&pictures, &note, out),
        TraceFormat::Svg => trace_svg::write(&pictures, &note, out),
        _ => trace_markdown::write(&pictures, &note, ascii, out),
    }
}

fn suggest(run: &Run) {
    for id in &run.reading.near {
        say(&format!("mailtrail: did you mean {id} ?"));
    }
}

/// A GUID as the log writes it; patterns stay what they are.
fn with_dashes(guid: &str) -> String {
    let hex: String = guid.chars().filter(char::is_ascii_hexdigit).collect();
    if hex.len() != 32 || guid.contains(['*', '?']) {
        return guid.to_owned();
    }
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
