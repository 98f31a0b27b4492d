//! Names as numbers: every text a run keeps is stored once and known by a symbol.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// A text of one [`Names`] table. Symbols say nothing about order: sort by the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// The empty text, in every table.
pub const EMPTY: Symbol = Symbol(0);

const SHARDS: usize = 16;

/// A table of texts that many threads fill. Nothing is ever removed.
#[derive(Debug)]
pub struct Names {
    shards: Vec<RwLock<Shard>>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Shard {
    table: HashTable<u32>,
    ends: Vec<u32>,
    text: Vec<u8>,
}

impl Shard {
    fn get(&self, index: u32) -> &[u8] {
        let i = index as usize;
        let start = if i == 0 { 0 } else { self.ends.get(i - 1).copied().unwrap_or(0) as usize };
        let end = self.ends.get(i).copied().unwrap_or(0) as usize;
        self.text.get(start..end).unwrap_or_default()
    }

    fn find(&self, hash: u64, text: &[u8]) -> Option<u32> {
        self.table.find(hash, |&i| self.get(i) == text).copied()
    }
}

impl Default for Names {
    fn default() -> Self {
        // The seed is drawn anew for each run, so that no log can be made to collide on purpose.
        let names =
            Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect(), hasher: RandomState::default() };
        if let Some(first) = names.shards.first() {
            let mut first = first.write().unwrap_or_else(PoisonError::into_inner);
            first.ends.push(0);
        }
        names
    }
}

impl Names {
    /// The symbol of a text, which is stored if it is new.
    pub fn intern(&self, text: &[u8]) -> Symbol {
        if text.is_empty() {
            return EMPTY;
        }
        let hash = self.hasher.hash_one(text);
        let number = (hash >> 32) as usize % SHARDS;
        let Some(lock) = self.shards.get(number) else { return EMPTY };
        let symbol = |index: u32| Symbol(index * SHARDS as u32 + number as u32);
        {
            let shard = lock.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(index) = shard.find(hash, text) {
                return symbol(index);
            }
        }
        let mut shard = lock.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = shard.find(hash, text) {
            return symbol(index);
        }
        let index = shard.ends.len() as u32;
        shard.text.extend_from_slice(text);
        let end = shard.text.len() as u32;
        shard.ends.push(end);
        let shard = &mut *shard;
        let (ends, text_of) = (&shard.ends, &shard.text);
        shard.table.insert_unique(hash, index, |&i| {
            let start = if i == 0 { 0 } else { ends.get(i as usize - 1).copied().unwrap_or(0) as usize };
            let end = ends.get(i as usize).copied().unwrap_or(0) as usize;
            self.hasher.hash_one(text_of.get(start..end).unwrap_or_default())
        });
        symbol(index)
    }

    /// The symbol of a text that is stored already.
    pub fn find(&self, text: &[u8]) -> Option<Symbol> {
        if text.is_empty() {
            return Some(EMPTY);
        }
        let hash = self.hasher.hash_one(text);
        let number = (hash >> 32) as usize % SHARDS;
        let shard = self.shards.get(number)?.read().unwrap_or_else(PoisonError::into_inner);
        shard.find(hash, text).map(|index| Symbol(index * SHARDS as u32 + number as u32))
    }

    /// Memory that the texts take, bytes.
    pub fn bytes(&self) -> usize {
        let of = |shard: &RwLock<Shard>| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard.text.capacity() + 4 * shard.ends.capacity() + 5 * shard.table.capacity()
        };
        self.shards.iter().map(of).sum()
    }

    /// All texts, to be read without locks when none is added any more. Addresses are not looked for then, so
    /// that of these only the texts stay.
    pub fn freeze(self) -> Frozen {
        let finished = |shard: RwLock<Shard>| {
            let mut shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
            shard.text.shrink_to_fit();
            shard.ends.shrink_to_fit();
            let mut table = HashTable::new();
            for index in shard.table.iter().filter(|i| !shard.get(**i).contains(&b'@')) {
                let hash_of = |i: &u32| self.hasher.hash_one(shard.get(*i));
                table.insert_unique(hash_of(index), *index, hash_of);
            }
            Shard { table, ..shard }
        };
        Frozen { shards: self.shards.into_iter().map(finished).collect(), hasher: self.hasher }
    }
}

/// A finished table: texts are read, none is added.
#[derive(Debug)]
pub struct Frozen {
    shards: Vec<Shard>,
    hasher: RandomState,
}

impl Frozen {
    /// The table to be filled further, with the same symbols.
    pub fn thaw(self) -> Names {
        let hasher = self.hasher;
        let filled = |mut shard: Shard| {
            let Shard { table, ends, text } = &mut shard;
            let hash_of = |i: &u32| {
                let start =
                    if *i == 0 { 0 } else { ends.get(*i as usize - 1).copied().unwrap_or(0) as usize };
                let end = ends.get(*i as usize).copied().unwrap_or(0) as usize;
                hasher.hash_one(text.get(start..end).unwrap_or_default())
            };
            table.clear();
            table.reserve(ends.len(), hash_of);
            // Nobody looks for the empty text, which is the first of the first table.
            for index in (0..ends.len() as u32).filter(|i| *i > 0 || ends.first().is_some_and(|e| *e > 0)) {
                table.insert_unique(hash_of(&index), index, hash_of);
            }
            RwLock::new(shard)
        };
        let shards = self.shards.into_iter().map(filled).collect();
        Names { shards, hasher }
    }

    /// The text of a symbol; empty for a symbol of another table.
    pub fn get(&self, symbol: Symbol) -> &[u8] {
        let (index, number) = (symbol.0 / SHARDS as u32, symbol.0 as usize % SHARDS);
        self.shards.get(number).map_or(&[][..], |s| s.get(index))
    }

