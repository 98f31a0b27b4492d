//! `compare`: equal worlds differ by nothing, what is planted is named and nothing else, and every output shows
//! the same and obeys no text.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    clippy::disallowed_methods,
    reason = "a test may fail where it stands; what is compared by hand is long"
)]

mod outputs;
mod sources;
#[cfg(feature = "tables")]
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use mailtrail::model::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

/// Seeds of the worlds: two, as each takes some twenty seconds without optimisation, or so many as `COMPARE_SEEDS` says.
fn seeds() -> std::ops::RangeInclusive<u32> {
    1..=std::env::var("COMPARE_SEEDS").map_or(2, |n| n.parse().unwrap())
}

fn mailtrail(place: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("mailtrail").unwrap();
    let done = command.current_dir(place).args(args).env_remove("CLICOLOR_FORCE").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

/// The comparison of two runs as JSON.
fn compared(place: &Path, a: &str, b: &str, more: &[&str]) -> Value {
    let args = [&["compare", a, b, "--format=json", "--quiet"], more].concat();
    let (code, out, err) = mailtrail(place, &args);
    assert_eq!(code, 0, "{args:?}: {err}");
    serde_json::from_str(&out).unwrap()
}

/// What changed, as `topic name`.
fn changed(compared: &Value) -> BTreeSet<String> {
    let figures = compared["figures"].as_array().unwrap().iter();
    let said = |f: &Value| {
        format!("{} {}", f["topic"].as_str().unwrap(), f["name"].as_str().unwrap_or("")).trim().to_owned()
    };
    figures.filter(|f| f["verdict"] == "changed").map(said).collect()
}

/// How many findings stand how.
fn standing(compared: &Value) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    let all = compared["findings"].as_array().unwrap().iter().chain(compared["gone"].as_array().unwrap());
    for finding in all {
        let kind = finding["kind"].as_str().unwrap();
        *out.entry(format!("{} {kind}", finding["standing"].as_str().unwrap())).or_insert(0) += 1;
    }
    out
}

fn notes(compared: &Value, about: &str) -> Vec<String> {
    let notes = compared["notes"].as_array().unwrap().iter().filter(|n| n["about"] == about);
    notes.map(|n| n["text"].as_str().unwrap().to_owned()).collect()
}

fn changes_nothing(compared: &Value) {
    assert_eq!(changed(compared), BTreeSet::new(), "{:#}", compared["figures"][0]);
    assert_eq!(standing(compared), BTreeMap::new());
    assert_eq!(compared["doubtful"], false);
    assert_eq!(notes(compared, "coverage"), Vec::<String>::new());
}

/// Two weeks of one healthy world, `a` as the JSON of its report, `b` as logs.
struct Weeks(TempDir);

impl Weeks {
    fn new(seed: u32) -> Self {
        let place = tempfile::tempdir().unwrap();
        for (name, seed) in [("a", seed), ("b", seed + 100)] {
            let seed = seed.to_string();
            let args = ["generate", "--size=10MiB", "--nothing-planted", "-q", "-o", name, "--seed", &seed];
            assert_eq!(mailtrail(place.path(), &args).0, 0);
        }
        let report = ["report", "a", "--format=json", "--series", "-q", "-o", "a.json"];
        assert_eq!(mailtrail(place.path(), &report).0, 0);
        Self(place)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The logs of the second week by their path below `b`.
    fn logs(&self) -> BTreeMap<PathBuf, String> {
        let root = self.path().join("b");
        let files = walkdir::WalkDir::new(&root).into_iter().filter_map(Result::ok);
        let logs = files.filter(|f| f.path().extension().is_some_and(|e| e == "LOG"));
        logs.map(|f| {
            let text = std::fs::read_to_string(f.path()).unwrap();
            (f.path().strip_prefix(&root).unwrap().to_owned(), text)
        })
        .collect()
    }

    /// Compares the first week with the second, after something was done to its rows.
    fn after(&self, change: impl Fn(&str) -> Vec<String>) -> Value {
        let name = tempfile::Builder::new().prefix("c").tempdir_in(self.path()).unwrap();
        for (path, text) in self.logs() {
            let row = |line: &str| {
                if line.contains('#') && line.trim_start_matches('\u{feff}').starts_with('#') {
                    vec![line.to_owned()]
                } else {
                    change(line)
                }
            };
            let text: Vec<String> = text.split_inclusive("\r\n").flat_map(row).collect();
            let path = name.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.concat()).unwrap();
        }
        compared(self.path(), "a.json", name.path().to_str().unwrap(), &[])
    }
}

/// A row with all its times so many ms later.
fn later(row: &str, ms: i64) -> String {
    let mut out = String::new();
    let mut rest = row;
    while let Some(at) = rest.find("2026-03-") {
        let (before, time) = rest.split_at(at);
        out.push_str(before);
        match time.get(..24).filter(|t| t.ends_with('Z')).and_then(Timestamp::read) {
            Some(read) => {
                out.push_str(&Timestamp(read.0 + ms).to_string());
                rest = &time[24..];
            }
            None => {
                out.push_str("2026-03-");
                rest = &time[8..];
            }
        }
    }
    out + rest
}

