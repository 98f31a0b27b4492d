//! The formats that other tools read: that each stays as it is, loses nothing, and can be harmed by no text.
//! `UPDATE_FORMATS=1 cargo test formats` writes what stands in `tests/formats` anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::{Done, EX1, Place, damaged_log, rows, samples};
use crate::logwriter::{Log, Release, Row};

/// Those of JSON lines.
const LINES: [&str; 4] = ["ecs", "ocsf", "timesketch", "splunk"];

impl Place {
    /// The rows of the log in one format, and how that ended.
    fn in_format(&self, format: &str, args: &[&str]) -> Done {
        self.run(&[&["events", "logs", "--quiet", "--format", format], args].concat())
    }
}

fn expected(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name)
}

/// Compares an output with what stands in `tests/formats`, or writes it there.
fn hold(name: &str, text: &str) {
    if std::env::var_os("UPDATE_FORMATS").is_some() {
        std::fs::write(expected(name), text).unwrap();
    }
    let want = std::fs::read_to_string(expected(name)).unwrap();
    assert!(text == want, "{name} has changed; UPDATE_FORMATS=1 cargo test formats writes it anew");
}

/// Text that would command a terminal, break a line, end a string or be a formula.
const HOSTILE: &str = "=cmd|' /C calc'!A0\",\"x\":\"\r\n\u{1b}[31m\u{202e}\u{9b}\u{2028}\\";

fn hostile() -> Vec<u8> {
    [HOSTILE.as_bytes(), b"\xff\xfe"].concat()
}

/// A row of every sort that formats tell apart, one of hostile text among them.
fn log() -> Vec<u8> {
    let not_found = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
    let quarantined = "550 5.7.1 Message quarantined by the content filter";
    let strange = Row::receive("strange", "anna@contoso.com")
        .with("event-id", "ContosoArchived")
        .with("source", "Carrier")
        .with("client-ip", "fe80::1%3")
        .with("total-bytes", "many")
        .with("return-path", "<>")
        .with("network-message-id", "17")
        .with("date-time", "2026-03-10T09:00:05.1234567Z");
    let mut evil = Row::receive("evil", "anna@contoso.com").at(6000);
    for column in ["client-hostname", "connector-id", "source-context", "message-subject", "sender-address"] {
        evil = evil.with(column, hostile());
    }
    Log::of(Release::E2016)
        .rows(&[
            Row::receive("budget", "ben@contoso.com;team@contoso.com")
                .with("message-subject", "Budget, \"final\""),
            Row::receive("budget", "carl@contoso.com;dora@contoso.com")
                .at(100)
                .with("event-id", "EXPAND")
                .with("source", "ROUTING")
                .with("client-ip", "")
                .with("client-hostname", "")
                .with("related-recipient-address", "team@contoso.com"),
            Row::deliver("budget", "ben@contoso.com"),
            Row::send("quote", "dora@litware.example").with("directionality", "Originating"),
            Row::fail("lost", "nobody@contoso.com", not_found).with("reference", "<report@EX1.contoso.com>"),
            Row::fail("spam", "anna@contoso.com;ben@contoso.com", quarantined).with("source", "AGENT"),
            Row::fail(
                "later",
                "a@litware.example;b@litware.example",
                "451 4.4.0 DNS query failed;250 2.1.5 OK",
            )
            .with("event-id", "DEFER")
            .with("source", "DNS"),
            Row::default().at(4000).with("event-id", "NOTIFYMAPI").with("source", "STOREDRIVER"),
            strange,
            evil,
        ])
        .bytes()
}

fn place() -> Place {
    let place = Place::empty();
    place.put(EX1, log());
    place
}

#[test]
fn each_format_is_as_it_was() {
    let place = place();
    for format in LINES {
        let done = place.in_format(format, &[]);
        assert_eq!((done.code, done.out.lines().count()), (0, 10), "{format} {done:?}");
        hold(&format!("{format}.jsonl"), &done.out);
    }
    hold("timesketch.csv", &place.in_format("timesketch-csv", &[]).out);
}

