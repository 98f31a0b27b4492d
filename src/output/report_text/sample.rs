//! A small report made by hand, with hostile text wherever text from a log may stand.

use std::collections::BTreeMap;

use crate::model::finding::{ClockRow, Confidence, Evidence, Finding, Severity};
use crate::model::intake::{Ledger, Position, Reject, RejectReason};
use crate::model::remote_routing::{RemoteRouting, WrongTarget};
use crate::model::report::{
    Attention, ConnectorRow, Count, CoverageRow, EventRow, FailureRow, FileNote, HourRow, LeftOut,
    NotFoundRow, Percentiles, Report, Top,
};
use crate::model::standing::{Comparison, Known, KnownEntry, KnownFindings, Standing};
use crate::model::threshold::{Changed, Setting};

/// Commands a terminal, breaks tables, quotes and markup, turns the line.
pub(in crate::output) const HOSTILE: &str = "\u{1b}[31m|`x`\"<b>'\r\n\u{9b}5m\u{202e}";

fn counts(rows: &[(&str, u64, u64)], total: u64) -> Top<Count> {
    let count = |(name, count, bytes): &(&str, u64, u64)| Count {
        name: (*name).to_owned(),
        count: *count,
        bytes: *bytes,
    };
    Top { total, first: rows.iter().map(count).collect() }
}

fn hour(h: u32) -> String {
    format!("2026-03-10T{h:02}:00:00.000Z")
}

/// The report.
pub(in crate::output) fn report() -> Report {
    let mut report = Report {
        verdict: format!("Look at this: 3 addresses nobody has (2 at contoso.com, 1 at {HOSTILE})."),
        period: Some(("2026-03-10T06:00:04.120Z".into(), "2026-03-10T17:59:58.001Z".into())),
        messages: 12_001,
        recipients: 14_322,
        bytes: 1_288_490_188,
        not_chosen: 4,
        without_recipients: 2,
        unattached_rows: 1,
        entered: BTreeMap::from([("by-smtp", 8000), ("from-a-mailbox", 4000), ("not-in-these-logs", 1)]),
        classes: BTreeMap::from([("normal", 11_990), ("dsn", 11)]),
        decisions: vec![
            ("local-delivery", 10_000),
            ("send-connector", 4_299),
            ("remote-routing-address", 0),
            ("recipient-not-found", 14),
            ("failed", 6),
            ("deferred", 3),
        ],
        deferred_once: (40, 55),
        laps: (6, 5),
        latency_ms: vec![("all", percentiles(14_299)), ("local-delivery", percentiles(10_000))],
        files_outside_window: 2,
        ..Report::default()
    };
    mail(&mut report);
    report.remote_routing = Some(astray());
    logs(&mut report);
    report
}

fn percentiles(count: u64) -> Percentiles {
    Percentiles { count, p50: 812, p90: 1249, p95: 42_000, p99: 260_000, max: 7_200_000 }
}

fn astray() -> RemoteRouting {
    RemoteRouting {
        remote_mailboxes: 300,
        tenant: Some("contoso.mail.onmicrosoft.com".into()),
        messages: 41,
        first_seen: Some("2026-03-10T06:00:04.120Z".into()),
        last_seen: Some("2026-03-10T17:59:58.001Z".into()),
        wrong: Top {
            total: 1,
            first: vec![WrongTarget {
                address: format!("{HOSTILE}@contoso.com"),
                remote_routing_address: Some(format!("{HOSTILE}@contoso.com")),
                why: "its domain is the organisation's own",
                should_be: Some("anna@contoso.mail.onmicrosoft.com".into()),
                messages: 41,
                first_seen: Some("2026-03-10T06:00:04.120Z".into()),
                last_seen: Some("2026-03-10T17:59:58.001Z".into()),
                went_to: vec![HOSTILE.into()],
            }],
        },
        fix: format!("Set-RemoteMailbox '{HOSTILE}'"),
    }
}

fn mail(report: &mut Report) {
    report.attention = vec![
        Attention { wrong: true, text: format!("3 addresses nobody has (1 at {HOSTILE})") },
        Attention { wrong: false, text: "3 recipients still waiting after a failed try".into() },
    ];
    report.hours = [(6, 2000, 2), (7, 6000, 4), (8, 4000, 0), (17, 1, 14)]
        .map(|(h, messages, failed)| {
            let (delivered, sent, open) = if h == 17 { (0, 2299, 3) } else { (messages - 666, 666, 0) };
            let recipients = delivered + sent + failed + open;
            (hour(h), HourRow { messages, recipients, delivered, sent, failed, open })
        })
        .into();
    report.connectors = vec![ConnectorRow {
        connector: format!("Outbound {HOSTILE}"),
        decisions: BTreeMap::from([("send-connector", 4299), ("failed", 6), ("deferred", 3), ("dropped", 1)]),
        recipients: 4309,
        bytes: 900_000,
        latency_ms: percentiles(4299),
        next_hops: counts(&[("edge1.contoso.com", 4000, 1), (HOSTILE, 299, 1)], 4),
    }];
    report.failures = Top {
        total: 1,
        first: vec![FailureRow {
            decision: "failed",
            code: Some("5.2.2".into()),
            tag: Some("STOREDRV.Deliver.Exception:QuotaExceeded".into()),
            event: "FAIL STOREDRIVER".into(),
            text: Some(HOSTILE.into()),
            recipients: 6,
            domains: counts(&[(HOSTILE, 6, 0)], 1),
            addresses: counts(&[(HOSTILE, 6, 0)], 1),
            first_seen: hour(7),
            last_seen: hour(17),
        }],
    };
    report.not_found = Top {
        total: 3,
        first: vec![NotFoundRow {
            address: format!("{HOSTILE}@contoso.com"),
            messages: 12,
            senders: 2,
            first_seen: hour(6),
            last_seen: hour(17),
            nearest: Some("anna.schmidt@contoso.com".into()),
        }],
    };
    report.not_found_domains = counts(&[("contoso.com", 2, 0), (HOSTILE, 1, 0)], 2);
    report.senders = counts(&[(HOSTILE, 900, 4_000_000), ("", 11, 100)], 812);
    report.final_recipients = counts(&[(HOSTILE, 400, 99)], 2);
    report.sender_domains = counts(&[(HOSTILE, 900, 5)], 1);
    report.recipient_domains = counts(&[(HOSTILE, 14_322, 5)], 1);
    report.findings = vec![finding()];
    beforehand(report);
    report.top = 10;
    let (server, against) = (HOSTILE.to_owned(), "EX1".to_owned());
    report.clocks = vec![ClockRow { server, offset_ms: -3_400, against, sends: 12 }];
}

