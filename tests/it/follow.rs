//! Logs that grow: what `follow` knows after any number of looks is what a reading of the whole logs gives; nothing
//! is read by halves or twice, whatever happens to files. `follow/command.rs` is the program with its state file and alarms.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed; it writes logs of its own"
)]

mod command;

use std::io::Write;
use std::path::{Path, PathBuf};

use mailtrail::findings::kind::KINDS;
use mailtrail::input::discover::discover;
use mailtrail::model::finding::Finding;
use mailtrail::model::time::{DAY, HOUR, Timestamp};
use mailtrail::pipeline::{Findings, Follower, Needs, Options, Tick, read};
use tempfile::TempDir;

use crate::logwriter::{Log, Release, Row};

/// Later than any log here.
const NOW: Timestamp = Timestamp(4_000_000_000_000);

/// A folder with logs that grow, and somebody who follows them.
pub(super) struct Place {
    folder: TempDir,
    follower: Follower,
    records: u64,
    again: u64,
}

fn options() -> Options {
    let needs = Needs { findings: Findings::Samples, ..Needs::default() };
    // So small that a look has many strides, between which messages are swept out.
    Options { threads: 2, chunk: 64, needs, ..Options::default() }
}

impl Place {
    fn new(window: i64) -> Self {
        Self::with(options(), window)
    }

    fn with(options: Options, window: i64) -> Self {
        let follower = Follower::new(options, window).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), follower, records: 0, again: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn append(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(self.path(name));
        file.unwrap().write_all(bytes.as_ref()).unwrap();
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn look(&mut self) -> Tick {
        let found = discover(&[self.folder.path().to_owned()]);
        let tick = self.follower.read(&found.sources, NOW).unwrap();
        self.again += u64::from(tick.again.is_some());
        self.records = if tick.again.is_some() { tick.records } else { self.records + tick.records };
        tick
    }

    fn findings(&mut self) -> Vec<Finding> {
        self.follower.judge(|_| true).unwrap().findings().cloned().collect()
    }

    /// What a reading of the files as they are gives.
    fn afresh(&self) -> (Vec<Finding>, u64) {
        let found = discover(&[self.folder.path().to_owned()]);
        let reading = read(found.sources, &options(), &|_| {}).unwrap();
        (reading.judged.findings().cloned().collect(), reading.ledger.records)
    }

    /// Findings and records are those of a reading of everything.
    fn hold(&mut self, what: &str) {
        let (findings, records) = self.afresh();
        let mine = self.findings();
        assert_eq!(sorted(mine), sorted(findings), "{what}");
        assert_eq!(self.records, records, "{what}");
    }
}

/// Findings without the places of their rows.
fn counted(findings: Vec<Finding>) -> Vec<(&'static str, u64, u64, u32, String)> {
    let mut all: Vec<_> =
        findings.into_iter().map(|f| (f.kind, f.messages, f.recipients, f.laps_max, f.cause)).collect();
    all.sort_unstable();
    all
}

/// Findings in an order of their own, since equals may change places.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|f| serde_json::to_string(f).unwrap());
    findings
}

/// Logs by name.
type Logs = Vec<(String, Vec<u8>)>;

/// Stories whose findings rest on logs alone, with their logs.
fn stories() -> Vec<(String, Logs)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let mut out = Vec::new();
    for kind in KINDS {
        let folder = root.join(kind.id).join("raised");
        let files = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(Result::ok);
        let logs = files.filter(|f| f.path().extension().is_some_and(|e| e == "LOG"));
        let name = |path: &Path| path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        let logs: Vec<(String, Vec<u8>)> =
            logs.map(|f| (name(f.path()), std::fs::read(f.path()).unwrap())).collect();
        if !logs.is_empty() {
            out.push((kind.id.to_owned(), logs));
        }
    }
    assert!(out.len() > 30, "{}", out.len());
    out
}

/// The time at the head of a line, to bring lines of several files in the order in which they were written.
fn stamp(line: &[u8]) -> Vec<u8> {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let time = line.get(..24).filter(|t| t.starts_with(b"20"));
    time.map_or_else(Vec::new, <[u8]>::to_vec)
}

/// The lines of all logs as Exchange would write them: each behind the last of its file, by time.
fn written(logs: &[(String, Vec<u8>)]) -> Vec<(usize, Vec<u8>)> {
    let mut all = Vec::new();
    for (number, (_, bytes)) in logs.iter().enumerate() {
        let mut latest = Vec::new();
        let mut lines = Vec::new();
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            latest = stamp(line).max(latest);
            lines.push((latest.clone(), number, line.to_vec()));
        }
        // A file is made when its first row is written.
        let first = lines.iter().map(|l| l.0.clone()).find(|t| !t.is_empty()).unwrap_or_default();
        for line in &mut lines {
            line.0 = line.0.clone().max(first.clone());
        }
        all.extend(lines);
    }
    all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    all.into_iter().map(|(_, number, line)| (number, line)).collect()
}

