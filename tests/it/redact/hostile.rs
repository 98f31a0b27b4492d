//! Logs that were written to harm, or by nobody who knew how: whatever stands in them, nothing is let through, and they are read
//! as before.

use std::sync::{Arc, Mutex};

use mailtrail::input::discover::discover;
use mailtrail::pipeline::{Options, Reading, rewrite};
use mailtrail::redact::{Key, Rules, Subjects};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::{Place, files, mailtrail};
use crate::logwriter::{COLUMNS, Log, MARK, Release, Row};

/// Stands in every text, and may stand nowhere afterwards. No word, and too long to come up in a pseudonym.
const SECRET: &[u8] = b"zqxwvy";

fn holds_secret(text: &[u8]) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let at = lower.windows(SECRET.len()).position(|w| w == SECRET)?;
    let around = &text[at.saturating_sub(60)..(at + 40).min(text.len())];
    Some(String::from_utf8_lossy(around).into_owned())
}

/// Forms that any column may hold, all of them about a secret.
const FORMS: [&str; 44] = [
    "zqxwvy",
    "Zqxwvy Berg",
    "zqxwvy@zqxwvy.com",
    "<zqxwvy@zqxwvy.com>",
    "\"zqxwvy;zqxwvy, zqxwvy\"@zqxwvy.com",
    "zqxwvy@zqxwvy.com;Zqxwvy@zqxwvy.com;<zqxwvy>",
    "zqxwvy\r\nzqxwvy",
    "2026-03-10T09:00:00.000Z,zqxwvy",
    "\"zqxwvy\"",
    "=zqxwvy()",
    "zqxwvy.zqxwvy.mail.onmicrosoft.com",
    "zqxwvy-com.mail.protection.outlook.com",
    "SRS0=zqxwvy=ZQ=zqxwvy.com=zqxwvy@zqxwvy.com",
    "SRS0=zqxwvy",
    "SRS1=zqxwvy=zqxwvy==zqxwvy=zqxwvy=zqxwvy.com=zqxwvy@zqxwvy",
    "prvs=zqxwvy=zqxwvy@zqxwvy.com",
    "btv1==zqxwvy==zqxwvy@zqxwvy",
    "bounce-zqxwvy-zqxwvy=zqxwvy.com@zqxwvy.com",
    "zqxwvy+zqxwvy@zqxwvy.com",
    "IMCEAEX-_o=zqxwvy_ou=zqxwvy_cn=zqxwvy+20zqxwvy@zqxwvy.com",
    "IMCEAZQXWVY-zqxwvy@zqxwvy",
    "HealthMailboxzqxwvy@zqxwvy.com",
    "SystemMailbox{zqxwvy}@zqxwvy.com",
    "/o=zqxwvy/ou=zqxwvy (zqxwvy)/cn=Recipients/cn=zqxwvy-zqxwvy",
    "/o=zqxwvy",
    "[{LED=550 5.1.1 RESOLVER.zqxwvy.RecipNotFound; zqxwvy};{ZQXWVY=zqxwvy};{FQDN=zqxwvy};{IP=zqxwvy}]",
    "550 5.1.1 <zqxwvy@zqxwvy.com>: user zqxwvy unknown 'zqxwvy' [zqxwvy]",
    "250 2.6.0 <zqxwvy@zqxwvy> [InternalId=4711, Hostname=zqxwvy.zqxwvy.com] 17 bytes",
    "zqxwvy\\Default zqxwvy",
    "To zqxwvy - zqxwvy",
    "S:zqxwvy=zqxwvy;S:ProxyHop1=zqxwvy.com(10.0.0.1);ZQXWVY:zqxwvy=1",
    "2026-03-10T09:00:00.000Z;LSRV=zqxwvy.zqxwvy:TOTAL-HUB=0.1|CATRS-zqxwvy Agent=0.1;ZQXWVY=1",
    "MDB:zqxwvy, Mailbox:zqxwvy, Zqxwvy:zqxwvy",
    "fe80::1%zqxwvy",
    "10.0.1.11",
    "zqxwvy\u{fc}",
    "\u{202e}zqxwvy\u{7}",
    "250-zqxwvy.com zqxwvy",
    "8c62e682-fdef-4d29-b1b0-a67c60ec110c-zqxwvy",
    "Automatic reply: zqxwvy",
    "Re: Fwd: zqxwvy",
    "RESOLVER.ADR.zqxwvy",
    "mail.zqxwvy-mail.com",
    "zqxwvy/zqxwvy?zqxwvy#zqxwvy&zqxwvy%zqxwvy",
];

