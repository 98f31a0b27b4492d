//! IP addresses: other ones, of which those in one network are in one network again.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::key::{Key, Kind};
use super::{Redactor, Sort};

/// Rounds of the permutation; four make it one that cannot be told from chance.
const ROUNDS: u8 = 4;

impl Redactor<'_> {
    /// Writes another address for an address; false if the text is none. The zone of a link-local one stays if it
    /// is a number.
    pub(super) fn ip(&mut self, text: &[u8], out: &mut Vec<u8>) -> bool {
        if !text.first().is_some_and(|b| b.is_ascii_hexdigit() || *b == b':') {
            return false;
        }
        let at = memchr::memchr(b'%', text).unwrap_or(text.len());
        let (address, zone) = text.split_at_checked(at).unwrap_or((text, b""));
        let parsed = std::str::from_utf8(address).ok().and_then(|a| a.parse::<IpAddr>().ok());
        let padded = || Some(IpAddr::V4(Ipv4Addr::from(*octets(address, b'.')?.as_array()?)));
        let Some(parsed) = parsed.or_else(padded) else { return false };
        self.remembered(Sort::Ip, text, out, |this, _, out| {
            let other = match parsed {
                IpAddr::V4(v4) => IpAddr::V4(other_v4(&this.rules.key, v4)),
                IpAddr::V6(v6) => IpAddr::V6(other_v6(&this.rules.key, v6)),
            };
            out.extend_from_slice(other.to_string().as_bytes());
            if let Some(zone) = zone.strip_prefix(b"%") {
                out.push(b'%');
                if zone.iter().all(u8::is_ascii_digit) {
                    out.extend_from_slice(zone);
                } else {
                    this.word(zone, out);
                }
            }
        });
        true
    }
}

impl Redactor<'_> {
    /// The same of `203-0-113-77` and `203_0_113_77` at the head of a text, whatever stands behind; says how long it is.
    pub(super) fn dashed_ip(&mut self, text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let (length, sign) = dashed(text)?;
        let dots: Vec<u8> = text.get(..length)?.iter().map(|b| if *b == sign { b'.' } else { *b }).collect();
        let from = out.len();
        if !self.ip(&dots, out) {
            return None;
        }
        out.iter_mut().skip(from).filter(|b| **b == b'.').for_each(|b| *b = sign);
        Some(length)
    }

    /// Writes the same leading numbers of a network's pseudonym for the one to three of a network; false if the text is none.
    pub(super) fn network(&mut self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(mut bytes) = octets(text, b'.') else { return false };
        let given = bytes.len();
        if given > 3 {
            return false;
        }
        bytes.resize(4, 0);
        let Some(bytes) = bytes.as_array() else { return false };
        let mut whole = Vec::new();
        self.ip(Ipv4Addr::from(*bytes).to_string().as_bytes(), &mut whole);
        let dots = memchr::memchr_iter(b'.', &whole).nth(given - 1).unwrap_or(whole.len());
        out.extend_from_slice(whole.get(..dots).unwrap_or_default());
        true
    }
}

/// Numbers up to 255, zeros before them or not, parted by this sign; at most four.
fn octets(text: &[u8], sign: u8) -> Option<Vec<u8>> {
    let all = text.split(|b| *b == sign).take(5).map(octet);
    all.collect::<Option<Vec<u8>>>().filter(|all| all.len() <= 4)
}

fn octet(digits: &[u8]) -> Option<u8> {
    let is_number = matches!(digits.len(), 1..=3) && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

fn digits(text: &[u8]) -> usize {
    text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len())
}

/// Length and sign of four such numbers at the head of a text that hyphens or low lines part.
fn dashed(text: &[u8]) -> Option<(usize, u8)> {
    let sign = *text.get(digits(text))?;
    let mut at = 0;
    for number in 0..4 {
        if number > 0 {
            at += usize::from(*text.get(at)? == sign);
        }
        let length = digits(text.get(at..)?);
        octet(text.get(at..at + length)?)?;
        at += length;
    }
    let ends = text.get(at).is_none_or(|b| !(b.is_ascii_alphanumeric() || *b >= 0x80));
    (ends && matches!(sign, b'-' | b'_')).then_some((at, sign))
}

/// Whether a text begins with `203-0-113-77`.
pub(super) fn begins_dashed(text: &[u8]) -> bool {
    dashed(text).is_some()
}

