//! Mailboxes, remote mailboxes, mail users, contacts and groups.

use std::io;

use super::super::directory::{Address, remote};
use super::super::names;
use super::super::roll::{Entry, Sort};
use super::super::traffic::ARBITRATION;
use super::super::world::{DOMAIN, Home, TENANT, World};
use super::sheet::Sheet;
use super::{Export, Told, flag};

/// Contacts that are written to on their own; groups may have more.
const CONTACTS: usize = 40;

/// What all sorts of recipients have.
struct Card {
    name: String,
    identity: String,
    dn: String,
    /// The primary first, with their types.
    addresses: Vec<String>,
}

fn card(address: &str, more: impl IntoIterator<Item = String>) -> Card {
    let name = address.split('@').next().unwrap_or_default().to_owned();
    let mut addresses = vec![format!("SMTP:{address}")];
    addresses.extend(more);
    Card { identity: identity(address), dn: World::legacy_dn(address), name, addresses }
}

fn identity(address: &str) -> String {
    format!("{DOMAIN}/Users/{}", address.split('@').next().unwrap_or_default())
}

fn second(address: &str) -> String {
    format!("smtp:{address}")
}

fn of_sort<'t>(told: &Told<'t>, sort: Sort) -> impl Iterator<Item = &'t Entry> {
    told.roll.entries.iter().filter(move |e| e.sort == sort)
}

pub(super) const MAILBOXES: Export = Export {
    name: "mailboxes",
    kind: "Microsoft.Exchange.Data.Directory.Management.Mailbox",
    columns: &[
        "Name",
        "Alias",
        "Identity",
        "RecipientTypeDetails",
        "PrimarySmtpAddress",
        "EmailAddresses",
        "LegacyExchangeDN",
        "Database",
        "ServerName",
        "ForwardingAddress",
        "ForwardingSmtpAddress",
        "DeliverToMailboxAndForward",
        "TargetAddress",
    ],
    write: mailboxes,
};

/// What a mailbox has besides.
#[derive(Default)]
struct Details<'a> {
    sort: &'a str,
    /// Database and server.
    place: (&'a str, &'a str),
    forward: &'a str,
    forward_smtp: &'a str,
    keeps_copy: bool,
    target: &'a str,
}

fn mailbox(sheet: &mut Sheet, address: &str, card: &Card, more: &Details<'_>) -> io::Result<()> {
    sheet.row(&[
        &card.name,
        &card.name,
        &card.identity,
        more.sort,
        address,
        &sheet.joined(&card.addresses),
        &card.dn,
        more.place.0,
        more.place.1,
        more.forward,
        more.forward_smtp,
        flag(more.keeps_copy),
        more.target,
    ])
}

fn mailboxes(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    let world = told.world;
    for (n, user) in world.users.iter().enumerate() {
        let mut more = vec![second(&world.proxy(n))];
        if n % 50 == 10 {
            more.push(format!("X500:/o=Contoso Old/ou=First Administrative Group/cn=Recipients/cn=P{n}"));
        }
        let (mut forward, mut forward_smtp) = (String::new(), String::new());
        match user.home {
            Home::Cloud => continue,
            Home::Mailbox(_) => {}
            Home::Forwarded(other) => forward = identity(&world.user(world.resident(other)).address),
            Home::Copied => forward_smtp = second(&world.private(n).1),
        }
        let home = world.home(n);
        let database = format!("DB{}-{}", home + 1, n % 4 + 1);
        let row = Details {
            sort: "UserMailbox",
            place: (&database, &world.unit(home).mailbox.name),
            forward: &forward,
            forward_smtp: &forward_smtp,
            keeps_copy: user.home == Home::Copied,
            target: "",
        };
        mailbox(sheet, &user.address, &card(&user.address, more), &row)?;
    }
    let first = &world.unit(0).mailbox.name;
    for entry in of_sort(told, Sort::Mailbox) {
        let (server, forward) = (entry.server.as_ref(), entry.forward.as_deref().map(identity));
        let row = Details {
            sort: "UserMailbox",
            place: (if server.is_some() { "DB9-1" } else { "DB1-1" }, server.unwrap_or(first)),
            forward: &forward.unwrap_or_default(),
            forward_smtp: &entry.forward_smtp.as_deref().map(second).unwrap_or_default(),
            keeps_copy: entry.keeps_copy,
            target: &entry.target.as_ref().map_or_else(String::new, |t| format!("SMTP:{t}")),
        };
        mailbox(sheet, &entry.address, &card(&entry.address, None), &row)?;
    }
    if told.is_hybrid() {
        let address = format!("{ARBITRATION}@{DOMAIN}");
        let row = Details { sort: "ArbitrationMailbox", place: ("DB1-1", first), ..Details::default() };
        mailbox(sheet, &address, &card(&address, None), &row)?;
    }
    Ok(())
}

