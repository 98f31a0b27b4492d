//! Every number a finding depends on, in one place. They are proposals, not Microsoft's values; `mailtrail.toml`
//! may set them. `docs/FINDINGS.md` lists them from here.
//!
//! What only bounds memory or the length of a list is no threshold and stays a constant where it is used: how many
//! samples, addresses and members of a circle are shown, how far chains are followed, how many addresses of a tenant
//! are kept to compare it with others, and beyond how many nothing more is counted.

use crate::model::threshold::{Changed, Setting};
use crate::model::time::{DAY, HOUR};

/// One of the numbers as it is set, shown and documented.
#[derive(Debug)]
pub struct Number {
    name: &'static str,
    unit: fn(u64) -> Setting,
    /// The least and the most that it may be: how many, ms, or bytes.
    range: (u64, u64),
    /// The kinds of findings that depend on it.
    pub kinds: &'static [&'static str],
    /// What it is and why it is so, in one paragraph.
    pub means: &'static str,
    get: fn(&Thresholds) -> u64,
    set: fn(&mut Thresholds, u64),
}

impl Number {
    /// Its name in `mailtrail.toml`.
    pub fn key(&self) -> String {
        self.name.replace('_', "-")
    }

    /// The least and the most that it may be.
    pub fn range(&self) -> (Setting, Setting) {
        ((self.unit)(self.range.0), (self.unit)(self.range.1))
    }

    /// What it is.
    pub fn of(&self, thresholds: &Thresholds) -> Setting {
        (self.unit)((self.get)(thresholds))
    }

    /// Sets it. Whether it may be so is for the caller to see.
    pub fn set(&self, thresholds: &mut Thresholds, to: Setting) {
        (self.set)(thresholds, to.number());
    }
}

/// Makes of each line a field with its default, and its entry in [`NUMBERS`].
macro_rules! thresholds {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $unit:ident $default:expr, $least:expr, $most:expr, [$($kind:literal),+];)+) => {
        /// What findings depend on. Times are ms, sizes bytes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Thresholds {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        impl Default for Thresholds {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// Every number, in the order of the document.
        #[expect(clippy::cast_lossless, reason = "the fields are of several types")]
        pub static NUMBERS: &[Number] = &[$(Number {
            name: stringify!($name),
            unit: Setting::$unit,
            range: ($least as u64, $most as u64),
            kinds: &[$($kind),+],
            means: concat!($($doc),+),
            get: |all| all.$name as u64,
            set: |all, to| all.$name = to as $type,
        },)+];
    };
}

/// One second, and one minute, ms.
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

