//! A text that is scrolled.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::doc::Doc;
use super::super::look::Look;
use super::put;

pub(super) fn draw(buffer: &mut Buffer, area: Rect, (doc, active): (&Doc, bool), look: Look) {
    let chosen = doc.chosen();
    for (y, at) in (area.y..area.bottom()).zip(doc.seen()) {
        let Some(line) = doc.lines.get(at) else { continue };
        buffer.set_line(area.x, y, line, area.width);
        if chosen.contains(&at) {
            let place = Rect { y, height: 1, ..area };
            // Only the sign in front where it stands, the whole line at its beginning.
            if at == chosen.start {
                buffer.set_style(place, Look::chosen(active));
                put(buffer, (area.x, y), look.signs().here.trim_end(), 1, Look::chosen(active));
            } else {
                put(buffer, (area.x, y), if look.ascii { "|" } else { "▏" }, 1, Look::head());
            }
        }
    }
}
