//! `Get-DynamicDistributionGroup`.

use super::people;
use super::{Cmdlet, cells};
use crate::topology::Export;
use crate::topology::recipient::Kind;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-DynamicDistributionGroup -ResultSize Unlimited | Select-Object RecipientTypeDetails,Alias,\
             PrimarySmtpAddress,ExpansionServer,@{n='EmailAddresses';e={$_.EmailAddresses -join ' '}} | \
             Export-Csv DynamicDistributionGroup.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::DynamicGroups,
    stem: "dynamicdistributiongroup",
    is: |table| {
        table.has("recipientfilter") || table.first_is("recipienttypedetails", "dynamicdistributiongroup")
    },
    read: |row, draft| {
        let Some(mut named) = people::recipient(row, Kind::DynamicGroup) else { return };
        named.recipient.expansion_server = row.text("ExpansionServer").map(|t| cells::server(&t));
        draft.add(named);
    },
};
