//! Own servers among next hops: a log names one now by its short name, now by its full one, and a page shows one node.

use std::collections::{BTreeMap, BTreeSet};

use super::listing::Listing;
use crate::model::name::{EMPTY, Frozen, short_host};

/// Which hosts are own servers.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Short names of those that wrote rows, or are called by their short name.
    servers: BTreeSet<String>,
    /// The domain that their full names lie in; another organisation's host may have the same first label.
    domain: Option<String>,
}

impl Own {
    /// From all that was seen.
    pub(super) fn of(listing: &Listing, names: &Frozen) -> Self {
        let text = |s| names.text(s).into_owned();
        let servers = listing.servers.keys().filter(|s| **s != EMPTY).map(|s| text(*s));
        let hops = listing.next_hops.iter().filter(|(s, _)| **s != EMPTY).map(|(s, n)| (text(*s), *n));
        Self::new(&servers.collect::<Vec<_>>(), &hops.collect::<Vec<_>>())
    }

    fn new(servers: &[String], hops: &[(String, u64)]) -> Self {
        let short = hops.iter().map(|(host, _)| host).filter(|host| !host.contains(['.', ':']));
        let servers: BTreeSet<String> = servers.iter().chain(short).map(|host| upper(host)).collect();
        let mut domains: BTreeMap<String, (BTreeSet<String>, u64)> = BTreeMap::new();
        for (host, n) in hops {
            if let Some((_, domain)) = host.split_once('.').filter(|_| servers.contains(&upper(host))) {
                let (hosts, mails) = domains.entry(domain.to_ascii_lowercase()).or_default();
                hosts.insert(upper(host));
                *mails += n;
            }
        }
        // One host may be another organisation's that is called alike.
        let several = domains.into_iter().filter(|(_, (hosts, _))| hosts.len() > 1);
        let most = several.map(|(domain, (hosts, mails))| (hosts.len(), mails, domain)).max();
        Self { servers, domain: most.map(|(.., domain)| domain) }
    }

    /// An own server by its short name, any other host as it is.
    pub(super) fn label(&self, host: &str) -> String {
        let short = upper(host);
        let here = match (host.split_once('.'), &self.domain) {
            (None, _) => true,
            (Some((_, domain)), Some(own)) => lies_in(&domain.to_ascii_lowercase(), own),
            (Some(_), None) => false,
        };
        if here && self.servers.contains(&short) { short } else { host.to_owned() }
    }
}

/// Whether one of two domains is the other or lies in it: servers of one organisation may be in several.
fn lies_in(domain: &str, own: &str) -> bool {
    let under =
        |a: &str, b: &str| a.strip_suffix(b).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    under(domain, own) || (domain.contains('.') && under(own, domain))
}

fn upper(host: &str) -> String {
    String::from_utf8_lossy(&short_host(host.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_servers_have_one_name() {
        let owned = |hops: &[(&str, u64)]| -> Vec<(String, u64)> {
            hops.iter().map(|(host, n)| ((*host).to_owned(), *n)).collect()
        };
        let hops = owned(&[
            ("EX1.contoso.com", 9),
            ("ex2.contoso.com", 1),
            ("EX1", 2),
            ("ex1.fabrikam.example", 30),
            ("EX3", 1),
        ]);
        let own = Own::new(&["EX1".to_owned(), "EX2".to_owned()], &hops);
        let label = |host| own.label(host);
        assert_eq!(label("EX1.contoso.com"), "EX1");
        assert_eq!(label("ex3.contoso.com"), "EX3");
        assert_eq!(label("EX2.berlin.contoso.com"), "EX2");
        assert_eq!(label("ex1.fabrikam.example"), "ex1.fabrikam.example");
        assert_eq!(label("mx.contoso.com"), "mx.contoso.com");
        assert_eq!(label("ex1.com"), "ex1.com");
        assert_eq!(label("10.0.1.11"), "10.0.1.11");
        assert_eq!(Own::new(&[], &[]).label("a.example"), "a.example");
        let alone = Own::new(&["EX1".to_owned()], &owned(&[("EX1", 9), ("ex1.fabrikam.example", 3)]));
        assert_eq!(alone.label("ex1.fabrikam.example"), "ex1.fabrikam.example");
    }
}
