//! Keys in, and what comes of them.

use super::super::export::Refused;
use super::super::keys::KEYS;
use super::super::work::Got;
use super::sample::{FOUND, found, press, screen, serve};
use super::*;
use crate::model::finding::Evidence;
use crate::output::report_text::sample::report;

fn top(screen: &Screen<'_>) -> String {
    screen.path().join(" / ")
}

#[test]
fn one_opens_a_finding_its_messages_one_of_them_and_its_row_and_goes_back() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    assert!(serve(&mut screen).is_empty(), "the first screen reads nothing");
    press(&mut screen, "Enter");
    let wants = serve(&mut screen);
    assert!(matches!(
        &wants[..],
        [Want::Find { slot: Slot::Finding, asked, .. }, Want::Lines { .. }] if asked.finding == Some(0)
    ));
    press(&mut screen, "Tab Down Enter");
    assert!(screen.waits().unwrap().contains("reading the rows"));
    assert!(
        matches!(&serve(&mut screen)[..], [Want::Picture { one, .. }] if one.first_seen().0 == 1),
        "the second of the list"
    );
    assert_eq!(screen.waits(), None);
    press(&mut screen, "Tab Enter");
    assert!(matches!(&serve(&mut screen)[..], [Want::Row { at: Evidence { line: 1, offset: 100, .. }, .. }]));
    assert_eq!(top(&screen), "Findings / Finding 1 / Message / Row of the log");
    press(&mut screen, "Esc Esc Esc Esc Esc");
    assert_eq!(top(&screen), "Findings");
    press(&mut screen, "zZ0 C-l");
    assert_eq!(screen.deeds(), [Deed::Redraw], "unknown keys do nothing");
    press(&mut screen, "q");
    assert_eq!(screen.deeds(), [Deed::Quit]);
}

#[test]
fn only_what_is_seen_is_read() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    press(&mut screen, "Tab");
    serve(&mut screen);
    press(&mut screen, "End");
    for _ in 0..200 {
        press(&mut screen, "PgUp");
    }
    let wants = screen.wants();
    assert!(wants.len() <= 200);
    let pages = wants.iter().map(|want| match want {
        Want::Lines { pages, .. } => pages.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(pages.max(), Some(2));
    assert_eq!(screen.place(), "466,200/470,000");
}

#[test]
fn what_is_asked_for_is_said_and_taken_away() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((200, 24));
    press(&mut screen, "/ abc Enter");
    let wants = serve(&mut screen);
    assert!(matches!(&wants[..], [Want::Find { asked, .. }, _] if asked.text.as_deref() == Some("abc")));
    assert_eq!(top(&screen), "Messages");
    press(&mut screen, "f *@contoso.com, Tab Tab Tab lost Enter");
    let form = screen.form.as_ref().unwrap();
    assert_eq!((form.at, form.fields[3].error.as_deref()), (3, Some("--decision: 'lost' is none")));
    press(&mut screen, "C-u failed,sent");
    press(&mut screen, "Enter");
    assert_eq!(screen.form, None);
    press(&mut screen, "t soon Enter");
    assert!(screen.form.as_ref().unwrap().fields[0].error.is_some());
    press(&mut screen, "C-u now Tab before Enter");
    assert!(screen.form.as_ref().unwrap().fields[1].error.is_some());
    press(&mut screen, "C-u -1h Enter s");
    let before = screen.status();
    assert!(!before.contains("since now"), "what is not found yet is not shown: {before}");
    serve(&mut screen);
    let status = screen.status();
    assert_eq!(
        status,
        "470,000 of 470,000 messages; text \"abc\" in addresses; sender *@contoso.com; decision failed or sent; since now; \
         until -1h; by sender"
    );
    press(&mut screen, "x S");
    serve(&mut screen);
    assert_eq!(screen.status(), "470,000 of 470,000 messages; by sender, z first");
}

#[test]
fn words_of_lists_are_decisions_too() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    press(&mut screen, "f Tab Tab Tab Delivered Enter");
    assert_eq!(screen.asked.decision, ["local-delivery"]);
}

#[test]
fn who_waits_may_give_up_and_answers_that_come_late_are_dropped() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    press(&mut screen, "Tab");
    serve(&mut screen);
    press(&mut screen, "/ something Enter");
    let Some(Want::Find { edition, slot, watch, .. }) = screen.wants().pop() else { panic!() };
    watch.add(1024);
    assert!(screen.waits().unwrap().starts_with("searching the logs: 1.0 KiB of "));
    press(&mut screen, "Esc");
    assert!(watch.is_given_up() && screen.wants().is_empty());
    assert_eq!((screen.asked.text.clone(), screen.waits()), (None, None));
    screen.take(Got::Found { slot, edition, result: Ok(found(1)) });
    // What is shown can be opened and written, whatever was found and given up since.
    assert_eq!((screen.all.list.len, screen.all.found.len()), (FOUND, FOUND));
    press(&mut screen, "e Enter");
    assert!(
        matches!(&screen.wants()[..], [Want::Export { what: What::Messages(list), .. }] if list.len() == FOUND)
    );
    press(&mut screen, "Esc");
    // What is asked for in its place is the only one that counts.
    press(&mut screen, "s s");
    let editions: Vec<u64> = screen
        .wants()
        .iter()
        .filter_map(|want| if let Want::Find { edition, .. } = want { Some(*edition) } else { None })
        .collect();
    screen.take(Got::Found { slot, edition: editions[0], result: Ok(found(2)) });
    assert_eq!(screen.all.list.len, FOUND);
    screen.take(Got::Found { slot, edition: editions[1], result: Err("no disk".to_owned()) });
    assert_eq!(screen.notice.as_ref().map(|n| (n.wrong, n.text.as_str())), Some((true, "no disk")));
    assert_eq!((screen.all.list.len, screen.asked.sort), (FOUND, Sort::Time));
    assert!(screen.wants().is_empty(), "what fails is not tried again by itself");
}

