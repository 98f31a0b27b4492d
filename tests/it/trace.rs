//! What `trace` draws, in every form: that it stays as it is, says the same everywhere, fits, and obeys no text.
//! `UPDATE_TRACE=1 cargo test trace` writes what stands in `tests/trace` anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "lays out logs in a folder of its own and reads what was written"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use roxmltree::{Document, ParsingOptions};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::logwriter::{Log, Release, Row, guid};

const FORMS: [&str; 4] = ["text", "md", "svg", "html"];
/// Text that would command a terminal, end a string, an element or a cell, or begin one.
const HOSTILE: &str = "</text></style><script>alert(1)</script>'\"|`*_[x](y)<!-- & ]]> \r\n# h\n```\u{1b}[31m\u{202e}\u{9b}\u{fffe}\u{2028}\\";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `trace` prints of some logs, run in a folder.
fn traced(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    for variable in ["COLUMNS", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    let output = command.current_dir(folder).arg("trace").args(args).arg("--quiet").output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)), "{args:?} {output:?}");
    String::from_utf8(output.stdout).unwrap().replace("\\MSGTRK", "/MSGTRK")
}

/// The same in one form, of all messages.
fn form(folder: &Path, form: &str) -> String {
    traced(folder, &[".", "--sender=*", "--format", form])
}

fn stories() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("tests/cases")).unwrap();
    let mut all: Vec<PathBuf> = folders.map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

/// A folder with one log.
fn with(log: Log) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log.bytes()).unwrap();
    folder
}

/// Every text hostile.
fn hostile() -> tempfile::TempDir {
    let evil = |row: Row| {
        let row = row.with("message-subject", HOSTILE).with("sender-address", HOSTILE);
        row.with("client-hostname", format!("h{HOSTILE}")).with("return-path", "")
    };
    let to = format!("anna{HOSTILE}@contoso.com");
    let sent = evil(Row::send("evil", &to)).with("connector-id", HOSTILE).with("server-hostname", HOSTILE);
    let failed = evil(Row::fail("evil", "ben@contoso.com", &format!("550 5.7.1 EVIL.{HOSTILE}; {HOSTILE}")));
    let received = evil(Row::receive("evil", &format!("{to};ben@contoso.com")));
    with(Log::of(Release::E2016).rows(&[received, sent, failed.at(600)]))
}

/// Mail that goes out and comes back so often.
fn rounds(times: u32) -> tempfile::TempDir {
    let to = "anna@contoso.com";
    let mut log = Log::of(Release::E2016);
    for lap in 0..times {
        let id = guid(u64::from(lap) + 1);
        let back = Row::receive("round", to).with("client-hostname", "mx.gw.contoso.com").at(lap * 1000);
        let out = Row::send("round", to).with("server-hostname", "mx.gw.contoso.com").at(lap * 1000 + 400);
        log = log.rows(&[back.with("network-message-id", &id), out.with("network-message-id", &id)]);
    }
    with(log)
}

/// A message to so many, of which the one before the last is not found.
fn to_many(number: usize) -> tempfile::TempDir {
    let name = |i: usize| format!("r{i:05}@contoso.com");
    let all: Vec<String> = (0..number).map(name).collect();
    let mut log = Log::of(Release::E2016).row(&Row::receive("many", &all.join(";")));
    for to in &all {
        let status = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found";
        log = log.row(&if *to == name(number - 2) {
            Row::fail("many", to, status)
        } else {
            Row::deliver("many", to)
        });
    }
    with(log)
}

/// Mail that goes over so many servers of the organisation, and out to so many hosts.
fn far(servers: u32, hosts: u32) -> tempfile::TempDir {
    let name = |i: u32| format!("EX{i}.contoso.com");
    let to: Vec<String> = (0..hosts).map(|i| format!("r{i}@d{i}.example")).collect();
    let to = to.join(";");
    let mut log = Log::of(Release::E2016);
    for i in 1..=servers {
        let from = if i == 1 { "mail.fabrikam.com".to_owned() } else { name(i - 1) };
        let here = Row::receive("far", &to).with("client-hostname", from).with("server-hostname", name(i));
        log = log.row(&here.at(i * 100));
        if i < servers {
            let on = Row::send("far", &to).with("event-id", "SEND").with("client-hostname", name(i));
            let on = on.with("server-hostname", name(i + 1));
            log =
                log.row(&on.with("connector-id", "Intra-Organization SMTP Send Connector").at(i * 100 + 50));
        }
    }
    for i in 0..hosts {
        let out = Row::send("far", &format!("r{i}@d{i}.example")).with("client-hostname", name(servers));
        log = log.row(&out.with("server-hostname", format!("mx.d{i}.example")).at(servers * 100 + 50 + i));
    }
    with(log)
}

