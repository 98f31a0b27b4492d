//! The same for scripts, as JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use super::answer::{json_of, json_text, made};
use super::asking::{self, Wanted};
use super::failure::Failure;
use super::logs::Logs;
use super::pages::{EACH, Listed, columns, named, raw};
use crate::model::finding::Finding;
use crate::output::escape::script;
use crate::output::routes::Form;
use crate::output::served::list::Item;

/// When and what was read, and what goes on.
pub(super) async fn state(State(logs): State<Arc<Logs>>) -> Response {
    let status = logs.status();
    let shown = &status.shown;
    let report = shown.as_ref().map(|shown| &shown.inquiry.report);
    let mut findings: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in report.into_iter().flat_map(|report| &report.findings) {
        *findings.entry(finding.severity.as_str()).or_default() += 1;
    }
    let period = report.and_then(|r| r.period.as_ref());
    json_of(&json!({
        "reading": shown.as_ref().map_or(0, |shown| shown.number),
        "read_at": shown.as_ref().map(|shown| &shown.read_at),
        "took_ms": shown.as_ref().map(|shown| shown.took.as_millis() as u64),
        "refresh_ms": logs.refresh().as_millis() as u64,
        "period": period.map(|(first, last)| json!({ "first": first, "last": last })),
        "files": report.map(|r| r.files.len()),
        "bytes": report.map(|r| r.ledger.bytes),
        "records": report.map(|r| r.ledger.records),
        "rejects": report.map(|r| r.ledger.rejects),
        "messages": report.map(|r| r.messages),
        "recipients": report.map(|r| r.recipients),
        "errors": report.map(|r| r.errors.len()),
        "findings": findings.values().sum::<u64>(),
        "findings_by_severity": findings,
        "reading_now": status.reading.is_some(),
        "progress": status.progress().map(|(done, total)| json!({ "bytes": done, "of": total })),
        "last_error": status.failed.map(|(at, message)| json!({ "at": at, "message": message })),
    }))
}

pub(super) async fn report(State(logs): State<Arc<Logs>>, asked: HeaderMap) -> Result<Response, Failure> {
    Ok(made(&logs.shown()?.report, "application/json", &asked))
}

#[derive(Serialize)]
struct Named<'f> {
    /// For the field `finding` of a list of messages.
    id: &'f str,
    #[serde(flatten)]
    finding: &'f Finding,
}

#[derive(Serialize)]
struct All<'f> {
    reading: u64,
    read_at: &'f str,
    findings: Vec<Named<'f>>,
}

pub(super) async fn findings(State(logs): State<Arc<Logs>>) -> Result<Response, Failure> {
    let shown = logs.shown()?;
    let all = shown.inquiry.report.findings.iter().zip(&shown.findings);
    let findings = all.map(|(finding, id)| Named { id, finding }).collect();
    Ok(json_of(&All { reading: shown.number, read_at: &shown.read_at, findings }))
}

#[derive(Serialize)]
struct Listing {
    reading: u64,
    read_at: String,
    total: usize,
    page: usize,
    pages: usize,
    per_page: usize,
    messages: Vec<Item>,
}

pub(super) async fn messages(State(logs): State<Arc<Logs>>, uri: Uri) -> Result<Response, Failure> {
    let pairs = asking::pairs(&uri)?;
    let answer = logs.ask(move |shown| {
        let wanted = Wanted::of(pairs, shown)?;
        let Listed { items, total, pages } = Listed::of(&wanted, shown)?;
        Ok(Listing {
            reading: shown.number,
            read_at: shown.read_at.clone(),
            total,
            page: wanted.page,
            pages,
            per_page: EACH,
            messages: items,
        })
    });
    Ok(json_of(&answer.await?))
}

pub(super) async fn message(State(logs): State<Arc<Logs>>, uri: Uri) -> Result<Response, Failure> {
    let id = asking::id(&asking::pairs(&uri)?)?;
    let text = logs.ask(move |shown| {
        let found = named(&id, shown)?;
        let looked = shown.inquiry.look(&found)?;
        let mut rows = Vec::new();
        looked.write_rows(Form::JsonLines, &mut rows)?;
        let gone = looked.lines().iter().filter(|line| line.gone).count();
        if gone == found.len() {
            return Err(Failure::gone());
        }
        let rows = String::from_utf8_lossy(&rows);
        let rows: Vec<&str> = rows.lines().collect();
        let (reading, messages) = (shown.number, found.len());
        let head = format!(
            "\"reading\":{reading},\"read_at\":\"{}\",\"messages\":{messages},\"gone\":{gone}",
            shown.read_at
        );
        Ok(script(&format!("{{{head},\"rows\":[{}]}}\n", rows.join(","))))
    });
    Ok(json_text(text.await?))
}

pub(super) async fn record(State(logs): State<Arc<Logs>>, uri: Uri) -> Result<Response, Failure> {
    let at = asking::place(&asking::pairs(&uri)?)?;
    let answer = logs.ask(move |shown| {
        let raw = raw(&at, shown)?;
        let columns = columns(&raw).into_iter().map(|(name, value)| json!({ "name": name, "value": value }));
        Ok(json!({
            "reading": shown.number,
            "file": raw.file,
            "line": raw.line,
            "offset": raw.offset,
            "columns": columns.collect::<Vec<_>>(),
            "row": raw.text.as_deref().map(String::from_utf8_lossy),
        }))
    });
    Ok(json_of(&answer.await?))
}
