//! Rows of `routes`, and their columns.

use polars_arrow::array::ArrayRef;

use super::arrays::{flags, lists, numbers, records, texts, times};
use super::schema::{Column, Table};
use super::{Frame, TableError};
use crate::model::intake::Position;
use crate::model::journey::{Class, Decision, Direction, Hop, Journey, Leaf, Step};
use crate::model::name::{EMPTY, Frozen, Symbol, guid_text};
use crate::model::report::FileNote;
use crate::model::status::EnhancedCode;
use crate::model::time::Timestamp;

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

/// One message and final recipient: what its journey says of it, which is gone when the row is written.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) network_message_id: u128,
    pub(super) message_id: Symbol,
    sender: Symbol,
    pub(super) recipient: Symbol,
    pub(super) final_recipient: Symbol,
    via: Vec<(Step, Symbol, Symbol)>,
    pub(super) decision: Decision,
    connector: Symbol,
    next_hop: Symbol,
    server: Symbol,
    code: Option<EnhancedCode>,
    tag: Symbol,
    text: Symbol,
    directionality: Direction,
    subject: Symbol,
    size_bytes: Option<u64>,
    class: Class,
    reference: Symbol,
    pub(super) first_seen: Timestamp,
    last_seen: Timestamp,
    latency_ms: i64,
    pub(super) hops: Vec<HopRow>,
    laps: u32,
    findings: Vec<&'static str>,
    complete: bool,
    missing: Vec<Symbol>,
    evidence: Position,
}

/// One hop of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct HopRow {
    pub(super) server: Symbol,
    pub(super) event: &'static str,
    pub(super) source: &'static str,
    pub(super) connector: Symbol,
    pub(super) peer: Symbol,
    pub(super) time: Timestamp,
    pub(super) evidence: Position,
}

impl Row {
    /// Of a leaf, with the kinds of findings that hold for it.
    pub fn new(journey: &Journey, leaf: &Leaf, findings: Vec<&'static str>) -> Self {
        let hop = |hop: &Hop| HopRow {
            server: hop.server,
            event: hop.event.as_str(),
            source: hop.source.as_str(),
            connector: hop.connector,
            peer: hop.peer,
            time: hop.time,
            evidence: hop.evidence,
        };
        Self {
            network_message_id: journey.network_message_id,
            message_id: journey.message_id,
            sender: journey.sender,
            recipient: leaf.recipient,
            final_recipient: leaf.final_recipient,
            via: leaf.via.iter().map(|v| (v.step, v.from, v.to)).collect(),
            decision: leaf.decision,
            connector: leaf.connector,
            next_hop: leaf.next_hop,
            server: leaf.server,
            code: leaf.status.code,
            tag: leaf.status.tag,
            text: leaf.status.text,
            directionality: journey.directionality,
            subject: journey.subject,
            size_bytes: journey.size_bytes,
            class: journey.class,
            reference: journey.reference,
            first_seen: journey.first_seen,
            last_seen: leaf.last_seen,
            latency_ms: leaf.latency_ms,
            hops: leaf.hops.iter().filter(|h| h.is_listed()).map(hop).collect(),
            laps: leaf.laps,
            findings,
            complete: leaf.complete,
            missing: leaf.missing.clone(),
            evidence: leaf.evidence,
        }
    }
}

impl<'a> Context<'a> {
    /// The text of a symbol, null for none.
    pub(super) fn text(&self, symbol: Symbol) -> Option<&'a [u8]> {
        (symbol != EMPTY).then(|| self.names.get(symbol))
    }

    /// Places in logs.
    pub(super) fn places(&self, all: impl Iterator<Item = Position> + Clone) -> Result<ArrayRef, TableError> {
        let file = |at: Position| self.files.get(at.file as usize).map_or(&b""[..], |f| f.name.as_bytes());
        records(
            vec![
                ("file", texts(all.clone().map(|at| Some(file(at))))),
                ("line", numbers(all.clone().map(|at| i64::try_from(at.line).ok()))),
                ("offset", numbers(all.map(|at| i64::try_from(at.offset).ok()))),
            ],
            None,
        )
    }
}

/// Ids as texts, null for none.
pub(super) fn guids(all: impl Iterator<Item = u128>) -> ArrayRef {
    let guids: Vec<Option<String>> = all.map(|id| (id != 0).then(|| guid_text(id))).collect();
    texts(guids.iter().map(|id| id.as_ref().map(String::as_bytes)))
}

/// Names of our own.
pub(super) fn words(all: impl Iterator<Item = Option<&'static str>>) -> ArrayRef {
    texts(all.map(|word| word.map(str::as_bytes)))
}

