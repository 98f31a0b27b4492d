//! Free text: what is between names stays as it is, words stay if they are of the vocabulary, and everything that may
//! be a name becomes its pseudonym.

use super::Redactor;
use super::host::is_ending;
use super::vocabulary::{FAMILIES, Vocabulary};
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
        // A reply of several lines.
        if let [b'2' | b'4' | b'5', b'0'..=b'9', b'0'..=b'9', b'-', next, ..] = text
            && manner.words == Vocabulary::Protocol
            && is_letter(*next)
        {
            out.extend_from_slice(text.get(..3).unwrap_or_default());
            return 3;
        }
        let hyphen = !manner.parted || host_next;
        let joins = |b: u8| matches!(b, b'.' | b'_') || hyphen && b == b'-';
        let name = trimmed(text.get(..run(text, |b| is_letter(b) || joins(b))).unwrap_or_default());
        let sign = text.get(name.len()).copied();
        self.known_or_not(name, (before, sign, host_next), manner, out);
        name.len()
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
        let ending = dotted.and_then(|at| name.get(at + 1..)).is_some_and(|l| is_ending(l) || country(l));
        match dotted {
            Some(_) if ending || !words.holds(name) => self.dotted(name, ending, words, out),
            None if !words.holds(name) => self.short(name, (before, sign), out),
            _ => out.extend_from_slice(name),
        }
    }

    /// A number, a date, a status code, a version; it may hold IP addresses.
    fn number(&mut self, name: &[u8], out: &mut Vec<u8>) {
        let mut rest = name;
        while !rest.is_empty() {
            let (part, behind) =
                rest.split_at_checked(run(rest, |b| !matches!(b, b'-' | b'_'))).unwrap_or((rest, b""));
            // With more than four parts it could still hold an address.
            match memchr::memchr_iter(b'.', part).count() {
                4.. => self.word(part, out),
                _ if self.ip(part, out) => {}
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
        if ending || words != Vocabulary::Protocol || !FAMILIES.contains(&family) {
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

/// `ProxyHop1`
fn is_proxy_hop(key: &[u8]) -> bool {
    let number = key.strip_prefix(b"ProxyHop");
    number.is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Redactor, Rules};
    use super::*;
    use crate::parse::{context, custom_data, message_info, status};

    /// What becomes of a text, of a host, and of a text whose hyphens part words.
    fn redacted(text: &str) -> [Vec<u8>; 3] {
        let rules = Rules::new(Key::new(&[b'k'; 32]).unwrap());
        let mut redactor = Redactor::new(&rules);
        let (mut plain, mut host, mut parted) = (Vec::new(), Vec::new(), Vec::new());
        redactor.text(text.as_bytes(), PLAIN, &mut plain);
        redactor.host(text.as_bytes(), &mut host);
        redactor.text(text.as_bytes(), Manner { parted: true, ..PLAIN }, &mut parted);
        [plain, host, parted]
    }

    #[test]
    fn contexts_lead_to_the_same_hop() {
        for (text, id, host) in [
            (
                "08DC1DB12C345BE5;250 2.6.0 <a,b@contoso.com> [InternalId=5450313518243, Hostname=EX-2.contoso.com] 14 bytes in 0.101, 1361.8 KB/sec Queued mail for delivery;ClientSubmitTime:",
                Some(5_450_313_518_243),
                "EX-2.contoso.com",
            ),
            (
                "SHADOW=250 2.6.0 <a@b> [InternalId=EX1.contoso.com, Hostname=17] Queued mail for redundancy",
                Some(17),
                "EX1.contoso.com",
            ),
            ("250 2.0.0 OK <a@b> [Hostname=mail];ClientSubmitTime:", None, "mail"),
            ("250 ok [InternalId=12]", Some(12), ""),
        ] {
            let [plain, ..] = redacted(text);
            let hop = context::next_hop(&plain);
            assert_eq!((hop.internal_id, hop.host), (id, &redacted(host)[1][..]), "{text}");
            assert_eq!(context::next_hop(text.as_bytes()).host, host.as_bytes(), "{text}");
        }
        let [plain, ..] = redacted("08DC1DB12C345BE5;2024-01-25T15:16:09.544Z;3");
        let session = context::session(&plain).unwrap();
        assert_eq!((session.time, session.index), (&b"2024-01-25T15:16:09.544Z"[..], Some(3)));
        assert_ne!(session.id, b"08DC1DB12C345BE5");
        let [plain, ..] = redacted(
            "MDB:8c62e682-fdef-4d29-b1b0-a67c60ec110c, Mailbox:1731f450-3f44-4588-84ee-45403c8a0fa4, Event:401909, MessageClass:IPM.Note.Contoso, CreationTime:2026-03-10T05:46:51.477Z, ClientType:OWA",
        );
        let store = context::store(&plain);
        assert_eq!((store.event, store.client_type, store.mdb.len()), (&b"401909"[..], &b"OWA"[..], 36));
        assert!(store.message_class.starts_with(b"IPM.Note.") && !store.message_class.ends_with(b"Contoso"));
    }

    #[test]
    fn latencies_and_pairs_stay_where_they_are() {
        let text = "2026-03-16T15:00:02.100Z;SRV=EX-1.contoso.com:TOTAL-SUB=0.1|SA=0.02;LSRV=mail:TOTAL-HUB=0.257|SMR=0.021(SMRDI=0.001|SMRC=0.021)|CATRS-Contoso (Berlin) Agent-PEN=0.5;FOO=x";
        let [_, _, parted] = redacted(text);
        let shape = |text: &[u8]| {
            let parts = message_info::latency_parts(text);
            let parts = parts.iter().map(|p| {
                let node = |n: &message_info::LatencyNode<'_>| {
                    (n.name.to_vec(), n.state, n.milliseconds, n.children.len(), n.agent.is_empty())
                };
                (p.writer, p.nodes.iter().map(node).collect::<Vec<_>>())
            });
            parts.collect::<Vec<_>>()
        };
        assert_eq!(shape(&parted), shape(text.as_bytes()));
        let servers: Vec<Vec<u8>> =
            message_info::latency_parts(&parted).iter().map(|p| p.server.to_vec()).collect();
        assert_eq!(servers, [redacted("EX-1.contoso.com")[1].clone(), redacted("mail")[1].clone()]);
        let text = "S:E2ELatency=1.231;S:Contoso=a=b;c;Q7:x;S:ProxyHop1=EX2.contoso.com(10.0.1.11);S:AMA=EV|name=anna.pdf";
        let [plain, ..] = redacted(text);
        let kinds = |text: &[u8]| custom_data::entries(text).map(|e| e.kind.len()).collect::<Vec<_>>();
        assert_eq!(kinds(text.as_bytes()).len(), kinds(&plain).len());
        assert_eq!(custom_data::get(&plain, b"E2ELatency"), Some(&b"1.231"[..]));
        assert!(custom_data::get(&plain, b"ProxyHop1").unwrap().starts_with(&redacted("EX2.contoso.com")[1]));
    }

    #[test]
    fn statuses_say_the_same() {
        for (text, recipients) in [
            ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", 1),
            ("550 5.1.1 RESOLVER.ADR.ContosoRecipNotFound; not found;250 2.1.5 Recipient OK", 2),
            (
                "[{LED=450 4.7.0 Proxy session setup failed on Frontend with '451 4.4.0 Primary target IP address responded with: \"421 4.2.1 Unable to connect.\"'};{FOO=x};{MSG=};{FQDN=mail.contoso.com};{IP=192.0.2.7};{LRT=10/05/2026 2:28:06 AM}];To",
                2,
            ),
            ("554 5.4.6 Hop count exceeded - possible mail loop", 3),
            ("550-5.7.26 This mail isn't authenticated; contoso's policy. 550 5.7.26 x;;Bcc", 3),
        ] {
            let [plain, ..] = redacted(text);
            let (mut before, mut after) = (Vec::new(), Vec::new());
            let alignment = status::split_statuses(text.as_bytes(), recipients, &mut before);
            assert_eq!(alignment, status::split_statuses(&plain, recipients, &mut after), "{text}");
            assert_eq!(before.len(), after.len());
            for (a, b) in
                before.iter().zip(&after).map(|(a, b)| (status::parse_status(a), status::parse_status(b)))
            {
                assert_eq!((a.class, a.reply, a.code), (b.class, b.reply, b.code), "{text}");
                assert_eq!(
                    (a.tag.is_empty(), a.fqdn.is_empty(), a.ip.is_empty()),
                    (b.tag.is_empty(), b.fqdn.is_empty(), b.ip.is_empty())
                );
                let host = std::str::from_utf8(a.fqdn).unwrap();
                assert_eq!(b.fqdn, redacted(host)[1]);
            }
        }
        let [plain, ..] = redacted(
            "550 5.4.6 ROUTING.LoopDetected; hop count exceeded, too many hops, unreachable, quarantined",
        );
        assert_eq!(
            plain,
            b"550 5.4.6 ROUTING.LoopDetected; hop count exceeded, too many hops, unreachable, quarantined"
        );
    }

    #[test]
    fn what_may_be_a_name_goes() {
        for text in [
            "user Anna Berg unknown",
            "10.0.1.1-10.0.1.9",
            "10.0.1.11.25",
            "exchange.no",
            "transport.rules",
            "mail.com",
            "'anna'@contoso.com",
            "see https://contoso.com/anna?x=EX1",
            "[203.0.113.7]:25",
            "2001:db8::7",
            "EX1",
            "HUB1-A",
            "DB3",
        ] {
            let [plain, ..] = redacted(text);
            let plain = String::from_utf8(plain).unwrap();
            for name in [
                "nna",
                "erg",
                "10.0.1.1",
                "exchange.no",
                "mail.com",
                "contoso",
                "EX1",
                "203.0",
                "db8",
                "HUB1",
                "DB3",
            ] {
                assert!(!plain.contains(name), "{text} became {plain}");
            }
        }
        assert_eq!(
            redacted("transport.rules")[0],
            b"transport.rules",
            "two words of the list that end in none"
        );
    }
}
