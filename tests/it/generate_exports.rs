//! `generate`: the exports beside the logs tell of the same organisation as the logs, and show what was planted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "reads what was written")]
#![expect(clippy::indexing_slicing, reason = "a column that is not there has failed the test")]
#![expect(clippy::panic, reason = "the same")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

const SCHEMAS: [&str; 5] = ["2007", "2010", "2013", "2019", "mixed"];

/// The connector that no export names.
const IMPLICIT: &str = "Intra-Organization SMTP Send Connector";

/// Exports of recipients.
const PEOPLE: [&str; 5] =
    ["mailboxes", "remote-mailboxes", "mail-users", "mail-contacts", "distribution-groups"];

type Row = BTreeMap<String, String>;

fn made(args: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let mut all = vec!["generate", "-q", "-o", place.path().to_str().unwrap()];
    all.extend(args.split(' ').filter(|a| !a.is_empty()));
    Command::cargo_bin("mailtrail").unwrap().args(all).assert().success();
    place
}

fn json_rows(place: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(place.join(name)).unwrap();
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// The text of an export, whatever it is encoded in.
fn text_of(bytes: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, rest @ ..] => {
            let units: Vec<u16> = rest.chunks(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
            String::from_utf16(&units).unwrap()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).unwrap(),
        _ => String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// The rows of an export; every row has as many cells as there are columns.
fn export(place: &Path, name: &str) -> Vec<Row> {
    let path = place.join("exports").join(format!("{name}.csv"));
    let bytes = std::fs::read(path).unwrap();
    let text = text_of(&bytes);
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{name}");
    let body = if text.starts_with("#TYPE ") { text.split_once('\n').unwrap().1 } else { &text };
    let mut reader = csv::Reader::from_reader(body.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// The values of a cell.
fn values(cell: &str) -> Vec<&str> {
    cell.split([' ', ',', '\r', '\n', '{', '}']).filter(|v| !v.is_empty()).collect()
}

/// Every SMTP address of a recipient's row.
fn addresses(row: &Row) -> Vec<&str> {
    let cell = &row["EmailAddresses"];
    let bare = cell.strip_prefix('{').and_then(|c| c.strip_suffix('}')).unwrap_or(cell);
    let pieces = bare.split([' ', ',', '\r', '\n']);
    pieces.filter_map(|p| p.strip_prefix("SMTP:").or_else(|| p.strip_prefix("smtp:"))).collect()
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Accepted domains and their types.
fn accepted(place: &Path) -> BTreeMap<String, String> {
    let rows = export(place, "accepted-domains");
    assert_eq!(rows.iter().filter(|r| r["Default"] == "True").count(), 1);
    rows.into_iter().map(|r| (r["DomainName"].clone(), r["DomainType"].clone())).collect()
}

/// How many rows each address stands in.
fn owners(place: &Path) -> BTreeMap<String, usize> {
    let mut owners = BTreeMap::new();
    for name in PEOPLE {
        for row in export(place, name) {
            let own = addresses(&row);
            assert_eq!(own.first(), Some(&row["PrimarySmtpAddress"].as_str()), "{name}");
            for address in own {
                *owners.entry(address.to_owned()).or_insert(0) += 1;
            }
        }
    }
    owners
}

/// Addresses of the organisation in the truth that somebody has.
fn known(place: &Path) -> BTreeSet<String> {
    let (domains, mut known) = (accepted(place), BTreeSet::new());
    let mut gone: BTreeSet<String> = json_rows(place, "findings.jsonl")
        .iter()
        .filter(|f| f["kind"] == "stale-or-moved-recipient")
        .map(|f| f["address"].as_str().unwrap().to_owned())
        .collect();
    for row in json_rows(place, "truth.jsonl") {
        let last = row["final_recipient"].as_str().unwrap();
        if row["decision"] == "recipient-not-found" {
            gone.insert(last.to_owned());
        }
        let steps = row["via"].as_array().unwrap().iter();
        let via = steps.flat_map(|v| [v["from"].clone(), v["to"].clone()]);
        for address in via.chain([row["recipient"].clone(), row["final_recipient"].clone()]) {
            let address = address.as_str().unwrap();
            // Of a domain that is relayed not everybody is here.
            if domains.get(domain(address)).is_some_and(|kind| kind != "InternalRelay") {
                known.insert(address.to_owned());
            }
        }
    }
    known.retain(|a| !gone.contains(a));
    known
}

fn agrees(args: &str) {
    let place = made(args);
    let place = place.path();
    let owners = owners(place);
    assert!(owners.values().all(|n| *n == 1), "{args}: an address stands in several rows");
    let known = known(place);
    assert!(known.len() > 50, "{args}: {}", known.len());
    for address in &known {
        assert!(owners.contains_key(address), "{args}: nobody has {address}");
    }
    // Whom the directory finds at one time and not at another is there.
    let findings = json_rows(place, "findings.jsonl");
    let flaps = |a: &str| findings.iter().any(|f| f["kind"] == "flapping-recipient" && f["address"] == a);
    for row in json_rows(place, "truth.jsonl") {
        let last = row["final_recipient"].as_str().unwrap();
        if row["decision"] == "recipient-not-found" && !flaps(last) {
            assert!(!owners.contains_key(last), "{args}: somebody has {last}");
        }
    }
    connectors_agree(args, place);
    decisions_agree(args, place);
    let servers: BTreeSet<String> = export(place, "servers").iter().map(|r| r["Name"].clone()).collect();
    for row in json_rows(place, "truth.jsonl") {
        assert!(servers.contains(row["server"].as_str().unwrap()), "{args}: {row}");
    }
}

/// Every connector that mail left by is there, with a space for what it carried, or the message tells why not.
fn connectors_agree(args: &str, place: &Path) {
    let connectors = export(place, "send-connectors");
    let names: BTreeSet<&str> = connectors.iter().map(|c| c["Name"].as_str()).collect();
    assert_eq!(names.len(), connectors.len());
    let mut spaces: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for connector in connectors.iter().filter(|c| c["Enabled"] == "True") {
        for space in values(&connector["AddressSpaces"]) {
            let space = space.strip_prefix("SMTP:").unwrap().split_once(';').unwrap();
            assert!((1..=100).contains(&space.1.parse::<u32>().unwrap()));
            spaces.entry(space.0).or_default().push(&connector["Name"]);
        }
    }
    let passed_over: BTreeSet<String> = json_rows(place, "findings.jsonl")
        .iter()
        .filter(|f| ["connector-less-specific", "size-fallthrough"].contains(&f["kind"].as_str().unwrap()))
        .map(|f| f["domain"].as_str().unwrap().to_owned())
        .collect();
    for row in json_rows(place, "truth.jsonl") {
        let Some(name) = row["connector"].as_str().filter(|n| *n != IMPLICIT) else { continue };
        assert!(names.contains(name), "{args}: no connector {name}");
        let there = domain(row["final_recipient"].as_str().unwrap());
        if passed_over.contains(there) {
            continue;
        }
        let right = spaces.get(there).or_else(|| spaces.get("*")).unwrap();
        assert!(right.contains(&name), "{args}: {there} by {name}, not by {right:?}");
    }
}

/// Where the directory has a target or forwards, the logs follow it, and nobody is rewritten otherwise.
fn decisions_agree(args: &str, place: &Path) {
    let mut targets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in export(place, "remote-mailboxes") {
        targets
            .entry(row["PrimarySmtpAddress"].clone())
            .or_default()
            .push(row["RemoteRoutingAddress"].clone());
    }
    for row in export(place, "mail-users").into_iter().chain(export(place, "mail-contacts")) {
        targets
            .entry(row["PrimarySmtpAddress"].clone())
            .or_default()
            .push(row["ExternalEmailAddress"].clone());
    }
    let by_identity: BTreeMap<String, String> = export(place, "mailboxes")
        .into_iter()
        .map(|r| (r["Identity"].clone(), r["PrimarySmtpAddress"].clone()))
        .collect();
    for row in export(place, "mailboxes") {
        let own = targets.entry(row["PrimarySmtpAddress"].clone()).or_default();
        own.extend(by_identity.get(&row["ForwardingAddress"]).cloned());
        assert!(row["ForwardingAddress"].is_empty() || !own.is_empty(), "{args}: {row:?}");
        own.extend([row["ForwardingSmtpAddress"].clone(), row["TargetAddress"].clone()]);
        own.extend(addresses(&row).into_iter().skip(1).map(str::to_owned));
    }
    let mut proxies: BTreeMap<String, String> = BTreeMap::new();
    for name in PEOPLE {
        for row in export(place, name) {
            for address in addresses(&row) {
                proxies.insert(address.to_owned(), row["PrimarySmtpAddress"].clone());
            }
        }
    }
    let members: BTreeMap<String, Vec<String>> = export(place, "distribution-groups")
        .into_iter()
        .map(|r| {
            (r["PrimarySmtpAddress"].clone(), values(&r["Members"]).into_iter().map(str::to_owned).collect())
        })
        .collect();
    for row in json_rows(place, "truth.jsonl") {
        for step in row["via"].as_array().unwrap() {
            let [from, to] = ["from", "to"].map(|f| step[f].as_str().unwrap());
            let ok = match step["step"].as_str().unwrap() {
                "expand" => members[from].iter().any(|m| m == to),
                "rule" => true,
                _ => {
                    let is = |t: &String| t.trim_start_matches("SMTP:").trim_start_matches("smtp:") == to;
                    proxies.get(from).is_some_and(|p| p == to && p != from)
                        || targets.get(from).is_some_and(|t| t.iter().any(is))
                }
            };
            assert!(ok, "{args}: {step}");
        }
    }
}

#[test]
fn exports_tell_of_the_organisation_that_the_logs_show() {
    for (seed, schema) in (1..).zip(SCHEMAS) {
        agrees(&format!("--size 1MiB --schema {schema} --seed {seed}"));
    }
    agrees("--size 600KiB --seed 9 --nothing-planted");
}

#[test]
fn exports_in_odd_encodings_and_shapes_say_the_same() {
    for (seed, schema) in (11..).zip(SCHEMAS) {
        agrees(&format!("--size 1MiB --schema {schema} --seed {seed} --quirks --servers 4"));
    }
}

/// The planted findings of a kind.
fn planted(place: &Path, kind: &str) -> Vec<Value> {
    let all = json_rows(place, "findings.jsonl");
    let found: Vec<Value> = all.into_iter().filter(|f| f["kind"] == kind).collect();
    assert!(!found.is_empty(), "{kind}");
    found
}

fn find<'r>(rows: &'r [Row], column: &str, value: &str) -> &'r Row {
    rows.iter().find(|r| r[column] == value).unwrap_or_else(|| panic!("no {column} {value}"))
}

#[test]
fn what_is_wrong_in_the_configuration_stands_in_the_exports() {
    for schema in ["2010", "2019", "mixed"] {
        let place = made(&format!("--size 1MiB --seed 5 --schema {schema}"));
        let place = place.path();
        let (domains, owners) = (accepted(place), owners(place));
        let remote = export(place, "remote-mailboxes");
        let wrong: Vec<&Row> =
            remote.iter().filter(|r| r["RemoteRoutingAddress"].ends_with("@contoso.com")).collect();
        assert_eq!(wrong.len(), 2);
        assert!(
            wrong.iter().all(|r| r["RemoteRoutingAddress"] == format!("SMTP:{}", r["PrimarySmtpAddress"]))
        );
        let send = export(place, "send-connectors");
        let carried = |domain: &str| {
            let has = |c: &Row| values(&c["AddressSpaces"]).contains(&format!("SMTP:{domain};1").as_str());
            send.iter()
                .filter(|c| c["Enabled"] == "True" && has(c))
                .map(|c| c["Name"].clone())
                .collect::<Vec<_>>()
        };
        for f in planted(place, "rra-no-route") {
            let there = f["domain"].as_str().unwrap();
            assert!(remote.iter().any(|r| domain(&r["RemoteRoutingAddress"]) == there));
            assert!(carried(there).is_empty());
        }
        for kind in [
            "rra-domain-authoritative",
            "shared-domain-authoritative",
            "authoritative-leaves-default-connector",
        ] {
            assert!(
                planted(place, kind)
                    .iter()
                    .all(|f| domains[f["domain"].as_str().unwrap()] == "Authoritative")
            );
        }
        for f in planted(place, "size-fallthrough") {
            let name = carried(f["domain"].as_str().unwrap());
            assert_eq!(find(&send, "Name", &name[0])["MaxMessageSize"], "10 MB (10,485,760 bytes)");
        }
        for f in planted(place, "connector-less-specific") {
            let better = carried(f["domain"].as_str().unwrap());
            assert!(better.len() == 1 && better[0] != f["connector"].as_str().unwrap());
        }
        for f in planted(place, "internal-relay-no-connector") {
            let there = f["domain"].as_str().unwrap();
            assert!(domains[there] == "InternalRelay" && carried(there).is_empty());
            assert!(owners.keys().all(|a| domain(a) != there));
        }
        for f in planted(place, "external-relay-local-delivery") {
            let there = f["domain"].as_str().unwrap();
            assert!(domains[there] == "ExternalRelay" && owners.keys().any(|a| domain(a) == there));
        }
        for f in planted(place, "wrong-smart-host") {
            let hosts = find(&send, "Name", f["connector"].as_str().unwrap())["SmartHosts"].clone();
            assert!(!hosts.is_empty() && !values(&hosts).contains(&f["peer"].as_str().unwrap()));
        }
        people_are_wrong(place, &owners);
    }
}

/// Faults of single recipients.
fn people_are_wrong(place: &Path, owners: &BTreeMap<String, usize>) {
    let (mailboxes, contacts) = (export(place, "mailboxes"), export(place, "mail-contacts"));
    for f in planted(place, "wrong-person").iter().filter(|f| f["needs_topology"] == true) {
        let contact = find(&contacts, "PrimarySmtpAddress", f["address"].as_str().unwrap());
        let target = contact["ExternalEmailAddress"].strip_prefix("SMTP:").unwrap();
        assert!(target != contact["PrimarySmtpAddress"] && owners[target] == 1);
    }
    for f in planted(place, "mailbox-with-target") {
        assert!(
            !find(&mailboxes, "PrimarySmtpAddress", f["address"].as_str().unwrap())["TargetAddress"]
                .is_empty()
        );
    }
    let circles: BTreeSet<String> =
        planted(place, "forwarding-loop").iter().map(|f| f["address"].as_str().unwrap().to_owned()).collect();
    let mut seen = BTreeSet::new();
    for row in mailboxes.iter().filter(|r| !r["ForwardingAddress"].is_empty()) {
        let other = find(&mailboxes, "Identity", &row["ForwardingAddress"]);
        if other["ForwardingAddress"] == row["Identity"] {
            seen.insert(row["PrimarySmtpAddress"].clone().min(other["PrimarySmtpAddress"].clone()));
        }
    }
    assert_eq!(seen, circles);
    let groups = export(place, "distribution-groups");
    for f in planted(place, "group-loop") {
        let one = find(&groups, "PrimarySmtpAddress", f["address"].as_str().unwrap());
        let members = values(&one["Members"]);
        let nested = groups.iter().find(|g| members.contains(&g["PrimarySmtpAddress"].as_str())).unwrap();
        assert!(values(&nested["Members"]).contains(&one["PrimarySmtpAddress"].as_str()));
    }
}

#[test]
fn without_faults_nothing_is_wrong_in_the_exports() {
    let place = made("--size 1MiB --seed 5 --nothing-planted");
    let place = place.path();
    let domains = accepted(place);
    assert!(domains.values().all(|kind| kind != "ExternalRelay"));
    assert!(export(place, "mailboxes").iter().all(|r| r["TargetAddress"].is_empty()));
    let wrong = |r: &Row| domain(&r["RemoteRoutingAddress"]) != "contoso.mail.onmicrosoft.com";
    assert!(!export(place, "remote-mailboxes").iter().any(wrong));
    for row in export(place, "mail-users").into_iter().chain(export(place, "mail-contacts")) {
        assert!(!domains.contains_key(domain(&row["ExternalEmailAddress"])), "{row:?}");
    }
}

#[test]
fn exports_are_left_out_when_logs_are_read() {
    for quirks in ["", "--quirks"] {
        let place = made(&format!("--size 600KiB --seed 3 {quirks}"));
        let report = |folder: &Path| -> Value {
            let args = ["report", "-q", "--format", "json", folder.to_str().unwrap()];
            let done = Command::cargo_bin("mailtrail").unwrap().args(args).output().unwrap();
            assert_eq!(done.status.code(), Some(if quirks.is_empty() { 0 } else { 3 }));
            serde_json::from_slice(&done.stdout).unwrap()
        };
        let with = report(place.path());
        std::fs::remove_dir_all(place.path().join("exports")).unwrap();
        let without = report(place.path());
        assert_eq!(with["verdict"], without["verdict"]);
        assert_eq!(with["findings"], without["findings"]);
        let exports = |of: &Value| of.to_string().matches(".csv").count();
        assert_eq!((exports(&with["left_out"]), exports(&with["files"])), (10, 0), "{quirks}");
    }
}
