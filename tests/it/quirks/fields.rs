//! Hosts, addresses, times, counts and names that are not what one expects.

use super::{Folder, LOG, one, read};
use crate::logwriter::Release::{E2010, E2016};
use crate::logwriter::{Log, Row, time};

fn both(message: &str) -> [Row; 2] {
    [Row::receive(message, "anna@contoso.com"), Row::deliver(message, "anna@contoso.com")]
}

fn set(rows: [Row; 2], column: &str, value: &str) -> [Row; 2] {
    rows.map(|row| row.with(column, value))
}

/// `RECEIVE EX1` and so on.
fn hops(row: &serde_json::Value) -> Vec<String> {
    let text = |v: &serde_json::Value| v.as_str().unwrap_or("-").to_owned();
    super::list(&row["hops"])
        .iter()
        .map(|h| format!("{} {}", text(&h["event"]), text(&h["server"])))
        .collect()
}

#[test]
fn a_recipient_count_that_is_not_the_length_of_the_list_is_counted_and_the_list_believed() {
    let two = "anna@contoso.com;bob@contoso.com";
    let log = Log::of(E2016)
        .row(&Row::receive("greeting", two).with("recipient-count", "5"))
        .row(&Row::deliver("greeting", two).with("recipient-count", "many"));
    let seen = one(log);
    assert_eq!((seen.code, seen.records(), seen.count("recipient_count_mismatches")), (0, [5, 2, 0], 1));
    assert_eq!(seen.all("recipient"), ["anna@contoso.com", "bob@contoso.com"]);
}

#[test]
fn a_note_whose_lists_do_not_fit_counts_nowhere_wherever_it_stands() {
    let two = "anna@contoso.com;bob@contoso.com";
    let note = Row::receive("greeting", two)
        .with("event-id", "AGENTINFO")
        .with("source", "AGENT")
        .with("recipient-count", "5")
        .with("recipient-status", "250 ok;250 ok;250 ok");
    let receive = Row::receive("greeting", two);
    for rows in [[&note, &receive], [&receive, &note]] {
        let seen = one(Log::of(E2016).rows(rows));
        assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
        assert_eq!((seen.count("recipient_count_mismatches"), seen.count("unaligned_statuses")), (0, 0));
    }
}

#[test]
fn addresses_may_be_quoted_encapsulated_and_in_any_letters() {
    let people = [
        "\"a;b, c\"@contoso.com",
        "IMCEAEX-_O=CONTOSO_OU=FIRST+20GROUP_CN=ANNA@contoso.com",
        "jürgen+müll=1@contoso.com",
        "o'neil@contoso.com",
    ];
    let list = people.join(";");
    let row = |row: Row| row.with("recipient-count", "4");
    let log =
        Log::of(E2016).row(&row(Row::receive("greeting", &list))).row(&row(Row::deliver("greeting", &list)));
    let seen = one(log);
    assert_eq!((seen.code, seen.records(), seen.count("recipient_count_mismatches")), (0, [5, 2, 0], 0));
    let mut sorted = people;
    sorted.sort_unstable();
    assert_eq!(seen.all("recipient"), sorted);
    assert_eq!(seen.all("decision"), ["local-delivery"; 4]);
}

#[test]
fn an_address_is_the_same_in_any_case_and_keeps_the_case_first_seen() {
    for (first, later) in
        [("Anna@Contoso.com", "anna@contoso.com"), ("JÜRGEN@contoso.com", "jürgen@CONTOSO.com")]
    {
        let log = Log::of(E2016).row(&Row::receive("greeting", first)).row(&Row::deliver("greeting", later));
        let seen = one(log);
        assert_eq!(seen.row()["recipient"], first);
        assert_eq!(seen.row()["decision"], "local-delivery");
    }
}

#[test]
fn a_blank_subject_is_none_and_a_dash_is_a_subject() {
    let seen = one(Log::of(E2016).rows(&set(both("nameless"), "message-subject", "")));
    assert!(seen.row()["subject"].is_null());
    let seen = one(Log::of(E2016).rows(&set(both("dash"), "message-subject", "-")));
    assert_eq!(seen.row()["subject"], "-");
}

#[test]
fn an_ipv6_address_may_have_a_zone() {
    let receive = Row::receive("greeting", "lars@fabrikam.com")
        .with("client-ip", "fe80::5efe:a00:1%16")
        .with("client-hostname", "")
        .with("server-ip", "fe80::1%3");
    let send = Row::send("greeting", "lars@fabrikam.com")
        .with("server-ip", "2001:db8::25%eth0")
        .with("server-hostname", "");
    let folder = Folder::new();
    folder.put(LOG, Log::of(E2016).row(&receive).row(&send).delivered("other").bytes());
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]));
    let row = seen.to("lars@fabrikam.com");
    assert_eq!(row["next_hop"], "2001:db8::25%eth0");
    assert_eq!(row["hops"][0]["peer"], "fe80::5efe:a00:1%16");
    assert_eq!(hops(row), ["RECEIVE EX1", "SENDEXTERNAL EX1"]);
    let found = read(&[folder.path().as_os_str(), "--client-ip=FE80::5efe:*%16".as_ref()]);
    assert_eq!(found.row()["subject"], "greeting");
}

