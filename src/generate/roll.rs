//! Whom and what a planted fault needs, noted when it is planted, for the exports.

/// What the directory holds under an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Mailbox,
    RemoteMailbox,
    MailUser,
    Contact,
    Group,
}

/// An object of the directory.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub sort: Sort,
    pub address: String,
    /// Where its mail goes instead.
    pub target: Option<String>,
    /// The target is one of its own addresses too.
    pub owns_target: bool,
    /// Address of the mailbox here that its mail is forwarded to.
    pub forward: Option<String>,
    /// Address outside that its mail is forwarded to.
    pub forward_smtp: Option<String>,
    /// It keeps what it forwards.
    pub keeps_copy: bool,
    pub members: Vec<String>,
    /// Short name of its server, where that is not the first.
    pub server: Option<String>,
}

impl Entry {
    fn new(sort: Sort, address: &str) -> Self {
        Self {
            sort,
            address: address.to_owned(),
            target: None,
            owns_target: false,
            forward: None,
            forward_smtp: None,
            keeps_copy: false,
            members: Vec::new(),
            server: None,
        }
    }

    /// A mailbox on the first server.
    pub(super) fn mailbox(address: &str) -> Self {
        Self::new(Sort::Mailbox, address)
    }

    /// A mailbox in the cloud that has its remote routing address as an address too.
    pub(super) fn remote(address: &str, target: &str) -> Self {
        Self { owns_target: address != target, ..Self::new(Sort::RemoteMailbox, address).aimed_at(target) }
    }

    /// An account whose mail goes elsewhere.
    pub(super) fn mail_user(address: &str, target: &str) -> Self {
        Self::new(Sort::MailUser, address).aimed_at(target)
    }

    /// A contact.
    pub(super) fn contact(address: &str, target: &str) -> Self {
        Self::new(Sort::Contact, address).aimed_at(target)
    }

    /// A group.
    pub(super) fn group(address: &str, members: &[&str]) -> Self {
        let members = members.iter().map(|m| (*m).to_owned()).collect();
        Self { members, ..Self::new(Sort::Group, address) }
    }

    /// The same with a target.
    pub(super) fn aimed_at(self, target: &str) -> Self {
        Self { target: Some(target.to_owned()), ..self }
    }

    /// The same, and forwarded to another mailbox here.
    pub(super) fn forwarded(self, to: &str) -> Self {
        Self { forward: Some(to.to_owned()), ..self }
    }
}

/// A send connector.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub name: String,
    /// Domains; `*` is every domain. Each with its cost.
    pub spaces: Vec<(String, u32)>,
    /// MB; `None` is no limit.
    pub largest: Option<u64>,
    /// None: by MX.
    pub smart_hosts: Vec<String>,
    /// Short names of the servers it sends from; none: all of them.
    pub sources: Vec<String>,
    pub enabled: bool,
    pub cloud: bool,
}

impl Connector {
    /// From all servers, to some domains, by MX.
    pub(super) fn new(name: &str, spaces: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            spaces: spaces.iter().map(|s| ((*s).to_owned(), 1)).collect(),
            largest: Some(35),
            smart_hosts: Vec::new(),
            sources: Vec::new(),
            enabled: true,
            cloud: false,
        }
    }

    /// The same, through a host.
    pub(super) fn through(self, host: &str) -> Self {
        Self { smart_hosts: vec![host.to_owned()], ..self }
    }
}

/// All that was noted.
#[derive(Debug, Default)]
pub(super) struct Roll {
    pub entries: Vec<Entry>,
    /// Accepted domains and their types.
    pub domains: Vec<(&'static str, &'static str)>,
    pub connectors: Vec<Connector>,
    /// Short names of servers.
    pub servers: Vec<String>,
}

impl Roll {
    /// Somebody, or a group, is in the directory.
    pub(super) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// A domain is accepted. The same fault may be planted again.
    pub(super) fn accept(&mut self, domain: &'static str, kind: &'static str) {
        if self.domains.iter().all(|(known, _)| *known != domain) {
            self.domains.push((domain, kind));
        }
    }

    /// There is a send connector.
    pub(super) fn connect(&mut self, connector: Connector) {
        if self.connectors.iter().all(|known| known.name != connector.name) {
            self.connectors.push(connector);
        }
    }

    /// A connector is for one more domain.
    pub(super) fn widen(&mut self, connector: &str, domain: &str) {
        for known in self.connectors.iter_mut().filter(|c| c.name == connector) {
            if known.spaces.iter().all(|(space, _)| space != domain) {
                known.spaces.push((domain.to_owned(), 1));
            }
        }
    }

    /// There is a server whose log nobody has.
    pub(super) fn serve(&mut self, name: &str) {
        if self.servers.iter().all(|known| known != name) {
            self.servers.push(name.to_owned());
        }
    }
}
