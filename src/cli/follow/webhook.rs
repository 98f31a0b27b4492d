//! Posts to a web address. The only place that reaches for the network, and only if `--webhook` names an address.

use std::fmt;

#[cfg(feature = "webhook")]
use std::time::Duration;

use super::super::options::Usage;

/// A post must be answered within this time.
#[cfg(feature = "webhook")]
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a post was not taken.
pub(super) struct Refused {
    pub why: String,
    /// Another try would end alike.
    pub for_good: bool,
}

/// A web address.
pub(super) struct Hook {
    #[cfg(feature = "webhook")]
    agent: ureq::Agent,
    url: String,
    /// Scheme and host alone: the rest is often a secret.
    shown: String,
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(feature = "webhook")]
impl Hook {
    /// Checks the address.
    pub(super) fn new(url: &str) -> Result<Self, Usage> {
        use ureq::tls::{RootCerts, TlsConfig};
        let wrong =
            || Usage("--webhook: an address begins with http:// or https:// and names a host".to_owned());
        let uri: ureq::http::Uri = url.parse().map_err(|_| wrong())?;
        let (Some("http" | "https"), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(wrong());
        };
        let port = uri.port_u16().map_or(String::new(), |port| format!(":{port}"));
        let shown = format!("{}://{host}{port}", uri.scheme_str().unwrap_or_default());
        // Also a certificate of the organisation's own authority is good, if the system trusts it.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .tls_config(tls)
            .user_agent(concat!("mailtrail/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), url: url.to_owned(), shown })
    }

    /// Posts JSON.
    pub(super) fn post(&self, json: &[u8]) -> Result<(), Refused> {
        let posted = self.agent.post(&self.url).content_type("application/json").send(json);
        let status = match posted {
            Ok(answer) => answer.status(),
            Err(e) => return Err(Refused { why: e.to_string(), for_good: false }),
        };
        if status.is_success() {
            return Ok(());
        }
        let may_pass = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        Err(Refused { why: format!("it answered {status}"), for_good: !may_pass })
    }
}

#[cfg(not(feature = "webhook"))]
impl Hook {
    /// Cannot be done in this build.
    pub(super) fn new(_: &str) -> Result<Self, Usage> {
        Err(Usage(
            "--webhook: this build cannot post (feature `webhook`); --exec can run a program".to_owned(),
        ))
    }

    /// Is never called, as there is none.
    pub(super) fn post(&self, _: &[u8]) -> Result<(), Refused> {
        Err(Refused { why: format!("this build cannot post to {}", self.url), for_good: true })
    }
}
