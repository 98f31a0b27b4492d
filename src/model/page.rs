//! What the page of a report draws from, beside the report itself: recipients counted by when and which way their
//! mail went, so that a reader can choose some and see all that follows.

use serde::Serialize;

use super::journey::Decision;

/// What became of a recipient's mail, in the fewest words.
pub const OUTCOMES: [&str; 5] = ["delivered", "left", "failed", "waiting", "unknown"];

/// The place in [`OUTCOMES`] of what was decided.
pub fn outcome(decision: Decision) -> u8 {
    match decision {
        Decision::LocalDelivery => 0,
        Decision::SendConnector | Decision::RemoteRoutingAddress => 1,
        Decision::RecipientNotFound | Decision::Failed | Decision::Dropped => 2,
        Decision::Deferred => 3,
        Decision::HandedOff | Decision::InTransit | Decision::Expanded => 4,
    }
}

/// Everything that is counted for the page. Numbers that stand for names are places in the lists of names; lists of
/// one table are as long as each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Recipients by time and way.
    pub cube: Cube,
    /// How long it took.
    pub latency: Latency,
    /// How large messages were, once for each recipient.
    pub sizes: Sizes,
    /// What there was most of.
    pub tops: Tops,
    /// What waited at servers.
    pub queue: Queue,
    /// What is not shown, and where it is; the page says it together with what else it leaves out.
    #[serde(skip)]
    pub cut: Vec<String>,
}

/// Recipients (leaves) by time and way. The sum of all cells is the report's number of recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cube {
    /// Where the first bucket begins, ms since 1970 UTC.
    pub start: i64,
    /// Length of a bucket, ms.
    pub step: i64,
    /// How many buckets.
    pub buckets: u32,
    /// How mail came in.
    pub entry: Vec<String>,
    /// Server that decided, or where there is no decision that of the last row.
    pub server: Vec<String>,
    /// Decisions as everywhere.
    pub decision: Vec<&'static str>,
    /// Send connector; the first is "" for none.
    pub connector: Vec<String>,
    /// Host it was handed to; the first is "" for none.
    pub next_hop: Vec<String>,
    /// [`OUTCOMES`].
    pub outcome: Vec<&'static str>,
    /// The counts.
    pub cells: Cells,
}

/// One of each list for each combination that occurs, in the order of combinations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cells {
    /// Bucket in which the message was first seen.
    pub t: Vec<u32>,
    /// Place in the cube's list, as the next five.
    pub entry: Vec<u16>,
    /// Server.
    pub server: Vec<u16>,
    /// Decision.
    pub decision: Vec<u16>,
    /// Connector.
    pub connector: Vec<u16>,
    /// Next hop.
    pub next_hop: Vec<u16>,
    /// Outcome, which follows from the decision.
    pub outcome: Vec<u8>,
    /// Recipients.
    pub n: Vec<u64>,
}

/// Latencies in bins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// Least value of each bin, ms; a bin ends where the next begins, the last nowhere.
    pub edges: Vec<u64>,
    /// Parts of the way; the first is "", all of it, of what arrived.
    pub hops: Vec<String>,
    /// The counts.
    pub rows: LatencyRows,
}

/// Recipients by cell, part of the way and bin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LatencyRows {
    /// Place in [`Cells`].
    pub cell: Vec<u32>,
    /// Place in `hops`.
    pub hop: Vec<u16>,
    /// Place in `edges`.
    pub bin: Vec<u8>,
    /// Recipients.
    pub n: Vec<u64>,
}

/// Sizes in bins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Least value of each bin, bytes.
    pub edges: Vec<u64>,
    /// Recipients of messages whose size is not known, which are in no row.
    pub unknown: u64,
    /// The counts.
    pub rows: SizeRows,
}

/// Recipients by cell and bin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SizeRows {
    /// Place in [`Cells`].
    pub cell: Vec<u32>,
    /// Place in `edges`.
    pub bin: Vec<u8>,
    /// Recipients.
    pub n: Vec<u64>,
}

/// The first of some lists of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tops {
    /// By messages.
    pub senders: TopList,
    /// Final recipients.
    pub recipients: TopList,
    /// By messages.
    pub sender_domains: TopList,
    /// Domains of the addresses mail was first addressed to.
    pub recipient_domains: TopList,
    /// Failures: decision, code, token, and event and source of the row.
    pub statuses: TopList,
}

/// One list: what there is most of, in the report's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TopList {
    /// How many there are in all.
    pub total: u64,
    /// The first of them.
    pub names: Vec<String>,
    /// The report's number of each: messages of senders, else recipients.
    pub counts: Vec<u64>,
    /// Recipients by cell: a message to several counts several times, also for its sender.
    pub rows: TopRows,
}

/// Recipients by item and cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TopRows {
    /// Place in `names`.
    pub item: Vec<u16>,
    /// Place in [`Cells`].
    pub cell: Vec<u32>,
    /// Recipients.
    pub n: Vec<u64>,
}

/// Recipients whose mail had arrived at a server and not left it, at the end of each bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Places in the cube's `server`.
    pub server: Vec<u16>,
    /// For each of them a number for each bucket.
    pub depth: Vec<Vec<u64>>,
    /// What the numbers rest on.
    pub note: &'static str,
}
