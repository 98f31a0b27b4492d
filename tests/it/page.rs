//! The page of a report holds the report's own numbers, lets nothing of a log become markup, and runs nothing but
//! its own scripts.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![expect(clippy::disallowed_methods, reason = "lays out logs in a folder of its own")]

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::logwriter::{Log, Release, Row, time};

fn run(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    let done = command.current_dir(folder).args(args).arg("--quiet").output().unwrap();
    assert!(done.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// What stands between two texts.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin}"));
    rest.split_once(end).unwrap().0
}

fn data(page: &str) -> Value {
    let json = between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
    assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    serde_json::from_str(json).unwrap()
}

fn numbers(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect()
}

/// `n` by what stands in another list of the same length.
fn sums(keys: &Value, n: &Value) -> BTreeMap<u64, u64> {
    let (keys, n) = (numbers(keys), numbers(n));
    assert_eq!(keys.len(), n.len());
    let mut out = BTreeMap::new();
    keys.into_iter().zip(n).for_each(|(key, n)| *out.entry(key).or_default() += n);
    out
}

/// Sums by the names that numbers stand for.
fn named(names: &Value, sums: &BTreeMap<u64, u64>) -> BTreeMap<String, u64> {
    let name = |n: &u64| names[*n as usize].as_str().unwrap().to_owned();
    sums.iter().map(|(key, n)| (name(key), *n)).collect()
}

fn expect_cells(page: &Value, report: &Value) {
    let (cube, cells) = (&page["cube"], &page["cube"]["cells"]);
    let n = &cells["n"];
    assert_eq!(numbers(n).iter().sum::<u64>(), report["recipients"].as_u64().unwrap());
    for (part, name) in
        ["entry", "server", "decision", "connector", "next_hop", "outcome"].map(|p| (&cells[p], &cube[p]))
    {
        assert!(numbers(part).iter().all(|n| name[*n as usize].is_string()));
    }
    let mut decisions = named(&cube["decision"], &sums(&cells["decision"], n));
    for (decision, count) in report["decisions"].as_object().unwrap() {
        assert_eq!(decisions.remove(decision).unwrap_or(0), count.as_u64().unwrap(), "{decision}");
    }
    let connectors = named(&cube["connector"], &sums(&cells["connector"], n));
    for row in report["connectors"].as_array().unwrap() {
        let Some(count) = connectors.get(row["connector"].as_str().unwrap()) else {
            assert!(connectors.contains_key("other"), "{row}");
            continue;
        };
        assert_eq!(row["recipients"], *count, "{row}");
    }
    let (start, step) = (cube["start"].as_i64().unwrap(), cube["step"].as_i64().unwrap());
    let mut hours: BTreeMap<u64, u64> = BTreeMap::new();
    for (hour, row) in report["hours"].as_object().unwrap() {
        let ms = mailtrail::model::time::Timestamp::read(hour).unwrap().0;
        *hours.entry(((ms - start) / step) as u64).or_default() += row["recipients"].as_u64().unwrap();
    }
    hours.retain(|_, n| *n > 0);
    assert_eq!(sums(&cells["t"], n), hours);
    assert!(hours.keys().all(|t| *t < cube["buckets"].as_u64().unwrap()));
}

fn expect_details(page: &Value, report: &Value) {
    let cells = page["cube"]["cells"]["n"].as_array().unwrap().len() as u64;
    let (latency, sizes) = (&page["latency"]["rows"], &page["sizes"]);
    let whole = sums(&latency["hop"], &latency["n"]).get(&0).copied().unwrap_or(0);
    assert_eq!(page["latency"]["hops"][0], "");
    assert_eq!(report["latency_ms"]["all"]["count"], whole);
    let sized: u64 = numbers(&sizes["rows"]["n"]).iter().sum();
    assert_eq!(sized + sizes["unknown"].as_u64().unwrap(), report["recipients"].as_u64().unwrap());
    let lists = [
        ("senders", "senders", "count"),
        ("sender_domains", "sender_domains", "count"),
        ("recipients", "final_recipients", "count"),
        ("recipient_domains", "recipient_domains", "count"),
        ("statuses", "failures", "recipients"),
    ];
    for (list, of_report, count) in lists {
        let (top, list_of) = (&page["tops"][list], &report[of_report]);
        assert_eq!(top["total"], list_of["total"], "{list}");
        let first = list_of["first"].as_array().unwrap();
        let by_item = sums(&top["rows"]["item"], &top["rows"]["n"]);
        assert!(numbers(&top["rows"]["cell"]).iter().all(|cell| *cell < cells));
        for (place, name) in top["names"].as_array().unwrap().iter().enumerate() {
            assert_eq!(top["counts"][place], first[place][count], "{list} {name}");
            if list != "statuses" {
                assert_eq!(*name, first[place]["name"], "{list}");
            }
            // Of senders the report counts messages, and the page can choose recipients only.
            if !list.starts_with("sender") {
                assert_eq!(top["counts"][place], by_item[&(place as u64)], "{list} {name}");
            }
        }
    }
    assert!(
        numbers(&page["queue"]["server"]).iter().all(|s| page["cube"]["server"][*s as usize].is_string())
    );
    for depth in page["queue"]["depth"].as_array().unwrap() {
        assert_eq!(numbers(depth).len() as u64, page["cube"]["buckets"].as_u64().unwrap());
    }
}

/// Checks a page against the JSON of the same report.
fn expect_equal(folder: &Path, args: &[&str]) -> Value {
    let text = run(folder, &[&["report", "--format=html", "--top=20"], args].concat());
    let report: Value =
        serde_json::from_str(&run(folder, &[&["report", "--format=json", "--top=20"], args].concat()))
            .unwrap();
    let page = data(&text);
    let mut own = page["report"].clone();
    for cut in ["findings", "files", "coverage"] {
        let some = own[cut].as_array().unwrap();
        assert_eq!(some[..], report[cut].as_array().unwrap()[..some.len()], "{cut}");
        assert_eq!(page["totals"][cut], report[cut].as_array().unwrap().len());
        own[cut] = report[cut].clone();
    }
    assert_eq!(own, report);
    expect_cells(&page, &report);
    expect_details(&page, &report);
    page
}

#[test]
fn the_page_holds_the_numbers_of_the_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = expect_equal(root, &["samples"]);
    assert_eq!(page["v"], 1);
    let hops: Vec<&str> =
        page["cube"]["next_hop"].as_array().unwrap().iter().map(|hop| hop.as_str().unwrap()).collect();
    assert!(hops.contains(&"EX1") && hops.contains(&"EX3"), "{hops:?}");
    assert!(hops.iter().all(|hop| !hop.starts_with("EX1.") && !hop.starts_with("EX3.")), "{hops:?}");
    let samples = page["samples"].as_array().unwrap();
    assert!(!samples.is_empty());
    let findings = page["report"]["findings"].as_array().unwrap();
    for sample in samples {
        let finding = &findings[sample["finding"].as_u64().unwrap() as usize];
        assert!(finding["samples"].as_array().unwrap().contains(&sample["message_id"]), "{sample}");
        assert!(sample["findings"].as_array().unwrap().contains(&finding["kind"]), "{sample}");
        assert!(!sample["hops"].as_array().unwrap().is_empty(), "{sample}");
    }
    let place = tempfile::tempdir().unwrap();
    let generate = ["generate", "--size=3MB", "--schema=mixed", "--quirks", "--seed=7", "-o", "logs"];
    run(place.path(), &generate);
    let all = expect_equal(place.path(), &["logs"]);
    let words: Vec<&str> =
        all["cube"]["entry"].as_array().unwrap().iter().map(|e| e.as_str().unwrap()).collect();
    assert!(words.contains(&"from a mailbox"), "{words:?}");
    expect_equal(place.path(), &["logs", "--recipient=*@contoso.com", "--tz=Europe/Berlin"]);
    expect_equal(place.path(), &["logs", "--include-probes", "--decision=failed"]);
}

