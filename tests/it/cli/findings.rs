//! `misroutes`, `loops`, `explain` and `--fail-on`: status, formats, filters, agreement with `routes`, and
//! texts that want out of their quotes.

use std::collections::BTreeSet;
use std::path::Path;

use mailtrail::findings::kind::{KINDS, Shown};
use serde_json::Value;

use super::{Done, EX1, Place, damaged_log, rows, samples};
use crate::logwriter::{Log, Release, Row};

/// The logs of a story of tests/findings.
fn story(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings").join(name).display().to_string()
}

fn kinds(done: &Done) -> Vec<String> {
    rows(&done.out).iter().map(|f| f["kind"].as_str().unwrap().to_owned()).collect()
}

fn lists(name: &str) -> String {
    samples().join(name).display().to_string()
}

// ---------------------------------------------------------------------------------------------
// Exit status

#[test]
fn a_finding_at_or_above_the_level_asked_for_is_status_4() {
    let place = Place::empty();
    // A group that contains itself: low.
    let group = story("group-loop/raised");
    for (verb, level, code) in [
        ("loops", "info", 4),
        ("loops", "low", 4),
        ("loops", "medium", 0),
        ("loops", "critical", 0),
        ("report", "low", 4),
        ("report", "high", 0),
        // What another verb shows is none of its business.
        ("misroutes", "info", 0),
    ] {
        let done = place.run(&[verb, &group, "--fail-on", level]);
        assert_eq!(done.code, code, "{verb} {level} {done:?}");
        assert!(!done.out.is_empty(), "the status takes nothing from the output: {verb}");
    }
    assert_eq!(place.run(&["loops", &group]).code, 0, "without the flag findings are no status");
    let grave = story("gateway-loop/raised");
    for format in ["text", "md", "jsonl", "csv"] {
        let done = place.run(&["loops", &grave, "--fail-on=critical", "--format", format]);
        assert_eq!(done.code, 4, "{format} {done:?}");
    }
    assert_eq!(place.run(&["loops", &grave, "--fail-on=critical", "--messages"]).code, 4);
}

#[test]
fn nothing_found_is_done() {
    let place = Place::with_mail();
    for (verb, what) in [("misroutes", "went another way"), ("loops", "goes in circles")] {
        let done = place.run(&[verb, "logs", "--fail-on=info"]);
        assert!(done.code == 0 && done.out.contains("No mail that") && done.out.contains(what), "{done:?}");
        for (format, out) in [("jsonl", false), ("csv", true), ("md", false)] {
            let done = place.run(&[verb, "logs", "--format", format]);
            assert_eq!((done.code, done.out.lines().count()), (0, usize::from(out)), "{format} {done:?}");
            assert!(done.err.contains(&format!("mailtrail: no {verb}\n")), "{done:?}");
            assert_eq!(place.run(&[verb, "logs", "--quiet", "--format", format]).err, "");
        }
        let done = place.run(&[verb, "logs", "--messages"]);
        assert_eq!((done.code, done.out.as_str()), (0, ""));
        // A filter that nothing meets finds nothing; that is an answer too.
        let done = place.run(&[verb, &story("gateway-loop/raised"), "--sender=x@nowhere.example"]);
        assert_eq!(done.code, 0, "{done:?}");
    }
}

#[test]
fn status_4_stands_behind_1_and_2_and_before_3_and_5() {
    let place = Place::empty();
    place.put("damaged.LOG", damaged_log());
    place.put("mine.jsonl", "mine");
    let grave = story("gateway-loop/raised");
    let code = |args: &[&str]| place.run(args).code;
    assert_eq!(code(&["loops", &grave, "--fail-on=low", "-o", "mine.jsonl"]), 1);
    assert_eq!(code(&["loops", "missing.LOG", "--fail-on=info"]), 1);
    assert_eq!(code(&["loops", &grave, "--fail-on=grave"]), 2);
    assert_eq!(code(&["loops", &grave, "--fail-on=low", "--since=soon"]), 2);
    assert_eq!(code(&["loops", &grave, "damaged.LOG"]), 3);
    assert_eq!(code(&["loops", &grave, "damaged.LOG", "--fail-on=low"]), 4, "4 before 3");
    assert_eq!(code(&["loops", &story("group-loop/raised"), "damaged.LOG", "--fail-on=high"]), 3);
    // A file is missing between two others, whether or not there is any mail.
    for number in [1, 3] {
        let log = Log::of(Release::E2016).delivered(&format!("mail{number}")).bytes();
        place.put(&format!("gap/MSGTRK2026031009-{number}.LOG"), log);
    }
    let nothing = ["report", "gap", "--since=2026-03-10T09:30:00Z"];
    assert_eq!(code(&nothing), 5);
    assert_eq!(code(&[&nothing[..], &["--fail-on=info"]].concat()), 4, "4 before 5");
    assert_eq!(code(&[&nothing[..], &["--fail-on=low"]].concat()), 5);
    assert_eq!(place.get("mine.jsonl"), "mine");
}

