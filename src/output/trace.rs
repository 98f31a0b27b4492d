//! `trace` for a terminal: lanes that fit into 80 columns, time downwards, and a sentence for each recipient.

mod parts;

use std::borrow::Cow;
use std::io::{self, Write};

use super::escape::{ascii, terminal};
use super::lanes::{End, Kind, Lane, Picture, Step, Tone, Way};
use super::numbers::{counted, duration};
use super::report_text::wrapped;

pub use parts::{Part, parts};

/// Columns from one lane to the next, where there are few and many.
const GAPS: (usize, usize) = (4, 3);
/// So many lanes are few.
const FEW: usize = 5;
/// The words beside the lanes have no less room.
const LEAST: usize = 22;
/// A wait that catches the eye, milliseconds.
const LONG: i64 = 60_000;

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "1;31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";

/// How it is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line.
    pub width: usize,
    /// Colours.
    pub color: bool,
    /// Nothing but ASCII, also of texts.
    pub ascii: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, color: false, ascii: false }
    }
}

/// What lines are made of.
struct Signs {
    lane: char,
    missing: char,
    elsewhere: char,
    corner: char,
    across: char,
    right: char,
    left: char,
    good: char,
    bad: char,
    open: char,
    plain: char,
    note: char,
}

const UNICODE: Signs = Signs {
    lane: '│',
    missing: '┊',
    elsewhere: '╎',
    corner: '┌',
    across: '─',
    right: '▶',
    left: '◀',
    good: '✓',
    bad: '✗',
    open: '?',
    plain: '●',
    note: '○',
};

const ASCII: Signs = Signs {
    lane: '|',
    missing: '!',
    elsewhere: ':',
    corner: '.',
    across: '-',
    right: '>',
    left: '<',
    good: '+',
    bad: 'X',
    open: '?',
    plain: '*',
    note: 'o',
};

/// Writes one message.
///
/// # Errors
/// If the output fails.
pub fn write(picture: &Picture, style: Style, out: &mut dyn Write) -> io::Result<()> {
    View::of(picture, style).write(out)
}

/// Writes its lanes alone.
pub(super) fn write_lanes(picture: &Picture, style: Style, out: &mut dyn Write) -> io::Result<()> {
    View::of(picture, style).lanes(out)
}

/// The time since the row before, with its sign.
pub(super) fn delay(step: &Step) -> String {
    let shown = |ms: i64| format!("{}{}", if ms < 0 { '-' } else { '+' }, duration(ms.unsigned_abs()));
    step.after.map_or(String::new(), shown)
}

/// Whether the wait before a row catches the eye.
pub(super) fn is_long(step: &Step) -> bool {
    step.after.is_some_and(|ms| ms >= LONG)
}

/// Time of day, and the day.
pub(super) fn clock(step: &Step) -> (String, String) {
    let time = step.time.to_string();
    let part = |range: std::ops::Range<usize>| time.get(range).unwrap_or_default().to_owned();
    (part(11..23), part(0..10))
}

/// Signs of a line, each with its colour.
type Cells = Vec<(char, &'static str)>;

struct View<'a> {
    picture: &'a Picture,
    style: Style,
    signs: &'static Signs,
    /// Room for delays.
    delays: usize,
    gap: usize,
}

impl<'a> View<'a> {
    fn of(picture: &'a Picture, style: Style) -> Self {
        let signs = if style.ascii { &ASCII } else { &UNICODE };
        let delays = picture.steps.iter().map(|step| delay(step).len()).max().unwrap_or(0);
        let gap = if picture.lanes.len() > FEW { GAPS.1 } else { GAPS.0 };
        Self { picture, style, signs, delays, gap }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let picture = self.picture;
        self.head(out)?;
        if !picture.steps.is_empty() {
            writeln!(out)?;
            self.lanes(out)?;
        }
        for end in &picture.ends {
            writeln!(out)?;
            self.end(end, out)?;
        }
        self.rest(out)
    }

