//! One file for each kind of finding.

pub(super) mod authoritative_leaves_default_connector;
pub(super) mod cloud_via_mx;
pub(super) mod connector_less_specific;
pub(super) mod delay_outlier;
pub(super) mod duplicates;
pub(super) mod external_relay_local_delivery;
pub(super) mod forwarding_loop;
pub(super) mod gateway_loop;
pub(super) mod group_loop;
pub(super) mod hairpin;
pub(super) mod hop_count_exceeded;
pub(super) mod hybrid_loop;
pub(super) mod imceaex;
pub(super) mod internal_relay_no_connector;
pub(super) mod journal_loop;
pub(super) mod log_gap;
pub(super) mod mx_loopback;
pub(super) mod ndr_storm;
pub(super) mod next_hop_down;
pub(super) mod poison;
pub(super) mod repeated_receive;
pub(super) mod rra_domain_authoritative;
pub(super) mod rra_no_route;
pub(super) mod rra_primary_domain;
pub(super) mod rule_forward_loop;
pub(super) mod shared_domain_authoritative;
pub(super) mod size_fallthrough;
pub(super) mod stale_or_moved_recipient;
pub(super) mod stuck;
pub(super) mod tenant_attribution;
pub(super) mod transport_rule_loop;
pub(super) mod wrong_person;

pub(super) mod wrong_smart_host;
