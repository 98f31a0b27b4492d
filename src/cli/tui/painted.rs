//! Text that our own writers made for a terminal, as lines of a screen: their colours become styles, and what is
//! longer than a line goes on in the next.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

use super::look::Look;
use crate::output::escape::{ascii, terminal};

/// A line that goes on is indented so far more than its beginning,
const HANGING: usize = 2;
/// but no further than this.
const FARTHEST: usize = 20;

/// A text of a log, so that it commands nothing.
pub(super) fn safe(text: &str, look: Look) -> String {
    if look.ascii { ascii(text).into_owned() } else { terminal(text).into_owned() }
}

/// A text of ours in which what is drawn may stand, in ASCII where that is asked for.
fn drawn(text: &str, look: Look) -> String {
    if !look.ascii {
        return text.to_owned();
    }
    let sign = |c: char| match c {
        '│' | '┊' | '╎' => '|',
        '─' => '-',
        '┌' | '└' | '┐' | '┘' => '+',
        '▶' | '→' => '>',
        '▼' => 'v',
        '◀' => '<',
        c => c,
    };
    ascii(&text.chars().map(sign).collect::<String>()).into_owned()
}

/// Lines of a writer's output. Whatever is an escape sequence in it is the writer's own.
pub(super) fn lines(text: &[u8], look: Look) -> Vec<Line<'static>> {
    String::from_utf8_lossy(text).lines().map(|line| painted(line, look)).collect()
}

fn painted(line: &str, look: Look) -> Line<'static> {
    let mut spans = Vec::new();
    let mut style = Style::new();
    for (i, part) in line.split('\x1b').enumerate() {
        let text = match part.strip_prefix('[').and_then(|rest| rest.split_once('m')) {
            Some((code, rest)) if i > 0 => {
                style = if look.color { style_of(code) } else { Style::new() };
                rest
            }
            _ => part,
        };
        if !text.is_empty() {
            spans.push(Span::styled(drawn(text, look), style));
        }
    }
    Line::from(spans)
}

fn style_of(code: &str) -> Style {
    code.split(';').fold(Style::new(), |style, code| match code {
        "1" => style.add_modifier(Modifier::BOLD),
        "2" => style.add_modifier(Modifier::DIM),
        "31" => style.fg(Color::Red),
        "32" => style.fg(Color::Green),
        "33" => style.fg(Color::Yellow),
        "36" => style.fg(Color::Cyan),
        _ => style,
    })
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// A text in so many columns; where it is longer the end is cut off, and that shows.
pub(super) fn cut(text: &str, room: usize, look: Look) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut out = fitting(text.chars(), room.saturating_sub(1));
    if room > 0 {
        out.push(look.signs().more);
    }
    out
}

/// The same of an address or a host: both ends stay.
pub(super) fn cut_middle(text: &str, room: usize, look: Look) -> String {
    if width(text) <= room || room < 8 {
        return cut(text, room, look);
    }
    let tail = fitting(text.chars().rev(), (room - 1) / 2);
    let mut out = fitting(text.chars(), room - 1 - width(&tail));
    out.push(look.signs().more);
    out.extend(tail.chars().rev());
    out
}

fn fitting(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

/// A line as several where it is too long, at a blank if there is one near.
pub(super) fn fold(line: Line<'static>, room: usize) -> Vec<Line<'static>> {
    let text = line.to_string();
    let blanks = text.chars().take_while(|c| *c == ' ').count();
    // Beside a label it goes on below the text.
    let label = text.trim_start().split_once("  ").filter(|(label, _)| !label.contains(". "));
    let beside = label.map(|(label, rest)| {
        let between = rest.chars().take_while(|c| *c == ' ').count();
        blanks + width(label) + 2 + between
    });
    let indent = beside.filter(|indent| *indent <= FARTHEST);
    hanging(line, room, indent.unwrap_or((blanks + HANGING).min(FARTHEST)))
}

/// The same; what goes on does so below this column.
pub(super) fn hanging(line: Line<'static>, room: usize, indent: usize) -> Vec<Line<'static>> {
    let room = room.max(8);
    let indent = indent.min(room / 2);
    let all: Vec<(char, Style)> =
        line.spans.iter().flat_map(|span| span.content.chars().map(|c| (c, span.style))).collect();
    let wide = |some: &[(char, Style)]| some.iter().map(|(c, _)| c.width().unwrap_or(0)).sum::<usize>();
    if wide(&all) <= room {
        return vec![line];
    }
    let (mut rest, mut out) = (all.as_slice(), Vec::new());
    while !rest.is_empty() {
        let lead = if out.is_empty() { 0 } else { indent };
        let (head, tail) = rest.split_at(break_at(rest, room - lead));
        let mut spans = vec![Span::raw(" ".repeat(lead))];
        spans.extend(head.chunk_by(|a, b| a.1 == b.1).map(|run| {
            let style = run.first().map_or(Style::new(), |(_, style)| *style);
            Span::styled(run.iter().map(|(c, _)| *c).collect::<String>(), style)
        }));
        out.push(Line::from(spans));
        let gone = tail.iter().take_while(|(c, _)| *c == ' ').count();
        rest = tail.get(gone..).unwrap_or_default();
    }
    out
}

/// How many characters go into a line; at least one.
fn break_at(chars: &[(char, Style)], room: usize) -> usize {
    let mut used = 0;
    let fits = chars
        .iter()
        .take_while(|(c, _)| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .count()
        .max(1);
    if fits >= chars.len() {
        return fits;
    }
    let head = chars.get(..=fits).unwrap_or_default();
    let blank = head.iter().rposition(|(c, _)| *c == ' ');
    blank.filter(|at| *at > room / 2).unwrap_or(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look { color: true, ascii: false };

    #[test]
    fn our_colours_become_styles() {
        let line = lines(b"a \x1b[1;31mred\x1b[0m b\nnext", LOOK);
        let first: Vec<&str> = line[0].spans.iter().map(|s| &*s.content).collect();
        assert_eq!(first, ["a ", "red", " b"]);
        assert_eq!(line[0].spans[1].style.fg, Some(Color::Red));
        assert_eq!(line[0].spans[2].style, Style::new());
        assert_eq!(line.len(), 2);
        let plain = lines("│─▶ \x1b[1mx\x1b[0m ü".as_bytes(), Look { color: false, ascii: true });
        assert_eq!(plain[0].to_string(), "|-> x \\u{fc}");
    }

    #[test]
    fn texts_are_cut_by_columns() {
        assert_eq!(cut("日本語日本語", 5, LOOK), "日本…");
        assert_eq!(cut("short", 5, LOOK), "short");
        assert_eq!(cut("abc", 0, LOOK), "");
        assert_eq!(cut_middle("someone.long@contoso.com", 11, LOOK), "someo…o.com");
        assert!(width(&cut_middle("日本語日本語日本語", 9, LOOK)) <= 9);
    }

    #[test]
    fn long_lines_go_on_indented() {
        let folded = |text: &str, room| -> Vec<String> {
            fold(Line::from(text.to_owned()), room).iter().map(Line::to_string).collect()
        };
        assert_eq!(folded("  one two three four", 12), ["  one two", "    three", "    four"]);
        assert_eq!(folded("abcdefghijklmnop", 10), ["abcdefghij", "  klmnop"]);
        assert_eq!(folded("日本語日本語日本語", 8), ["日本語日", "  本語日", "  本語"]);
        assert_eq!(folded("fits", 10), ["fits"]);
        assert_eq!(folded("  mend  Set-Mailbox one two", 20), ["  mend  Set-Mailbox", "        one two"]);
    }
}
