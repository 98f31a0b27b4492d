//! The same logs with other names: every name becomes a pseudonym that rests on a key, and is the same wherever it stands, so
//! that what is decided about the mail stays the same. What is not known to be harmless does not stay.
//!
//! Begin with `columns`, which has a rule for each column; `text` is that for everything without a form of its own.

mod address;
mod columns;
mod host;
mod ip;
mod key;
mod mask;
mod path;
mod text;
mod vocabulary;
mod word;

use hashbrown::HashMap;

pub use key::{Key, LEAST};
pub use mask::mask;

/// What becomes of subjects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subjects {
    /// Nothing is left but that one was automatic.
    #[default]
    Drop,
    /// Each becomes a pseudonym: equal ones stay equal.
    Hash,
}

/// What a run knows before it reads.
#[derive(Clone, Debug)]
pub struct Rules {
    key: Key,
    keep: Vec<Vec<u8>>,
    subjects: Subjects,
    /// Mistyped domains, and the ones that are meant.
    typos: HashMap<Vec<u8>, Vec<u8>>,
}

impl Rules {
    /// Rules that keep nothing.
    pub fn new(key: Key) -> Self {
        Self { key, keep: Vec::new(), subjects: Subjects::Drop, typos: HashMap::new() }
    }

    /// Keeps these domains, with what says that a name lies below them.
    #[must_use]
    pub fn keeping(self, domains: impl IntoIterator<Item = String>) -> Self {
        let bare = |d: String| d.trim_matches('.').to_lowercase().into_bytes();
        let keep = domains.into_iter().map(bare).filter(|d| !d.is_empty()).collect();
        Self { keep, ..self }
    }

    /// Does this with subjects.
    #[must_use]
    pub fn with_subjects(self, subjects: Subjects) -> Self {
        Self { subjects, ..self }
    }

    /// Gives these domains, in lower case, pseudonyms as near to that of the domain that is meant as they are themselves.
    #[must_use]
    pub fn with_typos<'t>(self, typos: impl Iterator<Item = (&'t [u8], &'t [u8])>) -> Self {
        let typos = typos.map(|(typed, meant)| (typed.to_vec(), meant.to_vec()));
        // Where one mistyped domain would lead to another, no end would be sure.
        let all: HashMap<Vec<u8>, Vec<u8>> = typos.collect();
        let typos = all.iter().filter(|(_, meant)| !all.contains_key(*meant));
        let typos = typos.map(|(typed, meant)| (typed.clone(), meant.clone())).collect();
        Self { typos, ..self }
    }
}

/// So many pseudonyms of one sort are remembered at most.
const REMEMBERED: usize = 1 << 16;

/// Texts and their pseudonyms.
type Known = HashMap<Box<[u8]>, Box<[u8]>>;

/// One thread's work with the rules. What was met before need not be made anew.
#[derive(Debug)]
pub struct Redactor<'r> {
    rules: &'r Rules,
    /// By sort: words, hosts, addresses of people and of machines.
    memory: [Known; 4],
}

/// Whose pseudonym is remembered.
#[derive(Clone, Copy, Debug)]
enum Sort {
    Word,
    Host,
    Address,
    Ip,
}

impl<'r> Redactor<'r> {
    /// Nothing met yet.
    pub fn new(rules: &'r Rules) -> Self {
        Self { rules, memory: Default::default() }
    }

    /// Writes what was made of a text before, else what is made of it now.
    fn remembered(
        &mut self,
        sort: Sort,
        text: &[u8],
        out: &mut Vec<u8>,
        make: impl FnOnce(&mut Self, &[u8], &mut Vec<u8>),
    ) {
        let known = self.memory.get(sort as usize).and_then(|known| known.get(text));
        if let Some(known) = known {
            return out.extend_from_slice(known);
        }
        let from = out.len();
        make(self, text, out);
        if let Some(known) = self.memory.get_mut(sort as usize) {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(text.into(), out.get(from..).unwrap_or_default().into());
        }
    }
}
