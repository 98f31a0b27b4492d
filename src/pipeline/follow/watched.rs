//! Which of the files that lie there were read, how far, and which of them have grown since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::input::print::{Likeness, Print};
use crate::input::{InputError, Packing, Source};

use super::super::feed::End;

/// Where a file lies.
type Key = (PathBuf, Packing);

/// What is known of a file.
#[derive(Debug)]
enum Entry {
    /// Packed, of this size: it may still be written.
    Waiting(u64),
    /// Of this size and not read: it is no log, a copy, has no row yet, or its time is over.
    Passed(u64),
    /// Read.
    Read(Cursor),
}

/// How far a file was read.
#[derive(Debug)]
struct Cursor {
    end: End,
    print: Print,
}

/// All files that were met.
#[derive(Debug, Default)]
pub(super) struct Watched {
    entries: BTreeMap<Key, Entry>,
    /// Something was met before.
    begun: bool,
}

/// What a look at all files gave.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Not read so far.
    pub fresh: Vec<Source>,
    /// Longer than when they were read, each with where to go on.
    pub grown: Vec<(Source, End)>,
    /// Files by number that have another name now.
    pub moved: Vec<(u32, Source)>,
    /// One that is not what it was where it was read, so that all must be read again.
    pub changed: Option<String>,
    pub errors: Vec<InputError>,
}

fn key(source: &Source) -> Key {
    (source.path.clone(), source.packing.clone())
}

impl Watched {
    /// Looks which files are new, and which have grown.
    pub(super) fn survey(&mut self, sources: &[Source]) -> Survey {
        let mut survey = Survey::default();
        let present: BTreeSet<Key> = sources.iter().map(key).collect();
        self.entries.retain(|key, entry| matches!(entry, Entry::Read(_)) || present.contains(key));
        // Files that are what they were: what else begins like one of them is a copy, not the file under a new name.
        let mut steady: BTreeSet<Key> = BTreeSet::new();
        let mut orphans: Vec<Cursor> = Vec::new();
        let mut fresh: Vec<&Source> = Vec::new();
        for source in sources {
            let (key, size) = (key(source), source.size);
            match self.entries.get(&key) {
                None if source.packing == Packing::Plain || !self.begun => fresh.push(source),
                None => drop(self.entries.insert(key, Entry::Waiting(size))),
                Some(Entry::Waiting(before)) if *before == size => fresh.push(source),
                Some(Entry::Waiting(_)) => drop(self.entries.insert(key, Entry::Waiting(size))),
                Some(Entry::Passed(before)) if *before == size => {}
                Some(Entry::Passed(_)) => fresh.push(source),
                Some(Entry::Read(cursor)) if cursor.print.size == size => drop(steady.insert(key)),
                Some(Entry::Read(_)) if source.packing != Packing::Plain => {
                    survey.changed = Some(source.name.clone());
                }
                Some(Entry::Read(cursor)) => match look(&cursor.print, source) {
                    Ok(Likeness::Same) => {
                        survey.grown.push((source.clone(), cursor.end.clone()));
                        steady.insert(key);
                    }
                    Ok(Likeness::Undecided) => {}
                    Ok(Likeness::Changed) => survey.changed = Some(source.name.clone()),
                    Ok(Likeness::Other) => {
                        if let Some(Entry::Read(cursor)) = self.entries.remove(&key) {
                            orphans.push(cursor);
                        }
                        fresh.push(source);
                    }
                    Err(e) => survey.errors.push(e),
                },
            }
        }
        self.begun = true;
        for source in fresh {
            if !self.is_known(source, &steady, &mut orphans, &mut survey) {
                survey.fresh.push(source.clone());
            }
        }
        survey
    }

    /// Whether a file that was not there is one that was read: a copy of it, or the file itself under a new name.
    fn is_known(
        &mut self,
        source: &Source,
        steady: &BTreeSet<Key>,
        orphans: &mut Vec<Cursor>,
        survey: &mut Survey,
    ) -> bool {
        let any = !orphans.is_empty() || self.entries.values().any(|e| matches!(e, Entry::Read(_)));
        if source.packing != Packing::Plain || !any {
            return false;
        }
        let Ok(head) = Print::head(source) else { return false };
        let same = |c: &Cursor| {
            let whole = c.print.size > 0 && c.print.size <= source.size;
            whole && c.print.likeness(source, &head).is_ok_and(|l| l == Likeness::Same)
        };
        let found = self.entries.iter().find(|(_, entry)| matches!(entry, Entry::Read(c) if same(c)));
        let cursor = match (orphans.iter().position(same), found.map(|(key, _)| key.clone())) {
            (Some(number), _) => orphans.swap_remove(number),
            (None, Some(old)) if !steady.contains(&old) => match self.entries.remove(&old) {
                Some(Entry::Read(cursor)) => cursor,
                _ => return false,
            },
            (None, Some(old)) => {
                // One that goes on behind what was read is more than a copy.
                let longer =
                    matches!(self.entries.get(&old), Some(Entry::Read(c)) if c.print.size < source.size);
                if !longer {
                    self.entries.insert(key(source), Entry::Passed(source.size));
                }
                return !longer;
            }
            (None, None) => return false,
        };
        survey.moved.push((cursor.end.file, source.clone()));
        if cursor.print.size < source.size {
            survey.grown.push((source.clone(), cursor.end.clone()));
        }
        self.entries.insert(key(source), Entry::Read(cursor));
        true
    }

    /// A file is not read.
    pub(super) fn pass(&mut self, source: &Source) {
        self.entries.insert(key(source), Entry::Passed(source.size));
    }

    /// A file is as if it had not been met; a packed one as if it had been met once, so that it is tried at each look.
    pub(super) fn forget(&mut self, source: &Source) {
        match source.packing {
            Packing::Plain => drop(self.entries.remove(&key(source))),
            _ => drop(self.entries.insert(key(source), Entry::Waiting(source.size))),
        }
    }

    /// A file was read up to here.
    pub(super) fn read(&mut self, source: &Source, end: End) -> Result<(), InputError> {
        let print = Print::of(source)?;
        self.entries.insert(key(source), Entry::Read(Cursor { end, print }));
        Ok(())
    }

    /// Gives files other numbers; those without one are over.
    pub(super) fn renumber(&mut self, number: impl Fn(u32) -> Option<u32>) {
        for entry in self.entries.values_mut() {
            let Entry::Read(cursor) = entry else { continue };
            match number(cursor.end.file) {
                Some(new) => cursor.end.file = new,
                None => *entry = Entry::Passed(cursor.print.size),
            }
        }
    }
}

fn look(print: &Print, source: &Source) -> Result<Likeness, InputError> {
    print.likeness(source, &Print::head(source)?)
}
