//! `Get-ReceiveConnector`.

use super::Cmdlet;
use super::link::Draft;
use super::row::Row;
use crate::topology::Export;
use crate::topology::domain::folded;
use crate::topology::server::ReceiveConnector;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-ReceiveConnector | Select-Object @{n='Identity';e={\"$($_.Identity)\"}},Fqdn,MaxHopCount,\
             @{n='Bindings';e={$_.Bindings -join ' '}},@{n='RemoteIPRanges';e={$_.RemoteIPRanges -join ' '}} | \
             Export-Csv ReceiveConnector.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::ReceiveConnectors,
    stem: "receiveconnector",
    is: |table| table.has("remoteipranges") || table.has("bindings"),
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let name = row.text("Identity").or_else(|| row.text("Name"));
    let Some(name) = name.or_else(|| row.need("Identity", "SERVER\\Name")) else { return };
    let fqdn = row.text("Fqdn").map(|t| folded(&t));
    let (bindings, remote) = (row.list("Bindings"), row.list("RemoteIPRanges"));
    let max_hops = row.text("MaxHopCount").and_then(|text| {
        let hops = text.parse().ok();
        if hops.is_none() {
            row.wrong("MaxHopCount", &text, "a number");
        }
        hops
    });
    draft.facts.receive_connectors.push(ReceiveConnector {
        name: name.into(),
        fqdn,
        bindings: bindings.unwrap_or_default(),
        remote: remote.unwrap_or_default(),
        max_hops,
    });
}
