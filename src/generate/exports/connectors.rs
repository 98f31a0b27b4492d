//! Send and receive connectors.

use std::io;

use super::super::roll::Connector;
use super::super::world::{
    DOMAIN, Domain, EDGE, Exit, HYBRID, INTERNET, PARTNER, SMART_HOST, TENANT, Unit, World,
};
use super::sheet::Sheet;
use super::{Export, Told, flag};

pub(super) const SEND: Export = Export {
    name: "send-connectors",
    kind: "Microsoft.Exchange.Data.Directory.SystemConfiguration.SmtpSendConnectorConfig",
    columns: &[
        "Identity",
        "Name",
        "Enabled",
        "AddressSpaces",
        "MaxMessageSize",
        "SmartHosts",
        "DNSRoutingEnabled",
        "SourceTransportServers",
        "IsScopedConnector",
        "CloudServicesMailEnabled",
        "TlsDomain",
        "FrontendProxyEnabled",
    ],
    write: send,
};

fn send(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    let hubs: Vec<String> = told.world.units.iter().map(|u| u.hub.name.clone()).collect();
    for connector in usual(told).iter().chain(&told.roll.connectors) {
        let space = |(space, cost): &(String, u32)| format!("SMTP:{space};{cost}");
        let spaces: Vec<String> = connector.spaces.iter().map(space).collect();
        let size = connector.largest.map_or_else(|| "Unlimited".to_owned(), megabytes);
        let sources = if connector.sources.is_empty() { &hubs } else { &connector.sources };
        sheet.row(&[
            &connector.name,
            &connector.name,
            flag(connector.enabled),
            &sheet.joined(&spaces),
            &size,
            &sheet.joined(&connector.smart_hosts),
            flag(connector.smart_hosts.is_empty()),
            &sheet.joined(sources),
            "False",
            flag(connector.cloud),
            if connector.cloud { "mail.protection.outlook.com" } else { "" },
            "False",
        ])?;
    }
    Ok(())
}

/// Those that carry ordinary mail, and one that is no longer in use.
fn usual(told: &Told<'_>) -> Vec<Connector> {
    let world = told.world;
    let gate = vec![world.unit(World::gate()).hub.name.clone()];
    let mut all = vec![Connector::new(INTERNET, &["*"]), edge(world)];
    let smart = domains(world, Exit::SmartHost);
    if let Some(first) = smart.first() {
        let names: Vec<&str> = smart.iter().map(|d| d.name.as_str()).collect();
        let through = Connector::new(SMART_HOST, &names).through(&first.mx);
        all.push(Connector { largest: Some(25), ..through });
    }
    for partner in domains(world, Exit::Partner) {
        let through = Connector::new(PARTNER, &[&partner.name]).through(&partner.mx);
        all.push(Connector { sources: gate.clone(), ..through });
    }
    if told.is_hybrid() {
        let coexistence = told.roll.domains.iter().map(|(domain, _)| *domain);
        let tenants = coexistence.filter(|d| d.ends_with(".mail.onmicrosoft.com"));
        let spaces: Vec<&str> = std::iter::once(TENANT).chain(tenants).collect();
        all.push(Connector { sources: gate, cloud: true, ..Connector::new(HYBRID, &spaces) });
    }
    all.push(
        Connector::new("Journal archive", &["journal.adatum.example"]).through("in.journal.adatum.example"),
    );
    let old = Connector::new("Old relay", &["*"]).through("relay.northwind.example");
    all.push(Connector { enabled: false, ..old });
    all
}

/// The Edge server's connector: some domains go by it, and everything if need be.
fn edge(world: &World) -> Connector {
    let name = world.unit(world.edge()).hub.name.clone();
    let mut connector = Connector::new(EDGE, &[]);
    connector.spaces.push(("*".to_owned(), 100));
    connector.spaces.extend(domains(world, Exit::Edge).iter().map(|d| (d.name.clone(), 1)));
    Connector { largest: None, sources: vec![name], ..connector }
}

fn domains(world: &World, exit: Exit) -> Vec<&Domain> {
    world.domains.iter().filter(|d| d.exit == exit).collect()
}

/// `25 MB (26,214,400 bytes)`.
fn megabytes(many: u64) -> String {
    let digits = (many << 20).to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{many} MB ({grouped} bytes)")
}

pub(super) const RECEIVE: Export = Export {
    name: "receive-connectors",
    kind: "Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector",
    columns: &["Identity", "Name", "Server", "Enabled", "Fqdn", "Bindings", "RemoteIPRanges", "MaxHopCount"],
    write: receive,
};

fn receive(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    for unit in &told.world.units {
        let name = format!("Default {}", unit.hub.name);
        if unit.release.is_modern() {
            listening(sheet, unit, &name, 2_525)?;
            listening(sheet, unit, &format!("Default Frontend {}", unit.hub.name), 25)?;
        } else {
            listening(sheet, unit, &name, 25)?;
        }
        listening(sheet, unit, &format!("Client {}", unit.hub.name), 587)?;
    }
    let edge = told.world.unit(told.world.edge());
    listening(sheet, edge, &format!("Default internal receive connector {}", edge.hub.name), 25)
}

fn listening(sheet: &mut Sheet, unit: &Unit, name: &str, port: u32) -> io::Result<()> {
    let server = &unit.hub.name;
    let bindings = sheet.joined(&[format!("[::]:{port}"), format!("0.0.0.0:{port}")]);
    let everywhere = ["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0-255.255.255.255"];
    let ranges = sheet.joined(&everywhere.map(str::to_owned));
    let hops = if unit.release.is_modern() { "60" } else { "30" };
    let fqdn = format!("{server}.{DOMAIN}");
    sheet.row(&[&format!("{server}\\{name}"), name, server, "True", &fqdn, &bindings, &ranges, hops])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_printed_as_exchange_does() {
        assert_eq!(megabytes(25), "25 MB (26,214,400 bytes)");
        assert_eq!(megabytes(1), "1 MB (1,048,576 bytes)");
        assert_eq!(megabytes(150), "150 MB (157,286,400 bytes)");
    }
}
