//! MR-39: mail from inside reaches the cloud, or comes from there, as mail from a stranger.

use crate::findings::case::{Case, EXCHANGE_ONLINE, peer_name};
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::event::{EventId, Source};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::{Class, Decision, Direction};
use crate::model::name::domain_of;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "cloud-headers-lost",
    title: "Mail between here and the cloud is refused as a stranger's",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "Servers here and Exchange Online mark mail to each other as coming from inside. Where the marks get lost, \
            because another host stands between, the connector does not write them, or the certificate is not the \
            expected one, a colleague is a stranger on the other side, and groups and mailboxes that take mail from \
            colleagues only refuse it.",
    proof: "FAIL with 5.7.12, 5.7.13 or 5.7.133 to 5.7.136 (sender not authenticated) of mail that somebody of the \
            organisation sent from a mailbox or as an authenticated sender, to the own tenant, or by the hybrid connector to a \
            domain of the organisation. Low confidence the other way round: Exchange Online brought mail of a sender of \
            the organisation and it was refused here with one of these codes or with RESOLVER.RST.AuthRequired; a forged \
            sender looks the same. Inferred: which domain is the own tenant's, and which are the organisation's.",
    mend: "Set-SendConnector 'hybrid connector' -CloudServicesMailEnabled $true; no other host between the two; run the \
           Hybrid Configuration Wizard again after a certificate was changed.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let journey = case.journey;
    let refused = case.leaf.decision == Decision::Failed && !journey.null_path;
    if !refused || journey.class != Class::Normal {
        return None;
    }
    let row = case.rows(EventId::Fail).last()?;
    let stranger = matches!(case.code(), Some((5, 7, 12 | 13 | 133..=136)));
    let colleague = case.norms.is_org(domain_of(case.text(journey.sender_folded)));
    let of_ours = case.norms.is_tenant(case.domain()) || case.norms.is_org(case.domain());
    if !colleague || !of_ours {
        return None;
    }
    let (from, _) = journey.came_from;
    if row.source == Source::Smtp {
        let inside =
            journey.entered_by_smtp == Some(false) || journey.directionality == Direction::Originating;
        let connector = case.text(row.connector);
        let to_cloud = case.norms.is_tenant(case.domain()) || case.norms.is_hybrid(connector);
        return (stranger && inside && to_cloud).then(|| {
            Sighting::new(&KIND, case).domain(case.domain()).connector(connector).peer(&case.peer_of(row))
        });
    }
    let online = *peer_name(case.text(from)) == *EXCHANGE_ONLINE;
    let refused_here = stranger || case.tag() == b"RESOLVER.RST.AuthRequired";
    (refused_here && online).then(|| {
        let sighting = Sighting::new(&KIND, case).domain(case.domain()).peer(EXCHANGE_ONLINE);
        Sighting { severity: Severity::Low, confidence: Confidence::Low, ..sighting }
    })
}

fn tell(t: &Telling<'_>) -> (String, String) {
    if t.connector.is_empty() {
        let cause = format!(
            "Exchange Online brought mail of senders of the organisation for {}, and it was refused here as a \
             stranger's. Either the marks of mail from inside get lost on the way, or somebody forges these senders.",
            t.domain
        );
        let fix = "# in Exchange Online:\nGet-OutboundConnector | Format-List Name,SmartHosts,CloudServicesMailEnabled,TlsSettings,TlsDomain\n\
                   # here, where that mail comes in:\nGet-ReceiveConnector | Format-List Identity,Bindings,RemoteIPRanges,TlsDomainCapabilities";
        return (cause, fix.to_owned());
    }
    let between = if t.peer.as_bytes() == EXCHANGE_ONLINE || t.peer.is_empty() {
        "The connector does not write the marks of mail from inside, or Exchange Online does not accept the \
         certificate they come with"
            .to_owned()
    } else {
        format!(
            "{} stands between the servers here and Exchange Online, and what stands between takes the marks off",
            t.peer
        )
    };
    let cause = format!(
        "Mail of colleagues for {} by '{}' was refused there as a stranger's. {between} (inferred).",
        t.domain, t.connector
    );
    let connector = quoted(&t.connector);
    let fix = format!(
        "Get-SendConnector {connector} | Format-List CloudServicesMailEnabled,SmartHosts,DNSRoutingEnabled,TlsCertificateName,TlsDomain\n\
         Set-SendConnector {connector} -CloudServicesMailEnabled $true\n\
         # in Exchange Online:\nGet-InboundConnector | Format-List Name,Enabled,CloudServicesMailEnabled,TlsSenderCertificateName"
    );
    (cause, fix)
}
