//! `events`: what a data lake sees. Columns and types, which rows, in which order, and that all add up.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Done, EX1, EX2, Place, damaged_log, rows};
use crate::logwriter::{COLUMNS, Log, Release, Row};

impl Place {
    fn events(&self, args: &[&str]) -> Done {
        self.run(&[&["events"], args].concat())
    }

    /// The rows of a log that lies alone.
    fn events_of(log: impl AsRef<[u8]>, args: &[&str]) -> Vec<Value> {
        let place = Self::empty();
        place.put(EX1, log);
        let done = place.events(&[&["logs", "--quiet"], args].concat());
        assert_eq!(done.code, 0, "{done:?}");
        rows(&done.out)
    }

    /// Events in short: message and event-id.
    fn shown(&self, args: &[&str]) -> Vec<String> {
        let done = self.events(&[&["logs", "--quiet"], args].concat());
        let shown = rows(&done.out).iter().map(in_short).collect::<Vec<_>>();
        assert_eq!(done.code, if shown.is_empty() { 5 } else { 0 }, "{args:?} {done:?}");
        shown
    }
}

fn in_short(row: &Value) -> String {
    let id = row["message-id"].as_str().unwrap_or_default();
    format!("{} {}", super::short(id), row["event-id"].as_str().unwrap())
}

/// A CSV text as rows of cells.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// The numbers of the line that says what became of the events.
fn account(done: &Done) -> Vec<u64> {
    let line = done.err.lines().find(|l| l.contains(" events: ")).unwrap_or_else(|| panic!("{done:?}"));
    line.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

#[test]
fn a_row_has_every_column_typed_under_its_own_name() {
    let row = Row::fail("budget", "Ben@contoso.com;carl@contoso.com", "550 5.1.1 no;550 5.2.2 full")
        .with("event-id", "fail")
        .with("network-message-id", "0F8A1B2C-3D4E-5F60-7182-93A4B5C6D7E8")
        .with("message-subject", "Budget, \"final\"")
        .with("log-id", "11111111-1111-4111-8111-111111111111");
    let found = Place::events_of(Log::of(Release::E2016).row(&row).bytes(), &[]);
    let want = json!({
        "schema_version": 1,
        "date-time": "2026-03-10T09:00:00.500Z",
        "client-ip": "10.0.1.11",
        "client-hostname": "EX1",
        "server-ip": null,
        "server-hostname": null,
        "source-context": null,
        "connector-id": null,
        "source": "ROUTING",
        "event-id": "FAIL",
        "internal-message-id": found[0]["internal-message-id"].as_u64().unwrap(),
        "message-id": "<budget@fabrikam.com>",
        "network-message-id": "0f8a1b2c-3d4e-5f60-7182-93a4b5c6d7e8",
        "recipient-address": ["Ben@contoso.com", "carl@contoso.com"],
        "recipient-status": ["550 5.1.1 no", "550 5.2.2 full"],
        "total-bytes": 4096,
        "recipient-count": 2,
        "related-recipient-address": null,
        "reference": null,
        "message-subject": "Budget, \"final\"",
        "sender-address": "lars@fabrikam.com",
        "return-path": "lars@fabrikam.com",
        "message-info": null,
        "directionality": "Incoming",
        "tenant-id": null,
        "original-client-ip": "192.0.2.25",
        "original-server-ip": null,
        "custom-data": "S:DeliveryPriority=Normal;S:AccountForest=contoso.com",
        "transport-traffic-type": "Email",
        "log-id": "11111111-1111-4111-8111-111111111111",
        "schema-version": "15.02.1544.004",
        "evidence": {"file": EX1, "line": 6, "offset": found[0]["evidence"]["offset"].as_u64().unwrap()},
    });
    assert_eq!(found, [want]);
}

#[test]
fn the_format_follows_the_flag_and_the_ending() {
    let place = Place::with_mail();
    let lines = place.events(&["logs"]).out;
    let table = place.events(&["logs", "--format=csv"]).out;
    assert!(lines.starts_with("{\"schema_version\":1,\"date-time\":"));
    assert!(table.starts_with("schema_version,date-time,client-ip,"));
    for (file, args, want) in [
        ("a.csv", &[][..], &table),
        ("a.jsonl", &[], &lines),
        ("a.log", &[], &lines),
        ("b.csv", &["--format=jsonl"], &lines),
    ] {
        assert_eq!(place.events(&[&["logs", "-o", file], args].concat()).code, 0);
        assert_eq!(place.get(file), *want, "{file}");
    }
    assert_eq!(place.events(&["logs", "-o", "a.csv"]).code, 1, "the file is there");
    assert_eq!(place.events(&["logs", "-o", "a.csv", "--force"]).code, 0);
    assert_eq!(place.events(&["logs", "--format=text"]).code, 2);
}

#[test]
fn both_formats_hold_the_same() {
    let place = Place::with_mail();
    let lines = rows(&place.events(&["logs"]).out);
    let table = cells(&place.events(&["logs", "--format=csv"]).out);
    let heads = [&["schema_version"][..], &COLUMNS, &["file", "line", "offset", "other"]].concat();
    assert_eq!(table[0], heads);
    assert_eq!(table.len(), 1 + lines.len());
    for (line, row) in lines.iter().zip(&table[1..]) {
        for (head, cell) in heads.iter().zip(row) {
            let value = line.get(head).or_else(|| line["evidence"].get(head)).unwrap_or(&Value::Null);
            let want = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(*cell, want, "{head}");
        }
    }
}

#[test]
fn older_releases_have_the_same_columns_with_nothing_in_them() {
    for release in Release::ALL {
        let log = Log::of(release).delivered("budget").bytes();
        let place = Place::empty();
        place.put(EX1, log);
        let row = &rows(&place.events(&["logs"]).out)[0];
        let table = cells(&place.events(&["logs", "--format=csv"]).out);
        let keys: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.len(), 32, "{keys:?}");
        for (number, column) in (1..).zip(COLUMNS) {
            let there = release.columns().contains(&column);
            assert!(there || row[column].is_null() && table[1][number].is_empty(), "{release:?} {column}");
        }
        assert_eq!(row["message-info"], "00A: NTS: ");
        assert_eq!(row["recipient-address"], json!(["anna@contoso.com"]));
    }
}

