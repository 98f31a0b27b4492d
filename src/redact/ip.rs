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
        let Some(parsed) = parsed else { return false };
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
