//! What makes findings of two runs the same.

use super::kind::only_shows_peer;
use crate::model::finding::Finding;

/// Kind, domain, connector, peer, address, without case.
pub type Key = (String, [Option<String>; 4]);

/// The key of a finding, or of a message of one.
pub fn key(kind: &str, [domain, connector, peer, address]: [&Option<String>; 4]) -> Key {
    let peer = if only_shows_peer(kind) { &None } else { peer };
    (kind.to_owned(), [domain, connector, peer, address].map(|part| part.as_ref().map(|p| p.to_lowercase())))
}

/// The key of a finding.
pub fn key_of(finding: &Finding) -> Key {
    let Finding { kind, domain, connector, peer, address, .. } = finding;
    key(kind, [domain, connector, peer, address])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_parts_findings_only_where_it_is_of_their_key() {
        let peer = Some("EX1".to_owned());
        let none = None;
        assert_eq!(key("next-hop-down", [&none, &none, &peer, &none]), key("next-hop-down", [&none; 4]));
        assert_ne!(key("log-gap", [&none, &none, &peer, &none]), key("log-gap", [&none; 4]));
        let lower = Some("ex1".to_owned());
        assert_eq!(
            key("log-gap", [&none, &none, &peer, &none]),
            key("log-gap", [&none, &none, &lower, &none])
        );
    }
}
