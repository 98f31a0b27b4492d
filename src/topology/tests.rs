//! The decision table and the table of targets, row by row, and that both forms of the answer agree.

use super::connector::{AddressSpace, MaxSize};
use super::expected::{Expectation, Reason};
use super::recipient::{Addresses, Kind};
use super::simulate::{Question, Simulation};
use super::walk::Doubt;
use super::*;
use crate::model::finding::Confidence;
use crate::model::journey::Decision;

const TENANT: &str = "contoso.mail.onmicrosoft.com";

fn domain(name: &str, kind: DomainType) -> AcceptedDomain {
    AcceptedDomain { domain: name.into(), kind, default: None }
}

pub(super) fn space(text: &str) -> AddressSpace {
    AddressSpace { kind: "smtp".into(), space: text.into(), cost: 1 }
}

pub(super) fn connector(name: &str, spaces: &[&str]) -> SendConnector {
    let spaces = spaces.iter().map(|s| space(s)).collect();
    SendConnector { name: name.into(), spaces, enabled: Some(true), ..SendConnector::default() }
}

pub(super) fn recipient(kind: Kind, addresses: &[&str]) -> Recipient {
    Recipient::new(kind, Addresses::new(addresses.iter().copied()))
}

pub(super) fn to(kind: Kind, addresses: &[&str], target: &str) -> Recipient {
    Recipient { target: Some(target.into()), ..recipient(kind, addresses) }
}

fn forwards(addresses: &[&str], target: &str, keeps_copy: bool) -> Recipient {
    Recipient { forward: Some(target.into()), keeps_copy, ..recipient(Kind::Mailbox, addresses) }
}

fn group(address: &str, members: &[&str]) -> Recipient {
    let members = Some(Addresses::new(members.iter().copied()));
    Recipient { members, ..recipient(Kind::Group, &[address]) }
}

/// contoso.com Authoritative, fabrikam.com shared, adatum.com external, subdomains of litware.com; the hybrid
/// connector, one to fabrikam, one for all else.
fn facts(recipients: Vec<Recipient>) -> Facts {
    Facts {
        given: Export::ALL.to_vec(),
        accepted_domains: vec![
            domain("contoso.com", DomainType::Authoritative),
            domain("fabrikam.com", DomainType::InternalRelay),
            domain("adatum.com", DomainType::ExternalRelay),
            domain("*.litware.com", DomainType::InternalRelay),
            domain(TENANT, DomainType::InternalRelay),
        ],
        send_connectors: vec![
            connector("Internet", &["*"]),
            connector("Outbound to Office 365", &[TENANT]),
            connector("Fabrikam", &["fabrikam.com"]),
        ],
        recipients,
        ..Facts::default()
    }
}

/// The answer for the first branch in both forms, which must agree.
fn ask(facts: &Facts, address: &str) -> (Expectation, Simulation, Option<String>) {
    let topology = Topology::new(facts.clone());
    let expected = topology.expected(address.as_bytes(), None, None);
    let simulation = topology.simulate(&Question { address, size: None, server: None });
    let first = simulation.nodes[0].outcome.clone().unwrap();
    let chosen = expected.connector.map(|c| c.connector);
    assert_eq!((expected.decision, chosen), (first.decision, first.connector), "{simulation:#?}");
    assert_eq!(expected.confidence, first.confidence, "{simulation:#?}");
    let last = String::from_utf8_lossy(topology.last_address(&expected, address.as_bytes())).into_owned();
    assert_eq!(last, first.address, "{simulation:#?}");
    let name = chosen.and_then(|c| topology.connector(c)).map(|c| c.name.to_string());
    (expected, simulation, name)
}

fn decided(facts: &Facts, address: &str) -> (Option<Decision>, Reason, Option<String>) {
    let (e, _, name) = ask(facts, address);
    (e.decision, e.reason, name)
}

fn out(decision: Decision, reason: Reason, by: &str) -> (Option<Decision>, Reason, Option<String>) {
    (Some(decision), reason, Some(by.to_owned()))
}

