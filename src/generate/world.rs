//! The organisation that does not exist: its servers, people, groups, and whom it writes to.

use fastrand::Rng;

use super::Organisation;
use super::names;
use super::rows::Release;

/// Domain of the organisation, and of its forest.
pub(super) const DOMAIN: &str = "contoso.com";
/// Its second accepted domain.
pub(super) const SECOND: &str = "fabrikam.com";
/// Where the mailboxes live that moved to the cloud.
pub(super) const TENANT: &str = "contoso.mail.onmicrosoft.com";
/// Connector inside the organisation.
pub(super) const INTRA: &str = "Intra-Organization SMTP Send Connector";
/// Connector to everywhere.
pub(super) const INTERNET: &str = "Internet";
/// The Edge server's connector to everywhere.
pub(super) const EDGE: &str = "EdgeSync - Default-First-Site-Name to Internet";
/// Connector to the cloud.
pub(super) const HYBRID: &str = "Outbound to Office 365";
/// Connector through a smart host.
pub(super) const SMART_HOST: &str = "Smart host";
/// Connector to one partner, which one server holds.
pub(super) const PARTNER: &str = "Partner litware";

/// A transport server and the mailbox server it belongs to: one machine since 2013, two before.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub hub: Host,
    pub mailbox: Host,
    pub release: Release,
    /// How far its clock is off, ms.
    pub skew: i64,
    /// Its databases belong to an availability group.
    pub in_group: bool,
}

/// A machine.
#[derive(Clone, Debug)]
pub(super) struct Host {
    /// Short, upper case.
    pub name: String,
    pub fqdn: String,
    pub ip: String,
}

impl Host {
    fn new(name: String, ip: String) -> Self {
        Self { fqdn: format!("{name}.{DOMAIN}"), name, ip }
    }
}

/// By which way mail to a domain leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Internet,
    Edge,
    SmartHost,
    Partner,
}

/// A domain outside.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    pub name: String,
    pub exit: Exit,
    pub mx: String,
    pub ip: String,
}

/// What a person's address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Server.
    Mailbox(usize),
    Cloud,
    /// Everything goes to another person.
    Forwarded(usize),
    /// A copy goes outside.
    Copied,
}

/// A person.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub address: String,
    pub home: Home,
}

/// A distribution group: people, and perhaps one more group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub address: String,
    pub members: Vec<usize>,
    pub inner: Option<usize>,
    /// A contact that stands for somebody outside.
    pub contact: Option<usize>,
}

/// Everything that is there before the first message.
#[derive(Debug)]
pub(super) struct World {
    pub units: Vec<Unit>,
    edge: Unit,
    pub users: Vec<User>,
    pub groups: Vec<Group>,
    pub domains: Vec<Domain>,
}

impl World {
    pub(super) fn new(rng: &mut Rng, organisation: Organisation, servers: usize, size: u64) -> Self {
        let units = units(organisation, servers);
        let release = units.iter().map(|u| u.release).max().unwrap_or(Release::E2019);
        let edge = Host::new("EDGE1".to_owned(), "10.0.1.31".to_owned());
        let edge = Unit { hub: edge.clone(), mailbox: edge, release, skew: 0, in_group: false };
        let people = (size / (256 << 10)).clamp(240, 24_000) as usize;
        let mut world = Self {
            users: users(people, &units, organisation != Organisation::E2007),
            units,
            edge,
            groups: Vec::new(),
            domains: domains((people / 2).clamp(60, 4_000)),
        };
        world.groups = (0..people / 20).map(|n| world.group(rng, n)).collect();
        world
    }

    /// A server by number; past the mailbox servers is the Edge server.
    pub(super) fn unit(&self, n: usize) -> &Unit {
        self.units.get(n).unwrap_or(&self.edge)
    }

    /// Number of the Edge server.
    pub(super) fn edge(&self) -> usize {
        self.units.len()
    }

    /// The server whose connectors lead to the cloud and to the partner: the first.
    pub(super) fn gate() -> usize {
        0
    }

    pub(super) fn user(&self, n: usize) -> &User {
        self.users.get(n % self.users.len().max(1)).unwrap_or(&NOBODY)
    }

    pub(super) fn domain(&self, n: usize) -> &Domain {
        self.domains.get(n % self.domains.len().max(1)).unwrap_or(&NOWHERE)
    }

    /// Somebody with a mailbox here, at or after this number.
    pub(super) fn resident(&self, from: usize) -> usize {
        let people = self.users.len();
        let here = |n: &usize| matches!(self.user(*n).home, Home::Mailbox(_));
        (from..from + people).map(|n| n % people.max(1)).find(here).unwrap_or(0)
    }

