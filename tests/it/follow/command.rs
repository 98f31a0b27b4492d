//! The program: its state file, a restart in the middle, programs and web addresses that are told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{minutes, stories, written};
use crate::logwriter::{Log, Release};

const LOG: &str = "logs/EX1/MSGTRK2026031009-1.LOG";

/// A folder to work in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(desk.path("logs")).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn append(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.unwrap().write_all(bytes.as_ref()).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
        command.args(["follow", "logs", "--format=jsonl"]).args(args).current_dir(self.0.path());
        command.env_remove("ExchangeInstallPath").env_remove("http_proxy").env_remove("HTTP_PROXY");
        command.env_remove("ALL_PROXY").env_remove("all_proxy").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn once(&self, args: &[&str]) -> Output {
        self.run(&[&["--once", "--state=state.json", "--quiet"], args].concat())
    }

    /// Starts it; what it tells is appended to a list, until the thread that is given too ends.
    fn start(&self, args: &[&str], told: &Arc<Mutex<Vec<Value>>>) -> (Child, JoinHandle<()>) {
        let base = ["--interval=50ms", "--state=state.json", "--window=366days"];
        let mut command = self.command(&[&base, args].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, told) = (BufReader::new(child.stdout.take().unwrap()).lines(), Arc::clone(told));
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                told.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        (child, reader)
    }
}

