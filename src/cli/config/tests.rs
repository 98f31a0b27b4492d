//! What may stand in the file, and what is said of the rest.

use super::*;
use crate::model::finding::{Confidence, Severity};

fn read(text: &str) -> Result<Vec<Entry>, String> {
    parse(&Document { name: "mailtrail.toml".to_owned(), text: text.to_owned() })
        .map(|(known, _)| known)
        .map_err(|e| e.0)
}

fn set(text: &str) -> Result<Thresholds, String> {
    let document = Document { name: "mailtrail.toml".to_owned(), text: format!("[thresholds]\n{text}") };
    parse(&document).map(|(_, thresholds)| thresholds).map_err(|e| e.0)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn finding(domain: Option<&str>, connector: Option<&str>) -> Finding {
    Finding {
        kind: "gateway-loop",
        title: "",
        severity: Severity::High,
        confidence: Confidence::High,
        domain: domain.map(str::to_owned),
        connector: connector.map(str::to_owned),
        peer: Some("mx.gw.contoso.com".to_owned()),
        address: None,
        messages: 1,
        recipients: 1,
        senders: 1,
        first_seen: None,
        last_seen: None,
        laps_max: 0,
        cycle: Vec::new(),
        expected: None,
        actual: None,
        cause: String::new(),
        fix: String::new(),
        samples: Vec::new(),
        evidence: Vec::new(),
        caused_by: None,
        period_ms: None,
        ended: None,
        addresses: Vec::new(),
        standing: None,
        known: None,
    }
}

#[test]
fn an_entry_is_read_whole() {
    let text = "# known\n\n[[known]]\nkind = \"gateway-loop\"\ndomain = \"contoso.com\"\nconnector = \"Internet\"\n\
                peer = \"mx.gw.contoso.com\"\naddress = \" erin@contoso.com \"\nuntil = 2026-12-31\n\
                note = \"\"\"two\nlines\"\"\"\n\n[[known]]\nkind = 'log-gap'\n";
    let entries = read(text).unwrap();
    let text = |text: &str| Some(text.to_owned());
    let first = Entry {
        kind: "gateway-loop",
        domain: text("contoso.com"),
        connector: text("Internet"),
        peer: text("mx.gw.contoso.com"),
        address: text("erin@contoso.com"),
        until: Some(day("2026-12-31")),
        note: text("two\nlines"),
        line: 3,
    };
    assert_eq!(entries.first(), Some(&first));
    assert_eq!(
        entries.iter().map(|e| (e.kind, e.line)).collect::<Vec<_>>(),
        [("gateway-loop", 3), ("log-gap", 13)]
    );
    assert_eq!(read("known = [{kind = \"log-gap\"}]").unwrap().len(), 1, "in one line");
    for nothing in ["", "# nothing\n", "known = []"] {
        assert_eq!(read(nothing), Ok(Vec::new()));
    }
}

#[test]
fn every_mistake_is_named_with_its_place_and_what_is_expected() {
    for (text, place, words) in [
        ("[[known]\nkind='x'", "1:9", &["no TOML", "expected `]`"][..]),
        ("[[known]]\nkind = \"gatway-loop\"", "2:8", &["'gatway-loop'", "did you mean gateway-loop"]),
        ("[[known]]\nkind = \"Gateway_Loop\"", "2:8", &["did you mean gateway-loop"]),
        ("[[known]]\nkind = \"\u{1f}\"", "2:9", &["no TOML"]),
        ("[[known]]\n  knid = \"log-gap\"", "2:3", &["'knid'", "did you mean kind?", "until, note"]),
        ("[[known]]\nkind = 'log-gap'\nthreshold = 3", "3:1", &["'threshold'", "Expected: kind, domain"]),
        ("[[known]]\nzzz = 1\nkind = 'log-gap'\naaa = 1", "2:1", &["'zzz'"]),
        ("[known]\nkind = 'log-gap'", "1:1", &["[[known]]", "two brackets", "this is a table"]),
        ("known = 3", "1:9", &["[[known]]", "this is a number"]),
        ("known = [1]", "1:10", &["[[known]]", "this is a number"]),
        ("[[konwn]]", "1:3", &["'konwn'", "did you mean known?"]),
        ("# ü\nverdict = 1", "2:1", &["'verdict'", "Expected: known, thresholds"]),
        ("\n[[known]]\nnote = 'why'", "2:1", &["no kind", "kind = \"gateway-loop\""]),
        ("[[known]]\nkind = ''", "2:8", &["kind is empty"]),
        ("[[known]]\nkind = 'log-gap'\ndomain = ' '", "3:10", &["domain is empty", "leave the line out"]),
        ("[[known]]\nkind = 3", "2:8", &["kind must be a text in quotes", "a number"]),
        ("[[known]]\nkind = ['log-gap']", "2:8", &["kind must be a text in quotes", "a list"]),
        ("[[known]]\nkind = 'log-gap'\nnote = true", "3:8", &["note must be a text", "true or false"]),
        ("[[known]]\nuntil = '2026-12-31'", "2:9", &["without quotes, such as 2026-12-31", "a text"]),
        ("[[known]]\nuntil = 2026-02-30", "2:9", &["no TOML: invalid date"]),
        ("[[known]]\nuntil = 2026-12-31T00:00:00Z", "2:9", &["without a time", "this is a time"]),
        ("[[known]]\nuntil = 07:00:00", "2:9", &["without a time", "this is a time"]),
        ("[[known]]\nuntil = 31.12", "2:9", &["such as 2026-12-31", "a number"]),
        ("[[known]]\nkind = 'log-gap'\nkind = 'poison'", "3:1", &["duplicate key"]),
        ("[[known]]\nkind = \"log-gap", "2:16", &["no TOML", "expected"]),
    ] {
        let said = read(text).unwrap_err();
        assert!(said.starts_with(&format!("mailtrail.toml:{place}: ")), "{text:?}: {said}");
        assert!(words.iter().all(|w| said.contains(w)), "{text:?}: {said}");
    }
}

#[test]
fn an_entry_that_says_nothing_more_than_another_is_a_mistake() {
    let one = "[[known]]\nkind = 'log-gap'\npeer = 'EX1'\n";
    let other = "[[known]]\nkind = 'log-gap'\npeer = 'ex1'\nuntil = 2026-01-01\nnote = 'other'\n";
    let said = read(&format!("{one}\n{other}")).unwrap_err();
    assert!(said.starts_with("mailtrail.toml:5:1: the entry in line 1 says the same"), "{said}");
    assert_eq!(read(&format!("{one}{}", other.replace("ex1", "ex2"))).unwrap().len(), 2);
    assert_eq!(read(&format!("{one}{}", other.replace("peer", "domain"))).unwrap().len(), 2);
}

#[test]
fn what_is_not_said_may_be_anything_and_case_does_not_matter() {
    let entry = |more: &str| read(&format!("[[known]]\nkind = 'gateway-loop'\n{more}")).unwrap().remove(0);
    let is = finding(Some("contoso.com"), Some("Internet"));
    assert!(entry("").means(&is));
    assert!(entry("domain = 'Contoso.COM'\nconnector = 'internet'").means(&is));
    assert!(entry("peer = 'MX.GW.contoso.com'").means(&is));
    assert!(!entry("domain = 'fabrikam.com'").means(&is));
    assert!(!entry("domain = '*.com'").means(&is), "no pattern");
    assert!(!entry("domain = 'contoso'").means(&is), "no part of it");
    assert!(!entry("address = 'erin@contoso.com'").means(&is), "it is about no address");
    assert!(!entry("").means(&Finding { kind: "log-gap", ..is.clone() }));
    assert!(entry("").means(&finding(None, None)));
}

#[test]
fn the_last_day_still_counts() {
    let entry = read("[[known]]\nkind = 'log-gap'\nuntil = 2026-12-31\nnote = 'why'").unwrap().remove(0);
    let said = |today: &str| entry.known(day(today)).words();
    assert_eq!(said("2026-12-30"), "known until 2026-12-31: why");
    assert_eq!(said("2026-12-31"), "known until 2026-12-31: why");
    assert_eq!(said("2027-01-01"), "was known until 2026-12-31; that has run out: why");
    let endless = read("[[known]]\nkind = 'log-gap'").unwrap().remove(0);
    assert_eq!(endless.known(day("9999-12-31")).words(), "known");
}

#[test]
fn thresholds_are_set_and_the_others_stay() {
    let all = set("loop-laps = 3\ndelay-least = '10m'\nstuck-after = \"3days 2h\"\nsize-least = \"10MiB\"\n\
                   typo-times = 1_000")
    .unwrap();
    let usual = Thresholds::default();
    let expected = Thresholds {
        loop_laps: 3,
        delay_least: 600_000,
        stuck_after: 74 * 3_600_000,
        size_least: 10 << 20,
        typo_times: 1000,
        ..usual
    };
    assert_eq!(all, expected);
    assert_eq!(set("").unwrap(), usual);
    assert_eq!(read("[thresholds]\n[[known]]\nkind = 'log-gap'").unwrap().len(), 1);
    assert_eq!(set("loop-laps = 0x10").unwrap().loop_laps, 16);
}

#[test]
fn a_threshold_that_cannot_be_is_named_with_its_place_and_what_may_be() {
    for (text, place, words) in [
        ("loop-lap = 3", "2:1", &["'loop-lap'", "Did you mean loop-laps"][..]),
        ("\n Loop_Laps = 3", "3:2", &["'Loop_Laps'", "Did you mean loop-laps"]),
        ("zzz = 3", "2:1", &["'zzz'. Expected: org-addresses, ", "harvest-hits"]),
        (
            "loop-laps = '3'",
            "2:13",
            &["loop-laps must be a whole number", "from 1 to 1000", "this is a text"],
        ),
        ("loop-laps = 0", "2:13", &["from 1 to 1000, such as 2; this is 0"]),
        ("loop-laps = -2", "2:13", &["this is -2"]),
        ("loop-laps = 2.5", "2:13", &["this is a number"]),
        ("loop-laps = 1001", "2:13", &["this is 1001"]),
        ("loop-laps = 99999999999999999999", "2:13", &["this is 99999999999999999999"]),
        (
            "delay-least = 300",
            "2:15",
            &["a time in quotes from 1s to 7days, such as \"5m\"", "this is a number"],
        ),
        ("delay-least = '300'", "2:15", &["this is '300'"]),
        ("delay-least = '8days'", "2:15", &["from 1s to 7days", "this is '8days'"]),
        ("size-least = '1YB'", "2:14", &["a size in quotes from 1KiB to 1024GiB, such as \"1MiB\"", "'1YB'"]),
        ("size-least = 1048576", "2:14", &["this is a number"]),
        ("answers = [6]", "2:11", &["this is a list"]),
        ("loop-laps = 3\nloop-laps = 4", "3:1", &["duplicate key"]),
    ] {
        let said = set(text).unwrap_err();
        assert!(said.starts_with(&format!("mailtrail.toml:{place}: ")), "{text:?}: {said}");
        assert!(words.iter().all(|w| said.contains(w)), "{text:?}: {said}");
    }
    for (text, place) in [("thresholds = 3", "1:14"), ("[[thresholds]]\nloop-laps = 3", "1:1")] {
        let said = read(text).unwrap_err();
        assert!(said.starts_with(&format!("mailtrail.toml:{place}: thresholds is one table")), "{said}");
    }
    assert!(read("[threshold]").unwrap_err().contains("did you mean thresholds?"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_complained_of_with_a_place(
        text in "(\\[\\[known\\]\\]|\\[thresholds\\]|loop-laps|delay-least|'5m'|3|kind|domain|until|note|'log-gap'|\"x\"|2026-12-31| ?= ?|\n|\\PC|[\\[\\]{},.\"'#]|\u{1b}){0,40}",
    ) {
        if let Err(said) = read(&text) {
            let mut parts = said.splitn(4, ':');
            proptest::prop_assert_eq!(parts.next(), Some("mailtrail.toml"));
            let lines = text.matches('\n').count() + 1;
            proptest::prop_assert!(parts.next().unwrap().parse::<usize>().unwrap() <= lines, "{}", said);
            proptest::prop_assert!(parts.next().unwrap().parse::<usize>().unwrap() > 0, "{}", said);
        }
    }
}
