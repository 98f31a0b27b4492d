//! Addresses of people: the local part as one name, or taken apart where it is made of others' addresses.

use super::{Redactor, Sort};
use crate::model::name::encapsulated;
use crate::parse::values::split_list;

/// Local parts that name nobody, and by which reports and probes are known.
const NOBODY: [&[u8]; 4] = [b"postmaster", b"mailer-daemon", b"inboundproxy", b"maildeliveryprobe"];

/// What Exchange's own mailboxes begin with.
const SYSTEM: [&[u8]; 7] = [
    b"HealthMailbox",
    b"MicrosoftExchangeMonitoring",
    b"MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e",
    b"SystemMailbox{",
    b"DiscoverySearchMailbox{",
    b"Migration.",
    b"FederatedEmail.",
];

/// Kinds of addresses that stand in those of the internet, as `IMCEAEX-` and the like.
const ENCAPSULATED: [&[u8]; 8] = [b"EX", b"FAX", b"X400", b"X500", b"NOTES", b"MS", b"CCMAIL", b"INVALID"];

/// What may stand before an address.
const SCHEMES: [&[u8]; 5] = [b"smtp:", b"x500:", b"ex:", b"sip:", b"mailto:"];

/// Parts of a directory's names that are the same in every organisation.
const EVERYWHERE: [&[u8]; 4] = [
    b"Exchange Administrative Group (FYDIBOHF23SPDLT)",
    b"First Administrative Group",
    b"First Organization",
    b"Recipients",
];

/// Splits off a beginning, whatever its case.
fn begin<'a>(text: &'a [u8], what: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    text.split_at_checked(what.len()).filter(|(head, _)| head.eq_ignore_ascii_case(what))
}

fn one_of(text: &[u8], names: &[&[u8]]) -> bool {
    names.iter().any(|name| text.eq_ignore_ascii_case(name))
}

/// The text with what is before and behind it: blanks, then angle brackets.
fn undressed(text: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let body = text.trim_ascii();
    let opened = body.strip_prefix(b"<").unwrap_or(body);
    let closed = opened.strip_suffix(b">").unwrap_or(opened);
    let blanks = |text: &[u8]| text.len() - text.trim_ascii_start().len();
    let from = blanks(text) + body.len() - opened.len() + blanks(closed);
    let (before, rest) = text.split_at_checked(from).unwrap_or((b"", text));
    let (inner, behind) = rest.split_at_checked(closed.trim_ascii().len()).unwrap_or((rest, b""));
    (before, inner, behind)
}