#[test]
fn the_metrics_of_the_samples_are_as_they_were() {
    let samples = samples();
    let done = Place::empty().run(&["report", samples.to_str().unwrap(), "--format=prometheus", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.err);
    metrics(&done.out);
    // The version changes by itself.
    let version = env!("CARGO_PKG_VERSION");
    hold("report.prom", &done.out.replace(&format!("version=\"{version}\""), "version=\"0.0.0\""));
}

/// All texts and numbers in a value, as text.
fn leaves(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => out.push(text.clone()),
        Value::Array(parts) => parts.iter().for_each(|part| leaves(part, out)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, out)),
        other => out.push(other.to_string()),
    }
}

#[test]
fn whatever_stands_in_a_row_stands_in_each_format() {
    let place = place();
    let text = place.run(&["events", "logs", "--quiet"]).out;
    for format in LINES {
        let written = rows(&place.in_format(format, &[]).out);
        for (plain, row) in rows(&text).iter().zip(&written) {
            let (mut want, mut found) = (Vec::new(), Vec::new());
            let mut plain = plain.clone();
            plain["schema_version"] = Value::Null;
            leaves(&plain, &mut want);
            leaves(row, &mut found);
            for text in want {
                assert!(found.contains(&text), "{format} has lost {text:?}\n{row}");
            }
        }
    }
}

#[test]
fn columns_that_are_not_known_are_kept_in_each_format() {
    let log = "#Fields: date-time,event-id,source,shoe size\",a.b,old-subject\r\n\
         2026-03-10T09:00:00.000Z,RECEIVE,SMTP,=43,dotted,secret\r\n";
    let place = Place::empty();
    place.put(EX1, log);
    let want = json!([{"name": "shoe size\"", "value": "=43"}, {"name": "a.b", "value": "dotted"},
        {"name": "old-subject", "value": "secret"}]);
    for (format, at) in [
        ("ecs", "/microsoft/exchange/other"),
        ("ocsf", "/unmapped/other"),
        ("timesketch", "/other"),
        ("splunk", "/event/exchange_other"),
    ] {
        let found = rows(&place.in_format(format, &[]).out);
        assert_eq!(found[0].pointer(at), Some(&want), "{format}");
        assert!(!place.in_format(format, &["--no-subjects"]).out.contains("secret"), "{format}");
    }
    let table = place.in_format("timesketch-csv", &[]).out;
    let cells = csv::Reader::from_reader(table.as_bytes()).into_records().next().unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(cells.iter().next_back().unwrap()).unwrap(), want);
}

#[test]
fn a_number_no_database_takes_is_kept_as_text() {
    let (most, more) = (i64::MAX.to_string(), u64::MAX.to_string());
    let row = |n: &str| Row::receive(n, "ben@contoso.com").with("total-bytes", n);
    let place = Place::empty();
    place.put(EX1, Log::of(Release::E2016).rows(&[row(&most), row(&more)]).bytes());
    for (format, at, unparsed) in [
        ("ecs", "/network/bytes", "/microsoft/exchange/unparsed"),
        ("ocsf", "/email/size", "/unmapped/unparsed"),
        ("splunk", "/event/size", "/event/exchange_unparsed"),
    ] {
        let found = rows(&place.in_format(format, &[]).out);
        assert_eq!(found[0].pointer(at), Some(&json!(i64::MAX)), "{format}");
        assert_eq!(found[1].pointer(at), None, "{format}");
        assert_eq!(
            found[1].pointer(unparsed),
            Some(&json!([{"name": "total-bytes", "value": more}])),
            "{format}"
        );
    }
}

#[test]
fn five_thousand_recipients_stay_one_list() {
    let people: Vec<String> = (0..5000).map(|n| format!("p{n}@contoso.com")).collect();
    let place = Place::empty();
    place.put(EX1, Log::of(Release::E2016).row(&Row::receive("all", &people.join(";"))).bytes());
    for (format, at) in [
        ("ecs", "/email/to/address"),
        ("ocsf", "/email/to"),
        ("timesketch", "/recipient-address"),
        ("splunk", "/event/recipient"),
    ] {
        let found = rows(&place.in_format(format, &[]).out);
        assert_eq!(found[0].pointer(at), Some(&json!(people)), "{format}");
    }
    let table = place.in_format("timesketch-csv", &[]).out;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == "recipient-address").unwrap();
    let cells = reader.into_records().next().unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&cells[at]).unwrap(), json!(people));
    assert!(cells[0].contains("to p0@contoso.com and 4,999 more"), "{}", &cells[0]);
}

