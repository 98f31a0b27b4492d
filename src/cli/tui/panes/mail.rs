//! A list of messages: when, what became of it, from whom, to whom; and more where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::super::inquiry::line::Line;
use super::super::look::{Look, words};
use super::super::mail::Mail;
use super::super::painted::{safe, width};
use super::super::screen::Screen;
use super::{Cell, cells, put};
use crate::output::lanes::tone;
use crate::output::numbers::{duration, size};
use crate::pipeline::Question;

/// Columns, as wide as there is room for; none is 0.
struct Widths {
    time: usize,
    decision: usize,
    sender: usize,
    recipient: usize,
    subject: usize,
    size: usize,
    delay: usize,
}

impl Widths {
    fn of(width: u16) -> Self {
        let width = usize::from(width).saturating_sub(2);
        let time = match width {
            100.. => 19,
            60.. => 14,
            _ => 8,
        };
        let decision = if width >= 60 { 16 } else { 11 };
        let (size, delay) = if width >= 130 { (9, 11) } else { (0, 0) };
        let fixed = time + 2 + decision + 2 + if size > 0 { size + delay + 4 } else { 0 };
        let rest = width.saturating_sub(fixed);
        let subject = if width >= 100 { rest / 3 } else { 0 };
        let rest = rest.saturating_sub(if subject > 0 { subject + 2 } else { 0 });
        // Where there is room for one address only it is that of the recipient.
        let sender = if rest >= 30 { rest / 2 - 1 } else { 0 };
        let recipient = rest.saturating_sub(if sender > 0 { sender + 2 } else { 0 });
        Self { time, decision, sender, recipient, subject, size, delay }
    }

    fn cells(&self, texts: [Cell; 7]) -> Vec<Cell> {
        let rooms =
            [self.time, self.decision, self.sender, self.recipient, self.subject, self.size, self.delay];
        let all = texts.into_iter().zip(rooms).filter(|(_, room)| *room > 0);
        all.map(|(cell, room)| Cell { room, ..cell }).collect()
    }
}

pub(super) fn draw(buffer: &mut Buffer, area: Rect, (mail, active): (&Mail, bool), screen: &Screen<'_>) {
    if area.height == 0 {
        return;
    }
    let look = screen.known.look;
    let widths = Widths::of(area.width);
    let heads = ["UTC", "what became", "sender", "recipient", "subject", "size", "delay"];
    let heads = heads.map(|head| Cell::new(head, 0).styled(look.aside()));
    let heads = heads.map(|cell| if matches!(&*cell.text, "size" | "delay") { cell.right() } else { cell });
    cells(buffer, (area.x + 2, area.y), &widths.cells(heads), look);
    let room = usize::from(area.width).saturating_sub(2);
    if mail.list.len == 0 {
        for (y, line) in (area.y + 1..area.bottom()).zip(nothing(mail, screen)) {
            put(buffer, (area.x + 2, y), &safe(line, look), room, Look::head());
        }
        return;
    }
    for (y, at) in (area.y + 1..area.bottom()).zip(mail.list.seen()) {
        match mail.line(at) {
            Some(line) => cells(buffer, (area.x + 2, y), &widths.cells(one(line, look, &widths)), look),
            None => put(buffer, (area.x + 2, y), "reading", room, look.aside()),
        }
        if at == mail.list.at {
            put(buffer, (area.x, y), look.signs().here, 2, Look::head());
            buffer.set_style(Rect { y, height: 1, ..area }, Look::chosen(active));
        }
    }
}

/// Why there is nothing.
fn nothing<'m>(mail: &'m Mail, screen: &Screen<'_>) -> Vec<&'m str> {
    let asks = super::super::super::inquiry::asked::Asked {
        sort: screen.asked.sort,
        reversed: screen.asked.reversed,
        ..Default::default()
    } != screen.asked;
    if let Some(why) = &mail.failed {
        return vec!["They could not be looked for:", why];
    }
    if mail.is_waiting() || mail.shown.is_none() {
        vec!["looking"]
    } else if asks {
        let short = screen.asked.text.as_ref().is_some_and(|text| text.len() < Question::SHORTEST_TEXT);
        let shorter = "So short a text is looked for in addresses only.";
        let more = "A pattern means the whole text; *contoso* means a part of it.";
        vec![
            "No message is like that.",
            if short { shorter } else { more },
            "x takes search, filter and times away.",
        ]
    } else if screen.known.report.messages == 0 {
        vec!["No mail in these logs."]
    } else {
        vec!["No message shows it.", "What it rests on stands in its text."]
    }
}

fn one(line: &Line, look: Look, widths: &Widths) -> [Cell; 7] {
    let time = line.first_seen.to_string();
    let time = match widths.time {
        19.. => time.get(..19).unwrap_or_default().replace('T', " "),
        14.. => time.get(5..19).unwrap_or_default().replace('T', " "),
        _ => time.get(11..19).unwrap_or_default().to_owned(),
    };
    // Who asks for one recipient does not ask what became of others.
    let asked = line.decision.map(|decision| (decision, line.recipients));
    let worst = || line.decisions.iter().copied().min_by_key(|(decision, _)| tone(*decision));
    let (decision, style) = match asked.or_else(worst) {
        Some((decision, many)) => {
            let (sign, style) = look.decision(decision);
            let of =
                if many < line.recipients { format!(" {many}/{}", line.recipients) } else { String::new() };
            let short = format!("{sign}{}", words(decision));
            // Half a number would be a wrong one.
            let fits = width(&short) + of.len() <= widths.decision;
            (if fits { short + &of } else { short }, style)
        }
        None => ("no recipient".to_owned(), look.aside()),
    };
    let recipient = match line.recipients {
        0 | 1 => safe(&line.recipient, look),
        many => format!("{} +{}", safe(&line.recipient, look), many - 1),
    };
    let subject = match (&line.subject, line.gone) {
        (_, true) => "log cut or replaced".to_owned(),
        (Some(subject), false) => safe(subject, look),
        (None, false) => String::new(),
    };
    let sender = if line.sender.is_empty() { "not known".to_owned() } else { safe(&line.sender, look) };
    [
        Cell::new(time, 0),
        Cell::new(decision, 0).styled(style),
        Cell::new(sender, 0).middle(),
        Cell::new(recipient, 0).middle(),
        Cell::new(subject, 0),
        Cell::new(line.size_bytes.map_or(String::new(), size), 0).right(),
        Cell::new(duration(line.latency_ms.max(0) as u64), 0).right(),
    ]
}
