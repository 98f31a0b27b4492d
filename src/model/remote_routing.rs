//! Remote mailboxes whose mail goes astray: what the exports say is wrong now, and what logs show of it.

use serde::Serialize;

use super::report::Top;

/// What is wrong with remote routing addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RemoteRouting {
    /// How many remote mailboxes the exports name.
    pub remote_mailboxes: u64,
    /// The domain that remote routing addresses should be in.
    pub tenant: Option<String>,
    /// Messages that went astray for it, each counted once for each mailbox.
    pub messages: u64,
    /// First and last of them; RFC 3339.
    pub first_seen: Option<String>,
    /// The last.
    pub last_seen: Option<String>,
    /// The mailboxes, those with most messages first.
    pub wrong: Top<WrongTarget>,
    /// One piece of PowerShell that mends all of them that it can; empty if none.
    pub fix: String,
}

/// One remote mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrongTarget {
    /// Its primary address.
    pub address: String,
    /// Its remote routing address; `None`: it has none.
    pub remote_routing_address: Option<String>,
    /// What is wrong with that, in a few words.
    pub why: &'static str,
    /// What it should be, as far as it can be told.
    pub should_be: Option<String>,
    /// Messages for it that these logs show.
    pub messages: u64,
    /// First of them; RFC 3339.
    pub first_seen: Option<String>,
    /// Last of them.
    pub last_seen: Option<String>,
    /// Where they went: hosts, or what became of them here; the most frequent first.
    pub went_to: Vec<String>,
}
