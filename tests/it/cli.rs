//! What a shell or a scheduler sees: exit status, what goes to which stream and into which file,
//! filters, times, colours, help.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "lays out logs in a folder of its own and reads what was written"
)]

mod beforehand;
mod events;
mod findings;
mod formats;
mod thresholds;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::logwriter::{Log, Release, Row};

// ---------------------------------------------------------------------------------------------
// A place to work in

const EX1: &str = "logs/EX1/MSGTRK2026031009-1.LOG";
const EX2: &str = "logs/EX2/MSGTRK2026031011-1.LOG";
const HOUR: u32 = 3_600_000;

/// A folder with logs.
struct Place(TempDir);

/// How a run ended.
#[derive(Debug)]
struct Done {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Four messages: `budget` and `quote` on EX1 at 9 and 10, `lost` and `team` on EX2 at 11 and 12.
    fn with_mail() -> Self {
        let place = Self::empty();
        let quote_to = "carl@contoso.com;dora@litware.example";
        let anna =
            |row: Row| row.with("sender-address", "Anna@contoso.com").with("return-path", "anna@contoso.com");
        let first = [
            Row::receive("budget", "ben@contoso.com").with("message-subject", "Budget 2026, final"),
            Row::deliver("budget", "ben@contoso.com"),
            anna(Row::receive("quote", quote_to)).at(HOUR),
            anna(Row::deliver("quote", "carl@contoso.com")).at(HOUR + 500),
            anna(Row::send("quote", "dora@litware.example"))
                .at(HOUR + 700)
                .with("connector-id", "Partner litware"),
        ];
        let not_found =
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
        let expand = on_ex2(Row::receive("team", "ben@contoso.com;carl@contoso.com"))
            .at(3 * HOUR + 10)
            .with("event-id", "EXPAND")
            .with("source", "ROUTING")
            .with("related-recipient-address", "team@contoso.com");
        let defer = Row::fail("team", "carl@contoso.com", "451 4.4.0 DNS query failed")
            .with("event-id", "DEFER")
            .with("source", "DNS")
            .with("client-hostname", "EX2");
        let deliver = on_ex2(Row::deliver("team", "ben@contoso.com"))
            .at(3 * HOUR + 500)
            .with("client-hostname", "EX2.contoso.com")
            .with("message-info", "2026-03-10T12:00:00.000Z;LSRV=EX2.contoso.com:TOTAL-DEL=0.087");
        let second = [
            on_ex2(Row::receive("lost", "nobody@contoso.com")).at(2 * HOUR).with("client-ip", "10.9.8.7"),
            Row::fail("lost", "nobody@contoso.com", not_found)
                .with("client-hostname", "EX2")
                .at(2 * HOUR + 5),
            on_ex2(Row::receive("team", "team@contoso.com")).at(3 * HOUR),
            expand,
            deliver,
            defer.at(3 * HOUR + 600),
        ];
        place.put(EX1, Log::of(Release::E2016).rows(&first).bytes());
        let second = String::from_utf8(Log::of(Release::E2016).rows(&second).bytes()).unwrap();
        place.put(EX2, second.replace("#Date: 2026-03-10T09:", "#Date: 2026-03-10T11:"));
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn get(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Everything in the folder but the logs.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).unwrap().map(Result::unwrap);
        let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|n| n != "logs").collect();
        names.sort();
        names
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
        for variable in ["COLUMNS", "NO_COLOR", "CLICOLOR_FORCE", "ExchangeInstallPath"] {
            command.env_remove(variable);
        }
        command.current_dir(self.path()).timeout(Duration::from_mins(1));
        command
    }

    fn run(&self, args: &[&str]) -> Done {
        finish(self.command().args(args))
    }

    /// The same, with variables set.
    fn run_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Done {
        finish(self.command().envs(variables.iter().copied()).args(args))
    }

    /// A process whose streams are in our hands.
    fn spawn(&self, args: &[&str]) -> std::process::Child {
        std::process::Command::new(env!("CARGO_BIN_EXE_mailtrail"))
            .args(args)
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// The messages that `routes` shows, in short, with how many rows each has.
    fn found(&self, args: &[&str]) -> Vec<String> {
        let done = self.run(&[&["routes", "logs", "--format=jsonl", "--quiet"], args].concat());
        assert!([0, 5].contains(&done.code), "{args:?} {done:?}");
        let rows = rows(&done.out);
        assert_eq!(done.code == 5, rows.is_empty(), "{args:?} {done:?}");
        let ids: BTreeSet<String> = rows.iter().map(|r| short(r["message_id"].as_str().unwrap())).collect();
        let count =
            |id: &String| rows.iter().filter(|r| short(r["message_id"].as_str().unwrap()) == *id).count();
        ids.iter().map(|id| format!("{id} {}", count(id))).collect()
    }

    fn report(&self, args: &[&str]) -> Value {
        let done = self.run(&[&["report", "logs", "--format=json", "--quiet"], args].concat());
        serde_json::from_str(&done.out).unwrap_or_else(|e| panic!("{e}: {done:?}"))
    }
}

