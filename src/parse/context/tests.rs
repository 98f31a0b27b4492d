//! Contexts as servers write them, swapped, cut and hostile.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

const HOPS: &[(&str, Option<u64>, &str)] = &[
    ("", None, ""),
    (
        "08DC1DB12C345BE5;250 2.6.0 <a@contoso.com> [InternalId=5450313518243, Hostname=ex02.contoso.com] 141301 bytes \
         in 0.101, 1361.827 KB/sec Queued mail for delivery;ClientSubmitTime:",
        Some(5_450_313_518_243),
        "ex02.contoso.com",
    ),
    ("250 2.6.0 <a@contoso.com> [InternalId=12345] Queued mail for delivery", Some(12345), ""),
    ("250 2.0.0 OK <a@contoso.com> [Hostname=ex02.contoso.com]", None, "ex02.contoso.com"),
    ("[Hostname=ex02,InternalId=7]", Some(7), "ex02"),
    // Swapped by Exchange itself.
    (
        "SHADOW=250 2.6.0 <a@contoso.com> [InternalId=ex02.contoso.com, Hostname=5450313518243] Queued for redundancy",
        Some(5_450_313_518_243),
        "ex02.contoso.com",
    ),
    ("[InternalId=ex02]", None, "ex02"),
    ("[InternalId=, Hostname=ex02]", None, "ex02"),
    ("[InternalId=99999999999999999999999, Hostname=ex02]", None, "ex02"),
    // The sender chooses the message-id, not the reply.
    (
        "250 2.6.0 <[InternalId=1, Hostname=evil]@fabrikam.com> [InternalId=2, Hostname=ex02] x",
        Some(2),
        "ex02",
    ),
    ("[InternalId=2, Hostname=ex02] [192.0.2.7] [other]", Some(2), "ex02"),
    // A cut number is a wrong number.
    ("250 2.6.0 <a@contoso.com> [InternalId=54503", None, ""),
    ("250 2.0.0 OK 1706195769 x-fabrikam [192.0.2.7]", None, ""),
    ("250 2.0.0 InternalId=5, Hostname=ex02", None, ""),
];

#[test]
fn next_hops_are_found() {
    for &(context, internal_id, host) in HOPS {
        assert_eq!(next_hop(context.as_bytes()), NextHop { internal_id, host: host.as_bytes() }, "{context}");
    }
}

const ID: &str = "08DC1DB12C345BE5";

#[test]
fn sessions_are_read() {
    let time = "2024-01-25T15:16:09.544Z";
    let cases = [
        (format!("{ID};{time};0"), Some(Some(0))),
        (format!("{ID};{time};17"), Some(Some(17))),
        (format!("{ID};{time};17;more"), Some(Some(17))),
        (format!("{ID};{time}"), Some(None)),
        (format!("{ID};{time};"), Some(None)),
        (format!("{ID};{time};ClientSubmitTime:2021-11-23T19:49:36.380Z"), Some(None)),
        (format!("{ID};{time};99999999999"), Some(None)),
        (format!("{ID};250 2.6.0 <a@contoso.com> [InternalId=5]"), None),
        (ID.to_owned(), None),
        (format!("{ID}0;{time};0"), None),
        (format!("08DC1DB1;{time};0"), None),
        ("No suitable shadow servers".to_owned(), None),
        (String::new(), None),
    ];
    for (context, index) in cases {
        let expected = index.map(|index| Session { id: ID.as_bytes(), time: time.as_bytes(), index });
        assert_eq!(session(context.as_bytes()), expected, "{context}");
    }
}

#[test]
fn store_events_are_read() {
    let context = b"MDB:2f5e0d1c-0000-4000-8000-000000000001, Mailbox:2f5e0d1c-0000-4000-8000-000000000002, \
        Event:93846, MessageClass:IPM.Note, CreationTime:2024-01-25T15:16:09.544Z, ClientType:OWA, \
        SubmissionAssistant:MailboxTransportSubmissionEmailAssistant, Odd:a:b, c, d, ServerMdbConnectionId:0A";
    let expected = StoreContext {
        mdb: b"2f5e0d1c-0000-4000-8000-000000000001",
        mailbox: b"2f5e0d1c-0000-4000-8000-000000000002",
        event: b"93846",
        message_class: b"IPM.Note",
        creation_time: b"2024-01-25T15:16:09.544Z",
        client_type: b"OWA",
    };
    assert_eq!(store(context), expected);
    let pairs: Vec<_> = store_pairs(context).collect();
    assert_eq!(pairs.len(), 9);
    assert_eq!(pairs[7], (&b"Odd"[..], &b"a:b, c, d"[..]));
}

