//! How answers are sent: their types and headers, and failures as a page or as JSON.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::failure::Failure;
use super::logs::Logs;
use super::shown::Made;
use crate::output::escape::{json, script};
use crate::output::served;

/// A page.
pub(super) fn page(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

/// JSON that was written already.
pub(super) fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Anything as JSON, which could stand in HTML too.
pub(super) fn json_of(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => json_text(script(&json(&text)) + "\n"),
        Err(e) => Failure::broken(e.to_string()).into_response(),
    }
}

/// What is the same until the logs are read anew; nothing of it if the client has it.
pub(super) fn made(made: &Made, kind: &'static str, asked: &HeaderMap) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&made.tag) {
        headers.insert(header::ETAG, tag);
    }
    let has = |name: HeaderName, what: &str| {
        let values = asked.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|one| one.trim() == what || one.trim() == "*")
    };
    if has(header::IF_NONE_MATCH, &made.tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let packed = made.packed.as_ref().filter(|_| has(header::ACCEPT_ENCODING, "gzip"));
    if packed.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    (headers, packed.unwrap_or(&made.bytes).clone()).into_response()
}

#[derive(Serialize)]
struct Error<'e> {
    error: &'e str,
    status: u16,
}

/// Lets a request in, and gives its answer what every answer has.
pub(super) async fn guard(State(logs): State<Arc<Logs>>, request: Request, next: Next) -> Response {
    let for_scripts = request.uri().path().starts_with("/api/");
    let (mut response, inside) = match logs.door.admit(&request) {
        Ok(()) => (next.run(request).await, true),
        Err(turned) => (*turned, false),
    };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let read_at = logs.now().filter(|_| inside).map(|shown| shown.read_at.clone());
        let body = dress(&failure, for_scripts, read_at.as_deref());
        let (parts, body) = body.into_parts();
        *response.body_mut() = body;
        response.headers_mut().extend(parts.headers);
    }
    let headers = response.headers_mut();
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let policy = format!("{}; frame-ancestors 'none'", served::POLICY);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    response
}

/// A failure, as it was asked.
fn dress(failure: &Failure, for_scripts: bool, read_at: Option<&str>) -> Response<Body> {
    if for_scripts {
        return json_of(&Error { error: &failure.words, status: failure.status.as_u16() });
    }
    page(match failure.waiting {
        Some((done, total)) => served::waiting(done, total),
        None => served::problem(failure.title(), &failure.words, read_at),
    })
}
