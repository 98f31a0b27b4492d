//! A message in a list.

use crate::model::finding::Evidence;
use crate::model::journey::{Decision, Journey, Leaf};
use crate::model::name::{EMPTY, Symbol, guid_text};
use crate::model::time::Timestamp;
use crate::output::routes::Context;

/// A message in a list. Texts are those of the log; who shows them makes them safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Line {
    pub first_seen: Timestamp,
    pub message_id: String,
    /// In lower case with dashes; `None` where the log has none.
    pub network_message_id: Option<String>,
    pub sender: String,
    /// `None` where none may be shown.
    pub subject: Option<String>,
    pub size_bytes: Option<u64>,
    /// The longest that a recipient waited, ms.
    pub latency_ms: i64,
    /// The first of its recipients, by their addresses; of those that were asked for, if not any was.
    pub recipient: String,
    /// What was decided for that one, if it was asked for.
    pub decision: Option<Decision>,
    pub recipients: usize,
    /// What was decided, for how many of them; in the order of decisions.
    pub decisions: Vec<(Decision, usize)>,
    /// By which send connectors it left.
    pub connectors: Vec<String>,
    /// Kinds of findings.
    pub kinds: Vec<&'static str>,
    /// Where its first row stands.
    pub evidence: Option<Evidence>,
    /// Its rows are not in the logs any more: message-id and subject are not known.
    pub gone: bool,
}

impl Line {
    pub(super) fn of(
        (journey, whom): (&Journey, Option<&[u8]>),
        context: &Context<'_>,
        kinds: Vec<Vec<&'static str>>,
    ) -> Self {
        let text = |symbol: Symbol| context.names.text(symbol).into_owned();
        let leaves = &journey.leaves;
        let of = |decision: Decision| leaves.iter().filter(|leaf| leaf.decision == decision).count();
        let decisions = Decision::ALL.into_iter().map(|d| (d, of(d))).filter(|(_, n)| *n > 0);
        let connectors = leaves.iter().map(|leaf| leaf.connector).filter(|c| *c != EMPTY).map(text);
        let is_asked =
            |leaf: &&Leaf| whom.is_some_and(|whom| context.names.get(leaf.final_recipient) == whom);
        let asked = leaves.iter().find(is_asked);
        let first = || leaves.iter().map(|leaf| text(leaf.recipient)).min().unwrap_or_default();
        let at = journey.evidence;
        let file = context.files.get(at.file as usize).filter(|_| at.line > 0);
        Self {
            first_seen: journey.first_seen,
            message_id: text(journey.message_id),
            network_message_id: (journey.network_message_id != 0)
                .then(|| guid_text(journey.network_message_id)),
            sender: text(journey.sender),
            subject: (!context.no_subjects).then(|| text(journey.subject)),
            size_bytes: journey.size_bytes,
            latency_ms: leaves.iter().map(|leaf| leaf.latency_ms).max().unwrap_or(0),
            recipient: asked.map_or_else(first, |leaf| text(leaf.recipient)),
            decision: asked.map(|leaf| leaf.decision),
            recipients: leaves.len(),
            decisions: decisions.collect(),
            connectors: sorted(connectors),
            kinds: sorted(kinds.into_iter().flatten()),
            evidence: file.map(|file| Evidence { file: file.name.clone(), line: at.line, offset: at.offset }),
            gone: false,
        }
    }
}

/// Each once, in order.
fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<std::collections::BTreeSet<T>>().into_iter().collect()
}
