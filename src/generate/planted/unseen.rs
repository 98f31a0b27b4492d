//! Faults that logs alone do not show: the mail looks ordinary, and only the exports make it wrong.

mod connectors;
mod domains;
mod people;

use super::super::ledger::Key;
use super::super::world::INTERNET;
use super::{Fault, any, fault};

/// All of them. A domain that no connector carries is none: the connector to everywhere carries all.
pub(super) const FAULTS: [Fault; 7] = [
    fault(640, 6, any, people::own_address_as_target),
    fault(660, 14, any, people::wrong_person),
    fault(680, 24, any, people::mailbox_with_target),
    fault(700, 12, any, domains::delivered_in_a_foreign_domain),
    fault(720, 18, any, domains::relayed_without_connector),
    fault(740, 30, any, connectors::partner_passed_over),
    fault(760, 30, any, connectors::strange_smart_host),
];

/// Mail for a domain left by the connector to everywhere, and the exports say that it should not.
pub(super) fn by_default(kind: &'static str, domain: &str, peer: &str) -> Key {
    Key::new(kind).domain(domain).connector(INTERNET).peer(peer).with_exports()
}

/// The same where it is the better connector that counts, not the host.
pub(super) fn passed_over(domain: &str) -> Key {
    Key::new("connector-less-specific").domain(domain).connector(INTERNET).with_exports()
}
