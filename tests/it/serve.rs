//! The served pages: the program itself on a port of its own, asked over a plain connection.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed; it writes logs of its own"
)]

mod door;
mod life;
mod truth;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::logwriter::{Log, Release, Row};

/// The program, until it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// What it said before it served.
    pub(crate) said: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| unreadable(&e, &self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

#[expect(clippy::panic, reason = "a test may fail where it stands")]
fn unreadable(e: &serde_json::Error, text: &str) -> Value {
    panic!("{e}: {text}")
}

impl Server {
    /// Of a folder, asked to look again soon.
    pub(crate) fn start(folder: &Path, flags: &[&str]) -> Self {
        Self::start_with(folder, ("127.0.0.1:0", "200ms"), flags)
    }

    /// That does not look again.
    pub(crate) fn start_slow(folder: &Path) -> Self {
        Self::start_with(folder, ("127.0.0.1:0", "1h"), &[])
    }

    /// On a port.
    pub(crate) fn start_at(folder: &Path, port: &str) -> Self {
        Self::start_with(folder, (&format!("127.0.0.1:{port}"), "200ms"), &[])
    }

    fn start_with(folder: &Path, (listen, refresh): (&str, &str), flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
        command.arg("serve").arg(folder).args(["--listen", listen, "--refresh", refresh, "--threads", "2"]);
        // Paths as short as they are for who runs the tests.
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(flags);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (mut said, mut port) = (String::new(), None);
        while port.is_none() {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "it ended: {said}");
            let at = line.split_once("serving on http://").and_then(|(_, rest)| rest.split_once('/'));
            port = at.and_then(|(address, _)| address.rsplit(':').next()?.parse().ok());
            said.push_str(&line);
        }
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Self { child, port: port.unwrap(), said }
    }

    /// Sends this, and reads to the end.
    pub(crate) fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        // A connection that is closed early may still have answered.
        drop(stream.read_to_end(&mut bytes));
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).replace("\r\n", "\n");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let port = self.port;
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Connection: close\r\n\r\n"
        ))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    pub(crate) fn ok(&self, path: &str) -> Answer {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer
    }

    /// Waits until the state is as wanted.
    pub(crate) fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let state = self.ok("/api/state").json();
            if is(&state) {
                return state;
            }
            assert!(began.elapsed() < Duration::from_mins(1), "{what}: {state}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[cfg(unix)]
    pub(crate) fn end(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

pub(crate) fn samples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// What `report --format json` says of a folder.
pub(crate) fn report(folder: &Path, flags: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    let done =
        command.arg("report").arg(folder).args(["--format", "json", "--quiet"]).args(flags).output().unwrap();
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The messages of a list, page after page.
fn all(server: &Server, query: &str) -> Vec<Value> {
    let mut out = Vec::new();
    for page in 1.. {
        let list = server.ok(&format!("/api/messages?{query}&page={page}")).json();
        out.extend(list["messages"].as_array().unwrap().clone());
        if page >= list["pages"].as_u64().unwrap() {
            break;
        }
    }
    out
}

/// Copies of one message have one message-id.
fn id(message: &Value) -> String {
    format!("{} {}", message["message_id"], message["network_message_id"])
}

fn ids(messages: &[Value]) -> BTreeSet<String> {
    let ids: BTreeSet<String> = messages.iter().map(id).collect();
    assert_eq!(ids.len(), messages.len(), "each message once");
    ids
}

/// The messages that `routes` has rows of.
fn routes(folder: &Path, flags: &[&str]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    command.arg("routes").arg(folder).args(["--format", "jsonl", "--quiet"]).args(flags);
    let rows = String::from_utf8(command.output().unwrap().stdout).unwrap();
    rows.lines().map(|row| id(&serde_json::from_str(row).unwrap())).collect()
}

/// A message with this subject.
pub(crate) fn message(log: Log, name: &str, subject: &str) -> Log {
    let rows = [Row::receive(name, "anna@contoso.com"), Row::deliver(name, "anna@contoso.com")];
    log.rows(&rows.map(|row| row.with("message-subject", subject)))
}

/// A log with so many messages, `m0` and so on.
pub(crate) fn log(numbers: std::ops::Range<u32>) -> Vec<u8> {
    numbers.fold(Log::of(Release::E2016), |log, n| log.delivered(&format!("m{n}"))).bytes()
}

#[test]
fn pages_and_json_say_what_the_report_says() {
    let server = Server::start(&samples(), &[]);
    assert!(server.said.starts_with("mailtrail: 60 files, "), "{}", server.said);
    let report = report(&samples(), &[]);
    assert_eq!(server.ok("/api/report").json(), report);
    let state = server.ok("/api/state").json();
    for (own, of) in [("messages", "messages"), ("recipients", "recipients")] {
        assert_eq!(state[own], report[of]);
    }
    assert_eq!(state["records"], report["reconciliation"]["records"]);
    assert_eq!(state["period"], report["period"]);
    assert_eq!(state["files"], report["files"].as_array().unwrap().len());
    let all = server.ok("/api/messages").json();
    assert_eq!(all["total"], report["messages"]);
    assert_eq!(all["messages"].as_array().unwrap().len(), 50);
    let findings = server.ok("/api/findings").json();
    let findings = findings["findings"].as_array().unwrap();
    assert_eq!(findings.len(), report["findings"].as_array().unwrap().len());
    for (finding, own) in findings.iter().zip(report["findings"].as_array().unwrap()) {
        let mut bare = finding.clone();
        bare.as_object_mut().unwrap().remove("id");
        assert_eq!(&bare, own);
        let listed = server.ok(&format!("/api/messages?finding={}", finding["id"].as_str().unwrap())).json();
        assert_eq!(listed["total"], finding["messages"], "{finding}");
    }
    let page = server.ok("/");
    assert!(page.text().contains("id=\"live\"") && page.text().contains("api/state"));
    let tag = page.header("etag").unwrap();
    let again = server.ask("GET", "/", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    let packed = server.ask("GET", "/", "Accept-Encoding: br, gzip\r\n");
    let wanted = cfg!(feature = "compressed").then_some("gzip");
    assert_eq!(packed.header("content-encoding"), wanted);
}

#[test]
fn a_message_and_its_rows_are_found_by_any_id() {
    let server = Server::start(&samples(), &[]);
    let list = server.ok("/api/messages?sort=recipients&order=desc").json();
    let first = &list["messages"][0];
    assert_eq!(first["recipients"], 10);
    let (network, id) =
        (first["network_message_id"].as_str().unwrap(), first["message_id"].as_str().unwrap());
    let id = id.replace('<', "%3C").replace('>', "%3E").replace('@', "%40");
    let by_network = server.ok(&format!("/api/message?id={network}")).json();
    assert_eq!(by_network["rows"].as_array().unwrap().len(), 10);
    assert_eq!(by_network["rows"], server.ok(&format!("/api/message?id={id}")).json()["rows"]);
    let page = server.ok(&format!("/message?id={network}")).text();
    let link =
        page.split("<a href=\"record?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let record = server.ok(&format!("/api/record?{link}")).json();
    let columns = record["columns"].as_array().unwrap();
    let value = |name: &str| columns.iter().find(|c| c["name"] == name).map(|c| c["value"].clone()).unwrap();
    assert_eq!(value("network-message-id"), network);
    let file = samples().parent().unwrap().join(record["file"].as_str().unwrap());
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().nth(record["line"].as_u64().unwrap() as usize - 1).unwrap();
    assert_eq!(record["row"], line);
    assert!(server.ok(&format!("/record?{link}")).text().contains("network-message-id"));
}

#[test]
fn lists_hold_what_is_asked_for_in_the_order_asked_for() {
    let server = Server::start(&samples(), &[]);
    for (query, flags) in [
        ("recipient=erin@contoso.com", ["--recipient=erin@contoso.com"]),
        ("recipient=@contoso.com", ["--recipient=*@contoso.com"]),
        ("connector=Internet", ["--connector=Internet"]),
        ("decision=failed", ["--decision=failed"]),
    ] {
        assert_eq!(ids(&all(&server, query)), routes(&samples(), &flags), "{query}");
    }
    let from = all(&server, "sender=*@contoso.com");
    assert!(!from.is_empty() && from.iter().all(|m| m["sender"].as_str().unwrap().ends_with("@contoso.com")));
    let by_server = ids(&all(&server, "server=EX1"));
    assert!(!by_server.is_empty() && by_server.is_subset(&routes(&samples(), &["--server=EX1"])));
    let noon = ["since", "until"].map(|edge| all(&server, &format!("{edge}=2026-03-10%2012:00")));
    assert!(noon[0].iter().all(|m| m["first_seen"].as_str() >= Some("2026-03-10T12:00")));
    assert!(noon[1].iter().all(|m| m["first_seen"].as_str() < Some("2026-03-10T12:00")));
    assert_eq!(noon[0].len() + noon[1].len(), 287);
    assert_eq!(all(&server, "text=Holiday").len(), 7);
    for (sort, field) in [("size", "size_bytes"), ("latency", "latency_ms"), ("recipients", "recipients")] {
        let values: Vec<i64> =
            all(&server, &format!("sort={sort}")).iter().map(|m| m[field].as_i64().unwrap_or(-1)).collect();
        assert!(values.is_sorted() && values.len() == 287, "{sort}: {values:?}");
    }
    let senders = all(&server, "sort=sender&order=desc");
    let lower = |m: &Value| m["sender"].as_str().unwrap().to_lowercase();
    assert!(senders.is_sorted_by(|a, b| lower(a) >= lower(b)));
}

#[test]
fn lists_are_paged_and_mistakes_are_named() {
    let server = Server::start(&samples(), &[]);
    let list = |query: &str| server.ok(&format!("/api/messages?{query}")).json();
    let first = list("page=1")["messages"][0]["first_seen"].clone();
    assert_eq!(
        list("order=desc&page=6")["messages"].as_array().unwrap().last().unwrap()["first_seen"],
        first
    );
    assert_eq!(list("page=6")["messages"].as_array().unwrap().len(), 287 - 250);
    assert_eq!(list("sender=*@contoso.com&sender=&text=")["total"], list("sender=*@contoso.com")["total"]);
    let page = server.ok("/messages?decision=failed&sort=size").text();
    assert!(page.contains("<option value=\"failed\" selected>") && page.contains("aria-sort=\"ascending\""));
    for (path, status, words) in [
        ("/messages?colour=red", 400, "no field &#39;colour&#39;"),
        ("/messages?decision=xx", 400, "&#39;xx&#39; is none"),
        ("/messages?since=soon", 400, "since"),
        ("/messages?sort=luck", 400, "they are: time"),
        ("/messages?page=7", 404, "6 pages"),
        ("/messages?page=0", 400, "from 1"),
        ("/messages?finding=nothing", 404, "no such finding"),
        ("/message", 400, "id must be there"),
        ("/message?id=nobody%40nowhere", 404, "No message"),
        ("/message?id=contoso.com", 404, "No message"),
        ("/record?file=%2Fetc%2Fpasswd&line=1&offset=0", 404, "No file of this name was read"),
        ("/record?file=samples&line=x&offset=0", 400, "no number"),
        ("/nothing", 404, "no such page"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(words), "{path}: {}", answer.text());
        if path != "/nothing" {
            let answer = server.get(&format!("/api{path}"));
            assert_eq!(
                (answer.status, answer.json()["status"].as_u64()),
                (status, Some(u64::from(status))),
                "{path}"
            );
        }
    }
    // What a flag would read as a list of patterns is none here.
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "*\n").unwrap();
    let name = secret.path().display().to_string().replace('/', "%2F");
    assert_eq!(list(&format!("recipient=%40{name}"))["total"], 0);
}

#[test]
fn hostile_texts_are_texts() {
    let folder = tempfile::tempdir().unwrap();
    let evil = "</script><script>alert(1)</script>\u{202e}<img src=x onerror=alert(2)>";
    let log = message(Log::of(Release::E2016), "m1", evil);
    std::fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log.bytes()).unwrap();
    let server = Server::start(folder.path(), &[]);
    let line = server.ok("/api/messages").json()["messages"][0].clone();
    assert_eq!(line["subject"], evil);
    let evidence = &line["evidence"];
    let file = evidence["file"].as_str().unwrap().replace('/', "%2F");
    let record = format!("record?file={file}&line={}&offset={}", evidence["line"], evidence["offset"]);
    let text = "text=%3Cimg%20src%3Dx%22%27%3E";
    for path in [
        "",
        "messages",
        &format!("messages?{text}"),
        "message?id=%3Cm1%40fabrikam.com%3E",
        &record,
        "message?id=%3Cimg%20src%3E",
    ] {
        let page = server.get(&format!("/{path}"));
        let page = page.text();
        assert!(
            !page.contains("<img") && !page.contains("<script>alert") && !page.contains('\u{202e}'),
            "{path}"
        );
    }
    for path in ["messages", "report", "message?id=%3Cm1%40fabrikam.com%3E", &record] {
        let answer = server.ok(&format!("/api/{path}"));
        assert!(!answer.text().contains(['<', '>', '&', '\u{202e}']), "{path}");
        answer.json();
    }
}

#[test]
fn no_subject_is_shown_where_none_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let log = message(Log::of(Release::E2016), "m1", "Secretmerger");
    std::fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log.bytes()).unwrap();
    let server = Server::start(folder.path(), &["--no-subjects"]);
    let line = server.ok("/api/messages").json()["messages"][0].clone();
    let evidence = &line["evidence"];
    let file = evidence["file"].as_str().unwrap().replace('/', "%2F");
    let record = format!("record?file={file}&line={}&offset={}", evidence["line"], evidence["offset"]);
    for path in [
        "",
        "messages",
        "message?id=m1%40fabrikam.com",
        &record,
        "api/report",
        "api/messages",
        "api/message?id=m1%40fabrikam.com",
        &format!("api/{record}"),
        "api/findings",
    ] {
        assert!(!server.ok(&format!("/{path}")).text().contains("Secretmerger"), "{path}");
    }
}