#[test]
fn a_retry_time_of_year_one_is_no_delay() {
    let defer = |retry: &str| {
        Row::fail("waiting", "anna@contoso.com", "")
            .with("event-id", "DEFER")
            .with("source", "SMTP")
            .with("message-info", retry)
    };
    let after = |retry: &str| {
        let log = Log::of(E2016).row(&Row::receive("waiting", "anna@contoso.com")).row(&defer(retry));
        one(log).row()["decision"].as_str().unwrap().to_owned()
    };
    assert_eq!(after("0001-01-01T00:00:00.000Z"), "in-transit");
    assert_eq!(after("2026-03-10T09:15:00.000Z"), "deferred");
    assert_eq!(after(""), "deferred");
}

#[test]
fn an_origination_time_of_year_one_is_not_believed() {
    let seen = one(Log::of(E2016).rows(&set(both("greeting"), "message-info", "0001-01-01T00:00:00.000Z")));
    assert_eq!(seen.row()["latency_ms"], 500);
}

#[test]
fn times_need_not_rise_and_the_first_row_may_be_earlier_than_the_header() {
    let [receive, deliver] = both("early");
    let early = [
        receive.with("date-time", "2026-03-10T08:59:30.000Z"),
        deliver.with("date-time", "2026-03-10T08:59:30.250Z"),
    ];
    let [receive, deliver] = both("late");
    let late = [deliver.at(90_500), receive.at(90_000)];
    let folder = Folder::new();
    let log = Log::of(E2016).row(&late[0]).row(&late[1]).rows(&early);
    folder.put(LOG, log.bytes());
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (0, [5, 4, 0]));
    assert_eq!(seen.all("subject"), ["early", "late"]);
    assert_eq!(seen.all("first_seen"), ["2026-03-10T08:59:30.000Z", &time(90_000)]);
    assert_eq!(hops(&seen.rows[1]), ["RECEIVE EX1", "DELIVER EX1"]);
    let before = read(&[folder.path().as_os_str(), "--until=2026-03-10T09:00:00Z".as_ref()]);
    assert_eq!((before.row()["subject"].as_str(), before.count("outside_window")), (Some("early"), 2));
}

#[test]
fn a_time_may_have_seven_digits_of_a_second() {
    let [receive, deliver] = both("greeting");
    let receive = receive.with("date-time", "2026-03-10T09:00:00.0001234Z");
    let deliver = deliver.with("date-time", "2026-03-10T09:00:00.5009999Z");
    let seen = one(Log::of(E2016).row(&receive).row(&deliver));
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["last_seen"], "2026-03-10T09:00:00.500Z");
}

#[test]
fn an_id_and_a_host_that_exchange_itself_swapped_are_told_apart() {
    let reply = |what: &str| {
        format!(
            "{what}250 2.6.0 <greeting@fabrikam.com> [InternalId=EX2.contoso.com, Hostname=8920647074390] Queued mail"
        )
    };
    let shadow = Row::receive("greeting", "anna@contoso.com")
        .with("event-id", "HAREDIRECT")
        .with("source-context", reply("SHADOW="));
    let send = Row::send("greeting", "anna@contoso.com")
        .with("event-id", "SEND")
        .with("connector-id", "Intra-Organization SMTP Send Connector")
        .with("server-ip", "")
        .with("server-hostname", "")
        .with("source-context", reply(""));
    // The clock of EX2 is a minute slow, and nothing but the reply ties its rows to the send.
    let ex2 = |row: Row| {
        row.with("internal-message-id", "8920647074390").with("client-ip", "").with("server-ip", "10.0.1.12")
    };
    let receive = ex2(Row::receive("greeting", "anna@contoso.com"))
        .with("date-time", "2026-03-10T08:59:00.600Z")
        .with("client-hostname", "")
        .with("server-hostname", "EX2");
    let deliver = ex2(Row::deliver("greeting", "anna@contoso.com"))
        .with("date-time", "2026-03-10T08:59:00.900Z")
        .with("client-hostname", "EX2")
        .with("server-hostname", "EX2");
    let log = Log::of(E2016)
        .row(&shadow)
        .row(&Row::receive("greeting", "anna@contoso.com"))
        .row(&send)
        .row(&receive)
        .row(&deliver);
    let seen = one(log);
    assert_eq!((seen.code, seen.records(), seen.count("redundancy")), (0, [5, 5, 0], 1));
    assert_eq!(seen.row()["decision"], "local-delivery");
    assert_eq!(hops(seen.row()), ["RECEIVE EX1", "SEND EX1", "RECEIVE EX2", "DELIVER EX2"]);
    assert_eq!((&seen.row()["complete"], &seen.row()["laps"]), (&true.into(), &0.into()));
}

