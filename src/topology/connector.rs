//! Send connectors, and which of them takes a message: the order of rules that Exchange documents.

mod index;

use serde::{Deserialize, Serialize};

use super::domain::{Fit, fit};
use super::server::Server;
use crate::model::name::{domain_of, is_exchange_online, short_host};
pub(super) use index::Index;

/// What a connector is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressSpace {
    /// `smtp`, `x400` and the like, in lower case.
    #[serde(default = "smtp", skip_serializing_if = "is_smtp", rename = "type")]
    pub kind: Box<str>,
    /// A domain, `*.domain`, `*`, or `--` for all accepted domains that are not external, in lower case.
    pub space: Box<str>,
    /// 1 to 100.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub cost: u16,
}

fn smtp() -> Box<str> {
    "smtp".into()
}

fn is_smtp(kind: &str) -> bool {
    kind == "smtp"
}

fn one() -> u16 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_one(cost: &u16) -> bool {
    *cost == 1
}

/// The largest message a connector takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MaxSize {
    /// The export does not say.
    #[default]
    Unknown,
    /// Any.
    Unlimited,
    /// So many bytes.
    Bytes(u64),
}

impl MaxSize {
    /// The limit, if there is one and it is known.
    pub fn bytes(self) -> Option<u64> {
        if let Self::Bytes(most) = self { Some(most) } else { None }
    }

    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// A row of `Get-SendConnector`. `None`: the export does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendConnector {
    /// As logs write it.
    pub name: Box<str>,
    /// What it is for.
    #[serde(default)]
    pub spaces: Vec<AddressSpace>,
    /// Whether it is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Largest message.
    #[serde(default, skip_serializing_if = "MaxSize::is_unknown")]
    pub max_size: MaxSize,
    /// Whether only servers of its site may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoped: Option<bool>,
    /// Servers it sends from, short, in upper case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Box<str>>,
    /// Hosts it hands mail to, in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub smart_hosts: Vec<Box<str>>,
    /// Whether it looks up the MX of the recipient's domain instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_routing: Option<bool>,
    /// Whether the marks that make mail internal to both sides are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_services: Option<bool>,
    /// Name the other side's certificate must have, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_domain: Option<Box<str>>,
    /// Whether it sends by way of the front end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontend_proxy: Option<bool>,
}

impl SendConnector {
    /// Whether it leads to Exchange Online, by what the hybrid wizard sets and names.
    pub fn is_hybrid(&self) -> bool {
        let named = self.name.get(..22).is_some_and(|n| n.eq_ignore_ascii_case("Outbound to Office 365"));
        self.cloud_services == Some(true)
            || named
            || self.smart_hosts.iter().any(|h| is_exchange_online(h.as_bytes()))
            || self.tls_domain.as_deref() == Some("mail.protection.outlook.com")
            || self.spaces.iter().any(|s| s.space.ends_with(".mail.onmicrosoft.com"))
    }

    /// Whether it sends from a server, short or full.
    pub fn sends_from(&self, server: &[u8]) -> bool {
        is_source(self, server)
    }

    /// Whether it is in use; what is not known counts as yes.
    pub fn is_enabled(&self) -> bool {
        self.enabled != Some(false)
    }

    /// Whether it hands all mail to its smart hosts.
    pub fn uses_smart_hosts(&self) -> bool {
        !self.smart_hosts.is_empty() && self.dns_routing != Some(true)
    }
}

/// Why a connector does not take a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Out {
    /// No address space of it fits.
    NoSpace,
    /// The message is larger than it takes.
    TooSmall,
    /// It is switched off.
    Disabled,
    /// Only servers of another site may use it.
    OtherSite,
    /// An Edge server knows no connectors but its own.
    OtherServer,
}

/// How far a connector's nearest source server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    Here,
    SameSite,
    /// Elsewhere, or not known.
    Elsewhere,
}

/// A space that fits an address.
#[derive(Clone, Copy, Debug)]
struct Fitting {
    fit: Fit,
    cost: u16,
    /// It is `--`: the accepted domains, on the Edge server that sends from there and nowhere else.
    inbound: bool,
}

/// What connectors are compared by, in this order.
type Rank<'c> = (Fit, u16, Distance, Name<'c>, u32);

/// Names in alphanumeric order, whatever their case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name<'c>(&'c str);

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let chars = |n: Self| n.0.chars().flat_map(char::to_lowercase);
        self.0.chars().flat_map(char::to_lowercase).cmp(chars(*other)).then_with(|| self.0.cmp(other.0))
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What a message needs a connector for.
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    /// Final address in lower case; `x400:…` if it is no SMTP address.
    pub address: &'a [u8],
    /// Whether its domain is accepted here and not external, so that `--` of an Edge server covers it.
    pub is_own: bool,
    /// Bytes; `None` where it is not known and every connector is large enough.
    pub size: Option<u64>,
    /// The server that routes it.
    pub server: Option<&'a [u8]>,
}

/// A connector that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its number in the table.
    pub connector: u32,
    /// How closely its address space fits.
    pub fit: Fit,
    /// By which rule it was the one.
    pub by: Rule,
}

/// What told a connector from the next best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// No other fits.
    Only,
    /// Its address space fits more closely.
    Closest,
    /// Its cost is lower.
    Cost,
    /// Its source server is nearer.
    Nearest,
    /// Its name comes first.
    Name,
}

/// What choosing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// This one.
    One(Chosen),
    /// The message is too large for every connector that fits.
    TooLarge,
    /// None is for such an address: it waits, and comes back after two days.
    NoRoute,
}

/// The table of connectors with what is needed to choose from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice<'t> {
    pub connectors: &'t [SendConnector],
    /// Their spaces.
    pub index: &'t Index,
    pub servers: &'t [Server],
}

