//! What the logs of a run show to be normal, as plain texts, so that it can be taken from one reading
//! of the logs to another. All of it is inferred.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::addresses::{ByDomain, Mark};
use super::case::peer_name;
use super::chains::Chains;
use super::roads::{Carried, Roads, carried, named_hybrid, unrelated};
use super::smart_hosts::strangers;
use super::survey::{Pair, Survey, Suspicion, host_hash, made_hash, pair_hash, sent_away};
use super::thresholds::Thresholds;
use super::typos::Typos;
use crate::model::name::Symbol;
use crate::model::time::Timestamp;
use crate::topology::Topology;

type Text = Box<[u8]>;

/// What was counted, and the same by domain.
type Counted<'c, 'n> = (&'c Survey<'n>, &'c ByDomain<'n>);

/// Why a domain is taken to be shared with another system.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    /// The connector by which mail for it leaves.
    pub connector: Option<Text>,
    /// Addresses nobody has here.
    pub not_found: usize,
    /// Of those, how many write from elsewhere.
    pub senders: usize,
}

/// Where large mail for a domain goes, and where other mail does.
#[derive(Clone, Debug)]
pub(super) struct Fallthrough {
    /// Connector of the other mail.
    pub usual: Text,
    /// Largest message there, bytes.
    pub largest: u64,
    /// Smallest message on the connector of the large mail.
    pub smallest: u64,
}

/// What is normal.
#[derive(Clone, Debug, Default)]
pub struct Norms {
    /// What findings depend on, as it was set.
    pub(super) thresholds: Thresholds,
    /// What the administrator says of the organisation.
    topology: Option<Arc<Topology>>,
    /// Connectors, and hosts they handed mail to that are none of their smart hosts.
    strangers: HashSet<(Text, Text)>,
    /// Domains of the organisation of which addresses are rewritten to the tenant's, and the tenant domain.
    hybrid: HashMap<Text, Text>,
    /// Domains of the own tenant.
    tenant: HashSet<Text>,
    default_connectors: HashSet<Text>,
    hybrid_connectors: BTreeSet<Text>,
    shared: HashMap<Text, Shared>,
    /// When addresses that are not found now were known first and last.
    was_known: HashMap<Text, (Timestamp, Timestamp)>,
    org: HashSet<Text>,
    pub(super) roads: Roads,
    pub(super) typos: Typos,
    /// Addresses whose mail is sent away though they still write from a mailbox here; since when, and when last.
    still_writes: HashMap<Text, (Timestamp, Timestamp)>,
    /// Where there are such addresses: those that others were rewritten to, and when they were known first.
    stands: HashMap<Text, Timestamp>,
    /// Messages that were welcome, of hosts that also brought mail for addresses nobody has.
    welcome: HashMap<Text, u64>,
    /// Addresses whose mail came back again and again, or was given up as a loop.
    harmed: HashSet<Text>,
    fallthrough: HashMap<(Text, Text), Fallthrough>,
    /// Hosts that give back what they get, as a service.
    services: HashSet<Text>,
    /// A stay by server and connector is an outlier above this, ms.
    slow: HashMap<(Text, Text), i64>,
    ends: HashMap<Text, Timestamp>,
    /// Servers whose own log is here.
    servers: HashSet<Text>,
    pub(super) chains: Chains,
    /// What makes a message worth a second look.
    wanted: HashSet<Suspicion>,
}

