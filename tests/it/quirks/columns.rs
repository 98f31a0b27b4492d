//! Headers, column lists, and rows that do not fit them.

use super::{Folder, LOG, Seen, one};
use crate::logwriter::Release::{self, E2007, E2010, E2013, E2016};
use crate::logwriter::{COLUMNS, Log, Row};

fn without_header(release: Release) -> Seen {
    let seen = one(Log::headless(release).delivered("greeting"));
    assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [0, 2, 0], 0));
    assert_eq!(seen.row()["decision"], "local-delivery");
    assert_eq!(seen.row()["subject"], "greeting");
    assert_eq!(seen.row()["sender"], "lars@fabrikam.com");
    assert_eq!(seen.list("files")[0]["columns"], release.columns().len());
    seen
}

/// A line with something cut off its end and something put in its place.
fn changed(row: &Row, release: Release, change: impl FnOnce(&str) -> String) -> String {
    let line = String::from_utf8(row.line(&release.columns())).unwrap();
    format!("{}\r\n", change(line.trim_end()))
}

#[test]
fn a_log_of_2007_without_header_reads_by_its_21_columns() {
    let seen = without_header(E2007);
    assert!(seen.row()["network_message_id"].is_null());
    assert!(seen.row()["directionality"].is_null());
}

#[test]
fn a_log_of_2010_without_header_reads_by_its_26_columns() {
    let seen = without_header(E2010);
    assert!(seen.row()["network_message_id"].is_null());
    assert_eq!(seen.row()["directionality"], "Incoming");
}

#[test]
fn a_log_of_2013_without_header_reads_by_its_27_columns() {
    assert!(without_header(E2013).row()["network_message_id"].is_string());
}

#[test]
fn a_log_of_2016_without_header_reads_by_its_30_columns() {
    assert!(without_header(E2016).row()["network_message_id"].is_string());
}

#[test]
fn rows_of_several_releases_without_header_may_stand_in_one_file() {
    let logs = Release::ALL.map(|r| Log::headless(r).delivered(&format!("{r:?}")).bytes());
    let seen = one(Log::headless(E2016).raw(logs.concat()));
    assert_eq!((seen.code, seen.records()), (0, [0, 8, 0]));
    assert_eq!(seen.all("decision"), ["local-delivery"; 4]);
}

#[test]
fn a_repeated_header_with_another_column_list_binds_the_rows_behind_it() {
    let log =
        Log::of(E2010).delivered("2010").header(E2016).delivered("2016").header(E2013).delivered("2013");
    let seen = one(log);
    assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [15, 6, 0], 0));
    for row in &seen.rows {
        assert_eq!(row["decision"], "local-delivery");
        assert_eq!(row["network_message_id"].is_null(), row["subject"] == "2010", "{row:#}");
    }
}

#[test]
fn a_folder_may_mix_releases() {
    let folder = Folder::new();
    for release in Release::ALL {
        folder
            .put(&format!("{release:?}/{LOG}"), Log::of(release).delivered(&format!("{release:?}")).bytes());
    }
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (0, [20, 8, 0]));
    assert_eq!(seen.all("decision"), ["local-delivery"; 4]);
}

#[test]
fn columns_bind_by_name_whatever_their_order() {
    let mut columns = COLUMNS.to_vec();
    columns.reverse();
    columns.insert(4, "shoe-size");
    let seen = one(Log::headless(E2016).header_with(E2016, &columns).delivered("greeting"));
    assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [5, 2, 0], 0));
    assert_eq!(seen.row()["decision"], "local-delivery");
    assert_eq!(seen.row()["subject"], "greeting");
}

