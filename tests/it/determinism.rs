//! How logs are read shows nowhere in what comes out: not the number of threads, not where chunks
//! are cut, not the order of files, not their packing. And what comes out adds up.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "lays out logs in a folder of its own")]

mod trail;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::logwriter::{COLUMNS, Log, Release};
use mailtrail::input::discover::discover;
use mailtrail::model::report::Report;
use mailtrail::model::time::{DAY, Timestamp};
use mailtrail::pipeline::{Needs, Options, read};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value};
use tempfile::TempDir;

/// Everything that must be the same byte by byte. `trace` and whatever shows findings read their logs twice.
const OUTPUTS: [&[&str]; 26] = [
    &["routes", "--format=jsonl"],
    &["routes", "--format=csv"],
    &["report", "--format=json", "--top=50"],
    &["report", "--format=text"],
    &["report", "--format=md"],
    &["trace", "--format=text", "--message-id=*"],
    &["report", "--format=json", "--since=2026-03-10T09:00:00.400Z", "--until=2026-03-10T09:30:00+00:00"],
    &["events", "--format=jsonl"],
    &["events", "--format=csv", "--no-subjects"],
    &["events", "--format=ecs"],
    &["events", "--format=ocsf"],
    &["events", "--format=timesketch"],
    &["events", "--format=timesketch-csv", "--no-subjects"],
    &["events", "--format=splunk"],
    &["report", "--format=prometheus", "--top=50"],
    &["loops", "--format=text"],
    &["loops", "--format=jsonl"],
    &["loops", "--format=csv"],
    &["loops", "--format=md"],
    &["misroutes", "--format=text"],
    &["misroutes", "--format=jsonl", "--recipient=*@contoso.com"],
    &["misroutes", "--format=csv"],
    &["misroutes", "--format=md"],
    &["loops", "--messages", "--format=jsonl"],
    &["misroutes", "--messages", "--format=jsonl", "--no-subjects"],
    &["report", "--format=html", "--top=50"],
];
/// Of those, how many are drawn for one set of random logs: each costs two runs of the program.
const DRAWN: usize = 5;

// ---------------------------------------------------------------------------------------------
// Laying out and reading logs

/// Logs by the names they will have, with `/`.
type Logs = Vec<(String, Vec<u8>)>;

/// One way to read them.
#[derive(Clone, Copy, Debug)]
struct Reading {
    threads: u16,
    chunk: u32,
    /// Draws the order on the command line.
    order: u64,
    /// Bit `i` packs file `i`.
    packed: u64,
    /// With hardly any memory, so that everything goes by way of a temporary file.
    spills: bool,
}

/// The way all others are compared with.
const PLAIN: Reading = Reading { threads: 1, chunk: 512 << 10, order: 0, packed: 0, spills: false };

/// A folder with logs, and their names in it.
struct Laid {
    folder: TempDir,
    names: Vec<String>,
}

/// A log in gzip, under the name it then has.
#[cfg(feature = "compressed")]
fn pack(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    (format!("{name}.gz"), out.finish().unwrap())
}

#[cfg(not(feature = "compressed"))]
fn pack(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    (name.to_owned(), bytes.to_vec())
}

impl Laid {
    fn new(logs: &Logs, packed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut names = Vec::new();
        for (i, (name, bytes)) in logs.iter().enumerate() {
            let is_packed = packed >> (i % 64) & 1 == 1;
            let (name, bytes) = if is_packed { pack(name, bytes) } else { (name.clone(), bytes.clone()) };
            let path = folder.path().join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
            names.push(name);
        }
        Self { folder, names }
    }

    fn command(&self, output: &[&str], reading: Reading) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
        for variable in ["COLUMNS", "NO_COLOR", "CLICOLOR_FORCE", "ExchangeInstallPath"] {
            command.env_remove(variable);
        }
        command
            .args(output)
            .arg("--quiet")
            .arg(format!("--threads={}", reading.threads))
            .arg(format!("--chunk-size={}", reading.chunk))
            .args(reading.spills.then_some("--memory=1B"))
            .current_dir(self.folder.path());
        command
    }

    /// What comes out, as text, and the exit status.
    fn read(&self, output: &[&str], reading: Reading) -> (String, Option<i32>) {
        let mut files: Vec<&String> = self.names.iter().collect();
        if reading.order != 0 {
            shuffle(&mut files, reading.order);
        }
        let done = self.command(output, reading).args(files).output().unwrap();
        (String::from_utf8(done.stdout).unwrap(), done.status.code())
    }
}

/// Puts things into an order that the seed draws.
fn shuffle<T>(things: &mut [T], seed: u64) {
    let mut state = seed;
    for i in (1..things.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        things.swap(i, (state >> 33) as usize % (i + 1));
    }
}

/// Names of packed files as those of plain ones.
fn without_packing(text: &str) -> String {
    text.replace(".LOG.gz", ".LOG")
}

/// The first line that differs, for people.
fn first_difference(a: &str, b: &str) -> String {
    let pair = a.lines().zip(b.lines()).enumerate().find(|(_, (a, b))| a != b);
    match pair {
        Some((i, (a, b))) => format!("line {}:\n  {a}\n  {b}", i + 1),
        None => format!("{} lines and {}", a.lines().count(), b.lines().count()),
    }
}

/// Whether names are cut and lines broken so that a longer name of a file moves what stands beside it.
fn sets_columns(output: &[&str]) -> bool {
    output.contains(&"--format=text") || output[0] != "trace" && output.contains(&"--format=html")
}

/// Text without blanks and line breaks.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Whether packing may show: a plain file is left out for its time by its last rows, a packed one only by
/// its first, so the list of files read differs, and never a result.
fn counts_files_of_a_window(output: &[&str]) -> bool {
    output[0] == "report" && output.iter().any(|arg| arg.starts_with("--since"))
}

