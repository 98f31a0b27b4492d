//! The command: keys, folders, what is kept, what is said.

use super::{Place, files, generate, mailtrail};
use crate::logwriter::{Log, Release};

#[test]
fn the_same_key_gives_the_same_names_whatever_the_threads() {
    let place = Place::new();
    let logs = generate(&place, "logs", "--size 400KiB --seed 5 --quirks");
    let first = files(&place.redact(&logs, "a", &["--threads", "1"]));
    assert_eq!(first, files(&place.redact(&logs, "b", &["--threads", "3", "--chunk-size", "1777"])));
    // One day alone gets the same names as all of them.
    let day = place.redact(&logs.join("EX1"), "c", &[]);
    for (name, text) in files(&day) {
        assert!(first.iter().any(|(full, whole)| full.ends_with(&name) && *whole == text), "{name}");
    }
    std::fs::write(place.path("key"), "another key that is used in tests and nowhere else").unwrap();
    let other = files(&place.redact(&logs, "d", &[]));
    assert_eq!(first.len(), other.len());
    let hosts = |all: &std::collections::BTreeMap<String, Vec<u8>>| {
        all.keys()
            .filter_map(|name| Some(name.split_once('/')?.0.to_owned()))
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert!(hosts(&first).is_disjoint(&hosts(&other)));
}

#[cfg(feature = "compressed")]
#[test]
fn a_packed_log_becomes_a_plain_one_beside_its_namesake() {
    use std::io::Write as _;
    let place = Place::new();
    let text = Log::of(Release::E2016).delivered("budget").bytes();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&text).unwrap();
    place.write("in/EX1/MSGTRK2026031009-1.LOG.gz", packed.finish().unwrap());
    place.write("in/EX1/MSGTRK2026031009-1.LOG", &text);
    let written = files(&place.redact(&place.path("in"), "out", &[]));
    let names: Vec<&str> = written.keys().map(|name| name.split_once('/').unwrap().1).collect();
    assert_eq!(names, ["MSGTRK2026031009-1.LOG", "MSGTRK2026031009-1~2.LOG"]);
    let texts: std::collections::BTreeSet<&Vec<u8>> = written.values().collect();
    assert_eq!(texts.len(), 1, "copies stay copies");
}

#[test]
fn a_domain_that_is_kept_stays_and_its_people_do_not() {
    let place = Place::new();
    place.write("in/MSGTRK2026031009-1.LOG", Log::of(Release::E2016).delivered("budget").bytes());
    let written = files(&place.redact(&place.path("in"), "out", &["--keep-domain", "Contoso.com"]));
    let text = String::from_utf8_lossy(&written["MSGTRK2026031009-1.LOG"]).into_owned();
    assert!(
        text.contains("@contoso.com")
            && !text.contains("anna")
            && !text.contains("EX1")
            && !text.contains("fabrikam"),
        "{text}"
    );
    for wrong in ["com", "a@contoso.com", "*.contoso.com", ""] {
        let refused = mailtrail().args(["redact", "x", "-o", "y", "--keep-domain", wrong]).assert().code(2);
        assert!(String::from_utf8_lossy(&refused.get_output().stderr).contains("--keep-domain"), "{wrong}");
    }
}

#[test]
fn subjects_are_dropped_or_told_apart() {
    let place = Place::new();
    let subjects = ["Budget", "Re: Budget", "RE: budget", "Automatic reply: Budget", "two\r\nlines, of it"];
    let rows = subjects.iter().fold(Log::of(Release::E2016), |log, subject| {
        log.row(&crate::logwriter::Row::receive("m", "anna@contoso.com").with("message-subject", subject))
    });
    place.write("in/MSGTRK2026031009-1.LOG", rows.bytes());
    let subjects = |name: &str, more: &[&str]| -> Vec<String> {
        let out = place.redact(&place.path("in"), name, more);
        let events = mailtrail().args(["events", "-q"]).arg(out).output().unwrap().stdout;
        let rows = String::from_utf8(events).unwrap();
        let subject = |line: &str| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["message-subject"]
                .as_str()
                .unwrap_or("")
                .to_owned()
        };
        rows.lines().map(subject).collect()
    };
    assert_eq!(subjects("drop", &[]), ["", "", "", "Automatic reply", "\r\n"]);
    let hashed = subjects("hash", &["--subjects", "hash"]);
    assert_eq!(hashed[1], format!("Re: {}", hashed[0]));
    assert_eq!(hashed[2].to_lowercase(), hashed[1].to_lowercase());
    assert!(
        hashed[3].starts_with("Automatic reply: ") && hashed[4].ends_with("\r\n") && hashed[4].len() > 10
    );
    assert_eq!(
        hashed.iter().filter(|s| s.to_lowercase().contains("budget") || s.contains("lines")).count(),
        0
    );
}