/// How each branch ends: its address, the decision, the address at the end.
fn ends(facts: &Facts, address: &str) -> Vec<(String, Option<Decision>, String)> {
    let (_, simulation, _) = ask(facts, address);
    let end = |n: simulate::Node| {
        let outcome = n.outcome.unwrap();
        (n.address, outcome.decision, outcome.address)
    };
    simulation.nodes.into_iter().map(end).collect()
}

#[test]
fn row_1_a_mailbox_is_delivered_to_by_any_of_its_addresses() {
    let facts = facts(vec![recipient(Kind::Mailbox, &["anna@contoso.com", "a.arndt@fabrikam.com"])]);
    let local = (Some(Decision::LocalDelivery), Reason::Mailbox, None);
    assert_eq!(decided(&facts, "anna@contoso.com"), local);
    assert_eq!(decided(&facts, "a.arndt@fabrikam.com"), local);
    assert_eq!(
        ask(&facts, "a.arndt@fabrikam.com").1.nodes[0].outcome.as_ref().unwrap().address,
        "anna@contoso.com"
    );
    let topology = Topology::new(facts);
    assert_eq!(topology.expected(b"Anna@CONTOSO.com", None, None).decision, Some(Decision::LocalDelivery));
}

#[test]
fn row_2_a_target_is_gone_to_even_from_a_mailbox() {
    let rra = &format!("ben@{TENANT}");
    let facts = facts(vec![
        to(Kind::RemoteMailbox, &["ben@contoso.com", rra], rra),
        to(Kind::MailUser, &["cara@contoso.com", "cara@example.com"], "cara@example.com"),
        to(Kind::MailContact, &["dan@contoso.com", "dan@fabrikam.com"], "dan@fabrikam.com"),
        to(Kind::Mailbox, &["eve@contoso.com"], "eve@example.com"),
    ]);
    let cloud = out(Decision::RemoteRoutingAddress, Reason::Target, "Outbound to Office 365");
    assert_eq!(decided(&facts, "ben@contoso.com"), cloud);
    let sent = |by| out(Decision::SendConnector, Reason::Target, by);
    assert_eq!(decided(&facts, "cara@contoso.com"), sent("Internet"));
    assert_eq!(decided(&facts, "dan@contoso.com").2.as_deref(), Some("Fabrikam"));
    assert_eq!(decided(&facts, "eve@contoso.com"), sent("Internet"));
    assert_eq!(ask(&facts, "ben@contoso.com").0.confidence, Confidence::High);
    // That a target wins over the mailbox's database is not documented.
    assert_eq!(ask(&facts, "eve@contoso.com").0.confidence, Confidence::Medium);
}

#[test]
fn row_3_forwarding_with_and_without_a_copy() {
    let mut both = forwards(&["both@contoso.com"], "anna@contoso.com", false);
    both.forward_smtp = Some("nobody@contoso.com".into());
    let bare = Recipient {
        forward_smtp: Some("x@example.com".into()),
        ..recipient(Kind::Mailbox, &["bare@contoso.com"])
    };
    let facts = facts(vec![
        recipient(Kind::Mailbox, &["anna@contoso.com"]),
        forwards(&["keeps@contoso.com"], "anna@contoso.com", true),
        forwards(&["gives@contoso.com"], "anna@contoso.com", false),
        both,
        bare,
    ]);
    let local = |address: &str| (address.to_owned(), Some(Decision::LocalDelivery), address.to_owned());
    assert_eq!(ends(&facts, "keeps@contoso.com"), [local("keeps@contoso.com"), local("anna@contoso.com")]);
    assert!(ask(&facts, "keeps@contoso.com").0.forks);
    let to_anna =
        |from: &str| (from.to_owned(), Some(Decision::LocalDelivery), "anna@contoso.com".to_owned());
    assert_eq!(ends(&facts, "gives@contoso.com"), [to_anna("gives@contoso.com")]);
    assert_eq!(ends(&facts, "both@contoso.com"), [to_anna("both@contoso.com")]);
    assert_eq!(
        decided(&facts, "bare@contoso.com"),
        out(Decision::SendConnector, Reason::Forwarding, "Internet")
    );
}

