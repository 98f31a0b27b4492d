//! The part of a mail that is HTML. Programs for mail know little of it: tables, and styles on the elements themselves.

use crate::model::finding::{Finding, Severity};
use crate::model::report::Report;
use crate::model::standing::Known;
use crate::output::escape::{html, html_lines};
use crate::output::findings::{about, extent};
use crate::output::numbers::percent;
use crate::output::report_text::brief_title;
use crate::output::report_text::content::{Block, Cell, Lay, facts, figures};
use crate::output::report_text::findings::{also, cause, explained, why};
use crate::output::standing::Told;

const CELL: &str = "padding:2px 12px 2px 0;vertical-align:top;text-align:";
const CODE: &str = "margin:4px 0 0;padding:6px;background:#f3f4f6;color:#1b1f24;font-family:Consolas,monospace;font-size:13px;\
                    white-space:pre-wrap";

/// Writes the part; `note` stands at its end.
pub(super) fn write(report: &Report, most: usize, note: &str) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0}</title></head>\n\
         <body style=\"font-family:Segoe UI,Arial,sans-serif;font-size:14px;color:#1b1f24;background:#ffffff\">\n\
         <h1 style=\"font-size:18px;font-weight:600\">{0}</h1>\n",
        html(&report.verdict)
    );
    if !report.attention.is_empty() {
        out.push_str("<table role=\"presentation\">\n");
    }
    for point in &report.attention {
        let (label, color) = if point.wrong { ("wrong", "#b3261e") } else { ("open", "#8a5700") };
        out.push_str(&row(&[
            (format!("<b style=\"color:{color}\">{label}</b>"), "left"),
            (html(&point.text), "left"),
        ]));
    }
    if !report.attention.is_empty() {
        out.push_str("</table>\n");
    }
    out.push_str("<table role=\"presentation\">\n");
    for (label, text) in facts(report) {
        out.push_str(&row(&[(format!("<b>{label}</b>"), "left"), (html(&text), "left")]));
    }
    out.push_str("</table>\n");
    let told = Told::of(report).lines();
    let some: Vec<&Finding> = report.findings.iter().take(most).collect();
    if !some.is_empty() || !told.is_empty() {
        out.push_str(&heading(&brief_title(some.len(), report.findings.len())));
    }
    for line in told {
        out.push_str(&format!("<p>{}.</p>\n", html(&line)));
    }
    let all: Vec<&Finding> = report.findings.iter().collect();
    for (number, (finding, signs)) in (1..).zip(explained(&some)) {
        out.push_str(&shown(number, (finding, cause(finding, &all)), &signs));
    }
    for block in figures(report) {
        out.push_str(&table(&block));
    }
    if !note.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", html(note)));
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn heading(title: &str) -> String {
    format!("<h2 style=\"font-size:16px;margin:18px 0 6px\">{}</h2>\n", html(title))
}

/// A row of cells, each safe already, with how it is aligned.
fn row(cells: &[(String, &str)]) -> String {
    let cell = |(text, align): &(String, &str)| format!("<td style=\"{CELL}{align}\">{text}</td>");
    let cells = cells.iter().map(cell).collect::<Vec<_>>().concat();
    format!("<tr>{cells}</tr>\n")
}

fn shown(number: usize, (finding, cause): (&Finding, Option<&Finding>), signs: &[&Finding]) -> String {
    let severity = finding.severity.as_str();
    let color = match finding.severity {
        Severity::Critical | Severity::High => "#b3261e",
        Severity::Medium | Severity::Low => "#8a5700",
        Severity::Info => "#57606a",
    };
    let standing = finding.standing.map_or(String::new(), |s| format!(" ({})", s.words()));
    let about = about(finding).into_iter().map(|(label, text)| format!(", {label} {}", html(text)));
    let about = about.collect::<Vec<_>>().concat();
    let fix = &cause.unwrap_or(finding).fix;
    let fix = if fix.is_empty() {
        String::new()
    } else {
        format!("<pre style=\"{CODE}\">{}</pre>", html_lines(fix.trim_end_matches('\n')))
    };
    let known = finding.known.iter().map(Known::words);
    let signs = signs.iter().map(|sign| format!("Also: {}", also(sign)));
    let more = cause.iter().map(|cause| format!("Cause: {}", why(cause))).chain(known).chain(signs);
    let more = more.map(|line| format!("<br>\n{}", html(&line))).collect::<Vec<_>>().concat();
    format!(
        "<div style=\"margin:0 0 14px\"><b>{number}. <span style=\"color:{color}\">{severity}</span> {}{standing}</b><br>\n\
         {}, confidence {}{about}<br>\n{}<br>\n{}{more}\n{fix}</div>\n",
        html(finding.title),
        finding.kind,
        finding.confidence.as_str(),
        html(&extent(finding)),
        html(&finding.cause),
    )
}

fn table(block: &Block) -> String {
    let align = |lay: Lay| if lay == Lay::Right { "right" } else { "left" };
    let mut out = heading(&block.title);
    if !block.note.is_empty() {
        out.push_str(&format!("<p style=\"margin:0 0 4px;color:#57606a\">{}</p>\n", html(&block.note)));
    }
    out.push_str("<table>\n<tr>");
    for (head, lay) in &block.columns {
        let align = align(*lay);
        out.push_str(&format!("<th style=\"{CELL}{align};color:#57606a\">{}</th>", html(head)));
    }
    out.push_str("</tr>\n");
    for line in &block.rows {
        let cells = line.cells.iter().zip(&block.columns).map(|(cell, (_, lay))| (text(cell), align(*lay)));
        out.push_str(&row(&cells.collect::<Vec<_>>()));
        if let Some(details) = &line.details {
            let (span, details) = (block.columns.len(), text(details));
            out.push_str(&format!(
                "<tr><td colspan=\"{span}\" style=\"{CELL}left;color:#57606a\">{details}</td></tr>\n"
            ));
        }
    }
    out.push_str("</table>\n");
    out
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Own(text) | Cell::Log(text) => html(text),
        Cell::Bar(value, most) => percent(*value, *most),
    }
}