#[test]
fn a_copy_that_was_left_out_is_no_missing_file() {
    let place = Place::empty();
    let log = |id: &str| Log::of(Release::E2016).delivered(id).bytes();
    for (folder, number, id) in
        [("a", 2, "shared"), ("b", 1, "one"), ("b", 2, "shared"), ("b", 3, "three"), ("b", 5, "five")]
    {
        place.put(&format!("logs/{folder}/MSGTRK2026031009-{number}.LOG"), log(id));
    }
    let report = place.report(&[]);
    assert_eq!(report["left_out"].as_array().unwrap().len(), 1, "{}", report["left_out"]);
    let gaps = report["findings"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let cause = gaps[0]["cause"].as_str().unwrap();
    assert!(cause.contains("MSGTRK2026031009-4.LOG") && !cause.contains("-2.LOG"), "{cause}");
}

// ---------------------------------------------------------------------------------------------
// Formats

#[test]
fn single_messages_are_written_for_machines_only() {
    let place = Place::empty();
    let logs = story("gateway-loop/raised");
    for format in ["text", "md"] {
        let done = place.run(&["loops", &logs, "--messages", "--format", format, "-o", "out"]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(done.err.contains("--messages writes jsonl or csv"), "{done:?}");
        assert_eq!(place.names(), [""; 0]);
    }
    let lines = place.run(&["loops", &logs, "--messages"]);
    assert_eq!(lines.out, place.run(&["loops", &logs, "--messages", "--format=jsonl"]).out);
    let rows = rows(&lines.out);
    assert_eq!(kinds(&lines), ["gateway-loop", "repeated-receive"]);
    let fields: Vec<&str> = mailtrail::output::findings::INSTANCE_COLUMNS.to_vec();
    for (line, row) in lines.out.lines().zip(&rows) {
        assert_eq!(in_order(line, &fields), fields, "every field, in order");
        assert!(row["laps"] == 2 && row["evidence"].as_array().is_some_and(|e| !e.is_empty()), "{row}");
    }
    let csv = place.run(&["loops", &logs, "--messages", "--format=csv"]);
    assert_eq!(csv.out.lines().next().unwrap(), fields.join(","));
    assert_eq!(csv.out.lines().count(), 3);
}

/// The fields of an object in the order they stand in.
fn in_order<'f>(line: &str, fields: &[&'f str]) -> Vec<&'f str> {
    let object: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
    assert_eq!(object.len(), fields.len(), "{line}");
    let mut at: Vec<(usize, &str)> =
        fields.iter().map(|f| (line.find(&format!("\"{f}\":")).unwrap(), *f)).collect();
    at.sort_unstable();
    at.into_iter().map(|(_, f)| f).collect()
}

#[test]
fn a_finding_has_every_field_in_order() {
    let place = Place::empty();
    let fields = mailtrail::output::findings::COLUMNS;
    let lines = place.run(&["loops", &lists(""), "--format=jsonl"]);
    assert_eq!(kinds(&lines), ["gateway-loop", "hop-count-exceeded", "repeated-receive"]);
    for line in lines.out.lines() {
        assert_eq!(in_order(line, &fields), fields);
    }
    let csv = place.run(&["loops", &lists(""), "--format=csv"]);
    assert_eq!(csv.out.lines().next().unwrap(), fields.join(","));
    // In the report the same findings stand, with those of the other verbs, without their version.
    let report = place.run(&["report", &lists(""), "--format=json"]);
    let report: Value = serde_json::from_str(&report.out).unwrap();
    for mut finding in rows(&lines.out) {
        finding.as_object_mut().unwrap().remove("schema_version");
        assert!(report["findings"].as_array().unwrap().contains(&finding), "{finding}");
    }
}

