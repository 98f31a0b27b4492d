//! MR-40: Exchange Online does not know whose mail this is.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::StatusInfo;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "tenant-attribution",
    title: "Exchange Online does not recognise this organisation",
    shown: Shown::Misroutes,
    severity: Severity::Critical,
    confidence: Confidence::Certain,
    caused_by: &[],
    means: "Exchange Online takes mail from the servers here as the tenant's own by their certificate or IP address. When \
            the certificate was renewed or the address changed and the inbound connector in the cloud was not told, \
            it refuses all of it.",
    proof: "FAIL or DEFER with 5.7.64 (4.7.64). Low severity for mail to others by another than the hybrid connector: \
            then it is their tenant that does not know them.",
    mend: "In Exchange Online: Set-InboundConnector 'name' -TlsSenderCertificateName 'name on the certificate'",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let unknown_tenant =
        |s: &StatusInfo| s.code.is_some_and(|c| c.class >= 4 && (c.subject, c.detail) == (7, 64));
    let (first, last) = case.refusals(unknown_tenant)?;
    let connector = case.text(last.connector);
    let mut sighting = Sighting::new(&KIND, case).connector(connector).peer(&case.peer_of(last));
    sighting.span = (first.time.0, last.time.0);
    sighting.proof = vec![last.evidence];
    if case.norms.is_foreign(case.domain()) && !case.norms.is_hybrid(connector) {
        sighting.severity = Severity::Low;
    }
    Some(sighting)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "{} refused mail from '{}' with 5.7.64: it cannot tell which tenant it belongs to. The certificate or the IP \
         address the inbound connector expects is not the one that was shown.",
        if t.peer.is_empty() { "The other side" } else { &t.peer },
        t.connector
    );
    let fix = format!(
        "# in Exchange Online:\nGet-InboundConnector | Format-List Name,Enabled,SenderIPAddresses,TlsSenderCertificateName\n\
         Set-InboundConnector '<name>' -TlsSenderCertificateName '<name on the certificate>'\n# here:\nGet-SendConnector {} | Format-List TlsCertificateName,Fqdn",
        quoted(&t.connector)
    );
    (cause, fix)
}