#[test]
fn columns_this_version_does_not_know_are_kept() {
    let log = "#Log-type: Message Tracking Log\r\n\
         #Fields: date-time,event-id,source,shoe-size,,message-subject,message_subject,shoe-size\r\n\
         2026-03-10T09:00:00.000Z,RECEIVE,SMTP,=43,nameless,first,second,44\r\n\
         2026-03-10T09:00:01.000Z,CONTOSOARCHIVED,Carrier,,,,,\r\n";
    let found = Place::events_of(log, &[]);
    let other = json!({"shoe-size": "=43", "column 5": "nameless", "message_subject": "second",
        "shoe-size (column 8)": "44"});
    assert_eq!(found[0]["other"], other);
    assert_eq!(found[0]["message-subject"], "first");
    assert_eq!(found[1].get("other"), None);
    assert_eq!((&found[1]["event-id"], &found[1]["source"]), (&json!("CONTOSOARCHIVED"), &json!("Carrier")));
    let found = Place::events_of(log, &["--no-subjects"]);
    assert!(!found[0].to_string().contains("first") && !found[0].to_string().contains("second"));
    let place = Place::empty();
    place.put(EX1, log);
    let table = cells(&place.events(&["logs", "--format=csv"]).out);
    assert_eq!(serde_json::from_str::<Value>(table[1].last().unwrap()).unwrap(), other);
    assert_eq!(table[2].last().unwrap(), "");
}

#[test]
fn columns_beyond_all_measure_are_one() {
    let (names, values) = (",far".repeat(300), ",\"a,b\"".repeat(300));
    let log = format!("#Fields: date-time,event-id{names}\r\n2026-03-10T09:00:00.000Z,RECEIVE{values}\r\n");
    let found = Place::events_of(&log, &[]);
    let other = found[0]["other"].as_object().unwrap();
    assert_eq!((other.len(), &other["far"]), (254, &json!("a,b")));
    assert_eq!(other["columns 256 and on"], json!(["\"a,b\""; 47].join(",")));
    let found = Place::events_of(&log, &["--no-subjects"]);
    assert_eq!(found[0]["other"].as_object().unwrap().len(), 253);
}

#[test]
fn what_is_no_number_or_id_is_not_lost() {
    let row = Row::receive("odd", "ben@contoso.com")
        .with("total-bytes", "4 KB")
        .with("internal-message-id", "99999999999999999999")
        .with("network-message-id", "none");
    let place = Place::empty();
    place.put(EX1, Log::of(Release::E2016).row(&row).bytes());
    let found = &rows(&place.events(&["logs"]).out)[0];
    let kept = json!({"internal-message-id": "99999999999999999999", "network-message-id": "none",
        "total-bytes": "4 KB"});
    assert_eq!(found["unparsed"], kept);
    assert!(["internal-message-id", "network-message-id", "total-bytes"].iter().all(|c| found[c].is_null()));
    let table = cells(&place.events(&["logs", "--format=csv"]).out);
    for (column, text) in kept.as_object().unwrap() {
        let number = table[0].iter().position(|c| c == column).unwrap();
        assert_eq!(table[1][number], *text);
    }
}

