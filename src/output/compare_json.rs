//! Two runs held against each other, for machines: one JSON object with every number and what its test gave.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::escape::json;
use super::rows::SCHEMA_VERSION;
use crate::model::compared::{Compared, Figure, Note, RunNote, Side, Stood, Test, Topic, Verdict};
use crate::model::finding::Finding;

/// Writes the object, with a line break after it.
pub fn write(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&Object::new(compared))?;
    writeln!(out, "{}", json(&text))
}

#[derive(Serialize)]
struct Object<'c> {
    schema_version: u32,
    verdict: &'c str,
    a: &'c RunNote,
    b: &'c RunNote,
    notes: &'c [Note],
    doubtful: bool,
    findings: &'c [Stood],
    gone: &'c [Finding],
    counts: BTreeMap<&'static str, u64>,
    compared_by: &'static str,
    alpha: f64,
    figures: Vec<Row<'c>>,
}

/// A figure, with numbers of so many digits as they are worth.
#[derive(Serialize)]
struct Row<'c> {
    topic: Topic,
    name: Option<&'c str>,
    verdict: Verdict,
    worse: bool,
    a: Side,
    b: Side,
    difference: f64,
    test: Option<Test>,
}

impl<'c> Object<'c> {
    fn new(compared: &'c Compared) -> Self {
        let count = |verdict: Verdict| (verdict.as_str(), compared.of(verdict).count() as u64);
        Self {
            schema_version: SCHEMA_VERSION,
            verdict: &compared.verdict,
            a: &compared.a,
            b: &compared.b,
            notes: &compared.notes,
            doubtful: compared.doubtful,
            findings: &compared.findings,
            gone: &compared.gone,
            counts: Verdict::ALL.into_iter().map(count).collect(),
            compared_by: compared.by,
            alpha: compared.alpha,
            figures: compared.figures.iter().map(Row::new).collect(),
        }
    }
}

impl<'c> Row<'c> {
    fn new(figure: &'c Figure) -> Self {
        let side = |s: Side| Side { count: digits(s.count), of: digits(s.of), value: digits(s.value), ..s };
        let test = |t: Test| Test { t: digits(t.t), p: digits(t.p), p_all: digits(t.p_all), ..t };
        Self {
            topic: figure.topic,
            name: (figure.topic != Topic::Volume).then_some(&figure.name),
            verdict: figure.verdict,
            worse: figure.worse,
            a: side(figure.a),
            b: side(figure.b),
            difference: digits(figure.difference),
            test: figure.test.map(test),
        }
    }
}

/// Whole numbers as they are, others to six digits: the last ones of a float are not the same on every machine.
fn digits(n: f64) -> f64 {
    if n.fract() == 0.0 { n } else { format!("{n:.5e}").parse().unwrap_or(n) }
}