/// Reads logs in the plain way and in another; every output must be the same.
fn expect_same(logs: &Logs, reading: Reading, outputs: &[&[&str]]) -> Result<(), TestCaseError> {
    let plain = Laid::new(logs, 0);
    let packed = (reading.packed != 0).then(|| Laid::new(logs, reading.packed));
    for output in outputs {
        let other = packed
            .as_ref()
            .filter(|_| !sets_columns(output) && !counts_files_of_a_window(output))
            .unwrap_or(&plain);
        let ((a, a_code), (b, b_code)) = (plain.read(output, PLAIN), other.read(output, reading));
        let (a, b) = (without_packing(&a), without_packing(&b));
        prop_assert!(!a.is_empty() || output[0] != "report" || output.len() > 3, "{output:?} writes nothing");
        prop_assert!(a == b, "{output:?} with {reading:?}, {}", first_difference(&a, &b));
        prop_assert_eq!(a_code, b_code, "exit status of {:?}", output);
    }
    Ok(())
}

/// Some of the outputs.
fn outputs() -> impl Strategy<Value = Vec<&'static [&'static str]>> {
    subsequence(OUTPUTS.to_vec(), DRAWN)
}

fn readings(chunks: impl Strategy<Value = u32>) -> impl Strategy<Value = Reading> {
    let packed = prop_oneof![Just(0), Just(u64::MAX), any::<u64>()];
    (select(vec![1u16, 2, 7]), chunks, any::<u64>(), packed, any::<bool>())
        .prop_map(|(threads, chunk, order, packed, spills)| Reading { threads, chunk, order, packed, spills })
}

/// Failures print their logs; nothing is written beside the sources.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() }
}

// ---------------------------------------------------------------------------------------------
// The logs of tests/cases and samples

/// A folder's logs, named from the folder's own name on.
fn logs_of(folder: &Path) -> Logs {
    let parent = folder.parent().unwrap();
    let mut out = Logs::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|e| e == "LOG") {
            let name = entry.path().strip_prefix(parent).unwrap().to_string_lossy().replace('\\', "/");
            out.push((name, std::fs::read(entry.path()).unwrap()));
        }
    }
    out
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

/// The stories of tests/cases, and last the samples.
fn folders() -> Vec<PathBuf> {
    let mut all = folders_in(&root().join("tests/cases"));
    all.push(root().join("samples"));
    all
}

/// The stories of tests/findings that have logs.
fn finding_folders() -> Vec<PathBuf> {
    let all = folders_in(&root().join("tests/findings"));
    let stories = all.iter().flat_map(|kind| folders_in(kind));
    stories.filter(|story| !story.join("exports").is_dir()).collect()
}

/// Logs with every fault and every oddity in them.
fn generated(seed: u32, more: &[&str]) -> Logs {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("generated");
    let done = Command::new(env!("CARGO_BIN_EXE_mailtrail"))
        .args(["generate", "--quiet", "--size=600KiB", "--schema=mixed", "--quirks"])
        .arg(format!("--seed={seed}"))
        .args(more)
        .arg("-o")
        .arg(&folder)
        .status();
    assert!(done.unwrap().success());
    logs_of(&folder)
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn how_logs_are_read_shows_nowhere(
        chosen in vec(any::<Index>(), 1..4),
        reading in readings(prop_oneof![Just(4096u32), 4097u32..20_000, 20_000u32..600_000]),
        outputs in outputs(),
    ) {
        let folders = [finding_folders(), folders()].concat();
        let chosen: BTreeSet<usize> = chosen.iter().map(|i| i.index(folders.len())).collect();
        let logs: Logs = chosen.iter().flat_map(|i| logs_of(&folders[*i])).collect();
        expect_same(&logs, reading, &outputs)?;
    }
}

/// Reads large logs in two ways, each with every so manieth of the outputs.
fn expect_same_both_ways(logs: &Logs, every: usize) {
    for (way, (threads, chunk, order, packed, spills)) in
        [(2, 4096, 1, u64::MAX, false), (7, 65_537, 3, 0x5555_5555, true)].into_iter().enumerate()
    {
        let some: Vec<_> = OUTPUTS.into_iter().skip(way).step_by(every).collect();
        expect_same(logs, Reading { threads, chunk, order, packed, spills }, &some).unwrap();
    }
}

#[test]
fn the_samples_read_alike_however_they_are_read() {
    expect_same_both_ways(&logs_of(folders().last().unwrap()), 3);
}

#[test]
fn generated_logs_read_alike_however_they_are_read() {
    expect_same_both_ways(&generated(31, &[]), 4);
}

#[test]
fn a_header_behind_zero_bytes_binds_in_chunks_of_any_size() {
    let text = |log: Log| String::from_utf8(log.bytes()).unwrap();
    let whole = text(Log::of(Release::E2016).delivered("first"));
    let header = whole.lines().find(|line| line.starts_with("#Fields:")).unwrap();
    let other = header
        .replace("message-subject", "?")
        .replace("reference", "message-subject")
        .replace('?', "reference");
    let cut = whole.get(..whole.trim_end().len() - 60).unwrap();
    let rows = text(Log::of(Release::E2016).delivered("second").delivered("third"));
    let rows: Vec<&str> = rows.lines().filter(|line| !line.starts_with('#')).collect();
    let log = format!("{cut}\0\0\0\0{other}\r\n{}\r\n", rows.join("\r\n"));
    let logs = vec![("EX1/MSGTRK2026031009-1.LOG".to_owned(), log.into_bytes())];
    for chunk in [64, 1 << 10, 3 << 10] {
        expect_same(&logs, Reading { chunk, ..PLAIN }, &OUTPUTS[..2]).unwrap();
    }
}

