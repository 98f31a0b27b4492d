//! Pages for browsers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::super::inquiry::line::Line;
use super::answer::{made, page};
use super::asking::{self, Wanted};
use super::failure::Failure;
use super::logs::Logs;
use super::shown::Shown;
use super::token::hex;
use crate::model::finding::Evidence;
use crate::model::journey::Decision;
use crate::output::escape::url;
use crate::output::lanes::MOST_MESSAGES;
use crate::output::numbers::counted;
use crate::output::served::list::{self, Decided, Field, Form, Item, List};
use crate::output::served::record::{self, Record};
use crate::output::served::{self, way};
use crate::pipeline::{Found, Raw, Sort};

/// Messages on a page of a list.
pub(super) const EACH: usize = 50;

pub(super) async fn report(State(logs): State<Arc<Logs>>, asked: HeaderMap) -> Result<Response, Failure> {
    let shown = logs.shown()?;
    let mut response = made(&shown.page, "text/html; charset=utf-8", &asked);
    if let Ok(policy) = HeaderValue::from_str(&format!("{}; frame-ancestors 'none'", shown.policy)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// The style of all pages but the report.
pub(super) async fn style(asked: HeaderMap) -> Response {
    let text = served::style();
    let hash = hex(Sha256::digest(text.as_bytes()).get(..8).unwrap_or_default());
    let tag = format!("\"{hash}\"");
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    if known {
        return (axum::http::StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, text).into_response()
}

pub(super) async fn nothing() -> Failure {
    Failure::missing("There is no such page.")
}

/// A page of a list of messages.
pub(super) struct Listed {
    pub items: Vec<Item>,
    pub total: usize,
    /// How many pages there are, at least one.
    pub pages: usize,
}

impl Listed {
    pub(super) fn of(wanted: &Wanted, shown: &Shown) -> Result<Self, Failure> {
        let found = shown.find(&wanted.asked)?;
        let pages = found.len().div_ceil(EACH).max(1);
        let from = (wanted.page - 1).saturating_mul(EACH);
        if wanted.page > pages {
            let pages = counted(pages as u64, "page", "pages");
            return Err(Failure::missing(format!("The list has {pages} only.")));
        }
        let some: Vec<Found> = found.iter().skip(from).take(EACH).cloned().collect();
        let looked = shown.inquiry.look(&some)?;
        Ok(Self { items: looked.lines().into_iter().map(item).collect(), total: found.len(), pages })
    }
}

fn item(line: Line) -> Item {
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let decided =
        |(decision, recipients): (Decision, usize)| Decided { decision: decision.as_str(), recipients };
    Item {
        first_seen: line.first_seen.to_string(),
        message_id: filled(line.message_id),
        network_message_id: line.network_message_id,
        sender: filled(line.sender),
        subject: line.subject.and_then(filled),
        size_bytes: line.size_bytes,
        latency_ms: line.latency_ms,
        recipient: filled(line.recipient),
        recipients: line.recipients,
        decisions: line.decisions.into_iter().map(decided).collect(),
        connectors: line.connectors,
        findings: line.kinds,
        evidence: line.evidence,
        gone: line.gone,
    }
}

pub(super) async fn messages(State(logs): State<Arc<Logs>>, uri: Uri) -> Result<Response, Failure> {
    let (pairs, no_subjects) = (asking::pairs(&uri)?, logs.no_subjects());
    let text = logs.ask(move |shown| {
        let wanted = Wanted::of(pairs, shown)?;
        let listed = Listed::of(&wanted, shown)?;
        Ok(list::page(&List {
            form: Form {
                fields: &wanted.fields,
                decisions: &Decision::ALL.map(Decision::as_str),
                findings: &findings(shown),
                sorts: &Sort::ALL.map(Sort::as_str),
            },
            items: &listed.items,
            total: listed.total,
            page: (wanted.page, listed.pages),
            read_at: &shown.read_at,
            no_subjects,
        }))
    });
    Ok(page(text.await?))
}

/// What may be chosen: findings that messages show.
fn findings(shown: &Shown) -> Vec<Field> {
    let all = shown.inquiry.report.findings.iter().zip(&shown.findings);
    let words = all.filter(|(finding, _)| finding.messages > 0).map(|(finding, id)| {
        let about = [&finding.domain, &finding.address, &finding.connector, &finding.peer];
        let about = about.into_iter().flatten().next().map_or(String::new(), |about| format!(": {about}"));
        (id.clone(), format!("{}{about} ({})", finding.title, finding.messages))
    });
    words.collect()
}

/// The messages that are called so.
pub(super) fn named(id: &str, shown: &Shown) -> Result<Vec<Found>, Failure> {
    let found = shown.inquiry.named(id)?;
    if found.is_empty() {
        return Err(Failure::missing("No message of the logs, as they are now, is called so."));
    }
    Ok(found)
}

pub(super) async fn message(State(logs): State<Arc<Logs>>, uri: Uri) -> Result<Response, Failure> {
    let id = asking::id(&asking::pairs(&uri)?)?;
    let text = logs.ask(move |shown| {
        let found = named(&id, shown)?;
        let some = found.get(..MOST_MESSAGES).unwrap_or(&found);
        let pictures = shown.inquiry.look(some)?.pictures();
        let drawn: Vec<_> = pictures.into_iter().flatten().collect();
        if drawn.is_empty() {
            return Err(Failure::gone());
        }
        let mut notes = Vec::new();
        if drawn.len() < some.len() {
            notes.push(
                "Of other messages that are called so the log was cut or replaced since it was read."
                    .to_owned(),
            );
        }
        let more = (found.len() - some.len()) as u64;
        if more > 0 {
            notes.push(format!("{} not drawn.", counted(more, "more message is", "more messages are")));
        }
        let json = format!("api/message?id={}", url(&id));
        way::page(&drawn, &notes, &json, &shown.read_at).map_err(|e| Failure::broken(e.to_string()))
    });
    Ok(page(text.await?))
}

/// The row at a place.
pub(super) fn raw(at: &Evidence, shown: &Shown) -> Result<Raw, Failure> {
    if !shown.inquiry.knows(&at.file) {
        return Err(Failure::missing("No file of this name was read."));
    }
    match shown.inquiry.raw(at)? {
        Some(raw) => Ok(raw),
        None if shown.inquiry.is_as_read(&at.file) => Err(Failure::missing("No row begins there.")),
        None => Err(Failure::gone()),
    }
}

/// Its columns as text.
pub(super) fn columns(raw: &Raw) -> Vec<Field> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    raw.columns.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

pub(super) async fn record(State(logs): State<Arc<Logs>>, uri: Uri) -> Result<Response, Failure> {
    let at = asking::place(&asking::pairs(&uri)?)?;
    let text = logs.ask(move |shown| {
        let raw = raw(&at, shown)?;
        let columns = columns(&raw);
        let value = |name: &str| columns.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v);
        let id = value("network-message-id").or_else(|| value("message-id"));
        let message = id.map(|id| format!("message?id={}", url(id)));
        let text = raw.text.as_deref().map(String::from_utf8_lossy);
        let record = Record {
            file: &raw.file,
            line: raw.line,
            offset: raw.offset,
            columns: &columns,
            text: text.as_deref(),
            message: message.as_deref(),
        };
        Ok(record::page(&record, &shown.read_at))
    });
    Ok(page(text.await?))
}