impl Norms {
    /// Draws the conclusions.
    pub fn new(survey: &Survey<'_>, topology: Option<Arc<Topology>>) -> Self {
        let thresholds = survey.thresholds;
        let mut norms = Self { thresholds, topology, ..Self::default() };
        let by_domain = &survey.by_domain();
        let org = org_domains(by_domain, thresholds.org_addresses);
        let carried = carried(by_domain);
        norms.org = org.iter().map(|d| Text::from(*d)).collect();
        norms.roads = Roads::new(by_domain, survey.names, &thresholds);
        let nowhere = survey.nowhere.iter().map(|d| survey.addresses.text(*d));
        norms.typos = Typos::new(nowhere, by_domain, |d| org.contains(d), &thresholds);
        for (host, a) in survey.addresses.iter().filter(|(_, a)| a.is(Mark::Knocks)) {
            *norms.welcome.entry((*peer_name(survey.names.get(host))).into()).or_default() += a.welcome();
        }
        norms.connectors(survey, &carried, &org);
        norms.tenants((survey, by_domain), &org);
        norms.shared_domains((survey, by_domain), &carried);
        norms.fallthroughs((survey, by_domain));
        norms.chains = Chains::new(survey);
        norms.wanted.extend(norms.chains.sources().map(made_hash));
        let address = |s: Symbol| Text::from(survey.names.get(s));
        let not_found = survey.addresses.iter().filter(|(_, a)| a.is(Mark::NotFound));
        norms.was_known = not_found.filter_map(|(s, a)| Some((address(s), a.when_known()?))).collect();
        for (symbol, times) in
            survey.addresses.iter().filter_map(|(s, a)| Some((s, a.still_writes(thresholds.still_writes)?)))
        {
            norms.still_writes.insert(address(symbol), times);
            norms.wanted.insert(sent_away(symbol));
        }
        if !norms.still_writes.is_empty() {
            let stands = survey.addresses.iter().filter(|(_, a)| a.is(Mark::Stands));
            norms.stands = stands.filter_map(|(s, a)| Some((address(s), a.when_known()?.0))).collect();
        }
        norms.harmed =
            survey.addresses.iter().filter(|(_, a)| a.is(Mark::Harmed)).map(|(s, _)| address(s)).collect();
        norms.services = survey
            .returned
            .iter()
            .filter(|(_, n)| **n >= thresholds.service_messages)
            .map(|(peer, _)| peer.as_slice().into())
            .collect();
        let text = |s: Symbol| Text::from(survey.names.get(s));
        norms.slow =
            survey.stays.iter().map(|((s, c), b)| ((text(*s), text(*c)), b.outlier(&thresholds))).collect();
        norms.ends = survey.ends.iter().map(|(s, t)| (text(*s), *t)).collect();
        if let Some(topology) = norms.topology.as_deref() {
            norms.strangers = strangers(&survey.hosts, survey.names, topology);
        }
        norms.wanted.extend(norms.strangers.iter().map(|(connector, host)| host_hash(connector, host)));
        norms.servers =
            survey.ends.keys().chain(survey.stays.keys().map(|(s, _)| s)).map(|s| text(*s)).collect();
        norms.wanted.extend(norms.wanted_pairs((survey, by_domain)));
        norms
    }

    fn connectors(
        &mut self,
        survey: &Survey<'_>,
        carried: &BTreeMap<Symbol, Carried<'_>>,
        org: &HashSet<&[u8]>,
    ) {
        for (symbol, carried) in carried {
            let name = survey.names.get(*symbol);
            let outside: BTreeSet<&[u8]> =
                carried.domains.iter().filter(|d| !org.contains(*d)).copied().collect();
            // All mail out may go by Exchange Online: then the hybrid connector is the default one too.
            if named_hybrid(name) {
                self.hybrid_connectors.insert(name.into());
            } else if unrelated(&outside) >= self.thresholds.default_domains {
                self.default_connectors.insert(name.into());
            } else if carried.to_tenant * 2 >= carried.total || carried.online == carried.total {
                self.hybrid_connectors.insert(name.into());
            }
        }
    }

    fn tenants(&mut self, (survey, by_domain): Counted<'_, '_>, org: &HashSet<&[u8]>) {
        let names = survey.names;
        let by_hybrid: HashSet<&[u8]> = by_domain
            .pairs
            .keys()
            .filter(|(c, _)| self.hybrid_connectors.contains(names.get(*c)))
            .map(|(_, d)| *d)
            .collect();
        // A partner's contact may be rewritten to the partner's tenant. Ours is what a hybrid connector carries,
        // what is called like it, or, where none shows, what the hybrid wizard makes.
        let name_of = |tenant: &[u8]| tenant.split(|b| *b == b'.').next().unwrap_or_default().to_vec();
        let ours: HashSet<Vec<u8>> =
            by_hybrid.iter().filter(|d| d.ends_with(b".onmicrosoft.com")).map(|d| name_of(d)).collect();
        let mut found: BTreeMap<&[u8], Vec<(usize, &[u8])>> = BTreeMap::new();
        for ((domain, tenant), some) in &by_domain.resolved {
            let sure = ours.contains(&name_of(tenant))
                || (ours.is_empty() && tenant.ends_with(b".mail.onmicrosoft.com"));
            if *some > 0 && org.contains(domain) && sure {
                found.entry(domain).or_default().push((*some, tenant));
                self.tenant.insert((*tenant).into());
            }
        }
        for (domain, mut tenants) in found {
            // The one most addresses go to; of equals the one the hybrid wizard makes.
            tenants.sort_unstable_by_key(|(n, t)| {
                (*n, t.ends_with(b".mail.onmicrosoft.com"), std::cmp::Reverse(*t))
            });
            if let Some((_, tenant)) = tenants.last() {
                self.hybrid.insert(domain.into(), (*tenant).into());
            }
        }
    }