// ---------------------------------------------------------------------------------------------
// Growing

#[test]
fn what_grows_line_by_line_gives_what_all_of_it_gives() {
    for (story, logs) in stories() {
        let mut place = Place::new(60 * DAY);
        let lines = written(&logs);
        let step = lines.len() / 12 + 1;
        for some in lines.chunks(step) {
            for (number, line) in some {
                place.append(&logs[*number].0, line);
            }
            let tick = place.look();
            assert!(tick.errors.is_empty(), "{story} {:?}", tick.errors);
            place.findings();
        }
        place.hold(&story);
        assert_eq!(place.again, 0, "{story}");
    }
}

#[test]
fn half_a_record_waits_for_its_other_half() {
    let log = Log::of(Release::E2016).delivered("one").delivered("two").bytes();
    let name = "EX1/MSGTRK2026031009-1.LOG";
    let ends: Vec<usize> = (0..log.len()).filter(|i| log[*i] == b'\n').collect();
    let mut place = Place::new(DAY);
    for (at, byte) in log.iter().enumerate() {
        place.append(name, [*byte]);
        // Only near the ends of lines it matters where a look falls.
        if at % 97 == 0 || ends.iter().any(|end| at + 2 >= *end && at <= *end + 1) {
            let tick = place.look();
            assert_eq!((tick.rejects, tick.errors.len()), (0, 0), "byte {at}");
            let whole = ends.iter().filter(|end| **end <= at).count() as u64;
            let begun = place.records > 0;
            assert!(!begun || place.records == whole, "byte {at}: {} of {whole}", place.records);
        }
    }
    assert_eq!(place.records, 9);
    // What stands in quotes may hold a line end.
    let subject = Row::receive("three", "anna@contoso.com").with("message-subject", "first\nsecond");
    let row = subject.line(&Release::E2016.columns());
    let (head, rest) = row.split_at(row.iter().position(|b| *b == b'\n').unwrap() + 3);
    place.append(name, head);
    assert_eq!(place.look().records, 0);
    place.append(name, rest);
    assert_eq!(place.look().records, 1);
}

#[test]
fn utf_16_grows_too() {
    let (_, logs) = stories().into_iter().find(|(name, _)| name == "gateway-loop").unwrap();
    let mut place = Place::new(60 * DAY);
    for (name, bytes) in &logs {
        place.append(name, [0xFF, 0xFE]);
        let text = String::from_utf8_lossy(bytes).into_owned();
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // An odd number, so that letters are cut.
        for piece in wide.chunks(1501) {
            place.append(name, piece);
            place.look();
        }
    }
    place.hold("UTF-16");
    assert!(!place.findings().is_empty());
}

// ---------------------------------------------------------------------------------------------
// What happens to files

/// A story in two halves, and where its first log is cut.
fn halves() -> (String, Vec<u8>, Vec<u8>) {
    let (_, logs) = stories().into_iter().find(|(name, _)| name == "gateway-loop").unwrap();
    let (name, bytes) = logs.into_iter().max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    // Five lines are the header.
    let (first, second) = lines.split_at(8);
    assert!(second.len() > 1);
    (name, first.concat(), second.concat())
}

#[test]
fn a_file_under_another_name_is_the_same_file() {
    let (name, first, second) = halves();
    let mut place = Place::new(60 * DAY);
    place.append(&name, &first);
    place.look();
    std::fs::rename(place.path(&name), place.path("old/MSGTRK-renamed.LOG")).unwrap();
    assert_eq!(place.look().records, 0);
    place.append("old/MSGTRK-renamed.LOG", &second);
    place.look();
    place.hold("renamed");
    assert_eq!(place.again, 0);
}

#[test]
fn a_log_that_is_copied_and_cut_goes_on_in_both() {
    let (name, first, second) = halves();
    let header: Vec<u8> = first
        .split_inclusive(|b| *b == b'\n')
        .take_while(|l| l.starts_with(b"#"))
        .flatten()
        .copied()
        .collect();
    let header = String::from_utf8(header).unwrap().replace("#Date: 20", "#Date: 19");
    let mut place = Place::new(60 * DAY);
    place.append(&name, &first);
    place.look();
    let aside = format!("{name}.1");
    std::fs::copy(place.path(&name), place.path(&aside)).unwrap();
    place.put(&name, "");
    assert_eq!(place.look().records, 0, "the copy was read under its old name");
    place.append(&name, header.as_bytes());
    place.append(&name, &second);
    place.look();
    assert_eq!(place.again, 0);
    place.hold("copied and cut");
}

