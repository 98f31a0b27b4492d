//! `Get-ExchangeServer`, `Get-TransportService`.

use super::Cmdlet;
use super::cells;
use super::link::Draft;
use super::row::Row;
use crate::topology::Export;
use crate::topology::domain::folded;
use crate::topology::server::Server;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-ExchangeServer | Select-Object Name,Fqdn,@{n='Site';e={$_.Site.Name}},IsEdgeServer | \
             Export-Csv ExchangeServer.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::Servers,
    stem: "exchangeserver",
    is: |table| {
        let signs =
            ["isedgeserver", "serverrole", "site", "messagetrackinglogenabled", "maxoutboundconnections"];
        table.has("name") && signs.iter().any(|s| table.has(s))
    },
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let Some(name) = row.need("Name", "the server's name") else { return };
    let fqdn = row.text("Fqdn").map(|t| folded(&t));
    let site = row.text("Site").map(|t| cells::leaf(&t).into());
    let by_role = row.text("ServerRole").map(|roles| roles.contains("Edge"));
    let edge = row.flag("IsEdgeServer").or(by_role);
    let server = Server { name: cells::server(&name), fqdn, site, edge };
    let known = draft.facts.servers.iter_mut().find(|s| s.name == server.name);
    match known {
        // Of Get-ExchangeServer and Get-TransportService one says what the other does not.
        Some(known) => {
            known.fqdn = known.fqdn.take().or(server.fqdn);
            known.site = known.site.take().or(server.site);
            known.edge = known.edge.or(server.edge);
        }
        None => draft.facts.servers.push(server),
    }
}
