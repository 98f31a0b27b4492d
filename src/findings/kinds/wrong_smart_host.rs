//! MR-14: a connector hands mail to a host that is none of its smart hosts.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::topology::Export;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "wrong-smart-host",
    title: "A connector hands mail to a host it should not know",
    shown: Shown::Misroutes,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "The connector has a list of smart hosts, and some of its mail went to a host that is not among them. The list \
            was changed, the name of a smart host leads to another machine now, or somebody else answers there.",
    proof: "By the exports the connector sends by smart hosts. The host of the send is none of them, by its name or \
            address, while other mail of the connector went to one that is. Never found without exports.",
    mend: "Set-SendConnector 'connector' -SmartHosts 'the right hosts'; see what the name of the smart host leads to.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let expected = case.told_by(&[Export::SendConnectors])?;
    let exit = case.final_exit()?;
    let stranger = case.norms.is_stranger(case.text(exit.hop.connector), &exit.peer);
    let confidence = KIND.confidence.min(expected.certainty(case.leaf.last_seen));
    stranger.then(|| Sighting { confidence, domain: None, ..Sighting::at_exit(&KIND, case, exit) })
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let told = t.norms.told().and_then(|topology| topology.connector_named(t.connector.as_bytes()));
    let hosts: Vec<String> = told.iter().flat_map(|(_, c)| &c.smart_hosts).map(|h| quoted(h)).collect();
    let cause = format!(
        "'{}' handed mail to {}, which is none of its smart hosts ({}).",
        t.connector,
        t.peer,
        hosts.join(", ")
    );
    let connector = quoted(&t.connector);
    let fix = format!(
        "Get-SendConnector {connector} | Format-List SmartHosts\n\
         Resolve-DnsName {}\n\
         Set-SendConnector {connector} -SmartHosts {}",
        hosts.first().map_or("'<smart host>'", String::as_str),
        hosts.join(",")
    );
    (cause, fix)
}