#[test]
fn a_copy_is_not_read() {
    let (name, first, second) = halves();
    let mut place = Place::new(60 * DAY);
    place.append(&name, &first);
    place.look();
    std::fs::copy(place.path(&name), place.path("copy/MSGTRK-copy.LOG")).unwrap();
    assert_eq!(place.look().records, 0);
    place.append(&name, &second);
    assert!(place.look().records > 0);
    // The copy grows as its original did: what it repeats is found where both are read again.
    place.append("copy/MSGTRK-copy.LOG", &second);
    assert_eq!(place.look().records, 0);
    let findings = place.afresh().0;
    assert_eq!(counted(place.findings()), counted(findings));
    assert_eq!(place.again, 0);
}

#[test]
fn part_of_a_log_that_was_read_is_not_counted_again() {
    let (name, first, second) = halves();
    let mut place = Place::new(60 * DAY);
    place.append(&name, [&first[..], &second].concat());
    place.look();
    // A copy that is still being made.
    place.put("copy/MSGTRK2026031108-7.LOG", &first);
    assert!(place.look().again.is_some());
    place.append("copy/MSGTRK2026031108-7.LOG", &second[..second.len() / 2]);
    place.look();
    assert_eq!(place.again, 1);
    place.put("copy/MSGTRK2026031108-7.LOG", [&first[..], &second].concat());
    place.look();
    let findings = place.afresh().0;
    assert_eq!(counted(place.findings()), counted(findings));
}

#[test]
fn what_was_read_of_a_deleted_log_stays_known() {
    let (name, first, second) = halves();
    let header: Vec<u8> = first
        .split_inclusive(|b| *b == b'\n')
        .take_while(|l| l.starts_with(b"#"))
        .flatten()
        .copied()
        .collect();
    let mut whole = Place::new(60 * DAY);
    whole.append(&name, [&first[..], &second].concat());
    whole.look();
    let mut place = Place::new(60 * DAY);
    place.append(&name, &first);
    place.append("other/MSGTRK2026031101-1.LOG", Log::of(Release::E2016).bytes());
    place.look();
    std::fs::remove_file(place.path(&name)).unwrap();
    place.look();
    place.append(&name.replace("-1.", "-2."), [&header[..], &second].concat());
    place.look();
    assert_eq!(counted(place.findings()), counted(whole.findings()));
    assert_eq!(place.again, 0);
}

#[test]
fn another_log_under_the_same_name_is_read_from_its_start() {
    let name = "EX1/MSGTRK2026031009-1.LOG";
    let mut place = Place::new(DAY);
    place.append(name, Log::of(Release::E2016).delivered("one").bytes());
    place.look();
    assert_eq!(place.records, 7);
    let header = |hour: &str| {
        let header = String::from_utf8(Log::of(Release::E2016).bytes()).unwrap();
        header.replace("#Date: 2026-03-10T09", &format!("#Date: 2026-03-10T{hour}")).into_bytes()
    };
    place.put(name, [header("10"), minutes(60, 62)].concat());
    let tick = place.look();
    assert_eq!((tick.records, tick.again), (9, None));
    // One of the same time may be the same log, mended or cut.
    place.put(name, [header("11"), minutes(60, 65)].concat());
    let tick = place.look();
    assert_eq!((tick.records, tick.again.is_some()), (15, true));
}

#[test]
fn a_log_that_was_cut_in_the_middle_makes_all_be_read_again() {
    let name = "EX1/MSGTRK2026031009-1.LOG";
    let (first, second) = ([Log::of(Release::E2016).bytes(), minutes(0, 20)].concat(), minutes(20, 30));
    let mut place = Place::new(DAY);
    place.append(name, [&first[..], &second].concat());
    place.look();
    place.put(name, &first);
    assert!(place.look().again.is_some());
    place.hold("cut");
    place.append(name, &second);
    place.look();
    place.hold("grown again");
    assert_eq!(place.again, 1);
}

#[test]
fn what_is_no_log_yet_becomes_one() {
    let name = "EX1/MSGTRK2026031009-1.LOG";
    let log = Log::of(Release::E2016).delivered("one").bytes();
    let mut place = Place::new(DAY);
    place.put(name, "");
    assert_eq!(place.look().records, 0);
    place.append(name, &log[..300]);
    assert_eq!(place.look().records, 0);
    place.append(name, &log[300..]);
    assert_eq!(place.look().records, 7);
    place.append("notes.txt", "nothing\n");
    assert_eq!(place.look().records, 0);
}

// ---------------------------------------------------------------------------------------------
// The window

