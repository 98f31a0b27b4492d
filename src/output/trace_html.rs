//! `trace` as one page that needs nothing else: no script, no font, nothing from the network, and a policy that forbids them.
//! What the drawing shows stands in tables too. It is well-formed as XML.

use std::io::{self, Write};

use super::escape::html;
use super::lanes::{Picture, Step};
use super::numbers::counted;
use super::trace::{clock, delay, is_long};
use super::trace_svg::{STYLE, inside, tone_class};
use crate::model::finding::Evidence;

/// How the page looks; drawings have their own.
const PAGE: &str = include_str!("trace_html.css");
/// Hash of all that stands between the tags of `style`, for the policy: no other style is allowed.
const STYLE_HASH: &str = "sha256-41HZFMEXzOJu2WcvC7cW8GsemQMvyl5QsLKYPX/8bfU=";

/// Writes a page with some messages, and a sentence below them.
///
/// # Errors
/// If the output fails.
pub fn write(pictures: &[Picture], note: &str, out: &mut dyn Write) -> io::Result<()> {
    let title = pictures.first().map_or("no message", |p| p.title.as_str());
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         base-uri 'none'; form-action 'none'\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"referrer\" content=\"no-referrer\"/>\n<title>Way of {}</title>\n<style>{PAGE}{STYLE}</style>\n</head>\n\
         <body>\n<main>",
        html(title)
    )?;
    for (number, picture) in (1..).zip(pictures) {
        article(picture, number, &|_| None, out)?;
    }
    if pictures.is_empty() {
        writeln!(out, "<p>No message matched.</p>")?;
    }
    if !note.is_empty() {
        writeln!(out, "<p class=\"left\">{}</p>", html(note))?;
    }
    writeln!(out, "</main>\n</body>\n</html>")
}

/// Where the row at a place may be read, if anywhere: an address, made safe already.
pub(super) type Link<'l> = &'l dyn Fn(&Evidence) -> Option<String>;

/// Writes one message.
pub(super) fn article(
    picture: &Picture,
    number: usize,
    link: Link<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "<article>\n<h1>{}</h1>\n<dl>", html(&picture.title))?;
    for (label, text) in &picture.facts {
        writeln!(out, "<dt>{label}</dt><dd>{}</dd>", html(text))?;
    }
    writeln!(
        out,
        "</dl>\n<h2>What became of {}</h2>",
        counted(picture.ends.len() as u64, "recipient", "recipients")
    )?;
    ends(picture, link, out)?;
    for sentence in &picture.left_out {
        writeln!(out, "<p class=\"left\">{}</p>", html(sentence))?;
    }
    if !picture.steps.is_empty() {
        writeln!(
            out,
            "<h2>Its way</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Drawing of its way\">"
        )?;
        write!(out, "{}</div>\n<h2>Row by row</h2>\n", inside(picture, number))?;
        rows(picture, link, out)?;
    }
    writeln!(out, "</article>")
}

fn ends(picture: &Picture, link: Link<'_>, out: &mut dyn Write) -> io::Result<()> {
    if picture.ends.is_empty() {
        return writeln!(out, "<p>No row of this message names a recipient.</p>");
    }
    writeln!(
        out,
        "<table>\n<thead><tr><th scope=\"col\">recipient</th><th scope=\"col\">decision</th></tr></thead>\n<tbody>"
    )?;
    for end in &picture.ends {
        let number = if end.number == 0 { String::new() } else { format!("[{}] ", end.number) };
        writeln!(
            out,
            "<tr><td class=\"long\">{number}{}</td><td class=\"long\"><b class=\"{}\">{}</b><br/>{}<br/><span class=\"small\">{}</span></td></tr>",
            html(&end.title),
            tone_class(end.tone),
            end.decision,
            html(&end.words),
            place((&end.at, &end.evidence), link)
        )?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn rows(picture: &Picture, link: Link<'_>, out: &mut dyn Write) -> io::Result<()> {
    let several = picture.steps.iter().any(|step| !step.whom.is_empty());
    let whom = if several { "<th scope=\"col\">to</th>" } else { "" };
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Rows\">\n<table class=\"rows\">\n<thead><tr>\
         <th scope=\"col\">UTC</th><th scope=\"col\" class=\"num\">after</th><th scope=\"col\">server</th>\
         <th scope=\"col\">event</th>{whom}<th scope=\"col\">what</th><th scope=\"col\">file and line</th></tr></thead>\n<tbody>"
    )?;
    for step in &picture.steps {
        if step.gap > 0 {
            let gone = counted(step.gap as u64, "row", "rows");
            writeln!(
                out,
                "<tr><td colspan=\"{}\" class=\"left\">{gone} left out</td></tr>",
                6 + usize::from(several)
            )?;
        }
        let server = picture.lanes.get(step.lane).map_or("?", |lane| lane.name.as_str());
        writeln!(
            out,
            "<tr><td class=\"fix\">{}</td><td class=\"num fix{}\">{}</td><td>{}</td><td class=\"fix {}\">{}</td>{}\
             <td class=\"long\">{}</td><td class=\"long small\">{}</td></tr>",
            time(picture, step),
            if is_long(step) { " open" } else { "" },
            delay(step),
            html(server),
            tone_class(step.tone),
            step.event,
            if several {
                format!("<td>{}</td>", if step.whom.is_empty() { "all" } else { &step.whom })
            } else {
                String::new()
            },
            html(&step.words),
            place((&step.at, &step.evidence), link)
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>")
}

/// The place of a row.
fn place((at, text): (&Evidence, &str), link: Link<'_>) -> String {
    let text = html(text);
    link(at).map_or_else(|| text.clone(), |address| format!("<a href=\"{address}\">{text}</a>"))
}

/// When a row was written; with the day where it may be another.
pub(super) fn time(picture: &Picture, step: &Step) -> String {
    let (time, day) = clock(step);
    if picture.with_date { format!("{day} {time}") } else { time }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_allows_this_style_and_no_other() {
        let hash = Sha256::digest(format!("{PAGE}{STYLE}"));
        assert_eq!(STYLE_HASH, format!("sha256-{}", BASE64_STANDARD.encode(hash)));
        assert!(!format!("{PAGE}{STYLE}").contains(['\r', '<', '&']));
    }
}
