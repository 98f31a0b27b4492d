//! Which findings are news to somebody who was told of earlier ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::same::key_of;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::name::hexadecimal;
use crate::model::standing::Standing;
use crate::model::time::Timestamp;

/// A finding is told again when it has so many times the messages that it had when it was told last,
const TIMES: u64 = 2;
/// and no less than so many.
const LEAST: u64 = 10;
/// A log that says nothing of a message may only be late: for so long, ms.
const LATE: i64 = 10 * 60_000;
/// Bytes of a hash that name a finding.
const NAME: usize = 16;

/// What was told of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which kind.
    pub kind: String,
    /// How bad it was.
    pub severity: Severity,
    /// How many messages it had.
    pub messages: u64,
    /// Latest time of the logs, in milliseconds since 1970, when it was still there.
    pub last: i64,
}

/// Findings that were told, each by a hash of what makes it the same, so that no name is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Told(BTreeMap<String, Entry>);

/// Whether a finding rests on what is not there yet, and may still come.
pub fn may_pass(finding: &Finding, latest: Timestamp) -> bool {
    let since = Timestamp(latest.0.saturating_sub(LATE)).to_string();
    finding.kind == "log-gap"
        && finding.messages > 0
        && finding.first_seen.as_ref().is_none_or(|first| *first > since)
}

/// What names a finding. One that is doubtful is another than one that is sure.
fn name(finding: &Finding) -> String {
    let (kind, parts) = key_of(finding);
    let mut hasher = Sha256::new();
    let mut add = |text: Option<&str>| {
        let length = text.map_or(u64::MAX, |t| t.len() as u64);
        hasher.update(length.to_le_bytes());
        hasher.update(text.unwrap_or_default());
    };
    add(Some(&kind));
    for part in &parts {
        add(part.as_deref());
    }
    add((finding.confidence == Confidence::Low).then_some("doubtful"));
    hexadecimal(hasher.finalize().get(..NAME).unwrap_or_default())
}

impl Told {
    /// What a finding is to what was told; nothing if there is no news in it.
    pub fn news(&self, finding: &Finding) -> Option<Standing> {
        let Some(entry) = self.0.get(&name(finding)) else { return Some(Standing::New) };
        match () {
            () if finding.severity > entry.severity => Some(Standing::Graver),
            () if finding.messages >= LEAST.max(entry.messages.saturating_mul(TIMES)) => {
                Some(Standing::Grown)
            }
            () => None,
        }
    }

    /// A finding is told. `latest`: the latest time of the logs.
    pub fn tell(&mut self, finding: &Finding, latest: Timestamp) {
        let Finding { kind, severity, messages, .. } = *finding;
        let entry = Entry { kind: kind.to_owned(), severity, messages, last: latest.0 };
        let told = self.0.entry(name(finding)).or_insert_with(|| entry.clone());
        let (severity, messages) = (severity.max(told.severity), messages.max(told.messages));
        *told = Entry { severity, messages, ..entry };
    }

    /// A finding is still there.
    pub fn see(&mut self, finding: &Finding, latest: Timestamp) {
        if let Some(entry) = self.0.get_mut(&name(finding)) {
            entry.last = entry.last.max(latest.0);
        }
    }

    /// Forgets what was not there any more since then: if it comes again, it is new.
    pub fn forget_before(&mut self, since: Timestamp) {
        self.0.retain(|_, entry| entry.last >= since.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, messages: u64) -> Finding {
        Finding {
            kind: "gateway-loop",
            title: "",
            severity,
            confidence: Confidence::High,
            domain: Some("contoso.com".to_owned()),
            connector: None,
            peer: None,
            address: None,
            messages,
            recipients: 0,
            senders: 0,
            first_seen: None,
            last_seen: None,
            laps_max: 0,
            cycle: Vec::new(),
            expected: None,
            actual: None,
            cause: String::new(),
            fix: String::new(),
            samples: Vec::new(),
            evidence: Vec::new(),
            caused_by: None,
            period_ms: None,
            ended: None,
            addresses: Vec::new(),
            standing: None,
            known: None,
        }
    }

    #[test]
    fn a_finding_is_told_again_when_it_is_graver_or_has_doubled() {
        let mut told = Told::default();
        let mut tell = |severity, messages| {
            let finding = finding(severity, messages);
            let news = told.news(&finding);
            if news.is_some() {
                told.tell(&finding, Timestamp(0));
            }
            news
        };
        assert_eq!(tell(Severity::Medium, 1), Some(Standing::New));
        assert_eq!(tell(Severity::Medium, 9), None);
        assert_eq!(tell(Severity::Medium, 10), Some(Standing::Grown));
        assert_eq!(tell(Severity::Medium, 19), None);
        assert_eq!(tell(Severity::High, 12), Some(Standing::Graver));
        // Neither what it had at most nor how bad it was is forgotten when the window moves on.
        assert_eq!(tell(Severity::Medium, 3), None);
        assert_eq!(tell(Severity::High, 20), None);
        assert_eq!(tell(Severity::High, 24), Some(Standing::Grown));
    }

    #[test]
    fn what_is_gone_for_a_whole_window_is_new_when_it_comes_again() {
        let mut told = Told::default();
        let one = finding(Severity::Low, 1);
        told.tell(&one, Timestamp(100));
        told.see(&one, Timestamp(200));
        told.forget_before(Timestamp(200));
        assert_eq!(told.news(&one), None);
        told.forget_before(Timestamp(201));
        assert_eq!(told.news(&one), Some(Standing::New));
        let doubtful = Finding { confidence: Confidence::Low, ..one.clone() };
        told.tell(&doubtful, Timestamp(300));
        assert_eq!(told.news(&one), Some(Standing::New), "what is sure is more than what was doubtful");
        let written = serde_json::to_string(&told).unwrap();
        assert!(!written.contains("contoso"), "{written}");
        assert_eq!(serde_json::from_str::<Told>(&written).unwrap(), told);
    }

    #[test]
    fn a_log_that_may_be_late_is_not_missing_yet() {
        let one = finding(Severity::Info, 1);
        let time = Timestamp(1_773_133_200_000);
        let gap = |messages| Finding {
            kind: "log-gap",
            messages,
            first_seen: Some(time.to_string()),
            ..one.clone()
        };
        assert!(may_pass(&gap(1), Timestamp(time.0 + LATE - 1)));
        assert!(!may_pass(&gap(1), Timestamp(time.0 + LATE)));
        assert!(!may_pass(&gap(0), time) && !may_pass(&one, time));
    }
}
