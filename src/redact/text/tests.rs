//! What stays of texts, what does not, and that parsers find the same in them.

use super::super::{Key, Redactor, Rules};
use super::*;
use crate::parse::{context, custom_data, message_info, status};

/// What becomes of a text, of a host, and of a text whose hyphens part words.
fn redacted(text: &str) -> [Vec<u8>; 3] {
    let rules = Rules::new(Key::new(&[b'k'; 32]).unwrap());
    let mut redactor = Redactor::new(&rules);
    let (mut plain, mut host, mut parted) = (Vec::new(), Vec::new(), Vec::new());
    redactor.text(text.as_bytes(), PLAIN, &mut plain);
    redactor.host(text.as_bytes(), &mut host);
    redactor.text(text.as_bytes(), Manner { parted: true, ..PLAIN }, &mut parted);
    [plain, host, parted]
}

#[test]
fn contexts_lead_to_the_same_hop() {
    for (text, id, host) in [
        (
            "08DC1DB12C345BE5;250 2.6.0 <a,b@contoso.com> [InternalId=5450313518243, Hostname=EX-2.contoso.com] 14 bytes in 0.101, 1361.8 KB/sec Queued mail for delivery;ClientSubmitTime:",
            Some(5_450_313_518_243),
            "EX-2.contoso.com",
        ),
        (
            "SHADOW=250 2.6.0 <a@b> [InternalId=EX1.contoso.com, Hostname=17] Queued mail for redundancy",
            Some(17),
            "EX1.contoso.com",
        ),
        ("250 2.0.0 OK <a@b> [Hostname=mail];ClientSubmitTime:", None, "mail"),
        ("250 ok [InternalId=12]", Some(12), ""),
    ] {
        let [plain, ..] = redacted(text);
        let hop = context::next_hop(&plain);
        assert_eq!((hop.internal_id, hop.host), (id, &redacted(host)[1][..]), "{text}");
        assert_eq!(context::next_hop(text.as_bytes()).host, host.as_bytes(), "{text}");
    }
    let [plain, ..] = redacted("08DC1DB12C345BE5;2024-01-25T15:16:09.544Z;3");
    let session = context::session(&plain).unwrap();
    assert_eq!((session.time, session.index), (&b"2024-01-25T15:16:09.544Z"[..], Some(3)));
    assert_ne!(session.id, b"08DC1DB12C345BE5");
    let [plain, ..] = redacted(
        "MDB:8c62e682-fdef-4d29-b1b0-a67c60ec110c, Mailbox:1731f450-3f44-4588-84ee-45403c8a0fa4, Event:401909, MessageClass:IPM.Note.Contoso, CreationTime:2026-03-10T05:46:51.477Z, ClientType:OWA",
    );
    let store = context::store(&plain);
    assert_eq!((store.event, store.client_type, store.mdb.len()), (&b"401909"[..], &b"OWA"[..], 36));
    assert!(store.message_class.starts_with(b"IPM.Note.") && !store.message_class.ends_with(b"Contoso"));
}

#[test]
fn latencies_and_pairs_stay_where_they_are() {
    let text = "2026-03-16T15:00:02.100Z;SRV=EX-1.contoso.com:TOTAL-SUB=0.1|SA=0.02;LSRV=mail:TOTAL-HUB=0.257|SMR=0.021(SMRDI=0.001|SMRC=0.021)|CATRS-Contoso (Berlin) Agent-PEN=0.5;FOO=x";
    let [_, _, parted] = redacted(text);
    let shape = |text: &[u8]| {
        let parts = message_info::latency_parts(text);
        let parts = parts.iter().map(|p| {
            let node = |n: &message_info::LatencyNode<'_>| {
                (n.name.to_vec(), n.state, n.milliseconds, n.children.len(), n.agent.is_empty())
            };
            (p.writer, p.nodes.iter().map(node).collect::<Vec<_>>())
        });
        parts.collect::<Vec<_>>()
    };
    assert_eq!(shape(&parted), shape(text.as_bytes()));
    let servers: Vec<Vec<u8>> =
        message_info::latency_parts(&parted).iter().map(|p| p.server.to_vec()).collect();
    assert_eq!(servers, [redacted("EX-1.contoso.com")[1].clone(), redacted("mail")[1].clone()]);
    let text = "S:E2ELatency=1.231;S:Contoso=a=b;c;Q7:x;S:ProxyHop1=EX2.contoso.com(10.0.1.11);S:AMA=EV|name=anna.pdf";
    let [plain, ..] = redacted(text);
    let kinds = |text: &[u8]| custom_data::entries(text).map(|e| e.kind.len()).collect::<Vec<_>>();
    assert_eq!(kinds(text.as_bytes()).len(), kinds(&plain).len());
    assert_eq!(custom_data::get(&plain, b"E2ELatency"), Some(&b"1.231"[..]));
    assert!(custom_data::get(&plain, b"ProxyHop1").unwrap().starts_with(&redacted("EX2.contoso.com")[1]));
}

