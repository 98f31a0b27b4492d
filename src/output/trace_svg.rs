//! `trace` as a drawing: the lanes of [`Picture`] as SVG, alone or inside a page. No script, no font, no reference to
//! anything outside. Letters are taken to be 8 wide, which letters of one width are not in 13 pixels.

use std::io::{self, Write};

use super::escape::{drawn, html};
use super::lanes::{End, Kind, Lane, Picture, Step, Tone, Way};
use super::numbers::counted;
use super::report_text::wrapped;
use super::trace::{clock, delay, is_long};

/// Colours and letters of drawings.
pub(super) const STYLE: &str = include_str!("trace_svg.css");

/// Width of a letter.
const CELL: usize = 8;
/// Height of a line.
const LINE: usize = 18;
/// Space at the edges.
const EDGE: usize = 16;
/// Letters of a line of words.
const WORDS: usize = 64;
/// From one lane to the next, where there are few and many.
const GAPS: (usize, usize) = (48, 34);
/// So many lanes are few.
const FEW: usize = 5;
/// From one row to the next.
const BETWEEN: usize = 8;
/// Between two messages.
const APART: usize = 48;

/// Writes a file of its own with some messages, and a sentence below them.
///
/// # Errors
/// If the output fails.
pub fn write(pictures: &[Picture], note: &str, out: &mut dyn Write) -> io::Result<()> {
    let width = pictures.iter().map(|p| Places::of(p).width).max().unwrap_or(EDGE * 2 + WORDS * CELL);
    let mut sheet = Sheet { out: String::new(), y: EDGE + LINE };
    for (i, picture) in pictures.iter().enumerate() {
        sheet.y += if i == 0 { 0 } else { APART };
        let letters = (width - EDGE * 2) / CELL;
        sheet.head(picture, letters);
        sheet.lanes(picture);
        sheet.ends(picture, letters);
    }
    if !note.is_empty() {
        sheet.y += BETWEEN;
        sheet.text(EDGE, "q", note);
        sheet.y += LINE;
    }
    let height = sheet.y;
    let title = pictures.first().map_or("no message", |p| p.title.as_str());
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>The way of {}</title>\n<style>\n{STYLE}svg {{ background: #fff }}\n\
         @media (prefers-color-scheme: dark) {{ svg {{ background: #0f1419 }} }}\n</style>",
        html(title)
    )?;
    writeln!(out, "{}</svg>", sheet.out)
}

/// The lanes of one message, to stand in a page.
pub(super) fn inside(picture: &Picture, number: usize) -> String {
    let mut sheet = Sheet { out: String::new(), y: LINE };
    sheet.lanes(picture);
    let (width, height) = (Places::of(picture).width, sheet.y);
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"way-{number}\">\n<title id=\"way-{number}\">The way of the message from server to server; the \
         table of its rows says the same</title>\n{}</svg>\n",
        sheet.out
    )
}

/// Where things stand from left to right.
struct Places {
    /// Right edge of the delays.
    delays: usize,
    first_lane: usize,
    gap: usize,
    words: usize,
    width: usize,
}

impl Places {
    fn of(picture: &Picture) -> Self {
        let letters = picture.steps.iter().map(|step| delay(step).len()).max().unwrap_or(0);
        let delays = EDGE + (12 + 1 + letters) * CELL;
        let gap = if picture.lanes.len() > FEW { GAPS.1 } else { GAPS.0 };
        let first_lane = delays + 24;
        let words = first_lane + picture.lanes.len().saturating_sub(1) * gap + 20;
        Self { delays, first_lane, gap, words, width: words + WORDS * CELL + EDGE }
    }

    fn lane(&self, at: usize) -> usize {
        self.first_lane + at * self.gap
    }
}

/// What is drawn so far, and the base line of the next text.
struct Sheet {
    out: String,
    y: usize,
}

impl Sheet {
    /// A line of text, which is made safe here.
    fn text(&mut self, x: usize, class: &str, text: &str) {
        self.out.push_str(&format!(
            "<text x=\"{x}\" y=\"{}\" class=\"{class}\">{}</text>\n",
            self.y,
            html(text)
        ));
    }

    /// Lines of text, one below the other.
    fn lines(&mut self, (x, class): (usize, &str), text: &str, letters: usize) {
        for line in wrapped(&drawn(text), letters) {
            self.text(x, class, &line);
            self.y += LINE;
        }
    }

    fn head(&mut self, picture: &Picture, letters: usize) {
        self.lines((EDGE, "h"), &picture.title, letters);
        for (label, text) in &picture.facts {
            self.text(EDGE, "q", label);
            self.lines((EDGE + 10 * CELL, "t"), text, letters.saturating_sub(10));
        }
        self.y += BETWEEN;
    }

    /// Names of lanes, their lines, and the rows on them.
    fn lanes(&mut self, picture: &Picture) {
        if picture.steps.is_empty() {
            return;
        }
        let places = Places::of(picture);
        let lines = std::mem::take(&mut self.out);
        let mut tops = Vec::new();
        self.text(EDGE, "q", "UTC");
        for (i, lane) in picture.lanes.iter().enumerate() {
            tops.push(self.y);
            let note = lane.kind.note();
            let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
            let letters = (places.width - places.lane(i) - EDGE - 6) / CELL;
            let name = format!("{}{note}", lane.name);
            self.lines((places.lane(i) + 6, class_of(lane)), &name, letters);
        }
        self.y += BETWEEN;
        let mut day = String::new();
        for step in &picture.steps {
            let (_, today) = clock(step);
            if picture.with_date && day != today {
                self.text(EDGE, "e", &today);
                self.y += LINE;
            }
            day = today;
            self.step(step, &places);
        }
        let drawn = std::mem::replace(&mut self.out, lines);
        let end = self.y - LINE + BETWEEN;
        for ((i, lane), top) in picture.lanes.iter().enumerate().zip(tops) {
            let (x, class) = (places.lane(i), line_of(lane));
            self.out.push_str(&format!("<path d=\"M{x} {}V{end}\" class=\"l {class}\"/>\n", top - 11));
        }
        self.out.push_str(&drawn);
    }

    fn step(&mut self, step: &Step, places: &Places) {
        if step.gap > 0 {
            self.text(places.words, "o", &format!("{} left out", counted(step.gap as u64, "row", "rows")));
            self.y += LINE + BETWEEN;
        }
        self.out.push_str(&format!("<g><title>{}</title>\n", html(&step.evidence)));
        self.text(EDGE, "q", &clock(step).0);
        let delay = delay(step);
        let class = if is_long(step) { "o r" } else { "q r" };
        if !delay.is_empty() {
            self.text(places.delays, class, &delay);
        }
        self.sign(step, places);
        let whom = if step.whom.is_empty() { String::new() } else { format!("[{}] ", step.whom) };
        let all = format!("{} {whom}{}", step.event, step.words);
        for (i, line) in wrapped(drawn(&all).trim_end(), WORDS).iter().enumerate() {
            match line.strip_prefix(step.event).filter(|_| i == 0) {
                Some(words) => {
                    let (event, class) = (html(step.event), tone_class(step.tone));
                    self.out.push_str(&format!(
                        "<text x=\"{}\" y=\"{}\" class=\"t\"><tspan class=\"e {class}\">{event}</tspan>{}</text>\n",
                        places.words,
                        self.y,
                        html(words)
                    ));
                }
                None => self.text(places.words, "t", line),
            }
            self.y += LINE;
        }
        self.out.push_str("</g>\n");
        self.y += BETWEEN;
    }

    /// The arrow of a row, and the sign of what it is.
    fn sign(&mut self, step: &Step, places: &Places) {
        let (x, y) = (places.lane(step.lane), self.y - 4);
        if let Way::To(at) | Way::From(at) = step.way {
            let other = places.lane(at);
            // The head stands where the message comes to: at the lane, or before the sign.
            let (tail, tip) = match step.way {
                Way::To(_) => (x, if other > x { other - 1 } else { other + 1 }),
                _ => (other, if other > x { x + 8 } else { x - 8 }),
            };
            let base = if tip > tail { tip - 8 } else { tip + 8 };
            self.out.push_str(&format!(
                "<path d=\"M{tail} {y}H{base}\" class=\"a\"/><path d=\"M{tip} {y}L{base} {}V{}Z\" class=\"p\"/>\n",
                y - 4,
                y + 4
            ));
        }
        let class = tone_class(step.tone);
        let sign = match step.tone {
            Tone::Plain => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" class=\"d\"/>"),
            Tone::Note => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\" class=\"n\"/>"),
            tone => format!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"7\" class=\"d {class}\"/><path d=\"{}\" class=\"s\"/>",
                mark(tone, x, y)
            ),
        };
        self.out.push_str(&sign);
        self.out.push('\n');
    }

    fn ends(&mut self, picture: &Picture, letters: usize) {
        for end in &picture.ends {
            self.y += BETWEEN;
            self.end(end, letters);
        }
        if picture.ends.is_empty() {
            self.lines((EDGE, "q"), "No row of this message names a recipient.", letters);
        }
        for sentence in &picture.left_out {
            self.y += BETWEEN;
            self.lines((EDGE, "o"), sentence, letters);
        }
    }

    fn end(&mut self, end: &End, letters: usize) {
        let number = if end.number == 0 { String::new() } else { format!("[{}] ", end.number) };
        self.lines((EDGE, "h"), &format!("{number}to {}", end.title), letters);
        let (x, y, class) = (EDGE + 8, self.y - 4, tone_class(end.tone));
        self.out.push_str(&format!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"7\" class=\"d {class}\"/><path d=\"{}\" class=\"s\"/>\n",
            mark(end.tone, x, y)
        ));
        let letters = letters.saturating_sub(3);
        self.lines((EDGE + 3 * CELL, "t"), &end.words, letters);
        self.lines((EDGE + 3 * CELL, "q"), &format!("{} ({})", end.decision, end.evidence), letters);
    }
}

/// A tick, a cross, or dots.
fn mark(tone: Tone, x: usize, y: usize) -> String {
    match tone {
        Tone::Good => format!("M{} {y}L{} {}L{} {}", x - 3, x - 1, y + 3, x + 4, y - 3),
        Tone::Bad => {
            format!("M{} {}L{} {}M{} {}L{} {}", x - 3, y - 3, x + 3, y + 3, x + 3, y - 3, x - 3, y + 3)
        }
        _ => format!("M{} {y}h0M{x} {y}h0M{} {y}h0", x - 4, x + 4),
    }
}

/// How a tone is coloured.
pub(super) fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "bad",
        Tone::Open => "open",
        Tone::Good => "good",
        Tone::Plain => "",
        Tone::Note => "note",
    }
}

fn class_of(lane: &Lane) -> &'static str {
    match lane.kind {
        Kind::Missing => "o",
        Kind::Elsewhere | Kind::MoreHosts => "q",
        _ => "h",
    }
}

fn line_of(lane: &Lane) -> &'static str {
    match lane.kind {
        Kind::Missing => "missing",
        Kind::Elsewhere | Kind::MoreHosts => "else",
        _ => "",
    }
}
