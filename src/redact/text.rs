//! Free text: what is between names stays as it is, words stay if they are of the vocabulary, and everything that may
//! be a name becomes its pseudonym.

use super::Redactor;
use super::host::is_ending;
use super::ip::{begins_dashed, holds_address, is_address_or_network, is_version};
use super::vocabulary::{ENDINGS, FAMILIES, Vocabulary};
use crate::parse::message_info::iso_time;

/// What a text is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner<'m> {
    /// Words that stay.
    pub words: Vocabulary,
    /// A hyphen parts words, as in `CATRS-Transport Rule Agent`.
    pub parted: bool,
    /// A word that is the name of this host.
    pub host: &'m [u8],
}

/// As most columns are.
pub(super) const PLAIN: Manner<'static> = Manner { words: Vocabulary::Protocol, parted: false, host: b"" };

/// Behind these stands a host.
const HOSTS: [&[u8]; 8] = [
    b"FQDN",
    b"Hostname",
    b"SRV",
    b"LSRV",
    b"FirstForestHop",
    b"ProxiedClientHostname",
    b"AccountForest",
    b"LastAttemptedServerName",
];

/// Local parts that hold other addresses, and so an equals sign.
const NESTED: [&[u8]; 5] = [b"SRS0", b"SRS1", b"prvs=", b"btv1=", b"IMCEA"];

/// Bytes of a GUID with its hyphens.
const GUID: usize = 36;

/// Nothing in angle brackets is longer, bytes.
const BRACKETED: usize = 2000;

fn is_letter(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// How many bytes at the head are of this sort.
fn run(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|b| !is(*b)).unwrap_or(text.len())
}

/// Without the signs at its end.
fn trimmed(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|b| is_letter(*b)).map_or(0, |at| at + 1);
    name.get(..end).unwrap_or_default()
}

