//! Findings as columns.

use polars_arrow::array::ArrayRef;

use super::arrays::{flags, lists, numbers, records, texts, times};
use super::routes::words;
use super::schema::Column;
use super::{Frame, TableError};
use crate::model::finding::{Evidence, Finding, Route};
use crate::model::standing::Standing;
use crate::model::time::Timestamp;

/// Findings as a frame of some columns of `findings`.
///
/// # Errors
/// If Polars refuses an array.
pub fn frame(all: &[&Finding], wanted: &[&Column]) -> Result<Frame, TableError> {
    let columns = wanted.iter().map(|column| Ok((*column, array(all, column.name)?)));
    Frame::new(columns.collect::<Result<_, TableError>>()?, all.len())
}

fn array(all: &[&Finding], column: &str) -> Result<ArrayRef, TableError> {
    let each = || all.iter();
    let named =
        |name: fn(&Finding) -> &Option<String>| texts(each().map(|f| name(f).as_ref().map(String::as_bytes)));
    let text = |text: fn(&Finding) -> &str| texts(each().map(|f| Some(text(f).as_bytes())));
    let number = |number: fn(&Finding) -> Option<i64>| numbers(each().map(|f| number(f)));
    let time = |time: fn(&Finding) -> &Option<String>| {
        times(each().map(|f| time(f).as_deref().and_then(Timestamp::read).map(|t| t.0)))
    };
    Ok(match column {
        "kind" => text(|f| f.kind),
        "title" => text(|f| f.title),
        "severity" => text(|f| f.severity.as_str()),
        "confidence" => text(|f| f.confidence.as_str()),
        "domain" => named(|f| &f.domain),
        "connector" => named(|f| &f.connector),
        "peer" => named(|f| &f.peer),
        "address" => named(|f| &f.address),
        "messages" => number(|f| i64::try_from(f.messages).ok()),
        "recipients" => number(|f| i64::try_from(f.recipients).ok()),
        "senders" => number(|f| i64::try_from(f.senders).ok()),
        "first_seen" => time(|f| &f.first_seen),
        "last_seen" => time(|f| &f.last_seen),
        "laps_max" => number(|f| Some(i64::from(f.laps_max))),
        "cycle" => list(all, |f| &f.cycle)?,
        "expected" => routes(all, |f| f.expected.as_ref())?,
        "actual" => routes(all, |f| f.actual.as_ref())?,
        "cause" => text(|f| &f.cause),
        "fix" => text(|f| &f.fix),
        "samples" => list(all, |f| &f.samples)?,
        "evidence" => evidence(all)?,
        "caused_by" => words(each().map(|f| f.caused_by)),
        "period_ms" => number(|f| f.period_ms),
        "ended" => named(|f| &f.ended),
        "addresses" => list(all, |f| &f.addresses)?,
        "standing" => words(each().map(|f| f.standing.map(Standing::as_str))),
        _ => known(all)?,
    })
}

fn list(all: &[&Finding], of: fn(&Finding) -> &Vec<String>) -> Result<ArrayRef, TableError> {
    let flat = texts(all.iter().flat_map(|f| of(f).iter().map(|text| Some(text.as_bytes()))));
    lists(all.iter().map(|f| Some(of(f).len())), flat)
}

fn routes(all: &[&Finding], of: fn(&Finding) -> Option<&Route>) -> Result<ArrayRef, TableError> {
    let each = || all.iter().map(|f| of(f));
    let connectors = each().map(|r| r.and_then(|r| r.connector.as_ref()).map(String::as_bytes));
    let fields =
        vec![("decision", words(each().map(|r| r.map(|r| r.decision)))), ("connector", texts(connectors))];
    records(fields, Some(&each().map(|r| r.is_some()).collect::<Vec<_>>()))
}

fn evidence(all: &[&Finding]) -> Result<ArrayRef, TableError> {
    let each = || all.iter().flat_map(|f| &f.evidence);
    let number = |number: fn(&Evidence) -> u64| numbers(each().map(|e| i64::try_from(number(e)).ok()));
    let places = records(
        vec![
            ("file", texts(each().map(|e| Some(e.file.as_bytes())))),
            ("line", number(|e| e.line)),
            ("offset", number(|e| e.offset)),
        ],
        None,
    )?;
    lists(all.iter().map(|f| Some(f.evidence.len())), places)
}

fn known(all: &[&Finding]) -> Result<ArrayRef, TableError> {
    let each = || all.iter().map(|f| f.known.as_ref());
    let fields = vec![
        ("until", texts(each().map(|k| k.and_then(|k| k.until.as_ref()).map(String::as_bytes)))),
        ("run_out", flags(each().map(|k| k.map(|k| k.run_out)))),
        ("note", texts(each().map(|k| k.and_then(|k| k.note.as_ref()).map(String::as_bytes)))),
    ];
    records(fields, Some(&each().map(|k| k.is_some()).collect::<Vec<_>>()))
}
