//! Domains: which of them are the organisation's, and how mail for each is to be treated.

use serde::{Deserialize, Serialize};

use crate::model::name::fold_case;

/// What Exchange does with an address of the domain that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DomainType {
    /// It refuses it: everybody of the domain is known here.
    Authoritative,
    /// It sends it on: others of the domain live elsewhere.
    InternalRelay,
    /// It sends it on: nobody of the domain lives here.
    ExternalRelay,
}

impl DomainType {
    /// As Exchange writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authoritative => "Authoritative",
            Self::InternalRelay => "InternalRelay",
            Self::ExternalRelay => "ExternalRelay",
        }
    }
}

/// A row of `Get-AcceptedDomain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedDomain {
    /// In lower case; `*.contoso.com` stands for all below it, `*` for every domain.
    pub domain: Box<str>,
    /// How it is treated.
    #[serde(rename = "type")]
    pub kind: DomainType,
    /// The one that encapsulated addresses are unwrapped in; `None` where the export does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
}

/// A row of `Get-RemoteDomain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteDomain {
    /// In lower case, `*` for every domain not named.
    pub domain: Box<str>,
    /// Whether mail may be forwarded there automatically.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_forward: Option<bool>,
    /// Whether mail to it is treated as the organisation's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal: Option<bool>,
    /// Whether it is the domain of remote routing addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_delivery: Option<bool>,
}

/// How closely a name of a table fits a domain; the closer the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// It is the domain itself.
    Exact,
    /// `*.suffix`; so many bytes of the domain are not covered by the suffix.
    Suffix(u16),
    /// `*.suffix` of the very domain: the name above all that it stands for.
    Apex,
    /// `*`.
    Any,
}

/// How a name such as `contoso.com`, `*.contoso.com` or `*` fits a domain; both in lower case.
pub fn fit(name: &[u8], domain: &[u8]) -> Option<Fit> {
    if name == b"*" {
        return Some(Fit::Any);
    }
    let Some(suffix) = name.strip_prefix(b"*.") else {
        return (name == domain).then_some(Fit::Exact);
    };
    match domain.strip_suffix(suffix)? {
        [] => Some(Fit::Apex),
        [before @ .., b'.'] if !before.is_empty() => {
            Some(Fit::Suffix(u16::try_from(before.len()).unwrap_or(u16::MAX)))
        }
        _ => None,
    }
}

/// The names of a table, sorted, each with its number there; for look-up by domain.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup {
    names: Vec<(Box<str>, u32)>,
}

impl Lookup {
    /// Of names that stand there twice the first counts.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut names: Vec<(Box<str>, u32)> = (0..).zip(names).map(|(i, n)| (n.into(), i)).collect();
        names.sort();
        names.dedup_by(|later, first| later.0 == first.0);
        Self { names }
    }

    fn number(&self, name: &[u8]) -> Option<u32> {
        let at = self.names.binary_search_by(|(n, _)| n.as_bytes().cmp(name)).ok()?;
        self.names.get(at).map(|(_, number)| *number)
    }

    /// The closest name for a domain in lower case: the domain itself, else the longest `*.suffix`, else `*`.
    pub(super) fn closest(&self, domain: &[u8]) -> Option<(u32, Fit)> {
        if domain.is_empty() {
            return None;
        }
        if let Some(number) = self.number(domain) {
            return Some((number, Fit::Exact));
        }
        let mut wild = Vec::new();
        let mut ask = |suffix: &[u8]| {
            wild.clear();
            wild.extend_from_slice(b"*.");
            wild.extend_from_slice(suffix);
            self.number(&wild)
        };
        // Only tables with wildcards are asked for them: most have none.
        if self.names.first().is_some_and(|(n, _)| n.starts_with('*')) {
            if let Some(number) = ask(domain) {
                return Some((number, Fit::Apex));
            }
            let dots = memchr::memchr_iter(b'.', domain);
            for dot in dots.filter(|d| *d > 0) {
                let suffix = domain.get(dot + 1..).unwrap_or_default();
                if let Some(number) = ask(suffix) {
                    return Some((number, Fit::Suffix(u16::try_from(dot).unwrap_or(u16::MAX))));
                }
            }
        }
        self.number(b"*").map(|number| (number, Fit::Any))
    }
}

/// A text of an export as it is compared: in lower case, without blanks around it.
pub fn folded(text: &str) -> Box<str> {
    let text = text.trim();
    if text.is_ascii() {
        return text.to_ascii_lowercase().into();
    }
    let mut out = Vec::new();
    fold_case(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_wins() {
        let table = Lookup::new(
            ["*.contoso.com", "contoso.com", "*.eu.contoso.com", "fabrikam.com", "*.example.com"].into_iter(),
        );
        let closest = |domain: &str| table.closest(domain.as_bytes());
        assert_eq!(closest("contoso.com"), Some((1, Fit::Exact)));
        assert_eq!(closest("mail.contoso.com"), Some((0, Fit::Suffix(4))));
        assert_eq!(closest("a.b.eu.contoso.com"), Some((2, Fit::Suffix(3))));
        assert_eq!(closest("eu.contoso.com"), Some((2, Fit::Apex)));
        assert_eq!(closest("example.com"), Some((4, Fit::Apex)));
        assert_eq!(closest("notcontoso.com"), None);
        assert_eq!(closest("www.fabrikam.com"), None);
        assert_eq!(closest(""), None);
        let all = Lookup::new(["*", "contoso.com"].into_iter());
        assert_eq!(all.closest(b"example.org"), Some((0, Fit::Any)));
    }

    #[test]
    fn names_fit_as_the_table_finds_them() {
        assert_eq!(fit(b"*.contoso.com", b"a.contoso.com"), Some(Fit::Suffix(1)));
        assert_eq!(fit(b"*.contoso.com", b"contoso.com"), Some(Fit::Apex));
        assert_eq!(fit(b"*.contoso.com", b".contoso.com"), None);
        assert_eq!(fit(b"*.contoso.com", b"acontoso.com"), None);
        assert_eq!(fit(b"contoso.com", b"a.contoso.com"), None);
        assert_eq!(fit(b"*", b"anything"), Some(Fit::Any));
        assert!(Fit::Exact < Fit::Suffix(1) && Fit::Suffix(1) < Fit::Suffix(5) && Fit::Suffix(9) < Fit::Any);
    }
}
