//! Which hosts connectors hand mail to, beside those they should by the exports.

use hashbrown::{HashMap, HashSet};

use super::case::peer_name;
use crate::model::name::{Frozen, Symbol, short_host};
use crate::topology::Topology;

/// How often a connector handed mail to a host, by connector and host as logged.
pub(super) type Used = HashMap<(Symbol, Symbol), u64>;

/// Connector and host.
type Pair = (Box<[u8]>, Box<[u8]>);

/// Connectors and the hosts, as findings name them, that are none of their smart hosts. A connector of which no host
/// is called as the exports call it is left out: logs may know all of them by other names.
pub(super) fn strangers(used: &Used, names: &Frozen, topology: &Topology) -> HashSet<Pair> {
    let mut known: HashMap<Symbol, bool> = HashMap::new();
    let mut others: Vec<(Symbol, Symbol)> = Vec::new();
    for (connector, host) in used.keys() {
        let Some((_, told)) = topology.connector_named(names.get(*connector)) else { continue };
        let is_one = told.smart_hosts.iter().any(|s| is_same(s.as_bytes(), names.get(*host)));
        *known.entry(*connector).or_default() |= is_one;
        if !is_one {
            others.push((*connector, *host));
        }
    }
    others.retain(|(connector, _)| known.get(connector) == Some(&true));
    others.iter().map(|(c, h)| (names.get(*c).into(), (*peer_name(names.get(*h))).into())).collect()
}

/// Whether a smart host is the host that a row names: by its whole name or, where one of them has no domain, by the first
/// label.
fn is_same(smart: &[u8], host: &[u8]) -> bool {
    let smart = smart.strip_prefix(b"[").and_then(|s| s.strip_suffix(b"]")).unwrap_or(smart);
    let bare = !smart.contains(&b'.') || !host.contains(&b'.');
    *peer_name(smart) == *peer_name(host) || bare && short_host(smart) == short_host(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_its_name_in_any_case_and_by_its_first_label_alone() {
        assert!(is_same(b"mail.fabrikam.com", b"MAIL.fabrikam.com"));
        assert!(is_same(b"mail.fabrikam.com", b"mail"));
        assert!(is_same(b"[10.0.0.1]", b"10.0.0.1"));
        assert!(is_same(b"contoso-com.mail.protection.outlook.com", b"x.prod.outlook.com"));
        assert!(!is_same(b"mail.fabrikam.com", b"mail.contoso.com"));
        assert!(!is_same(b"10.0.0.1", b"10.0.0.12"));
    }
}