/// Names that are no UTF-8, and addresses of machines.
const BYTES: [&[u8]; 3] = [b"zqxwvy\xff\xfe@zqxwvy.com", b"\xe4zqxwvy", b"\0zqxwvy\0"];

#[test]
fn no_column_lets_anything_through() {
    let place = Place::new();
    let columns: Vec<&str> = COLUMNS.into_iter().filter(|c| *c != "date-time").collect();
    let mut log = Log::of(Release::E2016).raw("#Zqxwvy: zqxwvy by zqxwvy@zqxwvy.com\r\n#TYPE zqxwvy\r\n");
    for (n, form) in (0..).zip(FORMS.iter().map(|f| f.as_bytes()).chain(BYTES)) {
        for column in &columns {
            log = log.row(&Row::receive("budget", "anna@contoso.com").at(n).with(column, form));
        }
    }
    let people: Vec<String> = (0..5000).map(|n| format!("zqxwvy{n}@zqxwvy.com")).collect();
    log = log.row(&Row::receive("team", &people.join(";")));
    place.write("in/zqxwvy of Zqxwvy/MSGTRK2026031009-1.LOG", log.bytes());
    place.write("in/zqxwvy.txt", Log::of(Release::E2013).delivered("zqxwvy").bytes());
    place.write("in/MSGTRK2026031010-1.LOG.zqxwvy", Log::of(Release::E2010).delivered("zqxwvy").bytes());
    place.write("in/unknown.LOG", b"#Fields: date-time,event-id,zqxwvy,x-zqxwvy zqxwvy\r\n2026-03-10T09:00:00.000Z,ZQXWVY,zqxwvy 4711,\"zqxwvy, +49 30 555010\"\r\n");
    for (name, more) in [("drop", &[][..]), ("hash", &["--subjects", "hash"])] {
        let written = files(&place.redact(&place.path("in"), name, more));
        assert_eq!(written.len(), 4);
        for (name, text) in &written {
            assert_eq!(holds_secret(name.as_bytes()).or_else(|| holds_secret(text)), None, "{name}");
        }
        // Of a column that is not known not even a number stays.
        let unknown = written.iter().find(|(name, _)| {
            !name.contains("MSGTRK") && written[*name].starts_with(b"#Fields: date-time,event-id,")
        });
        assert!(unknown.is_some_and(|(_, text)| !text.windows(6).any(|w| w == b"555010")));
    }
    let routes =
        |folder: &str| mailtrail().args(["routes", "-q"]).arg(place.path(folder)).output().unwrap().stdout;
    let rows = |text: Vec<u8>| {
        String::from_utf8(text)
            .unwrap()
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect::<Vec<Value>>()
    };
    let (before, after) = (rows(routes("in")), rows(routes("drop")));
    assert!(before.len() > 5000 && before.len() == after.len(), "{} and {}", before.len(), after.len());
}