#[test]
fn a_page_without_mail_is_a_page() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("a.LOG"), Log::of(Release::E2016).delivered("one").bytes()).unwrap();
    let one = expect_equal(place.path(), &["a.LOG"]);
    assert_eq!(one["cube"]["cells"]["n"], serde_json::json!([1]));
    assert_eq!(one["cube"]["buckets"], 1);
    let none = expect_equal(place.path(), &["a.LOG", "--sender=nobody@nowhere.example"]);
    assert_eq!(none["cube"]["cells"]["n"], serde_json::json!([]));
    assert_eq!(none["cube"]["buckets"], 0);
}

#[test]
fn nothing_of_a_log_becomes_markup_and_only_the_own_scripts_run() {
    let place = tempfile::tempdir().unwrap();
    let hostile = "</script><script>alert(1)</script><!--SCRIPT-->&amp;\u{2028}";
    let refused = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; </pre></noscript><img src=x>";
    let rows = [
        Row::receive("one", "<b>nobody</b>@contoso.com").with("message-subject", hostile),
        Row::fail("one", "<b>nobody</b>@contoso.com", refused),
    ];
    std::fs::write(place.path().join("a.LOG"), Log::of(Release::E2016).rows(&rows).bytes()).unwrap();
    let text = run(place.path(), &["report", "a.LOG", "--format=html"]);
    let page = data(&text);
    assert_eq!(page["tops"]["recipients"]["names"][0], "<b>nobody</b>@contoso.com");
    for tag in ["<b>", "<img", "</pre></noscript><img", "alert(1)</script>"] {
        assert!(!text.contains(tag), "{tag}");
    }
    assert_eq!(text.matches("</script").count(), 2);
    let policy = between(&text, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let style = hash(between(&text, "<style>", "</style>"));
    let script = hash(between(&text, "<script>", "</script>"));
    assert!(policy.contains(&format!("style-src {style};")), "{policy}");
    assert!(policy.contains(&format!("script-src {script};")), "{policy}");
    assert!(!text.contains("<!--"), "a mark was left");
}

#[test]
fn subjects_stay_out_where_that_is_asked_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let subjects = |args: &[&str]| {
        let page = data(&run(root, &[&["report", "samples", "--format=html"], args].concat()));
        let samples = page["samples"].as_array().unwrap().clone();
        samples.into_iter().filter(|s| !s["subject"].is_null()).count()
    };
    assert!(subjects(&[]) > 0);
    assert_eq!(subjects(&["--no-subjects"]), 0);
}

