//! `Get-Mailbox`.

use super::link::Draft;
use super::row::Row;
use super::{Cmdlet, people};
use crate::topology::Export;
use crate::topology::recipient::Kind;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-Mailbox -ResultSize Unlimited | Select-Object RecipientTypeDetails,Alias,PrimarySmtpAddress,Database,\
             Identity,ForwardingAddress,ForwardingSmtpAddress,DeliverToMailboxAndForward,\
             LegacyExchangeDN,@{n='EmailAddresses';e={$_.EmailAddresses -join ' '}} | \
             Export-Csv Mailbox.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::Mailboxes,
    stem: "mailbox",
    is: |table| {
        let signs = ["database", "delivertomailboxandforward", "forwardingsmtpaddress"];
        table.has("database") || !table.has("externalemailaddress") && signs.iter().any(|s| table.has(s))
    },
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let Some(mut named) = people::recipient(row, Kind::Mailbox) else { return };
    people::forwarding(row, &mut named);
    named.recipient.database = row.text("Database").map(Into::into);
    for column in ["ExternalEmailAddress", "TargetAddress"] {
        if row.has(column) {
            named.recipient.target = people::target(row, column);
        }
    }
    draft.add(named);
}
