//! `Get-RemoteDomain`.

use super::Cmdlet;
use super::link::Draft;
use super::row::Row;
use crate::topology::Export;
use crate::topology::domain::{RemoteDomain, folded};

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-RemoteDomain | Select-Object DomainName,AutoForwardEnabled,IsInternal,TargetDeliveryDomain | \
             Export-Csv RemoteDomain.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::RemoteDomains,
    stem: "remotedomain",
    is: |table| {
        table.has("domainname") && (table.has("autoforwardenabled") || table.has("targetdeliverydomain"))
    },
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let Some(domain) = row.need("DomainName", "a domain, or *") else { return };
    let (auto_forward, internal) = (row.flag("AutoForwardEnabled"), row.flag("IsInternal"));
    let target_delivery = row.flag("TargetDeliveryDomain");
    draft.facts.remote_domains.push(RemoteDomain {
        domain: folded(&domain),
        auto_forward,
        internal,
        target_delivery,
    });
}
