//! How much room each part has, and the texts in lines that fit into it.

use ratatui::text::{Line, Span};

use super::super::super::inquiry::line::Line as Message;
use super::super::doc::Block;
use super::super::keys::KEYS;
use super::super::look::Look;
use super::super::painted::{fold, hanging, lines, safe};
use super::{Coming, Focus, Known, Page, Screen, View};
use crate::model::finding::Finding;
use crate::output::lanes::Picture;
use crate::output::numbers::{counted, size};
use crate::output::report_text::{self, wrapped, write_findings};
use crate::output::trace::{self, Part};
use crate::pipeline::Raw;

/// Lines that are no part of a pane: the first, the status, the keys.
pub(in super::super) const FRAME: u16 = 3;
/// With fewer lines a finding and its messages are not shown together.
const TOGETHER: u16 = 13;
/// Our writers want no less room; what is wider is folded.
const NARROWEST: usize = 40;
/// A line of text is not longer, however wide the terminal is.
const WIDEST: usize = 130;

/// Room for the text of a finding and for its messages, heading included.
pub(in super::super) fn parts(body: u16, focus: Focus, messages: usize) -> (u16, u16) {
    match focus {
        // What has the keys has more of the room, but the list no more than it needs.
        _ if body >= TOGETHER => {
            let most = if focus == Focus::Text { (body / 4).max(5) } else { body * 3 / 5 };
            let list = most.min(u16::try_from(messages.max(3) + 2).unwrap_or(most));
            (body - list, list)
        }
        Focus::Text => (body, 0),
        Focus::Messages => (0, body),
    }
}

/// Lines that a finding takes in the list.
pub(in super::super) fn lines_of_finding(width: u16) -> u16 {
    if width >= 140 { 1 } else { 2 }
}

impl Screen<'_> {
    /// The terminal has this size.
    pub(in super::super) fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.refit();
        self.settle();
    }

    /// Lays all texts out anew.
    pub(super) fn refit(&mut self) {
        let width = usize::from(self.size.0.max(1));
        self.head = head(&self.known, width);
        for view in &mut self.opened {
            lay_out(view, &self.known, width);
        }
        self.fit(self.size);
    }

    /// Says each part how much of it is seen.
    pub(super) fn fit(&mut self, (width, height): (u16, u16)) {
        let body = height.saturating_sub(FRAME);
        let room = usize::from(width.max(1));
        // The findings are what matters: the lines above them leave half of the room.
        let most = usize::from(body / 2);
        self.head.truncate(most.max(1));
        let rest = usize::from(body).saturating_sub(self.head.len() + 1);
        self.findings.fit(rest / usize::from(lines_of_finding(width)));
        self.all.list.fit(usize::from(body).saturating_sub(1));
        for view in &mut self.opened {
            match view {
                View::Finding { doc, focus, .. } => {
                    let (text, list) = parts(body, *focus, self.of_finding.list.len);
                    doc.fit(usize::from(text));
                    self.of_finding.list.fit(usize::from(list).saturating_sub(2));
                }
                View::Message { doc, .. } | View::Row { doc, .. } | View::Page { doc, .. } => {
                    doc.fit(usize::from(body));
                }
            }
        }
        if let Some(view) = self.opened.last_mut()
            && is_empty(view)
        {
            lay_out(view, &self.known, room);
        }
    }
}

fn is_empty(view: &View) -> bool {
    let (View::Finding { doc, .. }
    | View::Message { doc, .. }
    | View::Row { doc, .. }
    | View::Page { doc, .. }) = view;
    doc.lines.is_empty()
}

fn lay_out(view: &mut View, known: &Known<'_>, width: usize) {
    match view {
        View::Finding { number, doc, .. } => {
            doc.set(finding(known, *number, width), width);
        }
        View::Message { line, picture, doc } => {
            let mut blocks = match &*picture {
                Coming::Here(picture) => message(picture, known.look, width),
                other => waiting(other, known.look),
            };
            if let (Some(line), Coming::Gone) = (line, picture) {
                blocks.push(Block::of(outline(line, known.look)));
            }
            doc.set(blocks, width);
        }
        View::Row { row, doc, .. } => {
            let blocks = match row {
                Coming::Here(row) => {
                    vec![Block::of(columns(row, known.look, width))]
                }
                other => waiting(other, known.look),
            };
            doc.set(blocks, width);
        }
        View::Page { page, doc } => {
            let lines = match page {
                Page::Help => help(),
                Page::Notes => notes(known, width),
            };
            doc.set(vec![Block::of(lines)], width);
        }
    }
}

