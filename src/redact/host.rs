//! Hosts and domains: a pseudonym for each label, so that a subdomain stays one, and `EX1` the same machine as
//! `EX1.contoso.com`.

use super::key::Kind;
use super::{Redactor, Sort};
use crate::model::name::fold_case;

/// Below these are tenants and machines of Exchange Online, which decisions know by the ending. The longest first.
const CLOUD: [&[u8]; 7] = [
    DOMAINS,
    b"outbound.protection.outlook.com",
    b"prod.protection.outlook.com",
    b"mail.onmicrosoft.com",
    b"protection.outlook.com",
    b"prod.outlook.com",
    b"onmicrosoft.com",
];

/// Below this one is a host for each domain.
const DOMAINS: &[u8] = b"mail.protection.outlook.com";

/// Endings that say nothing of whose a domain is.
const OPEN: [&[u8]; 8] = [b"com", b"net", b"org", b"info", b"biz", b"edu", b"gov", b"int"];

/// Endings that are nobody's in the internet; a name under another one gets `.example`, so that no pseudonym is
/// the name of somebody else.
const RESERVED: [&[u8]; 12] = [
    b"example",
    b"test",
    b"invalid",
    b"localhost",
    b"localdomain",
    b"local",
    b"lan",
    b"internal",
    b"intranet",
    b"corp",
    b"home",
    b"arpa",
];

/// Words of which the name of a tenant's host is made, besides the domain.
const JOINED: [&[u8]; 2] = [b"mail", b"onmicrosoft"];

/// Whether a label ends names in public or in a company's own network.
pub(super) fn is_ending(label: &[u8]) -> bool {
    OPEN.iter().chain(&RESERVED).any(|e| label.eq_ignore_ascii_case(e))
}

/// What stands before the ending and its dot, if the name has it.
fn before<'a>(name: &'a [u8], ending: &[u8]) -> Option<&'a [u8]> {
    let at = name.len().checked_sub(ending.len())?;
    let (head, tail) = name.split_at_checked(at)?;
    if !tail.eq_ignore_ascii_case(ending) {
        return None;
    }
    if head.is_empty() { Some(head) } else { head.strip_suffix(b".") }
}

impl Redactor<'_> {
    /// Writes the pseudonym of a host, a domain or an IP address.
    pub(super) fn host(&mut self, name: &[u8], out: &mut Vec<u8>) {
        if name.is_empty() || self.ip(name, out) {
            return;
        }
        let bare = name.strip_prefix(b"[").and_then(|n| n.strip_suffix(b"]"));
        if let Some(bare) = bare {
            out.push(b'[');
            self.host(bare, out);
            return out.push(b']');
        }
        self.remembered(Sort::Host, name, out, Self::new_host);
    }

    fn new_host(&mut self, name: &[u8], out: &mut Vec<u8>) {
        let rules = self.rules;
        let mut folded = Vec::new();
        fold_case(name, &mut folded);
        if let Some(meant) = rules.typos.get(&folded) {
            return self.mistyped(&folded, meant, out);
        }
        let kept = rules.keep.iter().filter(|d| before(name, d).is_some()).max_by_key(|d| d.len());
        if let Some(ending) = kept.map(Vec::as_slice).or_else(|| cloud_ending(name)) {
            let head = before(name, ending).unwrap_or_default();
            let of_tenant = ending == DOMAINS;
            for label in head.split(|b| *b == b'.').filter(|_| !head.is_empty()) {
                if of_tenant {
                    self.joined(label, out);
                } else {
                    self.word(label, out);
                }
                out.push(b'.');
            }
            return out.extend_from_slice(name.get(name.len() - ending.len()..).unwrap_or_default());
        }
        let mut labels = name.split(|b| *b == b'.').peekable();
        let mut first = true;
        while let Some(label) = labels.next() {
            let last = labels.peek().is_none() && !first;
            if !std::mem::take(&mut first) {
                out.push(b'.');
            }
            match label {
                _ if label.eq_ignore_ascii_case(b"localhost") => out.extend_from_slice(label),
                _ if last && is_ending(label) => out.extend_from_slice(label),
                _ => self.word(label, out),
            }
            let own = RESERVED.iter().any(|e| label.eq_ignore_ascii_case(e));
            if last && !own && !label.is_empty() {
                out.extend_from_slice(if label.iter().any(u8::is_ascii_lowercase) {
                    b".example"
                } else {
                    b".EXAMPLE"
                });
            }
        }
    }

    /// `contoso-com`, `contoso-mail-onmicrosoft-com`: the domain with hyphens for dots.
    fn joined(&mut self, label: &[u8], out: &mut Vec<u8>) {
        for (number, part) in label.split(|b| *b == b'-').enumerate() {
            if number > 0 {
                out.push(b'-');
            }
            let plain =
                number > 0 && (is_ending(part) || JOINED.iter().any(|j| part.eq_ignore_ascii_case(j)));
            if plain { out.extend_from_slice(part) } else { self.word(part, out) }
        }
    }

    /// A domain that was mistyped: two letters of the pseudonym of the one that is meant are others.
    fn mistyped(&mut self, typed: &[u8], meant: &[u8], out: &mut Vec<u8>) {
        let mut near = Vec::new();
        self.host(meant, &mut near);
        near.make_ascii_lowercase();
        let end = memchr::memchr(b'.', &near).unwrap_or(near.len());
        let letters: Vec<usize> =
            (0..end).filter(|i| near.get(*i).is_some_and(u8::is_ascii_lowercase)).collect();
        let (front, back) = letters.split_at(letters.len() / 2);
        // In a short name two letters would be too many.
        let halves = if near.len() < 8 { [&[][..], back] } else { [front, back] };
        let bytes = self.rules.key.bytes(Kind::Typo, typed);
        let plain = near.clone();
        for turn in 0..25 {
            near.copy_from_slice(&plain);
            for (half, choice) in halves.iter().zip(bytes.as_chunks::<2>().0) {
                let [place, letter] = *choice;
                let place = half.get(usize::from(place) % half.len().max(1));
                if let Some(b) = place.and_then(|p| near.get_mut(*p)) {
                    *b = b'a' + (*b - b'a' + 1 + (letter % 25 + turn) % 25) % 26;
                }
            }
            if near != typed {
                break;
            }
        }
        out.extend_from_slice(&near);
    }
}