#[test]
fn findings_read_alike_from_a_file_and_on_standard_input() {
    // One file for all, since there is one standard input; a header holds until the next.
    let joined = |logs: Logs| -> Vec<u8> { logs.into_iter().flat_map(|(_, bytes)| bytes).collect() };
    let outputs: [&[&str]; 6] = [
        &["loops", "--format=jsonl"],
        &["misroutes", "--format=jsonl"],
        &["report", "--format=json"],
        &["loops", "--messages"],
        &["misroutes", "--messages"],
        &["routes", "--format=jsonl"],
    ];
    let expect = |bytes: &[u8], outputs: &[&[&str]], what: &str| {
        let laid = Laid::new(&vec![("MSGTRK2026031009-1.LOG".to_owned(), bytes.to_vec())], 0);
        for output in outputs {
            let ((file, code), (piped, piped_code)) = (laid.read(output, PLAIN), piped(&laid, output, bytes));
            let (file, piped) = (without_names(&file), without_names(&piped));
            assert!(file == piped, "{what} {output:?} {}", first_difference(&file, &piped));
            assert_eq!(code, piped_code, "{what} {output:?}");
        }
    };
    for (number, folder) in finding_folders().iter().enumerate() {
        let one = [outputs[number % outputs.len()]];
        expect(&joined(logs_of(folder)), &one, &folder.display().to_string());
    }
    expect(&joined(generated(32, &["--servers=2"])), &outputs, "generated");
}

#[test]
fn a_log_reads_alike_as_a_file_and_on_standard_input() {
    for folder in folders() {
        let logs = logs_of(&folder);
        // Of many files a few will do.
        let step = if logs.len() > 20 { 4 } else { 1 };
        for (number, (name, bytes)) in logs.iter().enumerate().step_by(step) {
            let laid = Laid::new(&vec![(name.clone(), bytes.clone())], 0);
            // A report repeats the name in many places, and takes its time: one of each folder will do.
            for output in [OUTPUTS[0], OUTPUTS[7], OUTPUTS[2]].iter().take(if number == 0 { 3 } else { 2 }) {
                let ((file, code), (piped, piped_code)) =
                    (laid.read(output, PLAIN), piped(&laid, output, bytes));
                let (file, piped) = (without_names(&file), without_names(&piped));
                assert!(file == piped, "{name} {output:?} {}", first_difference(&file, &piped));
                assert_eq!(code, piped_code, "{name} {output:?}");
            }
        }
    }
}

/// JSON, one or many, without what only a file's name tells: itself, and which service wrote it.
fn without_names(json: &str) -> String {
    let values = serde_json::Deserializer::from_str(json).into_iter::<Value>().map(|value| {
        let mut value = value.unwrap();
        for key in ["file", "name", "family"] {
            forget(&mut value, key);
        }
        serde_json::to_string_pretty(&value).unwrap()
    });
    values.collect::<Vec<_>>().join("\n")
}

fn piped(laid: &Laid, output: &[&str], bytes: &[u8]) -> (String, Option<i32>) {
    let mut command = laid.command(output, PLAIN);
    let mut child = command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&text));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.code())
}

/// Takes a key out of every object.
fn forget(value: &mut Value, key: &str) {
    match value {
        Value::Object(map) => {
            map.remove(key);
            map.values_mut().for_each(|v| forget(v, key));
        }
        Value::Array(list) => list.iter_mut().for_each(|v| forget(v, key)),
        _ => {}
    }
}

// ---------------------------------------------------------------------------------------------
// Random logs: plausible mail, made of steps

/// Where the network-message-id stands, and from where on a log of 2010 has no more columns.
const NETWORK: usize = 11;
const OLD_END: usize = 27;

/// HUB1 runs an old release, EX2 has a slow clock.
const SERVERS: [(&str, i64); 3] = [("EX1", 0), ("EX2", -3400), ("HUB1", 0)];
const OLD: usize = 2;

const PEOPLE: [&str; 9] = [
    "anna@contoso.com",
    "Ben@Contoso.com",
    "carl@contoso.com",
    "team@contoso.com",
    "all@contoso.com",
    "mia@contoso.mail.onmicrosoft.com",
    "dora@fabrikam.example",
    "nobody@contoso.com",
    "\"a;b\"@contoso.com",
];

const SENDERS: [&str; 4] = ["petra@contoso.com", "ola@adatum.example", "", "scan@printer7.contoso.com"];

const SUBJECTS: [&str; 8] = [
    "Budget",
    "",
    "two, parts",
    "a \"quoted\" word",
    "first line\r\nsecond line",
    "looks like a row\r\n2026-03-10T09:00:00.000Z,,EX1,,,\r\n",
    "=cmd()",
    "Grüße \u{1b}[31m",
];

const GATEWAY: &str = "mx.gw.contoso.example";

/// 2026-03-10T09:00:00Z
const NINE: i64 = 1_773_133_200_000;

#[derive(Clone, Copy, Debug)]
enum Step {
    Resolve(u8, u8),
    Redirect(u8, u8),
    Expand(u8, u8, u8),
    Transfer,
    Relay(u8),
    ComeBack(u8),
    Deliver(u8),
    SendOut(u8),
    NotFound(u8),
    Refuse(u8),
    Forbid(u8),
    Defer(u8),
    ZeroDefer(u8),
    Drop(u8),
    SetAside(u8),
    FailAll,
    Note,
    Unknown,
    Shadow,
}

/// How a message came in, if the log says so.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Mailbox,
    Smtp,
    NotLogged,
}

/// One message on its way.
#[derive(Clone, Debug)]
struct Mail {
    /// message-id, out of a few that are used again; 0: blank.
    id: u8,
    /// network-message-id, out of a few; 0: blank.
    network: u8,
    sender: u8,
    people: Vec<u8>,
    subject: u8,
    day: u8,
    start: u16,
    server: u8,
    entry: Entry,
    /// Each so many ms after the one before.
    steps: Vec<(i64, Step)>,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Short,
    BadTime,
    StrayQuote,
    Blank,
    Header,
    Zeros,
}

#[derive(Clone)]
struct World {
    mail: Vec<Mail>,
    /// Into which file at which place.
    damage: Vec<(Index, Index, Damage)>,
    /// Files of a server.
    split: u8,
    /// A second copy of a file, from this row on.
    copy: Option<(Index, Index)>,
    /// The last line of a file is cut off.
    cut: Option<Index>,
    line_end: &'static str,
    encoding: Encoding,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    Utf8Marked,
    Utf16,
}