#[test]
fn what_cannot_be_read_is_masked_and_stays_what_it_was() {
    let place = Place::new();
    let row = Row::receive("budget", "zqxwvy@contoso.com").line(&COLUMNS);
    let cut = |n: usize| row[..row.len() - n].to_vec();
    let log = Log::of(Release::E2016)
        .raw("zqxwvy,zqxwvy,zqxwvy\r\n2026-03-10T09:00:00.001Z,zqxwvy\r\n")
        .raw([&cut(2)[..], b",zqxwvy\r\n"].concat())
        .raw([b"zqxwvy", &row[24..]].concat())
        .raw(String::from_utf8(row.clone()).unwrap().replacen("SMTP", "\"zqxwvy", 1))
        .delivered("budget")
        .raw([b"\0\0\0", MARK, &row[..]].concat())
        .raw([&cut(90)[..], b"\0\0\0\0", &row[..]].concat())
        .raw([b"Mar 10 09:00:01 zqxwvy zqxwvy[17]: ", &row[..]].concat())
        .raw("#Log-type: Zqxwvy Log\r\nzqxwvy,zqxwvy\r\n#Log-type: Message Tracking Log\r\n")
        .header(Release::E2016)
        .row(&Row::receive("quote", "zqxwvy@contoso.com"))
        .raw(cut(70));
    place.write("in/MSGTRK2026031009-1.LOG", log.bytes());
    let out = place.redact(&place.path("in"), "out", &[]);
    let written = files(&out);
    let text = &written["MSGTRK2026031009-1.LOG"];
    assert_eq!(holds_secret(text), None);
    assert!(text.starts_with(b"#Software: Microsoft Exchange Server\r\n#Version: 15.02.1544.004\r\n"));
    let account = |folder: &std::path::Path| {
        let done = mailtrail().args(["report", "-q", "--format=json"]).arg(folder).output().unwrap();
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        let mut sums = report["reconciliation"].clone();
        sums["bytes"] = Value::Null;
        let places: Vec<Value> = report["rejects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| Value::from(vec![r["line"].clone(), r["reason"].clone()]))
            .collect();
        (sums, report["rejects_by_reason"].clone(), places)
    };
    let (before, after) = (account(&place.path("in")), account(&out));
    assert_eq!(before, after);
    assert!(before.0["rejects"].as_u64() > Some(5) && before.0["repaired"].as_u64() > Some(1), "{before:?}");
}

#[test]
fn stray_quotes_change_neither_who_is_who_nor_which_line_is_which() {
    let place = Place::new();
    let list = "o'brien@contoso.com;LATER";
    let as_is = |line: Vec<u8>, from: &str, to: &str| {
        let line = String::from_utf8(line).unwrap();
        assert!(line.contains(from));
        line.replacen(from, to, 1)
    };
    let received = Row::receive("a", list).line(&COLUMNS);
    let broken = Row::receive("b", "anna@contoso.com").line(&COLUMNS);
    let split = Row::receive("c", "LATER").line(&COLUMNS);
    let log = Log::of(Release::E2016)
        .raw(as_is(received, "LATER", "\"k. lee\"@contoso.com"))
        .row(&Row::deliver("a", "o'brien@contoso.com").at(10))
        .raw(as_is(broken, "08DE7E85BDB40001", "MDB:\"4<a\r\nb@contoso.com>\"5"))
        .raw(as_is(split, "LATER", "\"ali;ce x\"@contoso.com"))
        .row(&Row::deliver("c", "ali").at(20))
        .delivered("budget")
        .bytes();
    place.write("in/MSGTRK2026031009-1.LOG", &log);
    let out = place.redact(&place.path("in"), "out", &[]);
    let text = &files(&out)["MSGTRK2026031009-1.LOG"];
    let lines = |text: &[u8]| memchr::memchr_iter(b'\n', text).count();
    assert_eq!(lines(text), lines(&log));
    let routes = |folder: &std::path::Path| {
        let done = mailtrail().args(["routes", "-q"]).arg(folder).output().unwrap();
        let rows = String::from_utf8(done.stdout).unwrap();
        let row = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            (row["decision"].to_string(), row["evidence"].as_array().map(Vec::len))
        };
        let mut rows: Vec<_> = rows.lines().map(row).collect();
        rows.sort();
        rows
    };
    assert_eq!(routes(&place.path("in")), routes(&out));
    assert!(!text.windows(5).any(|w| w == b"brien" || w == b"ce x\""));
}

#[test]
fn other_encodings_and_packings_give_the_same_log() {
    let place = Place::new();
    let text = String::from_utf8(Log::of(Release::E2016).delivered("Grüße").bytes()).unwrap();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    place.write("plain/MSGTRK2026031009-1.LOG", &text);
    place.write("wide/MSGTRK2026031009-1.LOG", utf16);
    place.write("returns/MSGTRK2026031009-1.LOG", text.replace("\r\n", "\r"));
    let plain = files(&place.redact(&place.path("plain"), "a", &[]));
    assert_eq!(plain, files(&place.redact(&place.path("wide"), "b", &[])));
    let lines = |all: &std::collections::BTreeMap<String, Vec<u8>>| {
        String::from_utf8(all["MSGTRK2026031009-1.LOG"].clone()).unwrap().replace('\r', "")
    };
    assert_eq!(lines(&plain), lines(&files(&place.redact(&place.path("returns"), "c", &[]))));
    let typed = mailtrail()
        .args(["redact", "-", "-q", "-o"])
        .arg(place.path("d"))
        .arg("--key-file")
        .arg(place.path("key"))
        .write_stdin(text)
        .assert();
    typed.success();
    assert_eq!(files(&place.path("d"))["stdin.LOG"], plain["MSGTRK2026031009-1.LOG"]);
}

