//! What a kind of finding is, and the list of all of them.

use super::case::{Case, Exit, Shape};
use super::kinds;
use super::norms::Norms;
use super::thresholds::Thresholds;
use crate::model::finding::{Confidence, Severity};
use crate::model::intake::Position;
use crate::model::journey::Decision;

/// Which verb shows a kind; `report` shows all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `loops`.
    Loops,
    /// `misroutes`.
    Misroutes,
    /// `report` only.
    Report,
}

impl Shown {
    /// The verb's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loops => "loops",
            Self::Misroutes => "misroutes",
            Self::Report => "report",
        }
    }
}

/// A kind of finding: all that is said of it anywhere, and how it is found.
#[derive(Debug)]
pub struct Kind {
    /// In kebab-case, as it is written in every output.
    pub id: &'static str,
    /// In a few plain words.
    pub title: &'static str,
    /// Which verb shows it.
    pub shown: Shown,
    /// How bad it is, unless the case says otherwise.
    pub severity: Severity,
    /// How sure it is, unless the case says otherwise.
    pub confidence: Confidence,
    /// Kinds that explain this one where they hold for the same mail, the likeliest first.
    pub caused_by: &'static [&'static str],
    /// What it means, for somebody who has never read a tracking log.
    pub means: &'static str,
    /// What must stand in the log.
    pub proof: &'static str,
    /// What usually mends it.
    pub mend: &'static str,
    /// What it says of a leaf; mostly nothing.
    pub(super) judge: fn(&Case<'_>) -> Vec<Sighting>,
    /// Whether all sightings of one group, by their times in order, are enough.
    pub(super) enough: Option<fn(&[Sign], &Thresholds) -> bool>,
    /// Cause and fix, with the real values.
    pub(super) tell: fn(&Telling<'_>) -> (String, String),
}

/// Every kind, in the order of their numbers.
pub static KINDS: [&Kind; 45] = [
    &kinds::rra_primary_domain::KIND,
    &kinds::rra_no_route::KIND,
    &kinds::rra_domain_authoritative::KIND,
    &kinds::cloud_via_mx::KIND,
    &kinds::shared_domain_authoritative::KIND,
    &kinds::stale_or_moved_recipient::KIND,
    &kinds::flapping_recipient::KIND,
    &kinds::internal_relay_no_connector::KIND,
    &kinds::internal_relay_ping_pong::KIND,
    &kinds::external_relay_local_delivery::KIND,
    &kinds::authoritative_leaves_default_connector::KIND,
    &kinds::connector_less_specific::KIND,
    &kinds::size_fallthrough::KIND,
    &kinds::wrong_smart_host::KIND,
    &kinds::smart_host_is_self::KIND,
    &kinds::hybrid_loop::KIND,
    &kinds::hairpin::KIND,
    &kinds::gateway_loop::KIND,
    &kinds::forwarding_loop::KIND,
    &kinds::rule_forward_loop::KIND,
    &kinds::external_forward_loop::KIND,
    &kinds::group_loop::KIND,
    &kinds::ndr_storm::KIND,
    &kinds::auto_reply_loop::KIND,
    &kinds::journal_loop::KIND,
    &kinds::transport_rule_loop::KIND,
    &kinds::hop_count_exceeded::KIND,
    &kinds::repeated_receive::KIND,
    &kinds::mx_loopback::KIND,
    &kinds::imceaex::KIND,
    &kinds::domain_typo::KIND,
    &kinds::directory_harvest::KIND,
    &kinds::connector_flapping::KIND,
    &kinds::next_hop_down::KIND,
    &kinds::unreachable::KIND,
    &kinds::delay_outlier::KIND,
    &kinds::stuck::KIND,
    &kinds::duplicates::KIND,
    &kinds::cloud_headers_lost::KIND,
    &kinds::tenant_attribution::KIND,
    &kinds::wrong_person::KIND,
    &kinds::mailbox_with_target::KIND,
    &kinds::poison::KIND,
    &kinds::transient_subdomain::KIND,
    &kinds::log_gap::KIND,
];

/// The kind of a name.
pub fn kind(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.id == id).copied()
}

/// Whether the host of a kind's findings is only shown, the most frequent one, and does not part them.
pub fn only_shows_peer(id: &str) -> bool {
    id == kinds::next_hop_down::KIND.id
}