#[test]
fn rows_4_and_5_a_group_is_expanded_wherever_that_happens() {
    let mut elsewhere = group("elsewhere@contoso.com", &["anna@contoso.com"]);
    elsewhere.expansion_server = Some("EX2".into());
    let facts = facts(vec![
        recipient(Kind::Mailbox, &["anna@contoso.com"]),
        group("team@contoso.com", &["anna@contoso.com", "x@example.com", "gone@contoso.com"]),
        elsewhere,
        recipient(Kind::DynamicGroup, &["all@contoso.com"]),
    ]);
    let decisions: Vec<Option<Decision>> =
        ends(&facts, "team@contoso.com").into_iter().map(|(_, d, _)| d).collect();
    assert_eq!(
        decisions,
        [
            Some(Decision::Expanded),
            Some(Decision::LocalDelivery),
            Some(Decision::SendConnector),
            Some(Decision::RecipientNotFound)
        ]
    );
    let (_, simulation, _) = ask(&facts, "elsewhere@contoso.com");
    assert!(simulation.nodes[0].steps.iter().any(|s| s.rule == "expansion-server"));
    assert!(ask(&facts, "all@contoso.com").1.doubts().has(Doubt::Members));
}

#[test]
fn rows_6_to_10_the_type_of_the_domain_decides_for_who_is_not_there() {
    let facts = facts(vec![]);
    let refused = (Some(Decision::RecipientNotFound), Reason::NotFound, None);
    let relayed = |by| out(Decision::SendConnector, Reason::Relay, by);
    assert_eq!(decided(&facts, "nobody@contoso.com"), refused);
    assert_eq!(decided(&facts, "nobody@fabrikam.com"), relayed("Fabrikam"));
    assert_eq!(decided(&facts, "nobody@eu.litware.com"), relayed("Internet"));
    assert_eq!(decided(&facts, "nobody@adatum.com"), relayed("Internet"));
    let foreign = out(Decision::SendConnector, Reason::Foreign, "Internet");
    assert_eq!(decided(&facts, "nobody@example.com"), foreign);
    assert_eq!(ask(&facts, "nobody@contoso.com").0.confidence, Confidence::High);
    // The name above: whether *.litware.com covers it is not documented.
    assert_eq!(ask(&facts, "nobody@litware.com").0.confidence, Confidence::Medium);
}

#[test]
fn rows_9_and_11_an_object_goes_before_the_type_of_its_domain() {
    let facts = facts(vec![
        recipient(Kind::Mailbox, &["anna@adatum.com"]),
        to(Kind::MailContact, &["ben@example.com"], "ben@fabrikam.com"),
    ]);
    assert_eq!(decided(&facts, "anna@adatum.com").0, Some(Decision::LocalDelivery));
    assert_eq!(ask(&facts, "anna@adatum.com").0.confidence, Confidence::Medium);
    assert_eq!(decided(&facts, "ben@example.com").2.as_deref(), Some("Fabrikam"));
}

#[test]
fn row_12_an_address_of_two_objects_is_doubtful() {
    let facts = facts(vec![
        recipient(Kind::Mailbox, &["anna@contoso.com", "info@contoso.com"]),
        recipient(Kind::Mailbox, &["ben@contoso.com", "info@contoso.com"]),
    ]);
    assert_eq!(ask(&facts, "info@contoso.com").0.confidence, Confidence::Low);
    assert_eq!(ask(&facts, "ben@contoso.com").0.confidence, Confidence::High);
}