#[test]
fn an_event_and_a_source_nobody_knows_are_kept_and_counted() {
    let strange = Row::receive("greeting", "anna@contoso.com")
        .at(200)
        .with("event-id", "CONTOSOARCHIVED")
        .with("source", "VAULT");
    let lonely = Row::receive("lonely", "bob@contoso.com")
        .at(300)
        .with("event-id", "FABRIKAMSIGNED")
        .with("source", "VAULT");
    let seen = one(Log::of(E2016).delivered("greeting").row(&strange).row(&lonely));
    assert_eq!((seen.code, seen.records(), seen.count("counted")), (0, [5, 4, 0], 4));
    assert_eq!(seen.report["messages"], 2);
    assert_eq!(seen.to("anna@contoso.com")["decision"], "local-delivery");
    for name in ["CONTOSOARCHIVED", "FABRIKAMSIGNED"] {
        let event = seen.list("events").iter().find(|e| e["event"] == name).unwrap();
        assert_eq!(
            (&event["source"], &event["known"], &event["rows"]),
            (&"VAULT".into(), &false.into(), &1.into())
        );
    }
}

#[test]
fn events_and_sources_are_read_in_any_case() {
    let [receive, deliver] = both("greeting");
    let receive = receive.with("event-id", "Receive").with("source", "smtp");
    let deliver = deliver.with("event-id", "deliver").with("source", "StoreDriver");
    let seen = one(Log::of(E2016).row(&receive).row(&deliver));
    assert_eq!(seen.row()["decision"], "local-delivery");
    assert!(seen.list("events").iter().all(|e| e["known"] == true));
}

#[test]
fn a_host_by_its_short_and_its_full_name_in_any_case_is_one_server() {
    let [receive, deliver] = both("greeting");
    let log = Log::of(E2010)
        .row(&receive.clone().with("server-hostname", "ex1.CONTOSO.com").with("message-id", ""))
        .row(&deliver.clone().with("client-hostname", "Ex1").with("message-id", ""));
    let seen = one(log);
    assert_eq!((&seen.row()["decision"], &seen.row()["server"]), (&"local-delivery".into(), &"EX1".into()));
    let servers: Vec<_> = seen.list("coverage").iter().map(|c| &c["server"]).collect();
    assert_eq!(servers, ["EX1"]);
}

#[test]
fn a_delivery_was_written_by_the_transport_server_not_by_the_mailbox_server() {
    let [receive, deliver] = both("greeting");
    let seen = one(Log::of(E2010).row(&receive).row(&deliver.with("server-hostname", "mbx7.contoso.com")));
    assert_eq!(seen.row()["server"], "EX1");
    assert_eq!(seen.row()["next_hop"], "mbx7.contoso.com");
}

#[test]
fn a_row_whose_usual_host_is_blank_was_written_by_the_other() {
    let fail = Row::fail("lost", "anna@contoso.com", "550 5.7.1 refused");
    let log =
        Log::of(E2016).row(&fail.with("client-hostname", "").with("server-hostname", "EX1.contoso.com"));
    assert_eq!(one(log).row()["server"], "EX1");
    let receive = Row::receive("greeting", "anna@contoso.com");
    let log = Log::of(E2016).row(&receive.with("server-hostname", "").with("client-hostname", "EX1"));
    assert_eq!(one(log).row()["server"], "EX1");
}

#[test]
fn a_row_without_any_host_was_written_by_the_server_of_its_file() {
    let poison = Row::fail("poison", "bob@contoso.com", "")
        .with("event-id", "POISONMESSAGE")
        .with("source", "POISONMESSAGE")
        .with("client-hostname", "")
        .with("client-ip", "");
    let seen = one(Log::of(E2016).delivered("greeting").row(&poison).delivered("other"));
    assert_eq!((seen.code, seen.records()), (0, [5, 5, 0]));
    let row = seen.to("bob@contoso.com");
    assert_eq!((&row["decision"], &row["server"]), (&"dropped".into(), &"EX1".into()));
    let servers: Vec<_> = seen.list("coverage").iter().map(|c| &c["server"]).collect();
    assert_eq!(servers, ["EX1"]);
}

#[test]
fn health_probes_are_set_aside_and_counted_unless_they_are_asked_for() {
    let [receive, deliver] = set(both("probe"), "sender-address", "HealthMailbox0a1b2c3d@contoso.com");
    let folder = Folder::new();
    folder.put(LOG, Log::of(E2016).row(&receive).row(&deliver).delivered("greeting").bytes());
    let seen = folder.read();
    assert_eq!((seen.count("probes"), seen.count("counted")), (2, 2));
    assert_eq!(seen.row()["subject"], "greeting");
    let all = read(&[folder.path().as_os_str(), "--include-probes".as_ref()]);
    assert_eq!((all.count("probes"), all.rows.len()), (0, 2));
    assert_eq!(all.rows[1]["class"], "probe");
}
