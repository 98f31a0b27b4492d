//! The one line on top: is anything wrong? And what it rests on.

use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::report::{Attention, Report, grouped};

/// Fills in `attention` and `verdict`. Call when everything else is there.
pub fn verdict(report: &mut Report) {
    let mut all = Vec::new();
    found(report, &mut all);
    went_wrong(report, &mut all);
    unfinished(report, &mut all);
    unread(report, &mut all);
    let wrong = all.iter().filter(|a| a.wrong).count();
    let (messages, s) = (grouped(report.messages), plural(report.messages as usize));
    let flow = format!("{messages} message{s} to {}", recipients(report.recipients));
    report.verdict = match (report.messages, wrong, all.len()) {
        (0, _, _) => "No message in these logs.".to_owned(),
        (_, 0, 0) => format!("Nothing looks wrong: {flow}, every one of them accounted for."),
        (_, 0, n) => format!("Nothing looks wrong in {flow}; {n} point{} left open, see below.", plural(n)),
        (_, n, _) => {
            let points: Vec<&str> = all.iter().filter(|a| a.wrong).map(|a| a.text.as_str()).take(3).collect();
            let more = if n > 3 { format!("; and {} more", n - 3) } else { String::new() };
            format!("Look at this: {}{more}.", points.join("; "))
        }
    };
    report.attention = all;
}

/// The gravest findings that nothing else explains, by kind: what to mend.
fn found(report: &Report, all: &mut Vec<Attention>) {
    let known = |f: &Finding| f.known.as_ref().is_some_and(|k| !k.run_out);
    let grave = |f: &&Finding| f.severity >= Severity::High && f.caused_by.is_none() && !known(f);
    let mut kinds: Vec<(&Finding, u64, u64, Confidence)> = Vec::new();
    for finding in report.findings.iter().filter(grave) {
        match kinds.iter_mut().find(|(first, ..)| first.kind == finding.kind) {
            Some((_, cases, messages, sure)) => {
                (*cases, *messages) = (*cases + 1, *messages + finding.messages);
                *sure = finding.confidence.max(*sure);
            }
            None => kinds.push((finding, 1, finding.messages, finding.confidence)),
        }
    }
    for (finding, cases, messages, sure) in kinds {
        let about = about(finding);
        let more = if cases > 1 { format!(" and {} more", cases - 1) } else { String::new() };
        let s = plural(messages as usize);
        // What is inferred is not said as if the log said so itself.
        let inferred = if sure < Confidence::High { "; inferred" } else { "" };
        let text = format!("{} ({about}{more}, {} message{s}{inferred})", finding.title, grouped(messages));
        all.push(Attention { wrong: true, text });
    }
}

/// What a finding is about, in one word: whoever it holds for alone, else what it has in common.
fn about(finding: &Finding) -> &str {
    let alone = match &finding.addresses[..] {
        [address] if finding.recipients == 1 && finding.address.is_none() => Some(address.as_str()),
        _ => None,
    };
    let parts = [&finding.address, &finding.domain, &finding.connector, &finding.peer];
    alone.or_else(|| parts.into_iter().find_map(|p| p.as_deref())).unwrap_or_default()
}

