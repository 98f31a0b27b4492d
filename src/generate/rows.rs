//! One row of a tracking log, by the columns of each release.

use super::mail::Mail;
use super::stamp;
use crate::model::column::ALL;

/// Who wrote the log, as far as its columns show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Release {
    /// 21 columns.
    E2007,
    /// 26 columns.
    E2010,
    /// 27 columns, the first with network-message-id.
    E2013,
    /// 30 columns: 2016, 2019 and SE.
    E2019,
}

impl Release {
    /// Whether mailbox and transport are one machine whose services write logs of their own.
    pub(super) fn is_modern(self) -> bool {
        self >= Self::E2013
    }

    /// Whether messages carry a network-message-id.
    pub(super) fn has_network_id(self) -> bool {
        self >= Self::E2013
    }

    /// The build in `#Version`.
    pub(super) fn build(self) -> &'static str {
        match self {
            Self::E2007 => "08.03.0485.001",
            Self::E2010 => "14.03.0513.000",
            Self::E2013 => "15.00.1497.048",
            Self::E2019 => "15.02.1748.010",
        }
    }

    /// How many of the columns it has; network-message-id may be left out of them.
    fn last_column(self) -> usize {
        match self {
            Self::E2007 => 22,
            Self::E2010 | Self::E2013 => 27,
            Self::E2019 => 30,
        }
    }

    /// The `#Fields` line without its keyword.
    pub(super) fn fields(self) -> String {
        let kept = ALL.iter().map(|(_, name)| name).take(self.last_column());
        let kept = kept.filter(|c| self.has_network_id() || **c != "network-message-id");
        kept.copied().collect::<Vec<_>>().join(",")
    }
}

/// What differs from row to row; what is not set is empty. A host is its address and its name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row<'a> {
    pub client: (&'a str, &'a str),
    pub server: (&'a str, &'a str),
    pub context: &'a str,
    pub connector: &'a str,
    pub source: &'static str,
    pub event: &'static str,
    pub id: Option<u64>,
    pub recipients: &'a str,
    pub status: &'a str,
    /// Bytes the message has grown by since it first came in; `None`: no size and no count in this row.
    pub grown: Option<u64>,
    pub related: &'a str,
    pub reference: &'a str,
    pub info: &'a str,
    pub custom: &'a str,
    /// NOTIFYMAPI: the row does not yet know which message it is about.
    pub nameless: bool,
    /// recipient-count is wrong by one.
    pub miscounted: bool,
}

/// Appends a cell, quoted as RFC 4180 wants.
fn cell(out: &mut String, text: &str) {
    // A carriage return is always followed by a line feed here.
    if memchr::memchr3(b',', b'"', b'\n', text.as_bytes()).is_none() {
        out.push_str(text);
    } else {
        out.push('"');
        for (i, part) in text.split('"').enumerate() {
            if i > 0 {
                out.push_str("\"\"");
            }
            out.push_str(part);
        }
        out.push('"');
    }
    out.push(',');
}

/// Appends an optional number as a cell.
fn count(out: &mut String, n: Option<u64>) {
    if let Some(n) = n {
        stamp::number(out, n);
    }
    out.push(',');
}

/// Appends the row of a release, without a line end.
pub(super) fn render(out: &mut String, release: Release, at: i64, mail: &Mail, row: &Row<'_>, log_id: u128) {
    stamp::time(out, at);
    out.push(',');
    for text in [row.client.0, row.client.1, row.server.0, row.server.1] {
        out.push_str(text);
        out.push(',');
    }
    cell(out, row.context);
    for text in [row.connector, row.source, row.event] {
        out.push_str(text);
        out.push(',');
    }
    count(out, row.id);
    let named = !row.nameless;
    cell(out, if named { &mail.message_id } else { "" });
    if release.has_network_id() {
        if named {
            stamp::guid(out, mail.network_id);
        }
        out.push(',');
    }
    cell(out, row.recipients);
    cell(out, row.status);
    let people = row.recipients.bytes().filter(|b| *b == b';').count() + 1;
    count(out, row.grown.map(|g| mail.size + g));
    count(out, row.grown.map(|_| people as u64 + u64::from(row.miscounted)));
    cell(out, row.related);
    cell(out, row.reference);
    for text in [&mail.subject, &mail.sender, &mail.return_path] {
        cell(out, if named { text } else { "" });
    }
    cell(out, row.info);
    if release >= Release::E2010 {
        out.push_str(mail.direction);
        out.push_str(",,");
        if named {
            out.push_str(&mail.client_ip);
        }
        out.push_str(",,");
        cell(out, if release.is_modern() { row.custom } else { "" });
    }
    if release == Release::E2019 {
        out.push_str("Email,");
        stamp::guid(out, log_id);
        out.push(',');
        out.push_str(release.build());
        out.push(',');
    }
    out.pop();
}