#[test]
fn the_format_of_findings_follows_the_ending() {
    let place = Place::empty();
    let logs = story("gateway-loop/raised");
    for (name, format, more) in [
        ("a.jsonl", "jsonl", &[][..]),
        ("a.json", "jsonl", &[]),
        ("a.CSV", "csv", &[]),
        ("a.md", "md", &[]),
        ("a.markdown", "md", &[]),
        ("a.txt", "text", &[]),
        ("a.log", "text", &[]),
        ("b.csv", "csv", &["--messages"]),
        ("b.jsonl", "jsonl", &["--messages"]),
        ("b.other", "jsonl", &["--messages"]),
    ] {
        let file = place.run(&[&["loops", &logs, "-o", name], more].concat());
        let told = place.run(&[&["loops", &logs, "--format", format], more].concat());
        assert_eq!((file.code, told.code, file.out.as_str()), (0, 0, ""), "{name} {file:?}");
        assert_eq!(place.get(name), told.out, "{name}");
    }
    assert_eq!(place.run(&["loops", &logs, "-o", "c.md", "--messages"]).code, 2);
    assert_eq!(place.run(&["loops", &logs, "-o", "a.csv.gz", "--format=jsonl"]).code, 0);
    assert_eq!(rows(&place.get("a.csv.gz")).len(), 2, "--format is stronger than the ending");
}

// ---------------------------------------------------------------------------------------------
// Which mail

