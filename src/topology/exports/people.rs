//! What the exports of all sorts of recipients have in common: addresses, names they go by, what they are.

use super::cells;
use super::link::{self, Draft, Named};
use super::row::Row;
use super::table::Cell;
use crate::topology::Export;
use crate::topology::domain::folded;
use crate::topology::recipient::{Addresses, Kind, Recipient};

/// Reads what every recipient has; the kind is that of the row where it says one, else that of the cmdlet. A row
/// without any address is left out, and said.
pub(super) fn recipient(row: &mut Row<'_>, usual: Kind) -> Option<Named> {
    let kind = row.text("RecipientTypeDetails").map_or(usual, |details| kind_of(&details, usual));
    let (addresses, all_addresses) = addresses(row);
    if addresses.is_empty() {
        row.need("PrimarySmtpAddress", "an address");
        return None;
    }
    // What Outlook remembers of people inside is their legacy name.
    let legacy = row.text("LegacyExchangeDN").map(|dn| format!("x500:{}", folded(&dn)));
    let addresses = Addresses::new(addresses.iter().chain(legacy.as_deref()));
    let recipient = Recipient { all_addresses, ..Recipient::new(kind, addresses) };
    let columns = ["Identity", "DistinguishedName", "Name", "Alias"];
    let mut goes_by = String::new();
    for name in columns.into_iter().filter_map(|c| row.text(c)) {
        goes_by.push_str(&folded(&name));
        goes_by.push(link::BETWEEN);
    }
    Some(Named { recipient, goes_by: goes_by.into(), at: (row.file_number, row.number) })
}

/// All addresses in lower case, the primary first, and whether they are all.
fn addresses(row: &mut Row<'_>) -> (Addresses, bool) {
    let cell = row.several("EmailAddresses");
    let all: Vec<(bool, Box<str>)> = match cell {
        Some(Cell::Text(text)) => cells::proxies(text),
        // Parted already: a legacy name in it is whole.
        Some(Cell::List(some)) => some.iter().flat_map(|t| cells::proxies(t)).collect(),
        _ => Vec::new(),
    };
    let primary = row.text("PrimarySmtpAddress").map(|t| cells::address(&t));
    let primary = primary.filter(|address| {
        let good = cells::is_address(address);
        if !good {
            row.wrong("PrimarySmtpAddress", address, "an address");
        }
        good
    });
    let first = primary.or_else(|| all.iter().find(|(is, _)| *is).map(|(_, a)| a.clone()));
    let smtp = all.iter().map(|(_, a)| &**a).filter(|a| a.starts_with("x500:") || cells::is_address(a));
    (Addresses::new(first.as_deref().into_iter().chain(smtp)), cell.is_some())
}

/// What `RecipientTypeDetails` says.
fn kind_of(details: &str, usual: Kind) -> Kind {
    let details = details.to_ascii_lowercase();
    let ends = |end: &str| details.ends_with(end);
    if details.starts_with("remote") && ends("mailbox") {
        Kind::RemoteMailbox
    } else if [
        "arbitration",
        "discovery",
        "monitoring",
        "auditlog",
        "system",
        "auxauditlog",
        "supervisoryreview",
    ]
    .iter()
    .any(|start| details.starts_with(start))
    {
        Kind::System
    } else if ends("mailbox") || ends("teamsite") {
        Kind::Mailbox
    } else if details == "publicfolder" {
        Kind::PublicFolder
    } else if details == "dynamicdistributiongroup" {
        Kind::DynamicGroup
    } else if ends("group") || ends("list") {
        Kind::Group
    } else if ends("contact") {
        Kind::MailContact
    } else if ends("user") {
        Kind::MailUser
    } else {
        usual
    }
}

/// The export that tells of a kind.
pub(super) fn export_of(kind: Kind) -> Option<Export> {
    match kind {
        Kind::Mailbox => Some(Export::Mailboxes),
        Kind::RemoteMailbox => Some(Export::RemoteMailboxes),
        Kind::MailUser => Some(Export::MailUsers),
        Kind::MailContact => Some(Export::MailContacts),
        Kind::Group => Some(Export::Groups),
        Kind::DynamicGroup => Some(Export::DynamicGroups),
        Kind::PublicFolder => Some(Export::PublicFolders),
        Kind::System => None,
    }
}

/// The address of a column that names another: where mail goes instead.
pub(super) fn target(row: &mut Row<'_>, column: &str) -> Option<Box<str>> {
    let text = row.text(column)?;
    let address = cells::address(&text);
    if cells::is_address(&address) || cells::type_of(&address).is_some() {
        return Some(address);
    }
    row.wrong(column, &text, "an address such as SMTP:anna@contoso.com");
    None
}

/// Forwarding, as mailboxes and some others have it.
pub(super) fn forwarding(row: &mut Row<'_>, named: &mut Named) {
    named.recipient.forward = row.text("ForwardingAddress").map(|t| cells::address(&t));
    named.recipient.forward_smtp = target(row, "ForwardingSmtpAddress");
    named.recipient.keeps_copy = row.flag("DeliverToMailboxAndForward") == Some(true);
}

/// Reads a mail user or contact.
pub(super) fn external(row: &mut Row<'_>, draft: &mut Draft, usual: Kind) {
    let Some(mut named) = recipient(row, usual) else { return };
    let column = if row.has("ExternalEmailAddress") { "ExternalEmailAddress" } else { "TargetAddress" };
    named.recipient.target = target(row, column);
    if named.recipient.target.is_none() && matches!(named.recipient.kind, Kind::MailUser | Kind::MailContact)
    {
        row.need(column, "where its mail goes");
    }
    draft.add(named);
}
