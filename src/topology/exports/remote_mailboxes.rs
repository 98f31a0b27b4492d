//! `Get-RemoteMailbox`.

use super::link::Draft;
use super::row::Row;
use super::{Cmdlet, people};
use crate::topology::Export;
use crate::topology::recipient::Kind;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-RemoteMailbox -ResultSize Unlimited | Select-Object Alias,PrimarySmtpAddress,RemoteRoutingAddress,\
             Identity,LegacyExchangeDN,@{n='EmailAddresses';e={$_.EmailAddresses -join ' '}} | \
             Export-Csv RemoteMailbox.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::RemoteMailboxes,
    stem: "remotemailbox",
    is: |table| table.has("remoteroutingaddress"),
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let Some(mut named) = people::recipient(row, Kind::RemoteMailbox) else { return };
    named.recipient.target = people::target(row, "RemoteRoutingAddress");
    if named.recipient.target.is_none() {
        row.need("RemoteRoutingAddress", "an address of the tenant");
    }
    draft.add(named);
}
