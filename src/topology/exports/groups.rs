//! `Get-DistributionGroup` with members.

use super::link::Draft;
use super::row::Row;
use super::table::Cell;
use super::{Cmdlet, cells, people};
use crate::topology::Export;
use crate::topology::domain::folded;
use crate::topology::recipient::{Addresses, Kind};

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-DistributionGroup -ResultSize Unlimited | Select-Object RecipientTypeDetails,Alias,PrimarySmtpAddress,\
             ExpansionServer,Identity,@{n='EmailAddresses';e={$_.EmailAddresses -join ' '}},\
             @{n='Members';e={(Get-DistributionGroupMember \"$($_.DistinguishedName)\" -ResultSize Unlimited).\
             PrimarySmtpAddress -join ' '}} | Export-Csv DistributionGroup.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::Groups,
    stem: "distributiongroup",
    is: |table| {
        let signs = ["members", "expansionserver", "grouptype", "memberjoinrestriction"];
        signs.iter().any(|s| table.has(s))
    },
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let Some(mut named) = people::recipient(row, Kind::Group) else { return };
    named.recipient.expansion_server = row.text("ExpansionServer").map(|t| cells::server(&t));
    if let (Kind::Group, Some(cell)) = (named.recipient.kind, row.several("Members")) {
        let members = members(cell);
        named.recipient.members = Some(Addresses::new(members.iter().map(|m| &**m)));
    }
    draft.add(named);
}

/// Addresses, or names where there are no addresses; those have blanks in them.
fn members(cell: &Cell<'_>) -> Vec<Box<str>> {
    let text = match cell {
        Cell::Text(text) => text,
        Cell::List(all) => return all.iter().map(|m| cells::address(m)).collect(),
        Cell::Empty => return Vec::new(),
    };
    if text.contains('@') {
        return cells::values(text).iter().map(|m| cells::address(m)).collect();
    }
    let bare = text.trim_matches(['{', '}']);
    bare.split([',', ';', '\n']).map(folded).filter(|m| !m.is_empty()).collect()
}
