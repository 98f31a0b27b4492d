//! Answers other than what was asked for: a status, a plain sentence, and how a page or JSON says it.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::options::Usage;
use crate::pipeline::ReadError;

/// Why something is not answered.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub status: StatusCode,
    pub words: String,
    /// Bytes read and to read, where the logs are read for the first time.
    pub waiting: Option<(u64, u64)>,
    header: Option<(HeaderName, &'static str)>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self { status, words: words.into(), waiting: None, header: None }
    }

    /// The question is wrong.
    pub(super) fn bad(words: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, words)
    }

    /// There is no such thing.
    pub(super) fn missing(words: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, words)
    }

    /// There was, when the logs were read.
    pub(super) fn gone() -> Self {
        Self::new(
            StatusCode::GONE,
            "The log was cut or replaced since it was read: the rows are not there any more.",
        )
    }

    /// Later perhaps.
    pub(super) fn busy() -> Self {
        let words = "Too many questions at once; ask again in a few seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, words).with(header::RETRY_AFTER, "5")
    }

    /// The logs are read for the first time: so many bytes of so many.
    pub(super) fn waiting(done: u64, total: u64) -> Self {
        let words = "The logs are being read; ask again in a few seconds.";
        let failure = Self::new(StatusCode::SERVICE_UNAVAILABLE, words).with(header::RETRY_AFTER, "2");
        Self { waiting: Some((done, total)), ..failure }
    }

    /// It should have been answered.
    pub(super) fn broken(words: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, words)
    }

    pub(super) fn with(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// What the status is called.
    pub(super) fn title(&self) -> &'static str {
        match self.status {
            StatusCode::BAD_REQUEST => "This cannot be asked",
            StatusCode::UNAUTHORIZED => "A token is needed",
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::METHOD_NOT_ALLOWED => "Only GET and HEAD",
            StatusCode::GONE => "Not there any more",
            StatusCode::URI_TOO_LONG => "The address is too long",
            StatusCode::MISDIRECTED_REQUEST => "Not for this address",
            StatusCode::SERVICE_UNAVAILABLE => "Not now",
            _ => "It cannot be answered",
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(e: anyhow::Error) -> Self {
        let words = e.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
        match e.downcast_ref() {
            Some(ReadError::Changed(_)) => Self::new(StatusCode::GONE, words),
            _ if e.is::<Usage>() => Self::bad(words),
            _ => Self::broken(words),
        }
    }
}

impl IntoResponse for Failure {
    /// Without a body: `answer::dress` knows whether a page or JSON was asked for.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some((name, value)) = &self.header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response.extensions_mut().insert(self);
        response
    }
}
