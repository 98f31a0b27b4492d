//! The report as a mail: what must be known as text and as HTML, the rest attached. The only place with `lettre`.

mod page;
mod send;

use std::io::{self, Write};
use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Attached, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Message, address};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::escape::terminal;
use super::report_text::{self, Style};
use super::{report_json, report_markdown};
use crate::model::name::hexadecimal;
use crate::model::report::Report;
pub use send::{Relay, Tls, by_relay, by_sendmail};

/// Columns of the text.
const WIDTH: usize = 78;
/// Findings that stand in the text.
const FINDINGS: usize = 5;
/// Characters of a subject that was not given.
const SUBJECT: usize = 120;

/// What went wrong with a mail.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MailError {
    /// An address that is none.
    #[error(
        "{flag}: '{text}' is no address: {reason}; write it as ops@contoso.com or 'Mail team <ops@contoso.com>'"
    )]
    Address {
        /// Where it was given.
        flag: &'static str,
        /// The address.
        text: String,
        /// What is wrong with it.
        reason: address::AddressError,
    },
    /// The message could not be put together.
    #[error("the mail cannot be written: {0}")]
    Build(#[from] lettre::error::Error),
    /// The report could not be written into it.
    #[error("the mail cannot be written: {0}")]
    Write(#[from] io::Error),
    /// The relay could not be reached, or did not take it.
    #[error("--mail-relay {relay}: the mail was not sent: {reason}")]
    Relay {
        /// Host and port.
        relay: String,
        /// Why.
        reason: String,
    },
    /// sendmail could not be started, or did not take it.
    #[error("--mail-sendmail: {program} did not take the mail: {reason}")]
    Sendmail {
        /// Which program.
        program: String,
        /// Why.
        reason: String,
    },
}

/// Who writes to whom.
#[derive(Clone, Debug)]
pub struct Addresses {
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Addresses {
    /// Reads what was given with the flags.
    ///
    /// # Errors
    /// If a text is no address.
    pub fn read(from: &str, to: &[String]) -> Result<Self, MailError> {
        let read = |flag, text: &str| {
            let read = text.trim().parse();
            read.map_err(|reason| MailError::Address { flag, text: text.to_owned(), reason })
        };
        let to = to.iter().map(|text| read("--mail-to", text));
        Ok(Self { from: read("--mail-from", from)?, to: to.collect::<Result<_, _>>()? })
    }
}

/// A form in which the whole report is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// `report.txt`.
    Text,
    /// `report.md`.
    Markdown,
    /// `report.json`.
    Json,
    /// `report.html`, the page.
    Html,
}

impl Attachment {
    /// What the file is called, and what it is.
    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("report.txt", "text/plain"),
            Self::Markdown => ("report.md", "text/markdown"),
            Self::Json => ("report.json", "application/json"),
            Self::Html => ("report.html", "text/html"),
        }
    }

    /// What stands in it; the page is written where there are messages to be drawn.
    fn made(self, report: &Report, page: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        match self {
            Self::Text => report_text::write(report, Style::default(), &mut out)?,
            Self::Markdown => report_markdown::write(report, &mut out)?,
            Self::Json => report_json::write(report, &mut out)?,
            Self::Html => out.extend_from_slice(page),
        }
        Ok(out)
    }
}

/// A message that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Letter(Message);

impl Letter {
    /// Writes the report as a message, with the page if it is to be attached. The subject is the verdict if there is none. The same
    /// report at the same time gives the same bytes.
    ///
    /// # Errors
    /// If the parts cannot be put together.
    pub fn write(
        (report, page): (&Report, &[u8]),
        addresses: &Addresses,
        subject: Option<&str>,
        date: SystemTime,
        attachments: &[Attachment],
    ) -> Result<Self, MailError> {
        let text = text(report, attachments)?;
        let hash = hexadecimal(&Sha256::digest(format!("{text}{addresses:?}{date:?}")));
        let part = |from: usize| hash.get(from..from + 32).unwrap_or_default().to_owned();
        let short = page::write(report, FINDINGS, &attached(attachments));
        let both = MultiPart::alternative().boundary(part(32));
        let both = both.singlepart(SinglePart::plain(text)).singlepart(SinglePart::html(short));
        let mut parts = MultiPart::mixed().boundary(part(0)).multipart(both);
        for attachment in attachments {
            let ((name, kind), bytes) = (attachment.name(), attachment.made(report, page)?);
            let kind = format!("{kind}; charset=utf-8");
            let kind = ContentType::parse(&kind).unwrap_or(ContentType::TEXT_PLAIN);
            let body = String::from_utf8_lossy(&bytes).into_owned();
            parts = parts.singlepart(Attached::new(name.to_owned()).body(body, kind));
        }
        let id = format!("<{}@{}>", part(16), addresses.from.email.domain());
        let subject = subject.map_or_else(|| shortened(&report.verdict), str::to_owned);
        let mut message = heads(addresses).subject(terminal(&subject)).date(date).message_id(Some(id));
        // Answering machines stay silent then, and Exchange sends no out-of-office reply.
        for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")] {
            let name = HeaderName::new_from_ascii_str(name);
            message = message.raw_header(HeaderValue::new(name, value.to_owned()));
        }
        Ok(Self(message.multipart(parts)?))
    }

    /// The message as RFC 5322 has it, with CRLF.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.formatted()
    }
}

fn heads(addresses: &Addresses) -> MessageBuilder {
    let message = Message::builder().from(addresses.from.clone()).user_agent("mailtrail".to_owned());
    addresses.to.iter().fold(message, |message, to| message.to(to.clone()))
}

/// The verdict as a subject.
fn shortened(verdict: &str) -> String {
    let Some((end, _)) = verdict.char_indices().nth(SUBJECT) else { return verdict.to_owned() };
    let cut = verdict.get(..end).unwrap_or_default();
    format!("{} …", cut.rsplit_once(' ').map_or(cut, |(words, _)| words))
}

/// Names of the attachments, in words.
fn attached(attachments: &[Attachment]) -> String {
    let names: Vec<&str> = attachments.iter().map(|attachment| attachment.name().0).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("The whole report is attached: {}.", names.join(", "))
    }
}

fn text(report: &Report, attachments: &[Attachment]) -> io::Result<String> {
    let mut out = Vec::new();
    report_text::write_brief(report, Style { width: WIDTH, color: false }, FINDINGS, &mut out)?;
    let attached = attached(attachments);
    if !attached.is_empty() {
        writeln!(out, "\n{attached}")?;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}
