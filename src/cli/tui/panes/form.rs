//! Lines that are typed, over the lower part of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::super::ask::{Field, Form};
use super::super::look::Look;
use super::super::painted::{safe, width};
use crate::output::report_text::wrapped;

/// Draws it; where the cursor is.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, form: &Form, look: Look) -> Option<Position> {
    let room = usize::from(area.width.max(1));
    let label = form.fields.iter().map(|field| field.label.len()).max().unwrap_or(0) + 3;
    let mut lines = vec![Line::styled(look.signs().rule.repeat(room), look.aside())];
    lines.push(Line::styled(format!(" {}", form.title), Look::head()));
    lines
        .extend(wrapped(&form.hint, room.saturating_sub(2)).into_iter().map(|l| Line::from(format!(" {l}"))));
    let mut cursor = (0, 0);
    for (number, field) in form.fields.iter().enumerate() {
        let active = number == form.at;
        let (text, column) = typed(field, room.saturating_sub(label + 1), look);
        if active {
            cursor = (lines.len(), label + column);
        }
        let sign = if active { look.signs().here.trim_end() } else { " " };
        let head = format!("{sign}{:<width$}", field.label, width = label - 1);
        let style = if active { Look::head() } else { look.aside() };
        lines.push(Line::from(vec![Span::styled(head, style), Span::raw(text)]));
        if let Some(error) = &field.error {
            let error = wrapped(&format!("wrong: {}", safe(error, look)), room.saturating_sub(label));
            let indent = " ".repeat(label);
            lines.extend(error.into_iter().map(|l| Line::styled(format!("{indent}{l}"), look.wrong())));
        }
    }
    // The line that is typed is seen, whatever else is not.
    let height = usize::from(area.height);
    let skip = lines.len().saturating_sub(height).min(cursor.0);
    let shown = lines.len().saturating_sub(skip).min(height);
    let place = Rect { y: area.bottom().saturating_sub(shown as u16), height: shown as u16, ..area };
    Clear.render(place, buffer);
    for (y, line) in (place.y..place.bottom()).zip(lines.iter().skip(skip)) {
        buffer.set_line(place.x, y, line, place.width);
    }
    let x = place.x + (cursor.1 as u16).min(place.width.saturating_sub(1));
    let y = place.y + (cursor.0 - skip) as u16;
    (y < place.bottom()).then_some(Position { x, y })
}

/// What is typed, as far as there is room around the cursor; in which column that is.
fn typed(field: &Field, room: usize, look: Look) -> (String, usize) {
    let (before, behind) = field.halves();
    let (before, behind) = (safe(&before, look), safe(&behind, look));
    let mut skip = 0;
    while width(before.get(skip..).unwrap_or_default()) >= room.max(1) {
        skip += before.get(skip..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        if skip >= before.len() {
            break;
        }
    }
    let before = before.get(skip..).unwrap_or_default();
    (format!("{before}{behind}"), width(before))
}
