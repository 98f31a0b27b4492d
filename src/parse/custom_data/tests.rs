//! Custom data as servers write it, cut and hostile.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// kind, key, value
type Triple = (&'static str, &'static str, &'static str);

const CASES: &[(&str, &[Triple])] = &[
    ("", &[]),
    (";", &[("", ";", "")]),
    (
        "S:E2ELatency=0.369;S:DeliveryPriority=Normal;I32:MsgRecipCount=2;Dbl:Cost=1.5;F:X=",
        &[
            ("S", "E2ELatency", "0.369"),
            ("S", "DeliveryPriority", "Normal"),
            ("I32", "MsgRecipCount", "2"),
            ("Dbl", "Cost", "1.5"),
            ("F", "X", ""),
        ],
    ),
    (
        "S:AMA=SUM|v=0|action=|error=|atch=2;S:AMA=EV|engine=M|v=0|sig=1.2|name=|file=a;b.doc;S:TRA=ETR|st=2024-01-25 15:16:09Z",
        &[
            ("S", "AMA", "SUM|v=0|action=|error=|atch=2"),
            ("S", "AMA", "EV|engine=M|v=0|sig=1.2|name=|file=a;b.doc"),
            ("S", "TRA", "ETR|st=2024-01-25 15:16:09Z"),
        ],
    ),
    (
        "S:PrioritizationReason=AMS:12689884/1048576|ARC:83/500;S:ProxyHop1=ex01.contoso.com(192.0.2.1)",
        &[
            ("S", "PrioritizationReason", "AMS:12689884/1048576|ARC:83/500"),
            ("S", "ProxyHop1", "ex01.contoso.com(192.0.2.1)"),
        ],
    ),
    (
        "S:Microsoft.Exchange.Transport.MailRecipient.RequiredTlsAuthLevel=Opportunistic;S:ActivityId=cut off he",
        &[
            ("S", "Microsoft.Exchange.Transport.MailRecipient.RequiredTlsAuthLevel", "Opportunistic"),
            ("S", "ActivityId", "cut off he"),
        ],
    ),
    // Cut before the value, no type, an empty item, and what looks like a type but is too long.
    ("S:A=1;S:Acco", &[("S", "A", "1"), ("S", "Acco", "")]),
    ("A=1;S:B=2", &[("", "A", "1"), ("S", "B", "2")]),
    (";S:A=1", &[("S", "A", "1")]),
    ("S:A=x;;S:B=2", &[("S", "A", "x;"), ("S", "B", "2")]),
    ("S:A=1;https://fabrikam.com;S:B=2", &[("S", "A", "1;https://fabrikam.com"), ("S", "B", "2")]),
    ("S:A=1;:B=2", &[("S", "A", "1;:B=2")]),
];

#[test]
fn fields_split_into_entries() {
    for &(field, expected) in CASES {
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, key, value)| Entry {
                kind: kind.as_bytes(),
                key: key.as_bytes(),
                value: value.as_bytes(),
            })
            .collect();
        assert_eq!(entries(field.as_bytes()).collect::<Vec<_>>(), expected, "{field}");
    }
}

#[test]
fn a_key_is_found_as_a_whole_and_first() {
    let field = b"S:NotE2ELatency=1;S:E2ELatencyX=2;S:Note=E2ELatency=3;X=;S:E2ELatency=4;S:E2ELatency=5;I32:N=6;S:Cut";
    assert_eq!(get(field, b"E2ELatency"), Some(&b"4"[..]));
    assert_eq!(get(field, b"N"), Some(&b"6"[..]));
    assert_eq!(get(field, b"Cut"), Some(&b""[..]));
    assert_eq!(get(field, b"X"), None);
    assert_eq!(get(field, b""), None);
    assert_eq!(get(b"", b"N"), None);
    assert_eq!(get(b"N=1", b"N"), Some(&b"1"[..]));
    assert_eq!(get(b"S:=1", b""), Some(&b"1"[..]));
    assert_eq!(get(b"S:A:A:A=1", b"A:A:A"), Some(&b"1"[..]));
    assert_eq!(get(b"A:A:A:A=1", b"A:A:A"), Some(&b"1"[..]));
}

#[test]
fn long_hostile_text_takes_linear_time() {
    for unit in [";", "S:", ";S:", ";S:A", ";S:AA=", "A", "=", "A:A", "AAAAA:", ";AAAA"] {
        let field = unit.repeat(100_000 / unit.len());
        assert!(entries(field.as_bytes()).count() <= field.len());
        for key in [&b""[..], b"A", b"AA", b"S:", b"A:A", b"E2ELatency"] {
            get(field.as_bytes(), key);
        }
    }
}

fn find<'a>(field: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    entries(field).find(|entry| entry.key == key).map(|entry| entry.value)
}

proptest! {
    #[test]
    fn round_trip(
        items in vec(("[A-Za-z0-9]{1,4}", "[A-Za-z][A-Za-z0-9.]{0,12}", "[a-z0-9=|,:/ -]{0,12}(;[a-z0-9=|, ]{1,9})?"), 0..9),
    ) {
        let written: Vec<String> = items.iter().map(|(kind, key, value)| format!("{kind}:{key}={value}")).collect();
        let written = written.join(";");
        let expected: Vec<_> = items
            .iter()
            .map(|(kind, key, value)| Entry { kind: kind.as_bytes(), key: key.as_bytes(), value: value.as_bytes() })
            .collect();
        prop_assert_eq!(entries(written.as_bytes()).collect::<Vec<_>>(), expected, "{}", written);
        for (_, key, _) in &items {
            prop_assert_eq!(get(written.as_bytes(), key.as_bytes()), find(written.as_bytes(), key.as_bytes()));
        }
    }

    #[test]
    fn getting_is_finding(field in "[;:=SA]{0,30}", key in "[;:=SA]{0,3}") {
        let (field, key) = (field.as_bytes(), key.as_bytes());
        prop_assert_eq!(get(field, key), find(field, key));
    }

    #[test]
    fn anything_is_taken(field in vec(any::<u8>(), 0..200), key in vec(any::<u8>(), 0..3)) {
        prop_assert_eq!(get(&field, &key), find(&field, &key));
    }
}