#[test]
fn hostile_text_reaches_no_terminal_and_no_spreadsheet() {
    let row = Row::receive("odd", "=cmd()@contoso.com")
        .with("message-subject", b"=cmd()\x1b[31m, \"x\"\r\n\xff \xe2\x80\xae")
        .with("source-context", "2026-03-10T09:00:00.000Z,,EX1");
    let place = Place::empty();
    place.put(EX1, Log::of(Release::E2016).row(&row).bytes());
    let done = place.events(&["logs"]);
    let found = rows(&done.out);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["message-subject"], "=cmd()\u{1b}[31m, \"x\"\r\n\u{fffd} \u{202e}");
    let table = place.events(&["logs", "--format=csv"]).out;
    assert!(!(done.out + &table).contains(['\u{1b}', '\u{202e}']));
    let row = &cells(&table)[1];
    assert_eq!(row[19], "'=cmd()\\u{1b}[31m, \"x\"\r\n\u{fffd} \\u{202e}");
    assert_eq!(row[13], "[\"=cmd()@contoso.com\"]");
}

#[test]
fn filters_choose_single_events() {
    let place = Place::with_mail();
    let all = place.shown(&[]);
    assert_eq!(all.len(), 11);
    for (args, want) in [
        (&["--event=send*"][..], &["quote SENDEXTERNAL"][..]),
        (&["--source=dns"], &["team DEFER"]),
        (&["--connector=Partner*"], &["quote SENDEXTERNAL"]),
        (&["--recipient=dora@*"], &["quote RECEIVE", "quote SENDEXTERNAL"]),
        // An expanded group is no recipient of its EXPAND, but named in it.
        (&["--recipient=TEAM@contoso.com"], &["team RECEIVE", "team EXPAND"]),
        (&["--client-ip=10.9.8.7"], &["lost RECEIVE"]),
        (&["--subject=Budget 2026*"], &["budget RECEIVE"]),
        (&["--sender=anna@*", "--event=DELIVER"], &["quote DELIVER"]),
        (&["--message-id=lost@fabrikam.com", "--event=FAIL"], &["lost FAIL"]),
        (&["--server=EX2", "--event=DELIVER,DEFER"], &[]),
        (&["--server=EX2", "--event=DELIVER", "--event=DEFER"], &["team DELIVER", "team DEFER"]),
        (&["--recipient=nobody@nowhere.example"], &[]),
    ] {
        assert_eq!(place.shown(args), want, "{args:?}");
    }
    let done = place.events(&["logs", "--event=DEFER"]);
    assert_eq!(account(&done), [11, 1, 10, 0, 0, 0], "{done:?}");
}

#[test]
fn a_decision_is_no_property_of_an_event() {
    let place = Place::with_mail();
    let done = place.events(&["logs", "--decision=failed"]);
    assert_eq!((done.code, done.out.as_str()), (2, ""));
    assert!(done.err.contains("--decision") && done.err.contains("routes"), "{done:?}");
}

#[test]
fn the_status_says_how_it_went() {
    let place = Place::with_mail();
    place.put("bad/MSGTRK2026031009-1.LOG", damaged_log());
    place.put("empty/notes.txt", "nothing");
    for (args, code) in [
        (&["logs"][..], 0),
        (&["logs", "--event=EXPLODE"], 5),
        (&["logs", "--since=2027-01-01"], 5),
        (&["bad"], 3),
        (&["bad", "--event=EXPLODE"], 3),
        (&["missing"], 1),
        (&["empty"], 1),
    ] {
        let done = place.events(&[args, &["-o", "out.csv"]].concat());
        assert_eq!(done.code, code, "{args:?} {done:?}");
        assert_eq!(place.names().contains(&"out.csv".to_owned()), code != 1, "{args:?}");
        if code != 1 {
            assert!(place.get("out.csv").starts_with("schema_version,"), "{args:?}");
            std::fs::remove_file(place.path().join("out.csv")).unwrap();
        }
    }
    let done = place.events(&["bad", "--rejects=rejects.jsonl"]);
    assert_eq!((rows(&done.out).len(), rows(&place.get("rejects.jsonl")).len()), (4, 2));
}

