//! A list of messages, with the form that asks for another one.

mod form;

use serde::Serialize;

use super::super::escape::{html, url};
use super::super::numbers::{counted, duration, grouped, size};
use super::{Frame, moment, way};
use crate::model::finding::Evidence;

pub use form::{Field, Form};

/// A message. Fields in the order of output.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// First row; RFC 3339.
    pub first_seen: String,
    /// As the log has it.
    pub message_id: Option<String>,
    /// In lower case with dashes.
    pub network_message_id: Option<String>,
    /// Return path, else sender-address.
    pub sender: Option<String>,
    /// `None` where none is known or none may be shown.
    pub subject: Option<String>,
    /// Bytes.
    pub size_bytes: Option<u64>,
    /// The longest that a recipient waited.
    pub latency_ms: i64,
    /// The first of its recipients.
    pub recipient: Option<String>,
    /// How many there are.
    pub recipients: usize,
    /// What was decided, for how many of them.
    pub decisions: Vec<Decided>,
    /// By which send connectors it left.
    pub connectors: Vec<String>,
    /// Kinds of findings that hold for it.
    pub findings: Vec<&'static str>,
    /// Where its first row stands.
    pub evidence: Option<Evidence>,
    /// Its rows are not in the logs any more: message-id and subject are not known.
    pub gone: bool,
}

/// A decision, and for how many recipients.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Decided {
    /// As `routes` names it.
    pub decision: &'static str,
    /// Recipients.
    pub recipients: usize,
}

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub struct List<'l> {
    /// What was asked for.
    pub form: Form<'l>,
    /// The messages of this page.
    pub items: &'l [Item],
    /// How many there are in all.
    pub total: usize,
    /// This page and the last one, from 1.
    pub page: (usize, usize),
    /// When the logs were read.
    pub read_at: &'l str,
    /// No subject may be shown.
    pub no_subjects: bool,
}

/// The page.
pub fn page(list: &List<'_>) -> String {
    let total = counted(list.total as u64, "message", "messages");
    let mut main = format!("<h1>Messages</h1>\n{}", list.form.shown());
    main.push_str(&format!("<p class=\"total\" role=\"status\"><b>{total}</b>{}</p>\n", page_of(list)));
    if list.items.is_empty() {
        main.push_str(
            "<p class=\"none\">Nothing matched; a pattern means the whole text, *offsite* a part of it.</p>\n",
        );
    } else {
        main.push_str(&table(list));
        main.push_str(&pages(list));
    }
    main.push_str(&format!(
        "<p class=\"under quiet\"><a href=\"{}\">This list as JSON</a></p>\n",
        html(&format!("api/{}", list.form.address(&[("page", list.page.0.to_string())])))
    ));
    Frame { title: &format!("Messages: {total}"), read_at: Some(list.read_at), again: None }.around(&main)
}

fn page_of(list: &List<'_>) -> String {
    let (page, last) = list.page;
    if last > 1 {
        format!(", page {} of {}", grouped(page as u64), grouped(last as u64))
    } else {
        String::new()
    }
}

fn table(list: &List<'_>) -> String {
    let heads = [
        ("Time (UTC)", Some("time"), ""),
        ("From", Some("sender"), ""),
        ("To", Some("recipients"), ""),
        ("Subject", None, ""),
        ("Decision", Some("decision"), ""),
        ("Size", Some("size"), " class=\"r\""),
        ("Took", Some("latency"), " class=\"r\""),
        ("Findings", None, ""),
    ];
    let mut out =
        "<div class=\"panel list\" tabindex=\"0\" role=\"region\" aria-label=\"Messages\">\n<table>\n\
                   <caption class=\"unseen\">Messages</caption>\n<thead><tr>"
            .to_owned();
    for (words, sort, class) in heads.iter().filter(|head| !(list.no_subjects && head.0 == "Subject")) {
        out.push_str(&match sort {
            Some(sort) => list.form.head(words, sort, class),
            None => format!("<th scope=\"col\"{class}>{words}</th>"),
        });
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    list.items.iter().for_each(|item| row(item, list.no_subjects, &mut out));
    out.push_str("</tbody>\n</table>\n</div>\n");
    out
}

/// A text that may be missing.
fn text(text: Option<&String>) -> String {
    let text = text.map(String::as_str).filter(|text| !text.is_empty());
    text.map_or_else(
        || "<span class=\"quiet\">-</span>".to_owned(),
        |text| format!("<bdi>{}</bdi>", html(text)),
    )
}

/// What a message is called in addresses.
fn link(item: &Item) -> Option<String> {
    let id = item.network_message_id.as_ref().or(item.message_id.as_ref()).filter(|id| !id.is_empty());
    match id {
        Some(id) => Some(format!("message?id={}", url(id))),
        None => item.evidence.as_ref().and_then(way::address),
    }
}

fn row(item: &Item, no_subjects: bool, out: &mut String) {
    let time = moment(&item.first_seen);
    let time = link(item)
        .map_or_else(|| html(&time), |address| format!("<a href=\"{}\">{}</a>", html(&address), html(&time)));
    let more = item.recipients.saturating_sub(1);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" <span class=\"quiet\">and {}</span>", counted(more as u64, "other", "others"))
    };
    let decisions = item.decisions.iter().map(|d| match d.recipients {
        1 => d.decision.to_owned(),
        n => format!("{} {}", grouped(n as u64), d.decision),
    });
    let gone = if item.gone { " <span class=\"quiet\">(its rows are gone)</span>" } else { "" };
    let mut cells = vec![
        ("when", "", time + gone),
        ("from", "From", text(item.sender.as_ref())),
        ("to", "To", text(item.recipient.as_ref()) + &more),
    ];
    if !no_subjects {
        cells.push(("subject", "Subject", text(item.subject.as_ref())));
    }
    cells.push(("way-of", "Decision", html(&decisions.collect::<Vec<_>>().join(", "))));
    cells.push(("r", "Size", item.size_bytes.map_or_else(|| "-".to_owned(), size)));
    cells.push(("r", "Took", duration(item.latency_ms.max(0) as u64)));
    cells.push(("kinds", "Findings", html(&item.findings.join(", "))));
    out.push_str("<tr>");
    for (class, label, cell) in &cells {
        let empty = if cell.is_empty() { " empty" } else { "" };
        out.push_str(&format!("<td class=\"{class}{empty}\" data-label=\"{label}\">{cell}</td>"));
    }
    out.push_str("</tr>\n");
}

/// Links to the pages beside this one.
fn pages(list: &List<'_>) -> String {
    let (page, last) = list.page;
    let link = |to: usize, words: &str, rel: &str| {
        if to == page || to == 0 || to > last {
            return format!("<span class=\"quiet\">{words}</span>");
        }
        let address = list.form.address(&[("page", to.to_string())]);
        format!("<a href=\"{}\"{rel}>{words}</a>", html(&address))
    };
    if last <= 1 {
        return String::new();
    }
    format!(
        "<nav class=\"pages\" aria-label=\"Pages of the list\">{} {} <span>Page {} of {}</span> {} {}</nav>\n",
        link(1, "First", ""),
        link(page.saturating_sub(1), "Previous", " rel=\"prev\""),
        grouped(page as u64),
        grouped(last as u64),
        link(page + 1, "Next", " rel=\"next\""),
        link(last, "Last", "")
    )
}