impl Redactor<'_> {
    /// Writes a text with pseudonyms in it.
    pub(super) fn text(&mut self, text: &[u8], manner: Manner<'_>, out: &mut Vec<u8>) {
        let (mut rest, mut before, mut host_next) = (text, None, false);
        while let Some(&b) = rest.first() {
            let taken = match b {
                b'<' => self.bracketed(rest, out),
                b'/' => self.directory_in(rest, out),
                _ if is_letter(b) || b == b':' => self.name(rest, (before, host_next), manner, out),
                _ => 0,
            };
            let (done, behind) = rest.split_at_checked(taken.max(1)).unwrap_or((rest, b""));
            if taken == 0 {
                out.extend_from_slice(done);
            }
            let key = HOSTS.iter().any(|k| done.eq_ignore_ascii_case(k)) || is_proxy_hop(done);
            host_next = key || host_next && matches!(done, b"=");
            (rest, before) = (behind, done.last().copied());
        }
    }

    /// `<anna@contoso.com>`, an address or a message-id; 0 if it is none.
    fn bracketed(&mut self, text: &[u8], out: &mut Vec<u8>) -> usize {
        let head = text.get(..BRACKETED).unwrap_or(text);
        let Some(end) = memchr::memchr(b'>', head) else { return 0 };
        let whole = text.get(..=end).unwrap_or_default();
        if memchr::memchr(b'@', whole).is_none() {
            return 0;
        }
        self.address(whole, out);
        whole.len()
    }

    /// A directory's name, up to a sign that stands in none; 0 if it is none.
    fn directory_in(&mut self, text: &[u8], out: &mut Vec<u8>) -> usize {
        if !text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"/o=")) {
            return 0;
        }
        let end =
            run(text, |b| !matches!(b, b';' | b'"' | b'\'' | b'<' | b'>' | b',' | b'@' | b'\r' | b'\n'));
        self.directory_name(text.get(..end).unwrap_or_default(), out);
        end
    }

    /// What begins with a letter, a digit or a colon: a time, an address, a number, a name. Says how long it is.
    fn name(
        &mut self,
        text: &[u8],
        (before, host_next): (Option<u8>, bool),
        manner: Manner<'_>,
        out: &mut Vec<u8>,
    ) -> usize {
        if let Some(time) = iso_time(text) {
            out.extend_from_slice(time);
            return time.len();
        }
        let colons =
            text.get(..run(text, |b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))).unwrap_or_default();
        if memchr::memchr_iter(b':', colons).nth(1).is_some() {
            let address = colons.strip_suffix(b".").or_else(|| colons.strip_suffix(b":")).unwrap_or(colons);
            let address = if colons.ends_with(b"::") { colons } else { address };
            if self.ip(address, out) {
                return address.len();
            }
        }
        if text.starts_with(b":") {
            return 0;
        }
        if let Some(length) = self.address_in(text, out) {
            return length;
        }
        let hyphen = !manner.parted || host_next;
        if let Some(length) = self.numbers(text, hyphen, out).filter(|_| !host_next) {
            return length;
        }
        // A reply of several lines.
        if let [b'2' | b'4' | b'5', b'0'..=b'9', b'0'..=b'9', b'-', next, ..] = text
            && manner.words == Vocabulary::Protocol
            && is_letter(*next)
            && !begins_dashed(text)
        {
            out.extend_from_slice(text.get(..3).unwrap_or_default());
            return 3;
        }
        let joins = |b: u8| matches!(b, b'.' | b'_') || hyphen && b == b'-';
        let name = trimmed(text.get(..run(text, |b| is_letter(b) || joins(b))).unwrap_or_default());
        let sign = text.get(name.len()).copied();
        self.known_or_not(name, (before, sign, host_next), manner, out);
        name.len()
    }

    /// A GUID, or numbers that are an address though no dots part them, or that a star makes a network: what hyphens may part, and
    /// is no part of a name. `None` if it is none of these.
    fn numbers(&mut self, text: &[u8], hyphen: bool, out: &mut Vec<u8>) -> Option<usize> {
        let goes_on = |length: usize| match text.get(length..) {
            Some([b'-', ..]) if !hyphen => false,
            Some([b'.' | b'-' | b'_', next, ..]) => is_letter(*next),
            Some([next, ..]) => is_letter(*next),
            _ => false,
        };
        let from = out.len();
        if let Some(head) = text.get(..GUID)
            && !goes_on(GUID)
            && self.guid(head, out)
        {
            return Some(GUID);
        }
        if let Some(length) = self.dashed_ip(text, out) {
            if !goes_on(length) {
                return Some(length);
            }
            out.truncate(from);
        }
        let length = trimmed(text.get(..run(text, |b| b.is_ascii_digit() || b == b'.'))?).len();
        let starred = text.get(length..).is_some_and(|rest| rest.starts_with(b".*"));
        (starred && self.network(text.get(..length)?, out)).then_some(length)
    }

    /// An address without brackets.
    fn address_in(&mut self, text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let nested =
            NESTED.iter().any(|n| text.get(..n.len()).is_some_and(|head| head.eq_ignore_ascii_case(n)));
        let local =
            run(text, |b| is_letter(b) || matches!(b, b'.' | b'_' | b'+' | b'-') || nested && b == b'=');
        let domain = text.get(local..)?.strip_prefix(b"@")?;
        let domain = trimmed(domain.get(..run(domain, |b| is_letter(b) || matches!(b, b'.' | b'_' | b'-')))?);
        if domain.is_empty() {
            return None;
        }
        let length = local + 1 + domain.len();
        self.address(text.get(..length)?, out);
        Some(length)
    }

    fn known_or_not(
        &mut self,
        name: &[u8],
        (before, sign, host_next): (Option<u8>, Option<u8>, bool),
        Manner { words, host, .. }: Manner<'_>,
        out: &mut Vec<u8>,
    ) {
        let is_number = name.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'));
        if is_number && words == Vocabulary::Protocol {
            return self.number(name, out);
        }
        if self.ip(name, out) || self.guid(name, out) || self.session(name, out) {
            return;
        }
        if host_next || !host.is_empty() && name.eq_ignore_ascii_case(host) {
            return self.host(name, out);
        }
        let dotted = memchr::memrchr(b'.', name);
        // Many a country's two letters are a word too.
        let country = |last: &[u8]| last.len() == 2 && last.iter().all(u8::is_ascii_alphabetic);
        let last = dotted.and_then(|at| name.get(at + 1..));
        let ending = last.is_some_and(|l| is_ending(l) || country(l) || is_word_and_ending(name, l));
        let stays = words.holds(name) && !holds_address(name);
        match dotted {
            Some(_) if ending || !stays => self.dotted(name, ending, words, out),
            None if !stays => self.short(name, (before, sign), out),
            _ => out.extend_from_slice(name),
        }
    }

    /// A number, a date, a status code, a version; it may hold IP addresses.
    pub(super) fn number(&mut self, name: &[u8], out: &mut Vec<u8>) {
        let mut rest = name;
        while !rest.is_empty() {
            if let Some(length) = self.dashed_ip(rest, out) {
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            let (part, behind) =
                rest.split_at_checked(run(rest, |b| !matches!(b, b'-' | b'_'))).unwrap_or((rest, b""));
            match memchr::memchr_iter(b'.', part).count() {
                3 if self.ip(part, out) => {}
                2 if is_address_or_network(part) && self.network(part, out) => {}
                // With more than four parts it could still hold an address, and what has four is one or a version.
                4.. => self.word(part, out),
                3 if !is_version(part) && !is_windows(part) => self.word(part, out),
                _ => out.extend_from_slice(part),
            }
            let (sign, behind) = behind.split_at_checked(1).unwrap_or((behind, b""));
            out.extend_from_slice(sign);
            rest = behind;
        }
    }

    /// A token such as `RESOLVER.ADR.…`, of which only some words are known; else a host or a domain.
    fn dotted(&mut self, name: &[u8], ending: bool, words: Vocabulary, out: &mut Vec<u8>) {
        let family = name.split(|b| *b == b'.').next().unwrap_or_default();
        let token = words == Vocabulary::Protocol && FAMILIES.contains(&family) && !holds_address(name);
        if ending || !token {
            return self.host(name, out);
        }
        for (number, part) in name.split(|b| *b == b'.').enumerate() {
            if number > 0 {
                out.push(b'.');
            }
            if words.holds(part) { out.extend_from_slice(part) } else { self.word(part, out) }
        }
    }

    /// A word. Where it may be a key, which is known by how short it is, its pseudonym is as short.
    fn short(&mut self, name: &[u8], (before, sign): (Option<u8>, Option<u8>), out: &mut Vec<u8>) {
        let from = out.len();
        self.word(name, out);
        if !matches!(before, None | Some(b';' | b'{')) {
            return;
        }
        let most = match sign {
            Some(b'=') if name.len() <= 8 && name.iter().all(u8::is_ascii_alphabetic) => 8,
            Some(b':') if name.len() <= 4 && name.iter().all(u8::is_ascii_alphanumeric) => 4,
            _ => return,
        };
        out.truncate(from + most);
    }
}

/// Whether a name ends like a domain, in a word of the list: `mail.network`. `IPM.Contact` does not.
fn is_word_and_ending(name: &[u8], last: &[u8]) -> bool {
    let family = name.split(|b| *b == b'.').next().unwrap_or_default();
    let is_capital = |b: &u8| b.is_ascii_uppercase();
    let capital = last.first().is_some_and(is_capital) && !last.iter().skip(1).any(is_capital);
    ENDINGS.iter().any(|e| last.eq_ignore_ascii_case(e)) && !(capital && FAMILIES.contains(&family))
}

/// `10.0.17763.1`, the number of a release of Windows.
fn is_windows(version: &[u8]) -> bool {
    version.starts_with(b"10.0.")
        && version.split(|b| *b == b'.').nth(2).is_some_and(|build| build.len() == 5)
}

/// `ProxyHop1`
fn is_proxy_hop(key: &[u8]) -> bool {
    let number = key.strip_prefix(b"ProxyHop");
    number.is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests;
