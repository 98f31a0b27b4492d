//! Which messages somebody asks for, as typed.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::super::args::FilterArgs;
use super::super::options::{Usage, filter};
use crate::pipeline::filter::Patterns;
use crate::pipeline::window::Window;
use crate::pipeline::{Question, Sort};

/// All that is filled in must hold. Patterns are those of flags, but that `@contoso.com` is a domain, never a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Asked {
    pub network_message_id: Option<String>,
    pub message_id: Option<String>,
    pub sender: Vec<String>,
    pub recipient: Vec<String>,
    pub connector: Vec<String>,
    pub decision: Vec<String>,
    pub server: Vec<String>,
    /// As `--since` and `--until` take them; of the first row of a message.
    pub since: Option<String>,
    pub until: Option<String>,
    /// Place of a finding in the report.
    pub finding: Option<usize>,
    /// Any text of its rows.
    pub text: Option<String>,
    pub sort: Sort,
    pub reversed: bool,
}

impl Asked {
    /// Read; fails with words for who typed it. There are so many findings.
    pub(super) fn question(
        &self,
        (zone, now): (Tz, DateTime<Utc>),
        findings: usize,
    ) -> Result<Question, Usage> {
        let meant = |list: &[String]| -> Vec<String> {
            list.iter()
                .map(|text| if text.starts_with('@') { format!("*{text}") } else { text.clone() })
                .collect()
        };
        let leaf = filter(&FilterArgs {
            recipient: meant(&self.recipient),
            connector: meant(&self.connector),
            decision: meant(&self.decision),
            ..FilterArgs::default()
        })?;
        let patterns =
            |list: &[String]| if list.is_empty() { Patterns::default() } else { Patterns::new(meant(list)) };
        let time = |flag: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => {
                let time = super::super::time::parse(text, zone, now);
                time.map(Some).map_err(|e| Usage(format!("{flag}: {e}")))
            }
        };
        let window = Window { since: time("since", &self.since)?, until: time("until", &self.until)? };
        if let (Some(since), Some(until)) = (window.since, window.until)
            && since >= until
        {
            return Err(Usage(format!("until: {until} is not after {since}")));
        }
        if let Some(number) = self.finding.filter(|number| *number >= findings) {
            return Err(Usage(format!("there is no finding {number}")));
        }
        let network_message_id = match &self.network_message_id {
            Some(text) => {
                Some(guid(text).ok_or_else(|| Usage(format!("'{text}' is no network-message-id")))?)
            }
            None => None,
        };
        Ok(Question {
            network_message_id,
            message_id: self.message_id.clone(),
            sender: patterns(&self.sender),
            leaf,
            server: patterns(&self.server),
            window,
            finding: self.finding,
            text: self.text.clone().filter(|text| !text.is_empty()),
            sort: self.sort,
            reversed: self.reversed,
        })
    }
}

/// A text as a GUID, with or without dashes.
pub(super) fn guid(text: &str) -> Option<u128> {
    let digits: String = text.trim().chars().filter(|c| *c != '-').collect();
    (digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten()
}
