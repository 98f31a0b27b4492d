//! What the directory makes of addresses: other addresses, groups' members, or nothing.

use std::rc::Rc;

use super::exchange::{Copy, Exchange};
use super::mail::{End, Mail, Sender, Way, list};
use super::rows::Row;
use super::world::{DOMAIN, Group, Home, SECOND, TENANT, World};

/// Somebody a message is addressed to.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// A person, by number.
    User(usize),
    /// A person, by a second address.
    Proxy(usize),
    /// A group, by number.
    Group(usize),
    /// Somebody outside who has an address inside.
    Contact(usize),
    /// Somebody at a domain outside.
    Outside(usize, String),
    /// One of the few mistyped addresses.
    Typo(usize),
    /// An address whose end is settled.
    Settled(String, End),
}

/// Addresses that are typed again and again and never were anybody's.
const TYPOS: [(&str, &str); 6] = [
    ("ana.bauer", DOMAIN),
    ("infoo", DOMAIN),
    ("herr.mueller", DOMAIN),
    ("recpetion", DOMAIN),
    ("sales.old", SECOND),
    ("bureau", SECOND),
];

impl Address {
    /// As it is typed.
    pub(super) fn text(&self, world: &World) -> String {
        match self {
            Self::User(n) => world.user(*n).address.clone(),
            Self::Proxy(n) => world.proxy(*n),
            Self::Group(n) => world.groups.get(*n).map_or_else(String::new, |g| g.address.clone()),
            Self::Contact(n) => format!("contact.{n}@{DOMAIN}"),
            Self::Outside(d, local) => format!("{local}@{}", world.domain(*d).name),
            Self::Typo(n) => {
                let (local, domain) = TYPOS.get(n % TYPOS.len()).copied().unwrap_or_default();
                format!("{local}@{domain}")
            }
            Self::Settled(text, _) => text.clone(),
        }
    }
}

impl Group {
    /// All members, each once.
    pub(super) fn all(&self, world: &World) -> Vec<Address> {
        let mut members: Vec<Address> = self.members.iter().map(|m| Address::User(*m)).collect();
        members.extend(self.contact.map(Address::Contact));
        members.extend(self.inner.filter(|i| *i < world.groups.len()).map(Address::Group));
        // Whom the group names twice it names once.
        let mut once = Vec::new();
        members.retain(|m| {
            let text = m.text(world);
            let new = !once.contains(&text);
            once.push(text);
            new
        });
        members
    }
}

impl From<&Sender> for Address {
    fn from(sender: &Sender) -> Self {
        match sender {
            Sender::User(n) => Self::User(*n),
            Sender::Outside(d, local) => Self::Outside(*d, local.clone()),
            Sender::Nobody => Self::Typo(0),
        }
    }
}

/// The addresses of a message as the directory goes through them.
struct Looked {
    ways: Vec<Way>,
    /// Addresses that have a way already.
    seen: Vec<String>,
    /// Recipients came up that the envelope did not name.
    grown: bool,
}

impl Looked {
    fn is_new(&mut self, address: &str) -> bool {
        let new = !self.seen.iter().any(|s| s == address);
        if new {
            self.seen.push(address.to_owned());
        }
        new
    }
}