/// A message that one server takes and another delivers after 600 ms. The clock of EX2 is three seconds behind.
fn passed_on(number: u32, [from, to]: [&str; 2], logs: &mut BTreeMap<String, Log>) {
    let by = |server: &str, ms: u32| 10_000 + number * 10_000 + ms - if server == "EX2" { 3000 } else { 0 };
    let name = format!("{from}-{number}");
    let hosts = |row: Row, client: &str, server: &str| {
        let host = |server: &str| format!("{server}.contoso.com");
        row.with("client-hostname", host(client)).with("server-hostname", host(server))
    };
    let origin = format!("{};LSRV={to}.contoso.com:TOTAL-HUB=0.3", time(by(from, 0)));
    let id = (4_471_060_956_000 + u64::from(number)).to_string();
    let taken =
        format!("[InternalId={id}, Hostname={to}.contoso.com] 4096 bytes in 0.1, Queued mail for delivery");
    let receive = Row::receive(&name, "anna@contoso.com").with("server-hostname", from).at(by(from, 0));
    let send = hosts(Row::send(&name, "anna@contoso.com"), from, to)
        .with("event-id", "SEND")
        .with("connector-id", "Intra-Organization SMTP Send Connector")
        .with("source-context", format!("08DE7E8F;250 2.6.0 <{name}@fabrikam.com> {taken};ClientSubmitTime:"))
        .with("message-info", &origin)
        .at(by(from, 250));
    let here = |row: Row| row.with("internal-message-id", &id);
    let arrival = here(hosts(Row::receive(&name, "anna@contoso.com"), from, to)).at(by(to, 200));
    let delivery = here(hosts(Row::deliver(&name, "anna@contoso.com"), to, to))
        .with("message-info", &origin)
        .at(by(to, 600));
    for (server, rows) in [(from, [receive, send]), (to, [arrival, delivery])] {
        let log = logs.remove(server).unwrap_or_else(|| Log::of(Release::E2016));
        logs.insert(server.to_owned(), log.rows(&rows));
    }
}

#[test]
fn what_clocks_differ_by_is_no_part_of_how_long_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let mut logs = BTreeMap::new();
    for number in 0..40 {
        passed_on(number, if number % 2 == 0 { ["EX1", "EX2"] } else { ["EX2", "EX1"] }, &mut logs);
    }
    for (server, log) in logs {
        std::fs::create_dir(folder.path().join(&server)).unwrap();
        std::fs::write(folder.path().join(server).join("MSGTRK2026031009-1.LOG"), log.bytes()).unwrap();
    }
    let report: Value =
        serde_json::from_str(&run(folder.path(), &["report", ".", "--format", "json"])).unwrap();
    assert_eq!(report["clocks"][0]["offset_ms"], -3000);
    let all = &report["latency_ms"]["all"];
    assert_eq!([&all["count"], &all["p50"], &all["max"]], [40, 600, 600]);
    run(folder.path(), &["report", ".", "-o", "day.html"]);
    let page = data(&std::fs::read_to_string(folder.path().join("day.html")).unwrap());
    let (edges, rows) = (numbers(&page["latency"]["edges"]), &page["latency"]["rows"]);
    let whole = numbers(&rows["hop"]).into_iter().zip(numbers(&rows["bin"])).filter(|(hop, _)| *hop == 0);
    let least: Vec<u64> = whole.map(|(_, bin)| edges[bin as usize]).collect();
    assert!(!least.is_empty() && least.iter().all(|ms| *ms == 500), "{least:?}");
}