/// A mail that comes every minute, each to somebody else, and is put aside as harmful.
fn minutes(from: u32, to: u32) -> Vec<u8> {
    let mut log = Log::headless(Release::E2016);
    for minute in from..to {
        let (name, to) = (format!("m{minute}"), format!("nobody{minute}@contoso.com"));
        let at = minute * 60_000;
        let poison = Row::fail(&name, &to, "")
            .with("client-hostname", "")
            .with("server-hostname", "EX1.contoso.com")
            .with("event-id", "POISONMESSAGE")
            .with("source", "POISONMESSAGE");
        log = log.row(&Row::receive(&name, &to).at(at)).row(&poison.at(at + 500));
    }
    log.bytes()
}

#[test]
fn what_stays_is_the_same_after_any_number_of_sweeps() {
    for (story, logs) in stories() {
        let lines = written(&logs);
        let mut whole = Place::new(60 * DAY);
        for (name, bytes) in &logs {
            whole.put(name, bytes);
        }
        whole.look();
        let latest = whole.follower.latest().unwrap();
        // So long that all stays, and so short that the window moves by more than an eighth of it.
        let first = lines.iter().map(|l| stamp(&l.1)).find(|t| !t.is_empty()).unwrap();
        let first = String::from_utf8(first).unwrap();
        let first = chrono::DateTime::parse_from_rfc3339(&first).unwrap().timestamp_millis();
        let mut place = Place::new((latest.0 - first).max(HOUR / 60));
        for some in lines.chunks(lines.len() / 9 + 1) {
            for (number, line) in some {
                place.append(&logs[*number].0, line);
            }
            place.look();
        }
        let findings = place.afresh().0;
        assert_eq!(counted(place.findings()), counted(findings), "{story}");
    }
}

#[test]
fn memory_does_not_grow_with_time() {
    let mut place = Place::new(HOUR);
    let (mut most, mut early) = (0, 0);
    for hour in 0..14u32 {
        let name = format!("EX1/MSGTRK20260310{:02}-1.LOG", hour + 9);
        place.append(&name, Log::of(Release::E2016).bytes());
        for part in 0..6 {
            place.append(&name, minutes(hour * 60 + part * 10, hour * 60 + part * 10 + 10));
            place.look();
            let held = place.follower.held();
            assert_eq!(held.short, None);
            if hour < 3 { early = early.max(held.bytes) } else { most = most.max(held.bytes) }
        }
        if hour > 1 {
            std::fs::remove_file(place.path(&format!("EX1/MSGTRK20260310{:02}-1.LOG", hour + 8))).ok();
        }
    }
    assert!(most <= early + early / 4, "{early} bytes at first, {most} later");
    let poison: u64 = place.findings().iter().map(|f| f.messages).max().unwrap_or(0);
    assert!((60..=70).contains(&poison), "{poison} messages in an hour with one a minute");
}

#[test]
fn where_memory_is_short_the_window_is() {
    let mut options = options();
    options.budget.bytes = 40_000;
    let mut place = Place::with(options, DAY);
    let name = "EX1/MSGTRK2026031009-1.LOG";
    place.append(name, Log::of(Release::E2016).bytes());
    for hour in 0..12u32 {
        place.append(name, minutes(hour * 60, hour * 60 + 60));
        place.look();
        assert!(place.follower.held().bytes <= 40_000, "{:?}", place.follower.held());
    }
    assert!(place.follower.held().short.is_some());
    assert!(place.follower.latest() > place.follower.since());
}

#[test]
fn a_log_goes_on_beside_its_older_copy() {
    let (name, first, second) = halves();
    for copy in ["AA/MSGTRK-copy.LOG", "ZZ/MSGTRK-copy.LOG"] {
        let mut place = Place::new(60 * DAY);
        place.append(&name, &first);
        std::fs::copy(place.path(&name), place.path(copy)).unwrap();
        place.look();
        place.append(&name, &second);
        place.look();
        let findings = place.afresh().0;
        assert_eq!(counted(place.findings()), counted(findings), "{copy}");
    }
}

#[test]
fn nothing_of_one_look_is_lost_where_memory_is_short() {
    let mut options = options();
    (options.budget.bytes, options.chunk) = (40_000, 1 << 19);
    let mut place = Place::with(options, DAY);
    let name = "EX1/MSGTRK2026031009-1.LOG";
    place.append(name, Log::of(Release::E2016).bytes());
    place.append(name, minutes(0, 12 * 60));
    place.look();
    let short = place.follower.held().short.unwrap();
    let known = (place.follower.latest().unwrap().0 - short.0) / 60_000;
    let told: u64 = place.findings().iter().filter(|f| f.kind == "poison").map(|f| f.messages).sum();
    assert!(known > 60 && told.abs_diff(known as u64) <= 1, "{known} minutes, {told} messages");
}
