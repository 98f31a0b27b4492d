//! The numbers of a report are the same in every form: each figure of JSON stands in Markdown, each row of Markdown
//! in the text, and what a mail carries is those forms to the byte. (`page.rs` holds the page against JSON.)

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// The logs of one report.
fn logs() -> Vec<(&'static str, tempfile::TempDir, String)> {
    let planted = tempfile::tempdir().unwrap();
    said(planted.path(), &["generate", "--size=3MiB", "--seed=11", "-o", "logs", "-q"]);
    let root = tempfile::tempdir().unwrap();
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples").to_owned();
    vec![("samples", root, samples), ("generated", planted, "logs".to_owned())]
}

fn said(folder: &Path, args: &[&str]) -> String {
    said_to(100, folder, args)
}

/// Said to a terminal of this width.
fn said_to(columns: usize, folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    let done = command.current_dir(folder).env("COLUMNS", columns.to_string()).args(args).output().unwrap();
    assert!(done.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// A table: its headings, and its rows.
#[derive(Debug, Default)]
struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The tables of a Markdown document by their titles, without what is in brackets.
fn tables(markdown: &str) -> BTreeMap<String, Table> {
    let mut out: BTreeMap<String, Table> = BTreeMap::new();
    let mut title = String::new();
    for line in markdown.lines() {
        if let Some(text) = line.strip_prefix("## ") {
            text.split(" (").next().unwrap_or_default().clone_into(&mut title);
        }
        // What is drawn in a column is no figure.
        let line = line.replace("`0     6     12    18    `", "by hour");
        let Some(row) = line.strip_prefix("| ").or_else(|| line.strip_prefix('|')) else { continue };
        if row.chars().all(|c| matches!(c, '-' | ':' | '|')) {
            continue;
        }
        let cells = row.trim_end_matches('|').split(" | ").map(|cell| plain(cell.trim())).collect();
        let table = out.entry(title.clone()).or_default();
        if table.heads.is_empty() { table.heads = cells } else { table.rows.push(cells) }
    }
    out
}

/// A cell without what makes it Markdown.
fn plain(cell: &str) -> String {
    let mut text = cell.replace("**", "").replace('`', "");
    for code in 33..127u8 {
        text = text.replace(&format!("&#{code};"), &char::from(code).to_string());
    }
    text
}

/// A number as people read it.
fn grouped(number: &Value) -> String {
    let digits = number.as_u64().unwrap().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What one column of a table holds; a dash is none.
fn column(tables: &BTreeMap<String, Table>, title: &str, head: &str) -> Vec<String> {
    let Some(table) = tables.get(title) else { return Vec::new() };
    let at = table.heads.iter().position(|h| h == head).unwrap_or_else(|| panic!("{title}: no {head}"));
    table.rows.iter().map(|row| row[at].replace('–', "0")).collect()
}

#[test]
fn every_figure_of_json_stands_in_markdown() {
    for (name, folder, path) in logs() {
        let json: Value =
            serde_json::from_str(&said(folder.path(), &["report", &path, "--format=json", "-q"])).unwrap();
        let tables = tables(&said(folder.path(), &["report", &path, "--format=md", "-q"]));
        let lists = [
            ("/connectors", "recipients", "Send connectors", "recipients"),
            ("/failures/first", "recipients", "Failures by code", "recipients"),
            ("/not_found/first", "messages", "Addresses nobody has", "messages"),
            ("/not_found/first", "senders", "Addresses nobody has", "senders"),
            ("/not_found_domains/first", "count", "Domains of the addresses not found", "addresses"),
            ("/senders/first", "count", "Who sent most", "messages"),
            ("/final_recipients/first", "count", "Who was sent most", "times"),
            ("/sender_domains/first", "count", "Domains mail came from", "messages"),
            ("/recipient_domains/first", "count", "Domains mail was for", "recipients"),
            ("/coverage", "rows", "What the logs cover", "rows"),
            ("/missing_servers", "count", "Servers whose log is missing", "recipients"),
            ("/clocks", "sends", "Clocks that differ", "sends"),
        ];
        for (pointer, field, title, head) in lists {
            let list = json.pointer(pointer).unwrap().as_array().unwrap();
            let want: Vec<String> = list.iter().map(|row| grouped(&row[field])).collect();
            assert_eq!(column(&tables, title, head), want, "{name}: {title}, {head}");
        }
        let hours: Vec<&Value> = json["hours"].as_object().unwrap().values().collect();
        let pairs = [
            ("messages", "messages"),
            ("recipients", "recipients"),
            ("delivered", "stored"),
            ("sent", "sent"),
            ("failed", "failed"),
            ("open", "undecided"),
        ];
        // Of many hours days are shown, drawn.
        let by_hour = tables.contains_key("Mail flow by hour");
        assert!(by_hour || name != "samples");
        for (field, head) in pairs.into_iter().filter(|_| by_hour) {
            let want: Vec<String> = hours.iter().map(|hour| grouped(&hour[field])).collect();
            let found = column(&tables, "Mail flow by hour", head);
            let found: Vec<String> = found.into_iter().filter(|cell| !cell.is_empty()).collect();
            assert_eq!(found, want, "{name}: by hour, {head}");
        }
        expect_sums(&json, &tables);
    }
}

/// Decisions, waiting times, and the reconciliation.
fn expect_sums(json: &Value, tables: &BTreeMap<String, Table>) {
    let named = |title: &str, name: &str, number: &Value| {
        let row = tables[title].rows.iter().find(|row| row[0].trim_start_matches(['=', '+', ' ']) == name);
        let row = row.unwrap_or_else(|| panic!("{title}: no {name}"));
        assert!(row.contains(&grouped(number)), "{title}: {name} {number}: {row:?}");
    };
    let of_all = "Nothing is lost: every record and every recipient is in one of these";
    let some = |(_, number): &(&String, &Value)| **number != 0;
    for (decision, number) in json["decisions"].as_object().unwrap().iter().filter(some) {
        named("What was decided", decision, number);
        named(of_all, decision, number);
    }
    for (decision, latency) in json["latency_ms"].as_object().unwrap() {
        named("How long it took", decision, &latency["count"]);
    }
    let sums = &json["reconciliation"];
    for (field, name) in [
        ("records", "records found in the files"),
        ("headers", "header lines"),
        ("events", "events"),
        ("rejects", "rejects: could not be read"),
        ("counted", "counted in this report"),
        ("probes", "probes: Exchange testing itself"),
        ("duplicates", "duplicates: read from another copy"),
        ("redundancy", "redundancy: shadow and safety copies"),
        ("outside_window", "outside the window asked for"),
        ("leaves", "recipients"),
    ] {
        named(of_all, name, &sums[field]);
    }
}

/// Whether these stand in a line, one after the other, none of them a part of a longer one.
fn holds(line: &str, numbers: &[&String]) -> bool {
    let mut rest = format!(" {line} ");
    numbers.iter().all(|number| {
        let found = rest.split_once(&format!(" {number} ")).map(|(_, behind)| format!(" {behind}"));
        found.map(|behind| rest = behind).is_some()
    })
}

#[test]
fn every_row_of_markdown_stands_in_the_text() {
    for (name, folder, path) in logs() {
        let markdown = said(folder.path(), &["report", &path, "--format=md", "-q"]);
        let text = said_to(140, folder.path(), &["report", &path, "--format=text", "-q"]);
        let mut tables_met = 0;
        for (title, table) in tables(&markdown).iter().filter(|(title, _)| !title.is_empty()) {
            let begin =
                text.lines().position(|line| line == title || line.starts_with(&format!("{title} (")));
            let begin = begin.unwrap_or_else(|| panic!("{name}: no {title} in the text"));
            let mut lines = text.lines().skip(begin);
            tables_met += 1;
            for row in &table.rows {
                let numbers: Vec<&String> =
                    row.iter().filter(|cell| cell.starts_with(|c: char| c.is_ascii_digit())).collect();
                assert!(
                    lines.any(|line| holds(line, &numbers)),
                    "{name}: {title}: {row:?} is not in the text"
                );
            }
        }
        assert!(tables_met > 10, "{tables_met}");
        let totals = |form: &str| {
            let line =
                form.lines().find(|line| line.contains("Mail") && line.contains("messages to ")).unwrap();
            line.trim_matches(['|', ' ']).replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(totals(&markdown).replace("| ", ""), totals(&text), "{name}");
    }
}

#[cfg(feature = "mail")]
#[test]
fn a_mail_carries_these_forms_as_they_are() {
    for (name, folder, path) in logs() {
        let who = ["--mail-from=report@contoso.com", "--mail-to=admins@contoso.com", "--mail=-", "-q"];
        for form in ["md", "json", "text", "html"] {
            let attach = format!("--mail-attach={form}");
            let mail = said(folder.path(), &[&["report", &path, &attach], &who[..]].concat());
            let message = mailparse::parse_mail(mail.as_bytes()).unwrap();
            let attached = message.parts().last().unwrap().get_body_raw().unwrap();
            let file = format!("--format={form}");
            let own = said(folder.path(), &["report", &path, &file, "-q"]);
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(lines(&String::from_utf8(attached).unwrap()), lines(&own), "{name}: {form}");
        }
    }
}