fn finish(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn on_ex2(row: Row) -> Row {
    row.with("server-hostname", "EX2.contoso.com")
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn short(id: &str) -> String {
    id.trim_start_matches('<').split('@').next().unwrap_or_default().to_owned()
}

/// A log whose second row has too few columns and whose last line is cut.
fn damaged_log() -> Vec<u8> {
    Log::of(Release::E2016)
        .delivered("kept")
        .raw("2026-03-10T09:00:01.000Z,,EX1,zebra\r\n")
        .delivered("kept-too")
        .raw("2026-03-10T09:00:02.000Z,,EX1,,,zebra stripes")
        .bytes()
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

// ---------------------------------------------------------------------------------------------
// Exit status

#[test]
fn status_0_is_done() {
    let place = Place::with_mail();
    for verb in [&["report"][..], &["routes"], &["trace", "--sender=*"]] {
        assert_eq!(place.run(&[verb, &["logs"]].concat()).code, 0, "{verb:?}");
    }
    assert_eq!(place.run(&["--version"]).code, 0);
    assert_eq!(place.run(&["routes", "--help"]).code, 0);
    // Mail handed to a server whose log was never given is no fault of the input.
    place.put(EX1, Log::of(Release::E2016).row(&Row::receive("half", "ben@contoso.com")).bytes());
    assert_eq!(place.run(&["routes", EX1]).code, 0);
}

#[test]
fn status_1_is_could_not() {
    let place = Place::with_mail();
    place.put("empty/notes.txt", "nothing to see");
    place.put(
        "RECV2026031009-1.LOG",
        "#Log-type: SMTP Receive Protocol Log\r\n#Fields: date-time,connector-id\r\n",
    );
    for (paths, what) in [
        (&["missing.LOG"][..], "missing.LOG"),
        (&["nowhere/*.LOG"], "no file matches"),
        (&["empty"], "empty"),
        (&["RECV2026031009-1.LOG"], "SMTP Receive Protocol Log"),
        (&["missing.LOG", "empty"], "missing.LOG"),
    ] {
        let done = place.run(&[&["routes"], paths].concat());
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{paths:?} {done:?}");
        assert!(done.err.contains(what), "{paths:?} {done:?}");
    }
}

#[test]
fn status_2_is_usage() {
    let place = Place::with_mail();
    for args in [
        &["routes"][..],
        &["no-such-verb"],
        &["routes", "logs", "--no-such-flag"],
        &["routes", "logs", "--threads=0"],
        &["routes", "logs", "--format=parchment"],
        &["trace", "logs"],
        &["routes", "logs", "--since=soon"],
        &["routes", "logs", "--tz=Europe/Atlantis", "--since=2026-03-10"],
        &["routes", "logs", "--since=2026-03-10", "--until=2026-03-10"],
        &["routes", "logs", "--decision=lost"],
        &["routes", "logs", "--sender", "@no-such-list"],
    ] {
        let done = place.run(args);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{args:?} {done:?}");
        assert!(!done.err.is_empty(), "{args:?}");
    }
    assert_eq!(place.names(), [""; 0], "nothing is written before the arguments are understood");
}

#[test]
fn status_3_is_done_but_not_all_was_read() {
    let place = Place::with_mail();
    place.put("damaged.LOG", damaged_log());
    place.put("RECV2026031009-1.LOG", "#Log-type: SMTP Receive Protocol Log\r\n#Fields: date-time\r\n");
    for paths in [&["damaged.LOG"][..], &["logs", "missing.LOG"], &["logs", "RECV2026031009-1.LOG"]] {
        let done = place.run(&[&["routes"], paths].concat());
        assert_eq!(done.code, 3, "{paths:?} {done:?}");
        assert!(!rows(&done.out).is_empty(), "{paths:?}");
    }
    // In a folder another kind of log is merely passed by.
    place.put("logs/RECV2026031009-1.LOG", "#Log-type: SMTP Receive Protocol Log\r\n#Fields: date-time\r\n");
    assert_eq!(place.run(&["routes", "logs"]).code, 0);
}

#[cfg(feature = "compressed")]
#[test]
fn a_packed_log_that_is_torn_gives_what_it_holds() {
    use std::io::Write as _;
    let place = Place::with_mail();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(&Log::of(Release::E2016).delivered("one").delivered("two").bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() - 30);
    place.put("torn.LOG.gz", packed);
    let done = place.run(&["routes", "torn.LOG.gz"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("torn.LOG.gz: reading stopped"), "{done:?}");
    assert_eq!(rows(&done.out).len(), 2);
    assert!(place.report(&["torn.LOG.gz"])["errors"].to_string().contains("torn.LOG.gz"));
}

#[test]
fn status_5_is_nothing_matched() {
    let place = Place::with_mail();
    for verb in [&["report"][..], &["routes"], &["trace"]] {
        let done = place.run(&[verb, &["logs", "--sender=nobody@nowhere.example"]].concat());
        assert_eq!(done.code, 5, "{verb:?} {done:?}");
    }
    // Times at which there is no event, inside the files and far outside of them.
    for since in ["--since=2026-03-10T12:30:00Z", "--since=2027-01-01"] {
        let done = place.run(&["routes", "logs", since]);
        assert_eq!((done.code, done.out.as_str()), (5, ""), "{since} {done:?}");
    }
    let mut piped = place.command();
    piped.args(["routes", "-", "--since=2027-01-01"]).write_stdin(place.get(EX1));
    assert_eq!(finish(&mut piped).code, 5);
}

#[test]
fn of_two_statuses_the_graver_one_wins() {
    let place = Place::with_mail();
    place.put("damaged.LOG", damaged_log());
    place.put("there.csv", "mine");
    let code = |args: &[&str]| place.run(args).code;
    assert_eq!(code(&["routes", "missing.LOG", "-o", "there.csv", "--decision=lost"]), 1, "1 before 2");
    assert_eq!(code(&["routes", "missing.LOG", "--decision=lost"]), 2, "2 before it is tried");
    assert_eq!(code(&["routes", "damaged.LOG", "missing.LOG", "--sender=x"]), 3, "3 before 5");
    assert_eq!(code(&["routes", "missing.LOG", "--sender=x"]), 1, "1 before 3 and 5");
    assert_eq!(place.get("there.csv"), "mine");
}

// ---------------------------------------------------------------------------------------------
// Standard output, standard error, files

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let place = Place::empty();
    let samples = samples().display().to_string();
    for args in [
        &["routes", &samples, "--format=jsonl"][..],
        &["routes", &samples, "--format=csv"],
        &["trace", &samples, "--message-id=*"],
        &["report", &samples, "--format=json", "--top=100000"],
    ] {
        let mut child = place.spawn(args);
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 10]).unwrap();
        drop(out);
        let done = child.wait_with_output().unwrap();
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{args:?} {err}");
        assert!(!err.to_lowercase().contains("pipe") && !err.contains("standard output"), "{args:?} {err}");
    }
}

#[test]
fn a_reader_that_was_never_there_is_no_error() {
    let place = Place::with_mail();
    for args in
        [&["report", "logs"][..], &["routes", "logs"], &["man"], &["completions", "bash"], &["--help"]]
    {
        let mut child = place.spawn(args);
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
    }
}

#[test]
fn a_folder_for_temporary_files_must_be_there() {
    let place = Place::with_mail();
    let done = place.run(&["report", "logs", "--memory=1B", "--temp-dir=nowhere"]);
    assert!(done.code == 2 && done.err.contains("--temp-dir: nowhere"), "{done:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_temporary_file_that_cannot_be_written_is_an_error_and_leaves_nothing() {
    let place = Place::with_mail();
    let args = ["report", "logs", "--memory=1B", "--temp-dir=/proc", "-o", "day.json"];
    let done = place.run(&args);
    assert!(done.code == 1 && done.err.contains("/proc (--temp-dir)"), "{done:?}");
    assert!(!place.path().join("day.json").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_is_an_error() {
    let place = Place::with_mail();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for args in [&["report", "logs"][..], &["routes", "logs"], &["trace", "logs", "--sender=*"]] {
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_mailtrail"))
            .args(args)
            .current_dir(place.path())
            .stdout(full())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(child.status.code(), Some(1), "{args:?}");
        assert!(String::from_utf8(child.stderr).unwrap().contains("standard output"), "{args:?}");
    }
}

#[test]
fn data_goes_to_standard_output_and_all_else_to_standard_error() {
    let place = Place::with_mail();
    place.put("damaged.LOG", damaged_log());
    let done = place.run(&["routes", "logs", "damaged.LOG", "missing.LOG", "--verbose", "--progress=always"]);
    assert_eq!(rows(&done.out).len(), 8);
    for what in ["missing.LOG", "30 columns", " files, ", " rejects", "GB/s", "last line is cut off"] {
        assert!(done.err.contains(what), "{what} is not said: {}", done.err);
    }
    let done = place.run(&["report", "logs", "--format=json"]);
    assert!(serde_json::from_str::<Value>(&done.out).is_ok());
    assert!(done.err.ends_with("GB/s\n"), "the closing line closes: {}", done.err);
}

#[test]
fn quiet_leaves_only_errors() {
    let place = Place::with_mail();
    for verb in [&["report"][..], &["routes"], &["trace", "--sender=*"]] {
        let quiet = place.run(&[verb, &["logs", "--quiet"]].concat());
        assert_eq!(quiet.err, "", "{verb:?}");
        assert_eq!(quiet.out, place.run(&[verb, &["logs"]].concat()).out, "{verb:?}");
    }
    place.put("damaged.LOG", damaged_log());
    assert_eq!(place.run(&["routes", "damaged.LOG", "-q"]).err, "");
    let done = place.run(&["routes", "logs", "missing.LOG", "-q"]);
    assert_eq!(done.err, "mailtrail: missing.LOG: no such file or folder\n");
}

#[test]
fn an_output_file_is_replaced_only_by_force() {
    let place = Place::with_mail();
    place.put("mine.csv", "mine");
    for verb in [&["report"][..], &["routes"], &["trace", "--sender=*"]] {
        let done = place.run(&[verb, &["logs", "-o", "mine.csv"]].concat());
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{verb:?} {done:?}");
        assert!(done.err.contains("mine.csv") && done.err.contains("--force"), "{verb:?} {done:?}");
    }
    assert_eq!((place.get("mine.csv").as_str(), place.names()), ("mine", vec!["mine.csv".to_owned()]));
    let done = place.run(&["routes", "logs", "-o", "mine.csv", "--force"]);
    assert_eq!((done.code, done.out.as_str()), (0, ""), "{done:?}");
    assert_eq!(place.get("mine.csv"), place.run(&["routes", "logs", "--format=csv"]).out);
    assert_eq!(place.names(), ["mine.csv"]);
}

#[test]
fn a_run_that_fails_leaves_no_file_behind() {
    let place = Place::with_mail();
    for args in [
        &["routes", "missing.LOG", "-o", "out.csv"][..],
        &["report", "missing.LOG", "-o", "out.json"],
        &["trace", "logs", "--decision=lost", "-o", "out.txt"],
        &["routes", "logs", "--since=soon", "-o", "out.csv"],
    ] {
        assert!([1, 2].contains(&place.run(args).code), "{args:?}");
        assert_eq!(place.names(), [""; 0], "{args:?}");
    }
}

#[test]
fn an_output_that_cannot_be_made_is_told_before_anything_is_read() {
    let place = Place::empty();
    for flags in [&["-o", "no-such-folder/out.csv"][..], &["--rejects", "no-such-folder/rejects.jsonl"]] {
        // Standard input stays open: a program that read first would wait for ever.
        let mut child = place.spawn(&[&["routes", "-"], flags].concat());
        let (started, input) = (Instant::now(), child.stdin.take());
        let code = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status.code(),
                None if started.elapsed() > Duration::from_secs(20) => {
                    child.kill().unwrap();
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        drop(input);
        assert_eq!(code, Some(1), "{flags:?}");
        assert_eq!(place.names(), [""; 0], "{flags:?}");
    }
}

#[test]
fn an_output_among_the_logs_is_not_read_itself() {
    let place = Place::with_mail();
    let done = place.run(&["report", "logs", "-o", "logs/report.json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let report: Value = serde_json::from_str(&place.get("logs/report.json")).unwrap();
    let text = report.to_string();
    assert!(!text.contains(".mailtrail-"), "the report names its own unfinished file");
    assert_eq!(report["files"].as_array().unwrap().len(), 2);
    let done = place.run(&["report", "logs", "-o", "logs/report.json", "--force"]);
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn the_format_follows_the_ending() {
    let place = Place::with_mail();
    for (verb, name, format) in [
        (&["routes"][..], "a.csv", "csv"),
        (&["routes"], "a.CSV", "csv"),
        (&["routes"], "a.jsonl", "jsonl"),
        (&["trace", "--sender=*"], "t.jsonl", "jsonl"),
        (&["trace", "--sender=*"], "t.txt", "text"),
        (&["trace", "--sender=*"], "t.html", "html"),
        (&["trace", "--sender=*"], "t.svg", "svg"),
        (&["trace", "--sender=*"], "t.md", "md"),
        (&["report"], "r.json", "json"),
        (&["report"], "r.md", "md"),
        (&["report"], "r.txt", "text"),
    ] {
        let file = place.run(&[verb, &["logs", "-o", name]].concat());
        let told = place.run(&[verb, &["logs", "--format", format]].concat());
        assert_eq!((file.code, told.code, file.out.as_str()), (0, 0, ""), "{verb:?} {name}");
        assert_eq!(place.get(name), told.out, "{verb:?} {name}");
        std::fs::remove_file(place.path().join(name)).unwrap();
    }
    place.run(&["routes", "logs", "-o", "b.csv", "--format=jsonl"]);
    assert_eq!(rows(&place.get("b.csv")).len(), 6, "--format is stronger than the ending");
    assert_eq!(place.run(&["routes", "logs", "-o", "-"]).out, place.run(&["routes", "logs"]).out);
}

#[test]
fn rejects_are_written_with_their_place_and_their_line() {
    let place = Place::empty();
    let log = damaged_log();
    place.put("damaged.LOG", &log);
    let done = place.run(&["routes", "damaged.LOG", "--rejects", "rejects.jsonl"]);
    assert_eq!((done.code, rows(&done.out).len()), (3, 2), "{done:?}");
    let rejects = rows(&place.get("rejects.jsonl"));
    let lines: Vec<&[u8]> = log.split(|b| *b == b'\n').collect();
    let told: Vec<(u64, &str)> =
        rejects.iter().map(|r| (r["line"].as_u64().unwrap(), r["reason"].as_str().unwrap())).collect();
    assert_eq!(told, [(8, "4 columns, the header names 30"), (11, "last line cut off")]);
    for reject in &rejects {
        assert_eq!(reject["file"], "damaged.LOG");
        let raw = reject["raw"].as_str().unwrap();
        let line = usize::try_from(reject["line"].as_u64().unwrap()).unwrap();
        assert_eq!(lines.get(line - 1).unwrap().trim_ascii_end(), raw.as_bytes());
        let offset = usize::try_from(reject["offset"].as_u64().unwrap()).unwrap();
        assert!(log.get(offset..).unwrap().starts_with(raw.as_bytes()), "{reject}");
    }
    let whole = Place::with_mail();
    assert_eq!(whole.run(&["routes", "logs", "--rejects", "none.jsonl"]).code, 0);
    assert_eq!(whole.get("none.jsonl"), "");
}

// ---------------------------------------------------------------------------------------------
// Which files

#[test]
fn without_a_path_the_logs_of_this_server_are_read() {
    let place = Place::with_mail();
    let done = place.run(&["routes"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("ExchangeInstallPath"), "{done:?}");
    assert_eq!(place.run_with(&[("ExchangeInstallPath", "")], &["routes"]).code, 2);
    place.put("V15/TransportRoles/Logs/MessageTracking/MSGTRK2026031009-1.LOG", place.get(EX1));
    let root = place.path().join("V15").display().to_string();
    for root in [root.clone(), root + "/"] {
        let done = place.run_with(&[("ExchangeInstallPath", &root)], &["routes"]);
        assert_eq!((done.code, rows(&done.out).len()), (0, 3), "{done:?}");
        let file = rows(&done.out).remove(0)["evidence"]["file"].as_str().unwrap().replace('\\', "/");
        assert!(file.ends_with("V15/TransportRoles/Logs/MessageTracking/MSGTRK2026031009-1.LOG"), "{file}");
    }
    // A path that is named is stronger.
    let done = place.run_with(&[("ExchangeInstallPath", "/nowhere")], &["routes", "logs"]);
    assert_eq!((done.code, rows(&done.out).len()), (0, 6));
    let done = place.run_with(&[("ExchangeInstallPath", "/nowhere")], &["routes"]);
    assert_eq!(done.code, 1, "{done:?}");
}

#[test]
fn globs_are_expanded_by_the_tool_itself() {
    let place = Place::with_mail();
    for (glob, count) in [
        ("logs/EX1/*.LOG", 3),
        ("logs/*/MSGTRK20260310??-1.LOG", 6),
        ("logs/EX[2]/*", 3),
        ("logs/**/*.LOG", 6),
        ("logs/E*", 6),
    ] {
        let done = place.run(&["routes", glob]);
        assert_eq!((done.code, rows(&done.out).len()), (0, count), "{glob} {done:?}");
    }
}

#[test]
fn a_file_that_is_reached_twice_is_read_once() {
    let place = Place::with_mail();
    let once = place.run(&["routes", "logs"]);
    let twice = place.run(&["routes", "logs", EX1, "logs/EX1", "./logs/EX2/*.LOG", EX1]);
    assert_eq!((twice.code, rows(&twice.out).len()), (0, 6), "{twice:?}");
    let totals = |done: &Done| done.err.split(" s, ").next().unwrap().rsplit_once(' ').unwrap().0.to_owned();
    assert_eq!(totals(&once), totals(&twice));
}

// ---------------------------------------------------------------------------------------------
// Which mail

#[test]
fn filters_choose_messages() {
    let place = Place::with_mail();
    let all = ["budget 1", "lost 1", "quote 2", "team 2"];
    assert_eq!(place.found(&[]), all);
    for (args, want) in [
        (&["--sender=anna@contoso.com"][..], &["quote 2"][..]),
        (&["--sender=ANNA@*"], &["quote 2"]),
        (&["--sender=*@fabrikam.com"], &["budget 1", "lost 1", "team 2"]),
        (&["--sender=anna"], &[]),
        (&["--recipient=ben@contoso.com"], &["budget 1", "team 2"]),
        (&["--recipient=team@*"], &["team 2"]),
        (&["--recipient=d?ra@litware.example"], &["quote 2"]),
        (&["--subject=Budget 2026, final"], &["budget 1"]),
        (&["--subject=*BUDGET*"], &["budget 1"]),
        (&["--server=EX2"], &["lost 1", "team 2"]),
        (&["--server=ex1"], &["budget 1", "quote 2"]),
        (&["--server=ex?.contoso.com"], &all),
        (&["--connector=Partner litware"], &["quote 2"]),
        (&["--connector=partner*"], &["quote 2"]),
        (&["--client-ip=10.9.8.7"], &["lost 1"]),
        (&["--client-ip=10.9.*"], &["lost 1"]),
        (&["--decision=recipient-not-found"], &["lost 1"]),
        (&["--decision=DEFERRED"], &["team 2"]),
        (&["--event=expand"], &["team 2"]),
        (&["--event=F*"], &["lost 1"]),
        (&["--source=DNS"], &["team 2"]),
        (&["--source=rout*"], &["lost 1", "team 2"]),
        (&["--message-id=<budget@fabrikam.com>"], &["budget 1"]),
        (&["--message-id=budget@fabrikam.com"], &["budget 1"]),
        (&["--message-id=<*t@fabrikam.com>"], &["budget 1", "lost 1"]),
        (&["--message-id=*u*@fabrikam.com"], &["budget 1", "quote 2"]),
    ] {
        assert_eq!(place.found(args), want, "{args:?}");
    }
}

#[test]
fn of_one_filter_any_of_several_all_must_match() {
    let place = Place::with_mail();
    for (args, want) in [
        (&["--recipient=nobody@*", "--recipient=dora@*"][..], &["lost 1", "quote 2"][..]),
        (&["--sender=*@fabrikam.com", "--server=EX2"], &["lost 1", "team 2"]),
        (&["--sender=anna@*", "--server=EX2"], &[]),
        // Filters on rows of the output must all be met by one of them.
        (&["--recipient=carl@*", "--decision=local-delivery"], &["quote 2"]),
        (&["--recipient=carl@*", "--decision=deferred"], &["team 2"]),
        (&["--decision=deferred", "--decision=failed", "--decision=send-connector"], &["quote 2", "team 2"]),
    ] {
        assert_eq!(place.found(args), want, "{args:?}");
    }
}

#[test]
fn only_matching_shows_the_rows_that_match() {
    let place = Place::with_mail();
    assert_eq!(place.found(&["--recipient=carl@*"]), ["quote 2", "team 2"]);
    for (args, want) in [
        (&["--recipient=carl@*"][..], &["quote 1", "team 1"][..]),
        (&["--recipient=team@*"], &["team 2"]),
        (&["--decision=deferred"], &["team 1"]),
        (&["--connector=Partner*"], &["quote 1"]),
        (&["--sender=anna@*"], &["quote 2"]),
    ] {
        assert_eq!(place.found(&[args, &["--only-matching"]].concat()), want, "{args:?}");
    }
}

#[test]
fn patterns_come_from_lists_too() {
    let place = Place::with_mail();
    place.put("people.txt", "\u{feff}nobody@contoso.com\r\n\r\n  DORA@*  \r\n");
    place.put("ids.txt", "<budget@fabrikam.com>\nlost@fabrikam.com\n");
    place.put("decisions.txt", "deferred\nsend-connector");
    place.put("none.txt", "\n\n");
    for (args, want) in [
        (&["--recipient", "@people.txt"][..], &["lost 1", "quote 2"][..]),
        (&["--recipient", "@people.txt", "--recipient", "team@*"], &["lost 1", "quote 2", "team 2"]),
        (&["--message-id", "@ids.txt"], &["budget 1", "lost 1"]),
        (&["--decision", "@decisions.txt"], &["quote 2", "team 2"]),
    ] {
        assert_eq!(place.found(args), want, "{args:?}");
    }
    // A list that is empty names nobody; it must not mean everybody.
    assert_eq!(place.found(&["--recipient", "@none.txt"]), [""; 0]);
    let done = place.run(&["routes", "logs", "--recipient", "@peple"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("--recipient @peple"), "{done:?}");
}

#[test]
fn a_decision_that_is_none_names_the_near_one() {
    let place = Place::with_mail();
    let done = place.run(&["routes", "logs", "--decision=recipient-notfound"]);
    assert_eq!((done.code, done.out.as_str()), (2, ""));
    assert!(done.err.contains("did you mean recipient-not-found"), "{done:?}");
    assert!(done.err.contains("remote-routing-address"), "all of them are named: {done:?}");
}

#[test]
fn a_message_id_that_is_none_names_near_ones() {
    let place = Place::with_mail();
    for id in ["<budgte@fabrikam.com>", "budgte@fabrikam.com", "BUDGET@fabrikam.con"] {
        let done = place.run(&["trace", "logs", "--message-id", id]);
        assert_eq!((done.code, done.out.as_str()), (5, ""), "{id} {done:?}");
        assert!(done.err.contains("<budget@fabrikam.com>"), "{id} {done:?}");
        let first = done.err.split("did you mean ").nth(1).unwrap();
        assert!(first.starts_with("<budget@fabrikam.com>"), "the nearest stands first: {id} {done:?}");
    }
    let done = place.run(&["trace", "logs", "--message-id=*nothing-like-it*"]);
    assert!(done.code == 5 && !done.err.contains("did you mean"), "{done:?}");
}

#[test]
fn a_message_is_found_by_its_ids() {
    let place = Place::with_mail();
    let all = rows(&place.run(&["routes", "logs"]).out);
    let network = all.first().unwrap()["network_message_id"].as_str().unwrap().to_owned();
    let want = place.run(&["trace", "logs", "--message-id=<budget@fabrikam.com>"]);
    assert_eq!(want.code, 0);
    for args in [
        ["--message-id", "budget@fabrikam.com"],
        ["--message-id", "<BUDGET@fabrikam.com>"],
        ["--network-message-id", &network],
        ["--network-message-id", &network.to_uppercase()],
        ["--network-message-id", &network.replace('-', "")],
    ] {
        assert_eq!(place.run(&[&["trace", "logs"], &args[..]].concat()).out, want.out, "{args:?}");
    }
}

// ---------------------------------------------------------------------------------------------
// When

#[test]
fn times_cut_events_and_the_totals_say_how_many() {
    let place = Place::with_mail();
    for (args, want, cut) in [
        (&["--since=2026-03-10T10:00:00Z"][..], &["lost 1", "quote 2", "team 2"][..], 2),
        (&["--until=2026-03-10T10:00:00Z"], &["budget 1"], 9),
        (&["--since=2026-03-10 10:00", "--until=2026-03-10 12:00"], &["lost 1", "quote 2"], 6),
        (&["--since=2026-03-10 11:00", "--tz=Europe/Berlin"], &["lost 1", "quote 2", "team 2"], 2),
        (
            &["--since=2026-03-10T11:00:00+01:00", "--tz=America/New_York"],
            &["lost 1", "quote 2", "team 2"],
            2,
        ),
        (&["--until=2026-03-10 06:00", "--tz=America/New_York"], &["budget 1"], 9),
        (&["--since=2026-03-10T10:00:00.001Z"], &["lost 1", "quote 2", "team 2"], 3),
        (&["--since=2026-03-10"], &["budget 1", "lost 1", "quote 2", "team 2"], 0),
    ] {
        assert_eq!(place.found(args), want, "{args:?}");
        let report = place.report(args);
        let read = &report["reconciliation"];
        assert_eq!(read["outside_window"], cut, "{args:?}");
        assert_eq!(read["events"], 11, "{args:?}");
        assert_eq!(read["counted"], 11 - cut, "{args:?}");
    }
    let done = place.run(&["routes", "logs", "--since=2026-03-10T10:00:00Z"]);
    assert!(done.err.contains("2 events lie outside"), "{done:?}");
}

#[test]
fn files_whose_time_is_outside_are_not_read() {
    let place = Place::with_mail();
    for (args, want, read) in [
        (&["--since=2026-03-10T11:30:00Z"][..], &["team 2"][..], 6),
        (&["--until=2026-03-10T09:30:00Z"], &["budget 1"], 5),
    ] {
        assert_eq!(place.found(args), want, "{args:?}");
        let report = place.report(args);
        assert_eq!(report["files_outside_window"], 1, "{args:?}");
        assert_eq!(report["reconciliation"]["events"], read, "{args:?}");
    }
}

#[test]
fn times_are_told_in_people_s_words() {
    let place = Place::with_mail();
    for since in ["-3h", "2h ago", "yesterday", "today", "now"] {
        let done = place.run(&["routes", "logs", "--until", since, "--since=2000-01-01"]);
        assert_ne!(done.code, 2, "{since} {done:?}");
    }
    for time in ["soon", "2026-02-30", "25:00"] {
        let done = place.run(&["routes", "logs", "--since", time]);
        assert_eq!(done.code, 2, "{time}");
        assert!(done.err.contains("--since") && done.err.contains(time), "{done:?}");
    }
    let done = place.run(&["routes", "logs", "--tz", "Berlin/Europe"]);
    assert!(done.code == 2 && done.err.contains("--tz"), "{done:?}");
}

// ---------------------------------------------------------------------------------------------
// Colour, hostile text, subjects

#[test]
fn colour_follows_the_flag_then_no_color_then_clicolor_force() {
    let place = Place::with_mail();
    for (variables, flags, coloured) in [
        (&[][..], &[][..], false),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("CLICOLOR_FORCE", "0")], &[], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], &[], true),
        (&[("CLICOLOR_FORCE", "1")], &["--color=never"], false),
        (&[("NO_COLOR", "1")], &["--color=always"], true),
        (&[], &["--color=always"], true),
        (&[], &["--color=auto"], false),
    ] {
        for verb in [&["trace", "--sender=*"][..], &["report"]] {
            let done = place.run_with(variables, &[verb, &["logs"], flags].concat());
            assert_eq!(done.out.contains('\u{1b}'), coloured, "{verb:?} {variables:?} {flags:?}");
            assert!(!done.err.contains('\u{1b}'), "{verb:?} {variables:?} {flags:?}");
        }
    }
    place.run_with(&[("CLICOLOR_FORCE", "1")], &["trace", "logs", "--sender=*", "-o", "t.txt"]);
    assert!(!place.get("t.txt").contains('\u{1b}'), "a file is no terminal");
    for format in ["--format=json", "--format=md"] {
        let done = place.run(&["report", "logs", format, "--color=always"]);
        assert!(!done.out.contains('\u{1b}'), "{format}");
    }
}

/// Takes out what may stand there: colours.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('m') {
            Some((code, rest)) if code.bytes().all(|b| b.is_ascii_digit() || b == b';') => out.push_str(rest),
            _ => out.push_str(&format!("\u{1b}[{part}")),
        }
    }
    out
}

#[test]
fn hostile_text_never_commands_a_terminal() {
    const EVIL: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\r\u{8}evil";
    let place = Place::empty();
    let evil = |row: Row| {
        row.with("message-subject", EVIL)
            .with("message-id", format!("<{EVIL}@fabrikam.com>"))
            .with("sender-address", format!("{EVIL}@fabrikam.com"))
            .with("return-path", format!("{EVIL}@fabrikam.com"))
            .with("client-hostname", format!("{EVIL}.example"))
    };
    let to = format!("{EVIL}@contoso.com");
    let log = Log::of(Release::E2016)
        .row(&evil(Row::receive("evil", &to)))
        .row(&evil(Row::send("evil", &to)).with("connector-id", EVIL).with("server-hostname", EVIL))
        .row(&evil(Row::receive("worse", &to)))
        .row(&evil(Row::fail("worse", &to, &format!("550 5.7.1 EVIL.{EVIL}; {EVIL}"))))
        .row(&evil(Row::receive("worst", &to)).with("event-id", EVIL).with("source", EVIL))
        .raw(format!("2026-03-10T09:00:01.000Z,{EVIL}\n"))
        .bytes();
    place.put("evil.LOG", log);
    let commands = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    for args in [
        &["trace", "evil.LOG", "--message-id=*", "--color=never"][..],
        &["trace", "evil.LOG", "--message-id=*", "--color=always"],
        &["trace", "evil.LOG", "--message-id=evil"],
        &["report", "evil.LOG", "--color=never"],
        &["report", "evil.LOG", "--color=always"],
        &["report", "evil.LOG", "--format=md"],
        &["report", "evil.LOG", "--format=json"],
        &["routes", "evil.LOG", "--format=jsonl", "--verbose"],
        &["routes", "evil.LOG", "--format=text"],
    ] {
        let done = place.run(args);
        assert!([3, 5].contains(&done.code), "{args:?} {done:?}");
        let out = without_colours(&done.out);
        assert!(out.contains("evil") || args.contains(&"--message-id=evil"), "{args:?}");
        // JSON is for programs; it escapes what any terminal obeys.
        let json = args.iter().any(|a| a.contains("json"));
        let obeyed = if json { out.contains('\u{1b}') } else { out.contains(commands) };
        assert!(!obeyed, "{args:?} {out:?}");
        assert!(!done.err.contains(commands), "{args:?} {:?}", done.err);
    }
}

#[cfg(unix)]
#[test]
fn hostile_file_names_never_command_a_terminal() {
    let place = Place::with_mail();
    let name = "\u{1b}]0;owned\u{7}.LOG";
    assert!(!place.run(&["routes", name]).err.contains('\u{1b}'));
    place.put(name, Log::of(Release::E2016).delivered("kept").bytes());
    for args in
        [&["trace", name, "--sender=*"][..], &["report", name], &["routes", name, "-v", "--format=text"]]
    {
        let done = place.run(args);
        assert!(!done.out.contains('\u{1b}') && !done.err.contains('\u{1b}'), "{args:?} {done:?}");
    }
}

#[test]
fn no_subject_reaches_any_output() {
    let place = Place::empty();
    let zebra = |row: Row| row.with("message-subject", "Zebra crossing");
    let log = Log::of(Release::E2016)
        .row(&zebra(Row::receive("one", "anna@contoso.com")))
        .row(&zebra(Row::deliver("one", "anna@contoso.com")))
        .row(&zebra(Row::receive("two", "nobody@contoso.com")))
        .row(&zebra(Row::fail("two", "nobody@contoso.com", "550 5.7.1 RESOLVER.RST.NotAuthorized; no")))
        .raw("2026-03-10T09:00:01.000Z,too,few,columns,Zebra crossing\r\n");
    place.put("logs/MSGTRK2026031009-1.LOG", log.bytes());
    let runs: [&[&str]; 12] = [
        &["routes", "--format=jsonl"],
        &["routes", "--format=csv"],
        &["routes", "--format=text"],
        &["trace", "--message-id=*", "--format=text"],
        &["trace", "--message-id=*", "--format=jsonl"],
        &["trace", "--message-id=*", "--format=html"],
        &["trace", "--message-id=*", "--format=svg"],
        &["trace", "--message-id=*", "--format=md"],
        &["report", "--format=text"],
        &["report", "--format=md"],
        &["report", "--format=json"],
        &["routes", "--subject=zebra*"],
    ];
    for run in runs {
        let args =
            [run, &["logs", "--no-subjects", "--verbose", "--rejects", "rejects.jsonl", "--force"]].concat();
        let done = place.run(&args);
        assert!(done.code == 3 && !done.out.is_empty(), "{args:?} {done:?}");
        for text in [&done.out, &done.err, &place.get("rejects.jsonl")] {
            assert!(!text.to_lowercase().contains("zebra"), "{args:?} {text}");
        }
        if run.first() != Some(&"report") && run != ["routes", "--format=text"] {
            let open = place.run(&[run, &["logs"]].concat());
            assert!(open.out.contains("Zebra crossing"), "{run:?}");
        }
    }
}

// ---------------------------------------------------------------------------------------------
// Help, and one message as a person sees it

#[test]
fn completions_and_the_manual_are_written() {
    let place = Place::empty();
    for (shell, sign) in [
        ("bash", "complete -F _mailtrail"),
        ("zsh", "#compdef mailtrail"),
        ("fish", "complete -c mailtrail"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "mailtrail"),
    ] {
        let done = place.run(&["completions", shell]);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{shell}");
        assert!(done.out.contains(sign), "{shell}: {}", done.out);
        assert!(done.out.contains("no-subjects"), "{shell} knows the flags");
    }
    assert_eq!(place.run(&["completions", "cmd"]).code, 2);
    let done = place.run(&["man"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(done.out.contains(".TH mailtrail") && done.out.contains("report"), "{}", done.out);
}

#[test]
fn the_help_of_every_verb_lists_what_all_share() {
    let place = Place::empty();
    let shared = [
        "--since",
        "--until",
        "--tz",
        "--sender",
        "--recipient",
        "--subject",
        "--server",
        "--connector",
        "--client-ip",
        "--decision",
        "--event",
        "--source",
        "--message-id",
        "--format",
        "--output",
        "--force",
        "--threads",
        "--quiet",
        "--verbose",
        "--progress",
        "--color",
        "--include-probes",
        "--no-subjects",
        "--rejects",
        "[PATH]...",
    ];
    for verb in ["report", "trace", "routes", "misroutes", "loops", "events"] {
        let done = place.run(&[verb, "--help"]);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{verb}");
        for flag in shared {
            assert!(done.out.contains(flag), "{verb} --help does not name {flag}");
        }
        assert!(!done.out.contains("--chunk-size"), "{verb}");
    }
    let done = place.run(&["--help"]);
    for verb in ["report", "trace", "routes", "misroutes", "loops", "explain", "events", "completions", "man"]
    {
        assert!(done.out.contains(verb), "{verb}");
    }
    let done = place.run(&[]);
    assert_eq!((done.code, done.out.as_str()), (2, ""));
    assert!(done.err.contains("Usage"), "{done:?}");
}

#[test]
fn a_trace_reads_like_this() {
    let mut command = Place::empty().command();
    let args = ["trace", "samples", "--quiet", "--message-id", "<quote-8812@contoso.com>"];
    let done = finish(command.current_dir(env!("CARGO_MANIFEST_DIR")).args(args));
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(done.out.replace('\\', "/") == TRACE, "{}", done.out);
}

const TRACE: &str = r#"<quote-8812@contoso.com>
  subject   RE: Order 8812
  sender    john.smith@contoso.com
  first     2026-03-10T09:40:18.940Z (UTC), 59.8 KiB, normal message
  network   65e9ccc0-31a5-443d-8bd8-08de7e890aba

  UTC                  ┌ EX1
                       │   ┌ EDGE1
                       │   │   ┌ mx1.adatum.example (elsewhere)
  09:40:18.940         ●   │   ╎   RECEIVE taken from the sender's mailbox
  09:40:19.139 +199 ms ●   │   ╎   RECEIVE received from EX1.contoso.com
  09:40:19.169  +30 ms ●   │   ╎   SUBMIT handed to transport server
                       │   │   ╎   EX1.contoso.com
  09:40:19.578 +409 ms ●   │   ╎   SEND [2] sent to EX1.contoso.com, inside the
                       │   │   ╎   organisation
  09:40:19.632  +54 ms ✓   │   ╎   DELIVER [2] stored in the mailbox on EX1
  09:40:20.027 +858 ms ●──▶│   ╎   SEND [1] sent to EDGE1.contoso.com, inside
                       │   │   ╎   the organisation
  09:40:19.975  -52 ms │   ●   ╎   RECEIVE [1] received from EX1.contoso.com
                       │   │   ╎   (its clock is behind)
  09:40:20.337 +362 ms │   ✓──▶╎   SENDEXTERNAL [1] sent out by connector
                       │   │   ╎   "EdgeSync - Main to Internet" to
                       │   │   ╎   mx1.adatum.example: 2.1.5 Recipient OK

  [1] to orders@adatum.example
    ✓ Left by send connector "EdgeSync - Main to Internet" to mx1.adatum.example
      after 1.5 s; what mx1.adatum.example did with it is not in these logs.
      send-connector (samples/EDGE1/MSGTRK2026031009-1.LOG:23)

  [2] to priya@contoso.com
    ✓ Delivered: stored in the mailbox on EX1 after 752 ms.
      local-delivery (samples/EX1/MSGTRKMD2026031009-1.LOG:14)
"#;

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_and_stays_a_device() {
    use std::os::unix::fs::FileTypeExt as _;
    let place = Place::with_mail();
    for force in [&[][..], &["--force"]] {
        let done = place.run(&[&["routes", "logs", "-o", "/dev/null"], force].concat());
        assert_eq!((done.code, done.out.as_str()), (0, ""), "{done:?}");
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}

#[test]
fn the_rejects_file_replaces_nothing_unasked() {
    let place = Place::with_mail();
    place.put("kept.jsonl", "mine");
    let args = ["report", "logs", "--rejects", "kept.jsonl"];
    assert_eq!(place.run(&args).code, 1);
    assert_eq!(place.get("kept.jsonl"), "mine");
    assert_eq!(place.run(&[&args[..], &["--force"]].concat()).code, 0);
    assert_eq!(place.get("kept.jsonl"), "");
}
