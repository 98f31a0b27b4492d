//! MR-07: an address is known at one time, unknown at the next, and known again.

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};

/// A sign's sort: between times when the address was known, all within a day.
const WITHIN_A_DAY: u64 = 0;
/// Between such times further apart.
const BETWEEN: u64 = 1;
/// Known before, and not known again.
const AFTER: u64 = 2;

pub(in crate::findings) static KIND: Kind = Kind {
    id: "flapping-recipient",
    title: "An address is found at one time and not at another",
    shown: Shown::Misroutes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    caused_by: &[],
    means: "Mail for this address is delivered, then bounces as for somebody who does not exist, then is delivered again. \
            The directory gives two answers: domain controllers that do not replicate, a server that asks a stale \
            global catalogue, or somebody who takes the address away and gives it back.",
    proof: "Recipient not found, by this organisation, between two times at which the same address was delivered or \
            rewritten, each a minute or more away. Both times lie within a day; or two or more messages bounced, one of \
            them between.",
    mend: "repadmin /replsummary; see which domain controllers the server that bounces uses.",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let address = Some(case.address()).filter(|_| case.not_found_here())?;
    let (first, last) = case.norms.when_known(address)?;
    let Thresholds { flap_clear, flap_span, .. } = case.norms.thresholds;
    let at = case.leaf.last_seen;
    // Clocks of two servers differ by seconds.
    if at.0 - first.0 < flap_clear {
        return None;
    }
    let sort = match last.0 - at.0 {
        after if after < flap_clear => AFTER,
        _ if last.0 - first.0 <= flap_span => WITHIN_A_DAY,
        _ => BETWEEN,
    };
    let mut sighting = Sighting::new(&KIND, case).domain(case.domain()).address(address);
    sighting.signs = vec![Sign::new(case, at.0, sort)];
    sighting.detail = case.text(case.leaf.server).to_vec();
    Some(sighting)
}

fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    let between = signs.iter().any(|s| s.sort == BETWEEN);
    signs.iter().any(|s| s.sort == WITHIN_A_DAY) || (between && signs.len() >= thresholds.flap_bounces)
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let known = t.norms.when_known(t.address.as_bytes());
    let (first, last) = known.map(|(a, b)| (a.to_the_second(), b.to_the_second())).unwrap_or_default();
    let cause = format!(
        "{} was known here from {first} to {last}, and in between {} did not find it.",
        t.address, t.detail
    );
    let (address, server) = (quoted(&t.address), quoted(&t.detail));
    let fix = format!(
        "(Get-ExchangeServer {server} -Status).CurrentDomainControllers\n\
         Get-DomainController | ForEach-Object {{ Get-Recipient {address} -DomainController $_.DnsHostName -ErrorAction SilentlyContinue | Format-List OriginatingServer,EmailAddresses,WhenChanged }}\n\
         repadmin /replsummary"
    );
    (cause, fix)
}
