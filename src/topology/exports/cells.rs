//! The values of cells: several in one, address spaces, sizes, names of servers and sites.

use crate::model::name::short_host;
use crate::topology::connector::{AddressSpace, MaxSize};
use crate::topology::domain::folded;

/// Whether PowerShell has written the name of a type in place of the values.
pub(super) fn is_lost(text: &str) -> bool {
    let typed = text.starts_with("System.") || text.starts_with("Microsoft.Exchange.");
    let list = text.ends_with(']') || text.ends_with("Collection") || text.starts_with("System.Collections.");
    typed && list && !text.contains([' ', '@'])
}

/// The values of a cell: parted by blanks, commas, line breaks, or a semicolon before a type; in braces or not.
pub(super) fn values(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let bare = without_braces(text);
    for piece in bare.split([',', ' ', '\t', '\r', '\n']).filter(|p| !p.is_empty()) {
        match out.last_mut() {
            // Part of an X.400 address, in which there are blanks.
            Some(last) if piece.starts_with(';') => {
                last.push(' ');
                last.push_str(piece);
            }
            _ => typed(piece, &mut out),
        }
    }
    out
}

fn without_braces(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text)
}

/// Parts at each semicolon that stands before a type.
fn typed(piece: &str, out: &mut Vec<String>) {
    let mut current = String::new();
    for part in piece.split(';') {
        if current.is_empty() {
            part.clone_into(&mut current);
        } else if type_of(part).is_some() {
            out.push(std::mem::replace(&mut current, part.to_owned()));
        } else {
            current.push(';');
            current.push_str(part);
        }
    }
    let current = current.trim_end_matches(';');
    if !current.is_empty() {
        out.push(current.to_owned());
    }
}

/// The type before a colon, and what follows it.
pub(super) fn type_of(text: &str) -> Option<(&str, &str)> {
    let (kind, rest) = text.split_once(':')?;
    (!kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric())).then_some((kind, rest))
}

/// Proxy addresses: whether each is the primary, and itself in lower case; `x500:` before legacy names. What is of
/// other types is left out. X.500 names have blanks in them, so only a type or an `@` begins a new one.
pub(super) fn proxies(text: &str) -> Vec<(bool, Box<str>)> {
    let mut out: Vec<(bool, String)> = Vec::new();
    let mut kind = "";
    let bare = without_braces(text);
    for piece in bare.split([',', ' ', '\t', '\r', '\n', ';']).filter(|p| !p.is_empty()) {
        match type_of(piece) {
            Some((new, rest)) => {
                kind = new;
                if new.eq_ignore_ascii_case("smtp") {
                    out.push((new == "SMTP", rest.to_owned()));
                } else if new.eq_ignore_ascii_case("x500") {
                    out.push((false, format!("x500:{rest}")));
                }
            }
            None if kind.eq_ignore_ascii_case("x500") => {
                if let Some((_, last)) = out.last_mut() {
                    last.push(' ');
                    last.push_str(piece);
                }
            }
            None if piece.contains('@') && (kind.is_empty() || kind.eq_ignore_ascii_case("smtp")) => {
                out.push((false, piece.to_owned()));
            }
            None => {}
        }
    }
    out.into_iter().map(|(primary, address)| (primary, folded(&address))).collect()
}

/// A single address in lower case, without `smtp:` before it; other types keep theirs.
pub(super) fn address(text: &str) -> Box<str> {
    match type_of(text.trim()) {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("smtp") => folded(rest),
        _ => folded(text),
    }
}

/// Whether a text could be an SMTP address.
pub(super) fn is_address(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && text.bytes().all(|b| b > b' ' && b != 0x7f)
        && (text.is_ascii() || !text.contains(|c: char| c.is_whitespace() || c.is_control()))
}

/// Address spaces of one value, `type:space;cost`; type and cost may be absent. The error is the part that is none.
pub(super) fn spaces(value: &str, out: &mut Vec<AddressSpace>) -> Result<(), String> {
    let (kind, rest) = type_of(value).map_or(("smtp", value), |(kind, rest)| (kind, rest));
    let kind = folded(kind);
    if &*kind != "smtp" {
        let (space, cost) = match rest.rsplit_once(';').map(|(s, c)| (s, c.trim().parse::<u16>())) {
            Some((space, Ok(cost))) => (space, cost),
            _ => (rest, 1),
        };
        out.push(AddressSpace { kind, space: folded(space), cost });
        return Ok(());
    }
    for part in rest.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        match (part.parse::<u16>(), out.last_mut()) {
            (Ok(cost @ 1..=100), Some(last)) => last.cost = cost,
            (Ok(_), _) => return Err(part.to_owned()),
            (Err(_), _) if is_space(part) => {
                out.push(AddressSpace { kind: kind.clone(), space: folded(part), cost: 1 });
            }
            (Err(_), _) => return Err(part.to_owned()),
        }
    }
    Ok(())
}

