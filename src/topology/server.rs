//! The organisation's own servers, and where they take mail in.

use serde::{Deserialize, Serialize};

use crate::model::name::short_host;

/// A row of `Get-TransportService` or `Get-ExchangeServer`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Short, in upper case.
    pub name: Box<str>,
    /// In lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<Box<str>>,
    /// Active Directory site, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Box<str>>,
    /// Whether it is an Edge server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge: Option<bool>,
}

/// A row of `Get-ReceiveConnector`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveConnector {
    /// `SERVER\Name`, as logs write it.
    pub name: Box<str>,
    /// Name it gives itself to others, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<Box<str>>,
    /// Addresses and ports it listens at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<String>,
    /// Addresses it takes mail from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remote: Vec<String>,
    /// Received headers at which mail is refused as a loop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_hops: Option<u32>,
}

impl Server {
    /// Whether a host, by short or full name in any case, is this server. A full name of another domain is not.
    pub fn is(&self, host: &[u8]) -> bool {
        match &self.fqdn {
            Some(fqdn) if host.contains(&b'.') => fqdn.as_bytes().eq_ignore_ascii_case(host),
            _ => short_host(host).eq_ignore_ascii_case(self.name.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_both_names() {
        let server = Server { name: "EX1".into(), fqdn: Some("ex1.contoso.com".into()), ..Server::default() };
        assert!(server.is(b"ex1") && server.is(b"EX1.Contoso.com"));
        assert!(!server.is(b"ex1.fabrikam.com") && !server.is(b"ex10") && !server.is(b""));
        assert!(Server { name: "EX1".into(), ..Server::default() }.is(b"ex1.contoso.com"));
    }
}