#[test]
fn what_is_normal_is_judged_over_all_logs() {
    let place = Place::empty();
    // Two of nine mails to addresses nobody has: alone they would not show that the domain is shared.
    let done = place.run(&["misroutes", &lists(""), "--format=jsonl", "--recipient=nora@northwind.example"]);
    let found = rows(&done.out);
    let found = found.first().unwrap();
    assert_eq!(
        (found["kind"].as_str(), found["messages"].as_u64()),
        (Some("shared-domain-authoritative"), Some(2))
    );
    assert_eq!(found["recipients"], 1);
    // One of Erin's mails, and what it takes to see that it should have gone to the tenant.
    let done =
        place.run(&["misroutes", &lists(""), "--format=jsonl", "--message-id=offsite-plan@contoso.com"]);
    assert_eq!(kinds(&done), ["rra-primary-domain"]);
    assert_eq!(rows(&done.out).first().unwrap()["samples"].to_string(), r#"["<offsite-plan@contoso.com>"]"#);
    // A filter on recipients chooses messages, and with them all their recipients.
    let done = place.run(&["loops", &lists(""), "--messages", "--recipient=alice@contoso.com"]);
    assert!(rows(&done.out).iter().all(|r| r["recipient"] == "erin@contoso.com"), "{done:?}");
    assert_eq!(kinds(&done), ["gateway-loop", "hop-count-exceeded", "repeated-receive"]);
    let done =
        place.run(&["loops", &lists(""), "--format=jsonl", "--recipient=carol@contoso.com", "--sender=x"]);
    assert_eq!((done.code, done.out.as_str()), (0, ""));
}

#[test]
fn what_a_route_has_is_what_the_verbs_list() {
    let place = Place::empty();
    place.run(&["generate", "--size=1MiB", "--seed=5", "--schema=mixed", "-o", "logs", "-q"]);
    let key = |row: &Value, kind: &str| {
        ["message_id", "network_message_id", "recipient", "final_recipient"]
            .map(|f| row[f].to_string())
            .into_iter()
            .chain([kind.to_owned()])
            .collect::<Vec<_>>()
    };
    let shown = |kind: &str| KINDS.iter().find(|k| k.id == kind).unwrap().shown;
    let mut routes = BTreeSet::new();
    for row in rows(&place.run(&["routes", "logs", "--format=jsonl"]).out) {
        let kinds: Vec<&str> =
            row["findings"].as_array().unwrap().iter().map(|k| k.as_str().unwrap()).collect();
        let place = |kind: &&str| KINDS.iter().position(|k| k.id == *kind).unwrap();
        assert!(kinds.is_sorted_by_key(place), "in the order of the list: {kinds:?}");
        routes.extend(kinds.iter().filter(|k| shown(k) != Shown::Report).map(|k| key(&row, k)));
    }
    let mut listed = BTreeSet::new();
    for verb in [Shown::Loops, Shown::Misroutes] {
        let findings = rows(&place.run(&[verb.as_str(), "logs", "--format=jsonl"]).out);
        let messages = rows(&place.run(&[verb.as_str(), "logs", "--messages"]).out);
        for row in &messages {
            let kind = row["kind"].as_str().unwrap();
            assert_eq!(shown(kind), verb, "{kind}");
            listed.insert(key(row, kind));
        }
        // Each finding counts the messages that are listed for it.
        // Doubtful cases are a finding of their own beside surer ones.
        let parts = ["kind", "domain", "connector", "peer", "address"];
        let doubtful = |row: &Value| row["confidence"] == "low";
        for finding in findings {
            let same = |row: &&Value| {
                parts.iter().all(|p| row[*p] == finding[*p]) && doubtful(row) == doubtful(&finding)
            };
            let ids: BTreeSet<String> = messages
                .iter()
                .filter(same)
                .map(|row| format!("{} {}", row["message_id"], row["network_message_id"]))
                .collect();
            assert_eq!(finding["messages"].as_u64(), Some(ids.len() as u64), "{finding}");
        }
    }
    assert!(routes.len() > 30, "{}", routes.len());
    assert_eq!(routes, listed);
}

#[test]
fn no_subject_reaches_a_finding() {
    let place = Place::empty();
    let zebra = |row: Row| row.with("message-subject", "Zebra crossing");
    let mut log = Log::of(Release::E2016);
    for row in circling("erin@contoso.com", "erin") {
        log = log.row(&zebra(row));
    }
    place.put(EX1, log.raw("2026-03-10T09:59:01.000Z,too,few,columns,Zebra\r\n").bytes());
    for run in [
        &["loops", "--format=text"][..],
        &["loops", "--format=md"],
        &["loops", "--format=csv"],
        &["loops", "--messages"],
        &["report", "--format=json"],
    ] {
        let done = place
            .run(&[run, &["logs", "--no-subjects", "-v", "--rejects", "rejects.jsonl", "--force"]].concat());
        assert!(done.code == 3 && done.out.contains("gateway-loop"), "{run:?} {done:?}");
        for text in [&done.out, &done.err, &place.get("rejects.jsonl")] {
            assert!(!text.contains("Zebra"), "{run:?} {text}");
        }
    }
}

// ---------------------------------------------------------------------------------------------
// explain

#[test]
fn every_kind_is_listed_and_explained() {
    let place = Place::empty();
    let done = place.run(&["explain"]);
    assert_eq!((done.code, done.err.as_str(), done.out.lines().count()), (0, "", KINDS.len()));
    for (line, kind) in done.out.lines().zip(KINDS) {
        let mut words = line.split_whitespace();
        assert_eq!((words.next(), words.next()), (Some(kind.id), Some(kind.shown.as_str())));
        assert!(line.ends_with(kind.title), "{line}");
    }
    let all: Vec<&str> = ["explain"].into_iter().chain(KINDS.iter().map(|k| k.id)).collect();
    let done = place.run(&all);
    assert_eq!(done.code, 0, "{done:?}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = words(&done.out);
    for kind in KINDS {
        for text in [kind.title, kind.means, kind.proof, kind.mend] {
            assert!(told.contains(&words(text)), "{}: {text}", kind.id);
        }
        assert!(kind.caused_by.iter().all(|by| KINDS.iter().any(|k| k.id == *by)), "{}", kind.id);
    }
    for name in ["Gateway_Loop", "gateway loop", " GATEWAY-LOOP "] {
        assert_eq!(place.run(&["explain", name]).out, place.run(&["explain", "gateway-loop"]).out, "{name}");
    }
}

#[test]
fn a_kind_that_is_none_names_near_ones() {
    let place = Place::empty();
    for (name, near) in [
        ("gatway-loop", "gateway-loop"),
        ("hybridloop", "hybrid-loop"),
        ("next-hop", "next-hop-down"),
        ("rra", "rra-primary-domain"),
    ] {
        let done = place.run(&["explain", "log-gap", name]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{name} {done:?}");
        assert!(done.err.contains("did you mean") && done.err.contains(near), "{name} {done:?}");
    }
    let done = place.run(&["explain", "\u{1b}[31m"]);
    assert!(done.code == 2 && !done.err.contains('\u{1b}'), "{done:?}");
}

// ---------------------------------------------------------------------------------------------
// Texts that want out

/// A mail that goes round twice by a gateway and then fails as a loop.
fn circling(to: &str, id: &str) -> Vec<Row> {
    circling_by(to, id, "Internet", "mx.gw.contoso.com")
}

fn circling_by(to: &str, id: &str, connector: &str, host: &str) -> Vec<Row> {
    let mut out = Vec::new();
    for lap in 0..3u32 {
        let size = (4096 + lap * 300).to_string();
        let from = if lap == 0 { "mail.fabrikam.com" } else { host };
        let arrival = Row::receive(id, to)
            .at(lap * 60_000)
            .with("total-bytes", &size)
            .with("internal-message-id", (1000 + lap).to_string())
            .with("client-hostname", from);
        let send = Row::send(id, to)
            .at(lap * 60_000 + 900)
            .with("total-bytes", &size)
            .with("internal-message-id", (1000 + lap).to_string())
            .with("connector-id", connector)
            .with("server-hostname", host);
        let fail = Row::fail(id, to, "550 5.4.6 Hop count exceeded - possible mail loop")
            .at(lap * 60_000 + 900)
            .with("internal-message-id", (1000 + lap).to_string())
            .with("connector-id", connector);
        out.extend([arrival, if lap < 2 { send } else { fail }]);
    }
    out
}

/// What PowerShell would see of a line outside of quotes and comments. It takes five characters for a single
/// quote; inside of quotes two of them are one.
fn outside_of_quotes(line: &str) -> String {
    let quote = |c: &char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    let (mut out, mut inside) = (String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if !quote(&c) {
            if !inside {
                out.push(c);
            }
        } else if inside && chars.peek().is_some_and(quote) {
            chars.next();
        } else {
            inside = !inside;
        }
    }
    assert!(!inside, "a quote stays open: {line}");
    out.split_once('#').map_or(out.clone(), |(code, _)| code.to_owned())
}

const EVIL: [&str; 9] = [
    "x'; pwn; '",
    "$(pwn)",
    "`$(pwn)`npwn",
    "x\u{2019}; pwn; \u{2018}",
    "x\u{201a}pwn\u{201b}\u{2019}",
    "x\"; pwn; \"",
    "x\r\npwn",
    "\u{1b}]0;pwn\u{7}\u{9b}31m\u{202e}pwn",
    "x' | pwn # </pre><script>pwn</script>",
];

/// Logs in which each evil text stands wherever a finding may take a text from.
fn evil_logs() -> Log {
    let mut log = Log::of(Release::E2016);
    for (n, evil) in EVIL.iter().enumerate() {
        let to = format!("{evil}@{evil}.example");
        for row in circling_by(&to, &format!("loop{n}"), evil, &format!("{evil}.example")) {
            log = log.row(&row);
        }
        let id = |kind: &str| format!("{kind}{n}");
        let refused = "450 4.7.64 TenantAttribution; Relay Access Denied";
        let loopback = "554 5.4.4 SMTPSEND.DNS.MxLoopback; DNS records for this domain lead back";
        for (kind, status) in
            [("tenant", refused), ("mx", loopback), ("forward", "550 5.4.6 RESOLVER.FWD.Loop; l")]
        {
            log = log.row(&Row::receive(&id(kind), &to));
            log = log.row(&Row::fail(&id(kind), &to, status).with("connector-id", *evil));
        }
        // Known first, then not found; and handed to a server that says no more.
        log = log.row(&Row::receive(&id("known"), &to)).row(&Row::deliver(&id("known"), &to));
        let gone = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found";
        log = log.row(&Row::receive(&id("gone"), &to).at(9_000));
        log = log.row(&Row::fail(&id("gone"), &to, gone).at(9_500));
        let inside = Row::send(&id("inside"), "anna@contoso.com")
            .with("event-id", "SEND")
            .with("connector-id", "Intra-Organization SMTP Send Connector")
            .with("server-hostname", format!("{evil}\nSRV.contoso.com"));
        log = log.row(&Row::receive(&id("inside"), "anna@contoso.com")).row(&inside);
        // Five that are not found and write from elsewhere; a host that puts off ten; groups in a circle.
        for who in 0..5 {
            let address = format!("p{who}{evil}@shared{evil}.example");
            let (bounce, write) = (format!("bounce{n}-{who}"), format!("write{n}-{who}"));
            log = log.row(&Row::receive(&bounce, &address)).row(&Row::fail(&bounce, &address, gone));
            for row in [Row::receive(&write, "anna@contoso.com"), Row::deliver(&write, "anna@contoso.com")] {
                log = log.row(&row.with("sender-address", &address).with("return-path", &address));
            }
        }
        for mail in 0..10 {
            let later = format!("later{n}-{mail}");
            let defer = Row::fail(&later, "bob@fabrikam.com", &format!("451 4.4.0 {evil}"))
                .with("event-id", "DEFER")
                .with("source", "SMTP")
                .with("message-info", "2026-03-10T09:10:00.000Z")
                .with("connector-id", format!("down {evil}"))
                .with("server-hostname", format!("{evil}.example"));
            log = log.row(&Row::receive(&later, "bob@fabrikam.com")).row(&defer);
        }
        let (one, other) = (format!("one{evil}@contoso.com"), format!("other{evil}@contoso.com"));
        log = log.row(&Row::receive(&id("group"), &one));
        for (ms, group, member) in [(10, &one, &other), (20, &other, &one)] {
            let expand = Row::receive(&id("group"), member).at(ms).with("event-id", "EXPAND");
            log = log.row(&expand.with("source", "ROUTING").with("related-recipient-address", group));
        }
    }
    log
}

#[test]
fn no_text_of_a_log_gets_out_of_a_fix() {
    let place = Place::empty();
    place.put(EX1, evil_logs().bytes());
    let report = place.report(&[]);
    let findings = report["findings"].as_array().unwrap();
    let mut met = BTreeSet::new();
    for finding in findings {
        let fix = finding["fix"].as_str().unwrap();
        met.insert(finding["kind"].as_str().unwrap());
        assert!(!fix.chars().any(|c| c.is_control() && c != '\n'), "{fix:?}");
        for line in fix.lines() {
            let code = outside_of_quotes(line);
            assert!(!code.contains("pwn"), "{fix}");
        }
    }
    let expected = [
        "forwarding-loop",
        "gateway-loop",
        "group-loop",
        "hop-count-exceeded",
        "log-gap",
        "mx-loopback",
        "next-hop-down",
        "repeated-receive",
        "shared-domain-authoritative",
        "stale-or-moved-recipient",
        "tenant-attribution",
    ];
    for kind in expected {
        assert!(met.contains(kind), "{kind} is not among {met:?}");
    }
}

#[test]
fn hostile_texts_command_neither_a_terminal_nor_a_reader_of_findings() {
    let place = Place::empty();
    place.put(EX1, evil_logs().bytes());
    let commands = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    for args in [
        &["report", "--format=text"][..],
        &["report", "--format=md"],
        &["report", "--format=json"],
        &["loops", "--format=text", "--color=never"],
        &["loops", "--format=md"],
        &["loops", "--format=csv"],
        &["loops", "--format=jsonl"],
        &["loops", "--messages"],
        &["loops", "--messages", "--format=csv"],
        &["misroutes", "--format=text"],
        &["misroutes", "--format=md"],
        &["misroutes", "--format=csv"],
        &["misroutes", "--format=jsonl"],
        &["misroutes", "--messages"],
    ] {
        let done = place.run(&[args, &["logs"]].concat());
        assert!(done.code == 0 && done.out.contains("pwn"), "{args:?} {done:?}");
        // CSV keeps line breaks, inside of quotes.
        let obeyed = |c: char| commands(c) && !(c == '\r' && args.contains(&"--format=csv"));
        assert!(!done.out.contains(obeyed) && !done.err.contains(commands), "{args:?} {}", done.out);
        if args.contains(&"--format=md") {
            // Indented lines are code; in all others nothing is markup that the log wrote.
            let mut open = done.out.lines().filter(|l| !l.starts_with("    "));
            assert!(open.all(|l| !l.contains("<script") && !l.contains("$(")), "{args:?} {}", done.out);
        }
    }
}