thresholds! {
    /// Addresses of a domain delivered here that make it one of the organisation's: one or two may be a
    /// forwarding or a mistake.
    org_addresses: usize = Count 3, 1, 10_000,
        ["domain-typo", "external-forward-loop", "transient-subdomain", "unreachable", "cloud-headers-lost",
         "mx-loopback", "tenant-attribution", "rra-primary-domain", "rra-no-route", "hop-count-exceeded"];
    /// Outside domains a connector carried that make it a default connector; a connector for partners carries
    /// fewer.
    default_domains: usize = Count 10, 1, 100_000,
        ["rra-no-route", "rra-primary-domain", "cloud-via-mx", "internal-relay-ping-pong",
         "shared-domain-authoritative", "tenant-attribution", "unreachable"];
    /// Messages that went out to a host, came back once each and ended well, that make the host a service.
    service_messages: u64 = Count 10, 1, 1_000_000,
        ["hairpin", "smart-host-is-self", "internal-relay-ping-pong"];
    /// Addresses of a domain not found that may mean the domain is shared: of fewer somebody mistyped some.
    shared_not_found: usize = Count 5, 1, 100_000, ["shared-domain-authoritative"];
    /// There must be one of them for so many addresses of the domain that are known.
    shared_part: usize = Count 4, 1, 10_000, ["shared-domain-authoritative"];
    /// How many of them must write from elsewhere, where no connector shows that the domain is shared.
    shared_least: usize = Count 2, 1, 10_000, ["shared-domain-authoritative"];
    /// Recipients of a domain that left by a connector of its own, before that shows that the connector is there
    /// for the domain.
    shared_sent: u64 = Count 3, 1, 1_000_000, ["shared-domain-authoritative", "internal-relay-ping-pong"];
    /// Recipients on each of two connectors before the sizes of their mail are compared.
    size_recipients: u64 = Count 5, 1, 1_000_000, ["size-fallthrough"];
    /// No size limit of a connector is taken to be below this: nobody sets less.
    size_least: u64 = Size 1 << 20, 1 << 10, 1u64 << 40, ["size-fallthrough"];
    /// Returns from one host that make a loop: one is a detour.
    loop_laps: u32 = Count 2, 1, 1000,
        ["gateway-loop", "hybrid-loop", "internal-relay-ping-pong", "transient-subdomain", "smart-host-is-self",
         "rra-primary-domain"];
    /// Returns by whatever hosts that make a loop too: a pool of gateways takes turns.
    pool_laps: usize = Count 4, 2, 1000,
        ["gateway-loop", "hybrid-loop", "internal-relay-ping-pong", "transient-subdomain", "rra-primary-domain"];
    /// Returns that make a loop sure; fewer do if the message grew each time.
    sure_laps: u32 = Count 3, 1, 1000, ["gateway-loop", "hybrid-loop", "transient-subdomain"];
    /// Arrivals of the same size as the one before that are returns, and not one message brought again after a
    /// lost answer.
    same_size_arrivals: usize = Count 5, 1, 1000,
        ["gateway-loop", "hybrid-loop", "internal-relay-ping-pong", "hairpin", "smart-host-is-self",
         "transient-subdomain", "repeated-receive"];
    /// Arrivals of one message on one server that are suspicious.
    receives: u32 = Count 3, 2, 1000, ["repeated-receive"];
    /// Arrivals of one message on one server that are grave.
    receives_grave: u32 = Count 5, 2, 1000, ["repeated-receive"];
    /// Messages made by inbox rules in a row, between the same two mailboxes.
    rule_chain: usize = Count 3, 2, 100, ["rule-forward-loop"];
    /// DUPLICATEEXPAND rows of one message; more are too many.
    duplicate_expands: usize = Count 100, 1, 1_000_000, ["group-loop"];
    /// Delivery reports from one host that fail, within `storm-span`.
    storm_failures: usize = Count 20, 2, 1_000_000, ["ndr-storm"];
    /// See `storm-failures`.
    storm_span: i64 = Time HOUR, MINUTE, 7 * DAY, ["ndr-storm"];
    /// Deferrals of one connector within `down-span`, at least half of them at one host.
    down_defers: usize = Count 10, 1, 1_000_000, ["next-hop-down"];
    /// Expiries of one connector within `down-span`, at least half of them at one host.
    down_expired: usize = Count 3, 1, 1_000_000, ["next-hop-down"];
    /// See `down-defers` and `down-expired`.
    down_span: i64 = Time HOUR / 2, MINUTE, 7 * DAY, ["next-hop-down"];
    /// A stay on a server is no outlier up to this.
    delay_least: i64 = Time 5 * MINUTE, SECOND, 7 * DAY, ["delay-outlier"];
    /// Nor up to so many times the 99th percentile for that server and connector.
    delay_times: i64 = Count 3, 1, 1000, ["delay-outlier"];
    /// Silence on a server whose log goes on, after which mail is stuck: Exchange gives up after two days.
    stuck_after: i64 = Time 2 * DAY + HOUR / 4, MINUTE, 60 * DAY, ["stuck"];
    /// Wait in a queue before mail is given up, that no host outside explains and of which the status says
    /// nothing: Exchange keeps what has no way for two days, and who sets less seldom sets less than this.
    unreachable_after: i64 = Time DAY, MINUTE, 60 * DAY, ["unreachable"];
    /// Time within which what was sent to a host is back from it, so that the host passes it straight on:
    /// queues that wait, and people who look, take longer.
    straight_back: i64 = Time MINUTE, SECOND, DAY, ["smart-host-is-self"];
    /// Messages that go out again to who sent them, within `turns-span`, that make forwarding a loop.
    turns_sent_back: usize = Count 5, 2, 1000, ["external-forward-loop"];
    /// Automatic answers between two addresses, in turns, within `turns-span`.
    answers: usize = Count 6, 2, 1000, ["auto-reply-loop"];
    /// Machines answer at once; people who write to each other take longer for so many turns.
    turns_span: i64 = Time HOUR / 6, SECOND, 7 * DAY, ["auto-reply-loop", "external-forward-loop"];
    /// So long after its mail was first sent away an address must still write from a mailbox here: a move takes
    /// minutes to its end.
    still_writes: i64 = Time HOUR, MINUTE, 60 * DAY, ["mailbox-with-target"];
    /// How far from both times at which an address was known it must be unknown: clocks of servers differ by
    /// less.
    flap_clear: i64 = Time MINUTE, SECOND, DAY, ["flapping-recipient"];
    /// Known, not found and known again within this is one answer too many; over longer times people leave and
    /// come back.
    flap_span: i64 = Time DAY, MINUTE, 60 * DAY, ["flapping-recipient"];
    /// Messages that must bounce where the times lie further apart than `flap-span`.
    flap_bounces: usize = Count 2, 1, 1000, ["flapping-recipient"];
    /// Changes of the connector for one domain on one server within `changes-span`: switched over and back, and
    /// once more.
    changes: usize = Count 4, 2, 10_000, ["connector-flapping"];
    /// See `changes`.
    changes_span: i64 = Time HOUR, MINUTE, 7 * DAY, ["connector-flapping"];
    /// Recipients on each of two connectors before they can take turns.
    changes_least: u64 = Count 2, 1, 1_000_000, ["connector-flapping"];
    /// So many times as much mail must go to the domain that is meant: what is typed wrongly is typed rightly
    /// mostly.
    typo_times: u64 = Count 50, 1, 1_000_000, ["domain-typo"];
    /// In domains of fewer letters two wrong letters may make any other domain.
    typo_letters: usize = Count 8, 1, 80, ["domain-typo"];
    /// Addresses not found in mail of one host within `harvest-span`.
    harvest_addresses: usize = Count 20, 2, 1_000_000, ["directory-harvest"];
    /// See `harvest-addresses`.
    harvest_span: i64 = Time HOUR / 6, MINUTE, 7 * DAY, ["directory-harvest"];
    /// So many times as many addresses must miss as messages of the host are welcome: less than one in ten hits.
    harvest_hits: u64 = Count 9, 1, 1000, ["directory-harvest"];
}

impl Thresholds {
    /// What is not as it is by default.
    pub fn changed(&self) -> Vec<Changed> {
        let usual = Self::default();
        let each = NUMBERS.iter().map(|n| Changed { key: n.key(), value: n.of(self), default: n.of(&usual) });
        each.filter(|c| c.value != c.default).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::kind::kind;

    #[test]
    fn every_number_can_be_set_within_its_range_and_names_kinds_that_are_there() {
        for number in NUMBERS {
            let (least, most) = number.range();
            let usual = number.of(&Thresholds::default());
            assert!(least <= usual && usual <= most, "{}", number.key());
            for value in [least, most] {
                let mut all = Thresholds::default();
                number.set(&mut all, value);
                assert_eq!(number.of(&all), value, "{}", number.key());
                let others = all.changed().iter().filter(|c| c.key != number.key()).count();
                assert_eq!(others, 0, "{}", number.key());
            }
            assert!(number.kinds.iter().all(|id| kind(id).is_some()), "{}", number.key());
        }
        assert_eq!(Thresholds::default().changed(), []);
    }
}