/// What was written, for the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Written {
    headers: u64,
    events: u64,
    rejects: u64,
}

/// One file before it is text: name, server, records.
#[derive(Clone, Debug)]
struct Draft {
    name: String,
    server: usize,
    records: Vec<String>,
}

/// A message while its rows are written.
struct Pen<'a> {
    mail: &'a Mail,
    /// Rows of each server with their times.
    rows: &'a mut [Vec<(i64, String)>],
    server: usize,
    id: u64,
    next_id: u64,
    network: u8,
    time: i64,
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn guid(n: u8) -> String {
    if n == 0 { String::new() } else { format!("{n:02x}e4c1d2-7f3a-4b6c-9d21-0a5b7c{n:06x}") }
}

fn address(n: u8) -> &'static str {
    PEOPLE[usize::from(n) % PEOPLE.len()]
}

impl Pen<'_> {
    fn who(&self, n: u8) -> &'static str {
        address(self.mail.people[usize::from(n) % self.mail.people.len()])
    }

    fn everyone(&self) -> Vec<&'static str> {
        self.mail.people.iter().map(|p| address(*p)).collect()
    }

    /// Writes a row of the message on its server; `set` fills in what only this event has.
    fn row(&mut self, event: &str, source: &str, to: &[&str], set: &[(&str, &str)]) {
        let (host, skew) = SERVERS[self.server];
        let time = self.time + skew;
        let mut cells = vec![String::new(); COLUMNS.len()];
        let mut put = |column: &str, text: &str| {
            text.clone_into(&mut cells[COLUMNS.iter().position(|c| *c == column).unwrap()]);
        };
        put("date-time", &Timestamp(time).to_string());
        let by_client = ["SEND", "SENDEXTERNAL", "DELIVER", "FAIL", "DEFER", "AGENTINFO", "SUBMIT"];
        put(if by_client.contains(&event) { "client-hostname" } else { "server-hostname" }, host);
        put("source", source);
        put("event-id", event);
        put("internal-message-id", &self.id.to_string());
        if self.mail.id != 0 {
            put("message-id", &format!("<m{}@contoso.com>", self.mail.id));
        }
        put("network-message-id", &guid(self.network));
        put("recipient-address", &to.join(";"));
        put("total-bytes", &(2000 + self.id % 7).to_string());
        put("recipient-count", &to.len().to_string());
        put("message-subject", SUBJECTS[usize::from(self.mail.subject) % SUBJECTS.len()]);
        put("sender-address", SENDERS[usize::from(self.mail.sender) % SENDERS.len()]);
        put("return-path", SENDERS[usize::from(self.mail.sender) % SENDERS.len()]);
        put("directionality", "Originating");
        put("schema-version", "15.02.1748.010");
        for (column, text) in set {
            put(column, text);
        }
        let number = self.rows.iter().map(Vec::len).sum::<usize>();
        put("log-id", &format!("{:08x}-1111-4222-8333-0123456789ab", number + 1));
        if self.server == OLD {
            cells.truncate(OLD_END);
            cells.remove(NETWORK);
        }
        let text = cells.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",");
        self.rows[self.server].push((time, text));
    }

    fn arrive(&mut self, from: &str) {
        let to = self.everyone();
        self.row("RECEIVE", "SMTP", &to, &[("client-hostname", from), ("client-ip", "10.0.1.77")]);
    }

    fn begin(&mut self) {
        match self.mail.entry {
            Entry::Mailbox => self.row("RECEIVE", "STOREDRIVER", &self.everyone(), &[]),
            Entry::Smtp => self.arrive("mail.adatum.example"),
            Entry::NotLogged => {}
        }
    }

    fn relay(&mut self, server: u8) {
        let target = usize::from(server) % SERVERS.len();
        let (here, there) = (SERVERS[self.server].0, format!("{}.contoso.com", SERVERS[target].0));
        self.next_id += 1;
        let reply = format!("250 2.6.0 <x> [InternalId={}, Hostname={there}] Queued mail", self.next_id);
        let to = self.everyone();
        let connector = ("connector-id", "Intra-Organization SMTP Send Connector");
        self.row("SEND", "SMTP", &to, &[("server-hostname", &there), ("source-context", &reply), connector]);
        (self.server, self.id) = (target, self.next_id);
        self.arrive(&format!("{here}.contoso.com"));
    }

    fn step(&mut self, step: Step) {
        let out = [("server-hostname", GATEWAY), ("connector-id", "Internet")];
        match step {
            Step::Resolve(who, to) | Step::Redirect(who, to) => {
                let event = if matches!(step, Step::Resolve(..)) { "RESOLVE" } else { "REDIRECT" };
                let from = self.who(who);
                self.row(event, "ROUTING", &[address(to)], &[("related-recipient-address", from)]);
            }
            Step::Expand(who, one, other) => {
                let group = self.who(who);
                let members = [address(one), address(other)];
                self.row("EXPAND", "ROUTING", &members, &[("related-recipient-address", group)]);
            }
            Step::Transfer => {
                let parent = self.id.to_string();
                self.next_id += 1;
                self.id = self.next_id;
                let to = self.everyone();
                self.row("TRANSFER", "ROUTING", &to, &[("reference", &parent)]);
            }
            Step::Relay(server) => self.relay(server),
            Step::ComeBack(network) => {
                self.next_id += 1;
                (self.id, self.network) = (self.next_id, network);
                self.arrive(GATEWAY);
            }
            Step::Deliver(who) => {
                let host = format!("{}.contoso.com", SERVERS[self.server].0);
                let to = [self.who(who)];
                self.row("DELIVER", "STOREDRIVER", &to, &[("server-hostname", &host)]);
            }
            Step::SendOut(who) => self.row("SEND", "SMTP", &[self.who(who)], &out),
            other => self.end(other),
        }
    }

    fn end(&mut self, step: Step) {
        let status = |text: &'static str| ("recipient-status", text);
        match step {
            Step::NotFound(who) => {
                let text = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address";
                self.row("FAIL", "ROUTING", &[self.who(who)], &[status(text)]);
            }
            Step::Refuse(who) => {
                let text = "554 5.2.2 STOREDRV.Deliver; mailbox, they say, is \"full\"";
                self.row("FAIL", "STOREDRIVER", &[self.who(who)], &[status(text)]);
            }
            Step::Forbid(who) => {
                let text = "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized";
                self.row("FAIL", "ROUTING", &[self.who(who)], &[status(text)]);
            }
            Step::Defer(who) => {
                let set =
                    [status("451 4.4.0 DNS query failed"), ("message-info", "2026-03-10T09:05:00.000Z")];
                self.row("DEFER", "SMTP", &[self.who(who)], &set);
            }
            Step::ZeroDefer(who) => self.row("DEFER", "AGENT", &[self.who(who)], &[]),
            Step::Drop(who) => self.row("DROP", "AGENT", &[self.who(who)], &[status("[{LED=250 2.1.5}]")]),
            Step::SetAside(who) => self.row("POISONMESSAGE", "POISONMESSAGE", &[self.who(who)], &[]),
            Step::FailAll => self.row("FAIL", "QUEUE", &[], &[]),
            Step::Unknown => self.row("CONTOSOARCHIVED", "AGENT", &[], &[]),
            Step::Shadow => self.row("HAREDIRECT", "SMTP", &self.everyone(), &[]),
            _ => self.row("AGENTINFO", "AGENT", &self.everyone(), &[]),
        }
    }
}

