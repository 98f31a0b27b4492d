//! The reconciliation: three sums, and everything that stands in none of them.

use crate::model::report::Report;
use crate::output::numbers::{counted, size};

/// A total and the parts it is made of.
#[derive(Clone, Debug)]
pub(in crate::output) struct Sum {
    /// What is added up.
    pub(in crate::output) label: &'static str,
    /// The total.
    pub(in crate::output) total: u64,
    /// The parts.
    pub(in crate::output) parts: Vec<(&'static str, u64)>,
}

/// Records, events, recipients.
pub(in crate::output) fn sums(report: &Report) -> Vec<Sum> {
    let l = &report.ledger;
    let decided = report.decisions.iter().filter(|(_, n)| *n > 0).copied().collect();
    vec![
        Sum {
            label: "records found in the files",
            total: l.records,
            parts: vec![
                ("header lines", l.headers),
                ("events", l.events),
                ("rejects: could not be read", l.rejects),
            ],
        },
        Sum {
            label: "events",
            total: l.events,
            parts: vec![
                ("counted in this report", l.counted),
                ("probes: Exchange testing itself", l.probes),
                ("duplicates: read from another copy", l.duplicates),
                ("redundancy: shadow and safety copies", l.redundancy),
                ("outside the window asked for", l.outside_window),
            ],
        },
        Sum { label: "recipients", total: report.recipients, parts: decided },
    ]
}

/// What is no part of a sum.
pub(in crate::output) fn remarks(report: &Report) -> Vec<String> {
    let l = &report.ledger;
    let count = |n: u64, one: &str, many: &str, what: &str| {
        (n > 0).then(|| format!("{} {what}", counted(n, one, many)))
    };
    let padding = format!("{} of zero bytes that fill up files", size(l.padding_bytes));
    let kinds = report.events.len() as u64;
    let unknown = report.events.iter().filter(|e| !e.known).count() as u64;
    let known = if unknown == 0 { "all known".to_owned() } else { format!("{unknown} of them not known") };
    let remarks = [
        count(kinds, "kind", "kinds", &format!("of event and source, {known} to this version")),
        count(l.blank_lines, "empty line", "empty lines", "not counted as records"),
        (l.padding_bytes > 0).then_some(padding),
        count(l.repaired, "row", "rows", "read although damaged in a known way"),
        count(l.unaligned_statuses, "row", "rows", "whose statuses do not match their recipients"),
        count(l.recipient_count_mismatches, "row", "rows", "whose recipient-count is not that of the list"),
    ];
    remarks.into_iter().flatten().collect()
}
