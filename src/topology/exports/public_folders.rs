//! `Get-MailPublicFolder`.

use super::{Cmdlet, people};
use crate::topology::Export;
use crate::topology::recipient::Kind;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-MailPublicFolder -ResultSize Unlimited | Select-Object RecipientTypeDetails,Alias,PrimarySmtpAddress,\
             @{n='EmailAddresses';e={$_.EmailAddresses -join ' '}} | \
             Export-Csv MailPublicFolder.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::PublicFolders,
    stem: "mailpublicfolder",
    is: |table| table.has("contentmailbox") || table.first_is("recipienttypedetails", "publicfolder"),
    read: |row, draft| {
        if let Some(named) = people::recipient(row, Kind::PublicFolder) {
            draft.add(named);
        }
    },
};