/// One moment that counts towards a group that needs several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sign {
    /// When, ms.
    pub time: i64,
    /// Which sort; what that means is the kind's own affair.
    pub sort: u64,
    /// Its network-message-id, or where it has none the hash of its message-id. A row that names many recipients
    /// is one sign, rows of many messages are many.
    pub message: u128,
}

impl Sign {
    /// A sign of a message.
    pub(super) fn new(case: &Case<'_>, time: i64, sort: u64) -> Self {
        let message = match case.journey.network_message_id {
            0 => u128::from(case.journey.links.0),
            id => id,
        };
        Self { time, sort, message }
    }
}

/// A decision, and the connector if it names one.
pub(super) type Taken = (Decision, Option<Box<[u8]>>);

/// What a kind says of one leaf.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    /// Parts of the key of its group.
    pub domain: Option<Box<[u8]>>,
    pub connector: Option<Box<[u8]>>,
    pub peer: Option<Box<[u8]>>,
    pub address: Option<Box<[u8]>>,
    pub severity: Severity,
    pub confidence: Confidence,
    /// First and last sign, ms.
    pub span: (i64, i64),
    /// The way round, where something goes round.
    pub shape: Option<Shape>,
    /// Rows that show it.
    pub proof: Vec<Position>,
    /// What the cause and the fix may name: another connector, a status, an address.
    pub detail: Vec<u8>,
    /// The host, where it is shown but does not part groups.
    pub shown_peer: Vec<u8>,
    /// What counts where one leaf is not enough.
    pub signs: Vec<Sign>,
    /// What the exports lead to expect, and what was done instead.
    pub routes: Option<(Taken, Taken)>,
}

impl Sighting {
    /// A sighting with the kind's usual severity and confidence, at the deciding row.
    pub(super) fn new(kind: &Kind, case: &Case<'_>) -> Self {
        let at = case.leaf.last_seen.0;
        Self {
            domain: None,
            connector: None,
            peer: None,
            address: None,
            severity: kind.severity,
            confidence: kind.confidence,
            span: (at, at),
            shape: None,
            proof: vec![case.leaf.evidence],
            detail: Vec::new(),
            shown_peer: Vec::new(),
            signs: Vec::new(),
            routes: None,
        }
    }

    /// The same at an exit: about its address's domain, its connector and its peer.
    pub(super) fn at_exit(kind: &Kind, case: &Case<'_>, exit: &Exit<'_>) -> Self {
        let connector = case.text(exit.hop.connector);
        let sighting = Self::new(kind, case).domain(exit.domain()).connector(connector).peer(&exit.peer);
        Self { proof: vec![exit.hop.evidence], ..sighting }
    }

    /// It is about this domain.
    pub(super) fn domain(mut self, domain: &[u8]) -> Self {
        self.domain = text(domain);
        self
    }

    /// It is about this connector.
    pub(super) fn connector(mut self, connector: &[u8]) -> Self {
        self.connector = text(connector);
        self
    }

    /// It is about this host or server.
    pub(super) fn peer(mut self, peer: &[u8]) -> Self {
        self.peer = text(peer);
        self
    }

    /// The exports lead to expect another route than the leaf took.
    pub(super) fn instead_of(mut self, case: &Case<'_>, (decision, connector): (Decision, &[u8])) -> Self {
        let taken = (case.leaf.decision, text(case.text(case.leaf.connector)));
        self.routes = Some(((decision, text(connector)), taken));
        self
    }

    /// It is about this address.
    pub(super) fn address(mut self, address: &[u8]) -> Self {
        self.address = text(address);
        self
    }
}

fn text(bytes: &[u8]) -> Option<Box<[u8]>> {
    (!bytes.is_empty()).then(|| bytes.into())
}

/// What cause and fix are written from.
#[derive(Debug)]
pub(super) struct Telling<'a> {
    pub norms: &'a Norms,
    /// Key of the group as text; empty where it has no such part.
    pub domain: String,
    pub connector: String,
    pub peer: String,
    pub address: String,
    /// The first of the final addresses, sorted, and how many there are.
    pub addresses: (Vec<String>, u64),
    /// The detail most sightings have.
    pub detail: String,
    pub messages: u64,
    /// Low confidence.
    pub doubtful: bool,
    /// The longest way round.
    pub shape: Option<&'a Shape>,
}

impl Telling<'_> {
    /// The members of the way round, in order.
    pub(super) fn members(&self) -> Vec<String> {
        let members = self.shape.iter().flat_map(|s| &s.members);
        members.map(|m| String::from_utf8_lossy(m).into_owned()).collect()
    }
}
