//! What the screen says of itself: where we are, what is asked for, how far it is.

use super::super::super::inquiry::asked::Asked;
use super::super::painted::safe;
use super::{Coming, Page, Screen, Top, View};
use crate::output::numbers::{counted, grouped, size};
use crate::pipeline::{Question, Sort};

impl Screen<'_> {
    /// What was opened from what.
    pub(in super::super) fn path(&self) -> Vec<String> {
        let mut path = vec![match self.top {
            Top::Findings => "Findings".to_owned(),
            Top::Messages => "Messages".to_owned(),
        }];
        path.extend(self.opened.iter().map(|view| match view {
            View::Finding { number, .. } if self.opened.len() > 1 => format!("Finding {}", number + 1),
            View::Finding { number, .. } => {
                let finding = self.known.report.findings.get(*number);
                format!("{}. {}", number + 1, finding.map_or("", |finding| finding.title))
            }
            View::Message { .. } => "Message".to_owned(),
            View::Row { .. } => "Row of the log".to_owned(),
            View::Page { page: Page::Help, .. } => "Help".to_owned(),
            View::Page { page: Page::Notes, .. } => "Notes".to_owned(),
        }));
        path
    }

    /// What is shown, of how much.
    pub(in super::super) fn status(&self) -> String {
        // What is still looked for is not what is shown.
        let shown = self.mail().and_then(|mail| mail.shown.as_ref());
        let asked =
            shown.map_or_else(|| self.asked.clone(), |shown| Asked { finding: None, ..shown.clone() });
        let filters = filters(&asked);
        // Where there is no room for all, the order is what need not be seen.
        let with = |text: String, order: &str| {
            let (before, asks) = (text, filters.join("; "));
            let sign = if asks.is_empty() {
                ""
            } else if before.ends_with("with") {
                " "
            } else {
                "; "
            };
            let order = if order.is_empty() { String::new() } else { format!("; {order}") };
            safe(&format!("{before}{sign}{asks}{order}"), self.known.look)
        };
        match (self.mail(), self.opened.last()) {
            (Some(mail), _) => {
                let total = match self.opened.last() {
                    Some(View::Finding { number, .. }) => {
                        self.known.report.findings.get(*number).map_or(0, |finding| finding.messages)
                    }
                    _ => self.known.report.messages,
                };
                let many = match &mail.shown {
                    Some(_) => grouped(mail.list.len as u64),
                    None => "?".to_owned(),
                };
                let total = total.max(mail.list.len as u64);
                let all = counted(total, "message", "messages");
                let order = order(asked.sort, asked.reversed);
                with(format!("{many} of {all}"), order)
            }
            (None, None) => {
                let many = counted(self.findings.len as u64, "finding", "findings");
                let tail = if filters.is_empty() { "" } else { "; of messages those with" };
                with(format!("{many}, the gravest first{tail}"), "")
            }
            (None, Some(_)) if filters.is_empty() => String::new(),
            (None, Some(_)) => with("of messages those with".to_owned(), ""),
        }
    }

    /// Where in a list or a text.
    pub(in super::super) fn place(&self) -> String {
        let of = |at: usize, len: usize| {
            if len == 0 { String::new() } else { format!("{}/{}", grouped(at as u64), grouped(len as u64)) }
        };
        match (self.chosen_mail(), self.opened.last()) {
            (Some(mail), _) => of(mail.list.at + 1, mail.list.len),
            (None, None) => of(self.findings.at + 1, self.findings.len),
            (None, Some(view)) => {
                let (View::Finding { doc, .. }
                | View::Message { doc, .. }
                | View::Row { doc, .. }
                | View::Page { doc, .. }) = view;
                let more = if doc.goes_on() { ", more below" } else { "" };
                match doc.place() {
                    Some((at, len)) => format!("{}{more}", of(at, len)),
                    None => more.trim_start_matches(", ").to_owned(),
                }
            }
        }
    }

    /// What is waited for, and how far it is; `None` if nothing is.
    pub(in super::super) fn waits(&self) -> Option<String> {
        if let Some(sending) = &self.sending {
            let path = safe(&sending.path, self.known.look);
            if sending.watch.is_given_up() {
                return Some(format!("giving up {path}"));
            }
            let done = counted(sending.watch.done(), "message", "messages");
            return Some(format!("writing {path}: {done}; Esc gives up"));
        }
        match self.opened.last() {
            Some(View::Message { picture: Coming::Waiting(_), .. }) => {
                return Some("reading the rows of this message; Esc goes back".to_owned());
            }
            Some(View::Row { row: Coming::Waiting(_), .. }) => {
                return Some("reading the row; Esc goes back".to_owned());
            }
            _ => {}
        }
        let mail = self.mail().filter(|mail| mail.is_waiting())?;
        let searches = self.asked.text.as_ref().is_some_and(|text| text.len() >= Question::SHORTEST_TEXT);
        Some(if searches {
            let all = self.known.report.ledger.bytes;
            format!("searching the logs: {} of {}; Esc gives up", size(mail.done().min(all)), size(all))
        } else {
            "looking through the messages; Esc gives up".to_owned()
        })
    }
}

/// What is asked of messages, in words.
fn filters(asked: &Asked) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(text) = &asked.text {
        let short = if text.len() < Question::SHORTEST_TEXT { " in addresses" } else { "" };
        out.push(format!("text \"{text}\"{short}"));
    }
    let lists = [
        ("sender", &asked.sender),
        ("recipient", &asked.recipient),
        ("connector", &asked.connector),
        ("decision", &asked.decision),
        ("server", &asked.server),
    ];
    let lists = lists.into_iter().filter(|(_, patterns)| !patterns.is_empty());
    out.extend(lists.map(|(label, patterns)| format!("{label} {}", patterns.join(" or "))));
    let times = [("since", &asked.since), ("until", &asked.until)];
    out.extend(times.into_iter().filter_map(|(label, time)| Some(format!("{label} {}", time.as_ref()?))));
    out
}

/// An order in words.
fn order(sort: Sort, reversed: bool) -> &'static str {
    match (sort, reversed) {
        (Sort::Time, false) => "oldest first",
        (Sort::Time, true) => "newest first",
        (Sort::Sender, false) => "by sender",
        (Sort::Sender, true) => "by sender, z first",
        (Sort::Size, false) => "smallest first",
        (Sort::Size, true) => "largest first",
        (Sort::Recipients, false) => "fewest recipients first",
        (Sort::Recipients, true) => "most recipients first",
        (Sort::Latency, false) => "shortest delay first",
        (Sort::Latency, true) => "longest delay first",
        (Sort::Decision, false) => "delivered first",
        (Sort::Decision, true) => "failed first",
    }
}
