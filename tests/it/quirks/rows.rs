//! Quotes, line breaks inside fields, hostile subjects, and rows of great length.

use super::{Folder, LOG, Seen, one, run, text};
use crate::logwriter::Release::E2016;
use crate::logwriter::{Log, Row};

const HOSTILE: [&str; 13] = [
    "He said \"now\", twice; #1",
    "\"quoted\"",
    "\"",
    ",",
    "#Fields: date-time,event-id",
    "launch 🚀👩‍👩‍👧",
    "مرحبا \u{202e}gnp.exe",
    "first line\r\nsecond line",
    "first line\nsecond line\n",
    "=HYPERLINK(\"http://example.com\",\"pay\")",
    "+49 30 1234",
    "-2 degrees",
    "@here",
];

fn hostile_log() -> Log {
    (0..).zip(HOSTILE).fold(Log::of(E2016), |log, (i, subject)| {
        let row = |row: Row, ms: u32| row.at(i * 1000 + ms).with("message-subject", subject);
        let name = format!("message-{i:02}");
        log.row(&row(Row::receive(&name, "anna@contoso.com"), 0))
            .row(&row(Row::deliver(&name, "anna@contoso.com"), 500))
    })
}

/// The cells of a CSV text, as a spreadsheet reads them.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// A row whose quotes are not doubled and not closed.
fn stray(message: &str, subject: &str) -> String {
    let line =
        Row::receive(message, "anna@contoso.com").with("message-subject", "SUBJECT").line(&E2016.columns());
    String::from_utf8(line).unwrap().replace("SUBJECT", subject)
}

fn code(folder: &Folder) -> i32 {
    run(&["routes"], &[folder.path()], b"").status.code().unwrap()
}

/// A mail with a subject that holds a comma, so that its rows hold quotes.
fn quoted(log: Log, message: &str) -> Log {
    let row = |row: Row| row.with("message-subject", format!("{message}, and more"));
    log.row(&row(Row::receive(message, "anna@contoso.com")))
        .row(&row(Row::deliver(message, "anna@contoso.com")))
}

fn long(bytes: usize, filling: &str) -> Seen {
    let filling = filling.repeat(bytes / filling.len());
    let log = Log::of(E2016)
        .delivered("before")
        .row(&Row::receive("long", "anna@contoso.com").at(1000).with("custom-data", &filling))
        .row(&Row::deliver("long", "anna@contoso.com").at(1500).with("message-info", &filling))
        .row(&Row::receive("behind", "anna@contoso.com").at(2000))
        .row(&Row::deliver("behind", "anna@contoso.com").at(2500));
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [5, 6, 0]));
    assert_eq!(seen.all("subject"), ["before", "long", "behind"]);
    assert_eq!(seen.all("decision"), ["local-delivery"; 3]);
    seen
}

#[test]
fn hostile_subjects_reach_json_as_they_are() {
    let seen = one(hostile_log());
    assert_eq!((seen.code, seen.records()), (0, [5, 2 * HOSTILE.len() as u64, 0]));
    assert_eq!(seen.all("subject"), HOSTILE);
    assert!(seen.rows.iter().all(|r| r["decision"] == "local-delivery"));
}

#[test]
fn hostile_subjects_are_no_formulas_in_csv() {
    let folder = Folder::new();
    folder.put(LOG, hostile_log().bytes());
    let table = cells(&text(&run(&["routes", "--format=csv"], &[folder.path()], b"").stdout));
    let column = table[0].iter().position(|c| c == "subject").unwrap();
    let subjects: Vec<&str> = table[1..].iter().map(|row| row[column].as_str()).collect();
    // A turn of direction is shown, not obeyed.
    let harmless = HOSTILE
        .map(|s| s.replace('\u{202e}', "\\u{202e}"))
        .map(|s| if s.starts_with(['=', '+', '-', '@']) { format!("'{s}") } else { s });
    assert_eq!(subjects, harmless);
    assert!(table.iter().all(|row| row.len() == table[0].len()));
}