fn cloud_ending(name: &[u8]) -> Option<&'static [u8]> {
    CLOUD.into_iter().find(|ending| before(name, ending).is_some())
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Redactor, Rules};

    fn rules() -> Rules {
        Rules::new(Key::new(&[b'k'; 32]).unwrap())
    }

    fn host(rules: &Rules, name: &str) -> String {
        let mut out = Vec::new();
        Redactor::new(rules).host(name.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn relations_of_names_stay() {
        let rules = rules();
        let (short, full, domain) =
            (host(&rules, "EX1"), host(&rules, "EX1.contoso.com"), host(&rules, "contoso.com"));
        assert_eq!(full, format!("{short}.{domain}"));
        assert!(short.bytes().all(|b| b.is_ascii_uppercase()) && domain.ends_with(".com.example"));
        assert_eq!(host(&rules, "ex1"), short.to_ascii_lowercase());
        assert!(host(&rules, "sub.contoso.com").ends_with(&format!(".{domain}")));
        let company = domain.split('.').next().unwrap();
        assert_eq!(host(&rules, "contoso.mail.onmicrosoft.com"), format!("{company}.mail.onmicrosoft.com"));
        assert_eq!(host(&rules, "contoso.onmicrosoft.com"), format!("{company}.onmicrosoft.com"));
        assert_eq!(
            host(&rules, "contoso-mail-onmicrosoft-com.mail.protection.outlook.com"),
            format!("{company}-mail-onmicrosoft-com.mail.protection.outlook.com")
        );
        assert!(host(&rules, "AM0PR05MB4321.eurprd05.prod.outlook.com").ends_with(".prod.outlook.com"));
        assert!(!host(&rules, "AM0PR05MB4321.eurprd05.prod.outlook.com").contains("eurprd"));
        assert!(
            host(&rules, "contoso.de").ends_with(".example") && !host(&rules, "contoso.de").contains(".de")
        );
        assert!(host(&rules, "tailspin.example").matches("example").count() == 1);
        assert_eq!(host(&rules, "localhost"), "localhost");
        assert_eq!((host(&rules, ""), host(&rules, "..")), (String::new(), "..".to_owned()));
    }

    #[test]
    fn what_is_kept_is_kept_with_what_is_below_it() {
        let rules = Rules { keep: vec![b"contoso.com".to_vec()], ..rules() };
        assert_eq!(host(&rules, "Contoso.com"), "Contoso.com");
        assert!(host(&rules, "EX1.contoso.com").ends_with(".contoso.com"));
        assert!(!host(&rules, "mycontoso.com").contains("contoso"));
    }

    #[test]
    fn a_mistyped_domain_is_as_near_as_before() {
        let typos = [(b"contosso.com".to_vec(), b"contoso.com".to_vec())].into_iter().collect();
        for keep in [vec![], vec![b"contoso.com".to_vec()]] {
            let rules = Rules { typos: Clone::clone(&typos), keep, ..rules() };
            let (typed, meant) = (host(&rules, "contosso.com"), host(&rules, "contoso.com"));
            assert!(typed != "contosso.com" && typed != meant && typed.len() == meant.len());
            let differ = typed.bytes().zip(meant.bytes()).filter(|(a, b)| a != b).count();
            assert_eq!(differ, 2, "{typed} {meant}");
        }
    }
}
