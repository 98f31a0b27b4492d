//! Where a mail goes.

use std::path::PathBuf;
use std::time::SystemTime;

use super::super::args::OutputArgs;
use super::super::options::{Environment, Usage};
use super::super::run::to_file;
use super::args::{MailArgs, MailAttachment, MailTls};
use crate::model::report::Report;
use crate::output::file::Target;
use crate::output::mail::{Addresses, Attachment, Letter, Relay, Tls, by_relay, by_sendmail};

/// A mail that is to be written.
pub(in crate::cli) struct Post {
    addresses: Addresses,
    subject: Option<String>,
    attachments: Vec<Attachment>,
    date: SystemTime,
    file: Option<Target>,
    sendmail: Option<PathBuf>,
    relay: Option<Relay>,
}

impl Post {
    /// What was asked for, if anything was. Opens the file. `to_stdout`: the report as such goes to standard output.
    pub(in crate::cli) fn open(
        args: &MailArgs,
        (output, to_stdout): (&OutputArgs, bool),
        env: &Environment,
    ) -> anyhow::Result<Option<Self>> {
        let usage = |text: &str| Err(Usage(text.to_owned()).into());
        if !args.touched() {
            return Ok(None);
        }
        if !args.asked() {
            return usage("where is the mail to go? Give --mail FILE, --mail-sendmail or --mail-relay HOST");
        }
        let (Some(from), [_, ..]) = (&args.from, &args.to[..]) else {
            return usage("a mail needs --mail-from and --mail-to");
        };
        if args.tls.is_some() && args.relay.is_none() {
            return usage("--mail-tls goes with --mail-relay");
        }
        let addresses = Addresses::read(from, &args.to).map_err(|e| Usage(e.to_string()))?;
        let relay = args.relay.as_deref().map(|text| relay(text, args.tls, env)).transpose()?;
        if args.file.is_some() && !to_file(args.file.as_deref()) && to_stdout {
            return usage("--mail -: the report goes to standard output already; give -o FILE");
        }
        let file = args.file.as_deref().map(|path| Target::open(Some(path), output.force)).transpose()?;
        Ok(Some(Self {
            addresses,
            subject: args.subject.clone(),
            attachments: attachments(&args.attach),
            date: env.now.into(),
            file,
            sendmail: args.sendmail.clone(),
            relay,
        }))
    }

    /// Whether the page is to be attached.
    pub(in crate::cli) fn wants_page(&self) -> bool {
        self.attachments.contains(&Attachment::Html)
    }

    /// Writes the mail, and sends it.
    pub(in crate::cli) fn send(self, report: &Report, page: &[u8]) -> anyhow::Result<()> {
        let Self { addresses, subject, attachments, date, file, sendmail, relay } = self;
        let letter = Letter::write((report, page), &addresses, subject.as_deref(), date, &attachments)?;
        if let Some(target) = file {
            target.write(|out| out.write_all(&letter.bytes()))?;
        }
        if let Some(program) = sendmail {
            by_sendmail(&letter, &program)?;
        }
        if let Some(relay) = relay {
            by_relay(&letter, &relay)?;
        }
        Ok(())
    }
}

fn attachments(asked: &[MailAttachment]) -> Vec<Attachment> {
    let mut all: Vec<Attachment> = Vec::new();
    for one in if asked.is_empty() { &[MailAttachment::Html] } else { asked } {
        let one = match one {
            MailAttachment::Text => Attachment::Text,
            MailAttachment::Md => Attachment::Markdown,
            MailAttachment::Json => Attachment::Json,
            MailAttachment::Html => Attachment::Html,
            MailAttachment::None => continue,
        };
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// `HOST`, `HOST:PORT`, `[IPv6]:PORT`.
fn relay(text: &str, tls: Option<MailTls>, env: &Environment) -> Result<Relay, Usage> {
    let tls = match tls {
        Some(MailTls::None) => Tls::None,
        Some(MailTls::Tls) => Tls::Whole,
        Some(MailTls::Starttls) | None => Tls::StartTls,
    };
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let usual = if tls == Tls::Whole { 465 } else { 25 };
    let port = port.map_or(Some(usual), |port| port.parse().ok().filter(|port| *port > 0));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let (Some(port), false) =
        (port, host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control()))
    else {
        return Err(Usage(format!("--mail-relay: '{text}' is no server; write it as mail.contoso.com:25")));
    };
    let login = match &env.smtp_login {
        (Some(user), Some(password)) => Some((user.clone(), password.clone())),
        (None, None) => None,
        _ => {
            let why = "MAILTRAIL_SMTP_USER and MAILTRAIL_SMTP_PASSWORD go together, and one is not set";
            return Err(Usage(format!("--mail-relay: {why}")));
        }
    };
    if tls == Tls::None && login.is_some() {
        let why = "MAILTRAIL_SMTP_PASSWORD is set, and would be sent for all to read";
        return Err(Usage(format!("--mail-tls none: {why}; use starttls or tls, or unset it")));
    }
    Ok(Relay { host: host.to_owned(), port, tls, login })
}
