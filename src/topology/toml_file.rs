//! `topology.toml`: the facts in one file that people can read, compare and keep beside their logs.

use serde::Serialize;

use super::{Export, Facts};
use crate::model::time::Timestamp;

/// What stands above each part.
const HEAD: &str = "\
# What the exports of an Exchange organisation say, written by `mailtrail topology import`.
# Read it back with --topology. All addresses, domains and hosts are in lower case, servers short and in upper case.
# What is absent is not known: it was not in the exports.

";

/// Writes the facts; reading them back gives the same. The error is one of the writer and is not expected.
pub fn write(facts: &Facts) -> Result<String, toml::ser::Error> {
    #[derive(Serialize)]
    struct Head<'f> {
        given: &'f [Export],
        #[serde(skip_serializing_if = "Option::is_none")]
        made: Option<String>,
    }
    let mut out = HEAD.to_owned();
    out.push_str("# Which exports there were; of all others nothing is known.\n");
    out.push_str(&toml::to_string(&Head {
        given: &facts.given,
        made: facts.made.map(|ms| Timestamp(ms).to_string()),
    })?);
    part(&mut out, "Get-AcceptedDomain", "accepted_domains", &facts.accepted_domains)?;
    part(&mut out, "Get-SendConnector", "send_connectors", &facts.send_connectors)?;
    part(&mut out, "Get-RemoteDomain", "remote_domains", &facts.remote_domains)?;
    part(&mut out, "Get-ReceiveConnector", "receive_connectors", &facts.receive_connectors)?;
    part(&mut out, "Get-ExchangeServer, Get-TransportService", "servers", &facts.servers)?;
    part(&mut out, "Recipients of all sorts", "recipients", &facts.recipients)?;
    Ok(out)
}

/// A list of tables under its comment; nothing where the list is empty.
fn part<T: Serialize>(
    out: &mut String,
    comment: &str,
    name: &'static str,
    list: &[T],
) -> Result<(), toml::ser::Error> {
    if list.is_empty() {
        return Ok(());
    }
    out.push_str(&format!("\n# {comment}\n"));
    let one: std::collections::BTreeMap<&str, &[T]> = [(name, list)].into();
    out.push_str(&toml::to_string(&one)?);
    Ok(())
}

/// Reads facts; the error names line and column.
pub fn read(text: &str) -> Result<Facts, toml::de::Error> {
    toml::from_str(text.trim_start_matches('\u{feff}'))
}

/// Reads an instant of RFC 3339 as ms since 1970.
pub(super) fn instant<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let text: Option<String> = serde::Deserialize::deserialize(from)?;
    let Some(text) = text else { return Ok(None) };
    let time = chrono::DateTime::parse_from_rfc3339(&text);
    time.map(|t| Some(t.timestamp_millis())).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_reads_back_and_mistakes_are_named() {
        let facts = Facts {
            given: vec![Export::AcceptedDomains, Export::Servers],
            made: Some(1_773_133_200_123),
            ..Facts::default()
        };
        let text = write(&facts).unwrap();
        assert!(text.contains("made = \"2026-03-10T09:00:00.123Z\""), "{text}");
        assert_eq!(read(&text).unwrap(), facts);
        let wrong =
            read("[[accepted_domains]]\ndomain = 'x.com'\ntype = 'Shared'\n").unwrap_err().to_string();
        assert!(wrong.contains("line 3") && wrong.contains("Authoritative"), "{wrong}");
        assert!(read("[[accepted_domain]]\n").is_err());
    }
}
