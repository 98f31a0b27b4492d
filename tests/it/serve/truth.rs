//! What is asked for again is what was read: no message for another, no way that is only half there, no subject by guessing.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{Server, message};
use crate::logwriter::{Log, Release, Row};

fn serve(log: Log, flags: &[&str]) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log.bytes()).unwrap();
    let server = Server::start_with(folder.path(), ("127.0.0.1:0", "1h"), flags);
    (folder, server)
}

fn listed(server: &Server, query: &str) -> Vec<Value> {
    server.ok(&format!("/api/messages{query}")).json()["messages"].as_array().unwrap().clone()
}

#[test]
fn messages_without_ids_at_one_moment_are_told_apart() {
    let blank = |row: Row, number: u32| {
        let ids = row.with("message-id", "").with("network-message-id", "");
        ids.with("internal-message-id", number.to_string())
    };
    let mut log = message(Log::of(Release::E2016), "known", "Known");
    for number in 1..=3 {
        let to = format!("r{number}@contoso.com");
        let rows = [Row::receive("x", &to).at(5), Row::deliver("x", &to).at(9)];
        log = log.rows(&rows.map(|row| blank(row, number)));
    }
    let (_folder, server) = serve(log, &[]);
    let all = listed(&server, "");
    assert!(all.iter().all(|line| line["gone"] == false), "{all:?}");
    let whom: BTreeSet<&str> = all.iter().map(|line| line["recipient"].as_str().unwrap()).collect();
    assert_eq!(
        whom,
        BTreeSet::from(["anna@contoso.com", "r1@contoso.com", "r2@contoso.com", "r3@contoso.com"])
    );
}

#[test]
fn a_message_that_lost_rows_keeps_its_decision_and_says_so() {
    let (folder, server) = {
        let folder = tempfile::tempdir().unwrap();
        let (first, last) = (Row::receive("m", "anna@contoso.com"), Row::deliver("m", "anna@contoso.com"));
        let log = |row: &Row| Log::of(Release::E2016).rows([row]).bytes();
        fs::write(folder.path().join("MSGTRK2026031009-1.LOG"), log(&first)).unwrap();
        fs::write(folder.path().join("MSGTRKMD2026031009-1.LOG"), log(&last)).unwrap();
        let server = Server::start_slow(folder.path());
        (folder, server)
    };
    let before = listed(&server, "");
    assert_eq!((&before[0]["gone"], before.len()), (&Value::Bool(false), 1));
    fs::remove_file(folder.path().join("MSGTRKMD2026031009-1.LOG")).unwrap();
    let after = listed(&server, "?sort=sender");
    assert_eq!(after[0]["gone"], true, "{after:?}");
    assert_eq!(after[0]["decisions"], before[0]["decisions"]);
    let search = server.get("/api/messages?text=anna%40contoso.com");
    assert_eq!(search.status, 410, "{}", search.text());
    assert!(search.text().contains("not what they were"), "{}", search.text());
}

#[test]
fn subjects_that_are_hidden_cannot_be_searched_for() {
    let log = || message(Log::of(Release::E2016), "m", "secret takeover");
    let (_folder, open) = serve(log(), &[]);
    assert_eq!(listed(&open, "?text=SECRET%20take").len(), 1);
    let (folder, hidden) = serve(log(), &["--no-subjects"]);
    assert_eq!(listed(&hidden, "?text=SECRET%20take").len(), 0);
    assert_eq!(listed(&hidden, "?text=anna%40contoso").len(), 1);
    fs::remove_file(folder.path().join("MSGTRK2026031009-1.LOG")).unwrap();
    assert!(hidden.ok("/messages?sort=size").text().contains("its rows are gone"));
}

#[test]
fn an_id_of_any_length_opens_and_a_row_is_where_it_is() {
    let rows = [Row::receive("m", "anna@contoso.com"), Row::deliver("m", "anna@contoso.com")];
    let short = |row: Row| row.with("message-id", "<1@a>").with("network-message-id", "");
    let (_folder, server) = serve(Log::of(Release::E2016).rows(&rows.map(short)), &[]);
    assert_eq!(server.ok("/api/message?id=%3C1%40a%3E").json()["messages"], 1);
    let at = listed(&server, "")[0]["evidence"].clone();
    let file = at["file"].as_str().unwrap().replace('/', "%2F");
    let record = |line: u64, offset: u64| format!("/api/record?file={file}&line={line}&offset={offset}");
    let (line, offset) = (at["line"].as_u64().unwrap(), at["offset"].as_u64().unwrap());
    server.ok(&record(line, offset));
    for (line, offset) in [(line + 9, offset), (line, offset + 1), (u64::MAX, offset)] {
        assert_eq!(server.get(&record(line, offset)).status, 404, "{line} {offset}");
    }
}
