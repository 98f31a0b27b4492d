//! Answers do not depend on how a query is written, how logs are read, or in what the tables lie.

use std::path::Path;

use super::{answer, bytes, files, mailtrail};

fn said(query: &str, paths: &[&str], more: &[&str], folder: &Path) -> String {
    let args = [&["sql", query, "--format=jsonl", "--quiet"], more, paths].concat();
    let done = mailtrail(&args, folder);
    assert_eq!(done.status.code(), Some(0), "{query}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_table_that_is_read_several_times_keeps_all_its_columns() {
    let (folder, logs) = files();
    for query in [
        "WITH f AS (SELECT * FROM routes WHERE decision = 'failed') SELECT f.* FROM f JOIN (SELECT message_id FROM f \
         UNION ALL SELECT message_id FROM routes WHERE laps > 0) x ON f.message_id = x.message_id",
        "WITH f AS (SELECT * FROM hops WHERE event = 'FAIL') SELECT f.* FROM f JOIN f g ON f.message_id = g.message_id \
         JOIN (SELECT message_id FROM hops WHERE position = 1) h ON f.message_id = h.message_id",
    ] {
        let tables = said(query, &["files"], &[], folder.path());
        assert!(!tables.is_empty());
        assert_eq!(said(query, &[&logs], &[], folder.path()), tables, "{query}");
    }
}

#[test]
fn records_and_unions_can_be_answered() {
    let (folder, logs) = files();
    for paths in [logs.as_str(), "files"] {
        let one = answer("SELECT evidence FROM routes LIMIT 1", &[paths], folder.path());
        assert!(one[0]["evidence"]["line"].is_number());
        let hop = answer("SELECT hops[1] AS h FROM routes LIMIT 1", &[paths], folder.path());
        assert!(hop[0]["h"]["server"].is_string());
        let union = "SELECT count(*) AS n FROM (SELECT message_id FROM routes UNION ALL SELECT message_id FROM hops) x";
        let each = ["routes", "hops"].map(|table| {
            let n = answer(&format!("SELECT count(*) AS n FROM {table}"), &[paths], folder.path());
            n[0]["n"].as_u64().unwrap()
        });
        assert_eq!(answer(union, &[paths], folder.path())[0]["n"], each[0] + each[1]);
    }
}

#[test]
fn rows_are_sorted_by_an_aggregate() {
    let (folder, logs) = files();
    let query = "SELECT decision, count(*) AS n FROM routes GROUP BY decision ORDER BY count(*) DESC";
    for paths in [logs.as_str(), "files"] {
        let counts: Vec<u64> =
            answer(query, &[paths], folder.path()).iter().map(|row| row["n"].as_u64().unwrap()).collect();
        assert!(
            counts.len() > 3 && counts.is_sorted_by(|a, b| a >= b) && counts.first() > counts.last(),
            "{counts:?}"
        );
    }
}

#[test]
fn a_file_counts_once_however_it_is_named() {
    let (folder, _) = files();
    let count =
        |paths: &[&str]| answer("SELECT count(*) AS n FROM routes", paths, folder.path())[0]["n"].clone();
    let n = count(&["files/routes.parquet"]);
    for paths in [
        &["files/routes.parquet", "./files/routes.parquet"][..],
        &["files", "files/routes.parquet"],
        &["files/*.parquet"],
    ] {
        assert_eq!(count(paths), n, "{paths:?}");
    }
}

#[test]
fn what_tables_cannot_do_is_refused() {
    let (folder, _) = files();
    let refused = |args: &[&str]| {
        let done = mailtrail(&[&["sql", "SELECT count(*) FROM routes"], args].concat(), folder.path());
        assert_eq!(done.status.code(), Some(2), "{args:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(refused(&["files", "--no-subjects"]).contains("--no-subjects is for logs"));
    assert!(refused(&["files", "--topology=x"]).contains("--topology is for logs"));
    std::fs::write(folder.path().join("files/MSGTRK1.LOG"), "#Software").unwrap();
    assert!(refused(&["files"]).contains("MSGTRK1.LOG does not"));
}

#[test]
fn folders_do_not_change_what_files_hold() {
    let (folder, _) = files();
    let query = "SELECT server, count(*) AS n FROM routes GROUP BY server";
    let all = said(query, &["files/routes.parquet"], &[], folder.path());
    std::fs::create_dir_all(folder.path().join("server=BACKUP/decision=x")).unwrap();
    let copy = "server=BACKUP/decision=x/routes.parquet";
    std::fs::copy(folder.path().join("files/routes.parquet"), folder.path().join(copy)).unwrap();
    assert_eq!(said(query, &["server=BACKUP"], &[], folder.path()), all);
}

#[test]
fn a_server_is_a_text_whatever_its_folder_looks_like() {
    let (folder, samples) = files();
    let args = ["events", &samples, "-q", "--format=parquet", "--partition-by=server", "-o", "tree"];
    assert!(mailtrail(&args, folder.path()).status.success());
    let query = "SELECT server, count(*) AS n FROM events GROUP BY server";
    let logs = said(query, &[&samples], &[], folder.path());
    assert_eq!(said(query, &["tree"], &[], folder.path()), logs);
    let tree = folder.path().join("tree");
    let folders: Vec<_> = std::fs::read_dir(&tree).unwrap().map(|e| e.unwrap().path()).collect();
    let names = ["001", "1E5", "TRUE", "2026-03-10", "a%2Fb"];
    for (from, name) in folders.iter().zip(names) {
        std::fs::rename(from, tree.join(format!("server={name}"))).unwrap();
    }
    let found = answer(query, &["tree"], folder.path());
    let mut found: Vec<_> = found.iter().map(|row| row["server"].as_str().unwrap()).collect();
    found.sort_unstable();
    let mut called: Vec<_> = names.iter().take(folders.len()).map(|name| name.replace("%2F", "/")).collect();
    called.sort_unstable();
    assert_eq!(found, called);
}

#[test]
fn how_logs_are_read_shows_in_no_answer() {
    let (folder, logs) = files();
    for query in [
        "SELECT decision, connector, next_hop, server, first_seen, size_bytes, class, laps FROM routes",
        "SELECT decision, first(next_hop) AS h, last(size_bytes) AS l FROM routes GROUP BY decision",
        "SELECT missing, findings, count(*) AS n FROM routes GROUP BY missing, findings",
        "SELECT * FROM (SELECT next_hop, count(*) AS n FROM routes GROUP BY next_hop) x",
        "SELECT lower(final_recipient) AS a, count(*) AS n FROM routes GROUP BY a ORDER BY n DESC LIMIT 7",
        "SELECT next_hop FROM routes LIMIT 5",
        "SELECT message_id, decision FROM routes ORDER BY decision LIMIT 5",
        "SELECT message_id, recipient, server FROM hops ORDER BY server LIMIT 5",
        "WITH a AS (SELECT server, connector, count(*) AS n FROM routes GROUP BY server, connector) \
         SELECT server, connector FROM a ORDER BY n LIMIT 6",
        "SELECT decision, round(sum(size_bytes / 7.0), 3) AS s FROM routes GROUP BY decision",
        "SELECT decision, count(*) AS n FROM routes GROUP BY decision ORDER BY count(*) DESC",
    ] {
        let first = said(query, &[&logs], &[], folder.path());
        for more in [&["--threads=1"][..], &["--threads=7", "--chunk-size=777"], &["--memory=64KiB"]] {
            assert_eq!(said(query, &[&logs], more, folder.path()), first, "{query} {more:?}");
        }
        assert_eq!(said(query, &["files"], &[], folder.path()), first, "{query} over tables");
    }
}

#[test]
fn an_empty_cell_is_no_blank_line() {
    let (folder, _) = files();
    let args = ["sql", "SELECT status_code FROM routes", "files", "--format=csv", "-q"];
    let text = String::from_utf8(bytes(&args, folder.path())).unwrap();
    assert!(text.contains("\n\"\"\n") && !text.contains("\n\n"));
}
