//! Logs that change while they are served, and the end.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Server, log, report, samples};
use crate::logwriter::{Log, Release};

const NAME: &str = "MSGTRK2026031009-1.LOG";

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(NAME);
    fs::write(&file, log(0..20)).unwrap();
    (folder, file)
}

fn append(file: &Path, numbers: std::ops::Range<u32>) {
    let rows = numbers.fold(Log::headless(Release::E2016), |log, n| log.delivered(&format!("m{n}")));
    fs::OpenOptions::new().append(true).open(file).unwrap().write_all(&rows.bytes()).unwrap();
}

/// Waits until nothing is read any more. A log that grew between the look at it and its reading is read once more.
fn at_rest(server: &Server, state: &Value) {
    let reading = |state: &Value| state["reading"].as_u64().unwrap();
    let (most, mut before) = (reading(state) + 1, reading(state));
    loop {
        std::thread::sleep(std::time::Duration::from_millis(900));
        let now = reading(&server.ok("/api/state").json());
        assert!(now <= most, "nothing changed, nothing is read");
        if now == before {
            return;
        }
        before = now;
    }
}

/// Address of the row of a message's first event.
fn record(server: &Server, number: u32) -> String {
    let line =
        server.ok(&format!("/api/messages?text=m{number}%40fabrikam.com")).json()["messages"][0].clone();
    let evidence = &line["evidence"];
    let file = evidence["file"].as_str().unwrap().replace('/', "%2F");
    format!("/api/record?file={file}&line={}&offset={}", evidence["line"], evidence["offset"])
}

#[test]
fn what_is_added_is_shown() {
    let (folder, file) = folder();
    let server = Server::start(folder.path(), &[]);
    let page = server.ok("/").header("etag").unwrap().to_owned();
    append(&file, 20..30);
    fs::write(folder.path().join("MSGTRK2026031010-1.LOG"), log(30..40)).unwrap();
    let state = server.until("40 messages", |state| state["messages"] == 40);
    assert!(state["reading"].as_u64() > Some(1));
    assert_eq!(server.ok("/api/report").json(), report(folder.path(), &[]));
    assert_eq!(server.ask("GET", "/", &format!("If-None-Match: {page}\r\n")).status, 200);
    // Nothing changed, nothing is read.
    at_rest(&server, &state);
}

#[test]
fn a_log_that_is_cut_or_replaced_shows_no_wrong_row() {
    let (folder, file) = folder();
    let server = Server::start_slow(folder.path());
    let (first, last) = (record(&server, 0), record(&server, 19));
    assert!(server.ok(&first).text().contains("m0@fabrikam.com"));
    let guid = server.ok("/api/messages?text=m19%40fabrikam.com").json()["messages"][0]["network_message_id"]
        .clone();
    let message = format!("message?id={}", guid.as_str().unwrap());
    // Longer: what was read is still what it was.
    append(&file, 20..22);
    assert!(server.ok(&last).text().contains("m19@fabrikam.com"));
    // Cut.
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    for path in [&last, &format!("/{message}"), &format!("/api/{message}")] {
        let answer = server.get(path);
        assert_eq!(answer.status, 410, "{path}");
        assert!(answer.text().contains("cut or replaced"), "{path}");
    }
    // Replaced by another one in which a row begins at the same place.
    fs::write(
        &file,
        String::from_utf8(log(0..22)).unwrap().replace("m1@fabrikam", "n1@fabrikam").replace("m0@", "n0@"),
    )
    .unwrap();
    assert_eq!(server.get(&first).status, 410);
    assert_eq!(server.ok("/messages").status, 200);
    // Gone.
    fs::remove_file(&file).unwrap();
    assert_eq!((server.get(&first).status, server.get(&format!("/{message}")).status), (410, 410));
    let list = server.ok("/api/messages").json();
    assert_eq!((list["total"].as_u64(), list["messages"][0]["gone"].as_bool()), (Some(20), Some(true)));
    assert!(server.ok("/messages").text().contains("its rows are gone"));
    assert_eq!(server.get("/api/messages?text=m18%40fabrikam.com").status, 410);
    assert_eq!(server.ok("/api/state").json()["messages"], 20);
}

#[test]
fn rotation_is_followed_and_a_failed_reading_keeps_the_old_page() {
    let (folder, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let day = folder.path().join("day");
    let file = day.join(NAME);
    fs::create_dir(&day).unwrap();
    fs::write(&file, log(0..20)).unwrap();
    let server = Server::start(folder.path(), &[]);
    fs::rename(&file, day.join("MSGTRK2026031008-1.LOG")).unwrap();
    fs::write(&file, log(20..25)).unwrap();
    let state = server.until("rotated", |state| state["messages"] == 25 && state["files"] == 2);
    at_rest(&server, &state);
    // Both at once: no reading finds one of them.
    fs::rename(&day, away.path().join("day")).unwrap();
    let state = server.until("an error", |state| !state["last_error"].is_null());
    assert!(state["last_error"]["message"].as_str().unwrap().contains("nothing to read"), "{state}");
    assert_eq!(state["messages"], 25);
    assert!(server.ok("/").text().contains("id=\"live\""));
    fs::create_dir(&day).unwrap();
    fs::write(&file, log(0..7)).unwrap();
    let state = server.until("read again", |state| state["messages"] == 7);
    assert!(state["last_error"].is_null(), "{state}");
}

#[test]
fn many_ask_at_once_while_the_log_grows() {
    let (folder, file) = folder();
    let server = Server::start(folder.path(), &[]);
    std::thread::scope(|scope| {
        let server = &server;
        for client in 0..50 {
            scope.spawn(move || {
                for turn in 0..4 {
                    let path = match (client + turn) % 4 {
                        0 => "/api/messages?sort=size".to_owned(),
                        1 => format!("/api/messages?text=m{}%40fabrikam.com", client % 20),
                        2 => "/api/report".to_owned(),
                        _ => "/".to_owned(),
                    };
                    let answer = server.get(&path);
                    assert!(matches!(answer.status, 200 | 503), "{path}: {}", answer.status);
                    if (client + turn) % 4 == 1 && answer.status == 200 {
                        assert_eq!(answer.json()["total"], 1, "{path}");
                    }
                }
            });
        }
        for step in 0..10 {
            append(&file, 20 + step * 10..30 + step * 10);
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    });
    server.until("all", |state| state["messages"] == 120);
    assert_eq!(server.ok("/api/report").json(), report(folder.path(), &[]));
}

#[test]
fn a_folder_without_logs_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    let done = command.arg("serve").arg(folder.path()).args(["--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("nothing to read"));
}

#[cfg(unix)]
#[test]
fn it_ends_when_asked_and_begins_again() {
    let server = Server::start(&samples(), &[]);
    let port = server.port.to_string();
    server.ok("/messages");
    assert_eq!(server.end(), Some(0));
    let again = Server::start_at(&samples(), &port);
    assert_eq!(again.port.to_string(), port);
    again.ok("/messages");
}
