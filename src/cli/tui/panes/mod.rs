//! The screens, drawn: a line that says where we are, what is shown there, what is asked for, and the keys.

mod findings;
mod form;
mod mail;
mod text;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::look::Look;
use super::painted::{cut, cut_middle, safe, width};
use super::screen::{Focus, Screen, Top, View, parts};

/// Draws it.
pub(super) fn draw(frame: &mut Frame<'_>, screen: &Screen<'_>) {
    let area = frame.area();
    let [first, body, status, keys] = rows(area);
    let buffer = frame.buffer_mut();
    title(buffer, first, screen);
    pane(buffer, body, screen);
    let look = screen.known.look;
    both(buffer, status, (&format!(" {}", screen.status()), &screen.place()), Look::bar(), look);
    last(buffer, keys, screen);
    if let Some(form) = &screen.form {
        // It covers what lies beneath it, the keys too, which do not hold now.
        let room = Rect { height: area.height.saturating_sub(1), y: area.y + 1.min(area.height), ..area };
        if let Some(cursor) = form::draw(buffer, room, form, look) {
            frame.set_cursor_position(cursor);
        }
    }
}

/// The first line, the pane, the status and the keys; where there is no room for all the pane goes last.
fn rows(area: Rect) -> [Rect; 4] {
    let row = |y: u16, height: u16| Rect { y: area.y + y, height, ..area };
    let height = area.height;
    let first = row(0, height.min(1));
    let keys = row(height.saturating_sub(1), u16::from(height > 3));
    let status = row(height.saturating_sub(1 + keys.height), u16::from(height > 1));
    let body = row(first.height, height.saturating_sub(first.height + status.height + keys.height));
    [first, body, status, keys]
}

fn pane(buffer: &mut Buffer, body: Rect, screen: &Screen<'_>) {
    match screen.opened.last() {
        None if screen.top == Top::Findings => findings::draw(buffer, body, screen),
        None => mail::draw(buffer, body, (&screen.all, true), screen),
        Some(View::Finding { doc, focus, .. }) => {
            let (above, below) = parts(body.height, *focus, screen.of_finding.list.len);
            let upper = Rect { height: above, ..body };
            text::draw(buffer, upper, (doc, *focus == Focus::Text), screen.known.look);
            if below > 0 {
                let lower = Rect { y: body.y + above, height: below, ..body };
                let more = if doc.goes_on() { "more of the text below" } else { "" };
                heading(buffer, lower, ("Messages of this finding", more), screen);
                let rest = Rect { y: lower.y + 1, height: below - 1, ..lower };
                mail::draw(buffer, rest, (&screen.of_finding, *focus == Focus::Messages), screen);
            }
        }
        Some(View::Message { doc, .. } | View::Row { doc, .. } | View::Page { doc, .. }) => {
            text::draw(buffer, body, (doc, true), screen.known.look);
        }
    }
}

/// A rule with words in it.
fn heading(buffer: &mut Buffer, area: Rect, (words, more): (&str, &str), screen: &Screen<'_>) {
    let look = screen.known.look;
    let rule = look.signs().rule;
    let room = usize::from(area.width);
    let text = format!("{} {words} ", rule.repeat(2));
    let fits = !more.is_empty() && width(&text) + width(more) + 4 < room;
    let more = if fits { format!(" {more} {}", rule.repeat(2)) } else { String::new() };
    let rest = rule.repeat(room.saturating_sub(width(&text) + width(&more)));
    put(buffer, (area.x, area.y), &format!("{text}{rest}{more}"), room, look.aside());
}

/// Where we are.
fn title(buffer: &mut Buffer, area: Rect, screen: &Screen<'_>) {
    let look = screen.known.look;
    let path = screen.path().join(look.signs().into);
    let name = if width(&path) + 13 < usize::from(area.width) { "mailtrail" } else { "" };
    both(buffer, area, (&format!(" {path}"), name), Look::bar(), look);
}

/// What was done, what is waited for, else the keys that matter here.
fn last(buffer: &mut Buffer, area: Rect, screen: &Screen<'_>) {
    if area.height == 0 {
        return;
    }
    let look = screen.known.look;
    let room = usize::from(area.width).saturating_sub(1);
    let line = match (&screen.notice, screen.waits()) {
        (Some(notice), _) => {
            let style = if notice.wrong { look.wrong() } else { look.fine() };
            let label = if notice.wrong { "wrong: " } else { "" };
            Line::styled(cut(&format!("{label}{}", safe(&notice.text, look)), room, look), style)
        }
        (None, Some(waits)) => Line::styled(cut(&waits, room, look), look.open()),
        (None, None) => hints(screen, room),
    };
    buffer.set_line(area.x + u16::from(area.width > 1), area.y, &line, area.width.saturating_sub(1));
}