/// What becomes of a remote mailbox with this target, which is among its addresses if `own`.
fn remote(
    target: &str,
    own: bool,
    adjust: impl FnOnce(&mut Facts),
) -> (Option<Decision>, Reason, Option<String>, Confidence) {
    let mut addresses = vec!["bob@contoso.com"];
    addresses.extend(Some(target).filter(|_| own));
    let mut facts = facts(vec![
        to(Kind::RemoteMailbox, &addresses, target),
        recipient(Kind::Mailbox, &["other@contoso.com"]),
    ]);
    adjust(&mut facts);
    let (e, _, name) = ask(&facts, "bob@contoso.com");
    (e.decision, e.reason, name, e.confidence)
}

#[test]
fn target_in_the_tenant_goes_by_the_hybrid_connector_whatever_the_domain_type() {
    let rra = &format!("bob@{TENANT}");
    let by = Some("Outbound to Office 365".to_owned());
    let good = (Some(Decision::RemoteRoutingAddress), Reason::Target, by, Confidence::High);
    assert_eq!(remote(rra, true, |_| {}), good);
    assert_eq!(remote(rra, true, |f| f.accepted_domains[4].kind = DomainType::Authoritative), good);
    assert_eq!(remote(rra, true, |f| drop(f.accepted_domains.pop())), good);
}

#[test]
fn target_in_a_tenant_domain_on_no_connector_goes_out_like_all_else() {
    let (decision, _, by, confidence) = remote("bob@contoso.onmicrosoft.com", true, |_| {});
    assert_eq!((decision, by.as_deref()), (Some(Decision::RemoteRoutingAddress), Some("Internet")));
    assert_eq!(confidence, Confidence::High);
}

#[test]
fn target_that_nobody_has_in_an_authoritative_coexistence_domain_is_not_found() {
    let authoritative = |f: &mut Facts| f.accepted_domains[4].kind = DomainType::Authoritative;
    let (decision, ..) = remote(&format!("bob@{TENANT}"), false, authoritative);
    assert_eq!(decision, Some(Decision::RecipientNotFound));
}

#[test]
fn target_that_is_its_own_address_in_the_own_domain_goes_out_by_the_default_connector() {
    let by = Some("Internet".to_owned());
    let own = (Some(Decision::SendConnector), Reason::OwnTarget, by, Confidence::Medium);
    assert_eq!(remote("bob@contoso.com", true, |_| {}), own);
}

#[test]
fn target_that_is_another_ones_address_goes_to_that_one() {
    let (decision, reason, _, confidence) = remote("other@contoso.com", false, |_| {});
    assert_eq!((decision, reason), (Some(Decision::LocalDelivery), Reason::Mailbox));
    assert_eq!(confidence, Confidence::High);
}

#[test]
fn target_in_the_own_domain_that_nobody_has_is_not_found() {
    assert_eq!(remote("robert@contoso.com", false, |_| {}).0, Some(Decision::RecipientNotFound));
}

#[test]
fn target_in_a_shared_domain_goes_by_its_connector() {
    assert_eq!(remote("bob@fabrikam.com", false, |_| {}).2.as_deref(), Some("Fabrikam"));
}

#[test]
fn target_that_no_connector_carries_waits_and_fails() {
    let no_star = |f: &mut Facts| drop(f.send_connectors.remove(0));
    let (decision, reason, by, _) = remote("bob@example.com", false, no_star);
    assert_eq!((decision, reason, by), (Some(Decision::Failed), Reason::NoRoute, None));
}

#[test]
fn circles_without_a_copy_break_and_with_one_do_no_harm() {
    let facts = facts(vec![
        forwards(&["a@contoso.com"], "b@contoso.com", false),
        forwards(&["b@contoso.com"], "a@contoso.com", false),
        forwards(&["c@contoso.com"], "d@contoso.com", true),
        forwards(&["d@contoso.com"], "c@contoso.com", true),
        to(Kind::MailUser, &["e@contoso.com"], "f@contoso.com"),
        to(Kind::MailUser, &["f@contoso.com"], "e@contoso.com"),
        group("g@contoso.com", &["h@contoso.com", "a@contoso.com"]),
        group("h@contoso.com", &["g@contoso.com", "c@contoso.com"]),
    ]);
    let broken = (Some(Decision::Failed), Reason::Loop, None);
    assert_eq!(decided(&facts, "a@contoso.com"), broken);
    assert_eq!(decided(&facts, "e@contoso.com"), broken);
    let kept: Vec<_> = ends(&facts, "c@contoso.com").into_iter().map(|(_, d, _)| d).collect();
    assert_eq!(kept, [Some(Decision::LocalDelivery), Some(Decision::LocalDelivery), None]);
    let nested = ends(&facts, "g@contoso.com");
    let count = |d| nested.iter().filter(|(_, x, _)| *x == d).count();
    assert_eq!(count(Some(Decision::Expanded)), 2);
    assert_eq!(count(Some(Decision::LocalDelivery)), 2);
    assert_eq!(count(Some(Decision::Failed)), 1);
}

