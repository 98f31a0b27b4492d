//! Which files are read, and which are written: every log, each into a file of its own, and no other file is touched.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{Place, files, mailtrail};
use crate::logwriter::{Log, Release};

fn manifest(path: &Path) -> Vec<Value> {
    let manifest: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    manifest["inputs"].as_array().unwrap().clone()
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_stay_two() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let bytes = |id: &str| Log::of(Release::E2016).delivered(id).bytes();
    let name = |name: &'static [u8]| Path::new("in").join(std::ffi::OsStr::from_bytes(name));
    for (path, id) in
        [(name(b"n\xff.LOG"), "a"), (name(b"n\xfe.LOG"), "b"), (name("n\u{fffd}.LOG".as_bytes()), "c")]
    {
        place.write("in/n%FF.LOG", bytes("d"));
        std::fs::write(place.0.path().join(path), bytes(id)).unwrap();
    }
    let out = place.redact(&place.path("in"), "out", &["--manifest", place.path("m.json").to_str().unwrap()]);
    let written = files(&out);
    assert_eq!(written.len(), 4, "{:?}", written.keys());
    assert_eq!(written.values().collect::<BTreeSet<_>>().len(), 4, "each log once");
    let inputs = manifest(&place.path("m.json"));
    let all = |field: &str| inputs.iter().map(|i| i[field].to_string()).collect::<BTreeSet<_>>();
    assert_eq!((inputs.len(), all("name").len(), all("sha256").len()), (4, 4, 4), "{inputs:?}");
    assert!(all("name").iter().any(|name| name.contains("n%FE.LOG")), "{inputs:?}");
}