fn rows(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How often each finding was told as new.
fn new_ones(told: &[Value]) -> BTreeMap<String, u64> {
    let mut out = BTreeMap::new();
    for finding in told.iter().filter(|f| f["standing"] == "new") {
        *out.entry(key(finding)).or_default() += 1;
    }
    out
}

fn key(finding: &Value) -> String {
    let parts = ["kind", "domain", "connector", "peer", "address"].map(|part| finding[part].to_string());
    let doubtful = finding["confidence"] == "low";
    format!("{} {doubtful}", parts.join(" ").to_lowercase())
}

/// Kills it, and gives what it told that its state does not hold, which is what it told last: that is rightly told
/// once more.
#[cfg(unix)]
fn kill(
    (mut child, reader): (Child, JoinHandle<()>),
    desk: &Desk,
    told: &Mutex<Vec<Value>>,
) -> BTreeSet<String> {
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    let (state, told) = (desk.path("state.json"), told.lock().unwrap());
    let state = if state.exists() { state_of(&state) } else { Value::Null };
    let saved = state.get("told").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    let all = new_ones(&told).len();
    assert!(saved <= all, "what is saved was told: {saved} and {all}");
    let mut unsaved = BTreeSet::new();
    for finding in told.iter().rev().filter(|f| f["standing"] == "new") {
        if unsaved.len() < all - saved {
            unsaved.insert(key(finding));
        }
    }
    unsaved
}

fn state_of(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

// ---------------------------------------------------------------------------------------------
// State

#[test]
fn what_was_told_is_not_told_again_until_it_has_grown() {
    let desk = Desk::new();
    desk.append(LOG, [Log::of(Release::E2016).bytes(), minutes(0, 6)].concat());
    let first = desk.once(&[]);
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let told = rows(&first);
    assert!(!told.is_empty() && told.iter().all(|f| f["standing"] == "new"), "{told:?}");
    assert!(rows(&desk.once(&[])).is_empty());
    desk.append(LOG, minutes(6, 7));
    assert!(rows(&desk.once(&[])).is_empty(), "one more of seven is no news");
    desk.append(LOG, minutes(7, 20));
    let grown = rows(&desk.once(&[]));
    assert!(!grown.is_empty() && grown.iter().all(|f| f["standing"] == "grown"), "{grown:?}");
    let state = std::fs::read_to_string(desk.path("state.json")).unwrap();
    assert_eq!(state_of(&desk.path("state.json"))["schema_version"], 1);
    assert!(!state.contains('@') && !state.contains("m3"), "no address and no subject: {state}");
    assert_eq!(desk.0.path().read_dir().unwrap().count(), 2, "no file is left over");
}

#[test]
fn a_state_of_another_version_is_refused_with_the_way_out() {
    let desk = Desk::new();
    desk.append(LOG, Log::of(Release::E2016).delivered("one").bytes());
    for (content, words) in [
        (r#"{"schema_version":2,"told":[]}"#, "version 2"),
        (r#"{"schema_version":1,"written_by":"mailtrail","told":{"a":1}}"#, "damaged"),
        ("", "no state of follow"),
        ("[1]", "damaged"),
    ] {
        std::fs::write(desk.path("state.json"), content).unwrap();
        let done = desk.once(&[]);
        let said = error(&done);
        assert_eq!(done.status.code(), Some(2), "{content} {said}");
        assert!(said.contains(words) && said.contains("delete it"), "{content} {said}");
        assert_eq!(
            std::fs::read_to_string(desk.path("state.json")).unwrap(),
            content,
            "it is left as it was"
        );
    }
    let done = desk.run(&["--once", "--state=nowhere/state.json"]);
    assert_eq!((done.status.code(), rows(&done).len()), (Some(1), 0), "{done:?}");
}

#[test]
fn what_cannot_be_meant_is_said_at_the_start() {
    let desk = Desk::new();
    for (args, code, words) in [
        (&["--once"][..], 2, "--state"),
        (&["-", "--once", "--state=s.json"], 2, "standard input"),
        (&["nowhere", "--once", "--state=s.json"], 1, "no such file"),
        (&["--window=1s"], 2, "from 1m"),
        (&["--interval=1ms"], 2, "from 50ms"),
        (&["--exec-arg=x"], 2, "--exec"),
        (&["--level=bad"], 2, "critical"),
        (&["--once", "--state=s.json", "--webhook=ftp://example.com"], 2, "--webhook"),
    ] {
        let done = desk.run(args);
        let said = error(&done);
        assert_eq!(done.status.code(), Some(code), "{args:?} {said}");
        assert!(said.contains(words), "{args:?} {said}");
    }
    // A folder in which nothing lies yet is one in which something will.
    assert_eq!(desk.once(&[]).status.code(), Some(3));
}

#[test]
#[cfg(unix)]
fn killed_and_started_again_it_loses_and_doubles_nothing() {
    let logs = ["gateway-loop", "forwarding-loop", "stale-or-moved-recipient", "group-loop"];
    let logs: Vec<_> = stories().into_iter().filter(|(name, _)| logs.contains(&name.as_str())).collect();
    assert_eq!(logs.len(), 4);
    let (desk, told) = (Desk::new(), Arc::new(Mutex::new(Vec::new())));
    let (mut run, mut rightly) = (desk.start(&["--quiet"], &told), BTreeMap::new());
    for (round, (story, logs)) in logs.iter().enumerate() {
        let lines = written(logs);
        for (half, some) in lines.chunks(lines.len() / 2 + 1).enumerate() {
            for (number, line) in some {
                let name = format!("logs/{story}/{}", logs[*number].0);
                let (head, tail) = line.split_at(line.len() / 2);
                desk.append(&name, head);
                desk.append(&name, tail);
            }
            std::thread::sleep(Duration::from_millis(150));
            if (round + half) % 2 == 1 {
                for key in kill(run, &desk, &told) {
                    *rightly.entry(key).or_insert(1) += 1;
                }
                run = desk.start(&["--quiet"], &told);
            }
        }
    }
    // What one run over everything finds is what was told.
    let all = Desk::new();
    for (story, logs) in &logs {
        for (name, bytes) in logs {
            all.append(&format!("logs/{story}/{name}"), bytes);
        }
    }
    let all = new_ones(&rows(&all.run(&["--once", "--state=state.json", "--window=366days"])));
    assert!(all.len() > 3, "{all:?}");
    wait_until("everything is told", || {
        let told = new_ones(&told.lock().unwrap());
        all.keys().all(|key| told.contains_key(key))
    });
    let (child, reader) = run;
    let done = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    let ended = child.wait_with_output().unwrap();
    reader.join().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(error(&ended), "");
    let told = new_ones(&told.lock().unwrap());
    let most = |key: &String| rightly.get(key).copied().unwrap_or(1);
    assert!(told.iter().all(|(key, n)| *n <= most(key)), "told twice: {told:?}, rightly {rightly:?}");
}

// ---------------------------------------------------------------------------------------------
// Alarms

/// A log whose texts want to be commands.
fn hostile_log() -> Vec<u8> {
    let log = [Log::of(Release::E2016).bytes(), minutes(0, 3)].concat();
    let text = String::from_utf8(log).unwrap();
    text.replace("nobody1@", "$(touch${IFS}owned);`touch owned`@").into_bytes()
}

#[test]
#[cfg(unix)]
fn a_program_gets_the_finding_and_nothing_of_it_is_a_command() {
    let desk = Desk::new();
    desk.append(LOG, hostile_log());
    let script = "cat >> got.jsonl; echo \"$#:$1\" >> args; echo printed";
    let args = ["--level=info", "--exec=/bin/sh", "--exec-arg=-c", "--exec-arg", script, "--exec-arg=x"];
    let done = desk.once(&[&args[..], &["--exec-arg=--one arg"]].concat());
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let got = std::fs::read_to_string(desk.path("got.jsonl")).unwrap();
    let got: Vec<Value> = got.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(got, rows(&done), "the same rows, and nothing that the program printed among ours");
    assert!(error(&done).contains("printed"));
    assert!(!desk.path("owned").exists());
    let passed = std::fs::read_to_string(desk.path("args")).unwrap();
    assert!(passed.lines().all(|line| line == "1:--one arg"), "{passed}");
    // Below the level nothing is run; one that fails is said, and costs nothing else.
    std::fs::remove_file(desk.path("state.json")).unwrap();
    let done = desk.once(&["--level=critical", "--exec=/no/such/program"]);
    assert_eq!((done.status.code(), error(&done)), (Some(0), String::new()));
    std::fs::remove_file(desk.path("state.json")).unwrap();
    let done = desk.once(&["--level=info", "--exec=/bin/false"]);
    assert_eq!((done.status.code(), rows(&done).len()), (Some(3), got.len()), "{done:?}");
    assert!(error(&done).contains("exit status: 1"), "{done:?}");
}

/// Heads and bodies of posts.
#[cfg(feature = "webhook")]
type Posts = Arc<Mutex<Vec<(String, String)>>>;

/// A web server that refuses the first posts with these answers, then takes them. Gives its address and what it took.
#[cfg(feature = "webhook")]
fn server(refusals: &'static [&'static str]) -> (String, Posts) {
    use std::io::Read;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook/secret-token", listener.local_addr().unwrap());
    let took = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&took);
    std::thread::spawn(move || {
        let mut answers = refusals.iter();
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut head, mut line) = (String::new(), String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                head.push_str(&std::mem::take(&mut line).to_lowercase());
            }
            let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.trim().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let answer = answers.next().copied();
            if answer.is_none() {
                all.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
            }
            let answer = answer.unwrap_or("204 No Content");
            let text = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.get_mut().write_all(text.as_bytes()).unwrap();
        }
    });
    (address, took)
}