    /// The message as a whole.
    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in wrapped(&self.text(&self.picture.title), self.style.width) {
            writeln!(out, "{}", self.paint(BOLD, &line))?;
        }
        for (label, text) in &self.picture.facts {
            self.hanging(&format!("  {label:<9} "), DIM, text, out)?;
        }
        Ok(())
    }

    /// What there is to say where recipients, or some of them, are missing.
    fn rest(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.picture.ends.is_empty() {
            writeln!(out, "\n  no row of this message names a recipient")?;
        }
        for sentence in &self.picture.left_out {
            writeln!(out)?;
            self.hanging("  ", YELLOW, sentence, out)?;
        }
        Ok(())
    }

    fn lanes(&self, out: &mut dyn Write) -> io::Result<()> {
        self.heads(out)?;
        let mut day = String::new();
        for step in &self.picture.steps {
            self.dated(step, &mut day, out)?;
        }
        Ok(())
    }

    /// A row, beneath its day if that is another than that of the row before.
    fn dated(&self, step: &Step, day: &mut String, out: &mut dyn Write) -> io::Result<()> {
        let (_, today) = clock(step);
        if self.picture.with_date && today != *day {
            writeln!(out, "  {}", self.paint(BOLD, &today))?;
        }
        *day = today;
        self.step(step, out)
    }

    /// A text, so that it commands nothing.
    fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.style.ascii { ascii(text) } else { terminal(text) }
    }

    fn paint<'t>(&self, code: &str, text: &'t str) -> Cow<'t, str> {
        if self.style.color && !code.is_empty() {
            Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// A text that goes on beneath its own beginning.
    fn hanging(&self, head: &str, color: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let room = head.chars().count();
        for (i, line) in wrapped(&self.text(text), self.style.width.saturating_sub(room)).iter().enumerate() {
            let head = if i == 0 { self.paint(color, head) } else { Cow::Owned(" ".repeat(room)) };
            writeln!(out, "{head}{line}")?;
        }
        Ok(())
    }

    /// Columns before the lanes: the time, the delay.
    fn margin(&self) -> usize {
        2 + 12 + 1 + self.delays + 1
    }

    /// Names of the lanes, like stairs.
    fn heads(&self, out: &mut dyn Write) -> io::Result<()> {
        for (i, lane) in self.picture.lanes.iter().enumerate() {
            let mut cells = self.bars(i);
            cells.extend([(self.signs.corner, color(lane)), (' ', "")]);
            // A name that goes on does so beside its own lane.
            let room = self.style.width.saturating_sub(self.margin() + (i + 1) * self.gap + 1).max(LEAST);
            let note = lane.kind.note();
            let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
            for (k, line) in wrapped(&format!("{}{note}", self.text(&lane.name)), room).iter().enumerate() {
                let head = if i == 0 && k == 0 { "UTC" } else { "" };
                if k > 0 {
                    cells = self.bars(i + 1);
                    cells.push((' ', ""));
                }
                let margin = self.margin() - 2;
                let line = self.paint(color(lane), line);
                writeln!(out, "  {}{}{line}", self.paint(DIM, &format!("{head:margin$}")), self.run(&cells))?;
            }
        }
        Ok(())
    }

    /// The first so many lanes, where nothing happens.
    fn bars(&self, lanes: usize) -> Cells {
        let mut cells = Vec::new();
        for lane in self.picture.lanes.iter().take(lanes) {
            let sign = match lane.kind {
                Kind::Missing => self.signs.missing,
                Kind::Elsewhere | Kind::MoreHosts => self.signs.elsewhere,
                _ => self.signs.lane,
            };
            cells.push((sign, color(lane)));
            cells.extend(std::iter::repeat_n((' ', ""), self.gap - 1));
        }
        cells
    }

    /// The lanes where something happens.
    fn drawn(&self, step: &Step) -> Cells {
        let signs = self.signs;
        let (sign, color) = match step.tone {
            Tone::Bad => (signs.bad, RED),
            Tone::Open => (signs.open, YELLOW),
            Tone::Good => (signs.good, GREEN),
            Tone::Plain => (signs.plain, ""),
            Tone::Note => (signs.note, DIM),
        };
        let mut cells = self.bars(self.picture.lanes.len());
        let own = step.lane * self.gap;
        if let Way::To(at) | Way::From(at) = step.way {
            let other = at * self.gap;
            let (from, to) = (own.min(other), own.max(other));
            // The head touches the lane that the message comes to.
            let at_other = matches!(step.way, Way::To(_));
            let rightwards = at_other == (other > own);
            for (column, cell) in cells.iter_mut().enumerate().take(to).skip(from + 1) {
                let head = if rightwards { column + 1 == to } else { column == from + 1 };
                let arrow = if rightwards { signs.right } else { signs.left };
                *cell = (if head { arrow } else { signs.across }, CYAN);
            }
        }
        if let Some(cell) = cells.get_mut(own) {
            *cell = (sign, color);
        }
        cells
    }

    /// Cells as text; what looks alike is coloured together.
    fn run(&self, cells: &[(char, &'static str)]) -> String {
        let mut out = String::new();
        for part in cells.chunk_by(|a, b| a.1 == b.1) {
            let signs: String = part.iter().map(|(sign, _)| sign).collect();
            out.push_str(&self.paint(part.first().map_or("", |(_, color)| color), &signs));
        }
        out
    }

    fn step(&self, step: &Step, out: &mut dyn Write) -> io::Result<()> {
        let (time, _) = clock(step);
        let bars = self.bars(self.picture.lanes.len());
        if step.gap > 0 {
            let rows = counted(step.gap as u64, "row", "rows");
            let margin = self.margin() - 2;
            writeln!(
                out,
                "  {:margin$}{}{}",
                "",
                self.run(&bars),
                self.paint(YELLOW, &format!("{rows} left out"))
            )?;
        }
        let whom = if step.whom.is_empty() { String::new() } else { format!("[{}] ", self.text(&step.whom)) };
        let room = self.style.width.saturating_sub(self.margin() + bars.len()).max(LEAST);
        let all = format!("{} {whom}{}", step.event, self.text(&step.words));
        for (i, line) in wrapped(all.trim_end(), room).iter().enumerate() {
            if i == 0 {
                let delay = format!("{:>width$}", delay(step), width = self.delays);
                let delay = self.paint(if is_long(step) { YELLOW } else { DIM }, &delay).into_owned();
                let words = line.strip_prefix(step.event).unwrap_or_default();
                let event = if words.is_empty() && line != step.event { line } else { step.event };
                let color = match step.tone {
                    Tone::Bad => RED,
                    Tone::Open => YELLOW,
                    Tone::Good => GREEN,
                    Tone::Plain => BOLD,
                    Tone::Note => DIM,
                };
                let drawn = self.run(&self.drawn(step));
                writeln!(
                    out,
                    "  {} {delay} {drawn}{}{words}",
                    self.paint(DIM, &time),
                    self.paint(color, event)
                )?;
            } else {
                let margin = self.margin() - 2;
                writeln!(out, "  {:margin$}{}{line}", "", self.run(&bars))?;
            }
        }
        Ok(())
    }

    fn end(&self, end: &End, out: &mut dyn Write) -> io::Result<()> {
        let number = if end.number == 0 { String::new() } else { format!("[{}] ", end.number) };
        self.hanging(&format!("  {number}to "), BOLD, &end.title, out)?;
        let (sign, color) = match end.tone {
            Tone::Bad => (self.signs.bad, RED),
            Tone::Good => (self.signs.good, GREEN),
            _ => (self.signs.open, YELLOW),
        };
        self.hanging(&format!("    {sign} "), color, &end.words, out)?;
        self.hanging("      ", "", &format!("{} ({})", end.decision, end.evidence), out)
    }
}

/// A lane's colour says what is known of the place.
fn color(lane: &Lane) -> &'static str {
    match lane.kind {
        Kind::Missing => YELLOW,
        Kind::Elsewhere | Kind::MoreHosts => DIM,
        _ => "",
    }
}