/// A row that is not of any message, for damage.
fn plain_row(width: usize, subject: &str) -> String {
    let mut cells = vec![""; width];
    (cells[0], cells[8]) = ("2026-03-10T09:30:00.000Z", "LOAD");
    cells[if width == 30 { 18 } else { 17 }] = subject;
    cells.join(",")
}

impl World {
    /// The files with their records, headers first, and what is in them.
    fn drafts(&self) -> (Vec<Draft>, Written) {
        let mut rows: Vec<Vec<(i64, String)>> = vec![Vec::new(); SERVERS.len()];
        for (number, mail) in (1u64..).zip(&self.mail) {
            let time = NINE + i64::from(mail.day) * DAY + i64::from(mail.start);
            let (server, id) = (usize::from(mail.server) % SERVERS.len(), number * 1000);
            let mut pen = Pen { mail, rows: &mut rows, server, id, next_id: id, network: mail.network, time };
            pen.begin();
            for (gap, step) in &mail.steps {
                pen.time += gap;
                pen.step(*step);
            }
        }
        let mut drafts = Vec::new();
        for (server, mut rows) in rows.into_iter().enumerate() {
            rows.sort_by_key(|(time, _)| *time);
            for part in 0..self.split {
                let own =
                    rows.iter().enumerate().filter(|(i, _)| i % usize::from(self.split) == usize::from(part));
                let records: Vec<String> = own.map(|(_, (_, text))| text.clone()).collect();
                let name = format!("{}/MSGTRK2026031009-{}.LOG", SERVERS[server].0, part + 1);
                drafts.push(Draft { name, server, records });
            }
        }
        drafts.retain(|d| !d.records.is_empty());
        if drafts.is_empty() {
            drafts.push(Draft {
                name: "EX1/MSGTRK2026031009-1.LOG".to_owned(),
                server: 0,
                records: vec![plain_row(30, "")],
            });
        }
        if let Some((which, from)) = &self.copy {
            let original = &drafts[which.index(drafts.len())];
            let records = original.records[from.index(original.records.len())..].to_vec();
            drafts.push(Draft { name: format!("copy/{}", original.name), server: original.server, records });
        }
        let mut written =
            Written { events: drafts.iter().map(|d| d.records.len() as u64).sum(), ..Written::default() };
        self.break_some(&mut drafts, &mut written);
        for draft in &mut drafts {
            written.headers += 3;
            let header = header(draft.server);
            draft.records.splice(0..0, header);
        }
        (drafts, written)
    }

    fn break_some(&self, drafts: &mut [Draft], written: &mut Written) {
        // A stray quote goes on until the next row that begins like one, and two may close each
        // other; so a file with one has no other damage.
        let (mut stray, mut other) = (BTreeSet::new(), BTreeSet::new());
        for (which, place, damage) in &self.damage {
            let number = which.index(drafts.len());
            if stray.contains(&number) || (matches!(damage, Damage::StrayQuote) && other.contains(&number)) {
                continue;
            }
            if matches!(damage, Damage::StrayQuote) { &mut stray } else { &mut other }.insert(number);
            let draft = &mut drafts[number];
            let width = if draft.server == OLD { 26 } else { 30 };
            let record = match damage {
                Damage::Short => "2026-03-10T09:30:00.000Z,,EX1,too,short".to_owned(),
                Damage::BadTime => plain_row(width, "no time").replace("2026-03-10T", "yesterday,"),
                Damage::StrayQuote => plain_row(width, "\"oops"),
                Damage::Blank => String::new(),
                Damage::Header => header(draft.server)[2].clone(),
                Damage::Zeros => format!("\0\0\0\0{}", plain_row(width, &format!("zeros {number}"))),
            };
            match damage {
                Damage::Short | Damage::BadTime | Damage::StrayQuote => written.rejects += 1,
                Damage::Header => written.headers += 1,
                Damage::Zeros => written.events += 1,
                Damage::Blank => {}
            }
            draft.records.insert(place.index(draft.records.len() + 1), record);
        }
        written.rejects += u64::from(self.cut.is_some());
    }

    /// The files as text.
    fn logs(&self) -> (Logs, Written) {
        let (drafts, written) = self.drafts();
        let cut = self.cut.map(|c| c.index(drafts.len()));
        let logs = drafts.iter().enumerate().map(|(i, d)| self.text(d, cut == Some(i))).collect();
        (logs, written)
    }

