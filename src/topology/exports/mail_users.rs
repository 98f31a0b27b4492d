//! `Get-MailUser`.

use super::{Cmdlet, people};
use crate::topology::Export;
use crate::topology::recipient::Kind;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-MailUser -ResultSize Unlimited | Select-Object RecipientTypeDetails,Alias,PrimarySmtpAddress,\
             ExternalEmailAddress,Identity,LegacyExchangeDN,@{n='EmailAddresses';e={$_.EmailAddresses -join ' '}} | \
             Export-Csv MailUser.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::MailUsers,
    stem: "mailuser",
    is: |table| table.has("externalemailaddress") || table.has("targetaddress"),
    read: |row, draft| people::external(row, draft, Kind::MailUser),
};
