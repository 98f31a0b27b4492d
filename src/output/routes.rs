//! `routes`: one row per message and final recipient, as JSON lines or CSV.

mod json;

use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;
use super::rows::{SCHEMA_VERSION, write_csv};
use crate::model::intake::Position;
use crate::model::journey::{Hop, Journey, Leaf};
use crate::model::name::{EMPTY, Frozen, Symbol, guid_text};
use crate::model::report::FileNote;
use crate::model::time::Timestamp;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One compact JSON object a line.
    JsonLines,
    /// A header and a line for each row; lists are JSON text, null is empty.
    Csv {
        /// Without apostrophes against formulas.
        raw: bool,
    },
    /// For people: when, what, to whom, by which way; one line each.
    Text,
}

/// What is needed to write names.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Texts of symbols.
    pub names: &'a Frozen,
    /// Files, by number.
    pub files: &'a [FileNote],
    /// Leave subjects out.
    pub no_subjects: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    schema_version: u32,
    network_message_id: Option<String>,
    message_id: Option<String>,
    sender: Option<String>,
    recipient: Option<String>,
    final_recipient: Option<String>,
    via: Vec<ViaRow>,
    decision: &'static str,
    connector: Option<String>,
    next_hop: Option<String>,
    server: Option<String>,
    status_code: Option<String>,
    status_tag: Option<String>,
    status_text: Option<String>,
    directionality: Option<&'static str>,
    subject: Option<String>,
    size_bytes: Option<u64>,
    class: &'static str,
    reference: Option<String>,
    first_seen: String,
    last_seen: String,
    latency_ms: i64,
    hops: Vec<HopRow>,
    laps: u32,
    findings: Vec<&'static str>,
    complete: bool,
    missing: Vec<String>,
    evidence: Evidence,
}

#[derive(Debug, Serialize)]
struct ViaRow {
    step: &'static str,
    from: String,
    to: String,
}

#[derive(Debug, Serialize)]
pub(super) struct HopRow {
    server: Option<String>,
    event: &'static str,
    source: &'static str,
    connector: Option<String>,
    peer: Option<String>,
    time: String,
    evidence: Evidence,
}

#[derive(Debug, Serialize)]
struct Evidence {
    file: String,
    line: u64,
    offset: u64,
}

impl Context<'_> {
    pub(super) fn text(&self, symbol: Symbol) -> Option<String> {
        (symbol != EMPTY).then(|| self.names.text(symbol).into_owned())
    }

    fn evidence(&self, at: Position) -> Evidence {
        let file = self.files.get(at.file as usize).map_or_else(String::new, |f| f.name.clone());
        Evidence { file, line: at.line, offset: at.offset }
    }

    fn row(&self, journey: &Journey, leaf: &Leaf) -> Row {
        let time = |t: Timestamp| t.to_string();
        Row {
            schema_version: SCHEMA_VERSION,
            network_message_id: (journey.network_message_id != 0)
                .then(|| guid_text(journey.network_message_id)),
            message_id: self.text(journey.message_id),
            sender: self.text(journey.sender),
            recipient: self.text(leaf.recipient),
            final_recipient: self.text(leaf.final_recipient),
            via: leaf
                .via
                .iter()
                .map(|v| ViaRow {
                    step: v.step.as_str(),
                    from: self.text(v.from).unwrap_or_default(),
                    to: self.text(v.to).unwrap_or_default(),
                })
                .collect(),
            decision: leaf.decision.as_str(),
            connector: self.text(leaf.connector),
            next_hop: self.text(leaf.next_hop),
            server: self.text(leaf.server),
            status_code: leaf.status.code.map(|c| c.to_string()),
            status_tag: self.text(leaf.status.tag),
            status_text: self.text(leaf.status.text),
            directionality: journey.directionality.as_str(),
            subject: if self.no_subjects { None } else { self.text(journey.subject) },
            size_bytes: journey.size_bytes,
            class: journey.class.as_str(),
            reference: self.text(journey.reference),
            first_seen: time(journey.first_seen),
            last_seen: time(leaf.last_seen),
            latency_ms: leaf.latency_ms,
            hops: leaf.hops.iter().filter(|h| h.is_listed()).map(|h| self.hop(h)).collect(),
            laps: leaf.laps,
            findings: Vec::new(),
            complete: leaf.complete,
            missing: leaf.missing.iter().filter_map(|s| self.text(*s)).collect(),
            evidence: self.evidence(leaf.evidence),
        }
    }

    pub(super) fn hop(&self, hop: &Hop) -> HopRow {
        HopRow {
            server: self.text(hop.server),
            event: hop.event.as_str(),
            source: hop.source.as_str(),
            connector: self.text(hop.connector),
            peer: self.text(hop.peer),
            time: hop.time.to_string(),
            evidence: self.evidence(hop.evidence),
        }
    }
}

