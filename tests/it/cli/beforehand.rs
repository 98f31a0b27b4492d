//! `mailtrail.toml` and `--baseline`: what is known of findings before the logs are read, in every format.

use serde_json::Value;

use super::{Done, Place, rows, samples};
use crate::logwriter::{Log, Release};

/// One known loop, as a file says it.
const LOOP: &str = "[[known]]\nkind = \"gateway-loop\"\ndomain = \"Contoso.com\"\nuntil = 2999-12-31\n";
/// The kinds of the samples that `loops` shows.
const LOOPS: [&str; 3] = ["gateway-loop", "hop-count-exceeded", "repeated-receive"];

fn logs(part: &str) -> String {
    samples().join(part).display().to_string()
}

/// The values of a column in JSON lines.
fn column(done: &Done, name: &str) -> Vec<String> {
    rows(&done.out).iter().map(|r| r[name].as_str().unwrap_or("-").to_owned()).collect()
}

/// How many rows of a CSV have this in their last columns but one.
fn csv_rows(done: &Done, standing: &str) -> usize {
    done.out.lines().filter(|l| l.contains(&format!("]\",{standing},"))).count()
}

fn report(place: &Place, args: &[&str]) -> Value {
    let done = place.run(&[&["report", "--format=json", "--quiet"], args].concat());
    serde_json::from_str(&done.out).unwrap()
}

// ---------------------------------------------------------------------------------------------
// Known findings

#[test]
fn known_findings_are_counted_and_not_shown() {
    let place = Place::empty();
    place.put("mailtrail.toml", LOOP);
    let all = logs("");
    let line = "1 known finding is not shown (mailtrail.toml)";
    for format in ["text", "md"] {
        let done = place.run(&["loops", &all, "--format", format]);
        let name = line.replace('(', "&#40;").replace(')', "&#41;");
        assert!(done.out.contains(if format == "md" { &name } else { line }), "{format} {}", done.out);
        assert!(!done.out.contains("`gateway-loop`") && !done.out.contains("    gateway-loop,"), "{format}");
        assert!(done.err.contains("mailtrail.toml of this folder says which findings are known"), "{done:?}");
    }
    let lines = place.run(&["loops", &all, "--format=jsonl"]);
    assert_eq!(column(&lines, "kind"), LOOPS.get(1..).unwrap());
    assert!(lines.err.contains(line), "{lines:?}");
    let csv = place.run(&["loops", &all, "--format=csv"]);
    assert!(!csv.out.contains("\n1,gateway-loop,") && csv.err.contains(line), "{csv:?}");
    let messages = place.run(&["loops", &all, "--messages"]);
    assert!(!column(&messages, "kind").contains(&"gateway-loop".to_owned()) && !messages.out.is_empty());
    // misroutes shows no loops, so none of its findings is missing.
    let other = place.run(&["misroutes", &all]);
    assert!(!other.out.contains("known finding") && !other.err.contains("for no finding"), "{other:?}");
    assert_eq!(place.run(&["loops", &all, "--quiet"]).err, "");
}