/// Rows as a frame of some columns of `routes`.
///
/// # Errors
/// If Polars refuses an array.
pub fn frame(context: &Context<'_>, rows: &[&Row], wanted: &[&Column]) -> Result<Frame, TableError> {
    let columns = wanted.iter().map(|column| Ok((*column, array(context, rows, column.name)?)));
    Frame::new(columns.collect::<Result<_, TableError>>()?, rows.len())
}

/// All columns of `routes`.
pub fn columns() -> Vec<&'static Column> {
    Table::Routes.columns().iter().collect()
}

fn array(context: &Context<'_>, rows: &[&Row], column: &str) -> Result<ArrayRef, TableError> {
    let each = || rows.iter();
    let names = |symbol: fn(&Row) -> Symbol| texts(each().map(|r| context.text(symbol(r))));
    Ok(match column {
        "network_message_id" => guids(each().map(|r| r.network_message_id)),
        "message_id" => names(|r| r.message_id),
        "sender" => names(|r| r.sender),
        "recipient" => names(|r| r.recipient),
        "final_recipient" => names(|r| r.final_recipient),
        "via" => via(context, rows)?,
        "decision" => words(each().map(|r| Some(r.decision.as_str()))),
        "connector" => names(|r| r.connector),
        "next_hop" => names(|r| r.next_hop),
        "server" => names(|r| r.server),
        "status_code" => {
            let codes: Vec<Option<String>> = each().map(|r| r.code.map(|c| c.to_string())).collect();
            texts(codes.iter().map(|code| code.as_ref().map(String::as_bytes)))
        }
        "status_tag" => names(|r| r.tag),
        "status_text" => names(|r| r.text),
        "directionality" => words(each().map(|r| r.directionality.as_str())),
        "subject" if context.no_subjects => names(|_| EMPTY),
        "subject" => names(|r| r.subject),
        "size_bytes" => numbers(each().map(|r| r.size_bytes.and_then(|size| i64::try_from(size).ok()))),
        "class" => words(each().map(|r| Some(r.class.as_str()))),
        "reference" => names(|r| r.reference),
        "first_seen" => times(each().map(|r| Some(r.first_seen.0))),
        "last_seen" => times(each().map(|r| Some(r.last_seen.0))),
        "latency_ms" => numbers(each().map(|r| Some(r.latency_ms))),
        "hops" => hops(context, rows)?,
        "laps" => numbers(each().map(|r| Some(i64::from(r.laps)))),
        "findings" => lists(
            each().map(|r| Some(r.findings.len())),
            words(each().flat_map(|r| r.findings.iter().map(|kind| Some(*kind)))),
        )?,
        "complete" => flags(each().map(|r| Some(r.complete))),
        "missing" => {
            let all = |r: &Row| r.missing.iter().copied().filter(|s| *s != EMPTY).collect::<Vec<_>>();
            let all: Vec<Vec<Symbol>> = each().map(|r| all(r)).collect();
            let flat = texts(all.iter().flatten().map(|s| context.text(*s)));
            lists(all.iter().map(|some| Some(some.len())), flat)?
        }
        _ => context.places(each().map(|r| r.evidence))?,
    })
}

fn via(context: &Context<'_>, rows: &[&Row]) -> Result<ArrayRef, TableError> {
    let all = || rows.iter().flat_map(|r| &r.via);
    let name = |symbol: Symbol| Some(context.names.get(symbol));
    let links = records(
        vec![
            ("step", words(all().map(|(step, _, _)| Some(step.as_str())))),
            ("from", texts(all().map(|(_, from, _)| name(*from)))),
            ("to", texts(all().map(|(_, _, to)| name(*to)))),
        ],
        None,
    )?;
    lists(rows.iter().map(|r| Some(r.via.len())), links)
}

fn hops(context: &Context<'_>, rows: &[&Row]) -> Result<ArrayRef, TableError> {
    let all = || rows.iter().flat_map(|r| &r.hops);
    let names = |symbol: fn(&HopRow) -> Symbol| texts(all().map(|h| context.text(symbol(h))));
    let hops = records(
        vec![
            ("server", names(|h| h.server)),
            ("event", words(all().map(|h| Some(h.event)))),
            ("source", words(all().map(|h| Some(h.source)))),
            ("connector", names(|h| h.connector)),
            ("peer", names(|h| h.peer)),
            ("time", times(all().map(|h| Some(h.time.0)))),
            ("evidence", context.places(all().map(|h| h.evidence))?),
        ],
        None,
    )?;
    lists(rows.iter().map(|r| Some(r.hops.len())), hops)
}