/// What stands where something is to come.
fn waiting<T>(coming: &Coming<T>, look: Look) -> Vec<Block> {
    let line = match coming {
        Coming::Waiting(_) => Line::from("reading the logs"),
        Coming::Gone => Line::styled("the log was cut or replaced since it was read", look.wrong()),
        Coming::Failed(why) => Line::styled(safe(why, look), look.wrong()),
        Coming::Here(_) => Line::default(),
    };
    vec![Block::of(vec![line])]
}

/// What there is still to say of a message whose rows are gone.
fn outline(line: &Message, look: Look) -> Vec<Line<'static>> {
    let decisions = line.decisions.iter().map(|(decision, many)| format!("{} {many}", decision.as_str()));
    let facts = [
        ("sender", line.sender.clone()),
        ("first", format!("{} (UTC)", line.first_seen)),
        ("network", line.network_message_id.clone().unwrap_or_default()),
        ("to", format!("{}, {}", line.recipient, counted(line.recipients as u64, "recipient", "recipients"))),
        ("became", decisions.collect::<Vec<_>>().join(", ")),
    ];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
    let fact = |(label, text): (&str, String)| Line::from(format!("  {label:<9} {}", safe(&text, look)));
    std::iter::once(Line::from("what is still known of it:")).chain(facts.map(fact)).collect()
}

/// The lines above the findings: the verdict, and what was read.
fn head(known: &Known<'_>, width: usize) -> Vec<Line<'static>> {
    let (report, look) = (known.report, known.look);
    let style = match report.attention.iter().any(|point| point.wrong) {
        true => look.wrong(),
        false if report.attention.is_empty() => look.fine(),
        false => look.open(),
    };
    let verdict = wrapped(&safe(&report.verdict, look), width);
    let most = 4.min(verdict.len());
    let mut out: Vec<Line<'static>> =
        verdict.into_iter().take(most).map(|line| Line::styled(line, style)).collect();
    let second = |time: &String| time.get(..19).unwrap_or(time).replace('T', " ");
    let period = match &report.period {
        Some((first, last)) => format!("{} to {} (UTC)", second(first), second(last)),
        None => "no row with a time".to_owned(),
    };
    let ledger = &report.ledger;
    let mut read = format!(
        "{}, {}, {}, {}",
        counted(report.files.len() as u64, "file", "files"),
        size(ledger.bytes),
        counted(ledger.records, "record", "records"),
        counted(ledger.rejects, "reject", "rejects"),
    );
    if !report.errors.is_empty() {
        read.push_str(&format!(
            "; {} not readable to the end",
            counted(report.errors.len() as u64, "file", "files")
        ));
    }
    let mail = format!(
        "{} to {}",
        counted(report.messages, "message", "messages"),
        counted(report.recipients, "recipient", "recipients")
    );
    let mut notes = Vec::new();
    if !report.attention.is_empty() {
        notes.push(format!("{} on the verdict", counted(report.attention.len() as u64, "note", "notes")));
    }
    if !report.left_out.is_empty() {
        notes.push(format!("{} left out", counted(report.left_out.len() as u64, "file", "files")));
    }
    notes.extend(known.beforehand.iter().cloned());
    let notes = if notes.is_empty() { String::new() } else { format!("{}; n shows them", notes.join("; ")) };
    for (label, text) in [("period", period), ("read", read), ("mail", mail), ("notes", notes)] {
        if !text.is_empty() {
            let text = super::super::painted::cut(&safe(&text, look), width.saturating_sub(8), look);
            out.push(Line::from(vec![Span::styled(format!("{label:<8}"), Look::head()), Span::raw(text)]));
        }
    }
    out
}

/// One finding with everything that is said of it.
fn finding(known: &Known<'_>, number: usize, width: usize) -> Vec<Block> {
    let all: Vec<&Finding> = known.report.findings.iter().collect();
    let Some(one) = all.get(number) else { return Vec::new() };
    // Lines beside labels are indented by two columns more than it says.
    let style = report_text::Style { width: width.clamp(NARROWEST, WIDEST) - 2, color: known.look.color };
    let mut text = Vec::new();
    // What it explains stands beneath it.
    let signs = all.iter().filter(|other| *other != one && report_text::root(other, &all) == *one);
    let some: Vec<&Finding> = std::iter::once(*one).chain(signs.copied()).collect();
    if let Err(e) = write_findings(&some, &all, style, &mut text) {
        return vec![Block::of(vec![Line::from(e.to_string())])];
    }
    let mut lines = lines(&text, known.look);
    // It begins with an empty line, and with its number among those that are written, which is one.
    lines.retain(|line| line.width() > 0);
    if let Some(first) = lines.first_mut().and_then(|line| line.spans.first_mut()) {
        let rest = first.content.get(4..).unwrap_or_default();
        first.content = format!("{:>2}  {rest}", number + 1).into();
    }
    vec![Block::of(lines)]
}

/// A message: what became of each recipient, then its rows.
fn message(picture: &Picture, look: Look, width: usize) -> Vec<Block> {
    let style = trace::Style { width: width.clamp(NARROWEST, WIDEST), color: look.color, ascii: look.ascii };
    let parts = match trace::parts(picture, style) {
        Ok(parts) => parts,
        Err(e) => return vec![Block::of(vec![Line::from(e.to_string())])],
    };
    let blank = || Line::default();
    let mut blocks = Vec::new();
    for (part, text) in parts {
        let mut lines = lines(&text, look);
        let (row, second) = match part {
            Part::Whole | Part::Lanes => (None, false),
            Part::End(at) => (picture.ends.get(at).map(|end| end.at.clone()), false),
            Part::Step(at) => (picture.steps.get(at).map(|step| step.at.clone()), true),
        };
        if matches!(part, Part::End(_) | Part::Lanes) {
            lines.insert(0, blank());
        }
        blocks.push(Block { lines, row, second });
    }
    blocks
}

/// A row: where it stands, each column's name beside its text, the row itself.
fn columns(row: &Raw, look: Look, width: usize) -> Vec<Line<'static>> {
    let place = format!("{}, line {}", safe(&row.file, look), row.line);
    let mut out = vec![Line::styled(place, Look::head()), Line::default()];
    let longest = row.columns.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let room = longest.min(width / 2).min(28);
    for (name, value) in &row.columns {
        let (name, value) = (safe(name, look), safe(&String::from_utf8_lossy(value), look));
        let line = if value.is_empty() {
            Line::styled(format!("{name:room$}  (empty)"), look.aside())
        } else {
            Line::from(vec![Span::styled(format!("{name:room$}  "), Look::head()), Span::raw(value)])
        };
        out.extend(hanging(line, width, room + 2));
    }
    if let Some(text) = &row.text {
        out.push(Line::default());
        out.push(Line::styled("The row as it stands in the log", Look::head()));
        out.push(Line::from(safe(&String::from_utf8_lossy(text), look)));
    }
    out
}

