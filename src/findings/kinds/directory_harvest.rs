//! MR-32: a stranger tries addresses until some are real.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::ndr_storm::brought_by;
use crate::findings::case::{Case, EXCHANGE_ONLINE};
use crate::findings::kind::{Kind, Shown, Sighting, Sign, Telling};
use crate::findings::thresholds::Thresholds;
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "directory-harvest",
    title: "A host tries many addresses that nobody has",
    shown: Shown::Report,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    caused_by: &[],
    means: "A host outside sends to guessed names to learn which addresses exist; spam for those that do comes later. Each \
            miss also makes a delivery report for a sender who is mostly forged. Where unknown recipients are refused \
            before the message is taken, tracking logs show nothing of it.",
    proof: "Twenty or more addresses not found within ten minutes in mail of one host outside, and in these logs nine times as \
            many of its addresses are not found as messages of it are delivered. Delivery reports do not count, nor what \
            Exchange Online or a server whose log is here brings.",
    mend: "Set-RecipientFilterConfig -RecipientValidationEnabled $true where the mail comes in.",
    judge: |case| judge(case).into_iter().collect(),
    enough: Some(enough),
    tell,
};

/// The time of the sign that is none, but tells in its sort how many messages of the host were welcome.
const WELCOME: i64 = i64::MIN;

fn judge(case: &Case<'_>) -> Option<Sighting> {
    let outside = case.journey.entered_by_smtp == Some(true) && !case.journey.null_path;
    if !outside || !case.not_found_here() {
        return None;
    }
    let from = brought_by(case);
    if from.is_empty() || *from == *EXCHANGE_ONLINE || case.is_ours(&from) {
        return None;
    }
    let at = case.leaf.last_seen.0;
    let mut sighting = Sighting::new(&KIND, case).peer(&from);
    let welcome = Sign { time: WELCOME, sort: case.norms.welcome(&from), message: 0 };
    sighting.signs = vec![Sign::new(case, at, FixedState::default().hash_one(case.address())), welcome];
    Some(sighting)
}

fn enough(signs: &[Sign], thresholds: &Thresholds) -> bool {
    let welcome = signs.iter().take_while(|s| s.time == WELCOME).map(|s| s.sort).max().unwrap_or(0);
    let misses = signs.iter().filter(|s| s.time != WELCOME);
    let all: HashMap<u64, ()> = misses.clone().map(|s| (s.sort, ())).collect();
    if (all.len() as u64) < welcome.saturating_mul(thresholds.harvest_hits) {
        return false;
    }
    let misses: Vec<&Sign> = misses.collect();
    let mut within: HashMap<u64, usize> = HashMap::new();
    let mut from = 0;
    for sign in &misses {
        *within.entry(sign.sort).or_default() += 1;
        while let Some(first) = misses.get(from).filter(|f| sign.time - f.time > thresholds.harvest_span) {
            if let Some(n) = within.get_mut(&first.sort) {
                *n -= 1;
                if *n == 0 {
                    within.remove(&first.sort);
                }
            }
            from += 1;
        }
        if within.len() >= thresholds.harvest_addresses {
            return true;
        }
    }
    false
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let (some, total) = (t.addresses.0.iter().take(3), t.addresses.1);
    let some: Vec<&str> = some.map(String::as_str).collect();
    let cause =
        format!("{} sent mail to {total} addresses that nobody has, {} among them.", t.peer, some.join(", "));
    let mut fix = "Get-TransportAgent 'Recipient Filter Agent'\n\
                   Set-RecipientFilterConfig -Enabled $true -RecipientValidationEnabled $true  # where the mail comes in"
        .to_owned();
    if t.peer.parse::<std::net::IpAddr>().is_ok() {
        fix.push_str(&format!("\nAdd-IPBlockListEntry -IPAddress {}  # if it goes on", quoted(&t.peer)));
    }
    (cause, fix)
}
