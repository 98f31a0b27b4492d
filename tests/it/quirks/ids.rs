//! message-ids, network-message-ids and internal ids: odd ones, and none.

use super::one;
use crate::logwriter::Release::{E2007, E2010, E2016};
use crate::logwriter::{Log, Row};

fn both(message: &str) -> [Row; 2] {
    [Row::receive(message, "anna@contoso.com"), Row::deliver(message, "anna@contoso.com")]
}

fn set(rows: [Row; 2], column: &str, value: &str) -> [Row; 2] {
    rows.map(|row| row.with(column, value))
}

#[test]
fn the_return_path_of_a_report_is_kept_as_the_empty_path() {
    let seen = one(Log::of(E2016).rows(&set(both("report"), "return-path", "<>")));
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["sender"], "<>");
}

#[test]
fn without_a_return_path_the_sender_is_the_one_of_the_letter() {
    let rows = set(set(both("letter"), "return-path", ""), "sender-address", "carol@fabrikam.com");
    assert_eq!(one(Log::of(E2016).rows(&rows)).row()["sender"], "carol@fabrikam.com");
}

#[test]
fn a_message_without_message_id_is_known_by_its_network_id() {
    let seen = one(Log::of(E2016).rows(&set(both("nameless"), "message-id", "")));
    assert!(seen.row()["message_id"].is_null());
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn two_messages_without_message_id_are_two() {
    let rows = [set(both("one"), "message-id", ""), set(both("two"), "message-id", "")].concat();
    let seen = one(Log::of(E2016).rows(&rows));
    assert_eq!(seen.all("subject").len(), 2);
    assert_eq!(seen.all("decision"), ["local-delivery"; 2]);
}

#[test]
fn a_message_of_2007_without_message_id_is_known_by_server_and_internal_id() {
    let later = set(both("two"), "recipient-address", "bob@contoso.com");
    let rows = [set(both("one"), "message-id", ""), set(later, "message-id", "")].concat();
    let seen = one(Log::of(E2007).rows(&rows));
    assert_eq!(seen.all("subject"), ["one", "two"]);
    assert_eq!(seen.all("decision"), ["local-delivery"; 2]);
}

#[test]
fn messages_that_only_their_internal_ids_tell_apart_come_in_one_order_every_time() {
    let rows: Vec<Row> = (0..8).flat_map(|i| set(both(&format!("message-{i}")), "message-id", "")).collect();
    let first = one(Log::of(E2007).rows(&rows));
    assert_eq!((first.code, first.rows.len()), (0, 8));
    for _ in 0..5 {
        assert_eq!(one(Log::of(E2007).rows(&rows)).without_files(), first.without_files());
    }
}

#[test]
fn a_message_id_may_hold_blanks_quotes_and_commas() {
    let ids = [
        "<a b@fabrikam.com>",
        "<\"say \\\"hi\\\", all\"@fabrikam.com>",
        "<with,comma@fabrikam.com>",
        "<semi;colon@fabrikam.com>",
        "<[brackets]@[192.0.2.1]>",
        "<two@signs@fabrikam.com>",
    ];
    for release in [E2010, E2016] {
        for id in ids {
            let log = Log::of(release).rows(&set(both("greeting"), "message-id", id)).delivered("other");
            let seen = one(log);
            assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]), "{id}");
            let row = seen.rows.iter().find(|r| r["subject"] == "greeting").unwrap();
            assert_eq!((&row["message_id"], &row["decision"]), (&id.into(), &"local-delivery".into()));
        }
    }
}

#[test]
fn a_message_id_without_its_angle_brackets_is_the_same_message_id() {
    let [receive, deliver] = both("greeting");
    for bare in ["greeting@fabrikam.com", " <greeting@fabrikam.com> ", "greeting@fabrikam.com>"] {
        let seen = one(Log::of(E2010).row(&receive).row(&deliver.clone().with("message-id", bare)));
        assert_eq!(seen.row()["decision"], "local-delivery", "{bare}");
        assert_eq!(seen.row()["message_id"], "<greeting@fabrikam.com>", "{bare}");
        let seen = one(Log::of(E2010).rows(&set(both("greeting"), "message-id", bare)));
        assert_eq!(seen.row()["message_id"], bare);
    }
}

#[test]
fn a_network_id_reads_without_its_dashes_and_in_either_case() {
    let [receive, deliver] = both("greeting");
    let bare = "0F8A1B2C3D4E5F60718293A4B5C6D7E8";
    let dashed = "0f8a1b2c-3d4e-5f60-7182-93a4b5c6d7e8";
    let receive = receive.with("network-message-id", bare).with("message-id", "");
    let deliver = deliver.with("network-message-id", dashed).with("message-id", "");
    let seen = one(Log::of(E2016).row(&receive).row(&deliver));
    assert_eq!(seen.row()["network_message_id"], dashed);
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn a_network_id_of_zeros_is_none() {
    let zeros = "00000000-0000-0000-0000-000000000000";
    let rows = [set(both("one"), "network-message-id", zeros), set(both("two"), "network-message-id", zeros)]
        .concat();
    let seen = one(Log::of(E2016).rows(&rows));
    assert_eq!(seen.all("subject"), ["one", "two"]);
    assert!(seen.rows.iter().all(|r| r["network_message_id"].is_null()));
}

#[test]
fn rows_with_internal_id_zero_or_none_are_not_one_message() {
    for id in ["0", ""] {
        let reject = |name: &str| {
            Row::fail(name, &format!("{name}@contoso.com"), "550 5.7.1 Sender ID (PRA) Not Permitted")
                .with("source", "SMTP")
                .with("internal-message-id", id)
                .with("message-id", "")
                .with("network-message-id", "")
        };
        let seen = one(Log::of(E2016).row(&reject("anna")).row(&reject("bob")));
        assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
        assert_eq!(seen.report["messages"], 2, "id {id:?}");
        assert_eq!(seen.all("decision"), ["failed"; 2]);
    }
}

#[test]
fn a_message_whose_rows_have_no_internal_id_is_still_one() {
    for id in ["0", ""] {
        let seen = one(Log::of(E2016).rows(&set(both("greeting"), "internal-message-id", id)));
        assert_eq!(seen.row()["decision"], "local-delivery", "id {id:?}");
    }
}

#[test]
fn an_internal_id_of_sixty_three_bits_is_a_number() {
    let rows = set(set(both("greeting"), "internal-message-id", "9223372036854775807"), "message-id", "");
    assert_eq!(one(Log::of(E2010).rows(&rows)).row()["decision"], "local-delivery");
}