/// The network-message-id of a row.
fn id(row: &str) -> Option<&str> {
    let is_id = |f: &&str| {
        f.len() == 36
            && f.bytes()
                .enumerate()
                .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
    };
    row.split(',').find(is_id)
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

/// Runs something for each seed, on both cores.
fn for_each_seed(one: impl Fn(u32) + Sync) {
    let one = &one;
    std::thread::scope(|scope| {
        let threads =
            [1, 0].map(|odd| scope.spawn(move || seeds().filter(|seed| seed % 2 == odd).for_each(one)));
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

// ---------------------------------------------------------------------------------------------
// Nothing changed

#[test]
fn the_same_logs_twice_differ_by_nothing() {
    let week = Weeks::new(3);
    let same = compared(week.path(), "a", "a", &[]);
    changes_nothing(&same);
    let figures = same["figures"].as_array().unwrap();
    assert!(
        figures.iter().all(|f| f["verdict"] == "same" || f["verdict"] == "too-few"),
        "nothing looks different"
    );
    assert!(figures.iter().filter(|f| f["verdict"] == "same").count() > 50);
    assert!(same["verdict"].as_str().unwrap().starts_with("Nothing changed"));
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let same = compared(week.path(), samples, samples, &[]);
    assert_eq!((changed(&same), same["gone"].as_array().unwrap().len()), (BTreeSet::new(), 0));
    assert!(standing(&same).keys().all(|s| s.starts_with("still-there ")));
}

#[test]
fn two_days_of_one_healthy_world_differ_by_nothing() {
    for_each_seed(|seed| {
        let place = tempfile::tempdir().unwrap();
        let seed = seed.to_string();
        let args =
            ["generate", "--size=8MiB", "--days=4", "--nothing-planted", "-q", "-o", "logs", "--seed", &seed];
        assert_eq!(mailtrail(place.path(), &args).0, 0);
        for (a, b) in [("2026-03-02", "2026-03-03"), ("2026-03-03", "2026-03-04")] {
            changes_nothing(&compared(place.path(), a, b, &["--in=logs"]));
        }
    });
}

// ---------------------------------------------------------------------------------------------
// Two weeks, and what is planted in the second

fn a_connector_whose_mail_moved(weeks: &Weeks, seed: u32) {
    // The mail to every other domain.
    let moved = weeks.after(|row| {
        let even = row.contains("0.example,") || row.contains("2.example,") || row.contains("4.example,");
        let out = row.contains(",Internet,SMTP,SENDEXTERNAL,");
        vec![if out && even {
            row.replacen(",Internet,SMTP,", ",New gateway,SMTP,", 1)
        } else {
            row.to_owned()
        }]
    });
    assert_eq!(changed(&moved), set(&["connector Internet", "connector New gateway"]), "seed {seed}");
    assert_eq!(standing(&moved), BTreeMap::new(), "seed {seed}");
}

fn a_domain_that_fails_now(weeks: &Weeks, seed: u32) {
    let domain = "adatum-0.example";
    let to = format!("@{domain},250 2.1.5");
    let failing = weeks.after(|row| {
        let out = row.contains(",SMTP,SENDEXTERNAL,") && row.contains(&to);
        let fail = || {
            row.replacen(",SENDEXTERNAL,", ",FAIL,", 1).replacen(
                "250 2.1.5 Recipient OK",
                "550 5.7.1 Client host rejected",
                1,
            )
        };
        vec![if out { fail() } else { row.to_owned() }]
    });
    let changed = changed(&failing);
    assert!(changed.contains(&format!("failed-domain {domain}")), "seed {seed}: {changed:?}");
    // The same failures by their code, and by what was decided.
    let same = set(&[&format!("failed-domain {domain}"), "failure failed 5.7.1", "decision failed"]);
    assert!(changed.is_subset(&same), "seed {seed}: {changed:?}");
}

fn a_connector_that_takes_twice_as_long(weeks: &Weeks, seed: u32) {
    let slow = weeks.after(|row| {
        let out = row.contains(",Outbound to Office 365,SMTP,SENDEXTERNAL,");
        // The time of the row alone, so that it is this hop that takes longer.
        let slow = || later(&row[..24], 2_300) + &row[24..];
        vec![if out { slow() } else { row.to_owned() }]
    });
    let changed = changed(&slow);
    assert!(changed.contains("latency Outbound to Office 365"), "seed {seed}: {changed:?}");
    let same = set(&["latency Outbound to Office 365", "latency-tail Outbound to Office 365"]);
    assert!(changed.is_subset(&same), "seed {seed}: {changed:?}");
    assert_eq!(standing(&slow), BTreeMap::new(), "seed {seed}");
}

fn a_sender_who_writes_ten_times_as_much(weeks: &Weeks, seed: u32) {
    // Whose messages, by their ids, in the second week; of somebody who writes as much as anybody.
    let rows = mailtrail(weeks.path(), &["routes", "b", "--format=jsonl", "-q"]).1;
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()) {
        if let (Some(sender), Some(id)) = (row["sender"].as_str(), row["network_message_id"].as_str()) {
            messages.entry(sender.to_owned()).or_default().insert(id.to_owned());
        }
    }
    let is_person =
        |address: &str| address.strip_suffix("@contoso.com").is_some_and(|name| name.contains('.'));
    let people = messages.iter().filter(|(sender, _)| is_person(sender));
    let (sender, ids) = people.max_by_key(|(_, ids)| ids.len()).unwrap();
    let many = weeks.after(|row| {
        let mut out = vec![row.to_owned()];
        if let Some(id) = id(row).filter(|id| ids.contains(*id)) {
            for n in 1..10 {
                let other = format!("{n}{}", &id[1..]);
                let copy = later(row, i64::from(n) * 5_700_000)
                    .replace(id, &other)
                    .replace(",<", &format!(",<{n}."));
                out.push(copy.replace(",08D", &format!(",{n}8D")));
            }
        }
        out
    });
    let changed = changed(&many);
    assert!(changed.contains(&format!("sender {sender}")), "seed {seed}: {sender} {} {changed:?}", ids.len());
    let other: Vec<&String> =
        changed.iter().filter(|c| !c.starts_with("sender ") && !c.starts_with("domain ")).collect();
    assert!(other.is_empty() && changed.len() <= 2, "seed {seed}: {changed:?}");
}

fn a_finding_that_is_new_or_gone(weeks: &Weeks, seed: u32) {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings/gateway-loop/raised");
    for file in walkdir::WalkDir::new(&story).into_iter().filter_map(Result::ok) {
        if file.path().extension().is_some_and(|e| e == "LOG") {
            let text = std::fs::read_to_string(file.path()).unwrap();
            let days = ["09", "10", "11", "12", "13"]
                .iter()
                .fold(text, |text, day| text.replace(&format!("2026-03-{day}"), "2026-03-05"));
            std::fs::write(weeks.path().join("b").join(file.file_name()), days).unwrap();
        }
    }
    let report = ["report", "b", "--format=json", "--series", "-q", "-o", "b.json"];
    assert_eq!(mailtrail(weeks.path(), &report).0, 0);
    let there = compared(weeks.path(), "a.json", "b.json", &[]);
    let back = compared(weeks.path(), "b.json", "a.json", &[]);
    assert_eq!((changed(&there), changed(&back)), (BTreeSet::new(), BTreeSet::new()), "seed {seed}");
    // What the loop leads to is a finding too.
    let both = |standing: &str| {
        ["gateway-loop", "repeated-receive"].map(|kind| (format!("{standing} {kind}"), 1)).into()
    };
    assert_eq!((standing(&there), standing(&back)), (both("new"), both("gone")), "seed {seed}");
}

fn a_server_whose_log_is_missing(weeks: &Weeks, seed: u32) {
    let b = weeks.path().join("b/EX1");
    let hours = ["09", "10", "11", "12", "13"];
    for file in std::fs::read_dir(&b).unwrap().filter_map(Result::ok) {
        let name = file.file_name().to_string_lossy().into_owned();
        if hours.iter().any(|h| name.contains(&format!("20260304{h}-"))) {
            std::fs::remove_file(file.path()).unwrap();
        }
    }
    let silent = compared(weeks.path(), "a.json", "b", &[]);
    let first = silent["notes"][0]["text"].as_str().unwrap();
    assert!(
        first.starts_with("EX1 wrote next to nothing in B from 2026-03-04 09:00 to 2026-03-04 14:00 (UTC)"),
        "seed {seed}: {first}"
    );
    assert_eq!((changed(&silent), &silent["doubtful"]), (BTreeSet::new(), &false.into()), "seed {seed}");
    std::fs::remove_dir_all(&b).unwrap();
    let gone = compared(weeks.path(), "a.json", "b", &[]);
    let first = gone["notes"][0]["text"].as_str().unwrap();
    assert!(first.starts_with("B holds next to no row of EX1; by A some "), "seed {seed}: {first}");
    assert_eq!(gone["doubtful"], true, "seed {seed}");
    assert!(gone["verdict"].as_str().unwrap().starts_with("The log of a server is missing on one side. "));
}

#[test]
fn two_weeks_differ_by_what_is_planted_in_one_of_them_and_by_nothing_else() {
    for_each_seed(|seed| {
        let weeks = Weeks::new(seed);
        changes_nothing(&compared(weeks.path(), "a.json", "b", &[]));
        a_connector_whose_mail_moved(&weeks, seed);
        a_domain_that_fails_now(&weeks, seed);
        a_connector_that_takes_twice_as_long(&weeks, seed);
        a_sender_who_writes_ten_times_as_much(&weeks, seed);
        a_finding_that_is_new_or_gone(&weeks, seed);
        a_server_whose_log_is_missing(&weeks, seed);
    });
}