impl Redactor<'_> {
    /// Writes the pseudonym of an address, a message-id, or a name of a directory, with the brackets around it.
    pub(super) fn address(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let (before, inner, behind) = undressed(text);
        out.extend_from_slice(before);
        if !inner.is_empty() {
            self.remembered(Sort::Address, inner, out, Self::bare_address);
        }
        out.extend_from_slice(behind);
    }

    fn bare_address(&mut self, text: &[u8], out: &mut Vec<u8>) {
        if let Some((scheme, rest)) = SCHEMES.iter().find_map(|s| begin(text, s)) {
            out.extend_from_slice(scheme);
            return self.bare_address(rest, out);
        }
        if text.starts_with(b"/") {
            return self.directory_name(text, out);
        }
        let at = memchr::memrchr(b'@', text);
        let (local, domain) = at.and_then(|at| text.split_at_checked(at)).unwrap_or((text, b""));
        self.local_part(local, out);
        if let Some(domain) = domain.strip_prefix(b"@") {
            out.push(b'@');
            self.host(domain, out);
        }
    }

    /// Writes a list of addresses; a `;` inside a quoted local part is no separator.
    pub(super) fn addresses(&mut self, list: &[u8], out: &mut Vec<u8>) {
        for (number, address) in split_list(list).enumerate() {
            if number > 0 {
                out.push(b';');
            }
            self.address(address, out);
        }
    }

    fn local_part(&mut self, local: &[u8], out: &mut Vec<u8>) {
        if one_of(local, &NOBODY) {
            return out.extend_from_slice(local);
        }
        if let Some((head, rest)) = SYSTEM.iter().find_map(|s| begin(local, s)) {
            out.extend_from_slice(head);
            return self.system_name(rest, out);
        }
        let quoted = local.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\""));
        if let Some(inner) = quoted.filter(|_| local.len() > 1) {
            out.push(b'"');
            self.local_part(inner, out);
            return out.push(b'"');
        }
        if self.encapsulated(local, out) || self.rewritten(local, out) || self.returning(local, out) {
            return;
        }
        // anna+lists is anna.
        match memchr::memchr(b'+', local).and_then(|at| local.split_at_checked(at)) {
            Some((person, rest)) => {
                self.word(person, out);
                out.push(b'+');
                self.word(rest.get(1..).unwrap_or_default(), out);
            }
            None => self.word(local, out),
        }
    }

    /// What stands behind the beginning of a system mailbox: a GUID, as a rule.
    fn system_name(&mut self, rest: &[u8], out: &mut Vec<u8>) {
        let name = rest.strip_suffix(b"}").unwrap_or(rest);
        if !self.guid(name, out) {
            self.word(name, out);
        }
        out.extend_from_slice(rest.get(name.len()..).unwrap_or_default());
    }

    /// `IMCEAEX-_o=Contoso_ou=…_cn=anna`: the directory's name stays one.
    fn encapsulated(&mut self, local: &[u8], out: &mut Vec<u8>) -> bool {
        let Some((head, rest)) = begin(local, b"IMCEA") else { return false };
        let Some((kind, inner)) = memchr::memchr(b'-', rest).and_then(|at| rest.split_at_checked(at)) else {
            return false;
        };
        if !one_of(kind, &ENCAPSULATED) {
            return false;
        }
        let inner = inner.get(1..).unwrap_or_default();
        out.extend_from_slice(head);
        out.extend_from_slice(kind);
        out.push(b'-');
        let name = encapsulated(local).filter(|n| n.starts_with(b"/"));
        let Some(name) = name else {
            self.word(inner, out);
            return true;
        };
        let mut other = Vec::new();
        self.directory_name(&name, &mut other);
        for b in other {
            match b {
                b'/' => out.push(b'_'),
                b'=' | b'-' | b'.' => out.push(b),
                _ if b.is_ascii_alphanumeric() => out.push(b),
                _ => out.extend_from_slice(format!("+{b:02X}").as_bytes()),
            }
        }
        true
    }

    /// Sender rewriting: `SRS0=hash=day=domain=anna`, `SRS1=hash=relay==hash=day=domain=anna`.
    fn rewritten(&mut self, local: &[u8], out: &mut Vec<u8>) -> bool {
        let Some((head, rest)) = begin(local, b"SRS0").or_else(|| begin(local, b"SRS1")) else {
            return false;
        };
        let Some(rest) =
            rest.strip_prefix(b"=").or_else(|| rest.strip_prefix(b"+")).or_else(|| rest.strip_prefix(b"-"))
        else {
            return false;
        };
        let again = head.ends_with(b"1");
        let parts: Vec<&[u8]> = rest.splitn(if again { 7 } else { 4 }, |b| *b == b'=').collect();
        let (first, inner) = match parts.as_slice() {
            [hash, relay, b"", inner @ ..] if again => (Some((*hash, *relay)), inner),
            inner if !again => (None, inner),
            _ => return false,
        };
        let [hash, day, domain, person] = inner else { return false };
        out.extend_from_slice(head);
        out.push(local.get(head.len()).copied().unwrap_or(b'='));
        if let Some((hash, relay)) = first {
            self.word(hash, out);
            out.push(b'=');
            self.host(relay, out);
            out.extend_from_slice(b"==");
        }
        for part in [hash, day] {
            self.word(part, out);
            out.push(b'=');
        }
        self.host(domain, out);
        out.push(b'=');
        self.local_part(person, out);
        true
    }

    /// Tagged return paths: `prvs=tag=anna`, `btv1==tag==anna`, and `bounce-17-anna=contoso.com`.
    fn returning(&mut self, local: &[u8], out: &mut Vec<u8>) -> bool {
        for (begins, between) in [(&b"prvs="[..], &b"="[..]), (b"btv1==", b"==")] {
            let Some((head, rest)) = begin(local, begins) else { continue };
            let Some(at) = memchr::memmem::find(rest, between) else { continue };
            let (tag, person) = rest.split_at_checked(at).unwrap_or((rest, b""));
            out.extend_from_slice(head);
            self.word(tag, out);
            out.extend_from_slice(between);
            self.local_part(person.get(between.len()..).unwrap_or_default(), out);
            return true;
        }
        let Some((list, domain)) = memchr::memrchr(b'=', local).and_then(|at| local.split_at_checked(at))
        else {
            return false;
        };
        let domain = domain.get(1..).unwrap_or_default();
        if !domain.contains(&b'.') || list.is_empty() {
            return false;
        }
        let at = memchr::memrchr2(b'-', b'+', list).map_or(0, |at| at + 1);
        let (list, person) = list.split_at_checked(at).unwrap_or((list, b""));
        if let Some((sign, list)) = list.split_last() {
            self.word(list, out);
            out.push(*sign);
        }
        self.word(person, out);
        out.push(b'=');
        self.host(domain, out);
        true
    }

    /// `/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=anna`.
    pub(super) fn directory_name(&mut self, name: &[u8], out: &mut Vec<u8>) {
        for (number, part) in name.split(|b| *b == b'/').enumerate() {
            if number > 0 {
                out.push(b'/');
            }
            let at = memchr::memchr(b'=', part).map_or(0, |at| at + 1);
            let (key, value) = part.split_at_checked(at).unwrap_or((b"", part));
            if one_of(key, &[b"o=", b"ou=", b"cn=", b"dc=", b"c="]) {
                out.extend_from_slice(key);
            } else if let Some(key) = key.strip_suffix(b"=") {
                self.word(key, out);
                out.push(b'=');
            }
            self.directory_value(value, out);
        }
    }

    fn directory_value(&mut self, value: &[u8], out: &mut Vec<u8>) {
        if one_of(value, &EVERYWHERE) {
            return out.extend_from_slice(value);
        }
        // Newer names are a number of 32 digits and the alias.
        if let Some((number, [b'-', alias @ ..])) = value.split_at_checked(32)
            && self.guid(number, out)
        {
            out.push(b'-');
            return self.word(alias, out);
        }
        if !self.guid(value, out) {
            self.word(value, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Redactor, Rules};
    use super::undressed;
    use crate::model::name::encapsulated;

    fn rules() -> Rules {
        Rules::new(Key::new(&[b'k'; 32]).unwrap())
    }

    fn address(text: &str) -> String {
        let (rules, mut out) = (rules(), Vec::new());
        Redactor::new(&rules).address(text.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_person_has_one_pseudonym_in_every_form() {
        let anna = address("anna@contoso.com");
        let (local, domain) = anna.split_once('@').unwrap();
        assert!(!anna.contains("anna") && !anna.contains("contoso"));
        assert_eq!(address("ANNA@CONTOSO.COM"), anna.to_uppercase());
        assert_eq!(address("<anna@contoso.com>"), format!("<{anna}>"));
        assert_eq!(address(" SMTP:anna@contoso.com "), format!(" SMTP:{anna} "));
        assert_eq!(address("anna@contoso.mail.onmicrosoft.com").split_once('@').unwrap().0, local);
        assert!(address("anna+lists@contoso.com").starts_with(&format!("{local}+")));
        for (form, ends) in [
            ("SRS0=HxYz=AB=contoso.com=anna@relay.example", format!("={domain}={local}@")),
            ("SRS1=Qq1=mid.example==HxYz=AB=contoso.com=anna@relay.example", format!("={domain}={local}@")),
            ("prvs=1234ABCDEF=anna@contoso.com", format!("={local}@{domain}")),
            ("btv1==12AB==anna@contoso.com", format!("=={local}@{domain}")),
            ("bounce-17-anna=contoso.com@lists.example", format!("-{local}={domain}@")),
        ] {
            let got = address(form);
            assert!(got.contains(&ends), "{form} became {got}");
            assert!(!got.contains("anna") && !got.contains("contoso") && !got.contains("relay"), "{got}");
        }
    }

    #[test]
    fn machines_stay_known() {
        for (text, begins) in [
            ("HealthMailbox6f1c4b0d2a9e4c3d8b7a5e1f0c2d3b4a@contoso.com", "HealthMailbox"),
            ("SystemMailbox{1f05a927-3be2-4fb9-aa03-b59fe3b56f4c}@contoso.com", "SystemMailbox{"),
            ("inboundproxy@contoso.com", "inboundproxy@"),
            ("postmaster@contoso.com", "postmaster@"),
            (
                "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.com",
                "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@",
            ),
        ] {
            let got = address(text);
            assert!(
                got.starts_with(begins) && !got.contains("contoso") && !got.contains("6f1c4b0d"),
                "{got}"
            );
        }
        assert_eq!((address("<>"), address("")), ("<>".to_owned(), String::new()));
    }

    #[test]
    fn a_directory_name_stays_one() {
        let text = "IMCEAEX-_o=Contoso_ou=Exchange+20Administrative+20Group+20+28FYDIBOHF23SPDLT+29_cn=Recipients_cn=4f1e9a7c2b6d4e83b0a1c2d3e4f50617-Gerda+20Alt@contoso.com";
        let got = address(text);
        let name = String::from_utf8(encapsulated(got.as_bytes()).unwrap()).unwrap();
        assert!(
            name.starts_with("/o=")
                && name.contains("/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=")
        );
        assert!(!name.contains("Contoso") && !name.contains("Gerda") && !name.contains("4f1e9a7c"), "{name}");
        let alias = address("anna@contoso.com").split_once('@').unwrap().0.to_owned();
        assert!(address("/o=Contoso/cn=Recipients/cn=anna").ends_with(&format!("/cn={alias}")));
        assert!(address("IMCEAFAX-Adatum+40+2B49@adatum.example").starts_with("IMCEAFAX-"));
        assert!(!address("ask-IMCEAEX-list@adatum.example").contains("IMCEA"));
    }

    #[test]
    fn brackets_and_blanks_stay() {
        for text in ["", " ", "<", "<>", "< >", " <a@b> ", "a@b", "<<a>>", ">", "<a", " < a > "] {
            let (before, inner, behind) = undressed(text.as_bytes());
            assert_eq!([before, inner, behind].concat(), text.as_bytes());
            assert!(!before.contains(&b'a') && !behind.contains(&b'a'), "{text}");
        }
    }
}