fn help() -> Vec<Line<'static>> {
    let mut out: Vec<Line<'static>> = KEYS
        .iter()
        .map(|(keys, what)| {
            Line::from(vec![Span::styled(format!("{keys:<16}"), Look::head()), Span::raw(*what)])
        })
        .collect();
    let more = [
        "",
        "Where text is typed: Enter takes it, Esc does not, Tab goes to the next line, Ctrl-U and Ctrl-K cut what is before \
         and behind the cursor, Ctrl-W a word.",
        "What is copied goes to the clipboard of the terminal in front of you (OSC 52), also over SSH. Where that stays \
         empty the terminal does not allow it; within tmux `set -g set-clipboard on` does. Else export it with e.",
        "Times are UTC.",
    ];
    out.extend(more.into_iter().map(Line::from));
    out
}

/// All that is to be known of the reading.
fn notes(known: &Known<'_>, width: usize) -> Vec<Line<'static>> {
    let (report, look) = (known.report, known.look);
    let mut out: Vec<Line<'static>> = wrapped(&safe(&report.verdict, look), width)
        .into_iter()
        .map(|l| Line::styled(l, Look::head()))
        .collect();
    let mut section = |title: &str, points: Vec<(&str, String, bool)>| {
        if points.is_empty() {
            return;
        }
        out.push(Line::default());
        out.push(Line::styled(title.to_owned(), Look::head()));
        for (label, text, wrong) in points {
            let style = if wrong { look.wrong() } else { look.open() };
            let spans = vec![Span::styled(format!("  {label:<6}"), style), Span::raw(safe(&text, look))];
            out.extend(fold(Line::from(spans), width));
        }
    };
    let points = report.attention.iter();
    let points = points.map(|p| (if p.wrong { "wrong" } else { "open" }, p.text.clone(), p.wrong));
    section("What the verdict rests on", points.collect());
    section("Known beforehand", known.beforehand.iter().map(|text| ("", text.clone(), false)).collect());
    section("Not read, or not to the end", report.errors.iter().map(|e| ("", e.clone(), true)).collect());
    let left = report.left_out.iter().map(|left| ("", format!("{}: {}", left.name, left.reason), false));
    section("Left out", left.collect());
    let noted =
        report.files.iter().filter_map(|f| Some(("", format!("{}: {}", f.name, f.note.as_ref()?), false)));
    section("Files", noted.collect());
    out
}
