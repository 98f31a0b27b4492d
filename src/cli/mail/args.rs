//! What may be typed about a mail.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Flags of `report` about the mail.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Mail")]
pub(in crate::cli) struct MailArgs {
    /// Write the report as a mail to this file; - is standard output. The report itself is then written only where -o or
    /// --format ask for it, and so with the next two.
    #[arg(long = "mail", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Hand the mail to sendmail, or to a program that is called like it.
    #[arg(long = "mail-sendmail", value_name = "PROGRAM", num_args = 0..=1, require_equals = true,
        default_missing_value = "/usr/sbin/sendmail")]
    pub sendmail: Option<PathBuf>,
    /// Send the mail by this SMTP server. Who logs in to it: `MAILTRAIL_SMTP_USER` and `MAILTRAIL_SMTP_PASSWORD`.
    #[arg(long = "mail-relay", value_name = "HOST[:PORT]")]
    pub relay: Option<String>,
    /// How the way to the server is protected: starttls if absent; tls from the first byte on; none.
    #[arg(long = "mail-tls", value_enum, value_name = "HOW")]
    pub tls: Option<MailTls>,
    /// Who writes: ops@contoso.com, or 'Mail team <ops@contoso.com>'.
    #[arg(long = "mail-from", value_name = "ADDRESS")]
    pub from: Option<String>,
    /// Who is written to; repeatable.
    #[arg(long = "mail-to", value_name = "ADDRESS")]
    pub to: Vec<String>,
    /// The subject; the verdict if absent.
    #[arg(id = "mail-subject", long = "mail-subject", value_name = "TEXT")]
    pub subject: Option<String>,
    /// A form in which the whole report is attached; repeatable, html if absent.
    #[arg(long = "mail-attach", value_enum, value_name = "FORMAT")]
    pub attach: Vec<MailAttachment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MailTls {
    None,
    Starttls,
    Tls,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MailAttachment {
    Text,
    Md,
    Json,
    Html,
    None,
}

impl MailArgs {
    /// Whether a mail is asked for.
    pub(in crate::cli) fn asked(&self) -> bool {
        self.file.is_some() || self.sendmail.is_some() || self.relay.is_some()
    }

    /// Whether anything is said of a mail.
    pub(in crate::cli) fn touched(&self) -> bool {
        let about = self.tls.is_some() || self.from.is_some() || self.subject.is_some();
        self.asked() || about || !self.to.is_empty() || !self.attach.is_empty()
    }
}