#[test]
fn keywords_and_column_names_of_a_header_are_read_in_any_case() {
    let upper = format!(
        "#SOFTWARE: Microsoft Exchange Server\r\n#LOG-TYPE: MESSAGE TRACKING LOG\r\n#Comment\r\n#FIELDS: {}\r\n",
        COLUMNS.join(",").to_uppercase()
    );
    let seen = one(Log::headless(E2016).raw(upper).delivered("greeting"));
    assert_eq!((seen.code, seen.records()), (0, [4, 2, 0]));
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn a_row_with_a_column_too_many_or_too_few_is_set_aside_with_its_line() {
    let row = Row::receive("odd", "anna@contoso.com");
    let more = changed(&row, E2016, |l| format!("{l},extra"));
    let fewer = changed(&row, E2016, |l| l.rsplit_once(',').unwrap().0.to_owned());
    let seen = one(Log::of(E2016).delivered("first").raw(&more).raw(&fewer).delivered("second"));
    assert_eq!((seen.code, seen.records()), (3, [5, 4, 2]));
    for (reject, (columns, line, raw)) in
        seen.list("rejects").iter().zip([("31 columns", 8, &more), ("29 columns", 9, &fewer)])
    {
        let reason = reject["reason"].as_str().unwrap();
        assert!(reason.contains(columns) && reason.contains("30"), "{reason}");
        assert_eq!(reject["line"], line);
        assert_eq!(reject["raw"], raw.trim_end());
    }
    assert_eq!(seen.all("subject"), ["first", "second"]);
}

#[test]
fn a_row_of_another_release_under_a_header_reads_by_its_own_width() {
    let old = Log::headless(E2010).delivered("old").bytes();
    let seen = one(Log::of(E2016).delivered("new").raw(old));
    assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [5, 4, 0], 2));
    assert_eq!(seen.all("decision"), ["local-delivery"; 2]);
}

#[test]
fn a_row_of_2013_that_lost_a_column_is_no_row_of_2010() {
    let row = Row::receive("odd", "anna@contoso.com");
    let fewer = changed(&row, E2013, |l| l.rsplit_once(',').unwrap().0.to_owned());
    let seen = one(Log::of(E2013).delivered("whole").raw(fewer));
    assert_eq!((seen.code, seen.records()), (3, [5, 2, 1]));
    assert_eq!(seen.all("recipient"), ["anna@contoso.com"]);
}

#[test]
fn a_row_whose_quotes_are_all_doubled_reads_although_it_has_28_columns() {
    let row = |row: Row| row.with("message-subject", "lunch, then coffee");
    let [one_line, other] = [Row::receive, Row::deliver]
        .map(|new| row(new("lunch", "anna@contoso.com")))
        .map(|row| changed(&row, E2013, |l| l.replace('"', "\"\"")));
    assert_eq!(one_line.split(',').count(), 28);
    let seen = one(Log::of(E2013).raw(one_line).raw(other));
    assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [5, 2, 0], 2));
    assert_eq!(seen.row()["subject"], "lunch, then coffee");
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn doubled_quotes_do_not_turn_a_headless_row_into_one_of_another_release() {
    // Six commas in one field: 21 columns and these six are 27, the width of 2013.
    let row = |row: Row| row.with("message-subject", "a, b, c, d, e, f, g");
    let lines = [Row::receive, Row::deliver]
        .map(|new| row(new("list", "anna@contoso.com")))
        .map(|row| changed(&row, E2007, |l| l.replace('"', "\"\"")));
    assert_eq!(lines[0].split(',').count(), 27);
    let seen = one(Log::headless(E2007).raw(lines.concat()));
    assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [0, 2, 0], 2));
    assert_eq!(seen.row()["subject"], "a, b, c, d, e, f, g");
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn doubled_quotes_around_a_field_that_holds_quotes_are_halved_once() {
    let row = |row: Row| row.with("message-subject", "say \"hi\", all");
    let lines = [Row::receive, Row::deliver]
        .map(|new| row(new("hi", "anna@contoso.com")))
        .map(|row| changed(&row, E2013, |l| l.replace('"', "\"\"")));
    let seen = one(Log::of(E2013).raw(lines.concat()));
    assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [5, 2, 0], 2));
    assert_eq!(seen.row()["subject"], "say \"hi\", all");
}

#[test]
fn a_prefix_that_a_collector_puts_before_rows_is_no_part_of_them() {
    let text = String::from_utf8(Log::headless(E2016).delivered("greeting").bytes()).unwrap();
    let lines: Vec<String> =
        text.lines().map(|l| format!("Mar 10 09:00:01 ex1 exchange[412]: {l}\r\n")).collect();
    for (headers, log) in [(5, Log::of(E2016)), (0, Log::headless(E2016))] {
        let seen = one(log.raw(lines.concat()));
        assert_eq!((seen.code, seen.records(), seen.count("repaired")), (0, [headers, 2, 0], 2));
        assert_eq!(seen.row()["decision"], "local-delivery");
    }
}