#[test]
fn what_was_not_exported_is_not_known() {
    let mut some = facts(vec![]);
    some.given.retain(|e| *e != Export::Mailboxes);
    let (e, ..) = ask(&some, "nobody@contoso.com");
    assert_eq!((e.decision, e.confidence), (Some(Decision::RecipientNotFound), Confidence::Low));
    some.given.retain(|e| *e != Export::SendConnectors);
    let (e, ..) = ask(&some, "nobody@example.com");
    assert_eq!(
        (e.decision, e.connector, e.confidence),
        (Some(Decision::SendConnector), None, Confidence::Low)
    );
    let (e, ..) = ask(&Facts::default(), "nobody@example.com");
    assert_eq!((e.decision, e.reason), (None, Reason::Unknown));
}

#[test]
fn large_mail_falls_through_to_the_connector_for_all_else() {
    let mut facts = facts(vec![]);
    facts.send_connectors[2].max_size = MaxSize::Bytes(1000);
    let topology = Topology::new(facts);
    let by = |size| topology.expected(b"x@fabrikam.com", size, None).connector.unwrap().connector;
    assert_eq!((by(Some(1000)), by(Some(1001))), (2, 0));
    assert!(topology.expected(b"x@fabrikam.com", None, None).doubts.has(Doubt::Size));
}

#[test]
fn a_smart_host_of_the_own_is_said() {
    let mut facts = facts(vec![]);
    facts.servers.push(Server {
        name: "EX1".into(),
        fqdn: Some("ex1.contoso.com".into()),
        ..Server::default()
    });
    facts.send_connectors[2].smart_hosts = vec!["ex1.contoso.com".into()];
    let (_, simulation, _) = ask(&facts, "x@fabrikam.com");
    let last = simulation.nodes[0].steps.last().unwrap();
    assert_eq!(last.rule, "loop-risk");
    assert_eq!(simulation.nodes[0].outcome.as_ref().unwrap().next_hop.as_deref(), Some("ex1.contoso.com"));
}

#[test]
fn remembered_directory_names_are_looked_up_in_the_default_domain() {
    let people = vec![recipient(Kind::Mailbox, &["anna@contoso.com", "x500:/o=contoso/cn=anna a"])];
    let mut facts = facts(people);
    let asked = "IMCEAEX-_O=CONTOSO_CN=ANNA+20A@contoso.com";
    assert_eq!(Topology::new(facts.clone()).owner(asked.as_bytes()), Some(0));
    facts.accepted_domains[1].default = Some(true);
    assert_eq!(Topology::new(facts.clone()).owner(asked.as_bytes()), None);
    facts.accepted_domains[1].default = Some(false);
    facts.accepted_domains[0].default = Some(true);
    assert_eq!(ask(&facts, &asked.to_lowercase()).0.decision, Some(Decision::LocalDelivery));
}

#[test]
fn what_two_own_exports_tell_is_missed_but_leaves_the_answer_sure() {
    let mut facts = facts(vec![]);
    facts.given.retain(|e| *e != Export::PublicFolders);
    let (e, ..) = ask(&facts, "nobody@contoso.com");
    assert!(e.doubts.has(Doubt::Few));
    assert_eq!(e.confidence, Confidence::High);
}

mod random;
