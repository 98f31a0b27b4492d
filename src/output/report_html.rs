//! The report as one page for a browser: everything is in it, nothing is fetched. A frame holds marks; style and
//! scripts go there as they are, what was counted as JSON, and the report as text for a browser without scripts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::escape::{html, html_lines, json, script};
use super::report_json::{Most, compact};
use super::report_text::{self, Style};
use super::routes::{Context, Form, write_row};
use crate::model::journey::{Decision, Journey, Leaf};
use crate::model::page::Page;
use crate::model::report::{Report, grouped};

/// Rises when a field of the page's data changes its name or meaning.
const VERSION: u32 = 1;
/// Findings and files of the report, and hours of its mail flow, at most.
const MOST: (usize, usize, usize) = (200, 100, 1_000);
/// Hours of all servers together that the coverage shows at most.
const COVERED: usize = 8_000;

const FRAME: &str = include_str!("page/frame.html");
const STYLE: &str = include_str!("page/page.css");
/// What makes the page live, where a program answers behind it.
const LIVE: &str = include_str!("page/live.js");
const LIVE_STYLE: &str = include_str!("page/live.css");
/// In the order in which they run.
const SCRIPTS: [&str; 18] = [
    include_str!("page/vendor/d3-sankey.min.js"),
    include_str!("page/base.js"),
    include_str!("page/data.js"),
    include_str!("page/parts.js"),
    include_str!("page/coverage.js"),
    include_str!("page/overview.js"),
    include_str!("page/drawings.js"),
    include_str!("page/lanes.js"),
    include_str!("page/fixes.js"),
    include_str!("page/findings.js"),
    include_str!("page/filters.js"),
    include_str!("page/flow.js"),
    include_str!("page/volume.js"),
    include_str!("page/latency.js"),
    include_str!("page/statuses.js"),
    include_str!("page/tops.js"),
    include_str!("page/words.js"),
    include_str!("page/main.js"),
];

/// A message of a finding.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'s> {
    /// Place of the finding in the report.
    pub finding: usize,
    /// The message.
    pub journey: &'s Journey,
    /// One of its recipients.
    pub leaf: &'s Leaf,
    /// The kinds of findings that hold for it.
    pub kinds: &'s [&'static str],
    /// How many hops are left out in the middle of its way.
    pub hops_cut: usize,
}

/// What is shown beside the report.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'s> {
    /// The counts.
    pub page: &'s Page,
    /// Messages of findings, in their order.
    pub samples: &'s [Sample<'s>],
    /// How many messages findings name as samples in all.
    pub named: usize,
    /// What samples are written with.
    pub context: Context<'s>,
}

/// How much of the report's lists the page holds.
fn most(report: &Report) -> Most {
    let (findings, files, hours) = MOST;
    let covered = report.coverage.iter().scan(0, |sum, row| {
        *sum += row.hours.len();
        Some(*sum)
    });
    Most { findings, files, hours, servers: covered.take_while(|sum| *sum <= COVERED).count() }
}

/// What the page knows of the program that answers behind it.
#[derive(Clone, Debug, Serialize)]
pub struct Live<'l> {
    /// Number of the reading that the page is made of.
    pub reading: u64,
    /// When it began; RFC 3339.
    pub read_at: &'l str,
    /// How each finding of the report is called in addresses.
    pub findings: &'l [String],
}

/// Writes the page.
pub fn write(report: &Report, beside: Beside<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_with(report, beside, None, out).map(|_| ())
}

/// Writes the page with links to what is behind it, and a line that tells of newer readings. Gives its policy, for a
/// header.
pub fn write_live(
    report: &Report,
    beside: Beside<'_>,
    live: &Live<'_>,
    out: &mut dyn Write,
) -> io::Result<String> {
    write_with(report, beside, Some(live), out)
}

fn write_with(
    report: &Report,
    beside: Beside<'_>,
    live: Option<&Live<'_>>,
    out: &mut dyn Write,
) -> io::Result<String> {
    let mut scripts = SCRIPTS.map(unix).to_vec();
    let mut style = unix(STYLE);
    if live.is_some() {
        // Before the last one, which begins to draw.
        scripts.insert(scripts.len().saturating_sub(1), unix(LIVE));
        style.push_str(&unix(LIVE_STYLE));
    }
    let code = scripts.join("\n");
    let policy = policy((&style, &code), live.is_some());
    for piece in FRAME.split("<!--") {
        let Some((mark, rest)) = piece.split_once("-->") else {
            out.write_all(piece.as_bytes())?;
            continue;
        };
        match mark {
            "TITLE" => out.write_all(html(&title(report)).as_bytes())?,
            "CSP" => out.write_all(policy.as_bytes())?,
            "STYLE" => out.write_all(style.as_bytes())?,
            "SCRIPT" => out.write_all(code.as_bytes())?,
            "DATA" => out.write_all(script(&data(report, beside)?).as_bytes())?,
            "LIVE" => live.map_or(Ok(()), |live| write_facts(live, out))?,
            "TEXT" => out.write_all(html_lines(&plain(report)?).as_bytes())?,
            _ => write!(out, "<!--{mark}-->")?,
        }
        out.write_all(rest.as_bytes())?;
    }
    Ok(policy)
}

