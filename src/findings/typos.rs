//! Domains that do not exist and look like others.

use hashbrown::HashMap;

use super::addresses::ByDomain;
use super::thresholds::Thresholds;

type Text = Box<[u8]>;

/// No domain is compared beyond this length.
const LONGEST: usize = 80;

/// For each domain that does not exist the one that is meant, and how much mail that gets.
#[derive(Clone, Debug, Default)]
pub(super) struct Typos(HashMap<Text, (Text, u64)>);

impl Typos {
    /// `nowhere`: domains that do not exist; `is_org`: those of the organisation.
    pub(super) fn new<'n>(
        nowhere: impl Iterator<Item = &'n [u8]>,
        by_domain: &ByDomain<'n>,
        is_org: impl Fn(&[u8]) -> bool,
        thresholds: &Thresholds,
    ) -> Self {
        let mut sent: HashMap<&[u8], u64> = HashMap::new();
        for ((_, domain), pair) in &by_domain.pairs {
            *sent.entry(domain).or_default() += pair.count;
        }
        let own = by_domain.known.keys().filter(|d| is_org(d)).map(|d| (*d, u64::MAX));
        let often =
            sent.iter().filter(|(d, n)| **n >= thresholds.typo_times && !is_org(d)).map(|(d, n)| (*d, *n));
        let mut often: Vec<(&[u8], u64, u32)> = own.chain(often).map(|(d, n)| (d, n, letters(d))).collect();
        often.sort_unstable_by_key(|(d, n, _)| (std::cmp::Reverse(*n), *d));
        let mut out = HashMap::new();
        for domain in nowhere.filter(|d| !sent.contains_key(d) && !by_domain.known.contains_key(d)) {
            let mask = letters(domain);
            let near = |(other, _, theirs): &&(&[u8], u64, u32)| {
                (mask ^ theirs).count_ones() <= 4 && look_alike(domain, other, thresholds.typo_letters)
            };
            if let Some((meant, n, _)) = often.iter().find(near) {
                out.insert(domain.into(), ((*meant).into(), *n));
            }
        }
        Self(out)
    }

    /// What is meant by a domain that does not exist, and how much mail that gets.
    pub(super) fn meant(&self, domain: &[u8]) -> Option<(&[u8], u64)> {
        self.0.get(domain).map(|(meant, n)| (meant.as_ref(), *n))
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(typed, (meant, _))| (&**typed, &**meant))
    }
}

/// Which letters occur, to see quickly that two words are far apart.
fn letters(word: &[u8]) -> u32 {
    word.iter().fold(0, |mask, b| mask | 1 << (b & 31))
}

/// Whether the one may be the other, mistyped; where one has less than so many letters, by one of them only.
fn look_alike(typed: &[u8], meant: &[u8], letters: usize) -> bool {
    let longest = typed.len().max(meant.len());
    let most = if typed.len().min(meant.len()) < letters { 1 } else { 2 };
    if typed == meant || longest > LONGEST || typed.len().abs_diff(meant.len()) > most {
        return false;
    }
    // Hosts and branches are numbered, and a subdomain is no mistake of the fingers.
    let plain = |word: &[u8]| -> Vec<u8> {
        word.iter().filter(|b| !b.is_ascii_digit() && **b != b'-').copied().collect()
    };
    let below = |long: &[u8], short: &[u8]| long.strip_suffix(short).is_some_and(|head| head.ends_with(b"."));
    let related = below(typed, meant) || below(meant, typed) || plain(typed) == plain(meant);
    !related && distance(typed, meant) <= most
}

/// How many letters must be left out, added, changed, or swapped with the next.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        let mut left = None;
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut least =
                (at(&above, j) + usize::from(x != y)).min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            if last == Some(y) && left == Some(x) && j > 0 {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
            left = Some(y);
        }
        before = std::mem::replace(&mut above, row);
        last = Some(x);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_swapped_neighbours_once() {
        for (a, b, n) in
            [("", "", 0), ("ab", "ba", 1), ("gmial", "gmail", 1), ("abc", "", 3), ("ca", "abc", 3)]
        {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), n, "{a} {b}");
        }
    }

    #[test]
    fn numbered_and_related_domains_are_no_typing_errors() {
        let alike = |a: &str, b: &str| look_alike(a.as_bytes(), b.as_bytes(), 8);
        assert!(alike("wingtpi.example", "wingtip.example") && alike("contosso.com", "contoso.com"));
        assert!(alike("contoso.con", "contoso.com") && alike("tailspin.exmple", "tailspn.example"));
        assert!(!alike("branch1.example", "branch2.example") && !alike("adatum-5.example", "adatum.example"));
        assert!(!alike("a.contoso.com", "contoso.com") && !alike("ab.cd", "ac.ed"));
        assert!(!alike("contoso.com", "contoso.com") && !alike("fabrikam.com", "contoso.com"));
    }
}
