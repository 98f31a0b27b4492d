//! The recipient-status column: lists that hold their own separator, wrappers, replies in replies.

use serde_json::Value;

use super::{Seen, one};
use crate::logwriter::Log;
use crate::logwriter::Release::E2016;
use crate::logwriter::Row;

const TWO: &str = "anna@contoso.com;bob@contoso.com";
const THREE: &str = "anna@contoso.com;bob@contoso.com;carol@contoso.com";

fn failed(recipients: &str, status: &str) -> Seen {
    let seen = one(Log::of(E2016)
        .row(&Row::receive("lost", recipients))
        .row(&Row::fail("lost", recipients, status)));
    assert_eq!((seen.code, seen.records()), (0, [5, 2, 0]));
    assert_eq!(seen.rows.len(), recipients.split(';').count());
    seen
}

fn status(row: &Value) -> [&str; 3] {
    ["status_code", "status_tag", "status_text"].map(|f| row[f].as_str().unwrap_or("-"))
}

#[test]
fn a_semicolon_inside_a_status_does_not_part_it() {
    let seen = failed(
        TWO,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup;\
         550 5.7.1 RESOLVER.RST.AuthRequired; authentication required; try again",
    );
    assert_eq!(seen.count("unaligned_statuses"), 0);
    let (anna, bob) = (seen.to("anna@contoso.com"), seen.to("bob@contoso.com"));
    assert_eq!((&anna["decision"], &bob["decision"]), (&"recipient-not-found".into(), &"failed".into()));
    let not_found =
        ["5.1.10", "RESOLVER.ADR.RecipientNotFound", "Recipient not found by SMTP address lookup"];
    assert_eq!(status(anna), not_found);
    let refused = ["5.7.1", "RESOLVER.RST.AuthRequired", "authentication required; try again"];
    assert_eq!(status(bob), refused);
}

#[test]
fn the_status_of_one_recipient_is_the_whole_field() {
    let seen = failed("anna@contoso.com", "550 5.1.1 one;550 5.2.2 two;[{LED=550 5.3.3 three}]");
    assert_eq!(status(seen.row()), ["5.1.1", "-", "one;550 5.2.2 two;[{LED=550 5.3.3 three}]"]);
}

#[test]
fn one_status_holds_for_all_recipients() {
    let seen = failed(THREE, "554 5.4.14 Hop count exceeded - possible mail loop");
    assert_eq!(seen.count("unaligned_statuses"), 0);
    assert!(seen.rows.iter().all(|r| r["status_code"] == "5.4.14"));
}

#[test]
fn statuses_that_fit_not_their_recipients_are_counted_and_kept_whole() {
    let seen = failed(THREE, "550 5.7.1 refused;552 5.2.2 mailbox full");
    assert_eq!(seen.count("unaligned_statuses"), 1);
    for row in &seen.rows {
        assert_eq!(row["decision"], "failed");
        let text = row["status_text"].as_str().unwrap();
        assert!(text.contains("refused") && text.contains("mailbox full"), "{text}");
    }
}

#[test]
fn statuses_of_mail_that_was_sent_are_counted_too_where_they_fit_not() {
    let row = Row::send("greeting", THREE)
        .with("recipient-status", "250 2.1.5 Recipient OK;250 2.1.5 Recipient OK");
    let seen = one(Log::of(E2016).row(&Row::receive("greeting", THREE)).row(&row));
    assert_eq!((seen.code, seen.records(), seen.count("unaligned_statuses")), (0, [5, 2, 0], 1));
    assert_eq!(seen.all("decision"), ["send-connector"; 3]);
}

#[test]
fn a_status_may_be_blank_for_some_recipients() {
    let seen = failed(THREE, "550 5.7.1 refused;;552 5.2.2 mailbox full");
    assert_eq!(seen.count("unaligned_statuses"), 0);
    let codes = seen.all("status_code");
    assert_eq!(codes, [&"5.7.1".into(), &Value::Null, &"5.2.2".into()]);
}

