//! `Get-AcceptedDomain`.

use super::Cmdlet;
use super::link::Draft;
use super::row::Row;
use crate::topology::Export;
use crate::topology::domain::{AcceptedDomain, DomainType, folded};

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-AcceptedDomain | Select-Object DomainName,DomainType,Default | \
             Export-Csv AcceptedDomain.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::AcceptedDomains,
    stem: "accepteddomain",
    is: |table| table.has("domaintype"),
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let Some(domain) = row.need("DomainName", "a domain such as contoso.com") else { return };
    let Some(text) = row.need("DomainType", "Authoritative, InternalRelay or ExternalRelay") else { return };
    let kinds = [DomainType::Authoritative, DomainType::InternalRelay, DomainType::ExternalRelay];
    let Some(kind) = kinds.into_iter().find(|k| k.as_str().eq_ignore_ascii_case(&text)) else {
        return row.wrong("DomainType", &text, "Authoritative, InternalRelay or ExternalRelay");
    };
    if domain.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return row.wrong("DomainName", &domain, "a domain such as contoso.com");
    }
    let default = row.flag("Default");
    draft.facts.accepted_domains.push(AcceptedDomain { domain: folded(&domain), kind, default });
}
