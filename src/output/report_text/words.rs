//! The log's terms in plain words.

use crate::model::journey::Decision;

/// A decision.
pub(in crate::output) fn decision(name: &str) -> &'static str {
    Decision::ALL.iter().find(|d| d.as_str() == name).map_or("all together", |d| d.in_words())
}

/// How a message came in.
pub(in crate::output) fn entered(name: &str) -> &str {
    match name {
        "by-smtp" => "by SMTP",
        "from-a-mailbox" => "from a mailbox here",
        "made-here" => "made here as delivery reports",
        "not-in-these-logs" => "entered before or outside these logs",
        other => other,
    }
}

/// What kind of message it is, one or many.
pub(in crate::output) fn class(name: &str, n: u64) -> &str {
    match (name, n) {
        ("normal", _) => "ordinary",
        ("dsn", 1) => "delivery report",
        ("dsn", _) => "delivery reports",
        ("journal", 1) => "journal copy",
        ("journal", _) => "journal copies",
        ("moderation", _) => "for or from a moderator",
        ("rule", _) => "made by an inbox rule",
        ("probe", 1) => "health probe",
        ("probe", _) => "health probes",
        ("system", _) => "from Exchange itself",
        (other, _) => other,
    }
}

/// An enhanced status code: what Exchange means by it, else what RFC 3463 says of its subject.
pub(in crate::output) fn code(code: &str) -> &'static str {
    match code {
        "4.4.7" | "5.4.7" | "4.4.300" | "5.4.300" => "waited too long and expired",
        "5.1.1" | "5.1.10" => "nobody has this address",
        "5.1.2" => "the domain does not exist",
        "5.1.3" => "not a valid address",
        "5.1.4" => "address ambiguous or reserved",
        "5.1.8" => "sender refused",
        "5.2.1" => "mailbox disabled",
        "5.2.2" => "mailbox full",
        "5.2.3" => "larger than the recipient takes",
        "5.3.4" => "larger than a limit on the way",
        "5.4.4" | "5.4.310" => "no way to the domain",
        "5.4.6" | "5.4.14" => "goes in circles (loop)",
        "5.5.3" => "too many recipients",
        "5.7.1" => "not permitted",
        _ => subject(code),
    }
}

fn subject(code: &str) -> &'static str {
    match code.split('.').nth(1) {
        Some("1") => "address refused",
        Some("2") => "mailbox refused it",
        Some("3") => "a mail system refused it",
        Some("4") => "network or routing trouble",
        Some("5") => "protocol error",
        Some("6") => "content not convertible",
        Some("7") => "refused by policy",
        _ => "",
    }
}