#[test]
fn statuses_say_the_same() {
    for (text, recipients) in [
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", 1),
        ("550 5.1.1 RESOLVER.ADR.ContosoRecipNotFound; not found;250 2.1.5 Recipient OK", 2),
        (
            "[{LED=450 4.7.0 Proxy session setup failed on Frontend with '451 4.4.0 Primary target IP address responded with: \"421 4.2.1 Unable to connect.\"'};{FOO=x};{MSG=};{FQDN=mail.contoso.com};{IP=192.0.2.7};{LRT=10/05/2026 2:28:06 AM}];To",
            2,
        ),
        ("554 5.4.6 Hop count exceeded - possible mail loop", 3),
        ("550-5.7.26 This mail isn't authenticated; contoso's policy. 550 5.7.26 x;;Bcc", 3),
    ] {
        let [plain, ..] = redacted(text);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let alignment = status::split_statuses(text.as_bytes(), recipients, &mut before);
        assert_eq!(alignment, status::split_statuses(&plain, recipients, &mut after), "{text}");
        assert_eq!(before.len(), after.len());
        for (a, b) in
            before.iter().zip(&after).map(|(a, b)| (status::parse_status(a), status::parse_status(b)))
        {
            assert_eq!((a.class, a.reply, a.code), (b.class, b.reply, b.code), "{text}");
            assert_eq!(
                (a.tag.is_empty(), a.fqdn.is_empty(), a.ip.is_empty()),
                (b.tag.is_empty(), b.fqdn.is_empty(), b.ip.is_empty())
            );
            let host = std::str::from_utf8(a.fqdn).unwrap();
            assert_eq!(b.fqdn, redacted(host)[1]);
        }
    }
    let [plain, ..] = redacted(
        "550 5.4.6 ROUTING.LoopDetected; hop count exceeded, too many hops, unreachable, quarantined",
    );
    assert_eq!(
        plain,
        b"550 5.4.6 ROUTING.LoopDetected; hop count exceeded, too many hops, unreachable, quarantined"
    );
}

/// Texts that name somebody or something.
const NAMING: [&str; 27] = [
    "user Anna Berg unknown",
    "10.0.1.1-10.0.1.9",
    "10.0.1.11.25",
    "exchange.no",
    "transport.rules",
    "mail.com",
    "'anna'@contoso.com",
    "see https://contoso.com/anna?x=EX1",
    "[203.0.113.7]:25",
    "2001:db8::7",
    "EX1",
    "HUB1-A",
    "DB3",
    "old-mail@mail.network via mail.network",
    "delivery.group",
    "tenant 12345678-1234-1234-1234-123456789012",
    "EDGE.exchange",
    "DELIVERY.GROUP",
    "203.000.113.077",
    "from ip-203-0-113-77",
    "host_203_0_113_77",
    "203-0-113-77",
    "203-0-113-77-25",
    "203.0.113.*",
    "203.0.113.x",
    "SMTP.203.0.113.77",
    "#Version: 203.0.113.77",
];

#[test]
fn what_may_be_a_name_goes() {
    for text in NAMING {
        let [plain, _, parted] = redacted(text);
        let plain = String::from_utf8([plain, parted].concat()).unwrap();
        for name in [
            "nna",
            "erg",
            "10.0.1.1",
            "exchange.no",
            "mail.com",
            "contoso",
            "EX1",
            "203.0",
            "db8",
            "HUB1",
            "DB3",
            "mail.network",
            "delivery.group",
            "exchange",
            "GROUP",
            "12345678",
            "0.113",
            "000.113",
            "0-113",
            "0_113",
        ] {
            assert!(!plain.contains(name), "{text} became {plain}");
        }
    }
    assert_eq!(redacted("transport.rules")[0], b"transport.rules", "two words of the list that end in none");
}

#[test]
fn an_address_is_the_same_in_every_spelling_and_versions_are_none() {
    let dots = redacted("203.0.113.77")[0].clone();
    let dashes: Vec<u8> = dots.iter().map(|b| if *b == b'.' { b'-' } else { *b }).collect();
    assert_eq!(redacted("203.000.113.077")[0], dots);
    assert_eq!([&redacted("203-0-113-77")[0], &redacted("203-0-113-77")[2]], [&dashes, &dashes]);
    let network = dots.iter().rposition(|b| *b == b'.').map(|at| dots[..at].to_vec()).unwrap();
    assert_eq!(redacted("203.0.113.*")[0], [&network[..], b".*"].concat());
    for text in ["15.02.1544.011", "550 5.7.1 IPM.Contact", "2026-03-10", "421-4.4.2 x", "250-2.1.5 OK"] {
        let same = text.replace('x', "");
        assert!(redacted(text)[0].starts_with(same.as_bytes()), "{text}");
    }
}
