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
    let count = |rows: Vec<u8>| rows.iter().filter(|b| **b == b'\n').count();
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
