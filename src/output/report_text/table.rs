//! A block as lines of text: columns as wide as they need, cut or wrapped where the line is full.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

use super::content::{Block, Cell, Lay, Row};
use crate::output::escape::terminal;
use crate::output::numbers::bar;

/// Blanks left of a table.
const INDENT: usize = 2;
/// Blanks between columns.
const BETWEEN: usize = 2;
/// The longest bar.
const BAR: usize = 20;
/// No column is made narrower than this.
const NARROWEST: usize = 10;

/// Columns a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// A cell, safe to print; bars fill the room.
fn shown(cell: &Cell, room: usize) -> Cow<'_, str> {
    match cell {
        Cell::Own(text) | Cell::Log(text) => terminal(text),
        Cell::Bar(value, most) => Cow::Owned(bar(*value, *most, room)),
    }
}

/// The heading first, then the rows.
pub(super) fn lines(block: &Block, most: usize) -> Vec<String> {
    let widths = widths(block, most);
    let heads: Vec<Cell> = block.columns.iter().map(|(head, _)| Cell::Own(head.clone())).collect();
    let mut out = row(block, &widths, &heads);
    for Row { cells, details } in &block.rows {
        out.extend(row(block, &widths, cells));
        if let Some(details) = details {
            let indent = " ".repeat(INDENT + 4);
            let lines = wrap(&shown(details, BAR), most.saturating_sub(indent.len()));
            out.extend(lines.into_iter().map(|line| format!("{indent}{line}")));
        }
    }
    out
}

/// As wide as the widest cell; then the widest that may be narrower give way.
fn widths(block: &Block, most: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = block.columns.iter().map(|(head, _)| width(head)).collect();
    for row in &block.rows {
        for (widest, cell) in widths.iter_mut().zip(&row.cells) {
            *widest = width(&shown(cell, BAR)).max(*widest);
        }
    }
    let gives = |lay: Lay| !matches!(lay, Lay::Left | Lay::Right | Lay::Strip);
    let room = most.saturating_sub(INDENT + BETWEEN * widths.len().saturating_sub(1));
    let mut excess = widths.iter().sum::<usize>().saturating_sub(room);
    while excess > 0 {
        let flexible = widths.iter_mut().zip(&block.columns).filter(|(_, (_, lay))| gives(*lay));
        let Some((widest, _)) = flexible.max_by_key(|(w, _)| **w).filter(|(w, _)| **w > NARROWEST) else {
            break;
        };
        *widest -= 1;
        excess -= 1;
    }
    widths
}

/// One row: one line, or more where a cell wraps.
fn row(block: &Block, widths: &[usize], cells: &[Cell]) -> Vec<String> {
    let lays = block.columns.iter().map(|(_, lay)| *lay);
    let laid: Vec<(Vec<String>, Lay, usize)> = cells
        .iter()
        .zip(lays.zip(widths))
        .map(|(cell, (lay, room))| {
            let text = shown(cell, *room);
            let lines = match lay {
                Lay::Wrap => wrap(&text, *room),
                Lay::CutMiddle => vec![cut_middle(&text, *room)],
                Lay::CutEnd | Lay::Bar => vec![cut_end(&text, *room)],
                Lay::Left | Lay::Right | Lay::Strip => vec![text.into_owned()],
            };
            (lines, lay, *room)
        })
        .collect();
    let height = laid.iter().map(|(lines, ..)| lines.len()).max().unwrap_or(0);
    (0..height).map(|n| line(&laid, n)).collect()
}

/// The n-th line of a row.
fn line(laid: &[(Vec<String>, Lay, usize)], n: usize) -> String {
    let cells = laid.iter().map(|(lines, lay, room)| {
        let text = lines.get(n).map_or("", String::as_str);
        let blanks = " ".repeat(room.saturating_sub(width(text)));
        if *lay == Lay::Right { blanks + text } else { format!("{text}{blanks}") }
    });
    let cells: Vec<String> = cells.collect();
    let mut out = format!("{}{}", " ".repeat(INDENT), cells.join(&" ".repeat(BETWEEN)));
    out.truncate(out.trim_end().len());
    out
}

/// The first characters of a text that fit.
fn fitting(chars: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

fn cut_end(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut out: String = fitting(text.chars(), room.saturating_sub(1)).into_iter().collect();
    out.push('…');
    out
}

fn cut_middle(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(1);
    let tail = fitting(text.chars().rev(), room.div_ceil(2));
    let taken: usize = tail.iter().map(|c| c.width().unwrap_or(0)).sum();
    let head = fitting(text.chars(), room.saturating_sub(taken));
    head.into_iter().chain(['…']).chain(tail.into_iter().rev()).collect()
}

/// At blanks; a word longer than a line is cut behind its last `-`, `.`, `/` or `@` that fits, if any.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(NARROWEST);
    let mut out = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let between = usize::from(!line.is_empty());
        if width(&line) + between + width(word) <= room {
            line.push_str(&" ".repeat(between));
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            out.push(std::mem::take(&mut line));
        }
        let mut rest = word.to_owned();
        while width(&rest) > room {
            let mut head: String = fitting(rest.chars(), room).into_iter().collect();
            head.truncate(head.rfind(['-', '.', '/', '@']).map_or(head.len(), |at| at + 1));
            rest.drain(..head.len());
            out.push(head);
        }
        line = rest;
    }
    out.push(line);
    out
}

#[cfg(test)]
mod tests {
    use super::super::content::{log, own};
    use super::*;

    #[test]
    fn texts_are_cut_by_columns_not_by_bytes() {
        assert_eq!(cut_end("grüße", 5), "grüße");
        assert_eq!(cut_end("grüße alle", 5), "grüß…");
        assert_eq!(cut_end("日本語日本語", 5), "日本…");
        assert_eq!(cut_middle("someone.long@contoso.com", 11), "someo…o.com");
        assert_eq!(width(&cut_middle("日本語日本語", 6)), 6 - 1);
    }

    #[test]
    fn lines_wrap_at_blanks() {
        assert_eq!(wrap("one two three four", 10), ["one two", "three four"]);
        assert_eq!(wrap("abcdefghijklmno p", 10), ["abcdefghij", "klmno p"]);
        assert_eq!(wrap("remote-routing-address", 18), ["remote-routing-", "address"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn the_widest_that_may_gives_way() {
        let block = Block::new("t", &[("a", Lay::CutMiddle), ("n", Lay::Right), ("why", Lay::Wrap)])
            .rows([vec![log("x".repeat(60)), own("12"), log("many words that do not fit into this line")]]);
        let lines = lines(&block, 50);
        assert!(lines.iter().all(|line| width(line) <= 50), "{lines:#?}");
        assert_eq!(lines.len(), 4, "{lines:#?}");
    }
}
