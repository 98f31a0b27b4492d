//! `Get-MailContact`.

use super::table::Table;
use super::{Cmdlet, people};
use crate::topology::Export;
use crate::topology::recipient::Kind;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-MailContact -ResultSize Unlimited | Select-Object RecipientTypeDetails,Alias,PrimarySmtpAddress,\
             ExternalEmailAddress,Identity,@{n='EmailAddresses';e={$_.EmailAddresses -join ' '}} | \
             Export-Csv MailContact.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::MailContacts,
    stem: "mailcontact",
    is,
    read: |row, draft| people::external(row, draft, Kind::MailContact),
};

/// The columns are those of mail users too; what the first row says it is decides.
fn is(table: &Table<'_>) -> bool {
    let said = |details| table.first_is("recipienttypedetails", details);
    table.has("externalemailaddress") && (said("mailcontact") || said("mailforestcontact"))
}