fn write_facts(live: &Live<'_>, out: &mut dyn Write) -> io::Result<()> {
    let facts = script(&json(&serde_json::to_string(live)?));
    writeln!(out, "<noscript><p><a href=\"messages\">Messages</a></p></noscript>")?;
    writeln!(out, "<script type=\"application/json\" id=\"live\">{facts}</script>")
}

/// Line breaks as browsers read them, since what they read is hashed.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Nothing is loaded, and only these very texts are run and applied; a live page asks the program behind it.
fn policy((style, code): (&str, &str), live: bool) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    let own = if live { "connect-src 'self'; form-action 'self'" } else { "form-action 'none'" };
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; {own}",
        hash(style),
        hash(code)
    )
}

fn title(report: &Report) -> String {
    let day = |time: &str| time.get(..10).unwrap_or(time).to_owned();
    match &report.period {
        Some((first, last)) if day(first) == day(last) => format!("Mail flow {}", day(first)),
        Some((first, last)) => format!("Mail flow {} to {}", day(first), day(last)),
        None => "Mail flow".to_owned(),
    }
}

fn plain(report: &Report) -> io::Result<String> {
    let mut text = Vec::new();
    report_text::write(report, Style::default(), &mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The page's data, in the order of output.
#[derive(Serialize)]
struct Data<'p> {
    v: u32,
    tool: &'static str,
    /// In which times are shown, and how far it is from UTC.
    zone: &'static str,
    offset_min: i32,
    report: Box<RawValue>,
    totals: Totals,
    words: Words,
    #[serde(flatten)]
    page: &'p Page,
    samples: Vec<Box<RawValue>>,
    cut: Vec<String>,
}

/// How long lists of the report are that may be cut here.
#[derive(Serialize)]
struct Totals {
    findings: usize,
    files: usize,
    coverage: usize,
}

/// What words of the log and of ours mean.
#[derive(Serialize)]
struct Words {
    decision: BTreeMap<&'static str, &'static str>,
}

fn data(report: &Report, beside: Beside<'_>) -> io::Result<String> {
    let samples = beside.samples.iter().map(|sample| row(sample, &beside.context));
    let data = Data {
        v: VERSION,
        tool: concat!("mailtrail ", env!("CARGO_PKG_VERSION")),
        zone: "UTC",
        offset_min: 0,
        report: RawValue::from_string(compact(report, most(report))?)?,
        totals: Totals {
            findings: report.findings.len(),
            files: report.files.len(),
            coverage: report.coverage.len(),
        },
        words: Words { decision: Decision::ALL.map(|d| (d.as_str(), d.in_words())).into() },
        page: beside.page,
        samples: samples.collect::<io::Result<_>>()?,
        cut: cut(report, beside),
    };
    Ok(json(&serde_json::to_string(&data)?).into_owned())
}

/// A row as `routes` writes it, with the place of its finding.
fn row(sample: &Sample<'_>, context: &Context<'_>) -> io::Result<Box<RawValue>> {
    let mut text = format!("{{\"finding\":{},\"hops_cut\":{},", sample.finding, sample.hops_cut);
    let mut row = Vec::new();
    write_row(context, (sample.journey, sample.leaf), sample.kinds, Form::JsonLines, &mut row)?;
    text.push_str(String::from_utf8_lossy(&row).trim_end().trim_start_matches('{'));
    Ok(RawValue::from_string(text)?)
}

/// What the page leaves out of what there is, and where that is.
fn cut(report: &Report, beside: Beside<'_>) -> Vec<String> {
    let most = most(report);
    let hours = if report.hours.len() > most.hours { 0 } else { report.hours.len() };
    let lists = [
        ("findings", report.findings.len(), most.findings),
        ("files that were read", report.files.len(), most.files),
        ("servers whose coverage is known", report.coverage.len(), most.servers),
        ("hours in the list of hours", report.hours.len(), hours),
    ];
    let over = lists.into_iter().filter(|(_, all, most)| all > most).map(|(what, all, most)| {
        let (some, all) = (grouped(most as u64), grouped(all as u64));
        format!("Of {all} {what} {some} are here: `mailtrail report --format json` has all.")
    });
    let drawn: BTreeSet<_> = beside.samples.iter().map(|sample| sample.journey.message_id).collect();
    let (shown, named) = (drawn.len(), beside.named);
    let samples = (shown < named).then(|| {
        let (shown, named) = (grouped(shown as u64), grouped(named as u64));
        format!("Of {named} messages that findings name as samples {shown} are drawn here: `mailtrail trace --message-id ID` draws any.")
    });
    over.chain(samples).chain(beside.page.cut.iter().cloned()).collect()
}
