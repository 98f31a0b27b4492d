//! `Get-SendConnector`.

use super::Cmdlet;
use super::cells;
use super::link::Draft;
use super::row::Row;
use crate::topology::Export;
use crate::topology::connector::SendConnector;
use crate::topology::domain::folded;

pub(super) const CMDLET: Cmdlet = Cmdlet {
    export: "Get-SendConnector | Select-Object Name,Enabled,MaxMessageSize,IsScopedConnector,DNSRoutingEnabled,\
             CloudServicesMailEnabled,FrontendProxyEnabled,TlsDomain,\
             @{n='AddressSpaces';e={$_.AddressSpaces -join ' '}},@{n='SmartHosts';e={$_.SmartHosts -join ' '}},\
             @{n='SourceTransportServers';e={$_.SourceTransportServers.Name -join ' '}} | \
             Export-Csv SendConnector.csv -NoTypeInformation -Encoding UTF8",
    kind: Export::SendConnectors,
    stem: "sendconnector",
    is: |table| table.has("addressspaces"),
    read,
};

fn read(row: &mut Row<'_>, draft: &mut Draft) {
    let name = row.text("Name").or_else(|| row.text("Identity"));
    let Some(name) = name.or_else(|| row.need("Name", "the connector's name")) else { return };
    let mut connector = SendConnector { name: name.into(), ..SendConnector::default() };
    for value in row.list("AddressSpaces").unwrap_or_default() {
        if let Err(part) = cells::spaces(&value, &mut connector.spaces) {
            row.wrong(
                "AddressSpaces",
                &part,
                "an address space such as SMTP:contoso.com;1, its cost from 1 to 100",
            );
        }
    }
    connector.enabled = row.flag("Enabled");
    connector.scoped = row.flag("IsScopedConnector");
    connector.dns_routing = row.flag("DNSRoutingEnabled");
    connector.cloud_services = row.flag("CloudServicesMailEnabled");
    connector.frontend_proxy = row.flag("FrontendProxyEnabled");
    connector.tls_domain = row.text("TlsDomain").map(|t| folded(&t));
    if let Some(text) = row.text("MaxMessageSize") {
        match cells::size(&text) {
            Some(size) => connector.max_size = size,
            None => {
                row.wrong("MaxMessageSize", &text, "a size such as 25 MB (26,214,400 bytes), or Unlimited");
            }
        }
    }
    let hosts = row.list("SmartHosts").or_else(|| row.list("SmartHostsString")).unwrap_or_default();
    connector.smart_hosts = hosts.iter().map(|h| folded(h.trim_matches(['[', ']']))).collect();
    let sources = row.list("SourceTransportServers").unwrap_or_default();
    connector.sources = sources.iter().map(|s| cells::server(s)).collect();
    draft.facts.send_connectors.push(connector);
}