#[test]
fn brackets_nest_inside_the_last_error_of_a_wrapper() {
    let seen = failed(
        TWO,
        "[{LED=450 4.7.0 Proxy session setup failed on Frontend with '451 4.4.0 Primary target IP address \
         responded with: \"421 4.4.2 Connection dropped [a];{b};[{c}]\"'};{MSG=};{FQDN=mx.fabrikam.com};\
         {IP=198.51.100.20};{LRT=3/10/2026 9:00:00 AM}];\
         [{LRT=10.03.2026 09:00:00};{LED=550 5.7.1 RESOLVER.RST.AuthRequired; authentication [is] {required}};\
         {FQDN=};{IP=}]",
    );
    assert_eq!(seen.count("unaligned_statuses"), 0);
    let (anna, bob) = (seen.to("anna@contoso.com"), seen.to("bob@contoso.com"));
    assert_eq!(status(anna), ["4.4.2", "-", "Connection dropped [a];{b};[{c}]"]);
    assert_eq!(anna["next_hop"], "mx.fabrikam.com");
    assert_eq!(status(bob), ["5.7.1", "RESOLVER.RST.AuthRequired", "authentication [is] {required}"]);
}

#[test]
fn a_reply_of_several_lines_made_one_is_one_status() {
    let seen = failed(
        "anna@contoso.com",
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated. \
         550-5.7.26 The sender must authenticate with at least one of SPF or DKIM. 550 5.7.26 See example.com",
    );
    assert_eq!(seen.row()["status_code"], "5.7.26");
    assert_eq!(seen.row()["decision"], "failed");
}

#[test]
fn a_status_that_lost_its_blanks_still_has_its_code() {
    let row = Row::send("greeting", "anna@fabrikam.com").with("recipient-status", "250 2.0.0OK");
    let seen = one(Log::of(E2016).row(&Row::receive("greeting", "anna@fabrikam.com")).row(&row));
    assert_eq!(seen.row()["decision"], "send-connector");
    assert_eq!(status(seen.row()), ["2.0.0", "-", "OK"]);
}

#[test]
fn a_mailbox_exception_of_thousands_of_characters_keeps_its_tag() {
    let trace = ", 16.55847:E9000000, 17.43559:0000000094000000".repeat(100);
    let seen = failed(
        "anna@contoso.com",
        &format!(
            "554 5.2.0 STOREDRV.Deliver.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded; \
             Failed to process message due to a permanent exception with message \"Cannot submit\"{trace} \
             [Stage: OnCreatedEvent][Agent: Meeting Message Processing Agent]"
        ),
    );
    let [code, tag, text] = status(seen.row());
    assert_eq!(code, "5.2.0");
    let wanted =
        "STOREDRV.Deliver.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded";
    assert_eq!(tag, wanted);
    assert!(text.starts_with("Failed to process message") && text.ends_with("Agent]"), "{text}");
}

#[test]
fn to_cc_and_bcc_are_no_statuses() {
    let row = Row::receive("greeting", THREE)
        .with("source", "STOREDRIVER")
        .with("connector-id", "")
        .with("recipient-status", "To;Cc;Bcc");
    let seen = one(Log::of(E2016).row(&row).row(&Row::deliver("greeting", THREE)));
    assert_eq!(seen.all("decision"), ["local-delivery"; 3]);
    assert_eq!((seen.count("unaligned_statuses"), status(&seen.rows[0])), (0, ["-"; 3]));
}

#[test]
fn a_fail_with_a_status_of_250_is_no_failure() {
    let seen = failed(
        "anna@contoso.com",
        "250 2.1.5 RESOLVER.OOF.IntToExt; handled internal OOF addressed to external",
    );
    assert_eq!(seen.row()["decision"], "in-transit");
    assert_eq!(seen.report["failures"]["total"], 0);
}

#[test]
fn a_fail_without_a_status_is_a_failure() {
    let seen = failed("anna@contoso.com", "");
    assert_eq!(seen.row()["decision"], "failed");
    assert_eq!(status(seen.row()), ["-"; 3]);
}