pub(super) const REMOTE_MAILBOXES: Export = Export {
    name: "remote-mailboxes",
    kind: "Microsoft.Exchange.Data.Directory.Management.RemoteMailbox",
    columns: &[
        "Name",
        "Alias",
        "Identity",
        "RecipientTypeDetails",
        "PrimarySmtpAddress",
        "EmailAddresses",
        "LegacyExchangeDN",
        "RemoteRoutingAddress",
    ],
    write: remote_mailboxes,
};

fn remote_mailboxes(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    let world = told.world;
    for (n, user) in world.users.iter().enumerate().filter(|(_, u)| u.home == Home::Cloud) {
        let there = remote(&user.address, TENANT);
        let card = card(&user.address, [second(&world.proxy(n)), second(&there)]);
        elsewhere(sheet, &user.address, &card, ("RemoteUserMailbox", &there))?;
    }
    entries(told, sheet, Sort::RemoteMailbox, "RemoteUserMailbox")
}

const EXTERNAL: &[&str] = &[
    "Name",
    "Alias",
    "Identity",
    "RecipientTypeDetails",
    "PrimarySmtpAddress",
    "EmailAddresses",
    "LegacyExchangeDN",
    "ExternalEmailAddress",
];

pub(super) const MAIL_USERS: Export = Export {
    name: "mail-users",
    kind: "Microsoft.Exchange.Data.Directory.Management.MailUser",
    columns: EXTERNAL,
    write: mail_users,
};

fn mail_users(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    for n in 0..3 {
        let address = format!("guest.{n}@{DOMAIN}");
        let there = format!("{}@{}", names::person(n + 5), told.world.domain(n).name);
        elsewhere(sheet, &address, &card(&address, None), ("MailUser", &there))?;
    }
    entries(told, sheet, Sort::MailUser, "MailUser")
}

pub(super) const MAIL_CONTACTS: Export = Export {
    name: "mail-contacts",
    kind: "Microsoft.Exchange.Data.Directory.Management.MailContact",
    columns: EXTERNAL,
    write: mail_contacts,
};

fn mail_contacts(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    let world = told.world;
    let in_groups = world.groups.iter().filter_map(|g| g.contact).filter(|n| *n >= CONTACTS);
    for n in (0..CONTACTS).chain(in_groups) {
        let address = Address::Contact(n).text(world);
        elsewhere(sheet, &address, &card(&address, None), ("MailContact", &world.contact(n)))?;
    }
    entries(told, sheet, Sort::Contact, "MailContact")
}

/// What was planted of a sort.
fn entries(told: &Told<'_>, sheet: &mut Sheet, sort: Sort, details: &str) -> io::Result<()> {
    for entry in of_sort(told, sort) {
        let target = entry.target.as_deref().unwrap_or_default();
        let card = card(&entry.address, entry.owns_target.then(|| second(target)));
        elsewhere(sheet, &entry.address, &card, (details, target))?;
    }
    Ok(())
}

/// Somebody whose mail goes elsewhere.
fn elsewhere(
    sheet: &mut Sheet,
    address: &str,
    card: &Card,
    (details, target): (&str, &str),
) -> io::Result<()> {
    sheet.row(&[
        &card.name,
        &card.name,
        &card.identity,
        details,
        address,
        &sheet.joined(&card.addresses),
        &card.dn,
        &format!("SMTP:{target}"),
    ])
}

pub(super) const GROUPS: Export = Export {
    name: "distribution-groups",
    kind: "Microsoft.Exchange.Data.Directory.Management.DistributionGroup",
    columns: &[
        "Name",
        "Alias",
        "Identity",
        "RecipientTypeDetails",
        "PrimarySmtpAddress",
        "EmailAddresses",
        "LegacyExchangeDN",
        "ExpansionServer",
        "Members",
    ],
    write: groups,
};

fn groups(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    let world = told.world;
    for group in &world.groups {
        let members: Vec<String> = group.all(world).iter().map(|m| m.text(world)).collect();
        one_group(sheet, &group.address, &members)?;
    }
    for entry in of_sort(told, Sort::Group) {
        one_group(sheet, &entry.address, &entry.members)?;
    }
    Ok(())
}

fn one_group(sheet: &mut Sheet, address: &str, members: &[String]) -> io::Result<()> {
    let card = card(address, None);
    sheet.row(&[
        &card.name,
        &card.name,
        &card.identity,
        "MailUniversalDistributionGroup",
        address,
        &sheet.joined(&card.addresses),
        &card.dn,
        "",
        &sheet.joined(members),
    ])
}