    fn shared_domains(
        &mut self,
        (survey, by_domain): Counted<'_, '_>,
        carried: &BTreeMap<Symbol, Carried<'_>>,
    ) {
        let Thresholds { shared_not_found, shared_part, shared_least, shared_sent, .. } = self.thresholds;
        for (domain, addresses) in by_domain.not_found.iter().filter(|(_, a)| a.len() >= shared_not_found) {
            let specific = |(symbol, domain): &(Symbol, &[u8]), pair: &Pair| {
                let name = survey.names.get(*symbol);
                let total = carried.get(symbol).map_or(0, |c| c.total);
                let own = pair.count * 2 >= total && pair.as_addressed >= shared_sent && !domain.is_empty();
                (own && !self.is_default(name) && !self.is_hybrid(name)).then_some((pair.count, name))
            };
            let own = by_domain.pairs.iter().filter(|((_, d), _)| d == domain);
            let connector = own.filter_map(|(k, p)| specific(k, p)).max();
            let senders = addresses.iter().filter(|a| survey.addresses.at(**a).is(Mark::Writes)).count();
            // In a domain of our own some service writes without a mailbox, and is answered.
            let known = by_domain.known.get(domain).copied().unwrap_or(0);
            let many = addresses.len() * shared_part >= known;
            if many && (connector.is_some() || senders >= shared_least) {
                let connector = connector.map(|(_, name)| name.into());
                let shared = Shared { connector, not_found: addresses.len(), senders };
                self.shared.insert((*domain).into(), shared);
            }
        }
    }

    fn fallthroughs(&mut self, (survey, by_domain): Counted<'_, '_>) {
        let mut carriers: BTreeMap<&[u8], Vec<(&[u8], &Pair)>> = BTreeMap::new();
        let Thresholds { size_recipients, size_least, .. } = self.thresholds;
        for ((connector, domain), pair) in by_domain.pairs.iter().filter(|(_, p)| p.count >= size_recipients)
        {
            carriers.entry(domain).or_default().push((survey.names.get(*connector), pair));
        }
        for (domain, mut some) in carriers {
            some.sort_unstable_by_key(|(name, pair)| (std::cmp::Reverse(pair.count), *name));
            for (large, on) in &some {
                let usual = some.iter().find(|(_, p)| {
                    on.sizes.0 > p.sizes.1
                        && on.sizes.0 >= size_least
                        && on.sizes.0 <= on.sizes.1
                        && on.span.0 < p.span.1
                        && p.span.0 < on.span.1
                });
                if let Some((usual, p)) = usual {
                    let found =
                        Fallthrough { usual: (*usual).into(), largest: p.sizes.1, smallest: on.sizes.0 };
                    self.fallthrough.insert((domain.into(), (*large).into()), found);
                }
            }
        }
    }

    /// Mail for domains with mailboxes in the tenant by a default connector, large mail that fell through, mail to
    /// the tenant that no hybrid connector carried, and mail for which connectors may take turns.
    fn wanted_pairs(&self, (survey, by_domain): Counted<'_, '_>) -> Vec<Suspicion> {
        let own =
            self.hybrid.keys().flat_map(|d| self.default_connectors.iter().map(move |c| pair_hash(c, d)));
        let large = self.fallthrough.keys().map(|(domain, connector)| pair_hash(connector, domain));
        let tenant = by_domain.pairs.keys().filter_map(|(connector, domain)| {
            let name = survey.names.get(*connector);
            (self.is_tenant(domain) && !self.is_hybrid(name)).then(|| pair_hash(name, domain))
        });
        let turns = self.roads.all_alternating().map(|(domain, connector)| pair_hash(connector, domain));
        own.chain(large).chain(tenant).chain(turns).collect()
    }

    /// Whether a suspicion turned out to be one.
    pub fn wants(&self, why: Suspicion) -> bool {
        why == 0 || self.wanted.contains(&why)
    }

    /// Domains that do not exist, each with the one that is meant.
    pub fn typos(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.typos.all()
    }

    /// What findings depend on, as it was set.
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// What the administrator says of the organisation.
    pub fn told(&self) -> Option<&Topology> {
        self.topology.as_deref()
    }

