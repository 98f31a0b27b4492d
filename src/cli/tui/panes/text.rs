//! A text that is scrolled.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::doc::Doc;
use super::super::look::Look;
use super::put;

pub(super) fn draw(buffer: &mut Buffer, area: Rect, (doc, active): (&Doc, bool), look: Look) {
    let (seen, chosen) = (doc.seen(), doc.chosen());
    for (y, at) in (area.y..area.bottom()).zip(seen.clone()) {
        let Some(line) = doc.lines.get(at) else { continue };
        buffer.set_line(area.x, y, line, area.width);
        if chosen.contains(&at) {
            let place = Rect { y, height: 1, ..area };
            // Only the sign in front where it stands, the whole line at its beginning.
            if at == chosen.start {
                buffer.set_style(place, look.chosen(active));
                put(buffer, (area.x, y), look.signs().here.trim_end(), 1, look.chosen(active));
            } else {
                put(buffer, (area.x, y), if look.ascii { "|" } else { "▏" }, 1, look.head());
            }
        }
    }
    // What goes on below is seen at the edge.
    if seen.end < doc.lines.len() && area.width > 8 && area.height > 0 {
        let more = if look.ascii { "more" } else { "more ▼" };
        let x = area.right().saturating_sub(more.chars().count() as u16 + 1);
        put(buffer, (x, area.bottom() - 1), more, more.len(), look.bar());
    }
}