#[test]
fn no_text_commands_a_terminal_or_a_spreadsheet() {
    let place = place();
    for format in LINES {
        let text = place.in_format(format, &[]).out;
        assert!(!text.chars().any(is_command), "{format}");
        let row = rows(&text).pop().unwrap().to_string();
        assert!(row.contains("=cmd|' /C calc'!A0"), "{format} {row}");
    }
    let table = place.in_format("timesketch-csv", &[]).out;
    assert!(!table.chars().any(is_command));
    let rows: Vec<_> =
        csv::Reader::from_reader(table.as_bytes()).into_records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 10);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    let sentence = &rows[9][0];
    assert!(sentence.starts_with("EX1 received mail from =cmd") && !sentence.contains('\n'), "{sentence}");
}

fn is_command(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r') || matches!(c, '\u{202e}' | '\u{2028}')
}

#[test]
fn no_subject_reaches_any_format_if_none_may() {
    let place = Place::empty();
    let row = Row::receive("budget", "ben@contoso.com").with("message-subject", "zebra");
    place.put(EX1, Log::of(Release::E2016).row(&row).bytes());
    for format in LINES.into_iter().chain(["timesketch-csv"]) {
        assert!(place.in_format(format, &[]).out.contains("zebra"), "{format}");
        let done = place.in_format(format, &["--no-subjects"]);
        assert!(done.code == 0 && !done.out.contains("zebra"), "{format} {done:?}");
    }
}

#[test]
fn rejects_and_endings_of_files_are_as_for_other_formats() {
    let place = Place::empty();
    place.put(EX1, damaged_log());
    for format in LINES.into_iter().chain(["timesketch-csv"]) {
        let done = place.run(&["events", "logs", "--format", format, "--rejects=r.jsonl", "--force"]);
        assert_eq!((done.code, place.get("r.jsonl").lines().count()), (3, 2), "{format} {done:?}");
        assert!(done.err.contains(" events: 4 written"), "{format} {}", done.err);
    }
    let plain = place.run(&["events", "logs"]).out;
    for name in ["a.ecs", "a.ocsf", "a.splunk"] {
        place.run(&["events", "logs", "-o", name]);
        assert_eq!(place.get(name), plain, "no ending chooses these formats");
    }
    place.run(&["report", "logs", "-o", "x.prom"]);
    assert_eq!(place.get("x.prom"), place.run(&["report", "logs", "--format=prometheus"]).out);
}

// ---------------------------------------------------------------------------------------------
// Against what the other side prescribes

/// What OCSF says of an attribute.
struct Attribute {
    kind: String,
    requirement: String,
    values: Vec<i64>,
}

/// Attributes by class or object, and by name.
fn ocsf() -> BTreeMap<(String, String), Attribute> {
    let text = std::fs::read_to_string(expected("ocsf-1.7.0.tsv")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [of, name, kind, requirement, values] = cells[..] else { panic!("{line}") };
            let values = values.split(',').filter_map(|v| v.parse().ok()).collect();
            let attribute = Attribute { kind: kind.to_owned(), requirement: requirement.to_owned(), values };
            ((of.to_owned(), name.to_owned()), attribute)
        })
        .collect()
}

fn conforms(of: &str, object: &Map<String, Value>, schema: &BTreeMap<(String, String), Attribute>) {
    for ((_, name), attribute) in schema.iter().filter(|((owner, _), _)| owner == of) {
        assert!(attribute.requirement != "required" || object.contains_key(name), "{of} needs {name}");
    }
    for (name, value) in object {
        let attribute = schema.get(&(of.to_owned(), name.clone()));
        let attribute = attribute.unwrap_or_else(|| panic!("{of} has no {name}"));
        assert_ne!(attribute.requirement, "deprecated", "{of}.{name}");
        let parts = match (attribute.kind.strip_suffix(" []"), value) {
            (Some(_), Value::Array(parts)) => parts.iter().collect(),
            (None, one) => vec![one],
            _ => panic!("{of}.{name} is a list: {value}"),
        };
        let kind = attribute.kind.trim_end_matches(" []");
        for part in parts {
            match (kind, part) {
                ("object object", Value::Object(_)) => {}
                (kind, Value::Object(inner)) if kind.starts_with("object ") => {
                    conforms(kind.trim_start_matches("object "), inner, schema);
                }
                ("integer_t" | "long_t" | "timestamp_t", Value::Number(n)) => {
                    let n = n.as_i64().unwrap();
                    assert!(attribute.values.is_empty() || attribute.values.contains(&n), "{of}.{name} {n}");
                }
                ("ip_t", Value::String(ip)) => assert!(ip.parse::<std::net::IpAddr>().is_ok(), "{ip}"),
                ("email_t", Value::String(address)) => assert!(address.contains('@'), "{address}"),
                ("string_t" | "hostname_t", Value::String(_)) => {}
                _ => panic!("{of}.{name} is no {kind}: {part}"),
            }
        }
    }
}