    /// Whether a connector handed mail to a host that is none of its smart hosts.
    pub(super) fn is_stranger(&self, connector: &[u8], host: &[u8]) -> bool {
        self.strangers.contains(&(Text::from(connector), Text::from(host)))
    }

    /// The tenant domain to which addresses of a domain are rewritten.
    pub(super) fn tenant_of(&self, domain: &[u8]) -> Option<&[u8]> {
        self.hybrid.get(domain).map(AsRef::as_ref)
    }

    /// A domain of the own tenant.
    pub(super) fn is_tenant(&self, domain: &[u8]) -> bool {
        self.tenant.contains(domain)
    }

    /// A connector that carries mail for many outside domains.
    pub(super) fn is_default(&self, connector: &[u8]) -> bool {
        self.default_connectors.contains(connector)
    }

    /// A connector to the own tenant.
    pub(super) fn is_hybrid(&self, connector: &[u8]) -> bool {
        self.hybrid_connectors.contains(connector)
    }

    /// The first connector to the own tenant by name.
    pub(super) fn hybrid_connector(&self) -> Option<&[u8]> {
        self.hybrid_connectors.first().map(AsRef::as_ref)
    }

    /// Why a domain is taken to be shared.
    pub(super) fn shared(&self, domain: &[u8]) -> Option<&Shared> {
        self.shared.get(domain)
    }

    /// A domain that is neither the organisation's nor its tenant's, as far as any is known to be.
    pub(super) fn is_foreign(&self, domain: &[u8]) -> bool {
        !self.org.is_empty() && !self.org.contains(domain) && !self.is_tenant(domain)
    }

    /// A domain of which several addresses were delivered here, or rewritten to onmicrosoft.com.
    pub(super) fn is_org(&self, domain: &[u8]) -> bool {
        self.org.contains(domain)
    }

    /// Whether mail for a domain may find a way out, or a mailbox: some did, or a connector leads everywhere.
    pub(super) fn may_have_route(&self, domain: &[u8]) -> bool {
        self.roads.is_known(domain) || !self.default_connectors.is_empty()
    }

    /// Mail for the address came back, or was given up as a loop.
    pub(super) fn is_harmed(&self, address: &[u8]) -> bool {
        self.harmed.contains(address)
    }

    /// When an address that is not found now was known first and last.
    pub(super) fn when_known(&self, address: &[u8]) -> Option<(Timestamp, Timestamp)> {
        self.was_known.get(address).copied()
    }

    /// Whether only large mail for a domain goes by a connector.
    pub(super) fn fallthrough(&self, domain: &[u8], connector: &[u8]) -> Option<&Fallthrough> {
        self.fallthrough.get(&(Text::from(domain), Text::from(connector)))
    }

    /// Of an address whose mail is sent away though it still writes from a mailbox here: since when, and when last.
    pub(super) fn still_writes(&self, address: &[u8]) -> Option<(Timestamp, Timestamp)> {
        self.still_writes.get(address).copied()
    }

    /// When an address to which some address that still writes may have been rewritten was known first.
    pub(super) fn stands_since(&self, address: &[u8]) -> Option<Timestamp> {
        self.stands.get(address).copied()
    }

    /// Messages that were welcome, of a host that also brought mail for addresses nobody has.
    pub(super) fn welcome(&self, host: &[u8]) -> u64 {
        self.welcome.get(host).copied().unwrap_or(0)
    }

    /// A host that gives back what it gets, as a service.
    pub(super) fn is_service(&self, peer: &[u8]) -> bool {
        self.services.contains(peer)
    }

    /// How long a stay must be to be an outlier, ms.
    pub(super) fn slow(&self, server: &[u8], connector: &[u8]) -> i64 {
        self.slow
            .get(&(Text::from(server), Text::from(connector)))
            .copied()
            .unwrap_or(self.thresholds.delay_least)
    }

    /// A server whose own log is here, by its short name.
    pub(super) fn is_server(&self, server: &[u8]) -> bool {
        self.servers.contains(server)
    }

    /// Last event of a server.
    pub(super) fn end_of(&self, server: &[u8]) -> Option<Timestamp> {
        self.ends.get(server).copied()
    }
}

/// Domains with several addresses delivered here, and those of addresses rewritten to onmicrosoft.com.
fn org_domains<'n>(by_domain: &ByDomain<'n>, least: usize) -> HashSet<&'n [u8]> {
    let stored = by_domain.delivered.iter().filter(|(_, some)| **some >= least).map(|(d, _)| *d);
    stored.chain(by_domain.resolved.keys().map(|(d, _)| *d)).collect()
}