    /// The server of somebody's mailbox; the first server for those who have none here.
    pub(super) fn home(&self, n: usize) -> usize {
        match self.user(n).home {
            Home::Mailbox(unit) => unit,
            _ => 0,
        }
    }

    /// The directory's name of an address.
    pub(super) fn legacy_dn(address: &str) -> String {
        let local = address.split('@').next().unwrap_or_default();
        format!("/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={local}")
    }

    /// Somebody's second address.
    pub(super) fn proxy(&self, n: usize) -> String {
        let address = &self.user(n).address;
        let (local, domain) = address.split_once('@').unwrap_or((address, DOMAIN));
        format!("mail.{local}@{domain}")
    }

    /// Where a copy of somebody's mail goes: a domain outside, and the address.
    pub(super) fn private(&self, n: usize) -> (usize, String) {
        let domain = n % self.domains.len().max(1);
        (domain, format!("private.{}@{}", names::person(n), self.domain(domain).name))
    }

    /// The address outside that a contact stands for.
    pub(super) fn contact(&self, n: usize) -> String {
        format!("{}@{}", names::person(n), self.domain(n).name)
    }

    fn group(&self, rng: &mut Rng, n: usize) -> Group {
        let people = self.users.len() as u64;
        let some = rng.u64(2..9);
        Group {
            address: format!("{}.{n}@{DOMAIN}", names::group(n)),
            members: (0..some).map(|_| rng.u64(0..people) as usize).collect(),
            inner: n.is_multiple_of(5).then_some(n + 1),
            contact: (n % 7 == 3).then_some(n),
        }
    }
}

static NOBODY: User = User { address: String::new(), home: Home::Mailbox(0) };
static NOWHERE: Domain =
    Domain { name: String::new(), exit: Exit::Internet, mx: String::new(), ip: String::new() };

/// The servers. In a mixed organisation they are of every age.
fn units(organisation: Organisation, servers: usize) -> Vec<Unit> {
    let mixed = [Release::E2019, Release::E2010, Release::E2013, Release::E2007];
    let release = |n: usize| match organisation {
        Organisation::E2007 => Release::E2007,
        Organisation::E2010 => Release::E2010,
        Organisation::E2013 => Release::E2013,
        Organisation::E2019 => Release::E2019,
        Organisation::Mixed => mixed.get(n % 4).copied().unwrap_or(Release::E2019),
    };
    (0..servers)
        .map(|n| {
            let release = release(n);
            let modern = release.is_modern();
            let host = |prefix: &str, net: usize| {
                Host::new(format!("{prefix}{}", n + 1), format!("10.0.{net}.{}", n + 11))
            };
            Unit {
                hub: host(if modern { "EX" } else { "HUB" }, 1),
                mailbox: if modern { host("EX", 1) } else { host("MBX", 2) },
                release,
                skew: if n == 1 { -2_300 } else { 0 },
                in_group: modern && n + 1 < servers.max(3),
            }
        })
        .collect()
}

fn users(people: usize, units: &[Unit], hybrid: bool) -> Vec<User> {
    // Half of all mailboxes lie on the first server, where the organisation began.
    let home = |n: usize| if n.is_multiple_of(2) { 0 } else { n / 2 % units.len().max(1) };
    (0..people)
        .map(|n| {
            let domain = if n % 9 == 4 { SECOND } else { DOMAIN };
            let home = match n % 100 {
                3 => Home::Forwarded(n + 1),
                7 => Home::Copied,
                k if k % 10 > 7 && hybrid && domain == DOMAIN => Home::Cloud,
                _ => Home::Mailbox(home(n)),
            };
            User { address: format!("{}@{domain}", names::person(n)), home }
        })
        .collect()
}

fn domains(count: usize) -> Vec<Domain> {
    (0..count)
        .map(|n| {
            let name = format!("{}-{n}.example", names::company(n));
            let exit = match n % 20 {
                // Few domains behind each of them, or they would carry mail to everywhere.
                5 if n < 100 => Exit::SmartHost,
                2 if n == 2 => Exit::Partner,
                k if k % 6 == 1 => Exit::Edge,
                _ => Exit::Internet,
            };
            let mx = match exit {
                Exit::SmartHost => "smtp.adatum.example".to_owned(),
                Exit::Partner => "mx.litware.example".to_owned(),
                _ => format!("mx{}.{name}", n % 2 + 1),
            };
            let name = if exit == Exit::Partner { "litware.example".to_owned() } else { name };
            Domain { ip: format!("198.51.{}.{}", 100 + n / 250 % 100, n % 250 + 2), name, exit, mx }
        })
        .collect()
}