#[test]
fn what_is_written_for_ocsf_is_what_its_schema_allows() {
    let schema = ocsf();
    let place = place();
    place.put("logs/samples.LOG", std::fs::read(samples().join("EX1/MSGTRK2026031009-1.LOG")).unwrap());
    let found = rows(&place.in_format("ocsf", &[]).out);
    assert!(found.len() > 20);
    for row in &found {
        let row = row.as_object().unwrap();
        conforms("email_activity", row, &schema);
        let uid = 400_900 + row["activity_id"].as_i64().unwrap();
        assert_eq!(row["type_uid"], uid);
        assert!(row["email"].get("from").is_some() || row["email"].get("to").is_some());
    }
}

/// Reads the text format of Prometheus as strictly as its rules are; gives the samples.
fn metrics(text: &str) -> BTreeMap<String, String> {
    let mut samples = BTreeMap::new();
    let mut of = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            help.split(' ').next().unwrap().clone_into(&mut of);
            assert_eq!(lines.next(), Some(&*format!("# TYPE {of} gauge")));
            continue;
        }
        let (sample, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().unwrap().is_finite(), "{line}");
        let labels = sample.strip_prefix(&of).unwrap_or_else(|| panic!("{line} under {of}"));
        assert!(labels.is_empty() || labels.starts_with('{') && labels.ends_with('}'), "{line}");
        let (mut quoted, mut escaped) = (false, false);
        for c in labels.chars() {
            assert!(!c.is_control(), "{line}");
            match c {
                '\\' | '"' | 'n' if escaped => escaped = false,
                _ if escaped => panic!("{line}"),
                '\\' => escaped = quoted,
                '"' => quoted = !quoted,
                _ => {}
            }
        }
        assert!(!quoted && !escaped, "{line}");
        assert!(samples.insert(sample.to_owned(), number.to_owned()).is_none(), "{line} twice");
    }
    assert!(text.ends_with('\n'));
    samples
}

#[test]
fn no_name_in_a_log_breaks_the_metrics() {
    let place = Place::empty();
    let mut log = Log::of(Release::E2016);
    for n in 0..30 {
        let name = format!("{n}{HOSTILE}");
        let row = Row::send(&format!("m{n}"), &format!("x@d{n}.example")).with("connector-id", name);
        log = log.row(&row.with("client-hostname", format!("S{n}\"\\\n")).with("event-id", "SENDEXTERNAL"));
    }
    place.put(EX1, log.bytes());
    let text = place.run(&["report", "logs", "--format=prometheus", "--quiet", "--top=7"]).out;
    let samples = metrics(&text);
    let of = |metric: &str| samples.keys().filter(|key| key.split('{').next() == Some(metric)).count();
    assert_eq!(samples["mailtrail_connectors"], "30");
    assert_eq!((of("mailtrail_connector_size_bytes"), of("mailtrail_server_events")), (7, 7));
    assert_eq!(samples["mailtrail_decisions{decision=\"send-connector\"}"], "30");
}

#[test]
fn the_metrics_say_what_the_report_says() {
    let place = Place::with_mail();
    let text = place.run(&["report", "logs", "--format=prometheus"]).out;
    let (found, report) = (metrics(&text), place.report(&[]));
    let mut want = String::new();
    for (decision, n) in report["decisions"].as_object().unwrap() {
        assert_eq!(found[&format!("mailtrail_decisions{{decision=\"{decision}\"}}")], n.to_string());
    }
    for key in ["messages", "recipients"] {
        writeln!(want, "mailtrail_{key} {}", report[key]).unwrap();
    }
    writeln!(want, "mailtrail_records {}", report["reconciliation"]["records"]).unwrap();
    assert!(want.lines().all(|line| text.lines().any(|l| l == line)), "{want}\n{text}");
}
