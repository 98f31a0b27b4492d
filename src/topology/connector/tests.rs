//! Each rule of the choice alone, all rules above it being equal.

use super::*;

fn space(text: &str) -> AddressSpace {
    let (space, cost) = text.split_once(';').unwrap_or((text, "1"));
    AddressSpace { kind: "smtp".into(), space: space.into(), cost: cost.parse().unwrap() }
}

fn connector(name: &str, spaces: &[&str]) -> SendConnector {
    SendConnector {
        name: name.into(),
        spaces: spaces.iter().map(|s| space(s)).collect(),
        ..SendConnector::default()
    }
}

fn server(name: &str, site: &str) -> Server {
    Server { name: name.into(), site: Some(site.into()), ..Server::default() }
}

fn pick_at(
    connectors: &[SendConnector],
    address: &str,
    size: Option<u64>,
    server_name: Option<&str>,
) -> (String, Option<Rule>) {
    let edge = Server { edge: Some(true), ..server("EDGE1", "Berlin") };
    let servers = [server("EX1", "Berlin"), server("EX2", "Berlin"), server("EX3", "Lyon"), edge];
    let load = Load {
        address: address.as_bytes(),
        is_own: address.ends_with("@contoso.com"),
        size,
        server: server_name.map(str::as_bytes),
    };
    let index = Index::new(connectors);
    match (Choice { connectors, index: &index, servers: &servers }).pick(&load) {
        Pick::One(c) => (connectors[c.connector as usize].name.to_string(), Some(c.by)),
        Pick::TooLarge => ("too large".to_owned(), None),
        Pick::NoRoute => ("no route".to_owned(), None),
    }
}

fn pick(connectors: &[SendConnector], address: &str) -> (String, Option<Rule>) {
    pick_at(connectors, address, None, None)
}

fn chose(name: &str, by: Rule) -> (String, Option<Rule>) {
    (name.to_owned(), Some(by))
}

#[test]
fn first_size_even_if_what_is_left_fits_less() {
    let small = SendConnector { max_size: MaxSize::Bytes(1000), ..connector("a", &["fabrikam.com"]) };
    let all = [small.clone(), connector("b", &["*"])];
    assert_eq!(pick_at(&all, "x@fabrikam.com", Some(1000), None), chose("a", Rule::Closest));
    assert_eq!(pick_at(&all, "x@fabrikam.com", Some(1001), None), chose("b", Rule::Only));
    assert_eq!(pick_at(&all, "x@fabrikam.com", None, None), chose("a", Rule::Closest));
    assert_eq!(pick_at(&[small], "x@fabrikam.com", Some(1001), None).0, "too large");
}

#[test]
fn then_whether_it_is_in_use_and_in_reach() {
    let off = SendConnector { enabled: Some(false), ..connector("a", &["fabrikam.com"]) };
    assert_eq!(pick(&[off.clone(), connector("b", &["*"])], "x@fabrikam.com"), chose("b", Rule::Only));
    assert_eq!(pick(&[off], "x@fabrikam.com").0, "no route");
    let lyon = SendConnector {
        scoped: Some(true),
        sources: vec!["EX3".into()],
        ..connector("a", &["fabrikam.com"])
    };
    let all = [lyon, connector("b", &["*"])];
    assert_eq!(pick_at(&all, "x@fabrikam.com", None, Some("EX1")), chose("b", Rule::Only));
    assert_eq!(pick_at(&all, "x@fabrikam.com", None, Some("ex3.contoso.com")), chose("a", Rule::Closest));
    // Which server routes it is not known: it may be one that may use it.
    assert_eq!(pick(&all, "x@fabrikam.com"), chose("a", Rule::Closest));
}