impl<'t> Choice<'t> {
    /// Which connector takes the load: of those that are large enough, in use, in reach and fitting the one that
    /// fits most closely, then costs least, then is nearest, then comes first by name.
    pub(super) fn pick(&self, load: &Load<'_>) -> Pick {
        let (mut best, mut next): (Option<Rank<'t>>, Option<Rank<'t>>) = (None, None);
        let mut too_small = false;
        self.index.each(load, |number, fitting| {
            let Some(connector) = self.connectors.get(number as usize) else { return };
            match self.rank((number, connector), fitting, load) {
                // A connector may have several spaces that fit.
                Ok(rank) if best.is_some_and(|b| b.4 == number) => best = best.min(Some(rank)),
                Ok(rank) if best.is_none_or(|b| rank < b) => (best, next) = (Some(rank), best),
                Ok(rank) if next.is_none_or(|n| rank < n) => next = Some(rank),
                Ok(_) => {}
                Err(out) => too_small |= out == Out::TooSmall,
            }
        });
        match best {
            Some(best) => Pick::One(Chosen { connector: best.4, fit: best.0, by: told_apart(best, next) }),
            None if too_small => Pick::TooLarge,
            None => Pick::NoRoute,
        }
    }

    /// What is wrong with a connector for the load; `None` if it would do.
    pub(super) fn out(&self, connector: &SendConnector, load: &Load<'_>) -> Option<Out> {
        let fits = connector.spaces.iter().filter_map(|s| {
            Some(Fitting { fit: space_fit(s, load)?, cost: s.cost, inbound: &*s.space == "--" })
        });
        fits.map(|fitting| self.rank((0, connector), fitting, load)).min().unwrap_or(Err(Out::NoSpace)).err()
    }

    /// Where a connector stands by a space of it that fits, or why it is out.
    fn rank(
        &self,
        (number, connector): (u32, &'t SendConnector),
        Fitting { fit, cost, inbound }: Fitting,
        load: &Load<'_>,
    ) -> Result<Rank<'t>, Out> {
        let here = load.server.is_some_and(|s| is_source(connector, s));
        if inbound && !here {
            return Err(Out::NoSpace);
        }
        if !here && !connector.sources.is_empty() && load.server.is_some_and(|s| self.is_edge(s)) {
            return Err(Out::OtherServer);
        }
        if let (MaxSize::Bytes(most), Some(size)) = (connector.max_size, load.size)
            && size > most
        {
            return Err(Out::TooSmall);
        }
        if !connector.is_enabled() {
            return Err(Out::Disabled);
        }
        let (distance, known) = self.distance(connector, load.server);
        if connector.scoped == Some(true) && known && distance == Distance::Elsewhere {
            return Err(Out::OtherSite);
        }
        Ok((fit, cost, distance, Name(&connector.name), number))
    }

    fn is_edge(&self, server: &[u8]) -> bool {
        self.servers.iter().any(|s| s.edge == Some(true) && s.is(server))
    }

    /// How far it is, and whether that is known.
    fn distance(&self, connector: &SendConnector, server: Option<&[u8]>) -> (Distance, bool) {
        let Some(server) = server.filter(|_| !connector.sources.is_empty()) else {
            return (Distance::Elsewhere, false);
        };
        let own = self.servers.iter().find(|s| s.is(server));
        if is_source(connector, server) {
            return (Distance::Here, true);
        }
        let site_of =
            |name: &str| self.servers.iter().find(|s| s.is(name.as_bytes())).and_then(|s| s.site.as_deref());
        let Some(site) = own.and_then(|s| s.site.as_deref()) else { return (Distance::Elsewhere, false) };
        let sites: Vec<Option<&str>> = connector.sources.iter().map(|s| site_of(s)).collect();
        if sites.contains(&Some(site)) {
            return (Distance::SameSite, true);
        }
        (Distance::Elsewhere, sites.iter().all(Option::is_some))
    }
}

/// Whether a connector sends from a server.
fn is_source(connector: &SendConnector, server: &[u8]) -> bool {
    let short = short_host(server);
    connector.sources.iter().any(|s| s.as_bytes().eq_ignore_ascii_case(&short))
}

fn told_apart(best: Rank<'_>, next: Option<Rank<'_>>) -> Rule {
    match next {
        None => Rule::Only,
        Some(next) if next.0 != best.0 => Rule::Closest,
        Some(next) if next.1 != best.1 => Rule::Cost,
        Some(next) if next.2 != best.2 => Rule::Nearest,
        Some(_) => Rule::Name,
    }
}

/// How closely an address space fits. `*.contoso.com` of a connector is for contoso.com too.
pub fn space_fit(space: &AddressSpace, load: &Load<'_>) -> Option<Fit> {
    let (kind, rest) = split_type(load.address);
    if kind.is_none() {
        if &*space.kind != "smtp" {
            return None;
        }
        if &*space.space == "--" {
            return load.is_own.then_some(Fit::Exact);
        }
        return fit(space.space.as_bytes(), domain_of(rest));
    }
    // What such spaces look like inside is not modelled: any of the type fits.
    kind.filter(|k| *k == space.kind.as_bytes()).map(|_| Fit::Any)
}

/// The type before an address that is no SMTP address, and what follows.
pub fn split_type(address: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let colon = memchr::memchr(b':', address).filter(|_| !address.contains(&b'@'));
    match colon.and_then(|at| address.split_at_checked(at)) {
        Some((kind, rest)) if !kind.is_empty() && kind.iter().all(u8::is_ascii_alphanumeric) => {
            (Some(kind), rest.get(1..).unwrap_or_default())
        }
        _ => (None, address),
    }
}

#[cfg(test)]
mod tests;
