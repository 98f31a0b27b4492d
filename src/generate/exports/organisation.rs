//! Domains and servers.

use std::io;

use super::super::rows::Release;
use super::super::world::{DOMAIN, Host, SECOND, TENANT};
use super::sheet::Sheet;
use super::{Export, Told, flag};

/// The one Active Directory site.
const SITE: &str = "contoso.com/Configuration/Sites/Default-First-Site-Name";

pub(super) const ACCEPTED_DOMAINS: Export = Export {
    name: "accepted-domains",
    kind: "Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain",
    columns: &["Name", "DomainName", "DomainType", "Default"],
    write: accepted_domains,
};

fn accepted_domains(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    let tenant = told.is_hybrid().then_some((TENANT, "InternalRelay"));
    let own = [(DOMAIN, "Authoritative"), (SECOND, "Authoritative")];
    for (domain, kind) in own.into_iter().chain(tenant).chain(told.roll.domains.iter().copied()) {
        sheet.row(&[domain, domain, kind, flag(domain == DOMAIN)])?;
    }
    Ok(())
}

pub(super) const REMOTE_DOMAINS: Export = Export {
    name: "remote-domains",
    kind: "Microsoft.Exchange.Data.Directory.SystemConfiguration.DomainContentConfig",
    columns: &["Name", "DomainName", "AutoForwardEnabled", "IsInternal", "TargetDeliveryDomain"],
    write: remote_domains,
};

fn remote_domains(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    // Inbox rules and mailboxes forward to the outside, and that mail leaves.
    sheet.row(&["Default", "*", "True", "False", "False"])?;
    if told.is_hybrid() {
        sheet.row(&[&format!("Hybrid Domain - {TENANT}"), TENANT, "True", "True", "True"])?;
    }
    Ok(())
}

pub(super) const SERVERS: Export = Export {
    name: "servers",
    kind: "Microsoft.Exchange.Data.Directory.Management.ExchangeServer",
    columns: &["Name", "Fqdn", "Site", "ServerRole", "IsEdgeServer", "AdminDisplayVersion"],
    write: servers,
};

fn servers(told: &Told<'_>, sheet: &mut Sheet) -> io::Result<()> {
    let world = told.world;
    let mut row = |host: &Host, role: &str, version: &str| {
        sheet.row(&[&host.name, &host.fqdn, SITE, role, flag(role == "Edge"), version])
    };
    for unit in &world.units {
        let version = version(unit.release);
        match unit.release {
            Release::E2019 => row(&unit.hub, "Mailbox", version)?,
            Release::E2013 => row(&unit.hub, "Mailbox, ClientAccess", version)?,
            Release::E2010 | Release::E2007 => {
                row(&unit.hub, "ClientAccess, HubTransport", version)?;
                row(&unit.mailbox, "Mailbox", version)?;
            }
        }
    }
    let edge = world.unit(world.edge());
    row(&edge.hub, "Edge", version(edge.release))?;
    for name in &told.roll.servers {
        let host = Host { name: name.clone(), fqdn: format!("{name}.{DOMAIN}"), ip: String::new() };
        let role = if name.starts_with("HUB") { "ClientAccess, HubTransport" } else { "Mailbox" };
        row(&host, role, version(edge.release))?;
    }
    Ok(())
}

fn version(release: Release) -> &'static str {
    match release {
        Release::E2007 => "Version 8.3 (Build 485.1)",
        Release::E2010 => "Version 14.3 (Build 513.0)",
        Release::E2013 => "Version 15.0 (Build 1497.48)",
        Release::E2019 => "Version 15.2 (Build 1748.10)",
    }
}