/// A log with two redundancy rows, two probe rows and two of mail.
fn mixed_log() -> Log {
    let probe = "HealthMailbox0a1b@contoso.com";
    let shadow = Row::receive("kept", "ben@contoso.com").with("event-id", "HARECEIVE");
    let rows = [
        Row::receive("probe", probe).with("sender-address", probe),
        Row::deliver("probe", probe).with("sender-address", probe),
        Row::receive("kept", "ben@contoso.com").at(1),
        shadow.clone().at(2),
        shadow.with("event-id", "HADISCARD").at(3),
        Row::deliver("kept", "ben@contoso.com"),
    ];
    Log::of(Release::E2016).rows(&rows)
}

#[test]
fn every_event_has_its_place_in_the_account() {
    let place = Place::empty();
    place.put(EX1, mixed_log().bytes());
    place.put("logs/copy/MSGTRK2026031009-9.LOG", mixed_log().delivered("more").bytes());
    // Of all events: written, not asked for, duplicates, outside of the time, probes.
    for (args, want) in [
        (&[][..], [14, 6, 0, 6, 0, 2]),
        (&["--include-probes"], [14, 8, 0, 6, 0, 0]),
        (&["--event=HA*"], [14, 2, 4, 6, 0, 2]),
        (&["--since=2026-03-10T09:00:00.400Z"], [14, 2, 0, 6, 5, 1]),
    ] {
        for threads in ["--threads=1", "--threads=7"] {
            let done = place.events(&[&["logs", threads, "--chunk-size=700"], args].concat());
            assert_eq!(account(&done), want, "{args:?}");
            assert_eq!(want[0], want[1..].iter().sum::<u64>());
            assert_eq!(rows(&done.out).len() as u64, want[1]);
        }
    }
    let ledger = place.report(&[])["reconciliation"].clone();
    let number = |of: &str| ledger[of].as_u64().unwrap();
    assert_eq!(number("counted") + number("redundancy"), 6);
    assert_eq!((number("duplicates"), number("probes")), (6, 2));
}

#[test]
fn of_two_copies_the_one_whose_name_sorts_first_is_shown() {
    let place = Place::empty();
    let log = |more: &[&str]| more.iter().fold(Log::of(Release::E2016), |log, m| log.delivered(m)).bytes();
    let (first, second) = ("z/MSGTRK2026031009-9.LOG", "a/MSGTRK2026031009-10.LOG");
    place.put(first, log(&["budget", "quote"]));
    place.put(second, log(&["early", "quote", "budget", "late"]));
    let want = place.events(&[first, second, "--quiet"]).out;
    let files =
        rows(&want).iter().map(|r| r["evidence"]["file"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(files, [first, first, first, first, second, second, second, second]);
    for paths in [[second, first], [first, second]] {
        for threads in ["--threads=1", "--threads=2", "--threads=7"] {
            for chunk in ["--chunk-size=64", "--chunk-size=1500", "--chunk-size=100000"] {
                let done = place.events(&[&paths[..], &[threads, chunk, "--quiet"]].concat());
                assert_eq!(done.out, want, "{paths:?} {threads} {chunk}");
            }
        }
    }
}

#[test]
fn rows_stand_in_the_order_of_files_and_lines() {
    let place = Place::with_mail();
    let found = rows(&place.events(&[EX2, EX1]).out);
    let places: Vec<(String, u64)> = found
        .iter()
        .map(|r| {
            (r["evidence"]["file"].as_str().unwrap().to_owned(), r["evidence"]["line"].as_u64().unwrap())
        })
        .collect();
    assert!(places.is_sorted() && places.len() == 11, "{places:?}");
}

#[test]
fn standard_input_gives_the_rows_of_the_file() {
    let place = Place::empty();
    let file = place.put(EX1, mixed_log().bytes());
    let from_file = place.events(&[EX1, "--quiet"]).out;
    let piped = super::finish(place.command().args(["events", "-", "--quiet"]).pipe_stdin(&file).unwrap());
    assert_eq!(piped.code, 0);
    assert_eq!(piped.out.replace("<stdin>", EX1), from_file);
}

#[test]
fn a_reader_that_closes_early_is_no_failure() {
    let place = Place::empty();
    let mut log = Log::of(Release::E2016);
    for number in 0..3000 {
        let mut name = String::new();
        write!(name, "mail{number}").unwrap();
        log = log.delivered(&name);
    }
    place.put(EX1, log.bytes());
    let mut child = place.spawn(&["events", "logs", "--quiet"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
