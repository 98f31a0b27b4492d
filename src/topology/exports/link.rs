//! All exports together: who is meant where an export names a recipient by a name, and who stands in two of them.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};

use super::people::export_of;
use super::{Problem, Sheet, cells};
use crate::topology::recipient::{Addresses, Recipient};
use crate::topology::{Export, Facts};

/// Stands behind each name.
pub(super) const BETWEEN: char = '\n';

/// A recipient, and what others may call it by.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub recipient: Recipient,
    /// Names, in lower case, each with a line feed behind it.
    pub goes_by: Box<str>,
    /// Number of its file, and its row.
    pub at: (usize, u64),
}

/// Facts in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub facts: Facts,
    people: Vec<Named>,
    /// Their places, by primary address.
    known: HashTable<usize>,
    hasher: RandomState,
}

impl Draft {
    /// Notes that an export was given.
    pub(super) fn given(&mut self, export: Export) {
        if let Err(at) = self.facts.given.binary_search(&export) {
            self.facts.given.insert(at, export);
        }
    }

    /// Adds a recipient. One that stands in another export too is one: what the one does not say the other may.
    pub(super) fn add(&mut self, named: Named) {
        if let Some(export) = export_of(named.recipient.kind)
            && export != Export::Mailboxes
        {
            self.given(export);
        }
        let Self { people, known, hasher, .. } = self;
        let primary_at = |at: &usize| people.get(*at).map_or("", |n| n.recipient.primary());
        let primary = named.recipient.primary();
        let is = |at: &usize| primary_at(at) == primary;
        let hash = |at: &usize| hasher.hash_one(primary_at(at));
        let new = people.len();
        let first = *known.entry(hasher.hash_one(primary), is, hash).or_insert(new).get();
        match people.get_mut(first).filter(|s| s.recipient.kind == named.recipient.kind) {
            Some(known) => merge(&mut known.recipient, named.recipient),
            None => people.push(named),
        }
    }

    /// Puts addresses in place of names, and says where a name is nobody's.
    pub(super) fn finish(mut self, files: &[Sheet], problems: &mut Vec<Problem>) -> Facts {
        let by_name = names(&self.people);
        for named in &mut self.people {
            let mut unknown: Vec<(&str, Box<str>)> = Vec::new();
            if let Some(forward) = named.recipient.forward.as_mut().filter(|f| !cells::is_address(f)) {
                match by_name.get(forward).and_then(Option::as_deref) {
                    Some(address) => *forward = address.into(),
                    None => unknown.push(("ForwardingAddress", forward.clone())),
                }
            }
            if let Some(members) = &mut named.recipient.members {
                let found = |m: &str| match by_name.get(m).and_then(Option::as_deref) {
                    Some(address) if !cells::is_address(m) => address.to_owned(),
                    _ => m.to_owned(),
                };
                if members.iter().any(|m| !cells::is_address(m)) {
                    let all: Vec<String> = members.iter().map(found).collect();
                    let lost = all.iter().find(|m| !cells::is_address(m));
                    unknown.extend(lost.map(|m| ("Members", m.as_str().into())));
                    *members = Addresses::from(all);
                }
            }
            problems.extend(unknown.into_iter().map(|(column, name)| Problem {
                file: files.get(named.at.0).map(|f| f.name.clone()).unwrap_or_default(),
                row: Some(named.at.1),
                column: Some(column.to_owned()),
                text: format!("'{name}' is the name of nobody in these exports, or of several"),
                error: false,
            }));
        }
        self.facts.recipients = self.people.into_iter().map(|n| n.recipient).collect();
        self.facts
    }
}

/// The primary address for each name; `None` if several go by it.
fn names(people: &[Named]) -> HashMap<Box<str>, Option<Box<str>>> {
    let mut names: HashMap<Box<str>, Option<Box<str>>> = HashMap::new();
    let needed = |n: &Named| {
        let forward = n.recipient.forward.as_ref().is_some_and(|f| !cells::is_address(f));
        forward || n.recipient.members.as_ref().is_some_and(|m| m.iter().any(|m| !cells::is_address(m)))
    };
    if !people.iter().any(needed) {
        return names;
    }
    for named in people {
        let primary: Box<str> = named.recipient.primary().into();
        for name in named.goes_by.split_terminator(BETWEEN) {
            let slot = names.entry(name.into()).or_insert_with(|| Some(primary.clone()));
            if slot.as_ref().is_some_and(|p| *p != primary) {
                *slot = None;
            }
        }
    }
    names
}

fn merge(known: &mut Recipient, other: Recipient) {
    if other.all_addresses && !known.all_addresses {
        known.addresses = other.addresses;
        known.all_addresses = true;
    }
    known.target = known.target.take().or(other.target);
    known.forward = known.forward.take().or(other.forward);
    known.forward_smtp = known.forward_smtp.take().or(other.forward_smtp);
    known.keeps_copy |= other.keeps_copy;
    known.members = known.members.take().or(other.members);
    known.expansion_server = known.expansion_server.take().or(other.expansion_server);
    known.database = known.database.take().or(other.database);
}