fn is_space(text: &str) -> bool {
    let domain = text.strip_prefix("*.").unwrap_or(text);
    matches!(text, "*" | "--")
        || !domain.is_empty() && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// A size as Exchange prints it, `25 MB (26,214,400 bytes)` or `Unlimited`; or a number, with a unit or without.
pub(super) fn size(text: &str) -> Option<MaxSize> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("unlimited") {
        return Some(MaxSize::Unlimited);
    }
    if let Some((_, inside)) = text.split_once('(') {
        // Digits are grouped by whatever the country uses.
        let digits: String = inside.chars().filter(char::is_ascii_digit).collect();
        return digits.parse().ok().map(bytes);
    }
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}')).collect();
    parse_size::Config::new().with_binary().parse_size(&plain).ok().map(bytes)
}

/// A size that no message can have is none.
fn bytes(bytes: u64) -> MaxSize {
    if bytes > i64::MAX as u64 { MaxSize::Unlimited } else { MaxSize::Bytes(bytes) }
}

/// The name of a server, short and in upper case, out of a name, a path or a legacy name.
pub(super) fn server(text: &str) -> Box<str> {
    let name = leaf(text);
    String::from_utf8_lossy(&short_host(name.as_bytes())).to_uppercase().into()
}

/// The last part of a path such as `contoso.com/Configuration/Sites/Berlin` or `/o=x/cn=Servers/cn=EX1`.
pub(super) fn leaf(text: &str) -> &str {
    let last = text.trim().rsplit(['/', '\\']).next().unwrap_or(text).trim();
    last.split_once('=').map_or(last, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_are_parted_by_whatever_there_is() {
        for text in ["a b", "a,b", "{a, b}", "a\r\nb", "a\nb", " a , b "] {
            assert_eq!(values(text), ["a", "b"], "{text:?}");
        }
        assert_eq!(values("smtp:a@x;SMTP:b@x;"), ["smtp:a@x", "SMTP:b@x"]);
        assert_eq!(values("SMTP:*;1 SMTP:a.com;5"), ["SMTP:*;1", "SMTP:a.com;5"]);
        assert_eq!(values("SMTP:*;1;SMTP:a.com;5"), ["SMTP:*;1", "SMTP:a.com;5"]);
        assert_eq!(values("X400:C=US;A= ;P=Contoso;1"), ["X400:C=US;A= ;P=Contoso;1"]);
        assert_eq!(values(""), Vec::<String>::new());
    }

    #[test]
    fn proxies_know_the_primary_and_legacy_names_with_blanks() {
        let text =
            "SMTP:Anna@contoso.com smtp:a@x.com X500:/o=First Org/cn=Anna A sip:anna@contoso.com b@x.com";
        let found = proxies(text);
        let found: Vec<(bool, &str)> = found.iter().map(|(p, a)| (*p, &**a)).collect();
        assert_eq!(
            found,
            [(true, "anna@contoso.com"), (false, "a@x.com"), (false, "x500:/o=first org/cn=anna a")]
        );
        assert_eq!(proxies("a@x.com, b@x.com").len(), 2);
        assert_eq!(proxies("{SMTP:a@x.com, smtp:b@x.com}").len(), 2);
        assert_eq!(proxies("smtp:a@x.com;smtp:b@x.com").len(), 2);
    }

    #[test]
    fn spaces_with_and_without_type_and_cost() {
        let read = |text: &str| {
            let mut out = Vec::new();
            spaces(text, &mut out).map(|()| {
                let one = |s: &AddressSpace| format!("{} {} {}", s.kind, s.space, s.cost);
                out.iter().map(one).collect::<Vec<_>>().join(", ")
            })
        };
        assert_eq!(read("SMTP:Contoso.com;10").unwrap(), "smtp contoso.com 10");
        assert_eq!(read("*").unwrap(), "smtp * 1");
        assert_eq!(read("*.x.com;2;y.com").unwrap(), "smtp *.x.com 2, smtp y.com 1");
        assert_eq!(read("smtp:--;100").unwrap(), "smtp -- 100");
        assert_eq!(read("X400:c=us;a= ;p=x;3").unwrap(), "x400 c=us;a= ;p=x 3");
        assert_eq!(read("a@x.com;1"), Err("a@x.com".to_owned()));
        assert_eq!(read("x.com;200"), Err("200".to_owned()));
    }

    #[test]
    fn sizes_servers_and_lost_values() {
        assert_eq!(size("25 MB (26,214,400 bytes)"), Some(MaxSize::Bytes(26_214_400)));
        assert_eq!(size("25 MB (26.214.400 bytes)"), Some(MaxSize::Bytes(26_214_400)));
        assert_eq!(size("35MB"), Some(MaxSize::Bytes(36_700_160)));
        assert_eq!(size("1048576"), Some(MaxSize::Bytes(1 << 20)));
        assert_eq!(size("unlimited"), Some(MaxSize::Unlimited));
        assert_eq!(size("large"), None);
        assert_eq!(&*server("/o=Org/cn=Configuration/cn=Servers/cn=ex1"), "EX1");
        assert_eq!(
            (&*server("ex1.contoso.com"), leaf("contoso.com/Configuration/Sites/Berlin")),
            ("EX1", "Berlin")
        );
        assert!(is_lost("System.Object[]") && is_lost("Microsoft.Exchange.Data.ProxyAddressCollection"));
        assert!(is_lost("Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]"));
        assert!(!is_lost("System.X@contoso.com") && !is_lost("System attendant"));
    }
}