#[test]
fn hostile_addresses_and_ids_are_no_formulas_in_csv() {
    let row = |row: Row| row.with("return-path", "=1+1@fabrikam.com").with("message-id", "@SUM(A1)");
    let folder = Folder::new();
    let log = Log::of(E2016)
        .row(&row(Row::receive("greeting", "+anna@contoso.com")))
        .row(&row(Row::deliver("greeting", "+anna@contoso.com")));
    folder.put(LOG, log.bytes());
    let table = cells(&text(&run(&["routes", "--format=csv"], &[folder.path()], b"").stdout));
    let cell = |name: &str| &table[1][table[0].iter().position(|c| c == name).unwrap()];
    assert_eq!(cell("sender"), "'=1+1@fabrikam.com");
    assert_eq!(cell("message_id"), "'@SUM(A1)");
    assert_eq!(cell("recipient"), "'+anna@contoso.com");
}

#[test]
fn a_line_of_a_subject_that_begins_with_a_date_is_no_record() {
    let plan = "Plan:\r\n2026-03-10T09:00:00.000Z,start\r\n2026-03-11T09:00:00.000Z,end";
    let row = |row: Row| row.with("message-subject", plan);
    let log = Log::of(E2016)
        .row(&row(Row::receive("plan", "anna@contoso.com")))
        .row(&row(Row::deliver("plan", "anna@contoso.com")))
        .delivered("behind");
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]));
    assert_eq!(seen.all("subject"), ["behind", plan]);
    assert_eq!(seen.all("decision"), ["local-delivery"; 2]);
    assert_eq!(seen.rows[0]["evidence"]["line"], 13);
}

#[test]
fn header_lines_inside_a_subject_bind_nothing() {
    for lines in [
        "look\r\n#Fields: date-time,event-id\r\nend",
        "look\r\n#Log-type: Transport Connectivity Log\r\nend",
        "look\r\n# Message Tracking Log File\r\nend",
    ] {
        let row = |row: Row| row.with("message-subject", lines);
        let log = Log::of(E2016)
            .row(&row(Row::receive("greeting", "anna@contoso.com")))
            .row(&row(Row::deliver("greeting", "anna@contoso.com")))
            .delivered("behind");
        let folder = Folder::new();
        folder.put(LOG, log.bytes());
        assert_ne!(code(&folder), 1, "{lines:?}");
        let seen = folder.read();
        assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]), "{lines:?}");
        assert_eq!(seen.all("subject"), ["behind", lines]);
    }
}

#[test]
fn a_row_whose_cells_are_all_quoted_reads() {
    let quoted = |row: Row| {
        let line = String::from_utf8(row.line(&E2016.columns())).unwrap();
        let cells: Vec<String> = line.trim_end().split(',').map(|c| format!("\"{c}\"")).collect();
        format!("{}\r\n", cells.join(","))
    };
    let [receive, deliver] =
        [Row::receive, Row::deliver].map(|new| quoted(new("greeting", "anna@contoso.com")));
    let seen = one(Log::of(E2016).raw(receive).raw(deliver));
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn a_subject_of_sixty_lines_is_one_subject() {
    let poem = "verse\r\n".repeat(60);
    let row = |row: Row| row.with("message-subject", &poem);
    let log = Log::of(E2016)
        .row(&row(Row::receive("poem", "anna@contoso.com")))
        .row(&row(Row::deliver("poem", "anna@contoso.com")));
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["subject"], poem);
}

#[test]
fn quotes_in_the_middle_of_a_field_are_letters() {
    let log = Log::of(E2016).delivered("greeting").raw(stray("inches", "3.5\" or 5.25\" disk"));
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [5, 3, 0]));
    assert_eq!(seen.all("subject"), ["greeting", "3.5\" or 5.25\" disk"]);
}