/// Writes the header line, where the form has one.
pub fn write_head(form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::JsonLines => Ok(()),
        Form::Csv { .. } => writeln!(out, "{}", COLUMNS.join(",")),
        Form::Text => writeln!(
            out,
            "{:<19}  {:<22}  {:<30}  {:<44}  {:<44}  message-id",
            "first seen (UTC)", "decision", "sender", "recipient", "way"
        ),
    }
}

/// The columns of a row, in order.
pub const COLUMNS: [&str; 28] = [
    "schema_version",
    "network_message_id",
    "message_id",
    "sender",
    "recipient",
    "final_recipient",
    "via",
    "decision",
    "connector",
    "next_hop",
    "server",
    "status_code",
    "status_tag",
    "status_text",
    "directionality",
    "subject",
    "size_bytes",
    "class",
    "reference",
    "first_seen",
    "last_seen",
    "latency_ms",
    "hops",
    "laps",
    "findings",
    "complete",
    "missing",
    "evidence",
];

/// Writes one row, with the kinds of findings that hold for it.
pub fn write_row(
    context: &Context<'_>,
    (journey, leaf): (&Journey, &Leaf),
    findings: &[&'static str],
    form: Form,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let row = || Row { findings: findings.to_vec(), ..context.row(journey, leaf) };
    match form {
        Form::JsonLines => json::write(context, (journey, leaf), findings, out)?,
        Form::Csv { raw } => write_csv(&row(), &COLUMNS, raw, out)?,
        Form::Text => write_text(&row(), out)?,
    }
    out.push(b'\n');
    Ok(())
}

/// When, what, from whom to whom and by which way; the message-id last, to be looked up with `trace`.
fn write_text(row: &Row, out: &mut Vec<u8>) -> io::Result<()> {
    let text = |s: &Option<String>| terminal(s.as_deref().unwrap_or_default()).into_owned();
    let time = row.first_seen.get(..19).unwrap_or(&row.first_seen).replace('T', " ");
    let mut recipient = text(&row.recipient);
    if row.final_recipient != row.recipient {
        recipient.push_str(" -> ");
        recipient.push_str(&text(&row.final_recipient));
    }
    let way = [&row.connector, &row.next_hop, &row.status_code, &row.status_tag].map(text);
    let way: Vec<String> = way.into_iter().filter(|w| !w.is_empty()).collect();
    let (sender, recipient, way) =
        (cell(&text(&row.sender), 30), cell(&recipient, 44), cell(&way.join(", "), 44));
    write!(out, "{time}  {:<22}  {sender}  {recipient}  {way}  {}", row.decision, text(&row.message_id))
}

/// A text as wide as its column; what is too long loses its middle.
fn cell(text: &str, width: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    let over = chars.len().saturating_sub(width);
    if over == 0 {
        return format!("{text:<width$}");
    }
    let head = (width - 1).div_ceil(2);
    chars.iter().take(head).chain(['…'].iter()).chain(chars.iter().skip(head + over + 1)).collect()
}