fn finding() -> Finding {
    let some = || Some(HOSTILE.to_owned());
    Finding {
        kind: "gateway-loop",
        title: "Mail goes in circles between here and another host",
        severity: Severity::Critical,
        confidence: Confidence::High,
        domain: some(),
        connector: some(),
        peer: some(),
        address: some(),
        messages: 8,
        recipients: 1,
        senders: 7,
        first_seen: Some(hour(7)),
        last_seen: Some(hour(17)),
        laps_max: 6,
        cycle: vec!["EX2".to_owned(), HOSTILE.to_owned()],
        expected: None,
        actual: None,
        cause: format!("Nobody takes {HOSTILE} for their own."),
        fix: format!("Get-Recipient '{HOSTILE}'"),
        samples: vec![HOSTILE.to_owned()],
        evidence: vec![Evidence { file: HOSTILE.to_owned(), line: 3, offset: 9 }],
        caused_by: Some("rra-primary-domain"),
        period_ms: Some(37_000),
        ended: some(),
        addresses: vec![HOSTILE.to_owned(), "erin@contoso.com".to_owned()],
        standing: Some(Standing::Graver),
        known: Some(known()),
    }
}

fn known() -> Known {
    Known { until: Some("2026-01-31".to_owned()), run_out: true, note: Some(HOSTILE.to_owned()) }
}

fn beforehand(report: &mut Report) {
    let file = HOSTILE.to_owned();
    let some = || Some(HOSTILE.to_owned());
    let (kind, known) = ("gateway-loop", known());
    let (domain, connector, peer, address) = (some(), some(), some(), some());
    let entry = KnownEntry { kind, domain, connector, peer, address, known, line: 3, findings: 2 };
    report.known =
        Some(KnownFindings { file: file.clone(), findings: 2, shown: false, entries: vec![entry] });
    report.baseline = Some(Comparison {
        file,
        first: Some(hour(6)),
        last: some(),
        remarks: vec![HOSTILE.to_owned()],
        new: 0,
        graver: 1,
        still_there: 0,
        gone: vec![Finding { standing: Some(Standing::Gone), ..finding() }],
    });
    let (key, value, default) = ("delay-least".to_owned(), Setting::Time(600_000), Setting::Time(300_000));
    report.thresholds = vec![Changed { key, value, default }];
}

fn logs(report: &mut Report) {
    report.ledger = Ledger {
        bytes: 36_000_000,
        records: 104_233,
        headers: 24,
        events: 104_200,
        rejects: 9,
        counted: 100_000,
        probes: 3000,
        duplicates: 1000,
        redundancy: 150,
        outside_window: 50,
        blank_lines: 3,
        padding_bytes: 4096,
        repaired: 2,
        unaligned_statuses: 1,
        recipient_count_mismatches: 1,
    };
    report.missing_servers = counts(&[(HOSTILE, 12, 0)], 1).first;
    report.coverage = vec![CoverageRow {
        server: format!("EX1{HOSTILE}"),
        rows: 100_000,
        hours: [(6, 9000), (7, 80_000), (8, 10_000), (17, 1000)].map(|(h, n)| (hour(h), n)).into(),
        silent_hours: (9..17).map(hour).collect(),
    }];
    let event = |event: &str, source: &str, known, rows| EventRow {
        event: event.into(),
        source: source.into(),
        known,
        rows,
    };
    report.events = vec![event("RECEIVE", "SMTP", true, 99_000), event(HOSTILE, "SMTP", false, 2)];
    report.files = vec![FileNote {
        name: format!("EX1/{HOSTILE}.LOG"),
        family: "MSGTRK",
        version: Some("15.02.1118.040".into()),
        columns: Some(30),
        records: 104_233,
        bytes: 36_000_000,
        rejects: 9,
        note: Some("the last line is cut off".into()),
    }];
    let left_out = |name: &str, explicit| LeftOut { name: name.into(), reason: HOSTILE.into(), explicit };
    report.left_out = vec![left_out("walked.log", false), left_out("named.log", true)];
    report.errors = vec![format!("{HOSTILE}.LOG: permission denied")];
    report.rejects_by_reason = vec![("wrong number of columns", 8), ("stray quote", 1)];
    report.rejects = vec![Reject {
        position: Position { file: 0, line: 812, offset: 90_311 },
        reason: RejectReason::ColumnCount { found: 25, expected: 30 },
        raw: format!("2026-03-10,{HOSTILE}")
            .into_bytes()
            .into_iter()
            .chain([0xff])
            .collect::<Vec<u8>>()
            .into(),
    }];
}