/// Compares with what stands in `tests/trace`, or writes it.
fn hold(name: &str, text: &str) {
    let path = root().join("tests/trace").join(name);
    if std::env::var_os("UPDATE_TRACE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let want = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(text == want, "{name} has changed; UPDATE_TRACE=1 cargo test trace writes it anew");
}

fn parsed(text: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap()
}

/// All text in a page or a drawing that somebody sees.
fn seen(text: &str) -> String {
    let document = parsed(text);
    let nodes = document.descendants().filter(roxmltree::Node::is_text);
    let nodes = nodes.filter(|n| n.parent().is_some_and(|p| !p.has_tag_name("style")));
    nodes.filter_map(|n| n.text()).collect()
}

#[test]
fn pictures_of_the_stories_stay_as_they_are() {
    for form_of in ["text", "md"] {
        let mut all = String::new();
        for story in stories() {
            let name = story.file_name().unwrap().to_string_lossy().into_owned();
            all.push_str(&format!("\n===== {name}\n{}", form(&story, form_of)));
        }
        hold(&format!("stories.{}", if form_of == "text" { "txt" } else { form_of }), &all);
    }
    let story = |name: &str| root().join("tests/cases").join(name);
    let evil = hostile();
    for (name, folder) in [
        ("loop", story("a-loop-through-the-gateway-ends-when-the-hop-count-is-spent").as_path()),
        ("group", &story("a-group-has-a-local-a-cloud-and-a-missing-member")),
        ("missing", &story("mail-for-a-server-whose-log-is-missing-is-handed-off")),
        ("hostile", evil.path()),
    ] {
        for form_of in ["svg", "html"] {
            hold(&format!("{name}.{form_of}"), &form(folder, form_of));
        }
    }
    hold("hostile.txt", &form(evil.path(), "text"));
    hold("hostile.md", &form(evil.path(), "md"));
    hold(
        "loop.ascii.txt",
        &traced(
            &story("a-loop-through-the-gateway-ends-when-the-hop-count-is-spent"),
            &[".", "--sender=*", "--ascii"],
        ),
    );
}

#[test]
fn every_form_says_what_was_decided_for_each_recipient() {
    for story in stories() {
        let rows = form(&story, "jsonl");
        let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut told: Vec<String> =
            rows.iter().map(|row| row["decision"].as_str().unwrap().to_owned()).collect();
        told.sort();
        let page = form(&story, "html");
        let document = parsed(&page);
        let bold = document.descendants().filter(|n| n.has_tag_name("b"));
        let mut shown: Vec<String> = bold.filter_map(|n| n.text()).map(str::to_owned).collect();
        shown.sort();
        assert_eq!(shown, told, "{}", story.display());
        let texts = [form(&story, "text"), seen(&form(&story, "svg")), form(&story, "md").replace("**", "")];
        for (text, sign) in texts.iter().zip(["      ", "", "| "]) {
            for decision in &told {
                let many = told.iter().filter(|d| *d == decision).count();
                let found = text.matches(&format!("{sign}{decision}")).count();
                assert!(found >= many, "{} {decision} {found} of {many}", story.display());
            }
        }
    }
}

#[test]
fn rows_stand_once_and_in_causal_order() {
    let mut checked = 0;
    for story in stories() {
        let page = form(&story, "html");
        let document = parsed(&page);
        let last = |row: roxmltree::Node<'_, '_>| {
            let mut cells =
                row.children().filter(|n| n.has_tag_name("td") && n.attribute("class") == Some("long small"));
            cells.find_map(|n| n.text().map(str::to_owned))
        };
        let rows = document.descendants().filter(|n| n.has_tag_name("tr"));
        let places: Vec<String> = rows.filter_map(last).collect();
        let told = form(&story, "jsonl");
        for row in told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let mut at = Vec::new();
            for hop in row["hops"].as_array().unwrap() {
                let (file, line) = (hop["evidence"]["file"].as_str().unwrap(), &hop["evidence"]["line"]);
                let place = format!("{}:{line}", file.replace("\\MSGTRK", "/MSGTRK"));
                let found: Vec<usize> = (0..places.len()).filter(|i| places[*i] == place).collect();
                assert_eq!(found.len(), 1, "{} {place} {places:?}", story.display());
                at.extend(found);
            }
            assert!(at.is_sorted(), "{} {at:?}", story.display());
            checked += at.len();
        }
    }
    assert!(checked > 200, "{checked}");
}