#[test]
fn giving_up_a_first_look_leads_back() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    press(&mut screen, "Tab Esc");
    assert_eq!(top(&screen), "Findings");
    assert!(matches!(&screen.wants()[..], [Want::Find { watch, .. }] if watch.is_given_up()));
    press(&mut screen, "Tab");
    assert!(matches!(screen.wants()[..], [Want::Find { .. }]), "it is asked for again");
    press(&mut screen, "Esc Enter Esc");
    assert_eq!(top(&screen), "Findings");
}

#[test]
fn rows_that_are_gone_and_what_cannot_be_read_is_said() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    press(&mut screen, "Tab");
    serve(&mut screen);
    for (result, words) in [(Ok(None), "cut or replaced"), (Err("no such file".to_owned()), "no such file")] {
        press(&mut screen, "Enter");
        let Some(Want::Picture { ticket, .. }) = screen.wants().pop() else { panic!() };
        screen.take(Got::Picture { ticket, result });
        let Some(View::Message { doc, .. }) = screen.opened.last() else { panic!() };
        assert!(doc.lines[0].to_string().contains(words));
        press(&mut screen, "Enter e Esc");
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_if_that_is_meant() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    press(&mut screen, "e C-u all.html Enter");
    assert!(screen.form.as_ref().unwrap().fields[0].error.as_ref().unwrap().contains(".md .jsonl"));
    press(&mut screen, "C-u all.md Enter");
    let Some(Want::Export { ticket, force: false, .. }) = screen.wants().pop() else { panic!() };
    assert!(screen.waits().unwrap().starts_with("writing all.md"));
    screen.take(Got::Exported { ticket, result: Err(Refused::Exists) });
    press(&mut screen, "n Enter");
    assert!(screen.wants().is_empty() && screen.notice.is_some());
    press(&mut screen, "e C-u all.md Enter");
    let Some(Want::Export { ticket, .. }) = screen.wants().pop() else { panic!() };
    screen.take(Got::Exported { ticket, result: Err(Refused::Exists) });
    press(&mut screen, "y Enter");
    let Some(Want::Export { ticket, force: true, watch, .. }) = screen.wants().pop() else { panic!() };
    press(&mut screen, "Esc");
    assert!(watch.is_given_up());
    assert_eq!(screen.waits().as_deref(), Some("giving up all.md"), "until it is told what came of it");
    screen.take(Got::Exported { ticket, result: Err(Refused::Failed("given up".to_owned())) });
    assert_eq!(screen.waits(), None);
}

#[test]
fn each_screen_has_something_to_copy() {
    let report = report();
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    let copied = |keys: &str, screen: &mut Screen<'_>| {
        press(screen, keys);
        serve(screen);
        press(screen, "y");
        screen.deeds().into_iter().next()
    };
    let fix = report.findings[0].fix.clone();
    assert_eq!(copied("g", &mut screen), Some(Deed::Copy(fix.clone(), "the fix")));
    assert_eq!(copied("Enter", &mut screen), Some(Deed::Copy(fix, "the fix")));
    let id = || Some(Deed::Copy("id-0".to_owned(), "the network-message-id"));
    assert_eq!(copied("Tab", &mut screen), id());
    assert_eq!(copied("Enter", &mut screen), id());
    assert!(
        matches!(copied("Enter", &mut screen), Some(Deed::Copy(row, "the row")) if row.starts_with("SEND,"))
    );
    assert_eq!(copied("?", &mut screen), None);
}

#[test]
fn logs_without_mail_have_screens_too() {
    let report = Report { verdict: "No mail.".to_owned(), ..Report::default() };
    let mut screen = screen(&report, Look::default());
    screen.resize((80, 24));
    for keys in ["Enter", "e", "y", "End", "Tab", "Enter", "e", "y", "?", "Esc", "n", "Esc", "Tab"] {
        press(&mut screen, keys);
        let wants = screen.wants();
        for want in wants {
            if let Want::Find { slot, edition, .. } = want {
                screen.take(Got::Found { slot, edition, result: Ok(found(0)) });
            }
        }
    }
    assert_eq!(screen.status(), "0 findings, the gravest first");
}

#[test]
fn help_names_every_key() {
    let all: Vec<&str> = KEYS.iter().flat_map(|(keys, _)| keys.split([' ', ','])).collect();
    for key in
        ["/", "f", "t", "x", "s", "S", "e", "y", "n", "?", "q", "Tab", "Ctrl-C", "Ctrl-L", "j", "k", "g", "G"]
    {
        assert!(all.contains(&key), "{key}");
    }
    let report = report();
    let mut screen = screen(&report, Look::default());
    press(&mut screen, "?");
    assert_eq!(top(&screen), "Findings / Help");
    press(&mut screen, "?");
    assert_eq!(top(&screen), "Findings");
    press(&mut screen, "/ C-c");
    assert_eq!(screen.deeds(), [Deed::Quit]);
}
