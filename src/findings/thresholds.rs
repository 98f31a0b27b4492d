//! Every number a finding depends on, in one place. They are proposals, not Microsoft's values.

use crate::model::time::{DAY, HOUR};

/// Addresses of a domain delivered here that make it one of the organisation's.
pub(super) const ORG_ADDRESSES: usize = 3;
/// Outside domains a connector carried that make it a default connector.
pub(super) const DEFAULT_DOMAINS: usize = 10;
/// Addresses rewritten to one onmicrosoft.com domain that are kept to compare it with others.
pub(super) const TENANT_ADDRESSES: usize = 8;
/// Messages that went out and came back well once each that make a peer a service.
pub(super) const SERVICE_MESSAGES: u64 = 10;
/// Addresses of a domain not found that may mean the domain is shared.
pub(super) const SHARED_NOT_FOUND: usize = 5;
/// There must be one of them for so many addresses of the domain that are known.
pub(super) const SHARED_PART: usize = 4;
/// How many of them must write from elsewhere, where no connector shows that the domain is shared.
pub(super) const SHARED_LEAST: usize = 2;
/// Recipients of the domain that left by a connector of its own, before that shows it.
pub(super) const SHARED_SENT: u64 = 3;
/// Recipients on each of two connectors before their sizes are compared.
pub(super) const SIZE_RECIPIENTS: u64 = 5;
/// No size limit of a connector is taken to be below this, bytes.
pub(super) const SIZE_LEAST: u64 = 1 << 20;
/// Returns that make a loop.
pub(super) const LOOP_LAPS: u32 = 2;
/// Returns by whatever hosts that make it one too: a pool of gateways takes turns.
pub(super) const POOL_LAPS: usize = 4;
/// Arrivals of the same size that are returns, not repetitions.
pub(super) const STUBBORN: usize = 5;
/// Returns that make it beyond doubt.
pub(super) const SURE_LAPS: u32 = 3;
/// Arrivals on one server that are suspicious, and that are grave.
pub(super) const RECEIVES: (u32, u32) = (3, 5);
/// Messages made by inbox rules in a row.
pub(super) const RULE_CHAIN: usize = 3;
/// DUPLICATEEXPAND rows of one message.
pub(super) const DUPLICATE_EXPANDS: usize = 100;
/// Reports that failed from one peer within [`STORM_SPAN`].
pub(super) const STORM_FAILURES: usize = 20;
/// ms.
pub(super) const STORM_SPAN: i64 = HOUR;
/// Deferrals, and expiries, of one connector within [`DOWN_SPAN`].
pub(super) const DOWN_DEFERS: usize = 10;
/// Expiries.
pub(super) const DOWN_EXPIRED: usize = 3;
/// ms.
pub(super) const DOWN_SPAN: i64 = HOUR / 2;
/// A stay on a server is no outlier below this, ms.
pub(super) const DELAY_LEAST: i64 = 300_000;
/// Nor below so many times the 99th percentile.
pub(super) const DELAY_TIMES: i64 = 3;
/// Silence after which mail is stuck: Exchange gives up after two days. ms.
pub(super) const STUCK_AFTER: i64 = 2 * DAY + HOUR / 4;
/// Silence in a queue before mail is given up, that no host outside explains: Exchange keeps what has no way
/// for two days, and who sets less seldom sets less than this. ms.
pub(super) const UNREACHABLE_AFTER: i64 = DAY;
/// Time within which what was sent to a host is back from it, so that the host passes it straight on: queues
/// that wait, and people who look, take longer. ms.
pub(super) const STRAIGHT_BACK: i64 = 60_000;
/// Messages that go out again to who sent them, within [`TURNS_SPAN`].
pub(super) const TURNS_SENT_BACK: usize = 5;
/// Automatic answers between two addresses, in turns, within [`TURNS_SPAN`].
pub(super) const ANSWERS: usize = 6;
/// Machines answer at once; people who write to each other take longer for so many turns. ms.
pub(super) const TURNS_SPAN: i64 = HOUR / 6;
/// So long after its mail was first sent away an address must still write from a mailbox here: a move takes
/// minutes to its end. s.
pub(super) const STILL_WRITES: u32 = 3600;
/// How far from both times at which an address was known it must be unknown: clocks of servers differ by
/// less. ms.
pub(super) const FLAP_CLEAR: i64 = 60_000;
/// Known, not found and known again within this is one answer too many; over longer times people leave and come
/// back. ms.
pub(super) const FLAP_SPAN: i64 = DAY;
/// Messages that must bounce where the times lie further apart.
pub(super) const FLAP_BOUNCES: usize = 2;
/// Changes of the connector within [`CHANGES_SPAN`]: switched over and back, and once more.
pub(super) const CHANGES: usize = 4;
/// ms.
pub(super) const CHANGES_SPAN: i64 = HOUR;
/// Recipients on each of two connectors before they can alternate.
pub(super) const CHANGES_LEAST: u64 = 2;
/// So many times as much mail must go to the domain that is meant: what is typed wrongly is typed rightly mostly.
pub(super) const TYPO_TIMES: u64 = 50;
/// In shorter domains two wrong letters may make any other domain.
pub(super) const TYPO_LETTERS: usize = 8;
/// Addresses not found within [`HARVEST_SPAN`].
pub(super) const HARVEST_ADDRESSES: usize = 20;
/// ms.
pub(super) const HARVEST_SPAN: i64 = HOUR / 6;
/// So many times as many addresses must miss as messages of the host are welcome: less than one in ten hits.
pub(super) const HARVEST_HITS: u64 = 9;
