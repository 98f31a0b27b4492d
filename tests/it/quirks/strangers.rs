//! Other logs, put in by mistake: what they are is said.

use serde_json::Value;

use super::{Folder, LOG, one, read, refused, run, text};
use crate::logwriter::Log;
use crate::logwriter::Release::E2016;

const PROTOCOL: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
    #Log-type: SMTP Receive Protocol Log\r\n#Date: 2026-03-10T09:00:00.000Z\r\n\
    #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n\
    2026-03-10T09:00:00.000Z,EX1\\Default EX1,08DE7E85BDB40001,0,10.0.1.11:25,192.0.2.25:40112,+,,\r\n\
    2026-03-10T09:00:00.010Z,EX1\\Default EX1,08DE7E85BDB40001,1,10.0.1.11:25,192.0.2.25:40112,<,EHLO mail.fabrikam.com,\r\n";

const CONNECTIVITY: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1544.004\r\n\
    #Log-type: Transport Connectivity Log\r\n#Date: 2026-03-10T09:00:00.000Z\r\n\
    #Fields: date-time,session,source,Destination,direction,description\r\n\
    2026-03-10T09:00:00.000Z,08DE7E85BDB40009,SMTP,fabrikam.com,+,DnsConnectorDelivery;QueueLength=1\r\n";

const EXCHANGE_2003: &str = "# Message Tracking Log File\r\n# Exchange System Attendant Version 6.5.7638.1\r\n\
    # Date\tTime\tclient-ip\tClient-hostname\tPartner-Name\tServer-hostname\tserver-IP\tRecipient-Address\tEvent-ID\t\
    MSGID\tPriority\tRecipient-Report-Status\ttotal-bytes\tNumber-Recipients\tOrigination-Time\tEncryption\t\
    service-Version\tLinked-MSGID\tMessage-Subject\tSender-Address\r\n\
    2004-3-10\t9:0:5 GMT\t192.0.2.25\tmail.fabrikam.com\t-\tEX0\t10.0.1.10\tanna@contoso.com\t1019\t\
    <greeting@fabrikam.com>\t0\t0\t4096\t1\t2004-3-10 9:0:5 GMT\t0\tVersion: 6.0.3790.0\t-\tgreeting\tlars@fabrikam.com\r\n";

/// File name, content, and what it is called.
const STRANGERS: [(&str, &str, &str); 4] = [
    ("RECV2026031009-1.LOG", PROTOCOL, "SMTP Receive Protocol Log"),
    ("CONNECTLOG2026031009-1.LOG", CONNECTIVITY, "Transport Connectivity Log"),
    ("20040310.log", EXCHANGE_2003, "Exchange 2000/2003"),
    ("MSGTRK2026031010-1.LOG", PROTOCOL, "SMTP Receive Protocol Log"),
];

fn left_out<'s>(list: &'s [Value], name: &str) -> &'s str {
    let found = list.iter().find(|l| l["name"].as_str().unwrap().ends_with(name));
    found.unwrap_or_else(|| panic!("{name} is not in {list:?}"))["reason"].as_str().unwrap()
}

#[test]
fn another_log_in_a_folder_of_logs_is_left_out_and_named() {
    let folder = Folder::new();
    folder.put(LOG, Log::of(E2016).delivered("greeting").bytes());
    for (name, bytes, _) in STRANGERS {
        folder.put(name, bytes);
    }
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.row()["decision"], "local-delivery");
    assert_eq!(seen.list("left_out").len(), STRANGERS.len());
    for (name, _, kind) in STRANGERS {
        let reason = left_out(seen.list("left_out"), name);
        assert!(reason.contains(kind), "{name}: {reason}");
    }
}

#[test]
fn another_log_alone_cannot_be_read_and_is_named() {
    for (name, bytes, kind) in STRANGERS {
        let folder = Folder::new();
        let file = folder.put(name, bytes);
        for path in [file.as_path(), folder.path()] {
            let (code, said) = refused(&[path]);
            assert_eq!(code, 1, "{name}");
            assert!(said.contains(name) && said.contains(kind), "{said}");
        }
    }
}

#[test]
fn another_log_on_standard_input_cannot_be_read_and_is_named() {
    for (_, bytes, kind) in STRANGERS {
        let output = run(&["routes"], &["-"], bytes.as_bytes());
        let said = text(&output.stderr);
        assert!(said.contains(kind), "{said}");
        assert_eq!(output.status.code(), Some(1), "{kind}");
    }
}

#[test]
fn another_log_named_beside_a_good_one_is_missed() {
    for (name, bytes, kind) in STRANGERS {
        let folder = Folder::new();
        let good = folder.put(LOG, Log::of(E2016).delivered("greeting").bytes());
        let seen = read(&[good, folder.put(name, bytes)]);
        assert_eq!((seen.code, seen.records()), (3, [5, 2, 0]), "{name}");
        assert!(left_out(seen.list("left_out"), name).contains(kind), "{name}");
        assert!(seen.said.contains(name) && seen.said.contains(kind), "{}", seen.said);
        assert_eq!(seen.row()["decision"], "local-delivery");
    }
}

#[test]
fn another_log_pasted_into_a_tracking_log_costs_only_its_own_rows() {
    let log = Log::of(E2016).delivered("first").raw(PROTOCOL).header(E2016).delivered("second");
    let seen = one(log);
    assert_eq!((seen.code, seen.records()), (3, [15, 4, 2]));
    assert_eq!(seen.list("rejects")[0]["reason"], "row of another kind of log");
    assert_eq!(seen.all("subject"), ["first", "second"]);
}

#[test]
fn another_log_pasted_far_behind_a_tracking_log_costs_only_its_own_rows() {
    let log = (0..200).fold(Log::of(E2016), |log, i| log.delivered(&format!("message-{i}")));
    let seen = one(log.raw(PROTOCOL).header(E2016).delivered("second"));
    assert_eq!((seen.code, seen.records()), (3, [15, 402, 2]));
    assert_eq!(seen.rows.len(), 201);
}

#[test]
fn a_tracking_log_behind_another_log_in_one_file_is_read() {
    let folder = Folder::new();
    let log = Log::headless(E2016).raw(PROTOCOL).header(E2016).delivered("greeting");
    folder.put(LOG, log.bytes());
    let seen = folder.read();
    assert_eq!((seen.code, seen.records()), (3, [10, 2, 2]));
    assert_eq!(seen.row()["decision"], "local-delivery");
}

#[test]
fn files_that_are_no_logs_at_all_are_left_out() {
    let folder = Folder::new();
    folder.put(LOG, Log::of(E2016).delivered("greeting").bytes());
    folder.put("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01");
    folder.put("RoutingConfig#1@03_10_2026 09_00_00.xml", "<?xml version=\"1.0\"?><RoutingTables/>\r\n");
    folder.put("export.csv", "#TYPE Selected.System.Object\r\n\"Timestamp\",\"EventId\"\r\n\"10.03.2026 09:00:00\",\"RECEIVE\"\r\n");
    let seen = folder.read();
    assert_eq!((seen.code, seen.records(), seen.list("left_out").len()), (0, [5, 2, 0], 3));
    assert_eq!(seen.row()["decision"], "local-delivery");
}
