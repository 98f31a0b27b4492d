//! The report as metrics, in the text format of Prometheus (0.0.4): what the textfile collector of
//! `node_exporter` reads. A report is of one window of logs, so every metric is a gauge and none a counter.

mod metrics;

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, Write};

use chrono::DateTime;

use super::escape::metric_label;
use crate::model::report::Report;

pub use metrics::METRICS;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name; a unit at its end is seconds or bytes.
    pub name: &'static str,
    /// What it is, as `# HELP` says.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What bounds how many samples it has.
    pub bound: Bound,
    /// Gives its samples.
    pub samples: fn(&Report, &mut Samples),
}

/// What bounds how many samples a metric has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// There is one, or none where nothing is known.
    One,
    /// Its labels have values of this program only.
    Names,
    /// Its first label is of the logs: the first `--top` by recipients, rows or as the report sorts them.
    Top,
}

/// The samples of a metric, in their order.
#[derive(Debug, Default)]
pub struct Samples {
    labels: &'static [&'static str],
    written: Vec<(Vec<String>, String)>,
    seen: BTreeSet<Vec<String>>,
}

impl Samples {
    /// A number; of labels, as many values as the metric has labels. Label sets must differ, or the whole file
    /// is refused. Names that look alike, say because bytes that are no UTF-8 were replaced, are numbered.
    fn push(&mut self, labels: &[&str], number: impl Display + Copy) {
        debug_assert_eq!(labels.len(), self.labels.len());
        let safe: Vec<String> = labels.iter().map(|value| metric_label(value)).collect();
        let mut own = safe.clone();
        for n in 2.. {
            if self.seen.insert(own.clone()) {
                break;
            }
            if let (Some(first), Some(plain)) = (own.first_mut(), safe.first()) {
                *first = format!("{plain}#{n}");
            }
        }
        self.written.push((own, number.to_string()));
    }

    /// Milliseconds, as seconds.
    fn push_ms(&mut self, labels: &[&str], ms: i64) {
        let sign = if ms < 0 { "-" } else { "" };
        self.push(labels, &*format!("{sign}{}.{:03}", ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000));
    }

    /// A time as the report has it, as seconds since 1970.
    fn push_time(&mut self, text: &str) {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            self.push_ms(&[], time.timestamp_millis());
        }
    }
}

/// Writes all metrics that have a sample.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for metric in METRICS {
        let mut samples = Samples { labels: metric.labels, ..Samples::default() };
        (metric.samples)(report, &mut samples);
        if samples.written.is_empty() {
            continue;
        }
        let name = metric.name;
        writeln!(out, "# HELP {name} {}\n# TYPE {name} gauge", metric.help)?;
        for (values, number) in &samples.written {
            let labels =
                metric.labels.iter().zip(values).map(|(label, value)| format!("{label}=\"{value}\""));
            match labels.collect::<Vec<_>>().join(",") {
                none if none.is_empty() => writeln!(out, "{name} {number}")?,
                labels => writeln!(out, "{name}{{{labels}}} {number}")?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
