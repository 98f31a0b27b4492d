//! What a comparison says, for text and Markdown alike.

use std::collections::BTreeMap;

use crate::model::compared::{About, Compared, Figure, RunNote, Side, Size, Stood, Topic, Verdict};
use crate::model::standing::Standing;
use crate::output::numbers::{counted, duration, grouped, percent};
use crate::output::report_text::content::{Block, Lay, log, own};
use crate::output::report_text::{first_of, words};
use crate::output::standing::extent;

/// What a run is, for the line beside its letter; it names a file.
pub(in crate::output) fn run(run: &RunNote) -> String {
    let minute = |t: &str| t.get(..16).unwrap_or(t).replace('T', " ");
    let when = run.first.as_deref().zip(run.last.as_deref());
    let when = when.map_or("no event".to_owned(), |(a, b)| format!("{} to {} UTC", minute(a), minute(b)));
    let hours = if run.compared_hours == run.hours {
        counted(run.hours, "hour", "hours")
    } else {
        format!("{} of {} hours compared", grouped(run.compared_hours), grouped(run.hours))
    };
    let mail = counted(run.messages, "message", "messages");
    let to = counted(run.recipients, "recipient", "recipients");
    format!("{}: {when}, {hours}; {mail} to {to}", run.name)
}

/// What stands before a note.
pub(in crate::output) fn label(about: About) -> &'static str {
    match about {
        About::Coverage => "logs",
        About::Time => "time",
        About::Reading => "read",
        About::Release => "build",
    }
}

/// New and graver findings: these are shown whole.
pub(in crate::output) fn is_grown_worse(stood: &Stood) -> bool {
    matches!(stood.finding.standing, Some(Standing::New | Standing::Graver))
}

/// Of a finding that was there before how much larger or smaller it is; of the log, so not safe yet.
pub(in crate::output) fn size(stood: &Stood) -> Option<String> {
    let word = match stood.size? {
        Size::Grown => "grown",
        Size::Shrunk => "shrunk",
    };
    let before = stood.messages_before.unwrap_or(0);
    let f = &stood.finding;
    Some(format!(
        "{word}  {}  {} ({}): {}; before: {}",
        f.severity.as_str(),
        f.title,
        f.kind,
        extent(f),
        grouped(before)
    ))
}

/// How many findings are as they were, if any.
pub(in crate::output) fn still_there(compared: &Compared) -> Option<String> {
    let n = compared.findings.iter().filter(|s| !is_grown_worse(s) && s.size.is_none()).count() as u64;
    (n > 0).then(|| {
        format!("{} still there, and about as many messages.", counted(n, "finding is", "findings are"))
    })
}

/// What a figure is about, in words.
fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Volume => "messages an hour",
        Topic::Failure => "failure",
        Topic::FailedDomain => "failed to domain",
        Topic::Decision => "decision",
        Topic::Latency => "half in, by",
        Topic::LatencyTail => "90 % in, by",
        Topic::Connector => "connector's share",
        Topic::Server => "server's share",
        Topic::Domain => "mail to domain",
        Topic::Sender => "mail from",
        Topic::SenderDomain => "mail from domain",
    }
}

/// A value with its count.
fn value(topic: Topic, side: Side) -> String {
    let whole = |n: f64| n.max(0.0).round() as u64;
    let most = if side.at_most { "≤ " } else { "" };
    match topic {
        Topic::Volume => {
            let tenths = whole(side.value * 10.0);
            format!("{}.{}", grouped(tenths / 10), tenths % 10)
        }
        Topic::Latency | Topic::LatencyTail => duration(whole(side.value)),
        _ if side.count <= 0.0 => "–".to_owned(),
        _ => format!(
            "{most}{} ({most}{})",
            percent(whole(side.count), whole(side.of)),
            grouped(whole(side.count))
        ),
    }
}

/// How often chance alone gives as much.
fn chance(p: f64) -> String {
    if p <= 1e-6 {
        return "< 1 in 1,000,000".to_owned();
    }
    let one_in = (1.0 / p).round() as u64;
    let zeros = 10u64.pow(one_in.checked_ilog10().unwrap_or(0));
    format!("1 in {}", grouped(one_in / zeros * zeros))
}

/// The name of a figure; what a failure's code means stands behind it.
fn name(figure: &Figure) -> String {
    let code = figure.name.split(' ').nth(1).filter(|_| figure.topic == Topic::Failure);
    let means = code.map(words::code).filter(|means| !means.is_empty());
    let decision = words::decision(&figure.name);
    match (means, figure.topic) {
        (Some(means), _) => format!("{} ({means})", figure.name),
        (None, Topic::Decision) => format!("{} ({decision})", figure.name),
        _ => figure.name.clone(),
    }
}

/// What changed, as a table; empty if nothing did.
pub(in crate::output) fn changes(compared: &Compared, top: usize) -> Block {
    let all = compared.of(Verdict::Changed).count();
    let rows = compared.of(Verdict::Changed).take(top).map(|figure| {
        let sign = if figure.difference < 0.0 { "–" } else { "+" };
        let more = format!("{sign}{}", grouped(figure.difference.abs().round() as u64));
        let worse = if figure.worse { "!" } else { "" };
        vec![
            own(worse),
            own(topic(figure.topic)),
            log(name(figure)),
            own(value(figure.topic, figure.a)),
            own(value(figure.topic, figure.b)),
            own(more),
            own(figure.test.map_or(String::new(), |test| chance(test.p_all))),
        ]
    });
    let columns = [
        ("", Lay::Left),
        ("what", Lay::Left),
        ("", Lay::Wrap),
        ("A", Lay::Right),
        ("B", Lay::Right),
        ("more", Lay::Right),
        ("by chance", Lay::Right),
    ];
    let note = "!: for the worse, these first. More: how much more in B than A leads to expect. By chance: how often \
                hours as they scatter here give as much in any of all figures.";
    let doubt = " The log of a server is missing: any of this may come of that.";
    let note = format!("{note}{}", if compared.doubtful { doubt } else { "" });
    Block::new(first_of("Changed", all.min(top), all), &columns).note(note).rows(rows)
}

/// What is concluded of the other figures.
pub(in crate::output) fn others(compared: &Compared) -> String {
    let mut counts: BTreeMap<Verdict, u64> = BTreeMap::new();
    for figure in &compared.figures {
        *counts.entry(figure.verdict).or_default() += 1;
    }
    let n = |verdict: Verdict| counts.get(&verdict).copied().unwrap_or(0);
    let parts = [
        (n(Verdict::Noise), "looks", "look", "different, and chance may be all there is to it"),
        (n(Verdict::Small), "differs", "differ", "by too little to matter"),
        (n(Verdict::Same), "is", "are", "as before"),
        (n(Verdict::TooFew), "has", "have", "too little mail, or mail in too few hours, to tell"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many, what)| format!("{} {} {what}", grouped(n), if n == 1 { one } else { many }))
        .collect();
    format!(
        "Of {}: {}.",
        counted(compared.figures.len() as u64 - n(Verdict::Changed), "other figure", "other figures"),
        said.join("; ")
    )
}

/// How it is told what changed.
pub(in crate::output) fn method(compared: &Compared) -> String {
    let one_in = (1.0 / compared.alpha).round() as u64;
    format!(
        "Held against each other: {}. Where two runs are alike, chance is called a change in 1 of {one_in} comparisons or \
         less. docs/COMPARE.md says how.",
        compared.by
    )
}