/// Whether a name holds the numbers of an address or of a network, as `host-203-0-113-77` does.
pub(super) fn holds_address(name: &[u8]) -> bool {
    let begins =
        |at: usize| at.checked_sub(1).and_then(|i| name.get(i)).is_none_or(|b| !b.is_ascii_alphanumeric());
    let starts = name.iter().enumerate().filter(|(at, b)| b.is_ascii_digit() && begins(*at));
    let mut starts = starts.filter_map(|(at, _)| name.get(at..));
    starts.any(|rest| {
        let end = rest.iter().position(|b| !(b.is_ascii_digit() || *b == b'.')).unwrap_or(rest.len());
        let numbers = rest.get(..end).unwrap_or_default();
        let starred = numbers.ends_with(b".") && rest.get(end).is_some_and(|b| matches!(b, b'x' | b'X'));
        let numbers = numbers.strip_suffix(b".").unwrap_or(numbers);
        dashed(rest).is_some() || is_address_or_network(numbers) || starred && octets(numbers, b'.').is_some()
    })
}

/// Whether numbers with dots are those of an address or a network, and neither a status code nor a version of Exchange.
pub(super) fn is_address_or_network(numbers: &[u8]) -> bool {
    match octets(numbers, b'.').as_deref() {
        Some([_, _, _, _]) => true,
        Some([2 | 4 | 5, _, _]) => false,
        Some([_, _, _]) => !is_version(numbers),
        _ => memchr::memchr_iter(b'.', numbers).count() > 3,
    }
}

/// `15.02.1544.011`, `15.1.225.42`: a version of Exchange, with or without its last number.
pub(super) fn is_version(text: &[u8]) -> bool {
    let mut parts = text.split(|b| *b == b'.').map(|part| {
        let text = std::str::from_utf8(part).ok().filter(|_| part.iter().all(u8::is_ascii_digit))?;
        text.parse::<u32>().ok().filter(|_| part.len() <= 5)
    });
    let (release, update, build, revision) = (parts.next(), parts.next(), parts.next(), parts.next());
    matches!(release, Some(Some(6 | 8 | 14 | 15)))
        && matches!(update, Some(Some(0..=5)))
        && matches!(build, Some(Some(_)))
        && revision.is_none_or(|n| n.is_some())
        && parts.next().is_none()
}

/// The network becomes another of its kind, and in it the host another.
fn other_v4(key: &Key, address: Ipv4Addr) -> Ipv4Addr {
    let bits = address.to_bits();
    let Some(kept) = kept_v4(bits) else { return address };
    let free = 24 - kept;
    let low = (1 << free) - 1;
    let mut network = bits >> 8;
    loop {
        // What leads out of its kind is led on until it is back: so no two become one.
        network = network & !low | permute(key, (b"net4", 0), free, u64::from(network & low)) as u32;
        if kept_v4(network << 8) == Some(kept) {
            break;
        }
    }
    let host = permute(key, (b"host4", u64::from(bits >> 8)), 8, u64::from(bits & 0xff));
    Ipv4Addr::from_bits(network << 8 | host as u32)
}

/// How many leading bits say what kind of address it is; `None` for one that is nobody's.
fn kept_v4(bits: u32) -> Option<u32> {
    let [a, b, ..] = bits.to_be_bytes();
    match (a, b) {
        (0 | 127 | 224..=255, _) => None,
        (10, _) => Some(8),
        (100, 64..=127) => Some(10),
        (172, 16..=31) => Some(12),
        (192, 168) | (169, 254) => Some(16),
        _ => Some(0),
    }
}

/// The same with networks of 64 bits.
fn other_v6(key: &Key, address: Ipv6Addr) -> Ipv6Addr {
    if let Some(v4) = address.to_ipv4_mapped() {
        return other_v4(key, v4).to_ipv6_mapped();
    }
    let bits = address.to_bits();
    let (mut network, host) = ((bits >> 64) as u64, bits as u64);
    let Some(kept) = kept_v6(network).filter(|_| !address.is_unspecified() && !address.is_loopback()) else {
        return address;
    };
    let other_host = permute(key, (b"host6", network), 64, host);
    if kept < 64 {
        let low = u64::MAX >> kept;
        loop {
            network = network & !low | permute(key, (b"net6", 0), 64 - kept, network & low);
            if kept_v6(network) == Some(kept) {
                break;
            }
        }
    }
    Ipv6Addr::from_bits(u128::from(network) << 64 | u128::from(other_host))
}

/// How many leading bits of a network stay; `None` for addresses of groups.
fn kept_v6(network: u64) -> Option<u32> {
    match network >> 56 {
        0xff => None,
        0xfc | 0xfd => Some(8),
        _ if network >> 54 == 0xfe80 >> 6 => Some(64),
        _ => Some(3),
    }
}