#[test]
fn lines_fit_80_columns_and_ascii_is_ascii() {
    let made = [hostile(), rounds(100), to_many(100), far(12, 6), far(8, 1), far(2, 3)];
    let mut all = stories();
    all.extend(made.iter().map(|folder| folder.path().to_owned()));
    for folder in all {
        let text = form(&folder, "text");
        let long = text.lines().find(|line| line.width() > 80);
        assert_eq!(long, None, "{}", folder.display());
        let text = traced(&folder, &[".", "--sender=*", "--ascii"]);
        let wrong = text.lines().find(|line| !line.is_ascii() || line.len() > 80);
        assert_eq!(wrong, None, "{}", folder.display());
    }
}

#[test]
fn hostile_text_is_text_in_every_form() {
    let evil = hostile();
    let commands = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}');
    for form_of in FORMS {
        let text = form(evil.path(), form_of);
        assert!(!text.contains(commands), "{form_of}");
        if matches!(form_of, "svg" | "html") {
            assert!(!text.contains("<script") && seen(&text).contains("<script>"), "{form_of}");
            let document = parsed(&text);
            let known = ["svg", "title", "style", "path", "circle", "g", "text", "tspan"];
            let page = [
                "html", "head", "meta", "body", "main", "article", "h1", "h2", "dl", "dt", "dd", "table",
                "thead", "tbody", "tr", "th", "td", "b", "br", "span", "div",
            ];
            let strange = document.descendants().filter(roxmltree::Node::is_element).find(|n| {
                let name = n.tag_name().name();
                !known.contains(&name) && (form_of == "svg" || !page.contains(&name))
            });
            assert_eq!(strange.map(|n| n.tag_name().name().to_owned()), None, "{form_of}");
        } else if form_of == "md" {
            // Whatever a log says stands in a cell, as entities, or in indented code.
            let free = text.lines().filter(|line| !line.starts_with("    ") && !line.starts_with('|'));
            assert!(free.clone().all(|line| !line.contains(['<', '`', '[', '*'])), "{text}");
        }
    }
}

#[test]
fn a_page_needs_nothing_and_allows_nothing() {
    let page = form(&stories()[0], "html");
    assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"));
    let document = parsed(&page);
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let refers =
            node.attributes().find(|a| matches!(a.name(), "src" | "href" | "style" | "onclick" | "onload"));
        assert!(refers.is_none(), "{node:?}");
    }
    assert!(!page.contains("url(") && !page.contains("@import"));
}

#[test]
fn two_hundred_rows_are_drawn_and_a_thousand_are_cut_and_said() {
    let (rows, many) = (rounds(100), rounds(500));
    for form_of in FORMS {
        let text = form(rows.path(), form_of);
        let shown = if form_of == "md" { text.split("## Row by row").nth(1).unwrap() } else { &text };
        let each = if form_of == "html" { 2 } else { 1 };
        assert_eq!(shown.matches("SENDEXTERNAL").count(), 100 * each, "{form_of}");
        assert!(!text.contains("not drawn"), "{form_of}");
        let text = form(many.path(), form_of);
        assert!(text.contains("700 rows are not drawn") && text.contains("700 rows left out"), "{form_of}");
        assert!(text.len() < 400_000, "{form_of} {}", text.len());
    }
}

#[test]
fn many_servers_and_hosts_share_a_lane() {
    let folder = far(12, 6);
    for form_of in FORMS {
        let text = form(folder.path(), form_of);
        assert!(text.contains("6 more servers") && text.contains("7 hosts"), "{form_of} {text}");
        assert!(
            text.contains("on EX9:") || form_of == "md" && text.contains("on EX9&#58;"),
            "{form_of} {text}"
        );
    }
    hold("far.txt", &form(folder.path(), "text"));
    hold("far.svg", &form(folder.path(), "svg"));
}

#[test]
fn of_five_thousand_recipients_those_asked_for_and_those_that_failed_are_drawn() {
    let many = to_many(5000);
    for form_of in FORMS {
        let text = traced(many.path(), &[".", "--recipient=r04321@contoso.com", "--format", form_of]);
        assert!(text.contains("r04321@contoso.com") && text.contains("r04998@contoso.com"), "{form_of}");
        let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = if form_of == "md" {
            "4,940 recipients are not drawn &#40;4,940 local-delivery&#41;"
        } else {
            "4,940 recipients are not drawn (4,940 local-delivery)"
        };
        assert!(one_line.contains(said), "{form_of} {one_line}");
        assert!(text.len() < 200_000, "{form_of} {}", text.len());
    }
}

#[test]
fn of_very_many_messages_some_are_drawn_and_the_rest_is_counted() {
    let log = (0..60).fold(Log::of(Release::E2016), |log, i| log.delivered(&format!("m{i}")));
    let folder = with(log);
    for form_of in ["md", "svg", "html"] {
        assert!(form(folder.path(), form_of).contains("10 more messages are not drawn"), "{form_of}");
    }
    assert_eq!(form(folder.path(), "text").matches("RECEIVE").count(), 60);
}
