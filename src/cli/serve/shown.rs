//! What is shown at a time: logs that were read, and what is made of them once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use sha2::{Digest, Sha256};

use super::super::inquiry::Inquiry;
use super::super::inquiry::asked::Asked;
use super::token::hex;
use crate::findings::same::{Key, key_of};
use crate::model::finding::Finding;
use crate::output::escape::script;
use crate::output::report_html::Live;
use crate::output::report_json;
use crate::pipeline::{Found, Watch};

/// Questions whose answers are kept, so that the next page of a list is there at once.
const KEPT: usize = 8;
/// Messages in these answers together.
const MOST: usize = 1_000_000;

/// Something that is the same until the logs are read anew.
#[derive(Debug)]
pub(super) struct Made {
    pub bytes: Bytes,
    /// By gzip, where that can be done.
    pub packed: Option<Bytes>,
    pub tag: String,
}

impl Made {
    fn new(bytes: Vec<u8>) -> Self {
        let hash = hex(Sha256::digest(&bytes).get(..12).unwrap_or_default());
        Self { packed: pack(&bytes), bytes: bytes.into(), tag: format!("W/\"{hash}\"") }
    }
}

#[cfg(feature = "compressed")]
fn pack(bytes: &[u8]) -> Option<Bytes> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).ok()?;
    packer.finish().ok().map(Bytes::from)
}

#[cfg(not(feature = "compressed"))]
fn pack(_: &[u8]) -> Option<Bytes> {
    None
}

/// A reading.
pub(super) struct Shown {
    /// From 1.
    pub number: u64,
    /// When it began; RFC 3339.
    pub read_at: String,
    pub took: Duration,
    pub inquiry: Inquiry,
    /// How each finding is called in addresses, in their order: the same in every reading.
    pub findings: Vec<String>,
    pub page: Made,
    /// What the page may do.
    pub policy: String,
    pub report: Made,
    answers: Mutex<VecDeque<(Asked, Arc<[Found]>)>>,
}

impl Shown {
    pub(super) fn new(
        number: u64,
        (read_at, took): (String, Duration),
        inquiry: Inquiry,
    ) -> anyhow::Result<Self> {
        let findings = names(&inquiry.report.findings);
        let live = Live { reading: number, read_at: &read_at, findings: &findings };
        let (page, policy) = inquiry.live_page(&live)?;
        let mut report = Vec::new();
        report_json::write(&inquiry.report, &mut report)?;
        let report = script(&String::from_utf8_lossy(&report)).into_bytes();
        let (page, report) = (Made::new(page), Made::new(report));
        Ok(Self { number, read_at, took, inquiry, findings, page, policy, report, answers: Mutex::default() })
    }

    /// The messages that are asked for; those asked for before are still known.
    pub(super) fn find(&self, asked: &Asked) -> anyhow::Result<Arc<[Found]>> {
        let known = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known().iter().find(|(a, _)| a == asked) {
            return Ok(Arc::clone(found));
        }
        let found: Arc<[Found]> = self.inquiry.find(asked, &Watch::default())?.into();
        let mut answers = known();
        answers.push_front((asked.clone(), Arc::clone(&found)));
        let mut sum = 0;
        let keep = answers.iter().take(KEPT).take_while(|(_, found)| {
            sum += found.len();
            sum <= MOST
        });
        let keep = keep.count();
        answers.truncate(keep);
        Ok(found)
    }
}

/// A name for each finding, made of what makes it the same in another reading.
fn names(findings: &[Finding]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(findings.len());
    for finding in findings {
        let (kind, parts): Key = key_of(finding);
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.as_ref().map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
            hash.update(part.unwrap_or_default());
        }
        let hash = hex(hash.finalize().get(..6).unwrap_or_default());
        let name = format!("{kind}-{hash}");
        let more = (2..).map(|n| format!("{name}-{n}"));
        let free = std::iter::once(name.clone()).chain(more).find(|name| !names.contains(name));
        names.push(free.unwrap_or_default());
    }
    names
}