#[test]
fn a_stray_quote_costs_only_its_line() {
    let mut log = Log::of(E2016).delivered("before").raw(stray("lost", "\"never closed"));
    for i in 0..100 {
        log = log.delivered(&format!("plain-{i}"));
    }
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (3, [5, 202, 1]));
    assert_eq!(seen.list("rejects")[0]["reason"], "stray quote");
    assert_eq!(seen.list("rejects")[0]["line"], 8);
    assert_eq!(seen.rows.len(), 101);
}

#[test]
fn a_stray_quote_before_rows_with_quotes_costs_only_its_line() {
    let log = Log::of(E2016).raw(stray("lost", "\"never closed"));
    let seen = one((0..5).fold(log, |log, i| quoted(log, &format!("message-{i}"))));
    assert_eq!((seen.code, seen.records()), (3, [5, 10, 1]));
    assert_eq!(seen.rows.len(), 5);
}

#[test]
fn a_stray_quote_before_the_end_costs_only_its_line() {
    let log = Log::of(E2016).raw(stray("lost", "\"never closed")).delivered("behind");
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (3, [5, 2, 1]));
    assert_eq!(seen.row()["subject"], "behind");
}

/// Rows between two that have a stray quote in the same column, so that together they have the right width.
fn between_stray(subject: &str) {
    let log = Log::of(E2016).raw(stray("lost", subject)).delivered("between").raw(stray("lost-too", subject));
    let seen = one(log.delivered("behind"));
    assert_eq!((seen.code, seen.records()), (3, [5, 4, 2]));
    assert_eq!(seen.all("subject"), ["behind", "between"]);
}

#[test]
fn two_stray_quotes_at_the_start_of_one_column_do_not_swallow_the_rows_between_them() {
    between_stray("\"never closed");
}

#[test]
fn two_stray_quotes_in_the_middle_of_one_column_do_not_swallow_the_rows_between_them() {
    between_stray("rack of 19\" width");
}

#[test]
fn a_row_of_300_kilobytes_is_a_row() {
    long(300 << 10, "S:Key=value;");
}

#[test]
fn a_row_of_2_megabytes_is_a_row() {
    long(2 << 20, "S:Key=value;");
}

#[test]
fn a_quoted_row_of_7_megabytes_is_a_row() {
    long(7 << 20, "S:Key=\"value\", more;");
}

#[test]
fn a_line_of_17_megabytes_costs_only_itself() {
    let log = Log::of(E2016).delivered("before").raw("x".repeat(17 << 20)).raw("\r\n").delivered("behind");
    let seen = one(log);
    assert_eq!((seen.code, seen.count("events")), (3, 4));
    assert_eq!(seen.list("rejects")[0]["reason"], "line longer than 16 MiB");
    assert_eq!(seen.all("decision"), ["local-delivery"; 2]);
    assert_eq!(seen.rows.last().unwrap()["evidence"]["line"], 10);
}

#[test]
fn a_row_may_name_six_thousand_recipients() {
    let people: Vec<String> = (0..6000).map(|i| format!("user{i:04}@fabrikam.com")).collect();
    let list = people.join(";");
    let statuses = vec!["250 2.1.5 Recipient OK"; 6000].join(";");
    let log = Log::of(E2016)
        .row(&Row::receive("to-all", &list))
        .row(&Row::send("to-all", &list).with("recipient-status", statuses))
        .delivered("behind");
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]));
    assert_eq!(seen.rows.len(), 6001);
    assert_eq!((seen.count("recipient_count_mismatches"), seen.count("unaligned_statuses")), (0, 0));
    for (row, person) in seen.rows.iter().filter(|r| r["subject"] == "to-all").zip(&people) {
        assert_eq!(
            (&row["recipient"], &row["decision"]),
            (&person.as_str().into(), &"send-connector".into())
        );
        assert_eq!(row["status_code"], "2.1.5");
    }
}