    /// One more than the largest number of a symbol.
    pub fn bound(&self) -> usize {
        self.shards.iter().map(|s| s.ends.len()).max().unwrap_or(0) * SHARDS
    }

    /// The text as a string; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self, symbol: Symbol) -> Cow<'_, str> {
        String::from_utf8_lossy(self.get(symbol))
    }

    /// The symbol of a stored text that is no address.
    pub fn find(&self, text: &[u8]) -> Option<Symbol> {
        if text.is_empty() {
            return Some(EMPTY);
        }
        let hash = self.hasher.hash_one(text);
        let number = (hash >> 32) as usize % SHARDS;
        self.shards.get(number)?.find(hash, text).map(|index| Symbol(index * SHARDS as u32 + number as u32))
    }
}

/// A GUID in lower case with dashes.
pub fn guid_text(value: u128) -> String {
    let hex = format!("{value:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Bytes as hexadecimal digits in lower case.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// A host's short name in upper case: the first label, unless the text is an IP address.
pub fn short_host(host: &[u8]) -> Cow<'_, [u8]> {
    let is_ip = host.contains(&b':') || host.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let label = if is_ip { host } else { host.split(|b| *b == b'.').next().unwrap_or(host) };
    if label.iter().any(u8::is_ascii_lowercase) {
        Cow::Owned(label.to_ascii_uppercase())
    } else {
        Cow::Borrowed(label)
    }
}

/// Whether a host belongs to Exchange Online, which counts as one place.
pub fn is_exchange_online(host: &[u8]) -> bool {
    let ends = |suffix: &[u8]| {
        let from = host.len().checked_sub(suffix.len());
        from.and_then(|at| host.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    };
    ends(b".protection.outlook.com") || ends(b".prod.outlook.com")
}

/// An address as it is compared: in lower case, beyond ASCII too where the bytes are UTF-8.
pub fn fold_case(address: &[u8], into: &mut Vec<u8>) {
    into.clear();
    if address.is_ascii() {
        into.extend(address.iter().map(u8::to_ascii_lowercase));
    } else {
        into.extend_from_slice(String::from_utf8_lossy(address).to_lowercase().as_bytes());
    }
}

/// The domain of an address: what follows the last `@`; empty without one.
pub fn domain_of(address: &[u8]) -> &[u8] {
    memchr::memrchr(b'@', address).and_then(|at| address.get(at + 1..)).unwrap_or_default()
}

/// The directory name that an IMCEAEX address holds: `_` stands for `/`, `+XX` for a byte. `None` for any
/// other address.
pub fn encapsulated(address: &[u8]) -> Option<Vec<u8>> {
    let prefix = b"IMCEAEX-";
    let head = address.get(..prefix.len()).filter(|h| h.eq_ignore_ascii_case(prefix))?;
    let end = memchr::memrchr(b'@', address).unwrap_or(address.len());
    let mut rest = address.get(head.len()..end)?;
    let mut out = Vec::new();
    while let Some((&b, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        let byte = hex.filter(|_| b == b'+').and_then(|h| u8::from_str_radix(h, 16).ok());
        let (plain, after) = match byte {
            Some(byte) => (byte, tail.get(2..).unwrap_or_default()),
            None if b == b'_' => (b'/', tail),
            None => (b, tail),
        };
        rest = after;
        out.push(plain);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_symbol_and_comes_back() {
        let names = Names::default();
        let texts: Vec<String> = (0..5000).map(|i| format!("user{i}@contoso.com")).collect();
        let symbols: Vec<Symbol> = texts.iter().map(|t| names.intern(t.as_bytes())).collect();
        assert_eq!(names.intern(b""), EMPTY);
        let host = names.intern(b"EX1");
        assert_eq!(names.intern(b"user7@contoso.com"), symbols[7]);
        let frozen = names.freeze();
        for (text, symbol) in texts.iter().zip(&symbols) {
            assert_eq!(frozen.get(*symbol), text.as_bytes());
        }
        assert_eq!(frozen.get(EMPTY), b"");
        assert_eq!(frozen.find(b"EX1"), Some(host));
        let names = frozen.thaw();
        assert_eq!(names.intern(b"user7@contoso.com"), symbols[7]);
        assert_eq!((names.intern(b""), names.intern(b"EX1")), (EMPTY, host));
        let new = names.intern(b"EX2");
        assert!(new != host && !symbols.contains(&new));
        assert_eq!(names.freeze().get(new), b"EX2");
    }

    #[test]
    fn hosts_and_domains() {
        assert_eq!(&*short_host(b"ex1.contoso.com"), b"EX1");
        assert_eq!(&*short_host(b"10.0.1.11"), b"10.0.1.11");
        assert_eq!(&*short_host(b"fe80::1%3"), b"FE80::1%3");
        assert_eq!(domain_of(b"\"a@b\"@contoso.com"), b"contoso.com");
        assert_eq!(domain_of(b"nobody"), b"");
        assert!(is_exchange_online(b"contoso-com.mail.protection.OUTLOOK.com"));
        assert!(!is_exchange_online(b"protection.outlook.com.example"));
    }

    #[test]
    fn a_directory_name_comes_out_of_its_address() {
        let address =
            b"IMCEAEX-_O=CONTOSO_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP_CN=RECIPIENTS_CN=helga@contoso.com";
        let name = encapsulated(address).unwrap();
        assert_eq!(name, b"/O=CONTOSO/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=helga");
        assert_eq!(encapsulated(b"helga@contoso.com"), None);
        assert_eq!(encapsulated(b"IMCEAEX-a+2").unwrap(), b"a+2");
    }
}
