//! The metrics: name, help, labels, and where each number stands in the report.

use super::Bound::{Names, One, Top};
use super::{Bound, Metric, Samples};
use crate::model::finding::{Finding, Severity};
use crate::model::report::{Percentiles, Report};

type Take = fn(&Report, &mut Samples);

const fn one(name: &'static str, help: &'static str, samples: Take) -> Metric {
    Metric { name, help, labels: &[], bound: One, samples }
}

const fn many(
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    bound: Bound,
    samples: Take,
) -> Metric {
    Metric { name, help, labels, bound, samples }
}

/// All metrics, in the order of output.
pub const METRICS: &[Metric] = &[
    many("mailtrail_build_info", "Version that made this file; always 1.", &["version"], Names, |_, s| {
        s.push(&[env!("CARGO_PKG_VERSION")], 1);
    }),
    one("mailtrail_period_first_timestamp_seconds", "First event that counts, since 1970.", |r, s| {
        r.period.iter().for_each(|(first, _)| s.push_time(first));
    }),
    one("mailtrail_period_last_timestamp_seconds", "Last event that counts, since 1970.", |r, s| {
        r.period.iter().for_each(|(_, last)| s.push_time(last));
    }),
    one("mailtrail_messages", "Messages.", |r, s| s.push(&[], r.messages)),
    one("mailtrail_messages_size_bytes", "Sizes of the messages added up.", |r, s| s.push(&[], r.bytes)),
    one("mailtrail_messages_not_chosen", "Messages the filters left out.", |r, s| s.push(&[], r.not_chosen)),
    one("mailtrail_messages_without_recipients", "Messages of which no event names a recipient.", |r, s| {
        s.push(&[], r.without_recipients);
    }),
    many("mailtrail_messages_entered", "Messages by how they entered.", &["by"], Names, |r, s| {
        r.entered.iter().for_each(|(by, n)| s.push(&[by], n));
    }),
    many("mailtrail_messages_by_class", "Messages by class.", &["class"], Names, |r, s| {
        r.classes.iter().for_each(|(class, n)| s.push(&[class], n));
    }),
    one("mailtrail_recipients", "Messages and final recipients: rows of routes.", |r, s| {
        s.push(&[], r.recipients);
    }),
    many("mailtrail_decisions", "Recipients by decision.", &["decision"], Names, |r, s| {
        r.decisions.iter().for_each(|(decision, n)| s.push(&[decision], n));
    }),
    one("mailtrail_recipients_deferred", "Recipients deferred at least once.", |r, s| {
        s.push(&[], r.deferred_once.0);
    }),
    one("mailtrail_deferrals", "Deferrals of recipients.", |r, s| s.push(&[], r.deferred_once.1)),
    one("mailtrail_recipients_returned", "Recipients whose mail came back after it had left.", |r, s| {
        s.push(&[], r.laps.0);
    }),
    one("mailtrail_laps_max", "Most laps of one recipient.", |r, s| s.push(&[], r.laps.1)),
    one("mailtrail_recipients_failed_as_loop", "Recipients that failed with 5.4.6 or 5.4.14.", |r, s| {
        s.push(&[], r.looped);
    }),
    many(
        "mailtrail_latency_seconds",
        "Time from submission to the end, of recipients delivered or sent; percentile 100 is the longest.",
        &["decision", "percentile"],
        Names,
        |r, s| r.latency_ms.iter().for_each(|(decision, times)| percentiles(decision, times, s)),
    ),
    many(
        "mailtrail_latency_recipients",
        "Recipients that mailtrail_latency_seconds rests on.",
        &["decision"],
        Names,
        |r, s| r.latency_ms.iter().for_each(|(decision, times)| s.push(&[decision], times.count)),
    ),
    one("mailtrail_connectors", "Send connectors in use.", |r, s| s.push(&[], r.connectors.len())),
    many(
        "mailtrail_connector_recipients",
        "Recipients whose decision names the connector.",
        &["connector", "decision"],
        Top,
        |r, s| {
            for row in r.connectors.iter().take(r.top) {
                row.decisions.iter().for_each(|(decision, n)| s.push(&[&row.connector, decision], n));
            }
        },
    ),
    many(
        "mailtrail_connector_size_bytes",
        "Sizes of their messages, once for each recipient.",
        &["connector"],
        Top,
        |r, s| r.connectors.iter().take(r.top).for_each(|row| s.push(&[&row.connector], row.bytes)),
    ),
    many(
        "mailtrail_connector_latency_seconds",
        "Time from submission to leaving by the connector; percentile 100 is the longest.",
        &["connector", "percentile"],
        Top,
        |r, s| {
            let rows = r.connectors.iter().take(r.top);
            rows.for_each(|row| percentiles(&row.connector, &row.latency_ms, s));
        },
    ),
    many(
        "mailtrail_failures",
        "Recipients that failed, by what was said.",
        &["code", "tag", "decision", "event"],
        Top,
        |r, s| {
            for row in &r.failures.first {
                let (code, tag) = (row.code.as_deref(), row.tag.as_deref());
                let labels = [code.unwrap_or_default(), tag.unwrap_or_default(), row.decision, &row.event];
                s.push(&labels, row.recipients);
            }
        },
    ),
    one(
        "mailtrail_failure_reasons",
        "Different failures, of which mailtrail_failures has the first.",
        |r, s| {
            s.push(&[], r.failures.total);
        },
    ),
    one("mailtrail_not_found_addresses", "Addresses that nobody has.", |r, s| s.push(&[], r.not_found.total)),
    many(
        "mailtrail_not_found_domain_addresses",
        "Addresses that nobody has, by domain.",
        &["domain"],
        Top,
        |r, s| r.not_found_domains.first.iter().for_each(|row| s.push(&[&row.name], row.count)),
    ),
    many(
        "mailtrail_sender_domain_messages",
        "Messages by domain of the sender.",
        &["domain"],
        Top,
        |r, s| {
            r.sender_domains.first.iter().for_each(|row| s.push(&[&row.name], row.count));
        },
    ),
    many(
        "mailtrail_recipient_domain_recipients",
        "Recipients by domain of the address mail was first addressed to.",
        &["domain"],
        Top,
        |r, s| r.recipient_domains.first.iter().for_each(|row| s.push(&[&row.name], row.count)),
    ),
    many("mailtrail_findings", "Findings that are not known, by severity.", &["severity"], Names, |r, s| {
        for severity in Severity::ALL {
            let n = unknown(r).filter(|f| f.severity == severity).count();
            s.push(&[severity.as_str()], n);
        }
    }),
    many(
        "mailtrail_findings_by_kind",
        "Findings that are not known, by kind; a kind that was not found has no sample.",
        &["kind", "severity"],
        Names,
        |r, s| by_kind(r, s, |_| 1),
    ),
    many(
        "mailtrail_finding_messages",
        "Messages of these findings; one message may be in several.",
        &["kind", "severity"],
        Names,
        |r, s| by_kind(r, s, |finding| finding.messages),
    ),
    one("mailtrail_findings_known", "Findings that mailtrail.toml names as known.", |r, s| {
        r.known.iter().for_each(|known| s.push(&[], known.findings));
    }),
    many(
        "mailtrail_findings_compared",
        "Findings beside those of --baseline.",
        &["standing"],
        Names,
        |r, s| {
            if let Some(run) = &r.baseline {
                let gone = run.gone.len() as u64;
                let counts = [("new", run.new), ("graver", run.graver), ("still-there", run.still_there)];
                counts.into_iter().chain([("gone", gone)]).for_each(|(standing, n)| s.push(&[standing], n));
            }
        },
    ),
    one("mailtrail_servers", "Servers that wrote the logs.", |r, s| s.push(&[], r.coverage.len())),
    many("mailtrail_server_events", "Events by the server that wrote them.", &["server"], Top, |r, s| {
        r.coverage.iter().take(r.top).for_each(|row| s.push(&[&row.server], row.rows));
    }),
    many(
        "mailtrail_server_silent_hours",
        "Hours without an event, between the first and the last of the server.",
        &["server"],
        Top,
        |r, s| r.coverage.iter().take(r.top).for_each(|row| s.push(&[&row.server], row.silent_hours.len())),
    ),
    many(
        "mailtrail_server_clock_offset_seconds",
        "Clock of the server minus that of the other; only where it is a second or more.",
        &["server", "against"],
        Top,
        |r, s| {
            let rows = r.clocks.iter().take(r.top);
            rows.for_each(|row| s.push_ms(&[&row.server, &row.against], row.offset_ms));
        },
    ),
    many(
        "mailtrail_missing_server_recipients",
        "Recipients sent to a server of the organisation whose log is missing.",
        &["server"],
        Top,
        |r, s| r.missing_servers.iter().take(r.top).for_each(|row| s.push(&[&row.name], row.count)),
    ),
    many("mailtrail_events_logged", "Events by event-id and source.", &["event", "source"], Names, |r, s| {
        let known = r.events.iter().filter(|row| row.known);
        known.for_each(|row| s.push(&[&row.event, &row.source], row.rows));
    }),
    one("mailtrail_events_strange", "Events whose event-id or source this version does not know.", |r, s| {
        s.push(&[], r.events.iter().filter(|row| !row.known).map(|row| row.rows).sum::<u64>());
    }),
    one("mailtrail_files", "Log files read.", |r, s| s.push(&[], r.files.len())),
    one("mailtrail_files_left_out", "Files that are no tracking logs, or copies.", |r, s| {
        s.push(&[], r.left_out.len());
    }),
    one("mailtrail_files_outside_window", "Files not read since their time is not asked for.", |r, s| {
        s.push(&[], r.files_outside_window);
    }),
    one("mailtrail_input_errors", "Inputs that could not be read, or not to their end.", |r, s| {
        s.push(&[], r.errors.len());
    }),
    one("mailtrail_read_bytes", "Bytes read, unpacked.", |r, s| s.push(&[], r.ledger.bytes)),
    one("mailtrail_records", "Records read: headers, events and rejects.", |r, s| {
        s.push(&[], r.ledger.records);
    }),
    one("mailtrail_headers", "Header lines.", |r, s| s.push(&[], r.ledger.headers)),
    many("mailtrail_events", "Events by what became of them.", &["standing"], Names, |r, s| {
        let ledger = &r.ledger;
        for (standing, n) in [
            ("counted", ledger.counted),
            ("probes", ledger.probes),
            ("duplicates", ledger.duplicates),
            ("redundancy", ledger.redundancy),
            ("outside-window", ledger.outside_window),
        ] {
            s.push(&[standing], n);
        }
    }),
    one("mailtrail_rejects", "Records that could not be read.", |r, s| s.push(&[], r.ledger.rejects)),
    many("mailtrail_rejects_by_reason", "The same by reason.", &["reason"], Names, |r, s| {
        r.rejects_by_reason.iter().for_each(|(reason, n)| s.push(&[reason], n));
    }),
    one("mailtrail_repaired", "Records that were damaged and read all the same.", |r, s| {
        s.push(&[], r.ledger.repaired);
    }),
];

/// Label `percentile`, since `quantile` is kept for summaries, which need a sum that no report has.
fn percentiles(of: &str, times: &Percentiles, samples: &mut Samples) {
    let Percentiles { count, p50, p90, p95, p99, max } = *times;
    if count > 0 {
        for (percentile, ms) in [("50", p50), ("90", p90), ("95", p95), ("99", p99), ("100", max)] {
            samples.push_ms(&[of, percentile], i64::try_from(ms).unwrap_or(i64::MAX));
        }
    }
}

/// Findings that count: those that no list names as known, or whose entry has run out.
fn unknown(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|f| f.known.as_ref().is_none_or(|known| known.run_out))
}

/// Sums over findings of one kind and severity.
fn by_kind(report: &Report, samples: &mut Samples, number: fn(&Finding) -> u64) {
    let mut sums = std::collections::BTreeMap::<(&str, Severity), u64>::new();
    for finding in unknown(report) {
        *sums.entry((finding.kind, finding.severity)).or_default() += number(finding);
    }
    for ((kind, severity), sum) in sums {
        samples.push(&[kind, severity.as_str()], sum);
    }
}