#[cfg(feature = "compressed")]
#[test]
fn of_an_archive_with_two_files_of_one_name_that_is_said() {
    use std::io::Write as _;
    let place = Place::new();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in [1, 2] {
        zip.start_file(format!("MSGTRK2026031009-{number}.LOG"), zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&Log::of(Release::E2016).delivered(&format!("m{number}")).bytes()).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    for at in memchr::memmem::find_iter(&bytes.clone(), b"-2.LOG") {
        bytes[at + 1] = b'1';
    }
    place.write("in/day.zip", bytes);
    let mut command = mailtrail();
    let done = command.arg("redact").arg(place.path("in")).arg("-o").arg(place.path("out")).assert().code(3);
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(said.contains("day.zip: it holds files that have one name"), "{said}");
    assert_eq!(files(&place.path("out")).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_whole_and_once() {
    let place = Place::new();
    let messages = (0..200).map(|n| format!("m{n}"));
    let text = messages.fold(Log::of(Release::E2016), |log, id| log.delivered(&id)).bytes();
    assert!(text.len() > 150_000, "more than is looked at, and than a pipe holds");
    let piped = |verb: &[&str], input: &str, more: &[&str]| {
        let mut command = mailtrail();
        command.current_dir(&place.0).args(verb).arg(input).args(more).write_stdin(text.clone());
        command.assert().success().get_output().stdout.clone()
    };
    let count = |rows: Vec<u8>| memchr::memchr_iter(b'\n', &rows).count();
    let rows = |input: &str| count(piped(&["routes", "-q"], input, &[]));
    assert!(rows("-") > 50 && rows("-") == rows("/dev/stdin"), "{} and {}", rows("-"), rows("/dev/stdin"));
    for (input, out) in [("-", "a"), ("/dev/stdin", "b")] {
        let more = ["-q", "--force", "-o", out, "--key-file", "key", "--manifest", "m.json"];
        piped(&["redact"], input, &more);
        let inputs = manifest(&place.path("m.json"));
        assert_eq!(inputs[0]["bytes"], text.len(), "{inputs:?}");
        assert_eq!(inputs[0]["sha256"].as_str().map(str::len), Some(64));
    }
    assert_eq!(files(&place.path("a")), files(&place.path("b")));
    assert_eq!(files(&place.path("a")).into_keys().collect::<Vec<_>>(), ["stdin.LOG"]);
}

#[test]
fn a_bare_name_lies_in_no_folder() {
    let place = Place::new();
    place.write("MSGTRK2026031009-1.LOG", Log::of(Release::E2016).delivered("budget").bytes());
    let mut command = mailtrail();
    command
        .current_dir(&place.0)
        .args(["redact", "-q", "MSGTRK2026031009-1.LOG", "-o", "out"])
        .assert()
        .success();
    assert_eq!(files(&place.path("out")).into_keys().collect::<Vec<_>>(), ["MSGTRK2026031009-1.LOG"]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let bytes = Log::of(Release::E2016).delivered("budget").bytes();
    place.write("in/EX1/MSGTRK2026031009-1.LOG", &bytes);
    place.write("in/EX1/MSGTRK2026031010-1.LOG", &bytes);
    let folder = place.redact(&place.path("in"), "first", &[]).read_dir().unwrap().next().unwrap().unwrap();
    let log = place.write("mine/MSGTRK2026031009-1.LOG", &bytes);
    let out = place.path("out").join(folder.file_name());
    std::fs::create_dir_all(&out).unwrap();
    symlink(&log, out.join("MSGTRK2026031009-1.LOG")).unwrap();
    std::fs::hard_link(&log, out.join("MSGTRK2026031010-1.LOG")).unwrap();
    place.redact(&place.path("in"), "out", &["--force"]);
    assert_eq!(std::fs::read(&log).unwrap(), bytes, "the log that was linked to");
    assert_eq!(files(&place.path("out")), files(&place.path("first")));
    // A folder that is a link leads elsewhere, too.
    std::fs::create_dir(place.path("third")).unwrap();
    symlink(place.path("mine"), place.path("third").join(folder.file_name())).unwrap();
    let mut command = mailtrail();
    command.current_dir(&place.0).args(["redact", "in", "-o", "third", "--force", "--key-file", "key"]);
    let refused = command.assert().code(2);
    assert!(String::from_utf8_lossy(&refused.get_output().stderr).contains("is a link"));
    assert_eq!(std::fs::read(&log).unwrap(), bytes);
}

#[test]
fn the_key_and_the_manifest_lie_elsewhere_and_come_with_the_logs() {
    let place = Place::new();
    place.write("in/MSGTRK2026031009-1.LOG", Log::of(Release::E2016).delivered("budget").bytes());
    place.write("notes/notes.LOG", "nothing of interest");
    let redact = |input: &str, more: &[&str], code: i32| {
        let mut command = mailtrail();
        command.current_dir(&place.0).args(["redact", input, "-o", "out"]).args(more);
        String::from_utf8_lossy(&command.assert().code(code).get_output().stderr).into_owned()
    };
    for more in [
        ["--new-key", "out/key"],
        ["--manifest", "out/m.json"],
        ["--key-file", "out/../out/key"],
        ["--manifest", "out"],
    ] {
        let said = redact("in", &more, 2);
        assert!(said.contains(more[0]) && said.contains("--output"), "{said}");
    }
    let said = redact("in", &["--new-key", "mine", "--manifest", "./mine"], 2);
    assert!(said.contains("is that of --new-key"), "{said}");
    let said = redact("in", &["--key-file", "key", "--manifest", "key", "--force"], 2);
    assert!(said.contains("is that of --key-file"), "{said}");
    assert!(!place.path("out").exists() && !place.path("mine").exists());
    // Nothing is written, so there is nothing that a key would be of.
    redact("nowhere", &["--new-key", "mine"], 1);
    redact("notes", &["--new-key", "mine"], 1);
    assert!(!place.path("mine").exists());
    place.write("full/notes.txt", "x");
    redact("in", &["--new-key", "mine", "-o", "full"], 2);
    std::fs::remove_dir(place.path("out")).unwrap();
    place.write("out/notes.txt", "x");
    redact("in", &["--new-key", "mine"], 1);
    assert!(!place.path("mine").exists());
    let said = redact("in", &["--new-key", "none/mine", "--force"], 1);
    assert_eq!(said.matches("os error 2").count(), 1, "{said}");
    redact("in", &["--new-key", "mine", "--force"], 0);
    assert!(place.path("mine").exists());
}