#[test]
#[cfg(feature = "webhook")]
fn a_web_address_that_fails_twice_is_tried_again_and_told() {
    let desk = Desk::new();
    desk.append(LOG, hostile_log());
    let (address, took) = server(&["500 Internal Server Error", "503 Service Unavailable"]);
    let done = desk.once(&["--level=info", "--webhook", &address]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let took = took.lock().unwrap();
    let bodies: Vec<Value> = took.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
    assert_eq!(bodies, rows(&done));
    assert!(took.iter().all(|(head, _)| head.contains("content-type: application/json")), "{took:?}");
    let said = error(&done);
    assert!(said.contains("500") && said.contains("503") && said.contains("was taken"), "{said}");
    assert!(!said.contains("secret-token"), "{said}");
}

#[test]
#[cfg(feature = "webhook")]
fn a_web_address_that_refuses_for_good_is_given_up() {
    let desk = Desk::new();
    desk.append(LOG, hostile_log());
    let (address, _) = server(&["404 Not Found"; 20]);
    let done = desk.once(&["--level=info", "--webhook", &address]);
    assert_eq!(done.status.code(), Some(3), "{done:?}");
    assert!(!rows(&done).is_empty());
    assert!(error(&done).contains("404") && error(&done).contains("given up"), "{done:?}");
}