    fn text(&self, draft: &Draft, cut: bool) -> (String, Vec<u8>) {
        let mut text = String::new();
        for record in &draft.records {
            write!(text, "{record}{}", self.line_end).unwrap();
        }
        if cut {
            text.push_str("2026-03-10T09:31:00.000Z,,EX1,,,cut off in the mid");
        }
        let bytes = match self.encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Utf8Marked => format!("\u{feff}{text}").into_bytes(),
            Encoding::Utf16 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        };
        (draft.name.clone(), bytes)
    }
}

/// A failing world is best read as its logs.
impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, bytes) in self.logs().0 {
            writeln!(f, "\n--- {name}\n{}", String::from_utf8_lossy(&bytes))?;
        }
        Ok(())
    }
}

fn header(server: usize) -> Vec<String> {
    let mut columns = COLUMNS.to_vec();
    if server == OLD {
        columns.truncate(OLD_END);
        columns.remove(NETWORK);
    }
    let version = if server == OLD { "14.03.0123.004" } else { "15.02.1748.010" };
    vec![
        format!("#Version: {version}"),
        "#Log-type: Message Tracking Log".to_owned(),
        format!("#Fields: {}", columns.join(",")),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let n = 0u8..9;
    prop_oneof![
        2 => (n.clone(), n.clone()).prop_map(|(a, b)| Step::Resolve(a, b)),
        1 => (n.clone(), n.clone()).prop_map(|(a, b)| Step::Redirect(a, b)),
        2 => (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Step::Expand(a, b, c)),
        2 => Just(Step::Transfer),
        3 => (0u8..3).prop_map(Step::Relay),
        1 => (0u8..5).prop_map(Step::ComeBack),
        5 => n.clone().prop_map(Step::Deliver),
        4 => n.clone().prop_map(Step::SendOut),
        3 => n.clone().prop_map(Step::NotFound),
        2 => n.clone().prop_map(Step::Refuse),
        2 => n.clone().prop_map(Step::Forbid),
        2 => n.clone().prop_map(Step::Defer),
        1 => n.clone().prop_map(Step::ZeroDefer),
        1 => n.clone().prop_map(Step::Drop),
        1 => n.prop_map(Step::SetAside),
        1 => Just(Step::FailAll),
        2 => Just(Step::Note),
        1 => Just(Step::Unknown),
        1 => Just(Step::Shadow),
    ]
}

fn mail() -> impl Strategy<Value = Mail> {
    let who = (0u8..5, 0u8..5, 0u8..4, vec(0u8..9, 1..4), 0u8..8);
    let when = (prop_oneof![4 => Just(0u8), 1 => 0u8..8], select(vec![0u16, 0, 1, 500, 40_000]));
    let gap = select(vec![0i64, 0, 1, 7, 400, 60_000]);
    let entry = select(vec![Entry::Mailbox, Entry::Smtp, Entry::Smtp, Entry::NotLogged]);
    (who, when, 0u8..3, entry, vec((gap, steps()), 0..8)).prop_map(
        |((id, network, sender, people, subject), (day, start), server, entry, steps)| Mail {
            id,
            network,
            sender,
            people,
            subject,
            day,
            start,
            server,
            entry,
            steps,
        },
    )
}

fn worlds() -> impl Strategy<Value = World> {
    let damage = select(vec![
        Damage::Short,
        Damage::BadTime,
        Damage::StrayQuote,
        Damage::Blank,
        Damage::Header,
        Damage::Zeros,
    ]);
    (
        vec(mail(), 1..7),
        vec((any::<Index>(), any::<Index>(), damage), 0..4),
        1u8..3,
        proptest::option::of((any::<Index>(), any::<Index>())),
        proptest::option::weighted(0.2, any::<Index>()),
        select(vec!["\r\n", "\n"]),
        select(vec![Encoding::Utf8, Encoding::Utf8, Encoding::Utf8Marked, Encoding::Utf16]),
    )
        .prop_map(|(mail, damage, split, copy, cut, line_end, encoding)| World {
            mail,
            damage,
            split,
            copy,
            cut,
            line_end,
            encoding,
        })
}

// ---------------------------------------------------------------------------------------------
// What must hold of them

type Row = Map<String, Value>;

fn rows(laid: &Laid, reading: Reading) -> Vec<Row> {
    let (text, _) = laid.read(OUTPUTS[0], reading);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn report(laid: &Laid, reading: Reading) -> Report {
    let paths: Vec<PathBuf> = laid.names.iter().map(|n| laid.folder.path().join(n)).collect();
    let options = Options {
        threads: usize::from(reading.threads),
        chunk: reading.chunk as usize,
        needs: Needs { sums: true, ..Needs::default() },
        ..Options::default()
    };
    read(discover(&paths).sources, &options, &|_| {}).unwrap().report(10)
}

fn check_ledger(report: &Report, written: Written) -> Result<(), TestCaseError> {
    let ledger = &report.ledger;
    prop_assert_eq!(ledger.records, ledger.headers + ledger.events + ledger.rejects);
    let aside = ledger.probes + ledger.duplicates + ledger.redundancy + ledger.outside_window;
    prop_assert_eq!(ledger.events, ledger.counted + aside);
    prop_assert_eq!(ledger.outside_window, 0);
    let by_reason: u64 = report.rejects_by_reason.iter().map(|(_, n)| n).sum();
    prop_assert_eq!(ledger.rejects, by_reason);
    prop_assert_eq!(ledger.rejects, report.files.iter().map(|f| f.rejects).sum::<u64>());
    prop_assert_eq!(ledger.records, report.files.iter().map(|f| f.records).sum::<u64>());
    prop_assert_eq!(ledger.bytes, report.files.iter().map(|f| f.bytes).sum::<u64>());
    prop_assert_eq!(ledger.counted, report.coverage.iter().map(|c| c.rows).sum::<u64>());
    prop_assert_eq!(ledger.counted, report.events.iter().map(|e| e.rows).sum::<u64>());
    if report.left_out.is_empty() {
        let found = Written { headers: ledger.headers, events: ledger.events, rejects: ledger.rejects };
        prop_assert_eq!(found, written, "what was found is not what was written");
    }
    Ok(())
}

fn check_totals(report: &Report, rows: &[Row]) -> Result<(), TestCaseError> {
    prop_assert_eq!(report.recipients, rows.len() as u64);
    for (decision, n) in &report.decisions {
        let there = rows.iter().filter(|r| r["decision"] == **decision).count() as u64;
        prop_assert_eq!(*n, there, "{} in the report and in routes", decision);
    }
    prop_assert_eq!(report.decisions.iter().map(|(_, n)| n).sum::<u64>(), rows.len() as u64);
    prop_assert_eq!(report.hours.values().map(|h| h.recipients).sum::<u64>(), report.recipients);
    prop_assert_eq!(report.hours.values().map(|h| h.messages).sum::<u64>(), report.messages);
    prop_assert_eq!(report.classes.values().sum::<u64>(), report.messages);
    let ends = report.hours.values().map(|h| h.delivered + h.sent + h.failed + h.open).sum::<u64>();
    prop_assert_eq!(ends, report.recipients);
    Ok(())
}

fn check_rows(rows: &[Row]) -> Result<(), TestCaseError> {
    let text = |row: &Row, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut met = BTreeSet::new();
    for row in rows.iter().filter(|r| !(r["message_id"].is_null() && r["network_message_id"].is_null())) {
        let message = ["network_message_id", "message_id", "sender", "first_seen"].map(|k| text(row, k));
        let leaf = ["recipient", "final_recipient"].map(|k| text(row, k).to_lowercase());
        prop_assert!(met.insert((message.clone(), leaf.clone())), "twice: {message:?} {leaf:?}");
    }
    let keys: Vec<[String; 4]> = rows
        .iter()
        .map(|row| ["first_seen", "message_id", "recipient", "final_recipient"].map(|k| text(row, k)))
        .collect();
    prop_assert!(keys.is_sorted(), "rows are out of order: {keys:#?}");
    Ok(())
}

/// A row without its evidence; hops of one time in the order of their text.
fn without_places(mut row: Row) -> String {
    let mut rest = Value::Object(std::mem::take(&mut row));
    forget(&mut rest, "evidence");
    if let Some(hops) = rest["hops"].as_array_mut() {
        hops.sort_by_key(|h| (h["time"].to_string(), h.to_string()));
    }
    rest.to_string()
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn how_random_logs_are_read_shows_nowhere(
        world in worlds(),
        reading in readings(prop_oneof![Just(64u32), 65u32..1000, 1000u32..9000]),
        outputs in outputs(),
    ) {
        expect_same(&world.logs().0, reading, &outputs)?;
    }

    #[test]
    fn random_logs_add_up(
        world in worlds(),
        reading in readings(prop_oneof![Just(64u32), 65u32..1000, 1000u32..9000]),
    ) {
        let (logs, written) = world.logs();
        let laid = Laid::new(&logs, reading.packed);
        let (rows, report) = (rows(&laid, reading), report(&laid, reading));
        check_ledger(&report, written)?;
        check_totals(&report, &rows)?;
        let events = laid.read(&["events"], reading).0.lines().count() as u64;
        prop_assert_eq!(events, report.ledger.counted + report.ledger.redundancy);
        check_rows(&rows)?;
    }

    #[test]
    fn the_order_of_rows_in_a_file_changes_no_route(world in worlds(), seed in any::<u64>()) {
        let world = World { damage: Vec::new(), cut: None, ..world };
        let (mut drafts, _) = world.drafts();
        let as_logs = |drafts: &[Draft]| drafts.iter().map(|d| world.text(d, false)).collect::<Logs>();
        let before = rows(&Laid::new(&as_logs(&drafts), 0), PLAIN);
        for draft in &mut drafts {
            shuffle(&mut draft.records[3..], seed);
        }
        let after = rows(&Laid::new(&as_logs(&drafts), 0), PLAIN);
        let texts = |rows: Vec<Row>| {
            let mut texts: Vec<String> = rows.into_iter().map(without_places).collect();
            // Rows that tie in all keys stand in the order of their evidence.
            texts.sort();
            texts.join("\n")
        };
        let (before, after) = (texts(before), texts(after));
        prop_assert!(before == after, "{}", first_difference(&before, &after));
    }
}

// ---------------------------------------------------------------------------------------------
// What chance finds seldom

/// A message with one recipient, anna, that came in by SMTP on EX1.
fn one_mail(id: u8, network: u8, start: u16, steps: &[(i64, Step)]) -> Mail {
    let steps = steps.to_vec();
    Mail {
        id,
        network,
        sender: 0,
        people: vec![0],
        subject: 0,
        day: 0,
        start,
        server: 0,
        entry: Entry::Smtp,
        steps,
    }
}

fn plain_world(mail: Vec<Mail>) -> World {
    let (damage, line_end, encoding) = (Vec::new(), "\r\n", Encoding::Utf8);
    World { mail, damage, split: 1, copy: None, cut: None, line_end, encoding }
}

#[test]
fn messages_that_tie_in_every_key_keep_one_order() {
    let blank = |server: u8| Mail { server, ..one_mail(0, 0, 0, &[(400, Step::Deliver(0))]) };
    let named = |network: u8| one_mail(0, network, 0, &[(400, Step::Deliver(0))]);
    let mail = (0..9).map(|_| blank(0)).chain((0..9).map(|_| blank(2))).chain((1..9).map(named)).collect();
    let logs = plain_world(mail).logs().0;
    for threads in [1, 2, 7] {
        expect_same(&logs, Reading { threads, ..PLAIN }, &OUTPUTS).unwrap();
    }
}

#[test]
fn two_verdicts_in_one_millisecond_count_alike_everywhere() {
    let steps = [(7, Step::NotFound(0)), (0, Step::Forbid(0))];
    let laid = Laid::new(&plain_world(vec![one_mail(1, 1, 0, &steps)]).logs().0, 0);
    check_totals(&report(&laid, PLAIN), &rows(&laid, PLAIN)).unwrap();
}

/// Reads a world twice, the second time with the rows of its only log from back to front.
fn expect_same_reversed(mail: Vec<Mail>) {
    let world = plain_world(mail);
    let (mut drafts, _) = world.drafts();
    assert_eq!(drafts.len(), 1);
    let lay = |drafts: &[Draft]| Laid::new(&drafts.iter().map(|d| world.text(d, false)).collect(), 0);
    let before = lay(&drafts);
    drafts[0].records[3..].reverse();
    let after = lay(&drafts);
    assert_eq!(report(&before, PLAIN).messages, report(&after, PLAIN).messages);
    let texts = |laid| rows(laid, PLAIN).into_iter().map(without_places).collect::<Vec<_>>();
    assert_eq!(texts(&before), texts(&after));
}

#[test]
fn a_note_about_a_message_counts_alike_before_and_behind_it() {
    let note = Mail { sender: 1, entry: Entry::NotLogged, ..one_mail(1, 0, 0, &[(0, Step::Note)]) };
    expect_same_reversed(vec![note, one_mail(1, 0, 500, &[(7, Step::Deliver(0))])]);
}

#[test]
fn a_note_about_a_message_draws_no_stray_row_to_it() {
    // The DELIVER has no network-message-id; the note lies nearest to it, the second message next.
    let noted = one_mail(1, 1, 0, &[(60_000, Step::Note)]);
    let stray = Mail { entry: Entry::NotLogged, ..one_mail(1, 0, 0, &[(70_000, Step::Deliver(0))]) };
    expect_same_reversed(vec![noted, one_mail(1, 2, 50_000, &[]), stray]);
}

/// A log of an old server, which has no log-id: one DEFER every `step` ms, the last one `times` over.
fn old_log(counter: u8, (count, step): (i64, i64), times: usize) -> (String, Vec<u8>) {
    let mut pen_rows = vec![Vec::new(); SERVERS.len()];
    for i in 0..count {
        let mail = Mail { server: 2, ..one_mail(counter, 0, 0, &[]) };
        let (id, time) = (u64::from(counter) * 100_000 + i.unsigned_abs(), NINE + i * step);
        let rows = &mut pen_rows;
        let mut pen = Pen { mail: &mail, rows, server: OLD, id, next_id: id, network: 0, time };
        for _ in 0..if i == count - 1 { times } else { 1 } {
            pen.step(Step::Defer(0));
        }
    }
    let mut records = header(OLD);
    records.extend(pen_rows.remove(OLD).into_iter().map(|(_, text)| text));
    (format!("HUB1/MSGTRK20260310-{counter}.LOG"), (records.join("\r\n") + "\r\n").into_bytes())
}

#[test]
fn rows_are_compared_between_files_only() {
    let laid = Laid::new(&vec![old_log(1, (10, 1000), 2), old_log(2, (10, 1000), 2)], 0);
    assert_eq!(report(&laid, PLAIN).ledger.duplicates, 0, "no row stands in both files");
}

#[test]
fn equal_rows_of_two_servers_are_two_rows() {
    let steps = [(0, Step::Deliver(0)), (60_000, Step::Defer(0)), (60_000, Step::Defer(0))];
    let mail = [0, 1].map(|server| Mail { server, ..one_mail(1, server + 1, 0, &steps) });
    let world = World { split: 2, ..plain_world(mail.to_vec()) };
    let (mut drafts, _) = world.drafts();
    assert!(drafts[0].name.starts_with("EX1") && drafts[2].name.starts_with("EX2"));
    for draft in [0, 2] {
        drafts[draft].records.push(plain_row(30, "a row that names no server").replace("T09:30", "T09:01"));
    }
    let laid = Laid::new(&drafts.iter().map(|d| world.text(d, false)).collect(), 0);
    assert_eq!(report(&laid, PLAIN).ledger.duplicates, 0, "only files of one server are compared");
}

#[test]
fn large_packed_logs_overlap_like_plain_ones() {
    let logs = vec![old_log(1, (600, 1000), 2), old_log(2, (600, 5000), 2)];
    assert!(logs.iter().all(|(_, bytes)| bytes.len() > 100_000), "the end of a packed log lies out of sight");
    expect_same(&logs, Reading { packed: u64::MAX, ..PLAIN }, &OUTPUTS[..4]).unwrap();
}

#[test]
fn a_packed_log_that_reaches_into_the_next_one_is_read_again() {
    // Where it ends is not known before it is read; the second log repeats its later half.
    let (name, bytes) = old_log(1, (3000, 1000), 1);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let half = text.split_inclusive('\n').enumerate().filter(|(i, line)| line.starts_with('#') || *i > 1500);
    let half: String = half.map(|(_, line)| line).collect();
    let logs = vec![(name, bytes), ("HUB1/MSGTRK20260310-2.LOG".to_owned(), half.into_bytes())];
    expect_same(&logs, Reading { packed: u64::MAX, ..PLAIN }, &OUTPUTS[..4]).unwrap();
    let ledger = report(&Laid::new(&logs, u64::MAX), PLAIN).ledger;
    assert!((1490..1510).contains(&ledger.duplicates), "{}", ledger.duplicates);
}

#[test]
fn large_packed_logs_are_cut_by_time_like_plain_ones() {
    // The first ends at 9:10, the second at 10:40; a plain file so early is not read at all.
    let logs = vec![old_log(1, (600, 1000), 1), old_log(2, (600, 10_000), 1)];
    let since = "--since=2026-03-10T10:20:00Z";
    let outputs: [&[&str]; 2] = [&["routes", "--format=jsonl", since], &["routes", "--format=csv", since]];
    expect_same(&logs, Reading { packed: u64::MAX, ..PLAIN }, &outputs).unwrap();
}