fn went_wrong(report: &Report, all: &mut Vec<Attention>) {
    let mut wrong = |text: String| all.push(Attention { wrong: true, text });
    let looped = report.looped;
    let (came_back, most) = report.laps;
    let whom = match &report.came_back {
        Some(address) if came_back == 1 => format!(" ({address})"),
        Some(address) => format!(" (all {address})"),
        None => String::new(),
    };
    let back = || format!("mail for {}{whom} left and came back, up to {most} times", recipients(came_back));
    match (looped, most > 1) {
        (0, false) => {}
        (0, true) => wrong(back()),
        (n, false) => wrong(format!("mail goes in circles: {} failed as a loop (5.4.6)", recipients(n))),
        (n, true) => {
            wrong(format!("mail goes in circles: {}, and {} failed as a loop (5.4.6)", back(), grouped(n)));
        }
    }
    let not_found = count_of(report, "recipient-not-found");
    if not_found > 0 {
        let domains = report.not_found_most.iter().map(|d| format!("{} at {}", d.count, d.name));
        let domains: Vec<String> = domains.collect();
        let addresses = report.not_found.total;
        let es = if addresses == 1 { "" } else { "es" };
        wrong(format!("{} address{es} nobody has ({})", grouped(addresses), domains.join(", ")));
    }
    let failed = count_of(report, "failed").saturating_sub(looped);
    if failed > 0 {
        wrong(format!("{} failed for other reasons", recipients(failed)));
    }
}

fn unfinished(report: &Report, all: &mut Vec<Attention>) {
    let mut open = |text: String| all.push(Attention { wrong: false, text });
    let (came_back, most) = report.laps;
    if came_back > 0 && most == 1 {
        open(format!(
            "mail for {} left and came back once (a gateway, or the start of a loop)",
            recipients(came_back)
        ));
    }
    let (waited, tries) = report.deferred_once;
    if waited > 0 {
        open(format!("{} had to wait, {} tries put off", recipients(waited), grouped(tries)));
    }
    let deferred = count_of(report, "deferred");
    if deferred > 0 {
        open(format!("{} still waiting after a failed try", recipients(deferred)));
    }
    if !report.missing_servers.is_empty() {
        let names: Vec<&str> = report.missing_servers.iter().map(|c| c.name.as_str()).take(5).collect();
        let n = report.missing_servers.len();
        let more = if n > 5 { format!(" and {} more", n - 5) } else { String::new() };
        open(format!(
            "mail was sent to {}{more}, and no row of that server about it is here",
            names.join(", ")
        ));
    }
    let in_transit = count_of(report, "in-transit");
    if in_transit > 0 {
        open(format!("nothing final about {} in these logs", recipients(in_transit)));
    }
    let dropped = count_of(report, "dropped");
    if dropped > 0 {
        open(format!("{} dropped without delivery", recipients(dropped)));
    }
}

fn unread(report: &Report, all: &mut Vec<Attention>) {
    let mut open = |text: String| all.push(Attention { wrong: false, text });
    let rejects = report.ledger.rejects;
    if rejects > 0 {
        open(format!("{} record{} could not be read", grouped(rejects), plural(rejects as usize)));
    }
    let errors = report.errors.len();
    if errors > 0 {
        open(format!("{errors} input{} could not be read", plural(errors)));
    }
    let unknown: u64 = report.events.iter().filter(|e| !e.known).map(|e| e.rows).sum();
    if unknown > 0 {
        open(format!(
            "{} row{} of an event or source not known here",
            grouped(unknown),
            plural(unknown as usize)
        ));
    }
}

fn count_of(report: &Report, decision: &str) -> u64 {
    report.decisions.iter().find(|(d, _)| *d == decision).map_or(0, |(_, n)| *n)
}

fn recipients(n: u64) -> String {
    format!("{} recipient{}", grouped(n), plural(n as usize))
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(came_back: Option<&str>, laps: (u64, u32)) -> String {
        let mut report =
            Report { messages: 9, laps, came_back: came_back.map(str::to_owned), ..Report::default() };
        verdict(&mut report);
        report.verdict
    }

    #[test]
    fn whose_mail_went_round_is_said_of_one_address_alone() {
        let all = back(Some("a@contoso.com"), (8, 6));
        assert!(all.contains("8 recipients (all a@contoso.com) left and came back, up to 6 times"), "{all}");
        let one = back(Some("a@contoso.com"), (1, 6));
        assert!(one.contains("1 recipient (a@contoso.com) left"), "{one}");
        let several = back(None, (8, 6));
        assert!(several.contains("8 recipients left"), "{several}");
    }
}
