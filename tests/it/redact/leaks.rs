//! No value of the logs survives: every part of every name, address, id and subject is looked for in all that is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::{Place, files, generate, mailtrail, root};

/// Columns that name people, machines and messages.
const NAMES: [&str; 9] = [
    "client-hostname",
    "server-hostname",
    "message-id",
    "recipient-address",
    "related-recipient-address",
    "reference",
    "message-subject",
    "sender-address",
    "return-path",
];

const ADDRESSES: [&str; 4] = ["client-ip", "server-ip", "original-client-ip", "original-server-ip"];

const IDS: [&str; 3] = ["network-message-id", "log-id", "tenant-id"];

/// Words that stand in names and may stay: they are words of protocols and of Exchange too, or name its own mailboxes.
const ORDINARY: &str = "
    20administrative 20group 28fydibohf23spdlt accepted access address again answer approval archive automatic
    back code confirmation connection copy count daemon data date default delivery denied directory down example
    exceeded exchange expires failed filter first form from gateway group hotmail imceaex imceafax inbound
    inboundproxy info journal last list local loop mail mailbox mailboxes maildeliveryprobe mailer management
    meeting message microsoftexchange329e71ec88ae4615bbc36ab6ce41109e mxloopback note office only onmicrosoft
    open order orders outbound outlook passed permit please poisonmessage possible postmaster probe prod
    protection quota read recipients reference rejected relay reply report request return room rules second
    sender server servers service site smart smtpsend started status system systemmailbox table tenantattribution
    test that there time user version weekly xloopheadercount
";

fn runs(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let parts = text.split(|b| !(b.is_ascii_alphanumeric() || *b >= 0x80));
    parts.filter(|part| !part.is_empty()).map(<[u8]>::to_ascii_lowercase)
}

/// Runs of what addresses and GUIDs are made of.
fn wholes(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let parts = text.split(|b| !(b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'-')));
    let trim = |part: &[u8]| part.trim_ascii().to_ascii_lowercase();
    parts.map(trim).flat_map(|part| [part.strip_suffix(b".").map(<[u8]>::to_vec), Some(part)]).flatten()
}

/// Whether a part of a name would be found by chance: numbers, short words, and a few hexadecimal digits.
fn is_common(part: &[u8]) -> bool {
    let hex = part.iter().all(u8::is_ascii_hexdigit) && part.len() < 8;
    // Of a time, as `02t09`.
    let time = part.len() <= 5 && part.get(2) == Some(&b't') || part.ends_with(b"z") && part.len() == 4;
    part.len() < 4 || hex || time || part.iter().all(u8::is_ascii_digit)
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        Value::Object(all) => all.values().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn check(logs: &Path, place: &Place, output: &str) {
    let written = files(&place.redact(logs, output, &[]));
    let (mut parts, mut whole) = (BTreeSet::new(), BTreeSet::new());
    for (name, text) in &written {
        parts.extend([name.as_bytes(), text].into_iter().flat_map(runs));
        whole.extend(wholes(text));
    }
    let ordinary: BTreeSet<&[u8]> = ORDINARY.split_whitespace().map(str::as_bytes).collect();
    let events = mailtrail().args(["events", "-q", "--include-probes"]).arg(logs).output().unwrap().stdout;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut looked = 0;
    for line in String::from_utf8(events).unwrap().lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let of = |columns: &[&str]| {
            columns.iter().flat_map(|c| texts(&event[*c])).map(str::to_owned).collect::<Vec<_>>()
        };
        for name in of(&NAMES).into_iter().chain(texts(&event["other"]).into_iter().map(str::to_owned)) {
            for part in runs(name.as_bytes()).filter(|p| !is_common(p) && !ordinary.contains(&p[..])) {
                looked += 1;
                if parts.contains(&part) {
                    found.insert(String::from_utf8_lossy(&part).into_owned(), name.clone());
                }
            }
        }
        for id in of(&ADDRESSES).into_iter().chain(of(&IDS)) {
            looked += 1;
            if whole.contains(id.to_ascii_lowercase().as_bytes()) && id != "127.0.0.1" {
                found.insert(id.clone(), id);
            }
        }
    }
    assert!(looked > 100, "{}: {looked} names", logs.display());
    assert!(found.is_empty(), "{}: {found:#?}", logs.display());
}

#[test]
fn nothing_of_the_samples_survives() {
    check(&root().join("samples"), &Place::new(), "out");
}

#[test]
fn nothing_of_the_stories_survives() {
    let place = Place::new();
    check(&root().join("tests/cases"), &place, "cases");
    check(&root().join("tests/findings"), &place, "findings");
    check(&root().join("tests/namespace"), &place, "namespace");
}

#[test]
fn nothing_of_generated_organisations_survives() {
    let place = Place::new();
    for (seed, schema) in (11..).zip(["2007", "2010", "2013", "2019", "mixed"]) {
        let logs =
            generate(&place, schema, &format!("--size 600KiB --schema {schema} --seed {seed} --quirks"));
        check(&logs, &place, &format!("{schema}-out"));
    }
}
