//! MR-35: mail for which no server knows a way, until its time is over.

use crate::findings::case::Case;
use crate::findings::expected::Expected;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::event::{EventId, Source};
use crate::model::finding::{Confidence, Severity};
use crate::model::journey::{Decision, Hop};
use crate::model::name::EMPTY;
use crate::topology::Export;
use crate::topology::expected::Reason;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "unreachable",
    title: "No connector leads to this domain",
    shown: Shown::Misroutes,
    severity: Severity::High,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "No send connector takes mail for the domain, or none that is enabled, large enough and in reach. Exchange \
            says nothing of it at first: the mail lies in the Unreachable queue, and only when its time is over, \
            usually after two days, its sender hears that it was not delivered.",
    proof: "FAIL by QUEUE with 4.4.7, and before it no try of any kind on that server: no SEND, no DEFER, no connector and \
            no host is named. Either the status says that the queue was the unreachable one, or the mail lay there for a day \
            or longer, no mail for the domain left by any connector in these logs, none of them carries mail to everywhere, \
            and nobody of the domain is known here (inferred: medium confidence in both cases). With exports: no enabled \
            connector is for the address (high confidence).",
    mend: "New-SendConnector for the domain, or Set-SendConnector 'name' -AddressSpaces @{Add='domain'}; \
           Get-Queue 'server\\Unreachable' shows what waits.",
    judge: |case| judge(case).into_iter().collect(),
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let by_queue = case.leaf.decided_by == Some((EventId::Fail, Source::Queue));
    if case.leaf.decision != Decision::Failed || !by_queue || !matches!(case.code(), Some((_, 4, 7))) {
        return None;
    }
    let hops = &case.leaf.hops;
    let arrived = hops.iter().rposition(|h| matches!(h.event, EventId::Receive | EventId::Dsn))?;
    let (came, since) = (hops.get(arrived)?, hops.get(arrived + 1..).unwrap_or_default());
    let row = since.iter().rfind(|h| h.event == EventId::Fail)?;
    let tried = |h: &Hop| {
        let put_off = h.event == EventId::Defer && !h.delays_nothing;
        put_off || matches!(h.event, EventId::Send | EventId::SendExternal) || h.status.host != EMPTY
    };
    if since.iter().any(tried) || row.connector != EMPTY || row.peer != EMPTY {
        return None;
    }
    // Of the own domain it is a mailbox database that was out of reach.
    if case.norms.is_org(case.domain()) {
        return None;
    }
    let text = case.text(row.status.text).to_ascii_lowercase();
    let says_so = memchr::memmem::find(&text, b"unreachable").is_some();
    let waited = row.time.0 - came.time.0;
    if let Some(expected) =
        case.told_by(&[Export::SendConnectors, Export::AcceptedDomains]).filter(|_| !says_so)
    {
        return by_exports(case, expected, (came, row));
    }
    if !says_so
        && (waited < case.norms.thresholds.unreachable_after || case.norms.may_have_route(case.domain()))
    {
        return None;
    }
    Some(sighting(case, (came, row)))
}

/// No connector of the exports is for the address.
fn by_exports(case: &Case<'_>, expected: &Expected<'_>, rows: (&Hop, &Hop)) -> Option<Sighting> {
    let lost = expected.expectation.reason == Reason::NoRoute;
    let confidence = expected.confidence(case.leaf.last_seen);
    lost.then(|| Sighting { confidence, ..sighting(case, rows) })
}

fn sighting(case: &Case<'_>, (came, row): (&Hop, &Hop)) -> Sighting {
    let mut sighting = Sighting::new(&KIND, case).domain(case.domain());
    sighting.span = (came.time.0, row.time.0);
    sighting.proof = vec![came.evidence, row.evidence];
    sighting.detail = case.text(row.server).to_vec();
    sighting
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let cause = format!(
        "Mail for {} lay in a queue of {} until its time was over, and no try to send it is logged. No send connector \
         leads to {} from there{}.",
        t.domain,
        t.detail,
        t.domain,
        if t.norms.told().is_some() { "" } else { " (inferred)" }
    );
    let domain = quoted(&t.domain);
    let fix = format!(
        "Get-Queue {} | Format-List Identity,MessageCount,LastError\n\
         Get-SendConnector | Format-List Name,Enabled,AddressSpaces,IsScopedConnector,MaxMessageSize,SourceTransportServers\n\
         # if no address space there holds it:\n\
         New-SendConnector -Name {} -AddressSpaces {domain} -DNSRoutingEnabled $true  # or -SmartHosts '<host>' -DNSRoutingEnabled $false",
        quoted(&format!("{}\\Unreachable", t.detail)),
        quoted(&format!("To {}", t.domain)),
    );
    (cause, fix)
}