#[test]
fn other_contexts_are_no_store_events() {
    let others =
        ["", "Transport Rule Agent", "ExplicitlyDiscarded;x", "08DC1DB12C345BE5;2024-01-25T15:16:09.544Z;0"];
    for context in others {
        assert_eq!(store(context.as_bytes()), StoreContext::default(), "{context}");
    }
    assert_eq!(store(b"MDB:, Mailbox:").mailbox, b"");
    assert_eq!(store(b"text, MDB:1").mdb, b"1");
}

#[test]
fn long_hostile_text_takes_linear_time() {
    let units = [
        "[",
        "[InternalId=",
        "[InternalId=1, ",
        "[Hostname=1, Hostname=",
        "]",
        ", ",
        ", a",
        ", MDB:",
        "a",
        "1",
    ];
    for unit in units {
        let context = unit.repeat(100_000 / unit.len());
        total(context.as_bytes());
    }
}

fn total(context: &[u8]) {
    next_hop(context);
    session(context);
    store(context);
}

proptest! {
    #[test]
    fn next_hop_round_trip(
        before in "[a-zA-Z0-9 .;<>@\\[\\]=-]{0,40}", after in "[a-zA-Z0-9 .,;]{0,40}",
        id in option::of(any::<u64>()), host in option::of("[a-z][a-z0-9.-]{0,20}"), swapped in any::<bool>(),
    ) {
        let inner = match (id, &host) {
            (Some(id), Some(host)) if swapped => format!("[InternalId={host}, Hostname={id}]"),
            (Some(id), Some(host)) => format!("[InternalId={id}, Hostname={host}]"),
            (Some(id), None) => format!("[InternalId={id}]"),
            (None, Some(host)) => format!("[Hostname={host}]"),
            (None, None) => String::new(),
        };
        let written = format!("{before}{inner}{after}");
        let expected = NextHop { internal_id: id, host: host.as_deref().unwrap_or_default().as_bytes() };
        prop_assert_eq!(next_hop(written.as_bytes()), expected, "{}", written);
    }

    #[test]
    fn session_round_trip(
        id in "[0-9A-F]{16}", time in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,7})?Z",
        index in option::of(any::<u32>()), submitted in any::<bool>(),
    ) {
        let mut written = format!("{id};{time}");
        written += &index.map(|index| format!(";{index}")).unwrap_or_default();
        written += if submitted { ";ClientSubmitTime:" } else { "" };
        let expected = Session { id: id.as_bytes(), time: time.as_bytes(), index };
        prop_assert_eq!(session(written.as_bytes()), Some(expected), "{}", written);
    }

    #[test]
    fn store_round_trip(pairs in vec(("[A-Za-z][A-Za-z0-9]{0,12}", "[a-z0-9.:-]{0,12}(, [a-z0-9 ]{0,5})?"), 0..9)) {
        let written: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        let written = written.join(", ");
        let expected: Vec<_> = pairs.iter().map(|(key, value)| (key.as_bytes(), value.as_bytes())).collect();
        prop_assert_eq!(store_pairs(written.as_bytes()).collect::<Vec<_>>(), expected, "{}", written);
    }

    #[test]
    fn anything_is_taken(context in vec(any::<u8>(), 0..200)) {
        total(&context);
    }

    #[test]
    fn anything_like_a_context_is_taken(
        context in "(\\[|\\]|InternalId=|Hostname=|, |,|[0-9]{1,25}|a|:|MDB:|;|08DC1DB12C345BE5;|2024-01-25T15:16:09|\\.|Z)*",
    ) {
        total(context.as_bytes());
    }
}