#[test]
fn then_how_closely_the_space_fits_whatever_it_costs() {
    let all = [
        connector("star", &["*;1"]),
        connector("wide", &["*.fabrikam.com;1"]),
        connector("narrow", &["*.eu.fabrikam.com;50"]),
        connector("exact", &["mail.eu.fabrikam.com;100"]),
    ];
    assert_eq!(pick(&all, "x@mail.eu.fabrikam.com"), chose("exact", Rule::Closest));
    assert_eq!(pick(&all, "x@web.eu.fabrikam.com"), chose("narrow", Rule::Closest));
    assert_eq!(pick(&all, "x@us.fabrikam.com"), chose("wide", Rule::Closest));
    assert_eq!(pick(&all, "x@fabrikam.com"), chose("wide", Rule::Closest));
    assert_eq!(pick(&all, "x@contoso.com"), chose("star", Rule::Only));
}

#[test]
fn then_cost_then_distance_then_name() {
    let at = |name: &str, space: &str, source: &str| SendConnector {
        sources: vec![source.into()],
        ..connector(name, &[space])
    };
    let all = [at("a", "*;10", "EX1"), at("z", "*;5", "EX3")];
    assert_eq!(pick_at(&all, "x@example.com", None, Some("EX1")), chose("z", Rule::Cost));
    let all = [at("a", "*", "EX3"), at("m", "*", "EX2"), at("z", "*", "EX1")];
    assert_eq!(pick_at(&all, "x@example.com", None, Some("EX1")), chose("z", Rule::Nearest));
    let all = [at("a", "*", "EX3"), at("m", "*", "EX2")];
    assert_eq!(pick_at(&all, "x@example.com", None, Some("EX1")), chose("m", Rule::Nearest));
    let all = [at("b", "*", "EX1"), at("A", "*", "EX1"), at("c", "*", "EX1")];
    assert_eq!(pick_at(&all, "x@example.com", None, Some("EX1")), chose("A", Rule::Name));
}

#[test]
fn spaces_of_own_domains_and_of_other_types() {
    let x400 = SendConnector {
        spaces: vec![AddressSpace { kind: "x400".into(), space: "c=us".into(), cost: 1 }],
        ..connector("x400", &[])
    };
    let edge = |name: &str, space: &str| SendConnector {
        sources: vec!["EDGE1".into()],
        ..connector(name, &[space])
    };
    let hub = SendConnector { sources: vec!["EX1".into()], ..connector("hub", &["contoso.com"]) };
    let all = [edge("in", "--;1"), edge("out", "*"), x400, hub];
    let on = |server| pick_at(&all, "x@contoso.com", None, server);
    assert_eq!(on(Some("EDGE1")), chose("in", Rule::Closest));
    // Elsewhere the accepted domains are no address space, and an Edge server knows its own connectors only.
    assert_eq!(on(Some("EX1")), chose("hub", Rule::Closest));
    assert_eq!(on(None), chose("hub", Rule::Closest));
    assert_eq!(pick_at(&all, "x@example.com", None, Some("edge1.contoso.com")), chose("out", Rule::Only));
    let all = all.get(2..3).unwrap_or_default();
    assert_eq!(pick(all, "x@example.com").0, "no route");
    assert_eq!(pick(all, "x400:c=us;p=contoso"), chose("x400", Rule::Only));
    assert_eq!(pick(all, "fax:12345").0, "no route");
}

#[test]
fn a_connector_to_exchange_online_is_known_by_any_sign() {
    let plain = connector("Internet", &["*"]);
    assert!(!plain.is_hybrid());
    let signs = [
        SendConnector { cloud_services: Some(true), ..plain.clone() },
        connector("Outbound to Office 365 - 0f1e", &["*"]),
        SendConnector {
            smart_hosts: vec!["contoso-com.mail.protection.outlook.com".into()],
            ..plain.clone()
        },
        SendConnector { tls_domain: Some("mail.protection.outlook.com".into()), ..plain.clone() },
        connector("x", &["contoso.mail.onmicrosoft.com"]),
    ];
    assert!(signs.iter().all(SendConnector::is_hybrid));
}