/// A log as a list of pieces that know nothing of each other.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let rows =
        (select(FORMS.to_vec()), select(COLUMNS.to_vec()), 0..5000u32).prop_map(|(form, column, at)| {
            let row = Row::receive("zqxwvy", "zqxwvy@zqxwvy.com").at(at);
            if column == "date-time" { row.line(&COLUMNS) } else { row.with(column, form).line(&COLUMNS) }
        });
    let damaged = (
        rows.clone().boxed(),
        any::<proptest::sample::Index>(),
        select(vec![&b"\""[..], b"\n", b"\0", b",", b"\r\n", b"", b"\xef\xbb\xbf", b"\"\""]),
        any::<bool>(),
    )
        .prop_map(|(row, at, with, cut)| {
            let (head, tail) = row.split_at(at.index(row.len()));
            [head, with, if cut { b"" } else { tail }].concat()
        });
    let doubled = rows
        .clone()
        .prop_map(|row| row.iter().flat_map(|b| vec![*b; if *b == b'"' { 2 } else { 1 }]).collect());
    let header = select(Release::ALL.to_vec()).prop_map(|r| Log::of(r).bytes());
    let other = select(vec![
        "#Log-type: Zqxwvy\r\n",
        "#Fields: date-time,event-id,zqxwvy\r\n",
        "zqxwvy\r\n",
        "\r\n",
        "\0\0",
        "siem zqxwvy: ",
        "#zqxwvy",
    ])
    .prop_map(|t| t.as_bytes().to_vec());
    vec(prop_oneof![4 => rows, 3 => damaged, 1 => doubled, 1 => header, 1 => other], 0..12)
}

/// What is written, for all to see.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn run(logs: &std::path::Path, options: &Options) -> (Reading, Vec<u8>) {
    let rules = Rules::new(Key::new(&[b'k'; 40]).unwrap()).with_subjects(Subjects::Hash);
    let out = Written::default();
    let sources = discover(&[logs.to_owned()]).sources;
    let mut create = |_: &_| Ok(Box::new(out.clone()) as Box<dyn std::io::Write + Send>);
    let reading = rewrite(sources, &rules, options, &mut create, &|_| {}).unwrap();
    let bytes = std::mem::take(&mut *out.0.lock().unwrap());
    (reading, bytes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn whatever_a_log_holds_nothing_survives_and_the_account_is_the_same(pieces in pieces(), chunk in 1..3000usize) {
        let place = Place::new();
        let before = place.write("a.LOG", pieces.concat());
        let (reading, text) = run(&before, &Options { threads: 1, ..Options::default() });
        prop_assert_eq!(holds_secret(&text), None);
        let (_, other) = run(&before, &Options { threads: 2, chunk, ..Options::default() });
        prop_assert!(other == text, "chunks of {} bytes change what is written", chunk);
        // Where not one row reads, nothing may be left that says it is a tracking log.
        prop_assume!(reading.ledger.events > 0);
        let after = place.write("b.LOG", &text);
        let (again, _) = run(&after, &Options { threads: 1, ..Options::default() });
        // Nor may it be where a log has no header, a lost quote, and lines that say it is another log.
        let headed = pieces.concat().starts_with(b"#Software");
        let other = pieces.iter().any(|piece| piece.starts_with(b"#Log-type"));
        let quoted = pieces.iter().any(|piece| memchr::memchr_iter(b'"', piece).count() % 2 == 1);
        prop_assume!(headed || !other || !quoted || again.ledger.records > 0);
        // Why a damaged row does not read may change with the text in it.
        let account = |r: &Reading| (r.ledger.records, r.ledger.headers, r.ledger.events, r.ledger.rejects);
        prop_assert_eq!(account(&reading), account(&again), "{:?}\n{:?}", String::from_utf8_lossy(&pieces.concat()), String::from_utf8_lossy(&text));
    }
}