#[test]
fn keys_are_made_once_and_short_ones_refused() {
    let place = Place::new();
    place.write("in/MSGTRK2026031009-1.LOG", Log::of(Release::E2016).delivered("budget").bytes());
    let redact = |output: &str, flag: &str, key: &str| {
        let mut command = mailtrail();
        command
            .arg("redact")
            .arg(place.path("in"))
            .arg("-o")
            .arg(place.path(output))
            .arg(flag)
            .arg(place.path(key));
        command.assert()
    };
    let made = redact("a", "--new-key", "mine").success();
    let said = String::from_utf8_lossy(&made.get_output().stderr).into_owned();
    assert!(said.contains("1 log written to") && said.contains("mine"), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(place.path("mine")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    redact("b", "--key-file", "mine").success();
    assert_eq!(files(&place.path("a")), files(&place.path("b")));
    let key = std::fs::read(place.path("mine")).unwrap();
    redact("c", "--new-key", "mine").code(1);
    assert_eq!(std::fs::read(place.path("mine")).unwrap(), key, "a key is never replaced");
    for (name, bytes) in
        [("empty", &b""[..]), ("short", b"31 bytes and no more than that."), ("blank", &[b'\n'; 99])]
    {
        place.write(name, bytes);
        let refused = redact("d", "--key-file", name).code(2);
        assert!(
            String::from_utf8_lossy(&refused.get_output().stderr).contains("at least 32 bytes"),
            "{name}"
        );
    }
    redact("d", "--key-file", "nowhere").code(2);
    assert!(!place.path("d").exists());
    // Without a key two runs have nothing in common.
    let alone = |output: &str| {
        let done = mailtrail()
            .arg("redact")
            .arg(place.path("in"))
            .arg("-o")
            .arg(place.path(output))
            .assert()
            .success();
        assert!(String::from_utf8_lossy(&done.get_output().stderr).contains("the key is not kept"));
        files(&place.path(output))
    };
    assert_ne!(alone("e"), alone("f"));
}

#[test]
fn what_is_there_is_not_overwritten() {
    let place = Place::new();
    place.write("in/MSGTRK2026031009-1.LOG", Log::of(Release::E2016).delivered("budget").bytes());
    place.write("full/notes.txt", "x");
    let redact = |output: &str, more: &[&str]| {
        mailtrail().arg("redact").arg(place.path("in")).arg("-o").arg(place.path(output)).args(more).assert()
    };
    redact("full", &[]).code(1);
    redact("full", &["--force"]).success();
    assert!(place.path("full/MSGTRK2026031009-1.LOG").exists() && place.path("full/notes.txt").exists());
    let refused = redact("in", &["--force"]).code(2);
    assert!(String::from_utf8_lossy(&refused.get_output().stderr).contains("which is to be written"));
    redact(".", &["--force"]).code(2);
    mailtrail().arg("redact").arg(place.path("nowhere")).arg("-o").arg(place.path("g")).assert().code(1);
    assert!(!place.path("g").exists());
}

#[test]
fn a_mistyped_domain_is_found_as_before() {
    let place = Place::new();
    let logs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings/domain-typo/raised");
    let out = place.redact(&logs, "out", &[]);
    let report = mailtrail().args(["report", "-q", "--format=json"]).arg(out).output().unwrap().stdout;
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let kinds: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|f| f["kind"].as_str()).collect();
    assert!(kinds.contains(&"domain-typo"), "{kinds:?}");
}
