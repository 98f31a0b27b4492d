//! Which of the files that were read are still what they were.

use hashbrown::HashMap;

use crate::input::Source;
use crate::input::print::seal;

/// The seal of each file, by its name, as it was before it was read.
#[derive(Debug, Default)]
pub(super) struct Seals(HashMap<String, (Source, [u8; 32])>);

impl Seals {
    /// Of files that are about to be read; one that cannot be opened has none.
    pub(super) fn of(sources: &[Source]) -> Self {
        let sealed = sources.iter().filter_map(|source| Some((source, seal(source).ok()?)));
        Self(sealed.map(|(source, seal)| (source.name.clone(), (source.clone(), seal))).collect())
    }

    /// Whether the file of this name begins as it did, and goes on as it did where it ended.
    pub(super) fn hold(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|(source, old)| seal(source).is_ok_and(|now| now == *old))
    }
}
