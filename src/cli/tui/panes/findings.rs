//! The first screen: the verdict, and the findings, the gravest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::painted::safe;
use super::super::screen::{Screen, lines_of_finding};
use super::{Cell, cells, put};
use crate::model::finding::Finding;
use crate::output::findings::{about, extent};
use crate::output::numbers::grouped;

/// Room for the severity, and for how many messages.
const SEVERITY: usize = 8;
const MAILS: usize = 8;

pub(super) fn draw(buffer: &mut Buffer, area: Rect, screen: &Screen<'_>) {
    let look = screen.known.look;
    let head = screen.head.iter().take(usize::from(area.height));
    for (y, line) in (area.y..).zip(head) {
        buffer.set_line(area.x, y, line, area.width);
    }
    let y = area.y.saturating_add(screen.head.len() as u16);
    let rest = area.bottom().saturating_sub(y);
    if rest == 0 {
        return;
    }
    let room = usize::from(area.width);
    if screen.findings.len == 0 {
        let text = if screen.known.report.messages == 0 { "No mail in these logs." } else { "No findings." };
        put(buffer, (area.x + 2, y.saturating_add(1)), text, room.saturating_sub(2), Look::head());
        return;
    }
    let titles = room.saturating_sub(2 + SEVERITY + 2 + MAILS + 2);
    let wide = lines_of_finding(area.width) == 1;
    let title = if wide { titles * 45 / 100 } else { titles };
    let mut heads = vec![
        Cell::new("severity", SEVERITY),
        Cell::new("messages", MAILS).right(),
        Cell::new("finding", title),
    ];
    if wide {
        heads.push(Cell::new("about", titles - title - 2));
    }
    let heads: Vec<Cell> = heads.into_iter().map(|cell| cell.styled(look.aside())).collect();
    cells(buffer, (area.x + 2, y), &heads, look);
    let lines = lines_of_finding(area.width);
    for (row, number) in screen.findings.seen().enumerate() {
        let y = y + 1 + row as u16 * lines;
        let Some(finding) = screen.known.report.findings.get(number) else { continue };
        let place = Rect { y, height: lines.min(area.bottom().saturating_sub(y)), ..area };
        one(buffer, place, (finding, titles, title), screen);
        if number == screen.findings.at {
            put(buffer, (area.x, y), look.signs().here, 2, Look::head());
            buffer.set_style(place, Look::chosen(true));
        }
    }
}

fn one(
    buffer: &mut Buffer,
    area: Rect,
    (finding, titles, room): (&Finding, usize, usize),
    screen: &Screen<'_>,
) {
    let look = screen.known.look;
    let severity = finding.severity.as_str();
    let standing = finding.standing.map_or(String::new(), |standing| format!(" ({})", standing.words()));
    let known = if finding.known.is_some() { " (known)" } else { "" };
    let mails = if finding.messages == 0 { "-".to_owned() } else { grouped(finding.messages) };
    let mut line = vec![
        Cell::new(severity, SEVERITY).styled(look.severity(finding.severity)),
        Cell::new(mails, MAILS).right(),
        Cell::new(format!("{}{standing}{known}", finding.title), room).styled(Look::head()),
    ];
    let about = about(finding);
    let about: Vec<String> =
        about.iter().map(|(label, text)| format!("{label} {}", safe(text, look))).collect();
    let about = if about.is_empty() { safe(&extent(finding), look) } else { about.join(", ") };
    if area.height > 1 {
        let indent = 4;
        let room = usize::from(area.width).saturating_sub(indent);
        let place = (area.x + indent as u16, area.y + 1);
        cells(buffer, place, &[Cell::new(about, room).styled(look.aside())], look);
    } else if titles > room {
        line.push(Cell::new(about, titles - room - 2));
    }
    cells(buffer, (area.x + 2, area.y), &line, look);
}
