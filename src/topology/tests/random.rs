//! Whatever the topology: an answer comes, both forms of it agree, and the file reads back.

use proptest::prelude::*;

use super::super::server::ReceiveConnector;
use super::super::{exports, toml_file};
use super::*;

/// Few addresses, so that circles, doubles and targets of others come about.
fn address() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d"), Just("ü"), Just("")];
    let domain = prop_oneof![
        4 => Just("contoso.com"),
        2 => Just("fabrikam.com"),
        1 => Just("adatum.com"),
        1 => Just("x.litware.com"),
        1 => Just("litware.com"),
        2 => Just(TENANT),
        1 => Just("example.com"),
        1 => Just(""),
    ];
    prop_oneof![
        12 => (name, domain).prop_map(|(n, d)| format!("{n}@{d}")),
        1 => Just("x400:c=us;a= ;p=contoso".to_owned()),
        1 => Just("contoso.com/users/nobody".to_owned()),
        1 => "[a-z@:;. ]{0,6}",
    ]
}

fn maybe_address() -> impl Strategy<Value = Option<Box<str>>> {
    proptest::option::of(address().prop_map(Into::into))
}

fn any_recipient() -> impl Strategy<Value = Recipient> {
    let kinds = prop_oneof![
        3 => Just(Kind::Mailbox),
        2 => Just(Kind::RemoteMailbox),
        1 => Just(Kind::MailUser),
        1 => Just(Kind::MailContact),
        2 => Just(Kind::Group),
        1 => Just(Kind::DynamicGroup),
        1 => Just(Kind::System),
    ];
    let addresses = || proptest::collection::vec(address(), 0..4).prop_map(Addresses::from);
    let flags = (any::<bool>(), any::<bool>());
    (
        kinds,
        addresses(),
        flags,
        maybe_address(),
        maybe_address(),
        maybe_address(),
        proptest::option::of(addresses()),
    )
        .prop_map(|(kind, addresses, (all, keeps), target, forward, forward_smtp, members)| Recipient {
            all_addresses: all,
            keeps_copy: keeps,
            target,
            forward,
            forward_smtp,
            members,
            expansion_server: (keeps && all).then(|| "EX2".into()),
            ..Recipient::new(kind, addresses)
        })
}

fn any_connector() -> impl Strategy<Value = SendConnector> {
    let spaces = prop_oneof![
        Just("*"),
        Just("--"),
        Just("contoso.com"),
        Just("*.litware.com"),
        Just("fabrikam.com"),
        Just(TENANT),
        Just("nonsense;"),
    ];
    let one = (spaces, 0u16..4).prop_map(|(s, cost)| AddressSpace { cost, ..space(s) });
    let flags = (proptest::option::of(any::<bool>()), proptest::option::of(any::<bool>()));
    let sources = proptest::collection::vec(prop_oneof![Just("EX1".into()), Just("EX2".into())], 0..3);
    let size =
        prop_oneof![Just(MaxSize::Unknown), Just(MaxSize::Unlimited), (0..2000u64).prop_map(MaxSize::Bytes)];
    ("[abÄ\u{202e}]{0,2}", proptest::collection::vec(one, 0..3), flags, sources, size).prop_map(
        |(name, spaces, (enabled, scoped), sources, max_size)| SendConnector {
            name: name.into(),
            spaces,
            enabled,
            scoped,
            sources,
            max_size,
            smart_hosts: if enabled == scoped { vec!["ex1".into()] } else { Vec::new() },
            ..SendConnector::default()
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let given = proptest::sample::subsequence(Export::ALL.to_vec(), 0..=Export::ALL.len());
    let given = prop_oneof![Just(Export::ALL.to_vec()), given];
    let servers = proptest::collection::vec(
        ("EX[123]", proptest::option::of(prop_oneof![Just("Berlin".into()), Just("Lyon".into())])),
        0..4,
    );
    (
        given,
        proptest::collection::vec(any_recipient(), 0..8),
        proptest::collection::vec(any_connector(), 0..5),
        servers,
        proptest::option::of(0..2_000_000_000_000i64),
    )
        .prop_map(|(mut given, recipients, send_connectors, servers, made)| {
            given.sort();
            let server = |(name, site): (String, _)| Server {
                edge: Some(name == "EX3"),
                name: name.into(),
                site,
                ..Server::default()
            };
            Facts {
                given,
                made,
                recipients,
                send_connectors,
                servers: servers.into_iter().map(server).collect(),
                receive_connectors: vec![ReceiveConnector {
                    name: r"EX1\Default EX1".into(),
                    ..Default::default()
                }],
                ..facts(Vec::new())
            }
        })
}

proptest! {
    #[test]
    fn an_answer_comes_and_both_forms_agree(
        facts in any_facts(),
        address in address(),
        size in proptest::option::of(0..3000u64),
        server in proptest::option::of("EX[123]"),
    ) {
        let topology = Topology::new(facts);
        let expected = topology.expected(address.as_bytes(), size, server.as_deref().map(str::as_bytes));
        let question = Question { address: &address, size, server: server.as_deref() };
        let simulation = topology.simulate(&question);
        prop_assert_eq!(simulation.left_out, 0);
        let address = address.trim();
        let expected = if address == question.address { expected } else {
            topology.expected(address.as_bytes(), size, server.as_deref().map(str::as_bytes))
        };
        for (number, node) in simulation.nodes.iter().enumerate() {
            prop_assert!(node.outcome.is_some() && !node.steps.is_empty());
            prop_assert!(node.parent.is_none_or(|p| p < number));
        }
        let first = simulation.nodes[0].outcome.clone().unwrap();
        prop_assert_eq!(expected.decision, first.decision, "{:#?}", simulation);
        prop_assert_eq!(expected.connector.map(|c| c.connector), first.connector);
        prop_assert_eq!((expected.confidence, expected.doubts), (first.confidence, first.doubts));
        topology.forwarding_circles();
        topology.group_circles();
    }

    #[test]
    fn what_is_written_reads_back(facts in any_facts()) {
        let text = toml_file::write(&facts).unwrap();
        prop_assert_eq!(toml_file::read(&text).unwrap(), facts);
    }

    #[test]
    fn whatever_is_exported_is_read_without_harm_and_reads_back(
        name in "(Mailbox|RemoteDomain|x)\\.(csv|json)",
        text in prop_oneof![
            "[\\[{\"a-zA-Z,;:@\\n\r *\\]}0-9.]{0,80}",
            ("(PrimarySmtpAddress|EmailAddresses|Members|AddressSpaces|Name|DomainType|DomainName|RemoteRoutingAddress|Site)(,(Name|MaxMessageSize|DomainName|EmailAddresses|ForwardingAddress|Database|Members)){0,3}",
             "(\n[a-zA-Z:@;*. {}\"]{0,12}(,[a-zA-Z:@;*. \"]{0,12}){0,3}){0,4}").prop_map(|(h, b)| h + &b),
        ],
    ) {
        let read = exports::read(&[exports::Sheet { name, text }]);
        let text = toml_file::write(&read.facts).unwrap();
        prop_assert_eq!(toml_file::read(&text).unwrap(), read.facts);
    }
}