/// As many keys as there is room for; what there are more help says.
fn hints(screen: &Screen<'_>, room: usize) -> Line<'static> {
    let messages = [("s", "sort"), ("e", "export"), ("y", "copy id"), ("n", "notes")];
    let some: Vec<(&str, &str)> = match screen.opened.last() {
        None if screen.top == Top::Findings => {
            let more = [("y", "copy fix"), ("e", "export"), ("n", "notes")];
            [("Enter", "open"), ("Tab", "messages"), ("/", "search"), ("f", "filter"), ("t", "time")]
                .into_iter()
                .chain(more)
                .collect()
        }
        None => [("Enter", "open"), ("Tab", "findings"), ("/", "search"), ("f", "filter"), ("t", "time")]
            .into_iter()
            .chain(messages)
            .collect(),
        Some(View::Finding { focus: Focus::Text, .. }) => {
            vec![("Tab", "its messages"), ("y", "copy fix"), ("Esc", "back"), ("e", "export")]
        }
        Some(View::Finding { .. }) => {
            [("Enter", "open"), ("Tab", "text"), ("Esc", "back"), ("/", "search"), ("f", "filter")]
                .into_iter()
                .chain(messages)
                .collect()
        }
        Some(View::Message { .. }) => vec![
            ("Enter", "row of the log"),
            ("Tab", "rows"),
            ("Esc", "back"),
            ("y", "copy id"),
            ("e", "export"),
        ],
        Some(View::Row { .. }) => vec![("y", "copy row"), ("e", "export"), ("Esc", "back")],
        Some(View::Page { .. }) => vec![("Esc", "back")],
    };
    let always = [("?", "help"), ("q", "quit")];
    let long = |(key, what): &(&str, &str)| key.len() + what.len() + 3;
    let mut left = room.saturating_sub(always.iter().map(long).sum::<usize>());
    let mut spans = Vec::new();
    for one in some.iter().chain(&always) {
        let is_always = always.contains(one);
        if !is_always && long(one) > left {
            // The keys stand in the order in which they matter.
            left = 0;
            continue;
        }
        left = left.saturating_sub(if is_always { 0 } else { long(one) });
        spans.push(Span::styled(one.0.to_owned(), Look::head()));
        spans.push(Span::raw(format!(" {}  ", one.1)));
    }
    Line::from(spans)
}

/// A text at the left and one at the right; the left one gives way.
fn both(buffer: &mut Buffer, area: Rect, (left, right): (&str, &str), style: Style, look: Look) {
    if area.height == 0 {
        return;
    }
    let room = usize::from(area.width);
    buffer.set_style(area, style);
    let right_room = width(right) + 1;
    let right_fits = right_room + 12 < room && !right.is_empty();
    let left_room = if right_fits { room - right_room - 1 } else { room };
    put(buffer, (area.x, area.y), &cut(left, left_room, look), left_room, style);
    if right_fits {
        let x = area.x + (room - right_room) as u16;
        put(buffer, (x, area.y), right, right_room, style);
    }
}

/// A text in one line, no further than there is room.
fn put(buffer: &mut Buffer, (x, y): (u16, u16), text: &str, room: usize, style: Style) {
    if buffer.area().contains((x, y).into()) {
        buffer.set_stringn(x, y, text, room, style);
    }
}

/// A cell of a list: a text of a log or of ours, its style, and whether its middle may go.
struct Cell {
    text: String,
    room: usize,
    style: Style,
    middle: bool,
    /// Numbers stand at the right.
    right: bool,
}

impl Cell {
    fn new(text: impl Into<String>, room: usize) -> Self {
        Self { text: text.into(), room, style: Style::new(), middle: false, right: false }
    }

    fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    fn middle(self) -> Self {
        Self { middle: true, ..self }
    }

    fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// Cells beside each other, two blanks between them.
fn cells(buffer: &mut Buffer, (mut x, y): (u16, u16), cells: &[Cell], look: Look) {
    for cell in cells {
        let cut = if cell.middle { cut_middle } else { cut };
        let text = cut(&cell.text, cell.room, look);
        let lead = if cell.right { cell.room.saturating_sub(width(&text)) } else { 0 };
        put(buffer, (x.saturating_add(lead as u16), y), &text, cell.room - lead, cell.style);
        x = x.saturating_add((cell.room + 2) as u16);
    }
}

#[cfg(test)]
mod tests;