#[test]
fn a_report_counts_what_is_known_in_every_format() {
    let place = Place::empty();
    place.put(
        "mailtrail.toml",
        format!("{LOOP}note = \"ticket 4711\"\n[[known]]\nkind = 'rra-primary-domain'\n"),
    );
    let all = logs("");
    let plain = report(&place, &[&all]);
    let known = &plain["known_findings"];
    assert_eq!(
        (&known["findings"], &known["shown"], &known["file"]),
        (&2.into(), &false.into(), &"mailtrail.toml".into())
    );
    let entry = &known["entries"][0];
    assert_eq!(entry["kind"], "gateway-loop");
    assert_eq!(
        (&entry["note"], &entry["findings"], &entry["line"]),
        (&"ticket 4711".into(), &1.into(), &1.into())
    );
    assert_eq!((&entry["until"], &entry["run_out"]), (&"2999-12-31".into(), &false.into()));
    let kinds = |report: &Value| {
        let all = report["findings"].as_array().unwrap().iter();
        all.map(|f| f["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(kinds(&plain).iter().all(|k| k != "gateway-loop" && k != "rra-primary-domain"));
    let verdict = plain["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("Look at this: A shared domain"), "{verdict}");
    for format in ["text", "md"] {
        let done = place.run(&["report", &all, "--format", format]);
        assert!(done.out.contains("2 known findings are not shown"), "{format}");
    }
    let shown = report(&place, &[&all, "--show-known"]);
    assert_eq!(
        (&shown["known_findings"]["findings"], &shown["known_findings"]["shown"]),
        (&2.into(), &true.into())
    );
    assert_eq!(kinds(&shown).len(), kinds(&plain).len() + 2);
    assert_eq!(shown["verdict"], plain["verdict"], "the verdict names no known finding");
    let known = shown["findings"].as_array().unwrap().iter().find(|f| f["kind"] == "gateway-loop").unwrap();
    assert_eq!(known["known"]["note"], "ticket 4711");
    let text = place.run(&["loops", &all, "--show-known"]).out;
    assert!(text.contains("note   known until 2999-12-31: ticket 4711"), "{text}");
    assert!(text.contains("1 known finding is shown all the same"), "{text}");
    place.put("none.toml", "");
    let none = report(&place, &[&all, "--config=none.toml"]);
    assert_eq!(kinds(&none), kinds(&shown));
    assert_eq!(none["known_findings"]["findings"], 0);
    assert!(none["verdict"].as_str().unwrap().contains("Remote routing address"));
}

#[test]
fn when_all_is_known_that_is_said() {
    let place = Place::empty();
    place.put("k.toml", LOOPS.map(|k| format!("[[known]]\nkind = '{k}'\n")).concat());
    let all = logs("");
    let done = place.run(&["loops", &all, "--config=k.toml", "--fail-on=info"]);
    assert!(done.code == 0 && done.out.starts_with("No other mail that goes in circles"), "{done:?}");
    assert!(done.out.contains("3 known findings are not shown (k.toml)."), "{done:?}");
    assert!(!done.err.contains("of this folder"), "{done:?}");
    let fails = |more: &[&str]| place.run(&[&["loops", &all, "--fail-on=info"], more].concat()).code;
    assert_eq!(fails(&[]), 4);
    assert_eq!(fails(&["--config=k.toml", "--show-known"]), 0, "shown, but not counted");
}

#[test]
fn a_day_that_is_over_shows_a_finding_again() {
    let place = Place::empty();
    let over = LOOP.replace("2999-12-31", "2020-01-31");
    place.put("mailtrail.toml", format!("{over}note = 'new gateway in January'\n"));
    let all = logs("");
    let done = place.run(&["loops", &all, "--fail-on=critical"]);
    let note = "note   was known until 2020-01-31; that has run out: new gateway in January";
    assert!(done.code == 4 && done.out.contains(note), "{done:?}");
    assert!(!done.out.contains("known finding"), "{done:?}");
    let md = place.run(&["loops", &all, "--format=md"]).out;
    assert!(md.contains("Note: was known until 2020-01-31; that has run out&#58; new gateway"), "{md}");
    let row = rows(&place.run(&["loops", &all, "--format=jsonl"]).out).remove(0);
    assert_eq!(row["known"]["run_out"], true);
    assert!(report(&place, &[&all])["verdict"].as_str().unwrap().contains("circles"));
    // Another entry that has not run out is enough.
    place.put("mailtrail.toml", format!("{over}\n[[known]]\nkind = 'gateway-loop'\n"));
    assert_eq!(column(&place.run(&["loops", &all, "--format=jsonl"]), "kind"), LOOPS.get(1..).unwrap());
}

#[test]
fn an_entry_that_means_nothing_is_named_by_its_line() {
    let place = Place::empty();
    place.put(
        "mailtrail.toml",
        format!("{LOOP}\n[[known]]\nkind = 'hybrid-loop'\n\n[[known]]\nkind = 'hairpin'\n"),
    );
    let all = logs("");
    let idle = |args: &[&str]| {
        let err = place.run(args).err;
        err.lines().filter(|l| l.contains("for no finding")).map(str::to_owned).collect::<Vec<_>>()
    };
    let one =
        |line| vec![format!("mailtrail: mailtrail.toml: the entry in line {line} holds for no finding")];
    assert_eq!(idle(&["loops", &all]), one(6));
    assert_eq!(idle(&["misroutes", &all]), one(9));
    assert_eq!(
        idle(&["report", &all]),
        ["mailtrail: mailtrail.toml: the entries in lines 6, 9 hold for no finding"]
    );
    for part in [["--quiet"], ["--sender=*@contoso.com"], ["--since=2026-03-10T09:00:00Z"]] {
        assert_eq!(idle(&[&["loops", &all], &part[..]].concat()), [""; 0], "{part:?}");
    }
}

#[test]
fn a_file_with_a_mistake_stops_the_run_before_it_begins() {
    let place = Place::empty();
    place.put("mailtrail.toml", "[[known]]\nkind = \"gatway-loop\"\n");
    let all = logs("");
    for verb in ["loops", "misroutes", "report"] {
        let done = place.run(&[verb, &all, "-o", "out"]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        let said = "mailtrail: mailtrail.toml:2:8: no kind of finding is called 'gatway-loop'; did you mean gateway-loop";
        assert!(done.err.contains(said), "{done:?}");
        assert_eq!(place.names(), ["mailtrail.toml"]);
    }
    assert_eq!(place.run(&["events", &all, "-o", "rows"]).code, 0, "it does not read it");
    let said = |name: &str, bytes: &[u8]| {
        place.put(name, bytes);
        let done = place.run(&["loops", &all, "--config", name]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        done.err
    };
    assert!(said("a.toml", b"# \xff").contains("a.toml:1:3: this is no text"));
    assert!(said("b.toml", b"[[known]]\nkind = 'x\x1b[31m'").contains("b.toml:2:10: this is no TOML"));
    let hostile = said("c.toml", "[[known]]\n\"k\\u001b[31m\u{202e}\" = 1".as_bytes());
    assert!(hostile.contains("c.toml:2:1: nothing is called") && !hostile.contains(['\u{1b}', '\u{202e}']));
    let done = place.run(&["loops", &all, "--config=missing.toml"]);
    assert!(done.code == 2 && done.err.contains("--config: missing.toml: "), "{done:?}");
    let done = place.run(&["loops", &all, "--config=."]);
    assert!(done.code == 2 && done.err.contains("--config: .: "), "{done:?}");
    let utf16: Vec<u8> = format!("\u{feff}{LOOP}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [utf16, format!("\u{feff}{}", LOOP.replace('\n', "\r\n")).into_bytes()] {
        place.put("d.toml", text);
        let done = place.run(&["loops", &all, "--config=d.toml"]);
        assert!(done.code == 0 && done.out.contains("1 known finding is not shown (d.toml)"), "{done:?}");
    }
}

#[test]
fn a_note_commands_neither_a_terminal_nor_a_reader() {
    let place = Place::empty();
    let note = "=cmd()\\u001b]0;pwn\\u0007\\u202e\\r\\n</pre><script>pwn</script>|$(pwn)";
    place.put("mailtrail.toml", format!("{LOOP}note = \"{note}\"\n").replace("2999", "2020"));
    let all = logs("");
    for args in [
        &["loops", "--format=text"][..],
        &["loops", "--format=md"],
        &["loops", "--format=jsonl"],
        &["loops", "--format=csv"],
        &["report", "--format=text"],
        &["report", "--format=md"],
        &["report", "--format=json"],
    ] {
        let done = place.run(&[args, &[&all]].concat());
        assert!(done.code == 0 && done.out.contains("pwn"), "{args:?} {done:?}");
        let commands = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!done.out.contains(commands) && !done.err.contains(commands), "{args:?} {}", done.out);
        if args.contains(&"--format=md") {
            assert!(!done.out.contains("<script") && !done.out.contains("$(pwn"), "{args:?}");
        }
    }
    let csv = place.run(&["loops", &all, "--format=csv"]).out;
    assert!(csv.lines().any(|l| l.contains(",\"{\"\"note\"\":\"\"=cmd()")), "JSON is no formula: {csv}");
}

// ---------------------------------------------------------------------------------------------
// An earlier run

#[test]
fn every_format_gives_the_same_standings() {
    let place = Place::empty();
    let (all, part) = (logs(""), logs("EX1"));
    place.run(&["report", &all, "--format=json", "-o", "old.json"]);
    // The samples of one server: two logs are missing now, five findings are not there.
    let now = report(&place, &[&part, "--baseline=old.json"]);
    let baseline = &now["baseline"];
    let count = |name: &str| baseline[name].as_u64().unwrap();
    assert_eq!((count("new"), count("graver"), count("still_there")), (2, 0, 3));
    assert_eq!(baseline["first"], report(&place, &[&all])["period"]["first"]);
    let standings = |list: &Value| {
        let list = list.as_array().unwrap().iter();
        list.map(|f| f["standing"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(standings(&now["findings"]), ["still-there", "new", "new", "still-there", "still-there"]);
    assert_eq!(standings(&baseline["gone"]), ["gone"; 5]);
    assert_eq!(baseline["gone"][0]["messages"], 8);
    assert!(baseline["gone"][0]["last_seen"].is_string() && baseline["gone"][0]["cause"].is_string());
    let line = "2 new, 3 still there, 5 gone.";
    for format in ["text", "md"] {
        let out = place.run(&["report", &part, "--baseline=old.json", "--format", format]).out;
        assert!(out.contains("Since old.json") && out.contains(line), "{format} {out}");
        let (new, still, gone) = if format == "text" {
            ("(new)", "(still there)", "  gone  ")
        } else {
            ("**new**", "**still there**", "\n- **")
        };
        assert_eq!([new, still].map(|w| out.matches(w).count()), [2, 3], "{format} {out}");
        let tail = out.split("Gone\n").last().unwrap_or(&out);
        let until = tail.split("What was decided").next().unwrap();
        assert_eq!(until.matches(gone).count(), 5, "{format} {until}");
    }
    assert!(report(&place, &[&part])["findings"][0]["standing"].is_null());
}

#[test]
fn rows_have_their_standing_and_what_is_gone_comes_last() {
    let place = Place::empty();
    let (all, part) = (logs(""), logs("EX1"));
    place.run(&["report", &all, "--format=json", "-o", "old.json"]);
    place.run(&["misroutes", &all, "--format=jsonl", "-o", "old.jsonl"]);
    for old in ["old.json", "old.jsonl"] {
        let run = |format: &str| place.run(&["misroutes", &part, "--baseline", old, "--format", format]);
        let lines = run("jsonl");
        assert_eq!(column(&lines, "standing"), ["still-there", "gone"], "{old}");
        assert_eq!(column(&lines, "kind"), ["shared-domain-authoritative", "rra-primary-domain"]);
        assert!(lines.err.contains("0 new, 1 still there, 1 gone"), "{lines:?}");
        let csv = run("csv");
        assert_eq!((csv_rows(&csv, "still-there"), csv_rows(&csv, "gone")), (1, 1), "{}", csv.out);
        for format in ["text", "md"] {
            let out = run(format).out;
            assert!(out.contains("0 new, 1 still there, 1 gone."), "{out}");
            assert!(out.contains("last seen 2026-03-10 23"), "{out}");
        }
        let messages = place.run(&["misroutes", &part, "--baseline", old, "--messages"]);
        assert!(!messages.out.is_empty() && column(&messages, "standing").iter().all(|s| s == "still-there"));
    }
    // What was gone is no part of the next comparison.
    place.run(&["misroutes", &part, "--baseline=old.jsonl", "--format=jsonl", "-o", "next.jsonl"]);
    let next = place.run(&["misroutes", &part, "--baseline=next.jsonl", "--format=jsonl"]);
    assert_eq!(column(&next, "standing"), ["still-there"]);
    let back = place.run(&["misroutes", &all, "--baseline=next.jsonl", "--format=jsonl"]);
    assert_eq!(column(&back, "standing"), ["new", "still-there"]);
    // With nothing left, what is gone is told all the same.
    place.put("empty/MSGTRK2026031009-1.LOG", Log::of(Release::E2016).delivered("a").bytes());
    let done = place.run(&["loops", "empty", "--baseline=old.json"]);
    assert!(
        done.out.starts_with("No mail that goes in circles")
            && done.out.contains("0 new, 0 still there, 3 gone."),
        "{done:?}"
    );
    assert!(done.out.contains("  gone  critical  Mail goes in circles"), "{done:?}");
}

#[test]
fn beside_an_earlier_run_only_what_is_new_or_graver_is_status_4() {
    let place = Place::empty();
    let (all, part) = (logs(""), logs("EX1"));
    place.run(&["loops", &all, "--format=jsonl", "-o", "old.jsonl"]);
    place.run(&["loops", &part, "--format=jsonl", "-o", "none.jsonl"]);
    let old = place.get("old.jsonl");
    assert_eq!(place.get("none.jsonl"), "");
    place.put("milder.jsonl", old.replacen("\"critical\"", "\"low\"", 1));
    place.put("fewer.jsonl", old.lines().skip(2).collect::<Vec<_>>().join("\n"));
    let code = |baseline: &str, level: &str| {
        place.run(&["loops", &all, "--baseline", baseline, "--fail-on", level]).code
    };
    assert_eq!(code("old.jsonl", "info"), 0);
    assert_eq!(code("none.jsonl", "critical"), 4);
    assert_eq!(code("fewer.jsonl", "critical"), 4);
    assert_eq!(code("milder.jsonl", "critical"), 4);
    let done = place.run(&["loops", &all, "--baseline=milder.jsonl", "--format=jsonl"]);
    assert_eq!(column(&done, "standing"), ["graver", "still-there", "still-there"]);
    assert!(done.err.contains("0 new, 1 graver, 2 still there, 0 gone"), "{done:?}");
    let done = place.run(&["loops", &all, "--baseline=none.jsonl"]);
    assert!(done.out.contains("none.jsonl: it holds no finding of this sort"), "{done:?}");
    // New ones first among equals: the second is critical like the first, and new.
    let mut lines: Vec<&str> = old.lines().collect();
    lines.remove(1);
    place.put("second.jsonl", lines.join("\n"));
    let done = place.run(&["loops", &all, "--baseline=second.jsonl", "--format=jsonl"]);
    assert_eq!(column(&done, "kind"), ["hop-count-exceeded", "gateway-loop", "repeated-receive"]);
    assert_eq!(column(&done, "standing"), ["new", "still-there", "still-there"]);
    // What is known is neither new nor gone, and no news.
    place.put("k.toml", LOOP);
    let done = place.run(&["loops", &all, "--baseline=old.jsonl", "--config=k.toml", "--format=jsonl"]);
    assert_eq!(column(&done, "standing"), ["still-there"; 2]);
    let done = place.run(&[
        "loops",
        &all,
        "--baseline=none.jsonl",
        "--config=k.toml",
        "--show-known",
        "--format=jsonl",
    ]);
    assert_eq!(column(&done, "standing"), ["new", "-", "new"]);
}

#[test]
fn runs_that_asked_for_something_else_are_told_apart() {
    let place = Place::empty();
    let all = logs("");
    let filter = "--sender=*@contoso.com";
    let window = "--since=2026-03-10T09:00:00Z";
    for (name, args) in [("plain", &[][..]), ("filter", &[filter]), ("window", &[window])] {
        let name = format!("{name}.json");
        place.run(&[&["report", &all, "--format=json", "-o", &name], args].concat());
    }
    let remarks = |name: &str, args: &[&str]| {
        let baseline = format!("--baseline={name}.json");
        let report = report(&place, &[&[&*all, &*baseline], args].concat());
        report["baseline"]["remarks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(remarks("plain", &[]), [""; 0]);
    assert!(remarks("filter", &[]).concat().contains("and this run has no filter"));
    assert_eq!(remarks("filter", &[filter]), [""; 0]);
    assert_eq!(remarks("plain", &[filter]), ["this run has a filter, and it had none"]);
    assert_eq!(remarks("window", &[]), ["it was cut by --since or --until, and this run is not"]);
    assert_eq!(remarks("plain", &[window]), ["this run is cut by --since or --until, and it was not"]);
    let out = place.run(&["loops", &all, "--baseline=window.json"]).out;
    assert!(out.contains("window.json: it was cut by --since or --until, and this run is not."), "{out}");
}

#[test]
fn a_file_that_is_no_earlier_run_stops_the_run_before_it_begins() {
    let place = Place::empty();
    let all = logs("");
    let json = place.run(&["report", &all, "--format=json"]).out;
    place.put("cut.json", json.get(..3000).unwrap());
    place.put("later.json", json.replace("\"schema_version\": 1", "\"schema_version\": 2"));
    place.put("text", "Nothing looks wrong\u{1b}[31m");
    for (name, said) in [
        ("cut.json", "the file is cut off"),
        ("later.json", ":2:3: schema_version is 2; this version of mailtrail reads 1"),
        ("text", ":1:1: this is no JSON"),
        ("missing", "--baseline: missing: "),
    ] {
        for verb in ["report", "loops", "misroutes"] {
            let done = place.run(&[verb, &all, "--baseline", name, "-o", "out"]);
            assert_eq!((done.code, done.out.as_str()), (2, ""), "{name} {done:?}");
            assert!(done.err.contains(name) && done.err.contains(said), "{name} {done:?}");
            assert!(!done.err.contains('\u{1b}') && !place.path().join("out").exists());
        }
    }
}

#[test]
fn what_an_earlier_run_says_commands_nobody() {
    let place = Place::empty();
    let old = place.run(&["loops", &logs(""), "--format=jsonl"]).out;
    let evil = "=pwn\\u001b[31m\\u202e|<script>$(pwn)";
    place.put(
        "old.jsonl",
        old.replace("\"domain\":\"contoso.com\"", &format!("\"domain\":\"{evil}\""))
            .replace("gateway-loop\",\"title", "worm\\u001bhole\",\"title"),
    );
    for format in ["text", "md", "jsonl", "csv"] {
        let done = place.run(&["loops", &logs(""), "--baseline=old.jsonl", "--format", format]);
        assert!(done.code == 0 && done.out.contains("pwn"), "{format} {done:?}");
        let commands = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!done.out.contains(commands) && !done.err.contains(commands), "{format} {}", done.out);
        let told = if ["text", "md"].contains(&format) { &done.out } else { &done.err };
        assert!(told.contains("this version knows no kind worm"), "{format} {done:?}");
        if format == "md" {
            let mut open = done.out.lines().filter(|l| !l.starts_with("    "));
            assert!(open.all(|l| !l.contains("<script") && !l.contains("$(")), "{}", done.out);
        }
        assert!(format != "csv" || done.out.contains(",'=pwn"), "{}", done.out);
    }
}