impl Exchange<'_> {
    /// Looks all recipients up; says where each goes. No address may occur twice.
    pub(super) fn categorise(&mut self, mail: &mut Mail, copy: &mut Copy, to: &[Address]) -> Vec<Way> {
        let world = Rc::clone(&self.world);
        let mut looked = Looked { ways: Vec::new(), seen: Vec::new(), grown: false };
        looked.seen.extend(to.iter().map(|a| a.text(&world)));
        for address in to {
            let way = Way::straight(&address.text(&world), End::Nobody);
            self.look_up(mail, copy, &mut looked, way, address);
        }
        if looked.grown {
            let people = list(looked.ways.iter().filter(|w| w.end != End::Nobody).map(|w| w.last.as_str()));
            if !people.is_empty() && looked.ways.iter().all(|w| w.end != End::Nobody) {
                *copy = self.fork(mail, copy, &people);
            }
        }
        looked.ways
    }

    fn look_up(
        &mut self,
        mail: &mut Mail,
        copy: &mut Copy,
        looked: &mut Looked,
        way: Way,
        address: &Address,
    ) {
        let world = Rc::clone(&self.world);
        match address {
            Address::User(n) => self.person(mail, copy, looked, way, *n),
            Address::Proxy(n) => {
                let primary = &world.user(*n).address;
                self.rewrite(mail, copy, "RESOLVE", (&way.last, primary));
                if looked.is_new(primary) {
                    let way = way.to("resolve", primary, End::Nobody);
                    self.person(mail, copy, looked, way, *n);
                }
            }
            Address::Group(n) => self.group(mail, copy, looked, &way, *n),
            Address::Contact(n) => {
                let outside = world.contact(*n);
                self.rewrite(mail, copy, "RESOLVE", (&way.last, &outside));
                if looked.is_new(&outside) {
                    looked.ways.push(way.to(
                        "resolve",
                        &outside,
                        End::Outside(*n % world.domains.len().max(1)),
                    ));
                }
            }
            Address::Outside(d, _) => looked.ways.push(Way { end: End::Outside(*d), ..way }),
            Address::Typo(_) => looked.ways.push(way),
            Address::Settled(_, end) => looked.ways.push(Way { end: *end, ..way }),
        }
    }

    fn person(&mut self, mail: &mut Mail, copy: &mut Copy, looked: &mut Looked, way: Way, n: usize) {
        let world = Rc::clone(&self.world);
        let user = world.user(n);
        match user.home {
            Home::Mailbox(unit) => looked.ways.push(Way { end: End::Stored(unit), ..way }),
            Home::Cloud => {
                let there = remote(&user.address, TENANT);
                self.rewrite(mail, copy, "RESOLVE", (&user.address, &there));
                if looked.is_new(&there) {
                    looked.ways.push(way.to("resolve", &there, End::Cloud));
                }
            }
            Home::Forwarded(other) => {
                let other = world.resident(other);
                let target = &world.user(other).address;
                self.rewrite(mail, copy, "REDIRECT", (&user.address, target));
                looked.grown = true;
                if looked.is_new(target) {
                    looked.ways.push(way.to("redirect", target, End::Stored(world.home(other))));
                }
            }
            Home::Copied => {
                let (domain, target) = world.private(n);
                self.rewrite(mail, copy, "REDIRECT", (&user.address, &target));
                looked.grown = true;
                if looked.is_new(&target) {
                    looked.ways.push(way.to("redirect", &target, End::Outside(domain)));
                }
                looked.ways.push(Way { end: End::Stored(0), ..way });
            }
        }
    }

    fn group(&mut self, mail: &mut Mail, copy: &mut Copy, looked: &mut Looked, way: &Way, n: usize) {
        let world = Rc::clone(&self.world);
        let Some(group) = world.groups.get(n) else { return };
        let members = group.all(&world);
        let texts: Vec<String> = members.iter().map(|m| m.text(&world)).collect();
        self.expand(mail, copy, (&group.address, &texts));
        looked.grown = true;
        for (member, text) in members.iter().zip(&texts) {
            if looked.is_new(text) {
                let way = way.to("expand", text, End::Nobody);
                self.look_up(mail, copy, looked, way, member);
            } else {
                let dn = World::legacy_dn(text);
                let row = Row {
                    source: "ROUTING",
                    event: "DUPLICATEEXPAND",
                    context: &dn,
                    recipients: text,
                    related: &group.address,
                    ..Row::default()
                };
                self.note(mail, copy, &row);
            }
        }
    }

    /// EXPAND: a group becomes its members.
    pub(super) fn expand(&mut self, mail: &mut Mail, copy: &mut Copy, (group, members): (&str, &[String])) {
        let dn = World::legacy_dn(group);
        let status = "250 2.1.5 RESOLVER.GRP.Expanded; distribution list expanded";
        let row = Row {
            source: "ROUTING",
            event: "EXPAND",
            context: &dn,
            recipients: &list(members.iter().map(String::as_str)),
            status,
            related: group,
            ..Row::default()
        };
        self.note(mail, copy, &row);
    }

    /// RESOLVE or REDIRECT: one address becomes another.
    pub(super) fn rewrite(
        &mut self,
        mail: &mut Mail,
        copy: &mut Copy,
        event: &'static str,
        (from, to): (&str, &str),
    ) {
        let dn = World::legacy_dn(from);
        let row =
            Row { source: "ROUTING", event, context: &dn, recipients: to, related: from, ..Row::default() };
        self.note(mail, copy, &row);
    }
}

/// The same person's address in another domain.
pub(super) fn remote(address: &str, domain: &str) -> String {
    format!("{}@{domain}", address.split('@').next().unwrap_or_default())
}