/// A permutation of the numbers of so many bits, at most 64: a Feistel network over an even number of bits, gone
/// through again where it leads beyond.
fn permute(key: &Key, (what, within): (&[u8], u64), bits: u32, number: u64) -> u64 {
    let half = bits.div_ceil(2);
    let mask = (1_u64 << half) - 1;
    let mut number = number;
    loop {
        let (mut left, mut right) = (number >> half, number & mask);
        for round in 0..ROUNDS {
            let text = [what, &within.to_le_bytes(), &[round, bits as u8], &right.to_le_bytes()].concat();
            (left, right) = (right, left ^ key.number(Kind::Network, &text) & mask);
        }
        number = left << half | right;
        if bits == 64 || number >> bits == 0 {
            return number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn key() -> Key {
        Key::new(&[7; 32]).unwrap()
    }

    #[test]
    fn no_two_addresses_become_one() {
        for bits in [1, 7, 8, 12] {
            let all: BTreeSet<u64> = (0..1 << bits).map(|n| permute(&key(), (b"x", 0), bits, n)).collect();
            assert!(all.len() == 1 << bits && all.iter().all(|n| *n < 1 << bits), "{bits}");
        }
        let hosts: BTreeSet<Ipv4Addr> =
            (0..=255).map(|n| other_v4(&key(), Ipv4Addr::new(203, 0, 113, n))).collect();
        assert_eq!(hosts.len(), 256);
        let networks: BTreeSet<[u8; 3]> = hosts.iter().map(|h| *h.octets().first_chunk().unwrap()).collect();
        assert_eq!(networks.len(), 1);
    }

    #[test]
    fn versions_and_codes_are_no_addresses() {
        for text in ["203.0.113.77", "203.000.113.077", "203.0.113", "10.0.1", "10.0.1.11.25", "15.1.225.42"]
        {
            assert!(is_address_or_network(text.as_bytes()), "{text}");
        }
        for text in
            ["15.02.1544.011", "08.03.0083.006", "5.7.1", "4.4.316", "15.2.225", "10.0.17763", "1.2", "7"]
        {
            assert!(!is_address_or_network(text.as_bytes()), "{text}");
        }
        for text in ["15.02.1544.004", "15.1.225.42", "14.3.123.4", "08.03.0083.006", "15.2.986"] {
            assert!(is_version(text.as_bytes()), "{text}");
        }
        for text in ["203.0.113.77", "10.0.1.11", "15.6.1.1", "15.1", "15.1.225.42.1", "", "15.x.1.1"] {
            assert!(!is_version(text.as_bytes()), "{text}");
        }
        for text in [
            "ip-203-0-113-77",
            "host_203_0_113_77",
            "203-0-113-77",
            "smtp.203.0.113.77",
            "203.0.x",
            "net-203.0.113",
        ] {
            assert!(holds_address(text.as_bytes()), "{text}");
        }
        for text in [
            "TOTAL-HUB",
            "TLS1.2",
            "5.7.1-Message",
            "2026-03-10",
            "SP_PROT_TLS1_2_SERVER",
            "2026-03-10_08-30",
        ] {
            assert!(!holds_address(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn kinds_of_networks_stay() {
        let v4 = |text: &str| other_v4(&key(), text.parse().unwrap());
        let (a, b) = (v4("10.0.1.11"), v4("10.0.2.11"));
        assert!(
            a.is_private() && b.is_private() && a.octets()[0] == 10 && a.octets()[..3] != b.octets()[..3]
        );
        assert!(v4("172.20.3.4").is_private() && v4("192.168.40.1").octets()[..2] == [192, 168]);
        assert!(v4("169.254.3.4").is_link_local() && v4("100.100.1.1").octets()[0] == 100);
        assert!(!v4("198.51.100.7").is_private());
        for same in ["127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1"] {
            assert_eq!(v4(same).to_string(), same);
        }
        let v6 = |text: &str| other_v6(&key(), text.parse().unwrap());
        assert_eq!((v6("::1").to_string(), v6("::").to_string()), ("::1".to_owned(), "::".to_owned()));
        assert!(v6("fe80::1").to_string().starts_with("fe80::") && v6("fe80::1") != v6("fe80::2"));
        assert!(v6("fd12:3456::1").segments()[0] >> 8 == 0xfd);
        let network = |a: Ipv6Addr| a.to_bits() >> 64;
        assert_eq!(network(v6("2001:db8::1")), network(v6("2001:db8::2")));
        assert_ne!(network(v6("2001:db8::1")), network(v6("2001:db8:0:1::1")));
        assert_eq!(v6("::ffff:10.0.1.11").to_ipv4_mapped(), Some(v4("10.0.1.11")));
    }
}
