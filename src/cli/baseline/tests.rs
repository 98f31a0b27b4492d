//! What is read back, and what is said of the rest.

use super::*;

const ROW: &str = r#"{"schema_version":1,"kind":"gateway-loop","title":"","severity":"high","confidence":"high","domain":"contoso.com","messages":3}"#;

fn read(text: &str, verb: Shown) -> Result<Baseline, String> {
    Baseline::parse(&Document { name: "old.json".to_owned(), text: text.to_owned() }, verb).map_err(|e| e.0)
}

fn report(findings: &str, more: &str) -> String {
    format!(
        r#"{{"schema_version":1,"verdict":"","findings":[{findings}],"period":{{"first":"a","last":"b"}},"not_chosen":4,
        "files_outside_window":0,"reconciliation":{{"outside_window":2}}{more}}}"#
    )
}

#[test]
fn rows_and_reports_are_read_back() {
    let rows = read(&format!("{ROW}\r\n\n{ROW}\n"), Shown::Loops).unwrap();
    assert_eq!(rows.findings.len(), 2);
    assert!(rows.run.is_none() && rows.strange.is_empty());
    let more = ROW.replace("gateway-loop", "log-gap");
    let text = report(&format!("{ROW},{more}"), r#","later":{"fields":[]}"#);
    for (verb, n) in [(Shown::Report, 2), (Shown::Loops, 1), (Shown::Misroutes, 0)] {
        let baseline = read(&text, verb).unwrap();
        assert_eq!(baseline.findings.len(), n, "{verb:?}");
        let run = baseline.run.unwrap();
        assert_eq!((run.not_chosen, run.windowed), (4, true));
        assert_eq!(run.period, Some(("a".to_owned(), "b".to_owned())));
    }
    let first = rows.findings.first().unwrap();
    assert_eq!((first.kind, first.severity, first.messages), ("gateway-loop", Severity::High, 3));
    assert_eq!((first.title, first.standing), (kind("gateway-loop").unwrap().title, Some(Standing::Gone)));
}

#[test]
fn what_was_gone_then_is_forgotten_and_what_is_unknown_is_counted() {
    let gone = ROW.replace("\"messages\":3", "\"messages\":3,\"standing\":\"gone\"");
    let still = gone.replace("gone", "still-there");
    let strange = ROW.replace("gateway-loop", "wormhole");
    let read = read(&[ROW, &gone, &still, &strange, &strange].join("\n"), Shown::Loops).unwrap();
    assert_eq!((read.findings.len(), read.strange), (2, BTreeMap::from([("wormhole".to_owned(), 2)])));
}

#[test]
fn a_run_that_found_nothing_is_an_earlier_run_too() {
    for verb in [Shown::Loops, Shown::Misroutes] {
        assert!(read("\n", verb).unwrap().findings.is_empty());
    }
    assert!(read(&report("", ""), Shown::Report).unwrap().findings.is_empty());
}

#[test]
fn another_file_is_named_with_its_place_and_what_is_expected() {
    let (cut, whole) = (ROW.get(..60).unwrap(), report(ROW, ""));
    let other = ROW.replace("\"schema_version\":1", "\"schema_version\":7");
    let single = ROW.replace("\"title\":\"\",", "");
    for (text, verb, place, words) in [
        (String::new(), Shown::Report, "1:1", "the file is empty"),
        ("{}".to_owned(), Shown::Loops, "1:1", "not the JSON of an earlier run"),
        ("\n {\"schema_version\":1}".to_owned(), Shown::Loops, "2:2", "not the JSON of an earlier run"),
        ("[]".to_owned(), Shown::Loops, "1:", "Expected is what"),
        ("3".to_owned(), Shown::Loops, "1:1", "Expected is what"),
        ("#Software: Microsoft".to_owned(), Shown::Loops, "1:1", "this is no JSON"),
        (format!("{ROW}\n{cut}"), Shown::Loops, "2:60", "the file is cut off"),
        (format!("{ROW}\n{ROW}x"), Shown::Loops, "2:", "this is no JSON"),
        (whole.get(..whole.len() - 3).unwrap().to_owned(), Shown::Report, "2:", "the file is cut off"),
        (format!("{whole}}}"), Shown::Report, "2:", "this is no JSON: trailing"),
        (format!("{ROW}\n  {other}\n"), Shown::Loops, "2:4", "schema_version is 7; this version"),
        (whole.replace("\"schema_version\":1", "\"schema_version\":\"x\""), Shown::Report, "1:2", "is \"x\""),
        (ROW.replace("\"schema_version\":1,", ""), Shown::Loops, "1:1", "not the JSON of an earlier run"),
        (ROW.replace("high\"", "grave\""), Shown::Loops, "1:", "unknown variant `grave`, expected one of"),
        (ROW.replace("\"messages\":3", "\"messages\":-3"), Shown::Loops, "1:", "expected u64"),
        (ROW.replace(",\"messages\":3", ""), Shown::Loops, "1:", "missing field `messages`"),
        (report("3", ""), Shown::Report, "1:", "expected the object of a finding"),
        (ROW.to_owned(), Shown::Report, "1:1", "report compares with the JSON of a report"),
        (ROW.to_owned(), Shown::Misroutes, "1:1", "findings of loops, and none of misroutes"),
        (single, Shown::Loops, "1:1", "single messages (--messages)"),
    ] {
        let said = read(&text, verb).unwrap_err();
        assert!(said.starts_with(&format!("old.json:{place}")) && said.contains(words), "{text}\n{said}");
    }
}

proptest::proptest! {
    #[test]
    fn wherever_a_file_is_cut_or_changed_it_is_read_or_complained_of(at in 0..600usize, byte in "\\PC|[\\[\\]{},:\"\n]") {
        for (text, verb) in [(report(ROW, ""), Shown::Report), (format!("{ROW}\n{ROW}\n"), Shown::Loops)] {
            let Some((before, after)) = text.split_at_checked(at) else { continue };
            for text in [before.to_owned(), format!("{before}{byte}{after}")] {
                if let Err(said) = read(&text, verb) {
                    proptest::prop_assert!(said.starts_with("old.json:"), "{}", said);
                }
            }
        }
    }
}
